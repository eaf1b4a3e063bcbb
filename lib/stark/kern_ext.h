/* SPDX-License-Identifier: Apache-2.0 */
/* Columns, extension columns and their combinations. What is left of a count is done one by one. */
#ifndef FM_STARK_KERN_EXT_H
#define FM_STARK_KERN_EXT_H

#include "stark/kern_rows.h"
#include "stark/vec_ext.h"
#include "stark/vec_fold.h"
#include "stark/verify.h"

static struct fm_ext one_load(const uint32_t *p, size_t stride)
{
    struct fm_ext r;
    for (unsigned l = 0; l < FM_EXT_DEGREE; l++) {
        r.c[l] = p[l * stride];
    }
    return r;
}

static void kern_mul(uint32_t *out, const uint32_t *a, const uint32_t *b, size_t n)
{
    size_t i = 0;
    for (; i + FM_LANES <= n; i += FM_LANES) {
        v_store(out + i, v_mul(v_load(a + i), v_load(b + i)));
    }
    for (; i < n; i++) {
        out[i] = fm_bb_mul(a[i], b[i]);
    }
}

static void kern_scale(uint32_t *out, const uint32_t *a, fm_bb k, size_t n)
{
    size_t i = 0;
    for (; i + FM_LANES <= n; i += FM_LANES) {
        v_store(out + i, v_mul(v_load(a + i), v_of(k)));
    }
    for (; i < n; i++) {
        out[i] = fm_bb_mul(a[i], k);
    }
}

static struct fm_ext kern_dot(const uint32_t *f, const uint32_t *w, size_t stride, size_t n)
{
    struct fm_ext r = {{0, 0, 0, 0, 0}};
    size_t i = 0;
    struct v_sum sum[FM_EXT_DEGREE];
    for (unsigned l = 0; l < FM_EXT_DEGREE; l++) {
        sum[l].even = v_wide(0);
        sum[l].odd = v_wide(0);
    }
    for (; i + 2 * FM_LANES <= n; i += 2 * FM_LANES) {
        vu a = v_load(f + i);
        vu b = v_load(f + i + FM_LANES);
        for (unsigned l = 0; l < FM_EXT_DEGREE; l++) {
            v_sum2(&sum[l], a, v_load(w + l * stride + i), b,
                   v_load(w + l * stride + i + FM_LANES));
        }
    }
    for (unsigned l = 0; l < FM_EXT_DEGREE; l++) {
        vu s = v_sum_reduce(&sum[l]);
        for (unsigned k = 0; k < FM_LANES; k++) {
            r.c[l] = fm_bb_add(r.c[l], s[k]);
        }
        for (size_t j = i; j < n; j++) {
            r.c[l] = fm_bb_add(r.c[l], fm_bb_mul(f[j], w[l * stride + j]));
        }
    }
    return r;
}

/* One inversion a lane: each lane multiplies up its own elements, and takes them apart again. */
static void kern_invert(uint32_t *a, uint32_t *tmp, size_t stride, size_t n)
{
    const struct fm_ext one = {{FM_BB_ONE, 0, 0, 0, 0}};
    size_t whole = n - n % FM_LANES;
    struct ve p = ve_of(one);
    for (size_t i = 0; i < whole; i += FM_LANES) {
        ve_store(tmp + i, stride, p);
        p = ve_mul(p, ve_load(a + i, stride));
    }
    for (unsigned k = 0; k < FM_LANES; k++) {
        struct fm_ext lane;
        for (unsigned l = 0; l < FM_EXT_DEGREE; l++) {
            lane.c[l] = p.c[l][k];
        }
        lane = fm_ext_inv(&lane);
        for (unsigned l = 0; l < FM_EXT_DEGREE; l++) {
            p.c[l][k] = lane.c[l];
        }
    }
    for (size_t i = whole; i > 0;) {
        struct ve r;
        i -= FM_LANES;
        r = ve_mul(p, ve_load(tmp + i, stride));
        p = ve_mul(p, ve_load(a + i, stride));
        ve_store(a + i, stride, r);
    }
    for (size_t i = whole; i < n; i++) {
        struct fm_ext x = one_load(a + i, stride);
        one_store(a + i, stride, fm_ext_inv(&x));
    }
}

