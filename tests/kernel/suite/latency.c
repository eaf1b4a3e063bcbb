/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How late the timer's interrupt reaches a thread of high priority while a low one makes the kernel work, for the loops
 * that look for interrupts; how long the others take, for those that do not (docs/decisions/kernel-differences.md lists
 * them). Exact under the virtual clock, where an instruction is a nanosecond.
 */
#include "tests/kernel/suite/suite.h"

#define US (FM_TIMER_HZ / 1000000)
#define PERIOD_US 1000u

static volatile uint64_t last, latest;
static uint64_t ep, slots;

/* Wakes once a period, and keeps the longest time between two wakings. */
static void pulse(uint64_t unused)
{
    (void)unused;
    for (;;) {
        uint64_t now = ticks();
        if (last != 0 && now - last > latest) {
            latest = now - last;
        }
        last = now;
        yield();
    }
}

static void begin(void)
{
    uint64_t end = ticks() + 3 * PERIOD_US * US;
    while (ticks() < end) { /* settle */
    }
    latest = 0;
}

/* The lateness in microseconds is at most limit. */
static void end(uint64_t limit, const char *name)
{
    uint64_t until = ticks() + 3 * PERIOD_US * US;
    while (ticks() < until) {
    }
    uint64_t late = latest > PERIOD_US * US ? (latest - PERIOD_US * US) / US : 0;
    TAP_OK(latest != 0 && late <= limit, name);
    tap_note_u64("late by at most, us", late);
}

static uint64_t began;

/* Of what is not cut: the whole call is the bound. */
static void whole(uint64_t limit, const char *name)
{
    uint64_t took = (ticks() - began) / US;
    TAP_OK(took <= limit, name);
    tap_note_u64("took, us", took);
}

static void revoking(void)
{
    for (uint64_t i = 0; i < 3000; i++) {
        MUST(cnode_mint(slots + i, ep, 15, i + 1));
    }
    begin();
    MUST(cnode_revoke(ep));
    end(50, "LAT0001 Revoke of 3,000");
}

static void zeroing(void)
{
    uint64_t u = make_from(spare_pool, FM_OBJ_UNTYPED, 22);
    MUST(retype(u, FM_OBJ_LARGE_PAGE, 0, slots, 2));
    MUST(cnode_delete(slots));
    MUST(cnode_delete(slots + 1));
    begin();
    MUST(retype(u, FM_OBJ_ENDPOINT, 0, slots, 1));
    end(50, "LAT0002 4 MiB of memory made ready again");
    MUST(cnode_delete(slots));
    MUST(cnode_delete(u));
}

static void sender(uint64_t cptr)
{
    send(cptr, INFO(77, 0, 1), 0x1234);
    wait(NTF);
}

/* A Retype that is cut while it is the first half of a system call: the half that receives comes after all of it. */
static void cut_in_half(void)
{
    uint64_t u = make_from(spare_pool, FM_OBJ_UNTYPED, 23);
    MUST(retype(u, FM_OBJ_LARGE_PAGE, 0, slots, 4));
    for (unsigned i = 0; i < 4; i++) {
        MUST(cnode_delete(slots + i));
    }
    struct thread *t = spawn(sender, ep, 90);
    tcb_set_priority(FM_SLOT_TCB, 80); /* it waits at the endpoint */
    tcb_set_priority(FM_SLOT_TCB, 100);
    ipc()[FM_IPC_MSG + 4] = slots;
    ipc()[FM_IPC_MSG + 5] = 1;
    ipc()[FM_IPC_CAPS] = ROOT;
    struct regs r = {.cptr = ep, .info = INFO(FM_LABEL_UNTYPED_RETYPE, 1, 6), .reply = REPLY, .dest = u};
    r.mr[0] = FM_OBJ_ENDPOINT;
    sys(FM_SYS_NB_SEND_RECV, &r);
    TAP_OK(LABEL(r.info) == 77 && r.mr[0] == 0x1234, "LAT0005 NBSendRecv: the message is the sender's");
    TAP_EQ(cnode_copy(slots, ep, 15), FM_KERR_DELETE_FIRST, "LAT0006 and the Retype before it was carried out");
    kill(t);
    MUST(cnode_revoke(u));
    MUST(cnode_delete(u));
}

