/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A small ledger for tests: real keys, real signatures, one turn at a time. Each turn is checked
 * for what must hold of every turn (world.c, check_sealed), and the last outcome is there to be
 * looked at.
 */
#ifndef FM_TESTS_CORE_WORLD_H
#define FM_TESTS_CORE_WORLD_H

#include "core/drive.h"
#include "core/proof.h"
#include "core/state.h"
#include "wire/turn.h"

#define WORLD_ACTORS 16

struct actor {
    uint8_t pk[32];
    uint8_t sk[64];
    uint8_t id[32];
    uint32_t idx;
};

struct world {
    struct fm_state state;
    struct fm_batch batch;
    uint8_t *memory;
    struct actor treasury;
    struct actor actors[WORLD_ACTORS];
    struct fm_run run;
    struct fm_turn turn;
    struct fm_sealed sealed;
    struct fm_turn_maker maker;
    uint8_t wire[FM_TURN_BYTES_MAX + 8];
    size_t wire_bytes;
    struct fm_why why;
    uint32_t violations; /* of what must hold of every turn */
    uint64_t salt;
};

/* A fresh ledger in malloc'ed memory. batched: each turn is sealed in an open batch (undo is kept).
 */
struct world *world_new(const struct fm_params *params);
void world_free(struct world *w);
/* Keys from a small number. */
void actor_keys(struct actor *a, uint8_t seed);
/* Makes actor i a keyed cell of nslots, nfields with some native balance. */
struct actor *world_actor(struct world *w, int i, uint8_t nslots, uint16_t nfields,
                          uint64_t balance);
/* Begins a turn of this agent, with its right nonce; then use w->maker. */
struct fm_turn_maker *world_begin(struct world *w, const struct actor *agent);
/* Signs, decodes, runs and seals what world_begin began. The status; FM_MALFORMED if it does not
 * decode. */
enum fm_status world_end(struct world *w, const struct actor *agent);
/* Runs the bytes in w->wire as they are. */
enum fm_status world_run(struct world *w);
/* The reason of the last outcome. */
static inline fm_err world_reason(const struct world *w)
{
    return w->run.outcome.reason;
}
const struct fm_header *world_header(const struct world *w, uint32_t idx);
const struct fm_record *world_record(const struct world *w, uint32_t idx, uint8_t slot);
const uint8_t *world_field(const struct world *w, uint32_t idx, uint16_t key);
/* The root computed from nothing but headers, records, fields and next ids. */
void world_root_from_scratch(const struct world *w, uint8_t root[32]);
/* Unlimited limits with these rights. */
struct fm_limits limits_of(uint16_t rights);
/* The id of the cell that the agent's turn under way makes with this salt. */
void world_next_id(const struct world *w, const struct actor *agent, uint64_t salt, uint8_t id[32]);

#endif
