/* SPDX-License-Identifier: Apache-2.0 */
/* Rights, bounds and badges that a table of refusals does not reach: each stands against one check of the kernel,
    and the
 * mutation run (tests/kernel/mutants.py) shows that without the check a test here fails. */
#include "tests/kernel/suite/suite.h"

static uint64_t ntf;
static volatile uint64_t stage;

static void mark(uint64_t value)
{
    stage = value;
    wait(ntf);
}

/* Only objects that end at once may be invoked by a call that receives afterwards. */
static void first_phase(void)
{
    struct thread *t = spawn(mark, 7, 0);
    MUST(tcb_set_priority(t->tcb, 200));
    tcb_set_priority(FM_SLOT_TCB, 100);
    stage = 0;
    signal(ntf);
    struct regs r = {.cptr = ntf, .info = INFO(FM_LABEL_TCB_RESUME, 0, 0), .reply = t->tcb};
    sys(FM_SYS_NB_SEND_WAIT, &r);
    same(stage, 0, "CHK0001 no thread is resumed in the sending half of NBSendWait");
    MUST(tcb_resume(t->tcb));
    same(stage, 7, "CHK0002 the same invocation by Call does it");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(t);
}

/* A thread's CSpace that nobody else has any more would be long to replace. */
static void long_deletion(void)
{
    uint64_t tcb = make(FM_OBJ_TCB, 0), node = make(FM_OBJ_CNODE, 4);
    const uint64_t words[] = {0, 0, 0};
    const uint64_t first[] = {node, FM_SLOT_VSPACE, 0}, second[] = {ROOT, FM_SLOT_VSPACE, 0}, space[] = {0, ROOT,
        FM_SLOT_VSPACE};
    same(invoke(tcb, FM_LABEL_TCB_CONFIGURE, 3, words, 3, first), 0, "CHK0010 a CSpace");
    MUST(cnode_delete(node));
    same(invoke(tcb, FM_LABEL_TCB_CONFIGURE, 3, words, 3, second), FM_KERR_ILLEGAL_OPERATION,
         "CHK0011 the last capability to it is not replaced by Configure");
    same(invoke(tcb, FM_LABEL_TCB_SET_SPACE, 2, words, 3, space), FM_KERR_ILLEGAL_OPERATION, "CHK0012 nor by SetSpace");
    MUST(cnode_delete(tcb));
}

/* --- contexts --- */

static void spinner(uint64_t unused)
{
    (void)unused;
    for (;;) {
    }
}

static void waiter(uint64_t on)
{
    wait(on);
    stage++;
    wait(on);
}

static uint64_t bind_by_params(uint64_t tcb, uint64_t sc)
{
    const uint64_t prios[] = {200, 200}, caps[] = {FM_SLOT_TCB, sc, 0};
    return invoke(tcb, FM_LABEL_TCB_SET_SCHED_PARAMS, 2, prios, 3, caps);
}

static void contexts(void)
{
    struct thread *t = spawn(waiter, ntf, 200);
    uint64_t sc = make(FM_OBJ_SCHED_CONTEXT, 8), a = make(FM_OBJ_NOTIFICATION, 0), b = make(FM_OBJ_NOTIFICATION, 0);
    tcb_set_priority(FM_SLOT_TCB, 100);
    MUST(sc_configure(sc, 5000, 5000, 0, 0, 0));
    same(bind_by_params(t->tcb, sc), FM_KERR_ILLEGAL_OPERATION, "CHK0020 a thread with a context gets no other one");
    same(sc_bind(t->sc, TCB), FM_KERR_ILLEGAL_OPERATION, "CHK0021 a context with a thread gets no other one");
    same(sc_bind(sc, a), 0, "CHK0022 bound to a notification");
    same(sc_bind(sc, b), FM_KERR_ILLEGAL_OPERATION, "CHK0023 and to one only");
    same(sc_bind(t->sc, a), FM_KERR_ILLEGAL_OPERATION, "CHK0024 a notification has one only");
    same(invoke(sc, FM_LABEL_SC_UNBIND_OBJECT, 0, NULL, 1, &b), FM_KERR_ILLEGAL_OPERATION,
        "CHK0025 not bound to that one");
    MUST(cnode_delete(a));
    MUST(cnode_delete(b));
    /* A context whose budget is spent is not given to a thread that waits. */
    struct thread *s = spawn(spinner, 0, 0);
    MUST(sc_configure(s->sc, 100, 1000000, 0, 0, 0));
    MUST(tcb_set_priority(s->tcb, 200));
    MUST(tcb_resume(s->tcb));
    uint64_t until = ticks() + 1000 * (FM_TIMER_HZ / 1000000);
    while (ticks() < until) {
    }
    MUST(sc_unbind(s->sc));
    MUST(sc_unbind(t->sc));
    same(sc_bind(s->sc, t->tcb), FM_KERR_ILLEGAL_OPERATION, "CHK0026 Bind of a spent context to a waiting thread");
    same(bind_by_params(t->tcb, s->sc), FM_KERR_ILLEGAL_OPERATION, "CHK0027 nor by SetSchedParams");
    MUST(cnode_delete(sc));
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(s);
    kill(t);
}

static uint64_t target_sc;

static void yields_up(uint64_t unused)
{
    (void)unused;
    stage = 100 + invoke(target_sc, FM_LABEL_SC_YIELD_TO, 0, NULL, 0, NULL);
    wait(ntf);
}

static void authority(void)
{
    struct thread *t = spawn(spinner, 0, 0);
    MUST(tcb_set_priority(t->tcb, 200));
    target_sc = t->sc;
    stage = 0;
    struct thread *y = spawn(yields_up, 0, 0);
    const uint64_t self = FM_SLOT_TCB, mcp = 150;
    MUST(invoke(y->tcb, FM_LABEL_TCB_SET_MC_PRIORITY, 1, &mcp, 1, &self));
    MUST(tcb_set_priority(y->tcb, 140));
    tcb_set_priority(FM_SLOT_TCB, 100);
    MUST(tcb_resume(y->tcb));
    same(stage, 100 + FM_KERR_ILLEGAL_OPERATION, "CHK0030 YieldTo a thread above one's maximum");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(t);
    kill(y);
}

/* --- messages and their rights --- */

static uint64_t ep, reply;

static void caller(uint64_t cptr)
{
    call(cptr, INFO(1, 0, 0), 0, 0);
    stage++;
    wait(ntf);
}

/* A call without Grant and GrantReply is delivered and never answered. */
static void unanswered(void)
{
    uint64_t plain = next_slot++;
    MUST(cnode_copy(plain, ep, FM_RIGHT_WRITE));
    stage = 0;
    struct thread *c = spawn(caller, plain, 150);
    tcb_set_priority(FM_SLOT_TCB, 100); /* it calls, and is queued */
    struct message m = recv(ep, reply);
    same(LABEL(m.info), 1, "CHK0040 a call without the right to an answer arrives");
    send(reply, INFO(0, 0, 0), 0);
    same(stage, 0, "CHK0041 and is not answered");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(c);
    c = spawn(caller, plain, 0);
    MUST(tcb_set_priority(c->tcb, 50));
    MUST(tcb_resume(c->tcb));
    tcb_set_priority(FM_SLOT_TCB, 100);
    recv(ep, reply); /* now the receiver waits first */
    send(reply, INFO(0, 0, 0), 0);
    tcb_set_priority(FM_SLOT_TCB, 40);
    same(stage, 0, "CHK0042 nor when the receiver was there first");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(c);
    MUST(cnode_delete(plain));
}

static volatile uint64_t served;

static void passive_server(uint64_t ready)
{
    struct regs r = {.cptr = ep, .reply = reply, .dest = ready};
    sys(FM_SYS_NB_SEND_RECV, &r);
    for (;;) {
        served++;
        reply_recv(ep, reply, INFO(2, 0, 0), 0, 0);
    }
}

/* The same through the straight way of a call to a passive server. */
static void unanswered_passive(void)
{
    uint64_t plain = next_slot++, read_only = next_slot++;
    MUST(cnode_copy(plain, ep, FM_RIGHT_WRITE));
    MUST(cnode_copy(read_only, ep, FM_RIGHT_READ | FM_RIGHT_GRANT));
    struct thread *s = spawn(passive_server, ntf, 200);
    wait(ntf);
    MUST(sc_unbind(s->sc));
    served = 0;
    stage = 0;
    struct thread *c = spawn(caller, plain, 150);
    tcb_set_priority(FM_SLOT_TCB, 100);
    same(stage, 0, "CHK0043 a passive server does not answer such a call");
    same(served, 0, "CHK0044 nor get its caller's time");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(c);
    kill(s);
    s = spawn(passive_server, ntf, 200);
    wait(ntf);
    MUST(sc_unbind(s->sc));
    served = 0;
    same(LABEL(call(read_only, INFO(1, 0, 0), 0, 0).info), FM_KERR_INVALID_CAPABILITY,
         "CHK0045 without Write a passive server is not called");
    same(served, 0, "CHK0046 it heard nothing");
    kill(s);
    MUST(cnode_delete(plain));
    MUST(cnode_delete(read_only));
}

