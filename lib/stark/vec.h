/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FM_LANES field elements at once, in the compiler's vector types: the one source of every vector kernel. A kern_*.c
 * file sets
 * FM_LANES (4, 8 or 16) and the lists of lanes that shuffles need, and is compiled for its instruction set.
 *
 * An element is kept as in field.h: Montgomery form, below p. `vu` holds one a lane; `vd` is the same register seen
 * as 64-bit halves, where products of the even or the odd lanes stand.
 */
#ifndef FM_STARK_VEC_H
#define FM_STARK_VEC_H

#include "stark/field.h"

#define FM_VEC_BYTES (4 * FM_LANES)
typedef uint32_t vu __attribute__((vector_size(FM_VEC_BYTES)));
typedef uint64_t vd __attribute__((vector_size(FM_VEC_BYTES)));
typedef uint32_t vu_mem __attribute__((vector_size(FM_VEC_BYTES), aligned(4), may_alias));

static inline vu v_load(const uint32_t *p)
{
    return *(const vu_mem *)(const void *)p;
}

static inline void v_store(uint32_t *p, vu v)
{
    *(vu_mem *)(void *)p = v;
}

static inline vu v_of(uint32_t x)
{
    return (vu){0} + x;
}

static inline vu v_min(vu a, vu b)
{
    vu m = (vu)(a < b);
    return (a & m) | (b & ~m);
}

static inline vu v_add(vu a, vu b)
{
    vu s = a + b;
    return v_min(s, s - FM_BB_P);
}

static inline vu v_sub(vu a, vu b)
{
    vu d = a - b;
    return v_min(d, d + FM_BB_P);
}

/* The even lanes' and the odd lanes' values, each in the low half of a 64-bit lane. */
static inline vd v_even(vu a)
{
    return (vd)a & 0xffffffffu;
}

static inline vd v_odd(vu a)
{
    return (vd)a >> 32;
}

/* The high halves of the even products and the odd products, each back in its lane. */
static inline vu v_high(vd even, vd odd)
{
    return __builtin_shufflevector((vu)even, (vu)odd, FM_LANES_HIGH);
}

/* t * 2^-32 mod p of even and odd lanes, each below p * 2^32. */
static inline vu v_reduce(vd even, vd odd)
{
    vd qe = (even & 0xffffffffu) * FM_BB_MU;
    vd qo = (odd & 0xffffffffu) * FM_BB_MU;
    vu m = v_high((qe & 0xffffffffu) * FM_BB_P, (qo & 0xffffffffu) * FM_BB_P);
    vu d = v_high(even, odd) - m;
    return v_min(d, d + FM_BB_P);
}

static inline vu v_mul(vu a, vu b)
{
    return v_reduce(v_even(a) * v_even(b), v_odd(a) * v_odd(b));
}

/* A sum of products below p * 2^32 in each 64-bit lane. */
struct v_sum {
    vd even, odd;
};

/* For t < 2p * 2^32: the same residue below p * 2^32. Only the high words change: the low ones lose nothing. */
static inline vd v_fold(vd t)
{
    vu x = (vu)t;
    return (vd)v_min(x, x - (vu)((vd){0} + ((uint64_t)FM_BB_P << 32)));
}

/* s + a b + c d: two products stay below p * 2^32, so one correction is enough for both. */
static inline void v_sum2(struct v_sum *s, vu a, vu b, vu c, vu d)
{
    s->even = v_fold(s->even + (v_even(a) * v_even(b) + v_even(c) * v_even(d)));
    s->odd = v_fold(s->odd + (v_odd(a) * v_odd(b) + v_odd(c) * v_odd(d)));
}

static inline void v_sum1(struct v_sum *s, vu a, vu b)
{
    s->even = v_fold(s->even + v_even(a) * v_even(b));
    s->odd = v_fold(s->odd + v_odd(a) * v_odd(b));
}

static inline vu v_sum_reduce(const struct v_sum *s)
{
    return v_reduce(s->even, s->odd);
}

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
        struct v_sum s = {v_even(a.c[4]) * v_even(x[-4]), v_odd(a.c[4]) * v_odd(x[-4])};
        v_sum2(&s, a.c[0], x[0], a.c[1], x[-1]);
        v_sum2(&s, a.c[2], x[-2], a.c[3], x[-3]);
        r.c[k] = v_sum_reduce(&s);
    }
    return r;
}

#endif
