/* SPDX-License-Identifier: Apache-2.0 */
/* Puts a hundred numbers into a ring in shared memory; stops when it is full, goes on when told. */
#include "pd/examples/shared/shared.h"
#include "pd/rt/rt.h"

#define CONSUMER 1
#define NUMBERS 100

__attribute__((section(".data"), used)) seL4_Word shared_page = 0;

static struct fm_ring ring;
static uint64_t next;

static void produce(void)
{
    uint8_t entry[8];

    while (next < NUMBERS) {
        fm_put_le64(entry, next * next);
        if (fm_ring_put(&ring, entry) != FM_RING_OK) {
            break;
        }
        next++;
    }
    microkit_notify(CONSUMER);
}

void init(void)
{
    struct shared *s = (struct shared *)shared_page;

    FM_ASSERT(fm_ring_init(&ring, &s->ring, s->entries, 8, SHARED_CAPACITY));
    produce();
}

void notified(microkit_channel ch)
{
    if (ch == CONSUMER && next < NUMBERS) {
        produce();
    }
}
