/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dreggd: one machine, n = 1. One thread reads requests, runs turns into a batch, makes the batch durable, and only
 * then answers (ARCHITECTURE.md I7). While it flushes, the next turns gather in socket buffers: that is the group
 * commit. Other threads check signatures meanwhile (verify.h); nothing else is shared.
 *
 * D1  Between two rounds no batch is open, so W = D: reads are answered then, from D alone.
 * D2  An answer to a turn leaves a connection's buffer only after its batch was acknowledged.
 * D3  All memory is taken at start: connections, buffers, receipts, the state. A client that does
 * not read stops being read.
 * D4  After a failed write or flush nothing runs and nothing is read any more (W is not D then): waiting callers are
 * told
 *     UNSURE, and the node ends.
 * D5  A turn runs after every turn that came before it on its connection; a verdict that is not there yet holds up its
 * own
 *     connection alone.
 */
#ifndef FM_HOST_NODE_NODE_H
#define FM_HOST_NODE_NODE_H

#include "core/ahead.h"
#include "core/drive.h"
#include "core/proof.h"
#include "host/node/index.h"
#include "host/node/verify.h"
#include "host/store/store.h"
#include "wire/node_msg.h"

#include <signal.h>

#define NODE_IN_BYTES 65536U
#define NODE_AHEAD_MAX 512U /* turns of one connection that are looked at ahead */
#define NODE_OUT_BYTES (2U * FM_MSG_ANSWER_MAX)
#define NODE_LISTENERS 2

struct node_config {
    const char *dir;
    const char *unix_path; /* NULL: none */
    int tcp_port;          /* -1: none; 0: any (printed) */
    uint32_t max_clients;
    uint32_t max_cells;
    uint32_t receipts; /* kept in memory */
    uint32_t verify_threads;
    uint32_t stall_s; /* a client that owes bytes longer than this is dropped */
    enum host_audit audit;
    const uint8_t *expect; /* receipt hash, or NULL */
    bool quiet;
};

/* The last receipts, by seq, by hash and by (agent, nonce): a ring over fixed memory. Older ones: index.h. */
struct receipts {
    struct fm_receipt *ring;
    uint8_t (*hashes)[32];
    uint32_t *chain; /* next in the bucket of its agent and nonce */
    uint32_t *buckets;
    uint32_t *hash_chain;
    uint32_t *hash_buckets;
    uint32_t cap;
    uint64_t first_seq; /* the oldest that is kept */
    uint64_t next_seq;
};
#define NODE_RECEIPTS_MIN (2U * INDEX_QUEUE) /* index.h, X3 */
size_t receipts_bytes(uint32_t cap);
fm_err receipts_init(struct receipts *r, uint32_t cap, uint64_t next_seq);
void receipts_free(struct receipts *r);
void receipts_add(struct receipts *r, const struct fm_receipt *receipt, const uint8_t hash[32]);
const struct fm_receipt *receipts_by_seq(const struct receipts *r, uint64_t seq);
const struct fm_receipt *receipts_by_hash(const struct receipts *r, const uint8_t hash[32]);
const struct fm_receipt *receipts_by_nonce(const struct receipts *r, const uint8_t agent[32], uint64_t nonce);

struct conn {
    int fd; /* -1: free */
    uint32_t in_len;
    uint32_t in_at; /* parsed up to here */
    uint32_t out_len;
    uint32_t out_ready; /* durable: may be sent (D2) */
    uint32_t out_at;    /* sent */
    double since;       /* when it last moved */
    bool closing;       /* send what is ready, then close */
    bool half_closed;   /* the client sends no more */
    bool waits;          /* for a checkpoint of wait_height or later */
    bool wait_ship;      /* and wants it shipped */
    uint64_t wait_height;
    bool shipping;
    uint32_t ship_tag;
    int ship_fd; /* the checkpoint's file, this connection's own descriptor */
    uint64_t ship_at;
    uint64_t ship_bytes;
    uint8_t *in;
    uint8_t *out;
    uint32_t ahead_at;    /* in `in`: turns before it were looked at ahead */
    uint32_t ahead_first; /* a ring of their jobs, oldest first; VERIFY_NO_JOB: to be verified when it runs */
    uint32_t ahead_count;
    uint32_t ahead[NODE_AHEAD_MAX];
    uint32_t fetched_at; /* in `in`: the cells of messages before it were fetched */
    uint32_t fetched;    /* messages between the one that is served and that place */
};

/* A turn whose answer waits for the batch. */
struct waiting {
    uint32_t conn;
    uint32_t tag;
};

