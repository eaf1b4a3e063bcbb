/* SPDX-License-Identifier: Apache-2.0 */
/* lib/core/settle.c for the drivers of what calls it: any root, any digests, of cells that are there. Its own driver is
 * eva_settle.c. Never compiled. */
#ifndef FM_PROOFS_EVA_SETTLED_H
#define FM_PROOFS_EVA_SETTLED_H

#include "core/state.h"
#include "core/state_priv.h"

#include "proofs/eva.h"

void fm_state_mark(struct fm_state *state, uint32_t idx)
{
    /*@ assert eva_a_cell: idx < state->config.max_cells; */
    (void)state;
    (void)idx;
}

void fm_state_settle(struct fm_state *state)
{
    /*@ assert eva_that_many: state->top.ncells <= state->config.max_cells; */
    state->receipts_stale = false;
    any_bytes(state->top.prev_receipt, 32);
    any_bytes(state->root, 32);
    any_bytes(state->receipt_hash, 32);
}

void fm_state_fetch(struct fm_state *state, const uint8_t id[32])
{
    any_digest(id, 32, state->root);
}

void fm_state_finish(struct fm_state *state, struct fm_receipt *receipt, const struct fm_batch *batch, uint64_t cost,
                     const uint8_t *writes, size_t n)
{
    /*@ assert eva_that_many: state->top.ncells <= state->config.max_cells; */
    if (n > 0) {
        any_digest(writes, n, receipt->rest.writes_hash);
    }
    receipt->rest.cost = cost;
    state->top.height = batch->height;
    state->top.now = batch->now;
    state->top.seq = any_u64();
    state->top.fees = any_u64();
    any_bytes(state->top.prev_receipt, 32);
    any_bytes(state->root, 32);
    any_bytes(state->receipt_hash, 32);
    any_bytes(&receipt->head, sizeof receipt->head);
    state->receipt = *receipt;
}

#endif
