/* SPDX-License-Identifier: Apache-2.0 */
#include "core/proof.h"

static uint8_t *small_nodes(const struct fm_state *state, uint32_t idx, uint8_t kind)
{
    const struct fm_cell_place *place = &state->places[idx];

    return state->nodes +
           (size_t)(kind == FM_WRITE_RECORD ? place->slot_nodes_at : place->field_nodes_at) * 32U;
}

static void put_path(struct fm_writer *w, const struct fm_state *state, uint32_t idx)
{
    uint32_t n = state->top.ncells;
    uint32_t i = idx;

    for (uint32_t k = 0; n > 1U; k++) {
        uint32_t sibling = i ^ 1U;

        fm_put_bytes(
            w, sibling < n ? state->levels[k] + (size_t)sibling * 32U : state->no_cell.e[k], 32);
        n = n / 2U + (n & 1U);
        i /= 2U;
    }
}

size_t fm_proof_make(const struct fm_state *state, uint32_t idx, uint8_t kind, uint16_t index,
                     uint8_t *buf, size_t cap)
{
    const struct fm_cell *cell;
    struct fm_writer w;
    uint8_t path[32U * 10U];
    uint32_t n;

    if (idx >= state->top.ncells ||
        (kind != 0U && kind != FM_WRITE_RECORD && kind != FM_WRITE_FIELD)) {
        return 0;
    }
    cell = &state->cells[idx];
    n = kind == FM_WRITE_RECORD ? cell->header.nslots : cell->header.nfields;
    if (kind != 0U && index >= n) {
        return 0;
    }
    fm_writer_init(&w, buf, cap);
    fm_put_bytes(&w, (const uint8_t *)&state->top, sizeof state->top);
    fm_put_u32(&w, idx);
    put_path(&w, state, idx);
    fm_put_bytes(&w, cell->next_id, 32);
    fm_put_bytes(&w, (const uint8_t *)&cell->header, sizeof cell->header);
    fm_put_bytes(&w,
                 fm_tree_root(small_nodes(state, idx, FM_WRITE_RECORD), cell->header.nslots,
                              &state->no_slot),
                 32);
    fm_put_bytes(&w,
                 fm_tree_root(small_nodes(state, idx, FM_WRITE_FIELD), cell->header.nfields,
                              &state->no_field),
                 32);
    if (kind != 0U) {
        const struct fm_write at = {.cell = idx, .kind = kind, .index = index, .value = NULL};
        size_t bytes = fm_write_value_bytes(kind);
        const uint8_t *value =
            kind == FM_WRITE_RECORD
                ? (const uint8_t *)&state->records[state->places[idx].slot_at + at.index]
                : state->fields + (size_t)(state->places[idx].field_at + at.index) * 32U;

        fm_tree_path(small_nodes(state, idx, kind), n,
                     kind == FM_WRITE_RECORD ? &state->no_slot : &state->no_field, index, path);
        fm_put_u8(&w, kind);
        fm_put_u16(&w, index);
        fm_put_bytes(&w, value, bytes);
        fm_put_bytes(&w, path, (size_t)fm_tree_depth(n) * 32U);
    }
    return w.bad ? 0 : w.len;
}

size_t fm_proof_make_absent(const struct fm_state *state, const uint8_t id[32], uint8_t *buf,
                            size_t cap)
{
    uint8_t all = 0xff;
    uint32_t before;

    /* MAX counts as taken: it stands behind the last id, and no next_id is greater. */
    for (size_t i = 0; i < 32; i++) {
        all &= id[i];
    }
    if (all == 0xffU || fm_state_find(state, id) != FM_INDEX_NONE) {
        return 0;
    }
    before = fm_index_before(&state->index, id);
    return before == FM_INDEX_NONE ? 0 : fm_proof_make(state, before, 0, 0, buf, cap);
}

/* What of a proof was read but belongs to no result. */
struct proof_parts {
    const uint8_t *path;
    uint32_t idx;
    uint32_t depth;
    const uint8_t *slots_root;
    const uint8_t *fields_root;
    const uint8_t *small_path;
    uint32_t small_depth;
};

static fm_err malformed(struct fm_why *why, const struct fm_reader *r, const char *field,
                        uint64_t expected, uint64_t got)
{
    return fm_why_set(why, FM_E_MALFORMED, (uint32_t)r->pos, field, expected, got);
}

static fm_err read_small(struct fm_reader *r, struct fm_proven *p, struct proof_parts *parts,
                         struct fm_why *why)
{
    uint32_t n;

