/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sixteen effects (heart.md section 4), one function each: the checks of its row from left to
 * right, then what it does. The order of checks is normative: two implementations agree on every
 * reason.
 */
#include "core/stage.h"

#define AGENT(p) ((p)->run->agent)
#define EVENT_HEAD_BYTES 8U
#define CAP_ENTRY_BYTES 24U

static const uint8_t *operand(const struct fm_pass *p, uint16_t at)
{
    return p->run->turn->wire + at;
}

static uint32_t idx_of(const struct fm_pass *p, uint16_t entry)
{
    return p->run->cells[entry].idx;
}

/* Stages the frame's own record after a change to `held`. SELF holds nothing that could change. */
static void put_held(struct fm_pass *p)
{
    if (!p->self) {
        fm_stage_put_record(p, AGENT(p), p->frame->slot, &p->held);
    }
}

/*@ requires \valid_read(p); assigns \nothing;
  @ ensures \result <==> p->held.allowance != FM_U64_MAX; */
static bool metered(const struct fm_pass *p)
{
    return p->held.allowance != FM_U64_MAX;
}

/* A cell named beside the subject: there, and live. */
static uint16_t find_live(struct fm_pass *p, const uint8_t id[32])
{
    uint16_t entry = fm_stage_find_id(p, id);

    if (entry == FM_NO_ENTRY) {
        (void)fm_refuse(p, FM_E_NO_CELL, 0);
        return FM_NO_ENTRY;
    }
    return fm_require(p, fm_stage_header(p, entry)->lifecycle == FM_LIVE, FM_E_NOT_LIVE)
               ? entry
               : (uint16_t)FM_NO_ENTRY;
}

/* An own slot that must be free and not retired. */
static bool own_slot_free(struct fm_pass *p, uint8_t slot, struct fm_record *record)
{
    if (!fm_require(p, slot < fm_stage_header(p, AGENT(p))->nslots, FM_E_NO_SLOT)) {
        return false;
    }
    fm_stage_record(p->run, AGENT(p), slot, record);
    return fm_require(p, record->kind == FM_KIND_FREE && record->generation != FM_U32_MAX,
                      FM_E_SLOT_TAKEN);
}

static bool do_check(struct fm_pass *p, const struct fm_effect *e)
{
    const struct fm_header *h = fm_stage_header(p, p->subject);
    uint8_t value[32];

    switch ((enum fm_check_kind)e->kind) {
    case FM_CHECK_FIELD:
        if (!fm_require(p, e->key < h->nfields, FM_E_NO_FIELD)) {
            return false;
        }
        fm_stage_field(p->run, p->subject, e->key, value);
        return fm_require(p, memcmp(value, operand(p, e->data_at), 32) == 0, FM_E_CHECK);
    case FM_CHECK_NONCE:
        return fm_require(p, h->nonce == e->number, FM_E_CHECK);
    case FM_CHECK_BALANCE:
        return fm_require(p, h->balance >= 0 && (uint64_t)h->balance >= e->number, FM_E_CHECK);
    case FM_CHECK_TIME:
        return fm_require(p, e->lo <= p->run->env->now && p->run->env->now <= e->hi, FM_E_CHECK);
    }
    return fm_refuse(p, FM_E_CHECK, 0);
}

/* The balances after moving `amount` (at most 2^63 - 1), or a refusal; nothing is written. */
/*@ requires \valid(p) && \valid(p->run) && \valid(from_after) && \valid(to_after);
  @ requires \separated(p, p->run, from_after, to_after);
  @ requires p->subject < FM_RUN_CELLS_MAX && to < FM_RUN_CELLS_MAX && 1 <= amount;
  @ assigns p->stop, p->reason, p->detail, *from_after, *to_after;
  @ ensures \result ==> p->stop == FM_GO_ON;
  @ ensures \result ==> *from_after == p->run->cells[p->subject].header.balance - amount;
  @ ensures \result ==> *to_after == p->run->cells[to].header.balance + amount;
  @ ensures \result ==> *from_after >= -9223372036854775807;
  @ ensures \result && p->run->cells[p->subject].header.asset !=
  @   p->run->cells[p->subject].header.idx ==> *from_after >= 0; */
