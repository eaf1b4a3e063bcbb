/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier against anything: raw bytes as a proof, true proofs with bytes overwritten where the input says,
 * claims about chains and delegations, and the same as proof files. It answers; it neither faults nor loops; and it
 * never accepts what was changed.
 */
#include <stdlib.h>
#include <string.h>

#include "core/state.h"
#include "crypto/hash.h"
#include "stark/agent_claim.h"
#include "stark/air_fib.h"
#include "stark/deleg.h"
#include "stark/file.h"
#include "stark/member.h"
#include "stark/prove.h"
#include "stark/rcpt.h"
#include "wire/turn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define PROOF_MAX 200000u

/* A statement of few columns and one over the BLAKE3 table, each with its true proof. */
struct target {
    struct fm_stark_statement st;
    uint8_t *proof;
    size_t len;
};

static struct fm_fib fib;
static struct fm_agent steps;
static uint32_t pi[3];
static struct target targets[2];
static uint8_t *bad;
static void *scratch;

/* A true file, of RCPTCHAIN-A: targets[1] with two heads around it. */
#define CLAIM_BYTES 520u
static uint8_t file[PROOF_MAX];
static size_t file_len;
static uint8_t trusted[32];
static void *room;

static void prove(struct target *t, const uint32_t *trace)
{
    struct fm_stark_fault fault;
    size_t need = fm_stark_arena_size(&t->st);
    void *arena = malloc(need);
    t->proof = malloc(PROOF_MAX);
    if (arena == NULL || t->proof == NULL ||
        fm_stark_prove(&t->st, trace, arena, need, t->proof, PROOF_MAX, &t->len, &fault) != FM_OK) {
        abort();
    }
    free(arena);
}

static void setup(void)
{
    static const struct fm_agent_turn turn = {.turn_hash = {7}, .status = 1};
    static struct fm_agent_claim a = {.count = 3, .first = {.link = {1}}, .last = {.nonce = 2, .seq = 2}};
    struct fm_writer out;
    uint32_t *trace = malloc((size_t)4 * FM_W1_COLS << 7);
    uint8_t from[32];
    bad = malloc(PROOF_MAX);
    scratch = malloc(fm_stark_verify_scratch());
    if (trace == NULL || bad == NULL || scratch == NULL || !fm_fib_air(&fib, 4)) {
        abort();
    }
    pi[0] = 3;
    pi[1] = 4;
    fm_fib_trace(4, pi, trace);
    targets[0].st = (struct fm_stark_statement){&fib.air, fm_stark_profile(FM_STARK_P100), pi, NULL, 0};
    prove(&targets[0], trace);
    fm_link_next(a.first.link, a.first.turn_hash, a.first.status, from);
    fm_link_next(from, turn.turn_hash, turn.status, a.last.link);
    if (fm_agent_statement(&steps, 1, from, a.last.link, FM_STARK_P100) != FM_OK ||
        fm_agent_trace(&steps, &turn, trace) != FM_OK) {
        abort();
    }
    targets[1].st = steps.st;
    prove(&targets[1], trace);
    free(trace);
    fm_hash(FM_H_RECEIPT, (const uint8_t *)&a.last, sizeof a.last, trusted);
    fm_writer_init(&out, file, sizeof file);
    fm_file_put(&out, FM_STARK_RCPTCHAIN_A, FM_STARK_P100, CLAIM_BYTES);
    fm_agent_put(&out, &a);
    fm_put_bytes(&out, targets[1].proof, targets[1].len);
    file_len = out.len;
    room = malloc(fm_stark_file_scratch());
    if (out.bad || room == NULL || fm_stark_file_verify(FM_STARK_RCPTCHAIN_A, trusted, file, file_len, room,
                                                        fm_stark_file_scratch()) != FM_OK) {
        abort();
    }
}

/* A file that was changed is accepted only if what changed is the first head's, which its link does not cover. */
static void patched_file(const uint8_t *data, size_t n)
{
    memcpy(bad, file, file_len);
    for (size_t i = 0; i + 4 <= n; i += 4) {
        bad[((size_t)fm_le16(data + i) | (size_t)data[i + 2] << 16) % file_len] = data[i + 3];
    }
    if (fm_stark_file_verify(FM_STARK_RCPTCHAIN_A, trusted, bad, file_len, room, fm_stark_file_scratch()) == FM_OK) {
        memcpy(bad + FM_STARK_CLAIM_AT + 8 + 3, file + FM_STARK_CLAIM_AT + 8 + 3, 21);
        memcpy(bad + FM_STARK_CLAIM_AT + 8 + 128, file + FM_STARK_CLAIM_AT + 8 + 128, 128);
        if (memcmp(bad, file, file_len) != 0) {
            abort();
        }
    }
}

/* A head, then the input as claim of a length that it says, and as the rest. */
static void raw_file(const uint8_t *data, size_t n)
{
    struct fm_writer out;
    if (n < 3) {
        return;
    }
    enum fm_stark_kind kind = (enum fm_stark_kind)(data[0] % 8);
    fm_writer_init(&out, bad, PROOF_MAX);
    fm_file_put(&out, kind, FM_STARK_P100, fm_le16(data + 1));
    fm_put_bytes(&out, data + 3, n - 3);
    if (fm_stark_file_verify(kind, trusted, bad, out.len, room, fm_stark_file_scratch()) == FM_OK) {
        abort();
    }
}

