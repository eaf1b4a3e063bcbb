/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frame: one batch, as it is put, logged and replayed (heart.md section 6).
 *
 *   hash of the frame before 32 | height u64 | first seq u64 | now u32 | turns u32 | length u32 | zero 4 |
 *   per turn: turn length u16, writes u16, turn, receipt 368, writes | H.frame of all this 32
 * length counts the whole frame, its own hash included. On disk a frame takes whole sectors of 512 bytes:
 *   height u64 | sector u16 | count u16 | check u32 = start of H.sector(ledger || these 12) | 496 bytes, zero-padded
 */
#ifndef FM_STORE_FRAME_H
#define FM_STORE_FRAME_H

#include "store/io.h"
#include "wire/cursor.h"

#include <firmament/heart.h>

#define FM_FRAME_HEAD_BYTES 64U
#define FM_FRAME_TAIL_BYTES 32U
#define FM_FRAME_BYTES_MAX FM_BATCH_BYTES_MAX
#define FM_SECTOR_HEAD_BYTES 16U
#define FM_SECTOR_PAYLOAD_BYTES 496U
#define FM_FRAME_SECTORS_MAX                                                                       \
    ((FM_FRAME_BYTES_MAX + FM_SECTOR_PAYLOAD_BYTES - 1U) / FM_SECTOR_PAYLOAD_BYTES)

/* A frame being filled, in memory of the caller's. */
struct fm_frame_maker {
    uint8_t *buf; /* cap bytes, at most FM_FRAME_BYTES_MAX are used */
    size_t cap;
    size_t len;
    uint32_t turns;
};

/* Between two calls: head and tail have room, and what is in the frame is within it. */
/*@ predicate frame_maker_ok(struct fm_frame_maker *f) =
  @   \valid(f) && \valid(f->buf + (0 .. f->cap - 1)) && \separated(f, f->buf + (0 .. f->cap - 1)) &&
  @   FM_FRAME_HEAD_BYTES <= f->len && f->len + FM_FRAME_TAIL_BYTES <= f->cap <= FM_FRAME_BYTES_MAX &&
  @   f->turns <= FM_BATCH_TURNS_MAX; */

/* Begins a frame. cap is at least head and tail. */
/*@ requires \valid(f) && \valid(buf + (0 .. cap - 1)) && \valid_read(prev + (0 .. 31));
  @ requires \separated(f, buf + (0 .. cap - 1), prev + (0 .. 31));
  @ assigns *f, buf[0 .. cap - 1];
  @ ensures frame_maker_ok(f) && f->buf == buf && f->len == FM_FRAME_HEAD_BYTES && f->turns == 0; */
void fm_frame_begin(struct fm_frame_maker *f, uint8_t *buf, size_t cap, const uint8_t prev[32],
                    uint64_t height, uint64_t first_seq, uint32_t now);
/* Whether a turn of these lengths still fits (and the batch has fewer than 1024). */
/*@ requires frame_maker_ok(f); assigns \nothing;
  @ ensures \result <==> f->turns < FM_BATCH_TURNS_MAX && turn_bytes <= 0xffff && writes_bytes <= 0xffff &&
  @   4 + turn_bytes + FM_RECEIPT_BYTES + writes_bytes <= f->cap - FM_FRAME_TAIL_BYTES - f->len; */
bool fm_frame_fits(const struct fm_frame_maker *f, size_t turn_bytes, size_t writes_bytes);
/* Adds a turn that fits. */
/*@ requires frame_maker_ok(f) && \valid_read(receipt);
  @ requires turn_bytes > 0 ==> \valid_read(turn + (0 .. turn_bytes - 1));
  @ requires writes_bytes > 0 ==> \valid_read(writes + (0 .. writes_bytes - 1));
  @ requires \separated(turn + (0 .. turn_bytes - 1), f, f->buf + (0 .. f->cap - 1));
  @ requires \separated(writes + (0 .. writes_bytes - 1), f, f->buf + (0 .. f->cap - 1));
  @ requires \separated(receipt, f, f->buf + (0 .. f->cap - 1));
  @ assigns f->len, f->turns, f->buf[0 .. f->cap - 1];
  @ ensures frame_maker_ok(f);
  @ ensures f->len == \old(f->len) + 4 + turn_bytes + FM_RECEIPT_BYTES + writes_bytes; */
void fm_frame_add(struct fm_frame_maker *f, const uint8_t *turn, size_t turn_bytes,
                  const struct fm_receipt *receipt, const uint8_t *writes, size_t writes_bytes);
/* Closes the frame: its length; hash is H.frame of it. */
/*@ requires frame_maker_ok(f) && \valid(hash + (0 .. 31));
  @ requires \separated(hash + (0 .. 31), f, f->buf + (0 .. f->cap - 1));
  @ assigns f->len, f->buf[0 .. f->cap - 1], hash[0 .. 31];
  @ ensures \result == f->len == \old(f->len) + FM_FRAME_TAIL_BYTES && f->len <= f->cap; */
size_t fm_frame_end(struct fm_frame_maker *f, uint8_t hash[32]);