static bool balances_after(struct fm_pass *p, uint16_t to, int64_t amount, int64_t *from_after,
                           int64_t *to_after)
{
    const struct fm_header *from = fm_stage_header(p, p->subject);
    int64_t balance = from->balance;

    if (from->asset == from->idx) {
        if (!fm_require(p, (p->held.rights & FM_RIGHT_MINT) != 0U, FM_E_RIGHT) ||
            !fm_require(p,
                        fm_add_i64(balance, -amount, from_after) && *from_after >= -INT64_MAX,
                        FM_E_BALANCE)) {
            return false;
        }
    } else {
        if (balance < amount) {
            return fm_refuse(p, FM_E_BALANCE, 0);
        }
        *from_after = balance - amount;
    }
    return fm_require(p, fm_add_i64(fm_stage_header(p, to)->balance, amount, to_after),
                      FM_E_BALANCE);
}

static bool do_transfer(struct fm_pass *p, const struct fm_effect *e)
{
    uint16_t to = find_live(p, operand(p, e->id_at));
    uint64_t used = 0;
    int64_t from_after = 0;
    int64_t to_after = 0;

    if (to == FM_NO_ENTRY || !fm_require(p, to != p->subject, FM_E_SAME_CELL) ||
        !fm_require(p, fm_stage_header(p, to)->asset == fm_stage_header(p, p->subject)->asset,
                    FM_E_ASSET) ||
        !fm_require(p, e->number <= p->held.max_amount, FM_E_AMOUNT)) {
        return false;
    }
    if (metered(p) &&
        !fm_require(p, fm_add_u64(p->held.used, e->number, &used) && used <= p->held.allowance,
                    FM_E_ALLOWANCE)) {
        return false;
    }
    if (!balances_after(p, to, (int64_t)e->number, &from_after, &to_after)) {
        return false;
    }
    fm_stage_header(p, p->subject)->balance = from_after;
    fm_stage_put_header(p, p->subject);
    fm_stage_header(p, to)->balance = to_after;
    fm_stage_put_header(p, to);
    if (metered(p)) {
        p->held.used = used;
        put_held(p);
    }
    return true;
}

static bool do_setfield(struct fm_pass *p, const struct fm_effect *e)
{
    const uint8_t *write = operand(p, (uint16_t)(e->data_at - 2U));

    if (!fm_require(p, e->key < fm_stage_header(p, p->subject)->nfields, FM_E_NO_FIELD) ||
        !fm_require(p, p->held.f_lo <= e->key && e->key < p->held.f_hi, FM_E_FIELD) ||
        !fm_policy_admits(p, p->subject, 1, write)) {
        return false;
    }
    fm_stage_put_field(p, p->subject, e->key, operand(p, e->data_at));
    return true;
}

/* The issuer of a cell to be made, or a refusal with ASSET. */
static bool find_asset(struct fm_pass *p, const struct fm_effect *e, uint32_t own, uint32_t *asset)
{
    uint16_t issuer;

    if (e->kind != FM_ASSET_OF) {
        *asset = e->kind == FM_ASSET_NATIVE ? 0 : own;
        return true;
    }
    issuer = fm_stage_find_id(p, operand(p, e->id_at));
    if (issuer == FM_NO_ENTRY) {
        return fm_refuse(p, FM_E_ASSET, 0);
    }
    if (!fm_require(p,
                    fm_stage_header(p, issuer)->lifecycle == FM_LIVE &&
                        fm_stage_header(p, issuer)->asset == idx_of(p, issuer),
                    FM_E_ASSET)) {
        return false;
    }
    *asset = idx_of(p, issuer);
    return true;
}

static bool id_fresh(struct fm_pass *p, const uint8_t id[32])
{
    uint8_t any = 0;
    uint8_t all = 0xff;

    for (size_t i = 0; i < 32; i++) {
        any |= id[i];
        all &= id[i];
    }
    return fm_require(p, any != 0U && all != 0xffU && fm_stage_find_id(p, id) == FM_NO_ENTRY,
                      FM_E_CELL_EXISTS);
}

static void open_slots(struct fm_pass *p, uint16_t cell, uint8_t nopen)
{
    for (uint8_t i = 0; i < nopen; i++) {
        struct fm_record open;

        fm_record_clear(&open, 0);
        open.kind = FM_KIND_OPEN;
        open.target = idx_of(p, AGENT(p));
        fm_stage_put_record(p, cell, i, &open);
    }
}

