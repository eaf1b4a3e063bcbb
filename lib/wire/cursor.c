/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/cursor.h"

/* Loops and not memcpy: the prover's memory model has no cast to void *, and the compiler makes the
 * same code. */
/*@ requires n > 0 ==> \valid(to + (0 .. n - 1)) && \valid_read(from + (0 .. n - 1));
  @ requires \separated(to + (0 .. n - 1), from + (0 .. n - 1));
  @ assigns to[0 .. n - 1];
  @ ensures \forall integer k; 0 <= k < n ==> to[k] == from[k]; */
static void copy_bytes(uint8_t *to, const uint8_t *from, size_t n)
{
    /*@ loop invariant 0 <= i <= n;
      @ loop invariant \forall integer k; 0 <= k < i ==> to[k] == from[k];
      @ loop assigns i, to[0 .. n - 1]; loop variant n - i; */
    for (size_t i = 0; i < n; i++) {
        to[i] = from[i];
    }
}

/*@ requires n > 0 ==> \valid(to + (0 .. n - 1));
  @ assigns to[0 .. n - 1];
  @ ensures \forall integer k; 0 <= k < n ==> to[k] == 0; */
static void clear_bytes(uint8_t *to, size_t n)
{
    /*@ loop invariant 0 <= i <= n;
      @ loop invariant \forall integer k; 0 <= k < i ==> to[k] == 0;
      @ loop assigns i, to[0 .. n - 1]; loop variant n - i; */
    for (size_t i = 0; i < n; i++) {
        to[i] = 0;
    }
}

void fm_reader_init(struct fm_reader *r, const uint8_t *buf, size_t len)
{
    r->buf = buf;
    r->len = len;
    r->pos = 0;
    r->bad = false;
}

/* The one bounds check of reading: true if n more bytes are there and the reader is still good. */
/*@ requires \valid(r) && reader_ok(r); assigns r->bad; ensures reader_ok(r);
  @ ensures \result ==> n <= r->len - r->pos && !r->bad && !\old(r->bad);
  @ ensures !\result ==> r->bad; */
static bool reader_has(struct fm_reader *r, size_t n)
{
    if (r->bad || n > r->len - r->pos) {
        r->bad = true;
        return false;
    }
    return true;
}

uint8_t fm_get_u8(struct fm_reader *r)
{
    uint8_t v = 0;

    if (reader_has(r, 1)) {
        v = r->buf[r->pos];
        r->pos += 1;
    }
    return v;
}

uint16_t fm_get_u16(struct fm_reader *r)
{
    uint32_t v = 0;

    if (reader_has(r, 2)) {
        v = (uint32_t)r->buf[r->pos] | (uint32_t)r->buf[r->pos + 1] << 8;
        r->pos += 2;
    }
    return (uint16_t)v;
}

uint32_t fm_get_u32(struct fm_reader *r)
{
    uint32_t v = 0;

    if (reader_has(r, 4)) {
        v = (uint32_t)r->buf[r->pos] | (uint32_t)r->buf[r->pos + 1] << 8 |
            (uint32_t)r->buf[r->pos + 2] << 16 | (uint32_t)r->buf[r->pos + 3] << 24;
        r->pos += 4;
    }
    return v;
}

uint64_t fm_get_u64(struct fm_reader *r)
{
    uint64_t low;
    uint64_t high;

    if (!reader_has(r, 8)) {
        return 0;
    }
    low = fm_get_u32(r);
    high = fm_get_u32(r);
    return low | high << 32;
}

void fm_get_bytes(struct fm_reader *r, uint8_t *out, size_t n)
{
    if (n == 0) {
        return;
    }
    if (!reader_has(r, n)) {
        clear_bytes(out, n);
        return;
    }
    copy_bytes(out, r->buf + r->pos, n);
    r->pos += n;
}

const uint8_t *fm_get_view(struct fm_reader *r, size_t n)
{
    const uint8_t *view;

    if (!reader_has(r, n)) {
        return NULL;
    }
    view = r->buf + r->pos;
    r->pos += n;
    return view;
}

void fm_get_zeros(struct fm_reader *r, size_t n)
{
    if (!reader_has(r, n)) {
        return;
    }
    /*@ loop invariant 0 <= i <= n; loop assigns i, r->bad; loop variant n - i; */
    for (size_t i = 0; i < n; i++) {
        if (r->buf[r->pos + i] != 0U) {
            r->bad = true;
        }
    }
    if (!r->bad) {
        r->pos += n;
    }
}

void fm_writer_init(struct fm_writer *w, uint8_t *buf, size_t cap)
{
    w->buf = buf;
    w->cap = cap;
    w->len = 0;
    w->bad = false;
}

/* The one bounds check of writing. */
/*@ requires \valid(w) && writer_ok(w); assigns w->bad; ensures writer_ok(w);
  @ ensures \result <==> !\old(w->bad) && n <= w->cap - w->len;
  @ ensures w->bad <==> !\result; */
static bool writer_has(struct fm_writer *w, size_t n)
{
    if (w->bad || n > w->cap - w->len) {
        w->bad = true;
        return false;
    }
    return true;
}

void fm_put_u8(struct fm_writer *w, uint8_t v)
{
    if (writer_has(w, 1)) {
        w->buf[w->len] = v;
        w->len += 1;
    }
}

void fm_put_u16(struct fm_writer *w, uint16_t v)
{
    if (writer_has(w, 2)) {
        w->buf[w->len] = (uint8_t)(v & 0xffU);
        w->buf[w->len + 1] = (uint8_t)(v >> 8);
        w->len += 2;
    }
}

void fm_put_u32(struct fm_writer *w, uint32_t v)
{
    if (writer_has(w, 4)) {
        w->buf[w->len] = (uint8_t)(v & 0xffU);
        w->buf[w->len + 1] = (uint8_t)((v >> 8) & 0xffU);
        w->buf[w->len + 2] = (uint8_t)((v >> 16) & 0xffU);
        w->buf[w->len + 3] = (uint8_t)(v >> 24);
        w->len += 4;
    }
}

void fm_put_u64(struct fm_writer *w, uint64_t v)
{
    if (writer_has(w, 8)) {
        fm_put_u32(w, (uint32_t)(v & 0xffffffffU));
        fm_put_u32(w, (uint32_t)(v >> 32));
    }
}

void fm_put_bytes(struct fm_writer *w, const uint8_t *p, size_t n)
{
    if (n > 0 && writer_has(w, n)) {
        copy_bytes(w->buf + w->len, p, n);
        w->len += n;
    }
}

void fm_put_zeros(struct fm_writer *w, size_t n)
{
    if (n > 0 && writer_has(w, n)) {
        clear_bytes(w->buf + w->len, n);
        w->len += n;
    }
}
