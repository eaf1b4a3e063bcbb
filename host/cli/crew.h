/* SPDX-License-Identifier: Apache-2.0 */
/* Threads for the prover, and how long each of its phases took. */
#ifndef FM_HOST_CLI_CREW_H
#define FM_HOST_CLI_CREW_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "stark/prove.h"

#define CREW_HANDS_MAX 64U

struct crew {
    struct fm_stark_crew hook; /* what the prover takes */
    double phase_s[FM_PHASES]; /* wall time of each phase so far */
    /* Private. One job at a time: parts are drawn from `next` by everybody. */
    pthread_t hand[CREW_HANDS_MAX];
    pthread_mutex_t lock;
    pthread_cond_t work, rest;
    unsigned hands, busy;
    unsigned long round;
    bool leave;
    struct prover *prover;
    unsigned count;
    atomic_uint next;
    int phase;
    double since;
    void (*tell)(enum fm_stark_phase begins); /* NULL: nobody */
};

/* hands: threads in all, the caller among them, 1 to CREW_HANDS_MAX. False if they cannot be had. */
bool crew_open(struct crew *c, unsigned hands);
void crew_close(struct crew *c);
const char *crew_phase_name(enum fm_stark_phase phase);

#endif
