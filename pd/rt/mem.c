/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that a freestanding compiler may call anyway. Words where both sides are aligned. */
#include <stdint.h>
#include <string.h>

typedef uint64_t __attribute__((may_alias)) word;

static int aligned(const void *a, const void *b)
{
    return (((uintptr_t)a | (uintptr_t)b) & 7U) == 0U;
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    uint8_t *t = to;
    const uint8_t *f = from;

    if (aligned(t, f)) {
        for (; n >= 8U; n -= 8U, t += 8, f += 8) {
            *(word *)(void *)t = *(const word *)(const void *)f;
        }
    }
    for (; n != 0U; n--) {
        *t++ = *f++;
    }
    return to;
}

void *memmove(void *to, const void *from, size_t n)
{
    uint8_t *t = to;
    const uint8_t *f = from;

    if ((uintptr_t)t - (uintptr_t)f >= n) {
        if (aligned(t, f)) {
            for (; n >= 8U; n -= 8U, t += 8, f += 8) {
                *(word *)(void *)t = *(const word *)(const void *)f;
            }
        }
        for (; n != 0U; n--) {
            *t++ = *f++;
        }
        return to;
    }
    while (n != 0U) {
        n--;
        t[n] = f[n];
    }
    return to;
}

void *memset(void *to, int byte, size_t n)
{
    uint8_t *t = to;
    uint64_t w = (uint8_t)byte * 0x0101010101010101ULL;

    if (((uintptr_t)t & 7U) == 0U) {
        for (; n >= 8U; n -= 8U, t += 8) {
            *(word *)(void *)t = w;
        }
    }
    for (; n != 0U; n--) {
        *t++ = (uint8_t)byte;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const uint8_t *x = a;
    const uint8_t *y = b;

    for (size_t i = 0; i < n; i++) {
        if (x[i] != y[i]) {
            return x[i] < y[i] ? -1 : 1;
        }
    }
    return 0;
}
