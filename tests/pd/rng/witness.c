/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the entropy driver fault while the device has its buffer, by a capability to its thread that only
 * this plan gives; then plays somebody who uses the DMA memory: fills the buffer with a pattern, waits for
 * longer than the device does before it writes, and counts what has changed, in the queue too. It runs
 * below everybody, so its next instruction after the fault comes when root and the new driver are done.
 */
#include "pd/rt/rt.h"
#include "pd/timer/timer.h"
#include "pd/virtio/queue.h"
#include "tests/pd/rng/verdict.h"

#define PATCHED __attribute__((section(".data"), used))
#define CLIENT 1
#define TIMER 2
#define DRIVER_TCB FM_SYS_USER
#define PAGE 4096U
#define PATTERN 0x5aU
#define WAIT_NS 2500000000U /* the device gives its share once a second */

PATCHED seL4_Word rng_dma = 0;     /* setvar_vaddr: queue and buffer, two pages */
PATCHED seL4_Word rng_verdict = 0; /* setvar_vaddr */

static uint16_t used_before;

static const struct fm_virtq_page *queue(void)
{
    return (const struct fm_virtq_page *)rng_dma;
}

static struct verdict *verdict(void)
{
    return (struct verdict *)rng_verdict;
}

static void kill_driver(void)
{
    seL4_Word nowhere = 0xdead000;

    verdict()->outstanding = (uint16_t)(queue()->avail.index - queue()->used.index);
    fm_print("the driver waits for its device; now it dies\n");
    (void)seL4_TCB_WriteRegisters(DRIVER_TCB, seL4_True, 0, 1, &nowhere);
}

/* The buffer's page. The queue stays as it is: a device that runs finds in it what it was given. */
static void fill(void)
{
    volatile uint8_t *p = (volatile uint8_t *)rng_dma + PAGE;

    used_before = queue()->used.index;
    for (unsigned i = 0; i < PAGE; i++) {
        p[i] = PATTERN;
        verdict()->watched++;
    }
}

static void wait(void)
{
    (void)microkit_ppcall(TIMER, microkit_msginfo_new(FM_TIMER_NOW, 0));
    microkit_mr_set(0, microkit_mr_get(0) + WAIT_NS);
    (void)microkit_ppcall(TIMER, microkit_msginfo_new(FM_TIMER_SET, 1));
}

static void look(void)
{
    volatile const uint8_t *p = (volatile const uint8_t *)rng_dma + PAGE;

    for (unsigned i = 0; i < PAGE; i++) {
        verdict()->changed += p[i] != PATTERN ? 1U : 0U;
    }
    verdict()->changed += queue()->used.index != used_before ? 1U : 0U;
    fm_print("%s\n", verdict()->changed == 0U ? "the pattern is whole" : "the pattern has changed");
}

void init(void)
{
}

void notified(microkit_channel ch)
{
    if (ch == CLIENT) {
        kill_driver();
        fill();
        wait();
    } else if (ch == TIMER) {
        look();
        microkit_notify(CLIENT);
    }
}
