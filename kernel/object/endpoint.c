/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/object/endpoint.h"

#include "kernel/api/fault.h"
#include "kernel/api/message.h"
#include "kernel/object/notification.h"
#include "kernel/object/queue.h"
#include "kernel/object/reply.h"
#include "kernel/object/sched_context.h"
#include "kernel/object/tcb.h"
#include "kernel/sched/schedule.h"

static struct queue queue_of(const struct endpoint *ep)
{
    return (struct queue){ep->head, endpoint_tail(ep)};
}

static void set_queue(struct endpoint *ep, struct queue q, enum endpoint_state state)
{
    ep->head = q.head;
    ep->tail_state = q.head == NULL ? ENDPOINT_IDLE : (uint64_t)(uintptr_t)q.tail | state;
}

static void wait_at(struct endpoint *ep, struct tcb *t, enum endpoint_state state)
{
    struct queue q = queue_of(ep);
    queue_insert_sorted(&q, t);
    set_queue(ep, q, state);
    t->waits_on = ep;
}

static void leave(struct endpoint *ep, struct tcb *t)
{
    struct queue q = queue_of(ep);
    queue_remove(&q, t);
    set_queue(ep, q, endpoint_state(ep));
    t->waits_on = NULL;
}

/*
 * The caller's message has arrived: from now on it waits for the reply, if one is possible. Its
 * scheduling context follows the message to a callee that has none.
 */
static void begin_call(struct tcb *caller, struct tcb *callee, struct reply *reply, bool may_reply,
                       bool can_donate)
{
    if (reply != NULL && may_reply) {
        reply_push(caller, callee, reply, can_donate);
    } else {
        caller->fault.type = FM_FAULT_NONE;
        caller->state = THREAD_INACTIVE;
    }
}

HOT void endpoint_send(struct endpoint *ep, struct tcb *t, struct send how)
{
    if (endpoint_state(ep) != ENDPOINT_RECEIVE) {
        if (how.blocking) {
            thread_set_state(t, THREAD_ON_SEND);
            t->badge = how.badge;
            t->is_call = how.is_call;
            t->can_grant = how.can_grant;
            t->can_grant_reply = how.can_grant_reply;
            wait_at(ep, t, ENDPOINT_SEND);
        }
        return;
    }
    struct tcb *receiver = ep->head;
    leave(ep, receiver);
    message_transfer(t, ep, how.badge, how.can_grant, receiver);
    struct reply *reply = receiver->reply;
    if (reply != NULL) {
        reply_unlink(reply, receiver);
    }
    if (how.is_call || t->fault.type != FM_FAULT_NONE) {
        begin_call(t, receiver, reply, how.can_grant || how.can_grant_reply, how.can_donate);
    } else if (how.can_donate && receiver->sc == NULL) {
        sched_context_donate(t->sc, receiver);
    }
    sched_context_woken(receiver);
    receiver->state = THREAD_RUNNING;
    schedule_offer(receiver);
    thread_set_state(t, (enum thread_state)t->state); /* it may have stopped: choose, if need be */
}

HOT void endpoint_receive(struct cap cap, struct tcb *t, bool blocking, struct reply *reply)
{
    struct endpoint *ep = (struct endpoint *)cap_ptr(cap);
    if (reply != NULL && reply->tcb != NULL && reply->tcb != t) {
        ipc_cancel(reply->tcb); /* the object serves another thread: that one is cut off */
    }
    struct notification *n = t->bound;
    if (n != NULL && n->state == NOTIFICATION_ACTIVE) {
        notification_take(n, t);
        return;
    }
    if (n != NULL && blocking) {
        notification_return_sc(n, t);
    }
    if (endpoint_state(ep) != ENDPOINT_SEND) {
        if (!blocking) {
            t->ctx.r[FM_REG_CPTR] = 0;
            return;
        }
        thread_set_state(t, THREAD_ON_RECEIVE);
        t->reply = reply;
        if (reply != NULL) {
            reply->tcb = t;
        }
        wait_at(ep, t, ENDPOINT_RECEIVE);
        return;
    }
    struct tcb *sender = ep->head;
    leave(ep, sender);
    message_transfer(sender, ep, sender->badge, sender->can_grant, t);
    sched_context_woken(sender);
    if (sender->is_call || sender->fault.type != FM_FAULT_NONE) {
        bool donate = sender->sc != NULL && sender->fault.type != FM_FAULT_TIMEOUT;
        begin_call(sender, t, reply, sender->can_grant || sender->can_grant_reply, donate);
    } else {
        thread_set_state(sender, THREAD_RUNNING);
        schedule_offer(sender);
    }
}

void ipc_cancel(struct tcb *t)
{
    switch ((unsigned)t->state) {
    case THREAD_ON_SEND:
    case THREAD_ON_RECEIVE:
        leave((struct endpoint *)t->waits_on, t);
        if (t->reply != NULL) {
            reply_unlink(t->reply, t);
        }
        t->fault.type = FM_FAULT_NONE;
        thread_set_state(t, THREAD_INACTIVE);
        break;
    case THREAD_ON_NOTIFICATION:
        notification_leave((struct notification *)t->waits_on, t);
        thread_set_state(t, THREAD_INACTIVE);
        break;
    case THREAD_ON_REPLY:
        t->fault.type = FM_FAULT_NONE;
        reply_cut(t);
        thread_set_state(t, THREAD_INACTIVE);
        break;
    default:
        break;
    }
}

/* A waiting thread whose partner is gone: it tries again, or stays stopped if it was faulting. */
void thread_start_again(struct tcb *t)
{
    if (t->fault.type == FM_FAULT_NONE) {
        thread_set_state(t, THREAD_RESTART);
        sched_context_woken(t);
        schedule_offer(t);
    } else {
        t->fault.type = FM_FAULT_NONE;
        thread_set_state(t, THREAD_INACTIVE);
    }
}

void endpoint_cancel_all(struct endpoint *ep)
{
    while (endpoint_state(ep) != ENDPOINT_IDLE) {
        struct tcb *t = ep->head;
        leave(ep, t);
        if (t->reply != NULL) {
            reply_unlink(t->reply, t);
        }
        thread_start_again(t);
    }
    schedule_again();
}

void endpoint_cancel_badged(struct endpoint *ep, uint64_t badge)
{
    if (endpoint_state(ep) != ENDPOINT_SEND) {
        return;
    }
    struct tcb *t = ep->head;
    while (t != NULL) {
        struct tcb *next = t->ep_next;
        if (t->badge == badge) {
            leave(ep, t);
            thread_start_again(t);
        }
        t = next;
    }
    schedule_again();
}

void ipc_reorder(struct tcb *t)
{
    if (t->state == THREAD_ON_SEND || t->state == THREAD_ON_RECEIVE) {
        struct endpoint *ep = (struct endpoint *)t->waits_on;
        enum endpoint_state state = endpoint_state(ep);
        leave(ep, t);
        wait_at(ep, t, state);
    } else if (t->state == THREAD_ON_NOTIFICATION) {
        struct notification *n = (struct notification *)t->waits_on;
        queue_remove(&n->queue, t);
        queue_insert_sorted(&n->queue, t);
    }
}
