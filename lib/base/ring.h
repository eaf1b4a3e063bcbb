/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring of fixed-size entries in memory shared with a peer that may be hostile.
 *
 * R1  The indices run freely over 32 bits; the capacity is a power of two, at most 2^16, and
 * private. R2  The occupancy is tail - head, mod 2^32, from ONE reading of the peer's index. R3  An
 * occupancy above the capacity is the peer's fault: FM_RING_BROKEN, nothing is touched. R4  An
 * entry is copied out before anything in it is looked at: the peer may write meanwhile. R5  Each
 * side writes one index, and keeps its own copy of it: what the peer writes there is ignored.
 *
 * One producer, one consumer. Work is bounded by the caller: each call moves at most one entry.
 */
#ifndef FM_BASE_RING_H
#define FM_BASE_RING_H

#include "base/base.h"

/* What both sides see. Placed in the shared page; only one side writes each index. */
struct fm_ring_shared {
    uint32_t head; /* entries taken, written by the consumer */
    uint32_t pad0[15];
    uint32_t tail; /* entries put, written by the producer   */
    uint32_t pad1[15];
};

/* What one side keeps for itself. */
struct fm_ring {
    struct fm_ring_shared *shared;
    uint8_t *entries; /* capacity x entry_bytes, shared */
    uint32_t entry_bytes;
    uint32_t capacity; /* a power of two, at most 2^16 */
    uint32_t mine;     /* this side's own index */
};

/* What holds of a ring between calls, whatever the peer writes. */
/*@ predicate ring_power(integer n) =
  @   n == 1 || n == 2 || n == 4 || n == 8 || n == 16 || n == 32 || n == 64 || n == 128 ||
  @   n == 256 || n == 512 || n == 1024 || n == 2048 || n == 4096 || n == 8192 || n == 16384 ||
  @   n == 32768 || n == 65536;
  @ predicate ring_size(struct fm_ring *r) =
  @   ring_power(r->capacity) && 1 <= r->entry_bytes <= 4096;
  @ predicate ring_ok(struct fm_ring *r) =
  @   ring_size(r) && \valid(r->shared) &&
  @   \valid(r->entries + (0 .. r->capacity * r->entry_bytes - 1)) &&
  @   \separated(r, r->shared, r->entries + (0 .. r->capacity * r->entry_bytes - 1)); */

enum fm_ring_result {
    FM_RING_OK = 0,
    FM_RING_EMPTY,  /* nothing to take */
    FM_RING_FULL,   /* no room to put  */
    FM_RING_BROKEN, /* the peer's index cannot be true */
};

/* Sets up one side over shared memory. False if capacity is no power of two up to 2^16, or
 * entry_bytes is 0 or above 4096. The ring starts at the index 0 and clears no shared memory. */
/*@ requires \valid(ring);
  @ assigns *ring;
  @ ensures \result <==> ring_power(capacity) && 1 <= entry_bytes <= 4096;
  @ ensures \result ==> ring_size(ring) && ring->shared == shared && ring->entries == entries &&
  @   ring->entry_bytes == entry_bytes && ring->capacity == capacity && ring->mine == 0;
  @ ensures !\result ==> *ring == \old(*ring); */
bool fm_ring_init(struct fm_ring *ring, struct fm_ring_shared *shared, uint8_t *entries,
                  uint32_t entry_bytes, uint32_t capacity) FM_MUST_CHECK;

/* Producer: copies one entry in. OK, FULL or BROKEN; nothing is written but on OK. O(entry). */
/*@ requires \valid(ring) && ring_ok(ring);
  @ requires \valid_read(entry + (0 .. ring->entry_bytes - 1));
  @ requires \separated(entry + (0 .. ring->entry_bytes - 1), ring, ring->shared,
  @   ring->entries + (0 .. ring->capacity * ring->entry_bytes - 1));
  @ assigns ring->mine, ring->shared->tail, ring->entries[0 .. ring->capacity * ring->entry_bytes - 1];
  @ ensures ring_ok(ring);
  @ ensures \result == FM_RING_OK || \result == FM_RING_FULL || \result == FM_RING_BROKEN;
  @ ensures \result == FM_RING_OK ==> ring->mine == (uint32_t)(\old(ring->mine) + 1) &&
  @   ring->shared->tail == ring->mine;
  @ ensures \result != FM_RING_OK ==> ring->mine == \old(ring->mine) &&
  @   ring->shared->tail == \old(ring->shared->tail) &&
  @   \forall integer k; 0 <= k < ring->capacity * ring->entry_bytes ==>
  @     ring->entries[k] == \old(ring->entries[k]); */
enum fm_ring_result fm_ring_put(struct fm_ring *ring, const uint8_t *entry) FM_MUST_CHECK;

/* Consumer: copies one entry out. OK, EMPTY or BROKEN; nothing is written but on OK. O(entry). */
/*@ requires \valid(ring) && ring_ok(ring);
  @ requires \valid(entry + (0 .. ring->entry_bytes - 1));
  @ requires \separated(entry + (0 .. ring->entry_bytes - 1), ring, ring->shared,
  @   ring->entries + (0 .. ring->capacity * ring->entry_bytes - 1));
  @ assigns ring->mine, ring->shared->head, entry[0 .. ring->entry_bytes - 1];
  @ ensures ring_ok(ring);
  @ ensures \result == FM_RING_OK || \result == FM_RING_EMPTY || \result == FM_RING_BROKEN;
  @ ensures \result == FM_RING_OK ==> ring->mine == (uint32_t)(\old(ring->mine) + 1) &&
  @   ring->shared->head == ring->mine;
  @ ensures \result != FM_RING_OK ==> ring->mine == \old(ring->mine) &&
  @   ring->shared->head == \old(ring->shared->head) &&
  @   \forall integer k; 0 <= k < ring->entry_bytes ==> entry[k] == \old(entry[k]); */
enum fm_ring_result fm_ring_take(struct fm_ring *ring, uint8_t *entry) FM_MUST_CHECK;

#endif
