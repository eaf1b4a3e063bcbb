/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the timer domain for five deadlines, 20 ms apart, and checks that none comes early. */
#include "pd/power/ask.h"
#include "pd/rt/rt.h"
#include "pd/timer/timer.h"

#define TIMER 1
#define POWER 2
#define STEP_NS 20000000U

static uint64_t due;
static unsigned ticks;
static unsigned early;

static uint64_t now(void)
{
    (void)microkit_ppcall(TIMER, microkit_msginfo_new(FM_TIMER_NOW, 0));
    return microkit_mr_get(0);
}

static void ask(void)
{
    due = now() + STEP_NS;
    microkit_mr_set(0, due);
    (void)microkit_ppcall(TIMER, microkit_msginfo_new(FM_TIMER_SET, 1));
}

void init(void)
{
    ask();
}

void notified(microkit_channel ch)
{
    if (ch != TIMER) {
        return;
    }
    early += now() < due ? 1U : 0U;
    ticks++;
    fm_print("tick %u\n", ticks);
    if (ticks == 5U) {
        fm_print("%u early\n", early);
        fm_ask_power_off(POWER, 0);
    }
    ask();
}
