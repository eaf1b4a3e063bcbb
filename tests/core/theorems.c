/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Theorems T6, T10, T11, T12, T16, T19 of heart.md as properties: random walks over small worlds, with generations and
 * epochs that begin three steps before their end in half of them. The walks of the chains here are the test's own.
 *   environment: THEOREM_TURNS (turns in each world)
 */
#include "core/state_priv.h"
#include "tests/core/judge.h"
#include "tests/tap.h"

#include <stdio.h>
#include <stdlib.h>

#define ACTORS 4U
#define SLOTS 5U
#define WORLDS 8U

/* What is known of the record in a slot since it was made there. */
struct life {
    uint64_t spent; /* under it and all its descendants */
    bool dead;      /* was seen revoked or lifted */
};

static struct world *w;
static struct actor *who[ACTORS];
static struct life lives[ACTORS][SLOTS];
static uint64_t seed;
static uint64_t committed, deads, deepest, saturated;
/* violations by theorem */
static uint64_t bad_chain, bad_revoke, bad_nonce, bad_budget, bad_absence;

static uint32_t below(uint32_t n)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return n == 0 ? 0 : (uint32_t)((seed * 0x2545F4914F6CDD1DU >> 33) % n);
}

static const struct fm_record *record(uint32_t i, uint32_t s)
{
    return world_record(w, who[i]->idx, (uint8_t)s);
}

/* Plants a state that no turn reaches in a lifetime. */
static void plant_header(uint32_t idx, const struct fm_header *h)
{
    const struct fm_write write = {idx, FM_WRITE_HEADER, 0, (const uint8_t *)h};

    fm_state_put(&w->state, &write);
    fm_state_settle(&w->state);
}

static void plant_generation(uint32_t idx, uint8_t slot, uint32_t generation)
{
    struct fm_record r = *world_record(w, idx, slot);
    const struct fm_write write = {idx, FM_WRITE_RECORD, slot, (const uint8_t *)&r};

    r.generation = generation;
    fm_state_put(&w->state, &write);
    fm_state_settle(&w->state);
}

static uint32_t actor_of(uint32_t idx)
{
    for (uint32_t i = 0; i < ACTORS; i++) {
        if (who[i]->idx == idx) {
            return i;
        }
    }
    return ACTORS;
}

/* The parent that still stands, or NULL. */
static const struct fm_record *parent_of(const struct fm_record *r)
{
    uint32_t holder = actor_of(r->parent_holder);
    const struct fm_record *p;

    if (r->kind == FM_KIND_ROOT || holder == ACTORS) {
        return NULL;
    }
    p = record(holder, r->parent_slot);
    return fm_is_cap(p) && p->generation == r->parent_gen ? p : NULL;
}

/* Lifted, or cut off from its root: what no later step may undo. */
static bool is_dead(const struct fm_record *r)
{
    if (r->epoch != world_header(w, r->target)->epoch[r->group]) {
        return true;
    }
    for (int step = 0; step < 10; step++) {
        if (r->kind == FM_KIND_ROOT) {
            return false;
        }
        r = parent_of(r);
        if (r == NULL) {
            return true;
        }
    }
    return true;
}

static bool within(const struct fm_record *r, const struct fm_record *p)
{
    return (r->rights | p->rights) == p->rights && (r->methods | p->methods) == p->methods &&
           r->f_lo >= p->f_lo && r->f_hi <= p->f_hi && r->max_amount <= p->max_amount &&
           r->allowance <= p->allowance && r->expiry <= p->expiry &&
           (p->badge == 0 || r->badge == p->badge);
}

