/* SPDX-License-Identifier: Apache-2.0 */
/* System calls: phases of sending and receiving, and the dispatch of invocations. */
#include "kernel/api/call.h"
#include "kernel/api/debug.h"
#include "kernel/api/entry.h"
#include "kernel/api/fault.h"
#include "kernel/api/message.h"
#include "kernel/arch/arch.h"
#include "kernel/object/cspace.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/irq.h"
#include "kernel/object/notification.h"
#include "kernel/object/reply.h"
#include "kernel/object/sched_context.h"
#include "kernel/object/tcb.h"

static enum outcome send_endpoint(struct call *c, struct cap cap)
{
    unsigned rights = cap_rights(cap);
    if ((rights & FM_RIGHT_WRITE) == 0) {
        return refuse_capability(c, 0);
    }
    const struct send how = {
        .badge = cap.b,
        .blocking = c->blocking,
        .is_call = c->is_call,
        .can_grant = (rights & FM_RIGHT_GRANT) != 0,
        .can_grant_reply = (rights & FM_RIGHT_GRANT_REPLY) != 0,
        .can_donate = c->can_donate,
    };
    endpoint_send((struct endpoint *)cap_ptr(cap), c->thread, how);
    return DONE;
}

static enum outcome invoke(struct call *c)
{
    struct cap cap = c->slot->cap;
    switch ((unsigned)cap_type(cap)) {
    case CAP_ENDPOINT:
        return send_endpoint(c, cap);
    case CAP_NOTIFICATION:
        if ((cap_rights(cap) & FM_RIGHT_WRITE) == 0) {
            return refuse_capability(c, 0);
        }
        notification_signal((struct notification *)cap_ptr(cap), cap.b);
        return DONE;
    case CAP_REPLY:
        reply_send((struct reply *)cap_ptr(cap), c->thread,
                   (cap_rights(cap) & FM_RIGHT_GRANT) != 0);
        return DONE;
    case CAP_UNTYPED:
        return untyped_invoke(c);
    case CAP_IRQ_CONTROL:
        return irq_control_invoke(c);
    case CAP_IRQ_HANDLER:
        return irq_handler_invoke(c);
    case CAP_NULL:
    case CAP_ZOMBIE:
        return refuse_capability(c, 0);
    default:
        break;
    }
    if (cap_is_arch(cap)) {
        return arch_invoke(c);
    }
    if (c->first_phase) {
        return refuse_capability(c, 0);
    }
    switch ((unsigned)cap_type(cap)) {
    case CAP_CNODE:
        return cnode_invoke(c);
    case CAP_TCB:
        return tcb_invoke(c);
    case CAP_SCHED_CONTEXT:
        return sched_context_invoke(c);
    case CAP_SCHED_CONTROL:
        return sched_control_invoke(c);
    default:
        return domain_invoke(c);
    }
}

/* The answer of an invocation that the kernel itself carried out. */
static void reply_from_kernel(struct call *c)
{
    struct tcb *t = c->thread;
    unsigned words = c->words_written ? c->words : message_put(t, c->word, c->words);
    t->ctx.r[FM_REG_CPTR] = 0;
    t->ctx.r[FM_REG_INFO] = info_make(c->error, 0, 0, words);
}

struct phase {
    bool is_call;
    bool blocking;
    bool can_donate;
    bool first;
};

/* Sends to, or invokes, the capability at cptr. */
static enum outcome send_phase(uint64_t cptr, struct phase how)
{
    struct tcb *t = kernel.current;
    struct call c;
    struct lookup_fault f;
    uint64_t info = t->ctx.r[FM_REG_INFO];
    uint64_t bad;
    c.thread = t;
    c.is_call = how.is_call;
    c.blocking = how.blocking;
    c.can_donate = how.can_donate;
    c.first_phase = how.first;
    c.slot = cspace_lookup(t, cptr, &f);
    if (UNLIKELY(c.slot == NULL)) {
        if (how.blocking) {
            fault_cap(t, cptr, false, &f);
        }
        return DONE;
    }
    c.cptr = cptr;
    c.label = info_label(info);
    c.length = info_length(info);
    c.buffer = NULL;
    c.extra_count = 0;
    if (info_extra(info) != 0 || c.length > FM_NUM_MR_REGS) {
        c.buffer = message_buffer(t, false);
        if (c.buffer == NULL) {
            c.length = min_u64(c.length, FM_NUM_MR_REGS);
        }
        if (!message_extra_caps(t, info, c.buffer, c.extra, &c.extra_count, &bad, &f)) {
            if (how.blocking) {
                fault_cap(t, bad, false, &f);
            }
            return DONE;
        }
    }
    c.error = FM_KERR_NONE;
    c.words = 0;
    c.words_written = false;
    t->state = THREAD_RESTART; /* until the work is known to be done */
    enum outcome o = invoke(&c);
    if (o == PREEMPTED) {
        return PREEMPTED;
    }
    if (o == REFUSED) {
        refusal_say(&c);
    }
    if (t->state == THREAD_RESTART) {
        if (how.is_call) {
            reply_from_kernel(&c);
        }
        t->state = THREAD_RUNNING;
    }
    return DONE;
}

static const struct lookup_fault no_right = {FM_LOOKUP_MISSING_CAPABILITY, {0, 0, 0}};

