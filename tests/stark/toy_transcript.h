/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FM_TESTS_STARK_TOY_TRANSCRIPT_H
#define FM_TESTS_STARK_TOY_TRANSCRIPT_H

#include "stark/verify.h"

struct toy {
    uint32_t bits; /* 0: challenges as they are */
    uint8_t label; /* of the challenge that has so few bits: 1 alpha, 2 z, 3 gamma, 4 beta */
    bool base;     /* the set is 0, 1, ... of the base field; else X, X + 1, ... */
    bool z_is_given;
    struct fm_ext z;
};
extern struct toy toy;

/* The k-th of the set. */
struct fm_ext toy_element(uint32_t k);

#endif
