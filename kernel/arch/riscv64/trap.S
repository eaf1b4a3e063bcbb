/* SPDX-License-Identifier: Apache-2.0 */
/* First instruction, traps from user code, and the way back. In user mode sscratch holds the current
 * thread's context (the TCB starts with it), in the kernel zero: so a trap of the kernel's own, which only
 * a bug can make, is known as one before anything is stored. The kernel has one stack and no other state here. */
#include "kernel_context.h"
#include "kernel_machine.h"

    .section .boot.text, "ax"
    .globl _start
_start: /* a0..a5: what the loader says; MMU on, running at the linked address */
    la sp, kernel_stack_top
    la t0, bss_start
    la t1, bss_end
1:  bgeu t0, t1, 2f
    sd zero, 0(t0)
    addi t0, t0, 8
    j 1b
2:  csrw sscratch, zero
    la t0, trap_entry
    csrw stvec, t0
    la ra, after_boot
    tail boot_kernel

    .text
    .balign 64
    .globl trap_entry
trap_entry:
    csrrw t0, sscratch, t0
    beqz t0, kernel_trap
    sd ra, 8(t0)
    sd sp, 16(t0)
    sd gp, 24(t0)
    sd tp, 32(t0)
    sd t1, 48(t0)
    sd t2, 56(t0)
    sd s0, 64(t0)
    sd s1, 72(t0)
    sd a0, 80(t0)
    sd a1, 88(t0)
    sd a2, 96(t0)
    sd a3, 104(t0)
    sd a4, 112(t0)
    sd a5, 120(t0)
    sd a6, 128(t0)
    sd a7, 136(t0)
    sd s2, 144(t0)
    sd s3, 152(t0)
    sd s4, 160(t0)
    sd s5, 168(t0)
    sd s6, 176(t0)
    sd s7, 184(t0)
    sd s8, 192(t0)
    sd s9, 200(t0)
    sd s10, 208(t0)
    sd s11, 216(t0)
    sd t3, 224(t0)
    sd t4, 232(t0)
    sd t5, 240(t0)
    sd t6, 248(t0)
    csrrw t1, sscratch, zero
    sd t1, 40(t0)
    csrr t2, sepc
    sd t2, CTX_FAULT_PC(t0)
    la sp, kernel_stack_top
    csrr t3, scause
    li t4, 8
    bne t3, t4, 1f
    addi t2, t2, 4
    sd t2, CTX_PC(t0)
    mv a0, a7
    call entry_syscall
    j trap_return
1:  sd t2, CTX_PC(t0)
    bltz t3, 2f
    mv a0, t3
    csrr a1, stval
    call riscv_exception
    j trap_return
2:  call entry_interrupt
    j trap_return

after_boot: /* boot_kernel returns here, not into the boot part */
    call seal_boot_part
    .globl trap_return
trap_return:
    la t0, kernel
    ld t0, 0(t0) /* kernel.current */
    la t1, kernel_idle_thread
    ld t1, 0(t1)
    beq t0, t1, idle
    csrw sscratch, t0
    ld t1, CTX_PC(t0)
    csrw sepc, t1
    ld ra, 8(t0)
    ld sp, 16(t0)
    ld gp, 24(t0)
    ld tp, 32(t0)
    ld t1, 48(t0)
    ld t2, 56(t0)
    ld s0, 64(t0)
    ld s1, 72(t0)
    ld a0, 80(t0)
    ld a1, 88(t0)
    ld a2, 96(t0)
    ld a3, 104(t0)
    ld a4, 112(t0)
    ld a5, 120(t0)
    ld a6, 128(t0)
    ld a7, 136(t0)
    ld s2, 144(t0)
    ld s3, 152(t0)
    ld s4, 160(t0)
    ld s5, 168(t0)
    ld s6, 176(t0)
    ld s7, 184(t0)
    ld s8, 192(t0)
    ld s9, 200(t0)
    ld s10, 208(t0)
    ld s11, 216(t0)
    ld t3, 224(t0)
    ld t4, 232(t0)
    ld t5, 240(t0)
    ld t6, 248(t0)
    ld t0, 40(t0)
    sret

kernel_trap:
    la sp, kernel_stack_top
    csrr a0, scause
    csrr a1, stval
    csrr a2, sepc
    tail kernel_panic_trap

idle: /* nothing to run: sleep until an interrupt is pending (they are not taken here) */
    wfi
    call entry_interrupt
    j trap_return

    .bss
    .balign 4096
    .globl kernel_stack_bottom
kernel_stack_bottom:
    .space 8192
    .globl kernel_stack_top
kernel_stack_top:
