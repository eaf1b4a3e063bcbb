/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the prover does to many elements at once. Every kernel set gives the same result, bit for bit; they differ
 * in how many lanes work together. A column of n elements is n words; an extension column is five of them, `stride`
 * words apart. Any length is taken, and any alignment of four.
 */
#ifndef FM_STARK_KERN_H
#define FM_STARK_KERN_H

#include "stark/rows.h"

/* A column of a linear combination: coef times the words at col. */
struct fm_kern_term {
    const uint32_t *col;
    struct fm_ext coef;
};

/* Poseidon2's constants in Montgomery form. */
struct fm_kern_p2 {
    uint32_t external[8][16], internal[13], diagonal[16];
};

struct fm_kern {
    const char *name;
    uint32_t lanes;
    /* Transforms in place over 2^log words; roots: fm_ntt_table. dif: natural to bit-reversed order; dit: back. */
    void (*dif)(uint32_t *x, uint32_t log, const uint32_t *roots);
    void (*dit)(uint32_t *x, uint32_t log, const uint32_t *roots);
    /* out = dit of in * twist, element by element. out may be in. */
    void (*extend)(uint32_t *out, const uint32_t *in, const uint32_t *twist, uint32_t log,
                   const uint32_t *roots);
    /* out = a * b and out = a * k. out may be a. */
    void (*mul)(uint32_t *out, const uint32_t *a, const uint32_t *b, size_t n);
    void (*scale)(uint32_t *out, const uint32_t *a, fm_bb k, size_t n);
    /*
     * Leaf k (of count): rows at data[c * stride + k + m * step], m < group, c < cols, in that order,
         hashed with the leaf key
     * into out + 32 k.
     */
    void (*leaves)(const uint32_t *data, size_t stride, uint32_t cols, uint32_t group, size_t step,
                   size_t count, uint8_t *out);
    /* Parent k of the children at in + 64 k, hashed with the node key into out + 32 k. */
    void (*nodes)(const uint8_t *in, size_t count, uint8_t *out);
    /*
     * Rows [row, row + count) of the table: sum over k of alphas[k] * constraint k into five columns at out,
         scaled by k.
     * count a multiple of FM_KERN_ROWS, or less than that (then any).
     */
    void (*rows)(const struct fm_rows *r, size_t row, size_t count, const struct fm_ext *alphas,
                 fm_bb k, uint32_t *out, size_t stride);
    /* The first of count rows from `row` on that does not satisfy every constraint, or row + count. */
    size_t (*check)(const struct fm_rows *r, size_t row, size_t count);
    /* sum over i < n of f[i] * w[i], w five columns. */
    struct fm_ext (*dot)(const uint32_t *f, const uint32_t *w, size_t stride, size_t n);
    /* a[i] = a[i]^-1 for n extension elements; none is zero. tmp: five columns of room, as far apart. */
    void (*invert)(uint32_t *a, uint32_t *tmp, size_t stride, size_t n);
    /* out[i] = a[i] * k. out may be a. */
    void (*ext_scale)(uint32_t *out, const uint32_t *a, size_t stride, struct fm_ext k, size_t n);
    /* out[i] += (sum over terms at first + i, plus k) * w[i]: n elements, out and w five columns each. */
    void (*combine)(uint32_t *out, size_t out_stride, const struct fm_kern_term *terms,
                    uint32_t nterms, size_t first, struct fm_ext k, const uint32_t *w,
                    size_t w_stride, size_t n);
    /*
     * Folds 2^log_a values into one: out[i] from in[i + m * step], m < 2^log_a, i < step,
         at the points whose inverses are
     * xinv * iroots[i].
     */
    void (*fold)(uint32_t *out, size_t out_stride, const uint32_t *in, size_t in_stride,
                 size_t step, uint32_t log_a, fm_bb xinv, const uint32_t *iroots,
                 struct fm_ext beta);
    /*
     * Poseidon2 of FM_P2_CHAINS states at once, state[16 i + j] word i of chain j, in place; what the table wants is
     * written to words 0 to 15 of each column.
     */
    void (*poseidon2)(const struct fm_kern_p2 *k, uint32_t *cols, size_t stride, uint32_t *state);
    /* The least nonce whose work under this transcript state is good (transcript.c, fm_tr_worked). bits > 0. */
    uint64_t (*grind)(const uint8_t state[32], uint32_t bits);
};

/* The kernels for this machine: the widest that it has. Chosen by file: kern_pick_*.c. */
const struct fm_kern *fm_kern_best(void);

/* All of them, narrowest first; i from 0, NULL at the end. For tests and benchmarks. */
const struct fm_kern *fm_kern_at(uint32_t i);

extern const struct fm_kern fm_kern_4;
extern const struct fm_kern fm_kern_8;
extern const struct fm_kern fm_kern_16;

#endif
