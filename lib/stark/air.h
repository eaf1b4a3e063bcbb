/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An AIR as a table: columns, constraints as a small postfix program, and public columns given by
 * their nonzero values. One table is evaluated by the trace checker, the vector prover and the
 * verifier; BLAKE3 of its canonical bytes is the statement's identity.
 *
 * Rules of the language
 * - A trace has ncols columns of n = 2^log_n rows. A constraint may read column c at row t - offset,
 *   cyclically. Every constraint must vanish on every row: what holds only in some rows is multiplied
 *   by a public column.
 * - A public column is a sum of entries (log period m, row r, value v): value v in every row congruent
 *   to r mod 2^m. The value may be a public input.
 * - Degree of a constraint = number of column factors, trace or public; at most 3 (one or two quotient
 *   chunks).
 *
 * Memory: the caller gives room for the code and the entries; nothing is allocated.
 */
#ifndef FM_STARK_AIR_H
#define FM_STARK_AIR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stark/field.h"

#define FM_AIR_COLS_MAX 320u
#define FM_AIR_OFFS_MAX 32u
#define FM_AIR_PER_MAX 128u
#define FM_AIR_PAIRS_MAX 560u
#define FM_AIR_STACK 8u
#define FM_AIR_REGS 16u
#define FM_AIR_ROWS_LOG_MAX 24u
#define FM_AIR_DIN 0xffffu /* "column" that names the register filled by SELB */

enum fm_air_op {
    FM_OP_CELL = 1, /* push column c1 at offset o1 */
    FM_OP_PER,      /* push public column c1 */
    FM_OP_PI,       /* push public input v */
    FM_OP_CONST,    /* push v (Montgomery) */
    FM_OP_ADD,
    FM_OP_SUB,
    FM_OP_MUL,
    FM_OP_SCALE, /* top *= v (Montgomery) */
    FM_OP_BITS,  /* push sum over j < 16 of 2^j * bit (x + j mod 32) of the run c1 at o1 */
    FM_OP_XORS,  /* push sum over j < 16 of 2^j * (bit x+j of run c1 at o1 xor bit v+j of run c2 at o2) */
    FM_OP_SELB,  /* register DIN[j] = P[x] * (c1+j at o1) + P[v] * (c1+j at o2), j < 32 */
    FM_OP_BOOL,  /* v constraints c^2 - c for columns c1 .. c1+v-1 at offset 0 */
    FM_OP_TAKE,  /* register x = top, popped */
    FM_OP_GIVE,  /* push register x */
    FM_OP_ASSERT, /* pop: this is a constraint */
    /* Wide linear maps and powers, over registers (poseidon2.c): */
    FM_OP_TIMES,  /* register x *= v (Montgomery) */
    FM_OP_MIX4,   /* v groups of four registers from 0: each becomes circ(2, 3, 1, 1) times itself */
    FM_OP_SUM,    /* push register x + register x+v + ... below register c1 */
    FM_OP_GAIN,   /* each of registers x, x+v, ... below register c1 gains the top, popped */
    FM_OP_POW7    /* t = register x + v (Montgomery): constraints c1 - t^3, c2 - c1^2 t; register x = c2 */
};

struct fm_air_ins {
    uint8_t op, x, o1, o2; /* o1, o2: indices into offs */
    uint16_t c1, c2;
    uint32_t v;
};

struct fm_air_entry {
    uint32_t row;
    uint32_t value; /* Montgomery, or the number of a public input */
    uint8_t col, log_period, is_pi, zero;
};

struct fm_air {
    const char *name;
    struct fm_air_ins *code;
    struct fm_air_entry *entries;
    uint32_t ncode, code_cap, nentries, entries_cap;
    uint32_t ncols, nper, npi, ncons, log_n;
    uint32_t noffs, npairs, degree, nchunks;
    uint32_t narrow; /* 1: leaves group the rows of one fold coset (few columns) */
    uint32_t offs[FM_AIR_OFFS_MAX];
    uint64_t mask[FM_AIR_OFFS_MAX][FM_AIR_COLS_MAX / 64]; /* columns opened at each offset */
    uint32_t base[FM_AIR_OFFS_MAX];                       /* first pair of each offset */
    uint8_t digest[32];
    uint8_t deg[FM_AIR_STACK], sp, reg_deg[FM_AIR_REGS], din_deg; /* while building */
    bool bad;                                                    /* a limit was passed while building */
};

