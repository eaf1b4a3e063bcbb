/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/node_msg.h"

#include "wire/receipt.h"

enum fm_msg_look fm_msg_look(const uint8_t *bytes, size_t n, size_t max, struct fm_msg_head *head)
{
    struct fm_reader r;
    uint32_t length;

    if (n < 4) {
        return FM_MSG_MORE;
    }
    fm_reader_init(&r, bytes, n < FM_MSG_HEAD_BYTES ? n : FM_MSG_HEAD_BYTES);
    length = fm_get_u32(&r);
    if (length < FM_MSG_HEAD_BYTES - 4U || length > max - 4U) {
        return FM_MSG_BAD;
    }
    if (n < FM_MSG_HEAD_BYTES) {
        return FM_MSG_MORE;
    }
    head->kind = fm_get_u8(&r);
    fm_get_zeros(&r, 3);
    head->tag = fm_get_u32(&r);
    head->payload_bytes = length - (FM_MSG_HEAD_BYTES - 4U);
    return r.bad ? FM_MSG_BAD : FM_MSG_WHOLE_HEAD;
}

void fm_msg_put_head(struct fm_writer *w, uint8_t kind, uint32_t tag, uint32_t payload_bytes)
{
    fm_put_u32(w, payload_bytes + FM_MSG_HEAD_BYTES - 4U);
    fm_put_u8(w, kind);
    fm_put_zeros(w, 3);
    fm_put_u32(w, tag);
}

void fm_msg_put_outcome(struct fm_writer *w, uint32_t tag, const struct fm_msg_outcome *o)
{
    bool receipt = o->status <= FM_BODY_FAILED;

    fm_msg_put_head(w, FM_MSG_TURN, tag, FM_MSG_OUTCOME_BYTES + (receipt ? FM_RECEIPT_BYTES : 0U));
    fm_put_u8(w, o->status);
    fm_put_u8(w, o->reason);
    fm_put_u8(w, o->frame);
    fm_put_u8(w, o->effect);
    fm_put_u8(w, o->detail);
    fm_put_zeros(w, 3);
    fm_put_u32(w, (uint32_t)o->code);
    fm_put_u32(w, o->offset);
    if (receipt) {
        fm_put_receipt(w, &o->receipt);
    }
}

bool fm_msg_get_outcome(struct fm_reader *r, struct fm_msg_outcome *o)
{
    o->status = fm_get_u8(r);
    o->reason = fm_get_u8(r);
    o->frame = fm_get_u8(r);
    o->effect = fm_get_u8(r);
    o->detail = fm_get_u8(r);
    fm_get_zeros(r, 3);
    o->code = (fm_err)fm_get_u32(r);
    o->offset = fm_get_u32(r);
    if (!r->bad && o->status <= FM_BODY_FAILED) {
        fm_get_receipt(r, &o->receipt);
    }
    return fm_reader_end(r) && o->status <= FM_UNSURE;
}

void fm_msg_put_error(struct fm_writer *w, uint32_t tag, const struct fm_why *why)
{
    size_t field = strlen(why->field);

    fm_msg_put_head(w, FM_MSG_ERROR, tag, (uint32_t)(24U + field));
    fm_put_u32(w, (uint32_t)why->code);
    fm_put_u32(w, why->offset);
    fm_put_u64(w, why->expected);
    fm_put_u64(w, why->got);
    /*@ loop invariant 0 <= i <= field && writer_ok(w);
      @ loop assigns i, w->len, w->bad, w->buf[0 .. w->cap - 1]; loop variant field - i; */
    for (size_t i = 0; i < field; i++) {
        fm_put_u8(w, (uint8_t)why->field[i]);
    }
}

bool fm_msg_get_error(struct fm_reader *r, struct fm_why *why, char *text, size_t cap)
{
    size_t n;

    why->code = (fm_err)fm_get_u32(r);
    why->offset = fm_get_u32(r);
    why->expected = fm_get_u64(r);
    why->got = fm_get_u64(r);
    n = fm_reader_left(r) < cap - 1U ? fm_reader_left(r) : cap - 1U;
    /*@ loop invariant 0 <= i <= n && reader_ok(r) && (\at(r->bad, Pre) ==> r->bad);
      @ loop assigns i, r->pos, r->bad, text[0 .. cap - 1]; loop variant n - i; */
    for (size_t i = 0; i < n; i++) {
        text[i] = (char)fm_get_u8(r);
    }
    text[n] = '\0';
    why->field = text;
    return !r->bad;
}
