/* SPDX-License-Identifier: Apache-2.0 */
/* Random honest proofs over the tables, sizes and profiles: all verify. MANY says how many (default 1,500). */
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "stark/agent.h"
#include "stark/air_fib.h"
#include "stark/member.h"
#include "stark/paths.h"
#include "stark/poseidon2.h"
#include "stark/prove.h"
#include "stark/rcpt.h"
#include "tests/tap.h"

static uint64_t rng = 0x2545f4914f6cdd1du;
static struct fm_fib fib;
static struct fm_member member;
static struct fm_paths paths;
static struct fm_rcpt rcpt;
static struct fm_p2 p2;
static struct fm_agent agent;
static struct fm_agent_turn turns[9];
static uint8_t siblings[FM_PATHS_BLOCKS][32];
static uint8_t heads[4][FM_RCPT_HEAD_BYTES];
static uint32_t pi[FM_P2_PI];
static uint32_t *trace;
static void *arena, *scratch;
static size_t arena_bytes = 64u << 20;
static uint8_t proof[400000];

static uint32_t rnd(uint32_t n)
{
    rng = rng * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(rng >> 33) % n;
}

static void fill(uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        p[i] = (uint8_t)rnd(256);
    }
}

static void step(enum fm_hash_domain d, uint8_t at[32], const uint8_t sibling[32], bool right)
{
    fm_hash2(d, right ? sibling : at, right ? at : sibling, at);
}

static fm_err make_fib(unsigned profile, struct fm_stark_statement *st)
{
    uint32_t log = 2 + rnd(9);
    if (!fm_fib_air(&fib, log)) {
        return FM_E_STARK_SHAPE;
    }
    pi[0] = rnd(FM_BB_P);
    pi[1] = rnd(FM_BB_P);
    fm_fib_trace(log, pi, trace);
    *st = (struct fm_stark_statement){&fib.air, fm_stark_profile(profile), pi, NULL, 0};
    return FM_OK;
}

static fm_err make_member(unsigned profile, struct fm_stark_statement *st)
{
    uint32_t sl = rnd(4);
    uint32_t cl = rnd(6);
    uint32_t slot = rnd(1u << sl);
    uint32_t cell = rnd(1u << cl);
    uint8_t record[64];
    uint8_t at[32];
    uint32_t k = 0;
    fm_err e;
    fill(record, 64);
    fill(siblings[0], 32 * 16);
    fm_hash(FM_H_CAP, record, 64, at);
    for (uint32_t i = 0; i < sl; i++) {
        step(FM_H_NODE, at, siblings[k++], (slot >> i & 1) != 0);
    }
    step(FM_H_BODY, at, siblings[k++], false);
    step(FM_H_LEAF, at, siblings[k++], true);
    for (uint32_t i = 0; i < cl; i++) {
        step(FM_H_NODE, at, siblings[k++], (cell >> i & 1) != 0);
    }
    step(FM_H_ROOT, at, siblings[k++], false);
    e = fm_member_statement(&member, sl, cl, at, cell, slot, record, profile);
    *st = member.st;
    return e != FM_OK ? e : fm_member_trace(&member, (const uint8_t(*)[32])siblings, trace);
}

static fm_err make_paths(unsigned profile, struct fm_stark_statement *st)
{
    uint32_t segments = 1 + rnd(3);
    uint32_t n = 0;
    fm_err e;
    fill(siblings[0], 32 * 64);
    fm_paths_init(&paths);
    for (uint32_t i = 0; i < segments; i++) {
        uint32_t levels = 1 + rnd(5);
        uint32_t index = rnd(1u << levels);
        uint8_t at[32];
        uint32_t start;
        fill(at, 32);
        start = fm_paths_digest(&paths, at);
        for (uint32_t l = 0; l < levels; l++) {
            step(FM_H_NODE, at, siblings[n++], (index >> l & 1) != 0);
        }
        (void)fm_paths_add(&paths, levels, index, start, fm_paths_digest(&paths, at));
    }
    if (rnd(2) == 0) { /* all of them again, after a change of their leaves */
        n = 0;
        for (uint32_t i = 0; i < segments; i++) {
            uint8_t at[32];
            uint32_t start;
            fill(at, 32);
            start = fm_paths_digest(&paths, at);
            for (uint32_t l = 0; l < paths.segment[i].levels; l++) {
                step(FM_H_NODE, at, siblings[n++], (paths.segment[i].index >> l & 1) != 0);
            }
            (void)fm_paths_twin(&paths, i, start, fm_paths_digest(&paths, at));
        }
    }
    e = fm_paths_finish(&paths, profile);
    *st = paths.st;
    return e != FM_OK ? e : fm_paths_trace(&paths, (const uint8_t(*)[32])siblings, trace);
}

static fm_err make_receipts(unsigned profile, struct fm_stark_statement *st)
{
    struct fm_rcpt_claim c = {.count = 1 + rnd(4), .first_seq = rng};
    fm_err e;
    for (uint32_t i = 0; i < c.count; i++) {
        fill(heads[i], FM_RCPT_HEAD_BYTES);
        fm_put_le64(heads[i] + 8, c.first_seq + i);
        c.height[i] = (i > 0 ? c.height[i - 1] : rng >> 9) + rnd(3);
        fm_put_le64(heads[i] + 16, c.height[i]);
        if (i > 0) {
            fm_hash(FM_H_RECEIPT, heads[i - 1], FM_RCPT_HEAD_BYTES, heads[i] + 192);
            memcpy(heads[i] + 128, heads[i - 1] + 160, 32);
        }
    }
    memcpy(c.first_prev, heads[0] + 192, 32);
    memcpy(c.first_pre_root, heads[0] + 128, 32);
    memcpy(c.last_post_root, heads[c.count - 1] + 160, 32);
    fm_hash(FM_H_RECEIPT, heads[c.count - 1], FM_RCPT_HEAD_BYTES, c.last_hash);
    e = fm_rcpt_statement(&rcpt, &c, profile);
    *st = rcpt.st;
    return e != FM_OK ? e : fm_rcpt_trace(&rcpt, (const uint8_t(*)[FM_RCPT_HEAD_BYTES])heads, trace);
}

