/* SPDX-License-Identifier: Apache-2.0 */
/* The two functions that a compiler may call on its own. */
#include "kernel/types.h"

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memset(void *to, int c, size_t n);

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    uint8_t *t = (uint8_t *)to;
    const uint8_t *f = (const uint8_t *)from;
    for (size_t i = 0; i < n; i++) {
        t[i] = f[i];
    }
    return to;
}

void *memset(void *to, int c, size_t n)
{
    uint8_t *t = (uint8_t *)to;
    for (size_t i = 0; i < n; i++) {
        t[i] = (uint8_t)c;
    }
    return to;
}
