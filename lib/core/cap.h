/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Granted is a subset of held", as one function (heart.md section 2; ARCHITECTURE.md I5). The
 * router, the mint path to the kernel, the executor, the token verifier and PostgreSQL all call it.
 */
#ifndef FM_CORE_CAP_H
#define FM_CORE_CAP_H

#include "base/base.h"

#include <firmament/err.h>
#include <firmament/heart.h>

/* The axes, in the order in which they are compared; the number is the `detail` of a WIDENS. */
enum fm_axis {
    FM_AXIS_NONE = 0,
    FM_AXIS_RIGHTS = 1,
    FM_AXIS_METHODS = 2,
    FM_AXIS_FIELDS = 3,
    FM_AXIS_MAX_AMOUNT = 4,
    FM_AXIS_ALLOWANCE = 5,
    FM_AXIS_EXPIRY = 6,
    FM_AXIS_BADGE = 7,
    FM_AXIS_GROUP = 8,
};

/* Every bit of `wanted` is in `held`; proofs/order.c says it bit by bit. Their names sort as the
 * prover wants them: it does not know that & commutes. */
/*@ predicate bits_within(integer held, integer wanted) = (wanted & held) == wanted; */

/* One axis each: what a record h lets limits g have. */
/*@ predicate allowance_within(integer g, integer h, integer used) =
  @   h == FM_U64_MAX || (g != FM_U64_MAX && g + used <= h);
  @ predicate badge_within(integer g, integer h) = h == 0 || g == h;
  @ predicate axis_within(integer axis, struct fm_limits *g, struct fm_record *h) =
  @   (axis == FM_AXIS_RIGHTS ==> bits_within(h->rights, g->rights)) &&
  @   (axis == FM_AXIS_METHODS ==> bits_within(h->methods, g->methods)) &&
  @   (axis == FM_AXIS_FIELDS ==> h->f_lo <= g->f_lo && g->f_hi <= h->f_hi) &&
  @   (axis == FM_AXIS_MAX_AMOUNT ==> g->max_amount <= h->max_amount) &&
  @   (axis == FM_AXIS_ALLOWANCE ==> allowance_within(g->allowance, h->allowance, h->used)) &&
  @   (axis == FM_AXIS_EXPIRY ==> g->expiry <= h->expiry) &&
  @   (axis == FM_AXIS_BADGE ==> badge_within(g->badge, h->badge)) &&
  @   (axis == FM_AXIS_GROUP ==> g->group == h->group);
  @ predicate limits_within(struct fm_limits *g, struct fm_record *h) =
  @   bits_within(h->rights, g->rights) && bits_within(h->methods, g->methods) &&
  @   h->f_lo <= g->f_lo && g->f_hi <= h->f_hi && g->max_amount <= h->max_amount &&
  @   allowance_within(g->allowance, h->allowance, h->used) && g->expiry <= h->expiry &&
  @   badge_within(g->badge, h->badge) && g->group == h->group; */

/* True if every bit of g is in h. */
/*@ assigns \nothing;
  @ ensures \result <==> bits_within(h, g); */
static inline bool fm_bits_subset(uint16_t g, uint16_t h)
{
    return (g & h) == g;
}

/*
 * 0 if the limits g stay within the record h, else the first axis on which they exceed it.
 *   rights, methods: subset of bits. fields: h.f_lo <= g.f_lo and g.f_hi <= h.f_hi. max_amount,
 * expiry: at most. allowance: h unmetered (MAX), or g metered and at most what h has left. badge: h
 * has none, or the same. group: equal. h.used <= h.allowance is an invariant of every record.
 * Constant time in nothing: no secret is here.
 */
/*@ requires \valid_read(g) && \valid_read(h) && h->used <= h->allowance;
  @ assigns \nothing;
  @ ensures 0 <= \result <= 8;
  @ ensures \result == 0 ==> limits_within(g, h);
  @ ensures \forall integer axis; 1 <= axis < \result ==> axis_within(axis, g, h);
  @ ensures \result != 0 ==> !axis_within(\result, g, h); */
uint8_t fm_cap_subset(const struct fm_limits *g, const struct fm_record *h);

/*@ predicate limits_are(struct fm_limits *g, struct fm_record *r) =
  @   g->group == r->group && g->rights == r->rights && g->methods == r->methods &&
  @   g->badge == r->badge && g->f_lo == r->f_lo && g->f_hi == r->f_hi &&
  @   g->expiry == r->expiry && g->max_amount == r->max_amount && g->allowance == r->allowance; */

/* The limits that a record has (its allowance, not what is left of it). */
/*@ requires \valid_read(record) && \valid(limits) && \separated(record, limits);
  @ assigns *limits; ensures limits_are(limits, record); */
void fm_cap_limits(const struct fm_record *record, struct fm_limits *limits);

/* The full authority over the own cell, as a record of the given group: what SELF holds. */
/*@ requires \valid(record);
  @ assigns *record;
  @ ensures record->kind == FM_KIND_ROOT && record->target == idx && record->epoch == epoch &&
  @   record->group == group && record->generation == 0 && record->used == 0;
  @ ensures record->rights == FM_RIGHTS_ALL && record->methods == FM_METHODS_ALL &&
  @   record->f_lo == 0 && record->f_hi == FM_FIELDS_MAX && record->badge == 0 &&
  @   record->expiry == FM_NEVER && record->max_amount == FM_U64_MAX &&
  @   record->allowance == FM_U64_MAX;
  @ ensures record->parent_holder == FM_U32_MAX && record->parent_gen == 0 &&
  @   record->parent_slot == 0; */