static fm_err make_poseidon2(unsigned profile, struct fm_stark_statement *st)
{
    uint32_t log = FM_P2_ROWS_LOG_MIN + rnd(5);
    if (!fm_p2_air(&p2, log)) {
        return FM_E_STARK_SHAPE;
    }
    for (uint32_t i = 0; i < FM_P2_WIDTH; i++) {
        pi[i] = rnd(FM_BB_P);
    }
    fm_p2_trace(log, pi, trace);
    *st = (struct fm_stark_statement){&p2.air, fm_stark_profile(profile), pi, NULL, 0};
    return FM_OK;
}

static fm_err make_agent(unsigned profile, struct fm_stark_statement *st)
{
    uint32_t steps = 1 + rnd(9);
    uint8_t from[32];
    uint8_t msg[65];
    uint8_t at[32];
    fm_err e;
    fill(from, 32);
    memcpy(at, from, 32);
    for (uint32_t i = 0; i < steps; i++) {
        fill(turns[i].turn_hash, 32);
        turns[i].status = (uint8_t)rnd(2);
        memcpy(msg, at, 32);
        memcpy(msg + 32, turns[i].turn_hash, 32);
        msg[64] = turns[i].status;
        fm_hash(FM_H_LINK, msg, sizeof msg, at);
    }
    e = fm_agent_statement(&agent, steps, from, at, profile);
    *st = agent.st;
    return e != FM_OK ? e : fm_agent_trace(&agent, turns, trace);
}

/* One proof: FM_OK, or what failed. */
static fm_err one(uint32_t i)
{
    static const unsigned profiles[] = {FM_STARK_P100, FM_STARK_P100, FM_STARK_U100, FM_STARK_P100F, FM_STARK_P100H};
    unsigned profile = i % 256 == 255 ? FM_STARK_P128 : profiles[rnd(5)]; /* P128 grinds for 2^20 hashes at each step */
    struct fm_stark_statement st;
    struct fm_stark_fault fault;
    size_t len;
    fm_err e;
    switch (i % 8) {
    case 0:
        e = make_member(profile, &st);
        break;
    case 1:
        e = make_paths(profile, &st);
        break;
    case 2:
        e = make_receipts(profile, &st);
        break;
    case 3:
        e = make_poseidon2(profile, &st);
        break;
    case 4:
        e = make_agent(profile, &st);
        break;
    default:
        e = make_fib(profile, &st);
        break;
    }
    if (e == FM_OK && fm_stark_arena_size(&st) == 0) {
        return FM_OK; /* four rows at blowup 2: no room, and the prover says so */
    }
    if (e == FM_OK) {
        e = fm_stark_prove(&st, trace, arena, arena_bytes, proof, sizeof proof, &len, &fault);
    }
    return e != FM_OK ? e : fm_stark_verify(&st, proof, len, scratch, fm_stark_verify_scratch());
}

/* Of every table: a trace with a wrong cell, an arena and a proof's room that are a byte too small. */
static void refusals(void)
{
    static fm_err (*const makers[])(unsigned, struct fm_stark_statement *) = {make_fib, make_member, make_paths,
                                                                             make_receipts, make_agent, make_poseidon2};
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < 6; i++) {
        struct fm_stark_statement st = {0};
        struct fm_stark_fault fault;
        size_t len;
        size_t need;
        do {
            wrong += makers[i](FM_STARK_P100, &st) != FM_OK;
        } while (wrong == 0 && st.air->log_n < 4);
        need = fm_stark_arena_size(&st);
        wrong += fm_stark_prove(&st, trace, arena, need - 1, proof, sizeof proof, &len, &fault) != FM_E_STARK_ARENA;
        wrong += fault.need != need;
        wrong += fm_stark_prove(&st, trace, arena, need, proof, 1000, &len, &fault) != FM_E_STARK_OUTPUT;
        wrong += fault.need != fm_stark_proof_size(&st);
        trace[7] = fm_bb_add(trace[7], fm_bb_of(5));
        wrong += fm_stark_prove(&st, trace, arena, need, proof, sizeof proof, &len, &fault) != FM_E_STARK_TRACE;
        wrong += fault.row != 7 || fault.constraint >= st.air->ncons;
    }
    TAP_EQ(wrong, 0, "MNY0003 the prover says which row does not hold, or the bytes that it needs, of all six tables");
}

int main(void)
{
    const char *many = getenv("MANY");
    uint32_t n = many != NULL ? (uint32_t)strtoul(many, NULL, 10) : 1500;
    uint32_t bad = 0;
    trace = malloc((size_t)4 * FM_W1_COLS << 12);
    arena = malloc(arena_bytes);
    scratch = malloc(fm_stark_verify_scratch());
    for (uint32_t i = 0; i < n; i++) {
        fm_err e = one(i);
        if (e != FM_OK) {
            tap_note_text("proof", fm_err_name(e));
            tap_note_u64("number", i);
            bad++;
        }
    }
    refusals();
    tap_note_u64("proofs", n);
    TAP_OK(n > 0, "MNY0001 proofs were made");
    TAP_EQ(bad, 0, "MNY0002 all of them verify");
    return tap_done();
}
