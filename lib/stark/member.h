/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MEMBER: under the state root R, slot `slot` of the cell at position `cell` holds exactly these 64 bytes.
 *
 * The shape (depth of the cell's slot tree, depth of the tree of cells) is part of the statement's
 * identity. Layout of the tree: design/heart.md section 7. Not implied: that R is recent, final or
 * honestly made; who made the proof; anything hidden.
 */
#ifndef FM_STARK_MEMBER_H
#define FM_STARK_MEMBER_H

#include "stark/verify.h"
#include "stark/w1.h"

#define FM_MEMBER_SLOTS_LOG_MAX 8u
#define FM_MEMBER_CELLS_LOG_MAX 32u
#define FM_MEMBER_CODE 1200u
#define FM_MEMBER_ENTRIES 1000u
#define FM_MEMBER_PI (48u + FM_MEMBER_SLOTS_LOG_MAX + FM_MEMBER_CELLS_LOG_MAX)
#define FM_MEMBER_PATH_MAX (FM_MEMBER_SLOTS_LOG_MAX + FM_MEMBER_CELLS_LOG_MAX + 3u)

struct fm_member {
    struct fm_stark_statement st;
    struct fm_air air;
    struct fm_w1 w1;
    uint32_t slots_log, cells_log, blocks;
    uint32_t pi[FM_MEMBER_PI];
    struct fm_air_ins code[FM_MEMBER_CODE];
    struct fm_air_entry entries[FM_MEMBER_ENTRIES];
};

/* The statement; m must outlive st. Errors: SHAPE (depths, or an index outside them), ARGUMENT (no such profile). */
FM_MUST_CHECK fm_err fm_member_statement(struct fm_member *m, uint32_t slots_log, uint32_t cells_log,
                                         const uint8_t root[32], uint32_t cell, uint32_t slot,
                                         const uint8_t record[64], unsigned profile);

/*
 * The trace (144 columns of 64 * 2^k rows) from the siblings in order from the record to the root:
 * slots_log slot siblings, fields root, H.cell, cells_log cell siblings, H.top. Error: WITNESS when the path
 * does not end in the root.
 */
FM_MUST_CHECK fm_err fm_member_trace(const struct fm_member *m, const uint8_t (*siblings)[32], uint32_t *trace);

#endif
