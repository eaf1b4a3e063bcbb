/* SPDX-License-Identifier: Apache-2.0 */
/* Messages: orders, badges, lengths, capability transfer, replies, donation, faults, notifications. */
#include "tests/kernel/suite/suite.h"

static uint64_t ep, ep_b, reply, reply2, ntf;
static volatile uint64_t log_at, log[64];

static void note(uint64_t x)
{
    log[log_at++ % 64] = x;
}

static void sender(uint64_t x)
{
    send(ep, INFO(1, 0, 1), x);
    note(x);
    wait(NTF);
}

/* Waiting senders are served by priority, equals in order of arrival. */
static void orders(void)
{
    static const uint64_t prio[] = {10, 30, 20, 30};
    struct thread *t[4];
    for (unsigned i = 0; i < 4; i++) {
        t[i] = spawn(sender, i, prio[i]);
        tcb_set_priority(FM_SLOT_TCB, 5);
        tcb_set_priority(FM_SLOT_TCB, 255);
    }
    static const uint64_t want[] = {1, 3, 2, 0};
    for (unsigned i = 0; i < 4; i++) {
        same(recv(ep, reply).mr[0], want[i], "IPC0001 senders are served by priority, then arrival");
    }
    for (unsigned i = 0; i < 4; i++) {
        kill(t[i]);
    }
    for (unsigned i = 0; i < 2; i++) {
        t[i] = spawn(sender, 7 + i, 10 + 10 * i);
        tcb_set_priority(FM_SLOT_TCB, 5);
        tcb_set_priority(FM_SLOT_TCB, 255);
    }
    tcb_set_priority(t[0]->tcb, 50);
    same(recv(ep, reply).mr[0], 7, "IPC0002 a new priority sorts the waiting sender again");
    recv(ep, reply);
    kill(t[0]);
    kill(t[1]);
}

static uint64_t echo_words;

static void echo(uint64_t how)
{
    struct message m = recv(ep, reply);
    for (;;) {
        uint64_t sum = 0;
        uint64_t n = LENGTH(m.info);
        for (uint64_t i = 0; i < n; i++) {
            sum += i < 4 ? m.mr[i] : ipc()[FM_IPC_MSG + i];
        }
        echo_words = n;
        m = reply_recv(ep, reply, INFO(9, 0, 2), how != 0 ? m.info : sum, m.badge);
    }
}

static void lengths(void)
{
    struct thread *t = spawn(echo, 0, 254);
    tcb_set_priority(FM_SLOT_TCB, 100);
    static const unsigned n[] = {0, 1, 4, 5, 60, 120};
    for (unsigned k = 0; k < 6; k++) {
        uint64_t w[120];
        uint64_t sum = 0;
        for (unsigned i = 0; i < n[k]; i++) {
            w[i] = i * i + k;
            sum += w[i];
        }
        same(invoke(ep_b, 0x1234, n[k], w, 0, NULL), 9, "IPC0010 the label of the reply");
        same(answer[0], sum, "IPC0011 every word arrives");
        same(answer[1], 0x55, "IPC0012 the badge arrives");
        same(echo_words, n[k], "IPC0013 the length arrives");
    }
    struct message m = call(ep_b, INFO(2, 0, 127), 0, 0);
    same(echo_words, 120, "IPC0014 a length beyond 120 is clipped");
    same(m.badge, 0, "IPC0015 a reply has no badge");
    kill(t);
    t = spawn(echo, 1, 254);
    tcb_set_priority(FM_SLOT_TCB, 100);
    uint64_t w[5] = {0};
    const uint64_t nothing = 0;
    MUST(invoke(t->tcb, FM_LABEL_TCB_SET_IPC_BUFFER, 1, &nothing, 1, &nothing));
    invoke(ep_b, 0x33, 5, w, 0, NULL);
    same(answer[0], INFO(0x33, 0, 4), "IPC0016 without a buffer four words arrive");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(t);
}

static void send_five(uint64_t x)
{
    ipc()[FM_IPC_MSG + 4] = x;
    send(ep, INFO(1, 0, 5), 0);
    wait(NTF);
}

/*
 * What a thread's capability for its buffer permits is what the kernel does: one for reading alone is sent from and not
 * received in, one not even for that is no buffer. The thread's own mapping is another matter.
 */
static void buffer_rights(void)
{
    static const struct {
        uint64_t rights, sent;
        const char *received, *kept, *taken;
    } each[] = {
        {2, 5, "IPC0017 into a buffer for reading four words arrive", "IPC0018 and nothing is written there",
         "IPC0019 but all are sent from it"},
        {1, 4, "IPC0060 into a buffer not for reading four words arrive", "IPC0061 and nothing is written there",
         "IPC0062 and four are sent from it"},
    };
    for (unsigned i = 0; i < 2; i++) {
        const uint64_t frame = next_slot++;
        uint64_t w[5] = {1, 2, 3, 4, 5};
        struct thread *t = spawn(echo, 1, 254);
        tcb_set_priority(FM_SLOT_TCB, 100);
        uint64_t at = (uint64_t)t->ipc;
        MUST(cnode_copy(frame, t->ipc_frame, each[i].rights));
        MUST(invoke(t->tcb, FM_LABEL_TCB_SET_IPC_BUFFER, 1, &at, 1, &frame));
        t->ipc[FM_IPC_MSG + 4] = 0x77;
        invoke(ep_b, 0x33, 5, w, 0, NULL);
        same(answer[0], INFO(0x33, 0, 4), each[i].received);
        same(t->ipc[FM_IPC_MSG + 4], 0x77, each[i].kept);
        tcb_set_priority(FM_SLOT_TCB, 255);
        kill(t);
        t = spawn(send_five, 0x88, 0);
        at = (uint64_t)t->ipc;
        MUST(invoke(t->tcb, FM_LABEL_TCB_SET_IPC_BUFFER, 1, &at, 1, &frame));
        tcb_set_priority(t->tcb, 254);
        tcb_resume(t->tcb);
        same(LENGTH(recv(ep, reply).info), each[i].sent, each[i].taken);
        kill(t);
        MUST(cnode_delete(frame));
    }
}

static struct message got;
static uint64_t got_caps[3];

static void taker(uint64_t slot)
{
    ipc()[FM_IPC_RECEIVE_CNODE] = ROOT;
    ipc()[FM_IPC_RECEIVE_INDEX] = slot;
    ipc()[FM_IPC_RECEIVE_DEPTH] = 64;
    for (;;) {
        got = recv(ep, reply);
        for (unsigned i = 0; i < 3; i++) {
            got_caps[i] = ipc()[FM_IPC_CAPS + i];
        }
    }
}

static void give(uint64_t through, uint64_t a, uint64_t b, uint64_t c, unsigned n)
{
    ipc()[FM_IPC_CAPS] = a;
    ipc()[FM_IPC_CAPS + 1] = b;
    ipc()[FM_IPC_CAPS + 2] = c;
    send(through, INFO(0, n, 0), 0);
}

#define EXTRA(info) (((info) >> 7) & 3)
#define UNWRAPPED(info) (((info) >> 9) & 7)

static void transfers(void)
{
    uint64_t target = next_slot++;
    uint64_t no_grant = next_slot++;
    uint64_t ep_c = next_slot++;
    MUST(cnode_copy(no_grant, ep, FM_RIGHT_WRITE));
    MUST(cnode_mint(ep_c, ep, 15, 0x66));
    struct thread *t = spawn(taker, target, 254);
    tcb_set_priority(FM_SLOT_TCB, 100);
    give(ep_b, NTF, 0, 0, 1);
    same(EXTRA(got.info), 1, "IPC0020 one capability arrives");
    same(UNWRAPPED(got.info), 0, "IPC0021 it is not unwrapped");
    same(cnode_move(EMPTY, target), 0, "IPC0022 it is in the receive slot");
    cnode_delete(EMPTY);
    give(ep_b, ep_c, NTF, ep_b, 3);
    same(EXTRA(got.info), 3, "IPC0023 three were looked at");
    same(UNWRAPPED(got.info), 5, "IPC0024 those of the same endpoint arrive as badges");
    same(got_caps[0], 0x66, "IPC0025 badge of the first");
    same(got_caps[2], 0x55, "IPC0026 badge of the third");
    give(ep_b, NTF, 0, 0, 1);
    same(EXTRA(got.info), 0, "IPC0027 a full receive slot takes nothing");
    cnode_delete(target);
    give(ep_b, NTF, REPLY, 0, 2);
    same(EXTRA(got.info), 1, "IPC0028 one capability a message");
    cnode_delete(target);
    give(no_grant, NTF, 0, 0, 1);
    same(EXTRA(got.info), 0, "IPC0029 without Grant none");
    give(ep_b, UT_CHILD, 0, 0, 1);
    same(EXTRA(got.info), 0, "IPC0030 an untyped with children does not travel");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(t);
    cnode_delete(no_grant);
    cnode_delete(ep_c);
}

