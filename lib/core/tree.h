/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tree(leaves, n, e0) of heart.md section 7, kept as the digests of all its nodes, level by level.
 *
 * M1  Depth d(n) = 0 for n <= 1, else ceil(log2 n); level k has ceil(n / 2^k) nodes; the root is
 * the one node of level d. M2  A missing leaf is e0, a missing node of level k is e(k), e(k+1) =
 * H.node(ek || ek). n = 0 gives e0. M3  n is hashed above the tree, so its shape is bound and a
 * path has exactly d(n) steps.
 */
#ifndef FM_CORE_TREE_H
#define FM_CORE_TREE_H

#include "base/base.h"
#include "crypto/hash.h"

#define FM_TREE_DEPTH_MAX 32U

/* e0, e1, … of one kind of tree. */
struct fm_empties {
    uint8_t e[FM_TREE_DEPTH_MAX + 1U][32];
};

void fm_empties_init(struct fm_empties *empties, const uint8_t e0[32]);

/* d(n). Here, so that who only checks a path needs nothing else of this file. */
static inline uint32_t fm_tree_depth(uint32_t n)
{
    uint32_t depth = 0;

    while (depth < FM_TREE_DEPTH_MAX && ((uint64_t)1 << depth) < n) {
        depth++;
    }
    return depth;
}

/* How many digests a small tree of n leaves takes, all levels together. 0 for n = 0. */
size_t fm_tree_nodes(uint32_t n);

/* A small tree lies in one array, level after level. Fills it for n leaves that are all e0. */
void fm_tree_fill(uint8_t *nodes, uint32_t n, const struct fm_empties *empties);
/* Sets leaf i (< n) and the d(n) nodes above it. */
void fm_tree_set(uint8_t *nodes, uint32_t n, const struct fm_empties *empties, uint32_t i,
                 const uint8_t leaf[32]);
/* The root; e0 for n = 0. */
const uint8_t *fm_tree_root(const uint8_t *nodes, uint32_t n, const struct fm_empties *empties);
/* The d(n) siblings of leaf i, from the bottom; each 32 bytes. */
void fm_tree_path(const uint8_t *nodes, uint32_t n, const struct fm_empties *empties, uint32_t i,
                  uint8_t *path);

/* The root that a leaf at index i has over `depth` siblings. */
void fm_tree_climb(const uint8_t leaf[32], uint32_t i, const uint8_t *path, uint32_t depth,
                   uint8_t root[32]);

#endif
