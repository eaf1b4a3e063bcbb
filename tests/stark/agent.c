/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RCPTCHAIN-A: turns that a heart ran are proved and accepted between two receipts of one agent; a turn left out,
 * put in, changed, or given another status is refused by the honest prover and, forged, by the verifier.
 */
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "stark/agent_claim.h"
#include "stark/prove.h"
#include "tests/core/expect.h"
#include "tests/stark/evil.h"
#include "tests/tap.h"

#define TURNS 9u

static struct fm_receipt_head heads[TURNS];
static struct fm_agent_turn turns[FM_AGENT_STEPS_MAX];
static struct fm_agent statement_of;
static struct fm_agent_claim claim, bad;
static uint8_t last_hash[32];
static uint8_t start[32];
static uint32_t *trace;
static void *arena, *scratch;
static size_t arena_bytes = 96u << 20;
static uint8_t proof[400000];
static size_t len;

/* B runs turns, others between; the fourth of B's fails, so that both statuses are there. */
static void make_turns(void)
{
    struct fm_limits l = limits_of(FM_RIGHT_READ);
    expect_begin();
    for (uint32_t i = 0; i < TURNS; i++) {
        if (i == 3) {
            fm_turn_drop(self(b), 7); /* nothing is there */
        } else {
            fm_turn_open(self(b), (uint8_t)(i - (i > 3)), a->id);
        }
        (void)world_end(w, b);
        heads[i] = w->sealed.receipt.head;
        memcpy(last_hash, w->sealed.receipt_hash, 32);
        if (i + 1 < TURNS) {
            give(a, c, (uint8_t)i, &l);
        }
    }
    claim = (struct fm_agent_claim){TURNS, heads[0], heads[TURNS - 1]};
    for (uint32_t i = 1; i + 1 < TURNS; i++) {
        memcpy(turns[i - 1].turn_hash, heads[i].turn_hash, 32);
        turns[i - 1].status = heads[i].status;
    }
}

static fm_err statement(void)
{
    return fm_agent_statement(&statement_of, TURNS - 2, start, claim.last.link, FM_STARK_P100);
}

static void check_refused(const char *name)
{
    uint8_t hash[32];
    uint8_t from[32];
    fm_hash(FM_H_RECEIPT, (const uint8_t *)&bad.last, sizeof bad.last, hash);
    TAP_EQ(fm_agent_check(&bad, hash, from), FM_E_STARK_WITNESS, name);
    bad = claim;
}

/* Last receipts that are trusted, and are what none is; a first one, of which the link covers little. */
static void false_ends(void)
{
    bad = claim;
    bad.last.status = FM_REJECTED;
    check_refused("AGT0024 STARK_WITNESS: the last turn left no receipt");
    bad.first.version ^= 1;
    check_refused("AGT0025 STARK_WITNESS: receipts of two versions");
    bad.last.nonce = TURNS - 2;
    bad.first.nonce = UINT64_MAX;
    check_refused("AGT0026 STARK_WITNESS: nonces that begin again at zero between the two");
    bad.last.seq = TURNS - 2;
    bad.first.seq = 0;
    check_refused("AGT0027 STARK_WITNESS: fewer turns in the whole ledger than of this agent");
}

static fm_err prove(void)
{
    struct fm_stark_fault fault;
    return fm_stark_prove(&statement_of.st, trace, arena, arena_bytes, proof, sizeof proof, &len, &fault);
}

/* A proof of too few bits is none, however true it is. What no claim asks for is refused by the statement itself. */
static void weak_profile(void)
{
    static struct fm_agent untouched;
    TAP_EQ(fm_agent_statement(&statement_of, TURNS - 2, start, claim.last.link, FM_STARK_B65), FM_OK,
           "AGT0050 a statement for 65 bits");
    TAP_EQ(prove(), FM_OK, "AGT0051 is proved");
    TAP_EQ(fm_stark_verify(&statement_of.st, proof, len, scratch, fm_stark_verify_scratch()), FM_OK,
           "AGT0052 which is a proof");
    TAP_EQ(fm_agent_verify(&claim, last_hash, FM_STARK_B65, proof, len, &statement_of, scratch,
                           fm_stark_verify_scratch()),
           FM_E_STARK_PROFILE, "AGT0023 STARK_PROFILE: but claims too few bits for receipts");
    TAP_EQ(fm_agent_statement(&statement_of, TURNS - 2, start, claim.last.link, 99), FM_E_STARK_ARGUMENT,
           "AGT0053 STARK_ARGUMENT: no such profile");
    memset(&statement_of, 0xa5, sizeof statement_of);
    memset(&untouched, 0xa5, sizeof untouched);
    TAP_EQ(fm_agent_statement(&statement_of, 0, start, claim.last.link, FM_STARK_P100), FM_E_STARK_SHAPE,
           "AGT0054 STARK_SHAPE: no step");
    TAP_EQ(fm_agent_statement(&statement_of, FM_AGENT_STEPS_MAX + 1, start, claim.last.link, FM_STARK_P100),
           FM_E_STARK_SHAPE, "AGT0055 STARK_SHAPE: more than a proof takes");
    TAP_OK(memcmp(&statement_of, &untouched, sizeof untouched) == 0, "AGT0056 and no statement was begun");
}

