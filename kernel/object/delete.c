/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/object/delete.h"

#include "kernel/arch/arch.h"
#include "kernel/model/preempt.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/irq.h"
#include "kernel/object/mdb.h"
#include "kernel/object/notification.h"
#include "kernel/object/reply.h"
#include "kernel/object/sched_context.h"
#include "kernel/object/tcb.h"

#define ZOMBIE_LEFT_BITS 27
#define ZOMBIE_THREAD 0x40u /* in the field: a TCB; else a CNode of the radix in bits 5..0 */

static struct cap zombie_make(struct cap object, struct slot *link, uint64_t left)
{
    uint64_t field = cap_type(object) == CAP_TCB      ? ZOMBIE_THREAD
                     : cap_type(object) == CAP_ZOMBIE ? cap_field(object)
                                                      : cap_cnode_radix(object);
    uint64_t address = cap_addr(object) & ~(uint64_t)0x3f;
    uint64_t b = ((uint64_t)(uintptr_t)link >> FM_BITS_SLOT) << ZOMBIE_LEFT_BITS | left;
    return cap_make(CAP_ZOMBIE, field, address, b);
}

struct slot *zombie_link(struct cap c)
{
    int64_t shifted = (int64_t)c.b >> ZOMBIE_LEFT_BITS;
    return (struct slot *)(uintptr_t)((uint64_t)shifted << FM_BITS_SLOT);
}

uint64_t zombie_left(struct cap c)
{
    return c.b & MASK(ZOMBIE_LEFT_BITS);
}

void *zombie_object(struct cap c)
{
    return cap_ptr(c);
}

uint64_t zombie_object_bytes(struct cap c)
{
    uint64_t field = cap_field(c);
    return (field & ZOMBIE_THREAD) != 0 ? BIT(FM_BITS_TCB) : BIT((field & 0x3f) + FM_BITS_SLOT);
}

struct slot *zombie_slots(struct cap c)
{
    if ((cap_field(c) & ZOMBIE_THREAD) != 0) {
        return ((struct tcb *)cap_ptr(c))->slots;
    }
    return (struct slot *)cap_ptr(c);
}

/* A zombie that lies in the memory of its own object. */
static bool lies_within_itself(const struct slot *s)
{
    uint64_t offset = (uint64_t)(uintptr_t)s - cap_addr(s->cap);
    return offset < zombie_object_bytes(s->cap);
}

/* What has to happen when a capability goes; final says that it is the last one to its object. */
static void finalise(struct cap c, bool final)
{
    if (cap_is_arch(c)) {
        arch_finalise(c, final);
        return;
    }
    if (!final) {
        return;
    }
    switch ((unsigned)cap_type(c)) {
    case CAP_ENDPOINT:
        endpoint_cancel_all((struct endpoint *)cap_ptr(c));
        break;
    case CAP_NOTIFICATION:
        notification_finalise((struct notification *)cap_ptr(c));
        break;
    case CAP_REPLY:
        reply_finalise((struct reply *)cap_ptr(c));
        break;
    case CAP_SCHED_CONTEXT:
        sched_context_finalise((struct sched_context *)cap_ptr(c));
        break;
    case CAP_IRQ_HANDLER:
        irq_release(c.b);
        break;
    default:
        break;
    }
}

void slot_delete_simple(struct slot *s)
{
    if (!cap_is_null(s->cap)) {
        finalise(s->cap, mdb_is_final(s));
        mdb_remove(s);
    }
}

static bool has_slots(struct cap c)
{
    return cap_type(c) == CAP_CNODE || cap_type(c) == CAP_TCB;
}

/* Turns the last capability to a CNode or TCB into a zombie, alone in its ring. */
static void make_zombie(struct slot *s)
{
    struct cap c = s->cap;
    uint64_t left = TCB_SLOTS;
    if (cap_type(c) == CAP_TCB) {
        tcb_finalise(cap_tcb(c));
    } else {
        left = BIT(cap_cnode_radix(c));
    }
    s->cap = zombie_make(c, s, left);
}

/* The head of the ring that a waiting zombie belongs to. */
static struct slot *ring_head(struct slot *s)
{
    struct slot *at = s;
    while (lies_within_itself(at)) {
        at = zombie_link(at->cap);
        if (at == s) {
            break;
        }
    }
    return at;
}

/* An emptied head: the next waiting zombie of the ring takes its place, if there is one. */
static struct slot *finish_head(struct slot *head)
{
    struct slot *waiting = zombie_link(head->cap);
    if (waiting == head) {
        mdb_remove(head);
        return NULL;
    }
    if (!lies_within_itself(head)) {
        struct cap c = waiting->cap;
        mdb_remove(head);
        mdb_move(head, c, waiting);
        return head;
    }
    /* The head's own memory goes away with it: the waiting zombie becomes the head where it is. */
    struct slot *oldest = waiting;
    while (zombie_link(oldest->cap) != head) {
        oldest = zombie_link(oldest->cap);
    }
    oldest->cap = zombie_make(oldest->cap, waiting, zombie_left(oldest->cap));
    mdb_remove(head);
    return waiting;
}

/* One bounded step on a head. Returns the head to go on with, NULL at the end. */
static struct slot *reduce(struct slot *head)
{
    uint64_t left = zombie_left(head->cap);
    if (left == 0) {
        return finish_head(head);
    }
    struct slot *last = &zombie_slots(head->cap)[left - 1];
    if (last == head || cap_is_null(last->cap)) {
        head->cap.b--; /* left is the low part of b and not 0 */
        return head;
    }
    if (cap_type(last->cap) != CAP_ZOMBIE) {
        bool final = mdb_is_final(last);
        if (!final || !has_slots(last->cap)) {
            finalise(last->cap, final);
            mdb_remove(last);
            head->cap.b--;
            return head;
        }
        make_zombie(last);
    }
    mdb_swap(head, head->cap, last, last->cap);
    return head;
}

enum outcome slot_delete(struct slot *s)
{
    if (cap_type(s->cap) != CAP_ZOMBIE) {
        if (cap_is_null(s->cap)) {
            return DONE;
        }
        bool final = mdb_is_final(s);
        if (!final || !has_slots(s->cap)) {
            finalise(s->cap, final);
            mdb_remove(s);
            return DONE;
        }
        make_zombie(s);
    }
    struct slot *head = ring_head(s);
    while (head != NULL) {
        head = reduce(head);
        if (head != NULL && preempt_point()) {
            return PREEMPTED;
        }
    }
    return DONE;
}

enum outcome slot_revoke(struct slot *s)
{
    while (mdb_has_children(s)) {
        if (slot_delete(s->next) != DONE) {
            return PREEMPTED;
        }
        if (mdb_has_children(s) && preempt_point()) {
            return PREEMPTED;
        }
    }
    return DONE;
}
