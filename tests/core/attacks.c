/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The attacks that other executors fell to, I-1 to I-16 (docs/spec/heart.md), each made against this one and
 * refused by name; and what a thief, a replayer and a dead capability try.
 */
#include "core/proof.h"
#include "crypto/sign.h"
#include "tests/core/expect.h"
#include "tests/tap.h"

#include <stdio.h>
#include <stdlib.h>

/* I-1: authority over one cell is used on another. */
static void test_bearer(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_SEND | FM_RIGHT_READ);
    struct actor mask = *a;

    give(a, b, 0, &l);
    fm_turn_transfer(slot(b, 0, c->id), b->id, 1);
    expect(b, FM_E_TARGET, 0, "I-1 a capability on A moves nothing of C");
    memcpy(mask.sk, b->sk, 64);
    fm_turn_transfer(self(&mask), b->id, 1);
    expect(&mask, FM_E_BAD_SIGNATURE, 0, "I-1 B's signature is none for A's cell");
    fm_turn_transfer(slot(c, 0, a->id), c->id, 1);
    expect(c, FM_E_NO_CAP, 0, "I-1 what B holds serves nobody else");
    drop(b, 0);
}

/* I-2: a key that anybody can compute from public names. */
static void test_public_secret(void)
{
    struct actor forged = *a;
    uint8_t text[64];
    uint8_t seed[32];

    memcpy(text, w->state.top.ledger, 32);
    memcpy(text + 32, a->id, 32);
    fm_blake3(text, sizeof text, seed, 32);
    fm_ed25519_keypair(seed, forged.pk, forged.sk);
    fm_turn_transfer(self(&forged), b->id, 1);
    expect(&forged, FM_E_BAD_SIGNATURE, 0, "I-2 a key made of ledger and cell id");
    fm_ed25519_keypair(a->id, forged.pk, forged.sk);
    fm_turn_transfer(self(&forged), b->id, 1);
    expect(&forged, FM_E_BAD_SIGNATURE, 0, "I-2 a key whose seed is the cell id");
}

/* Something that needs exactly this right, through b's slot 1, on a cell of the treasury's that has everything. */
static void use_right(uint8_t slot_, uint16_t right, const uint8_t target[32])
{
    struct fm_turn_maker *m = slot(b, slot_, target);
    struct fm_limits l = limits_of(0);
    uint8_t value[32] = {1};

    switch (right) {
    case FM_RIGHT_READ:
        fm_turn_check_balance(m, 0);
        break;
    case FM_RIGHT_INVOKE:
        fm_turn_invoke(m, 1, 1, (const uint8_t[34]){9, 0});
        break;
    case FM_RIGHT_WRITE:
        fm_turn_setfield(m, 9, value);
        break;
    case FM_RIGHT_SEND:
        fm_turn_transfer(m, c->id, 1);
        break;
    case FM_RIGHT_GRANT:
        fm_turn_grant(m, c->id, 7, &l);
        break;
    case FM_RIGHT_SPAWN:
        fm_turn_create(m, &(struct fm_create){.salt = w->salt++, .owner_pk = {1}});
        break;
    case FM_RIGHT_NOTIFY:
        fm_turn_event(m, 1, value);
        break;
    case FM_RIGHT_MINT:
        fm_turn_create(
            m, &(struct fm_create){.salt = w->salt++, .owner_pk = {1}, .asset = FM_ASSET_OWN});
        break;
    case FM_RIGHT_LIFE:
        fm_turn_seal(m, 1);
        break;
    default:
        fm_turn_lift(m, 0, value);
        break;
    }
}

