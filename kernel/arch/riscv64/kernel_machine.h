/* SPDX-License-Identifier: Apache-2.0 */
/* riscv64: memory layout, clock, page table entries. */
#ifndef FM_KERNEL_MACHINE_H
#define FM_KERNEL_MACHINE_H

#define RAM_WINDOW 0xffffffc000000000UL  /* physical address 0 */
#define KERNEL_IMAGE 0xffffffff80200000UL /* linked here */
#define KERNEL_OFFSET 0xffffffff00000000UL /* image address less physical address */
#define RAM_BASE 0x80200000UL              /* below it: firmware */
#define RAM_TOP (0x80000000UL + (RAM_MIB << 20))
#define DEVICE_TOP 0x8000000000UL

#ifndef __ASSEMBLER__
#include "kernel/object/objects.h"

#define PT_LEVELS 3u
#define ROOT_IS_TABLE true
#define ROOT_OBJECT FM_OBJ_COUNT /* no object type of its own */
#define HAS_SMC false

#define PTE_V 0x001u
#define PTE_R 0x002u
#define PTE_W 0x004u
#define PTE_X 0x008u
#define PTE_U 0x010u
#define PTE_G 0x020u
#define PTE_AD 0x0c0u

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
    __asm__ volatile("rdtime %0" : "=r"(t));
    return t;
}

/* bytes is a multiple of 64, or less than 64 and a multiple of 16. */
static inline void arch_zero(void *p, uint64_t bytes)
{
    uint64_t *w = (uint64_t *)p;
    uint64_t *end = w + bytes / 8;
    for (; end - w >= 8; w += 8) {
        w[0] = w[1] = w[2] = w[3] = w[4] = w[5] = w[6] = w[7] = 0;
    }
    for (; w < end; w++) {
        *w = 0;
    }
}

static inline bool pte_is_present(uint64_t pte)
{
    return (pte & PTE_V) != 0;
}

static inline bool pte_is_table(uint64_t pte, unsigned level)
{
    return level > 0 && (pte & (PTE_V | PTE_R | PTE_W | PTE_X)) == PTE_V;
}

static inline bool pte_is_page(uint64_t pte, unsigned level)
{
    (void)level;
    return (pte & PTE_V) != 0 && (pte & (PTE_R | PTE_W | PTE_X)) != 0;
}

static inline uint64_t pte_paddr(uint64_t pte)
{
    return ((pte >> 10) & 0xfffffffffffUL) << 12;
}

static inline uint64_t pte_table(uint64_t paddr)
{
    return paddr >> 12 << 10 | PTE_V;
}

/* A page that user code may not even read has no entry: riscv64 cannot express one. */
static inline uint64_t pte_page(uint64_t paddr, unsigned level, enum frame_rights rights,
                                uint64_t attributes, bool device)
{
    (void)level;
    (void)device;
    uint64_t flags = 0;
    if (rights == FRAME_KERNEL_ONLY) {
        return 0;
    }
    flags = PTE_R | (rights == FRAME_READ_WRITE ? PTE_W : 0) |
            ((attributes & FM_VM_EXECUTE_NEVER) == 0 ? PTE_X : 0);
    return paddr >> 12 << 10 | PTE_V | PTE_U | PTE_AD | flags;
}

static inline void pte_write(uint64_t *entry, uint64_t pte)
{
    *(volatile uint64_t *)entry = pte;
    __asm__ volatile("sfence.vma" ::: "memory");
}
#endif

#endif
