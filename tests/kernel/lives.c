/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lives of objects on the host, step by step with every invariant checked after each: who waits when an object
 * goes, lent contexts, interrupts, faults and their answers, registers, address spaces and their pools. What the
 * fuzzer rarely builds.
 */
#include "kernel/api/entry.h"
#include "kernel/api/message.h"
#include "kernel/arch/arch.h"
#include "kernel/boot/boot.h"
#include "kernel/object/tcb.h"
#include "tests/kernel/host/user.h"
#include "tests/tap.h"

#define SLOTS 400u
enum {
    MEM = 200,
    EP,
    EP_A,
    EP_B,
    NTF,
    NTF_BADGED,
    REPLY,
    REPLY2,
    IRQ,
    T1 = 220,
    T2 = 230,
    T3 = 240,
    PT = 250,
    PT2,
    VS,
    POOL,
    UT12,
    FRAME,
    SPARE
};

static struct tcb *root_tcb;

static uint64_t ask(uint64_t cptr, uint64_t label, unsigned words, const uint64_t *w, unsigned caps, const uint64_t *c)
{
    uint64_t e = host_call(cptr, label, words, w, caps, c);
    host_check(host_root_slots(), SLOTS);
    return e;
}

#define FINE(x, name) TAP_EQ((x), FM_KERR_NONE, name)

/* A system call of the current thread that may end anywhere. */
static void call_number(int64_t number, uint64_t cptr, uint64_t info, uint64_t reply)
{
    struct tcb *t = kernel.current;
    t->ctx.r[FM_REG_CPTR] = cptr;
    t->ctx.r[FM_REG_INFO] = info;
    t->ctx.r[FM_REG_REPLY] = reply;
    t->ctx.fault_pc = 0x400000;
    t->ctx.pc = 0x400004;
    entry_syscall(number);
    host_check(cap_cnode_slots(root_tcb->slots[TCB_CSPACE].cap), SLOTS);
}

static uint64_t set_prio(uint64_t tcb, uint64_t prio)
{
    const uint64_t self = FM_SLOT_TCB;
    return ask(tcb, FM_LABEL_TCB_SET_PRIORITY, 1, &prio, 1, &self);
}

static void begin(void)
{
    host_ram_bytes = 0x1000000;
    host_boot();
    root_tcb = kernel.current;
    uint64_t u = host_untyped();
    FINE(host_retype(u, FM_OBJ_UNTYPED, 20, MEM, 1), "KLIV000 memory");
    host_retype(MEM, FM_OBJ_ENDPOINT, 0, EP, 1);
    host_mint(EP_A, EP, 15, 0xa);
    host_mint(EP_B, EP, 15, 0xb);
    host_retype(MEM, FM_OBJ_NOTIFICATION, 0, NTF, 1);
    host_mint(NTF_BADGED, NTF, 15, 0x40);
    host_retype(MEM, FM_OBJ_REPLY, 0, REPLY, 2);
    set_prio(FM_SLOT_TCB, 100);
}

/* A thread above the root task: it is current afterwards. */
static struct tcb *start(uint64_t at, uint64_t prio, uint64_t handler)
{
    host_thread(MEM, at, prio, handler);
    return cap_tcb(cap_cnode_slots(root_tcb->slots[TCB_CSPACE].cap)[at].cap);
}

