/* SPDX-License-Identifier: Apache-2.0 */
/* aarch64: memory layout, clock, page table entries. */
#ifndef FM_KERNEL_MACHINE_H
#define FM_KERNEL_MACHINE_H

#define RAM_WINDOW 0xffffff8000000000UL    /* physical address 0 */
#define KERNEL_OFFSET 0xffffffff80000000UL /* image address less physical address */
#define RAM_BASE 0x40000000UL
#define RAM_TOP (RAM_BASE + (RAM_MIB << 20))
#define DEVICE_TOP 0x10000000000UL

#ifndef __ASSEMBLER__
#include "kernel/object/objects.h"

#define PT_LEVELS 4u
#define ROOT_IS_TABLE false
#define ROOT_OBJECT FM_OBJ_VSPACE
#define HAS_SMC FM_MACHINE_SMC

#ifdef FM_ABI_SMC
#define FM_MACHINE_SMC true
#else
#define FM_MACHINE_SMC false
#endif

#define PTE_VALID 1u
#define PTE_TABLE 2u /* a table above level 0, a page at level 0 */
#define PTE_ATTR_DEVICE (0u << 2)
#define PTE_ATTR_NORMAL (1u << 2)
#define PTE_ATTR_UNCACHED (2u << 2)
#define PTE_USER (1u << 6)
#define PTE_READ_ONLY (1u << 7)
#define PTE_INNER_SHARED (3u << 8)
#define PTE_ACCESSED (1u << 10)
#define PTE_NOT_GLOBAL (1u << 11)
#define PTE_PXN (1UL << 53)
#define PTE_UXN (1UL << 54)

static inline void *arch_phys_to_ptr(uint64_t paddr)
{
    return (void *)(paddr + RAM_WINDOW);
}

static inline uint64_t arch_ptr_to_phys(const void *p)
{
    return (uint64_t)(uintptr_t)p - RAM_WINDOW;
}

static inline uint64_t arch_time_now(void)
{
    uint64_t t;
    __asm__ volatile("isb\n mrs %0, cntvct_el0" : "=r"(t));
    return t;
}

/* bytes is a multiple of 64, or less than 64 and a multiple of 16. */
static inline void arch_zero(void *p, uint64_t bytes)
{
    uint64_t at = (uint64_t)(uintptr_t)p;
    uint64_t end = at + bytes;
    for (; end - at >= 64; at += 64) {
        __asm__ volatile("dc zva, %0" : : "r"(at) : "memory");
    }
    for (; at < end; at += 8) {
        *(uint64_t *)(uintptr_t)at = 0;
    }
}

static inline bool pte_is_present(uint64_t pte)
{
    return (pte & PTE_VALID) != 0;
}

static inline bool pte_is_table(uint64_t pte, unsigned level)
{
    return level > 0 && (pte & 3) == (PTE_VALID | PTE_TABLE);
}

static inline bool pte_is_page(uint64_t pte, unsigned level)
{
    return (pte & 3) == (level == 0 ? PTE_VALID | PTE_TABLE : PTE_VALID);
}

static inline uint64_t pte_paddr(uint64_t pte)
{
    return pte & 0x0000fffffffff000UL;
}

static inline uint64_t pte_table(uint64_t paddr)
{
    return paddr | PTE_VALID | PTE_TABLE;
}

static inline uint64_t pte_page(uint64_t paddr, unsigned level, enum frame_rights rights,
                                uint64_t attributes, bool device)
{
    uint64_t pte = paddr | PTE_VALID | (level == 0 ? PTE_TABLE : 0) | PTE_ACCESSED |
                   PTE_NOT_GLOBAL | PTE_INNER_SHARED | PTE_PXN;
    pte |= device                                     ? PTE_ATTR_DEVICE
           : (attributes & FM_VM_CACHEABLE) != 0 ? PTE_ATTR_NORMAL
                                                      : PTE_ATTR_UNCACHED;
    pte |= rights == FRAME_KERNEL_ONLY ? 0 : PTE_USER;
    pte |= rights == FRAME_READ_WRITE ? 0 : PTE_READ_ONLY;
    pte |= (attributes & FM_VM_EXECUTE_NEVER) != 0 || device ? PTE_UXN : 0;
    return pte;
}

static inline void pte_write(uint64_t *entry, uint64_t pte)
{
    *(volatile uint64_t *)entry = pte;
    __asm__ volatile("dsb ishst\n isb" ::: "memory");
}
#endif

#endif
