/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIRMAMENT_ARENA_H
#define FIRMAMENT_ARENA_H

#include <stddef.h>
#include <stdint.h>

/* A bump allocator over memory that the caller owns: {memory, its size, 0}. Nothing is given back but all at once, by
 * setting `used` to an earlier value. */
struct fm_arena {
    uint8_t *base;
    size_t cap;  /* bytes at base */
    size_t used; /* always <= cap */
};

#endif
