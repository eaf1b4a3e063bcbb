/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs: one thread, in processor time. bench-stark takes the widest kernels that the processor has, bench-stark-avx2
 * eight lanes at most; its rows end in _avx2. Verification is measured with each set of the verifier's own kernels:
 * rows _verify_ms with the plain one, which is all that the archive has, _verify_N_lanes_ms with N lanes. Proven bits
 * (Johnson bound; tools/check/soundness): P100 100.8, P100F 100.4, P100H 100.0, B65 65.8; rows say the profile where it
 * is not P100. What the machine does at most is measured in the same run: hashes, multiplications, memory; and each
 * phase of a proof is set against the limit that binds it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "bench/clock.h"
#include "bench/stark/made.h"
#include "stark/air_fib.h"
#include "stark/kern.h"
#include "stark/poseidon2.h"
#include "stark/prove.h"

static const char *suffix = "";

static void row(const char *what, const char *more, double value, const char *unit, double bar)
{
    char name[80];
    snprintf(name, sizeof name, "%s%s%s", what, more, suffix);
    bench_row(name, value, unit, bar);
}

/* The verifier's kernels do not follow the prover's: each set of them is measured, once. */
static void verify_rows(const char *what, struct made *m)
{
    double ms[MADE_SETS];
    uint32_t sets = suffix[0] == 0 ? made_verify_ms(m, ms) : 0;
    for (uint32_t i = 0; i < sets; i++) {
        char more[40];
        uint32_t lanes = fm_vkern_at(i)->lanes;
        snprintf(more, sizeof more, "_verify_%u_lanes_ms", lanes);
        row(what, i == 0 ? "_verify_ms" : more, ms[i], "ms", lanes >= 8 ? 1.5 : 2.0);
    }
}

static void growth_row(const char *name, const char *at, double value, const char *unit)
{
    row(name, at, value, unit, 0);
}

static struct fm_fib fib;
static const uint32_t fib_inputs[3] = {1, 1, 0};
static uint32_t fib_pi[3];
static uint32_t fib_log;

static void fib_trace(uint32_t *out)
{
    memcpy(fib_pi, fib_inputs, sizeof fib_pi);
    fm_fib_trace(fib_log, fib_pi, out);
}

struct fib_row {
    const char *name;
    uint32_t log_n;
    unsigned profile;
    double bar_s;
};

static void fib_case(const struct fib_row *r)
{
    struct fm_stark_statement st = {&fib.air, fm_stark_profile(r->profile), fib_pi, NULL, 0};
    struct made m;
    double ms;
    fib_log = r->log_n;
    if (!fm_fib_air(&fib, fib_log)) {
        abort();
    }
    made_take(&m, &st);
    ms = made_prove_ms(&m, fib_trace);
    row(r->name, "_s", ms / 1e3, "s", r->bar_s);
    row(r->name, "_bytes", (double)m.len, "bytes", 0);
    verify_rows(r->name, &m);
    row(r->name, "_arena_bytes", (double)m.need, "bytes", 0);
    made_release(&m);
}

/* name_at_SIZE: what tools/test/bench draws. */
static void fib_growth(const char *what, unsigned profile, uint32_t last_log)
{
    for (uint32_t log = 16; log <= last_log; log++) {
        struct fm_stark_statement st = {&fib.air, fm_stark_profile(profile), fib_pi, NULL, 0};
        struct made m;
        char at[32];
        char name[64];
        fib_log = log;
        if (!fm_fib_air(&fib, fib_log)) {
            abort();
        }
        made_take(&m, &st);
        snprintf(at, sizeof at, "_at_%u", 1u << log);
        snprintf(name, sizeof name, "%s_s", what);
        growth_row(name, at, made_prove_ms(&m, fib_trace) / 1e3, "s");
        snprintf(name, sizeof name, "%s_bytes", what);
        growth_row(name, at, (double)m.len, "bytes");
        snprintf(name, sizeof name, "%s_arena_bytes", what);
        growth_row(name, at, (double)m.need, "bytes");
        made_release(&m);
    }
}

static double hash_per_s;
static double mul_per_s;

/*
 * How far the phases of the last proof are from what the machine does at most: multiplications of the transforms
 * (log n / 2 for each cell and coset), hashes of the two trees over rows.
 */
static void phases(const char *what, const struct made *m)
{
    const struct fm_air *a = m->st->air;
    double n = (double)(1u << a->log_n);
    double cosets = 1u << m->st->profile->log_blowup;
    double leaf = (a->ncols + 15) / 16 + (a->ncols > 256 ? 1 : 0) + (5 * a->nchunks + 15) / 16 + 2;
    double butterflies = n / 2 * a->log_n * a->ncols * (1 + cosets);
    static const char *const names[FM_PHASE_DONE] = {"check", "extend", "hash", "constraints",
                                                     "values", "deep",  "fold", "open"};
    char name[64];
    for (int i = 0; i < FM_PHASE_DONE; i++) {
        double limit_ms = i == FM_PHASE_EXTEND ? butterflies / mul_per_s * 1e3
                          : i == FM_PHASE_HASH ? n * cosets * leaf / hash_per_s * 1e3
                                               : 0;
        snprintf(name, sizeof name, "stark_%s_phase_%s_ms", what, names[i]);
        row(name, "", m->phase_ms[i], "ms", limit_ms);
    }
}

