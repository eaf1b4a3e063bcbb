/* SPDX-License-Identifier: Apache-2.0 */
/* DELEG-P and DELEG-W over turns that the heart ran: out of slots of every depth, metered or not; and every lie
 * about them. */
#include <stdio.h>
#include <stdlib.h>

#include "core/tree.h"
#include "crypto/hash.h"
#include "tests/stark/claims_world.h"
#include "tests/tap.h"

struct fm_deleg_claim deleg;
struct fm_deleg_witness deleg_witness;
uint8_t receipt_hash[32];
static struct fm_deleg_claim worse;

fm_err prove_deleg(const struct fm_deleg_claim *d, const struct fm_deleg_witness *x)
{
    struct fm_opening o = {.paths = &paths, .siblings = siblings};
    fm_err e;
    fm_paths_init(&paths);
    fm_deleg_open(&o, d, x);
    e = fm_paths_finish(&paths, FM_STARK_P100);
    return e != FM_OK ? e : prove_paths();
}

static fm_err verify_deleg(const struct fm_deleg_claim *d)
{
    return fm_deleg_verify(d, receipt_hash, FM_STARK_P100, proof_bytes, proof_len, &paths, scratch,
                           fm_stark_verify_scratch());
}

/* The state before a turn of B's: the chain of its slot, and C's slot 2. */
static void before_turn(uint8_t held)
{
    struct fm_chain_link l;
    struct fm_opened_top pre;
    memset(&deleg, 0, sizeof deleg);
    make_chain(b->idx, held, &deleg.held, &deleg_witness.held);
    open_record(c->idx, 2, &pre, &l, deleg_witness.before_slot, deleg_witness.before_cell);
    deleg.dst_before = l.cell;
    deleg.opened = l.record;
}

/* And after it: claim and witness are whole. */
static void after_turn(uint8_t held, bool whole)
{
    struct fm_chain_link l;
    struct fm_opened_top post;
    uint8_t unused[8][32];
    uint8_t path[32][32];
    uint8_t leaf[32];
    deleg.receipt = w->sealed.receipt;
    memcpy(receipt_hash, w->sealed.receipt_hash, 32);
    deleg.held.now = deleg.receipt.rest.now;
    open_record(c->idx, 2, &deleg.post, &l, deleg_witness.dst_slot, deleg_witness.dst_cell);
    deleg.dst = l.cell;
    deleg.dst_slot = l.slot;
    deleg.record = l.record;
    fm_cap_limits(&deleg.record, &deleg.held.limits);
    open_record(b->idx, held, &post, &l, unused, path);
    deleg.agent_after = l.cell;
    deleg.held_after = l.record;
    deleg.whole = whole;
    fm_opened_leaf(&deleg.dst_before, leaf);
    fm_tree_climb(leaf, c->idx, deleg_witness.dst_cell[0], fm_tree_depth(deleg.post.top.ncells), deleg.mid_root);
}

/* B grants C, metered or not, out of a slot that is so many links below its root record; claim and witness of that
 * turn. */
void make_deleg(bool metered, bool whole, uint8_t links)
{
    struct fm_limits l = limits_of(FM_RIGHT_READ | FM_RIGHT_SEND | FM_RIGHT_GRANT);
    uint8_t held = (uint8_t)(1 + links);
    expect_begin();
    l.allowance = metered ? 1000 : FM_U64_MAX;
    give(a, b, 1, &l);
    for (uint8_t i = 1; i < held; i++) {
        l.allowance = metered ? 1000U - 50U * i : FM_U64_MAX;
        l.max_amount -= metered ? 1 : 0;
        fm_turn_attenuate(slot(b, i, a->id), (uint8_t)(i + 1), &l);
        expect_ok(b, "CLM2000 B narrows what it holds");
    }
    l.rights = FM_RIGHT_READ;
    l.allowance = metered ? 300 : FM_U64_MAX;
    fm_turn_open(self(c), 2, b->id);
    (void)world_end(w, c);
    before_turn(held);
    fm_turn_grant(slot(b, held, a->id), c->id, 2, &l);
    expect_ok(b, "CLM2001 B delegates to C");
    after_turn(held, whole);
}

