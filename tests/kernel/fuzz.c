/* SPDX-License-Identifier: Apache-2.0 */
/*
 * System calls with any register content, by several threads, with time passing and interrupts coming,
 * against the kernel compiled for the host; after each entry every invariant is checked. The input
 * is a byte string: libFuzzer's, or a generator's in the seeded test (fuzz_seeded.c).
 */
#include <stddef.h>
#include <stdlib.h>

#include "kernel/api/entry.h"
#include "kernel/api/message.h"
#include "kernel/arch/arch.h"
#include "kernel/object/tcb.h"
#include "tests/kernel/host/user.h"

#define FIRST 100u  /* slots that the fuzzer uses */
#define SLOTS 100u

struct input {
    const uint8_t *at;
    size_t left;
};

static uint8_t byte(struct input *in)
{
    if (in->left == 0) {
        return 0;
    }
    in->left--;
    return *in->at++;
}

static uint64_t any_word(struct input *in)
{
    uint8_t kind = byte(in);
    switch (kind & 7) {
    case 0:
        return byte(in) & 15;
    case 1:
        return FIRST + byte(in) % SLOTS;
    case 2:
        return FM_WORD_BITS;
    case 3:
        return 0x400000 + ((uint64_t)byte(in) << 12);
    case 4: {
        uint64_t w = 0;
        for (unsigned i = 0; i < 8; i++) {
            w = w << 8 | byte(in);
        }
        return w;
    }
    case 5:
        return (uint64_t)byte(in) * 50;
    case 6:
        return BIT(byte(in) & 63);
    default:
        return kind >> 3;
    }
}

static struct slot *root_slots;

/* Usually a capability that exists, and one in three a fixed one of the root task. */
static uint64_t any_cptr(struct input *in)
{
    uint8_t b = byte(in);
    if (b == 255) {
        return any_word(in);
    }
    if (b >= 190) {
        return FM_SLOT_CNODE;
    }
    if (b % 4 == 0) {
        return b / 4 % 24;
    }
    unsigned s = b % SLOTS;
    for (unsigned i = 0; i < SLOTS && (b & 64) == 0 && cap_is_null(root_slots[FIRST + s].cap); i++) {
        s = (s + 1) % SLOTS;
    }
    return FIRST + s;
}

/* A capability pointer to something of a type, if the root CNode has one. */
static uint64_t cptr_of(const struct slot *root, enum cap_type type, uint8_t start)
{
    for (unsigned i = 0; i < SLOTS; i++) {
        unsigned s = FIRST + (start + i) % SLOTS;
        if (cap_type(root[s].cap) == type) {
            return s;
        }
    }
    return start;
}

/* Labels that fit the object, so that decoding goes deep. */
static uint64_t fitting_label(struct cap c, uint8_t b)
{
    static const uint8_t frame[] = {FM_LABEL_PAGE_MAP, FM_LABEL_PAGE_MAP, FM_LABEL_PAGE_UNMAP,
                                    FM_LABEL_PAGE_GET_ADDRESS};
    switch ((unsigned)cap_type(c)) {
    case CAP_UNTYPED:
        return FM_LABEL_UNTYPED_RETYPE;
    case CAP_TCB:
        return FM_LABEL_TCB_READ_REGISTERS + b % 16;
    case CAP_CNODE:
        return FM_LABEL_CNODE_REVOKE + b % 8;
    case CAP_SCHED_CONTEXT:
        return FM_LABEL_SC_BIND + b % 5;
    case CAP_SCHED_CONTROL:
        return FM_LABEL_SCHED_CONTROL_CONFIGURE;
    case CAP_IRQ_CONTROL:
        return b & 1 ? FM_LABEL_IRQ_ISSUE_HANDLER : FM_LABEL_IRQ_ISSUE_HANDLER_TRIGGER;
    case CAP_IRQ_HANDLER:
        return FM_LABEL_IRQ_ACK + b % 3;
    case CAP_DOMAIN:
        return FM_LABEL_DOMAIN_SET;
    case CAP_FRAME:
        return frame[b % 4];
    case CAP_PAGE_TABLE:
        return FM_LABEL_PAGE_TABLE_MAP + b % 2;
    case CAP_ASID_CONTROL:
        return FM_LABEL_ASID_CONTROL_MAKE_POOL;
    case CAP_ASID_POOL:
        return FM_LABEL_ASID_POOL_ASSIGN;
    default:
        return b;
    }
}

