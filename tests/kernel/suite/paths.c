/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The odd paths of messages: threads without a buffer, receive slots that are none, capabilities beside long
 * messages, and the straight way of a call to a passive server where it must not be taken. As checks.c, each stands
 * against one check of the kernel.
 */
#include "tests/kernel/suite/suite.h"

#define EXTRA(info) ((info) >> FM_INFO_EXTRA_SHIFT & 3)

static uint64_t ep, reply, ntf;
static volatile uint64_t stage, seen, seen_word;

static void receive_path(uint64_t node, uint64_t index, uint64_t depth)
{
    ipc()[FM_IPC_RECEIVE_CNODE] = node;
    ipc()[FM_IPC_RECEIVE_INDEX] = index;
    ipc()[FM_IPC_RECEIVE_DEPTH] = depth;
}

/* --- capabilities beside a message --- */

static uint64_t gift, gift_info, gift_through, unwrapped;

static void giver(uint64_t unused)
{
    (void)unused;
    for (;;) {
        wait(ntf);
        ipc()[FM_IPC_CAPS] = gift;
        send(gift_through, gift_info, 0);
    }
}

/* Receives one message of the giver's; how many capabilities came. */
static uint64_t taken(uint64_t through, uint64_t cap, uint64_t length)
{
    gift = cap;
    gift_through = through;
    gift_info = INFO(0, 1, length);
    signal(ntf);
    struct message m = recv(ep, reply);
    unwrapped = m.info >> FM_INFO_UNWRAPPED_SHIFT & 7;
    return EXTRA(m.info);
}

static void gifts(void)
{
    uint64_t target = next_slot++, plain = next_slot++;
    MUST(cnode_copy(plain, ep, FM_RIGHT_WRITE));
    struct thread *g = spawn(giver, 0, 90);
    tcb_set_priority(FM_SLOT_TCB, 100);
    receive_path(ROOT, target, 64);
    same(taken(plain, NTF, 6), 0, "PTH0001 a long message without Grant carries no capability");
    same(taken(ep, FM_SLOT_IRQ_CONTROL, 0), 0, "PTH0002 what cannot be copied does not travel");
    same(taken(ep, EP_BADGED, 0), 1, "PTH0010 another endpoint's capability travels");
    same(cnode_delete(target), 0, "PTH0011 for real");
    same(unwrapped, 0, "PTH0012 and not as a badge");
    receive_path(EP, target, 64);
    same(taken(ep, NTF, 0), 0, "PTH0003 a receive path from no CNode takes nothing");
    receive_path(ROOT, target, 0);
    same(taken(ep, NTF, 0), 0, "PTH0004 nor one of depth 0");
    receive_path(ROOT, target, 65);
    same(taken(ep, NTF, 0), 0, "PTH0005 nor one of depth 65");
    receive_path(ROOT, target, (1ul << 32) + 64);
    same(taken(ep, NTF, 0), 0, "PTH0013 nor one of depth 2^32 + 64");
    receive_path(CN, 0, 7);
    same(taken(ep, NTF, 0), 0, "PTH0006 nor one that is deeper than the CNode");
    receive_path(CN, 0, 3);
    same(taken(ep, NTF, 0), 0, "PTH0007 nor one that is shallower");
    receive_path(CN, 0, 4);
    same(taken(ep, NTF, 0), 1, "PTH0008 one that ends in a slot does");
    const uint64_t first[] = {0, 4};
    same(invoke(CN, FM_LABEL_CNODE_DELETE, 2, first, 0, NULL), 0, "PTH0009 it is there");
    receive_path(0, 0, 0);
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(g);
    MUST(cnode_delete(plain));
}

/* --- threads without a buffer --- */

static void take_buffer(struct thread *t)
{
    const uint64_t none = 0, empty = EMPTY;
    MUST(invoke(t->tcb, FM_LABEL_TCB_SET_IPC_BUFFER, 1, &none, 1, &empty));
}

static void long_sender(uint64_t unused)
{
    (void)unused;
    send(ep, INFO(3, 0, 6), 1);
    wait(ntf);
}

static void long_receiver(uint64_t unused)
{
    (void)unused;
    seen = LENGTH(recv(ep, reply).info);
    wait(ntf);
}

static void reader(uint64_t unused)
{
    (void)unused;
    struct regs r = {.cptr = TCB, .info = INFO(FM_LABEL_TCB_READ_REGISTERS, 0, 2), .mr = {0, 20}};
    sys(FM_SYS_CALL, &r);
    seen = LENGTH(r.info);
    stage = LABEL(r.info);
    wait(ntf);
}

static void writer(uint64_t unused)
{
    (void)unused;
    struct regs r = {.cptr = TCB, .info = INFO(FM_LABEL_TCB_WRITE_REGISTERS, 0, 12), .mr = {0, 10}};
    sys(FM_SYS_CALL, &r);
    stage = LABEL(r.info);
    wait(ntf);
}

static void long_handler(uint64_t fault_ep)
{
    struct message m = recv(fault_ep, reply);
    seen = LABEL(m.info);
    struct regs r = {.cptr = reply, .info = INFO(1, 0, 10)};
    sys(FM_SYS_SEND, &r);
    stage = 5;
    wait(ntf);
}

static void strange_call(uint64_t unused)
{
    (void)unused;
    struct regs r = {0};
    sys(-77, &r);
    for (;;) {
    }
}

static struct thread *without_buffer(void (*entry)(uint64_t), uint64_t arg)
{
    struct thread *t = spawn(entry, arg, 0);
    take_buffer(t);
    MUST(tcb_set_priority(t->tcb, 150));
    MUST(tcb_resume(t->tcb));
    return t;
}

static void bufferless(void)
{
    struct thread *t = without_buffer(long_sender, 0);
    tcb_set_priority(FM_SLOT_TCB, 100);
    struct message m = recv(ep, reply);
    same(LENGTH(m.info), 4, "PTH0020 six words from a thread without a buffer are four");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(t);
    t = without_buffer(long_receiver, 0);
    tcb_set_priority(FM_SLOT_TCB, 100);
    send(ep, INFO(3, 0, 6), 1);
    same(seen, 4, "PTH0021 and to one");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(t);
    stage = 9;
    t = without_buffer(reader, 0);
    tcb_set_priority(FM_SLOT_TCB, 100);
    same(stage, 0, "PTH0022 ReadRegisters of twenty without a buffer");
    same(seen, 4, "PTH0023 gives four");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(t);
    t = without_buffer(writer, 0);
    tcb_set_priority(FM_SLOT_TCB, 100);
    same(stage, FM_KERR_TRUNCATED_MESSAGE, "PTH0026 WriteRegisters of ten is too short");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(t);
    uint64_t handler = make(FM_OBJ_ENDPOINT, 0);
    stage = 0;
    t = without_buffer(long_handler, handler);
    struct thread *f = spawn_with(strange_call, 0, 90, handler, false);
    tcb_set_priority(FM_SLOT_TCB, 100);
    tcb_set_priority(FM_SLOT_TCB, 50);
    same(stage, 5, "PTH0024 a handler without a buffer answers a fault with ten words");
    same(seen, FM_FAULT_UNKNOWN_SYSCALL, "PTH0025 of an unknown system call");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(f);
    kill(t);
    MUST(cnode_delete(handler));
}

/* --- the straight way --- */

static uint64_t then_from, answer_words = 6;

/* Counts calls; the sixth word of each comes back in the answer's sixth. */
static void passive(uint64_t ready)
{
    struct regs r = {.cptr = ep, .reply = reply, .dest = ready};
    sys(FM_SYS_NB_SEND_RECV, &r);
    seen = r.cptr;
    for (;;) {
        stage++;
        seen_word = ipc()[FM_IPC_MSG + 5];
        ipc()[FM_IPC_MSG + 5] = seen_word + 1;
        seen = reply_recv(then_from, reply, INFO(2, 0, answer_words), 0, 0).badge;
    }
}

static struct thread *passive_server(uint64_t from)
{
    then_from = from;
    struct thread *s = spawn(passive, ntf, 200);
    wait(ntf);
    MUST(sc_unbind(s->sc));
    stage = 0;
    return s;
}

static void long_calls(void)
{
    struct thread *s = passive_server(ep);
    for (uint64_t i = 0; i < 3; i++) {
        ipc()[FM_IPC_MSG + 5] = 40 + i;
        struct message m = call(ep, INFO(1, 0, 6), 0, 0);
        TAP_OK(LENGTH(m.info) == 6 && LABEL(m.info) == 2 && seen_word == 40 + i && ipc()[FM_IPC_MSG + 5] == 41 + i,
               "PTH0040 six words to a passive server and six back");
    }
    uint64_t badged = next_slot++;
    MUST(cnode_mint(badged, ep, 15, 0x77));
    call(badged, INFO(1, 0, 0), 0, 0);
    same(seen, 0x77, "PTH0043 a passive server is told the badge");
    kill(s);
    MUST(cnode_delete(badged));
    same(invoke(LARGE, FM_LABEL_PAGE_GET_ADDRESS, 0, NULL, 0, NULL), 0,
        "PTH0041 a short Call to a large frame is its invocation");
    TAP_OK(answer[0] != 0, "PTH0042 and tells its address");
}

/* Its second half receives from a notification. */
static void other_source(void)
{
    uint64_t n = make(FM_OBJ_NOTIFICATION, 0);
    answer_words = 0; /* short, as the straight way wants it */
    struct thread *s = passive_server(n);
    call(ep, INFO(1, 0, 0), 0, 0);
    same(stage, 1, "PTH0050 a passive server answers and waits at a notification");
    MUST(sc_bind(s->sc, s->tcb));
    tcb_set_priority(FM_SLOT_TCB, 100);
    signal(n);
    same(stage, 2, "PTH0051 whose signal wakes it");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(s);
    MUST(cnode_delete(n));
}

static void blind_caller(uint64_t cptr)
{
    call(cptr, INFO(1, 0, 0), 0, 0);
    for (;;) {
    }
}

/* A caller in a space of its own: c1 (4 bits), its slot 0 is c2 (4 bits) behind a guard. The call faults. */
static void lookup_fails(uint64_t guard_bits, uint64_t cptr, const char *name)
{
    uint64_t c1 = make(FM_OBJ_CNODE, 4), c2 = make(FM_OBJ_CNODE, 4), c2_guarded = next_slot++;
    uint64_t handler = make(FM_OBJ_ENDPOINT, 0);
    const uint64_t root = ROOT;
    for (uint64_t i = 0; i < 16; i++) {
        const uint64_t w[] = {i, 4, ep, 64, 15};
        MUST(invoke(c2, FM_LABEL_CNODE_COPY, 5, w, 1, &root));
    }
    MUST(cnode_mint(c2_guarded, c2, 15, guard_bits));
    const uint64_t into[] = {0, 4, c2_guarded, 64};
    MUST(invoke(c1, FM_LABEL_CNODE_MOVE, 4, into, 1, &root));
    struct thread *c = spawn_with(blind_caller, cptr, 0, handler, false);
    const uint64_t data[] = {0, 0}, spaces[] = {handler, c1, FM_SLOT_VSPACE};
    MUST(invoke(c->tcb, FM_LABEL_TCB_SET_SPACE, 2, data, 3, spaces));
    MUST(tcb_set_priority(c->tcb, 150));
    MUST(tcb_resume(c->tcb));
    tcb_set_priority(FM_SLOT_TCB, 100);
    struct message m = nb_recv(handler, REPLY);
    TAP_OK(LABEL(m.info) == FM_FAULT_CAP && m.mr[FM_CAPFAULT_IN_RECV_PHASE] == 0, name);
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(c);
    MUST(cnode_delete(c1));
    MUST(cnode_delete(c2));
    MUST(cnode_delete(handler));
}

static void lookups(void)
{
    struct thread *s = passive_server(ep);
    lookup_fails(58, 0, "PTH0060 a call through a guard that is too long for the bits left faults");
    lookup_fails(50, 1ul << 20, "PTH0061 and through one that differs");
    same(stage, 0, "PTH0062 the passive server heard nothing");
    kill(s);
}

void group_paths(void)
{
    ep = make(FM_OBJ_ENDPOINT, 0);
    reply = make(FM_OBJ_REPLY, 0);
    ntf = make(FM_OBJ_NOTIFICATION, 0);
    gifts();
    bufferless();
    long_calls();
    other_source();
    lookups();
}
