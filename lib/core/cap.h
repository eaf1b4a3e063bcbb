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

/* bit i of a mask */
/*@ logic integer bit_of(integer mask, integer i) = (mask / (1 << i)) % 2; */

/* True if every bit of g is in h. */
/*@ assigns \nothing;
  @ ensures \result <==> ((uint32_t)((uint32_t)g & (uint32_t)(~(uint32_t)h)) & 0xffff) == 0; */
static inline bool fm_bits_subset(uint16_t g, uint16_t h)
{
    return ((uint32_t)g & ~(uint32_t)h & 0xffffU) == 0U;
}

/*
 * 0 if the limits g stay within the record h, else the first axis on which they exceed it.
 *   rights, methods: subset of bits. fields: h.f_lo <= g.f_lo and g.f_hi <= h.f_hi. max_amount,
 * expiry: at most. allowance: h unmetered (MAX), or g metered and at most what h has left. badge: h
 * has none, or the same. group: equal. h.used <= h.allowance is an invariant of every record.
 * Constant time in nothing: no secret is here.
 */
/*@ requires \valid_read(g) && \valid_read(h);
  @ requires h->used <= h->allowance;
  @ assigns \nothing;
  @ ensures 0 <= \result <= 8;
  @ ensures \result == 0 ==> g->max_amount <= h->max_amount && g->expiry <= h->expiry &&
  @   h->f_lo <= g->f_lo && g->f_hi <= h->f_hi && g->group == h->group &&
  @   (h->badge == 0 || g->badge == h->badge) &&
  @   (h->allowance == 0xffffffffffffffff || g->allowance + h->used <= h->allowance);
  @ ensures \result == 0 ==> ((uint32_t)((uint32_t)g->rights & (uint32_t)(~(uint32_t)h->rights)) & 0xffff) == 0 &&
  @   ((uint32_t)((uint32_t)g->methods & (uint32_t)(~(uint32_t)h->methods)) & 0xffff) == 0; */
uint8_t fm_cap_subset(const struct fm_limits *g, const struct fm_record *h);

/* The limits that a record has (its allowance, not what is left of it). */
void fm_cap_limits(const struct fm_record *record, struct fm_limits *limits);

/* The full authority over the own cell, as a record of the given group: what SELF holds. */
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
/*@ requires \valid(held) && \valid_read(limits) && \valid(out) && \valid(axis);
  @ requires \separated(held, limits, out, axis);
  @ requires held->used <= held->allowance;
  @ assigns held->used, *out, *axis;
  @ ensures held->used <= held->allowance;
  @ ensures \result == 0 ==> out->rights == limits->rights && out->target == held->target && out->used == 0 &&
  @   out->expiry <= held->expiry && out->max_amount <= held->max_amount && out->group == held->group;
  @ ensures \result == 0 ==> (out->rights & ~held->rights & 0xffff) == 0;
  @ ensures \result == 0 && !self ==> out->kind == held->kind + 1;
  @ ensures \result != 0 ==> held->used == \old(held->used); */
fm_err fm_cap_derive(struct fm_record *held, bool self, uint32_t holder, uint8_t slot,
                     const struct fm_limits *limits, struct fm_record *out,
                     uint8_t *axis) FM_MUST_CHECK;

/* True if the record is a capability (neither free nor open). */
static inline bool fm_is_cap(const struct fm_record *record)
{
    return record->kind != FM_KIND_FREE && record->kind != FM_KIND_OPEN;
}

/* A free slot of this generation. */
void fm_record_clear(struct fm_record *record, uint32_t generation);

/* DROP and REVOKE of a capability, saturating: generation += 1; `keep` keeps the record unless the
 * slot retires. */
void fm_record_bump(struct fm_record *record, bool keep);

#endif
