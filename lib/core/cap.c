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

fm_err fm_cap_derive(struct fm_record *held, bool self, uint32_t holder, uint8_t slot,
                     const struct fm_limits *limits, struct fm_record *out, uint8_t *axis)
{
    uint8_t exceeded;

    *axis = FM_AXIS_NONE;
    if (!self && held->kind > FM_DEPTH_MAX) {
        return FM_E_DEPTH;
    }
    if (self && held->epoch == FM_U32_MAX) {
        return FM_E_RETIRED;
    }
    exceeded = fm_cap_subset(limits, held);
    if (exceeded != FM_AXIS_NONE) {
        *axis = exceeded;
        return FM_E_WIDENS;
    }
    set_limits(out, limits);
    out->target = held->target;
    out->epoch = held->epoch;
    out->kind = self ? FM_KIND_ROOT : (uint8_t)(held->kind + 1U);
    out->parent_holder = self ? FM_U32_MAX : holder;
    out->parent_slot = self ? 0 : slot;
    out->parent_gen = self ? 0 : held->generation;
    if (held->allowance != FM_U64_MAX) {
        held->used += limits->allowance;
    }
    return FM_OK;
}

void fm_record_clear(struct fm_record *record, uint32_t generation)
{
    memset(record, 0, sizeof *record);
    record->generation = generation;
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
