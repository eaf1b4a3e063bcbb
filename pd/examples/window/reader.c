/* SPDX-License-Identifier: Apache-2.0 */
/* Reads its window with a guarded copy: while it is there, and after it was taken away. */
#include "pd/power/ask.h"
#include "pd/rt/rt.h"

#define WARDEN 1
#define POWER 2
#define WINDOW 0x2200000000ULL

static unsigned looks;

static void look(void)
{
    uint64_t word = 1;
    bool good = fm_rt_copy_guarded(&word, (const void *)WINDOW, sizeof word);

    fm_print("%s\n", good ? "the window can be read" : "the window was revoked");
    looks++;
}

void init(void)
{
    look();
}

void notified(microkit_channel ch)
{
    if (ch != WARDEN) {
        return;
    }
    look();
    if (looks == 3U) {
        fm_print("and I live on\n");
        fm_ask_power_off(POWER, 0);
    }
    microkit_notify(WARDEN);
}
