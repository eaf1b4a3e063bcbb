/* SPDX-License-Identifier: Apache-2.0 */
/* The tree over cells: which leaves are stale, and hashing them and what stands above them anew. */
#include "core/state.h"

#include "core/state_priv.h"

/*
 * Few paths through a large tree are cold, and each step of a climb waits for the one before. To fetch all
 * pairs of nodes when a cell becomes stale takes those waits together, while the receipt is hashed. (Many paths
 * use the whole tree anyway.)
 */
#define FETCH_PATHS_MAX 8U

static void fetch_path(const struct fm_state *state, uint32_t idx)
{
    uint32_t depth = fm_tree_depth(state->top.ncells);

    __builtin_prefetch(state->bodies + (size_t)idx * 32U);
    for (uint32_t k = 0; k < depth; k++) {
        __builtin_prefetch(state->levels[k] + (size_t)(idx >> (k + 1U)) * 64U);
    }
}

void fm_state_fetch(struct fm_state *state, const uint8_t id[32])
{
    uint32_t idx = fm_index_find(&state->index, id);
    const uint8_t *cell;

    if (idx == FM_INDEX_NONE) {
        return;
    }
    cell = (const uint8_t *)&state->cells[idx];
    __builtin_prefetch(cell + 64);
    __builtin_prefetch(cell + 128);
    __builtin_prefetch(&state->places[idx]);
    __builtin_prefetch(state->bodies + (size_t)idx * 32U);
    if (state->ncoming < FM_STATE_COMING_MAX) {
        state->coming[state->ncoming] = idx;
        state->ncoming++;
    }
}

/* A miss for each compression is hidden behind it; twenty at once are not. */
static void fetch_coming(const struct fm_state *state, uint32_t level)
{
    for (uint32_t i = 0; i < state->ncoming; i++) {
        __builtin_prefetch(state->levels[level] + (size_t)(state->coming[i] >> (level + 1U)) * 64U);
    }
}

/* The leaves of the dirty cells, some lanes at a time. */
static void hash_leaves(struct fm_state *state, const uint32_t *dirty, uint32_t n, struct fm_hash_queue *beside)
{
    const uint8_t *msgs[FM_HASH_LANES];
    uint8_t *outs[FM_HASH_LANES];
    uint8_t pairs[FM_HASH_LANES * 64U];

    for (uint32_t at = 0; at < n; at += FM_HASH_LANES) {
        uint32_t lanes = n - at < FM_HASH_LANES ? n - at : FM_HASH_LANES;

        for (uint32_t i = 0; i < lanes; i++) {
            msgs[i] = (const uint8_t *)&state->cells[dirty[at + i]];
            outs[i] = pairs + (size_t)i * 64U;
        }
        fm_hash_lanes_beside(FM_H_CELL, msgs, sizeof(struct fm_cell), lanes, outs, beside);
        for (uint32_t i = 0; i < lanes; i++) {
            msgs[i] = pairs + (size_t)i * 64U;
            memcpy(pairs + (size_t)i * 64U + 32U, state->bodies + (size_t)dirty[at + i] * 32U, 32);
            outs[i] = state->levels[0] + (size_t)dirty[at + i] * 32U;
        }
        fm_hash_lanes_beside(FM_H_LEAF, msgs, 64, lanes, outs, beside);
    }
}

/* One level up: the parents of n nodes of level k, in rising order; leaves them in `at` and returns
 * how many. */
static uint32_t hash_level(struct fm_state *state, uint32_t k, uint32_t *at, uint32_t n, struct fm_hash_queue *beside)
{
    const uint8_t *msgs[FM_HASH_LANES];
    uint8_t *outs[FM_HASH_LANES];
    uint32_t parents = 0;

    for (uint32_t i = 0; i < n; i++) {
        if (parents == 0U || at[parents - 1U] != at[i] / 2U) {
            at[parents] = at[i] / 2U;
            parents++;
        }
    }
    for (uint32_t i = 0; i < parents; i += FM_HASH_LANES) {
        uint32_t lanes = parents - i < FM_HASH_LANES ? parents - i : FM_HASH_LANES;

        for (uint32_t j = 0; j < lanes; j++) {
            msgs[j] = state->levels[k] + (size_t)at[i + j] * 64U;
            outs[j] = state->levels[k + 1U] + (size_t)at[i + j] * 32U;
        }
        fm_hash_lanes_beside(FM_H_NODE, msgs, 64, lanes, outs, beside);
    }
    return parents;
}

/* Heap sort: few elements mostly, never recursion. */
static void sort_u32(uint32_t *a, uint32_t n)
{
    for (uint32_t end = n, start = n / 2U; end > 1U;) {
        uint32_t root;
        uint32_t held;

        if (start > 0U) {
            start--;
            held = a[start];
        } else {
            end--;
            held = a[end];
            a[end] = a[0];
        }
        root = start;
        for (uint32_t child = 2U * root + 1U; child < end; child = 2U * root + 1U) {
            if (child + 1U < end && a[child + 1U] > a[child]) {
                child++;
            }
            if (a[child] <= held) {
                break;
            }
            a[root] = a[child];
            root = child;
        }
        a[root] = held;
    }
}

/* Few of many cells: the list, sorted. Cells that are dirty and were popped since are no cells any more. */
static uint32_t take_few(struct fm_state *state)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < state->ndirty; i++) {
        uint32_t idx = state->dirty[i];

        state->dirty_bits[idx / 64U] &= ~((uint64_t)1 << (idx & 63U));
        if (idx < state->top.ncells) {
            state->dirty[n] = idx;
            n++;
        }
    }
    sort_u32(state->dirty, n);
    return n;
}

