/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ids of a ledger in order: which cell has an id, and which comes just before one.
 *
 * N1  Ids are ordered as strings of bytes. They are hashes, so their first bits spread evenly: they
 * choose a bucket. N2  A bucket is a list of cells in rising order of id; a bitmap of three levels
 * finds the last bucket that is not empty. N3  The index is a cache of the headers: it can be made
 * anew from them at any time.
 */
#ifndef FM_CORE_INDEX_H
#define FM_CORE_INDEX_H

#include "base/base.h"

#define FM_INDEX_NONE 0xffffffffU
#define FM_INDEX_LEVELS 6U

struct fm_index {
    uint32_t *heads;                 /* buckets: first cell, or NONE */
    uint32_t *after;                 /* by cell: the next in its bucket, or NONE */
    uint64_t *bits[FM_INDEX_LEVELS]; /* bit b of level 0: bucket b is not empty; of level k: word b
                                        of level k - 1 is not 0 */
    uint32_t levels;
    uint32_t log2_buckets;
    const uint8_t *ids; /* the id of cell i lies at ids + i * stride */
    size_t stride;
};

/* The bytes that an index for max_cells takes from an arena; 0 if that is too many. */
size_t fm_index_size(uint32_t max_cells);
/* An empty index. False if the arena is too small. ids and stride as above; the memory stays the
 * caller's. */
bool fm_index_init(struct fm_index *index, uint32_t max_cells, const uint8_t *ids, size_t stride,
                   struct fm_arena *arena) FM_MUST_CHECK;
/* The cell with this id, or NONE. A few steps. */
uint32_t fm_index_find(const struct fm_index *index, const uint8_t id[32]);
/* Hints to the cache, for an id that will be looked for: its bucket; then, that being there, the first cell in it. */
void fm_index_fetch_bucket(const struct fm_index *index, const uint8_t id[32]);
void fm_index_fetch_id(const struct fm_index *index, const uint8_t id[32]);
/* The cell with the largest id below this one, or NONE. */
uint32_t fm_index_before(const struct fm_index *index, const uint8_t id[32]);
/* Adds a cell whose id stands in `ids` and is not in the index; takes one out that is. */
void fm_index_add(struct fm_index *index, uint32_t cell);
void fm_index_remove(struct fm_index *index, uint32_t cell);

#endif
