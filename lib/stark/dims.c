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
