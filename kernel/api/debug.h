/* SPDX-License-Identifier: Apache-2.0 */
/* Debug system calls of the sel4test profile. */
#ifndef FM_KERNEL_DEBUG_H
#define FM_KERNEL_DEBUG_H

#include "kernel/object/objects.h"

/* False: not a debug call. */
bool debug_call(struct tcb *t, int64_t number);

#endif
