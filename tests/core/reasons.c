/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every reason of heart.md section 5, produced by name, through a signed turn; and after each refusal of the body,
 * the root is that of the prologue alone.
 */
#include "tests/core/expect.h"

#include "crypto/sign.h"
#include "tests/tap.h"

#include <stdio.h>

/* The same, its name led by the reason. */
static void refused(const struct actor *agent, fm_err reason, uint8_t detail, const char *name)
{
    char text[160];

    snprintf(text, sizeof text, "RSN%04u %s: %s", fm_err_number(reason), fm_err_name(reason), name);
    expect(agent, reason, detail, text);
}

/* Begins the same turn with another value somewhere in its head. */
static struct fm_turn_maker *with(const struct actor *agent, uint64_t nonce, uint64_t fee,
                                  uint32_t until)
{
    fm_turn_begin(&w->maker, w->wire, sizeof w->wire, w->state.top.ledger, agent->id, nonce, fee,
                  until);
    return &w->maker;
}

static void test_prologue(void)
{
    struct fm_turn_maker *m;
    struct actor ghost = *a;
    struct actor thief = *a;
    uint8_t other[32] = {9};
    uint64_t nonce;

    fm_turn_begin(&w->maker, w->wire, sizeof w->wire, other, a->id, world_header(w, a->idx)->nonce,
                  0, FM_NEVER);
    fm_turn_self(&w->maker);
    fm_turn_check_nonce(&w->maker, 0);
    refused(a, FM_E_WRONG_LEDGER, 0, "signed for another ledger");
    ghost.id[0] ^= 1U;
    m = with(&ghost, 0, 0, FM_NEVER);
    fm_turn_self(m);
    fm_turn_check_nonce(m, 0);
    refused(&ghost, FM_E_NO_AGENT, 0, "no such agent");
    memcpy(ghost.id, world_header(w, 2)->id, 32);
    ghost.idx = 2;
    m = with(&ghost, 0, 0, FM_NEVER);
    fm_turn_self(m);
    fm_turn_check_nonce(m, 0);
    refused(&ghost, FM_E_NO_KEY, 0, "a keyless cell signs nothing");
    nonce = world_header(w, a->idx)->nonce;
    m = with(a, nonce + 1U, 0, FM_NEVER);
    fm_turn_self(m);
    fm_turn_check_nonce(m, 0);
    refused(a, FM_E_NONCE, 0, "a nonce ahead");
    m = with(a, nonce - 1U, 0, FM_NEVER);
    fm_turn_self(m);
    fm_turn_check_nonce(m, 0);
    refused(a, FM_E_NONCE, 0, "a nonce behind: replayed");
    m = with(a, nonce, 0, w->batch.now - 1U);
    fm_turn_self(m);
    fm_turn_check_nonce(m, 0);
    refused(a, FM_E_TOO_LATE, 0, "a second too late");
    m = world_begin(w, a);
    fm_turn_after(m, other);
    fm_turn_self(m);
    fm_turn_check_nonce(m, 0);
    refused(a, FM_E_LINK, 0, "another chain than expected");
    m = world_begin(w, a);
    fm_turn_root(m, other);
    fm_turn_self(m);
    fm_turn_check_nonce(m, 0);
    refused(a, FM_E_STALE_ROOT, 0, "another root than named");
    m = world_begin(w, a);
    fm_turn_after(m, world_header(w, a->idx)->link);
    fm_turn_root(m, w->state.root);
    fm_turn_self(m);
    fm_turn_check_nonce(m, nonce + 1U);
    expect_ok(a, "RSN9001 the right link and root pass");
    actor_keys(&thief, 99);
    m = self(&thief);
    fm_turn_check_nonce(m, 0);
    refused(&thief, FM_E_BAD_SIGNATURE, 0, "another key");
}

