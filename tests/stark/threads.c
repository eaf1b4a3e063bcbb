/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prover with 1, 2, 3 and 7 hands, and with a crew that does the parts backwards: the same bytes; and a fault is
 * found in the same row, whoever looks.
 */
#include <stdlib.h>
#include <string.h>

#include "host/cli/crew.h"
#include "stark/air_fib.h"
#include "stark/poseidon2.h"
#include "tests/tap.h"

static struct fm_fib fib;
static struct fm_p2 p2;
static uint32_t pi[FM_P2_PI];

struct job {
    const struct fm_stark_statement *st;
    uint32_t *trace;
    void *arena;
    size_t need, cap, len;
    uint8_t *proof;
    struct fm_stark_fault fault;
};

static void job_init(struct job *j, const struct fm_stark_statement *st)
{
    j->st = st;
    j->need = fm_stark_arena_size(st);
    j->cap = fm_stark_proof_size(st);
    j->trace = calloc((size_t)st->air->ncols << st->air->log_n, 4);
    j->arena = malloc(j->need);
    j->proof = malloc(j->cap);
}

static void job_done(struct job *j)
{
    free(j->trace);
    free(j->arena);
    free(j->proof);
}

static fm_err make(struct job *j, const struct fm_stark_crew *crew)
{
    memset(j->arena, 0xa5, j->need);
    return fm_stark_prove_by(crew, j->st, j->trace, j->arena, j->need, j->proof, j->cap, &j->len, &j->fault);
}

static uint32_t parts;

static void backwards(void *of, struct prover *p, uint32_t count)
{
    (void)of;
    parts += count;
    for (uint32_t i = count; i-- > 0;) {
        fm_stark_work(p, i);
    }
}

static void same_bytes(struct job *j, const char *name)
{
    static const struct fm_stark_crew_ops back = {backwards, NULL};
    static const unsigned hands[] = {1, 2, 3, 7};
    const struct fm_stark_crew other = {&back, NULL};
    uint8_t *alone = malloc(j->cap);
    size_t len;
    uint32_t wrong = 0;
    tap_note_text("statement", name);
    TAP_EQ(make(j, NULL), FM_OK, "THR0001 a proof by one");
    len = j->len;
    memcpy(alone, j->proof, len);
    for (size_t i = 0; i < sizeof hands / sizeof hands[0]; i++) {
        struct crew c;
        wrong += !crew_open(&c, hands[i]);
        for (uint32_t again = 0; again < 3; again++) {
            wrong += make(j, &c.hook) != FM_OK || j->len != len || memcmp(j->proof, alone, len) != 0;
        }
        for (uint32_t p = 0; p < FM_PHASE_DONE; p++) {
            wrong += c.phase_s[p] <= 0;
        }
        crew_close(&c);
    }
    TAP_EQ(wrong, 0, "THR0002 by 1, 2, 3 and 7 hands: the same bytes, three times each, and the time of every phase");
    parts = 0;
    TAP_OK(make(j, &other) == FM_OK && j->len == len && memcmp(j->proof, alone, len) == 0 && parts > 100,
           "THR0003 parts done backwards: the same bytes");
    free(alone);
}

static void same_fault(struct job *j, uint32_t column, uint32_t row)
{
    struct crew c;
    uint32_t wrong = 0;
    uint32_t *cell = &j->trace[((size_t)column << j->st->air->log_n) + row];
    *cell = fm_bb_add(*cell, FM_BB_ONE);
    uint32_t *later = cell + ((size_t)1 << j->st->air->log_n) - 1 - row;
    *later = fm_bb_add(*later, FM_BB_ONE);
    for (unsigned hands = 1; hands <= 3; hands++) {
        wrong += !crew_open(&c, hands);
        wrong += make(j, &c.hook) != FM_E_STARK_TRACE || j->fault.row != row;
        crew_close(&c);
    }
    TAP_EQ(wrong, 0, "THR0004 of two wrong rows far apart the first is named, whoever finds the second");
}

static void test_fibonacci(void)
{
    struct job j;
    bool good = fm_fib_air(&fib, 13);
    struct fm_stark_statement st = {&fib.air, fm_stark_profile(FM_STARK_P100), pi, NULL, 0};
    FM_ASSERT(good);
    job_init(&j, &st);
    pi[0] = 3;
    pi[1] = 4;
    fm_fib_trace(13, pi, j.trace);
    same_bytes(&j, "Fibonacci, 2^13 rows");
    same_fault(&j, 0, 1500);
    job_done(&j);
}

static void test_poseidon2(void)
{
    struct job j;
    bool good = fm_p2_air(&p2, 11);
    struct fm_stark_statement st = {&p2.air, fm_stark_profile(FM_STARK_P100F), pi, NULL, 0};
    FM_ASSERT(good);
    job_init(&j, &st);
    fm_p2_trace(11, pi, j.trace);
    same_bytes(&j, "Poseidon2, 2^11 rows");
    same_fault(&j, 200, 5);
    job_done(&j);
}

int main(void)
{
    struct crew c;
    TAP_OK(!crew_open(&c, 0) && !crew_open(&c, CREW_HANDS_MAX + 1), "THR0005 no hands, or too many, are refused");
    test_fibonacci();
    test_poseidon2();
    return tap_done();
}
