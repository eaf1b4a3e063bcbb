/* SPDX-License-Identifier: Apache-2.0 */
/* tidy: allow file-length (one attack after another over one world) */
/*
 * The attack corpus I-1 to I-16 (what an earlier executor let through), and the attacks on a turn's time, place and
 * chain. Each is carried out with real turns and must end in the reason that is named here; what is not MALFORMED or
 * REJECTED must leave exactly what the prologue alone leaves (judge.h).
 */
#include "tests/core/judge.h"

#include "crypto/sign.h"
#include "tests/tap.h"

#include <stdio.h>

static struct world *w;
static struct actor *a, *b, *c;
static const uint8_t value[32] = {7};

static void refused(const struct actor *agent, fm_err reason, uint8_t detail, const char *name)
{
    (void)judge_refused(w, agent, reason, detail, name);
}

/* Every effect that may stand in a SLOT frame, one at a time, within any limits. */
static bool slot_effect(struct fm_turn_maker *m, unsigned i)
{
    const struct fm_limits l = limits_of(FM_RIGHT_READ);
    const struct fm_create create = {.salt = 3, .owner_pk = {1}};

    switch (i) {
    case 0:
        fm_turn_check_balance(m, 0);
        return true;
    case 1:
        fm_turn_transfer(m, c->id, 1);
        return true;
    case 2:
        fm_turn_setfield(m, 9, value);
        return true;
    case 3:
        fm_turn_create(m, &create);
        return true;
    case 4:
        fm_turn_grant(m, w->treasury.id, 9, &l);
        return true;
    case 5:
        fm_turn_lift(m, 0, value);
        return true;
    case 6:
        fm_turn_invoke(m, 1, 1, (const uint8_t[34]){9, 0});
        return true;
    case 7:
        fm_turn_event(m, 1, value);
        return true;
    case 8:
        fm_turn_fix(m);
        return true;
    case 9:
        fm_turn_seal(m, 1);
        return true;
    case 10:
        fm_turn_destroy(m);
        return true;
    case 11: /* asks for no right: the last, for the loops that want one */
        fm_turn_attenuate(m, 6, &l);
        return true;
    default:
        return false;
    }
}
#define GATED 11U

/* All of them through one slot end alike. */
static void all_refused(const struct actor *agent, uint8_t slot, unsigned n, fm_err reason,
                        const char *id)
{
    for (unsigned i = 0; i < n; i++) {
        struct fm_turn_maker *m = judge_slot(w, agent, slot, a->id);
        char name[120];

        (void)slot_effect(m, i);
        snprintf(name, sizeof name, "%s effect %u of twelve: %s", id, i + 1U, fm_err_name(reason));
        refused(agent, reason, 0, name);
    }
}

static void i1_to_i2(void)
{
    struct fm_limits l = limits_of(FM_RIGHTS_ALL);
    struct fm_turn_maker *m;
    struct actor thief = *a;
    uint8_t seed[32];

    /* B's own authority over B, and A named as what it acts upon */
    m = judge_self(w, b);
    fm_turn_attenuate(m, 0, &l);
    (void)judge_committed(w, b, "I-1 B holds all rights over itself");
    m = judge_slot(w, b, 0, a->id);
    fm_turn_transfer(m, b->id, 100);
    refused(b, FM_E_TARGET, 0, "I-1 a capability on the own cell, aimed at another");
    m = judge_slot(w, c, 0, a->id);
    fm_turn_transfer(m, c->id, 100);
    refused(c, FM_E_NO_CAP, 0, "I-1 a bearer who holds nothing");
    m = judge_slot(w, b, 0, b->id);
    fm_turn_transfer(m, c->id, 100);
    refused(&(struct actor){.idx = b->idx, .sk = {0}}, FM_E_BAD_SIGNATURE, 0,
            "I-1 a stolen capability without its holder's key");
    judge_drop(w, b, 0);
    /* keys made of what everybody knows */
    for (unsigned i = 0; i < 4; i++) {
        const uint8_t *known[] = {w->state.top.ledger, a->id, a->pk, w->state.top.params_hash};

        memcpy(seed, known[i], 32);
        fm_ed25519_keypair(seed, thief.pk, thief.sk);
        m = judge_self(w, a);
        fm_turn_transfer(m, b->id, 1);
        refused(&thief, FM_E_BAD_SIGNATURE, 0, "I-2 a key derived from public data");
    }
}

