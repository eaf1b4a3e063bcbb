/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CAPCHAIN, DELEG-P and DELEG-W over states that the heart made: what is true is proved and accepted; what is changed
 * in a claim is refused by the check that it meets, or, if it meets none, by the proof.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/proof.h"
#include "stark/deleg.h"
#include "stark/prove.h"
#include "tests/core/expect.h"
#include "tests/tap.h"

static struct fm_paths paths;
static uint8_t siblings[FM_PATHS_BLOCKS][32];
static void *scratch;
static uint8_t proof_bytes[400000];
static size_t proof_len;

/* The record in a slot and its holder, opened, in the state as it is. */
static void open_record(uint32_t idx, uint8_t slot_, struct fm_opened_top *top, struct fm_chain_link *l,
                        uint8_t (*slots)[32], uint8_t (*cells)[32])
{
    uint8_t bytes[FM_PROOF_BYTES_MAX];
    size_t n = fm_proof_make(&w->state, idx, FM_WRITE_RECORD, slot_, bytes, sizeof bytes);
    if (!fm_opened_from_proof(bytes, n, top, &l->cell, &l->slot, &l->record, slots, cells)) {
        abort();
    }
}

static void open_cell(uint32_t idx, struct fm_opened_top *top, struct fm_opened *cell, uint8_t (*cells)[32])
{
    uint8_t bytes[FM_PROOF_BYTES_MAX];
    size_t n = fm_proof_make(&w->state, idx, 0, 0, bytes, sizeof bytes);
    if (!fm_opened_from_proof(bytes, n, top, cell, NULL, NULL, NULL, cells)) {
        abort();
    }
}

/* The chain of a capability, as it stands, claimed to grant what its leaf grants. */
static void make_chain(uint32_t holder, uint8_t slot_, struct fm_chain_claim *q, struct fm_chain_witness *x)
{
    memset(q, 0, sizeof *q);
    q->now = w->batch.now;
    while (q->nlinks < FM_CHAIN_LINKS) {
        uint8_t i = q->nlinks++;
        open_record(holder, slot_, &q->state, &q->link[i], x->slot[i], x->cell[i]);
        holder = q->link[i].record.parent_holder;
        slot_ = q->link[i].record.parent_slot;
        if (q->link[i].record.kind <= FM_KIND_ROOT) {
            break;
        }
    }
    fm_cap_limits(&q->link[0].record, &q->limits);
    open_cell(q->link[0].record.target, &q->state, &q->target, x->target);
}

/* Proves what stands in paths and siblings into proof_bytes. */
static fm_err prove_paths(void)
{
    struct fm_stark_fault fault;
    size_t need = fm_stark_arena_size(&paths.st);
    void *arena = malloc(need);
    uint32_t *trace = calloc((size_t)FM_W1_COLS << paths.air.log_n, 4);
    fm_err e;
    if (arena == NULL || trace == NULL) {
        abort();
    }
    e = fm_paths_trace(&paths, (const uint8_t(*)[32])siblings, trace);
    if (e == FM_OK) {
        e = fm_stark_prove(&paths.st, trace, arena, need, proof_bytes, sizeof proof_bytes, &proof_len, &fault);
    }
    free(arena);
    free(trace);
    return e;
}

static fm_err prove_chain(const struct fm_chain_claim *q, const struct fm_chain_witness *x)
{
    struct fm_opening o = {.paths = &paths, .siblings = siblings};
    fm_err e;
    fm_paths_init(&paths);
    fm_chain_open(&o, q, x);
    e = fm_paths_finish(&paths, FM_STARK_P100);
    return e != FM_OK ? e : prove_paths();
}

static fm_err verify_chain(const struct fm_chain_claim *q)
{
    return fm_chain_verify(q, w->state.root, FM_STARK_P100, proof_bytes, proof_len, &paths, scratch,
                           fm_stark_verify_scratch());
}

