/* SPDX-License-Identifier: Apache-2.0 */
#include "store/frame.h"

#include "crypto/hash.h"
#include "wire/receipt.h"

#define HEAD_HEIGHT_AT 32U
#define HEAD_TURNS_AT 52U
#define HEAD_LENGTH_AT 56U
#define TURN_HEAD_BYTES 4U

void fm_frame_begin(struct fm_frame_maker *f, uint8_t *buf, size_t cap, const uint8_t prev[32],
                    uint64_t height, uint64_t first_seq, uint32_t now)
{
    struct fm_writer w;

    FM_ASSERT(cap >= FM_FRAME_HEAD_BYTES + FM_FRAME_TAIL_BYTES);
    f->buf = buf;
    f->cap = cap < FM_FRAME_BYTES_MAX ? cap : FM_FRAME_BYTES_MAX;
    f->turns = 0;
    fm_writer_init(&w, buf, cap);
    fm_put_bytes(&w, prev, 32);
    fm_put_u64(&w, height);
    fm_put_u64(&w, first_seq);
    fm_put_u32(&w, now);
    fm_put_zeros(&w, 12);
    f->len = w.len;
}

bool fm_frame_fits(const struct fm_frame_maker *f, size_t turn_bytes, size_t writes_bytes)
{
    size_t room = f->cap - FM_FRAME_TAIL_BYTES - f->len;

    return f->turns < FM_BATCH_TURNS_MAX && turn_bytes <= 0xffffU && writes_bytes <= 0xffffU &&
           TURN_HEAD_BYTES + turn_bytes + FM_RECEIPT_BYTES + writes_bytes <= room;
}

void fm_frame_add(struct fm_frame_maker *f, const uint8_t *turn, size_t turn_bytes,
                  const struct fm_receipt *receipt, const uint8_t *writes, size_t writes_bytes)
{
    struct fm_writer w;

    FM_ASSERT(fm_frame_fits(f, turn_bytes, writes_bytes));
    fm_writer_init(&w, f->buf + f->len, f->cap - f->len);
    fm_put_u16(&w, (uint16_t)turn_bytes);
    fm_put_u16(&w, (uint16_t)writes_bytes);
    fm_put_bytes(&w, turn, turn_bytes);
    fm_put_receipt(&w, receipt);
    fm_put_bytes(&w, writes, writes_bytes);
    f->len += w.len;
    f->turns++;
}

size_t fm_frame_end(struct fm_frame_maker *f, uint8_t hash[32])
{
    size_t len = f->len + FM_FRAME_TAIL_BYTES;

    fm_put_le32(f->buf + HEAD_TURNS_AT, f->turns);
    fm_put_le32(f->buf + HEAD_LENGTH_AT, (uint32_t)len);
    fm_hash(FM_H_FRAME, f->buf, f->len, hash);
    /*@ loop invariant 0 <= i <= 32; loop assigns i, f->buf[f->len .. f->len + 31]; loop variant 32 - i; */
    for (uint32_t i = 0; i < 32; i++) {
        f->buf[f->len + i] = hash[i];
    }
    f->len = len;
    return len;
}

/*@ requires \valid_read(a + (0 .. 31)) && \valid_read(b + (0 .. 31)); assigns \nothing; */
static bool same_hash(const uint8_t *a, const uint8_t *b)
{
    uint8_t differ = 0;

    /*@ loop invariant 0 <= i <= 32; loop assigns i, differ; loop variant 32 - i; */
    for (uint32_t i = 0; i < 32; i++) {
        differ |= a[i] ^ b[i];
    }
    return differ == 0U;
}

fm_err fm_frame_open(struct fm_log_frame *f, const uint8_t *bytes, size_t len, struct fm_why *why)
{
    struct fm_reader r;
    uint32_t length;

    fm_reader_init(&r, bytes, len);
    fm_get_bytes(&r, f->prev, 32);
    f->height = fm_get_u64(&r);
    f->first_seq = fm_get_u64(&r);
    f->now = fm_get_u32(&r);
    f->turns = fm_get_u32(&r);
    length = fm_get_u32(&r);
    fm_get_zeros(&r, 4);
    if (r.bad || length < FM_FRAME_HEAD_BYTES + FM_FRAME_TAIL_BYTES || length > len ||
        length > FM_FRAME_BYTES_MAX || f->turns == 0U || f->turns > FM_BATCH_TURNS_MAX) {
        return fm_why_set(why, FM_E_MALFORMED, (uint32_t)r.pos, "frame head", len, length);
    }
    f->bytes = bytes;
    f->len = length;
    fm_hash(FM_H_FRAME, bytes, length - FM_FRAME_TAIL_BYTES, f->hash);
    if (!same_hash(f->hash, bytes + length - FM_FRAME_TAIL_BYTES)) {
        return fm_why_set(why, FM_E_LOG_DAMAGED, 0, "frame hash", f->height, f->height);
    }
    return FM_OK;
}

