/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/loader/loader.h"

#define TABLE 3ULL
#define BLOCK 1ULL
#define ACCESSED (1ULL << 10)
#define SHARED (3ULL << 8)
#define DEVICE (0ULL << 2)
#define NORMAL (4ULL << 2)
#define GIB (1ULL << 30)
#define MIB2 (1ULL << 21)

/* Named in start.S. */
uint64_t loader_low[512] __attribute__((aligned(4096)));
uint64_t loader_high[512] __attribute__((aligned(4096)));
static uint64_t low_1[512] __attribute__((aligned(4096)));
static uint64_t high_1[512] __attribute__((aligned(4096)));
static uint64_t high_2[512] __attribute__((aligned(4096)));

void loader_put(char c)
{
    volatile uint32_t *uart = (volatile uint32_t *)0x9000000;

    while ((uart[0x18 / 4] & 0x20U) != 0U) {
    }
    uart[0] = (uint8_t)c;
}

void loader_prepare(const struct fm_payload *p)
{
    uint64_t window = p->kernel_entry & ~(GIB - 1U);

    /* The interrupt controller is left as it comes out of reset: group 0, which both kernels take. */
    loader_low[0] = (uint64_t)low_1 | TABLE;
    for (uint64_t i = 0; i < 512U; i++) {
        low_1[i] = i * GIB | BLOCK | ACCESSED | (i == 0U ? DEVICE : NORMAL | SHARED);
    }
    loader_high[p->kernel_entry >> 39 & 511U] = (uint64_t)high_1 | TABLE;
    high_1[p->kernel_entry >> 30 & 511U] = (uint64_t)high_2 | TABLE;
    for (uint64_t i = 0; i < 512U; i++) {
        uint64_t to = window + i * MIB2 - p->kernel_offset;

        high_2[i] = to < 1ULL << 40 ? to | BLOCK | ACCESSED | NORMAL | SHARED : 0U;
    }
}
