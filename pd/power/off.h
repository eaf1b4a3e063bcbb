/* SPDX-License-Identifier: Apache-2.0 */
/* One for each machine. */
#ifndef FM_PD_POWER_OFF_H
#define FM_PD_POWER_OFF_H

#include <stdint.h>

/* Switches the machine off; comes back only if it refused. */
void fm_power_off(uint64_t code);

#endif
