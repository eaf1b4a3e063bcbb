/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plays the entropy device for the driver: its registers are ordinary memory here, its interrupt is a notification.
 * Breaks the protocol in each way that the driver must notice; after each, starts the driver anew by making it fault.
 */
#include "pd/power/ask.h"
#include "pd/rng/rng.h"
#include "pd/rt/rt.h"
#include "pd/virtio/mmio.h"
#include "pd/virtio/queue.h"
#include "tests/pd/rng/device.h"
#include "tests/tap.h"

#define PATCHED __attribute__((section(".data"), used))
#define RNG 1
#define POWER 2
#define CALLER 3
#define DRIVER_TCB FM_SYS_USER
#define PAGE 4096U

PATCHED seL4_Word device_registers = 0; /* setvar_vaddr */
PATCHED seL4_Word device_dma = 0;       /* setvar_vaddr */
PATCHED seL4_Word device_answer = 0;    /* setvar_vaddr */

struct registers {
    uint32_t magic, version, id, vendor, features;
};

#define SIZE_MAX_AT 0x34U
#define READY_AT 0x44U

static volatile uint32_t *reg(unsigned at)
{
    return (volatile uint32_t *)(device_registers + at);
}

static volatile struct fm_virtq_page *queue(void)
{
    return (volatile struct fm_virtq_page *)device_dma;
}

static const volatile struct answer *answer(void)
{
    return (const volatile struct answer *)device_answer;
}

/* Makes the driver begin again with a device that shows these registers. */
static void begin(struct registers r, uint32_t size, uint32_t neighbour)
{
    seL4_Word nowhere = 0xdead000;

    *reg(0x00) = r.magic;
    *reg(0x04) = r.version;
    *reg(0x08) = r.id;
    *reg(0x10) = r.features;
    *reg(SIZE_MAX_AT) = size;
    *reg(READY_AT) = 0;
    *reg(FM_VIRTIO_SLOT_BYTES + 0x08) = neighbour;
    (void)seL4_TCB_WriteRegisters(DRIVER_TCB, seL4_True, 0, 1, &nowhere);
}

static const struct registers good = {0x74726976, 2, FM_VIRTIO_ENTROPY, 0, 1};

static void begin_good(void)
{
    begin(good, FM_VIRTQ_SIZE, 0);
}

/* Lets the caller ask; it is above us, so on return it waits for the device, or has its answer. */
static void ask(void)
{
    microkit_notify(CALLER);
}

/* Finishes a buffer, as the device says it: `more` steps of the index, number and bytes. */
static void finish(uint16_t more, uint32_t id, uint32_t bytes)
{
    volatile struct fm_virtq_page *q = queue();
    uint16_t at = q->used.index;

    q->used.ring[at % FM_VIRTQ_SIZE].id = id;
    q->used.ring[at % FM_VIRTQ_SIZE].bytes = bytes;
    q->used.index = (uint16_t)(at + more);
    microkit_notify(RNG);
}

/* One breach, the answer that the waiting caller gets, and that the next caller gets the same. */
static void breach(uint16_t more, uint32_t id, uint32_t bytes, const char *name)
{
    begin_good();
    ask();
    finish(more, id, bytes);
    (void)TAP_EQ(answer()->label, FM_E_DEVICE_BROKEN, name);
    ask();
    TAP_EQ(answer()->label, FM_E_DEVICE_BROKEN, "RNG-40 DEVICE_BROKEN for who comes after, too");
}

static void refusals(void)
{
    static const struct {
        struct registers r;
        uint32_t size, neighbour;
        fm_err label;
        const char *name;
    } each[] = {
        {{0, 2, 4, 0, 1}, 8, 0, FM_E_DEVICE_ABSENT, "RNG-41 DEVICE_ABSENT: no magic"},
        {{0x74726976, 1, 4, 0, 1}, 8, 0, FM_E_DEVICE_ABSENT, "RNG-42 DEVICE_ABSENT: legacy"},
        {{0x74726976, 2, 2, 0, 1}, 8, 0, FM_E_DEVICE_ABSENT, "RNG-43 DEVICE_ABSENT: a disk"},
        {{0x74726976, 2, 4, 0, 1}, 8, 1, FM_E_DEVICE_ABSENT, "RNG-44 DEVICE_ABSENT: a neighbour"},
        {{0x74726976, 2, 4, 0, 0}, 8, 0, FM_E_DEVICE_BROKEN, "RNG-45 DEVICE_BROKEN: features"},
        {{0x74726976, 2, 4, 0, 1}, 4, 0, FM_E_DEVICE_BROKEN, "RNG-46 DEVICE_BROKEN: queue size"},
    };

    for (unsigned i = 0; i < sizeof each / sizeof each[0]; i++) {
        begin(each[i].r, each[i].size, each[i].neighbour);
        ask();
        TAP_EQ(answer()->label, each[i].label, each[i].name);
    }
}

static void honest(void)
{
    uint64_t calls = answer()->calls;
    seL4_Word label;

    begin_good();
    ask();
    TAP_EQ(answer()->calls, calls, "RNG-20 the caller waits for the device");
    microkit_mr_set(0, 8);
    label = microkit_msginfo_get_label(
        microkit_ppcall(RNG, microkit_msginfo_new(FM_RNG_BYTES, 1)));
    TAP_EQ(label, FM_E_PD_BUSY, "RNG-21 PD_BUSY: the second one, where one may wait");
    *(volatile uint32_t *)(device_dma + PAGE) = 0x04030201;
    finish(1, 0, 4);
    TAP_EQ(answer()->calls, calls, "RNG-22 half of it is not an answer");
    TAP_EQ(*(volatile uint32_t *)(device_dma + PAGE), 0, "RNG-23 the buffer was wiped");
    *(volatile uint32_t *)(device_dma + PAGE) = 0x08070605;
    finish(1, 0, 4);
    TAP_EQ(answer()->label, FM_OK, "RNG-24 the rest comes, and the answer with it");
    TAP_EQ(answer()->word, 0x0807060504030201, "RNG-25 in order");
    microkit_notify(RNG);
    TAP_EQ(answer()->calls, calls + 1U, "RNG-26 an interrupt for nothing does nothing");
}

void init(void)
{
    honest();
    breach(2, 0, 8, "RNG-30 DEVICE_BROKEN: more buffers than it was given");
    breach(0xffff, 0, 8, "RNG-31 DEVICE_BROKEN: the index runs backwards");
    breach(1, FM_VIRTQ_SIZE, 8, "RNG-32 DEVICE_BROKEN: a number that is none");
    breach(1, 1, 8, "RNG-33 DEVICE_BROKEN: a buffer that it was not given");
    breach(1, 0xffffffff, 8, "RNG-34 DEVICE_BROKEN: a number far away");
    breach(1, 0, 9, "RNG-35 DEVICE_BROKEN: more bytes than the buffer has");
    breach(1, 0, 0xffffffff, "RNG-36 DEVICE_BROKEN: far more");
    breach(1, 0, 0, "RNG-37 DEVICE_BROKEN: none");
    refusals();
    fm_ask_power_off(POWER, (seL4_Word)tap_done());
}

void notified(microkit_channel ch)
{
    (void)ch;
}
