/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernel/suite/suite.h"

bool same(uint64_t got, uint64_t want, const char *name)
{
    return TAP_EQ(got, want, name);
}

static void at(uint64_t slot, uint64_t type, uint64_t bits)
{
    MUST(retype(pool, type, bits, slot, 1));
}

#ifdef FM_ABI_AARCH64
#define VSPACE_TYPE FM_OBJ_VSPACE
#else
#define VSPACE_TYPE FM_OBJ_PAGE_TABLE
#endif

static void furnish(void)
{
    at(UT, FM_OBJ_UNTYPED, 16);
    at(UT_CHILD, FM_OBJ_UNTYPED, 16);
    at(UT_12, FM_OBJ_UNTYPED, 12);
    at(TCB, FM_OBJ_TCB, 0);
    at(TCB_LOW, FM_OBJ_TCB, 0);
    at(EP, FM_OBJ_ENDPOINT, 0);
    at(NTF, FM_OBJ_NOTIFICATION, 0);
    at(REPLY, FM_OBJ_REPLY, 0);
    at(SC, FM_OBJ_SCHED_CONTEXT, 8);
    at(SC_SMALL, FM_OBJ_SCHED_CONTEXT, 7);
    at(CN, FM_OBJ_CNODE, 4);
    at(FRAME, FM_OBJ_SMALL_PAGE, 0);
    at(FRAME_MAPPED, FM_OBJ_SMALL_PAGE, 0);
    at(LARGE, FM_OBJ_LARGE_PAGE, 0);
    at(PT, FM_OBJ_PAGE_TABLE, 0);
    at(VS, VSPACE_TYPE, 0);
    at(VS2, VSPACE_TYPE, 0);
    at(FULL, FM_OBJ_NOTIFICATION, 0);
    MUST(retype(UT_CHILD, FM_OBJ_ENDPOINT, 0, FIRST_SPARE, 1));
    MUST(cnode_mint(EP_BADGED, EP, 15, 0x77));
    MUST(cnode_copy(EP_NO_WRITE, EP, FM_RIGHT_READ | FM_RIGHT_GRANT));
    MUST(cnode_copy(EP_NO_GRANT, EP, FM_RIGHT_READ | FM_RIGHT_WRITE));
    MUST(cnode_copy(NTF_NO_WRITE, NTF, FM_RIGHT_READ));
    MUST(cnode_copy(NTF_NO_READ, NTF, FM_RIGHT_WRITE));
    const uint64_t mcp = 5;
    const uint64_t self[] = {FM_SLOT_TCB};
    MUST(invoke(TCB_LOW, FM_LABEL_TCB_SET_MC_PRIORITY, 1, &mcp, 1, self));
    const uint64_t vs2 = VS2;
    MUST(invoke(FM_SLOT_ASID_POOL, FM_LABEL_ASID_POOL_ASSIGN, 0, NULL, 1, &vs2));
    map(FRAME_MAPPED, MAPPED_AT, 3, FM_VM_DEFAULT, FM_SLOT_VSPACE);
    /* map() has just made the last table of that address */
    MUST(cnode_copy(PT_MAPPED, next_slot - 1, 15));
    const uint64_t irq[] = {50, IRQ, 64};
    const uint64_t root[] = {ROOT};
    MUST(invoke(FM_SLOT_IRQ_CONTROL, FM_LABEL_IRQ_ISSUE_HANDLER, 3, irq, 1, root));
    /* the last device untyped is far above everything */
    uint64_t u = 0;
    for (uint64_t i = 0; i < bootinfo->untyped.end - bootinfo->untyped.start; i++) {
        if (bootinfo->untyped_list[i].is_device) {
            u = bootinfo->untyped.start + i;
        }
    }
    MUST(retype(u, FM_OBJ_UNTYPED, 12, UT_DEV, 1));
    MUST(retype(u, FM_OBJ_SMALL_PAGE, 0, FRAME_DEV, 1));
}

void tests(void)
{
    text("TAP version 13\n");
    furnish();
    group_errors();
    group_checks();
    group_paths();
    group_objects();
    group_ipc();
    group_revoke();
    group_memory();
    group_time();
    group_latency();
    group_attack();
    group_random();
    tap_done();
}