/* A ledger with fees: who offers too little, who has too little, who holds another asset. */
static void test_fees(void)
{
    struct fm_params params;
    struct world *keep = w;
    struct actor *keep_a = a;
    struct fm_turn_maker *m;

    fm_params_default(&params);
    params.fee_base = 100;
    params.fee_byte = 1;
    w = world_new(&params);
    a = world_actor(w, 0, 4, 8, 1000);
    m = with(a, 0, 100, FM_NEVER);
    fm_turn_self(m);
    fm_turn_check_nonce(m, 1);
    refused(a, FM_E_FEE_LOW, 0, "an offer below the cost");
    m = self(a);
    fm_turn_check_nonce(m, 1);
    expect_ok(a, "RSN9002 who pays may run");
    TAP_EQ(world_header(w, a->idx)->balance, 1000 - (int64_t)w->run.outcome.cost,
           "RSN9003 the cost is paid");
    TAP_EQ(w->run.outcome.cost, 100 + w->wire_bytes, "RSN9004 and is base and bytes");
    m = self(a);
    fm_turn_transfer(m, w->treasury.id, (uint64_t)world_header(w, a->idx)->balance - 300U);
    expect_ok(a, "RSN9005 most of the balance moves");
    m = self(a);
    fm_turn_check_nonce(m, 2);
    refused(a, FM_E_FEE_UNPAID, 0, "a balance below the cost");
    TAP_EQ(w->violations, 0, "RSN9006 fees conserve");
    world_free(w);
    w = keep;
    a = keep_a;
}

static void test_capability_use(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_READ);
    struct fm_turn_maker *m;
    uint8_t nobody[32] = {1};

    m = slot(b, 0, nobody);
    fm_turn_check_nonce(m, 0);
    refused(b, FM_E_NO_CELL, 0, "a frame for a cell that is not there");
    m = slot(b, 8, a->id);
    fm_turn_check_nonce(m, 0);
    refused(b, FM_E_NO_SLOT, 0, "a slot beyond the last");
    m = slot(b, 0, a->id);
    fm_turn_check_nonce(m, 0);
    refused(b, FM_E_NO_CAP, 0, "an empty slot");
    fm_turn_open(self(b), 0, a->id);
    (void)world_end(w, b);
    m = slot(b, 0, a->id);
    fm_turn_check_nonce(m, 0);
    refused(b, FM_E_NO_CAP, 0, "an open slot is no capability");
    fm_turn_grant(self(a), b->id, 0, &l);
    expect_ok(a, "RSN9007 A gives B a READ on itself");
    m = slot(b, 0, c->id);
    fm_turn_check_nonce(m, 0);
    refused(b, FM_E_TARGET, 0, "the signer expects another target");
    m = slot(b, 0, a->id);
    fm_turn_check_nonce(m, world_header(w, a->idx)->nonce);
    expect_ok(b, "RSN9008 B reads A");
    m = slot(b, 0, a->id);
    fm_turn_event(m, 1, nobody);
    refused(b, FM_E_RIGHT, 0, "READ is not NOTIFY");
    fm_turn_lift(self(a), 0, world_field(w, a->idx, 1));
    (void)world_end(w, a);
    m = slot(b, 0, a->id);
    fm_turn_check_nonce(m, 0);
    refused(b, FM_E_LIFTED, 0, "A lifted the group");
    drop(b, 0);
    l.expiry = w->batch.now + 5U;
    give(a, b, 0, &l);
    w->batch.now += 5U;
    m = slot(b, 0, a->id);
    fm_turn_check_balance(m, 1);
    expect_ok(b, "RSN9009 valid in its last second");
    w->batch.now += 1U;
    m = slot(b, 0, a->id);
    fm_turn_check_balance(m, 1);
    refused(b, FM_E_EXPIRED, 0, "and a second later not");
    drop(b, 0);
}

