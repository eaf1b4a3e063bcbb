/* SPDX-License-Identifier: Apache-2.0 */
/* The test device: 0x5555 ends well, code << 16 | 0x3333 ends with that code. */
#include "pd/power/off.h"

#include <microkit.h>

__attribute__((section(".data"), used)) seL4_Word fm_power_page = 0; /* setvar_vaddr */

void fm_power_off(uint64_t code)
{
    volatile uint32_t *device = (volatile uint32_t *)fm_power_page;

    *device = code == 0U ? 0x5555U : (uint32_t)(code << 16) | 0x3333U;
}