static void deleg_refused(fm_err want, const char *name)
{
    TAP_EQ(verify_deleg(&worse), want, name);
    worse = deleg;
}

static void deleg_lies(void)
{
    worse = deleg;
    worse.record.rights |= FM_RIGHT_SEND;
    deleg_refused(FM_E_STARK_WITNESS, "CLM2010 STARK_WITNESS: a record that is not what was claimed");
    worse.record.rights |= FM_RIGHT_ADMIN;
    worse.held.limits.rights |= FM_RIGHT_ADMIN;
    deleg_refused(FM_E_WIDENS, "CLM2011 WIDENS: a right that the held one lacks");
    worse.record.rights |= FM_RIGHT_SEND;
    worse.held.limits.rights |= FM_RIGHT_SEND;
    deleg_refused(FM_E_STARK_CONSTRAINTS, "CLM2012 STARK_CONSTRAINTS: one that it has, but that was not given");
    worse.record.parent_slot++;
    deleg_refused(FM_E_STARK_WITNESS, "CLM2013 STARK_WITNESS: another parent");
    worse.record.kind++;
    deleg_refused(FM_E_DEPTH, "CLM2014 DEPTH: another depth");
    worse.held.link[0].record.rights = FM_RIGHT_READ;
    deleg_refused(FM_E_RIGHT, "CLM2015 RIGHT: a held record without GRANT");
    worse.dst_slot = 3;
    deleg_refused(FM_E_STARK_CONSTRAINTS, "CLM2016 STARK_CONSTRAINTS: another slot");
    worse.dst_slot = 8;
    deleg_refused(FM_E_NO_SLOT, "CLM2017 NO_SLOT");
    worse.dst.header.idx = worse.post.top.ncells;
    deleg_refused(FM_E_NO_CELL, "CLM2018 NO_CELL");
    worse.dst.header.idx = worse.held.link[0].cell.header.idx;
    deleg_refused(FM_E_SAME_CELL, "CLM2023 SAME_CELL: the agent's own slot, which an ATTENUATE fills");
    worse.opened = worse.record;
    deleg_refused(FM_E_SLOT_TAKEN, "CLM2024 SLOT_TAKEN: the record stood there before the turn");
    worse.opened.generation++;
    deleg_refused(worse.whole ? FM_E_NOT_OPEN : FM_E_STARK_CONSTRAINTS,
        "CLM2025 another generation of the slot before");
    worse.dst_before.header.idx ^= 1;
    deleg_refused(FM_E_STARK_WITNESS, "CLM2026 STARK_WITNESS: before and after are two cells");
    TAP_EQ(fm_deleg_verify(&deleg, receipt_hash, FM_STARK_TOY, proof_bytes, proof_len, &paths, scratch,
                           fm_stark_verify_scratch()),
           FM_E_STARK_PROFILE, "CLM2027 STARK_PROFILE: one that claims nothing");
    worse.receipt.head.post_root[0] ^= 1;
    deleg_refused(FM_E_PROOF_ROOT, "CLM2019 PROOF_ROOT: another receipt");
    worse.receipt.rest.cost ^= 1;
    deleg_refused(FM_E_PROOF_ROOT, "CLM2020 PROOF_ROOT: another rest");
    worse.post.top.fees++;
    deleg_refused(FM_E_PROOF_ROOT, "CLM2021 PROOF_ROOT: other fees at the end");
    worse.held.now++;
    deleg_refused(FM_E_STARK_WITNESS, "CLM2022 STARK_WITNESS: judged at another time");
}

