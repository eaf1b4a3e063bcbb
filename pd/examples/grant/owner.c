/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owns an endpoint and gives a friend a badged, narrower capability to it, by two system calls and
 * nobody's leave; after three uses it takes it back, by two more. The badge tells who calls.
 */
#include "pd/power/ask.h"
#include "pd/rt/rt.h"

#define FRIEND 1
#define POWER 2
#define MASTER FM_OWN_FREE
#define OTHER (FM_OWN_FREE + 1)
#define SERIAL 0x42ULL
#define BADGE (FM_BADGE_CALL | FM_BADGE_MINTED | FM_BADGE_OWNER | SERIAL << 16)

static unsigned uses;
static bool granted;

static void check(seL4_Error e, const char *what)
{
    fm_print("%s: %s\n", what, fm_err_name(fm_kernel_err(e)));
}

static void grant(void)
{
    granted = true;
    check(seL4_CNode_Mint(FM_SYS_OWN_CNODE, MASTER, FM_CNODE_OWN_BITS, FM_SYS_OWN_CNODE,
                          FM_OWN_ENDPOINT, FM_CNODE_OWN_BITS, seL4_AllRights, BADGE),
          "mint a master");
    check(seL4_CNode_Copy(FM_SYS_MAIL_CNODE, 0, FM_CNODE_MAIL_BITS, FM_SYS_OWN_CNODE, MASTER,
                          FM_CNODE_OWN_BITS, seL4_CapRights_new(1, 0, 0, 1)),
          "delegate it, to call only");
    check(seL4_CNode_Mint(FM_SYS_OWN_CNODE, OTHER, FM_CNODE_OWN_BITS, FM_SYS_OWN_CNODE, MASTER,
                          FM_CNODE_OWN_BITS, seL4_AllRights, BADGE + 1U),
          "mint another badge from it");
    check(seL4_Untyped_Retype(FM_OWN(FM_OWN_UNTYPED), FM_OBJ_ENDPOINT, 0, FM_SYS_OWN_CNODE, 0, 0,
                              OTHER, 1),
          "make an endpoint of the budget");
    microkit_notify(FRIEND);
}

void init(void)
{
}

void notified(microkit_channel ch)
{
    if (ch == FRIEND && !granted) {
        grant();
    } else if (ch == FRIEND) {
        fm_print("the friend is done\n");
        fm_ask_power_off(POWER, 0);
    }
}

microkit_msginfo fm_invoked(seL4_Word badge, microkit_msginfo info)
{
    (void)info;
    uses++;
    fm_print("call %u with serial 0x%lx\n", uses, badge >> 16 & 0xfffU);
    if (uses == 3U) {
        check(seL4_CNode_Revoke(FM_SYS_OWN_CNODE, MASTER, FM_CNODE_OWN_BITS), "revoke");
        check(seL4_CNode_CancelBadgedSends(FM_SYS_OWN_CNODE, MASTER, FM_CNODE_OWN_BITS),
              "cancel what is under way");
    }
    microkit_mr_set(0, uses);
    return microkit_msginfo_new(FM_OK, 1);
}