/* A grants B, B grants C; then B is sealed, and then B's slot is dropped and used again. */
static void test_chain(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_READ | FM_RIGHT_GRANT | FM_RIGHT_LIFE);
    struct fm_limits life = limits_of(FM_RIGHT_LIFE);
    struct fm_turn_maker *m;

    give(a, b, 1, &l);
    fm_turn_open(self(c), 1, b->id);
    (void)world_end(w, c);
    m = slot(b, 1, a->id);
    fm_turn_grant(m, c->id, 1, &l);
    expect_ok(b, "RSN9010 B delegates on to C");
    m = slot(c, 1, a->id);
    fm_turn_check_balance(m, 1);
    expect_ok(c, "RSN9011 C uses it");
    give(b, a, 2, &life);
    m = slot(a, 2, b->id);
    fm_turn_seal(m, 1);
    expect_ok(a, "RSN9012 A seals B");
    m = slot(c, 1, a->id);
    fm_turn_check_balance(m, 1);
    refused(c, FM_E_HOLDER_NOT_LIVE, 0, "a holder in the chain is sealed");
    m = self(b);
    fm_turn_check_nonce(m, 0);
    refused(b, FM_E_AGENT_NOT_LIVE, 0, "a sealed agent");
    m = slot(a, 2, b->id);
    fm_turn_seal(m, 1);
    refused(a, FM_E_NOT_LIVE, 0, "sealed twice");
    m = slot(a, 2, b->id);
    fm_turn_seal(m, 0);
    expect_ok(a, "RSN9013 A unseals B");
    m = slot(a, 2, b->id);
    fm_turn_seal(m, 0);
    refused(a, FM_E_NOT_SEALED, 0, "unsealed twice");
    m = slot(c, 1, a->id);
    fm_turn_check_balance(m, 1);
    expect_ok(c, "RSN9014 the chain holds again");
    drop(b, 1);
    m = slot(c, 1, a->id);
    fm_turn_check_balance(m, 1);
    refused(c, FM_E_REVOKED, 0, "the parent was dropped");
    give(a, b, 1, &l);
    m = slot(c, 1, a->id);
    fm_turn_check_balance(m, 1);
    refused(c, FM_E_REVOKED, 0, "a reused slot revives no child");
    drop(b, 1);
    drop(c, 1);
    drop(a, 2);
}

static void test_limits(void)
{
    struct fm_limits l =
        limits_of(FM_RIGHT_SEND | FM_RIGHT_WRITE | FM_RIGHT_GRANT | FM_RIGHT_ADMIN);
    struct fm_limits g;
    uint8_t value[32] = {7};
    struct fm_turn_maker *m;

    l.max_amount = 10;
    l.allowance = 25;
    l.f_lo = 9;
    l.f_hi = 12;
    l.group = 3;
    give(a, b, 0, &l);
    m = slot(b, 0, a->id);
    fm_turn_setfield(m, 8, value);
    refused(b, FM_E_FIELD, 0, "a key below the range");
    m = slot(b, 0, a->id);
    fm_turn_setfield(m, 12, value);
    refused(b, FM_E_FIELD, 0, "a key above it");
    m = slot(b, 0, a->id);
    fm_turn_setfield(m, 16, value);
    refused(b, FM_E_NO_FIELD, 0, "a key that the cell does not have");
    m = slot(b, 0, a->id);
    fm_turn_transfer(m, c->id, 11);
    refused(b, FM_E_AMOUNT, 0, "one more than a use may take");
    m = slot(b, 0, a->id);
    fm_turn_transfer(m, c->id, 10);
    fm_turn_transfer(m, c->id, 10);
    fm_turn_transfer(m, c->id, 5);
    expect_ok(b, "RSN9015 the allowance to the last unit");
    m = slot(b, 0, a->id);
    fm_turn_transfer(m, c->id, 1);
    refused(b, FM_E_ALLOWANCE, 0, "and one more");
    fm_cap_limits(world_record(w, b->idx, 0), &g);
    g.allowance = 1;
    m = slot(b, 0, a->id);
    fm_turn_attenuate(m, 5, &g);
    refused(b, FM_E_WIDENS, FM_AXIS_ALLOWANCE, "splitting off what is spent");
    m = slot(b, 0, a->id);
    fm_turn_lift(m, 2, value);
    refused(b, FM_E_GROUP, 0, "a lift of another group");
    drop(b, 0);
}

