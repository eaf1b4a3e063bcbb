/* SPDX-License-Identifier: Apache-2.0 */
    .section .start, "ax"
    .globl _start
_start:
    la sp, root_stack_top
    tail root_main

    .text
/* sys(number, regs): regs = cptr, info, mr0..mr3, reply, dest; in and out */
    .globl sys
sys:
    addi sp, sp, -16
    sd a1, 0(sp)
    mv t1, a1
    mv a7, a0
    ld a0, 0(t1)
    ld a2, 16(t1)
    ld a3, 24(t1)
    ld a4, 32(t1)
    ld a5, 40(t1)
    ld a6, 48(t1)
    ld t0, 56(t1)
    ld a1, 8(t1)
    ecall
    ld t1, 0(sp)
    sd a0, 0(t1)
    sd a1, 8(t1)
    sd a2, 16(t1)
    sd a3, 24(t1)
    sd a4, 32(t1)
    sd a5, 40(t1)
    addi sp, sp, 16
    ret

    .globl thread_start
thread_start: /* a0 = struct thread */
    ld t0, 0(a0)
    ld a0, 8(a0)
    jalr t0
1:  j 1b

    .bss
    .balign 16384
    .globl root_stack
root_stack:
    .space 16384
root_stack_top:
