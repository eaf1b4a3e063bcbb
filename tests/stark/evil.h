/* SPDX-License-Identifier: Apache-2.0 */
/* The malicious prover: makes no check at all and damages its own state between the phases. */
#ifndef FM_TESTS_STARK_EVIL_H
#define FM_TESTS_STARK_EVIL_H

#include "stark/prove.h"

enum {
    EVIL_NONE,     /* no lie but the trace and the claim that are given */
    EVIL_IDENTITY, /* the last chunk's value at z made to satisfy the identity; so do all below, to EVIL_LAYER */
    EVIL_RANDOM, EVIL_ROW, EVIL_DEGREE_N, EVIL_QUOTIENT, EVIL_VALUES, EVIL_LAYER,
    EVIL_DEGREE,    /* x^k (x^n - 1), k = evil_degree, is added to column 0, told at z as it is */
    EVIL_CHUNK,     /* x^(n + 1) is added to the quotient's first chunk, and not told at z */
    EVIL_CONSTANT,  /* the first committed layer is all ones: of low degree, but not what was folded */
    EVIL_FINAL,     /* the last coefficient of the last polynomial */
    EVIL_NEIGHBOUR, /* opens the point beside each that is asked for */
    EVIL_ONE_QUERY, /* answers the first query alone */
    /* With challenges from a small set (toy.c): each is right for as many of them as it can be. */
    EVIL_SOME_Z, EVIL_SOME_GAMMA, EVIL_SOME_BETA
};
/* The k-th challenge of the small set. */
struct fm_ext evil_choice(uint32_t k);
extern uint32_t evil_degree;
extern int evil_attack;

fm_err evil_prove(const struct fm_stark_statement *st, const uint32_t *trace, void *arena, size_t arena_len,
                  uint8_t *out, size_t cap, size_t *len, struct fm_stark_fault *fault);

#endif
