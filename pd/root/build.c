/* SPDX-License-Identifier: Apache-2.0 */
/* Builds what the plan says: objects, capabilities, mappings, contents, threads. */
#include "pd/root/root.h"
#include "pd/rt/machine.h"

static void make_irq(const struct fm_plan_objects *run)
{
    root_check(seL4_IRQControl_GetTrigger(FM_SLOT_IRQ_CONTROL, run->paddr, run->size_bits,
                                          FM_SLOT_CNODE, root_object(run->first), ROOT_DEPTH),
               "interrupt handler", root_name(run->name));
}

static void make_objects(void)
{
    const struct fm_plan_objects *runs = root_table(FM_TABLE_OBJECTS);
    bool out = false;

    for (uint32_t i = 0; i < root_count(FM_TABLE_OBJECTS); i++) {
        if (runs[i].kind == FM_PLAN_IRQ) {
            make_irq(&runs[i]);
            continue;
        }
        root_make(&runs[i], root_object(runs[i].first));
        if (!out && root.plan->uart - runs[i].first < runs[i].count) {
            root_out_init(); /* from here on, what goes wrong can be said */
            out = true;
        }
    }
    for (uint32_t i = 0; i < root_count(FM_TABLE_DOMAINS); i++) {
        const struct fm_plan_domain *d = root_domain(i);

        root_check(seL4_ASIDPool_Assign(FM_SLOT_ASID_POOL, root_object(d->vspace)),
                   "assign an ASID", root_name(d->name));
    }
}

static void make_cap(const struct fm_plan_cap *c)
{
    seL4_CPtr from = c->object == FM_PLAN_SMC ? FM_SLOT_SMC : root_object(c->object);
    seL4_CapRights_t rights = {{c->rights}};
    seL4_Error e;

    e = c->badge != 0U ? seL4_CNode_Mint(root_object(c->cnode), c->slot, c->radix, FM_SLOT_CNODE,
                                         from, ROOT_DEPTH, rights, c->badge)
                       : seL4_CNode_Copy(root_object(c->cnode), c->slot, c->radix, FM_SLOT_CNODE,
                                         from, ROOT_DEPTH, rights);
    root_check(e, "capability",
               c->domain == FM_PLAN_NONE ? "" : root_name(root_domain(c->domain)->name));
}

static void make_mappings(void)
{
    const struct fm_plan_map *maps = root_table(FM_TABLE_MAPS);

    for (uint32_t i = 0; i < root_count(FM_TABLE_MAPS); i++) {
        const struct fm_plan_map *m = &maps[i];

        for (uint32_t k = 0; k < m->count; k++) {
            seL4_CPtr cap = root.slot_mapped + m->cap_first + k;

            root_check(seL4_CNode_Copy(FM_SLOT_CNODE, cap, ROOT_DEPTH, FM_SLOT_CNODE,
                                       root_object(m->first + k), ROOT_DEPTH, seL4_AllRights),
                       "copy a frame", root_name(m->name));
            root_map(cap, root_object(m->vspace), m->vaddr + ((uint64_t)k << m->size_bits),
                     m->flags, root_name(m->name));
        }
    }
}

/* Page tables for each window, so that whoever may map there needs none: a page is mapped in each
 * piece of 2 MiB and taken away again. */
static void make_windows(void)
{
    const struct fm_plan_window *windows = root_table(FM_TABLE_WINDOWS);

    for (uint32_t i = 0; i < root_count(FM_TABLE_WINDOWS); i++) {
        const struct fm_plan_domain *d = root_domain(windows[i].domain);
        const uint64_t step = 1ULL << FM_BITS_LARGE_PAGE;

        for (uint64_t at = windows[i].base & ~(step - 1U); at < windows[i].base + windows[i].bytes;
             at += step) {
            root_map(root_object(d->buffer), root_object(d->vspace), at,
                     FM_MAP_READ | FM_MAP_CACHED, "window");
            root_check(fm_page_unmap(root_object(d->buffer)), "unmap", "window");
        }
    }
}

static void patch(uint32_t domain)
{
    const struct fm_plan_patch *patches = root_table(FM_TABLE_PATCHES);

    for (uint32_t i = 0; i < root_count(FM_TABLE_PATCHES); i++) {
        const struct fm_plan_patch *p = &patches[i];
        seL4_Word paddr = 0;

        if (p->domain != domain) {
            continue;
        }
        root_check(fm_page_address(root_object(p->target), &paddr), "address of a frame", "patch");
        uint8_t *at = root_scratch(p->object, FM_BITS_SMALL_PAGE);

        memcpy(at + p->offset, &paddr, sizeof paddr);
        root_scratch_done(p->object, FM_BITS_SMALL_PAGE, false);
    }
}

