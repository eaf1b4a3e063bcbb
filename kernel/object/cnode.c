/* SPDX-License-Identifier: Apache-2.0 */
/* The operations on the slots of a CNode. */
#include "kernel/api/call.h"
#include "kernel/object/cspace.h"
#include "kernel/object/delete.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/mdb.h"

/* Copy, Mint, Move, Mutate into the empty slot to. */
static enum outcome copy_or_move(struct call *c, struct slot *to)
{
    if (call_lacks(c, 4, 1)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    uint64_t depth = call_arg(c, 3);
    if (!cap_is_null(to->cap)) {
        return refuse(c, FM_KERR_DELETE_FIRST);
    }
    struct slot *from = cspace_lookup_target(c, c->extra[0]->cap, call_arg(c, 2), depth, true);
    if (from == NULL) {
        return REFUSED;
    }
    struct cap cap = from->cap;
    if (cap_is_null(cap)) {
        return refuse_missing(c, true, depth);
    }
    bool copy = c->label == FM_LABEL_CNODE_COPY || c->label == FM_LABEL_CNODE_MINT;
    if (call_lacks(c, c->label == FM_LABEL_CNODE_MINT   ? 6
                      : c->label == FM_LABEL_CNODE_MOVE ? 4
                                                        : 5,
                   0)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    if (copy) {
        cap = cap_mask_rights(cap, call_arg(c, 4));
        if (c->label == FM_LABEL_CNODE_MINT) {
            cap = cap_update_data(cap, false, call_arg(c, 5));
        }
        enum derive d = cap_derive(from, &cap);
        if (d != DERIVE_OK) {
            return refuse(c, d == DERIVE_REVOKE_FIRST ? FM_KERR_REVOKE_FIRST
                                                      : FM_KERR_ILLEGAL_OPERATION);
        }
    } else if (c->label == FM_LABEL_CNODE_MUTATE) {
        cap = cap_update_data(cap, true, call_arg(c, 4));
    }
    if (cap_is_null(cap) || cap_type(cap) == CAP_ZOMBIE) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    if (copy) {
        mdb_insert_copy(to, cap, from);
    } else {
        mdb_move(to, cap, from);
    }
    return DONE;
}

/* source -> pivot -> to; when to is source, the two change places. */
static enum outcome rotate(struct call *c, struct slot *to)
{
    if (call_lacks(c, 8, 2)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    uint64_t pivot_depth = call_arg(c, 4);
    uint64_t source_depth = call_arg(c, 7);
    struct slot *source =
        cspace_lookup_target(c, c->extra[1]->cap, call_arg(c, 6), source_depth, true);
    if (source == NULL) {
        return REFUSED;
    }
    struct slot *pivot =
        cspace_lookup_target(c, c->extra[0]->cap, call_arg(c, 3), pivot_depth, true);
    if (pivot == NULL) {
        return REFUSED;
    }
    if (pivot == source || pivot == to) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    if (source != to && !cap_is_null(to->cap)) {
        return refuse(c, FM_KERR_DELETE_FIRST);
    }
    if (cap_is_null(source->cap)) {
        return refuse_missing(c, true, source_depth);
    }
    if (cap_is_null(pivot->cap)) {
        return refuse_missing(c, false, pivot_depth);
    }
    struct cap new_source = cap_update_data(source->cap, true, call_arg(c, 5));
    struct cap new_pivot = cap_update_data(pivot->cap, true, call_arg(c, 2));
    if (cap_is_null(new_source) || cap_is_null(new_pivot) ||
        cap_type(new_source) == CAP_ZOMBIE || cap_type(new_pivot) == CAP_ZOMBIE) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    if (source == to) {
        mdb_swap(source, new_source, pivot, new_pivot);
    } else {
        mdb_move(to, new_pivot, pivot);
        mdb_move(pivot, new_source, source);
    }
    return DONE;
}

static enum outcome cancel_badged_sends(struct call *c, struct slot *s)
{
    if (cap_type(s->cap) != CAP_ENDPOINT || cap_rights(s->cap) != FM_RIGHT_ALL) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    if (s->cap.b != 0) {
        endpoint_cancel_badged((struct endpoint *)cap_ptr(s->cap), s->cap.b);
    }
    return DONE;
}

enum outcome cnode_invoke(struct call *c)
{
    if (c->label < FM_LABEL_CNODE_REVOKE || c->label > FM_LABEL_CNODE_ROTATE) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    if (call_lacks(c, 2, 0)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    struct slot *to = cspace_lookup_target(c, c->slot->cap, call_arg(c, 0), call_arg(c, 1), false);
    if (to == NULL) {
        return REFUSED;
    }
    switch (c->label) {
    case FM_LABEL_CNODE_REVOKE:
        return slot_revoke(to);
    case FM_LABEL_CNODE_DELETE:
        return slot_delete(to);
    case FM_LABEL_CNODE_CANCEL_BADGED_SENDS:
        return cancel_badged_sends(c, to);
    case FM_LABEL_CNODE_ROTATE:
        return rotate(c, to);
    default:
        return copy_or_move(c, to);
    }
}