static bool do_create(struct fm_pass *p, const struct fm_effect *e)
{
    struct fm_run *run = p->run;
    struct fm_header header = {.nonce = 0};
    struct fm_record slot = {.kind = 0};
    uint32_t factory = fm_stage_header(p, p->subject)->idx;
    uint16_t entry;

    if (!p->self &&
        (!fm_require(p, fm_stage_header(p, p->subject)->policy == FM_POLICY_FIXED && factory >= 2U,
                     FM_E_NOT_FIXED) ||
         !fm_require(p, !metered(p) || p->held.used < p->held.allowance, FM_E_ALLOWANCE))) {
        return false;
    }
    fm_cell_id(run->turn->agent, run->turn->nonce, e->number, header.id);
    header.idx = run->env->ncells + run->ncreated;
    if (!id_fresh(p, header.id) ||
        !fm_require(p, run->env->ncells + (uint64_t)run->ncreated < run->env->params->max_cells,
                    FM_E_FULL) ||
        !find_asset(p, e, header.idx, &header.asset) ||
        (e->rights != 0U && !own_slot_free(p, e->slot, &slot))) {
        return false;
    }
    memcpy(header.owner_pk, operand(p, e->data_at), 32);
    header.policy = p->self ? FM_POLICY_FREE : factory;
    header.nslots = e->nslots;
    header.nfields = e->nfields;
    entry = fm_stage_create(p, &header);
    if (entry == FM_NO_ENTRY) {
        return false;
    }
    open_slots(p, entry, e->count);
    if (e->rights != 0U) {
        uint32_t generation = slot.generation;

        fm_cap_self(&slot, header.idx, 0, 0);
        slot.rights = e->rights;
        slot.generation = generation;
        fm_stage_put_record(p, AGENT(p), e->slot, &slot);
    }
    if (!p->self && metered(p)) {
        p->held.used += 1U;
        put_held(p);
    }
    return true;
}

/* Whether this agent may put a new record over the one that it gave: heart.md section 4,
 * "Renewable". */
static bool renewable(struct fm_pass *p, const struct fm_record *old)
{
    const struct fm_header *target = fm_stage_header(p, p->subject);
    uint32_t agent = idx_of(p, AGENT(p));
    struct fm_record parent;

    if (!fm_is_cap(old) || old->target != target->idx || old->generation == FM_U32_MAX - 1U) {
        return false;
    }
    if (old->kind == FM_KIND_ROOT) {
        return old->target == agent && old->epoch != target->epoch[old->group];
    }
    if (old->parent_holder != agent) {
        return false;
    }
    fm_stage_record(p->run, AGENT(p), old->parent_slot, &parent);
    return old->epoch != target->epoch[old->group] || !fm_is_cap(&parent) ||
           parent.generation != old->parent_gen;
}

/* derive for the frame: refuses with DEPTH, RETIRED or WIDENS and its axis. */
static bool derive(struct fm_pass *p, const struct fm_limits *limits, struct fm_record *out)
{
    struct fm_record held = p->held;
    uint8_t axis;
    fm_err err;

    if (p->self) {
        const struct fm_header *own = fm_stage_header(p, AGENT(p));

        fm_cap_self(&held, own->idx, limits->group, own->epoch[limits->group]);
    }
    err = fm_cap_derive(&held, p->self, idx_of(p, AGENT(p)), p->frame->slot, limits, out, &axis);
    if (err != FM_OK) {
        return fm_refuse(p, err, axis);
    }
    if (!p->self && metered(p)) {
        p->held = held;
        put_held(p);
    }
    return true;
}

static bool do_grant(struct fm_pass *p, const struct fm_effect *e)
{
    uint16_t dst = find_live(p, operand(p, e->id_at));
    struct fm_record record;
    bool renewed;

    if (dst == FM_NO_ENTRY || !fm_require(p, dst != AGENT(p), FM_E_SAME_CELL) ||
        !fm_require(p, e->slot < fm_stage_header(p, dst)->nslots, FM_E_NO_SLOT)) {
        return false;
    }
    fm_stage_record(p->run, dst, e->slot, &record);
    renewed = renewable(p, &record);
    if (!fm_require(
            p, renewed || (record.kind == FM_KIND_OPEN && record.target == idx_of(p, AGENT(p))),
            FM_E_NOT_OPEN)) {
        return false;
    }
    if (renewed) {
        record.generation += 1U;
    }
    if (!derive(p, &e->limits, &record)) {
        return false;
    }
    fm_stage_put_record(p, dst, e->slot, &record);
    return true;
}

