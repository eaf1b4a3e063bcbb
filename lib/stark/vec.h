/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FM_LANES field elements at once, in the compiler's vector types: the one source of every vector kernel. lanes_*.h
 * sets FM_LANES (4, 8 or 16) and the lists of lanes that shuffles need; who includes it is compiled for the instruction
 * set. vec_1.h has the same names for one element in plain C.
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

static inline void v_set(vu *v, unsigned lane, uint32_t x)
{
    (*v)[lane] = x;
}

static inline uint32_t v_get(const vu *v, unsigned lane)
{
    return (*v)[lane];
}

/* m where the lane's mask is all ones, else n. */
static inline vu v_pick(vu mask, vu m, vu n)
{
    return (m & mask) | (n & ~mask);
}

/* All ones in the lanes whose bit `bit` is set. */
static inline vu v_bit(vu a, unsigned bit)
{
    return -((a >> bit) & 1u);
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

/*
 * x w mod p for any x below 2^32, where w (no Montgomery form) and floor(w 2^32 / p) were at hand before: a product
 * has two high halves to take instead of four, and needs not be below p on its way in (V. Shoup).
 */
static inline vu v_turn(vu x, vu w, vu quotient)
{
    vu r = x * w - v_high(v_even(x) * v_even(quotient), v_odd(x) * v_odd(quotient)) * FM_BB_P;
    return v_min(r, r - FM_BB_P);
}

/* a - b + p, below 2p: to be turned. */
static inline vu v_less(vu a, vu b)
{
    return a - b + FM_BB_P;
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

static inline vd v_wide(uint32_t k)
{
    return (vd){0} + k;
}

/* a b, the first of a sum. */
static inline struct v_sum v_sum_of(vu a, vu b)
{
    struct v_sum s = {v_even(a) * v_even(b), v_odd(a) * v_odd(b)};
    return s;
}

/* s + a x + b y for the same x and y in every lane. */
static inline void v_sum2k(struct v_sum *s, vu a, uint32_t x, vu b, uint32_t y)
{
    vd wx = v_wide(x);
    vd wy = v_wide(y);
    s->even = v_fold(s->even + (v_even(a) * wx + v_even(b) * wy));
    s->odd = v_fold(s->odd + (v_odd(a) * wx + v_odd(b) * wy));
}

static inline vu v_sum_reduce(const struct v_sum *s)
{
    return v_reduce(s->even, s->odd);
}

#endif
