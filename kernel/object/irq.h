/* SPDX-License-Identifier: Apache-2.0 */
/* Interrupts and the notifications that they signal. */
#ifndef FM_KERNEL_IRQ_H
#define FM_KERNEL_IRQ_H

#include "kernel/model/state.h"

/* The interrupt has come. */
void irq_handle(uint64_t irq);

/* The last handler capability is gone. */
void irq_release(uint64_t irq);

#endif
