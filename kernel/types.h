/* SPDX-License-Identifier: Apache-2.0 */
/* Words, assertions and the few helpers that every file of the kernel uses. */
#ifndef FM_KERNEL_TYPES_H
#define FM_KERNEL_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <firmament/abi/abi.h>

/* Supplied by the machine: prints the place on the UART, whoever owns it, and stops for good. */
_Noreturn void kernel_panic(const char *file, unsigned line);

/* An assertion about our own state, never about what a user gave us. On in every build. */
#define KASSERT(cond)                                                                              \
    do {                                                                                           \
        if (__builtin_expect(!(cond), 0)) {                                                        \
            kernel_panic(__FILE_NAME__, __LINE__);                                                 \
        }                                                                                          \
    } while (0)

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define BIT(n) ((uint64_t)1 << (n))
#define MASK(n) (BIT(n) - 1)
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* Code and data that only boot uses: linked first, its memory is handed out afterwards. */
#if defined(__aarch64__) || defined(__riscv)
#define BOOT_CODE __attribute__((section(".boot.text")))
#define BOOT_DATA __attribute__((section(".boot.data")))
#else
#define BOOT_CODE
#define BOOT_DATA
#endif
#define COLD __attribute__((noinline, cold))
#define HOT __attribute__((hot))

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static inline uint64_t round_up(uint64_t x, unsigned bits)
{
    return (x + MASK(bits)) & ~MASK(bits);
}

static inline uint64_t round_down(uint64_t x, unsigned bits)
{
    return x & ~MASK(bits);
}

#endif
