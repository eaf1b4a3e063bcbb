/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/object/cspace.h"

static struct resolved failed(uint64_t type, uint64_t d0, uint64_t d1, uint64_t d2)
{
    return (struct resolved){NULL, 0, {type, {d0, d1, d2}}};
}

HOT struct resolved cspace_resolve(struct cap root, uint64_t cptr, unsigned bits)
{
    if (UNLIKELY(cap_type(root) != CAP_CNODE)) {
        return failed(FM_LOOKUP_INVALID_ROOT, 0, 0, 0);
    }
    for (;;) {
        unsigned radix = cap_cnode_radix(root);
        unsigned guard_size = cap_cnode_guard_size(root);
        unsigned level = radix + guard_size;
        if (guard_size != 0) {
            uint64_t found = bits >= guard_size ? cptr >> (bits - guard_size) : 0;
            if (guard_size > bits || (found & MASK(guard_size)) != root.b) {
                return failed(FM_LOOKUP_GUARD_MISMATCH, bits, root.b, guard_size);
            }
        }
        if (level > bits) {
            return failed(FM_LOOKUP_DEPTH_MISMATCH, bits, level, 0);
        }
        bits -= level;
        struct slot *s = &cap_cnode_slots(root)[(cptr >> bits) & MASK(radix)];
        root = s->cap;
        if (LIKELY(bits == 0 || cap_type(root) != CAP_CNODE)) {
            return (struct resolved){s, bits, {0, {0, 0, 0}}};
        }
    }
}

HOT struct slot *cspace_lookup(const struct tcb *t, uint64_t cptr, struct lookup_fault *f)
{
    struct resolved r = cspace_resolve(t->slots[TCB_CSPACE].cap, cptr, FM_WORD_BITS);
    if (UNLIKELY(r.slot == NULL)) {
        *f = r.fault;
    }
    return r.slot;
}

struct slot *cspace_lookup_target(struct call *c, struct cap root, uint64_t index, uint64_t depth,
                                  bool source)
{
    if (cap_type(root) != CAP_CNODE) {
        const struct lookup_fault f = {FM_LOOKUP_INVALID_ROOT, {0, 0, 0}};
        refuse_lookup(c, source, &f);
        return NULL;
    }
    if (depth < 1 || depth > FM_WORD_BITS) {
        refuse_range(c, 1, FM_WORD_BITS);
        return NULL;
    }
    struct resolved r = cspace_resolve(root, index, (unsigned)depth);
    if (r.slot == NULL) {
        refuse_lookup(c, source, &r.fault);
        return NULL;
    }
    if (r.bits_left != 0) {
        const struct lookup_fault f = {FM_LOOKUP_DEPTH_MISMATCH, {r.bits_left, 0, 0}};
        refuse_lookup(c, source, &f);
        return NULL;
    }
    return r.slot;
}
