/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/b3.h"

#include <string.h>

#include "base/base.h"
#include "stark/vec_1.h"
#include "stark/vec_round.h"

const uint32_t fm_b3_iv[8] = {0x6a09e667u, 0xbb67ae85u, 0x3c6ef372u, 0xa54ff53au,
                              0x510e527fu, 0x9b05688cu, 0x1f83d9abu, 0x5be0cd19u};
const uint8_t fm_b3_perm[16] = {2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8};

void fm_b3_compress(const uint32_t cv[8], const uint32_t m[16], uint64_t counter, uint32_t len, uint32_t flags,
                    uint32_t out[16])
{
    uint32_t v[16];
    memcpy(v, cv, 32);
    memcpy(v + 8, fm_b3_iv, 16);
    v[12] = (uint32_t)counter;
    v[13] = (uint32_t)(counter >> 32);
    v[14] = len;
    v[15] = flags;
    for (unsigned round = 0; round < 7; round++) {
        v_round(v, m, fm_b3_order[round]);
    }
    for (unsigned i = 0; i < 8; i++) {
        uint32_t hi = v[i + 8] ^ cv[i];
        out[i] = v[i] ^ v[i + 8];
        out[i + 8] = hi;
    }
}

void fm_b3_init_plain(struct fm_b3 *h)
{
    memset(h, 0, sizeof *h);
    memcpy(h->key, fm_b3_iv, 32);
    memcpy(h->cv, h->key, 32);
}

void fm_b3_init(struct fm_b3 *h, const uint8_t key[32])
{
    memset(h, 0, sizeof *h);
    for (unsigned i = 0; i < 8; i++) {
        h->key[i] = fm_le32(key + 4 * i);
    }
    memcpy(h->cv, h->key, 32);
    h->flags = FM_B3_KEYED;
}

static void load_block(uint32_t m[16], const uint8_t b[64])
{
    for (unsigned i = 0; i < 16; i++) {
        m[i] = fm_le32(b + 4 * i);
    }
}

static uint32_t start_flag(const struct fm_b3 *h)
{
    return h->blocks == 0 ? FM_B3_START : 0;
}

/* The chunk that just filled becomes a subtree; equal-sized neighbours merge. */
static void close_chunk(struct fm_b3 *h)
{
    uint32_t out[16];
    uint32_t m[16];
    load_block(m, h->block);
    fm_b3_compress(h->cv, m, h->chunk, 64, h->flags | start_flag(h) | FM_B3_END, out);
    h->chunk++;
    for (uint64_t c = h->chunk; (c & 1) == 0; c >>= 1) {
        h->depth--;
        memcpy(m, h->stack[h->depth], 32);
        memcpy(m + 8, out, 32);
        fm_b3_compress(h->key, m, 0, 64, h->flags | FM_B3_PARENT, out);
    }
    memcpy(h->stack[h->depth], out, 32);
    h->depth++;
    memcpy(h->cv, h->key, 32);
    h->blocks = 0;
    h->fill = 0;
}

void fm_b3_update(struct fm_b3 *h, const void *data, size_t n)
{
    const uint8_t *p = data;
    while (n > 0) {
        if (h->fill == 64) {
            if (h->blocks == 15) {
                close_chunk(h);
            } else {
                uint32_t m[16];
                uint32_t out[16];
                load_block(m, h->block);
                fm_b3_compress(h->cv, m, h->chunk, 64, h->flags | start_flag(h), out);
                memcpy(h->cv, out, 32);
                h->blocks++;
                h->fill = 0;
            }
        }
        size_t k = 64u - h->fill;
        k = k < n ? k : n;
        memcpy(h->block + h->fill, p, k);
        h->fill += (uint32_t)k;
        p += k;
        n -= k;
    }
}

void fm_b3_final(const struct fm_b3 *h, uint64_t block, uint8_t *out, size_t n)
{
    uint8_t last[64] = {0};
    uint32_t m[16];
    uint32_t cv[8];
    uint32_t w[16];
    uint32_t len = h->fill;
    uint32_t flags = h->flags | start_flag(h) | FM_B3_END;
    uint64_t counter = h->chunk;
    memcpy(last, h->block, h->fill);
    load_block(m, last);
    memcpy(cv, h->cv, 32);
    for (uint32_t d = h->depth; d > 0; d--) {
        fm_b3_compress(cv, m, counter, len, flags, w);
        memcpy(m, h->stack[d - 1], 32);
        memcpy(m + 8, w, 32);
        memcpy(cv, h->key, 32);
        len = 64;
        counter = 0;
        flags = h->flags | FM_B3_PARENT;
    }
    for (; n > 0; block++) {
        uint8_t bytes[64];
        size_t k = n < 64 ? n : 64;
        fm_b3_compress(cv, m, block, len, flags | FM_B3_ROOT, w);
        for (unsigned i = 0; i < 16; i++) {
            fm_put_le32(bytes + 4 * i, w[i]);
        }
        memcpy(out, bytes, k);
        out += k;
        n -= k;
    }
}

void fm_b3_leaf(const uint32_t key[8], const uint8_t *msg, size_t n, uint8_t out[32])
{
    uint32_t cv[8];
    uint32_t w[16];
    uint32_t flags = FM_B3_KEYED | FM_B3_START;
    if (n > FM_B3_CHUNK) {
        struct fm_b3 h;
        uint8_t bytes[32];
        for (unsigned i = 0; i < 8; i++) {
            fm_put_le32(bytes + 4 * i, key[i]);
        }
        fm_b3_init(&h, bytes);
        fm_b3_update(&h, msg, n);
        fm_b3_final(&h, 0, out, 32);
        return;
    }
    memcpy(cv, key, 32);
    do {
        uint8_t block[64] = {0};
        uint32_t m[16];
        size_t k = n < 64 ? n : 64;
        memcpy(block, msg, k);
        load_block(m, block);
        if (k == n) {
            flags |= FM_B3_END | FM_B3_ROOT;
        }
        fm_b3_compress(cv, m, 0, (uint32_t)k, flags, w);
        memcpy(cv, w, 32);
        flags = FM_B3_KEYED;
        msg += k;
        n -= k;
    } while (n > 0);
    for (unsigned i = 0; i < 8; i++) {
        fm_put_le32(out + 4 * i, cv[i]);
    }
}
