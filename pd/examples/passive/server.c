/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A passive server: after init it has no time of its own and runs on that of its caller. Its own
 * budget is 1 ms in each 100 ms; on it, the calls below would take seconds.
 */
#include "pd/rt/rt.h"

#define WORK 20000

static unsigned calls;

void init(void)
{
    fm_print("init done, from now on without time of my own\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    volatile uint64_t x = microkit_mr_get(0);

    (void)msginfo;
    for (unsigned i = 0; i < WORK; i++) {
        x = x * 6364136223846793005U + 1442695040888963407U;
    }
    calls++;
    microkit_mr_set(0, calls);
    microkit_mr_set(1, ch);
    return microkit_msginfo_new(FM_OK, 2);
}
