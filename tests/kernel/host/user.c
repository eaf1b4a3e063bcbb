/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernel/host/user.h"

#include "kernel/api/entry.h"
#include "kernel/api/message.h"
#include "kernel/arch/arch.h"

uint64_t host_reply[8];

uint64_t *host_buffer(void)
{
    return message_buffer(kernel.current, true);
}

struct fm_bootinfo *host_bootinfo(void)
{
    struct cap frame = host_root_slots()[FM_SLOT_BOOTINFO_FRAME].cap;
    return (struct fm_bootinfo *)arch_phys_to_ptr(cap_addr(frame));
}

uint64_t host_call(uint64_t cptr, uint64_t label, unsigned words, const uint64_t *word,
                   unsigned caps, const uint64_t *cap)
{
    struct tcb *t = kernel.current;
    uint64_t *buffer = host_buffer();
    for (unsigned i = 0; i < words; i++) {
        if (i < FM_NUM_MR_REGS) {
            t->ctx.r[FM_REG_MR0 + i] = word[i];
        } else {
            buffer[FM_IPC_MSG + i] = word[i];
        }
    }
    for (unsigned i = 0; i < caps; i++) {
        buffer[FM_IPC_CAPS + i] = cap[i];
    }
    t->ctx.r[FM_REG_CPTR] = cptr;
    t->ctx.r[FM_REG_INFO] = info_make(label, 0, caps, words);
    t->ctx.fault_pc = 0x400000;
    do {
        t->ctx.pc = t->ctx.fault_pc + 4;
        entry_syscall(FM_SYS_CALL);
    } while (kernel.current == t && t->ctx.pc == 0x400000);
    for (unsigned i = 0; i < 8; i++) {
        host_reply[i] = i < FM_NUM_MR_REGS ? t->ctx.r[FM_REG_MR0 + i] : buffer[FM_IPC_MSG + i];
    }
    return info_label(t->ctx.r[FM_REG_INFO]);
}

uint64_t host_untyped(void)
{
    const struct fm_bootinfo *bi = host_bootinfo();
    uint64_t best = 0;
    unsigned bits = 0;
    for (uint64_t i = 0; i < bi->untyped.end - bi->untyped.start; i++) {
        if (!bi->untyped_list[i].is_device && bi->untyped_list[i].size_bits > bits) {
            bits = bi->untyped_list[i].size_bits;
            best = bi->untyped.start + i;
        }
    }
    return best;
}

uint64_t host_retype(uint64_t untyped, uint64_t type, uint64_t bits, uint64_t to, uint64_t count)
{
    const uint64_t w[] = {type, bits, 0, 0, to, count};
    const uint64_t root = FM_SLOT_CNODE;
    return host_call(untyped, FM_LABEL_UNTYPED_RETYPE, 6, w, 1, &root);
}

static uint64_t cnode_op(uint64_t label, uint64_t to, uint64_t from, unsigned words, uint64_t a,
                         uint64_t b)
{
    const uint64_t w[] = {to, FM_WORD_BITS, from, FM_WORD_BITS, a, b};
    const uint64_t root = FM_SLOT_CNODE;
    return host_call(FM_SLOT_CNODE, label, words, w, 1, &root);
}

uint64_t host_copy(uint64_t to, uint64_t from, uint64_t rights)
{
    return cnode_op(FM_LABEL_CNODE_COPY, to, from, 5, rights, 0);
}

uint64_t host_mint(uint64_t to, uint64_t from, uint64_t rights, uint64_t badge)
{
    return cnode_op(FM_LABEL_CNODE_MINT, to, from, 6, rights, badge);
}

uint64_t host_move(uint64_t to, uint64_t from)
{
    return cnode_op(FM_LABEL_CNODE_MOVE, to, from, 4, 0, 0);
}

uint64_t host_delete(uint64_t slot)
{
    return cnode_op(FM_LABEL_CNODE_DELETE, slot, 0, 2, 0, 0);
}

uint64_t host_revoke(uint64_t slot)
{
    return cnode_op(FM_LABEL_CNODE_REVOKE, slot, 0, 2, 0, 0);
}

void host_thread(uint64_t untyped, uint64_t at, uint64_t prio, uint64_t handler)
{
    const uint64_t control = host_bootinfo()->sched_control.start;
    host_retype(untyped, FM_OBJ_TCB, 0, at, 1);
    host_retype(untyped, FM_OBJ_SCHED_CONTEXT, 8, at + 1, 1);
    host_retype(untyped, FM_OBJ_SMALL_PAGE, 0, at + 2, 1);
    const uint64_t spaces[] = {FM_SLOT_CNODE, FM_SLOT_VSPACE, at + 2};
    const uint64_t data[] = {0, 0, 0x10000};
    const uint64_t sc = at + 1;
    const uint64_t times[] = {50000, 50000, 0, at, 0};
    const uint64_t sched[] = {FM_SLOT_TCB, sc, handler};
    const uint64_t prios[] = {255, prio};
    host_call(at, FM_LABEL_TCB_CONFIGURE, 3, data, 3, spaces);
    host_call(control, FM_LABEL_SCHED_CONTROL_CONFIGURE, 5, times, 1, &sc);
    host_call(at, FM_LABEL_TCB_SET_SCHED_PARAMS, 2, prios, 3, sched);
    host_call(at, FM_LABEL_TCB_RESUME, 0, NULL, 0, NULL);
}

void host_recv(uint64_t ep, uint64_t reply)
{
    struct tcb *t = kernel.current;
    t->ctx.r[FM_REG_CPTR] = ep;
    t->ctx.r[FM_REG_REPLY] = reply;
    t->ctx.fault_pc = 0x400000;
    t->ctx.pc = 0x400004;
    entry_syscall(FM_SYS_RECV);
}
