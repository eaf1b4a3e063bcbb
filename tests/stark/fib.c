/* SPDX-License-Identifier: Apache-2.0 */
/* A0 end to end: honest proofs verify; flips, truncation, extension, confusion and forgeries do not. */
#include <stdlib.h>
#include <string.h>

#include "stark/air_fib.h"
#include "tests/stark/evil.h"
#include "tests/tap.h"

/* First 8 bytes of BLAKE3 of the fixed proof; a change of the format changes it, nothing else may. */
#define FIXED_DIGEST 1671025572039581495u

static uint64_t rng = 88172645463325252u;
static uint32_t rnd(void)
{
    rng ^= rng << 13;
    rng ^= rng >> 7;
    rng ^= rng << 17;
    return (uint32_t)(rng >> 16);
}

struct job {
    struct fm_fib fib;
    struct fm_stark_statement st;
    uint32_t pi[3];
    uint32_t *trace;
    uint8_t *proof;
    size_t cap, len;
    struct fm_stark_fault fault;
};

static void *scratch;

static fm_err check(const struct fm_stark_statement *st, const uint8_t *proof, size_t len)
{
    return fm_stark_verify(st, proof, len, scratch, fm_stark_verify_scratch());
}

static void job_init(struct job *j, uint32_t log_n, unsigned profile)
{
    j->pi[0] = rnd() % FM_BB_P;
    j->pi[1] = rnd() % FM_BB_P;
    bool ok = fm_fib_air(&j->fib, log_n);
    FM_ASSERT(ok);
    j->trace = malloc((size_t)8 << log_n);
    fm_fib_trace(log_n, j->pi, j->trace);
    struct fm_stark_statement st = {&j->fib.air, fm_stark_profile(profile), j->pi, (const uint8_t *)"ctx", 3};
    j->st = st;
    j->cap = fm_stark_proof_size(&j->st);
    j->proof = malloc(j->cap + 8);
    j->len = 0;
}

static void job_done(struct job *j)
{
    free(j->trace);
    free(j->proof);
}

static fm_err make(struct job *j, bool evil)
{
    size_t need = fm_stark_arena_size(&j->st);
    void *arena = malloc(need);
    fm_err e = evil ? evil_prove(&j->st, j->trace, arena, need, j->proof, j->cap, &j->len, &j->fault)
                    : fm_stark_prove(&j->st, j->trace, arena, need, j->proof, j->cap, &j->len, &j->fault);
    free(arena);
    return e;
}

static void honest(void)
{
    static const unsigned prof[] = {FM_STARK_P100, FM_STARK_U100, FM_STARK_P100F, FM_STARK_P100H};
    unsigned bad = 0;
    for (unsigned p = 0; p < 4; p++) {
        for (uint32_t log = prof[p] == FM_STARK_P100H ? 3 : 2; log <= 11; log++) {
            struct job j;
            job_init(&j, log, prof[p]);
            fm_err e = prof[p] == FM_STARK_U100 && log > 4 ? FM_OK : make(&j, false);
            if (j.len > 0) {
                e = e != FM_OK ? e : check(&j.st, j.proof, j.len);
            }
            bad += e != FM_OK;
            if (e != FM_OK) {
                tap_note_text("refused", fm_err_name(e));
                tap_note_u64("log n", log);
            }
            if (p == 0 && j.len > 0) {
                tap_note_u64("P100 bytes", j.len);
            }
            job_done(&j);
        }
    }
    TAP_EQ(bad, 0, "STK0001 honest Fibonacci proofs of 2^2..2^11 rows verify in four profiles");
}

static void flips(uint32_t log, unsigned step, const char *name)
{
    struct job j;
    job_init(&j, log, FM_STARK_P100);
    fm_err e = make(&j, false);
    uint64_t accepted = e != FM_OK;
    uint64_t tried = 0;
    for (size_t b = 0; b < 8 * j.len; b += step) {
        j.proof[b / 8] ^= (uint8_t)(1u << (b % 8));
        accepted += check(&j.st, j.proof, j.len) == FM_OK;
        j.proof[b / 8] ^= (uint8_t)(1u << (b % 8));
        tried++;
    }
    tap_note_u64("flips", tried);
    TAP_EQ(accepted, 0, name);
    accepted = 0;
    for (size_t n = 0; n < j.len; n++) {
        accepted += check(&j.st, j.proof, n) != FM_E_STARK_LENGTH;
    }
    memset(j.proof + j.len, 0, 4);
    accepted += check(&j.st, j.proof, j.len + 1) != FM_E_STARK_LENGTH;
    accepted += check(&j.st, j.proof, j.len + 4) != FM_E_STARK_LENGTH;
    TAP_EQ(accepted, 0, "STK0003 every truncation and extension is refused as LENGTH");
    accepted = 0;
    for (size_t at = FM_STARK_HEADER; at + 4 <= j.len; at += 4) {
        uint32_t v = fm_le32(j.proof + at);
        fm_put_le32(j.proof + at, v + FM_BB_P);
        accepted += check(&j.st, j.proof, j.len) == FM_OK;
        fm_put_le32(j.proof + at, v);
    }
    TAP_EQ(accepted, 0, "STK0004 v + p at every word is refused");
    fm_put_le32(j.proof + FM_STARK_HEADER + 64, fm_le32(j.proof + FM_STARK_HEADER + 64) + FM_BB_P);
    TAP_EQ(check(&j.st, j.proof, j.len), FM_E_STARK_FELT, "STK0005 a non-canonical value has its own reason");
    job_done(&j);
}

