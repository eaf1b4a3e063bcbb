/* SPDX-License-Identifier: Apache-2.0 */
/* The clock of each machine. */
#ifndef FM_PD_TIMER_CLOCK_H
#define FM_PD_TIMER_CLOCK_H

#include <stdint.h>

#define FM_CLOCK_NEVER UINT64_MAX

void fm_clock_init(void);
uint64_t fm_clock_now_ns(void);
/* Asks for one interrupt at ns or soon after; FM_CLOCK_NEVER: none. Ends an interrupt that stands. */
void fm_clock_set(uint64_t ns);

#endif
