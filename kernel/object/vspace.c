/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/object/vspace.h"

#include "kernel/object/cspace.h"
#include "kernel/object/mdb.h"

HOT struct walk vspace_walk(uint64_t *root, uint64_t vaddr, unsigned target)
{
    unsigned level = PT_LEVELS - 1;
    uint64_t *table = root;
    for (;;) {
        uint64_t *entry = &table[(vaddr >> pt_shift(level)) & (PT_ENTRIES - 1)];
        if (level == target || !pte_is_table(*entry, level)) {
            return (struct walk){entry, level};
        }
        table = (uint64_t *)arch_phys_to_ptr(pte_paddr(*entry));
        level--;
    }
}

uint64_t *asid_root(uint64_t asid)
{
    const struct asid_pool *pool = kernel.asid_pools[asid / FM_ASID_POOL_ENTRIES];
    return pool != NULL ? (uint64_t *)pool->vspace[asid % FM_ASID_POOL_ENTRIES] : NULL;
}

enum frame_rights frame_rights_masked(enum frame_rights have, uint64_t rights)
{
    struct cap c = cap_frame(0, 0, have, false, 0);
    return cap_frame_rights(cap_mask_rights(c, rights));
}

static bool is_root(struct cap c)
{
    return cap_type(c) == CAP_VSPACE_ROOT && cap_asid(c) != 0 &&
           (cap_field(c) & CAP_PAGE_TABLE_ROOT) != 0;
}

bool arch_is_vspace_root(struct cap c)
{
    return is_root(c);
}

/* --- unmapping --- */

static void unmap_frame(struct cap c)
{
    uint64_t *root = asid_root(cap_asid(c));
    if (root == NULL) {
        return;
    }
    struct walk w = vspace_walk(root, cap_vaddr(c), cap_frame_size(c));
    if (w.level == cap_frame_size(c) && pte_is_page(*w.entry, w.level) &&
        pte_paddr(*w.entry) == cap_addr(c)) {
        pte_write(w.entry, 0);
        arch_tlb_flush_page(cap_asid(c), cap_vaddr(c));
    }
}

/* Takes a table out of the one above it. */
static void unmap_table(struct cap c)
{
    uint64_t *root = asid_root(cap_asid(c));
    if (root == NULL) {
        return;
    }
    uint64_t paddr = arch_ptr_to_phys(cap_ptr(c));
    uint64_t *table = root;
    for (unsigned level = PT_LEVELS - 1; level > 0; level--) {
        uint64_t *entry = &table[(cap_vaddr(c) >> pt_shift(level)) & (PT_ENTRIES - 1)];
        if (!pte_is_table(*entry, level)) {
            return;
        }
        if (pte_paddr(*entry) == paddr) {
            pte_write(entry, 0);
            arch_tlb_flush_asid(cap_asid(c));
            return;
        }
        table = (uint64_t *)arch_phys_to_ptr(pte_paddr(*entry));
    }
}

static void drop_asid(struct cap c)
{
    uint64_t asid = cap_asid(c);
    if (asid_root(asid) == cap_ptr(c)) {
        kernel.asid_pools[asid / FM_ASID_POOL_ENTRIES]->vspace[asid % FM_ASID_POOL_ENTRIES] = NULL;
        arch_vspace_dead(cap_ptr(c));
        arch_tlb_flush_asid(asid);
    }
}

static void drop_pool(struct cap c)
{
    struct asid_pool *pool = (struct asid_pool *)cap_ptr(c);
    if (kernel.asid_pools[c.b / FM_ASID_POOL_ENTRIES] != pool) {
        return;
    }
    for (unsigned i = 0; i < FM_ASID_POOL_ENTRIES; i++) {
        if (pool->vspace[i] != NULL) {
            arch_vspace_dead(pool->vspace[i]);
            arch_tlb_flush_asid(c.b + i);
        }
    }
    kernel.asid_pools[c.b / FM_ASID_POOL_ENTRIES] = NULL;
}

void arch_finalise(struct cap c, bool final)
{
    switch ((unsigned)cap_type(c)) {
    case CAP_FRAME:
        if (cap_asid(c) != 0) {
            unmap_frame(c);
        }
        break;
    case CAP_PAGE_TABLE:
        if (final && cap_asid(c) != 0) {
            if (is_root(c)) {
                drop_asid(c);
            } else {
                unmap_table(c);
            }
        }
        break;
    case CAP_VSPACE:
        if (final && cap_asid(c) != 0) {
            drop_asid(c);
        }
        break;
    case CAP_ASID_POOL:
        if (final) {
            drop_pool(c);
        }
        break;
    default:
        break;
    }
}

