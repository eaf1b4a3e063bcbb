/* SPDX-License-Identifier: Apache-2.0 */
/* Hashing side by side: any digests, of bytes that must all have been written. Never compiled. */
#ifndef FM_PROOFS_EVA_LANES_H
#define FM_PROOFS_EVA_LANES_H

#include "proofs/eva.h"

void fm_hash_lanes_beside(enum fm_hash_domain domain, const uint8_t *const *msgs, size_t msg_bytes, size_t n,
                          uint8_t *const *outs, struct fm_hash_queue *q)
{
    (void)domain;
    (void)q;
    /*@ assert eva_lanes: 1 <= n <= FM_HASH_LANES; */
    for (size_t i = 0; i < n; i++) {
        const uint8_t *msg = msgs[i];
        uint8_t *out = outs[i];

        /*@ assert eva_lane: \initialized(msg + (0 .. msg_bytes - 1)); */
        any_bytes(out, FM_HASH_BYTES);
    }
}

/* A queue may hash what it was given at any time up to its end. */
void fm_hash_queue_init(struct fm_hash_queue *q, uint32_t held_back)
{
    q->n = 0;
    q->held_back = held_back;
}

void fm_hash_queue_add(struct fm_hash_queue *q, enum fm_hash_domain domain, const uint8_t *msg, size_t n,
                       uint8_t out[FM_HASH_BYTES])
{
    (void)domain;
    /*@ assert eva_room: q->n < FM_HASH_QUEUE_MAX; */
    /*@ assert eva_short: 1 <= n <= FM_HASH_QUEUE_BYTES; */
    /*@ assert eva_message: \initialized(msg + (0 .. n - 1)); */
    q->items[q->n].out = out;
    q->n++;
    any_bytes(out, FM_HASH_BYTES);
}

void fm_hash_queue_run(struct fm_hash_queue *q)
{
    (void)q;
}

void fm_hash_queue_end(struct fm_hash_queue *q)
{
    (void)q;
}

#endif
