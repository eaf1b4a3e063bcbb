/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdicts ahead of need (heart.md section 5): threads that check signatures while the node's own thread runs turns
 * and waits for the disk. A verdict carries the pk that the agent had when its turn arrived; the heart drops it if
 * the agent has another one when the turn's time comes (a ROTATE overtook it), and asks again. So a thread here can
 * be late, never wrong.
 *
 * P1  A job holds copies: nothing that a thread reads belongs to a connection or to the state.
 * P2  The node's thread alone posts and frees jobs; a thread takes a posted one under the lock and leaves it DONE.
 * P3  All memory is taken at start. If every job is in use, the turn is verified when it is run, as without threads.
 */
#ifndef FM_HOST_NODE_VERIFY_H
#define FM_HOST_NODE_VERIFY_H

#include "wire/turn.h"

#include <pthread.h>
#include <stdatomic.h>

#define VERIFY_JOBS 1024U
#define VERIFY_NO_JOB FM_U32_MAX
#define VERIFY_THREADS_MAX 64U

enum verify_state { VERIFY_FREE = 0, VERIFY_POSTED, VERIFY_DONE };

struct verify_job {
    atomic_int state;
    bool decoded; /* the bytes are a turn: text and yes mean something */
    bool yes;
    bool orphan; /* its connection went away; freed once it is DONE */
    uint16_t bytes;
    uint8_t pk[32];
    uint8_t text[FM_SIGNED_TEXT_BYTES];
    uint8_t wire[FM_TURN_BYTES_MAX];
};

struct verifier {
    struct verify_job *jobs; /* VERIFY_JOBS of them */
    uint32_t free[VERIFY_JOBS];
    uint32_t nfree;
    uint32_t orphans;
    uint8_t ledger[32];
    pthread_mutex_t lock;
    pthread_cond_t posted;
    uint32_t queue[VERIFY_JOBS]; /* a ring of posted jobs that nobody has taken */
    uint32_t taken;              /* how many were taken from it, ever */
    uint32_t put;                /* how many were put into it, ever */
    bool ending;
    atomic_int wake;  /* the node's thread sleeps and wants to be told of a DONE */
    int wake_fd;      /* an eventfd that becomes readable then */
    atomic_ullong ns; /* that the threads spent on checking */
    uint32_t nthreads;
    pthread_t threads[VERIFY_THREADS_MAX];
    struct fm_turn turn; /* the node's thread's, when it helps */
};

size_t verify_bytes(uint32_t nthreads);
/* Starts nthreads threads (0: none, and verify_post never takes a job). FM_E_NO_SPACE. */
fm_err verify_start(struct verifier *v, uint32_t nthreads, const uint8_t ledger[32]);
/* Ends the threads and gives the memory back. */
void verify_stop(struct verifier *v);

/* Posts a turn's bytes with its agent's pk. The job, or VERIFY_NO_JOB. */
uint32_t verify_post(struct verifier *v, const uint8_t *wire, size_t bytes, const uint8_t pk[32]);
/* Whether a job's verdict is there. */
bool verify_done(const struct verifier *v, uint32_t job);
/* Frees a job; one that is not DONE is freed by a later verify_reap. */
void verify_free(struct verifier *v, uint32_t job);
void verify_reap(struct verifier *v);
/* The node's thread takes one posted job itself. False if none waits to be taken. */
bool verify_help(struct verifier *v);
/* Before the node's thread sleeps: it is to be woken by the next DONE (wake_fd). After: what woke it is cleared. */
void verify_before_sleep(struct verifier *v);
void verify_after_sleep(struct verifier *v);

#endif
