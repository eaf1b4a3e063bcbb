/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings: rights, execution, remapping, unmapping, address space identifiers, vector registers. */
#include "tests/kernel/suite/suite.h"

#define VA 0x52000000u
#define RW (FM_RIGHT_READ | FM_RIGHT_WRITE)

static uint64_t ep, reply, frame, copy;
static volatile uint64_t stage, value;

static void toucher(uint64_t what)
{
    volatile uint64_t *p = (volatile uint64_t *)VA;
    stage = 1;
    if (what == 0) {
        value = *p;
    } else if (what == 1) {
        *p = 77;
    } else {
        ((void (*)(void))(uintptr_t)VA)();
    }
    stage = 2;
    wait(NTF);
}

/* What becomes of a touch: 0 = nothing, else 1 + the fault's prefetch word. */
static uint64_t touch(uint64_t what)
{
    stage = 0;
    struct thread *t = spawn_with(toucher, what, 200, ep, false);
    tcb_set_priority(FM_SLOT_TCB, 100);
    tcb_set_priority(FM_SLOT_TCB, 255);
    struct message m = {0};
    uint64_t result = 0;
    if (stage != 2) {
        m = nb_recv(ep, reply);
        result = LABEL(m.info) == FM_FAULT_VM && m.mr[FM_VMFAULT_ADDR] == VA
                     ? 1 + m.mr[FM_VMFAULT_PREFETCH]
                     : 99;
    }
    kill(t);
    return result;
}

static void rights(void)
{
    uint64_t xn = FM_VM_DEFAULT | FM_VM_EXECUTE_NEVER;
    map(frame, VA, RW, xn, FM_SLOT_VSPACE);
    same(touch(1), 0, "MEM0001 a page mapped for writing");
    same(touch(2), 2, "MEM0002 never to be executed");
    same(page_map(frame, VA, FM_RIGHT_READ, xn, FM_SLOT_VSPACE), 0, "MEM0003 mapped again where it is");
    same(touch(0), 0, "MEM0004 now for reading");
    same(value, 77, "MEM0005 the same page");
    same(touch(1), 1, "MEM0006 writing is a fault");
    same(page_map(frame, VA, FM_RIGHT_WRITE, xn, FM_SLOT_VSPACE), 0, "MEM0007 Write without Read");
    same(touch(0), 1, "MEM0008 is no access at all");
    MUST(page_map(frame, VA, RW, FM_VM_DEFAULT, FM_SLOT_VSPACE));
    same(invoke(frame, FM_LABEL_PAGE_UNMAP, 0, NULL, 0, NULL), 0, "MEM0009 unmapped");
    same(touch(0), 1, "MEM0010 reading is a fault");
    uint64_t ro = next_slot++;
    MUST(cnode_copy(ro, frame, FM_RIGHT_READ));
    MUST(page_map(ro, VA, RW, xn, FM_SLOT_VSPACE));
    same(touch(1), 1, "MEM0011 a copy without Write cannot map for writing");
    same(touch(0), 0, "MEM0012 but for reading");
    MUST(invoke(ro, FM_LABEL_PAGE_UNMAP, 0, NULL, 0, NULL));
    uint64_t more = next_slot++, none = next_slot++;
    MUST(cnode_copy(more, ro, 15));
    MUST(page_map(more, VA, RW, xn, FM_SLOT_VSPACE));
    same(touch(1), 1, "MEM0015 nor does a copy of that copy with all rights");
    MUST(cnode_delete(more));
    MUST(cnode_copy(none, frame, 0));
    MUST(cnode_copy(more, none, 15));
    MUST(page_map(more, VA, RW, xn, FM_SLOT_VSPACE));
    same(touch(0), 1, "MEM0016 nor, from a copy without rights, read");
    MUST(cnode_delete(more));
    MUST(cnode_delete(none));
    MUST(page_map(ro, VA, RW, xn, FM_SLOT_VSPACE));
    same(touch(0), 0, "MEM0017 the first copy can be read again");
    same(cnode_delete(ro), 0, "MEM0013 deleting the copy");
    same(touch(0), 1, "MEM0014 takes its mapping");
}

