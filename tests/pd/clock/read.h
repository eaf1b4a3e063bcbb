/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FM_TESTS_PD_CLOCK_READ_H
#define FM_TESTS_PD_CLOCK_READ_H

#include <stdint.h>

#if defined(__aarch64__)
static inline uint64_t read_clock(void)
{
    uint64_t t;

    __asm__ volatile("isb; mrs %0, cntpct_el0" : "=r"(t)::"memory");
    return t;
}
#elif defined(__riscv)
static inline uint64_t read_clock(void)
{
    uint64_t t;

    __asm__ volatile("rdtime %0" : "=r"(t)::"memory");
    return t;
}
#endif

#endif
