/* SPDX-License-Identifier: Apache-2.0 */
/* heart.md section 13: one chain, one revocation; every record of every step, byte for byte. */
#include "tests/core/world.h"
#include "tests/tap.h"

static struct world *w;
static struct actor *a, *b, *c, *d, *e;
static uint8_t purse[32];
static uint32_t t;

static struct fm_limits spend(uint16_t rights, uint64_t max, uint64_t allowance)
{
    struct fm_limits l = limits_of(rights);

    l.max_amount = max;
    l.allowance = allowance;
    return l;
}

/* The record that a step must leave, field by field as the text gives it. */
static struct fm_record record_of(uint8_t depth, const struct fm_limits *l, uint32_t generation,
                                  uint32_t parent, uint8_t parent_slot, uint32_t parent_gen,
                                  uint64_t used)
{
    const struct fm_record r = {.kind = (uint8_t)(depth + 1U),
                                .group = l->group,
                                .rights = l->rights,
                                .generation = generation,
                                .target = t,
                                .badge = l->badge,
                                .epoch = 0,
                                .parent_holder = parent,
                                .parent_gen = parent_gen,
                                .methods = l->methods,
                                .parent_slot = parent_slot,
                                .f_lo = l->f_lo,
                                .f_hi = l->f_hi,
                                .expiry = l->expiry,
                                .max_amount = l->max_amount,
                                .allowance = l->allowance,
                                .used = used};

    return r;
}

static enum fm_status transfer_from_purse(const struct actor *who, uint8_t slot, uint64_t amount)
{
    struct fm_turn_maker *m = world_begin(w, who);

    fm_turn_slot(m, slot, purse);
    fm_turn_transfer(m, d->id, amount);
    return world_end(w, who);
}

static enum fm_status grant(const struct actor *from, uint8_t from_slot, const struct actor *to,
                            uint8_t slot, const struct fm_limits *l)
{
    struct fm_turn_maker *m = world_begin(w, from);

    fm_turn_slot(m, from_slot, purse);
    fm_turn_grant(m, to->id, slot, l);
    return world_end(w, from);
}

static enum fm_status open_slot(const struct actor *who, uint8_t slot, const struct actor *giver)
{
    struct fm_turn_maker *m = world_begin(w, who);

    fm_turn_self(m);
    fm_turn_open(m, slot, giver->id);
    return world_end(w, who);
}

static void set_up(void)
{
    struct fm_create create = {
        .salt = 77, .nslots = 0, .nfields = 0, .slot = 3, .rights = FM_RIGHTS_ALL};
    struct fm_turn_maker *m;

    w = world_new(NULL);
    (void)world_actor(w, 0, 1, 0, 0); /* cells 3 and 4 are others', so that A is 5 as in the text */
    (void)world_actor(w, 1, 1, 0, 0);
    a = world_actor(w, 2, 8, 8, 1000);
    b = world_actor(w, 3, 8, 8, 0);
    c = world_actor(w, 4, 8, 8, 0);
    d = world_actor(w, 5, 8, 8, 0);
    world_next_id(w, a, 77, purse);
    m = world_begin(w, a);
    fm_turn_self(m);
    fm_turn_create(m, &create);
    fm_turn_transfer(m, purse, 500);
    TAP_EQ(world_end(w, a), FM_COMMITTED, "WRK0001 A makes the purse T");
    t = fm_state_find(&w->state, purse);
    e = world_actor(w, 6, 8, 8, 0);
    TAP_OK(a->idx == 5 && b->idx == 6 && c->idx == 7 && d->idx == 8 && t == 9,
           "WRK0002 cells are numbered as in the text");
}

