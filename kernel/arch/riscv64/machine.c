/* SPDX-License-Identifier: Apache-2.0 */
/* riscv64: interrupts (PLIC, S-mode timer), thread switch, exceptions, cache and debug calls. */
#include "kernel/api/entry.h"
#include "kernel/api/fault.h"
#include "kernel/arch/arch.h"
#include "kernel/arch/riscv64/machine.h"
#include "kernel/object/vspace.h"

struct tcb *const kernel_idle_thread = &kernel.idle;

/* --- interrupts --- */

static volatile uint32_t *plic(uint64_t offset)
{
    return (volatile uint32_t *)arch_phys_to_ptr(PLIC_BASE + offset);
}

#define PLIC_ENABLE (PLIC_CONTEXT_ENABLE + 0x80) /* context 1: hart 0, S-mode */
#define PLIC_THRESHOLD 0x201000
#define PLIC_CLAIM 0x201004

bool arch_irq_pending(void)
{
    uint64_t pending;
    __asm__ volatile("csrr %0, sip" : "=r"(pending));
    return (pending & (SIP_TIMER | SIP_EXTERNAL)) != 0;
}

/* By priority, not by the enable bit: a completion is ignored while a source is not enabled. */
void arch_irq_mask(uint64_t irq, bool masked)
{
    *plic(irq * 4) = masked ? 0 : 1;
}

void arch_irq_set_trigger(uint64_t irq, bool edge)
{
    (void)irq; /* the PLIC of this machine is wired level or edge by the device */
    (void)edge;
}

void arch_irq_acked(uint64_t irq)
{
    arch_irq_mask(irq, false);
}

bool arch_irq_get(uint64_t *irq)
{
    uint64_t pending;
    __asm__ volatile("csrr %0, sip" : "=r"(pending));
    if ((pending & SIP_EXTERNAL) != 0) {
        uint32_t source = *plic(PLIC_CLAIM);
        if (source != 0 && source < FM_IRQ_TIMER) {
            *irq = source;
            return true;
        }
    }
    if ((pending & SIP_TIMER) != 0) {
        *irq = FM_IRQ_TIMER;
        return true;
    }
    return false;
}

void arch_irq_done(uint64_t irq)
{
    if (irq != FM_IRQ_TIMER) {
        *plic(PLIC_CLAIM) = (uint32_t)irq;
    }
}

void arch_timer_set(uint64_t deadline)
{
    __asm__ volatile("csrw 0x14d, %0" : : "r"(deadline)); /* stimecmp */
}

BOOT_CODE void machine_init_interrupts(void)
{
    for (uint64_t irq = 1; irq < FM_IRQ_TIMER; irq++) {
        arch_irq_mask(irq, true);
    }
    for (uint64_t word = 0; word < FM_IRQ_TIMER / 32; word++) {
        *plic(PLIC_ENABLE + word * 4) = ~0u;
    }
    *plic(PLIC_THRESHOLD) = 0;
    kernel.irq_state[FM_IRQ_TIMER] = IRQ_TIMER;
    __asm__ volatile("csrw sie, %0" : : "r"((uint64_t)(SIP_TIMER | SIP_EXTERNAL)));
}

/* --- threads --- */

/* The thread whose floating point state is in the registers, and dirty or clean there. */
static struct tcb *fpu_thread;
static uint64_t current_satp;
static uint64_t kernel_satp;
static bool time_closed;

#define SSTATUS_FS 0x6000UL
#define SSTATUS_FS_CLEAN 0x4000UL

static void set_fs(uint64_t fs)
{
    __asm__ volatile("csrc sstatus, %0\n csrs sstatus, %1" : : "r"(SSTATUS_FS), "r"(fs));
}

void arch_fpu_save(struct tcb *t)
{
    if (fpu_thread == t) {
        riscv_fpu_save(&t->ctx);
        set_fs(SSTATUS_FS_CLEAN);
    }
}

void arch_fpu_forget(struct tcb *t)
{
    if (fpu_thread == t) {
        fpu_thread = NULL;
        set_fs(0);
    }
}

static void switch_fpu(struct tcb *t)
{
    if (fpu_thread != NULL) {
        uint64_t status;
        __asm__ volatile("csrr %0, sstatus" : "=r"(status));
        if ((status & SSTATUS_FS) == SSTATUS_FS) {
            riscv_fpu_save(&fpu_thread->ctx);
        }
        set_fs(0);
        fpu_thread = NULL;
    }
    if (t->ctx.fpu_used && (t->flags & FM_TCB_FLAG_FPU_DISABLED) == 0) {
        set_fs(SSTATUS_FS_CLEAN);
        riscv_fpu_load(&t->ctx);
        set_fs(SSTATUS_FS_CLEAN);
        fpu_thread = t;
    }
}

static void set_satp(uint64_t satp)
{
    if (satp != current_satp) {
        current_satp = satp;
        __asm__ volatile("csrw satp, %0" : : "r"(satp) : "memory");
    }
}

static void set_time(const struct tcb *t)
{
    bool closed = (t->flags & FM_TCB_FLAG_NO_TIME) != 0;
    if (closed != time_closed) {
        time_closed = closed;
        __asm__ volatile("csrw scounteren, %0" : : "r"(closed ? 0UL : RISCV_COUNTERS));
    }
}