/* I-3: narrowing amplifies. Every set of rights is narrowed to every single right, and every other right is tried. */
static void test_narrowing(void)
{
    struct fm_limits all = limits_of(FM_RIGHTS_ALL & ~(unsigned)FM_RIGHT_MINT);
    uint32_t tried = 0;
    uint32_t wrong = 0;

    give(a, b, 1, &all);
    for (uint16_t keep = 1; keep <= FM_RIGHTS_ALL; keep = (uint16_t)(keep << 1)) {
        struct fm_limits l = limits_of((uint16_t)(keep & all.rights));

        fm_turn_attenuate(slot(b, 1, a->id), 2, &l);
        wrong += world_end(w, b) != FM_COMMITTED;
        for (uint16_t use = 1; use <= FM_RIGHTS_ALL; use = (uint16_t)(use << 1)) {
            bool same_root;
            enum fm_status got;

            if (use == keep || use == FM_RIGHT_MINT) {
                continue;
            }
            use_right(2, use, a->id);
            got = world_end(w, b);
            same_root = world_header(w, a->idx)->lifecycle == FM_LIVE;
            wrong += got != FM_BODY_FAILED || world_reason(w) != FM_E_RIGHT || !same_root;
            tried++;
        }
        drop(b, 2);
    }
    TAP_EQ(tried, 81, "I-3 every other right was tried on every narrowed capability");
    TAP_EQ(wrong, 0, "I-3 RIGHT: what was narrowed away never comes back");
    drop(b, 1);
}

/* I-4: the introducer is a field that the caller fills in. */
static void test_introduction(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_READ | FM_RIGHT_GRANT);
    struct fm_limits more = l;

    l.expiry = w->batch.now + 100U;
    give(a, c, 3, &l);
    fm_turn_open(self(b), 3, c->id);
    expect_ok(b, "I-4 B opens a slot for C");
    fm_turn_grant(slot(b, 3, a->id), b->id, 3, &l);
    expect(b, FM_E_NO_CAP, 0, "I-4 B cannot grant out of C's slot");
    fm_turn_grant(self(a), b->id, 3, &l);
    expect(a, FM_E_NOT_OPEN, 0, "I-4 A cannot give where B waits for C");
    more.expiry = l.expiry + 1U;
    fm_turn_grant(slot(c, 3, a->id), b->id, 3, &more);
    expect(c, FM_E_WIDENS, FM_AXIS_EXPIRY, "I-4 no fresh lifetime");
    more = l;
    more.rights |= FM_RIGHT_WRITE;
    fm_turn_grant(slot(c, 3, a->id), b->id, 3, &more);
    expect(c, FM_E_WIDENS, FM_AXIS_RIGHTS, "I-4 no rights out of nothing");
    fm_turn_grant(slot(c, 3, a->id), b->id, 3, &l);
    expect_ok(c, "I-4 C introduces B to A");
    TAP_OK(world_record(w, b->idx, 3)->parent_holder == c->idx &&
               world_record(w, b->idx, 3)->parent_slot == 3U,
           "I-4 and the record says that C did");
    drop(b, 3);
    drop(c, 3);
}

/* I-5: epoch and provenance come from the caller. */
static void test_regrant(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_READ | FM_RIGHT_GRANT);
    struct fm_limits other = l;
    static const uint8_t zero[32];

    l.group = 4;
    other.group = 5;
    give(a, b, 0, &l);
    fm_turn_attenuate(slot(b, 0, a->id), 1, &other);
    expect(b, FM_E_WIDENS, FM_AXIS_GROUP, "I-5 a regrant cannot choose another group");
    fm_turn_attenuate(slot(b, 0, a->id), 1, &l);
    expect_ok(b, "I-5 a regrant in the same group");
    TAP_EQ(world_record(w, b->idx, 1)->epoch, world_record(w, b->idx, 0)->epoch,
           "I-5 has its parent's epoch");
    fm_turn_lift(self(a), 4, zero);
    expect_ok(a, "I-5 A lifts the group");
    fm_turn_check_balance(slot(b, 1, a->id), 0);
    expect(b, FM_E_LIFTED, 0, "I-5 and the regrant is dead too");
    fm_turn_attenuate(slot(b, 0, a->id), 2, &l);
    expect(b, FM_E_LIFTED, 0, "I-5 nothing can be regranted out of a lifted record");
    drop(b, 0);
    drop(b, 1);
}

/* I-6: revocation is enforced on some paths. Every right is tried through a capability whose grandparent is revoked. */
static void test_every_path(void)
{
    struct fm_limits all = limits_of(FM_RIGHTS_ALL);
    uint32_t wrong = 0;

    give(a, c, 0, &all);
    fm_turn_open(self(b), 0, c->id);
    (void)world_end(w, b);
    fm_turn_grant(slot(c, 0, a->id), b->id, 0, &all);
    expect_ok(c, "I-6 A to C to B");
    fm_turn_revoke(self(c), 0);
    expect_ok(c, "I-6 C's is revoked");
    for (uint16_t use = 1; use <= FM_RIGHTS_ALL; use = (uint16_t)(use << 1)) {
        use_right(0, use, a->id);
        wrong += world_end(w, b) != FM_BODY_FAILED || world_reason(w) != FM_E_REVOKED;
    }
    TAP_EQ(wrong, 0, "I-6 REVOKED: ten rights, ten paths, none open");
    drop(b, 0);
    drop(c, 0);
}

/* I-7: a deputy is made to use its own authority, or a child takes its parent's. */
static void test_deputy(void)
{
    struct fm_limits all = limits_of(FM_RIGHTS_ALL);
    struct fm_limits read = limits_of(FM_RIGHT_READ);
    struct fm_create child = {.salt = 77, .nslots = 4, .owner_pk = {1}};

    give(c, a, 4, &all); /* the deputy A holds something on C */
    give(a, b, 0, &all); /* and B everything on A */
    fm_turn_transfer(slot(b, 4, c->id), b->id, 1);
    expect(b, FM_E_NO_CAP, 0, "I-7 a frame's slots are the agent's, never its target's");
    w->wire_bytes = 0;
    fm_turn_drop(slot(b, 0, a->id), 4);
    TAP_OK(world_end(w, b) == FM_MALFORMED, "I-7 MALFORMED: DROP reaches no slot of a target");
    fm_turn_revoke(slot(b, 0, a->id), 4);
    TAP_OK(world_end(w, b) == FM_MALFORMED, "I-7 MALFORMED: nor REVOKE");
    fm_turn_open(slot(b, 0, a->id), 5, b->id);
    TAP_OK(world_end(w, b) == FM_MALFORMED, "I-7 MALFORMED: nor OPEN");
    fm_turn_create(slot(b, 0, a->id), &child);
    expect(b, FM_E_NOT_FIXED, 0, "I-7 A is no factory, so B makes no child of it");
    fm_turn_create(self(b), &child);
    expect_ok(b, "I-7 B makes a child of its own");
    {
        uint32_t idx = w->state.top.ncells - 1U;
        uint8_t any = 0;

        for (uint8_t i = 0; i < 4U; i++) {
            any |= world_record(w, idx, i)->kind;
        }
        TAP_EQ(any, FM_KIND_FREE, "I-7 and it holds nothing of its maker's");
    }
    drop(b, 0);
    give(a, b, 0, &read);
    child.salt = 78;
    fm_turn_create(slot(b, 0, a->id), &child);
    expect(b, FM_E_RIGHT, 0, "I-7 READ makes no children");
    drop(b, 0);
    drop(a, 4);
}

/* I-8: fee and nonce of an agent that did not sign. */
static void test_unsigned_agent(void)
{
    struct fm_params params;
    struct world *keep = w;
    struct actor *keep_a = a;
    struct actor thief;
    struct fm_header before;
    uint64_t fees;

    fm_params_default(&params);
    params.fee_base = 100;
    w = world_new(&params);
    a = world_actor(w, 0, 4, 8, 1000);
    thief = *a;
    actor_keys(&thief, 66);
    before = *world_header(w, a->idx);
    fees = w->state.top.fees;
    fm_turn_check_balance(self(&thief), 0);
    expect(&thief, FM_E_BAD_SIGNATURE, 0, "I-8 a stranger signs for A");
    TAP_MEM(world_header(w, a->idx), &before, sizeof before,
            "I-8 A's nonce, link and balance are untouched");
    TAP_EQ(w->state.top.fees, fees, "I-8 no fee was taken");
    world_free(w);
    w = keep;
    a = keep_a;
}

