/* SPDX-License-Identifier: Apache-2.0 */
/* The host model of a machine: physical addresses are pointers into one arena, time is a variable. */
#ifndef FM_KERNEL_MACHINE_H
#define FM_KERNEL_MACHINE_H

#include <string.h>

#include "kernel/object/objects.h"

#define PT_LEVELS 3u
#define ROOT_IS_TABLE true
#define ROOT_OBJECT FM_OBJ_COUNT
#define HAS_SMC false

extern uint64_t host_now;

static inline void *arch_phys_to_ptr(uint64_t paddr)
{
    return (void *)(uintptr_t)paddr;
}

static inline uint64_t arch_ptr_to_phys(const void *p)
{
    return (uint64_t)(uintptr_t)p;
}

static inline uint64_t arch_time_now(void)
{
    return host_now;
}

static inline void arch_zero(void *p, uint64_t bytes)
{
    memset(p, 0, bytes);
}

#define PTE_V 0x001u
#define PTE_RWX 0x00eu

static inline bool pte_is_present(uint64_t pte)
{
    return (pte & PTE_V) != 0;
}

static inline bool pte_is_table(uint64_t pte, unsigned level)
{
    return level > 0 && (pte & (PTE_V | PTE_RWX)) == PTE_V;
}

static inline bool pte_is_page(uint64_t pte, unsigned level)
{
    (void)level;
    return (pte & PTE_V) != 0 && (pte & PTE_RWX) != 0;
}

static inline uint64_t pte_paddr(uint64_t pte)
{
    return pte >> 10 << 12;
}

static inline uint64_t pte_table(uint64_t paddr)
{
    return paddr >> 12 << 10 | PTE_V;
}

static inline uint64_t pte_page(uint64_t paddr, unsigned level, enum frame_rights rights,
                                uint64_t attributes, bool device)
{
    (void)level;
    (void)device;
    if (rights == FRAME_KERNEL_ONLY) {
        return 0;
    }
    return paddr >> 12 << 10 | PTE_V | 2 | (rights == FRAME_READ_WRITE ? 4u : 0u) |
           ((attributes & FM_VM_EXECUTE_NEVER) == 0 ? 8u : 0u);
}

static inline void pte_write(uint64_t *entry, uint64_t pte)
{
    *entry = pte;
}

#endif
