/* SPDX-License-Identifier: Apache-2.0 */
/* First instruction of the root task: a0 = boot information; the stack is ours to set. */
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
    la      sp, root_stack_top
    mv      s0, zero
    mv      ra, zero
    call    root_main
    ebreak
    .cfi_endproc
    .size _start, . - _start

    .bss
    .balign 16
    .skip 16384
root_stack_top:
