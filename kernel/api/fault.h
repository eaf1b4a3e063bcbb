/* SPDX-License-Identifier: Apache-2.0 */
/* Faults become messages to the handler that the thread's creator installed. */
#ifndef FM_KERNEL_FAULT_H
#define FM_KERNEL_FAULT_H

#include "kernel/object/objects.h"

#define FAULT_MAX_WORDS 16

/* A capability that may be installed as a handler: an endpoint with Write and one of the grants. */
bool fault_handler_valid(struct cap c);

bool fault_has_handler(const struct tcb *t, enum tcb_slot which);

/* The thread has the fault that its record describes: the handler hears of it, or it stops. */
void fault_send(struct tcb *t);

/* The thread's time is used up. It must have a timeout handler. */
void fault_timeout(struct tcb *t);

/* A capability pointer that leads nowhere. */
void fault_cap(struct tcb *t, uint64_t cptr, bool receiving, const struct lookup_fault *f);

/* The message of t's fault; returns its length. words holds FAULT_MAX_WORDS. */
unsigned fault_message(struct tcb *t, uint64_t *words);

/* The handler has replied to t's fault; true: t goes on. */
bool fault_reply(struct tcb *t, struct tcb *handler);

#endif
