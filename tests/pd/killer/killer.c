/* SPDX-License-Identifier: Apache-2.0 */
/* Makes the serial domain fault, by a capability to its thread that only this test's plan gives. */
#include "pd/power/ask.h"
#include "pd/rt/rt.h"

#define POWER 2
#define SERIAL_TCB FM_SYS_USER

void init(void)
{
    seL4_Word nowhere = 0xdead000;

    fm_print("before\n");
    (void)seL4_TCB_WriteRegisters(SERIAL_TCB, seL4_True, 0, 1, &nowhere);
    fm_print("after\n");
    fm_ask_power_off(POWER, 0);
}

void notified(microkit_channel ch)
{
    (void)ch;
}