static uint64_t receive_as, receive_with;

static void receiver(uint64_t unused)
{
    (void)unused;
    stage = 1;
    recv(receive_as, receive_with);
    stage = 2;
    wait(ntf);
}

static void served_once(uint64_t unused)
{
    (void)unused;
    recv(ep, reply);
    stage = 1;
    reply_recv(receive_as, reply, 0, 0, 0);
    stage = 2;
    wait(ntf);
}

/* Receiving is a capability fault, with this pointer, in the receive phase. */
static void faults_on(uint64_t cptr, uint64_t with, uint64_t blamed, const char *name)
{
    uint64_t handler = make(FM_OBJ_ENDPOINT, 0);
    receive_as = cptr;
    receive_with = with;
    struct thread *t = spawn_with(receiver, 0, 150, handler, false);
    tcb_set_priority(FM_SLOT_TCB, 100);
    struct message m = nb_recv(handler, REPLY);
    TAP_OK(LABEL(m.info) == FM_FAULT_CAP && m.mr[FM_CAPFAULT_ADDR] == blamed &&
               m.mr[FM_CAPFAULT_IN_RECV_PHASE] == 1,
           name);
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(t);
    MUST(cnode_delete(handler));
}

static void reading(void)
{
    uint64_t write_only = next_slot++;
    MUST(cnode_copy(write_only, ep, FM_RIGHT_WRITE | FM_RIGHT_GRANT));
    faults_on(write_only, reply, write_only, "CHK0050 receiving from an endpoint without Read");
    faults_on(NTF_NO_READ, reply, NTF_NO_READ, "CHK0051 from a notification without Read");
    faults_on(ep, NTF, NTF, "CHK0052 with something else than a reply object");
    uint64_t bound = make(FM_OBJ_NOTIFICATION, 0);
    MUST(tcb_bind(TCB, bound));
    faults_on(bound, reply, bound, "CHK0053 from another thread's bound notification");
    MUST(cnode_delete(bound));
    /* Through the straight way of ReplyRecv. */
    uint64_t handler = make(FM_OBJ_ENDPOINT, 0);
    receive_as = write_only;
    struct thread *s = spawn_with(served_once, 0, 200, handler, false);
    stage = 0;
    tcb_set_priority(FM_SLOT_TCB, 100); /* it waits */
    MUST(sc_unbind(s->sc));
    call(ep, 0, 0, 0);
    same(stage, 1, "CHK0054 a passive server answers");
    same(LABEL(nb_recv(handler, REPLY).info), FM_FAULT_CAP, "CHK0055 and faults, since it may not receive there");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(s);
    MUST(cnode_delete(handler));
    MUST(cnode_delete(write_only));
}

static volatile uint64_t extra;

static void caller_for_cap(uint64_t slot)
{
    ipc()[FM_IPC_RECEIVE_CNODE] = ROOT;
    ipc()[FM_IPC_RECEIVE_INDEX] = slot;
    ipc()[FM_IPC_RECEIVE_DEPTH] = 64;
    for (;;) {
        struct message m = call(ep, 0, 0, 0);
        extra = m.info >> FM_INFO_EXTRA_SHIFT & 3;
        stage++;
    }
}

static void giver(uint64_t cptr)
{
    ipc()[FM_IPC_CAPS] = NTF;
    send(cptr, INFO(0, 1, 0), 0);
    wait(ntf);
}