/* T10, T11 and T19 over every slot of the world. */
static void check_records(void)
{
    for (uint32_t i = 0; i < ACTORS; i++) {
        for (uint32_t s = 0; s < SLOTS; s++) {
            const struct fm_record *r = record(i, s);
            const struct fm_record *p;

            if (!fm_is_cap(r)) {
                saturated += r->generation == FM_U32_MAX ? 1U : 0U;
                continue;
            }
            p = parent_of(r);
            deepest = r->kind > deepest ? r->kind : deepest;
            if (r->kind > FM_DEPTH_MAX + 1U || r->used > r->allowance ||
                (r->kind == FM_KIND_ROOT) != (r->parent_holder == FM_U32_MAX) ||
                (p != NULL && (p->target != r->target || p->group != r->group ||
                               p->kind + 1U != r->kind || !within(r, p)))) {
                bad_chain++;
            }
            if (lives[i][s].dead && !is_dead(r)) {
                bad_revoke++;
            }
            deads += is_dead(r) && !lives[i][s].dead ? 1U : 0U;
            lives[i][s].dead = lives[i][s].dead || is_dead(r);
            if (r->allowance != FM_U64_MAX && lives[i][s].spent > r->allowance) {
                bad_budget++;
            }
        }
    }
}

/* What was spent through a slot counts for every record above it. */
static void spend(uint32_t i, uint32_t s, uint64_t amount)
{
    const struct fm_record *r = record(i, s);

    for (int step = 0; step < 10; step++) {
        lives[i][s].spent += amount;
        if (r->kind == FM_KIND_ROOT) {
            return;
        }
        s = r->parent_slot;
        i = actor_of(r->parent_holder);
        r = record(i, s);
    }
}

static struct fm_limits some_limits(const struct fm_record *held)
{
    struct fm_limits l = limits_of((uint16_t)(FM_RIGHT_READ | FM_RIGHT_SEND | FM_RIGHT_GRANT));

    if (held != NULL) {
        fm_cap_limits(held, &l);
        l.rights &= (uint16_t) ~(below(4) == 0 ? 1U << below(10) : 0U);
        l.expiry -= below(3) == 0 ? below(2) : 0U;
        l.f_hi = (uint16_t)(l.f_hi - below(2));
        l.allowance = l.allowance == FM_U64_MAX ? FM_U64_MAX : l.allowance - held->used;
    }
    if (below(2) == 0) {
        uint64_t most = l.allowance == FM_U64_MAX ? 300 : l.allowance + below(12) / 11U;

        l.allowance = below((uint32_t)most + 1U);
    }
    l.max_amount = below(3) == 0 ? 1U + below(40) : l.max_amount;
    return l;
}

/* A turn of one effect by actor i, through slot s or SELF. What it made or spent is noted if it committed. */
static void step_of(uint32_t i, uint32_t j, uint32_t s, uint32_t to, uint32_t kind, bool through)
{
    uint64_t amount = 1U + below(30);
    uint64_t nonce = world_header(w, who[i]->idx)->nonce;
    bool lift = kind == 4 && below(4) == 0;
    const struct fm_record held = through ? *record(i, s) : (struct fm_record){.kind = 0};
    struct fm_limits l = some_limits(through ? &held : NULL);
    struct fm_turn_maker *m = world_begin(w, who[i]);
    enum fm_status got;

    if (through && kind >= 4 && !lift) {
        fm_turn_slot(m, (uint8_t)s, world_header(w, held.target)->id);
    } else {
        through = false;
        fm_turn_self(m);
    }
    if (kind <= 1) {
        fm_turn_open(m, (uint8_t)to, who[j]->id);
    } else if (kind == 2) {
        fm_turn_drop(m, (uint8_t)to);
    } else if (kind == 3) {
        fm_turn_revoke(m, (uint8_t)to);
    } else if (lift) {
        fm_turn_lift(m, 0, (const uint8_t[32]){0});
    } else if (kind <= 7) {
        fm_turn_grant(m, who[j]->id, (uint8_t)to, &l);
    } else if (kind == 8) {
        fm_turn_attenuate(m, (uint8_t)to, &l);
    } else {
        fm_turn_transfer(m, through && held.target == who[j]->idx ? who[i]->id : who[j]->id,
                         amount);
    }
    got = world_end(w, who[i]);
    if (got == FM_COMMITTED) {
        committed++;
        if (kind >= 4 && kind <= 7 && !lift) {
            lives[j][to] = (struct life){0, false};
        } else if (kind == 8) {
            lives[i][to] = (struct life){0, false};
        } else if (kind > 8 && through) {
            spend(i, s, amount);
        }
    }
    if (through && got == FM_COMMITTED && lives[i][s].dead) {
        bad_revoke++;
    }
    /* T12: one up for every turn that ran; the same bytes again do not */
    if (got == FM_REJECTED || world_header(w, who[i]->idx)->nonce != nonce + 1U) {
        bad_nonce++;
    }
    if (below(16) == 0 && (world_run(w) != FM_REJECTED || world_reason(w) != FM_E_NONCE ||
                           world_header(w, who[i]->idx)->nonce != nonce + 1U)) {
        bad_nonce++;
    }
}

