/* SPDX-License-Identifier: Apache-2.0 */
/* Capabilities and slots: copies, badges, guards, moves, nested CNodes, registers, retype layout. */
#include "tests/kernel/suite/suite.h"

static uint64_t cn_op(uint64_t label, uint64_t a, uint64_t b, uint64_t x, unsigned n)
{
    const uint64_t w[] = {a, 64, b, 64, x};
    const uint64_t root = ROOT;
    return invoke(ROOT, label, n, w, 1, &root);
}

static void guards(void)
{
    /* A CNode with radix 4 and guard 0x5 of 60 bits, as a space of its own. */
    uint64_t space = next_slot++;
    same(cnode_mint(space, CN, 15, 0x5u << 6 | 60), 0, "OBJ0001 a guard is set by Mint");
    const uint64_t w[] = {0x53, 64, EP, 64, 15};
    const uint64_t root = ROOT;
    same(invoke(space, FM_LABEL_CNODE_COPY, 5, w, 1, &root), 0, "OBJ0002 through the guard");
    const uint64_t bad[] = {0x63, 64, EP, 64, 15};
    same(invoke(space, FM_LABEL_CNODE_COPY, 5, bad, 1, &root), FM_KERR_FAILED_LOOKUP, "OBJ0003 past it");
    same(answer[1], FM_LOOKUP_GUARD_MISMATCH, "OBJ0004 is a guard mismatch");
    same(answer[2], 64, "OBJ0005 bits left");
    same(answer[3], 5, "OBJ0006 guard found");
    same(answer[4], 60, "OBJ0007 its size");
    const uint64_t flat[] = {3, 4};
    same(invoke(CN, FM_LABEL_CNODE_DELETE, 2, flat, 0, NULL), 0, "OBJ0008 the same slot without guard");
    same(cn_op(FM_LABEL_CNODE_MUTATE, EMPTY, space, 0x7u << 6 | 60, 5), 0, "OBJ0009 Mutate changes it");
    same(cnode_delete(EMPTY), 0, "OBJ0010 and the CNode lives on");
    /* two levels: root slot -> CN with guard of the rest */
    uint64_t two = next_slot++;
    same(cnode_mint(two, CN, 15, 0), 0, "OBJ0011 guard of no bits");
    same(retype(pool, FM_OBJ_ENDPOINT, 0, EMPTY, 1), 0, "OBJ0012 an endpoint");
    cnode_delete(EMPTY);
    cnode_delete(two);
}

static void moves(void)
{
    uint64_t a = next_slot++, b = next_slot++, c = next_slot++;
    MUST(cnode_copy(a, EP, 15));
    same(cnode_move(b, a), 0, "OBJ0020 Move");
    same(cnode_move(c, a), FM_KERR_FAILED_LOOKUP, "OBJ0021 the source is empty");
    same(cnode_move(b, EP), FM_KERR_DELETE_FIRST, "OBJ0022 the target must be empty");
    MUST(cnode_copy(a, NTF, 15));
    const uint64_t root[] = {ROOT, ROOT};
    const uint64_t swap[] = {a, 64, 0, b, 64, 0, a, 64};
    /* Data 0 for both: an endpoint's badge cannot be set by Rotate. */
    same(invoke(ROOT, FM_LABEL_CNODE_ROTATE, 8, swap, 2, root), FM_KERR_ILLEGAL_OPERATION,
         "OBJ0023 Rotate of capabilities with badges");
    MUST(cnode_delete(a));
    MUST(cnode_delete(b));
    MUST(cnode_copy(a, CN, 15));
    MUST(cnode_copy(b, FRAME, 15));
    const uint64_t two[] = {a, 64, 0, b, 64, 0, a, 64};
    same(invoke(ROOT, FM_LABEL_CNODE_ROTATE, 8, two, 2, root), 0, "OBJ0024 Rotate exchanges two");
    same(invoke(a, FM_LABEL_PAGE_GET_ADDRESS, 0, NULL, 0, NULL), 0, "OBJ0025 the frame is in the first");
    uint64_t address = answer[0];
    const uint64_t three[] = {c, 64, 0, a, 64, 0, b, 64};
    same(invoke(ROOT, FM_LABEL_CNODE_ROTATE, 8, three, 2, root), 0, "OBJ0026 Rotate moves two on");
    same(invoke(c, FM_LABEL_PAGE_GET_ADDRESS, 0, NULL, 0, NULL), 0, "OBJ0027 the pivot is in the target");
    same(answer[0], address, "OBJ0028 the same frame");
    same(cnode_move(b, a), 0, "OBJ0029 the source is in the pivot's place");
    MUST(cnode_delete(b));
    MUST(cnode_delete(c));
}