/* I-9: bytes that the signature does not cover. Every bit of a signed grant is flipped; none of them runs. */
static void test_every_bit(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_READ);
    uint8_t root[32];
    uint8_t kept[FM_TURN_BYTES_MAX];
    size_t n;
    uint32_t ran = 0;
    uint32_t malformed = 0;
    uint32_t unsigned_bits = 0;
    uint32_t other = 0;

    fm_turn_open(self(b), 0, a->id);
    (void)world_end(w, b);
    l.badge = 9;
    fm_turn_grant(self(a), b->id, 0, &l);
    n = fm_turn_finish(&w->maker) != 0 ? fm_turn_sign(&w->maker, a->sk) : 0;
    memcpy(kept, w->wire, n);
    memcpy(root, w->state.root, 32);
    for (size_t bit = 0; bit < n * 8U; bit++) {
        enum fm_status got;

        memcpy(w->wire, kept, n);
        w->wire[bit / 8U] ^= (uint8_t)(1U << (bit & 7U));
        w->wire_bytes = n;
        got = world_run(w);
        ran += got != FM_MALFORMED && got != FM_REJECTED;
        malformed += got == FM_MALFORMED;
        /* Receiver, slot and limits, and the fee: what another executor left open after signing. */
        if (got == FM_REJECTED && (bit / 8U >= FM_TURN_HEAD_BYTES || bit / 8U - 56U < 8U)) {
            unsigned_bits += world_reason(w) == FM_E_BAD_SIGNATURE;
            other += world_reason(w) != FM_E_BAD_SIGNATURE;
        }
    }
    TAP_OK(unsigned_bits > 1000U && other == 0U,
           "I-9 BAD_SIGNATURE: another receiver, slot, limit, signature or fee");
    TAP_OK(n > 100 && malformed > 0, "I-9 some flips are MALFORMED, the others another turn");
    TAP_EQ(ran, 0, "I-9 no flipped bit of a signed grant runs");
    TAP_MEM(w->state.root, root, 32, "I-9 and none leaves a trace");
    memcpy(w->wire, kept, n);
    w->wire_bytes = n;
    TAP_OK(world_run(w) == FM_COMMITTED, "I-9 the turn itself commits");
    drop(b, 0);
}

/* I-10: bytes of a signature stand in for a key. */
static void test_signature_as_key(void)
{
    size_t n;

    fm_turn_check_balance(self(a), 0);
    n = fm_turn_finish(&w->maker) != 0 ? fm_turn_sign(&w->maker, b->sk) : 0;
    memcpy(w->wire + n - 64U, a->pk, 32);
    w->wire_bytes = n;
    TAP_OK(world_run(w) == FM_REJECTED && world_reason(w) == FM_E_BAD_SIGNATURE,
           "I-10 BAD_SIGNATURE: the agent's key as the signature's first half");
    memset(w->wire + n - 64U, 0, 64);
    TAP_OK(world_run(w) == FM_REJECTED && world_reason(w) == FM_E_BAD_SIGNATURE,
           "I-10 BAD_SIGNATURE: zeros");
    /* The neutral point, with s = 0: good for a small-order key in a lax verifier. */
    w->wire[n - 64U] = 1;
    TAP_OK(world_run(w) == FM_REJECTED && world_reason(w) == FM_E_BAD_SIGNATURE,
           "I-10 BAD_SIGNATURE: the neutral point");
}

/* I-11: an effect that the rules of a cell do not see. The child of a factory keeps field 8. */
static void test_rules_see_all(void)
{
    struct fm_create factory = {.salt = 51, .nfields = 16, .slot = 5, .rights = FM_RIGHTS_ALL};
    struct fm_create child = {.salt = 52, .nfields = 12};
    static const uint8_t immutable[32] = {1, 0, 8, 0, 9, 0};
    static const uint8_t method[32] = {0x80 + 2, 1, 0, 0, 8, 0, 10, 0};
    uint8_t id[32];
    uint8_t value[32] = {3};
    uint8_t writes[34] = {8, 0, 3};

    world_next_id(w, a, factory.salt, id);
    fm_turn_create(self(a), &factory);
    expect_ok(a, "I-11 a factory is made");
    fm_turn_setfield(slot(a, 5, id), 8, immutable);
    fm_turn_setfield(&w->maker, 9, method);
    fm_turn_fix(&w->maker);
    expect_ok(a, "I-11 with a rule and a method, and fixed");
    memcpy(child.owner_pk, c->pk, 32);
    child.nslots = 2;
    {
        struct actor kid = *c;

        world_next_id(w, a, child.salt, kid.id);
        fm_turn_create(slot(a, 5, id), &child);
        expect_ok(a, "I-11 a child of it");
        kid.idx = fm_state_find(&w->state, kid.id);
        fm_turn_setfield(self(&kid), 8, value);
        expect(&kid, FM_E_POLICY, 8, "I-11 SETFIELD by the owner itself");
        fm_turn_invoke(self(&kid), 2, 1, writes);
        expect(&kid, FM_E_POLICY, 8, "I-11 INVOKE of a method that writes it");
        fm_turn_fix(self(&kid));
        expect(&kid, FM_E_POLICY_SET, 0, "I-11 another policy");
        fm_turn_setfield(self(&kid), 9, value);
        fm_turn_setfield(&w->maker, 8, value);
        expect(&kid, FM_E_POLICY, 8, "I-11 behind a write that is allowed");
        fm_turn_setfield(self(&kid), 9, value);
        expect_ok(&kid, "I-11 what no rule names is free");
    }
    drop(a, 5);
}

