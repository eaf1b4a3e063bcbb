/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this machine share. */
#ifndef FM_KERNEL_AARCH64_MACHINE_H
#define FM_KERNEL_AARCH64_MACHINE_H

#include "kernel/model/state.h"

#define GICD_BASE 0x08000000UL
#define GICC_BASE 0x08010000UL
#define UART_BASE 0x09000000UL

#define SPSR_USER 0x140u      /* EL0t; FIQ and SError masked */
#define SPSR_KERNEL 0x3c5u    /* EL1h, everything masked: the idle thread */
#define SPSR_FLAGS 0xf0000000u

void aarch64_fpu_save(struct context *c);
void aarch64_fpu_load(struct context *c);
void aarch64_exception(uint64_t esr, uint64_t far);
_Noreturn void kernel_panic_trap(uint64_t cause, uint64_t value, uint64_t pc);

void idle_loop(void);
void gic_init(void);
void machine_init(uint64_t kernel_ttbr0);

#endif
