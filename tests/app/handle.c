/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One app function, two backings: a cell on a ledger, through real signed turns, and a small derivation tree in
 * memory that stands where the kernel will. It cannot tell them apart; a widening is refused by both with the same
 * error and axis.
 */
#include "app/cell.h"
#include "tests/core/world.h"
#include "tests/tap.h"

#include <stdio.h>

/* ---- a target in memory: sixteen words, a tree of grants ---- */
#define NODES 32

struct memory_node {
    struct fm_record record;
    uint32_t parent;
    bool used;
};

struct memory_target {
    struct memory_node nodes[NODES];
    uint8_t words[64][32];
    struct fm_topology machines;
};

static bool memory_alive(const struct memory_target *m, uint32_t at)
{
    return at < NODES && m->nodes[at].used;
}

static fm_err memory_invoke(void *self, const struct fm_grip *grip, uint8_t method,
                            const struct fm_item *args, uint8_t n, struct fm_reply *reply)
{
    struct memory_target *m = self;
    const struct fm_record *r;

    (void)method;
    if (!memory_alive(m, grip->place)) {
        return FM_E_REVOKED;
    }
    r = &m->nodes[grip->place].record;
    for (uint8_t i = 0; i < n; i++) {
        if (args[i].key < r->f_lo || args[i].key >= r->f_hi || args[i].key >= 64U) {
            return FM_E_FIELD;
        }
    }
    for (uint8_t i = 0; i < n; i++) {
        memcpy(m->words[args[i].key], args[i].value, 32);
        reply->items[i] = args[i];
    }
    reply->nitems = n;
    reply->has_receipt = false;
    return FM_OK;
}

static fm_err memory_derive(void *self, struct fm_grip *grip, const struct fm_limits *limits,
                            struct fm_grip *out)
{
    struct memory_target *m = self;
    uint8_t axis;

    if (!memory_alive(m, grip->place)) {
        return FM_E_REVOKED;
    }
    for (uint32_t i = 0; i < NODES; i++) {
        if (!m->nodes[i].used) {
            fm_err err = fm_cap_derive(&grip->record, false, 0, 0, limits, &out->record, &axis);

            if (err == FM_OK) {
                m->nodes[i] = (struct memory_node){out->record, grip->place, true};
                out->place = i;
            }
            return err;
        }
    }
    return FM_E_NO_OWN_SLOT;
}

static fm_err memory_give(void *self, struct fm_grip *grip, const struct fm_limits *limits,
                          const struct fm_peer *to)
{
    struct fm_grip given = {.place = 0};

    (void)to;
    return memory_derive(self, grip, limits, &given);
}

static void kill_below(struct memory_target *m, uint32_t at)
{
    bool more = true;

    while (more) {
        more = false;
        for (uint32_t i = 0; i < NODES; i++) {
            if (m->nodes[i].used && m->nodes[i].parent != i &&
                (m->nodes[i].parent == at || !m->nodes[m->nodes[i].parent].used)) {
                m->nodes[i].used = false;
                more = true;
            }
        }
    }
}

static fm_err memory_revoke(void *self, struct fm_grip *grip)
{
    struct memory_target *m = self;

    kill_below(m, grip->place);
    return memory_alive(m, grip->place) ? FM_OK : FM_E_REVOKED;
}

static fm_err memory_drop(void *self, struct fm_grip *grip)
{
    struct memory_target *m = self;

    kill_below(m, grip->place);
    m->nodes[grip->place].used = false;
    return FM_OK;
}

static void memory_topology(const void *self, struct fm_topology *t)
{
    *t = ((const struct memory_target *)self)->machines;
}

static const struct fm_transport memory_transport = {memory_invoke, memory_derive, memory_give,
                                                     memory_revoke, memory_drop,   memory_topology};

/* ---- the cell's other end: a ledger in this process ---- */
static bool world_exchange(void *cookie, const uint8_t *turn, size_t n, struct fm_msg_outcome *o)
{
    struct world *w = cookie;

    memset(o, 0, sizeof *o);
    memcpy(w->wire, turn, n);
    w->wire_bytes = n;
    o->status = (uint8_t)world_run(w);
    o->code = world_reason(w);
    if (o->status <= FM_BODY_FAILED) {
        o->receipt = w->sealed.receipt;
    }
    return true;
}

static bool no_exchange(void *cookie, const uint8_t *turn, size_t n, struct fm_msg_outcome *o)
{
    (void)cookie;
    (void)turn;
    (void)n;
    (void)o;
    return false;
}

