/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A virtio device behind memory-mapped registers (VIRTIO 1.2, section 4.2), version 2 only: QEMU needs
 * `-global virtio-mmio.force-legacy=false`.
 *
 * A device that is started can write to all memory that its queue names, and goes on after its driver
 * has died. So the first thing that a driver does is fm_virtio_reset(), and only when that returned FM_OK does it touch
 * its DMA region. Root does the same after a fault, before anybody else runs (`reset` in the .caps file).
 */
#ifndef FM_PD_VIRTIO_MMIO_H
#define FM_PD_VIRTIO_MMIO_H

#include <firmament/err.h>
#include <stdbool.h>
#include <stdint.h>

#define FM_VIRTIO_ENTROPY 4U
#define FM_VIRTIO_SLOT_BYTES 0x200U /* from one device to the next, where several share a page */

struct fm_virtio {
    volatile uint8_t *base; /* its registers */
};

/*
 * The device of kind `kind` at byte `offset` of the page at `page`, which has room for `slots` devices: the
 * others must be empty, for whoever holds the page holds them all. FM_E_DEVICE_ABSENT if it is not there, of another
 * kind or version, or not alone; *why says which, a constant. Touches no DMA region.
 */
fm_err fm_virtio_find(struct fm_virtio *v, uint64_t page, uint64_t offset, unsigned slots,
                      uint32_t kind, const char **why);

/* Resets the device and waits until it says so. FM_E_DEVICE_BROKEN if it never does. Afterwards it owns no
 * buffer and writes nothing. */
fm_err fm_virtio_reset(const struct fm_virtio *v);

/* After a reset: negotiates version 1 without any other feature, hands over queue 0 of `size` entries, whose three
 * parts lie at the given physical addresses, and starts the device. FM_E_DEVICE_BROKEN if it refuses a step;
 * it is reset then. */
fm_err fm_virtio_start(const struct fm_virtio *v, uint32_t size, uint64_t desc, uint64_t avail,
                       uint64_t used);

/* Tells the device that queue 0 has something new; what was written to memory before is visible to it. */
void fm_virtio_notify(const struct fm_virtio *v);

/* Takes note of the device's interrupt; what the device wrote before it is visible afterwards. */
void fm_virtio_acknowledge(const struct fm_virtio *v);

#endif
