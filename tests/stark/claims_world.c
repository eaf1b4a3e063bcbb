/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stark/claims_world.h"

#include <stdlib.h>

#include "core/proof.h"
#include "stark/prove.h"

struct fm_paths paths;
uint8_t siblings[FM_PATHS_BLOCKS][32];
void *scratch;
uint8_t proof_bytes[400000];
size_t proof_len;

/* The record in a slot and its holder, opened, in the state as it is. */
void open_record(uint32_t idx, uint8_t slot_, struct fm_opened_top *top, struct fm_chain_link *l,
                        uint8_t (*slots)[32], uint8_t (*cells)[32])
{
    uint8_t bytes[FM_PROOF_BYTES_MAX];
    size_t n = fm_proof_make(&w->state, idx, FM_WRITE_RECORD, slot_, bytes, sizeof bytes);
    if (!fm_opened_from_proof(bytes, n, top, &l->cell, &l->slot, &l->record, slots, cells)) {
        abort();
    }
}

void open_cell(uint32_t idx, struct fm_opened_top *top, struct fm_opened *cell, uint8_t (*cells)[32])
{
    uint8_t bytes[FM_PROOF_BYTES_MAX];
    size_t n = fm_proof_make(&w->state, idx, 0, 0, bytes, sizeof bytes);
    if (!fm_opened_from_proof(bytes, n, top, cell, NULL, NULL, NULL, cells)) {
        abort();
    }
}

/* The chain of a capability, as it stands, claimed to grant what its leaf grants. */
void make_chain(uint32_t holder, uint8_t slot_, struct fm_chain_claim *q, struct fm_chain_witness *x)
{
    memset(q, 0, sizeof *q);
    q->now = w->batch.now;
    while (q->nlinks < FM_CHAIN_LINKS) {
        uint8_t i = q->nlinks++;
        open_record(holder, slot_, &q->state, &q->link[i], x->slot[i], x->cell[i]);
        holder = q->link[i].record.parent_holder;
        slot_ = q->link[i].record.parent_slot;
        if (q->link[i].record.kind <= FM_KIND_ROOT) {
            break;
        }
    }
    fm_cap_limits(&q->link[0].record, &q->limits);
    open_cell(q->link[0].record.target, &q->state, &q->target, x->target);
}

/* Proves what stands in paths and siblings into proof_bytes. */
fm_err prove_paths(void)
{
    struct fm_stark_fault fault;
    size_t need = fm_stark_arena_size(&paths.st);
    void *arena = malloc(need);
    uint32_t *trace = calloc((size_t)FM_W1_COLS << paths.air.log_n, 4);
    fm_err e;
    if (arena == NULL || trace == NULL) {
        abort();
    }
    e = fm_paths_trace(&paths, (const uint8_t(*)[32])siblings, trace);
    if (e == FM_OK) {
        e = fm_stark_prove(&paths.st, trace, arena, need, proof_bytes, sizeof proof_bytes, &proof_len, &fault);
    }
    free(arena);
    free(trace);
    return e;
}