/* --- capabilities --- */

bool arch_same_region(struct cap a, struct cap b)
{
    if (cap_type(a) == CAP_FRAME) {
        uint64_t from = cap_addr(a);
        uint64_t bytes = BIT(frame_bits(cap_frame_size(a)));
        uint64_t other = BIT(frame_bits(cap_frame_size(b)));
        return cap_addr(b) >= from && cap_addr(b) + other <= from + bytes;
    }
    return cap_type(a) == CAP_ASID_CONTROL || cap_addr(a) == cap_addr(b);
}

bool arch_derive(struct cap *c)
{
    switch ((unsigned)cap_type(*c)) {
    case CAP_FRAME:
        c->b = 0;
        return true;
    case CAP_PAGE_TABLE:
    case CAP_VSPACE:
        return cap_asid(*c) != 0;
    default:
        return true;
    }
}

unsigned arch_object_bits(uint64_t type)
{
    switch (type) {
    case FM_OBJ_SMALL_PAGE:
        return FM_BITS_SMALL_PAGE;
    case FM_OBJ_LARGE_PAGE:
        return FM_BITS_LARGE_PAGE;
    case FM_OBJ_HUGE_PAGE:
        return FM_BITS_HUGE_PAGE;
    default:
        return FM_BITS_PAGE_TABLE;
    }
}

struct cap arch_create(uint64_t type, uint64_t paddr, bool device)
{
    unsigned size = 0;
    switch (type) {
    case FM_OBJ_LARGE_PAGE:
        size = 1;
        break;
    case FM_OBJ_HUGE_PAGE:
        size = 2;
        break;
    case FM_OBJ_SMALL_PAGE:
        break;
    default: {
        uint64_t address = (uint64_t)(uintptr_t)arch_phys_to_ptr(paddr);
        return cap_make(type == ROOT_OBJECT ? CAP_VSPACE : CAP_PAGE_TABLE, 0, address, 0);
    }
    }
    if (!device) {
        arch_clean_memory(paddr, BIT(frame_bits(size)));
    }
    return cap_frame(paddr, size, FRAME_READ_WRITE, device, 0);
}

/* --- invocations --- */

/* The address space that a mapping goes to; NULL: refused. */
static uint64_t *check_root(struct call *c, struct cap root)
{
    static const struct lookup_fault gone = {FM_LOOKUP_INVALID_ROOT, {0, 0, 0}};
    if (!is_root(root)) {
        refuse_capability(c, 1);
        return NULL;
    }
    uint64_t *table = asid_root(cap_asid(root));
    if (table == NULL) {
        refuse_lookup(c, false, &gone);
        return NULL;
    }
    if (table != cap_ptr(root)) {
        refuse_capability(c, 1);
        return NULL;
    }
    return table;
}

