/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transforms, FM_LANES butterflies at once, two stages a pass over memory. Stages whose butterflies lie within one
 * vector run on a transposed square of FM_LANES vectors. Blocks that fit the first cache go through all their
 * stages before the next one is met.
 */
#ifndef FM_STARK_KERN_NTT_H
#define FM_STARK_KERN_NTT_H

#include "stark/ntt.h"
#include "stark/vec.h"

#define NTT_BLOCK 4096u

/* The roots of all stages, as products want them: fm_ntt_table. */
struct turns {
    const uint32_t *w, *quotient;
};

static inline struct turns turns_of(const uint32_t *table, uint32_t log)
{
    struct turns t = {table + ((size_t)1 << log), table + ((size_t)2 << log)};
    return t;
}

/* x times FM_LANES roots from `at` on; x times one. */
static inline vu turn(vu x, const struct turns *t, size_t at)
{
    return v_turn(x, v_load(t->w + at), v_load(t->quotient + at));
}

static inline vu turn_one(vu x, const struct turns *t, size_t at)
{
    return v_turn(x, v_of(t->w[at]), v_of(t->quotient[at]));
}

static void dif_pass2(uint32_t *x, size_t h, const struct turns *t)
{
    for (size_t j = 0; j < h; j += FM_LANES) {
        vu u = v_load(x + j);
        vu v = v_load(x + j + h);
        v_store(x + j, v_add(u, v));
        v_store(x + j + h, turn(v_less(u, v), t, h + j));
    }
}

static void dif_pass4(uint32_t *x, size_t q, const struct turns *t)
{
    for (size_t j = 0; j < q; j += FM_LANES) {
        vu a0 = v_load(x + j);
        vu a1 = v_load(x + j + q);
        vu a2 = v_load(x + j + 2 * q);
        vu a3 = v_load(x + j + 3 * q);
        vu b0 = v_add(a0, a2);
        vu b1 = v_add(a1, a3);
        vu b2 = turn(v_less(a0, a2), t, 2 * q + j);
        vu b3 = turn(v_less(a1, a3), t, 3 * q + j);
        v_store(x + j, v_add(b0, b1));
        v_store(x + j + q, turn(v_less(b0, b1), t, q + j));
        v_store(x + j + 2 * q, v_add(b2, b3));
        v_store(x + j + 3 * q, turn(v_less(b2, b3), t, q + j));
    }
}

static void dit_pass2(uint32_t *x, size_t h, const struct turns *t)
{
    for (size_t j = 0; j < h; j += FM_LANES) {
        vu u = v_load(x + j);
        vu v = turn(v_load(x + j + h), t, h + j);
        v_store(x + j, v_add(u, v));
        v_store(x + j + h, v_sub(u, v));
    }
}

static void dit_pass4(uint32_t *x, size_t q, const struct turns *t)
{
    for (size_t j = 0; j < q; j += FM_LANES) {
        vu a0 = v_load(x + j);
        vu a1 = turn(v_load(x + j + q), t, q + j);
        vu a2 = v_load(x + j + 2 * q);
        vu a3 = turn(v_load(x + j + 3 * q), t, q + j);
        vu b0 = v_add(a0, a1);
        vu b1 = v_sub(a0, a1);
        vu b2 = turn(a2 + a3, t, 2 * q + j);
        vu b3 = turn(v_less(a2, a3), t, 3 * q + j);
        v_store(x + j, v_add(b0, b2));
        v_store(x + j + q, v_add(b1, b3));
        v_store(x + j + 2 * q, v_sub(b0, b2));
        v_store(x + j + 3 * q, v_sub(b1, b3));
    }
}

/*
 * The stages within a vector, for FM_LANES vectors. The first root of each stage is 1. One loop of a count that is
 * known, with h known where it is called: so that all vectors stay in registers.
 */
static inline void dif_stage(vu r[FM_LANES], unsigned h, const struct turns *t)
{
    for (unsigned i = 0; i < FM_LANES / 2; i++) {
        unsigned k = i % h;
        unsigned j = 2 * (i - k) + k;
        vu u = r[j];
        vu v = r[j + h];
        r[j] = v_add(u, v);
        r[j + h] = k == 0 ? v_sub(u, v) : turn_one(v_less(u, v), t, h + k);
    }
}

static inline void dit_stage(vu r[FM_LANES], unsigned h, const struct turns *t)
{
    for (unsigned i = 0; i < FM_LANES / 2; i++) {
        unsigned k = i % h;
        unsigned j = 2 * (i - k) + k;
        vu u = r[j];
        vu v = k == 0 ? r[j + h] : turn_one(r[j + h], t, h + k);
        r[j] = v_add(u, v);
        r[j + h] = v_sub(u, v);
    }
}

