/* SPDX-License-Identifier: Apache-2.0 */
/* The least loader for kernel tests: QEMU starts it at EL2; it moves the kernel to its place, drops to
 * EL1, maps the kernel and enters it with the six registers. */
    .section .shim, "ax"
    .globl _start
_start:
    mov x0, #(1 << 31)
    msr hcr_el2, x0
    mov x0, #3
    msr cnthctl_el2, x0
    msr cntvoff_el2, xzr
    mov x0, #0x33ff
    msr cptr_el2, x0
    msr vttbr_el2, xzr
    ldr x0, =0x30d00800
    msr sctlr_el1, x0
    mov x0, #0x3c5
    msr spsr_el2, x0
    adr x0, in_el1
    msr elr_el2, x0
    eret
in_el1:
    ldr x0, =kernel_blob
    ldr x1, =kernel_blob_end
    ldr x2, =0x40000000
1:  ldp x3, x4, [x0], #16
    stp x3, x4, [x2], #16
    cmp x0, x1
    b.lo 1b
    ldr x0, =top0
    ldr x1, =mid0
    orr x2, x1, #3
    str x2, [x0]
    ldr x2, =0x401 /* device block, gigabyte 0 */
    str x2, [x1]
    ldr x2, =0x40000705
    str x2, [x1, #8]
    ldr x2, =0x80000705
    str x2, [x1, #16]
    ldr x3, =top1
    ldr x4, =mid1
    ldr x5, =low1
    orr x6, x4, #3
    str x6, [x3, #(511 * 8)]
    orr x6, x5, #3
    str x6, [x4, #(511 * 8)]
    ldr x6, =0x40000705 /* 4 MiB, so that a real kernel fits too */
    str x6, [x5]
    ldr x6, =0x40200705
    str x6, [x5, #8]
    ldr x6, =0xff00
    msr mair_el1, x6
    ldr x6, =0x2b5103510
    msr tcr_el1, x6
    msr ttbr0_el1, x0
    msr ttbr1_el1, x3
    dsb sy
    isb
    tlbi vmalle1
    dsb sy
    ic iallu
    isb
    mrs x6, sctlr_el1
    mov x7, #0x1005
    orr x6, x6, x7
    msr sctlr_el1, x6
    isb
    ldr x0, word_start
    ldr x1, word_end
    ldr x2, word_offset
    ldr x3, word_entry
    mov x4, #0
    mov x5, #0
    ldr x6, =0xffffffffc0000000
    br x6

    .balign 8
word_start: .quad root_start
word_end: .quad root_end
word_offset: .quad root_start - ROOT_VADDR
word_entry: .quad ROOT_VADDR
    .ltorg

    .balign 4096
top0: .space 4096
mid0: .space 4096
top1: .space 4096
mid1: .space 4096
low1: .space 4096

    .section .kernel_image, "a"
    .balign 16
kernel_blob:
    .incbin KERNEL_BIN
    .balign 16
kernel_blob_end:
    .section .root_image, "a"
    .incbin ROOT_BIN
    .balign 4096
