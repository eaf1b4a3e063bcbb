/* SPDX-License-Identifier: Apache-2.0 */
/* The host model: a kernel in a process, driven by calling its entries. */
#ifndef FM_TESTS_KERNEL_MACHINE_H
#define FM_TESTS_KERNEL_MACHINE_H

#include "kernel/model/state.h"

#define HOST_RAM 0x10000000UL

extern uint64_t host_ram_bytes; /* 4 MiB, unless it is set before the first boot */
extern uint64_t host_now;      /* the clock */
extern uint64_t host_deadline; /* what the timer was set to */
extern bool host_irq_waiting;  /* an interrupt line is up */
extern uint64_t host_irq;      /* which one; 0 = timer */

extern uint64_t host_fdt_bytes; /* of a device tree that the loader passes; 0 = none */

/* A fresh machine with a fresh kernel; kernel.current is the root task. */
void host_boot(void);

/* The root CNode's slots, while the root task is current. */
struct slot *host_root_slots(void);

/* Stops the process with the reason if the kernel's state is not consistent. slots: how many slots of
 * the root CNode are in use at most. */
void host_check(struct slot *root, unsigned slots);

#endif
