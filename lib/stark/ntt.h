/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Number-theoretic transforms of one column of 2^log elements, in place.
 * forward order: natural values -> coefficients in bit-reversed order (dif with inverse roots), scaled
 * by a power series, -> natural values on a coset (dit with roots). No permutation pass is ever needed.
 */
#ifndef FM_STARK_NTT_H
#define FM_STARK_NTT_H

#include "stark/field.h"

/*
 * 2^log words: roots[h + j] = w_2h^j, j < h, for h = 1, 2, 4, ... 2^log / 2, w_2h a primitive root of order 2h or
 * its inverse: each stage reads its own roots one after the other.
 */
void fm_ntt_roots(uint32_t *roots, uint32_t log, int inverse);
/*
 * The same, and behind it for each root w (2^log words each) what a product by it takes when w is known before: w
 * itself, no Montgomery form, and floor(w 2^32 / p).
 */
void fm_ntt_table(uint32_t *table, uint32_t log, int inverse);
void fm_ntt_dif(uint32_t *x, uint32_t log, const uint32_t *roots);
void fm_ntt_dit(uint32_t *x, uint32_t log, const uint32_t *roots);
/* out[i] = k * s^rev(i), i < 2^log. */
void fm_ntt_powers(uint32_t *out, uint32_t log, fm_bb s, fm_bb k);

#endif
