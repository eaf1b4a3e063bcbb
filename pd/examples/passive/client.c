/* SPDX-License-Identifier: Apache-2.0 */
/* Calls the passive server many times and so pays for its work; the last of two clients ends the run. */
#include "pd/power/ask.h"
#include "pd/rt/rt.h"

#define SERVER 1
#define POWER 2
#define CALLS 100

void init(void)
{
    seL4_Word total = 0;

    for (unsigned i = 0; i < CALLS; i++) {
        microkit_mr_set(0, i);
        (void)microkit_ppcall(SERVER, microkit_msginfo_new(1, 1));
        total = microkit_mr_get(0);
    }
    fm_print("%u calls, the server has served %lu\n", (unsigned)CALLS, total);
    if (total == 2U * CALLS) {
        fm_ask_power_off(POWER, 0);
    }
}

void notified(microkit_channel ch)
{
    (void)ch;
}