void root_fill(uint32_t domain)
{
    const struct fm_plan_fill *fills = root_table(FM_TABLE_FILLS);

    for (uint32_t i = 0; i < root_count(FM_TABLE_FILLS); i++) {
        const struct fm_plan_fill *f = &fills[i];

        if (f->domain != domain) {
            continue;
        }
        uint32_t bits = root_frame_bits(f->object);
        uint8_t *at = root_scratch(f->object, bits);

        memcpy(at + f->offset, (const uint8_t *)root.plan + f->data, f->length);
        root_scratch_done(f->object, bits, f->code != 0U);
    }
    patch(domain);
}

static void make_interrupts(void)
{
    const struct fm_plan_irq *irqs = root_table(FM_TABLE_IRQS);

    for (uint32_t i = 0; i < root_count(FM_TABLE_IRQS); i++) {
        seL4_CPtr bell = root_slot();

        root_check(seL4_CNode_Mint(FM_SLOT_CNODE, bell, ROOT_DEPTH, FM_SLOT_CNODE,
                                   root_object(irqs[i].notification), ROOT_DEPTH, seL4_CanWrite,
                                   irqs[i].badge),
                   "mint", "interrupt");
        root_check(seL4_IRQHandler_SetNotification(root_object(irqs[i].irq), bell),
                   "interrupt's notification", "");
    }
}

static void set_flags(const struct fm_plan_domain *d)
{
    seL4_Word want = ((d->flags & FM_DOMAIN_NO_FPU) != 0U ? FM_TCB_FLAG_FPU_DISABLED : 0U) |
                     ((d->flags & FM_DOMAIN_NO_TIME) != 0U ? FM_TCB_FLAG_NO_TIME : 0U);
    seL4_Word got = 0;

    if (want == 0U) {
        return;
    }
    root_check(seL4_TCB_SetFlags(root_object(d->tcb), 0, want, &got), "flags", root_name(d->name));
    if ((want & FM_TCB_FLAG_NO_TIME) != 0U) {
        fm_print("%s: clock: %s\n", root_name(d->name),
                 (got & FM_TCB_FLAG_NO_TIME) != 0U ? "closed" : "readable");
    }
}

static void make_thread(uint32_t i)
{
    const struct fm_plan_domain *d = root_domain(i);
    const char *name = root_name(d->name);
    seL4_CPtr tcb = root_object(d->tcb);
    seL4_CPtr handler = root_slot();
    bool to_root = d->fault_endpoint == FM_PLAN_NONE;
    uint32_t endpoint = to_root ? root.plan->root_endpoint : d->fault_endpoint;

    root_check(seL4_CNode_Mint(FM_SLOT_CNODE, handler, ROOT_DEPTH, FM_SLOT_CNODE,
                               root_object(endpoint), ROOT_DEPTH, seL4_AllRights, d->fault_badge),
               "fault endpoint", name);
    root_check(seL4_SchedControl_ConfigureFlags(
                   root.info->sched_control.start, root_object(d->sched_context), d->budget_us,
                   d->period_us, d->extra_refills, 0x100U + i, FM_SC_FLAG_SPORADIC),
               "scheduling context", name);
    root_check(seL4_TCB_Configure(tcb, root_object(d->cspace), d->cspace_data,
                                  root_object(d->vspace), 0, FM_RT_IPC_BUFFER,
                                  root_object(d->buffer)),
               "configure", name);
    root_check(seL4_TCB_SetSchedParams(tcb, FM_SLOT_TCB, d->priority, d->priority,
                                       root_object(d->sched_context), handler),
               "priority", name);
    if ((d->flags & FM_DOMAIN_TIMEOUT) != 0U) {
        root_check(seL4_TCB_SetTimeoutEndpoint(tcb, handler), "timeout endpoint", name);
    }
    root_check(seL4_TCB_BindNotification(tcb, root_object(d->notification)), "notification", name);
    set_flags(d);
}

void root_enter(uint32_t domain)
{
    const struct fm_plan_domain *d = root_domain(domain);
    seL4_Word regs[FM_UCTX_WORDS] = {0};

    regs[FM_UCTX_PC] = d->pc;
    regs[FM_UCTX_SP] = FM_RT_STACK_TOP;
    root_check(seL4_TCB_WriteRegisters(root_object(d->tcb), seL4_True, 0, FM_UCTX_WORDS, regs),
               "start", root_name(d->name));
}

void root_build(void)
{
    const struct fm_plan_cap *caps = root_table(FM_TABLE_CAPS);

    make_objects();
    for (uint32_t i = 0; i < root_count(FM_TABLE_CAPS); i++) {
        make_cap(&caps[i]);
    }
    root_fill(FM_PLAN_NONE);
    for (uint32_t i = 0; i < root_count(FM_TABLE_DOMAINS); i++) {
        root_fill(i);
    }
    make_mappings();
    make_windows();
    make_interrupts();
    for (uint32_t i = 0; i < root_count(FM_TABLE_DOMAINS); i++) {
        make_thread(i);
    }
}

void root_start_all(void)
{
    for (uint32_t i = 0; i < root_count(FM_TABLE_DOMAINS); i++) {
        root_enter(i);
    }
}
