/* SPDX-License-Identifier: Apache-2.0 */
#include "pd/virtio/mmio.h"

#include "base/base.h"
#include "pd/rt/machine.h"

enum reg {
    MAGIC = 0x00,
    VERSION = 0x04,
    DEVICE_ID = 0x08,
    DEVICE_FEATURES = 0x10,
    DEVICE_FEATURES_SELECT = 0x14,
    DRIVER_FEATURES = 0x20,
    DRIVER_FEATURES_SELECT = 0x24,
    QUEUE_SELECT = 0x30,
    QUEUE_SIZE_MAX = 0x34,
    QUEUE_SIZE = 0x38,
    QUEUE_READY = 0x44,
    QUEUE_NOTIFY = 0x50,
    INTERRUPT_STATUS = 0x60,
    INTERRUPT_ACK = 0x64,
    STATUS = 0x70,
    QUEUE_DESC = 0x80,
    QUEUE_AVAIL = 0x90,
    QUEUE_USED = 0xa0,
};

#define MAGIC_VALUE 0x74726976U /* "virt" */
#define STATUS_SEEN 1U
#define STATUS_DRIVER 2U
#define STATUS_RUNNING 4U
#define STATUS_FEATURES 8U
#define FEATURE_VERSION_1 1U /* bit 32: the first of the second word */
#define RESET_READS 1000000U

static uint32_t get(const struct fm_virtio *v, enum reg r)
{
    return *(volatile uint32_t *)(v->base + r);
}

static void set(const struct fm_virtio *v, enum reg r, uint32_t value)
{
    *(volatile uint32_t *)(v->base + r) = value;
}

static void set_address(const struct fm_virtio *v, enum reg low, uint64_t paddr)
{
    *(volatile uint32_t *)(v->base + low) = (uint32_t)paddr;
    *(volatile uint32_t *)(v->base + low + 4) = (uint32_t)(paddr >> 32);
}

fm_err fm_virtio_find(struct fm_virtio *v, uint64_t page, uint64_t offset, unsigned slots,
                      uint32_t kind, const char **why)
{
    const struct fm_virtio here = {.base = (volatile uint8_t *)(page + offset)};

    *why = get(&here, MAGIC) != MAGIC_VALUE ? "no virtio device"
           : get(&here, VERSION) != 2U      ? "a virtio device of another version than 2"
           : get(&here, DEVICE_ID) != kind  ? "not a device of this kind"
                                            : NULL;
    for (unsigned i = 0; i < slots && *why == NULL; i++) {
        const struct fm_virtio other = {
            .base = (volatile uint8_t *)(page + (uint64_t)i * FM_VIRTIO_SLOT_BYTES)};

        if (other.base != here.base && get(&other, DEVICE_ID) != 0U) {
            *why = "another device in the same page";
        }
    }
    if (*why != NULL) {
        return FM_E_DEVICE_ABSENT;
    }
    *v = here;
    return FM_OK;
}

fm_err fm_virtio_reset(const struct fm_virtio *v)
{
    set(v, STATUS, 0);
    for (unsigned i = 0; i < RESET_READS; i++) {
        if (get(v, STATUS) == 0U) {
            fm_machine_io_barrier();
            return FM_OK;
        }
    }
    return FM_E_DEVICE_BROKEN;
}

/* Version 1 and nothing else; true if the device agrees. */
static bool negotiate(const struct fm_virtio *v)
{
    set(v, STATUS, STATUS_SEEN);
    set(v, STATUS, STATUS_SEEN | STATUS_DRIVER);
    set(v, DEVICE_FEATURES_SELECT, 1);
    if ((get(v, DEVICE_FEATURES) & FEATURE_VERSION_1) == 0U) {
        return false;
    }
    set(v, DRIVER_FEATURES_SELECT, 0);
    set(v, DRIVER_FEATURES, 0);
    set(v, DRIVER_FEATURES_SELECT, 1);
    set(v, DRIVER_FEATURES, FEATURE_VERSION_1);
    set(v, STATUS, STATUS_SEEN | STATUS_DRIVER | STATUS_FEATURES);
    return (get(v, STATUS) & STATUS_FEATURES) != 0U;
}

fm_err fm_virtio_start(const struct fm_virtio *v, uint32_t size, uint64_t desc, uint64_t avail,
                       uint64_t used)
{
    bool good = negotiate(v);

    if (good) {
        set(v, QUEUE_SELECT, 0);
        good = get(v, QUEUE_READY) == 0U && get(v, QUEUE_SIZE_MAX) >= size;
    }
    if (!good) {
        (void)fm_virtio_reset(v);
        return FM_E_DEVICE_BROKEN;
    }
    set(v, QUEUE_SIZE, size);
    set_address(v, QUEUE_DESC, desc);
    set_address(v, QUEUE_AVAIL, avail);
    set_address(v, QUEUE_USED, used);
    fm_machine_io_barrier();
    set(v, QUEUE_READY, 1);
    set(v, STATUS, STATUS_SEEN | STATUS_DRIVER | STATUS_FEATURES | STATUS_RUNNING);
    return FM_OK;
}

void fm_virtio_notify(const struct fm_virtio *v)
{
    fm_machine_io_barrier();
    set(v, QUEUE_NOTIFY, 0);
}

void fm_virtio_acknowledge(const struct fm_virtio *v)
{
    set(v, INTERRUPT_ACK, get(v, INTERRUPT_STATUS));
    fm_machine_io_barrier();
}
