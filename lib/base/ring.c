/* SPDX-License-Identifier: Apache-2.0 */
#include "base/ring.h"

#define RING_CAPACITY_MAX 65536U
#define RING_ENTRY_MAX 4096U

/*@ assigns \nothing; ensures \result <==> ring_power(n); */
static bool is_power(uint32_t n)
{
    bool found = false;

    /*@ loop invariant ring_power(power) || power == 2 * RING_CAPACITY_MAX;
      @ loop invariant found <==> ring_power(n) && n < power;
      @ loop assigns power, found; loop variant 2 * RING_CAPACITY_MAX - power; */
    for (uint32_t power = 1; power <= RING_CAPACITY_MAX; power *= 2U) {
        found = found || n == power;
    }
    return found;
}

bool fm_ring_init(struct fm_ring *ring, struct fm_ring_shared *shared, uint8_t *entries,
                  uint32_t entry_bytes, uint32_t capacity)
{
    if (!is_power(capacity) || entry_bytes == 0U || entry_bytes > RING_ENTRY_MAX) {
        return false;
    }
    ring->shared = shared;
    ring->entries = entries;
    ring->entry_bytes = entry_bytes;
    ring->capacity = capacity;
    ring->mine = 0;
    return true;
}

/* Where the entry of this side's index begins, in bytes. */
/*@ requires \valid_read(ring) && ring_size(ring);
  @ assigns \nothing;
  @ ensures 0 <= \result <= (ring->capacity - 1) * ring->entry_bytes; */
static size_t entry_at(const struct fm_ring *ring)
{
    /* The capacity is a power of two, so this is a mask; as a remainder it can be proved. */
    size_t index = ring->mine % ring->capacity;

    return index * ring->entry_bytes;
}

/* A loop and not memcpy: the prover's memory model has no cast to void *, and the compiler makes
 * the same code. */
/*@ requires \valid(to + (0 .. n - 1)) && \valid_read(from + (0 .. n - 1));
  @ requires \separated(to + (0 .. n - 1), from + (0 .. n - 1));
  @ assigns to[0 .. n - 1];
  @ ensures \forall integer k; 0 <= k < n ==> to[k] == from[k]; */
static void copy_entry(uint8_t *restrict to, const uint8_t *restrict from, uint32_t n)
{
    /*@ loop invariant 0 <= i <= n;
      @ loop invariant \forall integer k; 0 <= k < i ==> to[k] == from[k];
      @ loop assigns i, to[0 .. n - 1]; loop variant n - i; */
    for (uint32_t i = 0; i < n; i++) {
        to[i] = from[i];
    }
}

enum fm_ring_result fm_ring_put(struct fm_ring *ring, const uint8_t *entry)
{
    uint32_t head = __atomic_load_n(&ring->shared->head, __ATOMIC_ACQUIRE);
    uint32_t used = ring->mine - head;
    size_t at;

    if (used > ring->capacity) {
        return FM_RING_BROKEN;
    }
    if (used == ring->capacity) {
        return FM_RING_FULL;
    }
    at = entry_at(ring);
    /*@ assert at + ring->entry_bytes <= ring->capacity * ring->entry_bytes; */
    copy_entry(ring->entries + at, entry, ring->entry_bytes);
    ring->mine += 1U;
    __atomic_store_n(&ring->shared->tail, ring->mine, __ATOMIC_RELEASE);
    return FM_RING_OK;
}

enum fm_ring_result fm_ring_take(struct fm_ring *ring, uint8_t *entry)
{
    uint32_t tail = __atomic_load_n(&ring->shared->tail, __ATOMIC_ACQUIRE);
    uint32_t used = tail - ring->mine;
    size_t at;

    if (used > ring->capacity) {
        return FM_RING_BROKEN;
    }
    if (used == 0U) {
        return FM_RING_EMPTY;
    }
    at = entry_at(ring);
    /*@ assert at + ring->entry_bytes <= ring->capacity * ring->entry_bytes; */
    copy_entry(entry, ring->entries + at, ring->entry_bytes);
    ring->mine += 1U;
    __atomic_store_n(&ring->shared->head, ring->mine, __ATOMIC_RELEASE);
    return FM_RING_OK;
}
