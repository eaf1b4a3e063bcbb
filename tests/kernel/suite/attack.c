/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A hostile thread in an address space and capability space of its own tries what it must not do.
 * Each attempt ends in a fault that names what was tried, or in a refusal; everybody else goes on.
 */
#include "tests/kernel/suite/suite.h"

#ifdef FM_ABI_AARCH64
#define VSPACE_TYPE FM_OBJ_VSPACE
#define KERNEL_TEXT 0xffffffffc0004000u
#define KERNEL_WINDOW 0xffffff8044000000u
#define ARGUMENT FM_UCTX_X0
#define NUMBER FM_UCTX_X7
#define INFO_REG FM_UCTX_X1
#else
#define VSPACE_TYPE FM_OBJ_PAGE_TABLE
#define KERNEL_TEXT 0xffffffff80204000u
#define KERNEL_WINDOW 0xffffffc084000000u
#define ARGUMENT FM_UCTX_A0
#define NUMBER FM_UCTX_A7
#define INFO_REG FM_UCTX_A1
#endif

#define DATA 0x70000000u

extern char attack_page[], attack_load[], attack_store[], attack_jump[], attack_call[], attack_spin[];
extern char attack_time[], attack_flood[], attack_privileged[], attack_counter[];
extern char _start[];

static uint64_t ep, ep_b, reply, vspace, cspace, tcb, sc, code, data;

/* The hostile thread, fresh, at an entry with an argument; its handler's message. */
static uint64_t flags, flags_set;

static void launch(const char *entry, uint64_t argument, uint64_t number, uint64_t info)
{
    MUST(retype(pool, FM_OBJ_TCB, 0, tcb, 1));
    const uint64_t words[] = {0, 0, 0};
    const uint64_t spaces[] = {cspace, vspace, 0};
    MUST(invoke(tcb, FM_LABEL_TCB_CONFIGURE, 3, words, 3, spaces));
    MUST(sc_configure(sc, 1000, 10000, 0, 0, 0));
    const uint64_t prios[] = {0, 200};
    const uint64_t caps[] = {FM_SLOT_TCB, sc, ep_b};
    MUST(invoke(tcb, FM_LABEL_TCB_SET_SCHED_PARAMS, 2, prios, 3, caps));
    uint64_t r[2 + FM_UCTX_WORDS] = {FM_TCB_WRITE_RESUME, FM_UCTX_WORDS};
    r[2 + FM_UCTX_PC] = (uint64_t)entry;
    r[2 + ARGUMENT] = argument;
    r[2 + NUMBER] = number;
    r[2 + INFO_REG] = info;
    const uint64_t set[] = {0, flags};
    MUST(invoke(tcb, FM_LABEL_TCB_SET_FLAGS, 2, set, 0, NULL));
    flags_set = answer[0];
    MUST(invoke(tcb, FM_LABEL_TCB_WRITE_REGISTERS, 2 + FM_UCTX_WORDS, r, 0, NULL));
}

static void end(void)
{
    MUST(cnode_delete(tcb));
}

static struct message attempt(const char *entry, uint64_t argument, uint64_t number, uint64_t info)
{
    tcb_set_priority(FM_SLOT_TCB, 100);
    launch(entry, argument, number, info);
    struct message m = nb_recv(ep, reply);
    tcb_set_priority(FM_SLOT_TCB, 255);
    end();
    return m;
}

static void memory_fault(const char *entry, uint64_t address, bool fetch, const char *name)
{
    struct message m = attempt(entry, address, 0, 0);
    TAP_OK(LABEL(m.info) == FM_FAULT_VM && m.mr[FM_VMFAULT_ADDR] == address && m.badge == 0x666 &&
               m.mr[FM_VMFAULT_PREFETCH] == fetch,
           name);
}

static void memory(void)
{
    extern char root_stack[];
    memory_fault(attack_load, (uint64_t)root_stack, false, "ATK0001 reading another's memory");
    memory_fault(attack_store, (uint64_t)root_stack, false, "ATK0002 writing another's memory");
    memory_fault(attack_load, KERNEL_TEXT, false, "ATK0003 reading the kernel's code");
    memory_fault(attack_store, KERNEL_TEXT, false, "ATK0004 writing the kernel's code");
    memory_fault(attack_jump, KERNEL_TEXT, true, "ATK0005 jumping into the kernel");
    memory_fault(attack_load, KERNEL_WINDOW, false, "ATK0006 reading memory through the kernel's window");
    memory_fault(attack_store, KERNEL_WINDOW, false, "ATK0007 writing memory through the kernel's window");
    memory_fault(attack_jump, DATA, true, "ATK0008 executing data");
    memory_fault(attack_store, (uint64_t)attack_page, false, "ATK0009 writing its own code");
    memory_fault(attack_load, 0, false, "ATK0010 the null page");
    memory_fault(attack_load, FM_USER_TOP, false, "ATK0011 the first address above user space");
}

static void instructions(void)
{
    struct message m = attempt(attack_privileged, 0, 0, 0);
    same(LABEL(m.info), FM_FAULT_USER_EXCEPTION, "ATK0020 reading a system register");
    m = attempt(attack_counter, 0, 0, 0);
    same(LABEL(m.info), FM_FAULT_USER_EXCEPTION, "ATK0021 reading the cycle counter");
    m = attempt(attack_time, 0, 0, 0);
    same(m.badge, 0, "ATK0022 reading the clock, which threads may");
    flags = FM_TCB_FLAG_NO_TIME;
    m = attempt(attack_time, 0, 0, 0);
    if (flags_set == FM_TCB_FLAG_NO_TIME) {
        same(LABEL(m.info), FM_FAULT_USER_EXCEPTION, "ATK0023 unless they have no time");
    } else {
        tap_skip("ATK0023 unless they have no time", "this kernel does not know the flag");
    }
    flags = 0;
}

