/* SPDX-License-Identifier: Apache-2.0 */
/* An element of the extension in each lane, over vec.h or vec_1.h, which the includer names first. */
#ifndef FM_STARK_VEC_EXT_H
#define FM_STARK_VEC_EXT_H

/* An element of the extension in each lane. */
struct ve {
    vu c[FM_EXT_DEGREE];
};

static inline struct ve ve_add(struct ve a, struct ve b)
{
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        a.c[i] = v_add(a.c[i], b.c[i]);
    }
    return a;
}

static inline struct ve ve_sub(struct ve a, struct ve b)
{
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        a.c[i] = v_sub(a.c[i], b.c[i]);
    }
    return a;
}

static inline struct ve ve_scale(struct ve a, vu b)
{
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        a.c[i] = v_mul(a.c[i], b);
    }
    return a;
}

static inline struct ve ve_of(struct fm_ext a)
{
    struct ve r;
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        r.c[i] = v_of(a.c[i]);
    }
    return r;
}

/* Five columns of `stride` words, at one place. */
static inline struct ve ve_load(const uint32_t *p, size_t stride)
{
    struct ve r;
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        r.c[i] = v_load(p + i * stride);
    }
    return r;
}

static inline void ve_store(uint32_t *p, size_t stride, struct ve a)
{
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        v_store(p + i * stride, a.c[i]);
    }
}

static inline struct ve ve_mul(struct ve a, struct ve b)
{
    vu w[2 * FM_EXT_DEGREE]; /* b, and before it b doubled: X^5 = 2 */
    struct ve r;
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        w[i] = v_add(b.c[i], b.c[i]);
        w[FM_EXT_DEGREE + i] = b.c[i];
    }
    for (unsigned k = 0; k < FM_EXT_DEGREE; k++) {
        const vu *x = w + FM_EXT_DEGREE + k;
        struct v_sum s = v_sum_of(a.c[4], x[-4]);
        v_sum2(&s, a.c[0], x[0], a.c[1], x[-1]);
        v_sum2(&s, a.c[2], x[-2], a.c[3], x[-3]);
        r.c[k] = v_sum_reduce(&s);
    }
    return r;
}

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
