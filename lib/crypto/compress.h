/* SPDX-License-Identifier: Apache-2.0 */
/* BLAKE3 compressions in keyed mode: one, and a few that know nothing of each other. Private to lib/crypto. */
#ifndef FM_CRYPTO_COMPRESS_H
#define FM_CRYPTO_COMPRESS_H

#include <stddef.h>
#include <stdint.h>

/*
 * out := the chaining value after block[0..64) on top of cv, all little-endian. The first `bytes` of the block count,
 * the rest are zeros. flags: the library's, without KEYED_HASH. out may be cv, or part of any block compressed with it.
 */
struct fm_compression {
    const uint8_t *cv;
    const uint8_t *block;
    uint8_t *out;
    uint8_t bytes;
    uint8_t flags;
};

#define FM_COMPRESS_LANES 4U

void fm_compress(const struct fm_compression *c);

/* How many compressions this machine does in the time of one: FM_COMPRESS_LANES, or 1. */
size_t fm_compress_lanes(void);
/* n of them, if there are so many lanes. */
void fm_compress_together(const struct fm_compression *c, size_t n);
/* The same, n > 0, on a processor that has AVX-512. */
void fm_compress_avx512(const struct fm_compression *c, size_t n);

#endif
