/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proof files of all six statements, about turns that a heart ran, examined as a stranger does (stranger.c).
 * STARK_FILES in the environment: a file to write them all to, for archive.t.
 */
#include <stdio.h>
#include <stdlib.h>

#include "core/tree.h"
#include "crypto/hash.h"
#include "stark/agent_claim.h"
#include "stark/file.h"
#include "stark/member.h"
#include "stark/prove.h"
#include "stark/rcpt.h"
#include "tests/stark/claims_world.h"
#include "tests/stark/stranger.h"
#include "tests/tap.h"

#define TURNS 7u

static uint8_t all[6 * (STRANGER_FILE_MAX + 64u)];
static size_t all_len;
static uint8_t claim[16384];
static uint8_t heads[TURNS][FM_RCPT_HEAD_BYTES];
static struct fm_agent_turn turns[TURNS];

/* A file of this claim and the proof in proof_bytes, behind the others. */
static void keep(enum fm_stark_kind kind, const uint8_t trusted[32], size_t claim_len)
{
    struct fm_writer out;
    fm_writer_init(&out, all + all_len, sizeof all - all_len);
    fm_put_u8(&out, (uint8_t)kind);
    fm_put_bytes(&out, trusted, 32);
    fm_put_u32(&out, (uint32_t)(FM_STARK_CLAIM_AT + claim_len + proof_len));
    fm_file_put(&out, kind, FM_STARK_P100, claim_len);
    fm_put_bytes(&out, claim, claim_len);
    fm_put_bytes(&out, proof_bytes, proof_len);
    TAP_OK(!out.bad, "FIL0001 a file is written");
    all_len += out.len;
}

static fm_err prove(const struct fm_stark_statement *st, const uint32_t *trace)
{
    struct fm_stark_fault fault;
    size_t need = fm_stark_arena_size(st);
    void *arena = malloc(need);
    fm_err e = fm_stark_prove(st, trace, arena, need, proof_bytes, sizeof proof_bytes, &proof_len, &fault);
    free(arena);
    return e;
}

static void make_member(void)
{
    static struct fm_member m;
    static struct fm_stark_member public;
    struct fm_opened_top top;
    struct fm_chain_link l;
    uint8_t slots[8][32];
    uint8_t cells[32][32];
    uint8_t path[FM_MEMBER_PATH_MAX][32];
    uint8_t text[192];
    uint8_t root[32];
    struct fm_writer out;
    uint32_t *trace;
    open_record(b->idx, 1, &top, &l, slots, cells);
    fm_opened_root(&top, root);
    public.cell = b->idx;
    public.slot = 1;
    public.slots_log = (uint8_t)fm_tree_depth(l.cell.header.nslots);
    public.cells_log = (uint8_t)fm_tree_depth(top.top.ncells);
    memcpy(public.record, &l.record, sizeof l.record);
    uint32_t k = public.slots_log;
    memcpy(path, slots, 32u * k);
    memcpy(path[k], l.cell.fields_root, 32);
    memcpy(text, &l.cell.header, 160);
    memcpy(text + 160, l.cell.next_id, 32);
    fm_hash(FM_H_CELL, text, sizeof text, path[k + 1]);
    memcpy(path[k + 2], cells, 32u * public.cells_log);
    fm_hash(FM_H_TOP, (const uint8_t *)&top.top, sizeof top.top, path[k + 2 + public.cells_log]);
    TAP_EQ(fm_member_statement(&m, public.slots_log, public.cells_log, root, b->idx, 1, public.record, FM_STARK_P100),
           FM_OK, "FIL0010 a record under the root");
    trace = calloc((size_t)FM_W1_COLS << m.air.log_n, 4);
    TAP_OK(fm_member_trace(&m, (const uint8_t(*)[32])path, trace) == FM_OK && prove(&m.st, trace) == FM_OK,
           "FIL0011 MEMBER is proved");
    free(trace);
    fm_writer_init(&out, claim, sizeof claim);
    fm_file_member_put(&out, &public);
    k = 0;
    for (size_t n = 0; n <= out.len; n++) {
        struct fm_reader in;
        fm_reader_init(&in, claim, n);
        k += fm_file_member(&in, &public);
    }
    TAP_EQ(k, 1, "FIL0018 MEMBER's claim is read, and no piece of it");
    keep(FM_STARK_MEMBER, root, out.len);
}

/* The claim in `claim` up to its count of links, which is none: all of it is there, and nothing after it. */
static void no_links(const uint8_t root[32])
{
    uint8_t file[FM_STARK_CLAIM_AT + FM_OPENED_TOP_BYTES + 38];
    size_t need = fm_stark_file_scratch();
    void *room = malloc(need);
    struct fm_writer out;
    fm_writer_init(&out, file, sizeof file);
    fm_file_put(&out, FM_STARK_CAPCHAIN, FM_STARK_P100, FM_OPENED_TOP_BYTES + 38);
    fm_put_bytes(&out, claim, FM_OPENED_TOP_BYTES + 37);
    fm_put_u8(&out, 0);
    TAP_OK(!out.bad && fm_stark_file_verify(FM_STARK_CAPCHAIN, root, file, out.len, room, need) == FM_E_STARK_CLAIM,
           "FIL0019 STARK_CLAIM: a chain of no link");
    fm_writer_init(&out, file, FM_STARK_CLAIM_AT);
    fm_file_put(&out, FM_STARK_CAPCHAIN, FM_STARK_B65, FM_OPENED_TOP_BYTES + 38);
    TAP_EQ(fm_stark_file_verify(FM_STARK_CAPCHAIN, root, file, sizeof file, room, need), FM_E_STARK_PROFILE,
           "FIL0020 STARK_PROFILE: one of 65 bits, whatever the claim is");
    free(room);
}

