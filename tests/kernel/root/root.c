/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernel/root/root.h"

struct fm_bootinfo *bootinfo;
uint64_t next_slot;
uint64_t pool, spare_pool;
uint64_t answer[8];

extern char root_stack[];
static volatile uint8_t *uart;
static volatile uint8_t *finisher;
static uint64_t next_va = 0x10000000; /* for devices, buffers and what tests map */

#define THREADS 48
static _Alignas(16384) char stacks[THREADS][STACK];
static bool stack_used[THREADS];

void root_main(struct fm_bootinfo *bi);
void thread_start(struct thread *t);

static struct thread *self(void)
{
    return (struct thread *)((uintptr_t)__builtin_frame_address(0) & ~(uintptr_t)(STACK - 1));
}

uint64_t *ipc(void)
{
    return self()->ipc;
}

uint64_t invoke(uint64_t cptr, uint64_t label, unsigned words, const uint64_t *word, unsigned caps,
                const uint64_t *cap)
{
    struct regs r = {.cptr = cptr, .info = INFO(label, caps, words)};
    uint64_t *b = ipc();
    for (unsigned i = 0; i < words; i++) {
        if (i < 4) {
            r.mr[i] = word[i];
        } else {
            b[FM_IPC_MSG + i] = word[i];
        }
    }
    for (unsigned i = 0; i < caps; i++) {
        b[FM_IPC_CAPS + i] = cap[i];
    }
    sys(FM_SYS_CALL, &r);
    for (unsigned i = 0; i < 8; i++) {
        answer[i] = i < 4 ? r.mr[i] : b[FM_IPC_MSG + i];
    }
    return LABEL(r.info);
}

void must(uint64_t error, int line)
{
    if (error != 0) {
        text("Bail out! root.c or test line ");
        number((uint64_t)line);
        text(": error ");
        number(error);
        text("\n");
        power_off();
    }
}

uint64_t retype(uint64_t untyped, uint64_t type, uint64_t bits, uint64_t to, uint64_t count)
{
    const uint64_t w[] = {type, bits, 0, 0, to, count};
    const uint64_t c[] = {FM_SLOT_CNODE};
    return invoke(untyped, FM_LABEL_UNTYPED_RETYPE, 6, w, 1, c);
}

static uint64_t cnode(uint64_t label, uint64_t to, uint64_t from, uint64_t a, uint64_t b, unsigned n)
{
    const uint64_t w[] = {to, 64, from, 64, a, b};
    const uint64_t c[] = {FM_SLOT_CNODE};
    return invoke(FM_SLOT_CNODE, label, n, w, n > 2, c);
}

uint64_t cnode_copy(uint64_t to, uint64_t from, uint64_t rights)
{
    return cnode(FM_LABEL_CNODE_COPY, to, from, rights, 0, 5);
}

uint64_t cnode_mint(uint64_t to, uint64_t from, uint64_t rights, uint64_t badge)
{
    return cnode(FM_LABEL_CNODE_MINT, to, from, rights, badge, 6);
}

uint64_t cnode_move(uint64_t to, uint64_t from)
{
    return cnode(FM_LABEL_CNODE_MOVE, to, from, 0, 0, 4);
}

uint64_t cnode_delete(uint64_t slot)
{
    return cnode(FM_LABEL_CNODE_DELETE, slot, 0, 0, 0, 2);
}

uint64_t cnode_revoke(uint64_t slot)
{
    return cnode(FM_LABEL_CNODE_REVOKE, slot, 0, 0, 0, 2);
}

uint64_t cnode_cancel(uint64_t slot)
{
    return cnode(FM_LABEL_CNODE_CANCEL_BADGED_SENDS, slot, 0, 0, 0, 2);
}

uint64_t tcb_suspend(uint64_t tcb)
{
    return invoke(tcb, FM_LABEL_TCB_SUSPEND, 0, NULL, 0, NULL);
}

uint64_t tcb_resume(uint64_t tcb)
{
    return invoke(tcb, FM_LABEL_TCB_RESUME, 0, NULL, 0, NULL);
}

