/* SPDX-License-Identifier: Apache-2.0 */
/* Budgets, periods, timeout faults, yielding, interrupts. Exact only under QEMU's virtual clock. */
#include "tests/kernel/suite/suite.h"

#define US (FM_TIMER_HZ / 1000000)

static uint64_t ep, reply, ntf;
static volatile uint64_t stage, count_a, count_b;

static void spin_for(uint64_t us)
{
    uint64_t end = ticks() + us * US;
    while (ticks() < end) {
    }
}

static void spinner(uint64_t unused)
{
    (void)unused;
    for (;;) {
        count_a++;
    }
}

static uint64_t consumed(uint64_t sc)
{
    MUST(invoke(sc, FM_LABEL_SC_CONSUMED, 0, NULL, 0, NULL));
    return answer[0];
}

static bool within(uint64_t got, uint64_t want, uint64_t percent, const char *name)
{
    uint64_t off = got > want ? got - want : want - got;
    bool fine = TAP_OK(off * 100 <= want * percent, name);
    tap_note_u64("us", got);
    return fine;
}

/* A thread above us with a share of the time gets that share, and we the rest. */
static void shares(void)
{
    static const struct {
        uint64_t budget, period, extra, flags;
        const char *name;
    } cases[] = {
        {2000, 10000, 0, 0, "TIM0001 2 ms of each 10, constant bandwidth"},
        {2000, 10000, 8, 1, "TIM0002 2 ms of each 10, sporadic"},
        {500, 1000, 0, 0, "TIM0003 half of each millisecond"},
        {9000, 10000, 4, 1, "TIM0004 nine tenths"},
    };
    for (unsigned i = 0; i < 4; i++) {
        struct thread *t = spawn(spinner, 0, 0);
        MUST(sc_configure(t->sc, cases[i].budget, cases[i].period, cases[i].extra, 0, cases[i].flags));
        MUST(tcb_set_priority(t->tcb, 200));
        tcb_set_priority(FM_SLOT_TCB, 100);
        MUST(tcb_resume(t->tcb));
        consumed(t->sc);
        spin_for(200000);
        within(consumed(t->sc), 200000 * cases[i].budget / cases[i].period, 5, cases[i].name);
        tcb_set_priority(FM_SLOT_TCB, 255);
        kill(t);
    }
}

static void round_robin(void)
{
    struct thread *a = spawn(spinner, 0, 90);
    struct thread *b = spawn(spinner, 0, 90);
    struct thread *c = spawn(spinner, 0, 90);
    MUST(sc_configure(c->sc, 10000, 10000, 0, 0, 0)); /* slices twice as long */
    tcb_set_priority(FM_SLOT_TCB, 100);
    consumed(a->sc);
    /* We sleep by giving ourselves little time. */
    MUST(sc_configure(FM_SLOT_SC, 100, 400000, 0, 0, 0));
    spin_for(400000);
    MUST(sc_configure(FM_SLOT_SC, 5000, 5000, 0, 0, 0));
    uint64_t ta = consumed(a->sc), tb = consumed(b->sc), tc = consumed(c->sc);
    uint64_t sum = ta + tb + tc; /* however long the sleep took */
    within(ta, sum / 4, 10, "TIM0010 round robin: a quarter");
    within(tb, sum / 4, 10, "TIM0011 a quarter");
    within(tc, sum / 2, 10, "TIM0012 and half for slices of double length");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(a);
    kill(b);
    kill(c);
}

static void timeouts(void)
{
    uint64_t handler = next_slot++;
    MUST(cnode_mint(handler, ep, 15, 0x99));
    struct thread *t = spawn(spinner, 0, 0);
    MUST(sc_configure(t->sc, 1000, 50000, 0, 0xabc, 0));
    MUST(tcb_timeout_handler(t->tcb, handler));
    MUST(tcb_set_priority(t->tcb, 200));
    tcb_set_priority(FM_SLOT_TCB, 100);
    MUST(tcb_resume(t->tcb));
    struct message m = recv(ep, reply);
    same(LABEL(m.info), FM_FAULT_TIMEOUT, "TIM0020 a timeout fault");
    same(m.badge, 0x99, "TIM0021 through the timeout handler");
    same(m.mr[FM_TIMEOUT_DATA], 0xabc, "TIM0022 with the context's badge");
    within(m.mr[FM_TIMEOUT_CONSUMED], 1000, 5, "TIM0023 and what was used");
    uint64_t before = count_a;
    spin_for(20000);
    same(count_a, before, "TIM0024 it does not run");
    /* More budget, then an answer: it goes on. */
    MUST(sc_configure(t->sc, 1000, 2000, 0, 0xdef, 0));
    send(reply, INFO(0, 0, 0), 0);
    spin_for(10000);
    TAP_OK(count_a != before, "TIM0025 answered with new budget it goes on");
    m = recv(ep, reply);
    same(m.mr[FM_TIMEOUT_DATA], 0xdef, "TIM0026 and faults again in time");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(t);
    cnode_delete(handler);
}