static void untypeds(void)
{
    uint64_t u = make(FM_OBJ_UNTYPED, 16), copy = next_slot++, first = next_slot;
    next_slot += 8;
    same(retype(u, FM_OBJ_UNTYPED, 14, first, 3), 0, "OBJ0040 three quarters");
    same(retype(u, FM_OBJ_UNTYPED, 14, first + 3, 2), FM_KERR_NOT_ENOUGH_MEMORY, "OBJ0041 two do not fit");
    same(answer[0], 16384, "OBJ0042 what is left");
    same(retype(u, FM_OBJ_ENDPOINT, 0, first + 3, 1), 0, "OBJ0043 something small");
    same(retype(u, FM_OBJ_TCB, 0, first + 4, 1), 0, "OBJ0044 alignment takes its part");
    same(retype(u, FM_OBJ_TCB, 0, first + 5, 7), FM_KERR_NOT_ENOUGH_MEMORY, "OBJ0045 six are left");
    same(answer[0], 16384 - 4096, "OBJ0046 bytes left after padding");
    same(cnode_revoke(u), 0, "OBJ0047 Revoke takes them all");
    same(cnode_move(EMPTY, first), FM_KERR_FAILED_LOOKUP, "OBJ0048 the slots are empty");
    same(retype(u, FM_OBJ_UNTYPED, 16, first, 1), 0, "OBJ0049 all of it again");
    cnode_delete(first);
    same(cnode_copy(copy, u, 15), 0, "OBJ0050 a childless untyped can be copied");
    same(retype(u, FM_OBJ_ENDPOINT, 0, first, 1), FM_KERR_NOT_ENOUGH_MEMORY, "OBJ0051 then only the copy gives");
    same(answer[0], 0, "OBJ0052 nothing is left in the first");
    same(retype(copy, FM_OBJ_ENDPOINT, 0, first, 1), 0, "OBJ0053 from the copy");
    same(cnode_revoke(u), 0, "OBJ0054 Revoke of the first takes the copy too");
    same(cnode_move(EMPTY, copy), FM_KERR_FAILED_LOOKUP, "OBJ0055 it is gone");
    MUST(cnode_delete(u));
}

/* Memory that is used again holds nothing of its old owner. */
static void reuse(void)
{
    uint64_t u = make(FM_OBJ_UNTYPED, 14), f = next_slot++;
    MUST(retype(u, FM_OBJ_SMALL_PAGE, 0, f, 1));
    map(f, 0x51000000, 3, FM_VM_DEFAULT, FM_SLOT_VSPACE);
    volatile uint64_t *p = (volatile uint64_t *)0x51000000;
    bool clean = true;
    for (unsigned i = 0; i < 512; i++) {
        clean = clean && p[i] == 0;
        p[i] = 0xdeadbeef;
    }
    TAP_OK(clean, "OBJ0060 a new frame is zero");
    MUST(cnode_revoke(u));
    MUST(retype(u, FM_OBJ_SMALL_PAGE, 0, f, 1));
    map(f, 0x51000000, 3, FM_VM_DEFAULT, FM_SLOT_VSPACE);
    clean = true;
    for (unsigned i = 0; i < 512; i++) {
        clean = clean && p[i] == 0;
    }
    TAP_OK(clean, "OBJ0061 and zero again for the next owner");
    MUST(cnode_revoke(u));
    MUST(cnode_delete(u));
}