/* I-12: limits that exist as types. */
static void test_limits_hold(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_SEND);

    l.max_amount = 5;
    l.allowance = 8;
    give(a, b, 0, &l);
    fm_turn_transfer(slot(b, 0, a->id), b->id, 6);
    expect(b, FM_E_AMOUNT, 0, "I-12 more than a use may take");
    fm_turn_transfer(slot(b, 0, a->id), b->id, 5);
    fm_turn_transfer(&w->maker, b->id, 4);
    expect(b, FM_E_ALLOWANCE, 0, "I-12 more than all uses may take, in one turn");
    fm_turn_transfer(slot(b, 0, a->id), b->id, 5);
    expect_ok(b, "I-12 five");
    fm_turn_transfer(slot(b, 0, a->id), b->id, 4);
    expect(b, FM_E_ALLOWANCE, 0, "I-12 more than all uses may take, in two");
    drop(b, 0);
}

/* I-13: rollback leaves something behind. A turn does a little of everything and fails at its end. */
static void test_rollback(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_READ | FM_RIGHT_SEND);
    struct fm_limits some = l;
    struct fm_turn_maker *m;
    uint8_t value[32] = {5};
    static const uint8_t zero[32];

    some.allowance = 100;
    fm_turn_open(self(b), 6, a->id);
    (void)world_end(w, b);
    give(c, a, 1, &some);
    m = self(a);
    fm_turn_setfield(m, 9, value);
    fm_turn_transfer(m, b->id, 7);
    fm_turn_grant(m, b->id, 6, &l);
    fm_turn_create(
        m, &(struct fm_create){.salt = 4, .owner_pk = {1}, .nslots = 3, .nfields = 9, .nopen = 2});
    fm_turn_attenuate(m, 2, &l);
    fm_turn_revoke(m, 2);
    fm_turn_open(m, 3, b->id);
    fm_turn_drop(m, 3);
    fm_turn_lift(m, 2, zero);
    fm_turn_event(m, 4, value);
    fm_turn_slot(m, 1, c->id);
    fm_turn_transfer(m, a->id, 11);
    fm_turn_check_nonce(m, FM_U64_MAX);
    expect(a, FM_E_CHECK, 0, "I-13 twelve effects and a failed check leave the prologue alone");
    TAP_OK(world_record(w, b->idx, 6)->kind == FM_KIND_OPEN &&
               world_record(w, a->idx, 1)->used == 0U && world_header(w, a->idx)->epoch[2] == 0U,
           "I-13 the slot is still open, the allowance unspent, the group not lifted");
    drop(a, 1);
    drop(b, 6);
}

/* I-14: failed turns leave no receipt, and the chain breaks. */
static void test_failed_receipts(void)
{
    struct fm_receipt_head failed;
    uint8_t link[32];

    fm_turn_check_nonce(self(a), 0);
    expect(a, FM_E_CHECK, 0, "I-14 a turn fails in its body");
    failed = w->sealed.receipt.head;
    fm_link_next(failed.link, failed.turn_hash, FM_BODY_FAILED, link);
    TAP_MEM(world_header(w, a->idx)->link, link, 32,
            "I-14 the agent's chain covers the failure and its status");
    fm_turn_check_balance(self(a), 0);
    expect_ok(a, "I-14 the next one commits");
    TAP_MEM(w->sealed.receipt.head.pre_root, failed.post_root, 32,
            "I-14 and begins where the failed one ended");
    TAP_MEM(w->sealed.receipt.head.link, link, 32, "I-14 in the same chain");
    TAP_EQ(w->sealed.receipt.head.seq, failed.seq + 1U, "I-14 one after the other");
}

