/* SPDX-License-Identifier: Apache-2.0 */
/* The few things in which the two machines differ for a domain and for root. The compiler chooses. */
#ifndef FM_RT_MACHINE_H
#define FM_RT_MACHINE_H

#include <sel4/sel4.h>
#include <stdbool.h>

#if defined(__aarch64__)

#define FM_MACHINE_VM_DEVICE FM_VM_PARITY
#define FM_MACHINE_OBJ_VSPACE FM_OBJ_VSPACE
#define FM_MACHINE_ENTRY_WORDS 2 /* pc and sp come first in a register write */

static inline bool fm_machine_is_write(uint64_t fsr)
{
    return (fsr >> 6 & 1U) != 0U;
}

/* The class of a user exception, from the syndrome register. */
static inline const char *fm_machine_exception(uint64_t number)
{
    switch (number >> 26 & 0x3fU) {
    case 0x00:
        return "unknown instruction";
    case 0x07:
        return "floating point is closed to it";
    case 0x18:
        return "system register is closed to it";
    case 0x3c:
        return "trap instruction";
    default:
        return "exception";
    }
}

static inline seL4_Error fm_machine_unify(seL4_CPtr frame, seL4_Word bytes)
{
    return fm_page_unify(frame, bytes);
}

/* Orders accesses to memory and to devices, both before and after. */
static inline void fm_machine_io_barrier(void)
{
    __asm__ volatile("dmb sy" ::: "memory");
}

#elif defined(__riscv)

#define FM_MACHINE_VM_DEVICE FM_VM_DEFAULT
#define FM_MACHINE_OBJ_VSPACE FM_OBJ_PAGE_TABLE
#define FM_MACHINE_ENTRY_WORDS 3 /* pc, ra, sp */

static inline bool fm_machine_is_write(uint64_t fsr)
{
    return fsr == 15U || fsr == 7U;
}

/* The class of a user exception, from scause. */
static inline const char *fm_machine_exception(uint64_t number)
{
    switch (number) {
    case 2:
        return "illegal instruction";
    case 3:
        return "trap instruction";
    default:
        return "exception";
    }
}

static inline seL4_Error fm_machine_unify(seL4_CPtr frame, seL4_Word bytes)
{
    (void)frame;
    (void)bytes;
    __asm__ volatile("fence.i" ::: "memory");
    return seL4_NoError;
}

static inline void fm_machine_io_barrier(void)
{
    __asm__ volatile("fence iorw, iorw" ::: "memory");
}

#endif

#endif
