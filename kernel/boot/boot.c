/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Boot: the memory that is not the kernel's is cut into untyped blocks, and the root task gets a
 * CNode with capabilities to all of it. Nothing here runs twice.
 */
#include "kernel/boot/boot.h"

#include "kernel/arch/arch.h"
#include "kernel/object/mdb.h"
#include "kernel/object/sched_context.h"
#include "kernel/object/tcb.h"
#include "kernel/object/vspace.h"

#define PAGE BIT(12)

struct booting {
    struct region free[BOOT_MAX_REGIONS];
    unsigned free_count;
    uint64_t at; /* where the next object of the root task goes; descending sizes keep alignment */
    struct slot *cnode;
    uint64_t next_slot;
    uint64_t *root;
    struct fm_bootinfo *info;
    unsigned untypeds;
};

static BOOT_DATA struct booting boot;

/* The kernel cannot start: say in words what is missing, then stop. */
BOOT_CODE _Noreturn static void give_up(const char *why, uint64_t needed)
{
    console_text("kernel: cannot boot: ");
    console_text(why);
    console_hex(needed);
    console_put('\n');
    kernel_panic(__FILE_NAME__, __LINE__);
}

/* Removes a range from the free regions. */
BOOT_CODE static void reserve(uint64_t start, uint64_t end)
{
    for (unsigned i = 0; i < boot.free_count; i++) {
        struct region *r = &boot.free[i];
        if (end <= r->start || start >= r->end) {
            continue;
        }
        if (start > r->start && end < r->end) {
            KASSERT(boot.free_count < BOOT_MAX_REGIONS);
            for (unsigned j = boot.free_count; j > i + 1; j--) {
                boot.free[j] = boot.free[j - 1];
            }
            boot.free_count++;
            boot.free[i + 1] = (struct region){end, r->end};
            r->end = start;
        } else if (start > r->start) {
            r->end = start;
        } else if (end < r->end) {
            r->start = end;
        } else {
            r->end = r->start;
        }
    }
}

BOOT_CODE static struct slot *give(struct cap c)
{
    if (boot.next_slot >= BIT(FM_ROOT_CNODE_BITS)) {
        give_up("root CNode is full, slots: ", boot.next_slot);
    }
    struct slot *s = &boot.cnode[boot.next_slot++];
    mdb_insert_new(s, c, NULL);
    return s;
}

BOOT_CODE static void give_at(unsigned slot, struct cap c)
{
    mdb_insert_new(&boot.cnode[slot], c, NULL);
}

BOOT_CODE static void *take(uint64_t bytes)
{
    void *p = arch_phys_to_ptr(boot.at);
    boot.at += bytes;
    return p;
}

/* Tables below the root that a range of addresses needs. */
BOOT_CODE static uint64_t count_tables(uint64_t start, uint64_t end)
{
    uint64_t n = 0;
    for (unsigned level = 1; level < PT_LEVELS; level++) {
        unsigned shift = pt_shift(level);
        n += ((end - 1) >> shift) - (start >> shift) + 1;
    }
    return n;
}

BOOT_CODE static void map_tables(uint64_t start, uint64_t end)
{
    uint64_t first = boot.next_slot;
    for (uint64_t va = round_down(start, 12); va < end; va += PAGE) {
        struct walk w = vspace_walk(boot.root, va, 0);
        while (w.level != 0) {
            void *table = take(PAGE);
            pte_write(w.entry, pte_table(arch_ptr_to_phys(table)));
            give(cap_make(CAP_PAGE_TABLE, 0, (uint64_t)(uintptr_t)table,
                          mapping_word(1, va & ~MASK(pt_shift(w.level)))));
            w = vspace_walk(boot.root, va, 0);
        }
    }
    boot.info->user_image_paging = (struct fm_slot_region){first, boot.next_slot};
}

BOOT_CODE static struct cap map_page(uint64_t va, uint64_t paddr, uint64_t attributes)
{
    struct walk w = vspace_walk(boot.root, va, 0);
    KASSERT(w.level == 0);
    pte_write(w.entry, pte_page(paddr, 0, FRAME_READ_WRITE, attributes, false));
    return cap_frame(paddr, 0, FRAME_READ_WRITE, false, mapping_word(1, va));
}

