/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/object/irq.h"

#include "kernel/api/call.h"
#include "kernel/arch/arch.h"
#include "kernel/object/cspace.h"
#include "kernel/object/delete.h"
#include "kernel/object/mdb.h"
#include "kernel/object/notification.h"

/* Delivered, an interrupt stays masked until its driver acknowledges it. */
HOT void irq_handle(uint64_t irq)
{
    KASSERT(irq <= FM_IRQ_MAX);
    if (kernel.irq_state[irq] == IRQ_TIMER) {
        kernel.set_timer = true;
        return;
    }
    arch_irq_mask(irq, true);
    if (kernel.irq_state[irq] == IRQ_SIGNAL) {
        struct cap c = kernel.irq_slot[irq].cap;
        if (cap_type(c) == CAP_NOTIFICATION && (cap_rights(c) & FM_RIGHT_WRITE) != 0) {
            notification_signal((struct notification *)cap_ptr(c), c.b);
        }
    }
}

void irq_release(uint64_t irq)
{
    slot_delete_simple(&kernel.irq_slot[irq]);
    arch_irq_mask(irq, true);
    kernel.irq_state[irq] = IRQ_INACTIVE;
}

enum outcome irq_control_invoke(struct call *c)
{
    bool triggered = c->label == FM_LABEL_IRQ_ISSUE_HANDLER_TRIGGER;
    if (!triggered && c->label != FM_LABEL_IRQ_ISSUE_HANDLER) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    if (call_lacks(c, triggered ? 4 : 3, 1)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    uint64_t irq = call_arg(c, 0);
    uint64_t edge = triggered ? call_arg(c, 1) : FM_IRQ_TRIGGER_LEVEL;
    uint64_t index = call_arg(c, triggered ? 2 : 1);
    uint64_t depth = call_arg(c, triggered ? 3 : 2);
    if (irq < FM_IRQ_MIN || irq > FM_IRQ_MAX) {
        return refuse_range(c, FM_IRQ_MIN, FM_IRQ_MAX);
    }
    if (kernel.irq_state[irq] != IRQ_INACTIVE) {
        return refuse(c, FM_KERR_REVOKE_FIRST);
    }
    struct slot *to = cspace_lookup_target(c, c->extra[0]->cap, index, depth, false);
    if (to == NULL) {
        return REFUSED;
    }
    if (!cap_is_null(to->cap)) {
        return refuse(c, FM_KERR_DELETE_FIRST);
    }
    if (triggered) {
        arch_irq_set_trigger(irq, edge == FM_IRQ_TRIGGER_EDGE);
    }
    kernel.irq_state[irq] = IRQ_SIGNAL;
    mdb_insert_copy(to, cap_make(CAP_IRQ_HANDLER, 0, 0, irq), c->slot);
    arch_irq_mask(irq, false);
    return DONE;
}

enum outcome irq_handler_invoke(struct call *c)
{
    uint64_t irq = c->slot->cap.b;
    switch (c->label) {
    case FM_LABEL_IRQ_ACK:
        arch_irq_acked(irq);
        return DONE;
    case FM_LABEL_IRQ_SET_NOTIFICATION: {
        if (call_lacks(c, 0, 1)) {
            return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
        }
        struct cap cap = c->extra[0]->cap;
        if (cap_type(cap) != CAP_NOTIFICATION || (cap_rights(cap) & FM_RIGHT_WRITE) == 0) {
            return refuse_capability(c, 0);
        }
        struct slot *from = c->extra[0];
        slot_delete_simple(&kernel.irq_slot[irq]);
        mdb_insert_copy(&kernel.irq_slot[irq], cap, from);
        return DONE;
    }
    case FM_LABEL_IRQ_CLEAR:
        slot_delete_simple(&kernel.irq_slot[irq]);
        return DONE;
    default:
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
}
