/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A state with cells: what the drivers over lib/core's state start from. Laid out by fm_state_init itself, filled by
 * fm_state_append itself, so the index and the places are what the code makes of any ids; then every byte of the cells,
 * their digests and the tree is any byte, but for what the code relies on and keeps: a cell's own idx and sizes. Those
 * are the driver's: SLOTS slots, FIELDS fields, and if there may be more cells, room for one of the largest.
 *
 * The memory is an arena's: proofs/eva gives each taking a block of its own, of exactly the bytes asked for, in which
 * nothing was written yet. Never compiled.
 */
#ifndef FM_PROOFS_EVA_STATE_H
#define FM_PROOFS_EVA_STATE_H

#include "core/state.h"
#include "core/state_priv.h"

#include "proofs/eva.h"
#include "proofs/eva_bits.h"

#define SLOTS 3U
#define FIELDS 5U

void fm_blake3(const uint8_t *msg, size_t n, uint8_t *out, size_t out_bytes)
{
    /*@ assert eva_read: \initialized(msg + (0 .. n - 1)); */
    any_bytes(out, out_bytes);
}

void fm_cell_id(const uint8_t creator[32], uint64_t nonce, uint64_t salt, uint8_t id[32])
{
    (void)nonce;
    (void)salt;
    any_digest(creator, 32, id);
}

static void any_sized_header(struct fm_header *h, uint32_t idx, uint32_t nslots, uint32_t nfields)
{
    any_bytes(h, sizeof *h);
    h->idx = idx;
    h->nslots = (uint8_t)nslots;
    h->nfields = (uint16_t)nfields;
}

/* What the cells hold, and the caches of it that nothing but a digest is in. */
static void any_content(struct fm_state *state)
{
    uint32_t n = state->config.max_cells;

    any_bytes(state->records, (size_t)state->config.max_slots * 64U);
    any_bytes(state->fields, (size_t)state->config.max_fields * 32U);
    any_bytes(state->bodies, (size_t)n * 32U);
    any_bytes(state->nodes, (size_t)state->max_nodes * 32U);
    for (uint32_t i = 0; i < state->top.ncells; i++) {
        any_bytes(state->cells[i].next_id, 32);
    }
    for (uint32_t k = 0; k <= fm_tree_depth(state->config.max_cells); k++) {
        any_bytes(state->levels[k], ((size_t)n + 2U) * 32U);
        n = n / 2U + (n & 1U);
    }
    any_bytes(state->top.ledger, 32);
    any_bytes(state->top.params_hash, 32);
    any_bytes(state->top.prev_receipt, 32);
    any_bytes(&state->params, sizeof state->params);
    any_bytes(&state->receipt, sizeof state->receipt);
    any_bytes(&state->receipt_before, sizeof state->receipt_before);
    any_bytes(state->receipt_hash, 32);
    any_bytes(state->root, 32);
    state->receipts_stale = any_u32(0, 1) == 1U;
    state->top.now = any_u32(0, UINT32_MAX);
    state->top.seq = any_u64();
    state->top.height = any_u64();
    state->top.fees = any_u64();
    state->opened.height = any_u64();
    state->opened.now = any_u32(0, UINT32_MAX);
}

/* False: there was not that much memory. */
static bool any_state(struct fm_state *state, uint32_t ncells, uint32_t max_cells, uint32_t max_undo)
{
    bool more = max_cells > ncells;
    const struct fm_state_config config = {.max_cells = max_cells,
                                           .max_slots = ncells * SLOTS + (more ? FM_SLOTS_MAX : 0U),
                                           .max_fields = ncells * FIELDS + (more ? FM_FIELDS_MAX : 0U),
                                           .max_undo = max_undo};
    struct fm_arena arena = {0};

    if (fm_state_init(state, &config, &arena) != FM_OK) {
        return false;
    }
    for (uint32_t i = 0; i < ncells; i++) {
        struct fm_header h;

        any_sized_header(&h, i, SLOTS, FIELDS);
        fm_state_append(state, &h);
    }
    any_content(state);
    return true;
}

#endif
