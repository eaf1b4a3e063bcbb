/* SPDX-License-Identifier: Apache-2.0 */
/* A round of BLAKE3 on the state of one message or of many: over vec.h or vec_1.h, which the includer names first. */
#ifndef FM_STARK_VEC_ROUND_H
#define FM_STARK_VEC_ROUND_H

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

/* o: the order of the words of m in this round. */
static inline void v_round(vu v[16], const vu m[16], const uint8_t o[16])
{
    v_mix(&v[0], &v[4], &v[8], &v[12], m[o[0]], m[o[1]]);
    v_mix(&v[1], &v[5], &v[9], &v[13], m[o[2]], m[o[3]]);
    v_mix(&v[2], &v[6], &v[10], &v[14], m[o[4]], m[o[5]]);
    v_mix(&v[3], &v[7], &v[11], &v[15], m[o[6]], m[o[7]]);
    v_mix(&v[0], &v[5], &v[10], &v[15], m[o[8]], m[o[9]]);
    v_mix(&v[1], &v[6], &v[11], &v[12], m[o[10]], m[o[11]]);
    v_mix(&v[2], &v[7], &v[8], &v[13], m[o[12]], m[o[13]]);
    v_mix(&v[3], &v[4], &v[9], &v[14], m[o[14]], m[o[15]]);
}

#endif
