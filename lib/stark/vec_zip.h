/* SPDX-License-Identifier: Apache-2.0 */
/* A square of vectors transposed, where a shuffle takes from all lanes alike. */
#ifndef FM_STARK_VEC_ZIP_H
#define FM_STARK_VEC_ZIP_H

/* Lane i of vector j becomes lane j of vector i: log2(FM_LANES) rounds of perfect shuffles. */
static inline void v_transpose(vu r[FM_LANES])
{
    for (unsigned round = 1; round < FM_LANES; round *= 2) {
        vu t[FM_LANES];
        for (unsigned i = 0; i < FM_LANES / 2; i++) {
            t[2 * i] = __builtin_shufflevector(r[i], r[i + FM_LANES / 2], FM_LANES_ZIP_LOW);
            t[2 * i + 1] = __builtin_shufflevector(r[i], r[i + FM_LANES / 2], FM_LANES_ZIP_HIGH);
        }
        for (unsigned i = 0; i < FM_LANES; i++) {
            r[i] = t[i];
        }
    }
}

#endif
