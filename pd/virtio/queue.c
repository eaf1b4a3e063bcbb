/* SPDX-License-Identifier: Apache-2.0 */
#include "pd/virtio/queue.h"

#include "base/base.h"

#define DESC_DEVICE_WRITES 2U

_Static_assert(sizeof(struct fm_virtq_page) <= 4096U, "a queue is one page");
_Static_assert(offsetof(struct fm_virtq_page, avail) == 128U, "the driver's ring, aligned to 2");
_Static_assert(offsetof(struct fm_virtq_page, used) % 4U == 0U, "the device's ring, aligned to 4");

void fm_virtq_init(struct fm_virtq *q, struct fm_virtq_page *page)
{
    memset(page, 0, sizeof *page);
    *q = (struct fm_virtq){.page = page};
}

void fm_virtq_give(struct fm_virtq *q, uint16_t i, uint64_t paddr, uint32_t bytes)
{
    FM_ASSERT(i < FM_VIRTQ_SIZE && q->bytes[i] == 0U && bytes != 0U);
    q->bytes[i] = bytes;
    q->page->desc[i] =
        (struct fm_virtq_desc){.paddr = paddr, .bytes = bytes, .flags = DESC_DEVICE_WRITES};
    q->page->avail.ring[q->given % FM_VIRTQ_SIZE] = i;
    q->given++;
    __atomic_store_n(&q->page->avail.index, q->given, __ATOMIC_RELEASE);
}

enum fm_virtq_result fm_virtq_take(struct fm_virtq *q, uint16_t *i, uint32_t *bytes)
{
    uint16_t finished = __atomic_load_n(&q->page->used.index, __ATOMIC_ACQUIRE);
    uint16_t ready = (uint16_t)(finished - q->taken);
    volatile const struct fm_virtq_used *from = &q->page->used.ring[q->taken % FM_VIRTQ_SIZE];
    struct fm_virtq_used u;

    if (ready == 0U) {
        return FM_VIRTQ_NONE;
    }
    if (ready > (uint16_t)(q->given - q->taken)) {
        return FM_VIRTQ_BROKEN;
    }
    u.id = from->id;
    u.bytes = from->bytes;
    if (u.id >= FM_VIRTQ_SIZE || q->bytes[u.id] == 0U || u.bytes > q->bytes[u.id]) {
        return FM_VIRTQ_BROKEN;
    }
    q->bytes[u.id] = 0;
    q->taken++;
    *i = (uint16_t)u.id;
    *bytes = u.bytes;
    return FM_VIRTQ_OK;
}
