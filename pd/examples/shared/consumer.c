/* SPDX-License-Identifier: Apache-2.0 */
/* Takes numbers from the ring, adds them, and ends the run after a hundred. */
#include "pd/examples/shared/shared.h"
#include "pd/power/ask.h"
#include "pd/rt/rt.h"

#define PRODUCER 1
#define POWER 2
#define NUMBERS 100

__attribute__((section(".data"), used)) seL4_Word shared_page = 0;

static struct fm_ring ring;
static uint64_t taken;
static uint64_t sum;

void init(void)
{
    struct shared *s = (struct shared *)shared_page;

    FM_ASSERT(fm_ring_init(&ring, &s->ring, s->entries, 8, SHARED_CAPACITY));
}

void notified(microkit_channel ch)
{
    uint8_t entry[8];

    if (ch != PRODUCER) {
        return;
    }
    while (fm_ring_take(&ring, entry) == FM_RING_OK) {
        sum += fm_le64(entry);
        taken++;
    }
    if (taken == NUMBERS) {
        fm_print("%lu squares, sum %lu\n", taken, sum);
        fm_ask_power_off(POWER, 0);
    }
    microkit_notify(PRODUCER);
}
