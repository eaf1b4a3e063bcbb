/* SPDX-License-Identifier: Apache-2.0 */
/* First instruction, exception vectors, and the way back to user code. While user code runs, SP_EL1
 * points at the current thread's context (the TCB starts with it). */
#include "kernel_context.h"
#include "kernel_machine.h"

    .section .boot.text, "ax"
    .globl _start
_start: /* x0..x5: what the loader says; MMU on, EL1, running at the linked address */
    msr daifset, #15
    msr spsel, #1
    adrp x9, kernel_stack_top
    add x9, x9, :lo12:kernel_stack_top
    mov sp, x9
    adrp x9, bss_start
    add x9, x9, :lo12:bss_start
    adrp x10, bss_end
    add x10, x10, :lo12:bss_end
1:  cmp x9, x10
    b.hs 2f
    str xzr, [x9], #8
    b 1b
2:  adrp x9, vectors
    add x9, x9, :lo12:vectors
    msr vbar_el1, x9
    isb
    adrp x30, after_boot
    add x30, x30, :lo12:after_boot
    b boot_kernel

.macro save
    stp x0, x1, [sp, #0]
    stp x2, x3, [sp, #16]
    stp x4, x5, [sp, #32]
    stp x6, x7, [sp, #48]
    stp x8, x9, [sp, #64]
    stp x10, x11, [sp, #80]
    stp x12, x13, [sp, #96]
    stp x14, x15, [sp, #112]
    stp x16, x17, [sp, #128]
    stp x18, x19, [sp, #144]
    stp x20, x21, [sp, #160]
    stp x22, x23, [sp, #176]
    stp x24, x25, [sp, #192]
    stp x26, x27, [sp, #208]
    stp x28, x29, [sp, #224]
    mrs x8, sp_el0
    stp x30, x8, [sp, #240]
    mrs x9, elr_el1
    mrs x10, spsr_el1
    stp x9, x10, [sp, #CTX_PC]
.endm

.macro on_kernel_stack
    mov x11, sp
    adrp x12, kernel_stack_top
    mov sp, x12 /* page aligned */
.endm

    .text
    .balign 64
user_sync:
    save
    mrs x2, esr_el1
    lsr x3, x2, #26
    cmp x3, #0x15
    b.ne 1f
    sub x9, x9, #4
    str x9, [sp, #CTX_FAULT_PC]
    on_kernel_stack
    mov x0, x7
    bl entry_syscall
    b trap_return
1:  str x9, [sp, #CTX_FAULT_PC]
    on_kernel_stack
    mov x0, x2
    mrs x1, far_el1
    bl aarch64_exception
    b trap_return

user_irq:
    save
    str x9, [sp, #CTX_FAULT_PC]
    on_kernel_stack
    bl entry_interrupt
    b trap_return

after_boot: /* boot_kernel returns here, not into the boot part */
    bl seal_boot_part
    .globl trap_return
trap_return:
    adrp x1, kernel
    ldr x0, [x1, :lo12:kernel] /* kernel.current */
    mov sp, x0
    ldp x9, x10, [sp, #CTX_PC]
    msr elr_el1, x9
    msr spsr_el1, x10
    ldp x30, x8, [sp, #240]
    msr sp_el0, x8
    ldp x0, x1, [sp, #0]
    ldp x2, x3, [sp, #16]
    ldp x4, x5, [sp, #32]
    ldp x6, x7, [sp, #48]
    ldp x8, x9, [sp, #64]
    ldp x10, x11, [sp, #80]
    ldp x12, x13, [sp, #96]
    ldp x14, x15, [sp, #112]
    ldp x16, x17, [sp, #128]
    ldp x18, x19, [sp, #144]
    ldp x20, x21, [sp, #160]
    ldp x22, x23, [sp, #176]
    ldp x24, x25, [sp, #192]
    ldp x26, x27, [sp, #208]
    ldp x28, x29, [sp, #224]
    eret

    .globl idle_loop
idle_loop: /* the idle thread "returns" here, still at EL1: sleep until an interrupt is pending */
    adrp x12, kernel_stack_top
    mov sp, x12
    wfi
    bl entry_interrupt
    b trap_return

kernel_trap:
    mrs x0, esr_el1
    mrs x1, far_el1
    mrs x2, elr_el1
    adrp x12, kernel_stack_top
    mov sp, x12
    b kernel_panic_trap

.macro vector to
    .balign 128
    b \to
.endm

    .balign 2048
vectors:
    .rept 8 /* from the kernel itself */
    vector kernel_trap
    .endr
    vector user_sync
    vector user_irq
    vector kernel_trap
    vector kernel_trap
    .rept 4 /* AArch32 user code is not started */
    vector kernel_trap
    .endr

    .bss
    .balign 4096
    .globl kernel_stack_bottom
kernel_stack_bottom:
    .space 8192
    .globl kernel_stack_top
kernel_stack_top:
    .space 16
