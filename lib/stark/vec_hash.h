/* SPDX-License-Identifier: Apache-2.0 */
/* BLAKE3 of FM_LANES messages at once: one state word of all of them in a vector. Over vec.h or vec_1.h. */
#ifndef FM_STARK_VEC_HASH_H
#define FM_STARK_VEC_HASH_H

#include <string.h>

#include "stark/b3.h"
#include "stark/b3_order.h"

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
        const uint8_t *o = fm_b3_order[round];
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
