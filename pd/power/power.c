/* SPDX-License-Identifier: Apache-2.0 */
/* Ends the run, because somebody who holds a channel to this domain asks for it. */
#include "pd/power/power.h"

#include "pd/power/off.h"
#include "pd/rt/rt.h"

void init(void)
{
}

void notified(microkit_channel ch)
{
    (void)ch;
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    (void)ch;
    if (microkit_msginfo_get_label(msginfo) != FM_POWER_OFF) {
        return microkit_msginfo_new(FM_E_PD_NO_METHOD, 0);
    }
    fm_power_off(microkit_mr_get(0));
    return microkit_msginfo_new(FM_E_KERNEL_OTHER, 0);
}
