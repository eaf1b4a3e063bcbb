/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A4: the permutation against published words and a model in another language (tests/stark/grain.py), every kernel set
 * against the plain form, the table cell by cell, and proofs that lie.
 */
#include <stdlib.h>
#include <string.h>

#include "stark/air_fib.h"
#include "stark/kern.h"
#include "stark/poseidon2.h"
#include "tests/stark/evil.h"
#include "tests/tap.h"
#include "tests/vectors.h"

#define LOG_MAX 9u

static struct fm_p2 p2;
static uint32_t pi[FM_P2_PI];
static uint32_t trace[FM_P2_COLS << LOG_MAX];
static uint32_t public_columns[16 << LOG_MAX];
static void *scratch, *arena;
static size_t arena_bytes, proof_cap, proof_len;
static uint8_t *proof;
static struct fm_stark_fault fault;
static uint64_t rng = 88172645463325252u;

static uint32_t rnd(void)
{
    rng = rng * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(rng >> 33) % FM_BB_P;
}

static struct fm_stark_statement statement(uint32_t log_n, unsigned profile)
{
    bool good = fm_p2_air(&p2, log_n);
    FM_ASSERT(good);
    struct fm_stark_statement st = {&p2.air, fm_stark_profile(profile), pi, (const uint8_t *)"p2", 2};
    return st;
}

static void honest_trace(uint32_t log_n)
{
    for (uint32_t i = 0; i < FM_P2_WIDTH; i++) {
        pi[i] = rnd();
    }
    fm_p2_trace(log_n, pi, trace);
}

/* ------------------------------------------------------------------ the permutation */

static uint32_t words_of(char *text, uint32_t out[FM_P2_WIDTH])
{
    uint32_t n = 0;
    for (; *text != '\0' && n < FM_P2_WIDTH; n++) {
        out[n] = (uint32_t)strtoul(text, &text, 10);
    }
    return n;
}

static void test_vectors(void)
{
    struct vector_file file;
    uint32_t seen = 0;
    uint32_t wrong = 0;
    if (!vector_open(&file, "tests/vectors/poseidon2.tsv")) {
        TAP_OK(false, "PSD0001 the vectors are there");
        return;
    }
    while (vector_next(&file)) {
        uint32_t in[FM_P2_WIDTH];
        uint32_t out[FM_P2_WIDTH];
        wrong += words_of(file.column[0], in) != FM_P2_WIDTH || words_of(file.column[1], out) != FM_P2_WIDTH;
        for (uint32_t i = 0; i < FM_P2_WIDTH; i++) {
            in[i] = fm_bb_of(in[i]);
        }
        fm_p2_permute(in);
        for (uint32_t i = 0; i < FM_P2_WIDTH; i++) {
            wrong += fm_bb_int(in[i]) != out[i];
        }
        seen++;
    }
    TAP_OK(seen == 16 && wrong == 0, "PSD0001 the permutation of Plonky3's vector and of fifteen of the model's");
}

/* Each kernel set: 16 chains, three steps, against the plain form; and its cells against the widest set's. */
static void test_kernels(void)
{
    struct fm_kern_p2 k;
    for (uint32_t i = 0; i < FM_P2_WIDTH; i++) {
        k.diagonal[i] = fm_bb_of(fm_p2_diagonal[i]);
        for (uint32_t r = 0; r < 8; r++) {
            k.external[r][i] = fm_bb_of(fm_p2_external[r][i]);
        }
    }
    for (uint32_t r = 0; r < FM_P2_INTERNAL; r++) {
        k.internal[r] = fm_bb_of(fm_p2_internal[r]);
    }
    honest_trace(6);
    for (uint32_t s = 0; fm_kern_at(s) != NULL; s++) {
        static uint32_t cells[FM_P2_COLS * 16];
        uint32_t state[FM_P2_WIDTH * FM_P2_CHAINS];
        uint32_t wrong = 0;
        for (uint32_t i = 0; i < FM_P2_WIDTH; i++) {
            memcpy(state + 16 * i, trace + (i << 6), 64);
        }
        for (uint32_t step = 0; step < 3; step++) {
            uint32_t plain[FM_P2_WIDTH * FM_P2_CHAINS];
            memcpy(plain, state, sizeof plain);
            fm_kern_at(s)->poseidon2(&k, cells, 16, state);
            for (uint32_t j = 0; j < FM_P2_CHAINS; j++) {
                uint32_t one[FM_P2_WIDTH];
                for (uint32_t i = 0; i < FM_P2_WIDTH; i++) {
                    one[i] = plain[16 * i + j];
                }
                fm_p2_permute(one);
                for (uint32_t i = 0; i < FM_P2_WIDTH; i++) {
                    wrong += one[i] != state[16 * i + j];
                }
            }
            for (uint32_t c = 0; c < FM_P2_COLS; c++) {
                wrong += memcmp(cells + 16 * c, trace + (c << 6) + 16 * step, 64) != 0;
            }
        }
        tap_note_text("kernels", fm_kern_at(s)->name);
        TAP_EQ(wrong, 0, "PSD0002 sixteen chains at once are the plain permutation, with the same cells");
    }
}