/* A frame's head and where its turns lie. */
struct fm_log_frame {
    const uint8_t *bytes;
    size_t len;
    uint8_t prev[32];
    uint8_t hash[32];
    uint64_t height;
    uint64_t first_seq;
    uint32_t now;
    uint32_t turns;
};

/* One logged turn; borrows the frame's bytes. */
struct fm_log_turn {
    const uint8_t *turn;
    size_t turn_bytes;
    const uint8_t *writes;
    size_t writes_bytes;
    struct fm_receipt receipt;
};

/* Its bytes are there, head and tail at least. */
/*@ predicate log_frame_ok(struct fm_log_frame *f) =
  @   \valid_read(f) && FM_FRAME_HEAD_BYTES + FM_FRAME_TAIL_BYTES <= f->len <= FM_FRAME_BYTES_MAX &&
  @   \valid_read(f->bytes + (0 .. f->len - 1)); */

/* Opens a whole frame. FM_E_MALFORMED if its head or length is wrong; FM_E_LOG_DAMAGED if its hash is. */
/*@ requires \valid(f) && (why == \null || \valid(why)) && (len > 0 ==> \valid_read(bytes + (0 .. len - 1)));
  @ requires \separated(f, why, bytes + (0 .. len - 1));
  @ assigns *f, *why;
  @ ensures \result == FM_OK ==> log_frame_ok(f) && f->bytes == bytes && f->len <= len &&
  @   1 <= f->turns <= FM_BATCH_TURNS_MAX; */
fm_err fm_frame_open(struct fm_log_frame *f, const uint8_t *bytes, size_t len,
                     struct fm_why *why) FM_MUST_CHECK;
/* The next turn at *at (start with 0); false, and *at = SIZE_MAX if the frame is not well formed,
 * when there is none. */
/*@ requires log_frame_ok(f) && \valid(at) && \valid(turn);
  @ requires \separated(f, at, turn, f->bytes + (0 .. f->len - 1));
  @ assigns *at, *turn;
  @ ensures \result ==> *at > \old(*at) && *at <= f->len - FM_FRAME_TAIL_BYTES;
  @ ensures \old(*at) == f->len - FM_FRAME_TAIL_BYTES && \old(*at) != 0 ==> !\result && *at == \old(*at);
  @ ensures \result && turn->turn_bytes > 0 ==> \valid_read(turn->turn + (0 .. turn->turn_bytes - 1));
  @ ensures \result && turn->writes_bytes > 0 ==> \valid_read(turn->writes + (0 .. turn->writes_bytes - 1)); */
bool fm_frame_next(const struct fm_log_frame *f, size_t *at,
                   struct fm_log_turn *turn) FM_MUST_CHECK;

/* How many sectors a frame of len bytes takes. */
/*@ requires len <= FM_FRAME_BYTES_MAX; assigns \nothing;
  @ ensures (\result - 1) * FM_SECTOR_PAYLOAD_BYTES < len <= \result * FM_SECTOR_PAYLOAD_BYTES;
  @ ensures \result <= FM_FRAME_SECTORS_MAX; */
static inline uint32_t fm_frame_sectors(size_t len)
{
    return (uint32_t)((len + FM_SECTOR_PAYLOAD_BYTES - 1U) / FM_SECTOR_PAYLOAD_BYTES);
}
/* Spreads a frame over its sectors; out holds fm_frame_sectors(len) of them. */
/*@ requires len <= FM_FRAME_BYTES_MAX && (len > 0 ==> \valid_read(frame + (0 .. len - 1)));
  @ requires \valid_read(ledger + (0 .. 31));
  @ requires len > 0 ==> \valid(out + (0 ..
  @   (len + FM_SECTOR_PAYLOAD_BYTES - 1) / FM_SECTOR_PAYLOAD_BYTES * FM_SECTOR_BYTES - 1));
  @ requires \separated(out + (0 .. FM_FRAME_SECTORS_MAX * FM_SECTOR_BYTES - 1), frame + (0 .. len - 1));
  @ requires \separated(out + (0 .. FM_FRAME_SECTORS_MAX * FM_SECTOR_BYTES - 1), ledger + (0 .. 31));
  @ assigns out[0 .. FM_FRAME_SECTORS_MAX * FM_SECTOR_BYTES - 1]; */
void fm_frame_to_sectors(const uint8_t ledger[32], uint64_t height, const uint8_t *frame,
                         size_t len, uint8_t *out);

enum fm_sector_kind { FM_SECTOR_ZERO = 0, FM_SECTOR_GOOD, FM_SECTOR_BAD };
struct fm_sector {
    enum fm_sector_kind kind;
    uint64_t height;
    uint16_t index;
    uint16_t count;
};
/* What a sector says of itself. Bad: neither zero nor with a check that holds for this ledger. */
/*@ requires \valid(s) && \valid_read(ledger + (0 .. 31)) && \valid_read(bytes + (0 .. FM_SECTOR_BYTES - 1));
  @ requires \separated(s, ledger + (0 .. 31), bytes + (0 .. FM_SECTOR_BYTES - 1));
  @ assigns *s; */
void fm_sector_read(struct fm_sector *s, const uint8_t ledger[32],
                    const uint8_t bytes[FM_SECTOR_BYTES]);

#endif
