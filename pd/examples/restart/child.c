/* SPDX-License-Identifier: Apache-2.0 */
/* Counts its starts and falls. Microkit's restart leaves memory as it is, so the count goes on. */
#include "pd/rt/rt.h"

static unsigned starts;

void init(void)
{
    starts++;
    fm_print("start %u\n", starts);
    *(volatile uint64_t *)0xbad000 = 1;
}

void notified(microkit_channel ch)
{
    (void)ch;
}
