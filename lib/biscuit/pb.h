/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protobuf, as much as Biscuit needs: varints and length-delimited fields, read strictly (shortest
 * numbers only, no groups, no fixed-width fields) and written in tag order.
 */
#ifndef FM_BISCUIT_PB_H
#define FM_BISCUIT_PB_H

#include "base/base.h"

#include <firmament/err.h>

/* A bounded view of a message. After the first fault err is set and every read yields nothing. */
struct fm_pb {
    const uint8_t *buf; /* the whole message, so that offsets mean something to people */
    uint32_t pos;
    uint32_t end;
    fm_err err;
    uint32_t err_at;
};

/* One field: a number, or a view of bytes. */
struct fm_pb_field {
    uint32_t tag;
    bool is_bytes;
    uint64_t num;
    const uint8_t *bytes;
    uint32_t n;
    uint32_t at; /* where the field's contents begin, in buf */
};

struct fm_pb fm_pb_of(const uint8_t *buf, uint32_t n);
/* The message inside a bytes field, with the same offsets. */
struct fm_pb fm_pb_inner(const struct fm_pb *outer, const struct fm_pb_field *field);
/* Reads the next field; false at the end or after a fault (err tells which). */
bool fm_pb_next(struct fm_pb *pb, struct fm_pb_field *field);
/* Records a fault at the place of a field. Returns false. */
bool fm_pb_fail(struct fm_pb *pb, fm_err err, uint32_t at);
/* True if p[0..n) is well-formed UTF-8 (no surrogates, shortest forms). */
bool fm_utf8_valid(const uint8_t *p, size_t n);

/* Writer: fills buf; `bad` once it would overflow. */
struct fm_pbw {
    uint8_t *buf;
    size_t cap;
    size_t len;
    bool bad;
};
void fm_pbw_raw(struct fm_pbw *w, const void *p, size_t n);
void fm_pbw_varint(struct fm_pbw *w, uint64_t v);
void fm_pbw_num(struct fm_pbw *w, uint32_t tag, uint64_t v);
void fm_pbw_bytes(struct fm_pbw *w, uint32_t tag, const void *p, size_t n);
/* Opens a nested message: returns a mark for fm_pbw_close, which puts the length before the contents. */
size_t fm_pbw_open(struct fm_pbw *w, uint32_t tag);
void fm_pbw_close(struct fm_pbw *w, size_t mark);

#endif