BOOT_CODE static void give_untyped(uint64_t start, uint64_t end, bool device)
{
    while (start < end && boot.untypeds < FM_BOOTINFO_UNTYPEDS) {
        unsigned bits = start == 0 ? FM_BITS_UNTYPED_MAX : (unsigned)__builtin_ctzll(start);
        unsigned room = 63 - (unsigned)__builtin_clzll(end - start);
        bits = bits < room ? bits : room;
        bits = bits < FM_BITS_UNTYPED_MAX ? bits : FM_BITS_UNTYPED_MAX;
        if (bits >= FM_BITS_UNTYPED_MIN) {
            /* As used up: the first Retype zeroes it. */
            give(cap_untyped(start, bits, device, device ? 0 : BIT(bits)));
            struct fm_untyped_desc *d = &boot.info->untyped_list[boot.untypeds++];
            d->paddr = start;
            d->size_bits = (uint8_t)bits;
            d->is_device = device;
        }
        start += BIT(bits);
    }
}

/* All addresses that are neither memory nor the kernel's own devices. */
BOOT_CODE static void give_devices(const struct boot_memory *m)
{
    uint64_t at = 0;
    while (at < m->device_top) {
        uint64_t end = m->device_top;
        uint64_t next = m->device_top;
        for (unsigned i = 0; i <= m->reserved_count; i++) {
            struct region r = i == m->reserved_count ? m->ram : m->reserved[i];
            if (r.end > at && r.start < end && r.start < r.end) {
                end = max_u64(r.start, at);
                next = r.end;
            }
        }
        give_untyped(at, end, true);
        at = next;
    }
}

/* Copies the device tree into the pages behind the boot information. */
BOOT_CODE static void give_fdt(void *pages, const struct boot_args *a, uint64_t bytes)
{
    struct fm_bootinfo_chunk *chunk = (struct fm_bootinfo_chunk *)pages;
    uint8_t *to = (uint8_t *)(chunk + 1);
    const uint8_t *from = (const uint8_t *)arch_phys_to_ptr(a->fdt);
    if (bytes == 0) {
        return;
    }
    chunk->id = FM_BOOTINFO_EXTRA_FDT;
    chunk->len = sizeof *chunk + a->fdt_bytes;
    for (uint64_t i = 0; i < a->fdt_bytes; i++) {
        to[i] = from[i];
    }
    /* A chunk of padding fills the last page. */
    uint64_t rest = bytes - chunk->len;
    if (rest >= sizeof *chunk) {
        struct fm_bootinfo_chunk pad = {UINT64_MAX, rest};
        const uint8_t *p = (const uint8_t *)&pad;
        for (uint64_t i = 0; i < sizeof pad; i++) {
            to[a->fdt_bytes + i] = p[i];
        }
    }
}

BOOT_CODE static void make_thread(struct tcb *t, struct sched_context *sc,
                                  const struct boot_args *a, uint64_t ipc_va, uint64_t info_va)
{
    tcb_create(t);
    mdb_insert_copy(&t->slots[TCB_CSPACE], boot.cnode[FM_SLOT_CNODE].cap,
                    &boot.cnode[FM_SLOT_CNODE]);
    mdb_insert_copy(&t->slots[TCB_VSPACE], boot.cnode[FM_SLOT_VSPACE].cap,
                    &boot.cnode[FM_SLOT_VSPACE]);
    struct cap buffer = boot.cnode[FM_SLOT_IPC_BUFFER_FRAME].cap;
    buffer.b = 0;
    mdb_insert_copy(&t->slots[TCB_BUFFER], buffer, &boot.cnode[FM_SLOT_IPC_BUFFER_FRAME]);
    t->buffer_va = ipc_va;
    t->prio = FM_NUM_PRIORITIES - 1;
    t->mcp = FM_NUM_PRIORITIES - 1;
    t->ctx.pc = a->entry;
    t->ctx.fault_pc = a->entry;
    t->ctx.r[FM_REG_CPTR] = info_va;
    refill_start(sc, 2, us_to_ticks(FM_BOOT_SLICE_US), 0);
    sc->size_bits = FM_BITS_SC_MIN;
    sc->tcb = t;
    t->sc = sc;
    t->state = THREAD_RUNNING;
}

