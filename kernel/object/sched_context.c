/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/object/sched_context.h"

#include "kernel/api/call.h"
#include "kernel/api/message.h"
#include "kernel/object/tcb.h"
#include "kernel/sched/schedule.h"

HOT void sched_context_donate(struct sched_context *sc, struct tcb *to)
{
    struct tcb *from = sc->tcb;
    if (from != NULL) {
        schedule_leave_queues(from);
        from->sc = NULL;
        if (from == kernel.current || from == kernel.candidate) {
            schedule_again();
        }
    }
    sc->tcb = to;
    to->sc = sc;
}

void sched_context_resume(struct sched_context *sc)
{
    struct tcb *t = sc->tcb;
    if (t != NULL && thread_is_schedulable(t) && !refill_usable(sc)) {
        schedule_postpone(sc);
    }
}

void sched_context_bind_tcb(struct sched_context *sc, struct tcb *t)
{
    t->sc = sc;
    sc->tcb = t;
    if (sc->sporadic && sc != kernel.current_sc && sc->refill_max != 0) {
        refill_wake(sc);
    }
    sched_context_resume(sc);
    if (thread_is_schedulable(t)) {
        schedule_enqueue(t);
        schedule_again();
    }
}

void sched_context_unbind_tcb(struct sched_context *sc)
{
    struct tcb *t = sc->tcb;
    if (t == NULL) {
        return;
    }
    if (t == kernel.current) {
        schedule_again();
    }
    schedule_leave_queues(t);
    if (t == kernel.candidate) {
        kernel.candidate = CHOOSE_THREAD;
    }
    t->sc = NULL;
    sc->tcb = NULL;
}

void sched_context_bind_notification(struct sched_context *sc, struct notification *n)
{
    n->sc = sc;
    sc->notification = n;
}

void sched_context_unbind_notification(struct sched_context *sc)
{
    if (sc->notification != NULL) {
        sc->notification->sc = NULL;
        sc->notification = NULL;
    }
}

void sched_context_finalise(struct sched_context *sc)
{
    if (sc->yield_from != NULL) {
        sched_context_finish_yield(sc->yield_from);
    }
    if (sc == kernel.current_sc) {
        /* The time of the rest of this kernel entry is nobody's. */
        budget_commit();
        kernel.current_sc = &kernel.idle_sc;
    }
    sched_context_unbind_tcb(sc);
    sched_context_unbind_notification(sc);
    if (sc->reply != NULL) {
        sc->reply->above = 0;
        sc->reply = NULL;
    }
    sc->refill_max = 0;
    sc->sporadic = 0;
}

/* --- YieldTo --- */

void sched_context_cancel_yield(struct tcb *t)
{
    if (t->yield_to != NULL) {
        t->yield_to->yield_from = NULL;
        t->yield_to = NULL;
    }
}

static uint64_t take_consumed(struct sched_context *sc)
{
    uint64_t us = ticks_to_us(sc->consumed);
    sc->consumed = 0;
    return us;
}

/* Puts the used time where the thread's call expects its answer. */
void sched_context_finish_yield(struct tcb *t)
{
    struct sched_context *sc = t->yield_to;
    uint64_t us = take_consumed(sc);
    sched_context_cancel_yield(t);
    t->ctx.r[FM_REG_INFO] = info_make(0, 0, 0, message_put(t, &us, 1));
    t->ctx.r[FM_REG_CPTR] = 0;
}

static enum outcome yield_to(struct call *c, struct sched_context *sc)
{
    struct tcb *t = sc->tcb;
    struct tcb *self = kernel.current;
    if (t == NULL || t == self) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    if (t->prio > self->mcp) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    if (self->yield_to != NULL) {
        sched_context_cancel_yield(self);
    }
    if (sc->yield_from != NULL) {
        sched_context_finish_yield(sc->yield_from);
    }
    sched_context_resume(sc);
    if (thread_is_schedulable(t)) {
        if (t->prio >= self->prio && refill_usable(sc)) {
            /* It runs now, and the caller's answer is written when the caller runs again. */
            schedule_leave_queues(t);
            sc->yield_from = self;
            self->yield_to = sc;
            thread_set_state(self, THREAD_RUNNING);
            schedule_enqueue(self);
            schedule_enqueue(t);
            schedule_again();
            return DONE;
        }
        schedule_leave_queues(t);
        schedule_enqueue(t);
        if (sc != kernel.current_sc && t->prio == self->prio) {
            schedule_again();
        }
    }
    return call_result(c, take_consumed(sc));
}

/* --- invocations --- */

