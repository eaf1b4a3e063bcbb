/* SPDX-License-Identifier: Apache-2.0 */
/* The verifier's hashes in many lanes: messages that lie one after the other. */
#ifndef FM_STARK_VKERN_HASH_H
#define FM_STARK_VKERN_HASH_H

#include "base/base.h"
#include "stark/vec_hash.h"

/* One chunk of each lane: n bytes at `at`, at most 1,024; last: the flags of its last block. */
static void chunk(vu cv[8], const uint32_t key[8], const uint8_t *at[FM_LANES], size_t n, uint32_t number,
                  uint32_t last)
{
    uint32_t flags = FM_B3_KEYED | FM_B3_START;
    v_key(cv, key);
    while (n > 0) {
        vu m[16];
        size_t here = n < 64 ? n : 64;
        if (here == 64) {
            v_load_blocks(m, at);
        } else {
            for (unsigned i = 0; i < 16; i++) {
                m[i] = v_of(0);
                for (unsigned l = 0; l < FM_LANES && 4 * i < here; l++) {
                    v_set(&m[i], l, fm_le32(at[l] + (size_t)4 * i));
                }
            }
        }
        n -= here;
        v_compress(cv, m, number, (uint32_t)here, flags | (n == 0 ? last : 0));
        flags = FM_B3_KEYED;
        for (unsigned l = 0; l < FM_LANES; l++) {
            at[l] += here;
        }
    }
}

static void vkern_hash(const uint32_t key[8], const void *msg, size_t size, size_t count, uint8_t *out)
{
    for (size_t k = 0; k < count; k += FM_LANES) {
        const uint8_t *at[FM_LANES];
        uint8_t last[32 * FM_LANES];
        vu m[16];
        vu cv[8];
        for (size_t l = 0; l < FM_LANES; l++) {
            at[l] = (const uint8_t *)msg + size * (k + l < count ? k + l : count - 1);
        }
        if (size <= FM_B3_CHUNK) {
            chunk(cv, key, at, size, 0, FM_B3_END | FM_B3_ROOT);
        } else {
            chunk(m, key, at, FM_B3_CHUNK, 0, FM_B3_END);
            chunk(m + 8, key, at, size - FM_B3_CHUNK, 1, FM_B3_END);
            v_key(cv, key);
            v_compress(cv, m, 0, 64, FM_B3_KEYED | FM_B3_PARENT | FM_B3_ROOT);
        }
        v_store_digests(cv, last);
        memcpy(out + 32 * k, last, 32 * (count - k < FM_LANES ? count - k : FM_LANES));
    }
}

#endif
