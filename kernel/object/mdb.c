/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/object/mdb.h"

#include "kernel/arch/arch.h"
#include "kernel/object/delete.h"

bool cap_physical(struct cap c, uint64_t *base, uint64_t *bytes)
{
    unsigned bits = 0;
    switch ((unsigned)cap_type(c)) {
    case CAP_UNTYPED:
        *base = cap_addr(c);
        *bytes = BIT(cap_untyped_bits(c));
        return true;
    case CAP_FRAME:
        *base = cap_addr(c);
        *bytes = BIT(frame_bits(cap_frame_size(c)));
        return true;
    case CAP_ENDPOINT:
        bits = FM_BITS_ENDPOINT;
        break;
    case CAP_NOTIFICATION:
        bits = FM_BITS_NOTIFICATION;
        break;
    case CAP_REPLY:
        bits = FM_BITS_REPLY;
        break;
    case CAP_TCB:
        bits = FM_BITS_TCB;
        break;
    case CAP_SCHED_CONTEXT:
        bits = (unsigned)(cap_field(c) & 0x3f);
        break;
    case CAP_PAGE_TABLE:
    case CAP_VSPACE:
    case CAP_ASID_POOL:
        bits = FM_BITS_PAGE_TABLE;
        break;
    case CAP_CNODE:
        *base = arch_ptr_to_phys(cap_cnode_slots(c));
        *bytes = BIT(cap_cnode_radix(c) + FM_BITS_SLOT);
        return true;
    case CAP_ZOMBIE:
        *base = arch_ptr_to_phys(zombie_object(c));
        *bytes = zombie_object_bytes(c);
        return true;
    default:
        return false;
    }
    *base = arch_ptr_to_phys(cap_ptr(c));
    *bytes = BIT(bits);
    return true;
}

bool cap_same_region(struct cap a, struct cap b)
{
    enum cap_type type = cap_type(a);
    if (type == CAP_UNTYPED) {
        uint64_t base, bytes;
        uint64_t offset;
        if (!cap_physical(b, &base, &bytes)) {
            return false;
        }
        offset = base - cap_addr(a);
        return offset < BIT(cap_untyped_bits(a)) && bytes <= BIT(cap_untyped_bits(a)) - offset;
    }
    if (type == CAP_IRQ_CONTROL) {
        return cap_type(b) == CAP_IRQ_CONTROL || cap_type(b) == CAP_IRQ_HANDLER;
    }
    if (type != cap_type(b)) {
        return false;
    }
    switch ((unsigned)type) {
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
    case CAP_REPLY:
    case CAP_TCB:
        return cap_addr(a) == cap_addr(b);
    case CAP_SCHED_CONTEXT:
        return a.a == b.a;
    case CAP_CNODE:
        return cap_cnode_slots(a) == cap_cnode_slots(b) && cap_cnode_radix(a) == cap_cnode_radix(b);
    case CAP_IRQ_HANDLER:
        return a.b == b.b;
    case CAP_SCHED_CONTROL:
    case CAP_DOMAIN:
    case CAP_SMC:
        return true;
    case CAP_NULL:
    case CAP_ZOMBIE:
        return false;
    default:
        return arch_same_region(a, b);
    }
}

bool cap_same_object(struct cap a, struct cap b)
{
    enum cap_type type = cap_type(a);
    if (type == CAP_UNTYPED || type == CAP_IRQ_CONTROL) {
        return false;
    }
    if (type == CAP_FRAME) {
        return cap_type(b) == CAP_FRAME && cap_addr(a) == cap_addr(b) &&
               cap_frame_size(a) == cap_frame_size(b) &&
               cap_frame_device(a) == cap_frame_device(b);
    }
    return cap_same_region(a, b);
}

bool mdb_is_parent(const struct slot *a, const struct slot *b)
{
    if ((a->prev & MDB_REVOCABLE) == 0 || !cap_same_region(a->cap, b->cap)) {
        return false;
    }
    enum cap_type type = cap_type(a->cap);
    if ((type == CAP_ENDPOINT || type == CAP_NOTIFICATION || type == CAP_SMC) && a->cap.b != 0) {
        return a->cap.b == b->cap.b && (b->prev & MDB_FIRST_BADGED) == 0;
    }
    return true;
}

bool mdb_has_children(const struct slot *s)
{
    return s->next != NULL && mdb_is_parent(s, s->next);
}

bool mdb_is_final(const struct slot *s)
{
    const struct slot *p = mdb_prev(s);
    if (p != NULL && cap_same_object(p->cap, s->cap)) {
        return false;
    }
    return s->next == NULL || !cap_same_object(s->cap, s->next->cap);
}

enum derive cap_derive(const struct slot *from, struct cap *cap)
{
    switch ((unsigned)cap_type(*cap)) {
    case CAP_ZOMBIE:
    case CAP_IRQ_CONTROL:
        *cap = cap_null();
        return DERIVE_OK;
    case CAP_UNTYPED:
        return mdb_has_children(from) ? DERIVE_REVOKE_FIRST : DERIVE_OK;
    default:
        if (cap_is_arch(*cap)) {
            return arch_derive(cap) ? DERIVE_OK : DERIVE_ILLEGAL;
        }
        return DERIVE_OK;
    }
}