/* A slot that somebody opened for actor i, if there is one. */
static void find_open(uint32_t i, uint32_t *j, uint32_t *to)
{
    for (uint32_t n = below(ACTORS * SLOTS), k = 0; k < ACTORS * SLOTS; k++) {
        uint32_t at = (n + k) % (ACTORS * SLOTS);
        const struct fm_record *r = record(at / SLOTS, at % SLOTS);

        if (r->kind == FM_KIND_OPEN && r->target == who[i]->idx) {
            *j = at / SLOTS;
            *to = at % SLOTS;
            return;
        }
    }
}

static void step(void)
{
    uint32_t i = below(ACTORS);
    uint32_t j = (i + 1U + below(ACTORS - 1U)) % ACTORS;
    uint32_t s = below(SLOTS + 2U);
    uint32_t to = below(SLOTS);
    uint32_t kind = below(12);
    bool grant = kind >= 4 && kind <= 7;
    bool through;

    for (int tries = 0; tries < 4 && !(s < SLOTS && fm_is_cap(record(i, s))); tries++) {
        s = below(SLOTS + 1U);
    }
    if (grant) {
        find_open(i, &j, &to);
    }
    through = s < SLOTS && fm_is_cap(record(i, s));
    step_of(i, j, s, to, kind, through);
}

/* T16: of ids near and far, those that are there cannot be shown absent, those that are not can. */
static void check_absence(void)
{
    uint8_t proof[FM_PROOF_BYTES_MAX];
    struct fm_proven proven;

    for (uint32_t n = 0; n < 4U * w->state.top.ncells; n++) {
        uint8_t id[32];
        size_t bytes;
        bool there;

        memcpy(id, world_header(w, n / 4U)->id, 32);
        id[31] = (uint8_t)(id[31] + (n % 4U == 3U ? 255U : n % 4U));
        there = fm_state_find(&w->state, id) != FM_INDEX_NONE;
        bytes = fm_proof_make_absent(&w->state, id, proof, sizeof proof);
        if (there != (bytes == 0)) {
            bad_absence++;
        }
        if (bytes != 0 && (fm_proof_verify(proof, bytes, w->state.root, &proven, NULL) != FM_OK ||
                           !fm_proven_absent(&proven, id))) {
            bad_absence++;
        }
    }
}

static void plant_counters(void)
{
    struct fm_header h;

    for (uint32_t i = 0; i < ACTORS; i++) {
        for (uint32_t s = 0; s < SLOTS; s++) {
            plant_generation(who[i]->idx, (uint8_t)s, FM_U32_MAX - 3U - s);
        }
        h = *world_header(w, who[i]->idx);
        h.epoch[0] = FM_U32_MAX - 4U;
        plant_header(who[i]->idx, &h);
    }
}

static void walk(uint32_t number, uint64_t turns)
{
    uint32_t violations;

    w = world_new(NULL);
    memset(lives, 0, sizeof lives);
    for (uint32_t i = 0; i < ACTORS; i++) {
        who[i] = world_actor(w, (int)i, SLOTS, 9, 100000);
    }
    if (number % 2U == 1U) {
        plant_counters();
    }
    violations = w->violations;
    for (uint64_t t = 0; t < turns; t++) {
        step();
        check_records();
    }
    check_absence();
    TAP_EQ(w->violations - violations, 0, "THM0600 conservation, roots and chains in this world");
    world_free(w);
}

