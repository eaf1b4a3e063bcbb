/* SPDX-License-Identifier: Apache-2.0 */
/* Endpoints: synchronous messages. */
#ifndef FM_KERNEL_ENDPOINT_H
#define FM_KERNEL_ENDPOINT_H

#include "kernel/object/objects.h"

static inline enum endpoint_state endpoint_state(const struct endpoint *ep)
{
    return (enum endpoint_state)(ep->tail_state & 3);
}

static inline struct tcb *endpoint_tail(const struct endpoint *ep)
{
    return (struct tcb *)(uintptr_t)(ep->tail_state & ~(uint64_t)3);
}

struct send {
    uint64_t badge;
    bool blocking;
    bool is_call;
    bool can_grant;
    bool can_grant_reply;
    bool can_donate;
};

/* t sends its message (or its fault) to the endpoint. */
void endpoint_send(struct endpoint *ep, struct tcb *t, struct send how);

/* t receives; reply is where a caller may be kept, or NULL. */
void endpoint_receive(struct cap cap, struct tcb *t, bool blocking, struct reply *reply);

/* t leaves whatever it waits for; it is inactive afterwards. */
void ipc_cancel(struct tcb *t);

/* The endpoint goes away: everybody who waits starts again. */
void endpoint_cancel_all(struct endpoint *ep);

/* Senders of this badge start again (and then fail). */
void endpoint_cancel_badged(struct endpoint *ep, uint64_t badge);

/* t waits at an endpoint or notification and its priority has changed. */
void ipc_reorder(struct tcb *t);

#endif
