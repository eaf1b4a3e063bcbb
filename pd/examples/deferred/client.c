/* SPDX-License-Identifier: Apache-2.0 */
/* One of three callers; the least urgent ends the run. */
#include "pd/power/ask.h"
#include "pd/rt/rt.h"

#define SERVER 1
#define POWER 2

__attribute__((section(".data"), used)) seL4_Word client_ends = 0;

void init(void)
{
    fm_print("calling\n");
    (void)microkit_ppcall(SERVER, microkit_msginfo_new(1, 0));
    fm_print("answer %lu\n", microkit_mr_get(0));
    if (client_ends != 0U) {
        fm_ask_power_off(POWER, 0);
    }
}

void notified(microkit_channel ch)
{
    (void)ch;
}
