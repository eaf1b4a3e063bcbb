/* SPDX-License-Identifier: Apache-2.0 */
/* Protocol of the timer domain: calls by channel; a deadline's end is a notification. */
#ifndef FM_PD_TIMER_H
#define FM_PD_TIMER_H

#define FM_TIMER_NOW 1 /* -> MR0 = nanoseconds since some fixed moment */
#define FM_TIMER_SET 2 /* MR0 = nanoseconds on that clock, 0 = none; one deadline a channel */

#endif
