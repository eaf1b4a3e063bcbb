/* SPDX-License-Identifier: Apache-2.0 */
/* Notifications: a word of bits that threads wait for. */
#ifndef FM_KERNEL_NOTIFICATION_H
#define FM_KERNEL_NOTIFICATION_H

#include "kernel/object/objects.h"

/* ORs badge in, or wakes one waiter or the bound thread with it. */
void notification_signal(struct notification *n, uint64_t badge);

/* t waits for the notification (or, not blocking, looks at it). */
void notification_receive(struct notification *n, struct tcb *t, bool blocking);

/* The pending bits of an active notification go to t. */
void notification_take(struct notification *n, struct tcb *t);

/* If t runs on the context that n lends, n has it back. */
void notification_return_sc(struct notification *n, struct tcb *t);

/* t no longer waits. */
void notification_leave(struct notification *n, struct tcb *t);

void notification_bind(struct notification *n, struct tcb *t);
void notification_unbind(struct notification *n);
void notification_finalise(struct notification *n);

#endif
