/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/stark/made.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/clock.h"
#include "crypto/hash.h"
#include "stark/member.h"
#include "stark/prove.h"

#define SLOTS_LOG 6u
#define CELLS_LOG 20u
#define HEADS 64u

unsigned made_profile = FM_STARK_P100;
static struct fm_member member;
static struct fm_paths paths;
static struct fm_rcpt rcpt;
static uint8_t siblings[FM_PATHS_BLOCKS][32];
static uint8_t heads[HEADS][FM_RCPT_HEAD_BYTES];
static uint32_t nsiblings;
static uint64_t rng = 88172645463325252u;

static void fill(uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        rng = rng * 6364136223846793005u + 1442695040888963407u;
        p[i] = (uint8_t)(rng >> 56);
    }
}

static void must(fm_err e)
{
    if (e != FM_OK) {
        fprintf(stderr, "bench: %s\n", fm_err_name(e));
        abort();
    }
}

void made_take(struct made *m, const struct fm_stark_statement *st)
{
    m->st = st;
    m->need = fm_stark_arena_size(st);
    m->cap = fm_stark_proof_size(st);
    m->trace = calloc((size_t)st->air->ncols << st->air->log_n, 4);
    m->proof = malloc(m->cap);
    m->arena = calloc(1, m->need);
    m->scratch = malloc(fm_stark_verify_scratch());
    if (m->trace == NULL || m->proof == NULL || m->arena == NULL || m->scratch == NULL) {
        abort();
    }
}

void made_release(struct made *m)
{
    free(m->trace);
    free(m->proof);
    free(m->arena);
    free(m->scratch);
}

/* What the phases of one proof took. */
struct watch {
    double ms[FM_PHASES], since;
    int phase;
};

static void next_phase(void *of, enum fm_stark_phase begins)
{
    struct watch *w = of;
    double t = bench_cpu();
    if (w->phase >= 0) {
        w->ms[w->phase] += (t - w->since) * 1e3;
    }
    w->phase = begins == FM_PHASE_DONE ? -1 : (int)begins;
    w->since = t;
}

double made_prove_ms(struct made *m, void (*trace)(uint32_t *out))
{
    static const struct fm_stark_crew_ops ops = {NULL, next_phase};
    struct watch watch[BENCH_RUNS];
    double times[BENCH_RUNS];
    for (int r = 0; r < BENCH_RUNS; r++) {
        const struct fm_stark_crew crew = {&ops, &watch[r]};
        struct fm_stark_fault fault;
        double start = bench_cpu();
        watch[r] = (struct watch){.phase = -1};
        trace(m->trace);
        must(fm_stark_prove_by(&crew, m->st, m->trace, m->arena, m->need, m->proof, m->cap, &m->len, &fault));
        times[r] = (bench_cpu() - start) * 1e3;
    }
    for (int i = 0; i < FM_PHASES; i++) {
        double ms[BENCH_RUNS];
        for (int r = 0; r < BENCH_RUNS; r++) {
            ms[r] = watch[r].ms[i];
        }
        m->phase_ms[i] = bench_median(ms, BENCH_RUNS);
    }
    return bench_median(times, BENCH_RUNS);
}

uint32_t made_verify_ms(struct made *m, double ms[MADE_SETS])
{
    enum { TIMES = 11 * BENCH_RUNS };
    double times[MADE_SETS][TIMES];
    uint32_t sets = 0;
    for (int r = 0; r < TIMES; r++) {
        for (sets = 0; sets < MADE_SETS && fm_vkern_at(sets) != NULL; sets++) {
            double start = bench_cpu();
            must(fm_stark_verify_by(fm_vkern_at(sets), m->st, m->proof, m->len, m->scratch, fm_stark_verify_scratch()));
            times[sets][r] = (bench_cpu() - start) * 1e3;
        }
    }
    for (uint32_t i = 0; i < sets; i++) {
        ms[i] = bench_median(times[i], TIMES);
    }
    return sets;
}

static void step(enum fm_hash_domain d, uint8_t at[32], const uint8_t sibling[32], bool right)
{
    fm_hash2(d, right ? sibling : at, right ? at : sibling, at);
}

const struct fm_stark_statement *made_member(void)
{
    uint8_t record[64];
    uint8_t at[32];
    uint32_t k = 0;
    const uint32_t cell = 777777;
    const uint32_t slot = 41;
    fill(record, sizeof record);
    fill(siblings[0], sizeof siblings);
    fm_hash(FM_H_CAP, record, 64, at);
    for (uint32_t i = 0; i < SLOTS_LOG; i++) {
        step(FM_H_NODE, at, siblings[k++], (slot >> i & 1) != 0);
    }
    step(FM_H_BODY, at, siblings[k++], false);
    step(FM_H_LEAF, at, siblings[k++], true);
    for (uint32_t i = 0; i < CELLS_LOG; i++) {
        step(FM_H_NODE, at, siblings[k++], (cell >> i & 1) != 0);
    }
    step(FM_H_ROOT, at, siblings[k++], false);
    must(fm_member_statement(&member, SLOTS_LOG, CELLS_LOG, at, cell, slot, record, made_profile));
    return &member.st;
}

