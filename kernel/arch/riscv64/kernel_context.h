/* SPDX-License-Identifier: Apache-2.0 */
/* The registers of a thread, riscv64. The offsets are used by trap.S. */
#ifndef FM_KERNEL_CONTEXT_H
#define FM_KERNEL_CONTEXT_H

#define CTX_PC 256
#define CTX_FAULT_PC 264
#define CTX_F 272

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

struct context {
    uint64_t r[32];    /* r[0] is not a register */
    uint64_t pc;       /* where the thread goes on */
    uint64_t fault_pc; /* where it starts again: the system call or faulting instruction */
    uint64_t f[32];
    uint64_t fcsr;
    bool fpu_used;     /* f and fcsr mean something: saved and restored at switches */
};
#endif

#endif