static bool do_attenuate(struct fm_pass *p, const struct fm_effect *e)
{
    struct fm_record record;

    if (!own_slot_free(p, e->slot, &record) || !derive(p, &e->limits, &record)) {
        return false;
    }
    fm_stage_put_record(p, AGENT(p), e->slot, &record);
    return true;
}

static bool do_drop(struct fm_pass *p, const struct fm_effect *e)
{
    struct fm_record record;

    if (!fm_require(p, e->slot < fm_stage_header(p, AGENT(p))->nslots, FM_E_NO_SLOT)) {
        return false;
    }
    fm_stage_record(p->run, AGENT(p), e->slot, &record);
    if (!fm_require(p, record.kind != FM_KIND_FREE, FM_E_NO_CAP)) {
        return false;
    }
    if (fm_is_cap(&record)) {
        fm_record_bump(&record, false);
    } else {
        fm_record_clear(&record, record.generation);
    }
    fm_stage_put_record(p, AGENT(p), e->slot, &record);
    return true;
}

static bool do_revoke(struct fm_pass *p, const struct fm_effect *e)
{
    struct fm_record record;

    if (!fm_require(p, e->slot < fm_stage_header(p, AGENT(p))->nslots, FM_E_NO_SLOT)) {
        return false;
    }
    fm_stage_record(p->run, AGENT(p), e->slot, &record);
    if (!fm_require(p, fm_is_cap(&record), FM_E_NO_CAP)) {
        return false;
    }
    fm_record_bump(&record, true);
    fm_stage_put_record(p, AGENT(p), e->slot, &record);
    return true;
}

static bool do_lift(struct fm_pass *p, const struct fm_effect *e)
{
    struct fm_header *h = fm_stage_header(p, p->subject);
    const uint8_t *key = operand(p, e->data_at);
    uint8_t any = 0;

    for (size_t i = 0; i < 32; i++) {
        any |= key[i];
    }
    if ((!p->self &&
         !fm_require(p, p->held.group == 0U || p->held.group == e->group, FM_E_GROUP)) ||
        !fm_require(p, h->epoch[e->group] != FM_U32_MAX, FM_E_RETIRED) ||
        !fm_require(p, any == 0U || e->group < h->nfields, FM_E_NO_FIELD)) {
        return false;
    }
    h->epoch[e->group] += 1U;
    fm_stage_put_header(p, p->subject);
    if (e->group < h->nfields) {
        fm_stage_put_field(p, p->subject, e->group, key);
    }
    /* The step that reaches MAX takes the record along; before that, a root record of the group
     * lives on. */
    if (!p->self && p->held.kind == FM_KIND_ROOT && p->held.group == e->group &&
        h->epoch[e->group] != FM_U32_MAX) {
        p->held.epoch = h->epoch[e->group];
        put_held(p);
    }
    return true;
}

static bool do_invoke(struct fm_pass *p, const struct fm_effect *e)
{
    const uint8_t *writes = operand(p, e->data_at);

    if (!fm_require(p, (p->held.methods >> e->method & 1U) != 0U, FM_E_METHOD) ||
        !fm_policy_method(p, p->subject, e->method, e->count, writes) ||
        !fm_policy_admits(p, p->subject, e->count, writes)) {
        return false;
    }
    for (uint8_t i = 0; i < e->count; i++) {
        const uint8_t *write = writes + (size_t)i * FM_INVOKE_WRITE_BYTES;

        fm_stage_put_field(p, p->subject, fm_le16(write), write + 2);
    }
    return true;
}

static bool do_event(struct fm_pass *p, const struct fm_effect *e, uint8_t frame, uint8_t index)
{
    struct fm_outcome *o = &p->run->outcome;
    uint8_t *at;

    /* There is room for one of each effect of a turn. */
    FM_ASSERT(o->events_bytes <= FM_EVENTS_BYTES_MAX - EVENT_HEAD_BYTES - FM_EVENT_BYTES_MAX);
    at = p->run->events + o->events_bytes;
    at[0] = frame;
    at[1] = index;
    at[2] = 0;
    at[3] = e->count;
    fm_put_le32(at + 4, idx_of(p, p->subject));
    memcpy(at + EVENT_HEAD_BYTES, operand(p, e->data_at), e->count);
    o->events_bytes = (uint16_t)(o->events_bytes + EVENT_HEAD_BYTES + e->count);
    return true;
}

