/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What libsodium's Ed25519 sources ask of their surroundings, for domains: no libc, no entropy, no
 * globals. The names are libsodium's, so the linker finds them; tools/check/symbols lists this
 * object as exempt from the prefix rule.
 */
#include "base/base.h"

void sodium_memzero(void *const p, const size_t n);
int sodium_memcmp(const void *const a, const void *const b, size_t n);
int sodium_is_zero(const unsigned char *p, const size_t n);
void randombytes_buf(void *const p, const size_t n);

void sodium_memzero(void *const p, const size_t n)
{
    volatile uint8_t *bytes = p;

    for (size_t i = 0; i < n; i++) {
        bytes[i] = 0;
    }
}

int sodium_memcmp(const void *const a, const void *const b, size_t n)
{
    const volatile uint8_t *x = a;
    const volatile uint8_t *y = b;
    uint32_t diff = 0;

    for (size_t i = 0; i < n; i++) {
        diff |= (uint32_t)(x[i] ^ y[i]);
    }
    return (int)((1U & ((diff - 1U) >> 8)) - 1U);
}

int sodium_is_zero(const unsigned char *p, const size_t n)
{
    const volatile uint8_t *bytes = p;
    uint32_t any = 0;

    for (size_t i = 0; i < n; i++) {
        any |= bytes[i];
    }
    return (int)(1U & ((any - 1U) >> 8));
}

/* Keys are made from seeds that the caller brings: nothing in lib/ has entropy. */
void randombytes_buf(void *const p, const size_t n)
{
    (void)p;
    (void)n;
    fm_panic(__FILE__, __LINE__, "lib/ has no entropy");
}