/* One axis too wide at a time, and each at its edge. */
static void test_axes(void)
{
    struct fm_limits h = {.group = 2,
                          .rights = FM_RIGHT_READ | FM_RIGHT_SEND,
                          .methods = 6,
                          .badge = 77,
                          .f_lo = 9,
                          .f_hi = 12,
                          .expiry = w->batch.now + 1000U,
                          .max_amount = 50,
                          .allowance = 500};
    struct fm_limits g;
    struct fm_turn_maker *m;

    give(a, b, 0, &h);
    for (uint8_t axis = FM_AXIS_RIGHTS; axis <= FM_AXIS_GROUP; axis++) {
        char name[64];

        g = h;
        g.rights |= axis == FM_AXIS_RIGHTS ? FM_RIGHT_WRITE : 0;
        g.methods |= axis == FM_AXIS_METHODS ? 1U : 0U;
        g.f_hi = (uint16_t)(g.f_hi + (axis == FM_AXIS_FIELDS ? 1 : 0));
        g.max_amount += axis == FM_AXIS_MAX_AMOUNT ? 1U : 0U;
        g.allowance += axis == FM_AXIS_ALLOWANCE ? 1U : 0U;
        g.expiry += axis == FM_AXIS_EXPIRY ? 1U : 0U;
        g.badge += axis == FM_AXIS_BADGE ? 1U : 0U;
        g.group = (uint8_t)(g.group + (axis == FM_AXIS_GROUP ? 1 : 0));
        m = slot(b, 0, a->id);
        fm_turn_attenuate(m, 5, &g);
        snprintf(name, sizeof name, "wider on axis %u alone", axis);
        refused(b, FM_E_WIDENS, axis, name);
    }
    m = slot(b, 0, a->id);
    g = h;
    g.f_lo = 8;
    fm_turn_attenuate(m, 5, &g);
    refused(b, FM_E_WIDENS, FM_AXIS_FIELDS, "wider at the lower end");
    m = slot(b, 0, a->id);
    g = h;
    g.allowance = FM_U64_MAX;
    fm_turn_attenuate(m, 5, &g);
    refused(b, FM_E_WIDENS, FM_AXIS_ALLOWANCE, "unmetered from metered");
    m = slot(b, 0, a->id);
    fm_turn_attenuate(m, 5, &h);
    expect_ok(b, "RSN9016 the same limits are no widening");
    TAP_EQ(world_record(w, b->idx, 0)->used, 500, "RSN9017 an allowance is split, not shared");
    drop(b, 5);
    drop(b, 0);
}

static void test_taken(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_READ);
    struct fm_turn_maker *m;

    give(a, c, 0, &l);
    m = slot(c, 0, a->id);
    fm_turn_attenuate(m, 0, &l);
    refused(c, FM_E_SLOT_TAKEN, 0, "the own slot holds something");
    fm_turn_open(self(c), 0, b->id);
    refused(c, FM_E_SLOT_TAKEN, 0, "opening a slot that holds something");
    drop(c, 0);
}

/* Depth 8 can be held and not delegated. */
static void test_deepest(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_READ | FM_RIGHT_GRANT);
    struct fm_turn_maker *m;

    give(a, c, 0, &l);
    for (uint8_t depth = 0; depth < 7U; depth++) {
        m = slot(c, depth, a->id);
        fm_turn_attenuate(m, (uint8_t)(depth + 1U), &l);
        (void)world_end(w, c);
    }
    fm_turn_open(self(b), 0, c->id);
    (void)world_end(w, b);
    m = slot(c, 7, a->id);
    fm_turn_grant(m, b->id, 0, &l);
    expect_ok(c, "RSN9019 depth 8 is granted");
    m = slot(b, 0, a->id);
    fm_turn_check_balance(m, 1);
    expect_ok(b, "RSN9020 and used, nine links up");
    m = slot(b, 0, a->id);
    fm_turn_attenuate(m, 1, &l);
    refused(b, FM_E_DEPTH, 0, "and goes no deeper");
    fm_turn_revoke(self(c), 0);
    (void)world_end(w, c);
    m = slot(b, 0, a->id);
    fm_turn_check_balance(m, 1);
    refused(b, FM_E_REVOKED, 0, "one write at the root takes nine");
    drop(b, 0);
    for (uint8_t i = 0; i < 8U; i++) {
        drop(c, i);
    }
}

