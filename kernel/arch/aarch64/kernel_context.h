/* SPDX-License-Identifier: Apache-2.0 */
/* The registers of a thread, aarch64. The offsets are used by trap.S. */
#ifndef FM_KERNEL_CONTEXT_H
#define FM_KERNEL_CONTEXT_H

#define CTX_SP 248
#define CTX_PC 256
#define CTX_SPSR 264
#define CTX_FAULT_PC 272
#define CTX_V 304

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

struct context {
    uint64_t r[32];    /* x0..x30, then sp */
    uint64_t pc;       /* where the thread goes on */
    uint64_t spsr;
    uint64_t fault_pc; /* where it starts again: the system call or faulting instruction */
    uint64_t tpidr;    /* of a thread that is not current */
    uint64_t tpidrro;
    uint64_t fpcr_fpsr;
    uint64_t v[64];
    bool fpu_used;     /* v, fpcr and fpsr mean something */
    uint8_t mode;      /* what a switch to or from the thread has to see to (machine.c) */
};
_Static_assert(__builtin_offsetof(struct context, v) == CTX_V, "trap.S and fpu.S rely on it");
#endif

#endif
