/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/field.h"

/* 31^15 mod p: generates the subgroup of order 2^27 (also published as 0x1a427a41). */
#define ROOT27_INT 0x1a427a41u
/* 2^((p-1)/5): X^p = X * this, so Frobenius multiplies coordinate i by its i-th power. */
#define FROBENIUS_INT 815036133u

fm_bb fm_bb_pow(fm_bb a, uint64_t e)
{
    fm_bb r = FM_BB_ONE;
    for (; e != 0; e >>= 1) {
        if (e & 1) {
            r = fm_bb_mul(r, a);
        }
        a = fm_bb_mul(a, a);
    }
    return r;
}

fm_bb fm_bb_inv(fm_bb a)
{
    return fm_bb_pow(a, FM_BB_P - 2u);
}

fm_bb fm_bb_root(unsigned log)
{
    fm_bb r = fm_bb_of(ROOT27_INT);
    for (unsigned i = FM_BB_TWO_ADICITY; i > log; i--) {
        r = fm_bb_mul(r, r);
    }
    return r;
}

struct fm_ext fm_ext_of(fm_bb a)
{
    struct fm_ext r = {{a, 0, 0, 0, 0}};
    return r;
}

void fm_ext_inc(struct fm_ext *a, const struct fm_ext *b)
{
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        a->c[i] = fm_bb_add(a->c[i], b->c[i]);
    }
}

void fm_ext_dec(struct fm_ext *a, const struct fm_ext *b)
{
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        a->c[i] = fm_bb_sub(a->c[i], b->c[i]);
    }
}

void fm_ext_by(struct fm_ext *a, const struct fm_ext *b)
{
    *a = fm_ext_mul(a, b);
}

struct fm_ext fm_ext_scale(struct fm_ext a, fm_bb b)
{
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        a.c[i] = fm_bb_mul(a.c[i], b);
    }
    return a;
}

/* Two products stay below p * 2^32; four need one correction, the fifth another; then one reduction. */
static inline fm_bb dot5(fm_bb a0, fm_bb b0, fm_bb a1, fm_bb b1, fm_bb a2, fm_bb b2, fm_bb a3, fm_bb b3,
                         fm_bb a4, fm_bb b4)
{
    uint64_t s = (uint64_t)a0 * b0 + (uint64_t)a1 * b1;
    uint64_t t = (uint64_t)a2 * b2 + (uint64_t)a3 * b3;
    s = fm_bb_fold(s + t);
    return fm_bb_reduce(fm_bb_fold(s + (uint64_t)a4 * b4));
}

struct fm_ext fm_ext_mul(const struct fm_ext *x, const struct fm_ext *y)
{
    const fm_bb *a = x->c;
    const fm_bb *b = y->c;
    fm_bb d1 = fm_bb_add(b[1], b[1]);
    fm_bb d2 = fm_bb_add(b[2], b[2]);
    fm_bb d3 = fm_bb_add(b[3], b[3]);
    fm_bb d4 = fm_bb_add(b[4], b[4]);
    struct fm_ext r;
    r.c[0] = dot5(a[0], b[0], a[1], d4, a[2], d3, a[3], d2, a[4], d1);
    r.c[1] = dot5(a[0], b[1], a[1], b[0], a[2], d4, a[3], d3, a[4], d2);
    r.c[2] = dot5(a[0], b[2], a[1], b[1], a[2], b[0], a[3], d4, a[4], d3);
    r.c[3] = dot5(a[0], b[3], a[1], b[2], a[2], b[1], a[3], b[0], a[4], d4);
    r.c[4] = dot5(a[0], b[4], a[1], b[3], a[2], b[2], a[3], b[1], a[4], b[0]);
    return r;
}

struct fm_ext fm_ext_frobenius(const struct fm_ext *a)
{
    fm_bb step = fm_bb_of(FROBENIUS_INT);
    fm_bb f = FM_BB_ONE;
    struct fm_ext r;
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        r.c[i] = fm_bb_mul(a->c[i], f);
        f = fm_bb_mul(f, step);
    }
    return r;
}

/* The product of X - z^(p^k), k < 5, from the constant term up; then divided by X - z from the top down. */
void fm_ext_minimal(const struct fm_ext *z, fm_bb min[FM_EXT_DEGREE], struct fm_ext rest[FM_EXT_DEGREE - 1])
{
    struct fm_ext c[FM_EXT_DEGREE + 1] = {{{FM_BB_ONE, 0, 0, 0, 0}}};
    struct fm_ext r = fm_ext_of(FM_BB_ONE);
    struct fm_ext root = *z;
    for (unsigned k = 0; k < FM_EXT_DEGREE; k++) {
        c[k + 1] = c[k];
        for (unsigned i = k + 1; i-- > 0;) {
            struct fm_ext t = fm_ext_mul(&c[i], &root);
            c[i] = fm_ext_sub(i > 0 ? c[i - 1] : fm_ext_of(0), t);
        }
        root = fm_ext_frobenius(&root);
    }
    for (unsigned i = FM_EXT_DEGREE; i-- > 0;) {
        min[i] = c[i].c[0];
        if (i > 0) {
            r = fm_ext_add(fm_ext_mul(&r, z), fm_ext_of(min[i]));
            rest[i - 1] = r;
        }
    }
}

int fm_ext_is_zero(const struct fm_ext *a)
{
    return a->c[0] == 0 && fm_ext_is_base(a);
}

int fm_ext_is_base(const struct fm_ext *a)
{
    return (a->c[1] | a->c[2] | a->c[3] | a->c[4]) == 0;
}

int fm_ext_equal(const struct fm_ext *a, const struct fm_ext *b)
{
    uint32_t d = 0;
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        d |= a->c[i] ^ b->c[i];
    }
    return d == 0;
}
