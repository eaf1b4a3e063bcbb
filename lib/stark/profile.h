/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Profiles: every parameter on which the soundness of a proof depends, under one number.
 * tools/check/soundness reads profiles.def, computes the proven bits of each and fails the build when one
 * is below its row's claim.
 */
#ifndef FM_STARK_PROFILE_H
#define FM_STARK_PROFILE_H

#include <stdbool.h>
#include <stdint.h>

struct fm_stark_profile {
    char name[8];
    uint8_t id;
    uint8_t log_blowup;
    uint16_t queries;
    uint8_t pow_query, pow_batch, pow_commit, pow_deep; /* bits of work */
    uint8_t bits;                                       /* proven, see docs/spec/stark.md */
    uint8_t log_n_max;                                  /* longest trace for which the bits hold */
};

enum {
    FM_STARK_P100 = 1,
    FM_STARK_P128 = 2,
    FM_STARK_U100 = 3,
    FM_STARK_P100F = 4,
    FM_STARK_P100H = 5,
    FM_STARK_B65 = 6, /* for comparison with other provers only */
    FM_STARK_TOY = 7  /* tests only: no claim */
};

/* The profile of that number, or NULL. */
const struct fm_stark_profile *fm_stark_profile(unsigned id);

#define FM_STARK_BITS_LEAST 100u
/* Whether a profile of that number is there but claims fewer bits than a statement about state needs: B65 and TOY. */
bool fm_stark_profile_weak(unsigned id);

#endif
