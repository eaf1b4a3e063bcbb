/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A checkpoint: a whole ledger as a stream of bytes (heart.md section 6). recover = checkpoint + overlay = replay.
 *
 *   magic 16 | version u32 | zero 4 | params 144 | top 128 | last receipt 368 | hash of the last frame 32 |
 *   then every cell in idx order:
 *   header 160 | next_id 32 | nonzero records u16 | nonzero fields u16 | (slot u16, record 64)… | (key u16, value 32)…
 * It carries no hash of its own: the recomputed root must be the receipt's post_root (the root tooth), and the receipt
 * the one that somebody attested.
 */
#ifndef FM_STORE_CHECKPOINT_H
#define FM_STORE_CHECKPOINT_H

#include "core/state.h"
#include "store/io.h"

#define FM_CHECKPOINT_HEAD_BYTES (16U + 8U + 144U + 128U + 368U + 32U)
#define FM_CHECKPOINT_RECEIPT_AT (16U + 8U + 144U + 128U)
/* The longest that one cell takes. */
#define FM_CHECKPOINT_CELL_MAX (192U + 4U + 255U * 66U + 1024U * 34U)

/* Writing: pieces of the stream, as long as there are any. */
struct fm_checkpoint_writer {
    const struct fm_state *state; /* without open batches, and unchanged until the end */
    uint8_t frame_hash[32];
    uint32_t next_cell;
    bool head_done;
};

void fm_checkpoint_write_begin(struct fm_checkpoint_writer *w, const struct fm_state *state,
                               const uint8_t frame_hash[32]);
/* The next bytes, whole cells, at most cap (at least FM_CHECKPOINT_CELL_MAX); 0 at the end. */
size_t fm_checkpoint_write(struct fm_checkpoint_writer *w, uint8_t *buf, size_t cap);
/* The length of the whole stream. */
uint64_t fm_checkpoint_bytes(const struct fm_state *state);

/* Reading: the stream in pieces of any size, into an empty state. */
struct fm_checkpoint_reader {
    struct fm_state *state;
    struct fm_top top;
    struct fm_receipt receipt;
    uint8_t frame_hash[32];
    uint8_t *buf; /* FM_CHECKPOINT_CELL_MAX of the caller's */
    size_t have;
    bool head_done;
    uint8_t records[255U * 64U];
    uint8_t fields[1024U * 32U];
};

void fm_checkpoint_read_begin(struct fm_checkpoint_reader *r, struct fm_state *state, uint8_t *buf);
/* Takes the next n bytes. FM_E_STORE_VERSION, FM_E_CHECKPOINT_DAMAGED, FM_E_FULL (the state's
 * memory); then the state is spoilt. */
fm_err fm_checkpoint_read(struct fm_checkpoint_reader *r, const uint8_t *bytes,
                          size_t n) FM_MUST_CHECK;
/* After the last byte: FM_E_CHECKPOINT_DAMAGED if cells are missing; FM_E_FORGED if the recomputed
 * root is not the receipt's, or the receipt's two parts are not of one receipt. */
fm_err fm_checkpoint_read_end(struct fm_checkpoint_reader *r) FM_MUST_CHECK;

/* Thaw (heart.md section 6): what must hold of a checkpoint that somebody else ships, beside the root tooth.
 * attested: the receipt hash that the federation, or the sender by another way, attested. FM_E_NOT_ATTESTED,
 * FM_E_ROLLED_BACK. */
fm_err fm_thaw_check(const struct fm_receipt *receipt, const uint8_t attested[32],
                     uint64_t floor_seq, struct fm_why *why) FM_MUST_CHECK;

#endif