static bool busy_exchange(void *cookie, const uint8_t *turn, size_t n, struct fm_msg_outcome *o)
{
    (void)cookie;
    (void)turn;
    (void)n;
    memset(o, 0, sizeof *o);
    o->status = FM_BUSY;
    return true;
}

/* ---- the app ---- */
static struct fm_item word(uint16_t key, uint8_t version)
{
    struct fm_item item = {.key = key};

    item.value[0] = 'x';
    item.value[24] = version;
    return item;
}

#define APP_OK(cond, what)                                                                         \
    do {                                                                                           \
        char name[96];                                                                             \
        snprintf(name, sizeof name, "%s %s", where, (what));                                       \
        TAP_OK((cond), name);                                                                      \
    } while (0)

/* The same function over any handle: it invokes, narrows, is refused a widening, delegates, revokes, drops. */
static void app(struct fm_router *r, struct fm_handle h, const struct fm_peer *peer,
                const char *where)
{
    const struct fm_item args[2] = {word(8, 1), {.key = 9, .value = {7}}};
    struct fm_limits l;
    struct fm_limits wide;
    struct fm_handle narrow;
    struct fm_handle narrower;
    struct fm_handle none;
    struct fm_reply reply;
    struct fm_info info;
    struct fm_why why = {FM_OK, 0, "", 0, 0};

    APP_OK(fm_invoke(r, h, 1, args, 2, &reply) == FM_OK && reply.nitems == 2, "invokes");
    APP_OK(fm_inspect(r, h, &info) == FM_OK && (info.limits.rights & FM_RIGHT_INVOKE) != 0U,
           "inspects");
    l = info.limits;
    l.rights = FM_RIGHT_INVOKE | FM_RIGHT_GRANT | FM_RIGHT_READ;
    l.f_lo = 8;
    l.f_hi = 20;
    APP_OK(fm_attenuate(r, h, &l, &narrow, &why) == FM_OK, "attenuates");
    wide = l;
    wide.rights |= FM_RIGHT_WRITE;
    APP_OK(fm_attenuate(r, narrow, &wide, &none, &why) == FM_E_WIDENS && why.got == FM_AXIS_RIGHTS,
           "WIDENS: a right more, axis 1");
    wide = l;
    wide.f_hi = 21;
    APP_OK(fm_delegate(r, narrow, peer, &wide, &why) == FM_E_WIDENS && why.got == FM_AXIS_FIELDS,
           "WIDENS: a field more, axis 3");
    APP_OK(fm_attenuate(r, narrow, &l, &narrower, &why) == FM_OK, "attenuates again");
    APP_OK(fm_delegate(r, narrower, peer, &l, &why) == FM_OK, "delegates");
    APP_OK(fm_revoke(r, narrow) == FM_OK, "revokes");
    APP_OK(fm_invoke(r, narrower, 1, &(struct fm_item){.key = 12}, 1, NULL) == FM_E_REVOKED,
           "the descendant is REVOKED");
    l.rights = FM_RIGHT_READ;
    APP_OK(fm_attenuate(r, narrow, &l, &narrower, &why) == FM_OK,
           "the revoked handle's own capability lives");
    APP_OK(fm_invoke(r, narrower, 1, args, 1, NULL) == FM_E_RIGHT,
           "RIGHT: reading is not invoking");
    APP_OK(fm_delegate(r, narrower, peer, &l, &why) == FM_E_RIGHT, "RIGHT: nor granting");
    APP_OK(fm_invoke(r, h, 2, args, 2, &reply) == FM_E_METHOD,
           "METHOD: a method that it does not hold");
    APP_OK(fm_drop(r, narrow) == FM_OK, "drops");
    APP_OK(fm_drop(r, narrow) == FM_E_BAD_HANDLE &&
               fm_inspect(r, narrow, &info) == FM_E_BAD_HANDLE &&
               fm_invoke(r, narrow, 1, args, 2, NULL) == FM_E_BAD_HANDLE,
           "BAD_HANDLE: and it is gone");
}

