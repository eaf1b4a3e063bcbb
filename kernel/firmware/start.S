/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The firmware of a riscv64 machine (QEMU's virt), in place of OpenSBI: opens memory, hands every trap
 * that a kernel can handle to S-mode, lets S-mode program its own timer (Sstc), and leaves. It stays for
 * one thing: telling S-mode that there are no firmware calls.
 *
 * Why our own: OpenSBI 1.1 keeps illegal instructions and emulates the reading of the clock for user
 * code, whatever the kernel says in scounteren. Here such a read is an illegal instruction of the kernel's
 * user, so a domain without time has none.
 *
 * Entered in M-mode at the reset vector's behest: a0 = hart, a1 = device tree, a2 = QEMU's description of
 * the next stage: magic "OSBI", version, address.
 */
#define EXCEPTIONS 0xb1ff /* all but calls from S and M: 0-8, 12, 13, 15 */
#define INTERRUPTS 0x222  /* software, timer and external, of S-mode     */

    .section .text.start, "ax"
    .global _start
_start:
    csrr    t0, mhartid
    bnez    t0, park
    la      sp, firmware_stack_top
    la      t0, trap
    csrw    mtvec, t0
    csrw    mscratch, sp

    li      t0, -1                  /* one region, all of memory: read, write, execute */
    csrw    pmpaddr0, t0
    li      t0, 0x1f
    csrw    pmpcfg0, t0

    li      t0, EXCEPTIONS
    csrw    medeleg, t0
    li      t0, INTERRUPTS
    csrw    mideleg, t0
    csrw    mie, zero
    li      t0, 7                   /* S-mode reads cycle, time, instret; it decides for user code */
    csrw    mcounteren, t0
    csrw    scounteren, zero
    li      t0, 1
    slli    t0, t0, 63              /* menvcfg.STCE: stimecmp belongs to S-mode */
    csrw    0x30a, t0

    lwu     t0, 0(a2)
    li      t1, 0x4942534f
    bne     t0, t1, panic
    ld      t0, 16(a2)
    csrw    mepc, t0
    li      t0, 0x1800
    csrc    mstatus, t0
    li      t0, 0x0800              /* mret goes to S-mode, interrupts off */
    csrs    mstatus, t0
    csrw    satp, zero
    mret

park:
    wfi
    j       park

/* A call from S-mode is answered with "not supported"; anything else is the end. */
    .balign 4
trap:
    csrrw   sp, mscratch, sp
    addi    sp, sp, -16
    sd      t0, 0(sp)
    csrr    t0, mcause
    addi    t0, t0, -9
    bnez    t0, panic
    csrr    t0, mepc
    addi    t0, t0, 4
    csrw    mepc, t0
    ld      t0, 0(sp)
    addi    sp, sp, 16
    csrrw   sp, mscratch, sp
    li      a0, -2
    li      a1, 0
    mret

panic:
    la      t1, message
    li      t2, 0x10000000
1:  lbu     t0, 0(t1)
    beqz    t0, 2f
    sb      t0, 0(t2)
    addi    t1, t1, 1
    j       1b
2:  csrr    s0, mcause              /* for a debugger */
    csrr    s1, mepc
    csrr    s2, mtval
    j       park

message:
    .asciz  "\nfirmware: PANIC: a trap that nobody handles\n"
    .balign 8
    .space 256
firmware_stack_top:
