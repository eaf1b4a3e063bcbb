/* SPDX-License-Identifier: Apache-2.0 */
/* 8 lanes: their number and the shuffles that vec.h needs. */
#ifndef FM_STARK_LANES_H
#define FM_STARK_LANES_H

#define FM_LANES 8
#define FM_LANES_LOG 3
#define FM_LANES_HIGH 1, 9, 3, 11, 5, 13, 7, 15

#include "stark/vec.h"

/*
 * Lane i of vector j becomes lane j of vector i. Here a shuffle within the halves of a register is one instruction,
 * and one across them is several or slow: so words, then pairs of words, within the halves, and the halves last.
 */
static inline void v_transpose(vu r[8])
{
    vu t[8];
    vu u[8];
    for (unsigned i = 0; i < 8; i += 2) {
        t[i] = __builtin_shufflevector(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        t[i + 1] = __builtin_shufflevector(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (unsigned i = 0; i < 8; i += 4) {
        for (unsigned k = 0; k < 2; k++) {
            u[i + 2 * k] = __builtin_shufflevector(t[i + k], t[i + k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            u[i + 2 * k + 1] = __builtin_shufflevector(t[i + k], t[i + k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    }
    for (unsigned i = 0; i < 4; i++) {
        r[i] = __builtin_shufflevector(u[i], u[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        r[i + 4] = __builtin_shufflevector(u[i], u[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

#endif
