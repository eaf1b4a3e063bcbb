/* SPDX-License-Identifier: Apache-2.0 */
/* What the portable part asks of the machine. Host tests supply a model of it. */
#ifndef FM_KERNEL_ARCH_H
#define FM_KERNEL_ARCH_H

#include "kernel/api/call.h"
#include "kernel/model/state.h"

#include <kernel_machine.h> /* arch_time_now, arch_phys_to_ptr, arch_ptr_to_phys, ... inline */

/* Interrupts. irq numbers are those of abi.def. */
bool arch_irq_pending(void);
void arch_irq_mask(uint64_t irq, bool masked);
void arch_irq_set_trigger(uint64_t irq, bool edge);
void arch_irq_acked(uint64_t irq); /* the driver is done: deliver again */
void arch_timer_set(uint64_t deadline);

/* Threads */
void arch_tcb_init(struct tcb *t);             /* registers of a new thread */
void arch_switch_to(struct tcb *t);            /* address space, FPU, counters */
void arch_switch_to_idle(void);
void arch_fpu_forget(struct tcb *t);           /* the thread is going away */
void arch_fpu_save(struct tcb *t);             /* registers to memory, for readers */
void arch_set_tls(struct tcb *t, uint64_t base);
void arch_flags_changed(struct tcb *t);
uint64_t arch_user_get(const struct tcb *t, unsigned index); /* FM_UCTX_* */
void arch_user_set(struct tcb *t, unsigned index, uint64_t value);
unsigned arch_fault_message(const struct tcb *t, uint64_t *words);         /* returns length */
void arch_fault_reply(struct tcb *t, const uint64_t *words, unsigned count);

/* The interrupt to serve now, taken from the controller; false if there is none. */
bool arch_irq_get(uint64_t *irq);
void arch_irq_done(uint64_t irq);

/* Memory: the page tables themselves are portable (object/vspace.c). */
void arch_vspace_dead(const void *root);       /* never run on this root table again */
void arch_vspace_init(void *root);             /* the kernel's part of a new root table */
void arch_tlb_flush_asid(uint64_t asid);
void arch_tlb_flush_page(uint64_t asid, uint64_t vaddr);
void arch_clean_memory(uint64_t paddr, uint64_t bytes); /* new frame: zeroes are in memory */

/* Labels that only the machine has: cache maintenance, SMC. */
enum outcome arch_invoke_machine(struct call *c);

/* What the rest of the kernel asks of object/vspace.c. */
enum outcome arch_invoke(struct call *c);
bool arch_same_region(struct cap a, struct cap b);
bool arch_derive(struct cap *c);                /* false: IllegalOperation */
void arch_finalise(struct cap c, bool final);
bool arch_is_vspace_root(struct cap c);         /* may be a thread's address space */
unsigned arch_object_bits(uint64_t type);
struct cap arch_create(uint64_t type, uint64_t paddr, bool device);

#endif