static fm_err forge(void)
{
    struct fm_stark_fault fault;
    fm_err e = evil_prove(&statement_of.st, trace, arena, arena_bytes, proof, sizeof proof, &len, &fault);
    return e != FM_OK ? e : fm_stark_verify(&statement_of.st, proof, len, scratch, fm_stark_verify_scratch());
}

static fm_err verify(const struct fm_agent_claim *q)
{
    return fm_agent_verify(q, last_hash, FM_STARK_P100, proof, len, &statement_of, scratch, fm_stark_verify_scratch());
}

static void honest(void)
{
    uint32_t accepted = 0;
    TAP_EQ(fm_agent_check(&claim, last_hash, start), FM_OK, "AGT0001 two receipts of one agent fit");
    TAP_EQ(statement(), FM_OK, "AGT0002 what lies between is a statement");
    TAP_EQ(fm_agent_trace(&statement_of, turns, trace), FM_OK, "AGT0003 the heart's turns are its witness");
    TAP_EQ(prove(), FM_OK, "AGT0004 the honest prover proves it");
    TAP_EQ(verify(&claim), FM_OK, "AGT0005 and it is accepted");
    tap_note_u64("rows", (uint64_t)1 << statement_of.air.log_n);
    tap_note_u64("openings", statement_of.air.npairs);
    tap_note_u64("constraints", statement_of.air.ncons);
    tap_note_u64("proof bytes", len);
    for (uint32_t i = 0; i < statement_of.air.npi; i++) {
        statement_of.pi[i] ^= 1u;
        accepted += fm_stark_verify(&statement_of.st, proof, len, scratch, fm_stark_verify_scratch()) == FM_OK;
        statement_of.pi[i] ^= 1u;
    }
    TAP_EQ(accepted, 0, "AGT0006 no public input can be changed");
}

static void refused(fm_err want, const char *name)
{
    TAP_EQ(verify(&bad), want, name);
    bad = claim;
}

static void claims(void)
{
    bad = claim;
    bad.last.post_root[0] ^= 1;
    refused(FM_E_PROOF_ROOT, "AGT0010 PROOF_ROOT: another last receipt");
    bad.count = 2;
    refused(FM_E_STARK_SHAPE, "AGT0011 STARK_SHAPE: nothing between");
    bad.count = FM_AGENT_STEPS_MAX + 3;
    refused(FM_E_STARK_SHAPE, "AGT0012 STARK_SHAPE: more than a proof takes");
    bad.first.agent[3] ^= 1;
    refused(FM_E_STARK_WITNESS, "AGT0013 STARK_WITNESS: another agent");
    bad.first.nonce++;
    refused(FM_E_STARK_WITNESS, "AGT0014 STARK_WITNESS: a nonce too late");
    bad.count--;
    refused(FM_E_STARK_WITNESS, "AGT0015 STARK_WITNESS: a turn fewer than the nonces say");
    bad.count--;
    bad.first.nonce++;
    refused(FM_E_STARK_AIR, "AGT0016 STARK_AIR: and the first nonce made to fit");
    bad.first.seq = bad.last.seq;
    refused(FM_E_STARK_WITNESS, "AGT0017 STARK_WITNESS: no room for the turns between");
    bad.first.height = bad.last.height + 1;
    refused(FM_E_STARK_WITNESS, "AGT0018 STARK_WITNESS: a height that falls");
    bad.first.status = FM_REJECTED;
    refused(FM_E_STARK_WITNESS, "AGT0019 STARK_WITNESS: a turn that left no receipt");
    bad.first.turn_hash[0] ^= 1;
    refused(FM_E_STARK_CONSTRAINTS, "AGT0020 STARK_CONSTRAINTS: another first turn");
    bad.first.link[31] ^= 128;
    refused(FM_E_STARK_CONSTRAINTS, "AGT0021 STARK_CONSTRAINTS: another link before it");
    bad.first.status ^= 1;
    refused(FM_E_STARK_CONSTRAINTS, "AGT0022 STARK_CONSTRAINTS: another status of it");
}