static void waiters(void)
{
    begin();
    struct tcb *a = start(T1, 150, 0);
    TAP_OK(kernel.current == a, "KLIV010 a thread of higher priority runs at once");
    call_number(FM_SYS_SEND, EP_A, info_make(1, 0, 0, 0), 0);
    struct tcb *b = start(T2, 151, 0);
    call_number(FM_SYS_CALL, EP_B, info_make(2, 0, 0, 0), 0);
    TAP_OK(a->state == THREAD_ON_SEND && b->state == THREAD_ON_SEND && kernel.current == root_tcb,
        "KLIV011 two senders wait");
    const uint64_t w[] = {EP_A, 64};
    FINE(ask(FM_SLOT_CNODE, FM_LABEL_CNODE_CANCEL_BADGED_SENDS, 2, w, 0, NULL), "KLIV012 CancelBadgedSends");
    TAP_OK(kernel.current == a && b->state == THREAD_ON_SEND,
        "KLIV013 starts the one of that badge again, and only it");
    call_number(FM_SYS_RECV, NTF, 0, 0);
    TAP_EQ(a->state, THREAD_ON_NOTIFICATION, "KLIV014 it waits at a notification instead");
    struct tcb *c = start(T3, 152, 0);
    call_number(FM_SYS_WAIT, NTF, 0, 0);
    TAP_OK(c->state == THREAD_ON_NOTIFICATION && kernel.current == root_tcb, "KLIV015 another too");
    set_prio(T1, 160);
    host_delete(NTF_BADGED);
    FINE(host_delete(NTF), "KLIV016 the notification goes");
    TAP_OK(kernel.current == a && c->state == THREAD_RESTART, "KLIV017 and both start again");
    call_number(FM_SYS_WAIT, NTF, 0, 0);
    TAP_OK(kernel.current == c, "KLIV018 the wait of one fails: it faults, and stops without a handler");
    TAP_EQ(a->state, THREAD_INACTIVE, "KLIV019 stopped");
    call_number(FM_SYS_RECV, EP_A, 0, REPLY);
    TAP_OK(c->state == THREAD_ON_REPLY || c->state == THREAD_RUNNING,
        "KLIV020 the other receives the caller that waits");
    TAP_EQ(b->state, THREAD_ON_REPLY, "KLIV021 who now waits for the answer");
    call_number(FM_SYS_RECV, EP, 0, REPLY2);
    TAP_EQ(c->state, THREAD_ON_RECEIVE, "KLIV022 receiving");
    FINE(ask(T2, FM_LABEL_TCB_SUSPEND, 0, NULL, 0, NULL), "KLIV023 Suspend cuts the caller off");
    TAP_OK(b->reply == NULL && b->state == THREAD_INACTIVE, "KLIV024 from its reply object");
    host_delete(EP_A);
    host_delete(EP_B);
    FINE(host_delete(EP), "KLIV025 the endpoint goes");
    TAP_OK(kernel.current == c && c->reply == NULL, "KLIV026 its receiver starts again without its reply object");
}

