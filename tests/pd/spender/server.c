/* SPDX-License-Identifier: Apache-2.0 */
/* A passive server that does not come back from method 2: its caller's budget ends it. */
#include "pd/rt/rt.h"

void init(void)
{
    fm_print("ready\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    volatile uint64_t sink = ch;

    while (microkit_msginfo_get_label(msginfo) == 2U) {
        sink++;
    }
    microkit_mr_set(0, 7);
    return microkit_msginfo_new(FM_OK, 1);
}
