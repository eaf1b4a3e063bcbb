/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ring.h"

#define RING_CAPACITY_MAX 65536U
#define RING_ENTRY_MAX 4096U

bool fm_ring_init(struct fm_ring *ring, struct fm_ring_shared *shared, uint8_t *entries,
                  uint32_t entry_bytes, uint32_t capacity)
{
    if (capacity == 0U || capacity > RING_CAPACITY_MAX || (capacity & (capacity - 1U)) != 0U ||
        entry_bytes == 0U || entry_bytes > RING_ENTRY_MAX) {
        return false;
    }
    ring->shared = shared;
    ring->entries = entries;
    ring->entry_bytes = entry_bytes;
    ring->capacity = capacity;
    ring->mine = 0;
    return true;
}

static uint8_t *ring_entry(const struct fm_ring *ring)
{
    size_t index = ring->mine & (ring->capacity - 1U);

    return ring->entries + index * ring->entry_bytes;
}

enum fm_ring_result fm_ring_put(struct fm_ring *ring, const uint8_t *entry)
{
    uint32_t head = __atomic_load_n(&ring->shared->head, __ATOMIC_ACQUIRE);
    uint32_t used = ring->mine - head;

    if (used > ring->capacity) {
        return FM_RING_BROKEN;
    }
    if (used == ring->capacity) {
        return FM_RING_FULL;
    }
    memcpy(ring_entry(ring), entry, ring->entry_bytes);
    ring->mine += 1U;
    __atomic_store_n(&ring->shared->tail, ring->mine, __ATOMIC_RELEASE);
    return FM_RING_OK;
}

enum fm_ring_result fm_ring_take(struct fm_ring *ring, uint8_t *entry)
{
    uint32_t tail = __atomic_load_n(&ring->shared->tail, __ATOMIC_ACQUIRE);
    uint32_t used = tail - ring->mine;

    if (used > ring->capacity) {
        return FM_RING_BROKEN;
    }
    if (used == 0U) {
        return FM_RING_EMPTY;
    }
    memcpy(entry, ring_entry(ring), ring->entry_bytes);
    ring->mine += 1U;
    __atomic_store_n(&ring->shared->head, ring->mine, __ATOMIC_RELEASE);
    return FM_RING_OK;
}