static void i3_to_i4(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_READ | FM_RIGHT_GRANT);
    struct fm_limits none = limits_of(0);
    struct fm_turn_maker *m;

    l.expiry = w->batch.now + 1000U;
    l.allowance = 10;
    judge_give(w, a, b, 0, &l);
    m = judge_slot(w, b, 0, a->id);
    none.expiry = l.expiry;
    none.allowance = 0;
    fm_turn_attenuate(m, 1, &none);
    (void)judge_committed(w, b, "I-3 B narrows to nothing");
    all_refused(b, 1, GATED, FM_E_RIGHT, "I-3 the narrowest capability:");
    m = judge_slot(w, b, 1, a->id);
    none.rights = FM_RIGHT_READ;
    fm_turn_attenuate(m, 2, &none);
    refused(b, FM_E_WIDENS, FM_AXIS_RIGHTS, "I-3 what was narrowed does not grow back");
    /* introductions: C wants what B holds */
    fm_turn_open(judge_self(w, c), 0, b->id);
    (void)judge_committed(w, c, "I-4 C waits for B");
    m = judge_slot(w, b, 0, a->id);
    fm_turn_grant(m, c->id, 0, &l);
    refused(&(struct actor){.idx = b->idx, .sk = {1}}, FM_E_BAD_SIGNATURE, 0,
            "I-4 the victim named as introducer");
    m = judge_slot(w, c, 0, a->id);
    fm_turn_grant(m, b->id, 3, &l);
    refused(c, FM_E_NO_CAP, 0, "I-4 the introducer's own slot is what counts");
    m = judge_slot(w, b, 0, a->id);
    fm_turn_grant(m, c->id, 1, &l);
    refused(b, FM_E_NOT_OPEN, 0, "I-4 nothing arrives unasked");
    l.expiry += 1U;
    m = judge_slot(w, b, 0, a->id);
    fm_turn_grant(m, c->id, 0, &l);
    refused(b, FM_E_WIDENS, FM_AXIS_EXPIRY, "I-4 a fresh lifetime");
    l.expiry = FM_NEVER;
    m = judge_slot(w, b, 0, a->id);
    fm_turn_grant(m, c->id, 0, &l);
    refused(b, FM_E_WIDENS, FM_AXIS_EXPIRY, "I-4 no lifetime at all");
    l.expiry = w->batch.now;
    l.rights |= FM_RIGHT_INVOKE;
    m = judge_slot(w, b, 0, a->id);
    fm_turn_grant(m, c->id, 0, &l);
    refused(b, FM_E_WIDENS, FM_AXIS_RIGHTS, "I-4 all effects instead of some");
    judge_drop(w, b, 0);
    judge_drop(w, b, 1);
    judge_drop(w, c, 0);
}

static void i5(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_READ | FM_RIGHT_GRANT);
    struct fm_turn_maker *m;
    const struct fm_record *r;

    l.group = 4;
    judge_give(w, a, b, 0, &l);
    judge_give_on(w, b, 0, a->id, c, 0, &l);
    r = world_record(w, c->idx, 0);
    TAP_OK(r->epoch == 0 && r->parent_holder == b->idx && r->parent_slot == 0 &&
               r->parent_gen == world_record(w, b->idx, 0)->generation && r->kind == 2,
           "I-5 epoch and parent are the executor's: the wire has no place for them");
    m = judge_slot(w, c, 0, a->id);
    l.group = 5;
    fm_turn_attenuate(m, 1, &l);
    refused(c, FM_E_WIDENS, FM_AXIS_GROUP, "I-5 out of the group that may be lifted");
    l.group = 4;
    fm_turn_lift(judge_self(w, a), 4, value);
    (void)judge_committed(w, a, "I-5 A lifts the group");
    m = judge_slot(w, c, 0, a->id);
    fm_turn_attenuate(m, 1, &l);
    refused(c, FM_E_LIFTED, 0, "I-5 a copy made after the lift");
    fm_turn_open(judge_self(w, c), 2, b->id);
    (void)world_end(w, c);
    m = judge_slot(w, b, 0, a->id);
    fm_turn_grant(m, c->id, 2, &l);
    refused(b, FM_E_LIFTED, 0, "I-5 a grant made after the lift");
    all_refused(c, 0, 12, FM_E_LIFTED, "I-5 the group is lifted:");
    judge_drop(w, b, 0);
    judge_drop(w, c, 0);
    judge_drop(w, c, 2);
}