BOOT_CODE static void make_idle(void)
{
    kernel.idle.state = THREAD_IDLE;
    kernel.idle.sc = &kernel.idle_sc;
    kernel.idle_sc.tcb = &kernel.idle;
    refill_start(&kernel.idle_sc, 2, MASK(62), 0);
}

/* Room for the root task's objects at the top of the highest free region that has it. */
BOOT_CODE static void place_objects(uint64_t bytes)
{
    unsigned align = FM_ROOT_CNODE_BITS + FM_BITS_SLOT;
    for (unsigned i = boot.free_count; i > 0; i--) {
        struct region *r = &boot.free[i - 1];
        if (r->end - r->start < bytes) {
            continue;
        }
        uint64_t start = round_down(r->end - bytes, align);
        if (start >= r->start && start + bytes <= r->end) {
            boot.at = start;
            reserve(start, round_up(start + bytes, 12));
            return;
        }
    }
    give_up("too little memory for the root task's objects; bytes needed: ", bytes);
}

/* Where the parts of the root task are in its address space. */
struct layout {
    uint64_t image_va;
    uint64_t image_bytes;
    uint64_t ipc_va;
    uint64_t info_va;
    uint64_t fdt_bytes; /* pages behind the boot information */
    uint64_t end_va;
};

BOOT_CODE static struct layout plan(const struct boot_args *a)
{
    struct layout l;
    l.fdt_bytes =
        a->fdt == 0 ? 0 : round_up(a->fdt_bytes + sizeof(struct fm_bootinfo_chunk), 12);
    l.image_va = a->image_start - a->pv_offset;
    l.image_bytes = round_up(a->image_end - a->image_start, 12);
    l.ipc_va = l.image_va + l.image_bytes;
    l.info_va = l.ipc_va + PAGE;
    l.end_va = l.info_va + PAGE + l.fdt_bytes;
    return l;
}

/* What is free: memory less the kernel, the image and the device tree. */
BOOT_CODE static void find_free(const struct boot_args *a, const struct boot_memory *m,
                                const struct layout *l)
{
    boot.free[0] = m->ram;
    boot.free_count = 1;
    for (unsigned i = 0; i < m->reserved_count; i++) {
        reserve(m->reserved[i].start, m->reserved[i].end);
    }
    if (a->image_start < m->ram.start || a->image_end > m->ram.end ||
        a->image_end <= a->image_start || (a->image_start & MASK(12)) != 0) {
        give_up("the root task's image is not in memory: ", a->image_start);
    }
    reserve(a->image_start, a->image_start + l->image_bytes);
    if (a->fdt != 0) {
        reserve(round_down(a->fdt, 12), round_up(a->fdt + a->fdt_bytes, 12));
    }
}

BOOT_CODE static void give_fixed(const struct asid_pool *pool)
{
    unsigned guard_bits = FM_WORD_BITS - FM_ROOT_CNODE_BITS;
    uint64_t root = (uint64_t)(uintptr_t)boot.root;
    give_at(FM_SLOT_CNODE, cap_cnode(boot.cnode, FM_ROOT_CNODE_BITS, guard_bits, 0));
    give_at(FM_SLOT_VSPACE,
            cap_make(CAP_VSPACE_ROOT, CAP_PAGE_TABLE_ROOT, root, mapping_word(1, 0)));
    give_at(FM_SLOT_IRQ_CONTROL, cap_make(CAP_IRQ_CONTROL, 0, 0, 0));
    give_at(FM_SLOT_ASID_CONTROL, cap_make(CAP_ASID_CONTROL, 0, 0, 0));
    give_at(FM_SLOT_ASID_POOL, cap_make(CAP_ASID_POOL, 0, (uint64_t)(uintptr_t)pool, 0));
    give_at(FM_SLOT_DOMAIN, cap_make(CAP_DOMAIN, 0, 0, 0));
    if (HAS_SMC) {
        give_at(FM_SLOT_SMC, cap_make(CAP_SMC, 0, 0, 0));
    }
}

