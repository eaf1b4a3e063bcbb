/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a revocation id name a block? The id is the block's signature. A secp256r1 signature (r, s) has a twin
 * (r, n - s) that verifies just as well and that anyone can compute, so both must count as the same id; else the
 * holder of a revoked token writes down the twin and goes on. Ed25519 signatures have none here: S is below the order.
 */
#include "biscuit/world.h"

static const uint8_t order[32] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff,
                                  0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17,
                                  0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51};

/* One INTEGER of at most 32 bytes into out, big-endian; the bytes taken, or 0. */
static uint32_t integer(const uint8_t *p, uint32_t n, uint8_t out[32])
{
    if (n < 3 || p[0] != 2 || p[1] == 0 || p[1] > 33 || p[1] > n - 2U) {
        return 0;
    }
    uint32_t len = p[1];
    uint32_t skip = p[2] == 0 ? 1 : 0;

    if (len - skip > 32) {
        return 0;
    }
    memset(out, 0, 32);
    memcpy(out + 32U - (len - skip), p + 2U + skip, len - skip);
    return 2U + len;
}

/* The numbers of a DER signature; false if the bytes are none. */
static bool numbers(const uint8_t *sig, size_t n, uint8_t r[32], uint8_t s[32])
{
    if (n < 8 || n > FM_BISCUIT_SIG_MAX || sig[0] != 0x30 || sig[1] != n - 2U) {
        return false;
    }
    uint32_t first = integer(sig + 2, (uint32_t)n - 2U, r);

    return first > 0 && integer(sig + 2U + first, (uint32_t)n - 2U - first, s) == (uint32_t)n - 2U - first;
}

bool fm_biscuit_revokes(const struct fm_biscuit_block *block, const uint8_t *id, size_t n)
{
    uint8_t r[2][32], s[2][32];
    uint32_t carry = 0;
    bool twins = true;

    if (n == block->sig_len && memcmp(id, block->sig, n) == 0) {
        return true;
    }
    if (!numbers(id, n, r[0], s[0]) || !numbers(block->sig, block->sig_len, r[1], s[1]) ||
        memcmp(r[0], r[1], 32) != 0) {
        return false;
    }
    for (uint32_t i = 32; i-- > 0;) { /* is the sum of both the order? */
        carry += (uint32_t)s[0][i] + s[1][i];
        twins = twins && (carry & 0xffU) == order[i];
        carry >>= 8;
    }
    return twins && carry == 0;
}
