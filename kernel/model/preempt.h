/* SPDX-License-Identifier: Apache-2.0 */
/* Long work looks for an interrupt, or the end of its budget, at these points. */
#ifndef FM_KERNEL_PREEMPT_H
#define FM_KERNEL_PREEMPT_H

#include "kernel/model/state.h"

#define PREEMPT_UNITS 100

/* Looks for a reason to stop; called by preempt_point and after large units of work. */
bool preempt_check(void);

/* True when the caller must stop where it is and return PREEMPTED. Call once for each small unit. */
static inline bool preempt_point(void)
{
    kernel.work++;
    return UNLIKELY(kernel.work >= PREEMPT_UNITS) && preempt_check();
}

#endif