/* ------------------------------------------------------------------ the table */

static void test_shape(void)
{
    struct fm_stark_statement st = statement(6, FM_STARK_B65);
    TAP_EQ(p2.air.ncols, 298, "PSD0010 298 columns");
    TAP_EQ(p2.air.ncons, 306, "PSD0011 306 constraints");
    TAP_EQ(p2.air.degree, 3, "PSD0012 of degree 3");
    TAP_EQ(p2.air.npairs, 314, "PSD0013 read at 314 places");
    TAP_OK(!fm_p2_air(&p2, 4) && !fm_p2_air(&p2, 25), "PSD0014 too few rows for a link, or too many, are no table");
    st = statement(6, FM_STARK_B65);
    TAP_OK(fm_stark_arena_size(&st) > 0, "PSD0015 a statement at blowup 2");
}

/* The constraint that says what stands in column c. */
static uint32_t constraint_of(uint32_t c)
{
    if (c < FM_P2_WIDTH) {
        return c;
    }
    for (uint32_t r = 0; r < 2 * FM_P2_HALF; r++) {
        uint32_t first = fm_p2_external_col(r);
        if (c >= first && c < first + 2 * FM_P2_WIDTH) {
            uint32_t before = r < FM_P2_HALF ? 32 * r : 32 * r + 2 * FM_P2_INTERNAL;
            uint32_t i = (c - first) % FM_P2_WIDTH;
            return FM_P2_WIDTH + before + 2 * i + (c - first) / FM_P2_WIDTH;
        }
    }
    return FM_P2_WIDTH + 32 * FM_P2_HALF + (c - fm_p2_internal_col(0));
}

static void test_cells(void)
{
    struct fm_stark_statement st = statement(6, FM_STARK_B65);
    uint32_t missed = 0;
    uint32_t elsewhere = 0;
    honest_trace(6);
    TAP_EQ(fm_stark_check(&st, trace, public_columns, &fault), FM_OK, "PSD0020 an honest trace satisfies the table");
    for (uint32_t c = 0; c < FM_P2_COLS; c++) {
        for (uint32_t row = 0; row < 64; row++) {
            uint32_t *cell = &trace[(c << 6) + row];
            uint32_t was = *cell;
            *cell = rnd();
            missed += fm_stark_check(&st, trace, public_columns, &fault) != FM_E_STARK_TRACE;
            elsewhere += fault.row != row || fault.constraint != constraint_of(c);
            *cell = was;
        }
    }
    TAP_EQ(missed, 0, "PSD0021 a change of any cell of 64 rows is caught: no cell is free");
    TAP_EQ(elsewhere, 0, "PSD0022 and named: its row, and the constraint of its column");
    for (uint32_t i = 0; i < FM_P2_PI; i++) {
        uint32_t was = pi[i];
        bool first = i < FM_P2_WIDTH;
        pi[i] = (was + 1) % FM_BB_P;
        missed += fm_stark_check(&st, trace, public_columns, &fault) != FM_E_STARK_TRACE;
        elsewhere += fault.row != (first ? 0 : 48 + (i - FM_P2_WIDTH) / FM_P2_OUT);
        elsewhere += fault.constraint != (first ? i : 298 + (i - FM_P2_WIDTH) % FM_P2_OUT);
        pi[i] = was;
    }
    TAP_EQ(missed + elsewhere, 0, "PSD0023 so is a change of any public word");
}

/* ------------------------------------------------------------------ proofs */

static void room(const struct fm_stark_statement *st)
{
    free(arena);
    free(proof);
    arena_bytes = fm_stark_arena_size(st);
    arena = malloc(arena_bytes);
    proof_cap = fm_stark_proof_size(st);
    proof = malloc(proof_cap + 8);
}

static fm_err make(const struct fm_stark_statement *st)
{
    room(st);
    return fm_stark_prove(st, trace, arena, arena_bytes, proof, proof_cap, &proof_len, &fault);
}

static fm_err check(const struct fm_stark_statement *st)
{
    return fm_stark_verify(st, proof, proof_len, scratch, fm_stark_verify_scratch());
}

