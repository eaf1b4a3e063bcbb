/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/sched/schedule.h"

#include "kernel/api/fault.h"
#include "kernel/arch/arch.h"
#include "kernel/object/sched_context.h"
#include "kernel/object/tcb.h"

/* --- ready queues --- */

static void mark_ready(unsigned prio)
{
    kernel.ready_groups |= BIT(prio / 64);
    kernel.ready_bits[prio / 64] |= BIT(prio % 64);
}

static void mark_empty(unsigned prio)
{
    kernel.ready_bits[prio / 64] &= ~BIT(prio % 64);
    if (kernel.ready_bits[prio / 64] == 0) {
        kernel.ready_groups &= ~BIT(prio / 64);
    }
}

void schedule_enqueue(struct tcb *t)
{
    if (t->in_ready) {
        return;
    }
    struct queue *q = &kernel.ready[t->prio];
    t->in_ready = true;
    t->sched_prev = NULL;
    t->sched_next = q->head;
    if (q->head != NULL) {
        q->head->sched_prev = t;
    } else {
        q->tail = t;
        mark_ready(t->prio);
    }
    q->head = t;
}

void schedule_append(struct tcb *t)
{
    if (t->in_ready) {
        return;
    }
    struct queue *q = &kernel.ready[t->prio];
    t->in_ready = true;
    t->sched_next = NULL;
    t->sched_prev = q->tail;
    if (q->tail != NULL) {
        q->tail->sched_next = t;
    } else {
        q->head = t;
        mark_ready(t->prio);
    }
    q->tail = t;
}

static void unlink_sched(struct queue *q, struct tcb *t)
{
    if (t->sched_prev != NULL) {
        t->sched_prev->sched_next = t->sched_next;
    } else {
        q->head = t->sched_next;
    }
    if (t->sched_next != NULL) {
        t->sched_next->sched_prev = t->sched_prev;
    } else {
        q->tail = t->sched_prev;
    }
    t->sched_prev = NULL;
    t->sched_next = NULL;
}

static void dequeue_ready(struct tcb *t)
{
    struct queue *q = &kernel.ready[t->prio];
    t->in_ready = false;
    unlink_sched(q, t);
    if (q->head == NULL) {
        mark_empty(t->prio);
    }
}

static void dequeue_release(struct tcb *t)
{
    if (kernel.release.head == t) {
        kernel.set_timer = true;
    }
    t->in_release = false;
    unlink_sched(&kernel.release, t);
}

void schedule_leave_queues(struct tcb *t)
{
    if (t->in_ready) {
        dequeue_ready(t);
    }
    if (t->in_release) {
        dequeue_release(t);
    }
}

void schedule_postpone(struct sched_context *sc)
{
    struct tcb *t = sc->tcb;
    KASSERT(!t->in_release);
    if (t->in_ready) {
        dequeue_ready(t);
    }
    uint64_t due = refill_head(sc)->time;
    struct tcb *before = kernel.release.tail;
    while (before != NULL && refill_head(before->sc)->time > due) {
        before = before->sched_prev;
    }
    struct tcb *after = before != NULL ? before->sched_next : kernel.release.head;
    t->sched_prev = before;
    t->sched_next = after;
    if (before != NULL) {
        before->sched_next = t;
    } else {
        kernel.release.head = t;
        kernel.set_timer = true;
    }
    if (after != NULL) {
        after->sched_prev = t;
    } else {
        kernel.release.tail = t;
    }
    t->in_release = true;
    if (kernel.candidate == t) {
        kernel.candidate = CHOOSE_THREAD;
    }
}

/* --- time --- */

void time_update(void)
{
    uint64_t before = kernel.now;
    kernel.now = arch_time_now();
    kernel.consumed += kernel.now - before;
}

bool budget_left(void)
{
    struct sched_context *sc = kernel.current_sc;
    return refill_sufficient(sc, kernel.consumed);
}

/* The current thread's slice has ended. */
static void end_slice(bool may_fault)
{
    struct tcb *t = kernel.current;
    struct sched_context *sc = t->sc;
    if (may_fault && !refill_round_robin(sc) && fault_has_handler(t, TCB_TIMEOUT_HANDLER)) {
        fault_timeout(t);
    } else if (refill_usable(sc)) {
        schedule_append(t);
    } else {
        schedule_postpone(sc);
    }
}

