/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/prover.h"

/* Rows r, r + step, ... (group of them) of `cols` columns of `stride` words each, as leaf bytes. */
static size_t leaf_bytes(const uint32_t *data, size_t stride, uint32_t cols, size_t row, size_t step, uint32_t group,
                         uint8_t *out)
{
    size_t k = 0;
    for (uint32_t m = 0; m < group; m++) {
        for (uint32_t c = 0; c < cols; c++, k += 4) {
            fm_put_le32(out + k, data[c * stride + row + m * step]);
        }
    }
    return k;
}

/* Siblings of the n sorted leaves p->node, level by level, left to right. */
static void send_path(struct prover *p, const uint8_t *tree, uint32_t n, uint32_t depth)
{
    for (uint32_t level = 0; level < depth; level++) {
        size_t first = (size_t)1 << (depth - level);
        uint32_t out = 0;
        for (uint32_t i = 0; i < n; out++) {
            uint32_t v = p->node[i];
            bool both = (v & 1) == 0 && i + 1 < n && p->node[i + 1] == v + 1;
            if (!both) {
                fm_put_bytes(&p->w, tree + 32 * (first + (v ^ 1u)), 32);
            }
            i += both ? 2 : 1;
            p->node[out] = v >> 1;
        }
        n = out;
    }
}

static uint32_t leaf_of(uint32_t pos, uint32_t log_d, uint32_t log_a)
{
    uint32_t i = pos & ((1u << log_d) - 1);
    return (pos >> log_d) << (log_d - log_a) | (i & ((1u << (log_d - log_a)) - 1));
}

static void open_rows(struct prover *p, const uint32_t *data, uint32_t cols, const uint8_t *tree, uint32_t n)
{
    uint32_t log_g = (uint32_t)__builtin_ctz(p->d.group);
    uint32_t log_leaf = p->d.log_n - log_g;
    uint8_t bytes[FM_STARK_LEAF_MAX];
    for (uint32_t k = 0; k < n; k++) {
        uint32_t leaf = p->index[0][k];
        size_t row = ((size_t)(leaf >> log_leaf) << p->d.log_n) + (leaf & ((1u << log_leaf) - 1));
        fm_put_bytes(&p->w, bytes,
                     leaf_bytes(data, p->stride, cols, row, (size_t)1 << log_leaf, p->d.group, bytes));
        p->node[k] = leaf;
    }
    send_path(p, tree, n, log_leaf + p->d.log_b);
}

static void open_layer(struct prover *p, uint32_t l, const uint32_t *pos, uint32_t n, uint32_t *leaf, uint32_t nl)
{
    uint32_t log_d = p->d.log_d[l];
    uint32_t log_o = p->d.log_d[l + 1];
    size_t stride = (size_t)1 << (log_d + p->d.log_b);
    for (uint32_t k = 0; k < nl; k++) {
        for (uint32_t m = 0; m < 1u << p->d.log_a[l]; m++) {
            uint32_t q = (leaf[k] >> log_o) << log_d | (leaf[k] & ((1u << log_o) - 1)) | m << log_o;
            bool known = false;
            for (uint32_t i = 0; i < n; i++) {
                known |= pos[i] == q;
            }
            for (uint32_t j = 0; !known && j < FM_EXT_DEGREE; j++) {
                fm_put_u32(&p->w, p->layer[l][j * stride + q]);
            }
        }
        p->node[k] = leaf[k];
    }
    send_path(p, p->tree[l], nl, log_o + p->d.log_b);
}

void fm_prover_open(struct prover *p)
{
    const struct fm_stark_dims *d = &p->d;
    uint32_t n = p->st->profile->queries;
    uint32_t log_g = (uint32_t)__builtin_ctz(d->group);
    fm_tr_indices(&p->tr, d->log_n + d->log_b, p->index[0], n);
    for (uint32_t i = 0; i < n; i++) {
        p->index[0][i] = leaf_of(p->index[0][i], d->log_n, log_g);
    }
    n = fm_stark_sort(p->index[0], n);
    open_rows(p, p->lde, p->a->ncols, p->trace_tree, n);
    open_rows(p, p->quot, FM_EXT_DEGREE * p->a->nchunks, p->quot_tree, n);
    for (uint32_t l = d->first, cur = 0; l < d->layers; l++, cur = 1 - cur) {
        uint32_t *leaf = p->index[1 - cur];
        for (uint32_t i = 0; i < n; i++) {
            leaf[i] = leaf_of(p->index[cur][i], d->log_d[l], d->log_a[l]);
        }
        uint32_t nl = fm_stark_sort(leaf, n);
        open_layer(p, l, p->index[cur], n, leaf, nl);
        n = nl;
    }
}
