/* SPDX-License-Identifier: Apache-2.0 */
/* The ways into the kernel. The trap code has saved the registers of kernel.current; after each of
 * these it restores those of kernel.current, which may be another thread, or idles. */
#ifndef FM_KERNEL_ENTRY_H
#define FM_KERNEL_ENTRY_H

#include "kernel/types.h"

void entry_syscall(int64_t number);

/* The current thread's fault record is filled in. */
void entry_fault(void);

/* An interrupt is pending. */
void entry_interrupt(void);

/* The fast path of Call and ReplyRecv: true if it has done everything. */
bool fast_call(void);
bool fast_reply_recv(void);

#endif
