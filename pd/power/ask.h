/* SPDX-License-Identifier: Apache-2.0 */
/* How a domain that holds channel `ch` to power ends the run. */
#ifndef FM_PD_POWER_ASK_H
#define FM_PD_POWER_ASK_H

#include <microkit.h>

#include "pd/power/power.h"

static inline void fm_ask_power_off(microkit_channel ch, seL4_Word code)
{
    microkit_mr_set(0, code);
    (void)microkit_ppcall(ch, microkit_msginfo_new(FM_POWER_OFF, 1));
}

#endif
