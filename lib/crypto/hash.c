/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/hash.h"

#include <blake3.h>
#include <blake3_impl.h>

#include "crypto/compress.h"
#include "crypto/hash_keys.h"

_Static_assert(sizeof(struct fm_hasher) >= sizeof(blake3_hasher), "the hasher fits its box");
_Static_assert(_Alignof(struct fm_hasher) >= _Alignof(blake3_hasher), "and is aligned in it");
_Static_assert(FM_HASH_DOMAINS == FM_H_FORK + 1U, "the last use closes the table");

const char *fm_hash_domain_name(enum fm_hash_domain domain)
{
    static const char *const names[FM_HASH_DOMAINS] = {
        "turn", "link",   "id",     "cap",  "field", "cell",    "body",   "leaf",  "node",   "root",
        "top",  "writes", "events", "caps", "rest",  "receipt", "rotate", "frame", "sector", "fork",
    };

    return names[domain];
}

void fm_hash_domain_key(enum fm_hash_domain domain, uint8_t key[FM_HASH_BYTES])
{
    for (size_t i = 0; i < 8; i++) {
        fm_put_le32(key + 4 * i, hash_keys[domain][i]);
    }
}

/* The chaining value that a use starts from. Here and in lib/base a machine is little-endian. */
static const uint8_t *first_cv(enum fm_hash_domain domain)
{
    return (const uint8_t *)hash_keys[domain];
}

/* The next of a message's blocks, of which `left` bytes are to come: where it is the last, and not whole, it is copied
 * to `room`. start: CHUNK_START if it is the first. */
static void block_of(struct fm_compression *c, const uint8_t *msg, size_t left, uint8_t start,
                     uint8_t room[BLAKE3_BLOCK_LEN])
{
    c->block = msg;
    c->bytes = BLAKE3_BLOCK_LEN;
    c->flags = start;
    if (left < BLAKE3_BLOCK_LEN) {
        memset(room, 0, BLAKE3_BLOCK_LEN);
        if (left > 0) {
            memcpy(room, msg, left);
        }
        c->block = room;
        c->bytes = (uint8_t)left;
    }
    if (left <= BLAKE3_BLOCK_LEN) {
        c->flags |= CHUNK_END | ROOT;
    }
}

/* A message of one chunk: compressions in a row, no hasher state to set up. */
static void hash_chunk(enum fm_hash_domain domain, const uint8_t *msg, size_t n, uint8_t out[FM_HASH_BYTES])
{
    uint8_t room[BLAKE3_BLOCK_LEN];
    uint8_t cv[FM_HASH_BYTES];
    struct fm_compression c = {.cv = first_cv(domain), .out = cv};
    uint8_t start = CHUNK_START;

    while (n > BLAKE3_BLOCK_LEN) {
        block_of(&c, msg, n, start, room);
        fm_compress(&c);
        msg += BLAKE3_BLOCK_LEN;
        n -= BLAKE3_BLOCK_LEN;
        start = 0;
        c.cv = cv;
    }
    block_of(&c, msg, n, start, room);
    c.out = out;
    fm_compress(&c);
}

void fm_hash(enum fm_hash_domain domain, const uint8_t *msg, size_t n, uint8_t out[FM_HASH_BYTES])
{
    struct fm_hasher h;

    if (n <= BLAKE3_CHUNK_LEN) {
        hash_chunk(domain, msg, n, out);
        return;
    }
    fm_hasher_init(&h, domain);
    fm_hasher_update(&h, msg, n);
    fm_hasher_final(&h, out);
}

void fm_hash2(enum fm_hash_domain domain, const uint8_t left[FM_HASH_BYTES],
              const uint8_t right[FM_HASH_BYTES], uint8_t out[FM_HASH_BYTES])
{
    uint8_t block[BLAKE3_BLOCK_LEN];

    memcpy(block, left, FM_HASH_BYTES);
    memcpy(block + FM_HASH_BYTES, right, FM_HASH_BYTES);
    hash_chunk(domain, block, sizeof block, out);
}

static void hash_many(const uint32_t key[8], uint8_t flags, const uint8_t *msgs, size_t msg_bytes,
                      size_t n, uint8_t *out)
{
    const uint8_t *lanes[FM_HASH_LANES];

    while (n > 0) {
        size_t take = n < FM_HASH_LANES ? n : FM_HASH_LANES;

        for (size_t i = 0; i < take; i++) {
            lanes[i] = msgs + i * msg_bytes;
        }
        blake3_hash_many(lanes, take, msg_bytes / BLAKE3_BLOCK_LEN, key, 0, false, flags,
                         CHUNK_START, CHUNK_END | ROOT, out);
        msgs += take * msg_bytes;
        out += take * FM_HASH_BYTES;
        n -= take;
    }
}

void fm_hash2_many(enum fm_hash_domain domain, const uint8_t *blocks, size_t n, uint8_t *out)
{
    hash_many(hash_keys[domain], KEYED_HASH, blocks, FM_HASH_BLOCK_BYTES, n, out);
}

void fm_hash_lanes(enum fm_hash_domain domain, const uint8_t *const *msgs, size_t msg_bytes,
                   size_t n, uint8_t *out)
{
    FM_ASSERT(n <= FM_HASH_LANES && msg_bytes % FM_HASH_BLOCK_BYTES == 0 &&
              msg_bytes <= BLAKE3_CHUNK_LEN);
    if (n > 0) {
        blake3_hash_many(msgs, n, msg_bytes / BLAKE3_BLOCK_LEN, hash_keys[domain], 0, false,
                         KEYED_HASH, CHUNK_START, CHUNK_END | ROOT, out);
    }
}

void fm_hash_queue_init(struct fm_hash_queue *q, uint32_t held_back)
{
    q->n = 0;
    q->at = 0;
    q->blocks = 0;
    q->held_back = held_back;
    q->start = CHUNK_START;
}

void fm_hash_queue_add(struct fm_hash_queue *q, enum fm_hash_domain domain, const uint8_t *msg, size_t n,
                       uint8_t out[FM_HASH_BYTES])
{
    FM_ASSERT(q->n < FM_HASH_QUEUE_MAX && n > 0 && n <= FM_HASH_QUEUE_BYTES);
    q->items[q->n] = (struct fm_hash_queued){msg, n, out, domain};
    q->n++;
    q->blocks += (uint32_t)((n + BLAKE3_BLOCK_LEN - 1U) / BLAKE3_BLOCK_LEN);
}

/* The next block of the message under way, to be compressed. */
static void queue_give(struct fm_hash_queue *q, struct fm_compression *c, uint8_t room[BLAKE3_BLOCK_LEN])
{
    const struct fm_hash_queued *item = &q->items[q->at];

    c->cv = q->start != 0U ? first_cv(item->domain) : q->cv;
    c->out = item->left > BLAKE3_BLOCK_LEN ? q->cv : item->out;
    block_of(c, item->msg, item->left, q->start, room);
}

/* It was. */
static void queue_take(struct fm_hash_queue *q)
{
    struct fm_hash_queued *item = &q->items[q->at];

    q->blocks--;
    if (item->left > BLAKE3_BLOCK_LEN) {
        item->msg += BLAKE3_BLOCK_LEN;
        item->left -= BLAKE3_BLOCK_LEN;
        q->start = 0;
    } else {
        q->at++;
        q->start = CHUNK_START;
    }
}

static void queue_compress(struct fm_hash_queue *q)
{
    uint8_t room[BLAKE3_BLOCK_LEN];
    struct fm_compression c;

    queue_give(q, &c, room);
    fm_compress(&c);
    queue_take(q);
}

void fm_hash_queue_run(struct fm_hash_queue *q)
{
    while (q->blocks > q->held_back) {
        queue_compress(q);
    }
}

void fm_hash_queue_end(struct fm_hash_queue *q)
{
    while (q->blocks > 0U) {
        queue_compress(q);
    }
}

/* The next block of each of n messages, and the queue's. */
static void step_beside(struct fm_compression *c, size_t n, struct fm_hash_queue *q)
{
    uint8_t room[BLAKE3_BLOCK_LEN];

    if (q->blocks > q->held_back) {
        queue_give(q, &c[n], room);
        fm_compress_together(c, n + 1U);
        queue_take(q);
    } else {
        fm_compress_together(c, n);
    }
}

