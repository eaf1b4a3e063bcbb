/* SPDX-License-Identifier: Apache-2.0 */
/* Entered at EL2 (QEMU with virtualization=on) or EL1, MMU off; drops to EL1. */
    .section .text.start, "ax"
    .global _start
_start:
    mrs     x0, CurrentEL
    cmp     x0, #0x8
    b.ne    1f
    mov     x0, #(1 << 31)          /* EL1 is AArch64, nothing is trapped */
    msr     hcr_el2, x0
    mov     x0, #3                  /* EL1 may use the physical counter and timer */
    msr     cnthctl_el2, x0
    msr     cntvoff_el2, xzr
    mov     x0, #0x33ff
    msr     cptr_el2, x0
    msr     hstr_el2, xzr
    msr     vttbr_el2, xzr
    mrs     x0, midr_el1
    msr     vpidr_el2, x0
    mrs     x0, mpidr_el1
    msr     vmpidr_el2, x0
    ldr     x0, =0x30d00800         /* EL1: MMU and caches off */
    msr     sctlr_el1, x0
    mov     x0, #0x3c5              /* EL1h, interrupts masked */
    msr     spsr_el2, x0
    adr     x0, 1f
    msr     elr_el2, x0
    eret
1:  adrp    x0, loader_stack_top
    add     x0, x0, :lo12:loader_stack_top
    mov     sp, x0
    mov     x29, xzr
    mov     x30, xzr
    bl      loader_main
2:  wfi
    b       2b

/* loader_enter(start, end, offset, user_entry, kernel_entry) */
    .text
    .global loader_enter
loader_enter:
    mov     x9, x4
    ldr     x10, =0xaaff440c0400    /* device nGnRnE, nGnRE, GRE; normal uncached, write-back, write-through */
    msr     mair_el1, x10
    /* 48-bit halves, 4 KiB pages, write-back inner shareable, 40-bit physical, 16-bit ASID */
    ldr     x10, =0x12b5103510
    msr     tcr_el1, x10
    adrp    x10, loader_low
    add     x10, x10, :lo12:loader_low
    msr     ttbr0_el1, x10
    adrp    x10, loader_high
    add     x10, x10, :lo12:loader_high
    msr     ttbr1_el1, x10
    msr     tpidr_el1, xzr
    dsb     sy
    ic      iallu
    tlbi    vmalle1
    dsb     sy
    isb
    mrs     x10, sctlr_el1
    mov     x11, #0x1005            /* MMU, data cache, instruction cache */
    orr     x10, x10, x11
    msr     sctlr_el1, x10
    isb
    mov     x4, xzr
    mov     x5, xzr
    br      x9

    .bss
    .balign 16
    .skip 4096
loader_stack_top:
