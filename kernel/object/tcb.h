/* SPDX-License-Identifier: Apache-2.0 */
/* Threads. */
#ifndef FM_KERNEL_TCB_H
#define FM_KERNEL_TCB_H

#include "kernel/sched/schedule.h"

/* The thread's state changes; a current thread that cannot go on makes the scheduler choose. */
static inline void thread_set_state(struct tcb *t, enum thread_state state)
{
    t->state = (uint8_t)state;
    if (t == kernel.current && kernel.candidate == NULL && !thread_is_schedulable(t)) {
        kernel.candidate = CHOOSE_THREAD;
    }
}

/* A new thread in zeroed memory. */
void tcb_create(struct tcb *t);

/* The last capability goes: the thread stops and lets go of everything but its slots. */
void tcb_finalise(struct tcb *t);

void thread_suspend(struct tcb *t);
void thread_restart(struct tcb *t);

/* A waiting thread whose partner is gone: it tries again, or stays stopped if it was faulting. */
void thread_start_again(struct tcb *t);

#endif
