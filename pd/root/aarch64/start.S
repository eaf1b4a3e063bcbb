/* SPDX-License-Identifier: Apache-2.0 */
/* First instruction of the root task: x0 = boot information; the stack is ours to set. */
    .section .text.start, "ax"
    .global _start
    .type _start, %function
_start:
    .cfi_startproc
    .cfi_undefined x30
    adrp    x1, root_stack_top
    add     x1, x1, :lo12:root_stack_top
    mov     sp, x1
    mov     x29, xzr
    mov     x30, xzr
    bl      root_main
    brk     #1
    .cfi_endproc
    .size _start, . - _start

    .bss
    .balign 16
    .skip 16384
root_stack_top:
