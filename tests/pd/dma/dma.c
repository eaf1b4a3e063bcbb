/* SPDX-License-Identifier: Apache-2.0 */
/* Regions: first content, physical address, large pages. */
#include "pd/power/ask.h"
#include "pd/rt/rt.h"
#include "tests/tap.h"

#define PATCHED __attribute__((section(".data"), used))
#define POWER 2

PATCHED seL4_Word dma_paddr = 0;
PATCHED seL4_Word dma_region = 0;
PATCHED seL4_Word dma_text = 0;
PATCHED seL4_Word dma_large = 0;
PATCHED seL4_Word dma_large_size = 0;
PATCHED seL4_Word dma_number = 0;

void init(void)
{
    volatile uint64_t *large = (volatile uint64_t *)dma_large;
    volatile uint8_t *region = (volatile uint8_t *)dma_region;
    unsigned zeros = 0;

    TAP_OK(memcmp((const void *)dma_text, "first content", 13) == 0,
           "REGION-1 a region holds its first content");
    TAP_OK(dma_paddr != 0U && dma_paddr % 4096U == 0U,
           "REGION-2 a driver learns its region's physical address");
    for (unsigned i = 0; i < 16384U; i++) {
        zeros += region[i] == 0U ? 1U : 0U;
    }
    TAP_EQ(zeros, 16384, "REGION-3 a fresh region is zero");
    TAP_EQ(dma_large_size, 4U << 20, "REGION-4 the size is told");
    large[0] = 1;
    large[(4U << 20) / 8U - 1U] = 2;
    TAP_OK(large[0] == 1U && large[(4U << 20) / 8U - 1U] == 2U,
           "REGION-5 large pages can be written to the end");
    TAP_EQ(dma_number, 0x1234, "REGION-6 a number from the .caps file arrives");
    fm_ask_power_off(POWER, (seL4_Word)tap_done());
}

void notified(microkit_channel ch)
{
    (void)ch;
}