uint64_t tcb_set_priority(uint64_t tcb, uint64_t prio)
{
    const uint64_t c[] = {FM_SLOT_TCB};
    return invoke(tcb, FM_LABEL_TCB_SET_PRIORITY, 1, &prio, 1, c);
}

uint64_t tcb_bind(uint64_t tcb, uint64_t notification)
{
    return invoke(tcb, FM_LABEL_TCB_BIND_NOTIFICATION, 0, NULL, 1, &notification);
}

uint64_t tcb_timeout_handler(uint64_t tcb, uint64_t ep)
{
    return invoke(tcb, FM_LABEL_TCB_SET_TIMEOUT_ENDPOINT, 0, NULL, 1, &ep);
}

uint64_t sc_bind(uint64_t sc, uint64_t object)
{
    return invoke(sc, FM_LABEL_SC_BIND, 0, NULL, 1, &object);
}

uint64_t sc_unbind(uint64_t sc)
{
    return invoke(sc, FM_LABEL_SC_UNBIND, 0, NULL, 0, NULL);
}

uint64_t sc_configure(uint64_t sc, uint64_t budget, uint64_t period, uint64_t extra,
                      uint64_t badge, uint64_t flags)
{
    const uint64_t w[] = {budget, period, extra, badge, flags};
    return invoke(bootinfo->sched_control.start, FM_LABEL_SCHED_CONTROL_CONFIGURE, 5, w, 1, &sc);
}

uint64_t page_map(uint64_t frame, uint64_t vaddr, uint64_t rights, uint64_t attr, uint64_t vspace)
{
    const uint64_t w[] = {vaddr, rights, attr};
    return invoke(frame, FM_LABEL_PAGE_MAP, 3, w, 1, &vspace);
}

uint64_t make_from(uint64_t untyped, uint64_t type, uint64_t bits)
{
    MUST(retype(untyped, type, bits, next_slot, 1));
    return next_slot++;
}

uint64_t make(uint64_t type, uint64_t bits)
{
    return make_from(pool, type, bits);
}

void map(uint64_t frame, uint64_t vaddr, uint64_t rights, uint64_t attr, uint64_t vspace)
{
    for (;;) {
        uint64_t e = page_map(frame, vaddr, rights, attr, vspace);
        if (e != FM_KERR_FAILED_LOOKUP) {
            MUST(e);
            return;
        }
        const uint64_t w[] = {vaddr, FM_VM_DEFAULT};
        MUST(invoke(make(FM_OBJ_PAGE_TABLE, 0), FM_LABEL_PAGE_TABLE_MAP, 2, w, 1, &vspace));
    }
}

/* Cuts the page at paddr out of the device untyped that holds it. */
volatile uint8_t *device(uint64_t paddr)
{
    uint64_t n = bootinfo->untyped.end - bootinfo->untyped.start;
    for (uint64_t i = 0; i < n; i++) {
        const struct fm_untyped_desc *d = &bootinfo->untyped_list[i];
        if (!d->is_device || paddr - d->paddr >= (uint64_t)1 << d->size_bits) {
            continue;
        }
        uint64_t u = bootinfo->untyped.start + i;
        uint64_t base = d->paddr;
        unsigned bits = d->size_bits;
        while (bits > 12) { /* halve until the page is the first thing in it */
            bits--;
            uint64_t low = make_from(u, FM_OBJ_UNTYPED, bits);
            if (paddr - base >= (uint64_t)1 << bits) {
                low = make_from(u, FM_OBJ_UNTYPED, bits);
                base += (uint64_t)1 << bits;
            }
            u = low;
        }
        uint64_t frame = make_from(u, FM_OBJ_SMALL_PAGE, 0);
        uint64_t va = next_va;
        next_va += 0x1000;
        map(frame, va, FM_RIGHT_READ | FM_RIGHT_WRITE, FM_VM_EXECUTE_NEVER, FM_SLOT_VSPACE);
        return (volatile uint8_t *)va;
    }
    MUST(99);
    return NULL;
}

