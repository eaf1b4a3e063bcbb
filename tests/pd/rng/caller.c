/* SPDX-License-Identifier: Apache-2.0 */
/* Asks the entropy domain for eight bytes whenever it is told to, and writes down the answer. */
#include "pd/rng/rng.h"
#include "pd/rt/rt.h"
#include "tests/pd/rng/device.h"

#define RNG 1
#define DEVICE 2

__attribute__((section(".data"), used)) seL4_Word caller_answer = 0; /* setvar_vaddr */

void init(void)
{
}

void notified(microkit_channel ch)
{
    struct answer *a = (struct answer *)caller_answer;

    if (ch == DEVICE) {
        microkit_mr_set(0, 8);
        a->label = microkit_msginfo_get_label(
            microkit_ppcall(RNG, microkit_msginfo_new(FM_RNG_BYTES, 1)));
        a->word = microkit_mr_get(0);
        a->calls++;
    }
}
