/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The toy experiment: with few queries a forger does succeed, and as often as the formula says. It commits to random
 * words,
 * satisfies the out-of-domain identity, and goes on as if coset 0 were true: a query in that coset passes, so it gets
 * past q queries
 * at rate rho with probability rho^q. Measured over many contexts, for three rates and three counts.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
#include "stark/air_fib.h"
#include "tests/stark/evil.h"
#include "tests/tap.h"

#define TRIALS 3000u

static struct fm_fib fib;
static uint32_t trace[2 << 6];
static uint32_t pi[3];

/* How many of TRIALS forgeries are accepted. */
static uint32_t forgeries(uint32_t log_n, uint8_t log_blowup, uint16_t queries)
{
    struct fm_stark_profile profile = {.name = "toy", .id = FM_STARK_TOY, .log_blowup = log_blowup, .queries = queries,
                                       .log_n_max = 10};
    uint8_t ctx[4];
    struct fm_stark_statement st = {&fib.air, &profile, pi, ctx, sizeof ctx};
    uint32_t accepted = 0;
    void *arena;
    void *scratch = malloc(fm_stark_verify_scratch());
    size_t need;
    size_t cap;
    uint8_t *proof;
    if (!fm_fib_air(&fib, log_n)) {
        abort();
    }
    need = fm_stark_arena_size(&st);
    cap = fm_stark_proof_size(&st);
    arena = malloc(need);
    proof = malloc(cap);
    if (need == 0 || arena == NULL || proof == NULL || scratch == NULL) {
        abort();
    }
    pi[0] = 1;
    pi[1] = 1;
    fm_fib_trace(log_n, pi, trace);
    pi[2] = (pi[2] + 1) % FM_BB_P; /* a false claim */
    evil_attack = EVIL_RANDOM;
    for (uint32_t i = 0; i < TRIALS; i++) {
        struct fm_stark_fault fault;
        size_t len;
        fm_put_le32(ctx, i);
        if (evil_prove(&st, trace, arena, need, proof, cap, &len, &fault) == FM_OK) {
            accepted += fm_stark_verify(&st, proof, len, scratch, fm_stark_verify_scratch()) == FM_OK;
        }
    }
    free(arena);
    free(proof);
    free(scratch);
    return accepted;
}

int main(void)
{
    for (uint8_t log_blowup = 1; log_blowup <= 3; log_blowup++) {
        for (uint16_t queries = 1; queries <= 3; queries++) {
            double rate = pow(0.5, log_blowup * queries);
            double sigma = sqrt(TRIALS * rate * (1 - rate));
            double rho = pow(0.5, log_blowup);
            uint32_t got = forgeries(4, log_blowup, queries);
            char text[160];
            snprintf(text, sizeof text, "TOY%u%u rate 1/%u, %u queries: %u of %u forged, formula %.1f +- %.1f",
                log_blowup,
                     queries, 1u << log_blowup, queries, got, TRIALS, TRIALS * rate, sigma);
            TAP_OK(fabs(got - TRIALS * rate) <= 5 * sigma + 1, text);
            TAP_OK(got <= TRIALS * pow((1 + rho) / 2, queries) + 5 * sigma,
                "TOY0001 and within the proven bound of the query phase");
        }
    }
    return tap_done();
}
