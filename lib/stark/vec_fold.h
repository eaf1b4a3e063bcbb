/* SPDX-License-Identifier: Apache-2.0 */
/* A fold in each lane, over vec_ext.h or vec_ext_1.h, which the includer names first. */
#ifndef FM_STARK_VEC_FOLD_H
#define FM_STARK_VEC_FOLD_H

/*
 * 2^log_a values at the points x, x w, x w^2, ... into 2^log_a times their fold with beta, beta^2, ...; x: the inverse
 * point, roots[k]: the inverse root of order 2^(k + 1). v is overwritten.
 */
static inline struct ve ve_fold(struct ve v[8], uint32_t log_a, vu x, const fm_bb *roots, struct fm_ext beta)
{
    for (uint32_t log = log_a; log > 0; log--) {
        unsigned h = 1u << (log - 1);
        vu xi = x;
        for (unsigned m = 0; m < h; m++) {
            struct ve t = ve_scale(ve_sub(v[m], v[m + h]), xi);
            v[m] = ve_add(ve_add(v[m], v[m + h]), ve_mul(t, ve_of(beta)));
            xi = v_mul(xi, v_of(roots[log - 1]));
        }
        x = v_mul(x, x);
        beta = fm_ext_mul(&beta, &beta);
    }
    return v[0];
}

#endif