/* ---- witnesses that the walks do not name ---- */
/* A metered record that was used up is lifted and renewed: what was spent does not follow it. */
static void renewal(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_SEND);
    struct actor *a = world_actor(w, 0, 8, 9, 100000);
    struct actor *b = world_actor(w, 1, 8, 9, 100000);
    struct fm_turn_maker *m;
    uint32_t generation;

    l.allowance = 10;
    judge_give(w, a, b, 0, &l);
    m = judge_slot(w, b, 0, a->id);
    fm_turn_transfer(m, b->id, 10);
    (void)judge_committed(w, b, "THM1900 the allowance is spent");
    generation = world_record(w, b->idx, 0)->generation;
    fm_turn_grant(judge_self(w, a), b->id, 0, &l);
    (void)judge_refused(w, a, FM_E_NOT_OPEN, 0, "THM1901 a living record is not renewed");
    m = judge_self(w, a);
    fm_turn_lift(m, 0, (const uint8_t[32]){0});
    fm_turn_grant(m, b->id, 0, &l);
    (void)judge_committed(w, a, "THM1902 lift and survivor in one turn");
    TAP_OK(world_record(w, b->idx, 0)->used == 0 &&
               world_record(w, b->idx, 0)->generation == generation + 1U,
           "THM1903 renewed with nothing spent, and a generation on");
    m = judge_slot(w, b, 0, a->id);
    fm_turn_transfer(m, b->id, 10);
    (void)judge_committed(w, b, "THM1904 and good for its whole allowance");
    /* a record that another gave over the same target is not A's to renew */
    l.allowance = FM_U64_MAX;
    l.rights |= FM_RIGHT_GRANT;
    judge_drop(w, b, 0);
    judge_give(w, a, b, 0, &l);
    judge_give_on(w, b, 0, a->id, a, 1, &l);
    fm_turn_revoke(judge_self(w, b), 0);
    (void)judge_committed(w, b, "THM1905 B revokes what it gave A");
    m = judge_slot(w, b, 0, a->id);
    fm_turn_grant(m, a->id, 1, &l);
    (void)judge_committed(w, b, "THM1906 and renews it, its parent slot having moved on");
    TAP_EQ(world_record(w, a->idx, 1)->parent_gen, world_record(w, b->idx, 0)->generation,
           "THM1907 under the slot as it stands");
}

static void edges(void)
{
    struct actor *a = &w->actors[0];
    struct actor *c = world_actor(w, 2, 8, 9, 50);
    struct fm_limits life = limits_of(FM_RIGHT_LIFE);
    struct fm_limits admin = limits_of(FM_RIGHT_ADMIN);
    struct fm_limits both = limits_of(FM_RIGHT_LIFE | FM_RIGHT_ADMIN);
    struct fm_turn_maker *m = judge_self(w, c);
    struct fm_header h;

    fm_turn_transfer(m, a->id, 50);
    (void)judge_committed(w, c, "THM1100 C is empty");
    judge_give(w, c, a, 2, &life);
    judge_give(w, c, a, 3, &admin);
    judge_give(w, c, a, 4, &both);
    judge_give(w, a, c, 0, &both);
    m = judge_slot(w, a, 2, c->id);
    fm_turn_destroy(m);
    (void)judge_refused(w, a, FM_E_RIGHT, 0, "THM1101 LIFE alone does not destroy");
    m = judge_slot(w, a, 3, c->id);
    fm_turn_destroy(m);
    (void)judge_refused(w, a, FM_E_RIGHT, 0, "THM1102 nor does ADMIN alone");
    m = judge_self(w, c);
    fm_turn_destroy(m);
    fm_turn_slot(m, 0, a->id);
    fm_turn_fix(m);
    (void)judge_refused(w, c, FM_E_NOT_LIVE, 0, "THM1103 an agent that ended itself does no more");
    m = judge_slot(w, a, 4, c->id);
    fm_turn_destroy(m);
    (void)judge_committed(w, a, "THM1104 both together destroy");
    m = judge_slot(w, a, 3, c->id);
    fm_turn_fix(m);
    (void)judge_refused(w, a, FM_E_NOT_LIVE, 0, "THM1105 and nothing reaches the destroyed");
    /* the last nonce is never used up */
    h = *world_header(w, a->idx);
    h.nonce = FM_U64_MAX;
    plant_header(a->idx, &h);
    fm_turn_fix(judge_self(w, a));
    (void)judge_refused(w, a, FM_E_NONCE, 0, "THM1200 a nonce at its end runs nothing");
}

