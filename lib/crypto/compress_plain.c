/* SPDX-License-Identifier: Apache-2.0 */
/* In a domain: the library's plain code. */
#include <string.h>

#include <blake3_impl.h>

#include "crypto/compress.h"

void fm_compress(const struct fm_compression *c)
{
    uint32_t cv[8];

    memcpy(cv, c->cv, sizeof cv);
    blake3_compress_in_place_portable(cv, c->block, c->bytes, 0, (uint8_t)(KEYED_HASH | c->flags));
    memcpy(c->out, cv, sizeof cv);
}

size_t fm_compress_lanes(void)
{
    return 1;
}

void fm_compress_together(const struct fm_compression *c, size_t n)
{
    if (n > 0) {
        fm_compress(c);
    }
}