static struct fm_chain_claim chain, bad;
static struct fm_chain_witness witness;

/* The treasury gives A, A gives B, B gives C, with a little less each time; depth 2 at C's. */
static void make_world(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_READ | FM_RIGHT_SEND | FM_RIGHT_GRANT | FM_RIGHT_WRITE);
    expect_begin();
    l.f_lo = 8;
    l.f_hi = 14;
    l.methods = 0x00f0;
    l.expiry = w->batch.now + 1000;
    l.max_amount = 1000;
    l.allowance = 5000;
    l.group = 2;
    give(a, b, 1, &l);
    l.rights = FM_RIGHT_READ | FM_RIGHT_SEND | FM_RIGHT_GRANT;
    l.allowance = 600;
    l.max_amount = 500;
    l.expiry -= 1;
    fm_turn_open(self(c), 2, b->id);
    (void)world_end(w, c);
    fm_turn_grant(slot(b, 1, a->id), c->id, 2, &l);
    expect_ok(b, "CLM0001 A to B to C");
    l.allowance = 60;
    fm_turn_attenuate(slot(c, 2, a->id), 5, &l);
    expect_ok(c, "CLM0002 and C narrows its own: three links");
}

static void refused(fm_err want, const char *name)
{
    TAP_EQ(verify_chain(&bad), want, name);
    bad = chain;
}

/* Each axis, one more than the leaf has; and the leaf's own record made to say so. */
static void amplify(void)
{
    for (uint8_t i = 0; i < chain.nlinks; i++) {
        for (uint8_t axis = FM_AXIS_RIGHTS; axis <= FM_AXIS_EXPIRY; axis++) {
            struct fm_record *r = &bad.link[i].record;
            char name[80];
            bad.limits.rights |= axis == FM_AXIS_RIGHTS ? FM_RIGHT_ADMIN : 0;
            bad.limits.methods |= axis == FM_AXIS_METHODS ? 1 : 0;
            bad.limits.f_hi = (uint16_t)(bad.limits.f_hi + (axis == FM_AXIS_FIELDS ? 1 : 0));
            bad.limits.max_amount += axis == FM_AXIS_MAX_AMOUNT ? 1000000 : 0;
            bad.limits.allowance += axis == FM_AXIS_ALLOWANCE ? 1000000 : 0;
            bad.limits.expiry += axis == FM_AXIS_EXPIRY ? 100 : 0;
            snprintf(name, sizeof name, "CLM1%u%02u WIDENS: a claim beyond link %u on axis %u", i, axis, i, axis);
            TAP_EQ(verify_chain(&bad), FM_E_WIDENS, name);
            for (uint8_t k = 0; k < bad.nlinks; k++) { /* the records are made to allow it, all but this one */
                if (k != i) {
                    r = &bad.link[k].record;
                    r->rights |= bad.limits.rights;
                    r->methods |= bad.limits.methods;
                    r->f_hi = bad.limits.f_hi;
                    r->max_amount = bad.limits.max_amount;
                    r->allowance = FM_U64_MAX;
                    r->expiry = FM_NEVER;
                }
            }
            TAP_EQ(verify_chain(&bad), FM_E_WIDENS, "CLM1900 nor with all other records changed");
            r = &bad.link[i].record;
            r->rights |= bad.limits.rights;
            r->methods |= bad.limits.methods;
            r->f_hi = bad.limits.f_hi;
            r->max_amount = bad.limits.max_amount;
            r->allowance = FM_U64_MAX;
            r->expiry = FM_NEVER;
            refused(FM_E_STARK_CONSTRAINTS, "CLM1901 nor with every record changed: they are not under the root");
        }
    }
}