static void test_bounds(void)
{
    struct fm_bounds b;

    fm_bounds_of(
        &(struct fm_topology){
            .machines = 1, .assurance = FM_SOLO, .settle_ms = 900, .spread_ms = 900},
        &b);
    TAP_OK(b.revocation == FM_IMMEDIATE && b.checkpoint == FM_IMMEDIATE &&
               b.commit == FM_IMMEDIATE && b.agreement == 1 && b.revocation_ms == 0 &&
               b.faults == 0,
           "HDL0001 at n = 1 every bound collapses");
    fm_bounds_of(&(struct fm_topology){.machines = 4,
                                       .faults = 1,
                                       .byzantine = true,
                                       .settle_ms = 300,
                                       .spread_ms = 200,
                                       .assurance = FM_LACE},
                 &b);
    TAP_OK(b.revocation == FM_BOUNDED && b.revocation_ms == 500 && b.commit_ms == 300 &&
               b.agreement == 3 && b.byzantine,
           "HDL0002 at n = 4 they relax, by what is known of the machines");
    fm_bounds_of(&(struct fm_topology){.machines = 5, .faults = 2, .settle_ms = 10}, &b);
    TAP_OK(b.revocation == FM_EVENTUAL && b.commit == FM_BOUNDED && b.agreement == 3,
           "HDL0003 what is not known is EVENTUAL");
}

/* A directory that actor 0 holds with method 1. */
static void make_directory(struct world *w, struct actor *a, uint8_t id[32])
{
    struct fm_limits l = limits_of(FM_RIGHT_SPAWN);
    struct fm_turn_maker *m = world_begin(w, a);

    fm_turn_self(m);
    fm_turn_open(m, 0, w->treasury.id);
    (void)world_end(w, a);
    m = world_begin(w, &w->treasury);
    fm_turn_slot(m, 1, world_header(w, 2)->id);
    fm_turn_grant(m, a->id, 0, &l);
    (void)world_end(w, &w->treasury);
    world_next_id(w, a, 5, id);
    m = world_begin(w, a);
    fm_turn_slot(m, 0, world_header(w, 2)->id);
    fm_turn_create(
        m, &(struct fm_create){.salt = 5, .nfields = 40, .slot = 1, .rights = FM_RIGHTS_ALL});
    if (world_end(w, a) != FM_COMMITTED) {
        w->violations++;
    }
    l = limits_of(FM_RIGHTS_ALL);
    l.methods = 1U << 1;
    m = world_begin(w, a);
    fm_turn_slot(m, 1, id);
    fm_turn_attenuate(m, 2, &l);
    if (world_end(w, a) != FM_COMMITTED) {
        w->violations++;
    }
}

static void test_both(void)
{
    static struct memory_target memory;
    struct world *w = world_new(NULL);
    struct actor *a = world_actor(w, 0, 12, 8, 100);
    struct actor *b = world_actor(w, 1, 12, 8, 100);
    struct fm_peer peer = {.slot = 3};
    struct fm_grip grips[12];
    struct fm_router r;
    struct fm_cell_transport cell = {.exchange = world_exchange,
                                     .cookie = w,
                                     .fee = FM_U64_MAX,
                                     .sk = a->sk,
                                     .own_slots = {0xf0, 0x0f},
                                     .machines = {.machines = 1, .assurance = FM_SOLO}};
    struct fm_turn_maker *m;
    struct fm_handle far;
    struct fm_handle near;
    struct fm_handle many[12];
    struct fm_bounds bounds;
    struct fm_limits l = limits_of(FM_RIGHT_READ);
    uint8_t dir[32];
    uint8_t index;
    fm_err err = FM_OK;

    l.methods = 1U << 1;
    make_directory(w, a, dir);
    m = world_begin(w, b);
    fm_turn_self(m);
    fm_turn_open(m, 3, a->id);
    (void)world_end(w, b);
    memcpy(peer.id, b->id, 32);
    memcpy(cell.ledger, w->state.top.ledger, 32);
    memcpy(cell.agent, a->id, 32);
    cell.agent_idx = a->idx;
    cell.nonce = world_header(w, a->idx)->nonce;
    fm_router_init(&r, grips, 12);
    TAP_EQ(fm_router_plug(&r, &fm_cell_transport, &cell, &index), FM_OK,
           "HDL0004 the cell transport is plugged in");
    TAP_EQ(fm_router_adopt(&r, index, world_record(w, a->idx, 2), dir, 2, &far), FM_OK,
           "HDL0005 a handle on a cell");
    memory.machines = (struct fm_topology){.machines = 1};
    memory.nodes[0] = (struct memory_node){*world_record(w, a->idx, 2), 0, true};
    memory.nodes[0].record.kind = FM_KIND_ROOT;
    TAP_EQ(fm_router_plug(&r, &memory_transport, &memory, &index), FM_OK,
           "HDL0006 another transport is plugged in");
    TAP_EQ(fm_router_adopt(&r, index, &memory.nodes[0].record, dir, 0, &near), FM_OK,
           "HDL0007 a handle on memory");
    app(&r, far, &peer, "HDL0010 far:");
    app(&r, near, &peer, "HDL0011 near:");
    TAP_OK(world_field(w, fm_state_find(&w->state, dir), 9)[0] == 7 && memory.words[9][0] == 7,
           "HDL0012 both were written");
    TAP_OK(fm_is_cap(world_record(w, b->idx, 3)), "HDL0013 the peer holds what was delegated");
    TAP_OK(fm_bounds(&r, far, &bounds) == FM_OK && bounds.assurance == FM_SOLO &&
               bounds.revocation == FM_IMMEDIATE,
           "HDL0014 bounds come from the transport");
    for (uint32_t i = 0; i < 12 && err == FM_OK; i++) {
        err = fm_attenuate(&r, near, &l, &many[i], NULL);
    }
    TAP_EQ(err, FM_E_HANDLES_FULL, "HDL0015 HANDLES_FULL");
    (void)!fm_drop(&r, many[0]);
    memset(cell.own_slots, 0, sizeof cell.own_slots);
    TAP_EQ(fm_attenuate(&r, far, &l, &many[0], NULL), FM_E_NO_OWN_SLOT, "HDL0016 NO_OWN_SLOT");
    cell.exchange = busy_exchange;
    TAP_EQ(fm_revoke(&r, far), FM_E_NOT_DONE, "HDL0026 NOT_DONE: the other end did not run it");
    cell.exchange = no_exchange;
    TAP_EQ(fm_invoke(&r, far, 1, &(struct fm_item){.key = 8}, 1, NULL), FM_E_EXCHANGE,
           "HDL0017 EXCHANGE: the other end is away");
    TAP_EQ(w->violations, 0, "HDL0018 the ledger held throughout");
    world_free(w);
}

