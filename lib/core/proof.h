/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proofs of what a root says (heart.md section 7): that a cell is there, with this header; that a
 * slot holds this record or a field this value; that no cell has an id. Checked from the proof and
 * a root alone: no state, no key, no network.
 *
 * Bytes: top 128 | idx u32 | d(ncells) x 32 | next_id 32 | header 160 | slots_root 32 | fields_root
 * 32 [ | kind u8 (2 record, 3 field) | index u16 | value 64 or 32 | its siblings x 32 ]
 */
#ifndef FM_CORE_PROOF_H
#define FM_CORE_PROOF_H

#include "core/state.h"

#define FM_PROOF_BYTES_MAX (128U + 4U + 32U * 32U + 32U + 160U + 64U + 3U + 64U + 10U * 32U)

/* What a proof shows, once it was verified. */
struct fm_proven {
    struct fm_top top;
    struct fm_header header;
    uint8_t next_id[32];
    uint8_t kind; /* 0: the cell alone; FM_WRITE_RECORD or FM_WRITE_FIELD */
    uint16_t index;
    struct fm_record record;
    uint8_t value[32];
};

/*
 * Makes a proof about cell idx; kind 0 for the cell alone, else of the record or field `index`.
 * Returns its length, 0 if there is no such cell, slot or field, or cap is too small. The state
 * must be settled (state.h, S4).
 */
size_t fm_proof_make(const struct fm_state *state, uint32_t idx, uint8_t kind, uint16_t index,
                     uint8_t *buf, size_t cap);

/* Makes the proof that no cell has this id: about the cell before it. 0 if one has it, and for MAX,
 * which counts as taken. */
size_t fm_proof_make_absent(const struct fm_state *state, const uint8_t id[32], uint8_t *buf,
                            size_t cap);

/*
 * Checks a proof against a root. FM_OK and *proven; FM_E_MALFORMED with *why; FM_E_PROOF_ROOT if it
 * is whole but shows another root. At most 44 compressions.
 */
fm_err fm_proof_verify(const uint8_t *proof, size_t n, const uint8_t root[32],
                       struct fm_proven *proven, struct fm_why *why) FM_MUST_CHECK;

/* Whether a verified proof shows that no cell has this id: its cell's id < id < its next id. */
bool fm_proven_absent(const struct fm_proven *proven, const uint8_t id[32]) FM_MUST_CHECK;

#endif
