/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/node.h"

#include <stdlib.h>

#define NONE FM_U32_MAX

size_t receipts_bytes(uint32_t cap)
{
    return (size_t)cap * (sizeof(struct fm_receipt) + 32U + 4U * sizeof(uint32_t));
}

fm_err receipts_init(struct receipts *r, uint32_t cap, uint64_t next_seq)
{
    r->cap = cap;
    r->ring = malloc((size_t)cap * sizeof *r->ring);
    r->chain = malloc((size_t)cap * sizeof *r->chain);
    r->buckets = malloc((size_t)cap * sizeof *r->buckets);
    r->hashes = malloc((size_t)cap * sizeof *r->hashes);
    r->hash_chain = malloc((size_t)cap * sizeof *r->hash_chain);
    r->hash_buckets = malloc((size_t)cap * sizeof *r->hash_buckets);
    r->first_seq = next_seq;
    r->next_seq = next_seq;
    if (r->ring == NULL || r->chain == NULL || r->buckets == NULL || r->hashes == NULL || r->hash_chain == NULL ||
        r->hash_buckets == NULL) {
        return FM_E_NO_SPACE;
    }
    memset(r->buckets, 0xff, (size_t)cap * sizeof *r->buckets);
    memset(r->hash_buckets, 0xff, (size_t)cap * sizeof *r->hash_buckets);
    return FM_OK;
}

void receipts_free(struct receipts *r)
{
    free(r->ring);
    free(r->chain);
    free(r->buckets);
    free(r->hashes);
    free(r->hash_chain);
    free(r->hash_buckets);
}

static uint32_t bucket_of(const struct receipts *r, const uint8_t agent[32], uint64_t nonce)
{
    return (uint32_t)((fm_le64(agent + 8) ^ nonce * 0x9e3779b97f4a7c15U) % r->cap);
}

static uint32_t hash_bucket_of(const struct receipts *r, const uint8_t hash[32])
{
    return (uint32_t)(fm_le64(hash) % r->cap);
}

/* Takes an entry out of its bucket. */
static void unchain(uint32_t *link, uint32_t *chain, uint32_t at)
{
    while (*link != at && *link != NONE) {
        link = &chain[*link];
    }
    if (*link == at) {
        *link = chain[at];
    }
}

static void unlink_oldest(struct receipts *r)
{
    uint32_t at = (uint32_t)(r->first_seq % r->cap);
    const struct fm_receipt *old = &r->ring[at];

    unchain(&r->buckets[bucket_of(r, old->head.agent, old->head.nonce)], r->chain, at);
    unchain(&r->hash_buckets[hash_bucket_of(r, r->hashes[at])], r->hash_chain, at);
    r->first_seq++;
}

void receipts_add(struct receipts *r, const struct fm_receipt *receipt, const uint8_t hash[32])
{
    uint32_t at = (uint32_t)(receipt->head.seq % r->cap);
    uint32_t *bucket = &r->buckets[bucket_of(r, receipt->head.agent, receipt->head.nonce)];
    uint32_t *hash_bucket = &r->hash_buckets[hash_bucket_of(r, hash)];

    FM_ASSERT(receipt->head.seq == r->next_seq);
    if (r->next_seq - r->first_seq == r->cap) {
        unlink_oldest(r);
    }
    r->ring[at] = *receipt;
    memcpy(r->hashes[at], hash, 32);
    r->chain[at] = *bucket;
    *bucket = at;
    r->hash_chain[at] = *hash_bucket;
    *hash_bucket = at;
    r->next_seq++;
}

const struct fm_receipt *receipts_by_seq(const struct receipts *r, uint64_t seq)
{
    return seq >= r->first_seq && seq < r->next_seq ? &r->ring[seq % r->cap] : NULL;
}

const struct fm_receipt *receipts_by_nonce(const struct receipts *r, const uint8_t agent[32],
                                           uint64_t nonce)
{
    uint32_t at = r->buckets[bucket_of(r, agent, nonce)];

    while (at != NONE) {
        if (r->ring[at].head.nonce == nonce && memcmp(r->ring[at].head.agent, agent, 32) == 0) {
            return &r->ring[at];
        }
        at = r->chain[at];
    }
    return NULL;
}

const struct fm_receipt *receipts_by_hash(const struct receipts *r, const uint8_t hash[32])
{
    uint32_t at = r->hash_buckets[hash_bucket_of(r, hash)];

    while (at != NONE && memcmp(r->hashes[at], hash, 32) != 0) {
        at = r->hash_chain[at];
    }
    return at == NONE ? NULL : &r->ring[at];
}
