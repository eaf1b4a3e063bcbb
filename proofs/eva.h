/* SPDX-License-Identifier: Apache-2.0 */
/* What the drivers of Eva share: arbitrary values, and stubs for what lies outside lib/core. Never compiled. */
#ifndef FM_PROOFS_EVA_H
#define FM_PROOFS_EVA_H

#include "base/base.h"
#include "crypto/hash.h"

#include "__fc_builtin.h"

static inline uint32_t any_u32(uint32_t lo, uint32_t hi)
{
    return Frama_C_unsigned_int_interval(lo, hi);
}

static inline uint64_t any_u64(void)
{
    return Frama_C_unsigned_long_interval(0, UINT64_MAX);
}

static inline void any_bytes(void *p, size_t n)
{
    Frama_C_make_unknown((char *)p, n);
}

void fm_panic(const char *file, int line, const char *what)
{
    (void)file;
    (void)line;
    (void)what;
    for (;;) {
    }
}

/* Hashing: any digest, of bytes that must all be there. */
static inline void any_digest(const uint8_t *bytes, size_t n, uint8_t *out)
{
    if (n > 0) {
        /*@ assert eva_readable: \valid_read(bytes + (0 .. n - 1)); */
    }
    any_bytes(out, FM_HASH_BYTES);
}

void fm_hash(enum fm_hash_domain domain, const uint8_t *msg, size_t n, uint8_t out[FM_HASH_BYTES])
{
    (void)domain;
    any_digest(msg, n, out);
}

void fm_hash2(enum fm_hash_domain domain, const uint8_t left[FM_HASH_BYTES],
              const uint8_t right[FM_HASH_BYTES], uint8_t out[FM_HASH_BYTES])
{
    (void)domain;
    any_digest(left, FM_HASH_BYTES, out);
    any_digest(right, FM_HASH_BYTES, out);
}

#endif