/* --- threads --- */

struct thread *spawn_with(void (*entry)(uint64_t), uint64_t arg, uint64_t prio, uint64_t fault_ep,
                          bool passive)
{
    unsigned i = 0;
    while (stack_used[i]) {
        i++;
        MUST(i >= THREADS);
    }
    stack_used[i] = true;
    struct thread *t = (struct thread *)(void *)stacks[i];
    t->entry = entry;
    t->arg = arg;
    if (t->ipc_frame == 0) {
        t->ipc_frame = make(FM_OBJ_SMALL_PAGE, 0);
        t->ipc = (uint64_t *)next_va;
        next_va += 0x1000;
        map(t->ipc_frame, (uint64_t)t->ipc, 3, FM_VM_DEFAULT | FM_VM_EXECUTE_NEVER, FM_SLOT_VSPACE);
        t->tcb = next_slot++;
        t->sc = next_slot++;
    }
    MUST(retype(pool, FM_OBJ_TCB, 0, t->tcb, 1));
    MUST(retype(pool, FM_OBJ_SCHED_CONTEXT, 8, t->sc, 1));
    const uint64_t data[] = {0, 0, (uint64_t)t->ipc};
    const uint64_t spaces[] = {FM_SLOT_CNODE, FM_SLOT_VSPACE, t->ipc_frame};
    MUST(invoke(t->tcb, FM_LABEL_TCB_CONFIGURE, 3, data, 3, spaces));
    MUST(sc_configure(t->sc, 5000, 5000, 0, 0, 0));
    const uint64_t prios[] = {prio, prio};
    const uint64_t caps[] = {FM_SLOT_TCB, passive ? 0 : t->sc, fault_ep};
    MUST(invoke(t->tcb, FM_LABEL_TCB_SET_SCHED_PARAMS, 2, prios, 3, caps));
    uint64_t words[2 + FM_UCTX_WORDS] = {0, FM_UCTX_WORDS};
    words[2 + FM_UCTX_PC] = (uint64_t)thread_start;
    words[2 + FM_UCTX_SP] = (uint64_t)stacks[i] + STACK;
#ifdef FM_ABI_AARCH64
    words[2 + FM_UCTX_X0] = (uint64_t)t;
#else
    words[2 + FM_UCTX_A0] = (uint64_t)t;
#endif
    MUST(invoke(t->tcb, FM_LABEL_TCB_WRITE_REGISTERS, 2 + FM_UCTX_WORDS, words, 0, NULL));
    if (prio != 0) {
        MUST(tcb_resume(t->tcb));
    }
    return t;
}

struct thread *spawn(void (*entry)(uint64_t), uint64_t arg, uint64_t prio)
{
    return spawn_with(entry, arg, prio, 0, false);
}

void kill(struct thread *t)
{
    MUST(cnode_delete(t->tcb));
    MUST(cnode_delete(t->sc));
    stack_used[((uintptr_t)t - (uintptr_t)stacks) / STACK] = false;
}

/* --- messages --- */

static struct message from(const struct regs *r)
{
    return (struct message){r->cptr, r->info, {r->mr[0], r->mr[1], r->mr[2], r->mr[3]}};
}

static struct message do_call(int64_t n, struct regs r)
{
    sys(n, &r);
    return from(&r);
}

struct message call(uint64_t cptr, uint64_t info, uint64_t mr0, uint64_t mr1)
{
    return do_call(FM_SYS_CALL, (struct regs){.cptr = cptr, .info = info, .mr = {mr0, mr1}});
}

struct message recv(uint64_t cptr, uint64_t reply)
{
    return do_call(FM_SYS_RECV, (struct regs){.cptr = cptr, .reply = reply});
}

struct message nb_recv(uint64_t cptr, uint64_t reply)
{
    return do_call(FM_SYS_NB_RECV, (struct regs){.cptr = cptr, .reply = reply});
}

