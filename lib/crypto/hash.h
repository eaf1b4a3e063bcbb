/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one hash of the house: BLAKE3, keyed by its use.
 *
 * H.x(m) is BLAKE3 in keyed mode with the key K.x = BLAKE3("firmament 1 x"). The use lies in the
 * starting value, so two uses can never be confused and a block of 64 bytes costs one compression
 * (heart.md section 7). Source: the BLAKE3 paper, 2020; the official C code does the work.
 */
#ifndef FM_CRYPTO_HASH_H
#define FM_CRYPTO_HASH_H

#include "base/base.h"

#define FM_HASH_BYTES 32U
#define FM_HASH_BLOCK_BYTES 64U

/* The uses. The order is that of fm_hash_domain_name() and of the table of keys. */
enum fm_hash_domain {
    FM_H_TURN = 0,
    FM_H_LINK,
    FM_H_ID,
    FM_H_CAP,
    FM_H_FIELD,
    FM_H_CELL,
    FM_H_BODY,
    FM_H_LEAF,
    FM_H_NODE,
    FM_H_ROOT,
    FM_H_TOP,
    FM_H_WRITES,
    FM_H_EVENTS,
    FM_H_CAPS,
    FM_H_REST,
    FM_H_RECEIPT,
    FM_H_ROTATE,
    FM_H_FRAME,
    FM_H_SECTOR,
    FM_H_FORK,
};
#define FM_HASH_DOMAINS 20U

/* An incremental hash. Private to hash.c; 1,920 bytes, no pointer in it, may be copied. */
struct fm_hasher {
    uint64_t state[240];
};

/* The word of a use, as in "firmament 1 <word>". */
const char *fm_hash_domain_name(enum fm_hash_domain domain);
/* The 32-byte key K.x of a use. */
void fm_hash_domain_key(enum fm_hash_domain domain, uint8_t key[FM_HASH_BYTES]);

/* out := H.domain(msg[0..n)). out may overlap msg. One compression for each started 64 bytes, and
 * one for each pair of 1,024-byte chunks. */
/*@ requires n > 0 ==> \valid_read(msg + (0 .. n - 1));
  @ requires \valid(out + (0 .. FM_HASH_BYTES - 1)); assigns out[0 .. FM_HASH_BYTES - 1]; */
void fm_hash(enum fm_hash_domain domain, const uint8_t *msg, size_t n, uint8_t out[FM_HASH_BYTES]);

/* out := H.domain(left || right). One compression. out may be left or right. */
void fm_hash2(enum fm_hash_domain domain, const uint8_t left[FM_HASH_BYTES],
              const uint8_t right[FM_HASH_BYTES], uint8_t out[FM_HASH_BYTES]);

/* out[32 i ..] := H.domain(blocks[64 i .. 64 i + 64)) for i < n: independent 64-byte messages,
 * hashed side by side in the machine's vector lanes. out may not overlap blocks. */
void fm_hash2_many(enum fm_hash_domain domain, const uint8_t *blocks, size_t n, uint8_t *out);

/* out[32 i ..] := H.domain(msgs[i][0..msg_bytes)) for i < n, in vector lanes: the same for messages
 * that lie anywhere. msg_bytes is a multiple of 64, from 64 to 1,024; n is at most 16. */
#define FM_HASH_LANES 16U
void fm_hash_lanes(enum fm_hash_domain domain, const uint8_t *const *msgs, size_t msg_bytes,
                   size_t n, uint8_t *out);

/*
 * Messages hashed one after the other, a compression at a time: who waits for compressions of its own, each for the one
 * before, has these done in lanes that would be idle. A message may hold the digests of those added before it. Messages
 * and digests stay the caller's, and where they are, until the end.
 */
#define FM_HASH_QUEUE_MAX 4U
#define FM_HASH_QUEUE_BYTES 1024U /* of a message */
struct fm_hash_queue {
    struct fm_hash_queued {
        const uint8_t *msg;
        size_t left;
        uint8_t *out;
        enum fm_hash_domain domain;
    } items[FM_HASH_QUEUE_MAX];
    uint32_t n;
    uint32_t at;
    uint32_t blocks;    /* compressions that are still to be done */
    uint32_t held_back; /* the last ones, that only the end may do: their bytes are not there before */
    uint8_t cv[32];     /* of the message under way */
    uint8_t start;      /* flag of its next block */
};

/* An empty queue. held_back: blocks of what is added last. */
void fm_hash_queue_init(struct fm_hash_queue *q, uint32_t held_back);
/* Adds out := H.domain(msg[0..n)); n from 1 to FM_HASH_QUEUE_BYTES. At most FM_HASH_QUEUE_MAX of them. */
void fm_hash_queue_add(struct fm_hash_queue *q, enum fm_hash_domain domain, const uint8_t *msg, size_t n,
                       uint8_t out[FM_HASH_BYTES]);
/* outs[i] := H.domain(msgs[i][0..msg_bytes)) as fm_hash_lanes does, and with each block of the messages one of the
 * queue that is not held back, in a lane of its own if the machine has one to spare. outs[i] may be part of msgs[i]. */
void fm_hash_lanes_beside(enum fm_hash_domain domain, const uint8_t *const *msgs, size_t msg_bytes, size_t n,
                          uint8_t *const *outs, struct fm_hash_queue *q);
/* What is not held back; and all there is. */
void fm_hash_queue_run(struct fm_hash_queue *q);
void fm_hash_queue_end(struct fm_hash_queue *q);

/* H.domain over pieces: init, then any number of updates, then final (which leaves h unchanged). */
/*@ requires \valid(h); assigns *h; */
void fm_hasher_init(struct fm_hasher *h, enum fm_hash_domain domain);
/*@ requires \valid(h) && (n > 0 ==> \valid_read(msg + (0 .. n - 1))); assigns *h; */
void fm_hasher_update(struct fm_hasher *h, const uint8_t *msg, size_t n);
/*@ requires \valid_read(h) && \valid(out + (0 .. FM_HASH_BYTES - 1));
  @ assigns out[0 .. FM_HASH_BYTES - 1]; */
void fm_hasher_final(const struct fm_hasher *h, uint8_t out[FM_HASH_BYTES]);

/* Plain BLAKE3, any output length; and BLAKE3 under a key of the caller's. */
void fm_blake3(const uint8_t *msg, size_t n, uint8_t *out, size_t out_bytes);
void fm_blake3_keyed(const uint8_t key[FM_HASH_BYTES], const uint8_t *msg, size_t n, uint8_t *out,
                     size_t out_bytes);

/* out[32 i ..] := BLAKE3(msgs[i * msg_bytes ..)), or keyed if key is not NULL, for i < n, in vector
 * lanes. msg_bytes is a multiple of 64, from 64 to 1,024. out may not overlap msgs. */
void fm_blake3_many(const uint8_t *key, const uint8_t *msgs, size_t msg_bytes, size_t n,
                    uint8_t *out);

#endif
