/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RCPTCHAIN and PATHS: honest proofs verify; whatever is changed in the claim is refused; a prover that was given a
 * false witness says so, and one that goes on all the same (evil.c) is refused by the verifier.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "stark/paths.h"
#include "stark/prove.h"
#include "stark/rcpt.h"
#include "tests/stark/evil.h"
#include "tests/tap.h"

#define HEADS 8u

static uint64_t rng = 0x9e3779b97f4a7c15u;
static void *scratch;

static void fill(uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        rng = rng * 6364136223846793005u + 1442695040888963407u;
        p[i] = (uint8_t)(rng >> 56);
    }
}

struct made {
    uint32_t *trace;
    uint8_t *proof;
    void *arena;
    size_t need, cap, len;
};

static void take(struct made *x, const struct fm_stark_statement *st)
{
    x->need = fm_stark_arena_size(st);
    x->cap = fm_stark_proof_size(st);
    x->trace = calloc((size_t)FM_W1_COLS << st->air->log_n, 4);
    x->proof = malloc(x->cap);
    x->arena = malloc(x->need);
    if (x->trace == NULL || x->proof == NULL || x->arena == NULL) {
        abort();
    }
}

static void release(struct made *x)
{
    free(x->trace);
    free(x->proof);
    free(x->arena);
}

static fm_err verify(const struct fm_stark_statement *st, const struct made *x)
{
    return fm_stark_verify(st, x->proof, x->len, scratch, fm_stark_verify_scratch());
}

/* Proves the trace that stands in x, honestly. */
static fm_err prove(const struct fm_stark_statement *st, struct made *x)
{
    struct fm_stark_fault fault;
    return fm_stark_prove(st, x->trace, x->arena, x->need, x->proof, x->cap, &x->len, &fault);
}

/* The forger: proves whatever trace stands in x. What the verifier says. */
static fm_err forge(const struct fm_stark_statement *st, struct made *x)
{
    struct fm_stark_fault fault;
    fm_err e = evil_prove(st, x->trace, x->arena, x->need, x->proof, x->cap, &x->len, &fault);
    return e != FM_OK ? e : verify(st, x);
}

/* Every public input, one bit changed: how many verify. */
static uint32_t accepted_inputs(const struct fm_stark_statement *st, uint32_t *pi, const struct made *x)
{
    uint32_t accepted = 0;
    for (uint32_t i = 0; i < st->air->npi; i++) {
        pi[i] ^= 1u;
        accepted += verify(st, x) == FM_OK;
        pi[i] ^= 1u;
    }
    return accepted;
}

/* ------------------------------------------------------------------ receipts */

static uint8_t heads[FM_RCPT_MAX][FM_RCPT_HEAD_BYTES];
static struct fm_rcpt rcpt;

static void hash_head(const uint8_t *head, uint8_t hash[32])
{
    fm_hash(FM_H_RECEIPT, head, FM_RCPT_HEAD_BYTES, hash);
}

/* A chain of random heads; links each to the one before. */
static void make_heads(uint32_t count, uint64_t seq, struct fm_rcpt_claim *c)
{
    c->count = count;
    c->first_seq = seq;
    for (uint32_t i = 0; i < count; i++) {
        fill(heads[i], FM_RCPT_HEAD_BYTES);
        fm_put_le64(heads[i] + 8, seq + i);
        c->height[i] = i == 0 ? seq ^ 0xffffffu : c->height[i - 1] + (i % 3 == 0 ? 70000 : 0);
        fm_put_le64(heads[i] + 16, c->height[i]);
        if (i > 0) {
            hash_head(heads[i - 1], heads[i] + 192);
            memcpy(heads[i] + 128, heads[i - 1] + 160, 32);
        }
    }
    memcpy(c->first_prev, heads[0] + 192, 32);
    memcpy(c->first_pre_root, heads[0] + 128, 32);
    memcpy(c->last_post_root, heads[count - 1] + 160, 32);
    hash_head(heads[count - 1], c->last_hash);
}

