/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kernel operations, counted in instructions: a root task that runs on any kernel with the ABI, under
 * QEMU's -icount shift=0, where an instruction is a nanosecond. Each operation is timed in batches
 * with the cheapest counter that is exact enough: rdtime ticks once in 100 instructions, cntpct_el0
 * once in 16. Prints "row <what> <instructions times ten>".
 */
#include "tests/kernel/root/root.h"

#define BATCH 2000u

static uint64_t ep, reply, ntf, ntf2, done;

static void row(const char *what, uint64_t from, uint64_t to, uint64_t operations)
{
    uint64_t ns = (to - from) * 1000 / (FM_TIMER_HZ / 1000000);
    text("row ");
    text(what);
    text(" ");
    number(ns * 10 / operations / 10 + ((ns * 10 / operations) % 10 >= 5));
    text("\n");
}

static void server(uint64_t passive_signal)
{
    struct regs r = {.cptr = ep, .reply = reply};
    if (passive_signal != 0) {
        struct regs s = {.cptr = ep, .reply = reply, .dest = passive_signal};
        sys(FM_SYS_NB_SEND_RECV, &s);
    } else {
        sys(FM_SYS_RECV, &r);
    }
    for (;;) {
#ifdef FM_ABI_AARCH64
        register uint64_t x0 __asm__("x0") = ep;
        register uint64_t x1 __asm__("x1") = 0;
        register uint64_t x6 __asm__("x6") = reply;
        register uint64_t x7 __asm__("x7") = (uint64_t)FM_SYS_REPLY_RECV;
        register uint64_t x19 __asm__("x19") = ep; /* x0 comes back as a badge */
        __asm__ volatile("1: mov x0, %4\n mov x1, #0\n svc #0\n b 1b"
                         : "+r"(x0), "+r"(x1)
                         : "r"(x6), "r"(x7), "r"(x19)
                         : "memory", "x2", "x3", "x4", "x5");
#else
        register uint64_t a0 __asm__("a0") = ep;
        register uint64_t a1 __asm__("a1") = 0;
        register uint64_t a6 __asm__("a6") = reply;
        register uint64_t a7 __asm__("a7") = (uint64_t)FM_SYS_REPLY_RECV;
        register uint64_t s1 __asm__("s1") = ep; /* a0 comes back as a badge */
        __asm__ volatile("1: mv a0, %4\n li a1, 0\n ecall\n j 1b"
                         : "+r"(a0), "+r"(a1)
                         : "r"(a6), "r"(a7), "r"(s1)
                         : "memory", "a2", "a3", "a4", "a5");
#endif
    }
}

static inline void fast_call_ep(uint64_t cptr)
{
#ifdef FM_ABI_AARCH64
    register uint64_t x0 __asm__("x0") = cptr;
    register uint64_t x1 __asm__("x1") = 0;
    register uint64_t x7 __asm__("x7") = (uint64_t)FM_SYS_CALL;
    __asm__ volatile("svc #0" : "+r"(x0), "+r"(x1) : "r"(x7) : "memory", "x2", "x3", "x4", "x5");
#else
    register uint64_t a0 __asm__("a0") = cptr;
    register uint64_t a1 __asm__("a1") = 0;
    register uint64_t a7 __asm__("a7") = (uint64_t)FM_SYS_CALL;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a7) : "memory", "a2", "a3", "a4", "a5");
#endif
}

static inline void fast_send(int64_t number_of, uint64_t cptr)
{
#ifdef FM_ABI_AARCH64
    register uint64_t x0 __asm__("x0") = cptr;
    register uint64_t x1 __asm__("x1") = 0;
    register uint64_t x7 __asm__("x7") = (uint64_t)number_of;
    __asm__ volatile("svc #0" : "+r"(x0), "+r"(x1) : "r"(x7) : "memory", "x2", "x3", "x4", "x5");
#else
    register uint64_t a0 __asm__("a0") = cptr;
    register uint64_t a1 __asm__("a1") = 0;
    register uint64_t a7 __asm__("a7") = (uint64_t)number_of;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a7) : "memory", "a2", "a3", "a4", "a5");
#endif
}

static void waiter(uint64_t on)
{
    for (;;) {
        fast_send(FM_SYS_WAIT, on);
    }
}

static void time_calls(const char *what)
{
    for (unsigned i = 0; i < 16; i++) {
        fast_call_ep(ep);
    }
    uint64_t t = ticks();
    for (unsigned i = 0; i < BATCH; i++) {
        fast_call_ep(ep);
    }
    row(what, t, ticks(), BATCH);
}

static struct thread *faulter;
static uint64_t fault_ep;

static void fault_loop(uint64_t arg)
{
    (void)arg;
    for (;;) {
        *(volatile uint64_t *)0 = 1;
    }
}