void budget_charge(uint64_t used, bool may_fault)
{
    struct sched_context *sc = kernel.current_sc;
    if (sc != &kernel.idle_sc) {
        if (refill_round_robin(sc)) {
            refill_head(sc)->amount = sc->budget;
        } else {
            refill_charge(sc, used);
        }
        sc->consumed += used;
    }
    kernel.consumed = 0;
    kernel.set_timer = true;
    if (kernel.current->sc == sc && thread_is_schedulable(kernel.current)) {
        end_slice(may_fault);
    }
    schedule_again();
}

void budget_commit(void)
{
    struct sched_context *sc = kernel.current_sc;
    if (kernel.consumed != 0 && sc->refill_max != 0) {
        if (sc != &kernel.idle_sc) {
            refill_charge(sc, kernel.consumed);
        }
        sc->consumed += kernel.consumed;
    }
    kernel.consumed = 0;
}

/* --- the choice --- */

HOT void schedule_offer(struct tcb *t)
{
    if (!thread_is_schedulable(t)) {
        return;
    }
    if (kernel.candidate != NULL) {
        schedule_again();
        schedule_enqueue(t);
    } else {
        kernel.candidate = t;
    }
}

HOT void schedule_again(void)
{
    struct tcb *t = kernel.candidate;
    if (t != NULL && t != CHOOSE_THREAD && thread_is_schedulable(t)) {
        schedule_enqueue(t);
    }
    kernel.candidate = CHOOSE_THREAD;
}

static void release_due(void)
{
    while (kernel.release.head != NULL && refill_ready(kernel.release.head->sc)) {
        struct tcb *t = kernel.release.head;
        dequeue_release(t);
        kernel.set_timer = true;
        schedule_offer(t);
    }
}

static void make_current(struct tcb *t)
{
    if (t->in_ready) {
        dequeue_ready(t);
    }
    kernel.current = t;
}

static void choose(void)
{
    if (kernel.ready_groups == 0) {
        kernel.current = &kernel.idle;
        return;
    }
    unsigned group = 63 - (unsigned)__builtin_clzll(kernel.ready_groups);
    unsigned prio = group * 64 + 63 - (unsigned)__builtin_clzll(kernel.ready_bits[group]);
    make_current(kernel.ready[prio].head);
}

static void decide(void)
{
    struct tcb *old = kernel.current;
    struct tcb *t = kernel.candidate;
    bool runnable = thread_is_schedulable(old);
    if (runnable) {
        schedule_enqueue(old);
    }
    if (t == CHOOSE_THREAD) {
        choose();
    } else if ((old == &kernel.idle || t->prio < old->prio) && !schedule_is_highest(t->prio)) {
        schedule_enqueue(t);
        choose();
    } else if (runnable && t->prio == old->prio) {
        schedule_append(t);
        choose();
    } else {
        make_current(t);
    }
    kernel.candidate = NULL;
}

static void set_timer(void)
{
    struct sched_context *sc = kernel.current_sc;
    uint64_t deadline = sc == &kernel.idle_sc ? MASK(62) : kernel.now + refill_head(sc)->amount;
    if (kernel.release.head != NULL) {
        deadline = min_u64(deadline, refill_head(kernel.release.head->sc)->time);
    }
    arch_timer_set(deadline);
}

/* From now on time is charged to the current thread's context. */
static void change_context(void)
{
    struct tcb *t = kernel.current;
    struct sched_context *sc = t == &kernel.idle ? &kernel.idle_sc : t->sc;
    if (kernel.current_sc != sc) {
        kernel.set_timer = true;
        if (!sc->sporadic && sc != &kernel.idle_sc) {
            refill_wake(sc);
        }
        budget_commit();
        kernel.current_sc = sc;
    } else if (kernel.set_timer) {
        budget_commit();
    }
}

HOT void schedule(void)
{
    if (kernel.release.head != NULL) {
        release_due();
    }
    if (kernel.candidate != NULL) {
        struct tcb *old = kernel.current;
        decide();
        if (kernel.current != old) {
            if (kernel.current == &kernel.idle) {
                arch_switch_to_idle();
            } else {
                arch_switch_to(kernel.current);
            }
        }
    }
    change_context();
    if (kernel.set_timer) {
        set_timer();
        kernel.set_timer = false;
    }
}