/* T7: what circulates ends at 2^63 - 1, and who may mint is a right of its own. */
static void mints(struct actor *a, struct actor *y, const uint8_t issuer[32])
{
    struct fm_create create = {.salt = 7, .asset = FM_ASSET_OF, .owner_pk = {1}};
    struct fm_limits send = limits_of(FM_RIGHT_SEND);
    struct fm_turn_maker *m;
    struct fm_header h;
    uint8_t z[32];

    memcpy(create.issuer, issuer, 32);
    world_next_id(w, a, 7, z);
    fm_turn_create(judge_self(w, a), &create);
    (void)judge_committed(w, a, "THM0700 a second holder");
    m = judge_slot(w, a, 0, issuer);
    fm_turn_attenuate(m, 1, &send);
    (void)judge_committed(w, a, "THM0701 SEND of the issuer, without MINT");
    m = judge_slot(w, a, 1, issuer);
    fm_turn_transfer(m, z, 1);
    (void)judge_refused(w, a, FM_E_RIGHT, 0, "THM0702 mints nothing");
    m = judge_slot(w, a, 0, issuer);
    fm_turn_transfer(m, y->id, INT64_MAX - 1000);
    (void)judge_committed(w, a, "THM0703 all that can be minted");
    m = judge_slot(w, a, 0, issuer);
    fm_turn_transfer(m, z, 1);
    (void)judge_refused(w, a, FM_E_BALANCE, 0, "THM0704 and one more");
    m = judge_slot(w, a, 0, issuer);
    fm_turn_seal(m, 1);
    create.salt = 8;
    fm_turn_self(m);
    fm_turn_create(m, &create);
    (void)judge_refused(w, a, FM_E_ASSET, 0, "THM0705 a sealed issuer takes no new holder");
    /* planted: no sequence of turns makes two holders with more than 2^63 - 1 between them */
    h = *world_header(w, y->idx);
    h.asset = 0;
    h.balance = INT64_MAX;
    plant_header(y->idx, &h);
    fm_turn_transfer(judge_self(w, a), y->id, 1);
    (void)judge_refused(w, a, FM_E_BALANCE, 0, "THM0706 a balance does not run over");
    m = judge_self(w, a);
    fm_turn_check_time(m, w->batch.now + 1U, FM_NEVER);
    (void)judge_refused(w, a, FM_E_CHECK, 0, "THM0707 a time that has not come");
}

/* Slots keep their generations, factories are cells of their own. */
static void slots(void)
{
    struct fm_create create = {.salt = 9, .slot = 5, .rights = FM_RIGHTS_ALL};
    struct actor *a = world_actor(w, 3, 8, 9, 1000);
    struct actor *b = world_actor(w, 4, 8, 9, 1000);
    struct fm_limits l = limits_of(FM_RIGHT_READ);
    struct fm_turn_maker *m = judge_self(w, a);

    fm_turn_attenuate(m, 5, &l);
    fm_turn_drop(m, 5);
    fm_turn_create(m, &create);
    (void)judge_committed(w, a, "THM1000 a slot used, dropped, and used for a root record");
    TAP_EQ(world_record(w, a->idx, 5)->generation, 1, "THM1001 its generation is the slot's");
    judge_give(w, a, b, 0, &l);
    plant_generation(b->idx, 0, FM_U32_MAX - 1U);
    m = judge_self(w, a);
    fm_turn_lift(m, 0, (const uint8_t[32]){0});
    fm_turn_grant(m, b->id, 0, &l);
    (void)judge_refused(w, a, FM_E_NOT_OPEN, 0,
                        "THM1002 a renewal does not retire the slot it goes to");
    m = judge_slot(w, &w->treasury, 0, world_header(w, 0)->id);
    fm_turn_fix(m);
    create = (struct fm_create){.salt = 10, .owner_pk = {1}};
    fm_turn_create(m, &create);
    (void)judge_refused(
        w, &w->treasury, FM_E_NOT_FIXED, 0,
        "THM2000 T20: cells 0 and 1 are no factories, fixed or not: a policy of 0 or 1 says "
        "other things");
}

