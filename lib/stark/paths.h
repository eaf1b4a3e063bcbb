/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PATHS: many Merkle paths in one proof. Each segment says: from this digest, up these levels, at this index, one
 * comes to that digest (H.node at each level; heart.md section 7). Everything but the siblings is public. Two
 * segments may be twins: their siblings are the same, so one is the other after a change of its leaf and of nothing
 * else.
 *
 * The shape (levels of each segment, which are twins) is the statement's identity; digests and indices are its public
 * inputs.
 * chain.h and deleg.h say about the heart's state what these paths show.
 */
#ifndef FM_STARK_PATHS_H
#define FM_STARK_PATHS_H

#include "stark/verify.h"
#include "stark/w1.h"

#define FM_PATHS_SEGMENTS 24u
#define FM_PATHS_BLOCKS 512u
#define FM_PATHS_LEVELS 32u
#define FM_PATHS_CODE 1400u
#define FM_PATHS_ENTRIES 3400u

struct fm_paths_segment {
    uint32_t first, levels, index; /* block, count, position of the leaf */
    uint32_t start, end, bits;     /* public inputs */
    uint32_t twin;                 /* the segment whose siblings it shares, or itself */
};

struct fm_paths {
    struct fm_stark_statement st;
    struct fm_air air;
    struct fm_w1 w1;
    struct fm_paths_segment segment[FM_PATHS_SEGMENTS];
    uint32_t nsegments, blocks, npi, twin_blocks;
    bool bad; /* a limit was passed: SHAPE */
    uint32_t pi[FM_STARK_PI_MAX];
    struct fm_air_ins code[FM_PATHS_CODE];
    struct fm_air_entry entries[FM_PATHS_ENTRIES];
};

void fm_paths_init(struct fm_paths *p);
/* A public digest: its number. The same digest may be used by several segments. */
uint32_t fm_paths_digest(struct fm_paths *p, const uint8_t digest[32]);
/* A segment of 1 to 32 levels: its number. index below 2^levels. */
uint32_t fm_paths_add(struct fm_paths *p, uint32_t levels, uint32_t index, uint32_t start, uint32_t end);
/*
 * The twin of segment `of`: same levels and index, same siblings, other digests. Twins are added in the order of
 * their firsts and without gaps, so that all stand at one distance.
 */
uint32_t fm_paths_twin(struct fm_paths *p, uint32_t of, uint32_t start, uint32_t end);
/* Closes the statement; p must outlive p->st. Errors: SHAPE, ARGUMENT (no such profile). */
FM_MUST_CHECK fm_err fm_paths_finish(struct fm_paths *p, unsigned profile);

/*
 * The trace (144 columns of 2^air.log_n rows). siblings: of all segments that are no twins, in order, from leaf to
 * root. Error:
 * WITNESS when a path does not end where it must.
 */
FM_MUST_CHECK fm_err fm_paths_trace(const struct fm_paths *p, const uint8_t (*siblings)[32], uint32_t *trace);

#endif
