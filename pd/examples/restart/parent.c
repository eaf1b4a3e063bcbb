/* SPDX-License-Identifier: Apache-2.0 */
/* Gets the faults of its child: starts it again twice, then gives up and ends the run. */
#include "pd/power/ask.h"
#include "pd/rt/rt.h"

#define CHILD 1
#define POWER 2
#define ENTRY 0x33000000 /* the child's base: its first instruction */

static unsigned faults;

void init(void)
{
    fm_print("watching\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}

seL4_Bool fault(microkit_child child, microkit_msginfo msginfo, microkit_msginfo *reply)
{
    (void)reply;
    faults++;
    fm_print("child %u: fault of kind %lu at 0x%lx\n", child, microkit_msginfo_get_label(msginfo),
             microkit_mr_get(1));
    if (faults < 3U) {
        microkit_pd_restart(CHILD, ENTRY);
        return seL4_False;
    }
    microkit_pd_stop(CHILD);
    fm_print("stopped it\n");
    fm_ask_power_off(POWER, 0);
    return seL4_False;
}
