/* SPDX-License-Identifier: Apache-2.0 */
/* aarch64: thread switch, registers, exceptions, cache maintenance and secure monitor calls. */
#include "kernel/arch/aarch64/machine.h"

#include "kernel/api/entry.h"
#include "kernel/api/fault.h"
#include "kernel/arch/arch.h"
#include "kernel/object/vspace.h"

/* The thread whose TLS and, if it uses them, vector registers are in the processor. The idle thread
 * stands for nobody. */
static struct tcb *loaded = &kernel.idle;
static uint64_t current_ttbr0;
static uint64_t kernel_ttbr0;

#define MODE_FPU 1u     /* vector instructions are open, registers are saved at switches */
#define MODE_NO_TIME 2u /* counters are closed */

#define CPACR_OPEN (3UL << 20)
#define CPACR_TRAP_EL0 (1UL << 20)
#define CNTKCTL_OPEN 0x201UL /* EL0: physical counter and physical timer */

static void set_fpu(bool open)
{
    __asm__ volatile("msr cpacr_el1, %0\n isb" : : "r"(open ? CPACR_OPEN : CPACR_TRAP_EL0));
}

static void set_time(bool closed)
{
    __asm__ volatile("msr cntkctl_el1, %0" : : "r"(closed ? 0UL : CNTKCTL_OPEN));
}

static void set_ttbr0(uint64_t ttbr0)
{
    if (ttbr0 != current_ttbr0) {
        current_ttbr0 = ttbr0;
        __asm__ volatile("msr ttbr0_el1, %0\n isb" : : "r"(ttbr0) : "memory");
    }
}

BOOT_CODE void machine_init(uint64_t ttbr0)
{
    kernel_ttbr0 = ttbr0;
    kernel.idle.ctx.pc = (uint64_t)(uintptr_t)idle_loop;
    kernel.idle.ctx.spsr = SPSR_KERNEL;
    set_ttbr0(ttbr0);
    set_fpu(false);
    set_time(false);
}

void arch_fpu_save(struct tcb *t)
{
    if (loaded == t && (t->ctx.mode & MODE_FPU) != 0) {
        aarch64_fpu_save(&t->ctx);
    }
}

void arch_fpu_forget(struct tcb *t)
{
    if (loaded == t) {
        loaded = &kernel.idle;
        set_fpu(false);
        set_time(false);
    }
}

static uint8_t mode_of(const struct tcb *t)
{
    bool fpu = t->ctx.fpu_used && (t->flags & FM_TCB_FLAG_FPU_DISABLED) == 0;
    return (uint8_t)((fpu ? MODE_FPU : 0) | ((t->flags & FM_TCB_FLAG_NO_TIME) ? MODE_NO_TIME : 0));
}

/* One of two neighbours needs more than the switch of TLS. */
static void change_mode(struct tcb *from, struct tcb *to)
{
    if ((from->ctx.mode & MODE_FPU) != 0) {
        aarch64_fpu_save(&from->ctx);
    }
    if (from->ctx.mode != to->ctx.mode) {
        set_fpu((to->ctx.mode & MODE_FPU) != 0);
        set_time((to->ctx.mode & MODE_NO_TIME) != 0);
    }
    if ((to->ctx.mode & MODE_FPU) != 0) {
        aarch64_fpu_load(&to->ctx);
    }
}

HOT void arch_switch_to(struct tcb *t)
{
    struct cap c = t->slots[TCB_VSPACE].cap;
    uint64_t ttbr0 = kernel_ttbr0;
    if (LIKELY(cap_type(c) == CAP_VSPACE)) {
        uint64_t asid = cap_asid(c);
        if (LIKELY(asid_root(asid) == cap_ptr(c))) {
            ttbr0 = arch_ptr_to_phys(cap_ptr(c)) | asid << 48;
        }
    }
    set_ttbr0(ttbr0);
    struct tcb *from = loaded;
    if (t != from) {
        __asm__ volatile("mrs %0, tpidr_el0" : "=r"(from->ctx.tpidr));
        if (UNLIKELY((from->ctx.mode | t->ctx.mode) != 0)) {
            change_mode(from, t);
        }
        __asm__ volatile("msr tpidr_el0, %0\n msr tpidrro_el0, %1"
                         :
                         : "r"(t->ctx.tpidr), "r"(t->ctx.tpidrro));
        loaded = t;
    }
}

void arch_switch_to_idle(void)
{
    set_ttbr0(kernel_ttbr0);
}