static bool do_fix(struct fm_pass *p)
{
    if (!fm_require(p, fm_stage_header(p, p->subject)->policy == FM_POLICY_FREE, FM_E_POLICY_SET)) {
        return false;
    }
    fm_stage_header(p, p->subject)->policy = FM_POLICY_FIXED;
    fm_stage_put_header(p, p->subject);
    return true;
}

static bool do_rotate(struct fm_pass *p, const struct fm_effect *e)
{
    const uint8_t *new_pk = operand(p, e->data_at);
    uint8_t text[FM_SIGNED_TEXT_BYTES];
    bool yes = false;

    fm_rotate_text(p->run->env->ledger, p->run->turn->agent, p->run->turn->nonce, new_pk, text);
    p->stop = fm_run_verdict(p->run, new_pk, text, new_pk + 32, &yes);
    if (!fm_require(p, p->stop != FM_GO_ON || yes, FM_E_BAD_POSSESSION)) {
        return false;
    }
    memcpy(fm_stage_header(p, AGENT(p))->owner_pk, new_pk, 32);
    fm_stage_put_header(p, AGENT(p));
    return true;
}

static bool do_seal(struct fm_pass *p, const struct fm_effect *e)
{
    if (!fm_require(p, p->subject != AGENT(p), FM_E_SAME_CELL)) {
        return false;
    }
    fm_stage_header(p, p->subject)->lifecycle = e->kind == 1U ? FM_SEALED : FM_LIVE;
    fm_stage_put_header(p, p->subject);
    return true;
}

static bool do_open(struct fm_pass *p, const struct fm_effect *e)
{
    struct fm_record record;
    uint16_t giver;

    if (!own_slot_free(p, e->slot, &record)) {
        return false;
    }
    giver = fm_stage_find_id(p, operand(p, e->id_at));
    if (giver == FM_NO_ENTRY) {
        return fm_refuse(p, FM_E_NO_CELL, 0);
    }
    fm_record_clear(&record, record.generation);
    record.kind = FM_KIND_OPEN;
    record.target = idx_of(p, giver);
    fm_stage_put_record(p, AGENT(p), e->slot, &record);
    return true;
}

static bool do_destroy(struct fm_pass *p)
{
    if (!fm_require(p, fm_stage_header(p, p->subject)->balance == 0, FM_E_NOT_EMPTY)) {
        return false;
    }
    fm_stage_header(p, p->subject)->lifecycle = FM_DESTROYED;
    fm_stage_put_header(p, p->subject);
    return true;
}

/* The right in the table's third column. */
static uint16_t right_of(uint8_t op)
{
    switch ((enum fm_op)op) {
    case FM_OP_CHECK:
        return FM_RIGHT_READ;
    case FM_OP_TRANSFER:
        return FM_RIGHT_SEND;
    case FM_OP_SETFIELD:
        return FM_RIGHT_WRITE;
    case FM_OP_CREATE:
        return FM_RIGHT_SPAWN;
    case FM_OP_GRANT:
        return FM_RIGHT_GRANT;
    case FM_OP_INVOKE:
        return FM_RIGHT_INVOKE;
    case FM_OP_EVENT:
        return FM_RIGHT_NOTIFY;
    case FM_OP_LIFT:
    case FM_OP_FIX:
        return FM_RIGHT_ADMIN;
    case FM_OP_SEAL:
        return FM_RIGHT_LIFE;
    case FM_OP_DESTROY:
        return FM_RIGHT_LIFE | FM_RIGHT_ADMIN;
    case FM_OP_ATTENUATE:
    case FM_OP_DROP:
    case FM_OP_REVOKE:
    case FM_OP_ROTATE:
    case FM_OP_OPEN:
        return 0;
    }
    return 0;
}

/* What the frame holds: full authority over the own cell, or the record in its slot, checked along
 * its chain. */
