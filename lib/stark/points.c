/* SPDX-License-Identifier: Apache-2.0 */
/* Points and folds one at a time: for provers, and what tests compare the kernels with. */
#include "stark/verify.h"

/* Layer with degree bound 2^log_d: its points are those of the first, raised to 2^shift (shift = log_n - log_d). */
fm_bb fm_stark_point(uint32_t log_n, uint32_t log_b, uint32_t shift, uint32_t c, uint32_t i)
{
    fm_bb x = fm_bb_mul(fm_bb_of(FM_BB_SHIFT_INT), fm_bb_pow(fm_bb_root(log_n + log_b), c));
    for (uint32_t k = 0; k < shift; k++) {
        x = fm_bb_mul(x, x);
    }
    return fm_bb_mul(x, fm_bb_pow(fm_bb_root(log_n - shift), i));
}

struct fm_ext fm_stark_fold(struct fm_ext *v, uint32_t log_a, fm_bb x, struct fm_ext beta)
{
    fm_bb half = fm_bb_inv(fm_bb_of(2));
    fm_bb xinv = fm_bb_inv(x);
    for (uint32_t log = log_a; log > 0; log--) {
        fm_bb w = fm_bb_inv(fm_bb_root(log));
        fm_bb xi = fm_bb_mul(xinv, half);
        uint32_t h = 1u << (log - 1);
        for (uint32_t m = 0; m < h; m++) {
            struct fm_ext s = fm_ext_scale(fm_ext_add(v[m], v[m + h]), half);
            struct fm_ext t = fm_ext_scale(fm_ext_sub(v[m], v[m + h]), xi);
            v[m] = fm_ext_add(s, fm_ext_mul(&t, &beta));
            xi = fm_bb_mul(xi, w);
        }
        xinv = fm_bb_mul(xinv, xinv);
        beta = fm_ext_mul(&beta, &beta);
    }
    return v[0];
}