static void test_honest(void)
{
    static const unsigned profiles[] = {FM_STARK_B65, FM_STARK_P100H, FM_STARK_P100F, FM_STARK_P100};
    uint32_t bad = 0;
    for (uint32_t p = 0; p < 4; p++) {
        for (uint32_t log = FM_P2_ROWS_LOG_MIN; log <= LOG_MAX; log++) {
            struct fm_stark_statement st = statement(log, profiles[p]);
            honest_trace(log);
            fm_err e = make(&st);
            e = e == FM_OK ? check(&st) : e;
            if (e != FM_OK) {
                tap_note_text(st.profile->name, fm_err_name(e));
                bad++;
            }
        }
    }
    TAP_EQ(bad, 0, "PSD0030 honest proofs verify, 32 to 512 permutations, at blowup 2, 4 and 8");
}

static void test_refusals(void)
{
    static struct fm_fib fib;
    struct fm_stark_statement st = statement(6, FM_STARK_P100H);
    uint32_t accepted = 0;
    honest_trace(6);
    TAP_EQ(make(&st), FM_OK, "PSD0040 a proof of 64 permutations");
    tap_note_u64("bytes", proof_len);
    for (uint32_t i = 0; i < FM_P2_PI; i++) {
        pi[i] = (pi[i] + 1) % FM_BB_P;
        accepted += check(&st) != FM_E_STARK_CONSTRAINTS;
        pi[i] = (pi[i] + FM_BB_P - 1) % FM_BB_P;
    }
    TAP_EQ(accepted, 0, "PSD0041 another beginning or result is refused, whichever of the 144 words it is");
    for (size_t bit = 0; bit < 8 * proof_len; bit += 8 * proof_len / 1500 + 1) {
        proof[bit / 8] ^= (uint8_t)(1u << bit % 8);
        accepted += check(&st) == FM_OK;
        proof[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    TAP_EQ(accepted, 0, "PSD0042 1,500 flipped bits over the whole proof are refused");
    st = statement(7, FM_STARK_P100H);
    TAP_EQ(check(&st), FM_E_STARK_SIZE, "PSD0043 as a proof of 128 permutations");
    bool good = fm_fib_air(&fib, 6);
    struct fm_stark_statement other = {&fib.air, fm_stark_profile(FM_STARK_P100H), pi, (const uint8_t *)"p2", 2};
    TAP_OK(good && check(&other) == FM_E_STARK_AIR, "PSD0044 as a proof of another table");
    st = statement(6, FM_STARK_P100H);
    uint32_t *cell = &trace[(fm_p2_internal_col(7) << 6) + 33];
    *cell = fm_bb_add(*cell, FM_BB_ONE);
    TAP_EQ(make(&st), FM_E_STARK_TRACE, "PSD0045 the honest prover refuses a trace with one wrong cell");
    TAP_EQ(fault.row * 1000 + fault.constraint, 33000 + constraint_of(fm_p2_internal_col(7)),
           "PSD0046 and names the row and the constraint");
    TAP_EQ(fm_stark_prove(&st, trace, arena, arena_bytes - 1, proof, proof_cap, &proof_len, &fault), FM_E_STARK_ARENA,
           "PSD0047 an arena that is one byte too small");
    TAP_EQ(fault.need, arena_bytes, "PSD0048 is told the size");
}

/* Nothing is checked, a result is a lie, and each forger lies in a way of its own. */
static void test_forgers(void)
{
    uint32_t accepted = 0;
    for (uint32_t log = FM_P2_ROWS_LOG_MIN; log <= 8; log++) {
        for (int attack = EVIL_NONE; attack <= EVIL_FINAL; attack++) {
            struct fm_stark_statement st = statement(log, FM_STARK_P100H);
            honest_trace(log);
            pi[FM_P2_WIDTH + 5] = (pi[FM_P2_WIDTH + 5] + 1) % FM_BB_P;
            room(&st);
            evil_attack = attack;
            fm_err e = evil_prove(&st, trace, arena, arena_bytes, proof, proof_cap, &proof_len, &fault);
            accepted += e == FM_OK && check(&st) == FM_OK;
        }
    }
    TAP_EQ(accepted, 0, "PSD0050 forgers of each kind at four sizes: no false result is accepted");
    accepted = 0;
    for (uint32_t c = 0; c < FM_P2_COLS; c += 7) {
        struct fm_stark_statement st = statement(5, FM_STARK_P100H);
        honest_trace(5);
        trace[(c << 5) + c % 32] = rnd();
        room(&st);
        evil_attack = EVIL_NONE;
        fm_err e = evil_prove(&st, trace, arena, arena_bytes, proof, proof_cap, &proof_len, &fault);
        accepted += e == FM_OK && check(&st) != FM_E_STARK_CONSTRAINTS;
    }
    TAP_EQ(accepted, 0, "PSD0051 a prover that does not look: one wrong cell in any of 43 columns is refused");
}

int main(void)
{
    scratch = malloc(fm_stark_verify_scratch());
    test_vectors();
    test_kernels();
    test_shape();
    test_cells();
    test_honest();
    test_refusals();
    test_forgers();
    free(scratch);
    free(arena);
    free(proof);
    return tap_done();
}
