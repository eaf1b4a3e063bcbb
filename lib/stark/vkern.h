/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the verifier does to many openings at once. Every set gives the same result, bit for bit; they differ in how
 * many lanes work together, and none of them decides anything: what is compared, and what a difference means, is
 * verify.c's. No function keeps anything or faults on any content.
 */
#ifndef FM_STARK_VKERN_H
#define FM_STARK_VKERN_H

#include "stark/verify.h"

/* Points and values come in groups: arrays of so many, of which `count` are wanted and all may be read or written. */
#define FM_VKERN_GROUP 16u

/* What the bits of a position stand for. */
struct fm_vkern_turns {
    fm_bb root[FM_BB_TWO_ADICITY + 1]; /* root[k]: order 2^k; or all of them inverted */
    fm_bb shift;                       /* of the domain; or its inverse */
};

/* What DEEP needs of a statement, its challenges and the values at z. */
struct fm_vkern_deep {
    const struct fm_air *air;
    const struct fm_ext *gamma;           /* powers, npairs + nchunks of them */
    struct fm_ext at_z[FM_AIR_OFFS_MAX];  /* sum gamma^j v_j by offset */
    fm_bb turn[FM_AIR_OFFS_MAX];          /* w^offset */
    fm_bb min[FM_EXT_DEGREE];             /* z's minimal polynomial: fm_ext_minimal */
    struct fm_ext rest[FM_EXT_DEGREE - 1]; /* the same, divided by X - z */
};

struct fm_vkern {
    const char *name;
    uint32_t lanes;
    /* BLAKE3 keyed with key of `count` messages of `size` bytes, one after the other; size a multiple of 4, > 0. */
    void (*hash)(const uint32_t key[8], const void *msg, size_t size, size_t count, uint8_t *out);
    /* The points of positions c << log_d | i in a layer of 2^log_d rows and 2^log_b cosets. count <= FM_VKERN_GROUP. */
    void (*points)(const struct fm_vkern_turns *t, uint32_t log_d, uint32_t log_b, const uint32_t *pos, size_t count,
                   fm_bb *x);
    /*
     * out[k] = sum over offsets o of (sum gamma^j f_j(x) - at_z[o]) / (x - z w^-o), x = x[k], the f_j at it standing in
     * the k-th row of cells and the k-th of chunks, as in the proof. count <= FM_VKERN_GROUP.
     */
    void (*deep)(const struct fm_vkern_deep *d, const uint8_t *rows, const uint8_t *chunks, const fm_bb *x,
                 size_t count, struct fm_ext *out);
    /* out[k] = the polynomial of those `len` coefficients (as in the proof) at x[k]. count <= FM_VKERN_GROUP. */
    void (*horner)(const uint8_t *coef, uint32_t len, const fm_bb *x, size_t count, struct fm_ext *out);
    /* out[k] = fold of v[k << log_a] and the 2^log_a - 1 after it, with beta; xinv[k]: the inverse point. As above. */
    void (*fold)(const struct fm_vkern_turns *inverse, const struct fm_ext *v, uint32_t log_a, const fm_bb *xinv,
                 struct fm_ext beta, size_t count, struct fm_ext *out);
};

/*
 * The sets that this program has and this machine can run, narrowest first; NULL at the end. Chosen by file: the
 * archive's own vkern_pick_1.c has the plain one alone; a program that has vkern_pick_host.c among its objects, and
 * libstark_verify_wide beside it, asks the processor.
 */
const struct fm_vkern *fm_vkern_at(uint32_t i);
/* The last of them. */
const struct fm_vkern *fm_vkern_best(void);

extern const struct fm_vkern fm_vkern_1;
extern const struct fm_vkern fm_vkern_4;
extern const struct fm_vkern fm_vkern_8;
extern const struct fm_vkern fm_vkern_16;

/* fm_stark_verify with a set of the caller's choice: the same answer, for the same reason. */
FM_MUST_CHECK fm_err fm_stark_verify_by(const struct fm_vkern *k, const struct fm_stark_statement *st,
                                        const uint8_t *proof, size_t len, void *scratch, size_t scratch_len);

#endif
