/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Starting a domain anew: those who wait for it get an answer, its own memory is made again as at the
 * start, and it begins at its entry point. Memory that it shares stays: peers may be using it, and a
 * driver resets its device before it looks at its DMA region.
 */
#include "pd/root/root.h"

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