/* Overwrites: pairs of place u24 and byte. */
static void patched(const struct target *t, const uint8_t *data, size_t n)
{
    memcpy(bad, t->proof, t->len);
    for (size_t i = 0; i + 4 <= n; i += 4) {
        bad[((size_t)fm_le16(data + i) | (size_t)data[i + 2] << 16) % t->len] = data[i + 3];
    }
    if (fm_stark_verify(&t->st, bad, t->len, scratch, fm_stark_verify_scratch()) == FM_OK &&
        memcmp(bad, t->proof, t->len) != 0) {
        abort();
    }
}

/* The proof up to a place that the input names, and then the input. */
static void raw(const struct target *t, const uint8_t *data, size_t n)
{
    size_t keep = FM_STARK_HEADER; /* past the head, or nothing would be read */
    if (n >= 3) {
        keep += ((size_t)fm_le16(data) | (size_t)data[2] << 16) % (t->len - FM_STARK_HEADER);
    }
    n = n < PROOF_MAX - keep ? n : PROOF_MAX - keep;
    memcpy(bad, t->proof, keep);
    memcpy(bad + keep, data, n);
    if (fm_stark_verify(&t->st, bad, keep + n, scratch, fm_stark_verify_scratch()) == FM_OK &&
        (n + keep != t->len || memcmp(bad, t->proof, t->len) != 0)) {
        abort();
    }
}

/* Two heads, and a count; and a chain of receipts. The proof is of another statement: nothing is accepted. */
static void receipts(const uint8_t *data, size_t n)
{
    static struct fm_agent_claim a;
    static struct fm_rcpt_claim c;
    static struct fm_agent agent;
    static struct fm_rcpt rcpt;
    const struct target *t = &targets[1];
    uint8_t hash[32];
    struct fm_reader r;
    fm_reader_init(&r, data, n);
    a.count = fm_get_u8(&r);
    fm_get_bytes(&r, (uint8_t *)&a.first, sizeof a.first);
    a.last = a.first; /* so that they fit, but for what the input changes */
    a.last.nonce += fm_get_u8(&r);
    a.last.seq += fm_get_u16(&r);
    fm_get_bytes(&r, a.last.link, 32);
    fm_hash(FM_H_RECEIPT, (const uint8_t *)&a.last, sizeof a.last, hash);
    if (fm_agent_verify(&a, hash, FM_STARK_P100, t->proof, t->len, &agent, scratch,
        fm_stark_verify_scratch()) == FM_OK) {
        abort();
    }
    fm_reader_init(&r, data, n);
    c.count = fm_get_u16(&r);
    c.first_seq = fm_get_u64(&r);
    fm_get_bytes(&r, c.last_hash, 32);
    for (uint32_t i = 0; i < FM_RCPT_MAX; i++) {
        c.height[i] = i / 16u + fm_get_u8(&r) / 128u;
    }
    if (fm_rcpt_verify(&c, c.last_hash, FM_STARK_P100, t->proof, t->len, &rcpt, scratch, fm_stark_verify_scratch()) ==
        FM_OK) {
        abort();
    }
}

static void claims(const uint8_t *data, size_t n, bool delegation)
{
    static struct fm_chain_claim c;
    static struct fm_deleg_claim d;
    static struct fm_paths paths;
    uint8_t root[32];
    struct fm_reader r;
    fm_err e;
    fm_reader_init(&r, data, n);
    if (!delegation && fm_chain_get(&r, &c)) {
        fm_opened_root(&c.state, root); /* so that it goes as far as it can */
        e = fm_chain_verify(&c, root, FM_STARK_P100, targets[1].proof, targets[1].len, &paths, scratch,
            fm_stark_verify_scratch());
        if (e == FM_OK) {
            abort();
        }
    } else if (delegation && fm_deleg_get(&r, (fm_get_u8(&r) & 1) != 0, &d)) {
        fm_receipt_hash(&d.receipt, root);
        e = fm_deleg_verify(&d, root, FM_STARK_P100, targets[1].proof, targets[1].len, &paths, scratch,
            fm_stark_verify_scratch());
        if (e == FM_OK) {
            abort();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (bad == NULL) {
        setup();
    }
    if (n < 1) {
        return 0;
    }
    const struct target *t = &targets[data[0] >> 3 & 1];
    switch (data[0] % 8) {
    case 0:
        raw(t, data + 1, n - 1);
        break;
    case 1:
        patched(t, data + 1, n - 1);
        break;
    case 2:
        patched_file(data + 1, n - 1);
        break;
    case 5:
        raw_file(data + 1, n - 1);
        break;
    case 4:
        receipts(data + 1, n - 1);
        break;
    default:
        claims(data + 1, n - 1, data[0] % 4 == 3);
        break;
    }
    return 0;
}