static void fill_message(struct input *in, struct tcb *t, unsigned words)
{
    uint64_t *buffer = message_buffer(t, true);
    for (unsigned i = 0; i < words; i++) {
        if (i < FM_NUM_MR_REGS) {
            t->ctx.r[FM_REG_MR0 + i] = any_word(in);
        } else if (buffer != NULL) {
            buffer[FM_IPC_MSG + i] = any_word(in);
        }
    }
    for (unsigned i = 0; i < 3 && buffer != NULL; i++) {
        buffer[FM_IPC_CAPS + i] = any_cptr(in);
    }
    if (buffer != NULL) {
        buffer[FM_IPC_RECEIVE_CNODE] = FM_SLOT_CNODE;
        buffer[FM_IPC_RECEIVE_INDEX] = any_cptr(in);
        buffer[FM_IPC_RECEIVE_DEPTH] = FM_WORD_BITS;
    }
}

/* An operation that makes sense more often than chance would: its words are chosen by its kind. */
static void shape_message(struct input *in, struct tcb *t, struct slot *root, struct cap c)
{
    uint64_t *buffer = message_buffer(t, true);
    uint64_t *r = &t->ctx.r[FM_REG_MR0];
    if (buffer == NULL || (byte(in) & 7) == 0) {
        return;
    }
    buffer[FM_IPC_CAPS] = FM_SLOT_CNODE;
    switch ((unsigned)cap_type(c)) {
    case CAP_UNTYPED:
        r[0] = byte(in) % 12;
        r[1] = r[0] == FM_OBJ_UNTYPED ? 12 + byte(in) % 6 : r[0] == FM_OBJ_SCHED_CONTEXT ? 8 : 3;
        r[2] = 0;
        r[3] = 0;
        buffer[FM_IPC_MSG + 4] = FIRST + byte(in) % SLOTS;
        buffer[FM_IPC_MSG + 5] = 1 + byte(in) % 3;
        break;
    case CAP_CNODE:
        r[0] = FIRST + byte(in) % SLOTS;
        r[1] = FM_WORD_BITS;
        r[2] = FIRST + byte(in) % SLOTS;
        r[3] = FM_WORD_BITS;
        buffer[FM_IPC_MSG + 4] = byte(in) & 15;
        buffer[FM_IPC_MSG + 5] = byte(in) & 3;
        buffer[FM_IPC_MSG + 6] = FIRST + byte(in) % SLOTS;
        buffer[FM_IPC_MSG + 7] = FM_WORD_BITS;
        buffer[FM_IPC_CAPS + 1] = FM_SLOT_CNODE;
        break;
    case CAP_TCB:
        if ((byte(in) & 1) == 0) {
            buffer[FM_IPC_CAPS] = FM_SLOT_TCB;
            buffer[FM_IPC_CAPS + 1] = cptr_of(root, CAP_SCHED_CONTEXT, byte(in));
            buffer[FM_IPC_CAPS + 2] = cptr_of(root, CAP_ENDPOINT, byte(in));
        } else {
            buffer[FM_IPC_CAPS + 1] = byte(in) & 1 ? FM_SLOT_VSPACE : FM_SLOT_CNODE;
            buffer[FM_IPC_CAPS + 2] = cptr_of(root, CAP_FRAME, byte(in));
            if ((byte(in) & 1) != 0) {
                buffer[FM_IPC_CAPS] = cptr_of(root, CAP_NOTIFICATION, byte(in));
            }
        }
        break;
    case CAP_SCHED_CONTROL:
        buffer[FM_IPC_CAPS] = cptr_of(root, CAP_SCHED_CONTEXT, byte(in));
        r[0] = 20 + byte(in) * 4u;
        r[1] = r[0] + byte(in) * 8u * (byte(in) & 1);
        r[2] = byte(in) % 9;
        r[3] = byte(in);
        buffer[FM_IPC_MSG + 4] = byte(in) & 1;
        break;
    case CAP_SCHED_CONTEXT:
        buffer[FM_IPC_CAPS] =
            cptr_of(root, byte(in) & 1 ? CAP_TCB : CAP_NOTIFICATION, byte(in));
        break;
    case CAP_IRQ_HANDLER:
        buffer[FM_IPC_CAPS] = cptr_of(root, CAP_NOTIFICATION, byte(in));
        break;
    case CAP_PAGE_TABLE:
    case CAP_FRAME:
        buffer[FM_IPC_CAPS] = FM_SLOT_VSPACE;
        r[0] = (uint64_t)(byte(in) & 7) << 21 | (uint64_t)(byte(in) & 3) << 12;
        r[1] = byte(in) & 3;
        r[2] = byte(in) & 1;
        break;
    case CAP_ASID_CONTROL:
        buffer[FM_IPC_CAPS] = cptr_of(root, CAP_UNTYPED, byte(in));
        buffer[FM_IPC_CAPS + 1] = FM_SLOT_CNODE;
        r[0] = FIRST + byte(in) % SLOTS;
        r[1] = FM_WORD_BITS;
        break;
    case CAP_ASID_POOL:
        buffer[FM_IPC_CAPS] = cptr_of(root, CAP_PAGE_TABLE, byte(in));
        break;
    default:
        break;
    }
}

