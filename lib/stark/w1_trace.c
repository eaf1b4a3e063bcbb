/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "stark/b3.h"
#include "stark/w1.h"

/* The words of a block's 64 rows: gathered first, so that each column is then written in one go. */
struct block {
    uint32_t bits[4][64];                        /* D1, D2, B1, B2 */
    uint32_t limb[FM_W1_COLS - FM_W1_C1][64];    /* the columns behind them */
    uint32_t row;                                /* the current one */
};

static uint32_t left(uint32_t x, unsigned r)
{
    return (x << r) | (x >> (32u - r));
}

static void set(struct block *b, uint32_t col, uint32_t v)
{
    b->limb[col - FM_W1_C1][b->row] = v;
}

static void set_limbs(struct block *b, uint32_t col, uint32_t v)
{
    set(b, col, v & 0xffff);
    set(b, col + 1, v >> 16);
}

static void set_bits(struct block *b, uint32_t run, uint32_t v)
{
    b->bits[run / 32][b->row] = v;
}

/* The 64 rows from `first` on. */
static void write_columns(const struct block *b, uint32_t *trace, size_t n, size_t first)
{
    for (uint32_t c = 0; c < FM_W1_C1; c++) {
        const uint32_t *w = b->bits[c / 32];
        uint32_t *out = trace + c * n + first;
        for (uint32_t r = 0; r < 64; r++) {
            out[r] = (0u - (w[r] >> (c % 32) & 1u)) & FM_BB_ONE;
        }
    }
    for (uint32_t c = FM_W1_C1; c < FM_W1_COLS; c++) {
        for (uint32_t r = 0; r < 64; r++) {
            trace[c * n + first + r] = fm_bb_of(b->limb[c - FM_W1_C1][r]);
        }
    }
}

/* Carries of x + y + z, by limbs. */
static void set_carries(struct block *b, uint32_t col, uint32_t x, uint32_t y, uint32_t z)
{
    uint32_t lo = (x & 0xffff) + (y & 0xffff) + (z & 0xffff);
    uint32_t hi = (x >> 16) + (y >> 16) + (z >> 16) + (lo >> 16);
    set(b, col, lo >> 16);
    set(b, col + 1, hi >> 16);
}

/* A row that is no G: any a2, b2, c2, d2; d1 and b1 follow from the ties. */
static void idle(struct block *b, uint32_t a2, uint32_t b2, uint32_t c2, uint32_t d2, uint32_t b_in)
{
    uint32_t d1 = a2 ^ left(d2, 8);
    uint32_t b1 = c2 ^ left(b2, 7);
    set_bits(b, FM_W1_D1, d1);
    set_bits(b, FM_W1_D2, d2);
    set_bits(b, FM_W1_B1, b1);
    set_bits(b, FM_W1_B2, b2);
    set_limbs(b, FM_W1_C1, b_in ^ left(b1, 12));
    set_limbs(b, FM_W1_A2, a2);
    set_limbs(b, FM_W1_C2, c2);
    for (uint32_t k = FM_W1_K1; k < FM_W1_COLS; k++) {
        set(b, k, 0);
    }
}

static void mix(struct block *b, uint32_t *a, uint32_t *bb, uint32_t *c, uint32_t *d, uint32_t x, uint32_t y)
{
    uint32_t a1 = *a + *bb + x;
    uint32_t d1 = left(*d ^ a1, 16);
    uint32_t c1 = *c + d1;
    uint32_t b1 = left(*bb ^ c1, 20);
    uint32_t a2 = a1 + b1 + y;
    uint32_t d2 = left(d1 ^ a2, 24);
    uint32_t c2 = c1 + d2;
    uint32_t b2 = left(b1 ^ c2, 25);
    set_bits(b, FM_W1_D1, d1);
    set_bits(b, FM_W1_D2, d2);
    set_bits(b, FM_W1_B1, b1);
    set_bits(b, FM_W1_B2, b2);
    set_limbs(b, FM_W1_C1, c1);
    set_limbs(b, FM_W1_A2, a2);
    set_limbs(b, FM_W1_C2, c2);
    set_carries(b, FM_W1_K1, *a, *bb, x);
    set_carries(b, FM_W1_K2, *c, d1, 0);
    set_carries(b, FM_W1_K3, a1, b1, y);
    set_limbs(b, FM_W1_MX, x);
    set_limbs(b, FM_W1_MY, y);
    *a = a2;
    *bb = b2;
    *c = c2;
    *d = d2;
}

static void rounds(struct block *b, uint32_t v[16], const uint32_t m[16])
{
    uint32_t w[16];
    memcpy(w, m, 64);
    for (uint32_t row = 4; row < 60; row++) {
        uint32_t p = row % 4;
        b->row = row;
        if (row % 8 >= 4) {
            mix(b, &v[p], &v[4 + p], &v[8 + p], &v[12 + p], w[2 * p], w[2 * p + 1]);
        } else {
            uint32_t i = (p + 3) % 4;
            mix(b, &v[i], &v[4 + (i + 1) % 4], &v[8 + (i + 2) % 4], &v[12 + (i + 3) % 4], w[8 + 2 * i], w[9 + 2 * i]);
            if (p == 3) {
                uint32_t t[16];
                for (uint32_t k = 0; k < 16; k++) {
                    t[k] = w[fm_b3_perm[k]];
                }
                memcpy(w, t, 64);
            }
        }
    }
}

void fm_w1_block(uint32_t *trace, size_t n, uint32_t block, const uint32_t key[8], const uint32_t m[16], uint32_t dir,
                 const uint32_t prev[8], uint32_t flags, uint32_t digest[8])
{
    fm_w1_block_of(trace, n, block, key, m, dir, prev, 64, flags, digest);
}

void fm_w1_block_of(uint32_t *trace, size_t n, uint32_t block, const uint32_t key[8], const uint32_t m[16],
                    uint32_t dir, const uint32_t prev[8], uint32_t len, uint32_t flags, uint32_t digest[8])
{
    struct block b;
    uint32_t v[16];
    memcpy(v, key, 32);
    memcpy(v + 8, fm_b3_iv, 16);
    v[12] = 0;
    v[13] = 0;
    v[14] = len;
    v[15] = flags;
    for (uint32_t j = 0; j < 4; j++) {
        b.row = j;
        idle(&b, v[(j + 3) % 4], v[4 + j], v[8 + (j + 1) % 4], v[12 + (j + 2) % 4], 0);
        set(&b, FM_W1_K1, dir);
        set_limbs(&b, FM_W1_MX, prev[2 * j]);
        set_limbs(&b, FM_W1_MY, prev[2 * j + 1]);
    }
    rounds(&b, v, m);
    for (uint32_t p = 0; p < 4; p++) {
        b.row = 60 + p;
        digest[p] = v[p] ^ v[8 + p];
        digest[4 + p] = v[4 + p] ^ v[12 + p];
        /* B2 = 0, so b1 = c2 = rotr12(d); c = rotl8(d2). */
        idle(&b, digest[p], 0, left(v[12 + p], 20), left(v[8 + p], 24), v[4 + p]);
    }
    write_columns(&b, trace, n, (size_t)64 * block);
}