/* What DELEG-W says beyond DELEG-P: each change that the turn did not make. */
static void whole_lies(bool metered)
{
    uint32_t accepted = 0;
    worse.opened.kind = FM_KIND_FREE;
    deleg_refused(FM_E_NOT_OPEN, "CLM2030 NOT_OPEN: the slot was not open");
    worse.opened.target = a->idx;
    deleg_refused(FM_E_NOT_OPEN, "CLM2031 NOT_OPEN: or open for another");
    worse.agent_after.header.nonce++;
    deleg_refused(FM_E_STARK_WITNESS, "CLM2032 STARK_WITNESS: two nonces at once");
    worse.agent_after.header.balance++;
    deleg_refused(FM_E_STARK_WITNESS, "CLM2033 STARK_WITNESS: money out of nothing");
    worse.agent_after.header.owner_pk[0] ^= 1;
    deleg_refused(FM_E_STARK_WITNESS, "CLM2034 STARK_WITNESS: another key");
    worse.dst_before.header.balance++;
    deleg_refused(FM_E_STARK_WITNESS, "CLM2035 STARK_WITNESS: money lost at the receiver");
    worse.dst_before.fields_root[0] ^= 1;
    deleg_refused(FM_E_STARK_WITNESS, "CLM2036 STARK_WITNESS: a field changed beside");
    worse.mid_root[5] ^= 1;
    deleg_refused(FM_E_STARK_CONSTRAINTS, "CLM2037 STARK_CONSTRAINTS: another tree in between");
    worse.held_after.used++;
    deleg_refused(FM_E_STARK_WITNESS, "CLM2038 STARK_WITNESS: another use of the allowance");
    worse.agent_after.slots_root[0] ^= 1;
    deleg_refused(metered ? FM_E_STARK_CONSTRAINTS : FM_E_STARK_WITNESS, "CLM2039 other slots of the agent changed");
    for (uint32_t i = 0; i < 32; i++) { /* the receiver's other slots */
        worse.dst_before.slots_root[i] ^= 1;
        accepted += verify_deleg(&worse) == FM_OK;
        worse = deleg;
    }
    TAP_EQ(accepted, 0, "CLM2040 no other slot of the receiver changed");
}

/* The receipt as if the states of `worse` were those that it names: only what the states say is left to be wrong. */
static void reseal(uint8_t hash[32])
{
    fm_opened_root(&worse.held.state, worse.receipt.head.pre_root);
    fm_opened_root(&worse.post, worse.receipt.head.post_root);
    fm_hash(FM_H_REST, (const uint8_t *)&worse.receipt.rest, sizeof worse.receipt.rest, worse.receipt.head.rest_hash);
    fm_receipt_hash(&worse.receipt, hash);
}

static uint32_t unseen;

static void seen(fm_err want, const char *what)
{
    uint8_t hash[32];
    fm_err e;
    reseal(hash);
    e = fm_deleg_check(&worse, hash);
    if (e != want) {
        tap_note_text(what, fm_err_name(e));
        unseen++;
    }
    worse = deleg;
}

/* One field after the other, the hashes made good again. */
#define LIE(field, want) (worse.field ^= 1, seen((want), #field))
static void one_by_one(void)
{
    uint8_t hash[32];
    unseen = 0;
    worse = deleg;
    seen(FM_OK, "nothing changed");
    LIE(receipt.head.status, FM_E_STARK_WITNESS);
    LIE(receipt.head.agent[0], FM_E_STARK_WITNESS);
    LIE(record.group, FM_E_STARK_WITNESS);
    LIE(record.rights, FM_E_STARK_WITNESS);
    LIE(record.methods, FM_E_STARK_WITNESS);
    LIE(record.badge, FM_E_STARK_WITNESS);
    LIE(record.f_lo, FM_E_STARK_WITNESS);
    LIE(record.f_hi, FM_E_STARK_WITNESS);
    LIE(record.expiry, FM_E_STARK_WITNESS);
    LIE(record.max_amount, FM_E_STARK_WITNESS);
    LIE(record.allowance, FM_E_STARK_WITNESS);
    LIE(record.target, FM_E_STARK_WITNESS);
    LIE(record.epoch, FM_E_STARK_WITNESS);
    LIE(record.used, FM_E_STARK_WITNESS);
    LIE(record.zero, FM_E_STARK_WITNESS);
    LIE(record.parent_holder, FM_E_STARK_WITNESS);
    LIE(record.parent_slot, FM_E_STARK_WITNESS);
    LIE(record.parent_gen, FM_E_STARK_WITNESS);
    LIE(dst_before.header.idx, FM_E_STARK_WITNESS);
    LIE(dst_before.header.id[5], FM_E_STARK_WITNESS);
    LIE(held.now, FM_E_STARK_WITNESS);
    worse.dst_before.header.nslots = worse.dst_slot;
    seen(FM_E_NO_SLOT, "the slot was not there before");
    worse.held.state.top.ncells = worse.dst.header.idx;
    seen(FM_E_NO_CELL, "the cell was not there before");
    worse = deleg;
    reseal(hash);
    hash[31] ^= 1;
    unseen += fm_deleg_check(&worse, hash) != FM_E_PROOF_ROOT;
    worse.receipt.head.rest_hash[2] ^= 1;
    fm_receipt_hash(&worse.receipt, hash);
    unseen += fm_deleg_check(&worse, hash) != FM_E_PROOF_ROOT;
    worse = deleg;
    worse.receipt.head.post_root[2] ^= 1;
    fm_receipt_hash(&worse.receipt, hash);
    unseen += fm_deleg_check(&worse, hash) != FM_E_PROOF_ROOT;
    worse = deleg;
    TAP_EQ(unseen, 0, "CLM2060 each thing that the claim shows is held against the others");
}