/* A CNode of 4,096 slots, each with a capability. */
static void deleting(void)
{
    uint64_t node = make(FM_OBJ_CNODE, 12);
    const uint64_t root = ROOT;
    for (uint64_t i = 0; i < 4096; i++) {
        const uint64_t w[] = {i, 12, ep, 64, 15};
        MUST(invoke(node, FM_LABEL_CNODE_COPY, 5, w, 1, &root));
    }
    begin();
    MUST(cnode_delete(node));
    end(50, "LAT0003 Delete of a CNode of 4,096 capabilities");
}

static void creating(void)
{
    began = ticks();
    MUST(retype(pool, FM_OBJ_ENDPOINT, 0, slots, 256));
    whole(100, "LAT0004 256 endpoints by one Retype");
    for (uint64_t i = 0; i < 256; i++) {
        MUST(cnode_delete(slots + i));
    }
}

static void caller(uint64_t cptr)
{
    call(cptr, 0, 0, 0);
    wait(NTF);
}

#define CALLERS 30u

/* Callers above us wait; then all of them are started at once. */
static void queue(struct thread **t, uint64_t badge)
{
    for (unsigned i = 0; i < CALLERS; i++) {
        t[i] = spawn(caller, badge, 90);
    }
    tcb_set_priority(FM_SLOT_TCB, 80);
    tcb_set_priority(FM_SLOT_TCB, 100);
}

static void done(struct thread **t)
{
    for (unsigned i = 0; i < CALLERS; i++) {
        kill(t[i]);
    }
}

static void cancelling(void)
{
    struct thread *t[CALLERS];
    uint64_t service = make(FM_OBJ_ENDPOINT, 0), badge = next_slot++;
    MUST(cnode_mint(badge, service, 15, 9));
    queue(t, badge);
    began = ticks();
    MUST(cnode_cancel(badge));
    whole(20, "LAT0010 CancelBadgedSends of 30 callers");
    done(t);
    queue(t, badge);
    MUST(cnode_delete(badge));
    began = ticks();
    MUST(cnode_delete(service));
    whole(20, "LAT0011 an endpoint goes at which 30 callers wait");
    done(t);
}

static void large_page(void)
{
    uint64_t u = make_from(spare_pool, FM_OBJ_UNTYPED, 21);
    began = ticks();
    MUST(retype(u, FM_OBJ_LARGE_PAGE, 0, slots, 1));
    whole(250, "LAT0012 a page of 2 MiB is made");
    MUST(cnode_delete(slots));
    MUST(cnode_delete(u));
}

/* --- queues: threads without a stack, that repeat one system call --- */

#define CROWD 500u

#ifdef FM_ABI_AARCH64
#define VSPACE_TYPE FM_OBJ_VSPACE
#define SYSCALL_LOOP "1: mov x0, x19\n svc #0\n b 1b"
#define UCTX_CPTR FM_UCTX_X19
#define UCTX_NUMBER FM_UCTX_X7
#else
#define VSPACE_TYPE FM_OBJ_PAGE_TABLE
#define SYSCALL_LOOP "1: mv a0, s1\n ecall\n j 1b"
#define UCTX_CPTR FM_UCTX_S1
#define UCTX_NUMBER FM_UCTX_A7
#endif

__attribute__((naked)) static void repeat(void)
{
    __asm__ volatile(SYSCALL_LOOP);
}

static uint64_t crowd_memory, crowd_tcb, crowd_sc;

/* CROWD threads of that priority; each repeats the call on cptr. Period 0: always ready; else each one's is `step` us
 * longer than the one's before. */
