/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of a state that a claim shows openly, and the paths that tie them to its root (heart.md section 7).
 * What is shown is hashed by whoever checks the claim, in plain C; the proof carries the paths between.
 */
#ifndef FM_STARK_OPENED_H
#define FM_STARK_OPENED_H

#include <firmament/heart.h>

#include "stark/paths.h"
#include "wire/cursor.h"

/* A cell: its header, and the roots of what it holds. */
struct fm_opened {
    struct fm_header header;
    uint8_t next_id[32], slots_root[32], fields_root[32];
};
#define FM_OPENED_BYTES 256u

/* A state: the ledger's record and the root of its cells. */
struct fm_opened_top {
    struct fm_top top;
    uint8_t cells_root[32];
};
#define FM_OPENED_TOP_BYTES 160u

/*
 * H.use(msg[0..n)), n to 1,024: the heart's keyed hash (crypto/hash.h), by the verifier's own BLAKE3 and with a key
 * that it computes, so that the verifier needs no other library.
 */
void fm_opened_hash(const char *use, const void *msg, size_t n, uint8_t out[32]);
/* The link that a receipt's turn left: H.link(link || turn_hash || status). */
void fm_opened_link(const struct fm_receipt_head *head, uint8_t next[32]);
/* H.leaf(H.cell(header || next_id) || H.body(slots_root || fields_root)). */
void fm_opened_leaf(const struct fm_opened *cell, uint8_t leaf[32]);
/* H.root(cells_root || H.top(top)). */
void fm_opened_root(const struct fm_opened_top *top, uint8_t root[32]);

void fm_opened_put(struct fm_writer *w, const struct fm_opened *cell);
void fm_opened_get(struct fm_reader *r, struct fm_opened *cell);
void fm_opened_put_top(struct fm_writer *w, const struct fm_opened_top *top);
void fm_opened_get_top(struct fm_reader *r, struct fm_opened_top *top);

/*
 * What a heart's proof about a record, or a cell alone, shows (core/proof.h), taken apart. slot_path and cell_path:
 * the siblings; slot_path may be NULL for a cell alone. False if it is not well formed. It is not checked against a
 * root: whoever proves with it finds out.
 */
bool fm_opened_from_proof(const uint8_t *proof, size_t n, struct fm_opened_top *top, struct fm_opened *cell,
    uint8_t *slot,
                          struct fm_record *record, uint8_t (*slot_path)[32], uint8_t (*cell_path)[32]);

/* A statement in the making. siblings: NULL for a verifier; else room for FM_PATHS_BLOCKS of them, filled in the
 * trace's order. */
struct fm_opening {
    struct fm_paths *paths;
    uint8_t (*siblings)[32];
    uint32_t nsiblings;
    bool false_path; /* a tree of one leaf whose leaf is not its root */
};

/*
 * A path of these levels from a digest to a root; path: its siblings, NULL for a verifier. A path that the
 * statement has already is not added again. Returns the segment's number (meaningless for 0 levels).
 */
uint32_t fm_opening_path(struct fm_opening *o, uint32_t levels, uint32_t index, const uint8_t leaf[32],
    const uint8_t root[32],
                         const uint8_t (*path)[32]);
/* The cell at its place among ncells; the record at its slot. */
uint32_t fm_opening_cell(struct fm_opening *o, const struct fm_opened *cell, const struct fm_opened_top *top,
                         const uint8_t (*path)[32]);
uint32_t fm_opening_record(struct fm_opening *o, const struct fm_opened *cell, uint8_t slot,
    const struct fm_record *record,
                           const uint8_t (*path)[32]);

/*
 * Of a verifier: closes the statement and checks a proof of it. FM_OK, PROOF_ROOT for a false path, an error of
 * fm_paths_finish, or one of the verifier's.
 */
fm_err fm_opening_verify(const struct fm_opening *o, unsigned profile, const uint8_t *proof, size_t len, void *scratch,
                         size_t scratch_len) FM_MUST_CHECK;

#endif
