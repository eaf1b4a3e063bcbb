/* SPDX-License-Identifier: Apache-2.0 */
/* Corners of the heart that a mutant survived in (tests/core/mutants.py), each now looked into. */
#include "tests/core/expect.h"
#include "tests/tap.h"

#include <stdlib.h>

/* An issuer's balance may fall below zero, for a holder of MINT alone. */
static void test_mint(void)
{
    struct fm_create issuer = {
        .salt = 11, .asset = FM_ASSET_OWN, .slot = 5, .rights = FM_RIGHT_SEND | FM_RIGHT_GRANT};
    struct fm_create purse = {.salt = 12, .asset = FM_ASSET_OF, .owner_pk = {1}};
    uint8_t id[32];
    uint8_t to[32];

    world_next_id(w, a, issuer.salt, id);
    fm_turn_create(self(a), &issuer);
    expect_ok(a, "CRN0001 an issuer, held without MINT");
    memcpy(purse.issuer, id, 32);
    world_next_id(w, a, purse.salt, to);
    fm_turn_create(self(a), &purse);
    expect_ok(a, "CRN0002 a purse for its asset");
    fm_turn_transfer(slot(a, 5, id), to, 10);
    expect(a, FM_E_RIGHT, 0, "CRN0003 RIGHT: SEND is not MINT");
    drop(a, 5);
    issuer.salt = 13;
    issuer.rights = FM_RIGHT_SEND | FM_RIGHT_MINT;
    world_next_id(w, a, issuer.salt, id);
    fm_turn_create(self(a), &issuer);
    expect_ok(a, "CRN0004 another issuer, held with MINT");
    memcpy(purse.issuer, id, 32);
    purse.salt = 14;
    world_next_id(w, a, purse.salt, to);
    fm_turn_create(self(a), &purse);
    expect_ok(a, "CRN0005 and a purse");
    fm_turn_transfer(slot(a, 5, id), to, 10);
    expect_ok(a, "CRN0006 ten are minted");
    TAP_EQ(world_header(w, fm_state_find(&w->state, id))->balance, -10,
           "CRN0007 the issuer owes ten");
    drop(a, 5);
}

/* A metered SPAWN: each child is a use. */
static void test_metered_create(void)
{
    struct fm_create factory = {.salt = 21, .nfields = 10, .slot = 5, .rights = FM_RIGHTS_ALL};
    struct fm_limits l = limits_of(FM_RIGHT_SPAWN);
    uint8_t id[32];

    world_next_id(w, a, factory.salt, id);
    fm_turn_create(self(a), &factory);
    expect_ok(a, "CRN0010 a factory");
    fm_turn_fix(slot(a, 5, id));
    expect_ok(a, "CRN0011 is fixed");
    l.allowance = 2;
    fm_turn_attenuate(slot(a, 5, id), 6, &l);
    expect_ok(a, "CRN0012 two children may be made");
    for (uint64_t i = 0; i < 2; i++) {
        fm_turn_create(slot(a, 6, id), &(struct fm_create){.salt = 30 + i, .owner_pk = {1}});
        expect_ok(a, "CRN0013 a child");
    }
    fm_turn_create(slot(a, 6, id), &(struct fm_create){.salt = 33, .owner_pk = {1}});
    expect(a, FM_E_ALLOWANCE, 0, "CRN0014 ALLOWANCE: and no third");
    drop(a, 5);
    drop(a, 6);
}

/* After its own end an agent does nothing more, in the same turn either. */
static void test_after_the_end(void)
{
    struct fm_create kid = {.salt = 41, .nslots = 1};
    struct actor k = *c;
    struct fm_limits l = limits_of(FM_RIGHT_READ);

    memcpy(kid.owner_pk, c->pk, 32);
    world_next_id(w, c, kid.salt, k.id);
    fm_turn_create(self(c), &kid);
    expect_ok(c, "CRN0020 a cell that will end");
    k.idx = fm_state_find(&w->state, k.id);
    give(&k, b, 0, &l);
    fm_turn_destroy(self(&k));
    fm_turn_event(&w->maker, 1, (const uint8_t *)"x");
    expect(&k, FM_E_NOT_LIVE, 0, "CRN0021 NOT_LIVE: an event after one's own end");
    give(a, &k, 0, &l);
    fm_turn_destroy(self(&k));
    fm_turn_slot(&w->maker, 0, a->id);
    fm_turn_check_balance(&w->maker, 0);
    expect(&k, FM_E_NOT_LIVE, 0, "CRN0024 NOT_LIVE: nor through what it held");
    fm_turn_destroy(self(&k));
    expect_ok(&k, "CRN0022 it ends");
    fm_turn_check_balance(slot(b, 0, k.id), 0);
    expect(b, FM_E_NOT_LIVE, 0, "CRN0023 NOT_LIVE: nothing is read of a destroyed target");
    drop(b, 0);
}