void arch_vspace_dead(const void *root)
{
    if ((current_ttbr0 & MASK(48)) == arch_ptr_to_phys(root)) {
        set_ttbr0(kernel_ttbr0);
    }
}

void arch_vspace_init(void *root)
{
    (void)root; /* the kernel has a table of its own (TTBR1) */
}

void arch_tlb_flush_asid(uint64_t asid)
{
    __asm__ volatile("dsb ishst\n tlbi aside1, %0\n dsb ish\n isb" : : "r"(asid << 48) : "memory");
}

void arch_tlb_flush_page(uint64_t asid, uint64_t vaddr)
{
    uint64_t operand = asid << 48 | ((vaddr >> 12) & MASK(44));
    __asm__ volatile("dsb ishst\n tlbi vae1, %0\n dsb ish\n isb" : : "r"(operand) : "memory");
}

void arch_clean_memory(uint64_t paddr, uint64_t bytes)
{
    uint64_t at = (uint64_t)(uintptr_t)arch_phys_to_ptr(paddr);
    for (uint64_t end = at + bytes; at < end; at += 64) {
        __asm__ volatile("dc cvac, %0" : : "r"(at) : "memory");
    }
    __asm__ volatile("dsb ish\n ic iallu\n dsb ish\n isb" ::: "memory");
}

void arch_tcb_init(struct tcb *t)
{
    t->ctx.spsr = SPSR_USER;
}

void arch_set_tls(struct tcb *t, uint64_t base)
{
    t->ctx.tpidr = base;
    if (t == loaded) {
        __asm__ volatile("msr tpidr_el0, %0" : : "r"(base));
    }
}

void arch_flags_changed(struct tcb *t)
{
    uint8_t mode = mode_of(t);
    if (t == loaded && mode != t->ctx.mode) {
        arch_fpu_save(t);
        set_fpu((mode & MODE_FPU) != 0);
        set_time((mode & MODE_NO_TIME) != 0);
        if ((mode & MODE_FPU) != 0) {
            aarch64_fpu_load(&t->ctx);
        }
    }
    t->ctx.mode = mode;
}

/* Order of FM_UCTX_* from sp on: register numbers, 31 = sp, 32 = spsr. */
static const uint8_t user_order[] = {31, 32, 0,  1,  2,  3,  4,  5,  6,  7,  8,  16,
                                     17, 18, 29, 30, 9,  10, 11, 12, 13, 14, 15, 19,
                                     20, 21, 22, 23, 24, 25, 26, 27, 28};

uint64_t arch_user_get(const struct tcb *t, unsigned index)
{
    switch (index) {
    case FM_UCTX_PC:
        return t->ctx.fault_pc;
    case FM_UCTX_SPSR:
        return t->ctx.spsr;
    case FM_UCTX_TPIDR_EL0: {
        uint64_t value = t->ctx.tpidr;
        if (t == loaded) {
            __asm__ volatile("mrs %0, tpidr_el0" : "=r"(value));
        }
        return value;
    }
    case FM_UCTX_TPIDRRO_EL0:
        return t->ctx.tpidrro;
    default:
        return t->ctx.r[user_order[index - 1]];
    }
}

void arch_user_set(struct tcb *t, unsigned index, uint64_t value)
{
    switch (index) {
    case FM_UCTX_PC:
        t->ctx.fault_pc = value;
        break;
    case FM_UCTX_SPSR:
        t->ctx.spsr = (value & SPSR_FLAGS) | SPSR_USER;
        break;
    case FM_UCTX_TPIDR_EL0:
        arch_set_tls(t, value);
        break;
    case FM_UCTX_TPIDRRO_EL0:
        t->ctx.tpidrro = value;
        if (t == loaded) {
            __asm__ volatile("msr tpidrro_el0, %0" : : "r"(value));
        }
        break;
    default:
        t->ctx.r[user_order[index - 1]] = value;
        break;
    }
}

/* --- faults --- */

