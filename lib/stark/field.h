/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The field: BabyBear, p = 2^31 - 2^27 + 1, and its extension of degree 5, F = Fp[X]/(X^5 - 2).
 *
 * Every element is kept, hashed and sent in Montgomery form: the integer x*2^32 mod p, below p. This
 * is one-to-one, so "canonical on the wire" means "below p". Public inputs are plain integers and are
 * converted once. All functions need reduced operands and give reduced results; none has branches on
 * secret data to worry about, because nothing in a proof is secret.
 */
#ifndef FM_STARK_FIELD_H
#define FM_STARK_FIELD_H

#include <stddef.h>
#include <stdint.h>

#define FM_BB_P 0x78000001u
#define FM_BB_MU 0x88000001u  /* p^-1 mod 2^32 */
#define FM_BB_ONE 0x0ffffffeu /* 2^32 mod p */
#define FM_BB_HALF 0x07ffffffu /* 2^31 mod p */
#define FM_BB_R2 0x45dddde3u  /* 2^64 mod p */
#define FM_BB_TWO_ADICITY 27u
#define FM_EXT_DEGREE 5u
#define FM_EXT_BYTES 20u

typedef uint32_t fm_bb;

/* An element of F: c[0] + c[1] X + ... + c[4] X^4. */
struct fm_ext {
    fm_bb c[FM_EXT_DEGREE];
};

static inline fm_bb fm_bb_add(fm_bb a, fm_bb b)
{
    uint32_t s = a + b;
    return s >= FM_BB_P ? s - FM_BB_P : s;
}

static inline fm_bb fm_bb_sub(fm_bb a, fm_bb b)
{
    return a >= b ? a - b : a + (FM_BB_P - b);
}

/* t * 2^-32 mod p, for t < p * 2^32. */
static inline fm_bb fm_bb_reduce(uint64_t t)
{
    uint32_t q = (uint32_t)t * FM_BB_MU;
    uint32_t m = (uint32_t)(((uint64_t)q * FM_BB_P) >> 32);
    uint32_t h = (uint32_t)(t >> 32);
    return h >= m ? h - m : h + (FM_BB_P - m);
}

/* For t < 2p * 2^32: the same residue, below p * 2^32. */
static inline uint64_t fm_bb_fold(uint64_t t)
{
    const uint64_t top = (uint64_t)FM_BB_P << 32;
    return t >= top ? t - top : t;
}

static inline fm_bb fm_bb_mul(fm_bb a, fm_bb b)
{
    return fm_bb_reduce((uint64_t)a * b);
}

/* An integer below 2^32 into the field (reduced mod p). */
static inline fm_bb fm_bb_of(uint32_t v)
{
    return fm_bb_mul(v >= FM_BB_P ? v % FM_BB_P : v, FM_BB_R2);
}

/* Back to the integer below p. */
static inline uint32_t fm_bb_int(fm_bb a)
{
    return fm_bb_reduce(a);
}

fm_bb fm_bb_pow(fm_bb a, uint64_t e);
fm_bb fm_bb_inv(fm_bb a); /* 0 for 0 */

/* A primitive 2^log-th root of unity, log <= 27; the roots are consistent: root(k)^2 = root(k-1). */
fm_bb fm_bb_root(unsigned log);

/* The shift of the evaluation domain: the generator 31. */
#define FM_BB_SHIFT_INT 31u

/* In place: a += b, a -= b, a *= b. b may be a. A call by value costs more bytes than it saves. */
void fm_ext_inc(struct fm_ext *a, const struct fm_ext *b);
void fm_ext_dec(struct fm_ext *a, const struct fm_ext *b);
void fm_ext_by(struct fm_ext *a, const struct fm_ext *b);

static inline struct fm_ext fm_ext_add(struct fm_ext a, struct fm_ext b)
{
    fm_ext_inc(&a, &b);
    return a;
}

static inline struct fm_ext fm_ext_sub(struct fm_ext a, struct fm_ext b)
{
    fm_ext_dec(&a, &b);
    return a;
}

struct fm_ext fm_ext_scale(struct fm_ext a, fm_bb b);
struct fm_ext fm_ext_mul(const struct fm_ext *a, const struct fm_ext *b);
struct fm_ext fm_ext_frobenius(const struct fm_ext *a); /* a^p */
/* Of the prover's archive (ext.c): */
struct fm_ext fm_ext_inv(const struct fm_ext *a); /* 0 for 0 */
struct fm_ext fm_ext_pow(const struct fm_ext *a, uint64_t e);
struct fm_ext fm_ext_of(fm_bb a);
int fm_ext_is_zero(const struct fm_ext *a);
int fm_ext_is_base(const struct fm_ext *a); /* lies in Fp */
int fm_ext_equal(const struct fm_ext *a, const struct fm_ext *b);

/*
 * z's minimal polynomial X^5 + min[4] X^4 + ... + min[0] over Fp, and what is left of it without z: min(X) / (X - z) =
 * X^4 + rest[3] X^3 + ... + rest[0]. So for x in Fp, 1 / (x - z) = rest(x) / min(x), whose denominator lies in Fp. z
 * does not lie in Fp (if it does, min is (X - z)^5).
 */
void fm_ext_minimal(const struct fm_ext *z, fm_bb min[FM_EXT_DEGREE], struct fm_ext rest[FM_EXT_DEGREE - 1]);

#endif