static void fault_handler(uint64_t rounds)
{
    struct message m = recv(fault_ep, reply);
    for (uint64_t i = 0; i < 16; i++) {
        m = reply_recv(fault_ep, reply, 0, 0, 0);
    }
    uint64_t t = ticks();
    for (uint64_t i = 0; i < rounds; i++) {
        m = reply_recv(fault_ep, reply, 0, 0, 0);
    }
    row("fault", t, ticks(), rounds);
    signal(done);
    wait(ntf2);
    (void)m;
}

static void time_capabilities(void)
{
    uint64_t s = next_slot;
    const uint64_t frame = make(FM_OBJ_SMALL_PAGE, 0);
    uint64_t t = ticks();
    s = next_slot;
    next_slot += 3000;
    for (unsigned i = 0; i < BATCH; i++) {
        cnode_mint(s + i, ep, 15, i + 1);
    }
    row("mint", t, ticks(), BATCH);
    t = ticks();
    for (unsigned i = 0; i < BATCH; i++) {
        cnode_delete(s + i);
    }
    row("delete", t, ticks(), BATCH);
    t = ticks();
    for (unsigned i = 0; i < BATCH; i++) {
        cnode_copy(s + i, ep, 15);
    }
    row("copy", t, ticks(), BATCH);
    for (unsigned i = 0; i < BATCH; i++) {
        cnode_delete(s + i);
    }
    t = ticks();
    for (unsigned i = 0; i < BATCH; i++) {
        cnode_revoke(ep);
    }
    row("revoke_0", t, ticks(), BATCH);
    static const unsigned sizes[] = {1, 10, 1000};
    static const char *const names[] = {"revoke_1", "revoke_10", "revoke_1000"};
    for (unsigned k = 0; k < 3; k++) {
        uint64_t sum = 0;
        unsigned rounds = sizes[k] == 1000 ? 3 : 200;
        for (unsigned round = 0; round < rounds; round++) {
            for (unsigned i = 0; i < sizes[k]; i++) {
                cnode_mint(s + i, ep, 15, i + 1);
            }
            t = ticks();
            cnode_revoke(ep);
            sum += ticks() - t;
        }
        row(names[k], 0, sum, rounds);
    }
    map(frame, 0x30000000, 3, FM_VM_DEFAULT, FM_SLOT_VSPACE);
    invoke(frame, FM_LABEL_PAGE_UNMAP, 0, NULL, 0, NULL);
    t = ticks();
    for (unsigned i = 0; i < BATCH; i++) {
        page_map(frame, 0x30000000, 3, FM_VM_DEFAULT, FM_SLOT_VSPACE);
        invoke(frame, FM_LABEL_PAGE_UNMAP, 0, NULL, 0, NULL);
    }
    row("map_unmap", t, ticks(), BATCH);
}

/*
 * How Retype grows with the number of objects that one call makes: endpoints, in memory that is ready. An endpoint
 * that stays keeps the untyped from being made ready again within the time that is measured.
 */
static void time_retype(void)
{
    static const unsigned sizes[] = {1, 16, 256};
    static const char *const names[] = {"retype_1", "retype_16", "retype_256"};
    uint64_t u = make(FM_OBJ_UNTYPED, 16);
    uint64_t s = next_slot;
    next_slot += 1 + 2560;
    for (unsigned k = 0; k < 3; k++) {
        const unsigned rounds = sizes[k] == 256 ? 20 : 200, calls = sizes[k] == 256 ? 1 : 10;
        uint64_t sum = 0;
        for (unsigned round = 0; round < rounds; round++) {
            MUST(retype(u, FM_OBJ_ENDPOINT, 0, s, 1));
            uint64_t t = ticks();
            for (unsigned i = 0; i < calls; i++) {
                retype(u, FM_OBJ_ENDPOINT, 0, s + 1 + i * sizes[k], sizes[k]);
            }
            sum += ticks() - t;
            MUST(cnode_revoke(u));
        }
        row(names[k], 0, sum, (uint64_t)rounds * calls);
    }
}

/*
 * A device's interrupt. A thread of lower priority raises a line; the driver wakes, quiets the device,
 * acknowledges and waits again. irq: from the line to the driver's first instruction; irq_round: until
 * the lower thread goes on. The delay before each round varies, so that whole ticks give the mean.
 */
static uint64_t irq_handler;
static volatile uint64_t irq_at;

#ifdef FM_ABI_AARCH64
#define DEVICE_IRQ 30u

static inline void line_up(void)
{
    __asm__ volatile("msr cntp_ctl_el0, %0\n isb" : : "r"(1ul));
}

static inline void line_down(void)
{
    __asm__ volatile("msr cntp_ctl_el0, %0\n isb" : : "r"(0ul));
}
#else
#define DEVICE_IRQ 10u
#define DEVICE_UART ((volatile uint8_t *)0x10000000)