unsigned arch_fault_message(const struct tcb *t, uint64_t *words)
{
    if (t->fault.type == FM_FAULT_UNKNOWN_SYSCALL) {
        for (unsigned i = 0; i < 8; i++) {
            words[FM_UNKNOWN_X0 + i] = t->ctx.r[i];
        }
        words[FM_UNKNOWN_FAULT_IP] = t->ctx.fault_pc;
        words[FM_UNKNOWN_SP] = t->ctx.r[31];
        words[FM_UNKNOWN_LR] = t->ctx.pc;
        words[FM_UNKNOWN_SPSR] = t->ctx.spsr;
        words[FM_UNKNOWN_SYSCALL] = t->fault.word[0];
        return FM_UNKNOWN_LENGTH;
    }
    words[FM_USEREXC_IP] = t->ctx.fault_pc;
    words[FM_USEREXC_SP] = t->ctx.r[31];
    words[FM_USEREXC_SPSR] = t->ctx.spsr;
    words[FM_USEREXC_NUMBER] = t->fault.word[0];
    words[FM_USEREXC_CODE] = t->fault.word[1];
    return FM_USEREXC_LENGTH;
}

void arch_fault_reply(struct tcb *t, const uint64_t *words, unsigned count)
{
    unsigned i = 0;
    if (t->fault.type == FM_FAULT_UNKNOWN_SYSCALL) {
        for (; i < 8 && i < count; i++) {
            t->ctx.r[i] = words[i];
        }
        if (count > FM_UNKNOWN_SPSR) {
            t->ctx.spsr = (words[FM_UNKNOWN_SPSR] & SPSR_FLAGS) | SPSR_USER;
        }
    } else if (count > FM_USEREXC_SPSR) {
        t->ctx.spsr = (words[FM_USEREXC_SPSR] & SPSR_FLAGS) | SPSR_USER;
    }
    if (count > i) {
        t->ctx.fault_pc = words[i];
    }
    if (count > i + 1) {
        t->ctx.r[31] = words[i + 1];
    }
}

#define EC_FPU 0x07u
#define EC_PREFETCH 0x20u
#define EC_DATA 0x24u

COLD void aarch64_exception(uint64_t esr, uint64_t far)
{
    struct tcb *t = kernel.current;
    struct fault *f = &t->fault;
    uint64_t class = esr >> 26;
    if (class == EC_FPU && !t->ctx.fpu_used && (t->flags & FM_TCB_FLAG_FPU_DISABLED) == 0) {
        /* The first vector instruction of a thread: from now on it has that state. */
        t->ctx.fpu_used = true;
        arch_flags_changed(t);
        return;
    }
    if (class == EC_PREFETCH || class == EC_DATA) {
        f->type = FM_FAULT_VM;
        f->word[0] = class == EC_PREFETCH ? t->ctx.fault_pc : far;
        f->word[1] = esr;
        f->word[2] = class == EC_PREFETCH;
    } else {
        f->type = FM_FAULT_USER_EXCEPTION;
        f->word[0] = esr;
        f->word[1] = 0;
    }
    entry_fault();
}

/* --- cache maintenance --- */

enum cache_op { CACHE_CLEAN, CACHE_INVALIDATE, CACHE_CLEAN_INVALIDATE, CACHE_UNIFY };

static void cache_range(enum cache_op op, uint64_t at, uint64_t bytes)
{
    uint64_t end = at + bytes;
    for (at &= ~(uint64_t)63; at < end; at += 64) {
        switch (op) {
        case CACHE_CLEAN:
            __asm__ volatile("dc cvac, %0" : : "r"(at) : "memory");
            break;
        case CACHE_INVALIDATE: /* never lose a neighbour's dirty line */
        case CACHE_CLEAN_INVALIDATE:
            __asm__ volatile("dc civac, %0" : : "r"(at) : "memory");
            break;
        case CACHE_UNIFY:
            __asm__ volatile("dc cvau, %0\n dsb ish\n ic ivau, %0" : : "r"(at) : "memory");
            break;
        }
    }
    __asm__ volatile("dsb ish\n isb" ::: "memory");
}

