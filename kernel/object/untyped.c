/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Untyped memory and Retype. The capability's word b is the watermark: how many bytes from the start
 * are given away. When the last child is gone the next Retype starts over, after zeroing what had
 * been used; objects are therefore always made in zeroed memory.
 */
#include "kernel/api/call.h"
#include "kernel/arch/arch.h"
#include "kernel/model/preempt.h"
#include "kernel/object/cspace.h"
#include "kernel/object/mdb.h"
#include "kernel/object/tcb.h"

#define RESET_CHUNK 256u

struct retype {
    uint64_t type;
    unsigned size_bits; /* the user's argument */
    unsigned bits;      /* of one object */
    struct slot *first;
    uint64_t count;
    bool reset;
};

static bool is_frame(uint64_t type)
{
    return type == FM_OBJ_SMALL_PAGE || type == FM_OBJ_LARGE_PAGE || type == FM_OBJ_HUGE_PAGE;
}

static unsigned object_bits(uint64_t type, unsigned size_bits)
{
    switch (type) {
    case FM_OBJ_UNTYPED:
    case FM_OBJ_SCHED_CONTEXT:
        return size_bits;
    case FM_OBJ_CNODE:
        return size_bits + FM_BITS_SLOT;
    case FM_OBJ_TCB:
        return FM_BITS_TCB;
    case FM_OBJ_ENDPOINT:
        return FM_BITS_ENDPOINT;
    case FM_OBJ_NOTIFICATION:
        return FM_BITS_NOTIFICATION;
    case FM_OBJ_REPLY:
        return FM_BITS_REPLY;
    default:
        return arch_object_bits(type);
    }
}

static struct cap create(const struct retype *r, uint64_t paddr, bool device)
{
    if (r->type == FM_OBJ_UNTYPED) {
        return cap_untyped(paddr, r->bits, device, 0);
    }
    if (is_frame(r->type)) {
        return arch_create(r->type, paddr, device);
    }
    void *memory = arch_phys_to_ptr(paddr);
    uint64_t address = (uint64_t)(uintptr_t)memory;
    switch (r->type) {
    case FM_OBJ_TCB:
        tcb_create((struct tcb *)memory);
        return cap_make(CAP_TCB, 0, address, 0);
    case FM_OBJ_ENDPOINT:
        return cap_make(CAP_ENDPOINT, FM_RIGHT_ALL, address, 0);
    case FM_OBJ_NOTIFICATION:
        return cap_make(CAP_NOTIFICATION, FM_RIGHT_ALL, address, 0);
    case FM_OBJ_REPLY:
        return cap_make(CAP_REPLY, FM_RIGHT_ALL, address, 0);
    case FM_OBJ_CNODE:
        return cap_cnode((struct slot *)memory, r->size_bits, 0, 0);
    case FM_OBJ_SCHED_CONTEXT:
        return cap_make(CAP_SCHED_CONTEXT, r->size_bits, address, 0);
    default:
        return arch_create(r->type, paddr, device);
    }
}

/* Zeroes what was used, from the end, so that the watermark always tells what is still dirty. */
static enum outcome reset(struct slot *s)
{
    if (cap_untyped_device(s->cap)) {
        s->cap.b = 0;
        return DONE;
    }
    unsigned bits = cap_untyped_bits(s->cap);
    uint64_t base = cap_addr(s->cap);
    uint64_t chunk = min_u64(RESET_CHUNK, BIT(bits));
    while (s->cap.b != 0) {
        uint64_t from = (s->cap.b - 1) & ~(chunk - 1);
        arch_zero(arch_phys_to_ptr(base + from), chunk);
        s->cap.b = from;
        if (from != 0 && preempt_point()) {
            return PREEMPTED;
        }
    }
    return DONE;
}

static enum outcome retype(struct slot *s, const struct retype *r)
{
    if (r->reset && s->cap.b != 0 && reset(s) != DONE) {
        return PREEMPTED;
    }
    bool device = cap_untyped_device(s->cap);
    uint64_t base = cap_addr(s->cap);
    uint64_t at = round_up(s->cap.b, r->bits);
    s->cap.b = at + (r->count << r->bits);
    for (uint64_t i = 0; i < r->count; i++) {
        struct cap c = create(r, base + at + (i << r->bits), device);
        mdb_insert_new(&r->first[i], c, s);
    }
    return DONE;
}

/* Finds the window of empty slots. */
static enum outcome check_window(struct call *c, struct retype *r)
{
    uint64_t index = call_arg(c, 2);
    uint64_t depth = call_arg(c, 3);
    uint64_t offset = call_arg(c, 4);
    struct cap node = c->extra[0]->cap;
    if (depth != 0) {
        const struct slot *s = cspace_lookup_target(c, node, index, depth, false);
        if (s == NULL) {
            return REFUSED;
        }
        node = s->cap;
    }
    if (cap_type(node) != CAP_CNODE) {
        return refuse_missing(c, false, depth);
    }
    uint64_t size = BIT(cap_cnode_radix(node));
    if (offset >= size) {
        return refuse_range(c, 0, size - 1);
    }
    if (r->count < 1 || r->count > FM_RETYPE_FAN_OUT) {
        return refuse_range(c, 1, FM_RETYPE_FAN_OUT);
    }
    if (r->count > size - offset) {
        return refuse_range(c, 1, size - offset);
    }
    r->first = cap_cnode_slots(node) + offset;
    for (uint64_t i = 0; i < r->count; i++) {
        if (!cap_is_null(r->first[i].cap)) {
            return refuse(c, FM_KERR_DELETE_FIRST);
        }
    }
    return DONE;
}

enum outcome untyped_invoke(struct call *c)
{
    struct retype r;
    if (c->label != FM_LABEL_UNTYPED_RETYPE) {
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    }
    if (call_lacks(c, 6, 1)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    r.type = call_arg(c, 0);
    uint64_t size_bits = call_arg(c, 1);
    r.count = call_arg(c, 5);
    if (r.type >= FM_OBJ_COUNT) {
        return refuse_argument(c, 0);
    }
    if (size_bits >= FM_WORD_BITS ||
        object_bits(r.type, (unsigned)size_bits) > FM_BITS_UNTYPED_MAX) {
        return refuse_range(c, 0, FM_BITS_UNTYPED_MAX);
    }
    r.size_bits = (unsigned)size_bits;
    r.bits = object_bits(r.type, r.size_bits);
    if ((r.type == FM_OBJ_CNODE && size_bits == 0) ||
        (r.type == FM_OBJ_UNTYPED && size_bits < FM_BITS_UNTYPED_MIN) ||
        (r.type == FM_OBJ_SCHED_CONTEXT && size_bits < FM_BITS_SC_MIN)) {
        return refuse_argument(c, 1);
    }
    if (check_window(c, &r) != DONE) {
        return REFUSED;
    }
    struct cap cap = c->slot->cap;
    r.reset = !mdb_has_children(c->slot);
    uint64_t left = BIT(cap_untyped_bits(cap)) - (r.reset ? 0 : cap.b);
    if ((left >> r.bits) < r.count) {
        return refuse_memory(c, left);
    }
    if (cap_untyped_device(cap) && !is_frame(r.type) && r.type != FM_OBJ_UNTYPED) {
        return refuse_argument(c, 1);
    }
    return retype(c->slot, &r);
}
