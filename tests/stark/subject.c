/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stark/subject.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "stark/prove.h"

#define SIBLINGS_MAX 64u
#define HEADS_MAX 32u
#define TURNS_MAX 64u

static uint64_t rng = 0x853c49e6748fea9bu;
static uint8_t siblings[SIBLINGS_MAX][32];
static uint8_t heads[HEADS_MAX][FM_RCPT_HEAD_BYTES];
static struct fm_agent_turn turns[TURNS_MAX];

static void fill(void *p, size_t n)
{
    uint8_t *b = p;
    for (size_t i = 0; i < n; i++) {
        rng = rng * 6364136223846793005u + 1442695040888963407u;
        b[i] = (uint8_t)(rng >> 56);
    }
}

static void must(fm_err e)
{
    if (e != FM_OK) {
        abort();
    }
}

static void step(enum fm_hash_domain d, uint8_t at[32], const uint8_t sibling[32], bool right)
{
    fm_hash2(d, right ? sibling : at, right ? at : sibling, at);
}

static void make_member(struct subject *s, unsigned profile)
{
    uint32_t levels = s->log_n >= 11 ? 27 : (1u << (s->log_n - 6)) - 4;
    uint32_t sl = levels / 2 < 6 ? levels / 2 : 6;
    uint32_t cl = levels - sl;
    uint32_t slot = 0x2bu & ((1u << sl) - 1);
    uint32_t cell = 0x5a5a5u & (uint32_t)(((uint64_t)1 << cl) - 1);
    uint8_t record[64];
    uint8_t at[32];
    uint32_t k = 0;
    fill(record, 64);
    fm_hash(FM_H_CAP, record, 64, at);
    for (uint32_t i = 0; i < sl; i++) {
        step(FM_H_NODE, at, siblings[k++], (slot >> i & 1) != 0);
    }
    step(FM_H_BODY, at, siblings[k++], false);
    step(FM_H_LEAF, at, siblings[k++], true);
    for (uint32_t i = 0; i < cl; i++) {
        step(FM_H_NODE, at, siblings[k++], (cell >> i & 1) != 0);
    }
    step(FM_H_ROOT, at, siblings[k], false);
    must(fm_member_statement(&s->of.member, sl, cl, at, cell, slot, record, profile));
    s->st = s->of.member.st;
    s->pi = s->of.member.pi;
    s->false_pi = 32;
}

/* Two paths and their twins. */
static void make_paths(struct subject *s, unsigned profile)
{
    struct fm_paths *p = &s->of.paths;
    uint32_t levels = 1u << (s->log_n - 8);
    fm_paths_init(p);
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t index = 0xaau & (uint32_t)(((uint64_t)1 << levels) - 1);
        uint8_t at[32];
        uint32_t start;
        uint32_t end;
        fill(at, 32);
        start = fm_paths_digest(p, at);
        for (uint32_t l = 0; l < levels; l++) {
            step(FM_H_NODE, at, siblings[(i & 1) * levels + l], (index >> l & 1) != 0);
        }
        end = fm_paths_digest(p, at);
        if (i < 2) {
            (void)fm_paths_add(p, levels, index, start, end);
        } else {
            (void)fm_paths_twin(p, i - 2, start, end);
        }
    }
    must(fm_paths_finish(p, profile));
    s->st = p->st;
    s->pi = p->pi;
    s->false_pi = p->segment[3].end;
}

