/* SPDX-License-Identifier: Apache-2.0 */
/* BLAKE3 of FM_LANES messages at once: one state word of all of them in a vector. Over vec.h. */
#ifndef FM_STARK_VEC_HASH_H
#define FM_STARK_VEC_HASH_H

#include <string.h>

#include "stark/b3.h"
#include "stark/vec_round.h"

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
        v_round(v, m, fm_b3_order[round]);
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

/* A block of 64 bytes of each lane, lane l at `at[l]`. */
static inline void v_load_blocks(vu m[16], const uint8_t *const at[FM_LANES])
{
    const unsigned words = FM_LANES;
    for (unsigned p = 0; p < 16; p += words) {
        vu t[FM_LANES];
        for (unsigned l = 0; l < FM_LANES; l++) {
            memcpy(&t[l], at[l] + (size_t)4 * p, sizeof t[l]);
        }
        v_transpose(t);
        for (unsigned i = 0; i < words; i++) {
            m[p + i] = t[i];
        }
    }
}

#endif
