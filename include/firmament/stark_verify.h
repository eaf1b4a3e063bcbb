/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking a proof about the heart's state: the proof, the root and nothing else.
 *
 * Not zero-knowledge: a proof may show anything of its trace. Acceptance at profile P100 means: but for
 * a chance of 2^-100 for each attempt at the hash function, and unless BLAKE3 collides, slot `slot` of
 * the cell at position `cell` holds exactly `record` in the state whose root is `root`. It does not mean
 * that the root is recent, final or honestly made: take it from a signed receipt.
 */
#ifndef FIRMAMENT_STARK_VERIFY_H
#define FIRMAMENT_STARK_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#include <firmament/err.h>

struct fm_stark_member {
    uint8_t root[32];
    uint8_t record[64];
    uint32_t cell, slot;
    uint8_t cells_log, slots_log; /* depths of the tree of cells (<= 32) and of this cell's slots (<= 8) */
    uint8_t profile;              /* 1: P100, 2: P128, 3: U100, 4: P100F */
};

/* Bytes of 8-aligned scratch for the call below. */
size_t fm_stark_member_scratch(void);

/* FM_OK, or the reason. proof may be any bytes; no allocation, no recursion, work bounded by the claim. */
fm_err fm_stark_member_verify(const struct fm_stark_member *claim, const uint8_t *proof, size_t len, void *scratch,
                              size_t scratch_len);

#endif
