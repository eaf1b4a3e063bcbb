/* SPDX-License-Identifier: Apache-2.0 */
/* Calls a server; the answer comes in the same registers. */
#include "pd/power/ask.h"
#include "pd/rt/rt.h"

#define SERVER 1
#define POWER 2

void init(void)
{
    static const seL4_Word pairs[][2] = {{2, 3}, {40, 2}, {0, 0}, {~0ULL, 1}};

    for (unsigned i = 0; i < FM_ARRAY_LEN(pairs); i++) {
        microkit_msginfo answer;

        microkit_mr_set(0, pairs[i][0]);
        microkit_mr_set(1, pairs[i][1]);
        answer = microkit_ppcall(SERVER, microkit_msginfo_new(1, 2));
        if (microkit_msginfo_get_label(answer) == FM_OK) {
            fm_print("%lu + %lu = %lu\n", pairs[i][0], pairs[i][1], microkit_mr_get(0));
        } else {
            fm_print("%lu + %lu is refused\n", pairs[i][0], pairs[i][1]);
        }
    }
    fm_ask_power_off(POWER, 0);
}

void notified(microkit_channel ch)
{
    (void)ch;
}