static void test_effects(void)
{
    struct fm_limits l = limits_of(FM_RIGHTS_ALL);
    struct fm_create create = {.salt = 5};
    struct fm_turn_maker *m;
    uint8_t value[32] = {3};
    uint8_t nobody[32] = {1};
    uint8_t sig[64] = {0};

    m = self(a);
    fm_turn_check_balance(m, INT64_MAX);
    refused(a, FM_E_CHECK, 0, "a balance below the least");
    m = self(a);
    fm_turn_check_field(m, 9, value);
    refused(a, FM_E_CHECK, 0, "another value");
    m = self(a);
    fm_turn_check_nonce(m, 0);
    refused(a, FM_E_CHECK, 0, "another nonce");
    m = self(a);
    fm_turn_check_time(m, 0, w->batch.now - 1U);
    refused(a, FM_E_CHECK, 0, "another time");
    m = self(a);
    fm_turn_check_field(m, 16, value);
    refused(a, FM_E_NO_FIELD, 0, "a field that is not there");
    m = self(a);
    fm_turn_transfer(m, a->id, 1);
    refused(a, FM_E_SAME_CELL, 0, "from a cell to itself");
    m = self(a);
    fm_turn_transfer(m, nobody, 1);
    refused(a, FM_E_NO_CELL, 0, "to nobody");
    m = self(a);
    fm_turn_transfer(m, c->id, (uint64_t)world_header(w, a->idx)->balance + 1U);
    refused(a, FM_E_BALANCE, 0, "more than there is");
    m = self(a);
    fm_turn_drop(m, 200);
    refused(a, FM_E_NO_SLOT, 0, "drop of no slot");
    m = self(a);
    fm_turn_drop(m, 7);
    refused(a, FM_E_NO_CAP, 0, "drop of an empty slot");
    m = self(a);
    fm_turn_revoke(m, 7);
    refused(a, FM_E_NO_CAP, 0, "revoke of an empty slot");
    m = self(a);
    fm_turn_rotate(m, c->pk, sig);
    refused(a, FM_E_BAD_POSSESSION, 0, "a new key that did not sign");
    m = self(a);
    fm_turn_grant(m, a->id, 0, &l);
    refused(a, FM_E_SAME_CELL, 0, "a grant to oneself");
    m = self(a);
    fm_turn_grant(m, b->id, 6, &l);
    refused(a, FM_E_NOT_OPEN, 0, "a slot that nobody opened");
    fm_turn_open(self(b), 6, c->id);
    (void)world_end(w, b);
    m = self(a);
    fm_turn_grant(m, b->id, 6, &l);
    refused(a, FM_E_NOT_OPEN, 0, "a slot opened for another");
    m = self(a);
    fm_turn_destroy(m);
    refused(a, FM_E_NOT_EMPTY, 0, "destroying money");
    m = self(a);
    fm_turn_invoke(m, 1, 1, (const uint8_t[34]){9, 0});
    refused(a, FM_E_NO_METHOD, 0, "a cell without a factory has no methods");
    m = self(a);
    fm_turn_create(
        m, &(struct fm_create){.salt = 9, .asset = FM_ASSET_OF, .owner_pk = {1}, .issuer = {1}});
    refused(a, FM_E_ASSET, 0, "an issuer that is not there");
    create.owner_pk[0] = 1;
    create.asset = FM_ASSET_OWN;
    m = self(a);
    fm_turn_create(m, &create);
    fm_turn_create(m, &create);
    refused(a, FM_E_CELL_EXISTS, 0, "the same id twice");
    drop(b, 6);
}

static void test_policies(void)
{
    struct fm_limits l = limits_of(FM_RIGHTS_ALL);
    struct fm_create create = {.salt = 31, .nfields = 12, .slot = 0, .rights = FM_RIGHTS_ALL};
    uint8_t id[32];
    uint8_t value[32] = {3};
    struct fm_turn_maker *m;

    world_next_id(w, a, 31, id);
    m = self(a);
    fm_turn_create(m, &create);
    expect_ok(a, "RSN9021 a keyless cell with a root record for its maker");
    m = slot(a, 0, id);
    fm_turn_create(m, &(struct fm_create){.salt = 32, .owner_pk = {1}});
    refused(a, FM_E_NOT_FIXED, 0, "a cell that is not fixed is no factory");
    m = slot(a, 0, id);
    fm_turn_setfield(m, 8, value);
    fm_turn_fix(m);
    expect_ok(a, "RSN9022 it is fixed");
    m = slot(a, 0, id);
    fm_turn_setfield(m, 8, value);
    refused(a, FM_E_POLICY, 0, "a fixed cell changes no field");
    m = slot(a, 0, id);
    fm_turn_fix(m);
    refused(a, FM_E_POLICY_SET, 0, "and is not fixed twice");
    m = slot(a, 0, id);
    fm_turn_invoke(m, 1, 1, (const uint8_t[34]){9, 0});
    refused(a, FM_E_NO_METHOD, 0, "FIXED is not a factory's child");
    l.methods = 1U << 2;
    m = slot(a, 0, id);
    fm_turn_attenuate(m, 1, &l);
    (void)world_end(w, a);
    m = slot(a, 1, id);
    fm_turn_invoke(m, 3, 1, (const uint8_t[34]){9, 0});
    refused(a, FM_E_METHOD, 0, "a method that the capability does not name");
    drop(a, 1);
    drop(a, 0);
}