bool fm_frame_next(const struct fm_log_frame *f, size_t *at, struct fm_log_turn *turn)
{
    size_t end = f->len - FM_FRAME_TAIL_BYTES;
    struct fm_reader r;

    if (*at == 0) {
        *at = FM_FRAME_HEAD_BYTES;
    }
    if (*at >= end) {
        return false;
    }
    fm_reader_init(&r, f->bytes + *at, end - *at);
    turn->turn_bytes = fm_get_u16(&r);
    turn->writes_bytes = fm_get_u16(&r);
    turn->turn = fm_get_view(&r, turn->turn_bytes);
    fm_get_receipt(&r, &turn->receipt);
    turn->writes = fm_get_view(&r, turn->writes_bytes);
    /*@ assert !r.bad ==> 4 <= r.pos <= r.len; */
    *at = r.bad ? SIZE_MAX : *at + r.pos;
    return !r.bad;
}

/* What binds a sector's head to its ledger. */
/*@ requires \valid_read(ledger + (0 .. 31)) && \valid_read(head + (0 .. 11)); assigns \nothing; */
static uint32_t sector_check(const uint8_t ledger[32], const uint8_t head[12])
{
    uint8_t msg[44];
    uint8_t hash[32];
    struct fm_writer w;

    fm_writer_init(&w, msg, sizeof msg);
    fm_put_bytes(&w, ledger, 32);
    fm_put_bytes(&w, head, 12);
    fm_hash(FM_H_SECTOR, msg, sizeof msg, hash);
    return fm_le32(hash);
}

/* Fills one sector with n bytes of its frame, and zeros behind them. */
/*@ requires \valid(sector + (0 .. FM_SECTOR_BYTES - 1)) && \valid_read(ledger + (0 .. 31));
  @ requires 0 < n <= FM_SECTOR_PAYLOAD_BYTES && \valid_read(payload + (0 .. n - 1));
  @ requires \separated(sector + (0 .. FM_SECTOR_BYTES - 1), payload + (0 .. n - 1));
  @ requires \separated(sector + (0 .. FM_SECTOR_BYTES - 1), ledger + (0 .. 31));
  @ assigns sector[0 .. FM_SECTOR_BYTES - 1]; */
static void put_sector(uint8_t *sector, const uint8_t ledger[32], uint64_t height, uint32_t i,
                       uint32_t count, const uint8_t *payload, size_t n)
{
    struct fm_writer w;

    fm_writer_init(&w, sector, FM_SECTOR_BYTES);
    fm_put_u64(&w, height);
    fm_put_u16(&w, (uint16_t)i);
    fm_put_u16(&w, (uint16_t)count);
    fm_put_u32(&w, sector_check(ledger, sector));
    fm_put_bytes(&w, payload, n);
    fm_put_zeros(&w, FM_SECTOR_PAYLOAD_BYTES - n);
}

void fm_frame_to_sectors(const uint8_t ledger[32], uint64_t height, const uint8_t *frame,
                         size_t len, uint8_t *out)
{
    uint32_t count = fm_frame_sectors(len);

    /*@ loop invariant 0 <= i <= count;
      @ loop assigns i, out[0 .. count * FM_SECTOR_BYTES - 1]; loop variant count - i; */
    for (uint32_t i = 0; i < count; i++) {
        size_t at = (size_t)i * FM_SECTOR_PAYLOAD_BYTES;
        size_t n = len - at < FM_SECTOR_PAYLOAD_BYTES ? len - at : FM_SECTOR_PAYLOAD_BYTES;

        put_sector(out + (size_t)i * FM_SECTOR_BYTES, ledger, height, i, count, frame + at, n);
    }
}

/*@ requires \valid_read(bytes + (0 .. FM_SECTOR_BYTES - 1)); assigns \nothing; */
static bool all_zero(const uint8_t bytes[FM_SECTOR_BYTES])
{
    uint8_t any = 0;

    /*@ loop invariant 0 <= i <= FM_SECTOR_BYTES; loop assigns i, any; loop variant FM_SECTOR_BYTES - i; */
    for (size_t i = 0; i < FM_SECTOR_BYTES; i++) { /* byte by byte: compilers make wide steps of that */
        any |= bytes[i];
    }
    return any == 0U;
}

void fm_sector_read(struct fm_sector *s, const uint8_t ledger[32],
                    const uint8_t bytes[FM_SECTOR_BYTES])
{
    s->height = fm_le64(bytes);
    s->index = fm_le16(bytes + 8);
    s->count = fm_le16(bytes + 10);
    /* A good one has a count, so it is not zero: its body need not be looked at here. */
    if (s->index < s->count && fm_le32(bytes + 12) == sector_check(ledger, bytes)) {
        s->kind = FM_SECTOR_GOOD;
    } else {
        s->kind = all_zero(bytes) ? FM_SECTOR_ZERO : FM_SECTOR_BAD;
    }
}
