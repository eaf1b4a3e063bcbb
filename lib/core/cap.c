/* SPDX-License-Identifier: Apache-2.0 */
#include "core/cap.h"

uint8_t fm_cap_subset(const struct fm_limits *g, const struct fm_record *h)
{
    if (!fm_bits_subset(g->rights, h->rights)) {
        return FM_AXIS_RIGHTS;
    }
    if (!fm_bits_subset(g->methods, h->methods)) {
        return FM_AXIS_METHODS;
    }
    if (g->f_lo < h->f_lo || g->f_hi > h->f_hi) {
        return FM_AXIS_FIELDS;
    }
    if (g->max_amount > h->max_amount) {
        return FM_AXIS_MAX_AMOUNT;
    }
    if (h->allowance != FM_U64_MAX &&
        (g->allowance == FM_U64_MAX || g->allowance > h->allowance - h->used)) {
        return FM_AXIS_ALLOWANCE;
    }
    if (g->expiry > h->expiry) {
        return FM_AXIS_EXPIRY;
    }
    if (h->badge != 0U && g->badge != h->badge) {
        return FM_AXIS_BADGE;
    }
    if (g->group != h->group) {
        return FM_AXIS_GROUP;
    }
    return FM_AXIS_NONE;
}

void fm_cap_limits(const struct fm_record *record, struct fm_limits *limits)
{
    limits->group = record->group;
    limits->rights = record->rights;
    limits->methods = record->methods;
    limits->badge = record->badge;
    limits->f_lo = record->f_lo;
    limits->f_hi = record->f_hi;
    limits->expiry = record->expiry;
    limits->max_amount = record->max_amount;
    limits->allowance = record->allowance;
}

/* Everything but generation, which belongs to the slot. */
/*@ requires \valid(record) && \valid_read(limits) && \separated(record, limits);
  @ assigns record->group, record->rights, record->badge, record->methods, record->zero,
  @   record->f_lo, record->f_hi, record->expiry, record->max_amount, record->allowance,
  @   record->used;
  @ ensures limits_are(limits, record) && record->used == 0 && record->zero == 0; */
static void set_limits(struct fm_record *record, const struct fm_limits *limits)
{
    record->group = limits->group;
    record->rights = limits->rights;
    record->badge = limits->badge;
    record->methods = limits->methods;
    record->zero = 0;
    record->f_lo = limits->f_lo;
    record->f_hi = limits->f_hi;
    record->expiry = limits->expiry;
    record->max_amount = limits->max_amount;
    record->allowance = limits->allowance;
    record->used = 0;
}

void fm_cap_self(struct fm_record *record, uint32_t idx, uint8_t group, uint32_t epoch)
{
    const struct fm_limits all = {
        .group = group,
        .rights = FM_RIGHTS_ALL,
        .methods = FM_METHODS_ALL,
        .badge = 0,
        .f_lo = 0,
        .f_hi = FM_FIELDS_MAX,
        .expiry = FM_NEVER,
        .max_amount = FM_U64_MAX,
        .allowance = FM_U64_MAX,
    };

    set_limits(record, &all);
    record->kind = FM_KIND_ROOT;
    record->generation = 0;
    record->target = idx;
    record->epoch = epoch;
    record->parent_holder = FM_U32_MAX;
    record->parent_gen = 0;
    record->parent_slot = 0;
}

/* Depth and parent link of a record made from held: one deeper, or a root without a parent. */
/*@ requires \valid(out) && \valid_read(held) && \separated(out, held);
  @ requires self || held->kind <= FM_DEPTH_MAX;
  @ assigns out->kind, out->parent_holder, out->parent_slot, out->parent_gen;
  @ ensures !self ==> out->kind == held->kind + 1 && out->parent_holder == holder &&
  @   out->parent_slot == slot && out->parent_gen == held->generation;
  @ ensures self ==> out->kind == FM_KIND_ROOT && out->parent_holder == FM_U32_MAX &&
  @   out->parent_slot == 0 && out->parent_gen == 0; */
static void set_parent(struct fm_record *out, const struct fm_record *held, bool self,
                       uint32_t holder, uint8_t slot)
{
    out->kind = self ? FM_KIND_ROOT : (uint8_t)(held->kind + 1U);
    out->parent_holder = self ? FM_U32_MAX : holder;
    out->parent_slot = self ? 0 : slot;
    out->parent_gen = self ? 0 : held->generation;
}

/* What is given on is taken from a metered record, so an allowance is split and never shared. */
/*@ requires \valid(held) && held->used <= held->allowance;
  @ requires allowance_within(allowance, held->allowance, held->used);
  @ assigns held->used;
  @ ensures held->used <= held->allowance;
  @ ensures held->used == \old(held->used) + (held->allowance == FM_U64_MAX ? 0 : allowance); */
static void split_allowance(struct fm_record *held, uint64_t allowance)
{
    if (held->allowance != FM_U64_MAX) {
        held->used += allowance;
    }
}

/* Whether held may be the source of these limits; writes *axis alone. */
/*@ requires \valid_read(held) && \valid_read(limits) && \valid(axis);
  @ requires \separated(held, limits, axis) && held->used <= held->allowance;
  @ assigns *axis;
  @ ensures \result == FM_OK ==> limits_within{Old}(limits, held) &&
  @   (self ? held->epoch != FM_U32_MAX : held->kind <= FM_DEPTH_MAX);
  @ ensures \result == FM_OK || derive_refuses{Old}(\result, held, self, limits, \at(*axis, Post)); */
static fm_err may_derive(const struct fm_record *held, bool self, const struct fm_limits *limits,
                         uint8_t *axis)
{
    *axis = FM_AXIS_NONE;
    if (!self && held->kind > FM_DEPTH_MAX) {
        return FM_E_DEPTH;
    }
    if (self && held->epoch == FM_U32_MAX) {
        return FM_E_RETIRED;
    }
    *axis = fm_cap_subset(limits, held);
    return *axis == FM_AXIS_NONE ? FM_OK : FM_E_WIDENS;
}

fm_err fm_cap_derive(struct fm_record *held, bool self, uint32_t holder, uint8_t slot,
                     const struct fm_limits *limits, struct fm_record *out, uint8_t *axis)
{
    fm_err err = may_derive(held, self, limits, axis);

    if (err != FM_OK) {
        return err;
    }
    set_limits(out, limits);
    out->target = held->target;
    out->epoch = held->epoch;
    set_parent(out, held, self, holder, slot);
    /*@ assert limits_are(limits, out); */
    split_allowance(held, limits->allowance);
    return FM_OK;
}

void fm_record_clear(struct fm_record *record, uint32_t generation)
{
    const struct fm_record empty = {.generation = generation};

    *record = empty;
}

void fm_record_bump(struct fm_record *record, bool keep)
{
    uint32_t generation = record->generation + 1U;

    if (keep && generation != FM_U32_MAX) {
        record->generation = generation;
    } else {
        fm_record_clear(record, generation);
    }
}