/* Flips every bit of a region and counts the flips that leave the root. */
static uint32_t unbound_bits(uint8_t *at, size_t n, const uint8_t root[32])
{
    uint32_t unbound = 0;

    for (size_t bit = 0; bit < n * 8U; bit += 7U) { /* every byte is met; 7 and 8 share no factor */
        uint8_t got[32];

        at[bit / 8U] ^= (uint8_t)(1U << (bit & 7U));
        world_root_from_scratch(w, got);
        unbound += memcmp(got, root, 32) == 0;
        at[bit / 8U] ^= (uint8_t)(1U << (bit & 7U));
    }
    return unbound;
}

/* I-15: state that the root does not cover. */
static void test_root_covers(void)
{
    struct world *keep = w;
    struct actor *keep_a = a;
    uint32_t unbound = 0;
    uint8_t root[32];

    w = world_new(NULL);
    a = world_actor(w, 0, 3, 5, 10);
    memcpy(root, w->state.root, 32);
    for (uint32_t i = 0; i < w->state.top.ncells; i++) {
        unbound += unbound_bits((uint8_t *)&w->state.cells[i], 124,
                                root); /* up to the sizes of its trees */
        unbound +=
            unbound_bits((uint8_t *)&w->state.cells[i] + 127, sizeof(struct fm_cell) - 127U, root);
    }
    unbound +=
        unbound_bits((uint8_t *)&w->state.records[w->state.places[a->idx].slot_at], 3U * 64U, root);
    unbound += unbound_bits(w->state.fields + (size_t)w->state.places[a->idx].field_at * 32U,
                            5U * 32U, root);
    unbound += unbound_bits((uint8_t *)&w->state.top + 4, sizeof w->state.top - 4U, root);
    TAP_EQ(unbound, 0,
           "I-15 headers, next ids, records, fields and the ledger's own record: the root moves "
           "with each");
    world_free(w);
    w = keep;
    a = keep_a;
}

/* I-16: a tree whose inner nodes pass for leaves, whose size is free, that cannot show absence. */
static void test_tree(void)
{
    uint8_t proof[FM_PROOF_BYTES_MAX];
    uint8_t bad[FM_PROOF_BYTES_MAX];
    struct fm_proven proven;
    size_t n = fm_proof_make(&w->state, a->idx, 0, 0, proof, sizeof proof);
    uint32_t accepted = 0;
    uint8_t absent[32];

    TAP_OK(n > 0 && fm_proof_verify(proof, n, w->state.root, &proven, NULL) == FM_OK,
           "I-16 a proof verifies");
    for (size_t bit = 0; bit < n * 8U; bit++) {
        memcpy(bad, proof, n);
        bad[bit / 8U] ^= (uint8_t)(1U << (bit & 7U));
        accepted += fm_proof_verify(bad, n, w->state.root, &proven, NULL) == FM_OK;
    }
    TAP_EQ(accepted, 0,
           "I-16 PROOF_ROOT or MALFORMED: no flipped bit of a proof verifies, its count and index "
           "included");
    /* An inner node given as a leaf: the path one shorter, the count halved. */
    memcpy(bad, proof, n);
    fm_put_le32(bad, 1U << (fm_tree_depth(w->state.top.ncells) - 1U));
    memmove(bad + 132, bad + 164, n - 164U);
    TAP_OK(fm_proof_verify(bad, n - 32U, w->state.root, &proven, NULL) == FM_E_PROOF_ROOT,
           "I-16 PROOF_ROOT: a node in the place of a leaf");
    TAP_EQ(fm_proof_make_absent(&w->state, a->id, bad, sizeof bad), 0,
           "I-16 no proof that a cell which is there is absent");
    memcpy(absent, a->id, 32);
    absent[31] ^= 1U;
    n = fm_proof_make_absent(&w->state, absent, bad, sizeof bad);
    TAP_OK(n > 0 && fm_proof_verify(bad, n, w->state.root, &proven, NULL) == FM_OK &&
               fm_proven_absent(&proven, absent) && !fm_proven_absent(&proven, a->id),
           "I-16 absence of its neighbour is shown, its own is not");
    accepted = 0;
    for (uint32_t idx = 0; idx < w->state.top.ncells; idx++) {
        n = fm_proof_make(&w->state, idx, 0, 0, proof, sizeof proof);
        accepted += fm_proof_verify(proof, n, w->state.root, &proven, NULL) != FM_OK ||
                    fm_proven_absent(&proven, a->id);
    }
    TAP_EQ(accepted, 0, "I-16 nor by the proof of any other cell");
}

