/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rung M0. The one domain with a capability to its own root CNode looks into every slot of its
 * capability space and compares with the plan, sees that a neighbour's fault harmed nobody, and
 * switches the machine off.
 *
 * A slot is looked at without being touched: Copy from an empty slot into it answers DeleteFirst
 * when it is taken, and FailedLookup when it is not.
 */
#include "pd/power/power.h"
#include "pd/rt/rt.h"
#include "tests/tap.h"

#define PATCHED __attribute__((section(".data"), used))
#define CSPACE FM_SYS_USER /* the .caps file puts it there */
#define EMPTY (FM_SYS_SLOTS - 1U)

PATCHED seL4_Word fm_plan_slots[FM_SYS_SLOTS / 64] = {0}; /* by the packer: slots that are taken */
PATCHED seL4_Word prober_hello = 0;
PATCHED seL4_Word prober_power = 0;

static seL4_Error look(seL4_Word index, seL4_Uint8 depth)
{
    return seL4_CNode_Copy(CSPACE, index, depth, CSPACE, EMPTY, FM_CNODE_ROOT_BITS + 58,
                           seL4_AllRights);
}

static unsigned probe_sys(void)
{
    unsigned wrong = 0;

    for (seL4_Word slot = 0; slot < FM_SYS_SLOTS; slot++) {
        bool planned = (fm_plan_slots[slot / 64U] >> slot % 64U & 1U) != 0U;
        seL4_Error e = look(slot, 64);

        if (e != (planned ? seL4_DeleteFirst : seL4_FailedLookup)) {
            fm_print("slot %lu: planned %u, the kernel answers %u\n", slot, planned ? 1U : 0U,
                     (unsigned)e);
            wrong++;
        }
    }
    return wrong;
}

static unsigned probe_root(void)
{
    unsigned wrong = 0;

    for (seL4_Word slot = 0; slot < 1U << FM_CNODE_ROOT_BITS; slot++) {
        seL4_Error e = look(slot, FM_CNODE_ROOT_BITS);

        wrong += e == (slot == 0U ? seL4_DeleteFirst : seL4_FailedLookup) ? 0U : 1U;
    }
    return wrong;
}

void init(void)
{
    microkit_msginfo info;

    tap_write("TAP version 13\n", 15);
    TAP_EQ(probe_sys(), 0, "M0-1 the first CNode holds exactly the slots of the plan");
    TAP_EQ(probe_root(), 0, "M0-2 the root CNode holds the first CNode and nothing else");
    microkit_mr_set(0, 41);
    info = microkit_ppcall((microkit_channel)prober_hello, microkit_msginfo_new(7, 1));
    TAP_OK(microkit_msginfo_get_label(info) == 7U && microkit_mr_get(0) == 42U,
           "M0-3 a neighbour lives on after another's fault, and answers");
    microkit_mr_set(0, (seL4_Word)tap_done());
    (void)microkit_ppcall((microkit_channel)prober_power, microkit_msginfo_new(FM_POWER_OFF, 1));
}

void notified(microkit_channel ch)
{
    (void)ch;
}