static void steps_1_to_4(void)
{
    struct fm_limits la = spend(FM_RIGHT_READ | FM_RIGHT_SEND | FM_RIGHT_GRANT, 50, 200);
    struct fm_limits lb = spend(FM_RIGHT_READ | FM_RIGHT_SEND | FM_RIGHT_GRANT, 20, 120);
    struct fm_limits lc = spend(FM_RIGHT_SEND, 30, 60);
    struct fm_record want;
    struct fm_turn_maker *m = world_begin(w, a);
    uint64_t nonce;

    fm_turn_slot(m, 3, purse);
    fm_turn_attenuate(m, 4, &la);
    TAP_EQ(world_end(w, a), FM_COMMITTED, "WRK0003 step 1: A attenuates");
    want = record_of(1, &la, 0, 5, 3, 0, 0);
    TAP_MEM(world_record(w, 5, 4), &want, 64, "WRK0004 A.4 is depth 1, parent (5,3,gen 0)");
    TAP_EQ(open_slot(b, 0, a), FM_COMMITTED, "WRK0005 step 2: B opens slot 0 for A");
    TAP_EQ(grant(a, 4, b, 0, &lb), FM_COMMITTED, "WRK0006 and A grants");
    want = record_of(2, &lb, 0, 5, 4, 0, 0);
    TAP_MEM(world_record(w, 6, 0), &want, 64, "WRK0007 B.0 is depth 2, parent (5,4,0)");
    want = record_of(1, &la, 0, 5, 3, 0, 120);
    TAP_MEM(world_record(w, 5, 4), &want, 64, "WRK0008 A.4.used = 120");
    TAP_EQ(open_slot(c, 2, b), FM_COMMITTED, "WRK0009 step 3: C opens slot 2 for B");
    nonce = world_header(w, 6)->nonce;
    TAP_EQ(grant(b, 0, c, 2, &lc), FM_BODY_FAILED, "WRK0010 B grants more than it holds");
    TAP_EQ(world_reason(w), FM_E_WIDENS, "WRK0011 WIDENS");
    TAP_EQ(w->sealed.receipt.head.detail, FM_AXIS_MAX_AMOUNT, "WRK0012 detail 4");
    TAP_OK(world_header(w, 6)->nonce == nonce + 1 && world_record(w, 6, 0)->used == 0 &&
               world_record(w, 7, 2)->kind == FM_KIND_OPEN,
           "WRK0013 B's nonce rose, nothing else changed");
    lc.max_amount = 10;
    TAP_EQ(grant(b, 0, c, 2, &lc), FM_COMMITTED, "WRK0014 step 4: with max 10 it goes");
    want = record_of(3, &lc, 0, 6, 0, 0, 0);
    TAP_MEM(world_record(w, 7, 2), &want, 64, "WRK0015 C.2 is depth 3, parent (6,0,0)");
    TAP_EQ(world_record(w, 6, 0)->used, 60, "WRK0016 B.0.used = 60");
}

static void steps_5_to_9(void)
{
    struct fm_limits lb = spend(FM_RIGHT_READ | FM_RIGHT_SEND | FM_RIGHT_GRANT, 20, 60);
    uint8_t key[32] = {0};
    struct fm_turn_maker *m;

    TAP_EQ(transfer_from_purse(c, 2, 10), FM_COMMITTED, "WRK0017 step 5: C sends 10");
    TAP_OK(world_record(w, 7, 2)->used == 10 && world_header(w, t)->balance == 490 &&
               world_header(w, 8)->balance == 10,
           "WRK0018 C.2.used = 10; T has 490");
    m = world_begin(w, a);
    fm_turn_self(m);
    fm_turn_revoke(m, 4);
    TAP_EQ(world_end(w, a), FM_COMMITTED, "WRK0019 step 6: A revokes slot 4");
    TAP_OK(world_record(w, 5, 4)->generation == 1 &&
               world_record(w, 5, 4)->allowance - world_record(w, 5, 4)->used == 80 &&
               fm_is_cap(world_record(w, 5, 4)),
           "WRK0020 A.4 itself lives, 80 of its 200 left");
    TAP_EQ(transfer_from_purse(c, 2, 10), FM_BODY_FAILED, "WRK0021 step 7: C repeats step 5");
    TAP_EQ(world_reason(w), FM_E_REVOKED, "WRK0022 REVOKED, two links up");
    m = world_begin(w, b);
    fm_turn_self(m);
    fm_turn_drop(m, 0);
    fm_turn_open(m, 0, e->id);
    TAP_EQ(world_end(w, b), FM_COMMITTED, "WRK0023 step 8: B drops 0 and opens it for E");
    m = world_begin(w, e);
    fm_turn_self(m);
    lb.max_amount = FM_U64_MAX;
    lb.allowance = FM_U64_MAX;
    fm_turn_grant(m, b->id, 0, &lb);
    TAP_EQ(world_end(w, e), FM_COMMITTED, "WRK0024 E grants there");
    TAP_EQ(world_record(w, 6, 0)->generation, 1, "WRK0025 the slot's generation stays risen");
    TAP_EQ(transfer_from_purse(c, 2, 10), FM_BODY_FAILED, "WRK0026 C repeats step 5");
    TAP_EQ(world_reason(w), FM_E_REVOKED, "WRK0027 REVOKED, one link earlier");
    m = world_begin(w, a);
    fm_turn_slot(m, 3, purse);
    fm_turn_lift(m, 0, key);
    TAP_EQ(world_end(w, a), FM_COMMITTED, "WRK0028 step 9: A lifts group 0 of T");
    TAP_OK(world_header(w, t)->epoch[0] == 1 && world_record(w, 5, 3)->epoch == 1,
           "WRK0029 T.epoch = 1, A.3 re-stamped");
    TAP_EQ(transfer_from_purse(a, 4, 1), FM_BODY_FAILED, "WRK0030 a use of A.4");
    TAP_EQ(world_reason(w), FM_E_LIFTED, "WRK0031 LIFTED");
    TAP_EQ(transfer_from_purse(a, 3, 1), FM_COMMITTED, "WRK0032 A.3 goes on");
}

int main(void)
{
    set_up();
    steps_1_to_4();
    steps_5_to_9();
    TAP_EQ(w->violations, 0, "WRK0033 roots, chains and sums held at every step");
    world_free(w);
    return tap_done();
}
