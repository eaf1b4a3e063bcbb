/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The straight way through a protected call: Call to a passive server that waits, and its ReplyRecv.
 * The scheduling context goes along, so no time is read and no queue but the endpoint's is touched.
 * Every condition is checked before anything changes; where one fails the general path does the same
 * job. Each step here is one of endpoint_send, reply_push, reply_remove or endpoint_receive.
 */
#include "kernel/api/entry.h"
#include "kernel/api/message.h"
#include "kernel/arch/arch.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/reply.h"
#include "kernel/sched/schedule.h"

/* As cspace_lookup, but NULL whatever goes wrong. */
static inline struct slot *lookup(struct cap root, uint64_t cptr)
{
    unsigned bits = FM_WORD_BITS;
    while (LIKELY(cap_type(root) == CAP_CNODE)) {
        unsigned guard_size = cap_cnode_guard_size(root);
        unsigned radix = cap_cnode_radix(root);
        if (UNLIKELY(guard_size + radix > bits)) {
            return NULL;
        }
        bits -= guard_size;
        /* Two shifts: the distance may be 64. */
        if (UNLIKELY((((cptr >> (bits - 1)) >> 1) & MASK(guard_size)) != root.b)) {
            return NULL;
        }
        bits -= radix;
        struct slot *s = &cap_cnode_slots(root)[(cptr >> bits) & MASK(radix)];
        if (bits == 0 || cap_type(s->cap) != CAP_CNODE) {
            return s;
        }
        root = s->cap;
    }
    return NULL;
}

/* No capabilities, and all words in registers. */
static inline bool is_small(uint64_t info)
{
    return (info & MASK(FM_INFO_LABEL_SHIFT)) <= FM_NUM_MR_REGS;
}

static inline void copy_words(struct tcb *to, const struct tcb *from, uint64_t info)
{
    unsigned length = (unsigned)(info & 7);
    for (unsigned i = 0; i < length; i++) {
        to->ctx.r[FM_REG_MR0 + i] = from->ctx.r[FM_REG_MR0 + i];
    }
    to->ctx.r[FM_REG_INFO] = info;
}

static inline void run(struct tcb *t, struct sched_context *sc)
{
    sc->tcb = t;
    t->sc = sc;
    t->state = THREAD_RUNNING;
    kernel.current = t;
    arch_switch_to(t);
}

HOT bool fast_call(void)
{
    struct tcb *t = kernel.current;
    uint64_t info = t->ctx.r[FM_REG_INFO];
    if (!is_small(info)) {
        return false;
    }
    const struct slot *s = lookup(t->slots[TCB_CSPACE].cap, t->ctx.r[FM_REG_CPTR]);
    if (UNLIKELY(s == NULL || cap_type(s->cap) != CAP_ENDPOINT)) {
        return false;
    }
    unsigned rights = cap_rights(s->cap);
    if (UNLIKELY((rights & FM_RIGHT_WRITE) == 0 ||
                 (rights & (FM_RIGHT_GRANT | FM_RIGHT_GRANT_REPLY)) == 0)) {
        return false;
    }
    struct endpoint *ep = (struct endpoint *)cap_ptr(s->cap);
    if (UNLIKELY(endpoint_state(ep) != ENDPOINT_RECEIVE)) {
        return false;
    }
    struct tcb *server = ep->head;
    struct reply *reply = server->reply;
    if (UNLIKELY(reply == NULL || server->sc != NULL || !schedule_is_highest(server->prio))) {
        return false;
    }
    struct tcb *next = server->ep_next;
    ep->head = next;
    if (LIKELY(next == NULL)) {
        ep->tail_state = ENDPOINT_IDLE;
    } else {
        next->ep_prev = NULL;
    }
    server->ep_next = NULL;
    server->waits_on = NULL;
    server->reply = NULL;

    struct sched_context *sc = t->sc;
    struct reply *below = sc->reply;
    reply->tcb = t;
    reply->below = below;
    reply->above = (uint64_t)(uintptr_t)sc | REPLY_ABOVE_IS_SC;
    if (below != NULL) {
        below->above = (uint64_t)(uintptr_t)reply;
    }
    sc->reply = reply;
    t->reply = reply;
    t->sc = NULL;
    t->state = THREAD_ON_REPLY;

    copy_words(server, t, info);
    server->ctx.r[FM_REG_CPTR] = s->cap.b;
    run(server, sc);
    return true;
}

HOT bool fast_reply_recv(void)
{
    struct tcb *t = kernel.current;
    uint64_t info = t->ctx.r[FM_REG_INFO];
    struct cap root = t->slots[TCB_CSPACE].cap;
    struct sched_context *sc = t->sc;
    if (sc->reply == NULL || !is_small(info)) {
        return false; /* not on a caller's time */
    }
    const struct slot *rs = lookup(root, t->ctx.r[FM_REG_REPLY]);
    if (UNLIKELY(rs == NULL || cap_type(rs->cap) != CAP_REPLY)) {
        return false;
    }
    struct reply *reply = (struct reply *)cap_ptr(rs->cap);
    const struct slot *s = lookup(root, t->ctx.r[FM_REG_CPTR]);
    if (UNLIKELY(s == NULL || cap_type(s->cap) != CAP_ENDPOINT || reply != sc->reply ||
                 (cap_rights(s->cap) & FM_RIGHT_READ) == 0)) {
        return false;
    }
    struct endpoint *ep = (struct endpoint *)cap_ptr(s->cap);
    struct tcb *caller = reply->tcb; /* it waits: its reply is in a call stack */
    const struct notification *n = t->bound;
    if (UNLIKELY(ep->head != NULL || caller->fault.type != FM_FAULT_NONE || caller->sc != NULL ||
                 (n != NULL && (n->state == NOTIFICATION_ACTIVE || n->sc == sc)) ||
                 !schedule_is_highest(caller->prio))) {
        return false;
    }
    struct reply *below = reply->below;
    sc->reply = below;
    if (below != NULL) {
        below->above = (uint64_t)(uintptr_t)sc | REPLY_ABOVE_IS_SC;
    }
    reply->below = NULL;
    reply->above = 0;
    reply->tcb = t;
    caller->reply = NULL;

    copy_words(caller, t, info);
    caller->ctx.r[FM_REG_CPTR] = 0;

    t->sc = NULL;
    t->reply = reply;
    t->state = THREAD_ON_RECEIVE;
    t->waits_on = ep;
    ep->head = t;
    ep->tail_state = (uint64_t)(uintptr_t)t | ENDPOINT_RECEIVE;
    run(caller, sc);
    return true;
}