static uint64_t relay_ep;

static void relay(uint64_t unused)
{
    (void)unused;
    struct message m = recv(ep, reply);
    for (;;) {
        struct message n = call(relay_ep, INFO(0, 0, 1), m.mr[0] + 1, 0);
        m = reply_recv(ep, reply, INFO(0, 0, 1), n.mr[0], 0);
    }
}

static void leaf(uint64_t unused)
{
    (void)unused;
    struct message m = recv(relay_ep, reply2);
    for (;;) {
        m = reply_recv(relay_ep, reply2, INFO(0, 0, 1), m.mr[0] * 2, 0);
    }
}

/* Passive servers in a chain run on the caller's context and give it back. */
static void donation(void)
{
    struct thread *r = spawn(relay, 0, 200);
    struct thread *l = spawn(leaf, 0, 210);
    tcb_set_priority(FM_SLOT_TCB, 100);
    MUST(sc_unbind(r->sc));
    MUST(sc_unbind(l->sc));
    bool fine = true;
    for (uint64_t i = 0; i < 50; i++) {
        fine = fine && call(ep, INFO(0, 0, 1), i, 0).mr[0] == 2 * (i + 1);
    }
    TAP_OK(fine, "IPC0040 a call through two passive servers");
    same(sc_unbind(FM_SLOT_SC), FM_KERR_ILLEGAL_OPERATION, "IPC0041 the context is back");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(r);
    kill(l);
}

static volatile uint64_t stage;

static void holder(uint64_t unused)
{
    (void)unused;
    recv(ep, reply);
    stage = 1;
    wait(ntf); /* keeps the caller's context while it waits */
    stage = 2;
    send(reply, INFO(0, 0, 1), 77);
    stage = 3;
    wait(ntf);
}

static struct message answer_of_caller;

static void caller(uint64_t cptr)
{
    stage = 10;
    answer_of_caller = call(cptr, INFO(0, 0, 0), 0, 0);
    stage = 11;
    wait(NTF);
}

/* What becomes of a call when its reply object or its server goes away in the middle. */
static void broken_chains(void)
{
    struct thread *s = spawn(holder, 0, 200);
    MUST(tcb_set_priority(FM_SLOT_TCB, 100));
    MUST(sc_unbind(s->sc));
    struct thread *c = spawn(caller, ep, 150);
    same(stage, 1, "IPC0050 the server has the call");
    uint64_t r = next_slot++;
    MUST(cnode_copy(r, reply, 15));
    same(cnode_delete(reply), 0, "IPC0051 a copy of the reply object goes");
    MUST(cnode_move(reply, r));
    MUST(cnode_delete(reply));
    same(invoke(c->sc, FM_LABEL_SC_UNBIND_OBJECT, 0, NULL, 1, &c->tcb), 0,
         "IPC0052 with the last one the caller has its context back");
    MUST(retype(pool, FM_OBJ_REPLY, 0, reply, 1));
    kill(c);
    kill(s);

    s = spawn(holder, 0, 200);
    MUST(sc_unbind(s->sc));
    c = spawn(caller, ep, 150);
    same(stage, 1, "IPC0053 the server has the call again");
    MUST(cnode_delete(s->tcb)); /* the server dies on the caller's context */
    same(sc_bind(c->sc, c->tcb), 0, "IPC0054 the context is free afterwards");
    MUST(cnode_delete(c->tcb));
    MUST(cnode_delete(c->sc));
    MUST(cnode_delete(s->sc));
    MUST(retype(pool, FM_OBJ_TCB, 0, s->tcb, 1)); /* kill() wants something to delete */
    MUST(retype(pool, FM_OBJ_SCHED_CONTEXT, 8, s->sc, 1));
    kill(s);
    MUST(retype(pool, FM_OBJ_TCB, 0, c->tcb, 1));
    MUST(retype(pool, FM_OBJ_SCHED_CONTEXT, 8, c->sc, 1));
    kill(c);
    tcb_set_priority(FM_SLOT_TCB, 255);
}

static void faulty(uint64_t kind)
{
    switch (kind) {
    case 0:
        *(volatile uint64_t *)0x123456780 = 1;
        break;
    case 1: {
        struct regs r = {.cptr = 1, .mr = {2, 3, 4, 5}};
        sys(-100, &r);
        break;
    }
    case 2:
        call((uint64_t)1 << 40, 0, 0, 0);
        break;
    case 3:
        recv((uint64_t)1 << 40, reply2);
        break;
    case 4:
        recv(EP_NO_GRANT, EP); /* an endpoint is no reply object */
        break;
    case 5:
        ((void (*)(void))(uintptr_t)0x123456788)();
        break;
    case 6:
        recv(TCB, reply2);
        break;
    default:
#ifdef FM_ABI_AARCH64
        __asm__ volatile("udf #0");
#else
        __asm__ volatile(".word 0xc0001073" /* writes a read-only register */);
#endif
        break;
    }
    stage = 42;
    wait(NTF);
}

static struct message fault_of(uint64_t kind, struct thread **t)
{
    stage = 0;
    *t = spawn_with(faulty, kind, 150, ep_b, false);
    return recv(ep, reply);
}

static void faults(void)
{
    struct thread *t;
    tcb_set_priority(FM_SLOT_TCB, 100);
    struct message m = fault_of(0, &t);
    same(LABEL(m.info), FM_FAULT_VM, "FLT0001 a VM fault by its label");
    same(m.badge, 0x55, "FLT0002 the handler's badge");
    same(LENGTH(m.info), FM_VMFAULT_LENGTH, "FLT0003 its length");
    same(m.mr[FM_VMFAULT_ADDR], 0x123456780, "FLT0004 the address");
    same(m.mr[FM_VMFAULT_PREFETCH], 0, "FLT0005 not an instruction");
#ifdef FM_ABI_AARCH64
    same(m.mr[FM_VMFAULT_FSR] >> 26, 0x24, "FLT0006 the syndrome");
#else
    same(m.mr[FM_VMFAULT_FSR], 7, "FLT0006 the cause, told as an access fault");
#endif
    kill(t);
    m = fault_of(1, &t);
    same(LABEL(m.info), FM_FAULT_UNKNOWN_SYSCALL, "FLT0010 an unknown system call");
    same(LENGTH(m.info), FM_UNKNOWN_LENGTH, "FLT0011 its length");
    same(ipc()[FM_IPC_MSG + FM_UNKNOWN_SYSCALL], (uint64_t)-100, "FLT0012 its number");
    kill(t);
    m = fault_of(2, &t);
    same(LABEL(m.info), FM_FAULT_CAP, "FLT0020 a capability that leads nowhere");
    same(m.mr[FM_CAPFAULT_ADDR], (uint64_t)1 << 40, "FLT0021 its pointer");
    same(m.mr[FM_CAPFAULT_IN_RECV_PHASE], 0, "FLT0022 while sending");
    same(m.mr[FM_CAPFAULT_LOOKUP_TYPE], FM_LOOKUP_GUARD_MISMATCH, "FLT0023 how it failed");
    same(ipc()[FM_IPC_MSG + FM_CAPFAULT_DETAIL0], 64, "FLT0024 bits left");
    kill(t);
    m = fault_of(3, &t);
    same(m.mr[FM_CAPFAULT_IN_RECV_PHASE], 1, "FLT0025 while receiving");
    kill(t);
    m = fault_of(4, &t);
    same(LABEL(m.info), FM_FAULT_CAP, "FLT0026 a reply slot that holds something else");
    same(m.mr[FM_CAPFAULT_ADDR], EP, "FLT0027 its pointer");
    same(m.mr[FM_CAPFAULT_LOOKUP_TYPE], FM_LOOKUP_MISSING_CAPABILITY, "FLT0028 how it failed");
    kill(t);
    m = fault_of(5, &t);
    same(LABEL(m.info), FM_FAULT_VM, "FLT0030 a jump to nowhere");
    same(m.mr[FM_VMFAULT_PREFETCH], 1, "FLT0031 is an instruction fault");
    same(m.mr[FM_VMFAULT_ADDR], 0x123456788, "FLT0032 at the target");
    kill(t);
    m = fault_of(6, &t);
    same(LABEL(m.info), FM_FAULT_CAP, "FLT0033 receiving from a thread");
    kill(t);
    m = fault_of(7, &t);
    same(LABEL(m.info), FM_FAULT_USER_EXCEPTION, "FLT0040 an undefined instruction");
    same(LENGTH(m.info), FM_USEREXC_LENGTH, "FLT0041 its length");
    /* The answer moves the pc over it. */
    const uint64_t go_on[] = {m.mr[0] + 4, m.mr[1], m.mr[2]};
    invoke(reply, 0, 3, go_on, 0, NULL);
    same(stage, 42, "FLT0042 the thread goes on where the answer says");
    kill(t);
    m = fault_of(0, &t);
    send(reply, INFO(1, 0, 0), 0);
    same(stage, 0, "FLT0050 a label in the answer to a VM fault: it starts again and faults again");
    kill(t);
    t = spawn_with(faulty, 0, 150, 0, false);
    same(stage, 0, "FLT0060 without handler the thread stops");
    kill(t);
    tcb_set_priority(FM_SLOT_TCB, 255);
}

static void notified(uint64_t unused)
{
    (void)unused;
    for (;;) {
        got = recv(ep, reply);
        stage++;
    }
}

static void notifications(void)
{
    uint64_t n1 = next_slot++, n2 = next_slot++;
    MUST(cnode_mint(n1, ntf, FM_RIGHT_WRITE, 1));
    MUST(cnode_mint(n2, ntf, FM_RIGHT_WRITE, 6));
    signal(n1);
    signal(n2);
    same(nb_wait(ntf).badge, 7, "NTF0001 signals add up");
    same(nb_wait(ntf).badge, 0, "NTF0002 and are taken once");
    struct thread *t = spawn(notified, 0, 150);
    MUST(tcb_bind(t->tcb, ntf));
    tcb_set_priority(FM_SLOT_TCB, 100);
    stage = 0;
    got.info = 99;
    signal(n2);
    same(stage, 1, "NTF0003 the bound thread wakes from its endpoint");
    same(got.badge, 6, "NTF0004 with the badge");
    send(ep_b, INFO(3, 0, 1), 8);
    same(got.badge, 0x55, "NTF0005 and still receives messages");
    same(tcb_bind(t->tcb, NTF), FM_KERR_ILLEGAL_OPERATION, "NTF0006 one notification a thread");
    same(tcb_bind(TCB, ntf), FM_KERR_ILLEGAL_OPERATION, "NTF0007 one thread a notification");
    same(cnode_delete(n1), 0, "NTF0008 a badged copy goes");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(t);
}

void group_ipc(void)
{
    ep = make(FM_OBJ_ENDPOINT, 0);
    reply = make(FM_OBJ_REPLY, 0);
    reply2 = make(FM_OBJ_REPLY, 0);
    ntf = make(FM_OBJ_NOTIFICATION, 0);
    relay_ep = make(FM_OBJ_ENDPOINT, 0);
    ep_b = next_slot++;
    MUST(cnode_mint(ep_b, ep, 15, 0x55));
    orders();
    lengths();
    buffer_rights();
    transfers();
    donation();
    broken_chains();
    faults();
    notifications();
}
