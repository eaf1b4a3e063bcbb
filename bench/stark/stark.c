/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs: one thread, in processor time, the widest kernels that the processor has. Proven bits (Johnson bound): P100
 * 100.8, B65 65.8
 * (tools/check/soundness). What the machine does at most is measured in the same run: hashes, multiplications, memory.
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

static void fib_case(const struct fib_row *row)
{
    struct fm_stark_statement st = {&fib.air, fm_stark_profile(row->profile), fib_pi, NULL, 0};
    struct made m;
    char name[64];
    double ms;
    fib_log = row->log_n;
    if (!fm_fib_air(&fib, fib_log)) {
        abort();
    }
    made_take(&m, &st);
    ms = made_prove_ms(&m, fib_trace);
    snprintf(name, sizeof name, "%s_s", row->name);
    bench_row(name, ms / 1e3, "s", row->bar_s);
    snprintf(name, sizeof name, "%s_bytes", row->name);
    bench_row(name, (double)m.len, "bytes", 0);
    snprintf(name, sizeof name, "%s_verify_ms", row->name);
    bench_row(name, made_verify_ms(&m), "ms", 2.0);
    snprintf(name, sizeof name, "%s_arena_bytes", row->name);
    bench_row(name, (double)m.need, "bytes", 0);
    made_release(&m);
}

static void statement(const char *what, const struct fm_stark_statement *st, void (*trace)(uint32_t *), double bar_ms,
                      uint32_t blocks)
{
    struct made m;
    char name[64];
    double ms;
    made_take(&m, st);
    ms = made_prove_ms(&m, trace);
    snprintf(name, sizeof name, "stark_%s_prove_ms", what);
    bench_row(name, ms, "ms", bar_ms);
    snprintf(name, sizeof name, "stark_%s_verify_ms", what);
    bench_row(name, made_verify_ms(&m), "ms", 2.0);
    snprintf(name, sizeof name, "stark_%s_bytes", what);
    bench_row(name, (double)m.len, "bytes", 150e3);
    if (blocks > 0) {
        bench_row("stark_blake3_per_s", blocks / (ms / 1e3), "compressions/s", 1500);
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

static void poseidon2(const char *name, uint32_t log_n, unsigned profile, double bar_per_s)
{
    struct fm_stark_statement st = {&p2.air, fm_stark_profile(profile), p2_pi, NULL, 0};
    struct made m;
    char text[64];
    if (!fm_p2_air(&p2, log_n)) {
        abort();
    }
    made_take(&m, &st);
    bench_row(name, (double)(1u << log_n) / (made_prove_ms(&m, p2_trace) / 1e3), "permutations/s", bar_per_s);
    snprintf(text, sizeof text, "%s_bytes", name);
    bench_row(text, (double)m.len, "bytes", 0);
    snprintf(text, sizeof text, "%s_verify_ms", name);
    bench_row(text, made_verify_ms(&m), "ms", 0);
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
    bench_row("stark_limit_mul_per_s", bench_median(times, BENCH_RUNS), "mul/s", 0);
    for (int r = 0; r < BENCH_RUNS; r++) {
        double start = bench_cpu();
        for (int i = 0; i < 10; i++) {
            k->nodes((const uint8_t *)x, 4 * N * 4 / 64, d);
        }
        times[r] = 10.0 * (4 * N * 4 / 64) / (bench_cpu() - start);
    }
    bench_row("stark_limit_blake3_per_s", bench_median(times, BENCH_RUNS), "compressions/s", 0);
    memset(from, 1, big);
    memset(to, 2, big);
    for (int r = 0; r < BENCH_RUNS; r++) {
        double start = bench_cpu();
        memcpy(to, from, big);
        __asm__ volatile("" : : "r"(to) : "memory");
        times[r] = 2.0 * (double)big / (bench_cpu() - start);
    }
    bench_row("stark_limit_memory_bytes_per_s", bench_median(times, BENCH_RUNS), "bytes/s", 0);
    free(x);
    free(d);
    free(from);
    free(to);
}

int main(void)
{
    static const struct fib_row rows[] = {
        {"stark_fib4", 2, FM_STARK_P100, 0},        {"stark_fib20_b2", 20, FM_STARK_B65, 0.40},
        {"stark_fib20_p100", 20, FM_STARK_P100, 1.3},
    };
    char name[64];
    printf("# kernels: %s; all figures are of one thread\n", fm_kern_best()->name);
    limits();
    for (size_t i = 0; i < FM_ARRAY_LEN(rows); i++) {
        fib_case(&rows[i]);
    }
    for (uint32_t log = 16; log <= 20; log++) {
        struct fib_row row = {name, log, FM_STARK_P100, 0};
        snprintf(name, sizeof name, "stark_fib_p100_at_%u", 1u << log);
        fib_case(&row);
    }
    statement("member", made_member(), made_member_trace, 25, 0);
    statement("deleg_p", made_deleg_p(), made_paths_trace, 80, 0);
    statement("deleg_w", made_deleg_w(), made_paths_trace, 180, 0);
    statement("rcpt64", made_receipts(), made_receipts_trace, 200, 256);
    statement("capchain8", made_chain8(), made_paths_trace, 300, 0);
    poseidon2("stark_poseidon2_per_s", 15, FM_STARK_B65, 150e3);
    poseidon2("stark_poseidon2_p100h_per_s", 14, FM_STARK_P100H, 0);
    bench_row("stark_verifier_scratch_bytes", (double)fm_stark_verify_scratch(), "bytes", 32768);
    return 0;
}