static void dif_square(uint32_t *x, const struct turns *t)
{
    vu r[FM_LANES];
    for (unsigned i = 0; i < FM_LANES; i++) {
        r[i] = v_load(x + i * FM_LANES);
    }
    v_transpose(r);
    if (FM_LANES > 8) {
        dif_stage(r, 8, t);
    }
    if (FM_LANES > 4) {
        dif_stage(r, 4, t);
    }
    dif_stage(r, 2, t);
    dif_stage(r, 1, t);
    v_transpose(r);
    for (unsigned i = 0; i < FM_LANES; i++) {
        v_store(x + i * FM_LANES, r[i]);
    }
}

/* twist NULL: in place of in * twist, in. */
static inline void dit_square(uint32_t *x, const uint32_t *in, const uint32_t *twist, const struct turns *t)
{
    vu r[FM_LANES];
    for (unsigned i = 0; i < FM_LANES; i++) {
        r[i] = v_load(in + i * FM_LANES);
    }
    if (twist != NULL) {
        for (unsigned i = 0; i < FM_LANES; i++) {
            r[i] = v_mul(r[i], v_load(twist + i * FM_LANES));
        }
    }
    v_transpose(r);
    dit_stage(r, 1, t);
    dit_stage(r, 2, t);
    if (FM_LANES > 4) {
        dit_stage(r, 4, t);
    }
    if (FM_LANES > 8) {
        dit_stage(r, 8, t);
    }
    v_transpose(r);
    for (unsigned i = 0; i < FM_LANES; i++) {
        v_store(x + i * FM_LANES, r[i]);
    }
}

/* All stages of one block of len = FM_LANES * 4^k words. */
static void dif_block(uint32_t *x, size_t n, size_t len, const struct turns *t)
{
    for (; len > FM_LANES; len /= 4) {
        for (size_t b = 0; b < n; b += len) {
            dif_pass4(x + b, len / 4, t);
        }
    }
    for (size_t b = 0; b < n; b += (size_t)FM_LANES * FM_LANES) {
        dif_square(x + b, t);
    }
}

static void kern_dif(uint32_t *x, uint32_t log, const uint32_t *roots)
{
    size_t n = (size_t)1 << log;
    size_t len = n;
    struct turns t = turns_of(roots, log);
    if (n < (size_t)FM_LANES * FM_LANES) {
        fm_ntt_dif(x, log, roots);
        return;
    }
    if ((log - FM_LANES_LOG) % 2 != 0) {
        dif_pass2(x, n / 2, &t);
        len = n / 2;
    }
    for (; len > NTT_BLOCK; len /= 4) {
        for (size_t b = 0; b < n; b += len) {
            dif_pass4(x + b, len / 4, &t);
        }
    }
    size_t block = len < (size_t)FM_LANES * FM_LANES ? (size_t)FM_LANES * FM_LANES : len;
    for (size_t b = 0; b < n; b += block) {
        dif_block(x + b, block, len, &t);
    }
}

static inline void dit_from(uint32_t *x, const uint32_t *in, const uint32_t *twist, uint32_t log,
                            const uint32_t *roots)
{
    const size_t square = (size_t)FM_LANES * FM_LANES;
    const struct turns t = turns_of(roots, log);
    size_t n = (size_t)1 << log;
    size_t len = FM_LANES;
    size_t block = FM_LANES; /* the largest FM_LANES * 4^k that fits NTT_BLOCK and n */
    while (4 * block <= n && 4 * block <= NTT_BLOCK) {
        block *= 4;
    }
    block = block < square ? square : block;
    for (size_t at = 0; at < n; at += block) {
        for (size_t b = at; b < at + block; b += square) {
            dit_square(x + b, in + b, twist == NULL ? NULL : twist + b, &t);
        }
        for (len = FM_LANES; 4 * len <= block; len *= 4) {
            for (size_t b = 0; b < block; b += 4 * len) {
                dit_pass4(x + at + b, len, &t);
            }
        }
    }
    for (; 4 * len <= n; len *= 4) {
        for (size_t b = 0; b < n; b += 4 * len) {
            dit_pass4(x + b, len, &t);
        }
    }
    if (len < n) {
        dit_pass2(x, n / 2, &t);
    }
}

static void kern_dit(uint32_t *x, uint32_t log, const uint32_t *roots)
{
    if ((size_t)1 << log < (size_t)FM_LANES * FM_LANES) {
        fm_ntt_dit(x, log, roots);
    } else {
        dit_from(x, x, NULL, log, roots);
    }
}

static void kern_extend(uint32_t *out, const uint32_t *in, const uint32_t *twist, uint32_t log, const uint32_t *roots)
{
    size_t n = (size_t)1 << log;
    if (n < (size_t)FM_LANES * FM_LANES) {
        for (size_t i = 0; i < n; i++) {
            out[i] = fm_bb_mul(in[i], twist[i]);
        }
        fm_ntt_dit(out, log, roots);
    } else {
        dit_from(out, in, twist, log, roots);
    }
}

#endif
