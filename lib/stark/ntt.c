/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/ntt.h"

void fm_ntt_roots(uint32_t *roots, uint32_t log, int inverse)
{
    size_t half = ((size_t)1 << log) / 2;
    fm_bb w = fm_bb_root(log);
    fm_bb x = FM_BB_ONE;
    w = inverse ? fm_bb_inv(w) : w;
    roots[0] = 0;
    for (size_t i = 0; i < half; i++) {
        roots[half + i] = x;
        x = fm_bb_mul(x, w);
    }
    for (size_t h = half / 2; h > 0; h /= 2) {
        for (size_t i = 0; i < h; i++) {
            roots[h + i] = roots[2 * h + 2 * i];
        }
    }
}

/* w 2^32 = q p + m for the quotient q and the Montgomery form m, so q = -m / p modulo 2^32. */
void fm_ntt_table(uint32_t *table, uint32_t log, int inverse)
{
    size_t n = (size_t)1 << log;
    fm_ntt_roots(table, log, inverse);
    for (size_t i = 0; i < n; i++) {
        table[n + i] = fm_bb_int(table[i]);
        table[2 * n + i] = 0u - table[i] * FM_BB_MU;
    }
}

void fm_ntt_dif(uint32_t *x, uint32_t log, const uint32_t *roots)
{
    size_t n = (size_t)1 << log;
    for (size_t h = n / 2; h > 0; h /= 2) {
        for (size_t b = 0; b < n; b += 2 * h) {
            for (size_t j = 0; j < h; j++) {
                uint32_t u = x[b + j];
                uint32_t v = x[b + j + h];
                x[b + j] = fm_bb_add(u, v);
                x[b + j + h] = fm_bb_mul(fm_bb_sub(u, v), roots[h + j]);
            }
        }
    }
}

void fm_ntt_dit(uint32_t *x, uint32_t log, const uint32_t *roots)
{
    size_t n = (size_t)1 << log;
    for (size_t h = 1; h < n; h *= 2) {
        for (size_t b = 0; b < n; b += 2 * h) {
            for (size_t j = 0; j < h; j++) {
                uint32_t u = x[b + j];
                uint32_t v = fm_bb_mul(x[b + j + h], roots[h + j]);
                x[b + j] = fm_bb_add(u, v);
                x[b + j + h] = fm_bb_sub(u, v);
            }
        }
    }
}

void fm_ntt_powers(uint32_t *out, uint32_t log, fm_bb s, fm_bb k)
{
    out[0] = k;
    for (uint32_t b = 0; b < log; b++) {
        fm_bb f = fm_bb_pow(s, (uint64_t)1 << (log - 1 - b));
        for (size_t i = 0; i < (size_t)1 << b; i++) {
            out[i + ((size_t)1 << b)] = fm_bb_mul(out[i], f);
        }
    }
}
