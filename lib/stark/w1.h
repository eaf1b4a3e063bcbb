/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tall BLAKE3 table: one G a row, 64 rows a compression, 144 columns, degree 3. Every block is one
 * keyed compression of 64 bytes; what a block means (key, position in a path, public words) is put in
 * by the statement as entries of the public columns named here. docs/spec/stark.md has the layout.
 */
#ifndef FM_STARK_W1_H
#define FM_STARK_W1_H

#include "stark/air.h"

enum {
    FM_W1_D1 = 0, FM_W1_D2 = 32, FM_W1_B1 = 64, FM_W1_B2 = 96, FM_W1_C1 = 128, FM_W1_A2 = 130, FM_W1_C2 = 132,
    FM_W1_K1 = 134, FM_W1_K2 = 136, FM_W1_K3 = 138, FM_W1_MX = 140, FM_W1_MY = 142, FM_W1_COLS = 144
};

/* What a statement needs beside the core; MEMBER needs none of it. */
enum fm_w1_feature {
    FM_W1_START = 1, /* a block's bus may be public instead of the digest before it: a path begins there */
    FM_W1_CHAIN = 2, /* a block's chaining value may be the digest before it: messages of several blocks */
    FM_W1_TWIN = 4,  /* a path block may have the sibling of the block `twin_rows` rows before it */
    FM_W1_LINK = 8,  /* receipts: words of a message equal those of an earlier one (rcpt.c) */
    FM_W1_FREE = 16, /* no block is a step of a path */
    FM_W1_STATUS = 32 /* a block's message may be one word, 0 or 1, and zeros in the words beside it (agent.c) */
};

/* Public columns that a statement fills. Limbs are pairs (lo, hi). */
struct fm_w1 {
    const char *domain; /* of the blocks that fm_w1_key does not change */
    uint32_t features, twin_rows;
    uint32_t key_a, key_b;     /* rows 0-3: chaining words j-1 mod 4 and 4+j; the table starts with H.node everywhere */
    uint32_t path4, path8, path8b; /* rows 4-7, 9-11, 8: 1 where the block's message holds the digest before it */
    uint32_t dir_on, dir;      /* row 0: this block's direction is public and has this value */
    uint32_t word_on, word;    /* rows 4-11: message words are public; 4 columns x lo, x hi, y lo, y hi */
    uint32_t row[4], start;    /* START: rows 0-3 take the digest before; 4 columns of the public bus, in its order */
    uint32_t flags;            /* CHAIN: row 1, the flags' low limb, 27 everywhere at first; row 0, the length's,
        64 at first */
    uint32_t chain1, chain5, chain4; /* CHAIN: row 0, rows 1-3,
        rows 0-3: 1 where the digest before is the chaining value */
    uint32_t twin4, twin8;     /* TWIN: rows 4-7, 8-11 */
    uint32_t link196, link251, link255; /* LINK: rows 4-7 and 4-6, 7 */
    uint32_t status;           /* STATUS: row 4: word 0 is 0 or 1, word 1 is zero */
    uint32_t out_on, out;      /* rows 60-63: the digest is public; 4 columns word p lo, hi, word 4+p lo, hi */
};

/* Constraints of the core. Every block starts as H.node over a path step; w names the columns to change. */
void fm_w1_core(struct fm_air *a, struct fm_w1 *w);
/* The same with features, and another domain than H.node for the blocks that fm_w1_key does not change. */
void fm_w1_core_with(struct fm_air *a, struct fm_w1 *w, const char *domain, uint32_t features, uint32_t twin_rows);
/* Block b uses that key instead of H.node. */
void fm_w1_key(struct fm_air *a, const struct fm_w1 *w, uint32_t block, const char *domain);
/* Block b takes its message from the prover alone. */
void fm_w1_no_path(struct fm_air *a, const struct fm_w1 *w, uint32_t block);
/* Public input pi .. pi+31 are the 16 message words of block b (lo, hi each); pi .. pi+15 its digest. */
void fm_w1_words(struct fm_air *a, const struct fm_w1 *w, uint32_t block, uint32_t pi);
void fm_w1_digest(struct fm_air *a, const struct fm_w1 *w, uint32_t block, uint32_t pi);
/* START: the bus of block b is the digest in public inputs pi .. pi+15. */
void fm_w1_start(struct fm_air *a, const struct fm_w1 *w, uint32_t block, uint32_t pi);
/* CHAIN: block b of every 2^log_period rows has the digest before as its chaining value, not the table's key. */
void fm_w1_go_on(struct fm_air *a, const struct fm_w1 *w, uint32_t log_period, uint32_t block);
/* TWIN: block b has the sibling of its twin. */
void fm_w1_same_sibling(struct fm_air *a, const struct fm_w1 *w, uint32_t block);
/* Row in a block where message word k of the first round stands, and its slot (0: x, 1: y). */
uint32_t fm_w1_word_row(uint32_t k);
/* K.x = BLAKE3("firmament 1 x") as words. */
void fm_w1_domain_key(const char *domain, uint32_t key[8]);

#define FM_W1_WHOLE 27u /* flags of a message of one block: keyed, start, end, root */

/*
 * One block of a trace. key: its chaining value. prev: what its bus shows (rows 0-3), the digest of the block
 * before it but where a path begins. digest: out. n: rows of the trace.
 */
void fm_w1_block(uint32_t *trace, size_t n, uint32_t block, const uint32_t key[8], const uint32_t m[16], uint32_t dir,
                 const uint32_t prev[8], uint32_t flags, uint32_t digest[8]);
/* The same of a message of `len` bytes, zeros after them. */
void fm_w1_block_of(uint32_t *trace, size_t n, uint32_t block, const uint32_t key[8], const uint32_t m[16],
                    uint32_t dir, const uint32_t prev[8], uint32_t len, uint32_t flags, uint32_t digest[8]);

#endif
