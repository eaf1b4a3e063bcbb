/* SPDX-License-Identifier: Apache-2.0 */
/* Sends a notification, gets one back, five times; then ends the run. */
#include "pd/power/ask.h"
#include "pd/rt/rt.h"

#define PONG 1
#define POWER 2

static unsigned round_trips;

void init(void)
{
    microkit_notify(PONG);
}

void notified(microkit_channel ch)
{
    if (ch != PONG) {
        return;
    }
    round_trips++;
    fm_print("round trip %u\n", round_trips);
    if (round_trips == 5U) {
        fm_ask_power_off(POWER, 0);
    }
    microkit_notify(PONG);
}
