/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/object/notification.h"

#include "kernel/object/endpoint.h"
#include "kernel/object/queue.h"
#include "kernel/object/sched_context.h"
#include "kernel/object/tcb.h"
#include "kernel/sched/schedule.h"

/* A woken thread without a context borrows the notification's, if that is free. */
static void lend_sc(struct notification *n, struct tcb *t)
{
    if (t->sc == NULL && n->sc != NULL && n->sc->tcb == NULL) {
        sched_context_donate(n->sc, t);
        sched_context_woken(t);
        sched_context_resume(n->sc);
        return;
    }
    sched_context_woken(t);
}

static void wake(struct notification *n, struct tcb *t, uint64_t badge)
{
    thread_set_state(t, THREAD_RUNNING);
    t->ctx.r[FM_REG_CPTR] = badge;
    lend_sc(n, t);
    schedule_offer(t);
}

HOT void notification_signal(struct notification *n, uint64_t badge)
{
    struct tcb *t = NULL;
    switch ((enum notification_state)n->state) {
    case NOTIFICATION_IDLE:
        t = n->bound;
        if (t != NULL && t->state == THREAD_ON_RECEIVE) {
            ipc_cancel(t);
            wake(n, t, badge);
            return;
        }
        n->state = NOTIFICATION_ACTIVE;
        n->badge = badge;
        return;
    case NOTIFICATION_WAITING:
        t = n->queue.head;
        notification_leave(n, t);
        wake(n, t, badge);
        return;
    case NOTIFICATION_ACTIVE:
        n->badge |= badge;
        return;
    }
}

void notification_take(struct notification *n, struct tcb *t)
{
    t->ctx.r[FM_REG_CPTR] = n->badge;
    n->badge = 0;
    n->state = NOTIFICATION_IDLE;
    if (t->sc == NULL) {
        lend_sc(n, t);
    }
}

void notification_return_sc(struct notification *n, struct tcb *t)
{
    struct sched_context *sc = t->sc;
    if (sc != NULL && n->sc == sc) {
        schedule_leave_queues(t);
        t->sc = NULL;
        sc->tcb = NULL;
        if (t == kernel.current) {
            schedule_again();
        }
    }
}

HOT void notification_receive(struct notification *n, struct tcb *t, bool blocking)
{
    if (n->state == NOTIFICATION_ACTIVE) {
        notification_take(n, t);
        return;
    }
    if (!blocking) {
        t->ctx.r[FM_REG_CPTR] = 0;
        return;
    }
    notification_return_sc(n, t);
    thread_set_state(t, THREAD_ON_NOTIFICATION);
    t->waits_on = n;
    queue_insert_sorted(&n->queue, t);
    n->state = NOTIFICATION_WAITING;
}

void notification_leave(struct notification *n, struct tcb *t)
{
    queue_remove(&n->queue, t);
    t->waits_on = NULL;
    if (n->queue.head == NULL) {
        n->state = NOTIFICATION_IDLE;
    }
}

void notification_bind(struct notification *n, struct tcb *t)
{
    n->bound = t;
    t->bound = n;
}

void notification_unbind(struct notification *n)
{
    if (n->bound != NULL) {
        n->bound->bound = NULL;
        n->bound = NULL;
    }
}

void notification_finalise(struct notification *n)
{
    if (n->sc != NULL) {
        n->sc->notification = NULL;
        n->sc = NULL;
    }
    notification_unbind(n);
    while (n->state == NOTIFICATION_WAITING) {
        struct tcb *t = n->queue.head;
        notification_leave(n, t);
        thread_start_again(t);
    }
    schedule_again();
}
