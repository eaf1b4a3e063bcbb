/* SPDX-License-Identifier: Apache-2.0 */
/* BLAKE3 of FM_LANES messages at once: one state word of all of them in a vector. */
#ifndef FM_STARK_KERN_HASH_H
#define FM_STARK_KERN_HASH_H

#include <string.h>

#include "base/base.h"
#include "stark/b3.h"
#include "stark/kern_ntt.h"
#include "stark/verify.h"

static inline vu v_ror(vu x, unsigned n)
{
    return (x >> n) | (x << (32u - n));
}

static inline void v_mix(vu *a, vu *b, vu *c, vu *d, vu x, vu y)
{
    *a += *b + x;
    *d = v_ror(*d ^ *a, 16);
    *c += *d;
    *b = v_ror(*b ^ *c, 12);
    *a += *b + y;
    *d = v_ror(*d ^ *a, 8);
    *c += *d;
    *b = v_ror(*b ^ *c, 7);
}

/* The schedule of each round: fm_b3_perm applied again and again. */
static const uint8_t hash_order[7][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                          {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8},
                                          {3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1},
                                          {10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6},
                                          {12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4},
                                          {9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7},
                                          {11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13}};

/* cv' = compression of m. */
static inline void v_compress(vu cv[8], const vu m[16], uint32_t counter, uint32_t len, uint32_t flags)
{
    vu v[16];
    for (unsigned i = 0; i < 8; i++) {
        v[i] = cv[i];
    }
    for (unsigned i = 0; i < 4; i++) {
        v[8 + i] = v_of(fm_b3_iv[i]);
    }
    v[12] = v_of(counter);
    v[13] = v_of(0);
    v[14] = v_of(len);
    v[15] = v_of(flags);
#pragma GCC unroll 7
    for (unsigned round = 0; round < 7; round++) {
        const uint8_t *o = hash_order[round];
        v_mix(&v[0], &v[4], &v[8], &v[12], m[o[0]], m[o[1]]);
        v_mix(&v[1], &v[5], &v[9], &v[13], m[o[2]], m[o[3]]);
        v_mix(&v[2], &v[6], &v[10], &v[14], m[o[4]], m[o[5]]);
        v_mix(&v[3], &v[7], &v[11], &v[15], m[o[6]], m[o[7]]);
        v_mix(&v[0], &v[5], &v[10], &v[15], m[o[8]], m[o[9]]);
        v_mix(&v[1], &v[6], &v[11], &v[12], m[o[10]], m[o[11]]);
        v_mix(&v[2], &v[7], &v[8], &v[13], m[o[12]], m[o[13]]);
        v_mix(&v[3], &v[4], &v[9], &v[14], m[o[14]], m[o[15]]);
    }
    for (unsigned i = 0; i < 8; i++) {
        cv[i] = v[i] ^ v[i + 8];
    }
}

static inline void v_key(vu cv[8], const uint32_t key[8])
{
    for (unsigned i = 0; i < 8; i++) {
        cv[i] = v_of(key[i]);
    }
}

/* Eight words of each lane, as FM_LANES digests one after the other. */
static inline void v_store_digests(const vu cv[8], uint8_t *out)
{
    const unsigned words = FM_LANES < 8 ? FM_LANES : 8; /* of each digest, a transposition */
    for (unsigned p = 0; p < 8; p += words) {
        vu t[FM_LANES];
        for (unsigned i = 0; i < FM_LANES; i++) {
            t[i] = i < words ? cv[p + i] : v_of(0);
        }
        v_transpose(t);
        for (unsigned l = 0; l < FM_LANES; l++) {
            memcpy(out + 32 * l + 4 * p, &t[l], 4 * words);
        }
    }
}

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
            m[i] = v_load(r->row + r->c * r->stride);
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
        for (unsigned p = 0; p < 16; p += FM_LANES) {
            vu t[FM_LANES];
            for (unsigned l = 0; l < FM_LANES; l++) {
                memcpy(&t[l], in + 64 * (k + l) + 4 * p, sizeof t[l]);
            }
            v_transpose(t);
            for (unsigned i = 0; i < FM_LANES; i++) {
                m[p + i] = t[i];
            }
        }
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