static enum outcome bind(struct call *c, struct sched_context *sc)
{
    if (call_lacks(c, 0, 1)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    struct cap cap = c->extra[0]->cap;
    if (cap_type(cap) == CAP_TCB) {
        struct tcb *t = cap_tcb(cap);
        if (sc->tcb != NULL || t->sc != NULL) {
            return refuse(c, FM_KERR_ILLEGAL_OPERATION);
        }
        if (!thread_is_runnable(t) && t->state != THREAD_INACTIVE && sc->refill_max != 0 &&
            !refill_usable(sc)) {
            return refuse(c, FM_KERR_ILLEGAL_OPERATION);
        }
        sched_context_bind_tcb(sc, t);
        return DONE;
    }
    if (cap_type(cap) == CAP_NOTIFICATION) {
        struct notification *n = (struct notification *)cap_ptr(cap);
        if (sc->notification != NULL || n->sc != NULL) {
            return refuse(c, FM_KERR_ILLEGAL_OPERATION);
        }
        sched_context_bind_notification(sc, n);
        return DONE;
    }
    return refuse_capability(c, 1);
}

static enum outcome unbind_object(struct call *c, struct sched_context *sc)
{
    if (call_lacks(c, 0, 1)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    struct cap cap = c->extra[0]->cap;
    if (cap_type(cap) == CAP_TCB) {
        struct tcb *t = cap_tcb(cap);
        if (sc->tcb != t || t == kernel.current) {
            return refuse(c, FM_KERR_ILLEGAL_OPERATION);
        }
        sched_context_unbind_tcb(sc);
        return DONE;
    }
    if (cap_type(cap) == CAP_NOTIFICATION) {
        if (sc->notification != cap_ptr(cap)) {
            return refuse(c, FM_KERR_ILLEGAL_OPERATION);
        }
        sched_context_unbind_notification(sc);
        return DONE;
    }
    return refuse_capability(c, 1);
}

enum outcome sched_context_invoke(struct call *c)
{
    struct sched_context *sc = (struct sched_context *)cap_ptr(c->slot->cap);
    switch (c->label) {
    case FM_LABEL_SC_BIND:
        return bind(c, sc);
    case FM_LABEL_SC_UNBIND_OBJECT:
        return unbind_object(c, sc);
    case FM_LABEL_SC_UNBIND:
        if (sc->tcb == kernel.current) {
            return refuse(c, FM_KERR_ILLEGAL_OPERATION);
        }
        sched_context_unbind_tcb(sc);
        sched_context_unbind_notification(sc);
        return DONE;
    case FM_LABEL_SC_CONSUMED:
        if (sc == kernel.current_sc) {
            budget_commit();
        }
        return call_result(c, take_consumed(sc));
    case FM_LABEL_SC_YIELD_TO:
        return yield_to(c, sc);
    default:
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
}

static void configure(struct sched_context *sc, uint32_t max, uint64_t budget, uint64_t period,
                      uint64_t badge, uint64_t flags)
{
    sc->badge = badge;
    sc->sporadic = (flags & FM_SC_FLAG_SPORADIC) != 0;
    if (sc == kernel.current_sc) {
        budget_commit();
    }
    if (sc->tcb != NULL) {
        schedule_leave_queues(sc->tcb);
    }
    if (budget == period) {
        period = 0;
        max = 2;
    }
    if (sc->refill_max != 0 && sc->tcb != NULL && thread_is_runnable(sc->tcb) && sc->period != 0) {
        refill_change(sc, max, budget, period);
    } else {
        refill_start(sc, max, budget, period);
    }
    if (sc == kernel.current_sc) {
        kernel.set_timer = true;
    }
    struct tcb *t = sc->tcb;
    if (t != NULL && thread_is_runnable(t)) {
        sched_context_resume(sc);
        if (t == kernel.current) {
            schedule_again();
        } else if (thread_is_schedulable(t)) {
            schedule_append(t);
            schedule_again();
        }
    }
}

enum outcome sched_control_invoke(struct call *c)
{
    if (c->label != FM_LABEL_SCHED_CONTROL_CONFIGURE) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    if (call_lacks(c, 5, 1)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    uint64_t budget_us = call_arg(c, 0);
    uint64_t period_us = call_arg(c, 1);
    uint64_t extra = call_arg(c, 2);
    uint64_t badge = call_arg(c, 3);
    uint64_t flags = call_arg(c, 4);
    struct cap cap = c->extra[0]->cap;
    if (budget_us > MAX_PERIOD_US || budget_us < FM_MIN_BUDGET_US) {
        return refuse_range(c, FM_MIN_BUDGET_US, MAX_PERIOD_US);
    }
    if (period_us > MAX_PERIOD_US || period_us < FM_MIN_BUDGET_US) {
        return refuse_range(c, FM_MIN_BUDGET_US, MAX_PERIOD_US);
    }
    if (budget_us > period_us) {
        return refuse_range(c, FM_MIN_BUDGET_US, period_us);
    }
    if (cap_type(cap) != CAP_SCHED_CONTEXT) {
        return refuse_capability(c, 1);
    }
    uint64_t most = refill_capacity((unsigned)(cap_field(cap) & 0x3f)) - 2;
    if (extra > most) {
        return refuse_range(c, 0, most);
    }
    configure((struct sched_context *)cap_ptr(cap), (uint32_t)(extra + 2), us_to_ticks(budget_us),
              us_to_ticks(period_us), badge, flags);
    return DONE;
}