static void honest_receipts(uint32_t count, uint64_t seq, const char *name)
{
    struct fm_rcpt_claim c;
    struct made x;
    fm_err e;
    make_heads(count, seq, &c);
    e = fm_rcpt_statement(&rcpt, &c, FM_STARK_P100);
    if (!TAP_EQ(e, FM_OK, name)) {
        return;
    }
    take(&x, &rcpt.st);
    e = fm_rcpt_trace(&rcpt, (const uint8_t(*)[FM_RCPT_HEAD_BYTES])heads, x.trace);
    TAP_EQ(e, FM_OK, "STM0001 the receipts are a witness");
    TAP_EQ(prove(&rcpt.st, &x), FM_OK, "STM0002 the honest prover proves them");
    TAP_EQ(verify(&rcpt.st, &x), FM_OK, "STM0003 the verifier accepts");
    tap_note_u64("rows", (uint64_t)1 << rcpt.air.log_n);
    tap_note_u64("proof bytes", x.len);
    TAP_EQ(accepted_inputs(&rcpt.st, rcpt.pi, &x), 0, "STM0004 no public input can be changed");
    e = fm_rcpt_verify(&c, c.last_hash, FM_STARK_P100, x.proof, x.len, &rcpt, scratch, fm_stark_verify_scratch());
    TAP_EQ(e, FM_OK, "STM0021 nor does the one call say otherwise");
    e = fm_rcpt_verify(&c, c.first_prev, FM_STARK_P100, x.proof, x.len, &rcpt, scratch, fm_stark_verify_scratch());
    TAP_EQ(e, FM_E_PROOF_ROOT, "STM0022 PROOF_ROOT: another last receipt");
    e = fm_rcpt_verify(&c, c.last_hash, FM_STARK_TOY, x.proof, x.len, &rcpt, scratch, fm_stark_verify_scratch());
    TAP_EQ(e, FM_E_STARK_PROFILE, "STM0023 STARK_PROFILE: one that claims nothing");
    release(&x);
}

enum lie { LIE_PREV = 0, LIE_ROOT, LIE_SEQ, LIE_HEIGHT, LIE_DROP, LIES };

/* One link broken in the middle, and the hashes after it made good again. */
static void lie_about(enum lie lie, struct fm_rcpt_claim *c)
{
    uint32_t at = HEADS / 2;
    switch (lie) {
    case LIE_PREV:
        heads[at][192] ^= 1;
        break;
    case LIE_ROOT:
        heads[at][128 + 31] ^= 0x80;
        break;
    case LIE_SEQ:
        heads[at][8] ^= 1;
        break;
    case LIE_HEIGHT:
        fm_put_le64(heads[at] + 16, c->height[at - 1] - 1);
        break;
    case LIE_DROP:
    case LIES:
        memmove(heads[at], heads[at + 1], (size_t)(HEADS - at - 1) * FM_RCPT_HEAD_BYTES);
        fill(heads[HEADS - 1], FM_RCPT_HEAD_BYTES);
        fm_put_le64(heads[at] + 8, c->first_seq + at); /* so that the missing link is all that is wrong */
        fm_put_le64(heads[at] + 16, c->height[at]);
        break;
    }
    for (uint32_t i = at + 1; i < HEADS; i++) {
        hash_head(heads[i - 1], heads[i] + 192);
        memcpy(heads[i] + 128, heads[i - 1] + 160, 32);
        fm_put_le64(heads[i] + 8, c->first_seq + i);
        fm_put_le64(heads[i] + 16, c->height[i]);
    }
    memcpy(c->last_post_root, heads[HEADS - 1] + 160, 32);
    hash_head(heads[HEADS - 1], c->last_hash);
}

