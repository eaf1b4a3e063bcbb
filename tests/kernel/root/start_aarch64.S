/* SPDX-License-Identifier: Apache-2.0 */
    .section .start, "ax"
    .globl _start
_start:
    adrp x9, root_stack_top
    add x9, x9, :lo12:root_stack_top
    mov sp, x9
    b root_main

    .text
/* sys(number, regs): regs = cptr, info, mr0..mr3, reply, dest; in and out */
    .globl sys
sys:
    mov x9, x1
    mov x7, x0
    ldp x0, x1, [x9]
    ldp x2, x3, [x9, #16]
    ldp x4, x5, [x9, #32]
    ldp x6, x8, [x9, #48]
    svc #0
    stp x0, x1, [x9]
    stp x2, x3, [x9, #16]
    stp x4, x5, [x9, #32]
    ret

    .globl thread_start
thread_start: /* x0 = struct thread */
    ldp x1, x0, [x0]
    blr x1
1:  b 1b

    .bss
    .balign 16384
    .globl root_stack
root_stack:
    .space 16384
root_stack_top:

/* What a hostile thread does: one page, mapped into its own address space. x0 is the target. */
    .section .attack, "ax"
    .balign 4096
    .globl attack_page, attack_load, attack_store, attack_jump, attack_call, attack_spin, attack_flood
    .globl attack_privileged, attack_counter
attack_page:
attack_load:
    ldr x1, [x0]
    b attack_spin
attack_store:
    str x0, [x0]
    b attack_spin
attack_jump:
    br x0
attack_call: /* one system call with the registers as they are, then a fault that tells x0 */
    svc #0
    mov x9, #0
    ldr x1, [x9]
attack_spin:
    b attack_spin
attack_flood: /* every capability pointer, for ever */
    svc #0
    add x20, x20, #1
    mov x0, x20
    b attack_flood
attack_privileged:
    mrs x0, ttbr0_el1
    b attack_spin
attack_counter:
    mrs x0, pmccntr_el0
    b attack_spin
    .globl attack_time
attack_time:
    mrs x0, cntpct_el0
    b attack_spin
    .balign 4096