static void test_plugs(void)
{
    static const struct fm_transport mute = {.topology = memory_topology};
    struct memory_target memory = {.machines = {.machines = 1}};
    struct fm_record record = {.kind = FM_KIND_ROOT, .rights = FM_RIGHTS_ALL, .methods = 0xffff};
    struct fm_limits l;
    struct fm_grip grips[2];
    struct fm_router r;
    struct fm_handle h;
    struct fm_handle out;
    uint8_t index;
    uint8_t id[32] = {0};
    unsigned plugged = 0;

    fm_router_init(&r, grips, 2);
    while (fm_router_plug(&r, &mute, &memory, &index) == FM_OK) {
        plugged++;
    }
    TAP_EQ(plugged, FM_TRANSPORTS_MAX, "HDL0019 TRANSPORTS_FULL at eight");
    TAP_EQ(fm_router_plug(&r, &mute, &memory, &index), FM_E_TRANSPORTS_FULL,
           "HDL0020 TRANSPORTS_FULL");
    TAP_EQ(fm_router_adopt(&r, 0, &record, id, 0, &h), FM_OK, "HDL0021 a handle on something mute");
    fm_cap_limits(&record, &l);
    TAP_OK(fm_invoke(&r, h, 0, NULL, 0, NULL) == FM_E_NOT_OFFERED &&
               fm_attenuate(&r, h, &l, &out, NULL) == FM_E_NOT_OFFERED &&
               fm_delegate(&r, h, &(struct fm_peer){.slot = 0}, &l, NULL) == FM_E_NOT_OFFERED &&
               fm_revoke(&r, h) == FM_E_NOT_OFFERED && fm_drop(&r, h) == FM_E_NOT_OFFERED,
           "HDL0022 NOT_OFFERED: verbs that a target lacks");
    h.word[1] += 2;
    TAP_EQ(fm_revoke(&r, h), FM_E_BAD_HANDLE, "HDL0023 BAD_HANDLE: another generation");
    h.word[0] = 99;
    TAP_EQ(fm_revoke(&r, h), FM_E_BAD_HANDLE, "HDL0024 BAD_HANDLE: out of range");
    h.word[0] = 0;
    TAP_EQ(fm_bounds(&r, h, &(struct fm_bounds){0}), FM_E_BAD_HANDLE,
           "HDL0025 BAD_HANDLE: nothing");
}

int main(void)
{
    test_bounds();
    test_both();
    test_plugs();
    return tap_done();
}
