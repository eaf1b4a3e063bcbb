/* SPDX-License-Identifier: Apache-2.0 */
#include "app/router.h"

void fm_router_init(struct fm_router *r, struct fm_grip *grips, uint32_t n)
{
    memset(r, 0, sizeof *r);
    memset(grips, 0, (size_t)n * sizeof *grips);
    r->grips = grips;
    r->ngrips = n;
}

fm_err fm_router_plug(struct fm_router *r, const struct fm_transport *transport, void *self,
                      uint8_t *index)
{
    if (r->ntransports == FM_TRANSPORTS_MAX) {
        return FM_E_TRANSPORTS_FULL;
    }
    r->transports[r->ntransports] = transport;
    r->selves[r->ntransports] = self;
    *index = (uint8_t)r->ntransports;
    r->ntransports++;
    return FM_OK;
}

/* The grip of a handle: in range, in use, and of the same generation; NULL otherwise (U1). */
static struct fm_grip *grip_of(const struct fm_router *r, struct fm_handle h)
{
    struct fm_grip *grip;

    if (h.word[0] == 0U || h.word[0] > r->ngrips) {
        return NULL;
    }
    grip = &r->grips[h.word[0] - 1U];
    return (grip->generation & 1U) != 0U && grip->generation == h.word[1] ? grip : NULL;
}

static fm_err take_grip(struct fm_router *r, struct fm_grip **grip, struct fm_handle *out)
{
    for (uint32_t i = 0; i < r->ngrips; i++) {
        if ((r->grips[i].generation & 1U) == 0U && r->grips[i].generation < FM_U32_MAX - 1U) {
            r->grips[i].generation += 1U;
            *grip = &r->grips[i];
            out->word[0] = i + 1U;
            out->word[1] = r->grips[i].generation;
            return FM_OK;
        }
    }
    return FM_E_HANDLES_FULL;
}

static void free_grip(struct fm_grip *grip)
{
    uint32_t generation = grip->generation + 1U;

    memset(grip, 0, sizeof *grip);
    grip->generation = generation;
}

fm_err fm_router_adopt(struct fm_router *r, uint8_t transport, const struct fm_record *record,
                       const uint8_t target[32], uint32_t place, struct fm_handle *out)
{
    struct fm_grip *grip;
    fm_err err;

    FM_ASSERT(transport < r->ntransports);
    err = take_grip(r, &grip, out);
    if (err == FM_OK) {
        grip->record = *record;
        memcpy(grip->target, target, 32);
        grip->place = place;
        grip->transport = transport;
    }
    return err;
}

fm_err fm_invoke(struct fm_router *r, struct fm_handle h, uint8_t method,
                 const struct fm_item *args, uint8_t n, struct fm_reply *reply)
{
    const struct fm_grip *grip = grip_of(r, h);
    struct fm_reply unwanted;

    if (grip == NULL) {
        return FM_E_BAD_HANDLE;
    }
    if (r->transports[grip->transport]->invoke == NULL) {
        return FM_E_NOT_OFFERED;
    }
    if ((grip->record.rights & FM_RIGHT_INVOKE) == 0U) {
        return FM_E_RIGHT;
    }
    if (method >= FM_METHODS || (grip->record.methods >> method & 1U) == 0U) {
        return FM_E_METHOD;
    }
    return r->transports[grip->transport]->invoke(r->selves[grip->transport], grip, method, args, n,
                                                  reply != NULL ? reply : &unwanted);
}

/* What holds for attenuate and delegate alike: the widening is found here, by the one function (U2). */
static fm_err check_narrowing(const struct fm_grip *grip, const struct fm_limits *limits,
                              struct fm_why *why)
{
    uint8_t axis = fm_cap_subset(limits, &grip->record);

    if (axis != FM_AXIS_NONE) {
        return fm_why_set(why, FM_E_WIDENS, 0, "axis", FM_AXIS_NONE, axis);
    }
    if (grip->record.kind > FM_DEPTH_MAX) {
        return fm_why_set(why, FM_E_DEPTH, 0, "depth", FM_DEPTH_MAX, grip->record.kind);
    }
    return FM_OK;
}

fm_err fm_attenuate(struct fm_router *r, struct fm_handle h, const struct fm_limits *limits,
                    struct fm_handle *out, struct fm_why *why)
{
    struct fm_grip *grip = grip_of(r, h);
    struct fm_grip *made;
    struct fm_handle handle;
    uint32_t generation;
    fm_err err;

