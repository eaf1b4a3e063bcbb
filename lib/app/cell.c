/* SPDX-License-Identifier: Apache-2.0 */
#include "app/cell.h"

#define OWN_SLOTS 255U

/* One turn of one effect over a grip's slot, or over the own cell (grip NULL). */
struct turn_buffer {
    uint8_t wire[FM_TURN_BYTES_MAX];
    struct fm_turn_maker maker;
};

static void begin(const struct fm_cell_transport *t, struct turn_buffer *b,
                  const struct fm_grip *grip)
{
    fm_turn_begin(&b->maker, b->wire, sizeof b->wire, t->ledger, t->agent, t->nonce, t->fee,
                  FM_NEVER);
    if (grip != NULL) {
        fm_turn_slot(&b->maker, (uint8_t)grip->place, grip->target);
    } else {
        fm_turn_self(&b->maker);
    }
}

/* Signs, sends, and says in the common vocabulary what came of it. */
static fm_err end(struct fm_cell_transport *t, struct turn_buffer *b, struct fm_receipt *receipt)
{
    struct fm_msg_outcome o;
    size_t n = fm_turn_finish(&b->maker) != 0 ? fm_turn_sign(&b->maker, t->sk) : 0;

    if (n == 0) {
        return FM_E_NO_SPACE;
    }
    if (!t->exchange(t->cookie, b->wire, n, &o) || o.status == FM_UNSURE) {
        return FM_E_EXCHANGE;
    }
    if (o.status == FM_COMMITTED || o.status == FM_BODY_FAILED) {
        t->nonce += 1U;
        if (receipt != NULL) {
            *receipt = o.receipt;
        }
        return o.status == FM_COMMITTED ? FM_OK : o.code;
    }
    return o.status == FM_REJECTED || o.status == FM_MALFORMED ? o.code : FM_E_NOT_DONE;
}

static fm_err cell_invoke(void *self, const struct fm_grip *grip, uint8_t method,
                          const struct fm_item *args, uint8_t n, struct fm_reply *reply)
{
    struct fm_cell_transport *t = self;
    uint8_t writes[FM_ITEMS_MAX * FM_INVOKE_WRITE_BYTES];
    struct turn_buffer b;
    fm_err err;

    if (n == 0U || n > FM_ITEMS_MAX) {
        return FM_E_MALFORMED;
    }
    for (uint8_t i = 0; i < n; i++) {
        fm_put_le16(writes + (size_t)i * FM_INVOKE_WRITE_BYTES, args[i].key);
        memcpy(writes + (size_t)i * FM_INVOKE_WRITE_BYTES + 2, args[i].value, 32);
    }
    begin(t, &b, grip);
    fm_turn_invoke(&b.maker, method, n, writes);
    err = end(t, &b, &reply->receipt);
    reply->has_receipt = err == FM_OK;
    reply->nitems = 0;
    if (err == FM_OK) {
        /* INVOKE's reply is what was written (heart.md section 4), as the receipt's writes_hash vouches. */
        memcpy(reply->items, args, (size_t)n * sizeof *args);
        reply->nitems = n;
    }
    return err;
}

static bool take_slot(struct fm_cell_transport *t, uint8_t *slot)
{
    for (uint32_t i = 0; i < OWN_SLOTS; i++) {
        if ((t->own_slots[i / 8U] >> (i % 8U) & 1U) != 0U) {
            t->own_slots[i / 8U] &= (uint8_t) ~(1U << (i % 8U));
            *slot = (uint8_t)i;
            return true;
        }
    }
    return false;
}

static void give_slot_back(struct fm_cell_transport *t, uint32_t slot)
{
    t->own_slots[slot / 8U] |= (uint8_t)(1U << (slot % 8U));
}

static fm_err cell_derive(void *self, struct fm_grip *grip, const struct fm_limits *limits,
                          struct fm_grip *out)
{
    struct fm_cell_transport *t = self;
    struct turn_buffer b;
    uint8_t axis;
    uint8_t slot;
    fm_err err;

    if (!take_slot(t, &slot)) {
        return FM_E_NO_OWN_SLOT;
    }
    begin(t, &b, grip);
    fm_turn_attenuate(&b.maker, slot, limits);
    err = end(t, &b, NULL);
    if (err != FM_OK) {
        give_slot_back(t, slot);
        return err;
    }
    /* The executor has said yes; this side follows with the same function. */
    out->place = slot;
    return fm_cap_derive(&grip->record, false, t->agent_idx, (uint8_t)grip->place, limits,
                         &out->record, &axis);
}

static fm_err cell_give(void *self, struct fm_grip *grip, const struct fm_limits *limits,
                        const struct fm_peer *to)
{
    struct fm_cell_transport *t = self;
    struct fm_record given = {.kind = 0};
    struct turn_buffer b;
    uint8_t axis;
    fm_err err;

    begin(t, &b, grip);
    fm_turn_grant(&b.maker, to->id, to->slot, limits);
    err = end(t, &b, NULL);
    return err != FM_OK ? err
                        : fm_cap_derive(&grip->record, false, t->agent_idx, (uint8_t)grip->place,
                                        limits, &given, &axis);
}

static fm_err cell_revoke(void *self, struct fm_grip *grip)
{
    struct turn_buffer b;

    begin(self, &b, NULL);
    fm_turn_revoke(&b.maker, (uint8_t)grip->place);
    return end(self, &b, NULL);
}

static fm_err cell_drop(void *self, struct fm_grip *grip)
{
    struct turn_buffer b;
    fm_err err;

    begin(self, &b, NULL);
    fm_turn_drop(&b.maker, (uint8_t)grip->place);
    err = end(self, &b, NULL);
    if (err == FM_OK) {
        give_slot_back(self, grip->place);
    }
    return err;
}

static void cell_topology(const void *self, struct fm_topology *topology)
{
    *topology = ((const struct fm_cell_transport *)self)->machines;
}

const struct fm_transport fm_cell_transport = {
    .invoke = cell_invoke,
    .derive = cell_derive,
    .give = cell_give,
    .revoke = cell_revoke,
    .drop = cell_drop,
    .topology = cell_topology,
};