static void one_by_one_whole(bool metered)
{
    unseen = 0;
    worse.post.top.ncells++;
    seen(FM_E_STARK_WITNESS, "a cell more");
    LIE(post.top.seq, FM_E_STARK_WITNESS);
    LIE(held.state.top.seq, FM_E_STARK_WITNESS);
    LIE(receipt.head.seq, FM_E_STARK_WITNESS);
    LIE(post.top.height, FM_E_STARK_WITNESS);
    LIE(receipt.head.height, FM_E_STARK_WITNESS);
    worse.held.state.top.height = worse.post.top.height + 1;
    seen(FM_E_STARK_WITNESS, "a height that falls");
    LIE(post.top.now, FM_E_STARK_WITNESS);
    LIE(post.top.fees, FM_E_STARK_WITNESS);
    LIE(held.state.top.fees, FM_E_STARK_WITNESS);
    LIE(post.top.ledger[0], FM_E_STARK_WITNESS);
    LIE(post.top.params_hash[0], FM_E_STARK_WITNESS);
    LIE(post.top.prev_receipt[0], FM_E_STARK_WITNESS);
    LIE(receipt.head.prev_receipt[0], FM_E_STARK_WITNESS);
    LIE(receipt.head.link[0], FM_E_STARK_WITNESS);
    LIE(receipt.head.turn_hash[0], FM_E_STARK_WITNESS);
    LIE(receipt.head.nonce, FM_E_STARK_WITNESS);
    LIE(receipt.rest.cost, FM_E_STARK_WITNESS);
    LIE(agent_after.header.link[0], FM_E_STARK_WITNESS);
    LIE(agent_after.header.nonce, FM_E_STARK_WITNESS);
    LIE(agent_after.header.balance, FM_E_STARK_WITNESS);
    LIE(agent_after.header.asset, FM_E_STARK_WITNESS);
    LIE(agent_after.next_id[0], FM_E_STARK_WITNESS);
    LIE(agent_after.fields_root[0], FM_E_STARK_WITNESS);
    LIE(agent_after.slots_root[0], metered ? FM_OK : FM_E_STARK_WITNESS); /* metered: the proof's to refuse */
    LIE(held_after.used, FM_E_STARK_WITNESS);
    LIE(held_after.rights, FM_E_STARK_WITNESS);
    LIE(dst_before.header.nonce, FM_E_STARK_WITNESS);
    LIE(dst_before.next_id[0], FM_E_STARK_WITNESS);
    LIE(dst_before.fields_root[0], FM_E_STARK_WITNESS);
    LIE(opened.kind, FM_E_SLOT_TAKEN);
    LIE(opened.target, FM_E_NOT_OPEN);
    LIE(opened.generation, FM_E_NOT_OPEN);
    worse.opened.kind = FM_KIND_FREE;
    seen(FM_E_NOT_OPEN, "a free slot");
    TAP_EQ(unseen, 0, "CLM2061 and of a whole turn each thing that may change, and each that may not");
}
#undef LIE