static void make_capchain(void)
{
    static struct fm_chain_claim q;
    static struct fm_chain_witness x;
    struct fm_opening o = {.paths = &paths, .siblings = siblings};
    struct fm_writer out;
    uint8_t root[32];
    make_chain(b->idx, 3, &q, &x);
    q.limits.allowance = 100; /* of what is left after the delegation */
    fm_opened_root(&q.state, root);
    fm_paths_init(&paths);
    fm_chain_open(&o, &q, &x);
    TAP_OK(q.nlinks == 3 && fm_paths_finish(&paths, FM_STARK_P100) == FM_OK && prove_paths() == FM_OK,
           "FIL0012 CAPCHAIN of three links is proved");
    fm_writer_init(&out, claim, sizeof claim);
    fm_chain_put(&out, &q);
    keep(FM_STARK_CAPCHAIN, root, out.len);
    no_links(root);
}

static void make_delegation(bool whole)
{
    struct fm_writer out;
    make_deleg(true, whole, 2);
    TAP_EQ(prove_deleg(&deleg, &deleg_witness), FM_OK, "FIL0013 DELEG is proved");
    fm_writer_init(&out, claim, sizeof claim);
    fm_deleg_put(&out, &deleg);
    keep(whole ? FM_STARK_DELEG_W : FM_STARK_DELEG_P, receipt_hash, out.len);
}

/* B runs turns and nobody else: one chain of receipts, and one agent's. */
static void run_turns(uint8_t last[32])
{
    for (uint32_t i = 0; i < TURNS; i++) {
        fm_turn_open(self(b), (uint8_t)(i % 2 == 0 ? 6 : 7), a->id);
        (void)world_end(w, b);
        memcpy(heads[i], &w->sealed.receipt.head, FM_RCPT_HEAD_BYTES);
        turns[i].status = heads[i][2];
        memcpy(turns[i].turn_hash, heads[i] + 64, 32);
    }
    memcpy(last, w->sealed.receipt_hash, 32);
}

static void make_receipts(const uint8_t last[32])
{
    static struct fm_rcpt r;
    static struct fm_rcpt_claim q;
    struct fm_writer out;
    uint32_t *trace;
    q = (struct fm_rcpt_claim){.count = TURNS, .first_seq = fm_le64(heads[0] + 8)};
    memcpy(q.first_prev, heads[0] + 192, 32);
    memcpy(q.first_pre_root, heads[0] + 128, 32);
    memcpy(q.last_post_root, heads[TURNS - 1] + 160, 32);
    memcpy(q.last_hash, last, 32);
    for (uint32_t i = 0; i < TURNS; i++) {
        q.height[i] = fm_le64(heads[i] + 16);
    }
    TAP_EQ(fm_rcpt_statement(&r, &q, FM_STARK_P100), FM_OK, "FIL0014 receipts are a statement");
    trace = calloc((size_t)FM_W1_COLS << r.air.log_n, 4);
    TAP_OK(fm_rcpt_trace(&r, (const uint8_t(*)[FM_RCPT_HEAD_BYTES])heads, trace) == FM_OK &&
               prove(&r.st, trace) == FM_OK,
           "FIL0015 RCPTCHAIN is proved");
    free(trace);
    fm_writer_init(&out, claim, sizeof claim);
    fm_rcpt_put(&out, &q);
    keep(FM_STARK_RCPTCHAIN, last, out.len);
}

static void make_agent(const uint8_t last[32])
{
    static struct fm_agent g;
    struct fm_agent_claim q = {.count = TURNS};
    struct fm_writer out;
    uint8_t from[32];
    uint32_t *trace;
    memcpy(&q.first, heads[0], sizeof q.first);
    memcpy(&q.last, heads[TURNS - 1], sizeof q.last);
    TAP_OK(fm_agent_check(&q, last, from) == FM_OK &&
               fm_agent_statement(&g, TURNS - 2, from, q.last.link, FM_STARK_P100) == FM_OK,
           "FIL0016 an agent's turns are a statement");
    trace = calloc((size_t)FM_W1_COLS << g.air.log_n, 4);
    TAP_OK(fm_agent_trace(&g, turns + 1, trace) == FM_OK && prove(&g.st, trace) == FM_OK,
           "FIL0017 RCPTCHAIN-A is proved");
    free(trace);
    fm_writer_init(&out, claim, sizeof claim);
    fm_agent_put(&out, &q);
    keep(FM_STARK_RCPTCHAIN_A, last, out.len);
}

int main(void)
{
    const char *path = getenv("STARK_FILES");
    FILE *out = path == NULL ? NULL : fopen(path, "wb");
    uint8_t last[32];
    make_delegation(true);
    world_free(w);
    make_delegation(false);
    make_member();
    make_capchain();
    run_turns(last);
    make_receipts(last);
    make_agent(last);
    world_free(w);
    if (path != NULL) {
        TAP_OK(out != NULL && fwrite(all, 1, all_len, out) == all_len && fclose(out) == 0, "FIL0002 kept");
        return tap_done();
    }
    TAP_EQ(stranger_examine_all(all, all_len, 60), 6, "FIL0003 each statement's file is examined");
    return tap_done();
}