/* Receives from the endpoint or notification at the capability register. */
static void receive_phase(bool blocking, bool with_reply)
{
    struct tcb *t = kernel.current;
    struct lookup_fault f;
    uint64_t cptr = t->ctx.r[FM_REG_CPTR];
    const struct slot *s = cspace_lookup(t, cptr, &f);
    if (UNLIKELY(s == NULL)) {
        fault_cap(t, cptr, true, &f);
        return;
    }
    struct cap cap = s->cap;
    if (cap_type(cap) == CAP_ENDPOINT && (cap_rights(cap) & FM_RIGHT_READ) != 0) {
        struct reply *reply = NULL;
        if (with_reply) {
            uint64_t reply_cptr = t->ctx.r[FM_REG_REPLY];
            s = cspace_lookup(t, reply_cptr, &f);
            if (s == NULL || cap_type(s->cap) != CAP_REPLY) {
                fault_cap(t, reply_cptr, true, s == NULL ? &f : &no_right);
                return;
            }
            reply = (struct reply *)cap_ptr(s->cap);
        }
        endpoint_receive(cap, t, blocking, reply);
        return;
    }
    if (cap_type(cap) == CAP_NOTIFICATION && (cap_rights(cap) & FM_RIGHT_READ) != 0) {
        struct notification *n = (struct notification *)cap_ptr(cap);
        if (n->bound == NULL || n->bound == t) {
            notification_receive(n, t, blocking);
            return;
        }
    }
    fault_cap(t, cptr, true, &no_right);
}

/* Gives up the rest of the slice. What was not used does not count as used. */
static void yield(void)
{
    struct sched_context *sc = kernel.current_sc;
    uint64_t used = sc->consumed + kernel.consumed;
    budget_charge(refill_head(sc)->amount, false);
    sc->consumed = used;
}

COLD static void unknown_syscall(int64_t number)
{
    struct tcb *t = kernel.current;
    if (debug_call(t, number)) {
        return;
    }
    t->fault.type = FM_FAULT_UNKNOWN_SYSCALL;
    t->fault.word[0] = (uint64_t)number;
    fault_send(t);
}

/* Interrupts that came while the kernel worked, at a preemption point. */
static void take_interrupts(void)
{
    uint64_t irq;
    if (arch_irq_get(&irq)) {
        irq_handle(irq);
        arch_irq_done(irq);
    }
}

/* Sends, then receives. Preempted while it sends (a Retype may be), it repeats the whole call later. */
static enum outcome send_then_receive(uint64_t cptr, bool with_reply)
{
    if (send_phase(cptr, (struct phase){false, false, true, true}) == PREEMPTED) {
        return PREEMPTED;
    }
    receive_phase(true, with_reply);
    return DONE;
}

static enum outcome dispatch(int64_t number)
{
    const uint64_t *r = kernel.current->ctx.r;
    uint64_t cptr = r[FM_REG_CPTR];
    switch (number) {
    case FM_SYS_CALL:
        return send_phase(cptr, (struct phase){true, true, true, false});
    case FM_SYS_SEND:
        return send_phase(cptr, (struct phase){false, true, false, false});
    case FM_SYS_NB_SEND:
        return send_phase(cptr, (struct phase){false, false, false, false});
    case FM_SYS_REPLY_RECV:
        return send_then_receive(r[FM_REG_REPLY], true);
    case FM_SYS_NB_SEND_RECV:
        return send_then_receive(r[FM_REG_DEST], true);
    case FM_SYS_NB_SEND_WAIT:
        return send_then_receive(r[FM_REG_REPLY], false);
    case FM_SYS_RECV:
        receive_phase(true, true);
        return DONE;
    case FM_SYS_NB_RECV:
        receive_phase(false, true);
        return DONE;
    case FM_SYS_WAIT:
        receive_phase(true, false);
        return DONE;
    case FM_SYS_NB_WAIT:
        receive_phase(false, false);
        return DONE;
    case FM_SYS_YIELD:
        yield();
        return DONE;
    default:
        unknown_syscall(number);
        return DONE;
    }
}

/* The last steps of every entry: who runs, and where it goes on. */
HOT static void leave(void)
{
    schedule();
    struct tcb *t = kernel.current;
    if (t->state == THREAD_RESTART) {
        t->ctx.pc = t->ctx.fault_pc;
        t->state = THREAD_RUNNING;
    }
    if (UNLIKELY(t->yield_to != NULL)) {
        sched_context_finish_yield(t);
    }
}

/* The current context cannot go on: the thread repeats its system call when it can. */
COLD static void out_of_budget(void)
{
    if (kernel.current->state == THREAD_RUNNING) {
        kernel.current->state = THREAD_RESTART;
    }
    budget_charge(kernel.consumed, true);
}

HOT void entry_syscall(int64_t number)
{
    if (number == FM_SYS_CALL) {
        if (fast_call()) {
            return;
        }
    } else if (number == FM_SYS_REPLY_RECV) {
        if (fast_reply_recv()) {
            return;
        }
    }
    time_update();
    if (LIKELY(budget_left())) {
        if (UNLIKELY(dispatch(number) == PREEMPTED)) {
            time_update();
            if (!budget_left()) {
                out_of_budget();
            }
            take_interrupts();
        }
    } else {
        out_of_budget();
    }
    leave();
}

COLD void entry_fault(void)
{
    time_update();
    if (budget_left()) {
        fault_send(kernel.current);
    } else {
        kernel.current->fault.type = FM_FAULT_NONE;
        out_of_budget();
    }
    leave();
}

HOT void entry_interrupt(void)
{
    time_update();
    if (kernel.current != &kernel.idle && !budget_left()) {
        out_of_budget();
    }
    take_interrupts();
    leave();
}
