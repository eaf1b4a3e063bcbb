/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/object/reply.h"

#include "kernel/api/fault.h"
#include "kernel/api/message.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/sched_context.h"
#include "kernel/object/tcb.h"
#include "kernel/sched/schedule.h"

void reply_unlink(struct reply *r, struct tcb *t)
{
    r->tcb = NULL;
    t->reply = NULL;
}

HOT void reply_push(struct tcb *caller, struct tcb *callee, struct reply *r, bool can_donate)
{
    struct sched_context *sc = caller->sc;
    r->tcb = caller;
    caller->reply = r;
    caller->state = THREAD_ON_REPLY; /* if it is the current thread: endpoint_send looks later */
    if (sc == NULL || callee->sc != NULL || !can_donate) {
        return;
    }
    struct reply *old = sc->reply;
    KASSERT(r->below == NULL && r->above == 0);
    r->below = old;
    if (old != NULL) {
        old->above = (uint64_t)(uintptr_t)r;
    }
    r->above = (uint64_t)(uintptr_t)sc | REPLY_ABOVE_IS_SC;
    sc->reply = r;
    sched_context_donate(sc, callee);
}

/* r is the top of sc's stack: the one below becomes the top. */
static void pop(struct reply *r, struct sched_context *sc)
{
    sc->reply = r->below;
    if (r->below != NULL) {
        r->below->above = (uint64_t)(uintptr_t)sc | REPLY_ABOVE_IS_SC;
    }
    r->below = NULL;
    r->above = 0;
}

/* r leaves the middle of its stack; the two parts are no longer connected. */
static void cut(struct reply *r)
{
    struct sched_context *sc = reply_sc(r);
    if (sc != NULL) {
        sc->reply = NULL;
    } else if (r->above != 0) {
        ((struct reply *)(uintptr_t)r->above)->below = NULL;
    }
    if (r->below != NULL) {
        r->below->above = 0;
    }
    r->below = NULL;
    r->above = 0;
}

HOT void reply_remove(struct reply *r, struct tcb *caller)
{
    struct sched_context *sc = reply_sc(r);
    if (sc != NULL) {
        pop(r, sc);
        if (caller->sc == NULL) {
            sched_context_donate(sc, caller);
        }
    } else {
        cut(r);
    }
    reply_unlink(r, caller);
}

void reply_cut(struct tcb *caller)
{
    cut(caller->reply);
    reply_unlink(caller->reply, caller);
}

HOT void reply_send(struct reply *r, struct tcb *replier, bool grant)
{
    struct tcb *caller = r->tcb;
    if (caller == NULL || caller->state != THREAD_ON_REPLY) {
        return;
    }
    reply_remove(r, caller);
    sched_context_woken(caller);
    uint64_t fault = caller->fault.type;
    if (LIKELY(fault == FM_FAULT_NONE)) {
        message_transfer(replier, NULL, 0, grant, caller);
        thread_set_state(caller, THREAD_RUNNING);
    } else {
        bool restart = fault_reply(caller, replier);
        caller->fault.type = FM_FAULT_NONE;
        thread_set_state(caller, restart ? THREAD_RESTART : THREAD_INACTIVE);
    }
    struct sched_context *sc = caller->sc;
    if (sc == NULL || !thread_is_runnable(caller)) {
        return;
    }
    if (sc == kernel.current_sc || refill_usable(sc)) {
        schedule_offer(caller);
    } else if (fault_has_handler(caller, TCB_TIMEOUT_HANDLER) && fault != FM_FAULT_TIMEOUT) {
        fault_timeout(caller);
    } else {
        schedule_postpone(sc);
    }
}

void reply_finalise(struct reply *r)
{
    struct tcb *t = r->tcb;
    if (t == NULL) {
        return;
    }
    if (t->state == THREAD_ON_REPLY) {
        reply_remove(r, t);
        t->fault.type = FM_FAULT_NONE;
        thread_set_state(t, THREAD_INACTIVE);
    } else {
        ipc_cancel(t);
    }
}
