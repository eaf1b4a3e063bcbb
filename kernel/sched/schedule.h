/* SPDX-License-Identifier: Apache-2.0 */
/* Who runs: ready queues, the release queue, time and the choice at the end of each kernel entry. */
#ifndef FM_KERNEL_SCHEDULE_H
#define FM_KERNEL_SCHEDULE_H

#include "kernel/model/state.h"
#include "kernel/sched/refill.h"

/* Reads the clock; what has passed is added to what the current context has used. */
void time_update(void);

/* The current context can pay for what it has used and still run. */
bool budget_left(void);

/* The current context pays used ticks. At the end of its slice its thread is queued again, held back,
 * or, if may_fault and it has a timeout handler, faults. */
void budget_charge(uint64_t used, bool may_fault);

/* The current context pays, and the kernel stops charging it: it is about to change hands. */
void budget_commit(void);

/* t has become runnable: it may run next. */
void schedule_offer(struct tcb *t);

/* The current choice is void: choose afresh before leaving the kernel. */
void schedule_again(void);

/* Decides, and makes the decision the current thread. */
void schedule(void);

void schedule_enqueue(struct tcb *t);      /* at the head of its priority */
void schedule_append(struct tcb *t);       /* at the tail */
void schedule_leave_queues(struct tcb *t); /* ready and release */
void schedule_postpone(struct sched_context *sc); /* until its head refill is due */

static inline bool thread_is_runnable(const struct tcb *t)
{
    return t->state == THREAD_RUNNING || t->state == THREAD_RESTART;
}

static inline bool thread_is_schedulable(const struct tcb *t)
{
    return thread_is_runnable(t) && t->sc != NULL && t->sc->refill_max != 0 && !t->in_release;
}

/* For the fast path: no ready thread has a higher priority. */
static inline bool schedule_is_highest(unsigned prio)
{
    if (kernel.ready_groups == 0) {
        return true;
    }
    unsigned group = 63 - (unsigned)__builtin_clzll(kernel.ready_groups);
    unsigned top = group * 64 + 63 - (unsigned)__builtin_clzll(kernel.ready_bits[group]);
    return prio >= top;
}

#endif
