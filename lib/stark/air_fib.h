/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A0: public a, b, x. Means: with f(0) = a, f(1) = b, f(i+2) = f(i) + f(i+1) in the field, f(n) = x, n = 2^log_n rows.
 */
#ifndef FM_STARK_AIR_FIB_H
#define FM_STARK_AIR_FIB_H

#include "stark/air.h"

#define FM_FIB_CODE 32u
#define FM_FIB_ENTRIES 4u

struct fm_fib {
    struct fm_air air;
    struct fm_air_ins code[FM_FIB_CODE];
    struct fm_air_entry entries[FM_FIB_ENTRIES];
};

bool fm_fib_air(struct fm_fib *f, uint32_t log_n);
/* Two columns of 2^log_n words from pi[0], pi[1]; pi[2] is set to the result. */
void fm_fib_trace(uint32_t log_n, uint32_t *pi, uint32_t *trace);

#endif