/* Capabilities in an answer need Grant on the reply object; in a message that waits, on what it was sent through. */
static void granting(void)
{
    uint64_t target = next_slot++, plain_reply = next_slot++, plain = next_slot++;
    MUST(cnode_copy(plain_reply, reply, FM_RIGHT_WRITE));
    MUST(cnode_copy(plain, ep, FM_RIGHT_WRITE));
    stage = 0;
    struct thread *c = spawn(caller_for_cap, target, 150);
    tcb_set_priority(FM_SLOT_TCB, 100);
    recv(ep, reply);
    ipc()[FM_IPC_CAPS] = NTF;
    send(plain_reply, INFO(0, 1, 0), 0);
    TAP_OK(stage == 1 && extra == 0 && cnode_move(EMPTY, target) != 0,
        "CHK0060 an answer without Grant carries no capability");
    recv(ep, reply);
    ipc()[FM_IPC_CAPS] = NTF;
    send(reply, INFO(0, 1, 0), 0);
    TAP_OK(stage == 2 && extra == 1 && cnode_move(EMPTY, target) == 0, "CHK0061 with it, it does");
    MUST(cnode_delete(EMPTY));
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(c);
    struct thread *g = spawn(giver, plain, 150);
    tcb_set_priority(FM_SLOT_TCB, 100); /* its message waits */
    ipc()[FM_IPC_RECEIVE_CNODE] = ROOT;
    ipc()[FM_IPC_RECEIVE_INDEX] = target;
    ipc()[FM_IPC_RECEIVE_DEPTH] = 64;
    struct message m = recv(ep, reply);
    TAP_OK((m.info >> FM_INFO_EXTRA_SHIFT & 3) == 0 && cnode_move(EMPTY, target) != 0,
           "CHK0062 a message that waited and was sent without Grant carries none");
    ipc()[FM_IPC_RECEIVE_CNODE] = 0;
    ipc()[FM_IPC_RECEIVE_INDEX] = 0;
    ipc()[FM_IPC_RECEIVE_DEPTH] = 0;
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(g);
    MUST(cnode_delete(plain));
    MUST(cnode_delete(plain_reply));
}

static void bound_waiters(void)
{
    uint64_t n = make(FM_OBJ_NOTIFICATION, 0);
    struct thread *t = spawn(waiter, n, 200);
    tcb_set_priority(FM_SLOT_TCB, 100);
    same(tcb_bind(TCB, n), FM_KERR_ILLEGAL_OPERATION, "CHK0070 a notification at which somebody waits is not bound");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(t);
    MUST(cnode_delete(n));
}

/* --- badges and the derivation tree --- */

static bool there(uint64_t slot)
{
    return cnode_copy(slot, NTF, 15) == FM_KERR_DELETE_FIRST;
}

/* Each new capability comes first after the one that it is made from. */
static void badges(void)
{
    uint64_t a = next_slot++, b = next_slot++, c = next_slot++;
    MUST(cnode_mint(a, ep, 15, 5));
    MUST(cnode_mint(b, ep, 15, 6));
    MUST(cnode_revoke(b));
    TAP_OK(there(a) && there(b), "CHK0100 Revoke of one badge leaves another");
    MUST(cnode_delete(b));
    MUST(cnode_mint(b, ep, 15, 5));
    MUST(cnode_revoke(b));
    TAP_OK(there(a) && there(b), "CHK0101 and another grant of the same badge");
    MUST(cnode_copy(c, a, 15));
    MUST(cnode_delete(a));
    MUST(cnode_revoke(b));
    TAP_OK(there(c) && there(b), "CHK0102 and the copies of that grant when its master is gone");
    MUST(cnode_delete(b));
    MUST(cnode_delete(c));
    MUST(cnode_copy(a, ep, 15));
    MUST(cnode_mint(b, ep, 15, 5));
    MUST(cnode_revoke(b));
    TAP_OK(there(a) && there(b), "CHK0103 and a copy without a badge");
    MUST(cnode_delete(a));
    MUST(cnode_delete(b));
}

/* A copy has no right that what it was made from does not have. */
static void amplified(void)
{
    uint64_t x = next_slot++;
    MUST(cnode_copy(x, EP_NO_WRITE, 15));
    same(LABEL(call(x, INFO(1, 0, 0), 0, 0).info), FM_KERR_INVALID_CAPABILITY,
        "CHK0104 Copy does not add Write to an endpoint");
    MUST(cnode_delete(x));
    MUST(cnode_mint(x, NTF_NO_WRITE, 15, 0x10));
    same(LABEL(call(x, INFO(1, 0, 0), 0, 0).info), FM_KERR_INVALID_CAPABILITY, "CHK0105 nor Mint to a notification");
    MUST(cnode_delete(x));
}

static void rootless(uint64_t cptr)
{
    call(cptr, INFO(1, 0, 0), 0, 0);
    for (;;) {
    }
}