static void lent_context(void)
{
    begin();
    struct tcb *a = start(T1, 150, 0);
    call_number(FM_SYS_WAIT, NTF, 0, 0);
    FINE(ask(T1 + 1, FM_LABEL_SC_UNBIND, 0, NULL, 0, NULL), "KLIV040 its context is taken");
    const uint64_t n = NTF, t = T1;
    FINE(ask(T1 + 1, FM_LABEL_SC_BIND, 0, NULL, 1, &n), "KLIV041 and given to the notification");
    TAP_EQ(ask(T1 + 1, FM_LABEL_SC_BIND, 0, NULL, 1, &n), FM_KERR_ILLEGAL_OPERATION, "KLIV042 once");
    call_number(FM_SYS_SEND, NTF_BADGED, 0, 0);
    TAP_OK(kernel.current == a && a->sc != NULL && a->ctx.r[FM_REG_CPTR] == 0x40,
        "KLIV043 woken, the thread runs on it");
    call_number(FM_SYS_WAIT, NTF, 0, 0);
    TAP_OK(a->sc == NULL && kernel.current == root_tcb, "KLIV044 waiting again it gives it back");
    call_number(FM_SYS_SEND, NTF_BADGED, 0, 0);
    call_number(FM_SYS_NB_WAIT, NTF, 0, 0);
    TAP_OK(kernel.current == a && a->ctx.r[FM_REG_CPTR] == 0, "KLIV045 a poll finds nothing");
    call_number(FM_SYS_WAIT, NTF, 0, 0);
    TAP_EQ(ask(T1 + 1, FM_LABEL_SC_UNBIND_OBJECT, 0, NULL, 1, &t), FM_KERR_ILLEGAL_OPERATION,
        "KLIV046 not the thread's");
    FINE(ask(T1 + 1, FM_LABEL_SC_UNBIND_OBJECT, 0, NULL, 1, &n), "KLIV047 UnbindObject of the notification");
    FINE(ask(T1 + 1, FM_LABEL_SC_BIND, 0, NULL, 1, &t), "KLIV048 bound to the thread again");
    FINE(ask(T1 + 1, FM_LABEL_SC_UNBIND_OBJECT, 0, NULL, 1, &t), "KLIV049 and unbound by it");
    FINE(ask(T1 + 1, FM_LABEL_SC_BIND, 0, NULL, 1, &n), "KLIV050 to the notification");
    FINE(host_delete(T1 + 1), "KLIV051 a context that a notification has goes");
    FINE(host_delete(NTF_BADGED), "KLIV052");
    FINE(host_delete(NTF), "KLIV053 a notification with a waiter goes");
    /* bound notification: wakes a receiver */
    begin();
    a = start(T1, 150, 0);
    call_number(FM_SYS_RECV, EP, 0, REPLY);
    TAP_EQ(a->state, THREAD_ON_RECEIVE, "KLIV054 receiving");
    FINE(ask(T1, FM_LABEL_TCB_BIND_NOTIFICATION, 0, NULL, 1, &n), "KLIV055 bound while it receives");
    call_number(FM_SYS_SEND, NTF_BADGED, 0, 0);
    TAP_OK(kernel.current == a && a->ctx.r[FM_REG_CPTR] == 0x40 && a->reply == NULL,
        "KLIV056 a signal ends the receive");
    call_number(FM_SYS_SEND, NTF_BADGED, 0, 0);
    call_number(FM_SYS_RECV, EP, 0, REPLY);
    TAP_OK(kernel.current == a && a->ctx.r[FM_REG_CPTR] == 0x40, "KLIV057 one that is there is taken first");
    call_number(FM_SYS_RECV, EP, 0, REPLY);
    FINE(ask(T1, FM_LABEL_TCB_UNBIND_NOTIFICATION, 0, NULL, 0, NULL),
        "KLIV058 unbound");
    FINE(ask(T1, FM_LABEL_TCB_BIND_NOTIFICATION, 0, NULL, 1, &n), "KLIV059 bound");
    FINE(host_delete(T1), "KLIV060 the thread goes");
    TAP_EQ(ask(FM_SLOT_TCB, FM_LABEL_TCB_BIND_NOTIFICATION, 0, NULL, 1, &n), 0,
        "KLIV061 the notification is free again");
}

static void interrupts(void)
{
    begin();
    const uint64_t root = FM_SLOT_CNODE, n = NTF_BADGED;
    const uint64_t w[] = {7, FM_IRQ_TRIGGER_EDGE, IRQ, 64};
    FINE(ask(FM_SLOT_IRQ_CONTROL, FM_LABEL_IRQ_ISSUE_HANDLER_TRIGGER, 4, w, 1, &root), "KLIV080 a handler");
    FINE(ask(IRQ, FM_LABEL_IRQ_SET_NOTIFICATION, 0, NULL, 1, &n), "KLIV081 its notification");
    FINE(ask(IRQ, FM_LABEL_IRQ_SET_NOTIFICATION, 0, NULL, 1, &n), "KLIV082 set again");
    struct tcb *a = start(T1, 150, 0);
    call_number(FM_SYS_WAIT, NTF, 0, 0);
    host_irq = 7;
    host_irq_waiting = true;
    entry_interrupt();
    TAP_OK(kernel.current == a && a->ctx.r[FM_REG_CPTR] == 0x40,
        "KLIV083 an interrupt wakes the driver, with the badge");
    FINE(ask(IRQ, FM_LABEL_IRQ_ACK, 0, NULL, 0, NULL), "KLIV084 Ack");
    FINE(ask(IRQ, FM_LABEL_IRQ_CLEAR, 0, NULL, 0, NULL), "KLIV085 Clear");
    host_irq_waiting = true;
    entry_interrupt();
    call_number(FM_SYS_NB_WAIT, NTF, 0, 0);
    TAP_EQ(a->ctx.r[FM_REG_CPTR], 0, "KLIV086 nobody hears of it now");
    FINE(host_delete(IRQ), "KLIV087 the handler goes");
    FINE(ask(FM_SLOT_IRQ_CONTROL, FM_LABEL_IRQ_ISSUE_HANDLER_TRIGGER, 4, w, 1, &root), "KLIV088 and can be had again");
    host_irq = 9;
    host_irq_waiting = true;
    entry_interrupt(); /* nobody has it: masked, no more */
    TAP_OK(kernel.current == a, "KLIV089 an interrupt without a handler changes nothing");
}

