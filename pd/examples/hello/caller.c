/* SPDX-License-Identifier: Apache-2.0 */
/* Calls hello once and ends the run. */
#include "pd/power/ask.h"
#include "pd/rt/rt.h"

#define HELLO 1
#define POWER 2

void init(void)
{
    microkit_mr_set(0, 41);
    (void)microkit_ppcall(HELLO, microkit_msginfo_new(1, 1));
    fm_print("hello answers %lu\n", microkit_mr_get(0));
    fm_ask_power_off(POWER, 0);
}

void notified(microkit_channel ch)
{
    (void)ch;
}