static void make_receipts(struct subject *s, unsigned profile)
{
    struct fm_rcpt_claim c = {.count = 1u << (s->log_n - 8), .first_seq = 41};
    for (uint32_t i = 0; i < c.count; i++) {
        fill(heads[i], FM_RCPT_HEAD_BYTES);
        c.height[i] = 7 + i / 2;
        fm_put_le64(heads[i] + 8, c.first_seq + i);
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
    must(fm_rcpt_statement(&s->of.receipts, &c, profile));
    s->st = s->of.receipts.st;
    s->pi = s->of.receipts.pi;
    s->false_pi = 32;
}

static void make_agent(struct subject *s, unsigned profile)
{
    uint32_t steps = 1u << (s->log_n - 7);
    uint8_t from[32];
    uint8_t msg[65];
    fill(from, 32);
    memcpy(msg, from, 32);
    for (uint32_t i = 0; i < steps; i++) {
        fill(turns[i].turn_hash, 32);
        turns[i].status = i % 3 == 1;
        memcpy(msg + 32, turns[i].turn_hash, 32);
        msg[64] = turns[i].status;
        fm_hash(FM_H_LINK, msg, sizeof msg, msg);
    }
    must(fm_agent_statement(&s->of.agent, steps, from, msg, profile));
    s->st = s->of.agent.st;
    s->pi = s->of.agent.pi;
    s->false_pi = 16;
}

static void make_fib(struct subject *s, unsigned profile)
{
    FM_ASSERT(fm_fib_air(&s->of.fib, s->log_n));
    s->fib_pi[0] = 3;
    s->fib_pi[1] = 4;
    s->pi = s->fib_pi;
    s->false_pi = 2;
    s->st = (struct fm_stark_statement){&s->of.fib.air, fm_stark_profile(profile), s->pi, (const uint8_t *)"ctx", 3};
}

/* The trace comes last: it may set a public input. */
static void make_trace(struct subject *s)
{
    const uint8_t (*sib)[32] = (const uint8_t(*)[32])siblings;
    switch (s->kind) {
    case SUBJECT_MEMBER:
        must(fm_member_trace(&s->of.member, sib, s->trace));
        break;
    case SUBJECT_PATHS:
        must(fm_paths_trace(&s->of.paths, sib, s->trace));
        break;
    case SUBJECT_RECEIPTS:
        must(fm_rcpt_trace(&s->of.receipts, (const uint8_t(*)[FM_RCPT_HEAD_BYTES])heads, s->trace));
        break;
    case SUBJECT_AGENT:
        must(fm_agent_trace(&s->of.agent, turns, s->trace));
        break;
    case SUBJECT_FIB:
    case SUBJECTS:
        fm_fib_trace(s->log_n, s->pi, s->trace);
        break;
    }
}

struct subject *subject_make(enum subject_kind kind, uint32_t log_n, unsigned profile)
{
    static const char *const names[] = {"FIB", "MEMBER", "PATHS", "RCPTCHAIN", "RCPTCHAIN-A"};
    static void (*const makers[])(struct subject *, unsigned) = {make_fib, make_member, make_paths, make_receipts,
                                                                 make_agent};
    struct subject *s = calloc(1, sizeof *s);
    if (s == NULL) {
        abort();
    }
    s->kind = kind;
    s->name = names[kind];
    s->log_n = log_n;
    fill(siblings[0], sizeof siblings);
    makers[kind](s, profile);
    s->arena_bytes = fm_stark_arena_size(&s->st);
    s->cap = fm_stark_proof_size(&s->st);
    s->trace = calloc((size_t)s->st.air->ncols << log_n, 4);
    s->arena = malloc(s->arena_bytes);
    s->proof = malloc(s->cap + 64);
    s->scratch = malloc(fm_stark_verify_scratch());
    if (s->arena_bytes == 0 || s->st.air->log_n != log_n || s->trace == NULL || s->arena == NULL || s->proof == NULL ||
        s->scratch == NULL) {
        abort();
    }
    make_trace(s);
    return s;
}

void subject_free(struct subject *s)
{
    free(s->trace);
    free(s->arena);
    free(s->proof);
    free(s->scratch);
    free(s);
}

void subject_prove(struct subject *s)
{
    struct fm_stark_fault fault;
    must(fm_stark_prove(&s->st, s->trace, s->arena, s->arena_bytes, s->proof, s->cap, &s->len, &fault));
}

fm_err subject_verify(const struct subject *s, const uint8_t *proof, size_t len)
{
    return fm_stark_verify(&s->st, proof, len, s->scratch, fm_stark_verify_scratch());
}
