/* SPDX-License-Identifier: Apache-2.0 */
/* The least urgent domain of a system full of villains: it runs, so nobody starves it; it calls an
 * honest server, which answers; then it ends the run. */
#include "pd/power/ask.h"
#include "pd/rt/rt.h"
#include "tests/tap.h"

#define HELLO 1
#define POWER 2

void init(void)
{
    unsigned good = 0;

    for (unsigned i = 0; i < 100U; i++) {
        microkit_mr_set(0, i);
        good +=
            microkit_msginfo_get_label(microkit_ppcall(HELLO, microkit_msginfo_new(5, 1))) == 5U &&
                    microkit_mr_get(0) == i + 1U
                ? 1U
                : 0U;
    }
    TAP_EQ(good, 100, "ATTACK-1 an honest server answers a hundred calls meanwhile");
    fm_ask_power_off(POWER, (seL4_Word)tap_done());
}

void notified(microkit_channel ch)
{
    (void)ch;
}
