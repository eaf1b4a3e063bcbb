/* SPDX-License-Identifier: Apache-2.0 */
/* The one place where a domain traps into the kernel: eight registers in, six out. */
#ifndef FM_RT_SYSCALL_H
#define FM_RT_SYSCALL_H

#include <sel4/sel4.h>

struct fm_trap {
    uint64_t cptr; /* in: capability pointer, out: badge */
    uint64_t info;
    uint64_t mr[FM_NUM_MR_REGS];
    uint64_t reply;
    uint64_t dest; /* NBSendRecv only */
};

#if defined(__aarch64__)
static inline __attribute__((always_inline)) void fm_trap(int64_t number, struct fm_trap *t)
{
    register uint64_t x0 __asm__("x0") = t->cptr;
    register uint64_t x1 __asm__("x1") = t->info;
    register uint64_t x2 __asm__("x2") = t->mr[0];
    register uint64_t x3 __asm__("x3") = t->mr[1];
    register uint64_t x4 __asm__("x4") = t->mr[2];
    register uint64_t x5 __asm__("x5") = t->mr[3];
    register uint64_t x6 __asm__("x6") = t->reply;
    register uint64_t x7 __asm__("x7") = (uint64_t)number;
    register uint64_t x8 __asm__("x8") = t->dest;

    __asm__ volatile("svc #0"
                     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5)
                     : "r"(x6), "r"(x7), "r"(x8)
                     : "memory");
    t->cptr = x0;
    t->info = x1;
    t->mr[0] = x2;
    t->mr[1] = x3;
    t->mr[2] = x4;
    t->mr[3] = x5;
}
#elif defined(__riscv)
static inline __attribute__((always_inline)) void fm_trap(int64_t number, struct fm_trap *t)
{
    register uint64_t a0 __asm__("a0") = t->cptr;
    register uint64_t a1 __asm__("a1") = t->info;
    register uint64_t a2 __asm__("a2") = t->mr[0];
    register uint64_t a3 __asm__("a3") = t->mr[1];
    register uint64_t a4 __asm__("a4") = t->mr[2];
    register uint64_t a5 __asm__("a5") = t->mr[3];
    register uint64_t a6 __asm__("a6") = t->reply;
    register uint64_t a7 __asm__("a7") = (uint64_t)number;
    register uint64_t t0 __asm__("t0") = t->dest;

    __asm__ volatile("ecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5)
                     : "r"(a6), "r"(a7), "r"(t0)
                     : "memory");
    t->cptr = a0;
    t->info = a1;
    t->mr[0] = a2;
    t->mr[1] = a3;
    t->mr[2] = a4;
    t->mr[3] = a5;
}
#endif

#endif