static void one_syscall(struct input *in, struct slot *root)
{
    static const int8_t often[] = {FM_SYS_CALL, FM_SYS_CALL,       FM_SYS_CALL, FM_SYS_SEND,
                                   FM_SYS_RECV, FM_SYS_REPLY_RECV, FM_SYS_WAIT, FM_SYS_NB_SEND,
                                   FM_SYS_NB_RECV, FM_SYS_NB_SEND_RECV, FM_SYS_NB_SEND_WAIT,
                                   FM_SYS_NB_WAIT, FM_SYS_YIELD, FM_SYS_CALL, FM_SYS_CALL, -40};
    struct tcb *t = kernel.current;
    int64_t number = often[byte(in) % 16];
    uint64_t cptr = any_cptr(in);
    if ((byte(in) & 3) == 0) {
        cptr = FIRST + 20 + byte(in) % 3; /* an endpoint, more often than chance */
    }
    uint8_t shape = byte(in);
    fill_message(in, t, shape & 15);
    bool message = cptr >= FIRST + 20 && cptr < FIRST + 23 && (shape & 8) != 0;
    uint64_t length = (shape & 0x30) == 0 ? byte(in) : 9;
    uint64_t label = byte(in);
    struct cap c = cptr < FIRST + SLOTS ? root[cptr].cap : cap_null();
    if ((shape & 0x40) == 0) {
        label = fitting_label(c, (uint8_t)label);
        shape_message(in, t, root, c);
    }
    t->ctx.r[FM_REG_CPTR] = cptr;
    t->ctx.r[FM_REG_INFO] = message ? info_make(label, 0, 0, shape & 7)
                                    : info_make(label, 0, shape >> 6 == 3 ? byte(in) & 3 : 3, length);
    t->ctx.r[FM_REG_REPLY] = cptr_of(root, CAP_REPLY, byte(in));
    t->ctx.r[FM_REG_DEST] = any_cptr(in);
    t->ctx.fault_pc = 0x400000;
    t->ctx.pc = 0x400004;
    entry_syscall(number);
}

/* Everybody waits: one thread starts again, as if a Resume had come from outside the model. */
static void revive(struct slot *root, unsigned which)
{
    for (unsigned i = 0; i < SLOTS; i++) {
        struct cap c = root[i < 5 ? FIRST + 10 + (which + i) % 5 : FIRST + i].cap;
        if (cap_type(c) == CAP_TCB && cap_tcb(c)->sc != NULL &&
            cap_tcb(c)->state != THREAD_RUNNING) {
            thread_restart(cap_tcb(c));
            return;
        }
    }
}