static void kern_ext_scale(uint32_t *out, const uint32_t *a, size_t stride, struct fm_ext k,
                           size_t n)
{
    size_t i = 0;
    for (; i + FM_LANES <= n; i += FM_LANES) {
        ve_store(out + i, stride, ve_mul(ve_load(a + i, stride), ve_of(k)));
    }
    for (; i < n; i++) {
        struct fm_ext x = one_load(a + i, stride);
        one_store(out + i, stride, fm_ext_mul(&x, &k));
    }
}

static void one_combine(uint32_t *out, size_t out_stride, const struct fm_kern_term *terms,
                        uint32_t nterms, size_t first, struct fm_ext k, const uint32_t *w,
                        size_t w_stride, size_t i)
{
    struct fm_ext x = one_load(w + i, w_stride);
    for (uint32_t j = 0; j < nterms; j++) {
        k = fm_ext_add(k, fm_ext_scale(terms[j].coef, terms[j].col[first + i]));
    }
    x = fm_ext_mul(&k, &x);
    one_store(out + i, out_stride, fm_ext_add(one_load(out + i, out_stride), x));
}

static void kern_combine(uint32_t *out, size_t out_stride, const struct fm_kern_term *terms,
                         uint32_t nterms, size_t first, struct fm_ext k, const uint32_t *w,
                         size_t w_stride, size_t n)
{
    size_t i = 0;
    for (; i + FM_LANES <= n; i += FM_LANES) {
        struct v_sum sum[FM_EXT_DEGREE];
        struct ve t;
        uint32_t j = 0;
        for (unsigned l = 0; l < FM_EXT_DEGREE; l++) {
            sum[l].even = v_wide(0);
            sum[l].odd = v_wide(0);
        }
        for (; j + 2 <= nterms; j += 2) {
            vu a = v_load(terms[j].col + first + i);
            vu b = v_load(terms[j + 1].col + first + i);
            for (unsigned l = 0; l < FM_EXT_DEGREE; l++) {
                v_sum2k(&sum[l], a, terms[j].coef.c[l], b, terms[j + 1].coef.c[l]);
            }
        }
        for (unsigned l = 0; l < FM_EXT_DEGREE; l++) {
            if (j < nterms) {
                vu a = v_load(terms[j].col + first + i);
                v_sum2k(&sum[l], a, terms[j].coef.c[l], a, 0);
            }
            t.c[l] = v_add(v_sum_reduce(&sum[l]), v_of(k.c[l]));
        }
        t = ve_mul(t, ve_load(w + i, w_stride));
        ve_store(out + i, out_stride, ve_add(ve_load(out + i, out_stride), t));
    }
    for (; i < n; i++) {
        one_combine(out, out_stride, terms, nterms, first, k, w, w_stride, i);
    }
}

static void kern_fold(uint32_t *out, size_t out_stride, const uint32_t *in, size_t in_stride,
                      size_t step, uint32_t log_a, fm_bb xinv, const uint32_t *iroots,
                      struct fm_ext beta)
{
    fm_bb w[4]; /* inverse roots of order 2^(log + 1) */
    fm_bb scale = fm_bb_inv(fm_bb_of(1u << log_a));
    size_t i = 0;
    for (uint32_t log = 0; log < log_a; log++) {
        w[log] = fm_bb_inv(fm_bb_root(log + 1));
    }
    for (; i + FM_LANES <= step; i += FM_LANES) {
        struct ve v[8];
        vu x = v_mul(v_load(iroots + i), v_of(xinv));
        for (unsigned m = 0; m < 1u << log_a; m++) {
            v[m] = ve_load(in + i + m * step, in_stride);
        }
        ve_store(out + i, out_stride, ve_scale(ve_fold(v, log_a, x, w, beta), v_of(scale)));
    }
    for (; i < step; i++) {
        struct fm_ext v[8];
        for (unsigned m = 0; m < 1u << log_a; m++) {
            v[m] = one_load(in + i + m * step, in_stride);
        }
        one_store(out + i, out_stride,
                  fm_stark_fold(v, log_a, fm_bb_inv(fm_bb_mul(xinv, iroots[i])), beta));
    }
}

#endif
