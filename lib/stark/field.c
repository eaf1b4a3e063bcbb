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

struct fm_ext fm_ext_add(struct fm_ext a, struct fm_ext b)
{
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        a.c[i] = fm_bb_add(a.c[i], b.c[i]);
    }
    return a;
}

struct fm_ext fm_ext_sub(struct fm_ext a, struct fm_ext b)
{
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        a.c[i] = fm_bb_sub(a.c[i], b.c[i]);
    }
    return a;
}

struct fm_ext fm_ext_scale(struct fm_ext a, fm_bb b)
{
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        a.c[i] = fm_bb_mul(a.c[i], b);
    }
    return a;
}

/* For t < 2p * 2^32: the same residue, below p * 2^32. */
static inline uint64_t fold_high(uint64_t t)
{
    const uint64_t top = (uint64_t)FM_BB_P << 32;
    return t >= top ? t - top : t;
}

/* Two products stay below p * 2^32; four need one correction, the fifth another; then one reduction. */
static inline fm_bb dot5(fm_bb a0, fm_bb b0, fm_bb a1, fm_bb b1, fm_bb a2, fm_bb b2, fm_bb a3, fm_bb b3,
                         fm_bb a4, fm_bb b4)
{
    uint64_t s = (uint64_t)a0 * b0 + (uint64_t)a1 * b1;
    uint64_t t = (uint64_t)a2 * b2 + (uint64_t)a3 * b3;
    s = fold_high(s + t);
    return fm_bb_reduce(fold_high(s + (uint64_t)a4 * b4));
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

/* a^(p^k). */
static struct fm_ext frobenius(const struct fm_ext *a, unsigned k)
{
    fm_bb step = fm_bb_pow(fm_bb_of(FROBENIUS_INT), k);
    fm_bb f = FM_BB_ONE;
    struct fm_ext r;
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++) {
        r.c[i] = fm_bb_mul(a->c[i], f);
        f = fm_bb_mul(f, step);
    }
    return r;
}

/* The norm N(a) = a^(1+p+p^2+p^3+p^4) lies in Fp, so a^-1 = a^(p+p^2+p^3+p^4) / N(a). */
struct fm_ext fm_ext_inv(const struct fm_ext *a)
{
    struct fm_ext f1 = frobenius(a, 1);
    struct fm_ext f2 = frobenius(a, 2);
    struct fm_ext t = fm_ext_mul(&f1, &f2);
    struct fm_ext u = frobenius(&t, 2);
    struct fm_ext r = fm_ext_mul(&t, &u);
    struct fm_ext norm = fm_ext_mul(a, &r);
    return fm_ext_scale(r, fm_bb_inv(norm.c[0]));
}

struct fm_ext fm_ext_pow(const struct fm_ext *a, uint64_t e)
{
    struct fm_ext b = *a;
    struct fm_ext r = fm_ext_of(FM_BB_ONE);
    for (; e != 0; e >>= 1) {
        if (e & 1) {
            r = fm_ext_mul(&r, &b);
        }
        b = fm_ext_mul(&b, &b);
    }
    return r;
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

void fm_ext_batch_inv(struct fm_ext *a, struct fm_ext *tmp, size_t n)
{
    struct fm_ext p = fm_ext_of(FM_BB_ONE);
    for (size_t i = 0; i < n; i++) {
        tmp[i] = p;
        p = fm_ext_mul(&p, &a[i]);
    }
    p = fm_ext_inv(&p);
    for (size_t i = n; i-- > 0;) {
        struct fm_ext r = fm_ext_mul(&p, &tmp[i]);
        p = fm_ext_mul(&p, &a[i]);
        a[i] = r;
    }
}
