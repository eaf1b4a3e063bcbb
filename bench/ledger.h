/* SPDX-License-Identifier: Apache-2.0 */
/* A ledger to measure on: its treasury makes cells of 4 slots and 8 fields, and pays them. */
#ifndef BENCH_LEDGER_H
#define BENCH_LEDGER_H

#include "core/ahead.h"
#include "core/drive.h"
#include "crypto/sign.h"

struct bench_ledger {
    struct fm_state *state;
    struct fm_run run;
    struct fm_turn turn;
    struct fm_turn coming;
    struct fm_ahead ahead;
    struct fm_sealed sealed;
    struct fm_batch batch;
    struct fm_turn_maker maker;
    uint8_t sk[64]; /* the treasury's */
    uint8_t pk[32];
    uint8_t wire[FM_TURN_BYTES_MAX]; /* the turn that was made last, its signature zero */
    size_t wire_bytes;
    uint64_t random;
};

void bench_ledger_init(struct bench_ledger *b, struct fm_state *state);
/* Makes a turn that creates up to 60 cells, and one that pays a cell chosen at random. */
void bench_make_cells(struct bench_ledger *b, uint32_t upto);
/*
 * n transfers to cells anywhere, unsigned, each in BENCH_WIRE_BYTES of wire: with the nonces that come next, or all
 * with the next one (for turns that are run and not sealed).
 */
#define BENCH_WIRE_BYTES 256U
void bench_make_ahead(struct bench_ledger *b, uint8_t (*wire)[BENCH_WIRE_BYTES], size_t *bytes, uint32_t n,
                      bool rising);
/* Turn i of these becomes the one to run, and the one so many behind it is noted ahead, as a node does with those that
 * wait for their turn. */
void bench_take(struct bench_ledger *b, uint8_t (*wire)[BENCH_WIRE_BYTES], const size_t *bytes, uint32_t n, uint32_t i);
void bench_make_transfer(struct bench_ledger *b);
/* Runs the turn that was made, its verdict given, not computed. It must commit. */
void bench_run(struct bench_ledger *b);
void bench_seal(struct bench_ledger *b);

#endif
