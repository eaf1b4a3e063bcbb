/* SPDX-License-Identifier: Apache-2.0 */
/* First instruction of a domain: the root task has set the stack pointer. */
    .section .text.start, "ax"
    .global _start
    .type _start, %function
_start:
    .cfi_startproc
    .cfi_undefined ra
    .option push
    .option norelax
    la      gp, __global_pointer$
    .option pop
    mv      s0, zero
    mv      ra, zero
    call    fm_rt_main
    ebreak
    .cfi_endproc
    .size _start, . - _start

/* bool fm_rt_copy_guarded(void *to, const void *from, size_t n): a leaf without a stack frame. When
 * it touches a window that was revoked, the root task continues it at fm_rt_landing. */
    .text
    .global fm_rt_copy_guarded, fm_rt_guard_start, fm_rt_guard_end, fm_rt_landing
    .type fm_rt_copy_guarded, %function
fm_rt_copy_guarded:
fm_rt_guard_start:
    beqz    a2, 2f
1:  lbu     t0, 0(a1)
    sb      t0, 0(a0)
    addi    a0, a0, 1
    addi    a1, a1, 1
    addi    a2, a2, -1
    bnez    a2, 1b
2:
fm_rt_guard_end:
    li      a0, 1
    ret
fm_rt_landing:
    li      a0, 0
    ret
    .size fm_rt_copy_guarded, . - fm_rt_copy_guarded