static void faults(void)
{
    begin();
    struct tcb *a = start(T1, 150, EP_A);
    call_number(FM_SYS_SEND, 3999, 0, 0); /* nothing is there */
    TAP_EQ(a->state, THREAD_RUNNING, "KLIV100 an empty slot refuses a Send silently");
    call_number(FM_SYS_SEND, 1ul << 60, 0, 0);
    TAP_OK(a->state == THREAD_ON_SEND && kernel.current == root_tcb, "KLIV101 a pointer past the guard faults");
    call_number(FM_SYS_RECV, EP, 0, REPLY);
    TAP_EQ(root_tcb->ctx.r[FM_REG_CPTR], 0xa, "KLIV102 the handler hears of it by its badge");
    TAP_EQ(info_label(root_tcb->ctx.r[FM_REG_INFO]), FM_FAULT_CAP, "KLIV103 a capability fault");
    TAP_EQ(root_tcb->ctx.r[FM_REG_MR0 + FM_CAPFAULT_LOOKUP_TYPE], FM_LOOKUP_GUARD_MISMATCH,
        "KLIV104 its lookup failure");
    TAP_EQ(host_buffer()[FM_IPC_MSG + FM_CAPFAULT_LOOKUP_TYPE + 1], 64, "KLIV120 whose details are in the buffer");
    call_number(FM_SYS_SEND, REPLY, info_make(0, 0, 0, 0), 0);
    TAP_OK(kernel.current == a, "KLIV105 answered with label 0 it goes on");
    a->fault.type = FM_FAULT_VM;
    a->fault.word[0] = 0xdead000;
    a->ctx.fault_pc = 0x1234;
    entry_fault();
    call_number(FM_SYS_RECV, EP, 0, REPLY);
    TAP_EQ(root_tcb->ctx.r[FM_REG_MR0 + FM_VMFAULT_ADDR], 0xdead000, "KLIV106 a memory fault tells its address");
    call_number(FM_SYS_SEND, REPLY, info_make(1, 0, 0, 0), 0);
    TAP_OK(kernel.current == a, "KLIV107 and goes on when it is answered, whatever the label");
    call_number(-77, 1, 0, 0);
    call_number(FM_SYS_RECV, EP, 0, REPLY);
    TAP_EQ(info_label(root_tcb->ctx.r[FM_REG_INFO]), FM_FAULT_UNKNOWN_SYSCALL,
        "KLIV108 an unknown system call is a fault");
    root_tcb->ctx.r[FM_REG_MR0] = 0x5678;
    call_number(FM_SYS_SEND, REPLY, info_make(0, 0, 0, 120), 0);
    TAP_EQ(a->ctx.pc, 0x5678, "KLIV109 its answer sets registers, as many as there are and no more");
    /* A timeout with its own handler, answered with registers. */
    const uint64_t h = EP_B, sc = T1 + 1;
    const uint64_t times[] = {100, 100000, 0, 0x77, 0};
    call_number(FM_SYS_WAIT, NTF, 0, 0);
    FINE(ask(T1, FM_LABEL_TCB_SET_TIMEOUT_ENDPOINT, 0, NULL, 1, &h), "KLIV110 a timeout handler");
    FINE(ask(host_bootinfo()->sched_control.start, FM_LABEL_SCHED_CONTROL_CONFIGURE, 5, times, 1, &sc),
        "KLIV111 a small budget");
    call_number(FM_SYS_SEND, NTF, 0, 0);
    TAP_OK(kernel.current == a, "KLIV112 it runs");
    host_now += us_to_ticks(150);
    host_irq = 0;
    host_irq_waiting = true;
    entry_interrupt();
    TAP_OK(kernel.current == root_tcb && a->fault.type == FM_FAULT_TIMEOUT, "KLIV113 out of budget: a timeout fault");
    call_number(FM_SYS_RECV, EP, 0, REPLY);
    TAP_EQ(root_tcb->ctx.r[FM_REG_CPTR], 0xb, "KLIV114 the timeout handler's badge");
    TAP_EQ(root_tcb->ctx.r[FM_REG_MR0 + FM_TIMEOUT_DATA], 0x77, "KLIV115 and the context's");
    root_tcb->ctx.r[FM_REG_MR0] = 0x9abc;
    call_number(FM_SYS_SEND, REPLY, info_make(0, 0, 0, 120), 0);
    TAP_EQ(a->ctx.fault_pc, 0x9abc, "KLIV116 the answer is a register set");
    TAP_EQ(a->in_release, true, "KLIV117 and it waits for its next period");
    FINE(host_delete(EP_B), "KLIV118");
    FINE(host_delete(T1), "KLIV119 it goes while it waits for time");
}