/* Epochs and generations next to their end: planted, since nobody lives to count there. */
static void test_retired(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_READ);
    struct fm_turn_maker *m;
    uint8_t zero[32] = {0};
    struct fm_record *r;

    w->state.cells[a->idx].header.epoch[5] = FM_U32_MAX - 1U;
    fm_state_settle(&w->state);
    m = self(a);
    fm_turn_lift(m, 5, zero);
    expect_ok(a, "RSN9023 the last lift of a group");
    m = self(a);
    fm_turn_lift(m, 5, zero);
    refused(a, FM_E_RETIRED, 0, "a group at its end is lifted no more");
    l.group = 5;
    m = self(a);
    fm_turn_attenuate(m, 6, &l);
    refused(a, FM_E_RETIRED, 0, "and takes no more capabilities");
    l.group = 0;
    m = self(a);
    fm_turn_attenuate(m, 6, &l);
    (void)world_end(w, a);
    r = &w->state.records[w->state.places[a->idx].slot_at + 6U];
    r->generation = FM_U32_MAX - 1U;
    m = self(a);
    fm_turn_revoke(m, 6);
    (void)world_end(w, a);
    TAP_OK(r->kind == FM_KIND_FREE && r->generation == FM_U32_MAX,
           "RSN9024 the step that reaches MAX takes the record along");
    m = self(a);
    fm_turn_open(m, 6, b->id);
    refused(a, FM_E_SLOT_TAKEN, 0, "a retired slot takes nothing");
}

/* The 65th cell fails its effect, whatever was supplied ahead. */
static void test_too_wide(void)
{
    struct fm_turn_maker *m = self(a);
    struct fm_create create = {.owner_pk = {1}};
    uint32_t next_ids;

    for (uint64_t i = 0; i < 64; i++) {
        create.salt = 1000 + i;
        fm_turn_create(m, &create);
    }
    TAP_OK(true, "RSN9025 64 effects in one frame");
    refused(a, FM_E_TOO_WIDE, 0, "the agent and 64 more are 65 cells");
    m = self(a);
    for (uint64_t i = 0; i < 63; i++) {
        create.salt = 1000 + i;
        create.nslots = 8;
        create.nopen = 8;
        fm_turn_create(m, &create);
    }
    expect_ok(a, "RSN9026 63 cells in one turn");
    next_ids = w->sealed.writes_bytes - 64U * 168U - 63U * 8U * 72U;
    TAP_OK(next_ids % 40U == 0 && next_ids / 40U >= 64U && next_ids / 40U <= 126U,
           "RSN9027 their writes, each address once");
}

static void test_full(void)
{
    struct fm_params params;
    struct world *keep = w;
    struct actor *keep_a = a;
    struct fm_turn_maker *m;

    fm_params_default(&params);
    params.max_cells = 5;
    w = world_new(&params);
    a = world_actor(w, 0, 4, 8, 1000);
    m = self(a);
    fm_turn_create(m, &(struct fm_create){.salt = 1, .owner_pk = {1}});
    fm_turn_create(m, &(struct fm_create){.salt = 2, .owner_pk = {1}});
    refused(a, FM_E_FULL, 0, "a sixth cell where five may be");
    m = self(a);
    fm_turn_create(m, &(struct fm_create){.salt = 1, .owner_pk = {1}});
    expect_ok(a, "RSN9028 the fifth is made");
    world_free(w);
    w = keep;
    a = keep_a;
}

int main(void)
{
    expect_begin();
    fm_turn_check_nonce(self(a), 1);
    (void)world_end(w, a);
    test_prologue();
    test_fees();
    test_capability_use();
    test_chain();
    test_limits();
    test_axes();
    test_taken();
    test_deepest();
    test_effects();
    test_policies();
    test_full();
    test_too_wide();
    test_retired();
    TAP_EQ(w->violations, 0,
           "RSN9099 roots, chains and sums held at every step but the planted ones");
    world_free(w);
    return tap_done();
}