static void lanes_beside(enum fm_hash_domain domain, const uint8_t *const *msgs, size_t msg_bytes, size_t n,
                         uint8_t *const *outs, struct fm_hash_queue *q)
{
    struct fm_compression c[FM_COMPRESS_LANES];
    uint8_t cv[FM_COMPRESS_LANES][FM_HASH_BYTES];

    for (size_t at = 0; at < msg_bytes; at += BLAKE3_BLOCK_LEN) {
        const bool last = at + BLAKE3_BLOCK_LEN == msg_bytes;

        for (size_t i = 0; i < n; i++) {
            c[i].cv = at == 0 ? first_cv(domain) : cv[i];
            c[i].out = last ? outs[i] : cv[i];
            block_of(&c[i], msgs[i] + at, msg_bytes - at, at == 0 ? CHUNK_START : 0, NULL); /* whole: no room needed */
        }
        step_beside(c, n, q);
    }
}

void fm_hash_lanes_beside(enum fm_hash_domain domain, const uint8_t *const *msgs, size_t msg_bytes, size_t n,
                          uint8_t *const *outs, struct fm_hash_queue *q)
{
    uint8_t digests[FM_HASH_LANES * FM_HASH_BYTES];

    if (n > 0 && n < fm_compress_lanes()) {
        lanes_beside(domain, msgs, msg_bytes, n, outs, q);
        return;
    }
    fm_hash_lanes(domain, msgs, msg_bytes, n, digests);
    for (size_t i = 0; i < n; i++) {
        memcpy(outs[i], digests + i * FM_HASH_BYTES, FM_HASH_BYTES);
    }
    for (size_t i = 0; i < msg_bytes / FM_HASH_BLOCK_BYTES && q->blocks > q->held_back; i++) {
        queue_compress(q);
    }
}

void fm_hasher_init(struct fm_hasher *h, enum fm_hash_domain domain)
{
    uint8_t key[FM_HASH_BYTES];

    fm_hash_domain_key(domain, key);
    blake3_hasher_init_keyed((blake3_hasher *)h->state, key);
}

void fm_hasher_update(struct fm_hasher *h, const uint8_t *msg, size_t n)
{
    if (n > 0) {
        blake3_hasher_update((blake3_hasher *)h->state, msg, n);
    }
}

void fm_hasher_final(const struct fm_hasher *h, uint8_t out[FM_HASH_BYTES])
{
    blake3_hasher_finalize((const blake3_hasher *)h->state, out, FM_HASH_BYTES);
}

void fm_blake3(const uint8_t *msg, size_t n, uint8_t *out, size_t out_bytes)
{
    blake3_hasher h;

    blake3_hasher_init(&h);
    if (n > 0) {
        blake3_hasher_update(&h, msg, n);
    }
    blake3_hasher_finalize(&h, out, out_bytes);
}

void fm_blake3_keyed(const uint8_t key[FM_HASH_BYTES], const uint8_t *msg, size_t n, uint8_t *out,
                     size_t out_bytes)
{
    blake3_hasher h;

    blake3_hasher_init_keyed(&h, key);
    if (n > 0) {
        blake3_hasher_update(&h, msg, n);
    }
    blake3_hasher_finalize(&h, out, out_bytes);
}

void fm_blake3_many(const uint8_t *key, const uint8_t *msgs, size_t msg_bytes, size_t n,
                    uint8_t *out)
{
    uint32_t words[8];

    FM_ASSERT(msg_bytes >= FM_HASH_BLOCK_BYTES && msg_bytes <= BLAKE3_CHUNK_LEN &&
              msg_bytes % FM_HASH_BLOCK_BYTES == 0);
    for (size_t i = 0; i < 8; i++) {
        words[i] = key != NULL ? fm_le32(key + 4 * i) : IV[i];
    }
    hash_many(words, key != NULL ? KEYED_HASH : 0, msgs, msg_bytes, n, out);
}
