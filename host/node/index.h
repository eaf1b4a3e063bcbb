/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where every receipt of the logs lies, by seq, by hash and by (agent, nonce): an LMDB in the store's folder, `index/`.
 *
 * X1  The logs are the truth. The index says where to look; what is read there is checked against the hash that the
 *     index has, and an index that is not this store's, or names a receipt that the logs do not have, is made anew.
 * X2  Only what is durable in the log goes in. A thread of its own writes it, a transaction for many receipts; a crash
 *     loses the last of them, which the next start reads from the logs again.
 * X3  What was pushed and is not yet written still lies in the node's memory (INDEX_QUEUE is below what it keeps).
 */
#ifndef FM_HOST_NODE_INDEX_H
#define FM_HOST_NODE_INDEX_H

#include "host/store/store.h"

#include <lmdb.h>
#include <pthread.h>
#include <stdatomic.h>

#define INDEX_QUEUE 32768U

struct index_item {
    uint64_t seq;
    uint64_t nonce;
    struct host_place place;
    uint8_t hash[32];
    uint8_t agent[32];
};

struct index_map {
    MDB_env *env;
    MDB_dbi by_seq;
    MDB_dbi by_hash;
    MDB_dbi by_agent;
    MDB_dbi about;
    size_t map_bytes;
    bool empty;
    uint64_t last_seq; /* of what is in it, unless empty */
    struct index_item *queue; /* a ring */
    uint64_t put;
    uint64_t taken;
    pthread_mutex_t lock;  /* the queue's */
    pthread_mutex_t map;   /* held while the map grows, and while somebody reads it */
    pthread_cond_t change;
    pthread_t thread;
    bool running;
    bool ending;
    atomic_bool failed; /* it takes nothing any more; the node goes on, older receipts are not found */
    atomic_ullong written;
};

size_t index_bytes(void);
/* Opens DIR/index, or makes it anew if it is not of this store; brings it up to the store's last receipt from the logs;
 * starts its thread. If it cannot be written, a warning, and it finds nothing. FM_E_NO_SPACE, or what reading the logs
 * gave. */
fm_err index_open(struct index_map *x, const char *dir, const struct host_store *s,
                  const struct host_progress *progress,
                  struct host_error *e);
/* Writes what is pushed, and closes. */
void index_close(struct index_map *x);
/* Pushes receipts that are durable, their seqs following the last; waits if the queue is full. */
void index_push(struct index_map *x, const struct index_item *items, uint32_t n);

/* Finds: false if there is none, or the index has failed. */
bool index_by_seq(struct index_map *x, uint64_t seq, struct index_item *found);
bool index_by_hash(struct index_map *x, const uint8_t hash[32], struct index_item *found);
/* The i-th whose agent begins with the same eight bytes and whose nonce is this: the receipt tells which is meant. */
bool index_by_agent(struct index_map *x, const uint8_t agent[32], uint64_t nonce, uint32_t i, struct index_item *found);

#endif
