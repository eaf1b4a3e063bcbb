/* SPDX-License-Identifier: Apache-2.0 */
/* In a domain: the library's plain code. */
#include <blake3_impl.h>

#include "crypto/compress.h"

void fm_compress(struct fm_compression *c)
{
    blake3_compress_in_place_portable(c->cv, c->block, c->bytes, 0, (uint8_t)(KEYED_HASH | c->flags));
}

size_t fm_compress_lanes(void)
{
    return 1;
}

void fm_compress_together(struct fm_compression c[FM_COMPRESS_LANES], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        fm_compress(&c[i]);
    }
}