/* The claim's bytes: there and back, and no piece of them. */
static void claim_bytes(void)
{
    uint8_t bytes[8 + 2 * sizeof claim.first];
    struct fm_writer out;
    struct fm_reader in;
    uint32_t read = 0;
    fm_writer_init(&out, bytes, sizeof bytes);
    fm_agent_put(&out, &claim);
    for (size_t n = 0; n <= out.len; n++) {
        fm_reader_init(&in, bytes, n);
        read += fm_agent_get(&in, &bad);
    }
    TAP_OK(!out.bad && read == 1 && fm_reader_end(&in) && bad.count == TURNS &&
               memcmp(&bad.last, &claim.last, sizeof bad.last) == 0,
           "AGT0028 a claim is read back, and no piece of it");
}

/* The witness is wrong from one step on; the claim is the true one, or ends where the wrong witness does. */
static void lies(void)
{
    struct fm_agent_turn was[TURNS];
    uint8_t end[32];
    memcpy(was, turns, sizeof was);
    for (uint32_t lie = 0; lie < 4; lie++) {
        uint32_t at = 2;
        switch (lie) {
        case 0: turns[at].status ^= 1; break;
        case 1: turns[at].turn_hash[9] ^= 4; break;
        case 2: memmove(&turns[at], &turns[at + 1], (TURNS - 3 - at) * sizeof *turns); break;
        default: turns[at].status = 2; break;
        }
        TAP_EQ(statement(), FM_OK, "AGT0030 the claim stays");
        TAP_EQ(fm_agent_trace(&statement_of, turns, trace), FM_E_STARK_WITNESS,
           "AGT0031 a turn changed, left out: no witness");
        TAP_EQ(prove(), FM_E_STARK_TRACE, "AGT0032 the honest prover refuses");
        TAP_EQ(forge(), FM_E_STARK_CONSTRAINTS, "AGT0033 and the verifier the forger's proof");
        memcpy(turns, was, sizeof was);
    }
    /* A status that is neither 0 nor 1, with an end that is true of it: only the table says no. */
    turns[1].status = 2;
    memcpy(end, start, 32);
    for (uint32_t i = 0; i < 3; i++) {
        uint8_t next[32];
        fm_link_next(end, turns[i].turn_hash, turns[i].status, next);
        memcpy(end, next, 32);
    }
    TAP_EQ(fm_agent_statement(&statement_of, 3, start, end, FM_STARK_P100), FM_OK,
           "AGT0034 three steps, one of status 2");
    TAP_EQ(fm_agent_trace(&statement_of, turns, trace), FM_OK, "AGT0035 which hash as they should");
    TAP_EQ(prove(), FM_E_STARK_TRACE, "AGT0036 are no steps");
    TAP_EQ(forge(), FM_E_STARK_CONSTRAINTS, "AGT0037 nor when forged");
    memcpy(turns, was, sizeof was);
}

/* As many steps as a proof takes. */
static void longest(void)
{
    uint8_t at[32];
    memcpy(at, start, 32);
    for (uint32_t i = 0; i < FM_AGENT_STEPS_MAX; i++) {
        uint8_t next[32];
        memset(turns[i].turn_hash, (int)i, 32);
        turns[i].status = i % 5 == 0;
        fm_link_next(at, turns[i].turn_hash, turns[i].status, next);
        memcpy(at, next, 32);
    }
    TAP_EQ(fm_agent_statement(&statement_of, FM_AGENT_STEPS_MAX, start, at, FM_STARK_P100), FM_OK,
        "AGT0040 the longest");
    TAP_EQ(fm_agent_trace(&statement_of, turns, trace), FM_OK, "AGT0041 has a witness");
    free(arena);
    arena_bytes = fm_stark_arena_size(&statement_of.st);
    arena = malloc(arena_bytes);
    if (arena == NULL) {
        abort();
    }
    TAP_EQ(prove(), FM_OK, "AGT0042 and a proof");
    TAP_EQ(fm_stark_verify(&statement_of.st, proof, len, scratch, fm_stark_verify_scratch()), FM_OK,
        "AGT0043 that is accepted");
}

int main(void)
{
    trace = calloc((size_t)FM_W1_COLS << 14, 4);
    arena = malloc(arena_bytes);
    scratch = malloc(fm_stark_verify_scratch());
    if (trace == NULL || arena == NULL || scratch == NULL) {
        abort();
    }
    make_turns();
    honest();
    claims();
    false_ends();
    claim_bytes();
    weak_profile();
    honest();
    lies();
    longest();
    world_free(w);
    free(trace);
    free(arena);
    free(scratch);
    return tap_done();
}
