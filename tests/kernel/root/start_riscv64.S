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

/* What a hostile thread does: one page, mapped into its own address space. a0 is the target. */
    .section .attack, "ax"
    .balign 4096
    .globl attack_page, attack_load, attack_store, attack_jump, attack_call, attack_spin, attack_flood
    .globl attack_privileged, attack_counter
attack_page:
attack_load:
    ld a1, 0(a0)
    j attack_spin
attack_store:
    sd a0, 0(a0)
    j attack_spin
attack_jump:
    jr a0
attack_call: /* one system call with the registers as they are, then a fault that tells a0 */
    ecall
    ld a1, 0(zero)
attack_spin:
    j attack_spin
attack_flood: /* every capability pointer, for ever */
    mv s0, a7
1:  ecall
    addi s1, s1, 1
    mv a0, s1
    mv a7, s0
    j 1b
attack_privileged:
    csrr a0, satp
    j attack_spin
attack_counter:
    .word 0xc0002573 /* rdcycle a0 */
    j attack_spin
    .globl attack_time
attack_time:
    rdtime a0
    j attack_spin
    .balign 4096