/* Every bit of every record of the chain. */
static void every_bit(void)
{
    uint32_t accepted = 0;
    uint32_t tried = 0;
    for (uint8_t i = 0; i < chain.nlinks; i++) {
        for (uint32_t bit = 0; bit < 512; bit++) {
            ((uint8_t *)&bad.link[i].record)[bit / 8] ^= (uint8_t)(1u << bit % 8);
            accepted += verify_chain(&bad) == FM_OK;
            bad = chain;
            tried++;
        }
    }
    for (uint32_t bit = 0; bit < 8 * sizeof(struct fm_header); bit++) {
        ((uint8_t *)&bad.target.header)[bit / 8] ^= (uint8_t)(1u << bit % 8);
        accepted += verify_chain(&bad) == FM_OK;
        bad = chain;
        ((uint8_t *)&bad.link[0].cell.header)[bit / 8] ^= (uint8_t)(1u << bit % 8);
        accepted += verify_chain(&bad) == FM_OK;
        bad = chain;
        tried += 2;
    }
    tap_note_u64("bits", tried);
    TAP_EQ(accepted, 0, "CLM0100 no bit of a record, of a holder's or of the target's header can be changed");
}

static void test_chain(void)
{
    uint8_t root[32];
    make_world();
    make_chain(c->idx, 5, &chain, &witness);
    TAP_EQ(chain.nlinks, 3, "CLM0010 three links");
    TAP_EQ(prove_chain(&chain, &witness), FM_OK, "CLM0011 the chain is proved");
    tap_note_u64("rows", (uint64_t)1 << paths.air.log_n);
    tap_note_u64("proof bytes", proof_len);
    TAP_EQ(verify_chain(&chain), FM_OK, "CLM0012 and accepted");
    bad = chain;
    bad.limits.rights &= FM_RIGHT_READ;
    bad.limits.allowance -= 1;
    TAP_EQ(verify_chain(&bad), FM_OK, "CLM0013 a smaller claim is true too");
    bad = chain;
    memcpy(root, w->state.root, 32);
    w->state.root[0] ^= 1;
    refused(FM_E_PROOF_ROOT, "CLM0014 PROOF_ROOT: another root");
    memcpy(w->state.root, root, 32);
    bad.state.top.now++;
    refused(FM_E_PROOF_ROOT, "CLM0015 PROOF_ROOT: another ledger record");
    bad.link[1] = bad.link[2];
    bad.nlinks = 2;
    refused(FM_E_DEPTH, "CLM0016 DEPTH: a hop dropped");
    bad.link[1] = bad.link[2];
    bad.nlinks = 2;
    bad.link[1].record.kind = bad.link[0].record.kind - 1;
    refused(FM_E_REVOKED, "CLM0017 REVOKED: and the next one moved in its place");
    bad.nlinks = 2;
    refused(FM_E_REVOKED, "CLM0018 REVOKED: the chain ends before its root record");
    bad.link[1].record.generation++;
    refused(FM_E_REVOKED, "CLM0019 REVOKED: a generation that is gone");
    bad.link[0].slot = 4;
    refused(FM_E_STARK_CONSTRAINTS, "CLM0020 STARK_CONSTRAINTS: another slot of the same holder");
    bad.link[0].cell = bad.link[2].cell;
    refused(FM_E_STARK_CONSTRAINTS, "CLM0021 STARK_CONSTRAINTS: another holder");
    bad.target = bad.link[1].cell;
    refused(FM_E_TARGET, "CLM0022 TARGET: another target");
    bad.link[0].record.target = bad.link[1].cell.header.idx;
    bad.link[1].record.target = bad.link[1].cell.header.idx;
    bad.link[2].record.target = bad.link[1].cell.header.idx;
    bad.target = bad.link[1].cell;
    refused(FM_E_STARK_SIZE, "CLM0023 STARK_SIZE: targets swapped all along: another, shorter statement");
    bad.now = bad.link[0].record.expiry + 1;
    refused(FM_E_EXPIRED, "CLM0024 EXPIRED: a second too late");
    bad.now = bad.state.top.now - 1;
    refused(FM_E_STARK_WITNESS, "CLM0034 STARK_WITNESS: as of a second before the state's own");
    TAP_EQ(fm_chain_verify(&chain, w->state.root, FM_STARK_B65, proof_bytes, proof_len, &paths, scratch,
                           fm_stark_verify_scratch()),
           FM_E_STARK_PROFILE, "CLM0035 STARK_PROFILE: one that claims too few bits");
    bad.now = FM_NEVER;
    refused(FM_E_EXPIRED, "CLM0025 EXPIRED: the last second there is");
    bad.target.header.epoch[2]++;
    refused(FM_E_LIFTED, "CLM0026 LIFTED: another epoch at the target");
    bad.link[1].cell.header.lifecycle = FM_SEALED;
    refused(FM_E_HOLDER_NOT_LIVE, "CLM0027 HOLDER_NOT_LIVE: a sealed holder");
    bad.target.header.lifecycle = FM_DESTROYED;
    refused(FM_E_NOT_LIVE, "CLM0028 NOT_LIVE: a destroyed target");
    bad.link[0].slot = 8;
    refused(FM_E_NO_SLOT, "CLM0029 NO_SLOT");
    bad.link[0].cell.header.idx = bad.state.top.ncells;
    refused(FM_E_NO_CELL, "CLM0030 NO_CELL");
    bad.link[0].record.kind = FM_KIND_OPEN;
    refused(FM_E_NO_CAP, "CLM0031 NO_CAP");
    bad.nlinks = 0;
    refused(FM_E_STARK_SHAPE, "CLM0032 STARK_SHAPE: no link");
    bad.link[0].record.used = bad.link[0].record.allowance + 1;
    refused(FM_E_ALLOWANCE, "CLM0033 ALLOWANCE: more used than there was");
    amplify();
    every_bit();
    world_free(w);
}