static void false_receipts(void)
{
    static const char *const names[LIES] = {"STM0010 a receipt that names another before it",
                                            "STM0011 a receipt that begins at another root",
                                            "STM0012 a seq out of turn",
                                            "STM0009 a height that is not the claim's",
                                            "STM0013 a receipt dropped from the middle"};
    for (uint32_t lie = 0; lie < LIES; lie++) {
        struct fm_rcpt_claim c;
        struct made x;
        fm_err e;
        make_heads(HEADS, 77, &c);
        lie_about((enum lie)lie, &c);
        e = fm_rcpt_statement(&rcpt, &c, FM_STARK_P100);
        if (!TAP_EQ(e, FM_OK, names[lie])) {
            continue;
        }
        take(&x, &rcpt.st);
        e = fm_rcpt_trace(&rcpt, (const uint8_t(*)[FM_RCPT_HEAD_BYTES])heads, x.trace);
        TAP_EQ(prove(&rcpt.st, &x), FM_E_STARK_TRACE, "STM0014 the honest prover refuses");
        TAP_EQ(forge(&rcpt.st, &x), FM_E_STARK_CONSTRAINTS, "STM0015 and the forger's proof is refused");
        release(&x);
        (void)e;
    }
    struct fm_rcpt_claim c;
    make_heads(HEADS, 5, &c);
    c.height[HEADS - 1] = c.height[HEADS - 2] - 1;
    TAP_EQ(fm_rcpt_statement(&rcpt, &c, FM_STARK_P100), FM_E_STARK_WITNESS,
        "STM0019 STARK_WITNESS: a height that falls");
    c.count = 0;
    TAP_EQ(fm_rcpt_statement(&rcpt, &c, FM_STARK_P100), FM_E_STARK_SHAPE, "STM0016 no receipt at all");
    c.count = FM_RCPT_MAX + 1;
    TAP_EQ(fm_rcpt_statement(&rcpt, &c, FM_STARK_P100), FM_E_STARK_SHAPE, "STM0017 more than a proof takes");
    c.count = 2;
    c.first_seq = UINT64_MAX;
    TAP_EQ(fm_rcpt_statement(&rcpt, &c, FM_STARK_P100), FM_E_STARK_ARGUMENT, "STM0018 a seq beyond the last");
}

/* ------------------------------------------------------------------ paths */

static struct fm_paths paths;
static uint8_t siblings[256][32];

static void climb(uint8_t at[32], uint32_t levels, uint32_t index, const uint8_t (*sib)[32])
{
    for (uint32_t l = 0; l < levels; l++) {
        if ((index >> l & 1) != 0) {
            fm_hash2(FM_H_NODE, sib[l], at, at);
        } else {
            fm_hash2(FM_H_NODE, at, sib[l], at);
        }
    }
}

/* Two segments of these levels, and their twins with other leaves; wrong: that segment's end is another digest. */
static fm_err two_and_twins(uint32_t l0, uint32_t l1, uint32_t wrong)
{
    const uint32_t levels[2] = {l0, l1};
    uint32_t start[4];
    uint32_t end[4];
    uint8_t d[32];
    fill(siblings[0], sizeof siblings);
    fm_paths_init(&paths);
    for (uint32_t i = 0; i < 4; i++) {
        fill(d, 32);
        start[i] = fm_paths_digest(&paths, d);
        climb(d, levels[i % 2], 5, (const uint8_t(*)[32])siblings + (i % 2 != 0 ? l0 : 0));
        d[7] ^= i == wrong ? 4 : 0;
        end[i] = fm_paths_digest(&paths, d);
    }
    for (uint32_t i = 0; i < 2; i++) {
        (void)fm_paths_add(&paths, levels[i], 5, start[i], end[i]);
    }
    for (uint32_t i = 0; i < 2; i++) {
        (void)fm_paths_twin(&paths, i, start[2 + i], end[2 + i]);
    }
    return fm_paths_finish(&paths, FM_STARK_P100);
}

static void honest_paths(void)
{
    struct made x;
    TAP_EQ(two_and_twins(3, 6, 9), FM_OK, "STM0101 two paths and their twins are a statement");
    take(&x, &paths.st);
    TAP_EQ(fm_paths_trace(&paths, (const uint8_t(*)[32])siblings, x.trace), FM_OK, "STM0102 with a witness");
    TAP_EQ(prove(&paths.st, &x), FM_OK, "STM0103 which is proved");
    TAP_EQ(verify(&paths.st, &x), FM_OK, "STM0104 and accepted");
    tap_note_u64("rows", (uint64_t)1 << paths.air.log_n);
    tap_note_u64("openings", paths.air.npairs);
    tap_note_u64("constraints", paths.air.ncons);
    TAP_EQ(accepted_inputs(&paths.st, paths.pi, &x), 0, "STM0105 no public input can be changed");
    release(&x);
}