static void statement(const char *what, const struct fm_stark_statement *st, void (*trace)(uint32_t *), double bar_ms,
                      uint32_t blocks)
{
    struct made m;
    char name[64];
    double ms;
    made_take(&m, st);
    ms = made_prove_ms(&m, trace);
    snprintf(name, sizeof name, "stark_%s", what);
    row(name, "_prove_ms", ms, "ms", bar_ms);
    verify_rows(name, &m);
    row(name, "_bytes", (double)m.len, "bytes", 150e3);
    if (blocks > 0) {
        row("stark_blake3_per_s", "", blocks / (ms / 1e3), "compressions/s", 1500);
        phases(what, &m);
    }
    made_release(&m);
}

static struct fm_p2 p2;
static uint32_t p2_pi[FM_P2_PI];

static void p2_trace(uint32_t *out)
{
    for (uint32_t i = 0; i < FM_P2_WIDTH; i++) {
        p2_pi[i] = i;
    }
    fm_p2_trace(p2.air.log_n, p2_pi, out);
}

static void poseidon2(const char *what, uint32_t log_n, unsigned profile, double bar_per_s)
{
    struct fm_stark_statement st = {&p2.air, fm_stark_profile(profile), p2_pi, NULL, 0};
    struct made m;
    char name[64];
    if (!fm_p2_air(&p2, log_n)) {
        abort();
    }
    made_take(&m, &st);
    snprintf(name, sizeof name, "stark_%s", what);
    row(name, "_per_s", (double)(1u << log_n) / (made_prove_ms(&m, p2_trace) / 1e3), "permutations/s", bar_per_s);
    row(name, "_bytes", (double)m.len, "bytes", 0);
    verify_rows(name, &m);
    phases(what, &m);
    made_release(&m);
}

/* How many a second of each kernel the widest set does, over memory that fits the second cache. */
static void limits(void)
{
    enum { N = 1 << 15, REPEAT = 200 };
    const struct fm_kern *k = fm_kern_best();
    uint32_t *x = calloc(4 * N, 4);
    uint8_t *d = malloc(32 * N);
    size_t big = (size_t)256 << 20;
    uint8_t *from = malloc(big);
    uint8_t *to = malloc(big);
    double times[BENCH_RUNS];
    if (x == NULL || d == NULL || from == NULL || to == NULL) {
        abort();
    }
    for (int r = 0; r < BENCH_RUNS; r++) {
        double start = bench_cpu();
        for (int i = 0; i < REPEAT; i++) {
            k->scale(x, x, 12345, N);
        }
        times[r] = (double)N * REPEAT / (bench_cpu() - start);
    }
    mul_per_s = bench_median(times, BENCH_RUNS);
    row("stark_limit_mul_per_s", "", mul_per_s, "mul/s", 0);
    for (int r = 0; r < BENCH_RUNS; r++) {
        double start = bench_cpu();
        for (int i = 0; i < 10; i++) {
            k->nodes((const uint8_t *)x, 4 * N * 4 / 64, d);
        }
        times[r] = 10.0 * (4 * N * 4 / 64) / (bench_cpu() - start);
    }
    hash_per_s = bench_median(times, BENCH_RUNS);
    row("stark_limit_blake3_per_s", "", hash_per_s, "compressions/s", 0);
    memset(from, 1, big);
    memset(to, 2, big);
    for (int r = 0; r < BENCH_RUNS; r++) {
        double start = bench_cpu();
        memcpy(to, from, big);
        __asm__ volatile("" : : "r"(to) : "memory");
        times[r] = 2.0 * (double)big / (bench_cpu() - start);
    }
    row("stark_limit_memory_bytes_per_s", "", bench_median(times, BENCH_RUNS), "bytes/s", 0);
    free(x);
    free(d);
    free(from);
    free(to);
}

int main(void)
{
    static const struct fib_row rows[] = {
        {"stark_fib4", 2, FM_STARK_P100, 0},
        {"stark_fib20_b2", 20, FM_STARK_B65, 0.40},
        {"stark_fib20_p100", 20, FM_STARK_P100, 1.3},
    };
    bool widest = fm_kern_best()->lanes != 8 || fm_kern_at(2) != NULL;
    suffix = widest ? "" : "_avx2";
    printf("# kernels: %s; all figures are of one thread\n", fm_kern_best()->name);
    limits();
    for (size_t i = 0; i < FM_ARRAY_LEN(rows); i++) {
        fib_case(&rows[i]);
    }
    if (widest) {
        fib_growth("stark_fib_b65", FM_STARK_B65, 22);
        fib_growth("stark_fib_p100", FM_STARK_P100, 20);
    }
    statement("member", made_member(), made_member_trace, 25, 0);
    statement("deleg_p", made_deleg_p(), made_paths_trace, 80, 0);
    statement("deleg_w", made_deleg_w(), made_paths_trace, 180, 0);
    statement("rcpt64", made_receipts(), made_receipts_trace, 200, 256);
    statement("capchain8", made_chain8(), made_paths_trace, 300, 0);
    made_profile = FM_STARK_P100F;
    statement("member_p100f", made_member(), made_member_trace, 25, 0);
    statement("deleg_p_p100f", made_deleg_p(), made_paths_trace, 80, 0);
    statement("deleg_w_p100f", made_deleg_w(), made_paths_trace, 180, 0);
    statement("rcpt64_p100f", made_receipts(), made_receipts_trace, 200, 0);
    poseidon2("poseidon2", 13, FM_STARK_B65, 150e3);
    poseidon2("poseidon2_p100h", 13, FM_STARK_P100H, 0);
    row("stark_verifier_scratch_bytes", "", (double)fm_stark_verify_scratch(), "bytes", 32768);
    return 0;
}
