/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking a proof about the heart's state: the proof, what it is about, the root or receipt that is trusted, and
 * nothing else. Statements whose claims are records and headers (CAPCHAIN, DELEG-P, DELEG-W, RCPTCHAIN-A) are
 * checked by `dregg verify` or through lib/stark's own headers.
 *
 * Not zero-knowledge: a proof may show anything of its trace. Acceptance at profile P100 means: but for a chance of
 * 2^-100 for each attempt at the hash function, and unless BLAKE3 collides, the claim below holds. It does not mean
 * that a root or a receipt is recent, final or honestly made: take it from a signed receipt.
 */
#ifndef FIRMAMENT_STARK_VERIFY_H
#define FIRMAMENT_STARK_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#include <firmament/err.h>

/* MEMBER: slot `slot` of the cell at position `cell` holds exactly `record` in the state whose root is `root`. */
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

/*
 * RCPTCHAIN: there are `count` receipts that follow each other by prev_receipt, root and seq, from first_seq on,
 * with these heights, the last with the hash last_hash, which is what the caller trusts. That the turns behind them
 * were valid executions is the executor's word.
 */
struct fm_stark_receipts {
    uint32_t count; /* 1 to 128 */
    uint64_t first_seq;
    uint8_t first_prev[32], first_pre_root[32], last_hash[32], last_post_root[32];
    const uint64_t *height; /* count of them, none below the one before */
    uint8_t profile;        /* as above */
};

size_t fm_stark_receipts_scratch(void);

/* As fm_stark_member_verify; STARK_WITNESS for a height below the one before, STARK_SHAPE for a count out of bounds. */
fm_err fm_stark_receipts_verify(const struct fm_stark_receipts *claim, const uint8_t *proof, size_t len, void *scratch,
                                size_t scratch_len);

#endif
