/* SPDX-License-Identifier: Apache-2.0 */
/* The prover's hashes, FM_LANES messages at once. */
#ifndef FM_STARK_KERN_HASH_H
#define FM_STARK_KERN_HASH_H

#include <string.h>

#include "base/base.h"
#include "stark/b3.h"
#include "stark/vec.h"
#include "stark/vec_hash.h"
#include "stark/verify.h"

/* One leaf, scalar: what is left of a count. */
static void one_leaf(const uint32_t *data, size_t stride, uint32_t cols, uint32_t group,
                     size_t step, uint8_t *out)
{
    uint8_t bytes[FM_STARK_LEAF_MAX];
    size_t n = 0;
    for (uint32_t m = 0; m < group; m++) {
        for (uint32_t c = 0; c < cols; c++, n += 4) {
            fm_put_le32(bytes + n, data[c * stride + m * step]);
        }
    }
    fm_stark_leaf(bytes, n, out);
}

/* Where the next word of each lane's leaf stands. */
struct leaf_reader {
    const uint32_t *row; /* of member m: the first one + m * step */
    size_t stride, step;
    uint32_t c, cols;
};

/* The chaining value of a chunk: `words` more words of each leaf, at most 256. last: flags of its last block. */
static inline void v_chunk(vu cv[8], struct leaf_reader *r, uint32_t words, uint32_t counter, uint32_t last)
{
    uint32_t flags = FM_B3_KEYED | FM_B3_START;
    v_key(cv, fm_stark_leaf_key);
    for (uint32_t at = 0; at < words; at += 16) {
        uint32_t here = words - at < 16 ? words - at : 16;
        vu m[16];
        for (uint32_t i = 0; i < here; i++) {
            const uint32_t *word = r->row + r->c * r->stride;
            m[i] = v_load(word);
            __builtin_prefetch(word + 16); /* what the next leaves read: as v_ahead */
            r->c++;
            if (r->c == r->cols) {
                r->c = 0;
                r->row += r->step;
            }
        }
        for (uint32_t i = here; i < 16; i++) {
            m[i] = v_of(0);
        }
        flags |= at + 16 >= words ? last : 0;
        v_compress(cv, m, counter, 4 * here, flags);
        flags = FM_B3_KEYED;
    }
}

static void kern_leaves(const uint32_t *data, size_t stride, uint32_t cols, uint32_t group,
                        size_t step, size_t count, uint8_t *out)
{
    const uint32_t words = cols * group;
    const uint32_t chunk = FM_B3_CHUNK / 4;
    size_t k = 0;
    for (; k + FM_LANES <= count; k += FM_LANES) {
        struct leaf_reader r = {data + k, stride, step, 0, cols};
        vu m[16]; /* of the parent: both chunks' chaining values */
        vu cv[8];
        if (words <= chunk) {
            v_chunk(cv, &r, words, 0, FM_B3_END | FM_B3_ROOT);
        } else {
            v_chunk(m, &r, chunk, 0, FM_B3_END);
            v_chunk(m + 8, &r, words - chunk, 1, FM_B3_END);
            v_key(cv, fm_stark_leaf_key);
            v_compress(cv, m, 0, 64, FM_B3_KEYED | FM_B3_PARENT | FM_B3_ROOT);
        }
        v_store_digests(cv, out + 32 * k);
    }
    for (; k < count; k++) {
        one_leaf(data + k, stride, cols, group, step, out + 32 * k);
    }
}

static void kern_nodes(const uint8_t *in, size_t count, uint8_t *out)
{
    size_t k = 0;
    for (; k + FM_LANES <= count; k += FM_LANES) {
        vu cv[8];
        vu m[16];
        const uint8_t *at[FM_LANES];
        for (size_t l = 0; l < FM_LANES; l++) {
            at[l] = in + 64 * (k + l);
        }
        v_load_blocks(m, at);
        v_key(cv, fm_stark_node_key);
        v_compress(cv, m, 0, 64, FM_B3_KEYED | FM_B3_START | FM_B3_END | FM_B3_ROOT);
        v_store_digests(cv, out + 32 * k);
    }
    for (; k < count; k++) {
        fm_stark_node(in + 64 * k, out + 32 * k);
    }
}

/* The message is tag u8 | length u32 = 8 | nonce u64, 13 bytes. */
static uint64_t kern_grind(const uint8_t state[32], uint32_t bits)
{
    uint32_t key[8];
    FM_ASSERT(bits > 0 && bits <= 32);
    for (unsigned i = 0; i < 8; i++) {
        key[i] = fm_le32(state + 4 * i);
    }
    for (uint64_t first = 0;; first += FM_LANES) {
        vu cv[8];
        vu m[16];
        for (unsigned i = 0; i < 16; i++) {
            m[i] = v_of(0);
        }
        m[0] = v_of(FM_TR_GRIND | 8u << 8);
        for (unsigned l = 0; l < FM_LANES; l++) {
            m[1][l] = (uint32_t)(first + l) << 8;
            m[2][l] = (uint32_t)((first + l) >> 24);
            m[3][l] = (uint32_t)((first + l) >> 56);
        }
        v_key(cv, key);
        v_compress(cv, m, 0, 13, FM_B3_KEYED | FM_B3_START | FM_B3_END | FM_B3_ROOT);
        for (unsigned l = 0; l < FM_LANES; l++) {
            if (cv[1][l] >> (32 - bits) == 0) {
                return first + l;
            }
        }
    }
}

#endif
