/* SPDX-License-Identifier: Apache-2.0 */
/* Bit counting that Eva can bound. Never compiled. */
#ifndef FM_PROOFS_EVA_BITS_H
#define FM_PROOFS_EVA_BITS_H

int __builtin_clzll(unsigned long long x)
{
    int zeros = 63;

    /*@ assert eva_one_bit: x != 0; */
    /*@ loop unroll 64; */
    for (int bit = 63; bit > 0; bit--) {
        if (x >= 1ULL << bit) {
            zeros = 63 - bit;
            break;
        }
    }
    return zeros;
}

int __builtin_ctzll(unsigned long long x)
{
    int zeros = 0;

    /*@ assert eva_a_bit: x != 0; */
    /*@ loop unroll 64; */
    for (int bit = 0; bit < 63; bit++) {
        if ((x >> bit & 1ULL) != 0) {
            zeros = bit;
            break;
        }
        zeros = bit + 1;
    }
    return zeros;
}

#endif
