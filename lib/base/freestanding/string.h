/* SPDX-License-Identifier: Apache-2.0 */
/* The functions that a freestanding C compiler may call anyway. The runtime supplies them. */
#ifndef FM_FREESTANDING_STRING_H
#define FM_FREESTANDING_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);

/* Third-party sources measure their own constants with this. */
static inline size_t strlen(const char *text)
{
    size_t n = 0;

    while (text[n] != '\0') {
        n++;
    }
    return n;
}

#endif
