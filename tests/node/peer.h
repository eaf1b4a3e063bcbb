/* SPDX-License-Identifier: Apache-2.0 */
/* A client of a real dreggd for tests in C: it makes a store, runs the node, signs turns and reads answers. */
#ifndef FM_TESTS_NODE_PEER_H
#define FM_TESTS_NODE_PEER_H

#include "host/store/store.h"
#include "tests/core/world.h"
#include "wire/node_msg.h"

#include <sys/types.h>

struct peer_node {
    char dir[64]; /* the store's */
    struct actor treasury;
    uint8_t ledger[32];
    uint64_t nonce; /* of the treasury's next turn */
    pid_t pid;
};

struct peer_answer {
    struct fm_msg_head head;
    uint8_t payload[FM_MSG_ANSWER_MAX];
};

/* A new store whose treasury has this key. Aborts if it cannot be made. */
void peer_store(struct peer_node *n, const char *name, uint8_t seed);
/* Starts the node with up to six more options (NULL ends them); waits until it serves. preload: a library, or NULL. */
void peer_start(struct peer_node *n, const char *preload, const char *const *options);
/* Ends it; its exit status, or -1 if a signal ended it. */
int peer_stop(struct peer_node *n, int signal);
void peer_remove(struct peer_node *n);

/* A connection. -1 if the node does not take it. */
int peer_connect(const struct peer_node *n);
void peer_send(int fd, uint8_t kind, uint32_t tag, const void *payload, size_t n);
/* The next answer; false if the connection ended. */
bool peer_answer(int fd, struct peer_answer *a);
/* The outcome in an answer. Status 255 if it is none. */
struct fm_msg_outcome peer_outcome(const struct peer_answer *a);

/* A transfer of 1 from the treasury to the factory's cell, signed. Its length. */
size_t peer_transfer(const struct peer_node *n, uint64_t nonce, const struct actor *signer,
                     uint8_t wire[FM_TURN_BYTES_MAX]);
/* The value of a metric; UINT64_MAX if there is none of that name. */
uint64_t peer_metric(int fd, const char *name);

#endif