static void i6_to_i7(void)
{
    struct fm_limits l = limits_of(FM_RIGHTS_ALL);
    struct fm_limits read = limits_of(FM_RIGHT_READ);
    struct fm_turn_maker *m;

    judge_give(w, a, b, 0, &l);
    judge_give_on(w, b, 0, a->id, c, 0, &l);
    fm_turn_revoke(judge_self(w, b), 0);
    (void)judge_committed(w, b, "I-6 B revokes what it gave");
    all_refused(c, 0, 12, FM_E_REVOKED, "I-6 below a revoked slot:");
    l.methods = 0;
    judge_give(w, a, c, 1, &l);
    m = judge_slot(w, c, 1, a->id);
    fm_turn_invoke(m, 0, 1, (const uint8_t[34]){9, 0});
    refused(c, FM_E_METHOD, 0, "I-6 a mask of zero allows nothing");
    judge_drop(w, c, 0);
    judge_drop(w, c, 1);
    /* a read-only holder, and what P = A holds */
    judge_give(w, b, a, 5, &l);
    judge_give(w, a, c, 0, &read);
    m = judge_slot(w, c, 0, a->id);
    fm_turn_create(m, &(struct fm_create){.salt = 1, .nslots = 4, .owner_pk = {1}});
    refused(c, FM_E_RIGHT, 0, "I-7 a child spawned through a read-only capability");
    m = judge_slot(w, c, 0, a->id);
    fm_turn_grant(m, b->id, 7, &read);
    refused(c, FM_E_RIGHT, 0, "I-7 a delegation through it");
    m = judge_slot(w, c, 0, a->id);
    fm_turn_revoke(m, 5);
    refused(c, FM_E_MALFORMED, 0, "I-7 P's slots revoked through it");
    m = judge_slot(w, c, 0, a->id);
    fm_turn_drop(m, 5);
    refused(c, FM_E_MALFORMED, 0, "I-7 P's slots dropped through it");
    m = judge_slot(w, c, 5, b->id);
    fm_turn_transfer(m, c->id, 1);
    refused(c, FM_E_NO_CAP, 0, "I-7 P's slot used while aiming at P: no confused deputy");
    m = judge_slot(w, c, 0, b->id);
    fm_turn_check_balance(m, 0);
    refused(c, FM_E_TARGET, 0, "I-7 what P reaches is not reached through P");
    judge_drop(w, a, 5);
    judge_drop(w, c, 0);
    judge_drop(w, b, 0);
}

/* A turn by A with a transfer, a grant and an event, signed; in w->wire. */
static void rich_turn(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_READ);
    struct fm_turn_maker *m = judge_self(w, a);

    fm_turn_transfer(m, b->id, 5);
    fm_turn_grant(m, b->id, 0, &l);
    fm_turn_event(m, 4, value);
    w->wire_bytes = fm_turn_finish(m) != 0 ? fm_turn_sign(m, a->sk) : 0;
}

static void i8_to_i10(void)
{
    uint8_t root[32];
    uint64_t fees = w->state.top.fees;
    unsigned passed = 0;
    unsigned tried = 0;

    fm_turn_transfer(judge_self(w, a), b->id, 5);
    w->wire_bytes = fm_turn_finish(&w->maker) + FM_SIG_BYTES;
    memset(w->wire + w->wire_bytes - FM_SIG_BYTES, 0, FM_SIG_BYTES);
    (void)judge_refused_bytes(w, a, FM_E_BAD_SIGNATURE, 0, "I-8 an agent who signed nothing");
    TAP_EQ(w->state.top.fees, fees, "I-8 and paid nothing");
    fm_turn_open(judge_self(w, b), 0, a->id);
    (void)world_end(w, b);
    rich_turn();
    memcpy(root, w->state.root, 32);
    for (size_t bit = 0; bit < w->wire_bytes * 8U; bit++) {
        enum fm_status got;

        w->wire[bit / 8U] ^= (uint8_t)(1U << (bit % 8U));
        got = world_run(w);
        passed +=
            (got != FM_MALFORMED && got != FM_REJECTED) || memcmp(root, w->state.root, 32) != 0
                ? 1U
                : 0U;
        tried++;
        w->wire[bit / 8U] ^= (uint8_t)(1U << (bit % 8U));
    }
    tap_note_u64("bits", tried);
    TAP_EQ(passed, 0, "I-9 every bit of a turn is bound: limits, amounts, lengths, the signature");
    memcpy(w->wire + w->wire_bytes - FM_SIG_BYTES, a->pk, 32);
    (void)judge_refused_bytes(w, a, FM_E_BAD_SIGNATURE, 0,
                              "I-10 the agent's key where a signature's first half belongs");
    memcpy(w->wire + w->wire_bytes - FM_SIG_BYTES, c->pk, 32);
    (void)judge_refused_bytes(w, a, FM_E_BAD_SIGNATURE, 0, "I-10 another's key there");
    rich_turn();
    TAP_EQ(world_run(w), FM_COMMITTED, "I-9 the turn as it was signed commits");
    judge_drop(w, b, 0);
}