struct cap cap_mask_rights(struct cap c, uint64_t rights)
{
    switch ((unsigned)cap_type(c)) {
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
    case CAP_REPLY:
        return cap_with_rights(c, cap_rights(c) & (unsigned)rights);
    case CAP_FRAME: {
        enum frame_rights have = cap_frame_rights(c);
        bool read = (rights & FM_RIGHT_READ) != 0 && have != FRAME_KERNEL_ONLY;
        bool write = (rights & FM_RIGHT_WRITE) != 0 && have == FRAME_READ_WRITE;
        enum frame_rights now = read && write ? FRAME_READ_WRITE
                                : read        ? FRAME_READ
                                              : FRAME_KERNEL_ONLY;
        return cap_frame(cap_addr(c), cap_frame_size(c), now, cap_frame_device(c), c.b);
    }
    default:
        return c;
    }
}

struct cap cap_update_data(struct cap c, bool preserve, uint64_t data)
{
    switch ((unsigned)cap_type(c)) {
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
    case CAP_SMC:
        if (preserve || c.b != 0) {
            return cap_null();
        }
        c.b = data;
        return c;
    case CAP_CNODE: {
        unsigned guard_size = (unsigned)(data & MASK(FM_CAPDATA_GUARD_SIZE_BITS));
        unsigned radix = cap_cnode_radix(c);
        if (guard_size + radix > FM_WORD_BITS) {
            return cap_null();
        }
        uint64_t guard = (data >> FM_CAPDATA_GUARD_SIZE_BITS) & MASK(guard_size);
        return cap_cnode(cap_cnode_slots(c), radix, guard_size, guard);
    }
    default:
        return c;
    }
}

static void link_after(struct slot *s, struct slot *before, uint64_t flags)
{
    struct slot *after = before->next;
    s->prev = (uint64_t)(uintptr_t)before | flags;
    s->next = after;
    before->next = s;
    if (after != NULL) {
        after->prev = (uint64_t)(uintptr_t)s | mdb_flags(after);
    }
}

/* Whether a copy starts a subtree of its own. */
static bool copy_is_revocable(struct cap copy, struct cap from)
{
    switch ((unsigned)cap_type(copy)) {
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
    case CAP_SMC:
        return copy.b != from.b;
    case CAP_IRQ_HANDLER:
        return cap_type(from) == CAP_IRQ_CONTROL;
    case CAP_UNTYPED:
        return true;
    default:
        return false;
    }
}

void mdb_insert_copy(struct slot *to, struct cap cap, struct slot *from)
{
    uint64_t flags = 0;
    if (copy_is_revocable(cap, from->cap)) {
        flags = MDB_REVOCABLE | MDB_FIRST_BADGED;
    }
    if (cap_type(cap) == CAP_UNTYPED) {
        /* From now on only the copy may be retyped. */
        from->cap.b = BIT(cap_untyped_bits(from->cap));
    }
    to->cap = cap;
    link_after(to, from, flags);
}

void mdb_insert_new(struct slot *to, struct cap cap, struct slot *parent)
{
    to->cap = cap;
    if (parent != NULL) {
        link_after(to, parent, MDB_REVOCABLE | MDB_FIRST_BADGED);
    } else {
        to->prev = MDB_REVOCABLE | MDB_FIRST_BADGED;
        to->next = NULL;
    }
}

static void relink(struct slot *s)
{
    struct slot *p = mdb_prev(s);
    if (p != NULL) {
        p->next = s;
    }
    if (s->next != NULL) {
        s->next->prev = (uint64_t)(uintptr_t)s | mdb_flags(s->next);
    }
}

void mdb_move(struct slot *to, struct cap cap, struct slot *from)
{
    to->cap = cap;
    to->prev = from->prev;
    to->next = from->next;
    relink(to);
    from->cap = cap_null();
    from->prev = 0;
    from->next = NULL;
}

void mdb_swap(struct slot *a, struct cap cap_a, struct slot *b, struct cap cap_b)
{
    struct slot old_a = *a;
    struct slot old_b = *b;
    a->cap = cap_b;
    b->cap = cap_a;
    a->prev = old_b.prev;
    a->next = old_b.next;
    b->prev = old_a.prev;
    b->next = old_a.next;
    if (old_a.next == b) { /* a, b: now b, a */
        a->prev = (uint64_t)(uintptr_t)b | (old_b.prev & (MDB_REVOCABLE | MDB_FIRST_BADGED));
        b->next = a;
    } else if (old_b.next == a) {
        b->prev = (uint64_t)(uintptr_t)a | (old_a.prev & (MDB_REVOCABLE | MDB_FIRST_BADGED));
        a->next = b;
    }
    relink(a);
    relink(b);
}

void mdb_remove(struct slot *s)
{
    struct slot *p = mdb_prev(s);
    struct slot *n = s->next;
    if (p != NULL) {
        p->next = n;
    }
    if (n != NULL) {
        n->prev = (uint64_t)(uintptr_t)p | mdb_flags(n) | (s->prev & MDB_FIRST_BADGED);
    }
    s->cap = cap_null();
    s->prev = 0;
    s->next = NULL;
}
