/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine-mode firmware of our riscv64 image (QEMU virt, one hart). It gives everything to
 * supervisor mode and then has no part in what happens: no SBI call, no emulation. In particular an
 * illegal rdtime of user code goes to the kernel, which is what makes "no time" mean it (OpenSBI
 * emulates the instruction whatever the kernel wants).
 */
#define UART 0x10000000
#define NEXT 0x80200000

    .section .text.start, "ax"
    .globl _start
_start: /* a0 = hart, a1 = device tree: passed on */
    la t0, unexpected
    csrw mtvec, t0

    /* This firmware's 128 KiB are nobody's; all else is free to supervisor and user mode. */
    li t0, (0x80000000 >> 2) | ((0x20000 >> 3) - 1)
    csrw pmpaddr0, t0
    li t0, -1
    csrw pmpaddr1, t0
    li t0, 0x1f18 /* entry 0: NAPOT, nothing; entry 1: NAPOT, read write execute */
    csrw pmpcfg0, t0

    li t0, 0xb1ff /* every exception but calls of supervisor mode */
    csrw medeleg, t0
    li t0, 0x222
    csrw mideleg, t0
    csrw mie, zero

    li t0, 7 /* cycle, time, instret: scounteren decides about user mode */
    csrw mcounteren, t0
    csrw scounteren, zero
    li t0, 1 << 63 /* stimecmp */
    csrw 0x30a, t0 /* menvcfg */

    la t0, banner
1:  lbu t1, 0(t0)
    beqz t1, 2f
    call put
    addi t0, t0, 1
    j 1b

2:  li t0, 0x1800
    csrc mstatus, t0
    li t0, 0x0800 /* back to supervisor mode */
    csrs mstatus, t0
    csrw satp, zero
    li t0, NEXT
    csrw mepc, t0
    mret

/* One character, t1. */
put:
    li t2, UART
3:  lbu t3, 5(t2)
    andi t3, t3, 0x20
    beqz t3, 3b
    sb t1, 0(t2)
    ret

    .balign 4
unexpected: /* nothing should come here */
    la t0, complaint
1:  lbu t1, 0(t0)
    beqz t1, 2f
    call put
    addi t0, t0, 1
    j 1b
2:  csrr s0, mcause
    csrr s1, mepc
    csrr s2, mtval
    wfi
    j 2b

banner:
    .asciz "firmware: supervisor mode has the machine\n"
complaint:
    .asciz "\nfirmware: unexpected trap to machine mode\n"
