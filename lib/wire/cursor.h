/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one cursor: every byte that comes in is read, and every message is written, through these.
 *
 * C1  pos <= len (reader) and len <= cap (writer), always.
 * C2  A read or write that does not fit sets `bad`, moves nothing and yields zeros; from then on
 * every call does that. So a decoder reads straight down its table and asks once, at the end. C3
 * Integers are little-endian. No pointer arithmetic stands outside this file.
 *
 * Proved free of undefined behaviour by Frama-C/WP (proofs/STATUS.md).
 */
#ifndef FM_WIRE_CURSOR_H
#define FM_WIRE_CURSOR_H

#include "base/base.h"

struct fm_reader {
    const uint8_t *buf; /* borrowed from the caller while the reader is used */
    size_t len;
    size_t pos;
    bool bad;
};

struct fm_writer {
    uint8_t *buf; /* borrowed from the caller while the writer is used */
    size_t cap;
    size_t len;
    bool bad;
};

/*@ predicate reader_ok(struct fm_reader *r) =
  @   r->pos <= r->len && (r->len > 0 ==> \valid_read(r->buf + (0 .. r->len - 1))); */
/*@ predicate writer_ok(struct fm_writer *w) =
  @   w->len <= w->cap && (w->cap > 0 ==> \valid(w->buf + (0 .. w->cap - 1))); */

/* n bytes were written, or did not fit and nothing moved. */
/*@ predicate wrote{Before, After}(struct fm_writer *w, integer n) =
  @   (\at(w->bad, After) <==> \at(w->bad, Before) || n > \at(w->cap, Before) - \at(w->len, Before)) &&
  @   \at(w->len, After) == \at(w->len, Before) + (\at(w->bad, After) ? 0 : n); */

/* Starts at byte 0 of buf[0..len). buf may be NULL if len is 0. */
/*@ requires \valid(r); requires len > 0 ==> \valid_read(buf + (0 .. len - 1));
  @ assigns *r; ensures reader_ok(r) && r->pos == 0 && !r->bad && r->buf == buf && r->len == len; */
void fm_reader_init(struct fm_reader *r, const uint8_t *buf, size_t len);

/* The next 1, 2, 4 or 8 bytes as an integer; 0 and `bad` if they are not there. */
/*@ requires \valid(r) && reader_ok(r); assigns r->pos, r->bad;
  @ ensures reader_ok(r) && r->pos >= \old(r->pos) && (\old(r->bad) ==> r->bad);
  @ ensures !r->bad ==> r->pos == \old(r->pos) + 1; */
uint8_t fm_get_u8(struct fm_reader *r);
/*@ requires \valid(r) && reader_ok(r); assigns r->pos, r->bad;
  @ ensures reader_ok(r) && r->pos >= \old(r->pos) && (\old(r->bad) ==> r->bad);
  @ ensures !r->bad ==> r->pos == \old(r->pos) + 2; */
uint16_t fm_get_u16(struct fm_reader *r);
/*@ requires \valid(r) && reader_ok(r); assigns r->pos, r->bad;
  @ ensures reader_ok(r) && r->pos >= \old(r->pos) && (\old(r->bad) ==> r->bad);
  @ ensures !r->bad ==> r->pos == \old(r->pos) + 4; */
uint32_t fm_get_u32(struct fm_reader *r);
/*@ requires \valid(r) && reader_ok(r); assigns r->pos, r->bad;
  @ ensures reader_ok(r) && r->pos >= \old(r->pos) && (\old(r->bad) ==> r->bad);
  @ ensures !r->bad ==> r->pos == \old(r->pos) + 8; */
uint64_t fm_get_u64(struct fm_reader *r);

/* Copies the next n bytes to out; n zeros and `bad` if they are not there. */
/*@ requires \valid(r) && reader_ok(r); requires n > 0 ==> \valid(out + (0 .. n - 1));
  @ requires \separated(r, out + (0 .. n - 1));
  @ requires \separated(r->buf + (0 .. r->len - 1), out + (0 .. n - 1));
  @ assigns r->pos, r->bad, out[0 .. n - 1];
  @ ensures reader_ok(r) && r->pos >= \old(r->pos) && (\old(r->bad) ==> r->bad);
  @ ensures !r->bad ==> r->pos == \old(r->pos) + n; */
void fm_get_bytes(struct fm_reader *r, uint8_t *out, size_t n);