/* heart.md section 4, "Renewable": who gave may put a new record over a dead one of its own, and over nothing else. */
static void test_renewable(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_READ | FM_RIGHT_GRANT);
    static const uint8_t zero[32];
    struct fm_record *r;
    uint32_t generation;

    give(a, b, 0, &l);
    fm_turn_grant(self(a), b->id, 0, &l);
    expect(a, FM_E_NOT_OPEN, 0, "CRN0030 NOT_OPEN: a live record is not replaced");
    generation = world_record(w, b->idx, 0)->generation;
    fm_turn_lift(self(a), 0, zero);
    expect_ok(a, "CRN0031 its group is lifted");
    fm_turn_grant(self(c), b->id, 0, &l);
    expect(c, FM_E_NOT_OPEN, 0, "CRN0032 NOT_OPEN: it was not C's");
    fm_turn_grant(self(a), b->id, 0, &l);
    expect_ok(a, "CRN0033 A renews it, unasked");
    TAP_EQ(world_record(w, b->idx, 0)->generation, generation + 1U,
           "CRN0034 as another generation");
    fm_turn_open(self(c), 3, b->id);
    (void)world_end(w, c);
    fm_turn_grant(slot(b, 0, a->id), c->id, 3, &l);
    expect_ok(b, "CRN0035 B delegates to C");
    fm_turn_grant(slot(b, 0, a->id), c->id, 3, &l);
    expect(b, FM_E_NOT_OPEN, 0, "CRN0036 NOT_OPEN: while its parent lives");
    fm_turn_revoke(self(b), 0);
    expect_ok(b, "CRN0037 B revokes what it gave");
    fm_turn_grant(self(b), c->id, 3, &l);
    expect(b, FM_E_NOT_OPEN, 0, "CRN0038 NOT_OPEN: it is of another target than B itself");
    fm_turn_grant(slot(b, 0, a->id), c->id, 3, &l);
    expect_ok(b, "CRN0039 and gives it again");
    fm_turn_revoke(self(b), 0);
    (void)world_end(w, b);
    r = &w->state.records[w->state.places[c->idx].slot_at + 3U];
    generation = r->generation;
    r->generation = FM_U32_MAX - 1U;
    fm_turn_grant(slot(b, 0, a->id), c->id, 3, &l);
    TAP_OK(world_end(w, b) == FM_BODY_FAILED && world_reason(w) == FM_E_NOT_OPEN,
           "CRN0040 NOT_OPEN: a slot at its last generation takes nothing more");
    r->generation = generation; /* planted, not written: the root never knew */
}

/* A directory's entry at its last version, half an entry, and a key that the directory does not have. */
static void test_directory(void)
{
    struct fm_create dir = {.salt = 51, .nfields = 12, .slot = 9, .rights = FM_RIGHTS_ALL};
    const uint8_t *factory = world_header(w, 2)->id;
    uint8_t writes[2 * 34] = {0};
    uint8_t id[32];
    uint8_t kept[8];
    uint8_t *version;
    uint32_t idx;

    fm_turn_attenuate(slot(&w->treasury, 1, factory), 20,
                      &(struct fm_limits){.rights = FM_RIGHT_SPAWN, .expiry = FM_NEVER});
    (void)world_end(w, &w->treasury);
    world_next_id(w, &w->treasury, dir.salt, id);
    fm_turn_create(slot(&w->treasury, 1, factory), &dir);
    expect_ok(&w->treasury, "CRN0050 a directory");
    idx = fm_state_find(&w->state, id);
    writes[0] = 8;
    writes[2] = 'n';
    writes[2 + 24] = 1;
    writes[34] = 9;
    writes[36] = 7;
    fm_turn_invoke(slot(&w->treasury, 9, id), 1, 2, writes);
    expect_ok(&w->treasury, "CRN0051 a name is bound");
    writes[2 + 24] = 2;
    fm_turn_invoke(slot(&w->treasury, 9, id), 1, 1, writes);
    expect(&w->treasury, FM_E_POLICY, 8, "CRN0052 POLICY: half an entry");
    fm_turn_setfield(slot(&w->treasury, 9, id), 9, writes + 36);
    expect(&w->treasury, FM_E_POLICY, 8, "CRN0053 POLICY: the other half");
    writes[0] = 12;
    fm_turn_invoke(slot(&w->treasury, 9, id), 1, 1, writes);
    expect(&w->treasury, FM_E_NO_FIELD, 0, "CRN0054 NO_FIELD: a key behind the last");
    writes[0] = 8;
    version = w->state.fields + (size_t)(w->state.places[idx].field_at + 8U) * 32U + 24U;
    memcpy(kept, version, 8);
    memset(version, 0xff, 8);
    memset(writes + 2 + 24, 0, 8);
    fm_turn_invoke(slot(&w->treasury, 9, id), 1, 2, writes);
    TAP_OK(world_end(w, &w->treasury) == FM_BODY_FAILED && world_reason(w) == FM_E_POLICY,
           "CRN0055 POLICY: a version does not begin again");
    memcpy(version, kept, 8);
}