    if (grip == NULL) {
        return fm_why_set(why, FM_E_BAD_HANDLE, 0, "handle", 0, h.word[0]);
    }
    err = check_narrowing(grip, limits, why);
    if (err == FM_OK && r->transports[grip->transport]->derive == NULL) {
        err = FM_E_NOT_OFFERED;
    }
    if (err == FM_OK) {
        err = take_grip(r, &made, &handle);
    }
    if (err != FM_OK) {
        return err;
    }
    generation = made->generation;
    err = r->transports[grip->transport]->derive(r->selves[grip->transport], grip, limits, made);
    made->generation = generation;
    made->transport = grip->transport;
    memcpy(made->target, grip->target, 32);
    if (err != FM_OK) {
        free_grip(made);
        return fm_why_set(why, err, 0, "transport", 0, 0);
    }
    *out = handle;
    return FM_OK;
}

fm_err fm_delegate(struct fm_router *r, struct fm_handle h, const struct fm_peer *to,
                   const struct fm_limits *limits, struct fm_why *why)
{
    struct fm_grip *grip = grip_of(r, h);
    fm_err err;

    if (grip == NULL) {
        return fm_why_set(why, FM_E_BAD_HANDLE, 0, "handle", 0, h.word[0]);
    }
    if ((grip->record.rights & FM_RIGHT_GRANT) == 0U) {
        return fm_why_set(why, FM_E_RIGHT, 0, "rights", FM_RIGHT_GRANT, grip->record.rights);
    }
    err = check_narrowing(grip, limits, why);
    if (err == FM_OK && r->transports[grip->transport]->give == NULL) {
        err = FM_E_NOT_OFFERED;
    }
    return err != FM_OK
               ? err
               : r->transports[grip->transport]->give(r->selves[grip->transport], grip, limits, to);
}

fm_err fm_revoke(struct fm_router *r, struct fm_handle h)
{
    struct fm_grip *grip = grip_of(r, h);

    if (grip == NULL) {
        return FM_E_BAD_HANDLE;
    }
    return r->transports[grip->transport]->revoke == NULL
               ? FM_E_NOT_OFFERED
               : r->transports[grip->transport]->revoke(r->selves[grip->transport], grip);
}

fm_err fm_drop(struct fm_router *r, struct fm_handle h)
{
    struct fm_grip *grip = grip_of(r, h);
    fm_err err;

    if (grip == NULL) {
        return FM_E_BAD_HANDLE;
    }
    if (r->transports[grip->transport]->drop == NULL) {
        return FM_E_NOT_OFFERED;
    }
    err = r->transports[grip->transport]->drop(r->selves[grip->transport], grip);
    if (err == FM_OK) {
        free_grip(grip);
    }
    return err;
}

fm_err fm_inspect(const struct fm_router *r, struct fm_handle h, struct fm_info *info)
{
    const struct fm_grip *grip = grip_of(r, h);

    if (grip == NULL) {
        return FM_E_BAD_HANDLE;
    }
    fm_cap_limits(&grip->record, &info->limits);
    info->left = grip->record.allowance == FM_U64_MAX ? FM_U64_MAX
                                                      : grip->record.allowance - grip->record.used;
    memcpy(info->target, grip->target, 32);
    return FM_OK;
}

fm_err fm_bounds(const struct fm_router *r, struct fm_handle h, struct fm_bounds *bounds)
{
    const struct fm_grip *grip = grip_of(r, h);
    struct fm_topology topology;

    if (grip == NULL) {
        return FM_E_BAD_HANDLE;
    }
    r->transports[grip->transport]->topology(r->selves[grip->transport], &topology);
    fm_bounds_of(&topology, bounds);
    return FM_OK;
}

static enum fm_strength strength(uint32_t machines, uint32_t ms)
{
    return machines <= 1U ? FM_IMMEDIATE : ms != 0U ? FM_BOUNDED : FM_EVENTUAL;
}

void fm_bounds_of(const struct fm_topology *t, struct fm_bounds *b)
{
    bool one = t->machines <= 1U;
    bool known =
        t->settle_ms != 0U && t->spread_ms != 0U && t->spread_ms <= FM_U32_MAX - t->settle_ms;
    uint32_t reach_ms = known ? t->settle_ms + t->spread_ms : 0;

    memset(b, 0, sizeof *b);
    b->machines = one ? 1U : t->machines;
    /* A revocation holds somewhere once it is settled, and everywhere once it has spread. */
    b->revocation = strength(t->machines, reach_ms);
    b->revocation_ms = one ? 0U : reach_ms;
    /* A cut is as old as the last thing that everybody has. */
    b->checkpoint = strength(t->machines, reach_ms);
    b->checkpoint_ms = one ? 0U : reach_ms;
    b->commit = strength(t->machines, t->settle_ms);
    b->commit_ms = one ? 0U : t->settle_ms;
    /* Crash faults: a majority. Byzantine faults: n - f, which of n >= 3f + 1 always leaves an honest one in common. */
    b->agreement = one ? 1U : t->byzantine ? t->machines - t->faults : t->machines / 2U + 1U;
    b->faults = one ? 0U : t->faults;
    b->byzantine = !one && t->byzantine;
    b->assurance = t->assurance;
}
