/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The toy experiments: where a challenge has few values, or there are few queries, a forger does succeed, and as
 * often as the soundness formula says. One experiment a round of the protocol; each forgery is as good as its round
 * allows:
 *   query   random words, true on one coset: gets past q queries at rate rho with rho^q
 *   alpha   two wrong boundary values whose weighted sum vanishes for two alphas: 2 / |S|; the bound is (C - 1) / |S|
 *   z       a quotient that is right at n points: n / |S|; the bound is (d (n + 1) + n - 1) / |S|
 *   gamma   values at z that lie, but not in the sum for two gammas: 2 / |S|; the bound is (B - 1) / |S|
 *   beta    a far word that folds to a polynomial for seven betas: 7 / |S|; the bound is (8 - 1) / |S|
 * Measured over many contexts; the formula's rate must lie in the 99.9 % interval (Wilson) of what was measured. A
 * protocol that draws a challenge too early, or not at all, fails these by orders of magnitude.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
#include "stark/air_fib.h"
#include "tests/stark/evil.h"
#include "tests/stark/toy_transcript.h"
#include "tests/tap.h"

#define TRIALS 4000u

static struct fm_fib fib;
static uint32_t trace[2 << 6];
static uint32_t pi[3];
static uint8_t ctx[4];
static struct fm_stark_statement st;
static void *arena, *scratch;
static uint8_t *proof;
static size_t need, cap;

struct fm_ext evil_choice(uint32_t k)
{
    return toy_element(k);
}

static void begin(uint32_t log_n, const struct fm_stark_profile *profile)
{
    if (!fm_fib_air(&fib, log_n)) {
        abort();
    }
    st = (struct fm_stark_statement){&fib.air, profile, pi, ctx, sizeof ctx};
    need = fm_stark_arena_size(&st);
    cap = fm_stark_proof_size(&st);
    arena = malloc(need);
    proof = malloc(cap);
    scratch = malloc(fm_stark_verify_scratch());
    if (need == 0 || arena == NULL || proof == NULL || scratch == NULL) {
        abort();
    }
    pi[0] = 1;
    pi[1] = 1;
    fm_fib_trace(log_n, pi, trace);
}

static void end(void)
{
    free(arena);
    free(proof);
    free(scratch);
    toy = (struct toy){0};
}

/* How many of TRIALS forgeries are accepted, each in a context of its own. */
static uint32_t forgeries(int attack)
{
    uint32_t accepted = 0;
    evil_attack = attack;
    for (uint32_t i = 0; i < TRIALS; i++) {
        struct fm_stark_fault fault;
        size_t len;
        fm_put_le32(ctx, i);
        if (evil_prove(&st, trace, arena, need, proof, cap, &len, &fault) == FM_OK) {
            accepted += fm_stark_verify(&st, proof, len, scratch, fm_stark_verify_scratch()) == FM_OK;
        }
    }
    return accepted;
}

/* Wilson's interval at 99.9 %. */
static void judge(const char *what, uint32_t got, double rate, double bound)
{
    const double z = 3.2905;
    double n = TRIALS;
    double p = got / n;
    double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
    double half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    char text[200];
    snprintf(text, sizeof text,
        "TOY0001 %s: %u of %u forged, rate in [%.5f, %.5f]; formula %.5f, bound %.5f", what, got,
             TRIALS, centre - half, centre + half, rate, bound);
    TAP_OK(centre - half <= rate && rate <= centre + half && centre - half <= bound, text);
}

static void queries(void)
{
    for (uint8_t log_blowup = 1; log_blowup <= 3; log_blowup++) {
        for (uint16_t q = 1; q <= 3; q++) {
            struct fm_stark_profile profile = {"toy", FM_STARK_TOY, log_blowup, q, 0, 0, 0, 0, 0, 10};
            double rho = pow(0.5, log_blowup);
            char text[64];
            begin(4, &profile);
            pi[2] = (pi[2] + 1) % FM_BB_P;
            snprintf(text, sizeof text, "query, rate 1/%u, %u of them", 1u << log_blowup, q);
            judge(text, forgeries(EVIL_RANDOM), pow(rho, q), pow((1 + rho) / 2, q));
            end();
        }
    }
}

static const struct fm_stark_profile enough = {"toy", FM_STARK_TOY, 2, 24, 0, 0, 0, 0, 0, 10};

static void challenges(uint32_t bits)
{
    double set = pow(2, bits);
    char text[64];

    begin(4, &enough);
    toy = (struct toy){.bits = bits, .label = 1, .base = true};
    pi[0] = 0; /* the trace begins at 1, 1 */
    pi[1] = 8; /* (1 - 0) alpha + (1 - 8) vanishes for alpha = 7, and both weights for alpha = 0 */
    snprintf(text, sizeof text, "alpha, of 2^%u", bits);
    judge(text, forgeries(EVIL_NONE), 2 / set, (fib.air.ncons - 1) / set);
    end();

    begin(4, &enough);
    toy = (struct toy){.bits = bits, .label = 2};
    pi[2] = (pi[2] + 1) % FM_BB_P;
    snprintf(text, sizeof text, "z, of 2^%u", bits);
    judge(text, forgeries(EVIL_SOME_Z), 16 / set, (3 * 17 + 15) / set);
    end();

    begin(4, &enough);
    toy = (struct toy){.bits = bits, .label = 3};
    pi[2] = (pi[2] + 1) % FM_BB_P;
    snprintf(text, sizeof text, "gamma, of 2^%u", bits);
    judge(text, forgeries(EVIL_SOME_GAMMA), 2 / set, (fib.air.npairs + fib.air.nchunks - 1) / set);
    end();

    begin(6, &enough);
    toy = (struct toy){.bits = bits, .label = 4, .z_is_given = true};
    toy.z = toy_element(0);
    pi[2] = (pi[2] + 1) % FM_BB_P;
    snprintf(text, sizeof text, "beta, of 2^%u, z known", bits);
    judge(text, forgeries(EVIL_SOME_BETA), 7 / set, 7 / set);
    end();
}

/* M13: a transcript that gives a point of the base field, or of the trace domain, is refused before anything is
 * read. */
static void given_points(void)
{
    static const struct {
        const char *name;
        uint32_t c0, c4;
        fm_err want;
    } t[] = {{"M13 z in the base field", 12345, 0, FM_E_STARK_POINT},
             {"M13 z = 1, in the trace domain", 1, 0, FM_E_STARK_POINT},
             {"M13 z = 0", 0, 0, FM_E_STARK_POINT},
             {"M13 z of the extension", 12345, 1, FM_OK}};
    for (uint32_t log_n = 2; log_n <= 6; log_n += 2) {
        for (size_t i = 0; i < FM_ARRAY_LEN(t); i++) {
            struct fm_stark_fault fault;
            size_t len = 0;
            char text[96];
            begin(log_n, fm_stark_profile(FM_STARK_P100));
            toy.z_is_given = true;
            toy.z = (struct fm_ext){{fm_bb_of(t[i].c0), 0, 0, 0, t[i].c4}};
            evil_attack = EVIL_NONE;
            snprintf(text, sizeof text, "%s, 2^%u rows: %s", t[i].name, log_n, fm_err_name(t[i].want));
            TAP_OK(evil_prove(&st, trace, arena, need, proof, cap, &len, &fault) == FM_OK &&
                       fm_stark_verify(&st, proof, len, scratch, fm_stark_verify_scratch()) == t[i].want,
                   text);
            end();
        }
    }
}

int main(void)
{
    given_points();
    queries();
    challenges(8);
    challenges(6);
    return tap_done();
}
