/* SPDX-License-Identifier: Apache-2.0 */
/* The goldfish RTC: nanoseconds, with an alarm. Reading the low half latches the high one; writing
 * the low half of the alarm sets it. */
#include "pd/timer/clock.h"

#include <sel4/sel4.h>

__attribute__((section(".data"), used)) seL4_Word fm_timer_page = 0; /* setvar_vaddr */

enum {
    TIME_LOW = 0,
    TIME_HIGH,
    ALARM_LOW,
    ALARM_HIGH,
    IRQ_ENABLED,
    CLEAR_ALARM,
    STATUS,
    CLEAR_IRQ
};

static volatile uint32_t *rtc(void)
{
    return (volatile uint32_t *)fm_timer_page;
}

void fm_clock_init(void)
{
    rtc()[CLEAR_ALARM] = 1;
    rtc()[CLEAR_IRQ] = 1;
    rtc()[IRQ_ENABLED] = 1;
}

uint64_t fm_clock_now_ns(void)
{
    uint64_t low = rtc()[TIME_LOW];

    return (uint64_t)rtc()[TIME_HIGH] << 32 | low;
}

void fm_clock_set(uint64_t ns)
{
    rtc()[CLEAR_IRQ] = 1;
    rtc()[CLEAR_ALARM] = 1;
    if (ns != FM_CLOCK_NEVER) {
        rtc()[ALARM_HIGH] = (uint32_t)(ns >> 32);
        rtc()[ALARM_LOW] = (uint32_t)ns;
    }
}