/* A twin with a sibling of its own: another place in the tree was changed too. */
static void false_twins(void)
{
    struct made x;
    for (uint32_t i = 0; i < 4; i++) {
        TAP_EQ(two_and_twins(3, 4, i), FM_OK, "STM0110 an end that is no end");
        take(&x, &paths.st);
        TAP_EQ(fm_paths_trace(&paths, (const uint8_t(*)[32])siblings, x.trace), FM_E_STARK_WITNESS,
               "STM0111 has no witness");
        TAP_EQ(forge(&paths.st, &x), FM_E_STARK_CONSTRAINTS, "STM0112 and none that is forged");
        release(&x);
    }
    /* Both paths are true, but not with the same siblings: laid out as four paths, proved as twins. */
    for (uint32_t level = 0; level < 7; level++) {
        uint32_t start[4];
        uint32_t end[4];
        uint8_t d[32];
        struct fm_paths *plain = calloc(1, sizeof *plain);
        fill(siblings[0], sizeof siblings);
        fm_paths_init(plain);
        memcpy(siblings[7], siblings[0], (size_t)7 * 32);
        siblings[7 + level][31] ^= 1;
        for (uint32_t i = 0; i < 4; i++) {
            fill(d, 32);
            start[i] = fm_paths_digest(plain, d);
            climb(d, i % 2 == 0 ? 3 : 4, 5, (const uint8_t(*)[32])siblings + (i / 2) * 7 + (i % 2) * 3);
            end[i] = fm_paths_digest(plain, d);
            (void)fm_paths_add(plain, i % 2 == 0 ? 3 : 4, 5, start[i], end[i]);
        }
        TAP_EQ(fm_paths_finish(plain, FM_STARK_P100), FM_OK, "STM0120 four true paths");
        take(&x, &plain->st);
        TAP_EQ(fm_paths_trace(plain, (const uint8_t(*)[32])siblings, x.trace), FM_OK, "STM0121 have a witness");
        TAP_EQ(two_and_twins(3, 4, 9), FM_OK, "STM0122 the same, claimed as twins");
        for (uint32_t i = 0; i < 4; i++) { /* the digests of the four */
            memcpy(paths.pi + paths.segment[i].start, plain->pi + start[i], 64);
            memcpy(paths.pi + paths.segment[i].end, plain->pi + end[i], 64);
        }
        struct made y;
        take(&y, &paths.st);
        memcpy(y.trace, x.trace, (size_t)4 * FM_W1_COLS << paths.air.log_n);
        TAP_EQ(prove(&paths.st, &y), FM_E_STARK_TRACE, "STM0123 the honest prover refuses");
        TAP_EQ(forge(&paths.st, &y), FM_E_STARK_CONSTRAINTS, "STM0124 and the verifier the forger's proof");
        release(&x);
        release(&y);
        free(plain);
    }
}

static void shapes(void)
{
    uint8_t d[32] = {0};
    uint32_t pi;
    fm_paths_init(&paths);
    TAP_EQ(fm_paths_finish(&paths, FM_STARK_P100), FM_E_STARK_SHAPE, "STM0130 no path at all");
    fm_paths_init(&paths);
    pi = fm_paths_digest(&paths, d);
    (void)fm_paths_add(&paths, 3, 8, pi, pi);
    TAP_EQ(fm_paths_finish(&paths, FM_STARK_P100), FM_E_STARK_SHAPE, "STM0131 an index beyond its levels");
    fm_paths_init(&paths);
    pi = fm_paths_digest(&paths, d);
    (void)fm_paths_add(&paths, 33, 0, pi, pi);
    TAP_EQ(fm_paths_finish(&paths, FM_STARK_P100), FM_E_STARK_SHAPE, "STM0132 more levels than a tree has");
    fm_paths_init(&paths);
    pi = fm_paths_digest(&paths, d);
    for (uint32_t i = 0; i < FM_PATHS_SEGMENTS + 1; i++) {
        (void)fm_paths_add(&paths, 1, 0, pi, pi);
    }
    TAP_EQ(fm_paths_finish(&paths, FM_STARK_P100), FM_E_STARK_SHAPE, "STM0133 more paths than a proof takes");
    fm_paths_init(&paths);
    pi = fm_paths_digest(&paths, d);
    (void)fm_paths_add(&paths, 2, 0, pi, pi);
    TAP_EQ(fm_paths_finish(&paths, 99), FM_E_STARK_ARGUMENT, "STM0134 no such profile");
}

int main(void)
{
    scratch = malloc(fm_stark_verify_scratch());
    honest_receipts(1, 0, "STM0005 one receipt");
    honest_receipts(3, 65535, "STM0006 three, over the edge of a limb");
    honest_receipts(HEADS, (1ull << 32) - 3, "STM0007 eight, over the edge of a word");
    false_receipts();
    honest_paths();
    false_twins();
    shapes();
    free(scratch);
    return tap_done();
}
