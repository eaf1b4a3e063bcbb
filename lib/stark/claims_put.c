/* SPDX-License-Identifier: Apache-2.0 */
/* Claims made: from a heart's own proofs, and into bytes. What a prover's side needs; a verifier reads them alone. */
#include <string.h>

#include "core/tree.h"
#include "stark/agent_claim.h"
#include "stark/deleg.h"
#include "stark/file.h"
#include "stark/rcpt.h"
#include "wire/writes.h"

bool fm_opened_from_proof(const uint8_t *proof, size_t n, struct fm_opened_top *top, struct fm_opened *cell,
    uint8_t *slot,
                          struct fm_record *record, uint8_t (*slot_path)[32], uint8_t (*cell_path)[32])
{
    struct fm_reader r;
    uint32_t idx;
    uint32_t depth;
    uint8_t leaf[32];
    fm_reader_init(&r, proof, n);
    fm_get_bytes(&r, (uint8_t *)&top->top, sizeof top->top);
    idx = fm_get_u32(&r);
    depth = fm_tree_depth(top->top.ncells);
    fm_get_bytes(&r, cell_path[0], (size_t)depth * 32);
    fm_get_bytes(&r, cell->next_id, 32);
    fm_get_bytes(&r, (uint8_t *)&cell->header, sizeof cell->header);
    fm_get_bytes(&r, cell->slots_root, 32);
    fm_get_bytes(&r, cell->fields_root, 32);
    if (slot_path != NULL) {
        uint8_t kind = fm_get_u8(&r);
        uint16_t index = fm_get_u16(&r);
        if (kind != FM_WRITE_RECORD || index > 255) {
            return false; /* cut before this: of no kind */
        }
        *slot = (uint8_t)index;
        fm_get_bytes(&r, (uint8_t *)record, sizeof *record);
        fm_get_bytes(&r, slot_path[0], (size_t)fm_tree_depth(cell->header.nslots) * 32);
    }
    if (!fm_reader_end(&r) || cell->header.idx != idx) {
        return false;
    }
    fm_opened_leaf(cell, leaf);
    fm_tree_climb(leaf, idx, cell_path[0], depth, top->cells_root);
    return true;
}

void fm_opened_put(struct fm_writer *w, const struct fm_opened *cell)
{
    fm_put_bytes(w, (const uint8_t *)&cell->header, sizeof cell->header);
    fm_put_bytes(w, cell->next_id, 32);
    fm_put_bytes(w, cell->slots_root, 32);
    fm_put_bytes(w, cell->fields_root, 32);
}

void fm_opened_put_top(struct fm_writer *w, const struct fm_opened_top *top)
{
    fm_put_bytes(w, (const uint8_t *)&top->top, sizeof top->top);
    fm_put_bytes(w, top->cells_root, 32);
}

static void put_limits(struct fm_writer *w, const struct fm_limits *l)
{
    fm_put_u8(w, l->group);
    fm_put_u16(w, l->rights);
    fm_put_u16(w, l->methods);
    fm_put_u32(w, l->badge);
    fm_put_u16(w, l->f_lo);
    fm_put_u16(w, l->f_hi);
    fm_put_u32(w, l->expiry);
    fm_put_u64(w, l->max_amount);
    fm_put_u64(w, l->allowance);
}

void fm_chain_put(struct fm_writer *w, const struct fm_chain_claim *c)
{
    fm_opened_put_top(w, &c->state);
    fm_put_u32(w, c->now);
    put_limits(w, &c->limits);
    fm_put_u8(w, c->nlinks);
    for (uint8_t i = 0; i < c->nlinks; i++) {
        fm_opened_put(w, &c->link[i].cell);
        fm_put_u8(w, c->link[i].slot);
        fm_put_bytes(w, (const uint8_t *)&c->link[i].record, sizeof(struct fm_record));
    }
    fm_opened_put(w, &c->target);
}

void fm_deleg_put(struct fm_writer *w, const struct fm_deleg_claim *c)
{
    fm_put_bytes(w, (const uint8_t *)&c->receipt, sizeof c->receipt);
    fm_chain_put(w, &c->held);
    fm_opened_put_top(w, &c->post);
    fm_opened_put(w, &c->dst);
    fm_put_u8(w, c->dst_slot);
    fm_put_bytes(w, (const uint8_t *)&c->record, sizeof c->record);
    fm_opened_put(w, &c->dst_before);
    fm_put_bytes(w, (const uint8_t *)&c->opened, sizeof c->opened);
    if (c->whole) {
        fm_opened_put(w, &c->agent_after);
        fm_put_bytes(w, (const uint8_t *)&c->held_after, sizeof c->held_after);
        fm_put_bytes(w, c->mid_root, 32);
    }
}

void fm_rcpt_put(struct fm_writer *w, const struct fm_rcpt_claim *c)
{
    fm_put_u32(w, c->count);
    fm_put_zeros(w, 4);
    fm_put_u64(w, c->first_seq);
    fm_put_bytes(w, c->first_prev, 32);
    fm_put_bytes(w, c->first_pre_root, 32);
    fm_put_bytes(w, c->last_hash, 32);
    fm_put_bytes(w, c->last_post_root, 32);
    for (uint32_t i = 0; i < c->count; i++) {
        fm_put_u64(w, c->height[i]);
    }
}

void fm_agent_put(struct fm_writer *w, const struct fm_agent_claim *c)
{
    fm_put_u32(w, c->count);
    fm_put_zeros(w, 4);
    fm_put_bytes(w, (const uint8_t *)&c->first, sizeof c->first);
    fm_put_bytes(w, (const uint8_t *)&c->last, sizeof c->last);
}

void fm_file_member_put(struct fm_writer *w, const struct fm_stark_member *m)
{
    fm_put_u8(w, m->cells_log);
    fm_put_u8(w, m->slots_log);
    fm_put_u8(w, (uint8_t)m->slot);
    fm_put_zeros(w, 1);
    fm_put_u32(w, m->cell);
    fm_put_bytes(w, m->record, sizeof m->record);
}

void fm_file_put(struct fm_writer *w, enum fm_stark_kind kind, unsigned profile, size_t claim_len)
{
    fm_put_bytes(w, (const uint8_t *)FM_FILE_MAGIC, 16);
    fm_put_u8(w, (uint8_t)kind);
    fm_put_u8(w, (uint8_t)profile);
    fm_put_zeros(w, 2);
    fm_put_u32(w, (uint32_t)claim_len);
}
