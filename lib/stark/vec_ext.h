/* SPDX-License-Identifier: Apache-2.0 */
/* An element of the extension in each lane, over vec.h. vec_ext_1.h has the same names for one lane. */
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

#endif