/* FIXED is 1, and 1 is the treasury's idx; it has no field that could be a rule or a method. */
static void test_fixed_is_no_factory(void)
{
    static const uint8_t method[32] = {0x80 + 3, 1, 0, 0, 8, 0, 10, 0};
    struct fm_create cell = {.salt = 61, .nfields = 12, .slot = 7, .rights = FM_RIGHTS_ALL};
    uint8_t id[32];

    fm_turn_setfield(self(&w->treasury), 8, method);
    expect(&w->treasury, FM_E_NO_FIELD, 0, "CRN0060 NO_FIELD: the treasury keeps no methods");
    world_next_id(w, a, cell.salt, id);
    fm_turn_create(self(a), &cell);
    (void)world_end(w, a);
    fm_turn_fix(slot(a, 7, id));
    expect_ok(a, "CRN0061 a fixed cell");
    fm_turn_invoke(slot(a, 7, id), 3, 1, (const uint8_t[34]){8, 0});
    expect(a, FM_E_NO_METHOD, 0, "CRN0062 NO_METHOD: it has none");
    drop(a, 7);
}

/* The 65th cell, with slots to open: nothing is put where there is no cell. */
static void test_too_wide_open(void)
{
    struct fm_turn_maker *m = self(b);
    struct fm_create create = {.owner_pk = {1}, .nslots = 8, .nopen = 8};

    for (uint64_t i = 0; i < 64; i++) {
        create.salt = 2000 + i;
        fm_turn_create(m, &create);
    }
    expect(b, FM_E_TOO_WIDE, 0, "CRN0070 TOO_WIDE: the 65th cell has no slots to open");
}

/* A shell that supplies a cell twice, or more than there is room for. */
static void test_supply(void)
{
    struct fm_run_env env;
    struct fm_cell_view view;
    uint32_t taken = 0;
    size_t n;

    fm_turn_check_balance(self(a), 0);
    n = fm_turn_finish(&w->maker) != 0 ? fm_turn_sign(&w->maker, a->sk) : 0;
    TAP_EQ(fm_turn_decode(&w->turn, w->wire, n, NULL), FM_OK, "CRN0080 a turn");
    fm_state_env(&w->state, w->batch.now, &env);
    fm_run_begin(&w->run, &env, &w->turn);
    for (uint32_t i = 0; i < w->state.top.ncells; i++) {
        fm_state_view(&w->state, i, &view);
        taken += fm_run_supply(&w->run, &view);
        TAP_OK(i > 2 || !fm_run_supply(&w->run, &view), "CRN0081 a cell is taken once");
    }
    TAP_EQ(taken, w->state.top.ncells < FM_RUN_CELLS_MAX ? w->state.top.ncells : FM_RUN_CELLS_MAX,
           "CRN0082 and as many as there is room for");
}

static fm_err apply_record(const struct fm_record *record, uint64_t seq)
{
    static uint8_t bytes[FM_WRITE_HEAD_BYTES + sizeof *record];
    struct fm_receipt receipt = {.head = {.seq = seq}};
    struct fm_writer out;

    fm_writer_init(&out, bytes, sizeof bytes);
    fm_write_put(&out, a->idx, FM_WRITE_RECORD, 0, (const uint8_t *)record);
    return fm_state_apply(&w->state, bytes, out.len, &receipt);
}