static void aliases(void)
{
    MUST(cnode_copy(copy, frame, 15));
    MUST(page_map(frame, VA, RW, FM_VM_DEFAULT, FM_SLOT_VSPACE));
    same(page_map(copy, VA + 0x1000, RW, FM_VM_DEFAULT, FM_SLOT_VSPACE), 0,
         "MEM0020 a copy has a mapping of its own");
    *(volatile uint64_t *)VA = 123;
    same(*(volatile uint64_t *)(VA + 0x1000u), 123, "MEM0021 of the same memory");
    same(invoke(frame, FM_LABEL_PAGE_UNMAP, 0, NULL, 0, NULL), 0, "MEM0022 one goes");
    same(*(volatile uint64_t *)(VA + 0x1000u), 123, "MEM0023 the other stays");
    same(cnode_revoke(frame), 0, "MEM0024 Revoke");
    same(page_map(copy, VA, RW, 0, FM_SLOT_VSPACE), FM_KERR_INVALID_CAPABILITY, "MEM0025 takes the copy");
#ifdef FM_ABI_AARCH64
    uint64_t second = make(FM_OBJ_SMALL_PAGE, 0);
    MUST(page_map(frame, VA, RW, FM_VM_DEFAULT, FM_SLOT_VSPACE));
    same(page_map(second, VA, RW, FM_VM_DEFAULT, FM_SLOT_VSPACE), 0, "MEM0026 aarch64: a mapping replaces one");
    same(*(volatile uint64_t *)VA, 0, "MEM0027 and is seen at once");
    same(invoke(frame, FM_LABEL_PAGE_UNMAP, 0, NULL, 0, NULL), 0, "MEM0028 the loser unmaps nothing");
    same(*(volatile uint64_t *)VA, 0, "MEM0029 of the winner");
    MUST(cnode_delete(second));
#endif
    uint64_t large = make(FM_OBJ_LARGE_PAGE, 0);
    map(large, 0x60000000, RW, FM_VM_DEFAULT, FM_SLOT_VSPACE);
    *(volatile uint64_t *)0x601ffff8 = 9;
    same(*(volatile uint64_t *)0x601ffff8, 9, "MEM0030 a page of 2 MiB");
    MUST(cnode_delete(large));
}

static void tables(void)
{
    const uint64_t vspace = FM_SLOT_VSPACE;
    MUST(page_map(frame, VA, RW, FM_VM_DEFAULT, FM_SLOT_VSPACE));
    uint64_t pt = make(FM_OBJ_PAGE_TABLE, 0);
    const uint64_t at[] = {VA + 0x200000, FM_VM_DEFAULT};
    same(invoke(pt, FM_LABEL_PAGE_TABLE_MAP, 2, at, 1, &vspace), 0, "MEM0040 a table");
    MUST(cnode_copy(copy, frame, 15));
    same(page_map(copy, VA + 0x200000, RW, FM_VM_DEFAULT, FM_SLOT_VSPACE), 0, "MEM0041 a page in it");
    uint64_t pt2 = next_slot++;
    same(cnode_copy(pt2, pt, 15), 0, "MEM0042 a mapped table can be copied");
    same(invoke(pt, FM_LABEL_PAGE_TABLE_UNMAP, 0, NULL, 0, NULL), FM_KERR_REVOKE_FIRST,
         "MEM0043 then it cannot be unmapped");
    MUST(cnode_delete(pt2));
    same(invoke(pt, FM_LABEL_PAGE_TABLE_UNMAP, 0, NULL, 0, NULL), 0, "MEM0044 now it can");
    same(invoke(copy, FM_LABEL_PAGE_UNMAP, 0, NULL, 0, NULL), 0, "MEM0045 the page in it is not there any more");
    same(invoke(pt, FM_LABEL_PAGE_TABLE_MAP, 2, at, 1, &vspace), 0, "MEM0046 mapped again");
    same(page_map(copy, VA + 0x200000, RW, FM_VM_DEFAULT, FM_SLOT_VSPACE), 0, "MEM0047 it is empty");
    MUST(cnode_delete(pt));
    MUST(cnode_delete(copy));
}

#ifdef FM_ABI_AARCH64
#define VSPACE_TYPE FM_OBJ_VSPACE
#else
#define VSPACE_TYPE FM_OBJ_PAGE_TABLE
#endif