static void registers(void)
{
    uint64_t w[2 + FM_UCTX_WORDS] = {0, FM_UCTX_WORDS};
    for (unsigned i = 0; i < FM_UCTX_WORDS; i++) {
        w[2 + i] = 0x1000 + i * 8;
    }
    same(invoke(TCB, FM_LABEL_TCB_WRITE_REGISTERS, 2 + FM_UCTX_WORDS, w, 0, NULL), 0, "OBJ0070 all registers");
    const uint64_t r[] = {0, FM_UCTX_WORDS};
    same(invoke(TCB, FM_LABEL_TCB_READ_REGISTERS, 2, r, 0, NULL), 0, "OBJ0071 read back");
    bool fine = true;
    for (unsigned i = 0; i < FM_UCTX_WORDS; i++) {
        uint64_t got = i < 4 ? answer[i] : ipc()[FM_IPC_MSG + i];
#ifdef FM_ABI_AARCH64
        if (i == FM_UCTX_SPSR) {
            continue;
        }
#endif
        fine = fine && got == 0x1000 + i * 8;
    }
    TAP_OK(fine, "OBJ0072 each as written");
#ifdef FM_ABI_AARCH64
    const uint64_t mode[] = {0, 3, 0x1000, 0x2000, ~0ul};
    invoke(TCB, FM_LABEL_TCB_WRITE_REGISTERS, 5, mode, 0, NULL);
    invoke(TCB, FM_LABEL_TCB_READ_REGISTERS, 2, r, 0, NULL);
    same(answer[2], 0xf0000140, "OBJ0073 the status register keeps only the flags");
#endif
    const uint64_t other = TCB;
    const uint64_t both[] = {FM_TCB_COPY_FRAME | FM_TCB_COPY_INTEGER};
    same(invoke(TCB_LOW, FM_LABEL_TCB_COPY_REGISTERS, 1, both, 1, &other), 0, "OBJ0074 copied to another");
    invoke(TCB_LOW, FM_LABEL_TCB_READ_REGISTERS, 2, r, 0, NULL);
    same(answer[0], 0x1000, "OBJ0075 its pc");
    same(ipc()[FM_IPC_MSG + 10], 0x1000 + 80, "OBJ0076 another register");
    const uint64_t tls = 0x77777000;
    same(invoke(TCB, FM_LABEL_TCB_SET_TLS_BASE, 1, &tls, 0, NULL), 0, "OBJ0077 TLS base");
    invoke(TCB, FM_LABEL_TCB_READ_REGISTERS, 2, r, 0, NULL);
#ifdef FM_ABI_AARCH64
    same(ipc()[FM_IPC_MSG + FM_UCTX_TPIDR_EL0], tls, "OBJ0078 is in its register");
#else
    same(ipc()[FM_IPC_MSG + FM_UCTX_TP], tls, "OBJ0078 is in its register");
#endif
}

#ifdef FM_ABI_AARCH64
/* A badge on the capability for secure monitor calls names the one function that it is good for. */
static void monitor_calls(void)
{
    const uint64_t one = next_slot++;
    uint64_t w[8] = {0x84000000}; /* PSCI's version */
    MUST(cnode_mint(one, FM_SLOT_SMC, 15, w[0]));
    same(invoke(one, FM_LABEL_SMC_CALL, 8, w, 0, NULL), 0, "OBJ0080 the function of its badge");
    w[0] = 0x8400000a; /* its features */
    same(invoke(one, FM_LABEL_SMC_CALL, 8, w, 0, NULL), FM_KERR_ILLEGAL_OPERATION, "OBJ0081 and no other");
    same(invoke(FM_SLOT_SMC, FM_LABEL_SMC_CALL, 8, w, 0, NULL), 0, "OBJ0082 which one without a badge may call");
    MUST(cnode_delete(one));
}
#endif

void group_objects(void)
{
    guards();
    moves();
    untypeds();
    reuse();
    registers();
#ifdef FM_ABI_AARCH64
    monitor_calls();
#endif
}