/* DELEG-P by a later receipt of the same agent: the record stands there, but that turn did not make it. */
static void test_later_turn(void)
{
    make_deleg(false, false, 0);
    before_turn(1);
    fm_turn_open(self(b), 6, c->id);
    expect_ok(b, "CLM2050 B does something else");
    after_turn(1, false);
    TAP_EQ(fm_deleg_check(&deleg, receipt_hash), FM_E_SLOT_TAKEN, "CLM2051 SLOT_TAKEN: that turn made no record");
    deleg.opened = (struct fm_record){.kind = FM_KIND_OPEN, .target = b->idx, .generation = deleg.record.generation};
    TAP_EQ(fm_deleg_check(&deleg, receipt_hash), FM_OK, "CLM2052 the claim can lie about the slot before");
    TAP_EQ(prove_deleg(&deleg, &deleg_witness), FM_E_STARK_WITNESS, "CLM2053 STARK_WITNESS: which has no proof");
    world_free(w);
}

/* The held capability stands at the end of chains of every length that may still grant; one deeper grants nothing. */
static void test_deep(void)
{
    for (uint8_t links = 1; links <= 6; links++) {
        for (uint32_t i = 0; i < 4; i++) {
            char name[96];
            make_deleg(i % 2 != 0, i >= 2, links);
            snprintf(name, sizeof name, "CLM21%u%u DELEG-%c out of a slot %u links below its root record%s", links, i,
                     i >= 2 ? 'W' : 'P', links, i % 2 != 0 ? ", metered" : "");
            TAP_OK(deleg.held.nlinks == links + 1 && prove_deleg(&deleg, &deleg_witness) == FM_OK &&
                       verify_deleg(&deleg) == FM_OK,
                   name);
            worse = deleg;
            worse.held.link[links].record.rights = FM_RIGHT_READ;
            deleg_refused(FM_E_STARK_CONSTRAINTS, "CLM2200 STARK_CONSTRAINTS: another root record");
            worse.held.nlinks--;
            deleg_refused(FM_E_REVOKED, "CLM2201 REVOKED: the chain cut short");
            world_free(w);
        }
    }
    deleg.held.link[0].record.kind = FM_DEPTH_MAX + 1;
    deleg.record.kind = FM_DEPTH_MAX + 2;
    TAP_OK(verify_deleg(&deleg) != FM_OK, "CLM2202 nothing is below depth 8");
}

static void test_deleg(bool metered, bool whole, const char *name)
{
    uint8_t bytes[FM_DELEG_BYTES_MAX];
    struct fm_writer wr;
    struct fm_reader r;
    make_deleg(metered, whole, 0);
    TAP_EQ(fm_deleg_check(&deleg, receipt_hash), FM_OK, name);
    TAP_EQ(prove_deleg(&deleg, &deleg_witness), FM_OK, "CLM2002 it is proved");
    tap_note_u64("rows", (uint64_t)1 << paths.air.log_n);
    tap_note_u64("proof bytes", proof_len);
    TAP_EQ(verify_deleg(&deleg), FM_OK, "CLM2003 and accepted");
    deleg_lies();
    one_by_one();
    if (whole) {
        whole_lies(metered);
        one_by_one_whole(metered);
    }
    fm_writer_init(&wr, bytes, sizeof bytes);
    fm_deleg_put(&wr, &deleg);
    fm_reader_init(&r, bytes, wr.len);
    TAP_OK(!wr.bad && fm_deleg_get(&r, whole, &worse) && fm_reader_end(&r) && verify_deleg(&worse) == FM_OK,
           "CLM2004 the claim is read back");
    world_free(w);
}

void test_delegations(void)
{
    test_deleg(false, false, "CLM2005 DELEG-P of an unmetered capability");
    test_deleg(true, false, "CLM2006 DELEG-P of a metered one");
    test_deleg(false, true, "CLM2007 DELEG-W of an unmetered capability");
    test_deleg(true, true, "CLM2008 DELEG-W of a metered one");
    test_later_turn();
    test_deep();
}