HOT void arch_switch_to(struct tcb *t)
{
    struct cap c = t->slots[TCB_VSPACE].cap;
    uint64_t satp = kernel_satp;
    if (LIKELY(cap_type(c) == CAP_PAGE_TABLE)) {
        uint64_t asid = cap_asid(c);
        if (LIKELY(asid_root(asid) == cap_ptr(c))) {
            satp = SATP_SV39 | asid << 44 | arch_ptr_to_phys(cap_ptr(c)) >> 12;
        }
    }
    set_satp(satp);
    if (UNLIKELY(fpu_thread != NULL || t->ctx.fpu_used)) {
        switch_fpu(t);
    }
    set_time(t);
}

void arch_switch_to_idle(void)
{
    set_satp(kernel_satp);
}

void machine_set_kernel_satp(uint64_t satp)
{
    kernel_satp = satp;
    current_satp = satp;
    __asm__ volatile("csrw satp, %0\n sfence.vma" : : "r"(satp) : "memory");
}

void arch_vspace_dead(const void *root)
{
    if ((current_satp & MASK(44)) == arch_ptr_to_phys(root) >> 12) {
        set_satp(kernel_satp);
    }
}

void arch_tlb_flush_asid(uint64_t asid)
{
    __asm__ volatile("sfence.vma zero, %0" : : "r"(asid) : "memory");
}

void arch_tlb_flush_page(uint64_t asid, uint64_t vaddr)
{
    __asm__ volatile("sfence.vma %0, %1" : : "r"(vaddr), "r"(asid) : "memory");
}

void arch_clean_memory(uint64_t paddr, uint64_t bytes)
{
    (void)paddr; /* caches are coherent here */
    (void)bytes;
}

void arch_tcb_init(struct tcb *t)
{
    (void)t;
}

void arch_set_tls(struct tcb *t, uint64_t base)
{
    t->ctx.r[4] = base;
}

void arch_flags_changed(struct tcb *t)
{
    if ((t->flags & FM_TCB_FLAG_FPU_DISABLED) != 0) {
        arch_fpu_save(t);
        arch_fpu_forget(t);
    }
    if (t == kernel.current) {
        arch_switch_to(t);
    }
}

/* Order of FM_UCTX_*: register numbers, 0 = pc. */
static const uint8_t user_order[FM_UCTX_WORDS] = {0,  1,  2,  3,  8,  9,  18, 19, 20, 21, 22,
                                                  23, 24, 25, 26, 27, 10, 11, 12, 13, 14, 15,
                                                  16, 17, 5,  6,  7,  28, 29, 30, 31, 4};

uint64_t arch_user_get(const struct tcb *t, unsigned index)
{
    return index == 0 ? t->ctx.fault_pc : t->ctx.r[user_order[index]];
}

void arch_user_set(struct tcb *t, unsigned index, uint64_t value)
{
    if (index == 0) {
        t->ctx.fault_pc = value;
    } else {
        t->ctx.r[user_order[index]] = value;
    }
}

/* --- faults --- */

/* Order of an UnknownSyscall message after the pc. */
static const uint8_t unknown_order[] = {2, 1, 10, 11, 12, 13, 14, 15, 16};

unsigned arch_fault_message(const struct tcb *t, uint64_t *words)
{
    words[0] = t->ctx.fault_pc;
    if (t->fault.type == FM_FAULT_UNKNOWN_SYSCALL) {
        for (unsigned i = 0; i < ARRAY_LEN(unknown_order); i++) {
            words[1 + i] = t->ctx.r[unknown_order[i]];
        }
        words[FM_UNKNOWN_SYSCALL] = t->fault.word[0];
        return FM_UNKNOWN_LENGTH;
    }
    words[FM_USEREXC_SP] = t->ctx.r[2];
    words[FM_USEREXC_NUMBER] = t->fault.word[0];
    words[FM_USEREXC_CODE] = t->fault.word[1];
    return FM_USEREXC_LENGTH;
}

void arch_fault_reply(struct tcb *t, const uint64_t *words, unsigned count)
{
    unsigned most = t->fault.type == FM_FAULT_UNKNOWN_SYSCALL ? FM_UNKNOWN_SYSCALL : 2;
    for (unsigned i = 0; i < count && i < most; i++) {
        if (i == 0) {
            t->ctx.fault_pc = words[0];
        } else {
            t->ctx.r[unknown_order[i - 1]] = words[i];
        }
    }
}

/* The first floating point instruction of a thread: from now on it has that state. */
static bool start_fpu(struct tcb *t)
{
    if (t->ctx.fpu_used || (t->flags & FM_TCB_FLAG_FPU_DISABLED) != 0) {
        return false;
    }
    t->ctx.fpu_used = true;
    switch_fpu(t);
    return true;
}

COLD void riscv_exception(uint64_t cause, uint64_t value)
{
    struct tcb *t = kernel.current;
    if (cause == CAUSE_ILLEGAL && start_fpu(t)) {
        return;
    }
    struct fault *f = &t->fault;
    switch (cause) {
    case 1:  /* instruction access */
    case 5:  /* load access */
    case 7:  /* store access */
    case 12: /* page faults */
    case 13:
    case 15:
        f->type = FM_FAULT_VM;
        f->word[0] = value;
        f->word[2] = cause == 12 || cause == 1;
        /* seL4 reports a page fault by the number of the access fault: 1, 5 or 7. */
        f->word[1] = cause < 12 ? cause : cause == 12 ? 1 : cause == 13 ? 5 : 7;
        break;
    default:
        f->type = FM_FAULT_USER_EXCEPTION;
        f->word[0] = cause;
        f->word[1] = 0;
        break;
    }
    entry_fault();
}

enum outcome arch_invoke_machine(struct call *c)
{
    return refuse(c, FM_KERR_ILLEGAL_OPERATION);
}
