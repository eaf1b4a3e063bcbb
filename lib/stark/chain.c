/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/chain.h"

#include <string.h>

#include "core/cap.h"
#include "core/tree.h"

/* A place that the trees of this state have. */
static fm_err check_places(const struct fm_chain_claim *c, uint8_t *at)
{
    for (*at = 0; *at < c->nlinks; (*at)++) {
        const struct fm_chain_link *l = &c->link[*at];
        if (l->cell.header.idx >= c->state.top.ncells) {
            return FM_E_NO_CELL;
        }
        if (l->slot >= l->cell.header.nslots) {
            return FM_E_NO_SLOT;
        }
        if (!fm_is_cap(&l->record) || l->record.kind > FM_CHAIN_LINKS || l->record.group >= FM_GROUPS) {
            return FM_E_NO_CAP;
        }
    }
    *at = 0;
    return c->target.header.idx >= c->state.top.ncells            ? FM_E_NO_CELL
           : c->target.header.idx != c->link[0].record.target ? FM_E_TARGET
                                                                  : FM_OK;
}

static fm_err check_target(const struct fm_chain_claim *c)
{
    const struct fm_header *t = &c->target.header;
    const struct fm_record *r = &c->link[0].record;
    return t->lifecycle == FM_DESTROYED      ? FM_E_NOT_LIVE
           : r->epoch != t->epoch[r->group] ? FM_E_LIFTED
           : c->now > r->expiry             ? FM_E_EXPIRED
                                            : FM_OK;
}

/* Each record's parent is the next link's record, where it says and of the generation that it says. */
static fm_err check_link(const struct fm_chain_claim *c, uint8_t i)
{
    const struct fm_record *r = &c->link[i].record;
    const struct fm_chain_link *up = &c->link[i + 1];
    if (c->link[i].cell.header.lifecycle != FM_LIVE) {
        return FM_E_HOLDER_NOT_LIVE;
    }
    if (i + 1 == c->nlinks) {
        return r->kind == FM_KIND_ROOT ? FM_OK : FM_E_REVOKED;
    }
    if (r->kind == FM_KIND_ROOT || up->record.kind + 1 != r->kind) {
        return FM_E_DEPTH;
    }
    if (r->parent_holder != up->cell.header.idx || r->parent_slot != up->slot ||
        r->parent_gen != up->record.generation) {
        return FM_E_REVOKED;
    }
    return up->record.target == r->target && up->record.epoch == r->epoch ? FM_OK : FM_E_TARGET;
}

/*
 * The claim is a subset of every record. Of the first, what is left of its allowance counts; of those above it their
 * whole allowance:
 * what they gave away is counted as used (heart.md section 2), this link's share included.
 */
static fm_err check_limits(const struct fm_chain_claim *c, uint8_t *at, uint8_t *axis)
{
    for (*at = 0; *at < c->nlinks; (*at)++) {
        struct fm_record r = c->link[*at].record;
        r.used = *at == 0 ? r.used : 0;
        if (r.used > r.allowance) {
            return FM_E_ALLOWANCE;
        }
        *axis = fm_cap_subset(&c->limits, &r);
        if (*axis != FM_AXIS_NONE) {
            return FM_E_WIDENS;
        }
    }
    return FM_OK;
}

fm_err fm_chain_check(const struct fm_chain_claim *c, const uint8_t root[32], uint8_t *at, uint8_t *axis)
{
    uint8_t got[32];
    fm_err e;
    *at = 0;
    *axis = FM_AXIS_NONE;
    fm_opened_root(&c->state, got);
    if (memcmp(got, root, 32) != 0) {
        return FM_E_PROOF_ROOT;
    }
    if (c->nlinks == 0 || c->nlinks > FM_CHAIN_LINKS) {
        return FM_E_STARK_SHAPE;
    }
    e = c->now < c->state.top.now ? FM_E_STARK_WITNESS : check_places(c, at);
    if (e == FM_OK) {
        e = check_target(c);
    }
    for (uint8_t i = 0; e == FM_OK && i < c->nlinks; i++) {
        *at = i;
        e = check_link(c, i);
    }
    return e == FM_OK ? check_limits(c, at, axis) : e;
}

void fm_chain_open(struct fm_opening *o, const struct fm_chain_claim *c, const struct fm_chain_witness *w)
{
    for (uint8_t i = 0; i < c->nlinks; i++) {
        const struct fm_chain_link *l = &c->link[i];
        (void)fm_opening_record(o, &l->cell, l->slot, &l->record, w == NULL ? NULL : (const uint8_t(*)[32])w->slot[i]);
        (void)fm_opening_cell(o, &l->cell, &c->state, w == NULL ? NULL : (const uint8_t(*)[32])w->cell[i]);
    }
    (void)fm_opening_cell(o, &c->target, &c->state, w == NULL ? NULL : (const uint8_t(*)[32])w->target);
}

fm_err fm_chain_verify(const struct fm_chain_claim *c, const uint8_t root[32], unsigned profile,
    const uint8_t *proof, size_t len,
                       struct fm_paths *paths, void *scratch, size_t scratch_len)
{
    struct fm_opening o = {.paths = paths};
    uint8_t at;
    uint8_t axis;
    fm_err e = fm_stark_profile_weak(profile) ? FM_E_STARK_PROFILE : fm_chain_check(c, root, &at, &axis);
    if (e != FM_OK) {
        return e;
    }
    fm_paths_init(paths);
    fm_chain_open(&o, c, NULL);
    return fm_opening_verify(&o, profile, proof, len, scratch, scratch_len);
}

static void get_limits(struct fm_reader *r, struct fm_limits *l)
{
    l->group = fm_get_u8(r);
    l->rights = fm_get_u16(r);
    l->methods = fm_get_u16(r);
    l->badge = fm_get_u32(r);
    l->f_lo = fm_get_u16(r);
    l->f_hi = fm_get_u16(r);
    l->expiry = fm_get_u32(r);
    l->max_amount = fm_get_u64(r);
    l->allowance = fm_get_u64(r);
}

bool fm_chain_get(struct fm_reader *r, struct fm_chain_claim *c)
{
    memset(c, 0, sizeof *c);
    fm_opened_get_top(r, &c->state);
    c->now = fm_get_u32(r);
    get_limits(r, &c->limits);
    c->nlinks = fm_get_u8(r);
    if (r->bad || c->nlinks == 0 || c->nlinks > FM_CHAIN_LINKS) {
        return false;
    }
    for (uint8_t i = 0; i < c->nlinks; i++) {
        fm_opened_get(r, &c->link[i].cell);
        c->link[i].slot = fm_get_u8(r);
        fm_get_bytes(r, (uint8_t *)&c->link[i].record, sizeof(struct fm_record));
    }
    fm_opened_get(r, &c->target);
    return !r->bad;
}
