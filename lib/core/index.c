/* SPDX-License-Identifier: Apache-2.0 */
#include "core/index.h"

#define LOG2_BUCKETS_MIN 6U
#define WORD_BITS 64U

static uint32_t log2_buckets(uint32_t max_cells)
{
    uint32_t log2 = LOG2_BUCKETS_MIN;

    while (log2 < 31U && ((uint32_t)1 << log2) < max_cells) {
        log2++;
    }
    return log2;
}

static size_t words_at(uint32_t log2, uint32_t level)
{
    uint32_t shift = 6U * (level + 1U);

    return shift >= log2 ? 1U : (size_t)1 << (log2 - shift);
}

static uint32_t levels_of(uint32_t log2)
{
    return (log2 + 5U) / 6U;
}

size_t fm_index_size(uint32_t max_cells)
{
    uint32_t log2 = log2_buckets(max_cells);
    size_t bytes = (((size_t)1 << log2) + max_cells) * sizeof(uint32_t) + 64U;

    for (uint32_t k = 0; k < levels_of(log2); k++) {
        bytes += words_at(log2, k) * sizeof(uint64_t);
    }
    return bytes + FM_INDEX_LEVELS * 8U;
}

bool fm_index_init(struct fm_index *index, uint32_t max_cells, const uint8_t *ids, size_t stride,
                   struct fm_arena *arena)
{
    uint32_t log2 = log2_buckets(max_cells);
    size_t buckets = (size_t)1 << log2;

    index->log2_buckets = log2;
    index->levels = levels_of(log2);
    index->ids = ids;
    index->stride = stride;
    index->heads = fm_arena_take(arena, buckets * sizeof(uint32_t), 8);
    index->after = fm_arena_take(arena, (size_t)max_cells * sizeof(uint32_t), 8);
    if (index->heads == NULL || index->after == NULL) {
        return false;
    }
    memset(index->heads, 0xff, buckets * sizeof(uint32_t));
    for (uint32_t k = 0; k < index->levels; k++) {
        size_t bytes = words_at(log2, k) * sizeof(uint64_t);

        index->bits[k] = fm_arena_take(arena, bytes, 8);
        if (index->bits[k] == NULL) {
            return false;
        }
        memset(index->bits[k], 0, bytes);
    }
    return true;
}

static const uint8_t *id_of(const struct fm_index *index, uint32_t cell)
{
    return index->ids + (size_t)cell * index->stride;
}

static uint32_t bucket_of(const struct fm_index *index, const uint8_t id[32])
{
    uint32_t first = (uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3];

    return first >> (32U - index->log2_buckets);
}

void fm_index_fetch_bucket(const struct fm_index *index, const uint8_t id[32])
{
    __builtin_prefetch(&index->heads[bucket_of(index, id)]);
}

void fm_index_fetch_id(const struct fm_index *index, const uint8_t id[32])
{
    uint32_t cell = index->heads[bucket_of(index, id)];

    if (cell != FM_INDEX_NONE) {
        __builtin_prefetch(id_of(index, cell));
    }
}

uint32_t fm_index_find(const struct fm_index *index, const uint8_t id[32])
{
    uint32_t cell = index->heads[bucket_of(index, id)];

    while (cell != FM_INDEX_NONE) {
        int order = memcmp(id_of(index, cell), id, 32);

        if (order >= 0) {
            return order == 0 ? cell : FM_INDEX_NONE;
        }
        cell = index->after[cell];
    }
    return FM_INDEX_NONE;
}

/* The last bucket below `bucket` that is not empty, or NONE. */
static uint32_t bucket_before(const struct fm_index *index, uint32_t bucket)
{
    uint32_t at = bucket;

    for (uint32_t k = 0; k < index->levels; k++) {
        uint64_t below = index->bits[k][at / WORD_BITS] & (((uint64_t)1 << (at % WORD_BITS)) - 1U);

        if (below != 0U) {
            at = at / WORD_BITS * WORD_BITS + 63U - (uint32_t)__builtin_clzll(below);
            while (k > 0) {
                k--;
                below = index->bits[k][at];
                FM_ASSERT(below != 0U); /* N2: the bit above says so */
                at = at * WORD_BITS + 63U - (uint32_t)__builtin_clzll(below);
            }
            return at;
        }
        at /= WORD_BITS;
    }
    return FM_INDEX_NONE;
}

/* The last cell of a bucket with an id below this one, or NONE. */
static uint32_t last_below(const struct fm_index *index, uint32_t bucket, const uint8_t id[32])
{
    uint32_t cell = index->heads[bucket];
    uint32_t last = FM_INDEX_NONE;

    while (cell != FM_INDEX_NONE && memcmp(id_of(index, cell), id, 32) < 0) {
        last = cell;
        cell = index->after[cell];
    }
    return last;
}

uint32_t fm_index_before(const struct fm_index *index, const uint8_t id[32])
{
    uint32_t bucket = bucket_of(index, id);
    uint32_t cell = last_below(index, bucket, id);

    if (cell == FM_INDEX_NONE) {
        bucket = bucket_before(index, bucket);
        if (bucket != FM_INDEX_NONE) {
            cell = last_below(index, bucket, id);
        }
    }
    return cell;
}

void fm_index_add(struct fm_index *index, uint32_t cell)
{
    const uint8_t *id = id_of(index, cell);
    uint32_t bucket = bucket_of(index, id);
    uint32_t before = last_below(index, bucket, id);
    uint32_t at = bucket;

    if (before == FM_INDEX_NONE) {
        index->after[cell] = index->heads[bucket];
        index->heads[bucket] = cell;
    } else {
        index->after[cell] = index->after[before];
        index->after[before] = cell;
    }
    for (uint32_t k = 0; k < index->levels; k++) {
        index->bits[k][at / WORD_BITS] |= (uint64_t)1 << (at % WORD_BITS);
        at /= WORD_BITS;
    }
}

void fm_index_remove(struct fm_index *index, uint32_t cell)
{
    const uint8_t *id = id_of(index, cell);
    uint32_t bucket = bucket_of(index, id);
    uint32_t before = last_below(index, bucket, id);
    uint32_t at = bucket;

    if (before == FM_INDEX_NONE) {
        index->heads[bucket] = index->after[cell];
    } else {
        index->after[before] = index->after[cell];
    }
    if (index->heads[bucket] != FM_INDEX_NONE) {
        return;
    }
    for (uint32_t k = 0; k < index->levels; k++) {
        index->bits[k][at / WORD_BITS] &= ~((uint64_t)1 << (at % WORD_BITS));
        if (index->bits[k][at / WORD_BITS] != 0U) {
            break;
        }
        at /= WORD_BITS;
    }
}
