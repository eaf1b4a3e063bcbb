/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/sign.h"

#include <crypto_sign_ed25519.h>
#include <utils.h>

_Static_assert(FM_ED25519_SECRET_BYTES == crypto_sign_ed25519_SECRETKEYBYTES, "secret key size");
_Static_assert(FM_ED25519_SIG_BYTES == crypto_sign_ed25519_BYTES, "signature size");

bool fm_ed25519_verify(const uint8_t pk[FM_ED25519_PUBLIC_BYTES], const uint8_t *msg, size_t n,
                       const uint8_t sig[FM_ED25519_SIG_BYTES])
{
    return crypto_sign_ed25519_verify_detached(sig, msg, n, pk) == 0;
}

void fm_ed25519_keypair(const uint8_t seed[FM_ED25519_SEED_BYTES],
                        uint8_t pk[FM_ED25519_PUBLIC_BYTES], uint8_t sk[FM_ED25519_SECRET_BYTES])
{
    int failed = crypto_sign_ed25519_seed_keypair(pk, sk, seed);

    FM_ASSERT(failed == 0);
}

void fm_ed25519_sign(const uint8_t sk[FM_ED25519_SECRET_BYTES], const uint8_t *msg, size_t n,
                     uint8_t sig[FM_ED25519_SIG_BYTES])
{
    int failed = crypto_sign_ed25519_detached(sig, NULL, msg, n, sk);

    FM_ASSERT(failed == 0);
}

void fm_wipe(void *p, size_t n)
{
    sodium_memzero(p, n);
}

bool fm_equal_ct(const void *a, const void *b, size_t n)
{
    return sodium_memcmp(a, b, n) == 0;
}