static void slow_server(uint64_t service)
{
    recv(service, REPLY);
    for (;;) {
        count_b++;
    }
}

static void client(uint64_t service)
{
    call(service, INFO(0, 0, 0), 0, 0);
    stage = 1;
    wait(NTF);
}

/* A passive server spends its caller's budget; its own timeout handler hears of it. */
static void server_timeouts(void)
{
    uint64_t service = make(FM_OBJ_ENDPOINT, 0);
    struct thread *s = spawn(slow_server, service, 200);
    tcb_set_priority(FM_SLOT_TCB, 100);
    MUST(sc_unbind(s->sc));
    MUST(tcb_timeout_handler(s->tcb, ep));
    struct thread *c = spawn(client, service, 0);
    MUST(sc_configure(c->sc, 2000, 100000, 0, 0x51, 0));
    MUST(tcb_set_priority(c->tcb, 150));
    MUST(tcb_resume(c->tcb));
    struct message m = recv(ep, reply);
    same(LABEL(m.info), FM_FAULT_TIMEOUT, "TIM0030 the server's handler hears of the end of the caller's budget");
    same(m.mr[FM_TIMEOUT_DATA], 0x51, "TIM0031 with the caller's badge");
    /* The handler lets the caller go: deleting the reply object gives the context back. */
    stage = 0;
    MUST(cnode_delete(REPLY));
    MUST(retype(pool, FM_OBJ_REPLY, 0, REPLY, 1));
    same(invoke(c->sc, FM_LABEL_SC_UNBIND_OBJECT, 0, NULL, 1, &c->tcb), 0, "TIM0032 the caller has its context back");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(s);
    kill(c);
    cnode_delete(service);
}

static void yielder(uint64_t target)
{
    for (;;) {
        stage = 1;
        if (invoke(target, FM_LABEL_SC_YIELD_TO, 0, NULL, 0, NULL) == 0) {
            count_b = answer[0];
            stage = 2;
        }
        wait(ntf);
    }
}

static void yields(void)
{
    struct thread *t = spawn(spinner, 0, 0);
    MUST(sc_configure(t->sc, 1000, 50000, 0, 0, 0));
    count_b = 0;
    stage = 0;
    struct thread *y = spawn(yielder, t->sc, 100);
    MUST(tcb_set_priority(t->tcb, 100));
    consumed(t->sc);
    MUST(tcb_resume(t->tcb));
    tcb_set_priority(FM_SLOT_TCB, 50);
    same(stage, 2, "TIM0040 YieldTo a thread of equal priority returns when that has run");
    within(count_b, 1000, 5, "TIM0042 with the time that it used");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(t);
    kill(y);
    struct thread *p = spawn(spinner, 0, 0);
    MUST(sc_configure(p->sc, 1000, 10000, 0, 0, 0));
    same(invoke(p->sc, FM_LABEL_SC_YIELD_TO, 0, NULL, 0, NULL), 0, "TIM0041 YieldTo a stopped thread returns");
    kill(p);
}

/* A periodic thread that yields runs once in each period. */
static void periodic(uint64_t unused)
{
    (void)unused;
    for (;;) {
        count_b++;
        yield();
    }
}

static void periods(void)
{
    count_b = 0;
    struct thread *t = spawn(periodic, 0, 0);
    MUST(sc_configure(t->sc, 1000, 10000, 0, 0, 0));
    MUST(tcb_set_priority(t->tcb, 200));
    tcb_set_priority(FM_SLOT_TCB, 100);
    MUST(tcb_resume(t->tcb));
    spin_for(100000);
    uint64_t n = count_b;
    TAP_OK(n >= 9 && n <= 12, "TIM0050 a thread that yields its rest runs once a period");
    tap_note_u64("runs in 100 ms", n);
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(t);
}

/* A device's interrupt: signalled once, not again before Ack, again after it while the line is up. */
static void interrupts(void)
{
    uint64_t handler = next_slot++;
    const uint64_t root = ROOT;
#ifdef FM_ABI_AARCH64
    const uint64_t w[] = {30, FM_IRQ_TRIGGER_LEVEL, handler, 64};
#else
    volatile uint8_t *uart = (volatile uint8_t *)0x10000000;
    const uint64_t w[] = {10, FM_IRQ_TRIGGER_LEVEL, handler, 64};
#endif
    same(invoke(FM_SLOT_IRQ_CONTROL, FM_LABEL_IRQ_ISSUE_HANDLER_TRIGGER, 4, w, 1, &root), 0, "TIM0060 a handler");
    uint64_t badged = next_slot++;
    MUST(cnode_mint(badged, ntf, 15, 0x40));
    same(invoke(handler, FM_LABEL_IRQ_SET_NOTIFICATION, 0, NULL, 1, &badged), 0, "TIM0061 its notification");
    same(invoke(handler, FM_LABEL_IRQ_ACK, 0, NULL, 0, NULL), 0, "TIM0062 Ack before the first");
#ifdef FM_ABI_AARCH64
    __asm__ volatile("msr cntp_cval_el0, %0\n msr cntp_ctl_el0, %1\n isb" : : "r"(ticks() + 1000 * US), "r"(1ul));
#else
    uart[1] = 2; /* the transmitter is empty: the line goes up at once */
#endif
    same(wait(ntf).badge, 0x40, "TIM0063 the interrupt arrives with the badge");
#ifndef FM_ABI_AARCH64
    while ((uart[5] & 0x20) == 0) {
    }
    uart[1] = 0;
    uart[1] = 2; /* QEMU's PLIC looks at the line only when the device moves it */
#endif
    spin_for(100);
    same(nb_wait(ntf).badge, 0, "TIM0064 once, although the line is still up");
#ifndef FM_ABI_AARCH64
    while ((uart[5] & 0x20) == 0) {
    }
    uart[1] = 0;
    uart[1] = 2;
#endif
    MUST(invoke(handler, FM_LABEL_IRQ_ACK, 0, NULL, 0, NULL));
    spin_for(100);
    same(nb_wait(ntf).badge, 0x40, "TIM0065 after Ack again, as the line is still up");
#ifdef FM_ABI_AARCH64
    __asm__ volatile("msr cntp_ctl_el0, %0\n isb" : : "r"(0ul));
#else
    uart[1] = 0;
#endif
    MUST(invoke(handler, FM_LABEL_IRQ_ACK, 0, NULL, 0, NULL));
    spin_for(100);
    nb_wait(ntf);
    same(nb_wait(ntf).badge, 0, "TIM0066 and no more when the device is quiet");
    same(cnode_delete(handler), 0, "TIM0067 the handler goes");
    same(invoke(FM_SLOT_IRQ_CONTROL, FM_LABEL_IRQ_ISSUE_HANDLER_TRIGGER, 4, w, 1, &root), 0,
         "TIM0068 and can be had again");
    same(invoke(handler, FM_LABEL_IRQ_SET_NOTIFICATION, 0, NULL, 1, &badged), 0, "TIM0069 set");
    same(invoke(handler, FM_LABEL_IRQ_CLEAR, 0, NULL, 0, NULL), 0, "TIM0070 and cleared");
    MUST(cnode_delete(handler));
    MUST(cnode_delete(badged));
}

static void sleeper(uint64_t unused)
{
    (void)unused;
    for (;;) {
        wait(ntf);
        stage++;
    }
}

/* A passive thread wakes on its notification's context and gives it back when it waits again. */
static void lent(void)
{
    struct thread *t = spawn(sleeper, 0, 200);
    stage = 0;
    tcb_set_priority(FM_SLOT_TCB, 100);
    MUST(sc_unbind(t->sc));
    same(sc_bind(t->sc, ntf), 0, "TIM0080 a context for a notification");
    signal(ntf);
    same(stage, 1, "TIM0081 the waiter wakes on it");
    same(invoke(t->sc, FM_LABEL_SC_UNBIND_OBJECT, 0, NULL, 1, &t->tcb), FM_KERR_ILLEGAL_OPERATION,
         "TIM0082 and has given it back");
    signal(ntf);
    same(stage, 2, "TIM0083 again");
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(t);
}

void group_time(void)
{
    ep = make(FM_OBJ_ENDPOINT, 0);
    reply = make(FM_OBJ_REPLY, 0);
    ntf = make(FM_OBJ_NOTIFICATION, 0);
    shares();
    round_robin();
    timeouts();
    server_timeouts();
    yields();
    periods();
    interrupts();
    lent();
}