BOOT_CODE static void give_pages(const struct boot_args *a, const struct layout *l, uint64_t ipc,
                                 uint64_t info, uint64_t extra)
{
    uint64_t data = FM_VM_DEFAULT | FM_VM_EXECUTE_NEVER;
    struct fm_bootinfo *bi = boot.info;
    give_at(FM_SLOT_IPC_BUFFER_FRAME, map_page(l->ipc_va, ipc, data));
    give_at(FM_SLOT_BOOTINFO_FRAME, map_page(l->info_va, info, data));
    bi->extra_bi_pages.start = boot.next_slot;
    for (uint64_t at = 0; at < l->fdt_bytes; at += PAGE) {
        give(map_page(l->info_va + PAGE + at, extra + at, data));
    }
    bi->extra_bi_pages.end = boot.next_slot;
    bi->sched_control.start = boot.next_slot;
    give(cap_make(CAP_SCHED_CONTROL, 0, 0, 0));
    bi->sched_control.end = boot.next_slot;
    bi->user_image_frames.start = boot.next_slot;
    for (uint64_t at = 0; at < l->image_bytes; at += PAGE) {
        give(map_page(l->image_va + at, a->image_start + at, FM_VM_DEFAULT));
    }
    bi->user_image_frames.end = boot.next_slot;
    bi->extra_len = l->fdt_bytes;
    bi->num_nodes = 1;
    bi->ipc_buffer = l->ipc_va;
    bi->cnode_size_bits = FM_ROOT_CNODE_BITS;
}

BOOT_CODE void boot_root_task(const struct boot_args *a, const struct boot_memory *m)
{
    struct layout l = plan(a);
    boot = (struct booting){0};
    find_free(a, m, &l);
    uint64_t tables = count_tables(l.image_va, l.end_va);
    uint64_t cnode_bytes = BIT(FM_ROOT_CNODE_BITS + FM_BITS_SLOT);
    uint64_t bytes = cnode_bytes + 4 * PAGE + l.fdt_bytes + tables * PAGE + BIT(FM_BITS_TCB) +
                     BIT(FM_BITS_SC_MIN);
    place_objects(bytes);
    arch_zero(arch_phys_to_ptr(boot.at), round_up(bytes, 12));

    boot.cnode = (struct slot *)take(cnode_bytes);
    boot.root = (uint64_t *)take(PAGE);
    struct asid_pool *pool = (struct asid_pool *)take(PAGE);
    void *ipc = take(PAGE);
    boot.info = (struct fm_bootinfo *)take(PAGE);
    void *extra = take(l.fdt_bytes);
    boot.next_slot = FM_SLOT_FIRST_FREE;

    make_idle();
    arch_vspace_init(boot.root);
    kernel.asid_pools[0] = pool;
    pool->vspace[1] = boot.root;
    map_tables(l.image_va, l.end_va);
    give_fixed(pool);
    give_fdt(extra, a, l.fdt_bytes);
    give_pages(a, &l, arch_ptr_to_phys(ipc), arch_ptr_to_phys(boot.info),
               arch_ptr_to_phys(extra));

    struct tcb *t = (struct tcb *)take(BIT(FM_BITS_TCB));
    struct sched_context *sc = (struct sched_context *)take(BIT(FM_BITS_SC_MIN));
    give_at(FM_SLOT_TCB, cap_make(CAP_TCB, 0, (uint64_t)(uintptr_t)t, 0));
    give_at(FM_SLOT_SC, cap_make(CAP_SCHED_CONTEXT, FM_BITS_SC_MIN, (uint64_t)(uintptr_t)sc, 0));
    kernel.now = arch_time_now();
    make_thread(t, sc, a, l.ipc_va, l.info_va);

    boot.info->untyped.start = boot.next_slot;
    give_devices(m);
    for (unsigned i = 0; i < boot.free_count; i++) {
        give_untyped(boot.free[i].start, boot.free[i].end, false);
    }
    boot.info->untyped.end = boot.next_slot;
    boot.info->empty = (struct fm_slot_region){boot.next_slot, BIT(FM_ROOT_CNODE_BITS)};

    arch_clean_memory(a->image_start, l.image_bytes);
    kernel.current = t;
    kernel.current_sc = sc;
    kernel.set_timer = true;
    arch_switch_to(t);
    schedule();
}
