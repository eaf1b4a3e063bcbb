/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/opened.h"

#include <string.h>

#include "core/tree.h"
#include "crypto/hash.h"
#include "wire/writes.h"

void fm_opened_leaf(const struct fm_opened *cell, uint8_t leaf[32])
{
    uint8_t text[192];
    uint8_t digest[32];
    uint8_t body[32];
    memcpy(text, &cell->header, 160);
    memcpy(text + 160, cell->next_id, 32);
    fm_hash(FM_H_CELL, text, sizeof text, digest);
    fm_hash2(FM_H_BODY, cell->slots_root, cell->fields_root, body);
    fm_hash2(FM_H_LEAF, digest, body, leaf);
}

void fm_opened_root(const struct fm_opened_top *top, uint8_t root[32])
{
    uint8_t digest[32];
    fm_hash(FM_H_TOP, (const uint8_t *)&top->top, sizeof top->top, digest);
    fm_hash2(FM_H_ROOT, top->cells_root, digest, root);
}

void fm_opened_put(struct fm_writer *w, const struct fm_opened *cell)
{
    fm_put_bytes(w, (const uint8_t *)&cell->header, sizeof cell->header);
    fm_put_bytes(w, cell->next_id, 32);
    fm_put_bytes(w, cell->slots_root, 32);
    fm_put_bytes(w, cell->fields_root, 32);
}

void fm_opened_get(struct fm_reader *r, struct fm_opened *cell)
{
    fm_get_bytes(r, (uint8_t *)&cell->header, sizeof cell->header);
    fm_get_bytes(r, cell->next_id, 32);
    fm_get_bytes(r, cell->slots_root, 32);
    fm_get_bytes(r, cell->fields_root, 32);
}

void fm_opened_put_top(struct fm_writer *w, const struct fm_opened_top *top)
{
    fm_put_bytes(w, (const uint8_t *)&top->top, sizeof top->top);
    fm_put_bytes(w, top->cells_root, 32);
}

void fm_opened_get_top(struct fm_reader *r, struct fm_opened_top *top)
{
    fm_get_bytes(r, (uint8_t *)&top->top, sizeof top->top);
    fm_get_bytes(r, top->cells_root, 32);
}

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
        if (r.bad || kind != FM_WRITE_RECORD || index > 255) {
            return false;
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

/* The segment that says this already, or nsegments. */
static uint32_t known(const struct fm_paths *p, uint32_t levels, uint32_t index, const uint8_t leaf[32],
    const uint8_t root[32])
{
    uint32_t i = 0;
    for (; i < p->nsegments; i++) {
        const struct fm_paths_segment *s = &p->segment[i];
        bool same = s->levels == levels && s->index == index;
        for (uint32_t k = 0; same && k < 16; k++) {
            same = p->pi[s->start + k] == fm_le16(leaf + 2 * k) && p->pi[s->end + k] == fm_le16(root + 2 * k);
        }
        if (same) {
            break;
        }
    }
    return i;
}

uint32_t fm_opening_path(struct fm_opening *o, uint32_t levels, uint32_t index, const uint8_t leaf[32],
    const uint8_t root[32],
                         const uint8_t (*path)[32])
{
    struct fm_paths *p = o->paths;
    uint32_t at;
    uint32_t start;
    if (levels == 0) {
        o->false_path |= memcmp(leaf, root, 32) != 0;
        return 0;
    }
    at = known(p, levels, index, leaf, root);
    if (at < p->nsegments || p->bad) {
        return at;
    }
    start = fm_paths_digest(p, leaf);
    at = fm_paths_add(p, levels, index, start, fm_paths_digest(p, root));
    if (o->siblings != NULL && path != NULL && !p->bad) {
        FM_ASSERT(o->nsiblings + levels <= FM_PATHS_BLOCKS);
        memcpy(o->siblings[o->nsiblings], path, (size_t)levels * 32);
        o->nsiblings += levels;
    }
    return at;
}

uint32_t fm_opening_cell(struct fm_opening *o, const struct fm_opened *cell, const struct fm_opened_top *top,
                         const uint8_t (*path)[32])
{
    uint8_t leaf[32];
    fm_opened_leaf(cell, leaf);
    return fm_opening_path(o, fm_tree_depth(top->top.ncells), cell->header.idx, leaf, top->cells_root, path);
}

uint32_t fm_opening_record(struct fm_opening *o, const struct fm_opened *cell, uint8_t slot,
    const struct fm_record *record,
                           const uint8_t (*path)[32])
{
    uint8_t leaf[32];
    fm_hash(FM_H_CAP, (const uint8_t *)record, sizeof *record, leaf);
    return fm_opening_path(o, fm_tree_depth(cell->header.nslots), slot, leaf, cell->slots_root, path);
}