/* I-16, in a cell's own tree: two hashes given as a record, and the padding given as a slot or a cell. */
static void test_small_tree(void)
{
    uint8_t proof[FM_PROOF_BYTES_MAX];
    uint8_t bad[FM_PROOF_BYTES_MAX];
    struct fm_proven proven;
    struct fm_why why;
    size_t n = fm_proof_make(&w->state, a->idx, FM_WRITE_RECORD, 0, proof, sizeof proof);
    size_t depth = fm_tree_depth(world_header(w, a->idx)->nslots);
    size_t cell = fm_proof_make(&w->state, a->idx, 0, 0, bad, sizeof bad);
    size_t nslots_at = cell - 64U - sizeof(struct fm_header) + 126U;
    uint8_t leaf[32];

    /* The first node of the level above: its two children, 64 bytes, stand where a record stands. */
    fm_hash(FM_H_CAP, (const uint8_t *)world_record(w, a->idx, 0), sizeof(struct fm_record), leaf);
    memcpy(bad, proof, cell + 3U);
    memcpy(bad + cell + 3U, leaf, 32);
    memcpy(bad + cell + 35U, proof + cell + 67U, 32);
    memcpy(bad + cell + 67U, proof + cell + 99U, (depth - 1U) * 32U);
    TAP_OK(fm_proof_verify(bad, n - 32U, w->state.root, &proven, &why) == FM_E_MALFORMED &&
               strcmp(why.field, "length") == 0,
           "I-16 MALFORMED: a path that is shorter than the count of slots wants");
    bad[nslots_at] /= 2U;
    TAP_OK(fm_proof_verify(bad, n - 32U, w->state.root, &proven, &why) == FM_E_PROOF_ROOT &&
               strcmp(why.field, "slots or fields root") == 0,
           "I-16 PROOF_ROOT: two hashes given as a record, with half as many slots");
    memcpy(bad, proof, n);
    fm_put_le16(bad + cell + 1U, world_header(w, a->idx)->nslots);
    TAP_OK(fm_proof_verify(bad, n, w->state.root, &proven, &why) == FM_E_MALFORMED &&
               strcmp(why.field, "index") == 0,
           "I-16 MALFORMED: a slot behind the last one");
    memcpy(bad, proof, n);
    fm_put_le32(bad + 128U, w->state.top.ncells);
    TAP_OK(fm_proof_verify(bad, n, w->state.root, &proven, &why) == FM_E_MALFORMED &&
               strcmp(why.field, "idx") == 0,
           "I-16 MALFORMED: a cell behind the last one");
}