/* Claims as bytes: there and back, and every cut. */
static void test_bytes(void)
{
    uint8_t bytes[FM_CHAIN_BYTES_MAX];
    struct fm_writer wr;
    uint32_t read = 0;
    fm_writer_init(&wr, bytes, sizeof bytes);
    fm_chain_put(&wr, &chain);
    for (size_t n = 0; n <= wr.len; n++) {
        struct fm_reader r;
        fm_reader_init(&r, bytes, n);
        read += fm_chain_get(&r, &bad) && fm_reader_end(&r);
    }
    TAP_OK(!wr.bad && read == 1 && memcmp(&bad.link[2], &chain.link[2], sizeof chain.link[2]) == 0,
           "CLM0040 a claim is read back, and no piece of it");
}

/* ------------------------------------------------------------------ delegation */

static struct fm_deleg_claim deleg, worse;
static struct fm_deleg_witness deleg_witness;
static uint8_t receipt_hash[32];

static fm_err prove_deleg(const struct fm_deleg_claim *d, const struct fm_deleg_witness *x)
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
static void make_deleg(bool metered, bool whole, uint8_t links)
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
    if (whole) {
        whole_lies(metered);
    }
    fm_writer_init(&wr, bytes, sizeof bytes);
    fm_deleg_put(&wr, &deleg);
    fm_reader_init(&r, bytes, wr.len);
    TAP_OK(!wr.bad && fm_deleg_get(&r, &worse) && fm_reader_end(&r) && verify_deleg(&worse) == FM_OK,
           "CLM2004 the claim is read back");
    world_free(w);
}

int main(void)
{
    scratch = malloc(fm_stark_verify_scratch());
    test_chain();
    test_bytes();
    test_deleg(false, false, "CLM2005 DELEG-P of an unmetered capability");
    test_deleg(true, false, "CLM2006 DELEG-P of a metered one");
    test_deleg(false, true, "CLM2007 DELEG-W of an unmetered capability");
    test_deleg(true, true, "CLM2008 DELEG-W of a metered one");
    test_later_turn();
    test_deep();
    free(scratch);
    return tap_done();
}
