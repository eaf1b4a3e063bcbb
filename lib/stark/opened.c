/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/opened.h"

#include <string.h>

#include "core/tree.h"

void fm_opened_hash(const char *use, const void *msg, size_t n, uint8_t out[32])
{
    uint32_t key[8];
    fm_w1_domain_key(use, key);
    fm_b3_leaf(key, msg, n, out);
}

static void hash2(const char *use, const uint8_t left[32], const uint8_t right[32], uint8_t out[32])
{
    uint8_t pair[64];
    memcpy(pair, left, 32);
    memcpy(pair + 32, right, 32);
    fm_opened_hash(use, pair, sizeof pair, out);
}

void fm_opened_link(const struct fm_receipt_head *head, uint8_t next[32])
{
    uint8_t text[65];
    memcpy(text, head->link, 32);
    memcpy(text + 32, head->turn_hash, 32);
    text[64] = head->status;
    fm_opened_hash("link", text, sizeof text, next);
}

void fm_opened_leaf(const struct fm_opened *cell, uint8_t leaf[32])
{
    uint8_t text[192];
    uint8_t digest[32];
    uint8_t body[32];
    memcpy(text, &cell->header, 160);
    memcpy(text + 160, cell->next_id, 32);
    fm_opened_hash("cell", text, sizeof text, digest);
    hash2("body", cell->slots_root, cell->fields_root, body);
    hash2("leaf", digest, body, leaf);
}

void fm_opened_root(const struct fm_opened_top *top, uint8_t root[32])
{
    uint8_t digest[32];
    fm_opened_hash("top", &top->top, sizeof top->top, digest);
    hash2("root", top->cells_root, digest, root);
}

void fm_opened_get(struct fm_reader *r, struct fm_opened *cell)
{
    fm_get_bytes(r, (uint8_t *)&cell->header, sizeof cell->header);
    fm_get_bytes(r, cell->next_id, 32);
    fm_get_bytes(r, cell->slots_root, 32);
    fm_get_bytes(r, cell->fields_root, 32);
}

void fm_opened_get_top(struct fm_reader *r, struct fm_opened_top *top)
{
    fm_get_bytes(r, (uint8_t *)&top->top, sizeof top->top);
    fm_get_bytes(r, top->cells_root, 32);
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
    if (o->siblings != NULL && path != NULL && !p->bad) { /* there is room: no more than blocks, which p counts */
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
    fm_opened_hash("cap", record, sizeof *record, leaf);
    return fm_opening_path(o, fm_tree_depth(cell->header.nslots), slot, leaf, cell->slots_root, path);
}

fm_err fm_opening_verify(const struct fm_opening *o, unsigned profile, const uint8_t *proof, size_t len, void *scratch,
                         size_t scratch_len)
{
    fm_err e = o->false_path ? FM_E_PROOF_ROOT : fm_paths_finish(o->paths, profile);
    return e != FM_OK ? e : fm_stark_verify(&o->paths->st, proof, len, scratch, scratch_len);
}