static void one_event(struct input *in, struct slot *root)
{
    uint8_t what = byte(in);
    host_now += (uint64_t)(what >> 4) * 60;
    if (kernel.current == &kernel.idle) {
        host_now += 2000;
        if ((what & 8) == 0) {
            revive(root, what >> 4);
        }
        host_irq = (what & 1) != 0 ? 1 + what % 20u : 0;
        host_irq_waiting = true;
        entry_interrupt();
    } else if ((what & 15) == 0) {
        host_irq = 1 + byte(in) % 20u;
        host_irq_waiting = true;
        entry_interrupt();
    } else if ((what & 15) == 1) {
        kernel.current->fault.type = FM_FAULT_VM;
        kernel.current->fault.word[0] = 0;
        kernel.current->ctx.pc = kernel.current->ctx.fault_pc = 0x400000;
        entry_fault();
    } else {
        host_irq_waiting = (what & 15) == 2; /* found at a preemption point */
        host_irq = 1;
        one_syscall(in, root);
        host_irq_waiting = false;
    }
    host_check(root, FIRST + SLOTS);
}

static void must(uint64_t error)
{
    if (error != FM_KERR_NONE) {
        abort();
    }
}

/* Some of everything, and five threads that can run. */
static void furnish(void)
{
    uint64_t u = host_untyped();
    const struct fm_bootinfo *bi = host_bootinfo();
    must(host_retype(u, FM_OBJ_UNTYPED, 17, FIRST, 3));
    u = FIRST;
    must(host_retype(u, FM_OBJ_TCB, 0, FIRST + 10, 5));
    must(host_retype(u, FM_OBJ_ENDPOINT, 0, FIRST + 20, 3));
    must(host_retype(u, FM_OBJ_NOTIFICATION, 0, FIRST + 25, 3));
    must(host_retype(u, FM_OBJ_REPLY, 0, FIRST + 30, 4));
    must(host_retype(u, FM_OBJ_SCHED_CONTEXT, 8, FIRST + 35, 6));
    must(host_retype(u, FM_OBJ_CNODE, 4, FIRST + 42, 2));
    must(host_retype(u, FM_OBJ_SMALL_PAGE, 0, FIRST + 45, 6));
    must(host_copy(FIRST + 52, bi->sched_control.start, 15));
    must(host_copy(FIRST + 53, FM_SLOT_ASID_POOL, 15));
    for (uint64_t i = 0; i < 5; i++) {
        const uint64_t spaces[] = {FM_SLOT_CNODE, FM_SLOT_VSPACE, FIRST + 45 + i};
        const uint64_t data[] = {0, 0, 0x10000};
        const uint64_t sc = FIRST + 35 + i;
        const uint64_t times[] = {500, i == 0 ? 500 : 900, 4, i, i & 1};
        const uint64_t sched[] = {FM_SLOT_TCB, sc, FIRST + 20};
        const uint64_t prios[] = {255, 250 + i};
        must(host_call(FIRST + 10 + i, FM_LABEL_TCB_CONFIGURE, 3, data, 3, spaces));
        must(host_call(bi->sched_control.start, FM_LABEL_SCHED_CONTROL_CONFIGURE, 5, times, 1, &sc));
        must(host_call(FIRST + 10 + i, FM_LABEL_TCB_SET_SCHED_PARAMS, 2, prios, 3, sched));
        must(host_call(FIRST + 10 + i, FM_LABEL_TCB_RESUME, 0, NULL, 0, NULL));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size};
    host_boot();
    struct slot *root = host_root_slots();
    root_slots = root;
    furnish();
    host_check(root, FIRST + SLOTS);
    if ((byte(&in) & 1) != 0) {
        /* two passive servers wait: calls, donation and reply stacks come about at once */
        host_thread(FIRST, FIRST + 60, 255, FIRST + 20);
        host_thread(FIRST, FIRST + 64, 255, FIRST + 21);
        for (unsigned i = 0; i < 200 && in.left > 0; i++) {
            if (kernel.current == cap_tcb(root[FIRST + 60].cap)) {
                host_recv(FIRST + 20, FIRST + 30);
            } else if (kernel.current == cap_tcb(root[FIRST + 64].cap)) {
                host_recv(FIRST + 21, FIRST + 31);
            } else if (kernel.current == cap_tcb(root[FM_SLOT_TCB].cap)) {
                host_call(FIRST + 61, FM_LABEL_SC_UNBIND, 0, NULL, 0, NULL);
                host_call(FIRST + 65, FM_LABEL_SC_UNBIND, 0, NULL, 0, NULL);
                break;
            }
        }
    }
    while (in.left > 0) {
        one_event(&in, root);
    }
    return 0;
}