/* T17: 64 cells a turn, whichever way the 65th comes in. */
static void wide(void)
{
    struct actor *a = world_actor(w, 5, 8, 9, 1000);
    uint8_t ids[64][32];
    const uint8_t nobody[32] = {3};
    struct fm_create create = {.owner_pk = {1}};
    struct fm_turn_maker *m;

    for (uint32_t half = 0; half < 2; half++) {
        m = judge_self(w, a);
        for (uint32_t i = 0; i < 32; i++) {
            create.salt = 500 + i;
            world_next_id(w, a, create.salt, ids[half * 32 + i]);
            fm_turn_create(m, &create);
        }
        (void)judge_committed(w, a, "THM1700 32 cells");
    }
    for (uint32_t n = 63; n <= 64; n++) {
        m = judge_self(w, a);
        for (uint32_t i = 0; i < n; i++) {
            fm_turn_transfer(m, ids[i], 1);
        }
        if (n == 63) {
            (void)judge_committed(w, a, "THM1701 the agent and 63 others");
        } else {
            (void)judge_refused(w, a, FM_E_TOO_WIDE, 0, "THM1702 and 64 others are one too many");
        }
    }
    m = judge_self(w, a);
    for (uint32_t i = 0; i < 63; i++) {
        fm_turn_transfer(m, ids[i], 1);
    }
    fm_turn_transfer(m, nobody, 1);
    (void)judge_refused(w, a, FM_E_TOO_WIDE, 0, "THM1703 the 65th is not even looked for");
    m = judge_self(w, a);
    for (uint32_t i = 0; i < 62; i++) {
        fm_turn_transfer(m, ids[i], 1);
    }
    create.asset = FM_ASSET_OF;
    fm_turn_create(m, &create);
    (void)judge_refused(w, a, FM_E_TOO_WIDE, 0,
                        "THM1704 the issuer is the 64th, the new cell one more");
}

/* What no sequence of turns makes: a parent slot that is free at the generation its child names. Planted; refused. */
static void orphan(void)
{
    struct actor *a = world_actor(w, 6, 8, 9, 1000);
    struct actor *b = world_actor(w, 7, 8, 9, 1000);
    struct fm_limits l = limits_of(FM_RIGHT_READ | FM_RIGHT_GRANT | FM_RIGHT_ADMIN);
    struct fm_record none = {.kind = FM_KIND_FREE};
    const struct fm_write write = {a->idx, FM_WRITE_RECORD, 3, (const uint8_t *)&none};
    struct fm_header h;
    struct fm_turn_maker *m = judge_self(w, a);

    fm_turn_attenuate(m, 3, &l);
    fm_turn_attenuate(m, 4, &l);
    (void)judge_committed(w, a, "THM1106 A holds two over itself");
    judge_give_on(w, a, 3, a->id, b, 0, &l);
    fm_state_put(&w->state, &write);
    fm_state_settle(&w->state);
    m = judge_slot(w, b, 0, a->id);
    fm_turn_check_balance(m, 0);
    (void)judge_refused(w, b, FM_E_REVOKED, 0, "THM1107 a free slot is nobody's parent");
    m = judge_slot(w, a, 4, a->id);
    fm_turn_grant(m, b->id, 0, &l);
    (void)judge_committed(w, a, "THM1108 and its orphan may be renewed");
    /* the lift that retires a group takes the record that was used along */
    h = *world_header(w, a->idx);
    h.epoch[5] = FM_U32_MAX - 1U;
    plant_header(a->idx, &h);
    l.group = 5;
    fm_turn_attenuate(judge_self(w, a), 5, &l);
    (void)judge_committed(w, a, "THM1109 a record of the group's last epoch");
    m = judge_slot(w, a, 5, a->id);
    fm_turn_lift(m, 5, (const uint8_t[32]){0});
    (void)judge_committed(w, a, "THM1111 lifts it for the last time");
    m = judge_slot(w, a, 5, a->id);
    fm_turn_check_balance(m, 0);
    (void)judge_refused(w, a, FM_E_LIFTED, 0, "THM1112 and is gone with it");
}

