/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cell transport: handles whose targets are cells. Each verb is one signed turn of the app's own cell; sending
 * it is the shell's (exchange), so the same code serves over a socket, a domain's channel, or a ledger in memory.
 */
#ifndef FM_APP_CELL_H
#define FM_APP_CELL_H

#include "app/router.h"
#include "wire/node_msg.h"
#include "wire/turn.h"

struct fm_cell_transport {
    /* Sends a turn, waits for its outcome. False: not known whether it happened. */
    bool (*exchange)(void *cookie, const uint8_t *turn, size_t n, struct fm_msg_outcome *outcome);
    void *cookie;
    uint8_t ledger[32];
    uint8_t agent[32];
    uint32_t agent_idx;
    uint64_t nonce; /* of the next turn */
    uint64_t fee;   /* the most that each turn may cost */
    const uint8_t *sk;
    struct fm_topology machines;
    uint8_t own_slots[32]; /* bit set: this own slot is free for the router's use */
};

/* The table to plug in; self is a struct fm_cell_transport that the caller filled. */
extern const struct fm_transport fm_cell_transport;

#endif
