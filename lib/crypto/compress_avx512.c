/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Four compressions in the time of one, for x86-64 with AVX-512. The library has that for messages of one key and one
 * length; a path through a tree and a receipt are not: here each has its own key, length and flags. A row of the state
 * takes 128 bits (the BLAKE3 paper, section 5.3), so a register holds that row of all four.
 */
#include <string.h>

#include <blake3_impl.h>

#include "crypto/compress.h"

/* A row of the state of each of the four messages: four words of the first, four of the second and so on. */
typedef uint32_t rows __attribute__((vector_size(64)));

#define SHUFFLE(x, y, a, b, c, d)                                                                                      \
    __builtin_shufflevector(x, y, ROW(a, 0), ROW(b, 0), ROW(c, 0), ROW(d, 0), ROW(a, 1), ROW(b, 1), ROW(c, 1),         \
                            ROW(d, 1), ROW(a, 2), ROW(b, 2), ROW(c, 2), ROW(d, 2), ROW(a, 3), ROW(b, 3), ROW(c, 3),    \
                            ROW(d, 3))
/* Words 0 to 3 are x's, 4 to 7 are y's. */
#define ROW(word, lane) ((word) % 4 + 4 * (lane) + 16 * ((word) / 4))

static inline rows ror(rows x, unsigned n)
{
    return (x >> n) | (x << (32U - n));
}

/* Half a step of four columns: BLAKE3's G, first or second half. */
static inline void half(rows v[4], rows m, unsigned far, unsigned near)
{
    v[0] = (v[0] + m) + v[1];
    v[3] = ror(v[3] ^ v[0], far);
    v[2] += v[3];
    v[1] = ror(v[1] ^ v[2], near);
}

/* A round over the words m[0] (0 2 4 6), m[1] (1 3 5 7), m[2] (8 10 12 14), m[3] (9 11 13 15). The diagonals become
 * columns by turning the three rows that are not waited for. */
static inline void whole_round(rows v[4], const rows m[4])
{
    half(v, m[0], 16, 12);
    half(v, m[1], 8, 7);
    v[0] = SHUFFLE(v[0], v[0], 3, 0, 1, 2);
    v[3] = SHUFFLE(v[3], v[3], 2, 3, 0, 1);
    v[2] = SHUFFLE(v[2], v[2], 1, 2, 3, 0);
    half(v, SHUFFLE(m[2], m[2], 3, 0, 1, 2), 16, 12);
    half(v, SHUFFLE(m[3], m[3], 3, 0, 1, 2), 8, 7);
    v[0] = SHUFFLE(v[0], v[0], 1, 2, 3, 0);
    v[3] = SHUFFLE(v[3], v[3], 2, 3, 0, 1);
    v[2] = SHUFFLE(v[2], v[2], 3, 0, 1, 2);
}

/* The words in their order for the next round: 2 6 3 10 7 0 4 13 1 11 12 5 9 14 15 8. */
static inline void permute(rows m[4])
{
    const rows even = SHUFFLE(m[0], m[1], 1, 5, 7, 2);
    const rows odd = SHUFFLE(SHUFFLE(m[0], m[2], 3, 5, 0, 0), m[3], 0, 1, 2, 6);
    const rows high_even = SHUFFLE(SHUFFLE(m[1], m[2], 0, 6, 0, 0), m[3], 0, 1, 4, 7);
    const rows high_odd = SHUFFLE(SHUFFLE(m[1], m[2], 2, 2, 7, 4), m[3], 5, 1, 2, 3);

    m[0] = even;
    m[1] = odd;
    m[2] = high_even;
    m[3] = high_odd;
}

/* Bytes at `at` of each lane's block or cv. Idle lanes take the first one's. */
static inline rows row_of(const uint8_t *const from[FM_COMPRESS_LANES], size_t at)
{
    rows row;

    for (size_t lane = 0; lane < FM_COMPRESS_LANES; lane++) {
        memcpy((uint8_t *)&row + 16 * lane, from[lane] + at, 16);
    }
    return row;
}

static inline void put_row(uint8_t *const to[FM_COMPRESS_LANES], size_t n, size_t at, rows row)
{
    for (size_t lane = 0; lane < n; lane++) {
        memcpy(to[lane] + at, (const uint8_t *)&row + 16 * lane, 16);
    }
}

void fm_compress_avx512(const struct fm_compression *c, size_t n)
{
    const uint8_t *cv[FM_COMPRESS_LANES];
    const uint8_t *block[FM_COMPRESS_LANES];
    uint8_t *out[FM_COMPRESS_LANES];
    const uint8_t *const iv = (const uint8_t *)IV;
    uint32_t last[16] = {0};
    rows v[4];
    rows m[4];

    for (size_t lane = 0; lane < FM_COMPRESS_LANES; lane++) {
        const struct fm_compression *of = &c[lane < n ? lane : 0];

        cv[lane] = of->cv;
        block[lane] = of->block;
        out[lane] = of->out;
        last[4 * lane + 2] = of->bytes;
        last[4 * lane + 3] = (uint32_t)KEYED_HASH | of->flags;
    }
    for (size_t i = 0; i < 4; i += 2) {
        const rows low = row_of(block, 16 * i);
        const rows high = row_of(block, 16 * i + 16);

        m[i] = SHUFFLE(low, high, 0, 2, 4, 6);
        m[i + 1] = SHUFFLE(low, high, 1, 3, 5, 7);
    }
    v[0] = row_of(cv, 0);
    v[1] = row_of(cv, 16);
    v[2] = row_of((const uint8_t *const[]){iv, iv, iv, iv}, 0);
    memcpy(&v[3], last, sizeof last);
    for (size_t r = 0; r < 6; r++) {
        whole_round(v, m);
        permute(m);
    }
    whole_round(v, m);
    put_row(out, n, 0, v[0] ^ v[2]);
    put_row(out, n, 16, v[1] ^ v[3]);
}