/* Its own CSpace is one CNode of 16 slots, guard 0, empty but for one send-only endpoint in slot 1. */
static void pointers(void)
{
    bool fine = true;
    for (uint64_t cptr = 0; cptr < 16; cptr++) {
        if (cptr == 1) {
            continue;
        }
        /* Call on an empty slot: an error, then the thread faults on purpose at address 0. */
        struct message m = attempt(attack_call, cptr, (uint64_t)FM_SYS_CALL, 0);
        fine = fine && LABEL(m.info) == FM_FAULT_VM && m.mr[FM_VMFAULT_ADDR] == 0;
    }
    TAP_OK(fine, "ATK0030 empty slots refuse");
    static const uint64_t wild[] = {16,    1ul << 20, 1ul << 40, 1ul << 63, ~0ul,
                                    FM_SLOT_TCB | 1ul << 62, 0xfffful << 40};
    for (unsigned i = 0; i < sizeof wild / sizeof wild[0]; i++) {
        struct message m = attempt(attack_call, wild[i], (uint64_t)FM_SYS_CALL, 0);
        TAP_OK(LABEL(m.info) == FM_FAULT_CAP && m.mr[FM_CAPFAULT_ADDR] == wild[i],
               "ATK0031 forged pointers are faults");
    }
    struct message m = attempt(attack_call, 1, (uint64_t)FM_SYS_RECV, 0);
    same(LABEL(m.info), FM_FAULT_CAP, "ATK0032 receiving through a send-only endpoint");
    for (uint64_t label = 1; label < FM_LABEL_COUNT; label++) {
        m = attempt(attack_call, 2, (uint64_t)FM_SYS_CALL, INFO(label, 3, 127));
        fine = fine && LABEL(m.info) == FM_FAULT_VM;
    }
    TAP_OK(fine, "ATK0033 no invocation reaches anything");
    for (int64_t n = -60; n < 60; n++) {
        if (n >= FM_SYS_YIELD && n <= FM_SYS_CALL) {
            continue;
        }
        m = attempt(attack_call, 0, (uint64_t)n, 0);
        fine = fine && LABEL(m.info) == FM_FAULT_UNKNOWN_SYSCALL;
    }
    TAP_OK(fine, "ATK0034 unknown system calls are faults");
}

static uint64_t progress(void)
{
    uint64_t start = ticks(), n = 0;
    while (ticks() - start < FM_TIMER_HZ / 20) { /* 50 ms */
        n++;
    }
    return n;
}

/* It runs above us, and takes no more than its tenth of the time. */
static void hogs(void)
{
    tcb_set_priority(FM_SLOT_TCB, 100);
    uint64_t alone = progress();
    launch(attack_spin, 0, 0, 0);
    uint64_t n = progress();
    TAP_OK(n * 100 >= alone * 85, "ATK0040 spinning at high priority costs others its budget only");
    end();
    launch(attack_flood, 0, (uint64_t)FM_SYS_SEND, 0);
    n = progress();
    TAP_OK(n * 100 >= alone * 85, "ATK0041 so does a flood of system calls");
    end();
    nb_recv(ep, reply);
    /* It faults in a loop, and its handler, below it, lets it go on each time. */
    launch(attack_load, 0, 0, 0);
    uint64_t faults = 0;
    uint64_t start = ticks();
    while (ticks() - start < FM_TIMER_HZ / 50) {
        struct message m = nb_recv(ep, reply);
        if (m.badge == 0x666) {
            faults++;
            send(reply, 0, 0);
        }
    }
    TAP_OK(faults > 10, "ATK0042 a fault loop is served as long as its handler likes");
    end();
    nb_recv(ep, reply);
    n = progress();
    TAP_OK(n * 100 >= alone * 95, "ATK0043 and is over when the thread is deleted");
    tcb_set_priority(FM_SLOT_TCB, 255);
}

void group_attack(void)
{
    ep = make(FM_OBJ_ENDPOINT, 0);
    reply = make(FM_OBJ_REPLY, 0);
    sc = make(FM_OBJ_SCHED_CONTEXT, 8);
    vspace = make(VSPACE_TYPE, 0);
    uint64_t node = make(FM_OBJ_CNODE, 4);
    data = make(FM_OBJ_SMALL_PAGE, 0);
    tcb = next_slot++;
    cspace = next_slot++;
    code = next_slot++;
    ep_b = next_slot++;
    MUST(cnode_mint(ep_b, ep, FM_RIGHT_WRITE | FM_RIGHT_GRANT_REPLY, 0x666));
    MUST(cnode_mint(cspace, node, 15, 60));
    const uint64_t one[] = {1, 4, ep, 64, FM_RIGHT_WRITE};
    const uint64_t root = ROOT;
    MUST(invoke(node, FM_LABEL_CNODE_COPY, 5, one, 1, &root));
    MUST(invoke(FM_SLOT_ASID_POOL, FM_LABEL_ASID_POOL_ASSIGN, 0, NULL, 1, &vspace));
    uint64_t index = ((uint64_t)attack_page - (uint64_t)_start) / 4096;
    MUST(cnode_copy(code, bootinfo->user_image_frames.start + index, FM_RIGHT_READ));
    map(code, (uint64_t)attack_page, FM_RIGHT_READ, FM_VM_DEFAULT, vspace);
    map(data, DATA, FM_RIGHT_READ | FM_RIGHT_WRITE, FM_VM_DEFAULT | FM_VM_EXECUTE_NEVER, vspace);
    memory();
    instructions();
    pointers();
    hogs();
}
