/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting a domain anew: those who wait for it get an answer, its own memory is made again as at the
 * start, and it begins at its entry point. Memory that it shares stays, for peers may be using it.
 *
 * A device does not stop when its driver faults. Root holds every device's page, is above everybody, and
 * knows from the plan what stops this one: it does so before it answers or starts anybody, so nobody
 * ever runs beside a device without a driver. Asking the new instance to do it would be too late: peers that share
 * the DMA region run before, and a driver that is not started again never would.
 */
#include "pd/root/root.h"
#include "pd/rt/machine.h"

#define RESET_READS 1000000U /* a device that needs longer than this has failed */

bool root_quiet(uint32_t domain)
{
    const struct fm_plan_reset *resets = root_table(FM_TABLE_RESETS);
    bool all = true;

    for (uint32_t i = 0; i < root_count(FM_TABLE_RESETS); i++) {
        const struct fm_plan_reset *r = &resets[i];
        volatile uint32_t *reg;
        bool done = false;

        if (r->domain != domain) {
            continue;
        }
        reg = (volatile uint32_t *)(root_scratch_device(r->frame) + r->offset);
        *reg = r->value;
        for (uint32_t k = 0; k < RESET_READS && !done; k++) {
            done = *reg == r->value;
        }
        fm_machine_io_barrier();
        root_scratch_done(r->frame, FM_BITS_SMALL_PAGE, false);
        fm_print("device of %s (%s): %s\n", root_name(root_domain(domain)->name),
                 root_name(r->name), done ? "reset" : "does not come to rest");
        all = all && done;
    }
    return all;
}

void root_answer_waiting(uint32_t domain, seL4_Word label)
{
    const struct fm_plan_domain *d = root_domain(domain);

    for (uint32_t i = 0; i < d->reply_count; i++) {
        /* Without a caller this does nothing. */
        seL4_Send(root_object(d->reply_first + i), seL4_MessageInfo_new(label, 0, 0, 0));
    }
}

static void clear(uint32_t domain)
{
    const struct fm_plan_map *maps = root_table(FM_TABLE_MAPS);

    for (uint32_t i = 0; i < root_count(FM_TABLE_MAPS); i++) {
        const struct fm_plan_map *m = &maps[i];

        if (m->domain != domain || (m->flags & FM_MAP_PRIVATE) == 0U) {
            continue;
        }
        for (uint32_t k = 0; k < m->count; k++) {
            memset(root_scratch(m->first + k, m->size_bits), 0, (size_t)1 << m->size_bits);
            root_scratch_done(m->first + k, m->size_bits, false);
        }
    }
}

void root_restart(uint32_t domain, seL4_Word label)
{
    const struct fm_plan_domain *d = root_domain(domain);
    seL4_CPtr sc = root_object(d->sched_context);

    root_check(seL4_TCB_Suspend(root_object(d->tcb)), "suspend", root_name(d->name));
    root_answer_waiting(domain, label);
    clear(domain);
    root_fill(domain);
    if ((d->flags & FM_DOMAIN_PASSIVE) != 0U) {
        (void)seL4_SchedContext_Unbind(sc);
        root_check(seL4_SchedContext_Bind(sc, root_object(d->tcb)), "give time",
                   root_name(d->name));
    }
    if (domain == root.plan->console_domain) {
        const struct fm_plan_map *maps = root_table(FM_TABLE_MAPS);

        for (uint32_t i = 0; i < root_count(FM_TABLE_MAPS); i++) {
            if (maps[i].cap_first == root.plan->console_map) {
                root_map(root.slot_mapped + maps[i].cap_first, root_object(d->vspace),
                         maps[i].vaddr, maps[i].flags, "UART");
            }
        }
        root_out_hand_over();
    }
    root_enter(domain);
}
