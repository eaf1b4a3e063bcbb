/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernel/host/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "kernel/arch/arch.h"
#include "kernel/boot/boot.h"
#include "kernel/object/vspace.h"

uint64_t host_ram_bytes = 0x400000;
uint64_t host_now;
uint64_t host_deadline;
bool host_irq_waiting;
uint64_t host_irq;
uint64_t host_fdt_bytes;

_Noreturn void kernel_panic(const char *file, unsigned line)
{
    fprintf(stderr, "kernel assertion: %s:%u\n", file, line);
    abort();
}

void console_put(char c)
{
    (void)c;
}

bool arch_irq_pending(void)
{
    return host_irq_waiting;
}

void arch_irq_mask(uint64_t irq, bool masked)
{
    (void)irq;
    (void)masked;
}

void arch_irq_set_trigger(uint64_t irq, bool edge)
{
    (void)irq;
    (void)edge;
}

void arch_irq_acked(uint64_t irq)
{
    (void)irq;
}

bool arch_irq_get(uint64_t *irq)
{
    if (!host_irq_waiting) {
        return false;
    }
    host_irq_waiting = false;
    *irq = host_irq == 0 ? FM_IRQ_TIMER : host_irq;
    return true;
}

void arch_irq_done(uint64_t irq)
{
    (void)irq;
}

void arch_timer_set(uint64_t deadline)
{
    host_deadline = deadline;
}

void arch_tcb_init(struct tcb *t)
{
    (void)t;
}

void arch_switch_to(struct tcb *t)
{
    (void)t;
}

void arch_switch_to_idle(void)
{
}

void arch_fpu_forget(struct tcb *t)
{
    (void)t;
}

void arch_fpu_save(struct tcb *t)
{
    (void)t;
}

void arch_set_tls(struct tcb *t, uint64_t base)
{
    t->ctx.r[4] = base;
}

void arch_flags_changed(struct tcb *t)
{
    (void)t;
}

uint64_t arch_user_get(const struct tcb *t, unsigned index)
{
    return index == 0 ? t->ctx.fault_pc : t->ctx.r[index];
}

void arch_user_set(struct tcb *t, unsigned index, uint64_t value)
{
    if (index == 0) {
        t->ctx.fault_pc = value;
    } else {
        t->ctx.r[index] = value;
    }
}

unsigned arch_fault_message(const struct tcb *t, uint64_t *words)
{
    words[0] = t->ctx.fault_pc;
    words[1] = t->fault.word[0];
    return 2;
}

void arch_fault_reply(struct tcb *t, const uint64_t *words, unsigned count)
{
    if (count > 0) {
        t->ctx.fault_pc = words[0];
    }
}

void arch_vspace_dead(const void *root)
{
    (void)root;
}

void arch_vspace_init(void *root)
{
    (void)root;
}

void arch_tlb_flush_asid(uint64_t asid)
{
    (void)asid;
}

void arch_tlb_flush_page(uint64_t asid, uint64_t vaddr)
{
    (void)asid;
    (void)vaddr;
}

void arch_clean_memory(uint64_t paddr, uint64_t bytes)
{
    (void)paddr;
    (void)bytes;
}

enum outcome arch_invoke_machine(struct call *c)
{
    return refuse(c, FM_KERR_ILLEGAL_OPERATION);
}

bool debug_call(struct tcb *t, int64_t number);
bool debug_call(struct tcb *t, int64_t number)
{
    (void)t;
    (void)number;
    return false;
}

void host_boot(void)
{
    static bool mapped;
    if (!mapped) {
        void *p = mmap((void *)(uintptr_t)HOST_RAM, host_ram_bytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        if (p != (void *)(uintptr_t)HOST_RAM) {
            perror("mmap of the model's memory");
            abort();
        }
        mapped = true;
    }
    memset((void *)(uintptr_t)HOST_RAM, 0, host_ram_bytes);
    memset(&kernel, 0, sizeof kernel);
    kernel.irq_state[FM_IRQ_TIMER] = IRQ_TIMER;
    host_now = 1000000;
    host_irq_waiting = false;
    struct boot_args args = {HOST_RAM, HOST_RAM + 4096, HOST_RAM - 0x400000, 0x400000, 0, 0};
    if (host_fdt_bytes != 0) {
        args.fdt = HOST_RAM + 0x8000;
        args.fdt_bytes = host_fdt_bytes;
        memset((void *)(uintptr_t)args.fdt, 0x5a, host_fdt_bytes);
    }
    const struct boot_memory memory = {
        .ram = {HOST_RAM, HOST_RAM + host_ram_bytes},
        .device_top = HOST_RAM + 2 * host_ram_bytes,
    };
    boot_root_task(&args, &memory);
}

struct slot *host_root_slots(void)
{
    return cap_cnode_slots(kernel.current->slots[TCB_CSPACE].cap);
}
