/* SPDX-License-Identifier: Apache-2.0 */
/* Answers each notification with one. */
#include "pd/rt/rt.h"

#define PING 1

void init(void)
{
    fm_print("ready\n");
}

void notified(microkit_channel ch)
{
    if (ch == PING) {
        microkit_notify(PING);
    }
}
