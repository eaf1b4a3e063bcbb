/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looking ahead: the cells that coming turns name are fetched into the cache while earlier turns run. In a large ledger
 * each of them is a chain of misses (bucket, id, header, the path through the tree), and each miss is as dear as a
 * compression.
 *
 * Hints alone: nothing here changes a state or an outcome, whatever is noted, in whatever order, or never.
 */
#ifndef FM_CORE_AHEAD_H
#define FM_CORE_AHEAD_H

#include "core/state.h"

/* Ids pass through three steps, each of which touches what the step before it fetched, so many ids later. */
#define FM_AHEAD_STRIDE 2U
#define FM_AHEAD_IDS (2U * FM_AHEAD_STRIDE)
/* How many turns ahead of the one that runs to note: then its own ids have passed through. */
#define FM_AHEAD_TURNS 8U

struct fm_ahead {
    uint8_t ids[FM_AHEAD_IDS][32];
    uint32_t at;
    uint8_t agent[32]; /* of the turn noted last: the next is often its own, and its cells are at hand */
};

void fm_ahead_init(struct fm_ahead *ahead);
/* Notes the cells that a turn names (the first few): its agent, its frames' targets, its effects' cells. The turn is
 * not kept. Some 50 ns. */
void fm_ahead_note(struct fm_ahead *ahead, struct fm_state *state, const struct fm_turn *turn);

#endif