static void registers(void)
{
    begin();
    struct tcb *a = start(T1, 150, 0);
    call_number(FM_SYS_WAIT, NTF, 0, 0);
    start(T2, 150, 0);
    call_number(FM_SYS_WAIT, NTF, 0, 0);
    uint64_t w[2 + FM_UCTX_WORDS] = {0, FM_UCTX_WORDS, 0x7000};
    w[5] = 0x55;
    FINE(ask(T1, FM_LABEL_TCB_WRITE_REGISTERS, 2 + FM_UCTX_WORDS, w, 0, NULL),
        "KLIV140 WriteRegisters");
    TAP_EQ(a->ctx.pc, 0x7000, "KLIV141 the pc");
    uint64_t many[102] = {0, 100};
    FINE(ask(T1, FM_LABEL_TCB_WRITE_REGISTERS, 102, many, 0, NULL), "KLIV155 WriteRegisters of more than there are");
    w[1] = FM_UCTX_WORDS;
    FINE(ask(T1, FM_LABEL_TCB_WRITE_REGISTERS, 2 + FM_UCTX_WORDS, w, 0, NULL), "KLIV156 and of all");
    const uint64_t one = T1;
    const uint64_t flags = FM_TCB_COPY_FRAME | FM_TCB_COPY_INTEGER | FM_TCB_COPY_SUSPEND_SOURCE |
                           FM_TCB_COPY_RESUME_TARGET;
    FINE(ask(T2, FM_LABEL_TCB_COPY_REGISTERS, 1, &flags, 1, &one), "KLIV142 CopyRegisters");
    TAP_OK(kernel.current != root_tcb && kernel.current->ctx.pc == 0x7000 && a->state == THREAD_INACTIVE,
           "KLIV143 with Resume and Suspend");
    call_number(FM_SYS_WAIT, NTF, 0, 0);
    const uint64_t read[] = {FM_TCB_READ_SUSPEND, FM_UCTX_WORDS};
    FINE(ask(T2, FM_LABEL_TCB_READ_REGISTERS, 2, read, 0, NULL), "KLIV144 ReadRegisters");
    TAP_EQ(host_reply[0], 0x400000, "KLIV145 the pc");
    w[0] = FM_TCB_WRITE_RESUME;
    FINE(ask(T2, FM_LABEL_TCB_WRITE_REGISTERS, 2 + FM_UCTX_WORDS, w, 0, NULL), "KLIV146 WriteRegisters and Resume");
    TAP_OK(kernel.current != root_tcb, "KLIV147 it runs");
    call_number(FM_SYS_WAIT, NTF, 0, 0);
    const uint64_t spaces[] = {EP_A, FM_SLOT_CNODE, FM_SLOT_VSPACE};
    const uint64_t data[] = {0, 0};
    FINE(ask(T2, FM_LABEL_TCB_SET_SPACE, 2, data, 3, spaces), "KLIV148 SetSpace");
    const uint64_t prios[] = {200, 120};
    const uint64_t params[] = {FM_SLOT_TCB, 0, EP_A};
    FINE(ask(T2, FM_LABEL_TCB_SET_SCHED_PARAMS, 2, prios, 3, params), "KLIV149 SetSchedParams takes the context away");
    const uint64_t back[] = {FM_SLOT_TCB, T2 + 1, EP_A};
    FINE(ask(T2, FM_LABEL_TCB_SET_SCHED_PARAMS, 2, prios, 3, back), "KLIV150 and gives it");
    const uint64_t buffer[] = {0x30000};
    const uint64_t frame = T2 + 2;
    FINE(ask(T2, FM_LABEL_TCB_SET_IPC_BUFFER, 1, buffer, 1, &frame), "KLIV151 SetIPCBuffer");
    const uint64_t tls = 0x1234;
    FINE(ask(FM_SLOT_TCB, FM_LABEL_TCB_SET_TLS_BASE, 1, &tls, 0, NULL), "KLIV152 SetTLSBase of oneself");
    /* YieldTo: the target runs, and the caller learns how long. */
    call_number(FM_SYS_SEND, NTF, 0, 0);
    set_prio(T2, 100);
    if (kernel.current != root_tcb) {
        call_number(FM_SYS_WAIT, NTF, 0, 0);
    }
    call_number(FM_SYS_SEND, NTF, 0, 0);
    call_number(FM_SYS_CALL, T2 + 1, info_make(FM_LABEL_SC_YIELD_TO, 0, 0, 0), 0);
    TAP_OK(kernel.current != root_tcb && root_tcb->yield_to != NULL,
        "KLIV153 YieldTo a ready thread of the same priority");
    host_now += us_to_ticks(30);
    call_number(FM_SYS_WAIT, NTF, 0, 0);
    TAP_OK(kernel.current == root_tcb && root_tcb->ctx.r[FM_REG_MR0] == 30,
        "KLIV154 ends when that waits, and tells its time");
}

static void spaces(void)
{
    begin();
    const uint64_t root = FM_SLOT_CNODE, vspace = FM_SLOT_VSPACE;
    host_retype(MEM, FM_OBJ_PAGE_TABLE, 0, PT, 3); /* PT, PT2, VS */
    host_retype(MEM, FM_OBJ_UNTYPED, 12, UT12, 1);
    host_retype(MEM, FM_OBJ_SMALL_PAGE, 0, FRAME, 1);
    const uint64_t to[] = {POOL, 64};
    const uint64_t caps[] = {UT12, root};
    FINE(ask(FM_SLOT_ASID_CONTROL, FM_LABEL_ASID_CONTROL_MAKE_POOL, 2, to, 2, caps), "KLIV170 a second ASID pool");
    const uint64_t vs = VS;
    FINE(ask(POOL, FM_LABEL_ASID_POOL_ASSIGN, 0, NULL, 1, &vs), "KLIV171 a space of it");
    const uint64_t at[] = {0x40000000, 3, FM_VM_DEFAULT}, table[] = {0x40000000, FM_VM_DEFAULT};
    TAP_EQ(ask(FRAME, FM_LABEL_PAGE_MAP, 3, at, 1, &vs), FM_KERR_FAILED_LOOKUP, "KLIV172 no tables yet");
    FINE(ask(PT, FM_LABEL_PAGE_TABLE_MAP, 2, table, 1, &vs), "KLIV173 a table");
    FINE(ask(PT2, FM_LABEL_PAGE_TABLE_MAP, 2, table, 1, &vs), "KLIV174 and the last one");
    FINE(ask(FRAME, FM_LABEL_PAGE_MAP, 3, at, 1, &vs), "KLIV175 a page");
    FINE(ask(FRAME, FM_LABEL_PAGE_MAP, 3, at, 1, &vs), "KLIV176 again at the same place");
    const uint64_t elsewhere[] = {0x40001000, 3, FM_VM_DEFAULT};
    TAP_EQ(ask(FRAME, FM_LABEL_PAGE_MAP, 3, elsewhere, 1, &vs), FM_KERR_INVALID_ARGUMENT, "KLIV177 not elsewhere");
    TAP_EQ(ask(FRAME, FM_LABEL_PAGE_MAP, 3, at, 1, &vspace) != 0, true, "KLIV178 nor in another space");
    FINE(ask(FRAME, FM_LABEL_PAGE_UNMAP, 0, NULL, 0, NULL), "KLIV179 unmapped");
    FINE(ask(FRAME, FM_LABEL_PAGE_MAP, 3, elsewhere, 1, &vs),
        "KLIV180 now elsewhere");
    FINE(ask(FRAME, FM_LABEL_PAGE_GET_ADDRESS, 0, NULL, 0, NULL), "KLIV181 GetAddress");
    FINE(host_copy(SPARE, PT2, 15), "KLIV182 a copy of a mapped table");
    TAP_EQ(ask(PT2, FM_LABEL_PAGE_TABLE_UNMAP, 0, NULL, 0, NULL), FM_KERR_REVOKE_FIRST,
        "KLIV183 it is not unmapped while copied");
    host_delete(SPARE);
    FINE(ask(PT2, FM_LABEL_PAGE_TABLE_UNMAP, 0, NULL, 0, NULL), "KLIV184 then it is");
    FINE(ask(PT2, FM_LABEL_PAGE_TABLE_MAP, 2, table, 1, &vs), "KLIV185 and can be mapped again");
    FINE(host_delete(PT), "KLIV186 a mapped table goes, with what is below it");
    FINE(ask(FRAME, FM_LABEL_PAGE_UNMAP, 0, NULL, 0, NULL), "KLIV187 unmapping what is no longer there");
    FINE(host_delete(PT2), "KLIV188 the table below goes");
    FINE(host_copy(SPARE, VS, 15), "KLIV189 a copy of a space");
    FINE(host_delete(SPARE), "KLIV190");
    host_retype(MEM, FM_OBJ_PAGE_TABLE, 0, PT, 1);
    const uint64_t pt = PT;
    FINE(ask(POOL, FM_LABEL_ASID_POOL_ASSIGN, 0, NULL, 1, &pt), "KLIV191 a second space");
    FINE(host_delete(VS), "KLIV192 a space goes, its ASID is free");
    FINE(host_delete(POOL), "KLIV193 the pool goes with a space in it");
    host_retype(MEM, FM_OBJ_PAGE_TABLE, 0, VS, 1);
    TAP_EQ(ask(VS, FM_LABEL_PAGE_TABLE_MAP, 2, table, 1, &pt), FM_KERR_FAILED_LOOKUP,
        "KLIV194 that space is dead");
    FINE(host_revoke(UT12), "KLIV195 the pool's memory comes back");
    FINE(ask(FM_SLOT_ASID_CONTROL, FM_LABEL_ASID_CONTROL_MAKE_POOL, 2, to, 2, caps), "KLIV196 for another pool");
    TAP_EQ(ask(VS, FM_LABEL_PAGE_TABLE_MAP, 2, table, 1, &pt), FM_KERR_FAILED_LOOKUP,
        "KLIV197 in which the old space is not");
    FINE(host_delete(PT), "KLIV198 the dead space goes");
    uint64_t n = 0;
    host_revoke(MEM);
    FINE(host_retype(MEM, FM_OBJ_UNTYPED, 20, SPARE, 1), "KLIV199 Revoke gives all memory back");
    host_revoke(MEM);
    host_retype(MEM, FM_OBJ_UNTYPED, 12, SPARE, 100);
    uint64_t e = 0;
    for (; e == 0 && n < 99; n++) {
        const uint64_t where[] = {SPARE + 100 + n, 64};
        const uint64_t from[] = {SPARE + n, root};
        e = ask(FM_SLOT_ASID_CONTROL, FM_LABEL_ASID_CONTROL_MAKE_POOL, 2, where, 2, from);
    }
    TAP_OK(e == FM_KERR_DELETE_FIRST || n == 99, "KLIV200 there are so many pools and no more");
}

int main(void)
{
    waiters();
    lent_context();
    interrupts();
    faults();
    registers();
    spaces();
    console_text("the console says what it is given");
    console_hex(0x1234);
    return tap_done();
}