/* An agent that holds another asset cannot pay with it. */
static void fees(void)
{
    struct fm_params params;
    struct fm_create create = {
        .salt = 5, .asset = FM_ASSET_OWN, .slot = 0, .rights = FM_RIGHTS_ALL};
    struct actor y;
    uint8_t issuer[32];
    struct actor *a;
    struct fm_turn_maker *m;

    fm_params_default(&params);
    params.fee_base = 10;
    w = world_new(&params);
    a = world_actor(w, 0, 4, 9, 100000);
    world_next_id(w, a, 5, issuer);
    world_next_id(w, a, 6, y.id);
    actor_keys(&y, 66);
    m = judge_self(w, a);
    fm_turn_create(m, &create);
    create = (struct fm_create){.salt = 6, .asset = FM_ASSET_OF};
    memcpy(create.owner_pk, y.pk, 32);
    memcpy(create.issuer, issuer, 32);
    fm_turn_create(m, &create);
    fm_turn_slot(m, 0, issuer);
    fm_turn_transfer(m, y.id, 1000);
    (void)judge_committed(w, a, "THM0601 another asset, minted to an agent");
    y.idx = fm_state_find(&w->state, y.id);
    fm_turn_transfer(judge_self(w, &y), issuer, 1);
    (void)judge_refused(w, &y, FM_E_FEE_UNPAID, 0, "THM0602 which does not pay fees");
    m = judge_slot(w, a, 0, issuer);
    fm_turn_check_balance(m, 0);
    (void)judge_refused(w, a, FM_E_CHECK, 0, "THM0603 what circulates is no balance to show");
    TAP_EQ(w->violations, 0, "THM0604 every asset sums to nothing");
    mints(a, &y, issuer);
    world_free(w);
}

int main(void)
{
    const char *text = getenv("THEOREM_TURNS");
    uint64_t turns = text != NULL ? strtoull(text, NULL, 10) : 1200;

    w = world_new(NULL);
    renewal();
    slots();
    wide();
    orphan();
    edges();
    world_free(w);
    fees();
    for (uint32_t i = 0; i < WORLDS; i++) {
        seed = (i + 1U) * 0x9E3779B97F4A7C15U;
        walk(i, turns);
    }
    tap_note_u64("turns that committed", committed);
    tap_note_u64("records that died", deads);
    tap_note_u64("deepest kind", deepest);
    tap_note_u64("retired slots seen", saturated);
    TAP_EQ(bad_chain, 0, "THM1000 T10: every record is within the parent that still stands");
    TAP_EQ(bad_revoke, 0, "THM1110 T11: what is dead stays dead, and is refused");
    TAP_EQ(bad_nonce, 0, "THM1210 T12: the nonce rises by one, and no bytes run twice");
    TAP_EQ(bad_absence, 0, "THM1600 T16: what is there is not shown absent, what is not, is");
    TAP_EQ(bad_budget, 0, "THM1910 T19: no more is spent under a record than its allowance");
    TAP_OK(committed > turns && deads > 20 && deepest > 3 && saturated > 0,
           "THM9999 the walks came to chains, deaths and retired slots");
    return tap_done();
}