void fm_cap_self(struct fm_record *record, uint32_t idx, uint8_t group, uint32_t epoch);

/*
 * What GRANT and ATTENUATE make: out := a capability one deeper than held, with these limits, its
 * parent link (holder, slot, held's generation); from SELF (self = true) a root capability without
 * a parent. If held is metered held->used grows by the allowance that was split off.
 * out->generation stays: it belongs to the slot.
 *   FM_E_DEPTH    held is at depth 8
 *   FM_E_RETIRED  self, and the group's epoch is MAX
 *   FM_E_WIDENS   with *axis; nothing is written
 */
/*@ predicate derive_refuses(fm_err err, struct fm_record *held, _Bool self,
  @                           struct fm_limits *limits, integer axis) =
  @   (err == FM_E_DEPTH && !self && held->kind > FM_DEPTH_MAX && axis == 0) ||
  @   (err == FM_E_RETIRED && self && held->epoch == FM_U32_MAX && axis == 0) ||
  @   (err == FM_E_WIDENS && 1 <= axis <= 8 && !axis_within(axis, limits, held)); */
/*@ requires \valid(held) && \valid_read(limits) && \valid(out) && \valid(axis);
  @ requires \separated(held, limits, out, axis);
  @ requires held->used <= held->allowance;
  @ assigns held->used, *out, *axis;
  @ ensures held->used <= held->allowance;
  @ ensures \result == FM_OK || derive_refuses{Old}(\result, held, self, limits, \at(*axis, Post));
  @ ensures \result != FM_OK ==> held->used == \old(held->used) && *out == \old(*out);
  @ ensures \result == FM_OK ==> limits_within{Old}(limits, held);
  @ ensures \result == FM_OK ==> limits_are(limits, out);
  @ ensures \result == FM_OK ==> out->used == 0 && out->zero == 0;
  @ ensures out->generation == \old(out->generation);
  @ ensures \result == FM_OK ==> out->target == held->target && out->epoch == held->epoch;
  @ ensures \result == FM_OK && !self ==> out->kind == held->kind + 1 &&
  @   held->kind <= FM_DEPTH_MAX && out->parent_holder == holder && out->parent_slot == slot &&
  @   out->parent_gen == held->generation;
  @ ensures \result == FM_OK && self ==> out->kind == FM_KIND_ROOT &&
  @   out->parent_holder == FM_U32_MAX && out->parent_slot == 0 && out->parent_gen == 0;
  @ ensures \result == FM_OK ==> held->used ==
  @   \old(held->used) + (held->allowance == FM_U64_MAX ? 0 : limits->allowance); */
fm_err fm_cap_derive(struct fm_record *held, bool self, uint32_t holder, uint8_t slot,
                     const struct fm_limits *limits, struct fm_record *out,
                     uint8_t *axis) FM_MUST_CHECK;

/*@ requires \valid_read(record); assigns \nothing;
  @ ensures \result <==> record->kind != FM_KIND_FREE && record->kind != FM_KIND_OPEN; */
/* True if the record is a capability (neither free nor open). */
static inline bool fm_is_cap(const struct fm_record *record)
{
    return record->kind != FM_KIND_FREE && record->kind != FM_KIND_OPEN;
}

/*@ predicate record_whole(struct fm_record *r) =
  @   (r->kind <= FM_DEPTH_MAX + 1 || r->kind == FM_KIND_OPEN) && r->group < FM_GROUPS &&
  @   r->rights <= FM_RIGHTS_ALL && r->zero == 0 && r->f_lo <= r->f_hi <= FM_FIELDS_MAX &&
  @   r->used <= r->allowance; */
/* What holds of every record that the executor makes, whatever the rest of the state: bytes that
 * come from a log or a checkpoint are no record without it. */
/*@ requires \valid_read(record); assigns \nothing; ensures \result <==> record_whole(record); */
static inline bool fm_record_whole(const struct fm_record *record)
{
    return (record->kind <= FM_DEPTH_MAX + 1U || record->kind == FM_KIND_OPEN) &&
           record->group < FM_GROUPS && record->rights <= FM_RIGHTS_ALL && record->zero == 0U &&
           record->f_lo <= record->f_hi && record->f_hi <= FM_FIELDS_MAX &&
           record->used <= record->allowance;
}

/*@ predicate record_free(struct fm_record *r) =
  @   r->kind == FM_KIND_FREE && r->group == 0 && r->rights == 0 && r->target == 0 &&
  @   r->badge == 0 && r->epoch == 0 && r->parent_holder == 0 && r->parent_gen == 0 &&
  @   r->methods == 0 && r->parent_slot == 0 && r->zero == 0 && r->f_lo == 0 && r->f_hi == 0 &&
  @   r->expiry == 0 && r->max_amount == 0 && r->allowance == 0 && r->used == 0; */
/* A free slot of this generation. */
/*@ requires \valid(record);
  @ assigns *record;
  @ ensures record_free(record) && record->generation == generation; */
void fm_record_clear(struct fm_record *record, uint32_t generation);

/* DROP and REVOKE of a capability, saturating: generation += 1; `keep` keeps the record unless the
 * slot retires. */
/*@ requires \valid(record) && record->generation < FM_U32_MAX;
  @ assigns *record;
  @ ensures record->generation == \old(record->generation) + 1;
  @ ensures (!keep || record->generation == FM_U32_MAX) ==> record_free(record); */
void fm_record_bump(struct fm_record *record, bool keep);

#endif