/* A factory whose child has a key that never changes, and a key that is written once. */
static void i11(void)
{
    struct fm_create create = {.salt = 60, .nfields = 11, .slot = 3, .rights = FM_RIGHTS_ALL};
    uint8_t factory[32];
    uint8_t child[32];
    uint8_t rule[32] = {1, 0, 8, 0, 9, 0};
    struct fm_turn_maker *m = judge_self(w, a);

    world_next_id(w, a, 60, factory);
    fm_turn_create(m, &create);
    fm_turn_slot(m, 3, factory);
    fm_turn_setfield(m, 8, rule);
    rule[0] = 0x81;
    rule[1] = 1;
    memcpy(rule + 4, (const uint8_t[]){8, 0, 12, 0}, 4);
    rule[2] = 0;
    fm_turn_setfield(m, 9, rule);
    fm_turn_fix(m);
    create = (struct fm_create){
        .salt = 61, .nfields = 12, .slot = 4, .rights = FM_RIGHTS_ALL, .owner_pk = {0}};
    world_next_id(w, a, 61, child);
    memcpy(create.owner_pk, c->pk, 32);
    fm_turn_create(m, &create);
    (void)judge_committed(w, a, "I-11 a factory and its child, keyed for C");
    m = judge_slot(w, a, 4, child);
    fm_turn_setfield(m, 8, value);
    refused(a, FM_E_POLICY, 8, "I-11 the rule binds SETFIELD through a slot");
    m = judge_slot(w, a, 4, child);
    fm_turn_invoke(m, 1, 1, (const uint8_t[34]){8, 0, 7});
    refused(a, FM_E_POLICY, 8, "I-11 and INVOKE");
    m = judge_slot(w, a, 4, child);
    fm_turn_setfield(m, 10, value);
    fm_turn_fix(m);
    refused(a, FM_E_POLICY_SET, 0, "I-11 a policy is not replaced");
    m = judge_slot(w, a, 4, child);
    fm_turn_setfield(m, 7, value);
    refused(a, FM_E_MALFORMED, 0, "I-11 nor a group's key written but by LIFT");
    m = judge_slot(w, a, 3, factory);
    fm_turn_setfield(m, 8, value);
    refused(a, FM_E_POLICY, 0, "I-11 the factory's rules stand for ever");
    m = judge_slot(w, a, 3, factory);
    fm_turn_setfield(m, 10, value);
    refused(a, FM_E_POLICY, 0, "I-11 and take no more");
    {
        /* the child's own key, SELF: a world_begin for an actor that is the child */
        struct actor kid = *c;

        memcpy(kid.id, child, 32);
        kid.idx = fm_state_find(&w->state, child);
        m = judge_self(w, &kid);
        fm_turn_setfield(m, 8, value);
        refused(&kid, FM_E_POLICY, 8, "I-11 the rule binds the cell itself");
    }
    judge_drop(w, a, 3);
    judge_drop(w, a, 4);
}

static void i12_to_i13(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_SEND | FM_RIGHT_WRITE);
    struct fm_turn_maker *m;
    uint8_t sig[64];
    uint8_t text[FM_SIGNED_TEXT_BYTES];
    struct actor next;

    l.max_amount = 10;
    l.allowance = 12;
    l.f_lo = 9;
    l.f_hi = 10;
    l.expiry = w->batch.now;
    judge_give(w, a, b, 0, &l);
    m = judge_slot(w, b, 0, a->id);
    fm_turn_transfer(m, c->id, 11);
    refused(b, FM_E_AMOUNT, 0, "I-12 past the amount of one use");
    m = judge_slot(w, b, 0, a->id);
    fm_turn_transfer(m, c->id, 10);
    fm_turn_transfer(m, c->id, 3);
    refused(b, FM_E_ALLOWANCE, 0, "I-12 past the allowance, in two steps");
    m = judge_slot(w, b, 0, a->id);
    fm_turn_setfield(m, 10, value);
    refused(b, FM_E_FIELD, 0, "I-12 past the fields");
    w->batch.now++;
    m = judge_slot(w, b, 0, a->id);
    fm_turn_setfield(m, 9, value);
    refused(b, FM_E_EXPIRED, 0, "I-12 past the time");
    judge_drop(w, b, 0);
    /* everything that a body can do, and then a step that fails */
    l = limits_of(FM_RIGHTS_ALL);
    judge_give(w, b, a, 0, &l);
    fm_turn_open(judge_self(w, b), 1, a->id);
    (void)world_end(w, b);
    actor_keys(&next, 201);
    fm_rotate_text(w->state.top.ledger, a->id, world_header(w, a->idx)->nonce, next.pk, text);
    fm_ed25519_sign(next.sk, text, sizeof text, sig);
    m = judge_self(w, a);
    fm_turn_transfer(m, b->id, 3);
    fm_turn_setfield(m, 9, value);
    fm_turn_create(
        m,
        &(struct fm_create){
            .salt = 2, .nslots = 3, .nopen = 3, .nfields = 9, .slot = 6, .rights = FM_RIGHTS_ALL});
    fm_turn_attenuate(m, 1, &l);
    fm_turn_grant(m, b->id, 1, &l);
    fm_turn_revoke(m, 0);
    fm_turn_open(m, 2, c->id);
    fm_turn_lift(m, 3, value);
    fm_turn_event(m, 8, value);
    fm_turn_rotate(m, next.pk, sig);
    fm_turn_fix(m);
    fm_turn_slot(m, 0, b->id);
    fm_turn_transfer(m, a->id, 1);
    fm_turn_setfield(m, 9, value);
    fm_turn_fix(m);
    fm_turn_seal(m, 1);
    fm_turn_seal(m, 0);
    fm_turn_self(m);
    fm_turn_drop(m, 0);
    fm_turn_check_nonce(m, 0);
    refused(a, FM_E_CHECK, 0, "I-13 eighteen steps undone by the nineteenth, to the byte");
    TAP_EQ(w->run.turn->neffects, 18, "I-13 all of them in one turn");
    judge_drop(w, a, 0);
    judge_drop(w, b, 1);
}

static void i14(void)
{
    uint8_t ahead[32];
    uint8_t hash[32];
    uint8_t post[32];
    struct fm_turn_maker *m;

    /* the client expects its next turn to go through, and signs the one after it for that */
    m = judge_self(w, a);
    fm_turn_transfer(m, b->id, INT64_MAX);
    (void)!fm_turn_finish(m);
    fm_turn_maker_hash(m, hash);
    fm_link_next(world_header(w, a->idx)->link, hash, FM_COMMITTED, ahead);
    w->wire_bytes = fm_turn_sign(m, a->sk);
    (void)judge_refused_bytes(w, a, FM_E_BALANCE, 0, "I-14 a turn fails, and leaves a receipt");
    memcpy(post, w->sealed.receipt.head.post_root, 32);
    memcpy(hash, w->sealed.receipt_hash, 32);
    m = world_begin(w, a);
    fm_turn_after(m, ahead);
    fm_turn_self(m);
    fm_turn_transfer(m, b->id, 1);
    refused(a, FM_E_LINK, 0, "I-14 what was signed for its success does not run");
    m = judge_self(w, a);
    fm_turn_check_balance(m, 0);
    (void)judge_committed(w, a, "I-14 the next turn");
    TAP_MEM(w->sealed.receipt.head.pre_root, post, 32, "I-14 its receipt goes on from that root");
    TAP_MEM(w->state.top.prev_receipt, hash, 32, "I-14 and the root covers that receipt");
}

/* Every byte of headers, records, fields, next ids and the ledger's record is under the root. */
static void i15(void)
{
    uint8_t root[32];
    uint8_t other[32];
    uint8_t *spans[4] = {(uint8_t *)&w->state.cells[a->idx], (uint8_t *)&w->state.top,
                         (uint8_t *)&w->state.records[w->state.places[a->idx].slot_at],
                         w->state.fields + (size_t)w->state.places[a->idx].field_at * 32U};
    const size_t bytes[4] = {192, 128, 64 * 2, 32 * 10};
    unsigned outside = 0;
    struct fm_turn_maker *m;

    world_root_from_scratch(w, root);
    for (unsigned i = 0; i < 4; i++) {
        for (size_t at = 0; at < bytes[i]; at++) {
            /* the counts shape the walk itself; fm_proof_verify's tests bind them */
            if ((i == 0 && at >= 124 && at < 127) || (i == 1 && at < 4)) {
                continue;
            }
            spans[i][at] ^= 1U;
            world_root_from_scratch(w, other);
            outside += memcmp(root, other, 32) == 0 ? 1U : 0U;
            spans[i][at] ^= 1U;
        }
    }
    TAP_EQ(outside, 0, "I-15 no byte of the state lies outside the root");
    m = world_begin(w, a);
    fm_turn_root(m, root);
    fm_turn_self(m);
    fm_turn_check_balance(m, 0);
    w->wire_bytes = fm_turn_finish(m) != 0 ? fm_turn_sign(m, a->sk) : 0;
    {
        uint8_t kept[FM_TURN_BYTES_MAX + 8];
        size_t n = w->wire_bytes;

        memcpy(kept, w->wire, n);
        fm_turn_lift(judge_self(w, b), 0, value);
        (void)judge_committed(w, b, "I-15 a group is lifted elsewhere");
        memcpy(w->wire, kept, n);
        w->wire_bytes = n;
    }
    (void)judge_refused_bytes(w, a, FM_E_STALE_ROOT, 0, "I-15 and the root has moved: stale root");
}

static fm_err verify(const uint8_t *proof, size_t n)
{
    struct fm_proven proven;

    return fm_proof_verify(proof, n, w->state.root, &proven, NULL);
}

/* A cell of five slots has room for eight in its tree: the three that are not there are no empty slots. */
static void i16_padding(void)
{
    uint8_t proof[FM_PROOF_BYTES_MAX];
    const struct actor *d = world_actor(w, 3, 5, 9, 0);
    const uint8_t kinds[2] = {FM_WRITE_RECORD, FM_WRITE_FIELD};
    const uint16_t last[2] = {4, 8};
    const size_t behind[2] = {64 + 3 * 32, 32 + 4 * 32};

    for (unsigned i = 0; i < 2; i++) {
        size_t n = fm_proof_make(&w->state, d->idx, kinds[i], last[i], proof, sizeof proof);

        TAP_EQ(verify(proof, n), FM_OK, "I-16 the last slot and field, empty");
        fm_put_le16(proof + n - behind[i] - 2, (uint16_t)(last[i] + 1U));
        TAP_EQ(verify(proof, n), FM_E_MALFORMED, "I-16 and what only pads the tree is not shown");
    }
}

static void i16(void)
{
    uint8_t proof[FM_PROOF_BYTES_MAX];
    uint8_t forged[FM_PROOF_BYTES_MAX];
    struct fm_proven proven;
    size_t n = fm_proof_make(&w->state, a->idx, 0, 0, proof, sizeof proof);
    uint32_t ncells = w->state.top.ncells;
    unsigned shown = 0;

    TAP_EQ(verify(proof, n), FM_OK, "I-16 a cell is shown to be there");
    memcpy(forged, proof, n);
    fm_put_le32(forged, 1);
    fm_put_le32(forged + 128, 0);
    TAP_OK(verify(forged, n) != FM_OK, "I-16 the count is bound: not a tree of one");
    for (uint32_t other = 1; other < 4U * ncells; other++) {
        memcpy(forged, proof, n);
        fm_put_le32(forged, other);
        shown += other != ncells && verify(forged, n) == FM_OK ? 1U : 0U;
        memcpy(forged, proof, n);
        fm_put_le32(forged + 128, other);
        shown += other != a->idx && verify(forged, n) == FM_OK ? 1U : 0U;
    }
    TAP_EQ(shown, 0, "I-16 no other count and no other place");
    memcpy(forged, proof, n);
    fm_put_le32(forged + 128, a->idx ^ 1U);
    TAP_EQ(verify(forged, n), FM_E_MALFORMED, "I-16 a place that its header does not name");
    memcpy(forged, proof, n);
    fm_put_le32(forged + 128, ncells);
    fm_put_le32(forged + n - 64 - 160 + 112, ncells);
    TAP_EQ(verify(forged, n), FM_E_MALFORMED,
           "I-16 a cell numbered past the count, in both places");
    /* a node in a leaf's place: the proof shortened by its first sibling */
    memcpy(forged, proof, 132);
    memcpy(forged + 132, proof + 164, n - 164);
    TAP_EQ(verify(forged, n - 32), FM_E_MALFORMED, "I-16 a path one step short");
    memcpy(forged, proof, 164);
    memcpy(forged + 164, proof + 132, n - 132);
    TAP_EQ(verify(forged, n + 32), FM_E_MALFORMED, "I-16 a path one step long");
    TAP_EQ(fm_proof_make_absent(&w->state, a->id, forged, sizeof forged), 0,
           "I-16 no proof that a cell which is there is absent");
    shown = 0;
    for (uint32_t i = 0; i < ncells; i++) {
        n = fm_proof_make(&w->state, i, 0, 0, proof, sizeof proof);
        if (fm_proof_verify(proof, n, w->state.root, &proven, NULL) != FM_OK) {
            shown += 1U;
        }
        for (uint32_t j = 0; j < ncells; j++) {
            shown += fm_proven_absent(&proven, world_header(w, j)->id) ? 1U : 0U;
        }
    }
    TAP_EQ(shown, 0, "I-16 of all cells' proofs, none shows any cell absent");
}