    if (fm_reader_left(r) == 0) {
        return FM_OK;
    }
    p->kind = fm_get_u8(r);
    p->index = fm_get_u16(r);
    if (p->kind != FM_WRITE_RECORD && p->kind != FM_WRITE_FIELD) {
        return malformed(why, r, "kind", FM_WRITE_RECORD, p->kind);
    }
    n = p->kind == FM_WRITE_RECORD ? p->header.nslots : p->header.nfields;
    if (p->index >= n) {
        return malformed(why, r, "index", n, p->index);
    }
    if (p->kind == FM_WRITE_RECORD) {
        fm_get_bytes(r, (uint8_t *)&p->record, sizeof p->record);
    } else {
        fm_get_bytes(r, p->value, 32);
    }
    parts->small_depth = fm_tree_depth(n);
    parts->small_path = fm_get_view(r, (size_t)parts->small_depth * 32U);
    return FM_OK;
}

static fm_err read_proof(struct fm_reader *r, struct fm_proven *p, struct proof_parts *parts,
                         struct fm_why *why)
{
    fm_err err;

    memset(p, 0, sizeof *p);
    memset(parts, 0, sizeof *parts);
    fm_get_bytes(r, (uint8_t *)&p->top, sizeof p->top);
    parts->idx = fm_get_u32(r);
    if (r->bad || parts->idx >= p->top.ncells || p->top.ncells > FM_CELLS_MAX) {
        return malformed(why, r, "idx", p->top.ncells, parts->idx);
    }
    parts->depth = fm_tree_depth(p->top.ncells);
    parts->path = fm_get_view(r, (size_t)parts->depth * 32U);
    fm_get_bytes(r, p->next_id, 32);
    fm_get_bytes(r, (uint8_t *)&p->header, sizeof p->header);
    parts->slots_root = fm_get_view(r, 32);
    parts->fields_root = fm_get_view(r, 32);
    if (r->bad || p->header.idx != parts->idx || p->header.nfields > FM_FIELDS_MAX) {
        return malformed(why, r, "header", parts->idx, p->header.idx);
    }
    err = read_small(r, p, parts, why);
    if (err == FM_OK && !fm_reader_end(r)) {
        err = malformed(why, r, "length", r->pos, r->len);
    }
    return err;
}

/* The root of the slots or fields that the proof's record or value leads to. */
static void climb_small(const struct fm_proven *p, const struct proof_parts *parts,
                        uint8_t root[32])
{
    uint8_t leaf[32];

    if (p->kind == FM_WRITE_RECORD) {
        fm_hash(FM_H_CAP, (const uint8_t *)&p->record, sizeof p->record, leaf);
    } else {
        fm_hash(FM_H_FIELD, p->value, 32, leaf);
    }
    fm_tree_climb(leaf, p->index, parts->small_path, parts->small_depth, root);
}

fm_err fm_proof_verify(const uint8_t *proof, size_t n, const uint8_t root[32],
                       struct fm_proven *proven, struct fm_why *why)
{
    struct fm_reader r;
    struct proof_parts parts;
    struct fm_cell cell;
    uint8_t digest[32];
    uint8_t body[32];
    fm_err err;

    fm_reader_init(&r, proof, n);
    err = read_proof(&r, proven, &parts, why);
    if (err != FM_OK) {
        return err;
    }
    if (proven->kind != 0U) {
        climb_small(proven, &parts, digest);
        if (memcmp(digest, proven->kind == FM_WRITE_RECORD ? parts.slots_root : parts.fields_root,
                   32) != 0) {
            return fm_why_set(why, FM_E_PROOF_ROOT, 0, "slots or fields root", 0, 0);
        }
    }
    cell.header = proven->header;
    memcpy(cell.next_id, proven->next_id, 32);
    fm_hash(FM_H_CELL, (const uint8_t *)&cell, sizeof cell, digest);
    fm_hash2(FM_H_BODY, parts.slots_root, parts.fields_root, body);
    fm_hash2(FM_H_LEAF, digest, body, digest);
    fm_tree_climb(digest, parts.idx, parts.path, parts.depth, digest);
    fm_hash(FM_H_TOP, (const uint8_t *)&proven->top, sizeof proven->top, body);
    fm_hash2(FM_H_ROOT, digest, body, digest);
    if (memcmp(digest, root, 32) != 0) {
        return fm_why_set(why, FM_E_PROOF_ROOT, 0, "root", 0, 0);
    }
    return FM_OK;
}

bool fm_proven_absent(const struct fm_proven *proven, const uint8_t id[32])
{
    return memcmp(proven->header.id, id, 32) < 0 && memcmp(id, proven->next_id, 32) < 0;
}
