/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this machine share. */
#ifndef FM_KERNEL_RISCV64_MACHINE_H
#define FM_KERNEL_RISCV64_MACHINE_H

#include "kernel/model/state.h"

#define PLIC_BASE 0x0c000000UL
#define PLIC_CONTEXT_ENABLE 0x2000UL
#define UART_BASE 0x10000000UL

#define SIP_TIMER 0x20u
#define SIP_EXTERNAL 0x200u
#define SSTATUS_SPP 0x100UL
#define SSTATUS_SPIE 0x20UL
#define CAUSE_ILLEGAL 2u
#define SATP_SV39 (8UL << 60)
#ifdef FM_KERNEL_BENCH
#define RISCV_COUNTERS 7UL /* cycle, time, instret */
#else
#define RISCV_COUNTERS 2UL /* time */
#endif

void riscv_fpu_save(struct context *c);
void riscv_fpu_load(struct context *c);
void riscv_exception(uint64_t cause, uint64_t value);
_Noreturn void kernel_panic_trap(uint64_t cause, uint64_t value, uint64_t pc);

void machine_init_interrupts(void);
void machine_set_kernel_satp(uint64_t satp);

#endif