/* ---- time, place, chain ---- */
static void replay(void)
{
    uint8_t first[512];
    uint8_t second[512];
    size_t n1;
    size_t n2;
    unsigned passed = 0;
    uint8_t root[32];
    struct fm_turn_maker *m = judge_self(w, a);

    fm_turn_transfer(m, b->id, 1);
    n1 = fm_turn_finish(m) != 0 ? fm_turn_sign(m, a->sk) : 0;
    memcpy(first, w->wire, n1);
    fm_turn_begin(m, w->wire, sizeof w->wire, w->state.top.ledger, a->id,
                  world_header(w, a->idx)->nonce + 1U, FM_U64_MAX, FM_NEVER);
    fm_turn_self(m);
    fm_turn_transfer(m, b->id, 2);
    n2 = w->wire_bytes = fm_turn_finish(m) != 0 ? fm_turn_sign(m, a->sk) : 0;
    memcpy(second, w->wire, n2);
    (void)judge_refused_bytes(w, a, FM_E_NONCE, 0, "ATK0001 reordered: the second turn first");
    memcpy(root, w->state.root, 32);
    memcpy(w->wire, first, n1);
    for (w->wire_bytes = 0; w->wire_bytes < n1; w->wire_bytes++) {
        passed += world_run(w) != FM_MALFORMED || memcmp(root, w->state.root, 32) != 0 ? 1U : 0U;
    }
    TAP_EQ(passed, 0, "ATK0002 truncated: every cut is MALFORMED");
    w->wire[n1] = 0;
    w->wire_bytes = n1 + 1U;
    (void)judge_refused_bytes(w, a, FM_E_MALFORMED, 0, "ATK0003 a byte too many");
    w->wire_bytes = n1;
    TAP_EQ(world_run(w), FM_COMMITTED, "ATK0004 the turn itself commits");
    (void)judge_refused_bytes(w, a, FM_E_NONCE, 0, "ATK0005 replayed");
    memcpy(w->wire, second, n2);
    w->wire_bytes = n2;
    TAP_EQ(world_run(w), FM_COMMITTED, "ATK0006 then the second");
    (void)judge_refused_bytes(w, a, FM_E_NONCE, 0, "ATK0007 replayed too");
}

static void head(void)
{
    struct fm_turn_maker *m;
    uint64_t nonce = world_header(w, a->idx)->nonce;
    const int64_t off[] = {-1, 1, 2, INT64_MAX};
    uint8_t root[32] = {1};

    m = judge_self(w, a);
    fm_turn_transfer(m, b->id, 1);
    refused(&(struct actor){.idx = a->idx, .sk = {3}}, FM_E_BAD_SIGNATURE, 0, "ATK0008 wrong key");
    for (unsigned i = 0; i < 4; i++) {
        fm_turn_begin(m, w->wire, sizeof w->wire, w->state.top.ledger, a->id,
                      nonce + (uint64_t)off[i], FM_U64_MAX, FM_NEVER);
        fm_turn_self(m);
        fm_turn_transfer(m, b->id, 1);
        refused(a, FM_E_NONCE, 0, "ATK0009 wrong nonce");
    }
    fm_turn_begin(m, w->wire, sizeof w->wire, w->state.top.ledger, a->id, nonce, FM_U64_MAX,
                  w->batch.now - 1U);
    fm_turn_self(m);
    fm_turn_transfer(m, b->id, 1);
    refused(a, FM_E_TOO_LATE, 0, "ATK0010 expired");
    m = world_begin(w, a);
    fm_turn_root(m, root);
    fm_turn_self(m);
    fm_turn_transfer(m, b->id, 1);
    refused(a, FM_E_STALE_ROOT, 0, "ATK0011 stale root");
}

