/* SPDX-License-Identifier: Apache-2.0 */
/* aarch64: the interrupt controller (GICv2) and the virtual timer, which is the kernel's. */
#include "kernel/arch/aarch64/machine.h"
#include "kernel/arch/arch.h"

static volatile uint32_t *gicd(uint64_t offset)
{
    return (volatile uint32_t *)arch_phys_to_ptr(GICD_BASE + offset);
}

static volatile uint32_t *gicc(uint64_t offset)
{
    return (volatile uint32_t *)arch_phys_to_ptr(GICC_BASE + offset);
}

#define GICD_CTLR 0x000
#define GICD_ISENABLER 0x100
#define GICD_ICENABLER 0x180
#define GICD_ICPENDR 0x280
#define GICD_IPRIORITYR 0x400
#define GICD_ITARGETSR 0x800
#define GICD_ICFGR 0xc00
#define GICC_CTLR 0x00
#define GICC_PMR 0x04
#define GICC_IAR 0x0c
#define GICC_EOIR 0x10
#define SPURIOUS 1020u

bool arch_irq_pending(void)
{
    uint64_t isr;
    __asm__ volatile("mrs %0, isr_el1" : "=r"(isr));
    return (isr & 0x80) != 0;
}

void arch_irq_mask(uint64_t irq, bool masked)
{
    *gicd((masked ? GICD_ICENABLER : GICD_ISENABLER) + irq / 32 * 4) = 1u << (irq % 32);
}

void arch_irq_set_trigger(uint64_t irq, bool edge)
{
    volatile uint32_t *word = gicd(GICD_ICFGR + irq / 16 * 4);
    uint32_t bit = 2u << (irq % 16 * 2);
    if (irq >= 32) {
        *word = edge ? *word | bit : *word & ~bit;
    }
}

void arch_irq_acked(uint64_t irq)
{
    arch_irq_mask(irq, false);
}

bool arch_irq_get(uint64_t *irq)
{
    uint32_t id = *gicc(GICC_IAR) & 0x3ff;
    if (id > FM_IRQ_MAX) {
        if (id < SPURIOUS) {
            *gicc(GICC_EOIR) = id;
        }
        return false;
    }
    *irq = id;
    return true;
}

void arch_irq_done(uint64_t irq)
{
    *gicc(GICC_EOIR) = (uint32_t)irq;
}

void arch_timer_set(uint64_t deadline)
{
    __asm__ volatile("msr cntv_cval_el0, %0\n isb" : : "r"(deadline));
}

BOOT_CODE void gic_init(void)
{
    *gicd(GICD_CTLR) = 0;
    for (uint64_t i = 0; i <= FM_IRQ_MAX / 32; i++) {
        *gicd(GICD_ICENABLER + i * 4) = ~0u;
        *gicd(GICD_ICPENDR + i * 4) = ~0u;
    }
    for (uint64_t i = 0; i <= FM_IRQ_MAX / 4; i++) {
        *gicd(GICD_IPRIORITYR + i * 4) = 0x80808080u;
        if (i >= 8) {
            *gicd(GICD_ITARGETSR + i * 4) = 0x01010101u;
        }
    }
    *gicd(GICD_CTLR) = 1;
    *gicc(GICC_PMR) = 0xf0;
    *gicc(GICC_CTLR) = 1;
    kernel.irq_state[FM_IRQ_TIMER] = IRQ_TIMER;
    __asm__ volatile("msr cntv_cval_el0, %0\n msr cntv_ctl_el0, %1\n isb"
                     :
                     : "r"(~0UL >> 1), "r"(1UL));
    arch_irq_mask(FM_IRQ_TIMER, false);
}
