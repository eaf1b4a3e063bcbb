/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On x86-64 Linux. One message: the faster of the library's codes. Its vector code is one long chain of vector
 * additions and rotations. Where these take two cycles each (AMD's Zen 5: vector code 105 ns, plain code 67 ns) plain
 * code, which has six adders of one cycle, wins; elsewhere vector code does.
 */
#include <string.h>

#include <blake3_impl.h>

#include "crypto/compress.h"

/* Zen 5 is the first of AMD's processors that has VP2INTERSECT. */
static int plain_is_faster(void)
{
    return __builtin_cpu_is("amd") && __builtin_cpu_supports("avx512vp2intersect");
}

void fm_compress(const struct fm_compression *c)
{
    const uint8_t flags = (uint8_t)(KEYED_HASH | c->flags);
    uint32_t cv[8];

    memcpy(cv, c->cv, sizeof cv);
    if (plain_is_faster()) {
        blake3_compress_in_place_portable(cv, c->block, c->bytes, 0, flags);
    } else {
        blake3_compress_in_place(cv, c->block, c->bytes, 0, flags);
    }
    memcpy(c->out, cv, sizeof cv);
}

size_t fm_compress_lanes(void)
{
    return __builtin_cpu_supports("avx512f") ? FM_COMPRESS_LANES : 1U;
}

void fm_compress_together(const struct fm_compression *c, size_t n)
{
    if (n == 1) {
        fm_compress(c);
    } else if (n > 1) {
        fm_compress_avx512(c, n);
    }
}
