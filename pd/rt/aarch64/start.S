/* SPDX-License-Identifier: Apache-2.0 */
/* First instruction of a domain: the root task has set the stack pointer. Frame pointer and return
 * address are cleared so that a backtrace ends here. */
    .section .text.start, "ax"
    .global _start
    .type _start, %function
_start:
    .cfi_startproc
    .cfi_undefined x30
    mov     x29, xzr
    mov     x30, xzr
    bl      fm_rt_main
    brk     #1
    .cfi_endproc
    .size _start, . - _start

/* bool fm_rt_copy_guarded(void *to, const void *from, size_t n): a leaf without a stack frame. When
 * it touches a window that was revoked, the root task continues it at fm_rt_landing. */
    .text
    .global fm_rt_copy_guarded, fm_rt_guard_start, fm_rt_guard_end, fm_rt_landing
    .type fm_rt_copy_guarded, %function
fm_rt_copy_guarded:
fm_rt_guard_start:
    cbz     x2, 2f
1:  ldrb    w3, [x1], #1
    strb    w3, [x0], #1
    subs    x2, x2, #1
    b.ne    1b
2:
fm_rt_guard_end:
    mov     w0, #1
    ret
fm_rt_landing:
    mov     w0, #0
    ret
    .size fm_rt_copy_guarded, . - fm_rt_copy_guarded