static inline void line_up(void)
{
    DEVICE_UART[1] = 2; /* the transmitter is empty */
}

static inline void line_down(void)
{
    DEVICE_UART[1] = 0;
}
#endif

static void driver(uint64_t on)
{
    for (;;) {
        fast_send(FM_SYS_WAIT, on);
        irq_at = ticks();
        line_down();
        invoke(irq_handler, FM_LABEL_IRQ_ACK, 0, NULL, 0, NULL);
    }
}

static void delay(unsigned rounds)
{
    for (unsigned i = 0; i < rounds; i++) {
        __asm__ volatile("" : : : "memory");
    }
}

static void time_interrupts(void)
{
    irq_handler = next_slot++;
    const uint64_t root = FM_SLOT_CNODE;
    const uint64_t w[] = {DEVICE_IRQ, FM_IRQ_TRIGGER_LEVEL, irq_handler, 64};
    MUST(invoke(FM_SLOT_IRQ_CONTROL, FM_LABEL_IRQ_ISSUE_HANDLER_TRIGGER, 4, w, 1, &root));
    MUST(invoke(irq_handler, FM_LABEL_IRQ_SET_NOTIFICATION, 0, NULL, 1, &ntf));
#ifdef FM_ABI_AARCH64
    __asm__ volatile("msr cntp_cval_el0, %0" : : "r"(0ul)); /* due long ago */
#endif
    line_down();
    MUST(invoke(irq_handler, FM_LABEL_IRQ_ACK, 0, NULL, 0, NULL));
    nb_wait(ntf);
    struct thread *t = spawn(driver, ntf, 150);
    uint64_t to_driver = 0, round = 0;
    for (unsigned i = 0; i < 16 + BATCH; i++) {
        delay(i * 7 % 101);
        irq_at = 0;
        uint64_t from = ticks();
        line_up();
        while (irq_at == 0) {
        }
        if (i >= 16) {
            to_driver += irq_at - from;
            round += ticks() - from;
        }
    }
    row("irq", 0, to_driver, BATCH);
    row("irq_round", 0, round, BATCH);
    kill(t);
    MUST(cnode_delete(irq_handler));
}

static void time_simple(void)
{
    uint64_t empty = next_slot++;
    for (unsigned i = 0; i < 16; i++) {
        fast_call_ep(empty);
    }
    uint64_t t = ticks();
    for (unsigned i = 0; i < BATCH; i++) {
        fast_call_ep(empty);
    }
    row("error_reply", t, ticks(), BATCH);
    t = ticks();
    for (unsigned i = 0; i < BATCH; i++) {
        fast_send(FM_SYS_YIELD, 0);
    }
    row("yield", t, ticks(), BATCH);
}

void tests(void)
{
    ep = make(FM_OBJ_ENDPOINT, 0);
    fault_ep = make(FM_OBJ_ENDPOINT, 0);
    reply = make(FM_OBJ_REPLY, 0);
    ntf = make(FM_OBJ_NOTIFICATION, 0);
    ntf2 = make(FM_OBJ_NOTIFICATION, 0);
    done = make(FM_OBJ_NOTIFICATION, 0);
    tcb_set_priority(FM_SLOT_TCB, 100);
    time_simple();

    struct thread *low = spawn(waiter, ntf, 50);
    tcb_set_priority(FM_SLOT_TCB, 10); /* it waits */
    yield();
    tcb_set_priority(FM_SLOT_TCB, 100);
    uint64_t t = ticks();
    uint64_t sum = 0;
    for (unsigned i = 0; i < 500; i++) {
        t = ticks();
        for (unsigned k = 0; k < 10; k++) {
            fast_send(FM_SYS_SEND, ntf);
        }
        sum += ticks() - t;
    }
    row("signal", 0, sum, 5000);
    kill(low);

    struct thread *high = spawn(waiter, ntf2, 150);
    for (unsigned i = 0; i < 16; i++) {
        fast_send(FM_SYS_SEND, ntf2);
    }
    t = ticks();
    for (unsigned i = 0; i < BATCH; i++) {
        fast_send(FM_SYS_SEND, ntf2);
    }
    row("signal_switch", t, ticks(), BATCH);
    kill(high);

    struct thread *active = spawn(server, 0, 150);
    time_calls("call_reply_switch");
    kill(active);

    struct thread *passive = spawn(server, done, 150);
    wait(done);
    sc_unbind(passive->sc);
    time_calls("call_reply");
    kill(passive);

    time_capabilities();
    time_retype();
    time_interrupts();

    struct thread *handler = spawn(fault_handler, BATCH, 150);
    faulter = spawn_with(fault_loop, 0, 90, fault_ep, false);
    wait(done);
    kill(handler);
    kill(faulter);
    text("end\n");
}
