/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Entropy from a virtio device, for those who hold a channel here. One buffer is with the device at a time,
 * for the caller who came first; the others wait for their turn in order.
 *
 * The DMA region is two pages: the queue, and the buffer. It is touched only after the device has confirmed a
 * reset (invariant Q2 of pd/virtio/queue.h), and the buffer is wiped once its bytes are copied out.
 */
#include "pd/rng/rng.h"

#include "pd/rt/rt.h"
#include "pd/virtio/mmio.h"
#include "pd/virtio/queue.h"

#define PATCHED __attribute__((section(".data"), used))
#define PAGE 4096U
#define WAITING (1U + FM_SYS_EXTRA_REPLIES)
#define BUFFER 0U

PATCHED seL4_Word fm_rng_page = 0;      /* setvar_vaddr of the device's page         */
PATCHED seL4_Word fm_rng_offset = 0;    /* set: where in it the device's registers are */
PATCHED seL4_Word fm_rng_slots = 1;     /* set: devices that the page has room for   */
PATCHED seL4_Word fm_rng_irq = 62;      /* setvar_id of its interrupt                */
PATCHED seL4_Word fm_rng_dma = 0;       /* setvar_vaddr of the DMA region            */
PATCHED seL4_Word fm_rng_dma_paddr = 0; /* its physical address                      */

struct request {
    fm_reply_token caller;
    uint32_t want;
    uint32_t got;
    uint64_t words[FM_RNG_MOST / 8U];
};

static struct fm_virtio device;
static struct fm_virtq queue;
static fm_err state = FM_E_DEVICE_ABSENT; /* FM_OK: works; else what every caller is answered */

static struct request requests[WAITING]; /* a ring, the first is with the device */
static unsigned first;
static unsigned count;

static uint8_t *buffer(void)
{
    return (uint8_t *)fm_rng_dma + PAGE;
}

static fm_err bring_up(void)
{
    const char *why;
    fm_err e = fm_virtio_find(&device, fm_rng_page, fm_rng_offset, (unsigned)fm_rng_slots,
                              FM_VIRTIO_ENTROPY, &why);

    if (e != FM_OK) {
        fm_print("at page %lx, offset %lx: %s\n", fm_rng_page, fm_rng_offset, why);
        return e;
    }
    e = fm_virtio_reset(&device);
    if (e != FM_OK) {
        fm_print("the device does not confirm its reset\n");
        return e;
    }
    fm_virtq_init(&queue, (struct fm_virtq_page *)fm_rng_dma);
    memset(buffer(), 0, PAGE);
    e = fm_virtio_start(&device, FM_VIRTQ_SIZE, fm_rng_dma_paddr,
                        fm_rng_dma_paddr + offsetof(struct fm_virtq_page, avail),
                        fm_rng_dma_paddr + offsetof(struct fm_virtq_page, used));
    if (e != FM_OK) {
        fm_print("the device does not start\n");
    }
    return e;
}

void init(void)
{
    state = bring_up();
    if (state == FM_OK) {
        fm_print("the device was reset and is ready\n");
    }
}

/* Lets the device fill what the first caller still lacks. */
static void ask_device(void)
{
    const struct request *r = &requests[first];

    fm_virtq_give(&queue, BUFFER, fm_rng_dma_paddr + PAGE, r->want - r->got);
    fm_virtio_notify(&device);
}

/* Answers the first caller and forgets the request. */
static void answer_first(fm_err e)
{
    struct request *r = &requests[first];
    unsigned n = e == FM_OK ? (r->want + 7U) / 8U : 0U;

    for (unsigned i = 0; i < n; i++) {
        microkit_mr_set((seL4_Uint8)i, r->words[i]);
    }
    fm_reply_send(r->caller, microkit_msginfo_new((seL4_Word)e, (seL4_Uint16)n));
    *r = (struct request){0};
    first = (first + 1U) % WAITING;
    count--;
}

/* The device broke the protocol: nothing more is taken from it, and everybody who waits is told. */
static void give_up(void)
{
    state = FM_E_DEVICE_BROKEN;
    (void)fm_virtio_reset(&device);
    fm_print("the device broke the protocol\n");
    while (count != 0U) {
        answer_first(state);
    }
}

/* n bytes have arrived for the first caller. */
static void deliver(uint32_t n)
{
    struct request *r = &requests[first];

    memcpy((uint8_t *)r->words + r->got, buffer(), n);
    memset(buffer(), 0, FM_RNG_MOST);
    r->got += n;
    if (r->got == r->want) {
        answer_first(FM_OK);
    }
    if (count != 0U) {
        ask_device();
    }
}

void notified(microkit_channel ch)
{
    uint16_t i;
    uint32_t n;
    enum fm_virtq_result got;

    if (ch != fm_rng_irq || state != FM_OK) {
        return;
    }
    fm_virtio_acknowledge(&device);
    /* One buffer is out, so one at most comes back. */
    got = fm_virtq_take(&queue, &i, &n);
    if (got == FM_VIRTQ_BROKEN || (got == FM_VIRTQ_OK && n == 0U)) {
        give_up();
    } else if (got == FM_VIRTQ_OK) {
        deliver(n);
    }
    microkit_irq_ack(ch);
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    uint64_t want = microkit_msginfo_get_count(msginfo) >= 1U ? microkit_mr_get(0) : 0U;
    fm_reply_token caller;

    (void)ch;
    if (microkit_msginfo_get_label(msginfo) != FM_RNG_BYTES) {
        return microkit_msginfo_new(FM_E_PD_NO_METHOD, 0);
    }
    if (want == 0U || want > FM_RNG_MOST) {
        return microkit_msginfo_new(FM_E_PD_ARGUMENT, 0);
    }
    if (state != FM_OK) {
        return microkit_msginfo_new((seL4_Word)state, 0);
    }
    if (!fm_reply_defer(&caller)) {
        return microkit_msginfo_new(FM_E_PD_BUSY, 0);
    }
    requests[(first + count) % WAITING] =
        (struct request){.caller = caller, .want = (uint32_t)want};
    count++;
    if (count == 1U) {
        ask_device();
    }
    return microkit_msginfo_new(0, 0);
}