static fm_err load_record(const struct fm_record *record)
{
    struct fm_cell cell = {.header = {.id = {0x77}, .idx = w->state.top.ncells, .nslots = 1}};

    return fm_state_load_cell(&w->state, &cell, (const uint8_t *)record, NULL);
}

/* A log or checkpoint from elsewhere: bytes that no executor makes are refused before a use of them
 * could look past an array. Last, because it goes past the run and spoils the state. */
static void test_foreign_records(void)
{
    const struct fm_record good = {.kind = FM_DEPTH_MAX + 1U,
                                   .group = FM_GROUPS - 1U,
                                   .rights = FM_RIGHTS_ALL,
                                   .f_lo = FM_FIELDS_MAX,
                                   .f_hi = FM_FIELDS_MAX,
                                   .allowance = 5,
                                   .used = 5};
    struct fm_record bad[7];
    uint32_t ncells = w->state.top.ncells;
    uint64_t seq = w->state.top.seq + 1U;

    for (size_t i = 0; i < FM_ARRAY_LEN(bad); i++) {
        bad[i] = good;
    }
    bad[0].kind = FM_DEPTH_MAX + 2U;
    bad[1].group = FM_GROUPS;
    bad[2].rights = FM_RIGHTS_ALL + 1U;
    bad[3].zero = 1;
    bad[4].f_hi = FM_FIELDS_MAX - 1U;
    bad[5].f_hi = FM_FIELDS_MAX + 1U;
    bad[6].used = 6;
    for (size_t i = 0; i < FM_ARRAY_LEN(bad); i++) {
        TAP_EQ(apply_record(&bad[i], seq), FM_E_MALFORMED, "CRN0090 MALFORMED: a logged record");
        TAP_EQ(load_record(&bad[i]), FM_E_MALFORMED, "CRN0091 MALFORMED: a checkpoint's record");
    }
    TAP_EQ(w->state.top.ncells, ncells, "CRN0092 and no cell was added for them");
    TAP_EQ(apply_record(&good, seq), FM_OK, "CRN0093 OK: one at every edge");
    TAP_EQ(load_record(&good), FM_OK, "CRN0094 OK: from a checkpoint too");
}

/* Chains that no executor makes, as a forged log or checkpoint could bring them: around in a circle, and to a parent
 * that is no step above. Planted, not written: the root never knew. */
static void test_forged_chain(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_READ);
    struct fm_record *r;
    struct fm_record kept;

    give(a, b, 0, &l);
    fm_turn_attenuate(slot(b, 0, a->id), 1, &l);
    expect_ok(b, "CRN0095 a chain of two");
    r = &w->state.records[w->state.places[b->idx].slot_at + 1U];
    kept = *r;
    r->parent_slot = 1;
    r->parent_gen = r->generation;
    fm_turn_check_balance(slot(b, 1, a->id), 0);
    TAP_OK(world_end(w, b) == FM_BODY_FAILED && world_reason(w) == FM_E_REVOKED,
           "CRN0096 REVOKED: a record that is its own parent");
    *r = kept;
    r->kind += 1U;
    fm_turn_check_balance(slot(b, 1, a->id), 0);
    TAP_OK(world_end(w, b) == FM_BODY_FAILED && world_reason(w) == FM_E_REVOKED,
           "CRN0097 REVOKED: two steps below its parent");
    *r = kept;
    fm_turn_check_balance(slot(b, 1, a->id), 0);
    expect_ok(b, "CRN0098 the true one stands");
    drop(b, 1);
    drop(b, 0);
}

int main(void)
{
    expect_begin();
    test_mint();
    test_metered_create();
    test_after_the_end();
    test_renewable();
    test_forged_chain();
    test_directory();
    test_fixed_is_no_factory();
    test_too_wide_open();
    for (int i = 3; i < 12; i++) { /* more cells than a run takes */
        struct fm_turn_maker *m = self(c);

        for (uint64_t k = 0; k < 8; k++) {
            fm_turn_create(m, &(struct fm_create){.salt = (uint64_t)i * 100U + k, .owner_pk = {1}});
        }
        (void)world_end(w, c);
    }
    test_supply();
    test_foreign_records();
    world_free(w);
    return tap_done();
}