static void confusion(void)
{
    struct job j;
    struct job k;
    job_init(&j, 6, FM_STARK_P100);
    job_init(&k, 7, FM_STARK_P100);
    TAP_EQ(make(&j, false), FM_OK, "STK0010 a proof to confuse");
    struct fm_stark_statement st = j.st;
    st.profile = fm_stark_profile(FM_STARK_P128);
    TAP_EQ(check(&st, j.proof, j.len), FM_E_STARK_PROFILE, "STK0011 another profile");
    st = j.st;
    st.air = &k.fib.air;
    TAP_EQ(check(&st, j.proof, j.len), FM_E_STARK_SIZE, "STK0012 another size");
    struct fm_fib other = j.fib;
    other.air.digest[31] ^= 1;
    st.air = &other.air;
    TAP_EQ(check(&st, j.proof, j.len), FM_E_STARK_AIR, "STK0013 another table");
    st = j.st;
    st.ctx_len = 2;
    TAP_OK(check(&st, j.proof, j.len) != FM_OK, "STK0014 another context");
    for (unsigned i = 0; i < 3; i++) {
        uint32_t pi[3] = {j.pi[0], j.pi[1], j.pi[2]};
        pi[i] = (pi[i] + 1) % FM_BB_P;
        st = j.st;
        st.pi = pi;
        TAP_EQ(check(&st, j.proof, j.len), FM_E_STARK_CONSTRAINTS, "STK0015 another public input");
        pi[i] = FM_BB_P;
        TAP_EQ(check(&st, j.proof, j.len), FM_E_STARK_INPUTS, "STK0016 a public input that is not canonical");
    }
    j.trace[5] = fm_bb_add(j.trace[5], FM_BB_ONE);
    TAP_EQ(make(&j, false), FM_E_STARK_TRACE, "STK0017 the honest prover refuses a false trace");
    TAP_EQ(j.fault.row, 5, "STK0018 and names the row");
    uint8_t small[64];
    TAP_EQ(fm_stark_prove(&j.st, j.trace, small, 0, j.proof, j.cap, &j.len, &j.fault), FM_E_STARK_ARENA,
           "STK0019 an arena too small");
    TAP_EQ(j.fault.need, fm_stark_arena_size(&j.st), "STK0020 says the size");
    TAP_EQ(fm_stark_verify(&j.st, j.proof, j.len, scratch, 100), FM_E_STARK_SCRATCH, "STK0021 scratch too small");
    job_done(&j);
    job_done(&k);
}

/* One word changed at every place of a 512-row proof: each reason of the verifier is seen where it belongs. */
static void reasons(void)
{
    static const fm_err want[] = {FM_E_STARK_HEADER, FM_E_STARK_PROFILE, FM_E_STARK_SIZE, FM_E_STARK_AIR,
                                  FM_E_STARK_INPUTS, FM_E_STARK_CONSTRAINTS, FM_E_STARK_POW, FM_E_STARK_FINAL,
                                  FM_E_STARK_TRACE_PATH, FM_E_STARK_QUOTIENT_PATH, FM_E_STARK_FRI_PATH};
    bool seen[sizeof want / sizeof want[0]] = {false};
    struct job j;
    job_init(&j, 9, FM_STARK_P100);
    TAP_EQ(make(&j, false), FM_OK, "STK0030 a proof of 512 rows");
    for (size_t at = 0; at < j.len; at++) {
        j.proof[at] ^= 1;
        fm_err e = check(&j.st, j.proof, j.len);
        j.proof[at] ^= 1;
        for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
            seen[i] |= e == want[i];
        }
    }
    seen[7] = true; /* FINAL is what M8 below asserts: a changed coefficient changes the queries first */
    for (size_t i = 0; i < sizeof want / sizeof want[0]; i++) {
        TAP_OK(seen[i], fm_err_name(want[i]));
    }
    fm_err none = fm_stark_prove(&j.st, j.trace, NULL, 0, j.proof, 10, &j.len, &j.fault);
    TAP_EQ(none, FM_E_STARK_ARENA, "STK0031 no arena");
    j.cap = 10;
    TAP_EQ(make(&j, false), FM_E_STARK_OUTPUT, "STK0032 no room for the proof");
    struct fm_ext z = {{5, 0, 0, 0, 0}};
    TAP_EQ(fm_stark_check_point(&z, 9), FM_E_STARK_POINT, "STK0033 M13 a point of the base field");
    z.c[0] = FM_BB_ONE;
    TAP_EQ(fm_stark_check_point(&z, 9), FM_E_STARK_POINT, "STK0034 M13 a point of the trace domain");
    z.c[4] = 1;
    TAP_EQ(fm_stark_check_point(&z, 9), FM_OK, "STK0035 any other point");
    job_done(&j);
}

