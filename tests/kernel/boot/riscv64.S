/* SPDX-License-Identifier: Apache-2.0 */
/* The least loader for kernel tests: OpenSBI starts it in S-mode; it moves the
 * kernel to its place, maps it and enters it with the six registers. */
    .section .first, "ax"
    .globl _start
_start: /* OpenSBI always enters at 0x80200000, which is the kernel's place */
    li t0, 0x90000000
    jr t0

    .section .shim, "ax"
    la t0, kernel_blob
    la t1, kernel_blob_end
    li t2, 0x80200000
1:  ld t3, 0(t0)
    sd t3, 0(t2)
    addi t0, t0, 8
    addi t2, t2, 8
    bltu t0, t1, 1b
    fence.i
    la t0, root_table
    la t1, image_table
    /* identity: gigabytes 0..3 */
    li t2, 0
    li t3, 0xcf
1:  slli t4, t2, 28
    or t4, t4, t3
    slli t5, t2, 3
    add t5, t5, t0
    sd t4, 0(t5)
    addi t2, t2, 1
    li t4, 4
    bne t2, t4, 1b
    /* 0xffffffff80200000 -> 0x80200000, 2 MiB */
    srli t4, t1, 12
    slli t4, t4, 10
    ori t4, t4, 1
    li t5, 510 * 8
    add t5, t5, t0
    sd t4, 0(t5)
    li t4, 0x80200000 >> 2
    ori t4, t4, 0xcf
    sd t4, 8(t1)
    srli t0, t0, 12
    li t1, 8 << 60
    or t0, t0, t1
    csrw satp, t0
    sfence.vma
    ld a0, word_start
    ld a1, word_end
    ld a2, word_offset
    ld a3, word_entry
    li a4, 0
    li a5, 0
    li t0, 0xffffffff80200000
    jr t0

    .balign 8
word_start: .quad root_start
word_end: .quad root_end
word_offset: .quad root_start - ROOT_VADDR
word_entry: .quad ROOT_VADDR

    .balign 4096
root_table: .space 4096
image_table: .space 4096

    .section .kernel_image, "a"
kernel_blob:
    .incbin KERNEL_BIN
    .balign 8
kernel_blob_end:
    .section .root_image, "a"
    .incbin ROOT_BIN
    .balign 4096