/* A thread whose CSpace was revoked under it. */
static void no_root(void)
{
    uint64_t memory = make(FM_OBJ_UNTYPED, 12), handler = make(FM_OBJ_ENDPOINT, 0);
    uint64_t node = make_from(memory, FM_OBJ_CNODE, 4);
    struct thread *t = spawn_with(rootless, 0, 0, handler, false);
    const uint64_t data[] = {0, 0}, spaces[] = {handler, node, FM_SLOT_VSPACE};
    MUST(invoke(t->tcb, FM_LABEL_TCB_SET_SPACE, 2, data, 3, spaces));
    MUST(cnode_revoke(memory));
    MUST(tcb_set_priority(t->tcb, 150));
    MUST(tcb_resume(t->tcb));
    tcb_set_priority(FM_SLOT_TCB, 100);
    struct message m = nb_recv(handler, REPLY);
    TAP_OK(LABEL(m.info) == FM_FAULT_CAP && m.mr[FM_CAPFAULT_LOOKUP_TYPE] == FM_LOOKUP_INVALID_ROOT,
           "CHK0110 a call without a CSpace faults with InvalidRoot");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(t);
    MUST(cnode_delete(handler));
    MUST(cnode_delete(memory));
}

/* --- address spaces --- */

#ifdef FM_ABI_AARCH64
#define VSPACE_TYPE FM_OBJ_VSPACE
#else
#define VSPACE_TYPE FM_OBJ_PAGE_TABLE
#endif

static uint64_t make_pool(uint64_t memory, uint64_t slot)
{
    const uint64_t to[] = {slot, 64}, from[] = {memory, ROOT};
    return invoke(FM_SLOT_ASID_CONTROL, FM_LABEL_ASID_CONTROL_MAKE_POOL, 2, to, 2, from);
}

static void pools(void)
{
    uint64_t node = make(FM_OBJ_CNODE, 12), memory = make(FM_OBJ_UNTYPED, 12), child = next_slot++;
    uint64_t other = make(FM_OBJ_UNTYPED, 12), p = next_slot++, frame = make(FM_OBJ_SMALL_PAGE, 0);
    uint64_t old = make(VSPACE_TYPE, 0), young = make(VSPACE_TYPE, 0), table = make(FM_OBJ_PAGE_TABLE, 0);
    same(make_pool(node, p), FM_KERR_INVALID_CAPABILITY, "CHK0080 a CNode of twelve bits is no memory for a pool");
    same(answer[0], 1, "CHK0081 it is the one that is blamed");
    MUST(retype(memory, FM_OBJ_ENDPOINT, 0, child, 1));
    same(make_pool(memory, p), FM_KERR_REVOKE_FIRST, "CHK0082 nor memory that has a child");
    MUST(cnode_delete(child));
    MUST(make_pool(memory, p));
    MUST(invoke(p, FM_LABEL_ASID_POOL_ASSIGN, 0, NULL, 1, &old));
    map(frame, 0x70000000, 3, FM_VM_DEFAULT, old);
    MUST(cnode_delete(p));
    const uint64_t at[] = {0x71000000, FM_VM_DEFAULT};
    same(invoke(table, FM_LABEL_PAGE_TABLE_MAP, 2, at, 1, &old), FM_KERR_FAILED_LOOKUP, "CHK0083 its pool is gone");
#ifdef FM_ABI_AARCH64
    const uint64_t line[] = {0, 64}, far[] = {0x70000000, 0x70000040};
    same(invoke(frame, FM_LABEL_PAGE_CLEAN_DATA, 2, line, 0, NULL), FM_KERR_FAILED_LOOKUP,
        "CHK0084 so is its frame's place");
    same(invoke(old, FM_LABEL_VSPACE_CLEAN_DATA, 2, far, 0, NULL), FM_KERR_FAILED_LOOKUP,
        "CHK0085 and the space itself");
#endif
    MUST(make_pool(other, p));
    MUST(invoke(p, FM_LABEL_ASID_POOL_ASSIGN, 0, NULL, 1, &young));
    same(invoke(table, FM_LABEL_PAGE_TABLE_MAP, 2, at, 1, &old), FM_KERR_INVALID_CAPABILITY,
         "CHK0086 another space has its ASID now");
    same(answer[0], 1, "CHK0087 the space is blamed");
#ifdef FM_ABI_AARCH64
    same(invoke(old, FM_LABEL_VSPACE_CLEAN_DATA, 2, far, 0, NULL), FM_KERR_INVALID_CAPABILITY, "CHK0088 also by Clean");
#endif
    MUST(cnode_delete(frame));
    MUST(cnode_delete(old));
    MUST(cnode_delete(young));
    MUST(cnode_delete(p));
    MUST(cnode_delete(table));
    MUST(cnode_delete(node));
}

static void mappings(void)
{
    uint64_t frame = make(FM_OBJ_SMALL_PAGE, 0), second = make(FM_OBJ_SMALL_PAGE, 0), read_only = next_slot++;
    uint64_t table = make(FM_OBJ_PAGE_TABLE, 0);
    map(frame, 0x72000000, 3, FM_VM_DEFAULT, FM_SLOT_VSPACE);
    map(second, 0x72000000, 3, FM_VM_DEFAULT, VS2); /* so that the tables are there */
    MUST(cnode_delete(second));
    same(page_map(frame, 0x72000000, 3, FM_VM_DEFAULT, VS2), FM_KERR_INVALID_CAPABILITY,
         "CHK0090 a mapped frame is not mapped in another space");
    same(answer[0], 1, "CHK0091 the space is blamed");
    uint64_t memory = make_from(spare_pool, FM_OBJ_UNTYPED, 21), large = make_from(memory, FM_OBJ_LARGE_PAGE, 0);
    map(large, 0x72200000, 3, FM_VM_DEFAULT, FM_SLOT_VSPACE);
    const uint64_t at[] = {0x72200000, FM_VM_DEFAULT};
    const uint64_t vspace = FM_SLOT_VSPACE;
    /* A frame whose table went away, and another one that is now at its place. */
    const uint64_t place[] = {0x72400000, FM_VM_DEFAULT};
    uint64_t other_table = make(FM_OBJ_PAGE_TABLE, 0), gone = make(FM_OBJ_SMALL_PAGE, 0),
        now = make(FM_OBJ_SMALL_PAGE, 0);
    MUST(invoke(table, FM_LABEL_PAGE_TABLE_MAP, 2, place, 1, &vspace));
    MUST(page_map(gone, 0x72400000, 3, FM_VM_DEFAULT, FM_SLOT_VSPACE));
    MUST(invoke(table, FM_LABEL_PAGE_TABLE_UNMAP, 0, NULL, 0, NULL));
    MUST(invoke(other_table, FM_LABEL_PAGE_TABLE_MAP, 2, place, 1, &vspace));
    MUST(page_map(now, 0x72400000, 3, FM_VM_DEFAULT, FM_SLOT_VSPACE));
    MUST(invoke(gone, FM_LABEL_PAGE_UNMAP, 0, NULL, 0, NULL));
    *(volatile uint64_t *)0x72400000 = 7; /* faults for good if it is not there */
    same(*(volatile uint64_t *)0x72400000, 7, "CHK0094 Unmap of a frame that is not there leaves the one that is");
    MUST(cnode_delete(gone));
    MUST(cnode_delete(now));
    MUST(cnode_delete(other_table));
    same(invoke(table, FM_LABEL_PAGE_TABLE_MAP, 2, at, 1, &vspace), FM_KERR_DELETE_FIRST,
        "CHK0092 no table over a large page");
    MUST(cnode_copy(read_only, frame, FM_RIGHT_READ));
    map(read_only, 0x72001000, 3, FM_VM_DEFAULT, FM_SLOT_VSPACE);
#ifdef FM_ABI_AARCH64
    const uint64_t line[] = {0, 64};
    same(invoke(read_only, FM_LABEL_PAGE_INVALIDATE_DATA, 2, line, 0, NULL), FM_KERR_ILLEGAL_OPERATION,
         "CHK0093 the cache of a frame without Write is not invalidated");
#endif
    MUST(cnode_delete(read_only));
    MUST(cnode_delete(large));
    MUST(cnode_delete(frame));
    MUST(cnode_delete(table));
    MUST(cnode_delete(memory));
}

void group_checks(void)
{
    ntf = make(FM_OBJ_NOTIFICATION, 0);
    ep = make(FM_OBJ_ENDPOINT, 0);
    reply = make(FM_OBJ_REPLY, 0);
    first_phase();
    long_deletion();
    contexts();
    authority();
    unanswered();
    unanswered_passive();
    reading();
    granting();
    bound_waiters();
    badges();
    amplified();
    no_root();
    pools();
    mappings();
}
