/* SPDX-License-Identifier: Apache-2.0 */
/* Entered in S-mode, MMU off: a0 = hart, a1 = device tree (not passed on). */
    .section .text.start, "ax"
    .global _start
_start:
    csrw    sie, zero
    la      sp, loader_stack_top
    mv      s0, zero
    call    loader_main
1:  wfi
    j       1b

/* loader_enter(start, end, offset, user_entry, kernel_entry) */
    .text
    .global loader_enter
loader_enter:
    mv      t0, a4
    la      t1, loader_table
    srli    t1, t1, 12
    li      t2, 8
    slli    t2, t2, 60              /* Sv39 */
    or      t1, t1, t2
    fence.i
    sfence.vma
    csrw    satp, t1
    sfence.vma
    mv      a4, zero
    mv      a5, zero
    jr      t0

    .bss
    .balign 16
    .skip 4096
loader_stack_top:
