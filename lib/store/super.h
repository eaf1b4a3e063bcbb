/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The superblock: what a store is, and the mark of the last acknowledged batch. Two copies, eight
 * sectors apart; each writing takes the one that the last did not, so one is always whole.
 *
 *   0 magic 16 | 16 version u32 | 20 zero 4 | 24 counter u64 | 32 store id 32 | 64 ledger 32 | 96 log bytes u64
 * 104 log first height u64 | 112 hash of the frame before it 32 | 144 mark: height u64, seq u64, hash 32 |
 * 192 two checkpoints: height u64, bytes u64, receipt hash 32 | 288 zero … 480 H.sector of all before 32
 */
#ifndef FM_STORE_SUPER_H
#define FM_STORE_SUPER_H

#include "store/io.h"

#define FM_STORE_VERSION 2U /* 1 had one log, written over after a checkpoint */
#define FM_SUPER_COPIES 2U
#define FM_SUPER_STRIDE (8U * FM_SECTOR_BYTES)
#define FM_SUPER_AREA_BYTES (FM_SUPER_COPIES * FM_SUPER_STRIDE)

struct fm_checkpoint_at {
    uint64_t height;
    uint64_t bytes; /* 0: none */
    uint8_t receipt_hash[32];
};

struct fm_super {
    uint64_t counter;
    uint8_t store_id[32];
    uint8_t ledger[32];
    uint64_t log_bytes;
    uint64_t log_first; /* the height that the log's first sector begins with */
    uint8_t log_prev[32];
    uint64_t mark_height;
    uint64_t mark_seq;
    uint8_t mark_hash[32];
    struct fm_checkpoint_at checkpoint[2];
};

void fm_super_encode(const struct fm_super *s, uint8_t bytes[FM_SECTOR_BYTES]);
/* FM_E_STORE_NONE if it is none or not whole; FM_E_STORE_VERSION if it is another version's. */
fm_err fm_super_decode(struct fm_super *s, const uint8_t bytes[FM_SECTOR_BYTES],
                       struct fm_why *why) FM_MUST_CHECK;
/* The newest of the two copies of a super area. */
fm_err fm_super_choose(struct fm_super *s, const uint8_t area[FM_SUPER_AREA_BYTES],
                       struct fm_why *why) FM_MUST_CHECK;
/* Where the copy with this counter lies in its area. */
static inline uint64_t fm_super_at(uint64_t counter)
{
    return (counter % FM_SUPER_COPIES) * FM_SUPER_STRIDE;
}

#endif
