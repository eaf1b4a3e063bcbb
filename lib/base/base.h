/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The floor of the house: assertions, checked arithmetic, little-endian access, an arena.
 *
 * FM_ASSERT is for our own bugs, is on in release, and ends in fm_panic(), which the shell
 * supplies: the node aborts before it writes, a domain faults to root, a test fails. What a peer
 * sent never meets an assertion; it is refused with an fm_err.
 */
#ifndef FM_BASE_BASE_H
#define FM_BASE_BASE_H

#include <firmament/arena.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FM_MUST_CHECK __attribute__((warn_unused_result))
#define FM_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Ends the program, domain or test; supplied by whoever links lib/. Both strings are constants. */
_Noreturn void fm_panic(const char *file, int line, const char *what);

#define FM_ASSERT(cond)                                                                            \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            fm_panic(__FILE__, __LINE__, #cond);                                                   \
        }                                                                                          \
    } while (0)

/* Checked arithmetic: true and *out written if the result fits; false and *out untouched if not. */
/*@ requires \valid(out); assigns *out;
  @ behavior fits: assumes a + b <= 0xffffffffffffffff; ensures \result && *out == a + b;
  @ behavior over: assumes a + b > 0xffffffffffffffff; ensures !\result && *out == \old(*out);
  @ complete behaviors; disjoint behaviors; */
static inline FM_MUST_CHECK bool fm_add_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    if (b > UINT64_MAX - a) {
        return false;
    }
    *out = a + b;
    return true;
}

/*@ requires \valid(out); assigns *out;
  @ behavior fits: assumes b <= a; ensures \result && *out == a - b;
  @ behavior under: assumes b > a; ensures !\result && *out == \old(*out);
  @ complete behaviors; disjoint behaviors; */
static inline FM_MUST_CHECK bool fm_sub_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    if (b > a) {
        return false;
    }
    *out = a - b;
    return true;
}

/*@ requires \valid(out); assigns *out;
  @ ensures \result ==> *out == a * b;
  @ ensures !\result ==> a * b > 0xffffffffffffffff && *out == \old(*out); */
static inline FM_MUST_CHECK bool fm_mul_u64(uint64_t a, uint64_t b, uint64_t *out)
{
    if (a != 0U && b > UINT64_MAX / a) {
        return false;
    }
    *out = a * b;
    return true;
}

/* Signed sum, for balances. */
/*@ requires \valid(out); assigns *out;
  @ behavior fits: assumes -9223372036854775807 - 1 <= a + b <= 9223372036854775807;
  @   ensures \result && *out == a + b;
  @ behavior out: assumes !(-9223372036854775807 - 1 <= a + b <= 9223372036854775807);
  @   ensures !\result && *out == \old(*out);
  @ complete behaviors; disjoint behaviors; */
static inline FM_MUST_CHECK bool fm_add_i64(int64_t a, int64_t b, int64_t *out)
{
    if ((b > 0 && a > INT64_MAX - b) || (b < 0 && a < INT64_MIN - b)) {
        return false;
    }
    *out = a + b;
    return true;
}

/* Little-endian loads and stores, at any alignment. */
/*@ requires \valid_read(p + (0 .. 1)); assigns \nothing; */
static inline uint16_t fm_le16(const uint8_t *p)
{
    return (uint16_t)((uint32_t)p[0] | (uint32_t)p[1] << 8);
}

/*@ requires \valid_read(p + (0 .. 3)); assigns \nothing; */
static inline uint32_t fm_le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/*@ requires \valid_read(p + (0 .. 7)); assigns \nothing; */
static inline uint64_t fm_le64(const uint8_t *p)
{
    return (uint64_t)fm_le32(p) | (uint64_t)fm_le32(p + 4) << 32;
}

/*@ requires \valid(p + (0 .. 1)); assigns p[0 .. 1]; */
static inline void fm_put_le16(uint8_t *p, uint16_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
}

/*@ requires \valid(p + (0 .. 3)); assigns p[0 .. 3]; */
static inline void fm_put_le32(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)v;
    p[1] = (uint8_t)(v >> 8);
    p[2] = (uint8_t)(v >> 16);
    p[3] = (uint8_t)(v >> 24);
}

/*@ requires \valid(p + (0 .. 7)); assigns p[0 .. 7]; */
static inline void fm_put_le64(uint8_t *p, uint64_t v)
{
    fm_put_le32(p, (uint32_t)v);
    fm_put_le32(p + 4, (uint32_t)(v >> 32));
}

/*
 * Takes n bytes, aligned to `align` (a power of two, at most 4096), from the arena.
 * Returns NULL, the arena untouched, when they are not there. The bytes are not cleared.
 */
static inline void *fm_arena_take(struct fm_arena *arena, size_t n, size_t align)
{
    uintptr_t at = (uintptr_t)arena->base + arena->used;
    size_t pad = (size_t)((0U - at) & (uintptr_t)(align - 1U));

    if (pad > arena->cap - arena->used || n > arena->cap - arena->used - pad) {
        return NULL;
    }
    arena->used += pad + n;
    return arena->base + (arena->used - n);
}

#endif
