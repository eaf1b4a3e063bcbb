/* SPDX-License-Identifier: Apache-2.0 */
/* All state of the kernel that is not in an object. One core, one instance, fixed size. */
#ifndef FM_KERNEL_STATE_H
#define FM_KERNEL_STATE_H

#include "kernel/object/objects.h"

enum irq_state { IRQ_INACTIVE = 0, IRQ_SIGNAL, IRQ_TIMER, IRQ_RESERVED };

/* What the scheduler does before the kernel is left: NULL keeps the current thread. */
#define CHOOSE_THREAD ((struct tcb *)1)

struct kernel {
    struct tcb *current;
    struct sched_context *current_sc; /* what time is charged to; the idle context if nothing */
    struct tcb *candidate;            /* NULL, CHOOSE_THREAD or the thread to switch to */
    uint64_t now;                     /* ticks, read at entry */
    uint64_t consumed;                /* ticks that current_sc has used and not yet paid */
    bool set_timer;                   /* the one-shot timer must be set again */
    uint32_t work;                    /* units done since the last look for an interrupt */

    uint64_t ready_groups;   /* bit g: some priority of 64*g .. 64*g+63 is ready */
    uint64_t ready_bits[4];
    struct queue ready[FM_NUM_PRIORITIES];
    struct queue release;    /* sorted by the time of the head refill */

    uint8_t irq_state[FM_IRQ_MAX + 1];
    struct slot irq_slot[FM_IRQ_MAX + 1]; /* notification capability of each interrupt */
    struct asid_pool *asid_pools[FM_ASID_POOLS];

    struct tcb idle;
    struct sched_context idle_sc;
    struct refill idle_refills[2]; /* behind idle_sc, as in every scheduling context */
};

extern struct kernel kernel;

#endif