/* Turns as bytes: replayed, out of order, cut off, of another ledger, of a fork. */
static void test_bytes(void)
{
    uint8_t first[FM_TURN_BYTES_MAX];
    uint8_t second[FM_TURN_BYTES_MAX];
    size_t n1;
    size_t n2;
    uint32_t ran = 0;
    struct fm_receipt receipt;
    static const uint8_t salt[32] = {8};
    uint8_t ledger[32];

    fm_turn_transfer(self(a), b->id, 1);
    n1 = fm_turn_finish(&w->maker) != 0 ? fm_turn_sign(&w->maker, a->sk) : 0;
    memcpy(first, w->wire, n1);
    fm_turn_begin(&w->maker, w->wire, sizeof w->wire, w->state.top.ledger, a->id,
                  world_header(w, a->idx)->nonce + 1U, FM_U64_MAX, FM_NEVER);
    fm_turn_self(&w->maker);
    fm_turn_transfer(&w->maker, b->id, 2);
    n2 = fm_turn_finish(&w->maker) != 0 ? fm_turn_sign(&w->maker, a->sk) : 0;
    memcpy(second, w->wire, n2);
    w->wire_bytes = n2;
    TAP_OK(world_run(w) == FM_REJECTED && world_reason(w) == FM_E_NONCE,
           "ATK01 NONCE: the second turn before the first");
    for (size_t cut = 0; cut < n1; cut++) {
        memcpy(w->wire, first, cut);
        w->wire_bytes = cut;
        ran += world_run(w) != FM_MALFORMED;
    }
    TAP_EQ(ran, 0, "ATK02 MALFORMED: every shorter piece of a turn");
    memcpy(w->wire, first, n1);
    w->wire[n1] = 0;
    w->wire_bytes = n1 + 1U;
    TAP_OK(world_run(w) == FM_MALFORMED, "ATK03 MALFORMED: and a byte more");
    w->wire_bytes = n1;
    TAP_OK(world_run(w) == FM_COMMITTED, "ATK04 the turn itself commits");
    TAP_OK(world_run(w) == FM_REJECTED && world_reason(w) == FM_E_NONCE,
           "ATK05 NONCE: the same bytes again");
    memcpy(ledger, w->state.top.ledger, 32);
    fm_state_fork(&w->state, salt, &receipt);
    TAP_OK(memcmp(ledger, w->state.top.ledger, 32) != 0, "ATK06 a thawed fork is another ledger");
    memcpy(w->wire, second, n2);
    w->wire_bytes = n2;
    TAP_OK(world_run(w) == FM_REJECTED && world_reason(w) == FM_E_WRONG_LEDGER,
           "ATK07 WRONG_LEDGER: a turn for the ledger it was forked from");
    memcpy(w->wire + 8, w->state.top.ledger, 8);
    TAP_OK(world_run(w) == FM_REJECTED && world_reason(w) == FM_E_BAD_SIGNATURE,
           "ATK08 BAD_SIGNATURE: the same, its hint of a ledger changed");
}

/* Dead capabilities, one way of dying after the other. */
static void test_dead(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_READ | FM_RIGHT_GRANT);
    struct fm_create maker = {.salt = 91, .nslots = 2, .nopen = 0};
    struct actor gone = *c;

    memcpy(maker.owner_pk, c->pk, 32);
    world_next_id(w, c, maker.salt, gone.id);
    fm_turn_create(self(c), &maker);
    expect_ok(c, "ATK10 a cell that will go");
    gone.idx = fm_state_find(&w->state, gone.id);
    give(a, &gone, 0, &l);
    fm_turn_open(self(b), 0, gone.id);
    (void)world_end(w, b);
    fm_turn_grant(slot(&gone, 0, a->id), b->id, 0, &l);
    expect_ok(&gone, "ATK11 it gives B what A gave it");
    fm_turn_destroy(self(&gone));
    expect_ok(&gone, "ATK12 and is destroyed");
    fm_turn_check_balance(slot(b, 0, a->id), 0);
    expect(b, FM_E_HOLDER_NOT_LIVE, 0, "ATK13 a destroyed holder in the chain");
    fm_turn_check_balance(self(&gone), 0);
    expect(&gone, FM_E_AGENT_NOT_LIVE, 0, "ATK14 and it signs nothing more");
    drop(b, 0);
    give(a, c, 0, &l);
    fm_turn_open(self(b), 0, c->id);
    (void)world_end(w, b);
    fm_turn_grant(slot(c, 0, a->id), b->id, 0, &l);
    expect_ok(c, "ATK15 C gives B what A gave it");
    fm_turn_drop(self(c), 0);
    expect_ok(c, "ATK16 C drops its own");
    give(a, c, 0, &l);
    fm_turn_check_balance(slot(b, 0, a->id), 0);
    expect(b, FM_E_REVOKED, 0, "ATK17 a new record in the dropped slot revives nothing");
    drop(b, 0);
    drop(c, 0);
}

int main(void)
{
    expect_begin();
    test_bearer();
    test_public_secret();
    test_narrowing();
    test_introduction();
    test_regrant();
    test_every_path();
    test_deputy();
    test_unsigned_agent();
    test_every_bit();
    test_signature_as_key();
    test_rules_see_all();
    test_limits_hold();
    test_rollback();
    test_failed_receipts();
    test_root_covers();
    test_tree();
    test_small_tree();
    test_dead();
    test_bytes();
    TAP_EQ(w->violations, 0, "ATK99 roots, chains and sums held at every step");
    world_free(w);
    return tap_done();
}
