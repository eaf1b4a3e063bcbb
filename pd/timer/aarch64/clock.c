/* SPDX-License-Identifier: Apache-2.0 */
/* The physical timer, which the kernel leaves to user code; its interrupt is level, number 30. */
#include "pd/timer/clock.h"

static uint64_t hz;

void fm_clock_init(void)
{
    __asm__ volatile("mrs %0, cntfrq_el0" : "=r"(hz));
}

uint64_t fm_clock_now_ns(void)
{
    uint64_t ticks;

    __asm__ volatile("isb; mrs %0, cntpct_el0" : "=r"(ticks)::"memory");
    return ticks / hz * 1000000000U + ticks % hz * 1000000000U / hz;
}

void fm_clock_set(uint64_t ns)
{
    uint64_t on = ns == FM_CLOCK_NEVER ? 0U : 1U;
    uint64_t ticks = ns / 1000000000U * hz + (ns % 1000000000U * hz + 999999999U) / 1000000000U;

    if (on != 0U) {
        __asm__ volatile("msr cntp_cval_el0, %0" ::"r"(ticks));
    }
    __asm__ volatile("msr cntp_ctl_el0, %0; isb" ::"r"(on) : "memory");
}
