/* SPDX-License-Identifier: Apache-2.0 */
/* One lane, in plain C: what vec.h has for many, so that the same source runs on machines without vectors. */
#ifndef FM_STARK_VEC_1_H
#define FM_STARK_VEC_1_H

#include "stark/field.h"

#define FM_LANES 1u
typedef uint32_t vu;

static inline vu v_load(const uint32_t *p)
{
    return *p;
}

static inline void v_store(uint32_t *p, vu v)
{
    *p = v;
}

static inline vu v_of(uint32_t x)
{
    return x;
}

static inline void v_set(vu *v, unsigned lane, uint32_t x)
{
    v[lane] = x;
}

static inline uint32_t v_get(const vu *v, unsigned lane)
{
    return v[lane];
}

static inline vu v_pick(vu mask, vu m, vu n)
{
    return (m & mask) | (n & ~mask);
}

static inline vu v_bit(vu a, unsigned bit)
{
    return 0u - (a >> bit & 1u);
}

static inline vu v_add(vu a, vu b)
{
    return fm_bb_add(a, b);
}

static inline vu v_sub(vu a, vu b)
{
    return fm_bb_sub(a, b);
}

static inline vu v_mul(vu a, vu b)
{
    return fm_bb_mul(a, b);
}

/* A sum of products below p * 2^32. */
struct v_sum {
    uint64_t t;
};

static inline void v_sum2(struct v_sum *s, vu a, vu b, vu c, vu d)
{
    s->t = fm_bb_fold(s->t + ((uint64_t)a * b + (uint64_t)c * d));
}

static inline void v_sum1(struct v_sum *s, vu a, vu b)
{
    s->t = fm_bb_fold(s->t + (uint64_t)a * b);
}

static inline struct v_sum v_sum_of(vu a, vu b)
{
    struct v_sum s = {(uint64_t)a * b};
    return s;
}

static inline void v_sum2k(struct v_sum *s, vu a, uint32_t x, vu b, uint32_t y)
{
    v_sum2(s, a, x, b, y);
}

static inline vu v_sum_reduce(const struct v_sum *s)
{
    return fm_bb_reduce(s->t);
}

#endif
