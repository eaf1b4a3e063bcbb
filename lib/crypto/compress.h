/* SPDX-License-Identifier: Apache-2.0 */
/* BLAKE3 compressions in keyed mode: one, and a few that know nothing of each other. Private to lib/crypto. */
#ifndef FM_CRYPTO_COMPRESS_H
#define FM_CRYPTO_COMPRESS_H

#include <stddef.h>
#include <stdint.h>

/* cv becomes the chaining value after block[0..64), of which the first `bytes` count and the rest are zeros. flags:
 * the library's, without KEYED_HASH. */
struct fm_compression {
    uint32_t cv[8];
    const uint8_t *block;
    uint8_t bytes;
    uint8_t flags;
};

#define FM_COMPRESS_LANES 4U

void fm_compress(struct fm_compression *c);

/* How many compressions this machine does in the time of one: FM_COMPRESS_LANES, or 1. */
size_t fm_compress_lanes(void);
/* The first n of them (n > 0), if there are lanes. What stands behind them is overwritten. */
void fm_compress_together(struct fm_compression c[FM_COMPRESS_LANES], size_t n);
/* All of them, on a processor that has AVX-512. */
void fm_compress_avx512(struct fm_compression c[FM_COMPRESS_LANES]);

#endif
