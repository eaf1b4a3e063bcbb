/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the clock. With the no-time flag that is a fault, where the kernel knows the flag. */
#include "pd/power/ask.h"
#include "pd/rt/rt.h"
#include "tests/pd/clock/read.h"

#define POWER 2

__attribute__((section(".data"), used)) seL4_Word clock_ends = 0;

void init(void)
{
    uint64_t a = read_clock();
    uint64_t b = read_clock();

    fm_print("%s\n", b >= a && b != 0U ? "the clock runs" : "the clock stands");
    if (clock_ends != 0U) {
        fm_ask_power_off(POWER, 0);
    }
}

void notified(microkit_channel ch)
{
    (void)ch;
}
