/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream of what the heart was given and what it answered, for a judge that shares no code with it
 * (tests/model/replay.py). Each entry: kind u8 | length u32 | payload. Nothing is written if the stream is NULL.
 *
 *   G genesis   params 144 | salt 32 | treasury_pk 32 | root 32 | receipt 368
 *   B batch     height u64 | now u32 | accepted u8
 *   T turn      bytes u16 | wire | verdicts u8 | each: pk 32, text 48, yes u8 | status u8 | root 32, then
 *               COMMITTED, BODY_FAILED: receipt 368 | writes u32 | write set;  REJECTED: reason u8;
 *               MALFORMED: offset u32 | field (text to the end)
 *   F frame     bytes u32 | the frame of a batch, as lib/store makes it | its sectors
 *   A ack, N nak  root 32: the oldest open batch is durable; all open batches are dropped
 *   P proof     idx u32 | kind u8 | index u16 | proof (none: refused)
 *   Q absence   id 32 | shows u8 | proof (none: refused)
 *   K fork      salt 32 | root 32 | receipt 368: another ledger from here on
 *   R verify    root 32 | good u8 | proof
 *   V planted   cell u32 | kind u8 | zero | index u16 | value: put into the state by the generator, beside all turns
 */
#ifndef FM_TESTS_DIFF_STREAM_H
#define FM_TESTS_DIFF_STREAM_H

#include "core/state.h"

#include <stdio.h>

/* Opens the stream for writing, or ends the program. */
FILE *stream_open(const char *path);
/* Ends it; false if something could not be written. */
bool stream_close(FILE *f);

void stream_genesis(FILE *f, const struct fm_state *state, const uint8_t salt[32],
                    const uint8_t treasury_pk[32]);
void stream_batch(FILE *f, const struct fm_batch *batch, bool accepted);
/* What run and seal said of a turn; of a malformed one `why`, of a refused one neither `sealed`. */
void stream_turn(FILE *f, const uint8_t *wire, size_t bytes, enum fm_status status,
                 const struct fm_why *why, const struct fm_run *run, const struct fm_sealed *sealed,
                 const uint8_t root[32]);
void stream_frame(FILE *f, const uint8_t ledger[32], uint64_t height, const uint8_t *frame,
                  size_t bytes);
void stream_ack(FILE *f, const uint8_t root[32]);
void stream_nak(FILE *f, const uint8_t root[32]);
void stream_proof(FILE *f, uint32_t idx, uint8_t kind, uint16_t index, const uint8_t *proof,
                  size_t bytes);
void stream_absence(FILE *f, const uint8_t id[32], bool shows, const uint8_t *proof, size_t bytes);
void stream_fork(FILE *f, const uint8_t salt[32], const struct fm_state *state);
void stream_verified(FILE *f, const uint8_t root[32], bool good, const uint8_t *proof, size_t bytes);
void stream_planted(FILE *f, const struct fm_write *write);

#endif
