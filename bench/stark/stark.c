/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of build/bench.tsv. Proven bits of the profiles: tools/check/soundness. One thread, portable C. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/base.h"
#include "stark/air_fib.h"
#include "stark/prove.h"

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static struct fm_fib fib;

static void run(uint32_t log_n, unsigned profile, const char *name, double bar)
{
    uint32_t pi[3] = {1, 1, 0};
    bool ok = fm_fib_air(&fib, log_n);
    FM_ASSERT(ok);
    struct fm_stark_statement st = {&fib.air, fm_stark_profile(profile), pi, NULL, 0};
    size_t need = fm_stark_arena_size(&st);
    size_t cap = fm_stark_proof_size(&st);
    size_t len = 0;
    uint32_t *trace = malloc((size_t)8 << log_n);
    void *arena = malloc(need);
    uint8_t *proof = malloc(cap);
    void *scratch = malloc(fm_stark_verify_scratch());
    struct fm_stark_fault fault;
    fm_fib_trace(log_n, pi, trace);
    double t = seconds();
    fm_err e = fm_stark_prove(&st, trace, arena, need, proof, cap, &len, &fault);
    double proved = seconds() - t;
    FM_ASSERT(e == FM_OK);
    t = seconds();
    for (unsigned i = 0; i < 20; i++) {
        e = fm_stark_verify(&st, proof, len, scratch, fm_stark_verify_scratch());
        FM_ASSERT(e == FM_OK);
    }
    double verified = (seconds() - t) / 20;
    printf("%s_s\t%.3f\ts\t%.2f\t%.2f\n", name, proved, bar, proved / bar);
    printf("%s_bytes\t%zu\tB\t0\t0\n", name, len);
    printf("%s_verify_ms\t%.3f\tms\t2.0\t%.2f\n", name, verified * 1e3, verified * 500);
    free(trace);
    free(arena);
    free(proof);
    free(scratch);
}

int main(void)
{
    run(2, FM_STARK_P100, "stark_fib4", 1);
    run(16, FM_STARK_P100, "stark_fib16_p100", 0.1);
    run(20, FM_STARK_B65, "stark_fib20_b2", 0.4);
    run(20, FM_STARK_P100, "stark_fib20_p100", 1.3);
    printf("stark_verifier_scratch_bytes\t%zu\tB\t32768\t%.2f\n", fm_stark_verify_scratch(),
           (double)fm_stark_verify_scratch() / 32768);
    return 0;
}
