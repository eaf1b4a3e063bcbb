/* SPDX-License-Identifier: Apache-2.0 */
#include "pd/root/root.h"

struct root root;

/* End of the image: the packer lays the plan at the next page. */
extern const uint8_t _end[];

void root_main(const struct fm_bootinfo *info);

const void *root_table(enum fm_plan_table_id id)
{
    return (const uint8_t *)root.plan + root.plan->tables[id].offset;
}

uint32_t root_count(enum fm_plan_table_id id)
{
    return root.plan->tables[id].count;
}

const char *root_name(uint32_t offset)
{
    return (const char *)root.plan + root.plan->names + offset;
}

const struct fm_plan_domain *root_domain(uint32_t i)
{
    return (const struct fm_plan_domain *)root_table(FM_TABLE_DOMAINS) + i;
}

seL4_CPtr root_slot(void)
{
    if (root.slot_next >= root.slot_end) {
        root_stop("no slot is left in the root CNode", "", seL4_NoError);
    }
    return root.slot_next++;
}

_Noreturn void root_stop(const char *what, const char *name, seL4_Error label)
{
    fm_print("PANIC: %s%s%s: kernel label %u, words %lx %lx\n", what, name[0] != '\0' ? ": " : "",
             name, (unsigned)label, seL4_GetMR(0), seL4_GetMR(1));
    root_halt();
}

_Noreturn void root_halt(void)
{
    for (;;) {
        (void)seL4_TCB_Suspend(FM_SLOT_TCB);
    }
}

static void open_plan(void)
{
    const struct fm_plan *plan = (const struct fm_plan *)(uintptr_t)_end;

    root.plan = plan;
    root.slot_objects = root.info->empty.start;
    root.slot_end = root.info->empty.end;
    root.slot_next = root.slot_objects;
    if (plan->magic != FM_PLAN_MAGIC || plan->version != FM_PLAN_VERSION ||
        plan->profile != FM_ABI_PROFILE_ID) {
        root_halt(); /* no plan, so no UART to say it with: the packer never lets this happen */
    }
    root.slot_mapped = root.slot_objects + plan->objects;
    root.slot_next = root.slot_mapped + plan->mapped;
}

void root_main(const struct fm_bootinfo *info)
{
    __sel4_ipc_buffer = (seL4_IPCBuffer *)info->ipc_buffer;
    root.info = info;
    open_plan();
    root_memory_init();
    root_build();
    fm_print("system %s: %u domains, %u objects, %lu KiB left\n", root_name(root.plan->system),
             root_count(FM_TABLE_DOMAINS), root.plan->objects, root_memory_left() >> 10);
    root_out_hand_over();
    root_start_all();
    root_serve();
}
