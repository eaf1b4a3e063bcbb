/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/object/tcb.h"

#include "kernel/api/fault.h"
#include "kernel/api/message.h"
#include "kernel/arch/arch.h"
#include "kernel/object/delete.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/mdb.h"
#include "kernel/object/notification.h"
#include "kernel/object/sched_context.h"

void tcb_create(struct tcb *t)
{
    t->state = THREAD_INACTIVE;
    arch_tcb_init(t);
}

void thread_suspend(struct tcb *t)
{
    ipc_cancel(t);
    if (t->state == THREAD_RUNNING) {
        t->ctx.fault_pc = t->ctx.pc; /* a later Resume goes on after the system call */
    }
    sched_context_cancel_yield(t);
    t->fault.type = FM_FAULT_NONE;
    thread_set_state(t, THREAD_INACTIVE);
    schedule_leave_queues(t);
}

void thread_restart(struct tcb *t)
{
    if (t->state == THREAD_RUNNING || t->state == THREAD_RESTART || t->state == THREAD_IDLE) {
        return;
    }
    ipc_cancel(t);
    t->fault.type = FM_FAULT_NONE;
    thread_set_state(t, THREAD_RESTART);
    sched_context_woken(t);
    if (t->sc != NULL && t->sc->refill_max != 0) {
        sched_context_resume(t->sc);
        schedule_offer(t);
    }
}

void tcb_finalise(struct tcb *t)
{
    if (t->bound != NULL) {
        notification_unbind(t->bound);
    }
    thread_suspend(t);
    if (t->sc != NULL) {
        struct sched_context *sc = t->sc;
        if (sc->yield_from != NULL) {
            sched_context_finish_yield(sc->yield_from);
        }
        sched_context_unbind_tcb(sc);
    }
    if (t == kernel.candidate) {
        kernel.candidate = CHOOSE_THREAD;
    }
    arch_fpu_forget(t);
}

/* --- registers --- */

static enum outcome read_registers(struct call *c, struct tcb *t)
{
    if (call_lacks(c, 2, 0)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    uint64_t flags = call_arg(c, 0);
    uint64_t count = call_arg(c, 1);
    if (count < 1 || count > FM_UCTX_WORDS) {
        return refuse_range(c, 1, FM_UCTX_WORDS);
    }
    if (t == kernel.current) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    if ((flags & FM_TCB_READ_SUSPEND) != 0) {
        thread_suspend(t);
    }
    if (c->is_call) {
        uint64_t words[FM_UCTX_WORDS];
        for (unsigned i = 0; i < count; i++) {
            words[i] = arch_user_get(t, i);
        }
        /* More words than a call keeps: they go out at once, and the reply only counts them. */
        c->words = message_put(c->thread, words, (unsigned)count);
        c->error = FM_KERR_NONE;
        c->words_written = true;
    }
    return DONE;
}

static enum outcome write_registers(struct call *c, struct tcb *t)
{
    if (call_lacks(c, 2, 0)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    uint64_t flags = call_arg(c, 0);
    uint64_t count = call_arg(c, 1);
    if (c->length - 2 < count) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    if (t == kernel.current) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    count = min_u64(count, FM_UCTX_WORDS);
    for (unsigned i = 0; i < count; i++) {
        arch_user_set(t, i, call_arg(c, 2 + i));
    }
    t->ctx.pc = t->ctx.fault_pc;
    if ((flags & FM_TCB_WRITE_RESUME) != 0) {
        thread_restart(t);
    }
    return DONE;
}

static enum outcome copy_registers(struct call *c, struct tcb *t)
{
    if (call_lacks(c, 1, 1)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    uint64_t flags = call_arg(c, 0);
    if (cap_type(c->extra[0]->cap) != CAP_TCB) {
        return refuse_capability(c, 1);
    }
    struct tcb *source = cap_tcb(c->extra[0]->cap);
    if ((flags & FM_TCB_COPY_SUSPEND_SOURCE) != 0) {
        thread_suspend(source);
    }
    if ((flags & FM_TCB_COPY_RESUME_TARGET) != 0) {
        thread_restart(t);
    }
    unsigned from = (flags & FM_TCB_COPY_FRAME) != 0 ? 0 : FM_UCTX_FRAME_WORDS;
    unsigned to = (flags & FM_TCB_COPY_INTEGER) != 0 ? FM_UCTX_WORDS : FM_UCTX_FRAME_WORDS;
    for (unsigned i = from; i < to; i++) {
        arch_user_set(t, i, arch_user_get(source, i));
    }
    if ((flags & FM_TCB_COPY_FRAME) != 0) {
        t->ctx.pc = t->ctx.fault_pc;
    }
    if (t == kernel.current) {
        schedule_again();
    }
    return DONE;
}

/* --- scheduling parameters --- */

/* The authority's MCP bounds what it may give. */
static enum outcome check_prio(struct call *c, uint64_t prio, const struct tcb *authority)
{
    if (prio > authority->mcp) {
        return refuse_range(c, 0, authority->mcp);
    }
    return DONE;
}

static void set_prio(struct tcb *t, uint8_t prio)
{
    bool queued = t->in_ready;
    if (queued) {
        /* The queue is chosen by the priority: leave the old one first. */
        bool held = t->in_release;
        t->in_release = false;
        schedule_leave_queues(t);
        t->in_release = held;
    }
    t->prio = prio;
    if (queued || (thread_is_schedulable(t) && t != kernel.current)) {
        schedule_enqueue(t);
        schedule_again();
    } else if (t == kernel.current) {
        schedule_again();
    } else {
        ipc_reorder(t);
    }
}

static enum outcome set_priority(struct call *c, struct tcb *t, bool mcp)
{
    if (call_lacks(c, 1, 1)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    uint64_t prio = call_arg(c, 0);
    if (cap_type(c->extra[0]->cap) != CAP_TCB) {
        return refuse_capability(c, 1);
    }
    if (check_prio(c, prio, cap_tcb(c->extra[0]->cap)) != DONE) {
        return REFUSED;
    }
    if (mcp) {
        t->mcp = (uint8_t)prio;
    } else {
        set_prio(t, (uint8_t)prio);
    }
    return DONE;
}

/* --- spaces, buffer and handlers: what is to be installed in one slot of the thread --- */

struct install {
    bool wanted;
    struct cap cap;
    struct slot *from;
};

/* Replaces the capability in the thread's slot. Only the old one's deletion can be preempted. */
static enum outcome install(struct tcb *t, struct slot *self, enum tcb_slot where,
                            const struct install *in)
{
    if (!in->wanted) {
        return DONE;
    }
    struct slot *to = &t->slots[where];
    if (slot_delete(to) != DONE) {
        return PREEMPTED;
    }
    /* The deletion may have taken the source, or the thread, with it. */
    if (!cap_is_null(in->cap) && cap_same_object(in->cap, in->from->cap) &&
        cap_type(self->cap) == CAP_TCB && cap_tcb(self->cap) == t) {
        mdb_insert_copy(to, in->cap, in->from);
    }
    return DONE;
}

/* A zombie in a thread's slot would make the installation long. */
static bool long_deletion(const struct slot *s)
{
    return (cap_type(s->cap) == CAP_CNODE || cap_type(s->cap) == CAP_TCB ||
            cap_type(s->cap) == CAP_ZOMBIE) &&
           mdb_is_final(s);
}

static enum outcome check_handler(struct call *c, unsigned number, struct install *in)
{
    struct slot *s = c->extra[number - 1];
    *in = (struct install){true, s->cap, s};
    if (cap_is_null(s->cap)) {
        return DONE;
    }
    if (!fault_handler_valid(s->cap)) {
        return refuse_capability(c, number);
    }
    return DONE;
}

static enum outcome check_space(struct call *c, struct slot *s, uint64_t data, bool vspace,
                                struct install *in)
{
    struct cap cap = s->cap;
    if (data != 0) {
        cap = cap_update_data(cap, false, data);
    }
    enum derive d = cap_derive(s, &cap);
    if (d != DERIVE_OK) {
        return refuse(c, d == DERIVE_REVOKE_FIRST ? FM_KERR_REVOKE_FIRST
                                                  : FM_KERR_ILLEGAL_OPERATION);
    }
    if (vspace ? !arch_is_vspace_root(cap) : cap_type(cap) != CAP_CNODE) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    *in = (struct install){true, cap, s};
    return DONE;
}

static enum outcome check_buffer(struct call *c, struct slot *s, uint64_t address,
                                 struct install *in)
{
    *in = (struct install){true, cap_null(), s};
    if (address == 0) {
        return DONE;
    }
    struct cap cap = s->cap;
    enum derive d = cap_derive(s, &cap);
    if (d != DERIVE_OK) {
        return refuse(c, d == DERIVE_REVOKE_FIRST ? FM_KERR_REVOKE_FIRST
                                                  : FM_KERR_ILLEGAL_OPERATION);
    }
    if (cap_type(cap) != CAP_FRAME || cap_frame_device(cap)) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    if ((address & MASK(FM_IPC_BUFFER_BITS)) != 0) {
        return refuse(c, FM_KERR_ALIGNMENT_ERROR);
    }
    in->cap = cap;
    return DONE;
}

static enum outcome configure(struct call *c, struct tcb *t)
{
    struct install cspace, vspace, buffer;
    if (call_lacks(c, 3, 3)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    uint64_t address = call_arg(c, 2);
    if (check_buffer(c, c->extra[2], address, &buffer) != DONE) {
        return REFUSED;
    }
    if (long_deletion(&t->slots[TCB_CSPACE])) { /* the other slot never holds what is deleted in steps */
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    if (check_space(c, c->extra[0], call_arg(c, 0), false, &cspace) != DONE ||
        check_space(c, c->extra[1], call_arg(c, 1), true, &vspace) != DONE) {
        return REFUSED;
    }
    if (install(t, c->slot, TCB_CSPACE, &cspace) != DONE ||
        install(t, c->slot, TCB_VSPACE, &vspace) != DONE ||
        install(t, c->slot, TCB_BUFFER, &buffer) != DONE) {
        return PREEMPTED;
    }
    t->buffer_va = address;
    if (t == kernel.current) {
        arch_switch_to(t);
    }
    return DONE;
}

static enum outcome set_space(struct call *c, struct tcb *t)
{
    struct install handler, cspace, vspace;
    if (call_lacks(c, 2, 3)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    if (long_deletion(&t->slots[TCB_CSPACE])) { /* the other slot never holds what is deleted in steps */
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    if (check_space(c, c->extra[1], call_arg(c, 0), false, &cspace) != DONE ||
        check_space(c, c->extra[2], call_arg(c, 1), true, &vspace) != DONE ||
        check_handler(c, 1, &handler) != DONE) {
        return REFUSED;
    }
    if (install(t, c->slot, TCB_FAULT_HANDLER, &handler) != DONE ||
        install(t, c->slot, TCB_CSPACE, &cspace) != DONE ||
        install(t, c->slot, TCB_VSPACE, &vspace) != DONE) {
        return PREEMPTED;
    }
    if (t == kernel.current) {
        arch_switch_to(t);
    }
    return DONE;
}

static enum outcome set_ipc_buffer(struct call *c, struct tcb *t)
{
    struct install buffer;
    if (call_lacks(c, 1, 1)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    uint64_t address = call_arg(c, 0);
    if (check_buffer(c, c->extra[0], address, &buffer) != DONE) {
        return REFUSED;
    }
    enum outcome o = install(t, c->slot, TCB_BUFFER, &buffer);
    if (o == DONE) {
        t->buffer_va = address;
    }
    return o;
}

static enum outcome set_timeout_endpoint(struct call *c, struct tcb *t)
{
    struct install handler;
    if (call_lacks(c, 0, 1)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    if (check_handler(c, 1, &handler) != DONE) {
        return REFUSED;
    }
    return install(t, c->slot, TCB_TIMEOUT_HANDLER, &handler);
}

static enum outcome set_sched_params(struct call *c, struct tcb *t)
{
    struct install handler;
    struct sched_context *sc = NULL;
    if (call_lacks(c, 2, 3)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    uint64_t mcp = call_arg(c, 0);
    uint64_t prio = call_arg(c, 1);
    if (cap_type(c->extra[0]->cap) != CAP_TCB) {
        return refuse_capability(c, 1);
    }
    const struct tcb *authority = cap_tcb(c->extra[0]->cap);
    if (check_prio(c, mcp, authority) != DONE || check_prio(c, prio, authority) != DONE) {
        return REFUSED;
    }
    struct cap cap = c->extra[1]->cap;
    if (cap_type(cap) == CAP_SCHED_CONTEXT) {
        sc = (struct sched_context *)cap_ptr(cap);
        if (t->sc != NULL && t->sc != sc) {
            return refuse(c, FM_KERR_ILLEGAL_OPERATION);
        }
        if (sc->tcb != NULL && sc->tcb != t) {
            return refuse(c, FM_KERR_ILLEGAL_OPERATION);
        }
        if (t->sc == NULL && !thread_is_runnable(t) && t->state != THREAD_INACTIVE &&
            sc->refill_max != 0 && !refill_usable(sc)) {
            return refuse(c, FM_KERR_ILLEGAL_OPERATION);
        }
    } else if (cap_is_null(cap)) {
        if (t == kernel.current) {
            return refuse(c, FM_KERR_ILLEGAL_OPERATION);
        }
    } else {
        return refuse_capability(c, 2);
    }
    if (check_handler(c, 3, &handler) != DONE) {
        return REFUSED;
    }
    enum outcome o = install(t, c->slot, TCB_FAULT_HANDLER, &handler);
    if (o != DONE) {
        return o;
    }
    t->mcp = (uint8_t)mcp;
    set_prio(t, (uint8_t)prio);
    if (sc != NULL && t->sc == NULL) {
        sched_context_bind_tcb(sc, t);
    } else if (sc == NULL && t->sc != NULL) {
        sched_context_unbind_tcb(t->sc);
    }
    return DONE;
}

/* --- notification, flags, TLS --- */

static enum outcome bind_notification(struct call *c, struct tcb *t)
{
    if (call_lacks(c, 0, 1)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    if (t->bound != NULL) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    struct cap cap = c->extra[0]->cap;
    if (cap_type(cap) != CAP_NOTIFICATION) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    struct notification *n = (struct notification *)cap_ptr(cap);
    if ((cap_rights(cap) & FM_RIGHT_READ) == 0 || n->queue.head != NULL || n->bound != NULL) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    notification_bind(n, t);
    return DONE;
}

static enum outcome set_flags(struct call *c, struct tcb *t)
{
    if (call_lacks(c, 2, 0)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    uint64_t clear = call_arg(c, 0);
    uint64_t set = call_arg(c, 1);
    uint64_t known = FM_TCB_FLAG_FPU_DISABLED | FM_TCB_FLAG_NO_TIME;
    t->flags = (uint8_t)(((t->flags & ~clear) | set) & known);
    arch_flags_changed(t);
    return call_result(c, t->flags);
}

static enum outcome set_tls_base(struct call *c, struct tcb *t)
{
    if (call_lacks(c, 1, 0)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    arch_set_tls(t, call_arg(c, 0));
    if (t == kernel.current) {
        schedule_again();
    }
    return DONE;
}

enum outcome tcb_invoke(struct call *c)
{
    struct tcb *t = cap_tcb(c->slot->cap);
    switch (c->label) {
    case FM_LABEL_TCB_READ_REGISTERS:
        return read_registers(c, t);
    case FM_LABEL_TCB_WRITE_REGISTERS:
        return write_registers(c, t);
    case FM_LABEL_TCB_COPY_REGISTERS:
        return copy_registers(c, t);
    case FM_LABEL_TCB_CONFIGURE:
        return configure(c, t);
    case FM_LABEL_TCB_SET_PRIORITY:
        return set_priority(c, t, false);
    case FM_LABEL_TCB_SET_MC_PRIORITY:
        return set_priority(c, t, true);
    case FM_LABEL_TCB_SET_SCHED_PARAMS:
        return set_sched_params(c, t);
    case FM_LABEL_TCB_SET_TIMEOUT_ENDPOINT:
        return set_timeout_endpoint(c, t);
    case FM_LABEL_TCB_SET_IPC_BUFFER:
        return set_ipc_buffer(c, t);
    case FM_LABEL_TCB_SET_SPACE:
        return set_space(c, t);
    case FM_LABEL_TCB_SUSPEND:
        thread_suspend(t);
        return DONE;
    case FM_LABEL_TCB_RESUME:
        thread_restart(t);
        return DONE;
    case FM_LABEL_TCB_BIND_NOTIFICATION:
        return bind_notification(c, t);
    case FM_LABEL_TCB_UNBIND_NOTIFICATION:
        if (t->bound == NULL) {
            return refuse(c, FM_KERR_ILLEGAL_OPERATION);
        }
        notification_unbind(t->bound);
        return DONE;
    case FM_LABEL_TCB_SET_TLS_BASE:
        return set_tls_base(c, t);
    case FM_LABEL_TCB_SET_FLAGS:
        return set_flags(c, t);
    default:
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
}

/* There is one domain; the capability exists so that systems which set it work unchanged. */
enum outcome domain_invoke(struct call *c)
{
    switch (c->label) {
    case FM_LABEL_DOMAIN_SET:
        if (call_lacks(c, 1, 1)) {
            return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
        }
        if (call_arg(c, 0) >= FM_NUM_DOMAINS) {
            return refuse_argument(c, 0);
        }
        if (cap_type(c->extra[0]->cap) != CAP_TCB) {
            return refuse_argument(c, 1);
        }
        return DONE;
    default:
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
}