static void chains(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_READ | FM_RIGHT_GRANT | FM_RIGHT_SEND);
    struct fm_limits life = limits_of(FM_RIGHTS_ALL);
    struct fm_turn_maker *m;

    /* A.7 -> B.0 -> C.0, and A revokes at the top */
    m = judge_self(w, a);
    fm_turn_attenuate(m, 7, &l);
    (void)world_end(w, a);
    judge_give_on(w, a, 7, a->id, b, 0, &l);
    judge_give_on(w, b, 0, a->id, c, 0, &l);
    fm_turn_revoke(judge_self(w, a), 7);
    (void)world_end(w, a);
    all_refused(c, 0, 12, FM_E_REVOKED, "ATK0012 a revoked ancestor, two links up:");
    all_refused(b, 0, 12, FM_E_REVOKED, "ATK0013 and one link up:");
    judge_drop(w, b, 0);
    judge_give_on(w, a, 7, a->id, b, 0, &l);
    all_refused(c, 0, 12, FM_E_REVOKED, "ATK0014 a dropped slot reused revives no child:");
    judge_drop(w, c, 0);
    l.allowance = 4;
    judge_give_on(w, b, 0, a->id, c, 0, &l);
    m = judge_slot(w, c, 0, a->id);
    fm_turn_transfer(m, b->id, 5);
    refused(c, FM_E_ALLOWANCE, 0, "ATK0015 past the allowance");
    m = judge_slot(w, c, 0, a->id);
    fm_turn_transfer(m, b->id, 4);
    (void)judge_committed(w, c, "ATK0016 to its last unit");
    m = judge_slot(w, c, 0, a->id);
    fm_turn_transfer(m, b->id, 1);
    refused(c, FM_E_ALLOWANCE, 0, "ATK0017 and one more");
    l.allowance = FM_U64_MAX;
    judge_drop(w, c, 0);
    judge_give_on(w, b, 0, a->id, c, 0, &l);
    judge_give(w, b, a, 0, &life);
    m = judge_slot(w, a, 0, b->id);
    fm_turn_seal(m, 1);
    (void)judge_committed(w, a, "ATK0018 the holder in the middle is sealed");
    all_refused(c, 0, 12, FM_E_HOLDER_NOT_LIVE, "ATK0019 a sealed holder:");
    m = judge_slot(w, a, 0, b->id);
    fm_turn_seal(m, 0);
    fm_turn_transfer(m, a->id, (uint64_t)world_header(w, b->idx)->balance);
    fm_turn_destroy(m);
    (void)judge_committed(w, a, "ATK0020 and then emptied and destroyed");
    all_refused(c, 0, 12, FM_E_HOLDER_NOT_LIVE, "ATK0021 a destroyed holder:");
    fm_turn_check_nonce(judge_self(w, b), 0);
    refused(b, FM_E_AGENT_NOT_LIVE, 0, "ATK0022 a destroyed agent");
    m = judge_slot(w, a, 0, b->id);
    fm_turn_seal(m, 0);
    refused(a, FM_E_NOT_LIVE, 0, "ATK0023 destroyed is for ever");
    fm_turn_lift(judge_self(w, a), 0, value);
    (void)world_end(w, a);
    all_refused(c, 0, 12, FM_E_LIFTED, "ATK0024 a lifted group:");
}

static void ledgers(void)
{
    uint8_t kept[512];
    uint8_t salt[32] = {9};
    struct fm_receipt receipt;
    uint8_t root[32];
    size_t n;
    struct world *other;
    struct fm_params params;
    struct fm_turn_maker *m = judge_self(w, a);

    fm_turn_transfer(m, c->id, 1);
    n = fm_turn_finish(m) != 0 ? fm_turn_sign(m, a->sk) : 0;
    memcpy(kept, w->wire, n);
    /* another ledger where the same keys and ids stand at the same nonces */
    fm_params_default(&params);
    params.max_cells = 1000;
    other = world_new(&params);
    (void)world_actor(other, 0, 8, 16, 100000);
    memcpy(other->wire, kept, n);
    other->wire_bytes = n;
    (void)judge_refused_bytes(other, &other->actors[0], FM_E_WRONG_LEDGER, 0,
                              "ATK0025 a turn of another ledger");
    TAP_EQ(other->violations, 0, "ATK0026 which is whole");
    world_free(other);
    fm_state_fork(&w->state, salt, &receipt);
    w->batch.height = w->state.top.height + 1U;
    memcpy(root, w->state.root, 32);
    memcpy(w->wire, kept, n);
    w->wire_bytes = n;
    (void)judge_refused_bytes(w, a, FM_E_WRONG_LEDGER, 0, "ATK0027 a turn of before the fork");
    memcpy(w->wire + 8, w->state.top.ledger, 8);
    (void)judge_refused_bytes(
        w, a, FM_E_BAD_SIGNATURE, 0,
        "ATK0028 with the fork's name patched in: the signature is over all 32 bytes");
    TAP_MEM(root, w->state.root, 32, "ATK0029 neither moved the fork");
    m = judge_self(w, a);
    fm_turn_transfer(m, c->id, 1);
    (void)judge_committed(w, a, "ATK0030 signed for the fork it commits");
}

int main(void)
{
    w = world_new(NULL);
    a = world_actor(w, 0, 8, 16, 100000);
    b = world_actor(w, 1, 8, 16, 1000);
    c = world_actor(w, 2, 8, 16, 1000);
    fm_turn_check_nonce(judge_self(w, a), 1);
    (void)world_end(w, a);
    i1_to_i2();
    i3_to_i4();
    i5();
    i6_to_i7();
    i8_to_i10();
    i11();
    i12_to_i13();
    i14();
    i15();
    i16();
    i16_padding();
    replay();
    head();
    chains();
    ledgers();
    TAP_EQ(w->violations, 0, "ATK0099 roots, chains and sums held at every step");
    world_free(w);
    return tap_done();
}
