/* SPDX-License-Identifier: Apache-2.0 */
#include "core/tree.h"

void fm_empties_init(struct fm_empties *empties, const uint8_t e0[32])
{
    memcpy(empties->e[0], e0, 32);
    for (uint32_t k = 0; k < FM_TREE_DEPTH_MAX; k++) {
        fm_hash2(FM_H_NODE, empties->e[k], empties->e[k], empties->e[k + 1U]);
    }
}

size_t fm_tree_nodes(uint32_t n)
{
    size_t total = n;

    while (n > 1U) {
        n = (n + 1U) / 2U;
        total += n;
    }
    return total;
}

void fm_tree_fill(uint8_t *nodes, uint32_t n, const struct fm_empties *empties)
{
    uint32_t level = 0;

    while (n > 0U) {
        for (uint32_t i = 0; i < n; i++) {
            memcpy(nodes + (size_t)i * 32U, empties->e[level], 32);
        }
        nodes += (size_t)n * 32U;
        n = n == 1U ? 0U : (n + 1U) / 2U;
        level++;
    }
}

void fm_tree_set(uint8_t *nodes, uint32_t n, const struct fm_empties *empties, uint32_t i,
                 const uint8_t leaf[32])
{
    uint32_t level = 0;

    FM_ASSERT(i < n);
    memcpy(nodes + (size_t)i * 32U, leaf, 32);
    while (n > 1U) {
        uint32_t left = i & ~1U;
        const uint8_t *l = nodes + (size_t)left * 32U;
        uint8_t *above = nodes + (size_t)n * 32U;

        fm_hash2(FM_H_NODE, l, left + 1U < n ? l + 32 : empties->e[level],
                 above + (size_t)(i / 2U) * 32U);
        nodes = above;
        n = (n + 1U) / 2U;
        i /= 2U;
        level++;
    }
}

const uint8_t *fm_tree_root(const uint8_t *nodes, uint32_t n, const struct fm_empties *empties)
{
    return n == 0U ? empties->e[0] : nodes + (fm_tree_nodes(n) - 1U) * 32U;
}

void fm_tree_path(const uint8_t *nodes, uint32_t n, const struct fm_empties *empties, uint32_t i,
                  uint8_t *path)
{
    uint32_t level = 0;

    while (n > 1U) {
        uint32_t sibling = i ^ 1U;

        memcpy(path, sibling < n ? nodes + (size_t)sibling * 32U : empties->e[level], 32);
        path += 32;
        nodes += (size_t)n * 32U;
        n = (n + 1U) / 2U;
        i /= 2U;
        level++;
    }
}

void fm_tree_climb(const uint8_t leaf[32], uint32_t i, const uint8_t *path, uint32_t depth,
                   uint8_t root[32])
{
    uint8_t at[32];

    memcpy(at, leaf, 32);
    for (uint32_t k = 0; k < depth; k++) {
        const uint8_t *sibling = path + (size_t)k * 32U;

        if ((i & 1U) == 0U) {
            fm_hash2(FM_H_NODE, at, sibling, at);
        } else {
            fm_hash2(FM_H_NODE, sibling, at, at);
        }
        i /= 2U;
    }
    memcpy(root, at, 32);
}
