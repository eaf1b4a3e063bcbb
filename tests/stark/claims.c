/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CAPCHAIN, DELEG-P and DELEG-W over states that the heart made: what is true is proved and accepted; what is changed
 * in a claim is refused by the check that it meets, or, if it meets none, by the proof.
 */
#include <stdio.h>
#include <stdlib.h>

#include "crypto/hash.h"
#include "tests/stark/claims_world.h"
#include "tests/tap.h"

static fm_err prove_chain_at(const struct fm_chain_claim *q, const struct fm_chain_witness *x, unsigned profile)
{
    struct fm_opening o = {.paths = &paths, .siblings = siblings};
    fm_err e;
    fm_paths_init(&paths);
    fm_chain_open(&o, q, x);
    e = fm_paths_finish(&paths, profile);
    return e != FM_OK ? e : prove_paths();
}

static fm_err prove_chain(const struct fm_chain_claim *q, const struct fm_chain_witness *x)
{
    return prove_chain_at(q, x, FM_STARK_P100);
}

static fm_err verify_chain_at(const struct fm_chain_claim *q, unsigned profile)
{
    return fm_chain_verify(q, w->state.root, profile, proof_bytes, proof_len, &paths, scratch,
                           fm_stark_verify_scratch());
}

static fm_err verify_chain(const struct fm_chain_claim *q)
{
    return verify_chain_at(q, FM_STARK_P100);
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
    give(a, b, 3, &l); /* two more like it: another slot, another holder */
    give(a, c, 1, &l);
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

/* A record that is under the root, and like the true parent, but is not it: with a true proof that it stands there. */
static void another_parent(uint32_t holder, uint8_t slot_, const char *name)
{
    static struct fm_chain_claim q;
    static struct fm_chain_witness x;
    make_chain(c->idx, 5, &q, &x);
    open_record(holder, slot_, &q.state, &q.link[2], x.slot[2], x.cell[2]);
    TAP_EQ(prove_chain(&q, &x), FM_OK, "CLM0050 such a record stands there");
    TAP_EQ(verify_chain(&q), FM_E_REVOKED, name);
}

/* A proof that takes 2^65 attempts to forge, or that no profile is there for: the verifier itself has nothing against
 * the first. */
static void weak_profiles(void)
{
    TAP_EQ(prove_chain_at(&chain, &witness, FM_STARK_B65), FM_OK, "CLM0056 a proof of 65 bits");
    TAP_EQ(fm_stark_verify(&paths.st, proof_bytes, proof_len, scratch, fm_stark_verify_scratch()), FM_OK,
           "CLM0057 is a proof");
    TAP_EQ(verify_chain_at(&chain, FM_STARK_B65), FM_E_STARK_PROFILE,
           "CLM0035 STARK_PROFILE: but claims too few bits for a chain");
    TAP_EQ(verify_chain_at(&chain, 99), FM_E_STARK_ARGUMENT, "CLM0058 STARK_ARGUMENT: no such profile");
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
    bad.now = FM_NEVER;
    refused(FM_E_EXPIRED, "CLM0025 EXPIRED: the last second there is");
    bad.target.header.epoch[2]++;
    refused(FM_E_LIFTED, "CLM0026 LIFTED: another epoch at the target");
    bad.link[1].record.target ^= 1;
    refused(FM_E_TARGET, "CLM0054 TARGET: a parent on another cell");
    bad.link[1].record.epoch ^= 1;
    refused(FM_E_TARGET, "CLM0055 TARGET: a parent of another epoch");
    bad.link[1].cell.header.lifecycle = FM_SEALED;
    refused(FM_E_HOLDER_NOT_LIVE, "CLM0027 HOLDER_NOT_LIVE: a sealed holder");
    bad.target.header.lifecycle = FM_DESTROYED;
    refused(FM_E_NOT_LIVE, "CLM0028 NOT_LIVE: a destroyed target");
    bad.link[0].slot = 8;
    refused(FM_E_NO_SLOT, "CLM0029 NO_SLOT");
    bad.link[0].cell.header.idx = bad.state.top.ncells;
    refused(FM_E_NO_CELL, "CLM0030 NO_CELL");
    bad.link[0].record.kind = FM_KIND_OPEN;
    refused(FM_E_NO_CAP, "CLM0031 NO_CAP: an open slot");
    bad.link[1].record.kind = FM_KIND_FREE;
    refused(FM_E_NO_CAP, "CLM0036 NO_CAP: a free one");
    bad.link[0].record.kind = FM_CHAIN_LINKS + 1;
    refused(FM_E_NO_CAP, "CLM0037 NO_CAP: deeper than a chain can be");
    bad.link[2].record.group = FM_GROUPS;
    refused(FM_E_NO_CAP, "CLM0038 NO_CAP: a group that is none");
    bad.target.header.idx = bad.state.top.ncells;
    refused(FM_E_NO_CELL, "CLM0039 NO_CELL: a target that is not there");
    bad.nlinks = 0;
    refused(FM_E_STARK_SHAPE, "CLM0032 STARK_SHAPE: no link");
    bad.nlinks = FM_CHAIN_LINKS + 1;
    refused(FM_E_STARK_SHAPE, "CLM0053 STARK_SHAPE: more than there can be");
    bad.link[0].record.used = bad.link[0].record.allowance + 1;
    refused(FM_E_ALLOWANCE, "CLM0033 ALLOWANCE: more used than there was");
    amplify();
    every_bit();
    weak_profiles();
    another_parent(b->idx, 3, "CLM0051 REVOKED: another slot of the parent's holder");
    another_parent(c->idx, 1, "CLM0052 REVOKED: the same slot of another holder");
    world_free(w);
}

/* Claims as bytes: there and back, and every cut. A link more than there can be has its bytes too, and no place. */
static void test_bytes(void)
{
    uint8_t bytes[FM_CHAIN_BYTES_MAX + FM_OPENED_BYTES + 65] = {0};
    struct fm_writer wr;
    uint32_t read = 0;
    fm_writer_init(&wr, bytes, sizeof bytes);
    fm_chain_put(&wr, &chain);
    for (size_t n = 0; n <= wr.len; n++) {
        struct fm_reader r;
        fm_reader_init(&r, bytes, n);
        read += fm_chain_get(&r, &bad);
    }
    TAP_OK(!wr.bad && read == 1 && memcmp(&bad.link[2], &chain.link[2], sizeof chain.link[2]) == 0,
           "CLM0040 a claim is read back, and no piece of it");
    for (uint8_t nlinks = 0; nlinks <= FM_CHAIN_LINKS + 1; nlinks = (uint8_t)(nlinks + FM_CHAIN_LINKS + 1)) {
        struct fm_reader r;
        bytes[FM_OPENED_TOP_BYTES + 37] = nlinks;
        fm_reader_init(&r, bytes, sizeof bytes);
        TAP_OK(!fm_chain_get(&r, &bad), "CLM0041 nor one of no link, or of more than there can be");
    }
}

static bool read_proof(const uint8_t *bytes, size_t n)
{
    struct fm_opened_top top;
    struct fm_chain_link l;
    uint8_t slots[8][32];
    uint8_t cells[32][32];
    return fm_opened_from_proof(bytes, n, &top, &l.cell, &l.slot, &l.record, slots, cells);
}

/* A heart's proof of a record, taken apart by whoever makes a claim of it: from a node that sends what it likes. */
static void test_proofs(void)
{
    uint8_t bytes[FM_PROOF_BYTES_MAX + 1] = {0};
    uint32_t read = 0;
    size_t n;
    size_t kind;
    expect_begin();
    n = fm_proof_make(&w->state, b->idx, FM_WRITE_RECORD, 2, bytes, sizeof bytes);
    kind = n - 3 * 32 - sizeof(struct fm_record) - 3; /* three levels of slots; before them kind and index */
    for (size_t i = 0; i <= n + 1; i++) {
        read += read_proof(bytes, i);
    }
    TAP_OK(read == 1 && read_proof(bytes, n), "CLM0070 a proof is read, and none that is cut or longer");
    bytes[kind] = FM_WRITE_FIELD;
    TAP_OK(!read_proof(bytes, n), "CLM0071 nor a field's, as if it were a record's");
    bytes[kind] = FM_WRITE_RECORD;
    bytes[kind + 2] = 1;
    TAP_OK(!read_proof(bytes, n), "CLM0072 nor of slot 258, which is not slot 2");
    bytes[kind + 2] = 0;
    bytes[sizeof(struct fm_top)] ^= 1;
    TAP_OK(!read_proof(bytes, n), "CLM0073 nor at another place than the cell's own");
    bytes[sizeof(struct fm_top)] ^= 1;
    TAP_OK(read_proof(bytes, n), "CLM0074 but as it was");
    world_free(w);
}

/* A ledger of two cells, the first with one slot: there the record's digest is the root of its slots, and no path. */
static void test_one_slot(void)
{
    struct fm_opening o = {.paths = &paths, .siblings = siblings};
    uint8_t leaf[32];
    uint8_t sibling[1][32] = {{9}};
    uint8_t root[32];
    struct fm_chain_link *l = &chain.link[0];
    memset(&chain, 0, sizeof chain);
    chain.nlinks = 1;
    chain.state.top.ncells = 2;
    l->cell.header.nslots = 1;
    fm_cap_self(&l->record, 0, 0, 0);
    fm_hash(FM_H_CAP, (const uint8_t *)&l->record, sizeof l->record, l->cell.slots_root);
    l->record.rights = FM_RIGHTS_ALL;
    chain.target = l->cell;
    fm_cap_limits(&l->record, &chain.limits);
    fm_opened_leaf(&l->cell, leaf);
    fm_hash2(FM_H_NODE, leaf, sibling[0], chain.state.cells_root);
    fm_opened_root(&chain.state, root);
    memcpy(witness.cell[0][0], sibling[0], 32);
    memcpy(witness.target[0], sibling[0], 32);
    TAP_EQ(prove_chain(&chain, &witness), FM_OK, "CLM0060 a cell of one slot");
    TAP_EQ(fm_chain_verify(&chain, root, FM_STARK_P100, proof_bytes, proof_len, &paths, scratch,
                           fm_stark_verify_scratch()),
           FM_OK, "CLM0061 whose record is the root of its slots");
    l->record.max_amount--;
    chain.limits.max_amount--;
    TAP_EQ(fm_chain_verify(&chain, root, FM_STARK_P100, proof_bytes, proof_len, &paths, scratch,
                           fm_stark_verify_scratch()),
           FM_E_PROOF_ROOT, "CLM0062 PROOF_ROOT: another record there");
    fm_paths_init(&paths);
    fm_chain_open(&o, &chain, &witness);
    TAP_OK(o.false_path, "CLM0063 which is no path");
}

int main(void)
{
    scratch = malloc(fm_stark_verify_scratch());
    test_chain();
    test_bytes();
    test_proofs();
    test_one_slot();
    test_delegations();
    free(scratch);
    return tap_done();
}
