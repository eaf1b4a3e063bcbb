/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeps its callers waiting: with three Reply objects it can hold two and still receive. The third
 * caller is answered at once, and then the two others, last come first.
 */
#include "pd/rt/rt.h"

static fm_reply_token waiting[2];
static unsigned held;

void init(void)
{
    fm_print("%u Reply objects\n", fm_reply_objects());
}

void notified(microkit_channel ch)
{
    (void)ch;
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    (void)msginfo;
    if (held < 2U && fm_reply_defer(&waiting[held])) {
        held++;
        fm_print("channel %u waits, %u in all\n", ch, fm_reply_waiting());
        return microkit_msginfo_new(0, 0);
    }
    while (held != 0U) {
        held--;
        microkit_mr_set(0, 100U + held);
        fm_reply_send(waiting[held], microkit_msginfo_new(FM_OK, 1));
    }
    microkit_mr_set(0, 200);
    return microkit_msginfo_new(FM_OK, 1);
}