/* Many: the bits are in order already. */
static uint32_t take_many(struct fm_state *state, size_t words)
{
    uint32_t n = 0;

    for (size_t w = 0; w < words; w++) {
        for (uint64_t bits = state->dirty_bits[w]; bits != 0U; bits &= bits - 1U) {
            uint32_t idx = (uint32_t)(w * 64U) + (uint32_t)__builtin_ctzll(bits);

            if (idx < state->top.ncells) {
                state->dirty[n] = idx;
                n++;
            }
        }
        state->dirty_bits[w] = 0;
    }
    return n;
}

/* The dirty cells in rising order; none is dirty afterwards. */
static uint32_t take_dirty(struct fm_state *state)
{
    size_t words = (size_t)state->config.max_cells / 64U + 1U;
    uint32_t n = state->ndirty > 8U + words / 16U ? take_many(state, words) : take_few(state);

    state->ndirty = 0;
    return n;
}

/* Rehashes the tree over cells, and what the queue holds meanwhile. */
static void settle_cells(struct fm_state *state, struct fm_hash_queue *beside)
{
    uint32_t count = state->top.ncells;
    uint32_t depth = fm_tree_depth(count);
    uint32_t n = take_dirty(state);

    if (n > 0U) {
        hash_leaves(state, state->dirty, n, beside);
    }
    for (uint32_t k = 0; k < depth; k++) {
        if ((count & 1U) != 0U) {
            memcpy(state->levels[k] + (size_t)count * 32U, state->no_cell.e[k], 32);
        }
        fetch_coming(state, k);
        n = hash_level(state, k, state->dirty, n, beside);
        count = count / 2U + (count & 1U);
    }
    state->ncoming = 0;
}

static void settle_alone(struct fm_state *state)
{
    struct fm_hash_queue nothing;

    fm_hash_queue_init(&nothing, 0);
    settle_cells(state, &nothing);
}

void fm_state_mark(struct fm_state *state, uint32_t idx)
{
    uint64_t bit = (uint64_t)1 << (idx & 63U);

    if ((state->dirty_bits[idx / 64U] & bit) != 0U) {
        return;
    }
    if (state->ndirty == FM_STATE_DIRTY_MAX) {
        settle_alone(state);
    }
    if (state->ndirty < FETCH_PATHS_MAX) {
        fetch_path(state, idx);
    }
    state->dirty_bits[idx / 64U] |= bit;
    state->dirty[state->ndirty] = idx;
    state->ndirty++;
}

static const uint8_t *cells_root(const struct fm_state *state)
{
    return state->top.ncells == 0U ? state->no_cell.e[0] : state->levels[fm_tree_depth(state->top.ncells)];
}

void fm_state_settle(struct fm_state *state)
{
    uint8_t top[32];

    if (state->receipts_stale) {
        fm_hash(FM_H_RECEIPT, (const uint8_t *)&state->receipt_before, sizeof state->receipt_before,
                state->top.prev_receipt);
        fm_receipt_hash(&state->receipt, state->receipt_hash);
        state->receipts_stale = false;
    }
    settle_alone(state);
    fm_hash(FM_H_TOP, (const uint8_t *)&state->top, sizeof state->top, top);
    fm_hash2(FM_H_ROOT, cells_root(state), top, state->root);
}

/*
 * The paths of a turn's cells are one compression after the other, with the machine half idle: what else there is to
 * hash goes beside them. Of the receipt's head that is its first half; the other holds the new root.
 */
#define RECEIPT_HALF_BLOCKS 2U
void fm_state_finish(struct fm_state *state, struct fm_receipt *receipt, const struct fm_batch *batch, uint64_t cost,
                     const uint8_t *writes, size_t n)
{
    struct fm_top *top = &state->top;
    struct fm_hash_queue beside;
    uint8_t top_hash[32];

    memcpy(receipt->head.pre_root, state->root, 32);
    memcpy(receipt->head.prev_receipt, state->receipt_hash, 32);
    memcpy(top->prev_receipt, state->receipt_hash, 32);
    top->seq += 1U;
    top->height = batch->height;
    top->now = batch->now;
    top->fees += cost;
    receipt->head.seq = top->seq;
    receipt->head.height = top->height;
    receipt->rest.now = top->now;
    receipt->rest.cost = cost;
    fm_hash_queue_init(&beside, RECEIPT_HALF_BLOCKS);
    if (n > FM_HASH_QUEUE_BYTES) {
        fm_hash(FM_H_WRITES, writes, n, receipt->rest.writes_hash);
    } else if (n > 0) {
        fm_hash_queue_add(&beside, FM_H_WRITES, writes, n, receipt->rest.writes_hash);
    }
    fm_hash_queue_add(&beside, FM_H_TOP, (const uint8_t *)top, sizeof *top, top_hash);
    fm_hash_queue_add(&beside, FM_H_REST, (const uint8_t *)&receipt->rest, sizeof receipt->rest,
                      receipt->head.rest_hash);
    fm_hash_queue_add(&beside, FM_H_RECEIPT, (const uint8_t *)&receipt->head, sizeof receipt->head,
                      state->receipt_hash);
    settle_cells(state, &beside);
    fm_hash_queue_run(&beside);
    fm_hash2(FM_H_ROOT, cells_root(state), top_hash, state->root);
    memcpy(receipt->head.post_root, state->root, 32);
    fm_hash_queue_end(&beside);
    state->receipt = *receipt;
}