void made_member_trace(uint32_t *out)
{
    must(fm_member_trace(&member, (const uint8_t(*)[32])siblings, out));
}

/* One more path of random siblings, from a random digest. */
static void add_path(uint32_t levels, uint32_t index, uint32_t *end)
{
    uint8_t at[32];
    uint32_t start;
    fill(at, 32);
    start = fm_paths_digest(&paths, at);
    for (uint32_t i = 0; i < levels; i++) {
        step(FM_H_NODE, at, siblings[nsiblings++], (index >> i & 1) != 0);
    }
    *end = fm_paths_digest(&paths, at);
    (void)fm_paths_add(&paths, levels, index, start, *end);
}

static void add_twin(uint32_t of)
{
    const struct fm_paths_segment *s = &paths.segment[of];
    uint32_t first = 0;
    uint8_t at[32];
    uint32_t start;
    for (uint32_t i = 0; i < of; i++) {
        first += paths.segment[i].levels;
    }
    fill(at, 32);
    start = fm_paths_digest(&paths, at);
    for (uint32_t i = 0; i < s->levels; i++) {
        step(FM_H_NODE, at, siblings[first + i], (s->index >> i & 1) != 0);
    }
    (void)fm_paths_twin(&paths, of, start, fm_paths_digest(&paths, at));
}

static void begin_paths(void)
{
    fill(siblings[0], sizeof siblings);
    nsiblings = 0;
    fm_paths_init(&paths);
}

static const struct fm_stark_statement *end_paths(void)
{
    must(fm_paths_finish(&paths, made_profile));
    return &paths.st;
}

const struct fm_stark_statement *made_chain8(void)
{
    uint32_t end;
    begin_paths();
    for (uint32_t i = 0; i < 9; i++) {
        add_path(SLOTS_LOG, 17 + i, &end);
        add_path(CELLS_LOG, 70000 * i + 5, &end);
    }
    add_path(CELLS_LOG, 999999, &end);
    return end_paths();
}

const struct fm_stark_statement *made_deleg_p(void)
{
    uint32_t end;
    begin_paths();
    for (uint32_t i = 0; i < 3; i++) { /* what is held; the slot before; the slot after */
        add_path(SLOTS_LOG, 17 + i, &end);
        add_path(CELLS_LOG, 70000 * i + 5, &end);
    }
    add_path(CELLS_LOG, 999999, &end);
    return end_paths();
}

/* Of a metered capability: the agent's slot changes too. */
const struct fm_stark_statement *made_deleg_w(void)
{
    uint32_t end;
    begin_paths();
    for (uint32_t i = 0; i < 2; i++) {
        add_path(SLOTS_LOG, 17 + i, &end);
        add_path(CELLS_LOG, 70000 * i + 5, &end);
    }
    for (uint32_t i = 0; i < 4; i++) {
        add_twin(i);
    }
    add_path(CELLS_LOG, 999999, &end);
    return end_paths();
}

void made_paths_trace(uint32_t *out)
{
    must(fm_paths_trace(&paths, (const uint8_t(*)[32])siblings, out));
}

const struct fm_stark_statement *made_receipts(void)
{
    struct fm_rcpt_claim c = {.count = HEADS, .first_seq = 1000};
    for (uint32_t i = 0; i < HEADS; i++) {
        fill(heads[i], FM_RCPT_HEAD_BYTES);
        fm_put_le64(heads[i] + 8, c.first_seq + i);
        c.height[i] = 70 + i / 3;
        fm_put_le64(heads[i] + 16, c.height[i]);
        if (i > 0) {
            fm_hash(FM_H_RECEIPT, heads[i - 1], FM_RCPT_HEAD_BYTES, heads[i] + 192);
            memcpy(heads[i] + 128, heads[i - 1] + 160, 32);
        }
    }
    memcpy(c.first_prev, heads[0] + 192, 32);
    memcpy(c.first_pre_root, heads[0] + 128, 32);
    memcpy(c.last_post_root, heads[HEADS - 1] + 160, 32);
    fm_hash(FM_H_RECEIPT, heads[HEADS - 1], FM_RCPT_HEAD_BYTES, c.last_hash);
    must(fm_rcpt_statement(&rcpt, &c, made_profile));
    return &rcpt.st;
}

void made_receipts_trace(uint32_t *out)
{
    must(fm_rcpt_trace(&rcpt, (const uint8_t(*)[FM_RCPT_HEAD_BYTES])heads, out));
}
