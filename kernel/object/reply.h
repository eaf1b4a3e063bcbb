/* SPDX-License-Identifier: Apache-2.0 */
/* Reply objects: who waits for an answer, and the call stack of a donated scheduling context. */
#ifndef FM_KERNEL_REPLY_H
#define FM_KERNEL_REPLY_H

#include "kernel/object/objects.h"

#define REPLY_ABOVE_IS_SC 1u

static inline struct sched_context *reply_sc(const struct reply *r)
{
    return (r->above & REPLY_ABOVE_IS_SC) != 0
               ? (struct sched_context *)(uintptr_t)(r->above & ~(uint64_t)REPLY_ABOVE_IS_SC)
               : NULL;
}

/* t neither offers r nor waits for it any more. r must not be in a call stack. */
void reply_unlink(struct reply *r, struct tcb *t);

/* caller waits for a reply through r; its context goes to callee if that has none. */
void reply_push(struct tcb *caller, struct tcb *callee, struct reply *r, bool can_donate);

/* The caller of r waits no more; if r is the top of a call stack the caller gets the context. */
void reply_remove(struct reply *r, struct tcb *caller);

/* caller is cut out of its call stack; the context stays with whoever has it. */
void reply_cut(struct tcb *caller);

/* replier answers through r. grant: capabilities may come along. */
void reply_send(struct reply *r, struct tcb *replier, bool grant);

void reply_finalise(struct reply *r);

#endif
