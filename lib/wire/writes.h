/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The write set of a turn (heart.md section 8): sorted, each address once,
 * cell u32 | kind u8 | zero | index u16 | whole new value.
 */
#ifndef FM_WIRE_WRITES_H
#define FM_WIRE_WRITES_H

#include "base/base.h"
#include "wire/cursor.h"

#include <firmament/err.h>
#include <firmament/heart.h>

enum fm_write_kind {
    FM_WRITE_HEADER = 1,  /* 160 bytes, index 0 */
    FM_WRITE_RECORD = 2,  /* 64 bytes, index = slot */
    FM_WRITE_FIELD = 3,   /* 32 bytes, index = key */
    FM_WRITE_NEXT_ID = 4, /* 32 bytes, index 0 */
};
#define FM_WRITE_HEAD_BYTES 8U

/* One write. `value` borrows the bytes that it was read from. */
struct fm_write {
    uint32_t cell;
    uint8_t kind; /* enum fm_write_kind */
    uint16_t index;
    const uint8_t *value; /* fm_write_value_bytes(kind) bytes */
};

/*@ logic integer value_bytes(integer kind) = kind == FM_WRITE_HEADER ? 160 :
  @   kind == FM_WRITE_RECORD ? 64 :
  @   kind == FM_WRITE_FIELD ? 32 : kind == FM_WRITE_NEXT_ID ? 32 : 0; */
/* How long a value of this kind is; 0 for no kind. */
/*@ assigns \nothing; ensures \result == value_bytes(kind); */
static inline size_t fm_write_value_bytes(uint8_t kind)
{
    return kind == FM_WRITE_HEADER                              ? sizeof(struct fm_header)
           : kind == FM_WRITE_RECORD                            ? sizeof(struct fm_record)
           : kind == FM_WRITE_FIELD || kind == FM_WRITE_NEXT_ID ? 32U
                                                                : 0U;
}

/* The address as one number: the order of writes is its order. */
/*@ assigns \nothing; */
static inline uint64_t fm_write_address(uint32_t cell, uint8_t kind, uint16_t index)
{
    return (uint64_t)cell << 24 | (uint64_t)kind << 16 | index;
}

/* Appends one write. */
/*@ requires \valid(w) && writer_ok(w) && \separated(w, w->buf + (0 .. w->cap - 1));
  @ requires 1 <= kind <= 4 && \valid_read(value + (0 .. value_bytes(kind) - 1));
  @ requires \separated(value + (0 .. value_bytes(kind) - 1), w, w->buf + (0 .. w->cap - 1));
  @ assigns w->len, w->bad, w->buf[0 .. w->cap - 1]; ensures writer_ok(w); */
void fm_write_put(struct fm_writer *w, uint32_t cell, uint8_t kind, uint16_t index,
                  const uint8_t *value);

/*
 * Reads the next write and checks its form: a known kind, a zero byte, index 0 where there is none,
 * in rising order after `last` (start with 0). False, and r bad unless at the end, when there is
 * none.
 */
/*@ requires \valid(r) && reader_ok(r) && \valid(last) && \valid(write);
  @ requires \separated(r, last, write, r->buf + (0 .. r->len - 1));
  @ assigns r->pos, r->bad, *last, *write;
  @ ensures reader_ok(r);
  @ ensures \result ==> 1 <= write->kind <= 4 && !r->bad;
  @ ensures \result ==> \valid_read(write->value + (0 .. value_bytes(write->kind) - 1));
  @ ensures \result ==> *last > \old(*last);
  @ ensures \result && (write->kind == FM_WRITE_HEADER || write->kind == FM_WRITE_NEXT_ID) ==>
  @   write->index == 0; */
bool fm_write_get(struct fm_reader *r, uint64_t *last, struct fm_write *write) FM_MUST_CHECK;

#endif