static void identifiers(void)
{
    uint64_t u = make(FM_OBJ_UNTYPED, 22);
    uint64_t first = next_slot, n = 0;
    next_slot += 700;
    uint64_t error = 0;
    while (error == 0 && n < 600) {
        MUST(retype(u, VSPACE_TYPE, 0, first + n, 1));
        const uint64_t vs = first + n++;
        error = invoke(FM_SLOT_ASID_POOL, FM_LABEL_ASID_POOL_ASSIGN, 0, NULL, 1, &vs);
    }
    same(error, FM_KERR_DELETE_FIRST, "MEM0050 a pool has an end");
    same(n, 510, "MEM0051 511 spaces with 2 that were there, 0 is none"); /* root, VS2, 509, one refused */
    MUST(cnode_delete(first + 100));
    const uint64_t again = first + n - 1;
    same(invoke(FM_SLOT_ASID_POOL, FM_LABEL_ASID_POOL_ASSIGN, 0, NULL, 1, &again), 0,
         "MEM0052 a deleted space makes room");
    MUST(cnode_revoke(u));
    uint64_t pools = 0;
    error = 0;
    while (error == 0 && pools < 200) {
        MUST(retype(u, FM_OBJ_UNTYPED, 12, first + 2 * pools, 1));
        const uint64_t w[] = {first + 2 * pools + 1, 64};
        const uint64_t c[] = {first + 2 * pools, ROOT};
        error = invoke(FM_SLOT_ASID_CONTROL, FM_LABEL_ASID_CONTROL_MAKE_POOL, 2, w, 2, c);
        pools++;
    }
    same(error, FM_KERR_DELETE_FIRST, "MEM0053 there are so many pools");
    same(pools, FM_ASID_POOLS, "MEM0054 128 with the first");
    uint64_t vs = next_slot++;
    MUST(retype(u, VSPACE_TYPE, 0, vs, 1));
    same(invoke(first + 1, FM_LABEL_ASID_POOL_ASSIGN, 0, NULL, 1, &vs), 0, "MEM0055 a space from a later pool");
    MUST(cnode_delete(first + 1));
    same(page_map(frame, VA, RW, FM_VM_DEFAULT, vs), FM_KERR_FAILED_LOOKUP, "MEM0056 its pool is gone");
    MUST(cnode_revoke(u));
    MUST(cnode_delete(u));
}

/* Two threads with their own idea of a vector register. */
static volatile uint64_t wrong, rounds;

static void vectors(uint64_t id)
{
    for (unsigned i = 0; i < 200; i++) {
        uint64_t got;
#ifdef FM_ABI_AARCH64
        __asm__ volatile("fmov d9, %0\n dup v31.2d, %0" : : "r"(id + i) : "v9", "v31");
        yield();
        __asm__ volatile("fmov %0, d9" : "=r"(got));
        wrong += got != id + i;
        __asm__ volatile("mov %0, v31.d[1]" : "=r"(got));
#else
        __asm__ volatile("fmv.d.x fs1, %0\n fmv.d.x ft11, %0" : : "r"(id + i) : "fs1", "ft11");
        yield();
        __asm__ volatile("fmv.x.d %0, fs1" : "=r"(got));
        wrong += got != id + i;
        __asm__ volatile("fmv.x.d %0, ft11" : "=r"(got));
#endif
        wrong += got != id + i;
        rounds++;
    }
    wait(NTF);
}

static void first_use(uint64_t unused)
{
    (void)unused;
    uint64_t got;
#ifdef FM_ABI_AARCH64
    __asm__ volatile("fmov %0, d9" : "=r"(got));
#else
    __asm__ volatile("fmv.x.d %0, fs1" : "=r"(got));
#endif
    value = got;
    stage = 2;
    wait(NTF);
}

static void vector_registers(void)
{
    struct thread *a = spawn(vectors, 1000, 200);
    struct thread *b = spawn(vectors, 7000000, 200);
    tcb_set_priority(FM_SLOT_TCB, 100);
    tcb_set_priority(FM_SLOT_TCB, 255);
    same(rounds, 400, "MEM0060 both threads have run");
    same(wrong, 0, "MEM0061 each with its own vector registers");
    stage = 0;
    value = 1;
    struct thread *c = spawn(first_use, 0, 200);
    tcb_set_priority(FM_SLOT_TCB, 100);
    tcb_set_priority(FM_SLOT_TCB, 255);
    same(value, 0, "MEM0062 a new thread finds zero in them");
    const uint64_t off[] = {0, FM_TCB_FLAG_FPU_DISABLED};
    stage = 0;
    struct thread *d = spawn_with(first_use, 0, 0, ep, false);
    MUST(invoke(d->tcb, FM_LABEL_TCB_SET_FLAGS, 2, off, 0, NULL));
    MUST(tcb_set_priority(d->tcb, 200));
    MUST(tcb_resume(d->tcb));
    tcb_set_priority(FM_SLOT_TCB, 100);
    tcb_set_priority(FM_SLOT_TCB, 255);
    same(LABEL(nb_recv(ep, reply).info), FM_FAULT_USER_EXCEPTION, "MEM0063 with the flag it may not use them");
    kill(a);
    kill(b);
    kill(c);
    kill(d);
}

void group_memory(void)
{
    ep = make(FM_OBJ_ENDPOINT, 0);
    reply = make(FM_OBJ_REPLY, 0);
    frame = make(FM_OBJ_SMALL_PAGE, 0);
    copy = next_slot++;
    stage = 0;
    rights();
    stage = 0;
    aliases();
    tables();
    identifiers();
    vector_registers();
}
