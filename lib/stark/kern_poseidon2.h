/* SPDX-License-Identifier: Apache-2.0 */
/* Poseidon2 of 16 states at once, FM_LANES to a vector, with the cells of its table (poseidon2.h has the layout). */
#ifndef FM_STARK_KERN_POSEIDON2_H
#define FM_STARK_KERN_POSEIDON2_H

#include "stark/kern_rows.h"
#include "stark/poseidon2.h"

#define P2_VECTORS (FM_P2_CHAINS / FM_LANES)


/* x = (x + c)^7. All 16 words of a column before the next column, so that each line of memory is met once. */
static inline void p2_power(vu *x, uint32_t c, uint32_t *cube_at, uint32_t *power_at)
{
    for (unsigned h = 0; h < P2_VECTORS; h++) {
        vu t = v_add(x[h], v_of(c));
        vu cube = v_mul(v_mul(t, t), t);
        x[h] = v_mul(v_mul(cube, cube), t);
        v_store(cube_at + h * FM_LANES, cube);
        v_store(power_at + h * FM_LANES, x[h]);
    }
}

static inline void p2_external_layer(vu s[16][P2_VECTORS])
{
    for (unsigned h = 0; h < P2_VECTORS; h++) {
        vu r[16];
        for (unsigned i = 0; i < 16; i++) {
            r[i] = s[i][h];
        }
        for (unsigned g = 0; g < 16; g += 4) {
            v_mix4(r + g);
        }
        for (unsigned i = 0; i < 4; i++) {
            vu sum = v_add(v_add(r[i], r[i + 4]), v_add(r[i + 8], r[i + 12]));
            for (unsigned g = i; g < 16; g += 4) {
                s[g][h] = v_add(r[g], sum);
            }
        }
    }
}

static inline void p2_internal_layer(vu s[16][P2_VECTORS], const uint32_t diagonal[16])
{
    for (unsigned h = 0; h < P2_VECTORS; h++) {
        vu sum = s[0][h];
        for (unsigned i = 1; i < 16; i++) {
            sum = v_add(sum, s[i][h]);
        }
        for (unsigned i = 0; i < 16; i++) {
            s[i][h] = v_add(v_mul(s[i][h], v_of(diagonal[i])), sum);
        }
    }
}

static void p2_external_rounds(vu s[16][P2_VECTORS], const struct fm_kern_p2 *k, unsigned first, uint32_t *cols,
                               size_t stride)
{
    for (unsigned r = first; r < first + FM_P2_HALF; r++) {
        uint32_t *at = cols + fm_p2_external_col(r) * stride;
        for (unsigned i = 0; i < 16; i++) {
            p2_power(s[i], k->external[r][i], at + i * stride, at + (FM_P2_WIDTH + i) * stride);
        }
        p2_external_layer(s);
    }
}

static void kern_poseidon2(const struct fm_kern_p2 *k, uint32_t *cols, size_t stride, uint32_t *state)
{
    vu s[16][P2_VECTORS];
    for (unsigned i = 0; i < 16; i++) {
        for (unsigned h = 0; h < P2_VECTORS; h++) {
            s[i][h] = v_load(state + 16 * i + h * FM_LANES);
            v_store(cols + i * stride + h * FM_LANES, s[i][h]);
        }
    }
    p2_external_layer(s);
    p2_external_rounds(s, k, 0, cols, stride);
    for (unsigned r = 0; r < FM_P2_INTERNAL; r++) {
        uint32_t *at = cols + fm_p2_internal_col(r) * stride;
        p2_power(s[0], k->internal[r], at, at + stride);
        p2_internal_layer(s, k->diagonal);
    }
    p2_external_rounds(s, k, FM_P2_HALF, cols, stride);
    for (unsigned i = 0; i < 16; i++) {
        for (unsigned h = 0; h < P2_VECTORS; h++) {
            v_store(state + 16 * i + h * FM_LANES, s[i][h]);
        }
    }
}

#endif