/* Start a table. code and entries must outlive it. */
void fm_air_init(struct fm_air *a, const char *name, uint32_t ncols, uint32_t log_n, uint32_t npi,
                 struct fm_air_ins *code, uint32_t code_cap, struct fm_air_entry *entries, uint32_t entries_cap);

uint32_t fm_air_public(struct fm_air *a); /* a new public column, zero so far */
void fm_air_at(struct fm_air *a, uint32_t per, uint32_t log_period, uint32_t row, uint32_t value_int);
void fm_air_at_pi(struct fm_air *a, uint32_t per, uint32_t log_period, uint32_t row, uint32_t pi);

void fm_air_cell(struct fm_air *a, uint32_t col, uint32_t off);
void fm_air_per(struct fm_air *a, uint32_t per);
void fm_air_pi(struct fm_air *a, uint32_t pi);
void fm_air_const(struct fm_air *a, uint32_t value_int);
void fm_air_add(struct fm_air *a);
void fm_air_sub(struct fm_air *a);
void fm_air_mul(struct fm_air *a);
void fm_air_scale(struct fm_air *a, uint32_t value_int);
void fm_air_bits(struct fm_air *a, uint32_t run, uint32_t off, uint32_t start);
void fm_air_xors(struct fm_air *a, uint32_t run1, uint32_t off1, uint32_t start1, uint32_t run2, uint32_t off2,
                 uint32_t start2);
void fm_air_selb(struct fm_air *a, uint32_t run, uint32_t per1, uint32_t off1, uint32_t per2, uint32_t off2);
void fm_air_bool(struct fm_air *a, uint32_t run, uint32_t len);
void fm_air_take(struct fm_air *a, uint32_t reg);
void fm_air_give(struct fm_air *a, uint32_t reg);
void fm_air_assert(struct fm_air *a);
void fm_air_times(struct fm_air *a, uint32_t reg, uint32_t value_int);
void fm_air_mix4(struct fm_air *a, uint32_t groups);
void fm_air_sum(struct fm_air *a, uint32_t reg, uint32_t step, uint32_t end);
void fm_air_gain(struct fm_air *a, uint32_t reg, uint32_t step, uint32_t end);
void fm_air_pow7(struct fm_air *a, uint32_t reg, uint32_t cube, uint32_t seventh, uint32_t value_int);

/* Close the table: pairs, degree, chunks, digest. False when a limit was passed: the shape is too large. */
bool fm_air_finish(struct fm_air *a);

/* Place of (column, offset index) in the list of out-of-domain values; the table must read that pair. */
uint32_t fm_air_pair(const struct fm_air *a, uint32_t oi, uint32_t col);

/*
 * Value at z of every public column (per: nper elements), given the public inputs (integers below p).
 * z must not be in the trace domain.
 */
void fm_air_public_at(const struct fm_air *a, const uint32_t *pi, const struct fm_ext *z, struct fm_ext *per);

/*
 * sum alpha^(ncons-1-i) C_i at z, from the out-of-domain values as they stand in the proof (20 bytes
 * each, already checked to be canonical).
 */
struct fm_ext fm_air_eval(const struct fm_air *a, const uint32_t *pi, const uint8_t *ood, const struct fm_ext *per,
                          const struct fm_ext *alpha);

static inline struct fm_ext fm_ext_load(const uint8_t *p)
{
    struct fm_ext r;
    for (unsigned i = 0; i < FM_EXT_DEGREE; i++, p += 4) {
        r.c[i] = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
    }
    return r;
}

#endif