static enum outcome page_cache(struct call *c, enum cache_op op)
{
    static const struct lookup_fault gone = {FM_LOOKUP_INVALID_ROOT, {0, 0, 0}};
    struct cap cap = c->slot->cap;
    if (call_lacks(c, 2, 0)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    uint64_t start = call_arg(c, 0);
    uint64_t end = call_arg(c, 1);
    uint64_t size = BIT(frame_bits(cap_frame_size(cap)));
    if (cap_asid(cap) == 0) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    if (asid_root(cap_asid(cap)) == NULL) {
        return refuse_lookup(c, false, &gone);
    }
    if (end <= start) {
        return refuse_argument(c, 1);
    }
    if (end > size) {
        return refuse_argument(c, 0);
    }
    if (op == CACHE_INVALIDATE && cap_frame_rights(cap) != FRAME_READ_WRITE) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    if (!cap_frame_device(cap)) {
        uint64_t at = (uint64_t)(uintptr_t)arch_phys_to_ptr(cap_addr(cap)) + start;
        cache_range(op, at, end - start);
    }
    return DONE;
}

static enum outcome vspace_cache(struct call *c, enum cache_op op)
{
    static const struct lookup_fault gone = {FM_LOOKUP_INVALID_ROOT, {0, 0, 0}};
    struct cap cap = c->slot->cap;
    if (call_lacks(c, 2, 0)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    uint64_t start = call_arg(c, 0);
    uint64_t end = call_arg(c, 1);
    if (end <= start) {
        return refuse_argument(c, 1);
    }
    if (end > FM_USER_TOP) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    if (!arch_is_vspace_root(cap)) {
        return refuse_capability(c, 0);
    }
    uint64_t *root = asid_root(cap_asid(cap));
    if (root == NULL) {
        return refuse_lookup(c, false, &gone);
    }
    if (root != cap_ptr(cap)) {
        return refuse_capability(c, 0);
    }
    struct walk w = vspace_walk(root, start, 0);
    if (!pte_is_page(*w.entry, w.level)) {
        return DONE; /* nothing there: nothing to do */
    }
    uint64_t size = BIT(pt_shift(w.level));
    uint64_t last = (start | (size - 1));
    if (end - 1 > last) {
        return refuse_range(c, start, last);
    }
    uint64_t paddr = pte_paddr(*w.entry) + (start & (size - 1));
    if (paddr >= RAM_BASE && paddr < RAM_TOP) {
        cache_range(op, (uint64_t)(uintptr_t)arch_phys_to_ptr(paddr), end - start);
    }
    return DONE;
}

/* --- secure monitor calls: how a domain switches the machine off --- */

static enum outcome smc(struct call *c, uint64_t label_smc)
{
    if (c->label != label_smc) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    if (call_lacks(c, CALL_WORDS, 0)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    uint64_t badge = c->slot->cap.b;
    if (badge != 0 && badge != call_arg(c, 0)) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    register uint64_t x0 __asm__("x0") = call_arg(c, 0);
    register uint64_t x1 __asm__("x1") = c->thread->ctx.r[FM_REG_MR0 + 1];
    register uint64_t x2 __asm__("x2") = c->thread->ctx.r[FM_REG_MR0 + 2];
    register uint64_t x3 __asm__("x3") = c->thread->ctx.r[FM_REG_MR0 + 3];
    register uint64_t x4 __asm__("x4") = c->buffer[FM_IPC_MSG + 4];
    register uint64_t x5 __asm__("x5") = c->buffer[FM_IPC_MSG + 5];
    register uint64_t x6 __asm__("x6") = c->buffer[FM_IPC_MSG + 6];
    register uint64_t x7 __asm__("x7") = c->buffer[FM_IPC_MSG + 7];
    __asm__ volatile("smc #0"
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5), "+r"(x6),
                       "+r"(x7)
                     :
                     : "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17",
                       "memory");
    const uint64_t out[CALL_WORDS] = {x0, x1, x2, x3, x4, x5, x6, x7};
    for (unsigned i = 0; i < CALL_WORDS; i++) {
        c->word[i] = out[i];
    }
    c->words = CALL_WORDS;
    return DONE;
}

#ifdef FM_ABI_SMC
#define LABEL_SMC FM_LABEL_SMC_CALL
#else
#define LABEL_SMC 0 /* not in this profile: no capability of that kind exists either */
#endif

enum outcome arch_invoke_machine(struct call *c)
{
    switch ((unsigned)cap_type(c->slot->cap)) {
    case CAP_FRAME:
        if (c->label < FM_LABEL_PAGE_CLEAN_DATA || c->label > FM_LABEL_PAGE_UNIFY_INSTRUCTION) {
            return refuse(c, FM_KERR_ILLEGAL_OPERATION);
        }
        return page_cache(c, (enum cache_op)(c->label - FM_LABEL_PAGE_CLEAN_DATA));
    case CAP_VSPACE:
        if (c->label < FM_LABEL_VSPACE_CLEAN_DATA ||
            c->label > FM_LABEL_VSPACE_UNIFY_INSTRUCTION) {
            return refuse(c, FM_KERR_ILLEGAL_OPERATION);
        }
        return vspace_cache(c, (enum cache_op)(c->label - FM_LABEL_VSPACE_CLEAN_DATA));
    case CAP_SMC:
        return smc(c, LABEL_SMC);
    default:
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
}