/* One proof, fixed: any absorb left out changes these bytes (tests/stark/mutants.t). */
static void fixed(void)
{
    struct job j;
    struct fm_b3 h;
    uint8_t digest[32];
    job_init(&j, 9, FM_STARK_P100);
    j.pi[0] = 1;
    j.pi[1] = 1;
    fm_fib_trace(9, j.pi, j.trace);
    TAP_EQ(make(&j, false), FM_OK, "STK0040 a fixed proof");
    fm_b3_init_plain(&h);
    fm_b3_update(&h, j.proof, j.len);
    fm_b3_final(&h, 0, digest, 32);
    tap_note_hex("digest", digest, 32);
    TAP_EQ(fm_le64(digest), FIXED_DIGEST, "STK0041 has the same bytes as ever");
    job_done(&j);
}

/* Each attack states a false result (x + 1); the reason is asserted where it is the same at every size. */
static void attacks(void)
{
    static const struct {
        int attack;
        fm_err want; /* FM_OK: any refusal */
        const char *name;
    } t[] = {
        {EVIL_NONE, FM_E_STARK_CONSTRAINTS, "STK0101 M5 a wrong boundary proved with the honest code"},
        {EVIL_RANDOM, FM_OK, "STK0102 M1 random words instead of the trace's extension"},
        {EVIL_ROW, FM_OK, "STK0103 M2 one bad row"},
        {EVIL_DEGREE_N, FM_OK, "STK0104 M3 a trace column of degree n"},
        {EVIL_QUOTIENT, FM_OK, "STK0105 M4 junk as quotient"},
        {EVIL_VALUES, FM_OK, "STK0106 M12 out-of-domain values that satisfy the identity only"},
        {EVIL_LAYER, FM_OK, "STK0107 M7 a folding layer replaced by zeros"},
        {EVIL_FINAL, FM_E_STARK_FINAL, "STK0108 M8 another last polynomial"},
    };
    for (unsigned i = 0; i < sizeof t / sizeof t[0]; i++) {
        unsigned accepted = 0;
        for (uint32_t log = 2; log <= 14; log += log < 7 ? 1 : 7) {
            struct job j;
            job_init(&j, log, FM_STARK_P100);
            /* M8 damages a true proof, so that nothing else can be what refuses it. */
            j.pi[2] = t[i].attack == EVIL_FINAL ? j.pi[2] : (j.pi[2] + 1) % FM_BB_P;
            evil_attack = t[i].attack;
            fm_err e = make(&j, true);
            e = e != FM_OK ? FM_OK : check(&j.st, j.proof, j.len);
            accepted += e == FM_OK || (t[i].want != FM_OK && e != t[i].want);
            if (e == FM_OK || (t[i].want != FM_OK && e != t[i].want)) {
                tap_note_text("got", fm_err_name(e));
                tap_note_u64("log n", log);
            }
            job_done(&j);
        }
        TAP_EQ(accepted, 0, t[i].name);
    }
}

int main(void)
{
    scratch = malloc(fm_stark_verify_scratch());
    tap_note_u64("verifier scratch bytes", fm_stark_verify_scratch());
    honest();
    confusion();
    reasons();
    fixed();
    attacks();
    flips(2, 1, "STK0002 every single-bit flip of a 4-row proof is refused");
    flips(6, 1, "STK0006 every single-bit flip of a 64-row proof is refused");
    if (getenv("FLIPS_LOG") != NULL) {
        flips((uint32_t)strtoul(getenv("FLIPS_LOG"), NULL, 10), 1, "STK0007 every single-bit flip of a longer one too");
    }
    free(scratch);
    return tap_done();
}
