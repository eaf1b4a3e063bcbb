/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CNodes within CNodes, cycles of them, threads whose spaces they are; deletions and revocations that are
 * interrupted at every step, left alone, and met by others. The invariants hold all the time, and in the
 * end Revoke gets all memory back.
 */
#include "kernel/api/entry.h"
#include "kernel/arch/arch.h"
#include "kernel/model/preempt.h"
#include "kernel/object/mdb.h"
#include "kernel/object/tcb.h"
#include "tests/kernel/host/user.h"
#include "tests/tap.h"

#define BASE 200u
#define SLOTS 24u

static uint64_t state = 0x853c49e6748fea9b;
static unsigned preemptions;

static uint64_t rnd(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 11) % below;
}

static uint64_t slot(void)
{
    return BASE + 1 + rnd(SLOTS);
}

/* One entry: the call may be cut short, and is then left at that. True if it was. */
static bool once(uint64_t cptr, uint64_t label, unsigned words, const uint64_t *w, uint64_t a, uint64_t b)
{
    struct tcb *t = kernel.current;
    uint64_t *buffer = host_buffer();
    for (unsigned i = 0; i < words; i++) {
        if (i < FM_NUM_MR_REGS) {
            t->ctx.r[FM_REG_MR0 + i] = w[i];
        } else {
            buffer[FM_IPC_MSG + i] = w[i];
        }
    }
    buffer[FM_IPC_CAPS] = a;
    buffer[FM_IPC_CAPS + 1] = b;
    t->ctx.r[FM_REG_CPTR] = cptr;
    t->ctx.r[FM_REG_INFO] = label << FM_INFO_LABEL_SHIFT | 2u << FM_INFO_EXTRA_SHIFT | words;
    t->ctx.fault_pc = 0x400000;
    t->ctx.pc = 0x400004;
    kernel.work = PREEMPT_UNITS - 1 - (uint32_t)rnd(3); /* looks for an interrupt almost at once */
    host_irq = 1;
    host_irq_waiting = rnd(3) != 0;
    entry_syscall(FM_SYS_CALL);
    host_irq_waiting = false;
    bool cut = t->ctx.pc == 0x400000;
    preemptions += cut;
    return cut;
}

static void remove_slot(uint64_t label, uint64_t index, uint64_t depth, uint64_t node)
{
    const uint64_t w[] = {index, depth};
    unsigned patience = (unsigned)rnd(40);
    while (once(node, label, 2, w, 0, 0) && patience-- > 0) {
        host_check(host_root_slots(), BASE + SLOTS + 10);
    }
}

static void make_one(uint64_t untyped)
{
    static const uint64_t kinds[] = {FM_OBJ_CNODE, FM_OBJ_CNODE, FM_OBJ_CNODE, FM_OBJ_TCB, FM_OBJ_NOTIFICATION};
    uint64_t kind = kinds[rnd(5)], at = slot();
    if (host_retype(untyped, kind, 1 + rnd(3), at, 1) != 0 || kind != FM_OBJ_TCB) {
        return;
    }
    const uint64_t spaces[] = {slot(), FM_SLOT_VSPACE, 0};
    const uint64_t data[] = {0, 0, 0};
    host_call(at, FM_LABEL_TCB_CONFIGURE, 3, data, 3, spaces);
}

static void step(uint64_t untyped)
{
    uint64_t a = slot(), b = slot(), k = rnd(8), radix = 1 + rnd(3);
    switch (rnd(12)) {
    case 0:
    case 1:
    case 2:
        make_one(untyped);
        break;
    case 3:
    case 4: { /* into a nested one */
        const uint64_t w[] = {k, radix, b, 64};
        once(a, FM_LABEL_CNODE_MOVE, 4, w, FM_SLOT_CNODE, 0);
        break;
    }
    case 5: {
        const uint64_t w[] = {k, radix, b, 64, 15};
        once(a, FM_LABEL_CNODE_COPY, 5, w, FM_SLOT_CNODE, 0);
        break;
    }
    case 6: { /* out of it */
        const uint64_t w[] = {b, 64, k, radix};
        once(FM_SLOT_CNODE, FM_LABEL_CNODE_MOVE, 4, w, a, 0);
        break;
    }
    case 7: {
        uint64_t to = rnd(2) == 0 ? a : slot();
        const uint64_t w[] = {to, 64, 0, b, 64, 0, a, 64};
        once(FM_SLOT_CNODE, FM_LABEL_CNODE_ROTATE, 8, w, FM_SLOT_CNODE, FM_SLOT_CNODE);
        break;
    }
    case 8:
        remove_slot(FM_LABEL_CNODE_DELETE, k, radix, a);
        break;
    case 9:
        remove_slot(FM_LABEL_CNODE_REVOKE, a, 64, FM_SLOT_CNODE);
        break;
    case 10:
        if (rnd(20) == 0) {
            remove_slot(FM_LABEL_CNODE_REVOKE, BASE, 64, FM_SLOT_CNODE);
        }
        break;
    default:
        remove_slot(FM_LABEL_CNODE_DELETE, a, 64, FM_SLOT_CNODE);
        break;
    }
}

int main(void)
{
    unsigned lost = 0;
    for (unsigned round = 0; round < 1500; round++) {
        host_boot();
        host_retype(host_untyped(), FM_OBJ_UNTYPED, 16, BASE, 1);
        for (unsigned i = 0; i < 300; i++) {
            step(BASE);
            host_check(host_root_slots(), BASE + SLOTS + 10);
        }
        /* What was interrupted and left: Revoke finds it. */
        host_revoke(BASE);
        host_check(host_root_slots(), BASE + SLOTS + 10);
        for (uint64_t s = BASE + 1; s <= BASE + SLOTS; s++) {
            lost += !cap_is_null(host_root_slots()[s].cap);
        }
        lost += host_retype(BASE, FM_OBJ_UNTYPED, 16, BASE + 1, 1) != 0;
    }
    TAP_EQ(lost, 0, "KNST001 after Revoke of the memory all of it is free and every slot is empty");
    TAP_OK(preemptions > 1000, "KNST002 deletions were interrupted");
    tap_note_u64("interrupted", preemptions);
    return tap_done();
}