static bool get_held(struct fm_pass *p)
{
    const struct fm_frame *f = p->frame;
    uint16_t target;

    p->self = f->kind == FM_FRAME_SELF;
    if (p->self) {
        p->subject = AGENT(p);
        fm_cap_self(&p->held, idx_of(p, p->subject), 0, 0);
        return true;
    }
    target = fm_stage_find_id(p, operand(p, f->target_at));
    if (target == FM_NO_ENTRY) {
        return fm_refuse(p, FM_E_NO_CELL, 0);
    }
    if (!fm_require(p, f->slot < fm_stage_header(p, AGENT(p))->nslots, FM_E_NO_SLOT)) {
        return false;
    }
    p->subject = target;
    fm_stage_record(p->run, AGENT(p), f->slot, &p->held);
    return fm_require(p, fm_is_cap(&p->held), FM_E_NO_CAP) &&
           fm_require(p, p->held.target == idx_of(p, target), FM_E_TARGET) &&
           fm_stage_valid(p, AGENT(p), f->slot);
}

/* A SLOT frame leaves one entry, as its authority stood when its first effect was judged. */
static void note_cap(struct fm_pass *p, uint8_t frame)
{
    struct fm_outcome *o = &p->run->outcome;
    uint8_t *at;

    FM_ASSERT(o->caps_bytes <= FM_CAPS_BYTES_MAX - CAP_ENTRY_BYTES); /* one a frame */
    at = p->run->caps + o->caps_bytes;
    at[0] = frame;
    at[1] = p->held.kind;
    at[2] = p->frame->slot;
    at[3] = 0;
    fm_put_le32(at + 4, idx_of(p, AGENT(p)));
    fm_put_le32(at + 8, p->held.generation);
    fm_put_le32(at + 12, p->held.target);
    fm_put_le32(at + 16, p->held.badge);
    fm_put_le32(at + 20, p->held.epoch);
    o->caps_bytes = (uint16_t)(o->caps_bytes + CAP_ENTRY_BYTES);
}

static bool apply_op(struct fm_pass *p, const struct fm_effect *e, uint8_t frame, uint8_t index)
{
    switch ((enum fm_op)e->op) {
    case FM_OP_CHECK:
        return do_check(p, e);
    case FM_OP_TRANSFER:
        return do_transfer(p, e);
    case FM_OP_SETFIELD:
        return do_setfield(p, e);
    case FM_OP_CREATE:
        return do_create(p, e);
    case FM_OP_GRANT:
        return do_grant(p, e);
    case FM_OP_ATTENUATE:
        return do_attenuate(p, e);
    case FM_OP_DROP:
        return do_drop(p, e);
    case FM_OP_REVOKE:
        return do_revoke(p, e);
    case FM_OP_LIFT:
        return do_lift(p, e);
    case FM_OP_INVOKE:
        return do_invoke(p, e);
    case FM_OP_EVENT:
        return do_event(p, e, frame, index);
    case FM_OP_FIX:
        return do_fix(p);
    case FM_OP_ROTATE:
        return do_rotate(p, e);
    case FM_OP_SEAL:
        return do_seal(p, e);
    case FM_OP_OPEN:
        return do_open(p, e);
    case FM_OP_DESTROY:
        return do_destroy(p);
    }
    fm_panic(__FILE__, __LINE__, "an op that decoding lets through and nobody applies");
}

bool fm_effect_apply(struct fm_pass *p, const struct fm_effect *e, uint8_t frame, uint8_t index)
{
    uint16_t right = right_of(e->op);
    uint8_t lifecycle;

    if (!fm_require(p, fm_stage_header(p, AGENT(p))->lifecycle == FM_LIVE, FM_E_NOT_LIVE) ||
        !get_held(p)) {
        return false;
    }
    lifecycle = fm_stage_header(p, p->subject)->lifecycle;
    if (e->op == FM_OP_SEAL && e->kind == 0U) {
        if (!fm_require(p, lifecycle == FM_SEALED, FM_E_NOT_SEALED)) {
            return false;
        }
    } else if (!fm_require(p, lifecycle == FM_LIVE, FM_E_NOT_LIVE)) {
        return false;
    }
    if (!fm_require(p, (p->held.rights & right) == right, FM_E_RIGHT)) {
        return false;
    }
    if (!p->self && index == 0U) {
        note_cap(p, frame);
    }
    return apply_op(p, e, frame, index) && p->stop == FM_GO_ON;
}