/* The next n bytes in place, valid as long as the buffer is; NULL and `bad` if they are not there.
 */
/*@ requires \valid(r) && reader_ok(r); assigns r->pos, r->bad;
  @ ensures reader_ok(r) && r->pos >= \old(r->pos) && (\old(r->bad) ==> r->bad);
  @ ensures \result != \null ==> !r->bad;
  @ ensures !r->bad ==> \result == r->buf + \old(r->pos) && r->pos == \old(r->pos) + n;
  @ ensures \result != \null && n > 0 ==> \valid_read(\result + (0 .. n - 1)); */
const uint8_t *fm_get_view(struct fm_reader *r, size_t n);

/* Passes over n bytes that must be zero; `bad` if one is not, or they are not there. */
/*@ requires \valid(r) && reader_ok(r); assigns r->pos, r->bad;
  @ ensures reader_ok(r) && r->pos >= \old(r->pos) && (\old(r->bad) ==> r->bad); */
void fm_get_zeros(struct fm_reader *r, size_t n);

/* How many bytes are left. */
/*@ requires \valid_read(r) && r->pos <= r->len; assigns \nothing;
  @ ensures \result == r->len - r->pos; */
static inline size_t fm_reader_left(const struct fm_reader *r)
{
    return r->len - r->pos;
}

/* True if everything was there and nothing is left over. */
/*@ requires \valid_read(r); assigns \nothing;
  @ ensures \result <==> (!r->bad && r->pos == r->len); */
static inline bool fm_reader_end(const struct fm_reader *r)
{
    return !r->bad && r->pos == r->len;
}

/* Starts writing at byte 0 of buf[0..cap). */
/*@ requires \valid(w); requires cap > 0 ==> \valid(buf + (0 .. cap - 1));
  @ assigns *w; ensures writer_ok(w) && w->len == 0 && !w->bad && w->buf == buf && w->cap == cap; */
void fm_writer_init(struct fm_writer *w, uint8_t *buf, size_t cap);

/* Appends; nothing but `bad` changes when there is no room. */
/*@ requires \valid(w) && writer_ok(w) && \separated(w, w->buf + (0 .. w->cap - 1));
  @ assigns w->len, w->bad, w->buf[0 .. w->cap - 1]; ensures writer_ok(w) && wrote{Pre, Post}(w, 1); */
void fm_put_u8(struct fm_writer *w, uint8_t v);
/*@ requires \valid(w) && writer_ok(w) && \separated(w, w->buf + (0 .. w->cap - 1));
  @ assigns w->len, w->bad, w->buf[0 .. w->cap - 1]; ensures writer_ok(w) && wrote{Pre, Post}(w, 2); */
void fm_put_u16(struct fm_writer *w, uint16_t v);
/*@ requires \valid(w) && writer_ok(w) && \separated(w, w->buf + (0 .. w->cap - 1));
  @ assigns w->len, w->bad, w->buf[0 .. w->cap - 1]; ensures writer_ok(w) && wrote{Pre, Post}(w, 4); */
void fm_put_u32(struct fm_writer *w, uint32_t v);
/*@ requires \valid(w) && writer_ok(w) && \separated(w, w->buf + (0 .. w->cap - 1));
  @ assigns w->len, w->bad, w->buf[0 .. w->cap - 1]; ensures writer_ok(w) && wrote{Pre, Post}(w, 8); */
void fm_put_u64(struct fm_writer *w, uint64_t v);
/*@ requires \valid(w) && writer_ok(w) && \separated(w, w->buf + (0 .. w->cap - 1));
  @ requires n > 0 ==> \valid_read(p + (0 .. n - 1));
  @ requires \separated(p + (0 .. n - 1), w, w->buf + (0 .. w->cap - 1));
  @ assigns w->len, w->bad, w->buf[0 .. w->cap - 1]; ensures writer_ok(w) && wrote{Pre, Post}(w, n); */
void fm_put_bytes(struct fm_writer *w, const uint8_t *p, size_t n);
/*@ requires \valid(w) && writer_ok(w) && \separated(w, w->buf + (0 .. w->cap - 1));
  @ assigns w->len, w->bad, w->buf[0 .. w->cap - 1]; ensures writer_ok(w) && wrote{Pre, Post}(w, n); */
void fm_put_zeros(struct fm_writer *w, size_t n);

#endif
