/* SPDX-License-Identifier: Apache-2.0 */
/* Scheduling contexts: the right to use processor time, which may be lent from thread to thread. */
#ifndef FM_KERNEL_SCHED_CONTEXT_H
#define FM_KERNEL_SCHED_CONTEXT_H

#include "kernel/sched/refill.h"

/* sc serves to from now on, and nobody else. */
void sched_context_donate(struct sched_context *sc, struct tcb *to);

/* t has just become able to run: a sporadic context that was idle starts from now. */
static inline void sched_context_woken(struct tcb *t)
{
    struct sched_context *sc = t->sc;
    if (sc != NULL && sc->sporadic && sc != kernel.current_sc && sc->refill_max != 0) {
        refill_wake(sc);
    }
}

/* sc's runnable thread is held back if the head refill is not due. */
void sched_context_resume(struct sched_context *sc);

void sched_context_bind_tcb(struct sched_context *sc, struct tcb *t);
void sched_context_unbind_tcb(struct sched_context *sc);
void sched_context_bind_notification(struct sched_context *sc, struct notification *n);
void sched_context_unbind_notification(struct sched_context *sc);
void sched_context_finalise(struct sched_context *sc);

/* Ends an unfinished YieldTo: the waiting thread gets the time that was used. */
void sched_context_finish_yield(struct tcb *t);
void sched_context_cancel_yield(struct tcb *t);

#endif
