/* SPDX-License-Identifier: Apache-2.0 */
/* Queues of waiting threads, sorted by priority and, among equals, by arrival. */
#ifndef FM_KERNEL_QUEUE_H
#define FM_KERNEL_QUEUE_H

#include "kernel/object/objects.h"

static inline void queue_insert_sorted(struct queue *q, struct tcb *t)
{
    struct tcb *before = q->tail;
    while (before != NULL && before->prio < t->prio) {
        before = before->ep_prev;
    }
    struct tcb *after = before != NULL ? before->ep_next : q->head;
    t->ep_prev = before;
    t->ep_next = after;
    if (before != NULL) {
        before->ep_next = t;
    } else {
        q->head = t;
    }
    if (after != NULL) {
        after->ep_prev = t;
    } else {
        q->tail = t;
    }
}

static inline void queue_remove(struct queue *q, struct tcb *t)
{
    if (t->ep_prev != NULL) {
        t->ep_prev->ep_next = t->ep_next;
    } else {
        q->head = t->ep_next;
    }
    if (t->ep_next != NULL) {
        t->ep_next->ep_prev = t->ep_prev;
    } else {
        q->tail = t->ep_prev;
    }
    t->ep_prev = NULL;
    t->ep_next = NULL;
}

#endif
