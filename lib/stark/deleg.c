/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/deleg.h"

#include <string.h>

#include "core/cap.h"
#include "core/tree.h"

static bool same(const void *a, const void *b, size_t n)
{
    return memcmp(a, b, n) == 0;
}

/* The receipt is the one that is trusted, of a turn that committed, between these two states. */
static fm_err check_receipt(const struct fm_deleg_claim *c, const uint8_t receipt_hash[32])
{
    const struct fm_receipt_head *h = &c->receipt.head;
    uint8_t digest[32];
    fm_opened_hash("receipt", h, sizeof *h, digest);
    if (!same(digest, receipt_hash, 32)) {
        return FM_E_PROOF_ROOT;
    }
    fm_opened_root(&c->post, digest);
    if (!same(digest, h->post_root, 32)) {
        return FM_E_PROOF_ROOT;
    }
    fm_opened_hash("rest", &c->receipt.rest, sizeof c->receipt.rest, digest);
    if (!same(digest, h->rest_hash, 32)) {
        return FM_E_PROOF_ROOT;
    }
    return h->status == FM_COMMITTED && same(h->agent, c->held.link[0].cell.header.id, 32) ? FM_OK : FM_E_STARK_WITNESS;
}

static bool same_limits(const struct fm_limits *a, const struct fm_limits *b)
{
    return a->group == b->group && a->rights == b->rights && a->methods == b->methods && a->badge == b->badge &&
           a->f_lo == b->f_lo && a->f_hi == b->f_hi && a->expiry == b->expiry && a->max_amount == b->max_amount &&
           a->allowance == b->allowance;
}

/* The new record is what GRANT makes of the held one; that its limits are within the held ones, the chain's check has
 * shown. */
static fm_err check_record(const struct fm_deleg_claim *c)
{
    const struct fm_chain_link *held = &c->held.link[0];
    const struct fm_record *r = &c->record;
    struct fm_limits limits;
    fm_cap_limits(r, &limits);
    if (c->dst.header.idx >= c->post.top.ncells) {
        return FM_E_NO_CELL;
    }
    if (c->dst_slot >= c->dst.header.nslots) {
        return FM_E_NO_SLOT;
    }
    if (c->dst.header.idx == held->cell.header.idx) {
        return FM_E_SAME_CELL; /* an ATTENUATE makes such records too, and needs no GRANT */
    }
    if ((held->record.rights & FM_RIGHT_GRANT) == 0) {
        return FM_E_RIGHT;
    }
    if (held->record.kind > FM_DEPTH_MAX || r->kind != held->record.kind + 1) {
        return FM_E_DEPTH;
    }
    return same_limits(&limits,
        &c->held.limits) && r->target == held->record.target && r->epoch == held->record.epoch &&
                   r->used == 0 && r->zero == 0 && r->parent_holder == held->cell.header.idx &&
                   r->parent_slot == held->slot && r->parent_gen == held->record.generation
               ? FM_OK
               : FM_E_STARK_WITNESS;
}

/* The slot did not hold this record before the turn: so the turn made it. */
static fm_err check_made(const struct fm_deleg_claim *c)
{
    const struct fm_header *h = &c->dst_before.header;
    if (h->idx != c->dst.header.idx || !same(h->id, c->dst.header.id, 32)) {
        return FM_E_STARK_WITNESS;
    }
    if (h->idx >= c->held.state.top.ncells) {
        return FM_E_NO_CELL;
    }
    if (c->dst_slot >= h->nslots) {
        return FM_E_NO_SLOT;
    }
    return fm_is_cap(&c->opened) && c->opened.generation == c->record.generation ? FM_E_SLOT_TAKEN : FM_OK;
}

/* Whether a and b are the same cell but for what the caller looks at itself: link, nonce and balance, or the slots. */
static bool same_cell(const struct fm_opened *a, const struct fm_opened *b, bool agent)
{
    struct fm_header h = b->header;
    if (agent) {
        memcpy(h.link, a->header.link, 32);
        h.nonce = a->header.nonce;
        h.balance = a->header.balance;
    }
    return same(&a->header, &h, sizeof h) && same(a->next_id, b->next_id, 32) && same(a->fields_root, b->fields_root,
        32);
}

static bool agent_paid(const struct fm_deleg_claim *c)
{
    const struct fm_header *before = &c->held.link[0].cell.header;
    const struct fm_header *after = &c->agent_after.header;
    uint64_t cost = c->receipt.rest.cost;
    uint8_t link[32];
    fm_opened_link(&c->receipt.head, link); /* it committed: check_receipt */
    return same(link, after->link, 32) && same(before->link, c->receipt.head.link,
        32) && before->nonce == c->receipt.head.nonce &&
           before->nonce != FM_U64_MAX && after->nonce == before->nonce + 1 &&
           (cost == 0 ? after->balance == before->balance
                      : before->asset == 0 && before->balance >= 0 && cost <= (uint64_t)before->balance &&
                            after->balance == before->balance - (int64_t)cost);
}

static bool top_went_on(const struct fm_deleg_claim *c)
{
    const struct fm_top *a = &c->held.state.top;
    const struct fm_top *b = &c->post.top;
    uint64_t fees;
    return a->ncells == b->ncells && b->seq == c->receipt.head.seq && a->seq + 1 == b->seq && b->height >= a->height &&
           b->now >= a->now && fm_add_u64(a->fees, c->receipt.rest.cost, &fees) && fees == b->fees &&
           same(a->ledger, b->ledger, 32) && same(a->params_hash, b->params_hash, 32) &&
           same(b->prev_receipt, c->receipt.head.prev_receipt, 32) && b->height == c->receipt.head.height &&
           b->now == c->receipt.rest.now;
}

/* DELEG-W: each change, and that it is the turn's. What the trees say, the paths show. */
static fm_err check_changes(const struct fm_deleg_claim *c)
{
    const struct fm_chain_link *held = &c->held.link[0];
    struct fm_record after = held->record;
    bool metered = after.allowance != FM_U64_MAX;
    if (metered && !fm_add_u64(after.used, c->record.allowance, &after.used)) {
        return FM_E_ALLOWANCE;
    }
    if (c->opened.kind != FM_KIND_OPEN || c->opened.target != held->cell.header.idx ||
        c->opened.generation != c->record.generation) {
        return FM_E_NOT_OPEN;
    }
    return same(&after, &c->held_after, sizeof after) && same_cell(&held->cell, &c->agent_after, true) &&
                   (metered || same(held->cell.slots_root, c->agent_after.slots_root, 32)) &&
                   same_cell(&c->dst_before, &c->dst,
                       false) && c->dst.header.idx != held->cell.header.idx && agent_paid(c) &&
                   top_went_on(c)
               ? FM_OK
               : FM_E_STARK_WITNESS;
}

fm_err fm_deleg_check(const struct fm_deleg_claim *c, const uint8_t receipt_hash[32])
{
    uint8_t at;
    uint8_t axis;
    fm_err e = fm_chain_check(&c->held, c->receipt.head.pre_root, &at, &axis);
    if (e == FM_OK) {
        e = check_receipt(c, receipt_hash);
    }
    if (e == FM_OK) {
        e = c->held.now == c->receipt.rest.now ? check_record(c) : FM_E_STARK_WITNESS;
    }
    if (e == FM_OK) {
        e = check_made(c);
    }
    return e == FM_OK && c->whole ? check_changes(c) : e;
}

#define PATH(w, member) ((w) == NULL ? NULL : (const uint8_t(*)[32])(w)->member)

static void record_digest(const struct fm_record *r, uint8_t digest[32])
{
    fm_opened_hash("cap", r, sizeof *r, digest);
}

static void twin(struct fm_opening *o, uint32_t of, uint32_t levels, const uint8_t leaf[32], const uint8_t root[32])
{
    if (levels == 0) {
        o->false_path |= !same(leaf, root, 32);
        return;
    }
    uint32_t start = fm_paths_digest(o->paths, leaf);
    (void)fm_paths_twin(o->paths, of, start, fm_paths_digest(o->paths, root));
}

