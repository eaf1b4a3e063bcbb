/* SPDX-License-Identifier: Apache-2.0 */
/* Time for those who hold a channel here: reading the clock, and one deadline each. */
#include "pd/timer/timer.h"

#include "pd/rt/rt.h"
#include "pd/timer/clock.h"

#define PATCHED __attribute__((section(".data"), used))
#define CHANNELS MICROKIT_MAX_CHANNELS

PATCHED seL4_Word fm_timer_irq = 62; /* setvar_id */

static uint64_t deadline[CHANNELS]; /* 0: none */

static void arm(void)
{
    uint64_t first = FM_CLOCK_NEVER;

    for (unsigned i = 0; i < CHANNELS; i++) {
        if (deadline[i] != 0U && deadline[i] < first) {
            first = deadline[i];
        }
    }
    fm_clock_set(first);
}

static void expire(void)
{
    uint64_t now = fm_clock_now_ns();

    for (microkit_channel ch = 0; ch < CHANNELS; ch++) {
        if (deadline[ch] != 0U && deadline[ch] <= now) {
            deadline[ch] = 0;
            microkit_notify(ch);
        }
    }
    arm();
}

void init(void)
{
    fm_clock_init();
    fm_clock_set(FM_CLOCK_NEVER);
}

void notified(microkit_channel ch)
{
    if (ch == fm_timer_irq) {
        expire();
        microkit_irq_ack(ch);
    }
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    seL4_Word label = microkit_msginfo_get_label(msginfo);

    if (label == FM_TIMER_NOW) {
        microkit_mr_set(0, fm_clock_now_ns());
        return microkit_msginfo_new(FM_OK, 1);
    }
    if (label == FM_TIMER_SET && microkit_msginfo_get_count(msginfo) >= 1U) {
        deadline[ch] = microkit_mr_get(0);
        expire();
        return microkit_msginfo_new(FM_OK, 0);
    }
    return microkit_msginfo_new(FM_E_PD_NO_METHOD, 0);
}