static void crowd(int64_t number_of, uint64_t cptr, uint64_t prio, uint64_t period_us, int64_t step)
{
    crowd_memory = make_from(spare_pool, FM_OBJ_UNTYPED, 22);
    crowd_tcb = next_slot;
    crowd_sc = next_slot + CROWD;
    next_slot += 2 * CROWD;
    for (unsigned i = 0; i < CROWD; i++) {
        MUST(retype(crowd_memory, FM_OBJ_TCB, 0, crowd_tcb + i, 1));
        MUST(retype(crowd_memory, FM_OBJ_SCHED_CONTEXT, 8, crowd_sc + i, 1));
        const uint64_t data[] = {0, 0, 0};
        const uint64_t spaces[] = {ROOT, FM_SLOT_VSPACE, 0};
        MUST(invoke(crowd_tcb + i, FM_LABEL_TCB_CONFIGURE, 3, data, 3, spaces));
        MUST(sc_configure(crowd_sc + i, period_us == 0 ? 5000 : 100,
                          period_us == 0 ? 5000 : period_us + (uint64_t)(step * i), 0, 0, 0));
        const uint64_t prios[] = {prio, prio};
        const uint64_t caps[] = {FM_SLOT_TCB, crowd_sc + i, 0};
        MUST(invoke(crowd_tcb + i, FM_LABEL_TCB_SET_SCHED_PARAMS, 2, prios, 3, caps));
        uint64_t words[2 + FM_UCTX_WORDS] = {0, FM_UCTX_WORDS};
        words[2 + FM_UCTX_PC] = (uint64_t)repeat;
        words[2 + UCTX_CPTR] = cptr;
        words[2 + UCTX_NUMBER] = (uint64_t)number_of;
        MUST(invoke(crowd_tcb + i, FM_LABEL_TCB_WRITE_REGISTERS, 2 + FM_UCTX_WORDS, words, 0, NULL));
    }
}

/* The first n of them begin, up to their call. */
static void crowd_begins(unsigned from, unsigned n)
{
    for (unsigned i = from; i < from + n; i++) {
        MUST(tcb_resume(crowd_tcb + i));
    }
    tcb_set_priority(FM_SLOT_TCB, 80);
    tcb_set_priority(FM_SLOT_TCB, 100);
}

static void crowd_ends(void)
{
    MUST(cnode_revoke(crowd_memory));
    MUST(cnode_delete(crowd_memory));
    next_slot -= 2 * CROWD;
}

/* Whichever end a kernel looks from, one of the two ways is the long one. */
static void queues(void)
{
    uint64_t n = make(FM_OBJ_NOTIFICATION, 0);
    crowd(FM_SYS_WAIT, n, 90, 0, 0);
    crowd_begins(0, CROWD);
    began = ticks();
    MUST(tcb_set_priority(crowd_tcb, 85));
    MUST(tcb_set_priority(crowd_tcb, 95));
    whole(50, "LAT0014 from the first to the last of 500 places by priority, and back");
    crowd_ends();
    MUST(cnode_delete(n));
    for (unsigned first = 0; first < 2; first++) {
        crowd(FM_SYS_YIELD, 0, 90, 100000, first == 0 ? 1 : -100);
        crowd_begins(0, CROWD - 1);
        MUST(tcb_resume(crowd_tcb + CROWD - 1));
        began = ticks();
        tcb_set_priority(FM_SLOT_TCB, 80); /* it runs and yields */
        whole(50, first == 0 ? "LAT0015 becomes the last of 500 in the release queue, with two switches"
                             : "LAT0018 becomes the first of 500 there");
        tcb_set_priority(FM_SLOT_TCB, 100);
        crowd_ends();
    }
}

/* --- a space of names 64 levels deep; a pool full of spaces; a context full of refills --- */

static void deep(void)
{
    uint64_t node[64];
    for (unsigned i = 0; i < 64; i++) {
        node[i] = make(FM_OBJ_CNODE, 1);
    }
    for (unsigned i = 0; i + 1 < 64; i++) {
        const uint64_t w[] = {0, 1, node[i + 1], 64, 15}, root = ROOT;
        MUST(invoke(node[i], FM_LABEL_CNODE_COPY, 5, w, 1, &root));
    }
    const uint64_t w[] = {0, 64, ep, 64, 15}, root = ROOT;
    began = ticks();
    for (unsigned i = 0; i < 10; i++) {
        const uint64_t gone[] = {0, 64};
        MUST(invoke(node[0], FM_LABEL_CNODE_COPY, 5, w, 1, &root));
        MUST(invoke(node[0], FM_LABEL_CNODE_DELETE, 2, gone, 0, NULL));
    }
    whole(200, "LAT0016 twenty look-ups through 64 levels");
    for (unsigned i = 0; i < 64; i++) {
        MUST(cnode_delete(node[i]));
    }
}

#define SPACES 511u

static void spaces(void)
{
    uint64_t memory = make_from(spare_pool, FM_OBJ_UNTYPED, 22);
    uint64_t page = make_from(spare_pool, FM_OBJ_UNTYPED, 12), p = next_slot++;
    const uint64_t to[] = {p, 64}, from[] = {page, ROOT};
    MUST(invoke(FM_SLOT_ASID_CONTROL, FM_LABEL_ASID_CONTROL_MAKE_POOL, 2, to, 2, from));
    for (uint64_t i = 0; i < SPACES; i++) {
        MUST(retype(memory, VSPACE_TYPE, 0, slots + i, 1));
        const uint64_t space = slots + i;
        MUST(invoke(p, FM_LABEL_ASID_POOL_ASSIGN, 0, NULL, 1, &space));
    }
    began = ticks();
    MUST(cnode_delete(p));
    whole(200, "LAT0013 an ASID pool with 511 spaces goes");
    MUST(cnode_revoke(memory));
    MUST(cnode_delete(memory));
    MUST(cnode_delete(page));
}

#define PIECES 1000u
static volatile uint64_t pieces;

static void splinter(uint64_t n)
{
    for (;;) {
        uint64_t until = ticks() + 20 * US; /* twice what is too small to keep */
        while (ticks() < until) {
        }
        pieces++;
        wait(n);
    }
}

/* Uses its budget in a thousand pieces, each of which comes back a period later; then sleeps until all are due. */
static void refills(void)
{
    uint64_t n = make(FM_OBJ_NOTIFICATION, 0), sc = make(FM_OBJ_SCHED_CONTEXT, 15);
    struct thread *t = spawn_with(splinter, n, 0, 0, true);
    MUST(sc_configure(sc, 100000, 200000, PIECES + 2, 0, FM_SC_FLAG_SPORADIC));
    const uint64_t prios[] = {150, 150};
    const uint64_t caps[] = {FM_SLOT_TCB, sc, 0};
    MUST(invoke(t->tcb, FM_LABEL_TCB_SET_SCHED_PARAMS, 2, prios, 3, caps));
    pieces = 0;
    MUST(tcb_resume(t->tcb));
    while (pieces < PIECES) {
        uint64_t until = ticks() + 10 * US; /* so that the pieces do not touch */
        signal(n);
        while (ticks() < until) {
        }
    }
    uint64_t until = ticks() + 500000 * US;
    while (ticks() < until) {
    }
    began = ticks() + 20 * US;
    signal(n);
    whole(100, "LAT0017 a context wakes with 1,000 refills that are due");
    kill(t);
    MUST(cnode_delete(sc));
    MUST(cnode_delete(n));
}

void group_latency(void)
{
    ep = make(FM_OBJ_ENDPOINT, 0);
    slots = next_slot;
    next_slot += 3000;
    struct thread *p = spawn(pulse, 0, 0);
    MUST(sc_configure(p->sc, 100, PERIOD_US, 0, 0, 0));
    MUST(tcb_set_priority(p->tcb, 200));
    tcb_set_priority(FM_SLOT_TCB, 100);
    MUST(tcb_resume(p->tcb));
    begin();
    end(10, "LAT0000 a thread that computes");
    revoking();
    zeroing();
    cut_in_half();
    deleting();
    creating();
    cancelling();
    large_page();
    spaces();
    queues();
    deep();
    refills();
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(p);
    MUST(cnode_delete(ep));
}