static enum outcome page_table_map(struct call *c)
{
    if (call_lacks(c, 2, 1)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    struct cap cap = c->slot->cap;
    uint64_t vaddr = call_arg(c, 0);
    struct cap root = c->extra[0]->cap;
    if (cap_asid(cap) != 0) {
        return refuse_capability(c, 0);
    }
    uint64_t *table = check_root(c, root);
    if (table == NULL) {
        return REFUSED;
    }
    if (vaddr >= FM_USER_TOP) {
        return refuse_argument(c, 0);
    }
    struct walk w = vspace_walk(table, vaddr, 0);
    if (w.level == 0 || pte_is_present(*w.entry)) {
        return refuse(c, FM_KERR_DELETE_FIRST);
    }
    c->slot->cap.b = mapping_word(cap_asid(root), vaddr & ~MASK(pt_shift(w.level)));
    pte_write(w.entry, pte_table(arch_ptr_to_phys(cap_ptr(cap))));
    return DONE;
}

static enum outcome page_table_unmap(struct call *c)
{
    struct cap cap = c->slot->cap;
    if (!mdb_is_final(c->slot)) {
        return refuse(c, FM_KERR_REVOKE_FIRST);
    }
    if (is_root(cap) && asid_root(cap_asid(cap)) == cap_ptr(cap)) {
        return refuse(c, FM_KERR_REVOKE_FIRST);
    }
    if (cap_asid(cap) != 0) {
        unmap_table(cap);
        arch_zero(cap_ptr(cap), BIT(FM_BITS_PAGE_TABLE));
    }
    c->slot->cap = cap_make(CAP_PAGE_TABLE, 0, cap_addr(cap), 0);
    return DONE;
}

static enum outcome refuse_level(struct call *c, unsigned level)
{
    return refuse_missing(c, false, pt_shift(level));
}

struct mapping {
    struct cap frame;
    struct cap root;
    uint64_t vaddr;
    bool mapped;
    bool aligned;
    bool in_range;
};

/* A frame that is mapped may only be mapped again where it is. */
static enum outcome check_remap(struct call *c, const struct mapping *m)
{
    if (!m->mapped) {
        return DONE;
    }
    if (cap_asid(m->frame) != cap_asid(m->root)) {
        return refuse_capability(c, 1);
    }
    if (cap_vaddr(m->frame) != m->vaddr) {
        return refuse_argument(c, 0);
    }
    return DONE;
}

/* The order of the checks is the machine's, as seL4 has it: this is aarch64's. */
static enum outcome check_place_replacing(struct call *c, const struct mapping *m)
{
    if (!m->aligned) {
        return refuse(c, FM_KERR_ALIGNMENT_ERROR);
    }
    if (!m->mapped && !m->in_range) {
        return refuse_argument(c, 0);
    }
    return check_remap(c, m);
}

/* riscv64's: the range comes first, and nothing is replaced. */
static enum outcome check_place_empty(struct call *c, const struct mapping *m)
{
    if (!m->in_range) {
        return refuse_argument(c, 0);
    }
    return m->aligned ? DONE : refuse(c, FM_KERR_ALIGNMENT_ERROR);
}

static enum outcome check_entry(struct call *c, const struct mapping *m, struct walk w)
{
    if (w.level != cap_frame_size(m->frame)) {
        return refuse_level(c, w.level); /* a table is missing, or one is in the way */
    }
    if (!ROOT_IS_TABLE) {
        return DONE;
    }
    if (!m->mapped && pte_is_present(*w.entry)) {
        return refuse(c, FM_KERR_DELETE_FIRST);
    }
    return check_remap(c, m);
}

static enum outcome page_map(struct call *c)
{
    if (call_lacks(c, 3, 1)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    struct mapping m = {.frame = c->slot->cap, .root = c->extra[0]->cap, .vaddr = call_arg(c, 0)};
    unsigned bits = frame_bits(cap_frame_size(m.frame));
    m.mapped = cap_asid(m.frame) != 0;
    m.aligned = (m.vaddr & MASK(bits)) == 0;
    m.in_range = m.vaddr < FM_USER_TOP && FM_USER_TOP - m.vaddr >= BIT(bits);
    uint64_t *table = check_root(c, m.root);
    if (table == NULL) {
        return REFUSED;
    }
    if ((ROOT_IS_TABLE ? check_place_empty(c, &m) : check_place_replacing(c, &m)) != DONE) {
        return REFUSED;
    }
    struct walk w = vspace_walk(table, m.vaddr, 0);
    if (check_entry(c, &m, w) != DONE) {
        return REFUSED;
    }
    enum frame_rights rights = frame_rights_masked(cap_frame_rights(m.frame), call_arg(c, 1));
    bool flush = pte_is_present(*w.entry);
    c->slot->cap.b = mapping_word(cap_asid(m.root), m.vaddr);
    if (flush && pte_paddr(*w.entry) != cap_addr(m.frame)) {
        pte_write(w.entry, 0); /* never two valid translations at a time */
        arch_tlb_flush_page(cap_asid(m.root), m.vaddr);
    }
    pte_write(w.entry, pte_page(cap_addr(m.frame), w.level, rights, call_arg(c, 2),
                                cap_frame_device(m.frame)));
    if (flush) {
        arch_tlb_flush_page(cap_asid(m.root), m.vaddr);
    }
    return DONE;
}

static enum outcome page_unmap(struct call *c)
{
    if (cap_asid(c->slot->cap) != 0) {
        unmap_frame(c->slot->cap);
        c->slot->cap.b = 0;
    }
    return DONE;
}

static enum outcome make_pool(struct call *c)
{
    if (call_lacks(c, 2, 2)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    unsigned i = 0;
    while (i < FM_ASID_POOLS && kernel.asid_pools[i] != NULL) {
        i++;
    }
    if (i == FM_ASID_POOLS) {
        return refuse(c, FM_KERR_DELETE_FIRST);
    }
    struct slot *untyped = c->extra[0];
    struct cap cap = untyped->cap;
    if (cap_type(cap) != CAP_UNTYPED || cap_untyped_bits(cap) != FM_BITS_ASID_POOL ||
        cap_untyped_device(cap)) {
        return refuse_capability(c, 1);
    }
    if (mdb_has_children(untyped)) {
        return refuse(c, FM_KERR_REVOKE_FIRST);
    }
    struct slot *to = cspace_lookup_target(c, c->extra[1]->cap, call_arg(c, 0), call_arg(c, 1),
                                           false);
    if (to == NULL) {
        return REFUSED;
    }
    if (!cap_is_null(to->cap)) {
        return refuse(c, FM_KERR_DELETE_FIRST);
    }
    struct asid_pool *pool = (struct asid_pool *)arch_phys_to_ptr(cap_addr(cap));
    arch_zero(pool, BIT(FM_BITS_ASID_POOL));
    untyped->cap.b = BIT(FM_BITS_ASID_POOL);
    mdb_insert_new(to,
                   cap_make(CAP_ASID_POOL, 0, (uint64_t)(uintptr_t)pool,
                            (uint64_t)i * FM_ASID_POOL_ENTRIES),
                   untyped);
    kernel.asid_pools[i] = pool;
    return DONE;
}

static enum outcome pool_assign(struct call *c)
{
    static const struct lookup_fault gone = {FM_LOOKUP_INVALID_ROOT, {0, 0, 0}};
    if (call_lacks(c, 0, 1)) {
        return refuse(c, FM_KERR_TRUNCATED_MESSAGE);
    }
    struct slot *s = c->extra[0];
    if (cap_type(s->cap) != CAP_VSPACE_ROOT || cap_asid(s->cap) != 0) {
        return refuse_capability(c, 1);
    }
    struct asid_pool *pool = (struct asid_pool *)cap_ptr(c->slot->cap);
    uint64_t base = c->slot->cap.b;
    const struct asid_pool *named = kernel.asid_pools[base / FM_ASID_POOL_ENTRIES];
    if (named == NULL) {
        return refuse_lookup(c, false, &gone);
    }
    if (named != pool) {
        return refuse_capability(c, 0);
    }
    unsigned i = base == 0 ? 1 : 0; /* ASID 0 means none */
    while (i < FM_ASID_POOL_ENTRIES && pool->vspace[i] != NULL) {
        i++;
    }
    if (i == FM_ASID_POOL_ENTRIES) {
        return refuse(c, FM_KERR_DELETE_FIRST);
    }
    s->cap = cap_make(CAP_VSPACE_ROOT, CAP_PAGE_TABLE_ROOT, cap_addr(s->cap),
                      mapping_word(base + i, 0));
    arch_vspace_init(cap_ptr(s->cap));
    pool->vspace[i] = cap_ptr(s->cap);
    return DONE;
}

enum outcome arch_invoke(struct call *c)
{
    switch ((unsigned)cap_type(c->slot->cap)) {
    case CAP_FRAME:
        switch (c->label) {
        case FM_LABEL_PAGE_MAP:
            return page_map(c);
        case FM_LABEL_PAGE_UNMAP:
            return page_unmap(c);
        case FM_LABEL_PAGE_GET_ADDRESS:
            return call_result(c, cap_addr(c->slot->cap));
        default:
            return arch_invoke_machine(c);
        }
    case CAP_PAGE_TABLE:
        switch (c->label) {
        case FM_LABEL_PAGE_TABLE_MAP:
            return page_table_map(c);
        case FM_LABEL_PAGE_TABLE_UNMAP:
            return page_table_unmap(c);
        default:
            return refuse(c, FM_KERR_ILLEGAL_OPERATION);
        }
    case CAP_ASID_CONTROL:
        if (c->label == FM_LABEL_ASID_CONTROL_MAKE_POOL) {
            return make_pool(c);
        }
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    case CAP_ASID_POOL:
        if (c->label == FM_LABEL_ASID_POOL_ASSIGN) {
            return pool_assign(c);
        }
        return refuse(c, FM_KERR_ILLEGAL_OPERATION);
    default:
        return arch_invoke_machine(c);
    }
}