struct metrics {
    uint64_t turns[7]; /* by status */
    uint64_t batches;
    uint64_t log_bytes;
    uint64_t clients;
    uint64_t clients_refused;
    uint64_t clients_dropped;
    uint64_t bad_messages;
    uint64_t receipts_from_log;
    uint64_t receipts_damaged; /* whose log is not what the index has of it */
    uint64_t verdicts_ahead; /* given by a thread, and used */
    uint64_t verdicts_late;  /* given for another key than the agent's when the turn ran: asked for again */
    double commit_s;
    double verify_s;
    double run_s;
};

struct node {
    struct node_config config;
    struct host_store store;
    struct receipts receipts;
    struct fm_receipt birth; /* the ledger's first, which no log holds */
    struct index_map index;
    struct index_item *batch_items; /* of the open batch: pushed once it is durable */
    uint32_t nbatch_items;
    struct metrics metrics;
    struct conn *conns;
    uint8_t *buffers;
    struct waiting *waiting;
    uint32_t nwaiting;
    struct verifier verifier;
    struct fm_run *run;
    struct fm_turn *turn;
    struct fm_turn coming; /* looked at ahead, for its cells */
    struct fm_ahead ahead;
    struct fm_sealed *sealed;
    struct fm_batch batch;
    bool batch_open;
    bool stopped;       /* D4 */
    uint64_t ship_seen; /* checkpoints that ended, well or not, when those who wait were last looked at */
    int epoll_fd;
    int signal_fd;
    int listeners[NODE_LISTENERS];
    int listener_is_tcp[NODE_LISTENERS];
    double started;
    struct host_error error;
};

double node_clock(void);

/* serve.c: requests. */
/* Handles what stands in a connection's buffer as far as it can: turns go into the batch; a read waits for the end
 * of the round (returns true if one waits). */
bool serve_turns(struct node *n, uint32_t c);
void serve_reads(struct node *n, uint32_t c);
/* Makes the open batch durable and lets its answers go. */
void serve_commit(struct node *n);

/* ahead.c: verdicts, and cells, ahead of need. */
/* The message at `at` in a connection's buffer: its bytes, head included, or 0 if it is not there whole. */
uint32_t ahead_whole(const struct conn *c, uint32_t at, struct fm_msg_head *head);
/* Posts the signatures of whole turns that stand in a connection's buffer and were not looked at yet. */
void ahead_look(struct node *n, struct conn *c);
/* The next turn's job, oldest first; VERIFY_NO_JOB if it was given none. */
uint32_t ahead_next(const struct conn *c);
/* Whether the next turn waits for its verdict. */
bool ahead_waits(const struct node *n, const struct conn *c);
/* The next turn was served: its job is free. */
void ahead_pop(struct node *n, struct conn *c);
/* Fetches into the cache the cells of the next turns that stand in the buffer behind the one that ends at `after`. */
void ahead_fetch(struct node *n, struct conn *c, uint32_t after);
/* The connection went away. */
void ahead_drop(struct node *n, struct conn *c);

/* ship.c: checkpoints, taken and shipped. */
void ship_request(struct node *n, struct conn *c, uint32_t tag, struct fm_reader *r, bool ship);
/* The next piece for a client that takes them. */
void ship_piece(struct node *n, struct conn *c);
/* After a look at the child: answers those whose checkpoint is there, begins another if somebody waits for a later
 * one. */
void ship_poll(struct node *n);
void ship_drop(struct conn *c);

/* answer.c: answers, written whole into a connection's buffer; has_room was asked. */
bool has_room(const struct conn *c, size_t n);
struct fm_writer out_writer(struct conn *c);
void out_done(struct conn *c, const struct fm_writer *w);
void answer_error(struct conn *c, uint32_t tag, fm_err code, const char *field, uint64_t expected, uint64_t got);
/* Answers a read from D: head, cell, proof, receipt or metrics; false if it is none of these. */
bool answer_read(struct node *n, struct conn *c, const struct fm_msg_head *head, const uint8_t *payload);
/* The receipt of (agent, nonce), from memory or the logs. */
bool find_receipt_of(struct node *n, const uint8_t agent[32], uint64_t nonce, struct fm_receipt *receipt);

/* net.c: sockets. */
/* The signals that end the node: main blocks them before the first thread, the loop reads them. */
void net_signals(sigset_t *set);
fm_err net_listen(struct node *n);
fm_err net_loop(struct node *n);
void net_close(struct node *n);

void metrics_text(struct node *n, struct fm_writer *w);

#endif
