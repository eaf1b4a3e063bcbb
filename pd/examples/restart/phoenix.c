/* SPDX-License-Identifier: Apache-2.0 */
/* Falls in a call. Root starts it anew, with its memory as at first, and its caller gets an error. */
#include "pd/rt/rt.h"

static unsigned calls;

void init(void)
{
    fm_print("born, %u calls so far\n", calls);
}

void notified(microkit_channel ch)
{
    (void)ch;
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    (void)ch;
    (void)msginfo;
    calls++;
    if (calls == 2U) {
        __builtin_trap();
    }
    microkit_mr_set(0, calls);
    return microkit_msginfo_new(FM_OK, 1);
}
