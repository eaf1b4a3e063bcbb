/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/loader/loader.h"

#define VALID 1ULL
#define LEAF 0xcfULL /* valid, read, write, execute, accessed, dirty */
#define GIB (1ULL << 30)
#define MIB2 (1ULL << 21)

/* Named in start.S. */
uint64_t loader_table[512] __attribute__((aligned(4096)));
static uint64_t window_table[512] __attribute__((aligned(4096)));

void loader_put(char c)
{
    volatile uint8_t *uart = (volatile uint8_t *)0x10000000;

    while ((uart[5] & 0x20U) == 0U) {
    }
    uart[0] = (uint8_t)c;
}

void loader_prepare(const struct fm_payload *p)
{
    uint64_t window = p->kernel_entry & ~(GIB - 1U);

    for (uint64_t i = 0; i < 256U; i++) {
        loader_table[i] = i * GIB >> 2 | LEAF;
    }
    loader_table[p->kernel_entry >> 30 & 511U] = (uint64_t)window_table >> 2 | VALID;
    for (uint64_t i = 0; i < 512U; i++) {
        uint64_t to = window + i * MIB2 - p->kernel_offset;

        window_table[i] = to < 1ULL << 40 ? to >> 2 | LEAF : 0U;
    }
}