/* The two cells before, and after: paths of the same siblings. */
static void open_changes(struct fm_opening *o, const struct fm_deleg_claim *c, const struct fm_deleg_witness *w)
{
    const struct fm_chain_link *held = &c->held.link[0];
    struct fm_opened_top mid = {c->held.state.top, {0}};
    bool metered = held->record.allowance != FM_U64_MAX;
    uint32_t depth = fm_tree_depth(c->post.top.ncells);
    uint32_t seg[4] = {0, 0, 0, 0};
    uint8_t leaf[32];
    memcpy(mid.cells_root, c->mid_root, 32);
    if (metered) {
        seg[0] = fm_opening_record(o, &held->cell, held->slot, &held->record, PATH(w, held.slot[0]));
    }
    seg[1] = fm_opening_cell(o, &held->cell, &c->held.state, PATH(w, held.cell[0]));
    seg[2] = fm_opening_record(o, &c->dst_before, c->dst_slot, &c->opened, PATH(w, dst_slot));
    seg[3] = fm_opening_cell(o, &c->dst_before, &mid, PATH(w, dst_cell));
    if (metered) {
        record_digest(&c->held_after, leaf);
        twin(o, seg[0], fm_tree_depth(held->cell.header.nslots), leaf, c->agent_after.slots_root);
    }
    fm_opened_leaf(&c->agent_after, leaf);
    twin(o, seg[1], depth, leaf, c->mid_root);
    record_digest(&c->record, leaf);
    twin(o, seg[2], fm_tree_depth(c->dst.header.nslots), leaf, c->dst.slots_root);
    fm_opened_leaf(&c->dst, leaf);
    twin(o, seg[3], depth, leaf, c->post.cells_root);
}

void fm_deleg_open(struct fm_opening *o, const struct fm_deleg_claim *c, const struct fm_deleg_witness *w)
{
    if (c->whole) {
        open_changes(o, c, w); /* first: twins stand at one distance */
    } else {
        (void)fm_opening_record(o, &c->dst_before, c->dst_slot, &c->opened, PATH(w, before_slot));
        (void)fm_opening_cell(o, &c->dst_before, &c->held.state, PATH(w, before_cell));
        (void)fm_opening_record(o, &c->dst, c->dst_slot, &c->record, PATH(w, dst_slot));
        (void)fm_opening_cell(o, &c->dst, &c->post, PATH(w, dst_cell));
    }
    fm_chain_open(o, &c->held, w == NULL ? NULL : &w->held);
}

fm_err fm_deleg_verify(const struct fm_deleg_claim *c, const uint8_t receipt_hash[32], unsigned profile,
    const uint8_t *proof,
                       size_t len, struct fm_paths *paths, void *scratch, size_t scratch_len)
{
    struct fm_opening o = {.paths = paths};
    fm_err e = fm_stark_profile_weak(profile) ? FM_E_STARK_PROFILE : fm_deleg_check(c, receipt_hash);
    if (e != FM_OK) {
        return e;
    }
    fm_paths_init(paths);
    fm_deleg_open(&o, c, NULL);
    return fm_opening_verify(&o, profile, proof, len, scratch, scratch_len);
}

bool fm_deleg_get(struct fm_reader *r, bool whole, struct fm_deleg_claim *c)
{
    memset(c, 0, sizeof *c);
    c->whole = whole;
    fm_get_bytes(r, (uint8_t *)&c->receipt, sizeof c->receipt);
    if (!fm_chain_get(r, &c->held)) {
        return false;
    }
    fm_opened_get_top(r, &c->post);
    fm_opened_get(r, &c->dst);
    c->dst_slot = fm_get_u8(r);
    fm_get_bytes(r, (uint8_t *)&c->record, sizeof c->record);
    fm_opened_get(r, &c->dst_before);
    fm_get_bytes(r, (uint8_t *)&c->opened, sizeof c->opened);
    if (c->whole) {
        fm_opened_get(r, &c->agent_after);
        fm_get_bytes(r, (uint8_t *)&c->held_after, sizeof c->held_after);
        fm_get_bytes(r, c->mid_root, 32);
    }
    return !r->bad;
}