struct message wait(uint64_t cptr)
{
    return do_call(FM_SYS_WAIT, (struct regs){.cptr = cptr});
}

struct message nb_wait(uint64_t cptr)
{
    return do_call(FM_SYS_NB_WAIT, (struct regs){.cptr = cptr});
}

struct message reply_recv(uint64_t cptr, uint64_t reply, uint64_t info, uint64_t mr0, uint64_t mr1)
{
    return do_call(FM_SYS_REPLY_RECV,
                   (struct regs){.cptr = cptr, .info = info, .mr = {mr0, mr1}, .reply = reply});
}

void send(uint64_t cptr, uint64_t info, uint64_t mr0)
{
    do_call(FM_SYS_SEND, (struct regs){.cptr = cptr, .info = info, .mr = {mr0}});
}

void nb_send(uint64_t cptr, uint64_t info, uint64_t mr0)
{
    do_call(FM_SYS_NB_SEND, (struct regs){.cptr = cptr, .info = info, .mr = {mr0}});
}

void signal(uint64_t cptr)
{
    send(cptr, 0, 0);
}

void yield(void)
{
    do_call(FM_SYS_YIELD, (struct regs){0});
}

/* --- console, time, end --- */

void put(char c)
{
    if (uart == NULL) {
        return;
    }
#ifdef FM_ABI_AARCH64
    while ((((volatile uint32_t *)(volatile void *)uart)[6] & 0x20) != 0) {
    }
    *(volatile uint32_t *)(volatile void *)uart = (uint8_t)c;
#else
    while ((uart[5] & 0x20) == 0) {
    }
    uart[0] = (uint8_t)c;
#endif
}

void text(const char *s)
{
    while (*s != 0) {
        put(*s++);
    }
}

void number(uint64_t x)
{
    char digits[20];
    unsigned n = 0;
    do {
        digits[n++] = (char)('0' + x % 10);
        x /= 10;
    } while (x != 0);
    while (n > 0) {
        put(digits[--n]);
    }
}

void tap_write(const char *s, size_t n);
void tap_write(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        put(s[i]);
    }
}

uint64_t ticks(void)
{
    uint64_t t;
#ifdef FM_ABI_AARCH64
    __asm__ volatile("isb\n mrs %0, cntpct_el0" : "=r"(t));
#else
    __asm__ volatile("rdtime %0" : "=r"(t));
#endif
    return t;
}

_Noreturn void power_off(void)
{
#ifdef FM_ABI_SMC
    const uint64_t w[8] = {0x84000008};
    invoke(FM_SLOT_SMC, FM_LABEL_SMC_CALL, 8, w, 0, NULL);
#endif
    if (finisher != NULL) {
        *(volatile uint32_t *)(volatile void *)finisher = 0x5555;
    }
    for (;;) {
        yield();
    }
}

static void choose_pool(void)
{
    unsigned bits = 0, spare = 0;
    uint64_t n = bootinfo->untyped.end - bootinfo->untyped.start;
    for (uint64_t i = 0; i < n; i++) {
        const struct fm_untyped_desc *d = &bootinfo->untyped_list[i];
        /* Not the largest: the first use zeroes all of it. */
        if (!d->is_device && d->size_bits > bits && d->size_bits <= 25) {
            spare = bits;
            spare_pool = pool;
            bits = d->size_bits;
            pool = bootinfo->untyped.start + i;
        } else if (!d->is_device && d->size_bits > spare && d->size_bits <= 25) {
            spare = d->size_bits;
            spare_pool = bootinfo->untyped.start + i;
        }
    }
}

void root_main(struct fm_bootinfo *bi)
{
    struct thread *me = (struct thread *)(void *)root_stack;
    me->ipc = (uint64_t *)bi->ipc_buffer;
    bootinfo = bi;
    next_slot = bi->empty.start;
    choose_pool();
#ifdef FM_ABI_AARCH64
    uart = device(0x9000000);
#else
    uart = device(0x10000000);
    finisher = device(0x100000);
#endif
    tests();
    power_off();
}
