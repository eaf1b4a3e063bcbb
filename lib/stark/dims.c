/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/verify.h"

/* Short traces fold to 8 coefficients, long ones to at most 256: a further layer would cost more than it saves. */
static uint32_t arity_log(uint32_t log_n, uint32_t log_d)
{
    if (log_n > 9) {
        return log_d > 8 ? 3 : 0;
    }
    uint32_t left = log_d > 3 ? log_d - 3 : 0;
    return left < 3 ? left : 3;
}

bool fm_stark_dims(const struct fm_stark_statement *st, struct fm_stark_dims *d)
{
    const struct fm_air *a = st->air;
    if (a->bad || st->profile == NULL) {
        return false;
    }
    d->log_n = a->log_n;
    d->log_b = st->profile->log_blowup;
    d->layers = 0;
    d->log_d[0] = d->log_n;
    for (uint32_t k; (k = arity_log(d->log_n, d->log_d[d->layers])) != 0;) {
        d->log_a[d->layers] = k;
        d->log_d[d->layers + 1] = d->log_d[d->layers] - k;
        d->layers++;
    }
    d->first = a->narrow && d->layers > 0 ? 1 : 0;
    d->group = 1;
    if (a->narrow) {
        d->group = (uint32_t)1 << (d->layers > 0 ? d->log_a[0] : d->log_n);
    }
    d->trace_leaf = 4 * a->ncols * d->group;
    d->quot_leaf = FM_EXT_BYTES * a->nchunks * d->group;
    /* At blowup 2 four rows leave no room between the code and the space: n + 2 < (1 - theta) N fails. */
    bool room = d->log_b > 1 || d->log_n > 2;
    return room && d->trace_leaf <= FM_STARK_LEAF_MAX && a->npi <= FM_STARK_PI_MAX &&
           st->profile->queries <= FM_STARK_QUERIES_MAX && d->log_n <= st->profile->log_n_max &&
           d->log_n + d->log_b <= FM_BB_TWO_ADICITY && a->nchunks <= (1u << d->log_b) &&
           a->npairs + a->nchunks <= FM_STARK_OPENINGS_MAX && a->ncons <= FM_STARK_CONSTRAINTS_MAX;
}

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

uint32_t fm_stark_sort(uint32_t *v, uint32_t n)
{
    uint32_t out = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t x = v[i];
        uint32_t j = out;
        while (j > 0 && v[j - 1] > x) {
            j--;
        }
        if (j > 0 && v[j - 1] == x) {
            continue;
        }
        for (uint32_t k = out; k > j; k--) {
            v[k] = v[k - 1];
        }
        v[j] = x;
        out++;
    }
    return out;
}
