/* SPDX-License-Identifier: Apache-2.0 */
#include "biscuit/pb.h"

struct fm_pb fm_pb_of(const uint8_t *buf, uint32_t n)
{
    struct fm_pb pb = {buf, 0, n, FM_OK, 0};
    return pb;
}

struct fm_pb fm_pb_inner(const struct fm_pb *outer, const struct fm_pb_field *field)
{
    struct fm_pb pb = {outer->buf, field->at, field->at + field->n, FM_OK, 0};
    return pb;
}

bool fm_pb_fail(struct fm_pb *pb, fm_err err, uint32_t at)
{
    if (pb->err == FM_OK) {
        pb->err = err;
        pb->err_at = at;
        pb->pos = pb->end;
    }
    return false;
}

/* A varint in its shortest form. */
static bool varint(struct fm_pb *pb, uint64_t *out)
{
    uint64_t v = 0;
    uint32_t start = pb->pos;

    for (uint32_t i = 0; i < 10; i++) {
        if (pb->pos == pb->end) {
            return fm_pb_fail(pb, FM_E_TOKEN_TRUNCATED, start);
        }
        uint8_t b = pb->buf[pb->pos++];
        if (i == 9 && b > 1) {
            return fm_pb_fail(pb, FM_E_TOKEN_WIRE, start);
        }
        v |= (uint64_t)(b & 0x7fU) << (7 * i);
        if ((b & 0x80U) == 0) {
            if (b == 0 && i > 0) {
                return fm_pb_fail(pb, FM_E_TOKEN_WIRE, start);
            }
            *out = v;
            return true;
        }
    }
    return fm_pb_fail(pb, FM_E_TOKEN_WIRE, start);
}

bool fm_pb_next(struct fm_pb *pb, struct fm_pb_field *field)
{
    uint64_t key = 0;
    uint64_t v = 0;
    uint32_t start = pb->pos;

    if (pb->err != FM_OK || pb->pos == pb->end || !varint(pb, &key)) {
        return false;
    }
    if (key >> 3 == 0 || key >> 3 > 64 || ((key & 7U) != 0 && (key & 7U) != 2)) {
        return fm_pb_fail(pb, FM_E_TOKEN_WIRE, start);
    }
    if (!varint(pb, &v)) {
        return false;
    }
    field->tag = (uint32_t)(key >> 3);
    field->is_bytes = (key & 7U) == 2;
    field->num = field->is_bytes ? 0 : v;
    field->at = pb->pos;
    field->bytes = pb->buf + pb->pos;
    field->n = 0;
    if (field->is_bytes) {
        if (v > pb->end - pb->pos) {
            return fm_pb_fail(pb, FM_E_TOKEN_TRUNCATED, start);
        }
        field->n = (uint32_t)v;
        pb->pos += (uint32_t)v;
    }
    return true;
}

bool fm_utf8_valid(const uint8_t *p, size_t n)
{
    size_t i = 0;

    while (i < n) {
        uint8_t b = p[i];
        size_t more = b < 0x80 ? 0 : b >= 0xc2 && b < 0xe0 ? 1 : b >= 0xe0 && b < 0xf0 ? 2 : 3;
        uint8_t low = 0x80;
        uint8_t high = 0xbf;

        if (b >= 0x80 && (b < 0xc2 || b > 0xf4)) {
            return false;
        }
        if (n - i <= more) {
            return false;
        }
        if (b == 0xe0) {
            low = 0xa0;
        } else if (b == 0xed) {
            high = 0x9f;
        } else if (b == 0xf0) {
            low = 0x90;
        } else if (b == 0xf4) {
            high = 0x8f;
        }
        for (size_t k = 1; k <= more; k++) {
            if (p[i + k] < low || p[i + k] > high) {
                return false;
            }
            low = 0x80;
            high = 0xbf;
        }
        i += more + 1;
    }
    return true;
}

void fm_pbw_raw(struct fm_pbw *w, const void *p, size_t n)
{
    if (w->bad || n > w->cap - w->len) {
        w->bad = true;
        return;
    }
    if (n > 0) {
        memcpy(w->buf + w->len, p, n);
        w->len += n;
    }
}

void fm_pbw_varint(struct fm_pbw *w, uint64_t v)
{
    uint8_t b[10];
    size_t n = 0;

    while (v >= 0x80) {
        b[n++] = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    b[n++] = (uint8_t)v;
    fm_pbw_raw(w, b, n);
}

void fm_pbw_num(struct fm_pbw *w, uint32_t tag, uint64_t v)
{
    fm_pbw_varint(w, (uint64_t)tag << 3);
    fm_pbw_varint(w, v);
}

void fm_pbw_bytes(struct fm_pbw *w, uint32_t tag, const void *p, size_t n)
{
    fm_pbw_varint(w, (uint64_t)tag << 3 | 2U);
    fm_pbw_varint(w, n);
    fm_pbw_raw(w, p, n);
}

size_t fm_pbw_open(struct fm_pbw *w, uint32_t tag)
{
    fm_pbw_varint(w, (uint64_t)tag << 3 | 2U);
    return w->len;
}

void fm_pbw_close(struct fm_pbw *w, size_t mark)
{
    uint8_t b[10];
    size_t n = 0;
    size_t v = w->bad ? 0 : w->len - mark;
    size_t body = v;

    if (w->bad) {
        return;
    }
    while (v >= 0x80) {
        b[n++] = (uint8_t)(v | 0x80);
        v >>= 7;
    }
    b[n++] = (uint8_t)v;
    if (n > w->cap - w->len) {
        w->bad = true;
        return;
    }
    memmove(w->buf + mark + n, w->buf + mark, body);
    memcpy(w->buf + mark, b, n);
    w->len += n;
}
