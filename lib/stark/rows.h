/* SPDX-License-Identifier: Apache-2.0 */
/* The prover's evaluation of a table at one row of base-field columns. */
#ifndef FM_STARK_ROWS_H
#define FM_STARK_ROWS_H

#include "stark/air.h"

#define FM_ROWS_CONS_MAX 640u

struct fm_rows {
    const struct fm_air *air;
    const fm_bb *pi;
    const uint32_t *cols; /* column c, row r at cols[c * stride + r] */
    const uint32_t *per;  /* public column p, row r at per[p * per_stride + r] */
    size_t stride, per_stride, n;
};

/* out[k] = constraint k at that row; at most FM_ROWS_CONS_MAX. */
void fm_rows_eval(const struct fm_rows *r, size_t row, uint32_t *out);
/* The public columns on the trace domain: column after column, n words each. */
void fm_rows_public(const struct fm_air *a, const fm_bb *pi, uint32_t *out);

#endif
