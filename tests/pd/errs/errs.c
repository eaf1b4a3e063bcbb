/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every error of the room `system` that a domain can meet, provoked on the target and told by the common
 * vocabulary: each kind of refusal of the kernel, a server without the method, a server that faults, a window that
 * is taken away.
 */
#include "pd/power/ask.h"
#include "pd/rt/rt.h"
#include "tests/tap.h"

#define PHOENIX 1
#define POWER 2
#define VSPACE FM_SYS_USER
#define WINDOW 0x2200000000ULL
#define DEPTH FM_CNODE_OWN_BITS
enum { EP = FM_OWN_FREE, EP_BADGED, EP_SECOND, MEMORY, MEMORY_CHILD, FRAME, EMPTY };

static seL4_Error make(seL4_CPtr memory, seL4_Word type, seL4_Word bits, seL4_Word slot, seL4_Word count)
{
    return seL4_Untyped_Retype(memory, type, bits, FM_SYS_OWN_CNODE, 0, 0, slot, count);
}

static seL4_Error mint(seL4_Word to, seL4_Word from, seL4_Word badge)
{
    return seL4_CNode_Mint(FM_SYS_OWN_CNODE, to, DEPTH, FM_SYS_OWN_CNODE, from, DEPTH, seL4_AllRights, badge);
}

static void says(seL4_Error e, fm_err want, const char *name)
{
    TAP_EQ(fm_kernel_err(e), want, name);
}

static void kernel_errors(void)
{
    const seL4_CPtr u = FM_OWN(FM_OWN_UNTYPED);

    says(make(u, FM_OBJ_ENDPOINT, 0, EP, 1), FM_OK, "ERRS-1 an endpoint");
    says(make(u, 99, 0, EMPTY, 1), FM_E_KERNEL_ARGUMENT, "ERRS-2 KERNEL_ARGUMENT: no type 99");
    says(make(FM_OWN(EMPTY), FM_OBJ_ENDPOINT, 0, EMPTY, 1), FM_E_KERNEL_CAPABILITY,
        "ERRS-3 KERNEL_CAPABILITY: an empty slot");
    says(mint(EP_BADGED, EP, 5), FM_OK, "ERRS-4 a badge");
    says(mint(EP_SECOND, EP_BADGED, 6), FM_E_KERNEL_OPERATION, "ERRS-5 KERNEL_OPERATION: a badge on a badge");
    says(make(u, FM_OBJ_ENDPOINT, 0, EMPTY, 0), FM_E_KERNEL_RANGE, "ERRS-6 KERNEL_RANGE: none of them");
    says(make(u, FM_OBJ_SMALL_PAGE, 0, FRAME, 1), FM_OK, "ERRS-7 a page");
    says(fm_page_map(FM_OWN(FRAME), VSPACE, WINDOW + 8, seL4_CanRead, FM_VM_DEFAULT), FM_E_KERNEL_ALIGNMENT,
         "ERRS-8 KERNEL_ALIGNMENT: eight bytes into a page");
    says(mint(EP_SECOND, EMPTY, 6), FM_E_KERNEL_LOOKUP, "ERRS-9 KERNEL_LOOKUP: from nothing");
    says((seL4_Error)seL4_MessageInfo_get_label(
             seL4_Call(u, seL4_MessageInfo_new(FM_LABEL_UNTYPED_RETYPE, 0, 0, 0))),
         FM_E_KERNEL_TRUNCATED, "ERRS-10 KERNEL_TRUNCATED: Retype without arguments");
    says(make(u, FM_OBJ_ENDPOINT, 0, EP, 1), FM_E_KERNEL_DELETE_FIRST,
        "ERRS-11 KERNEL_DELETE_FIRST: the slot is taken");
    says(make(u, FM_OBJ_UNTYPED, 12, MEMORY, 1), FM_OK, "ERRS-12 memory");
    says(make(FM_OWN(MEMORY), FM_OBJ_ENDPOINT, 0, MEMORY_CHILD, 1), FM_OK, "ERRS-13 with a child");
    says(mint(EMPTY, MEMORY, 0), FM_E_KERNEL_REVOKE_FIRST, "ERRS-14 KERNEL_REVOKE_FIRST: a copy of memory in use");
    says(make(FM_OWN(MEMORY), FM_OBJ_SMALL_PAGE, 0, EMPTY, 1), FM_E_KERNEL_MEMORY,
        "ERRS-15 KERNEL_MEMORY: there is less");
    says((seL4_Error)99, FM_E_KERNEL_OTHER, "ERRS-16 KERNEL_OTHER: no such label");
}

static void windows(void)
{
    static const char text[8] = "window";
    char copy[8];

    says(fm_page_map(FM_OWN(FRAME), VSPACE, WINDOW, seL4_ReadWrite, FM_VM_DEFAULT | FM_VM_EXECUTE_NEVER), FM_OK,
        "ERRS-20 mapped");
    TAP_EQ(fm_rt_window(fm_rt_copy_guarded((void *)WINDOW, text, sizeof text)), FM_OK, "ERRS-21 written");
    says(fm_page_unmap(FM_OWN(FRAME)), FM_OK, "ERRS-22 taken away");
    TAP_EQ(fm_rt_window(fm_rt_copy_guarded(copy, (const void *)WINDOW, sizeof copy)), FM_E_WINDOW_REVOKED,
           "ERRS-23 WINDOW_REVOKED: the touch comes back with an error");
}

static seL4_Word ask(microkit_channel ch, seL4_Word method)
{
    return microkit_msginfo_get_label(microkit_ppcall(ch, microkit_msginfo_new(method, 0)));
}

void init(void)
{
    tap_write("TAP version 13\n", 15);
    kernel_errors();
    windows();
    TAP_EQ(ask(POWER, 77), FM_E_PD_NO_METHOD, "ERRS-30 PD_NO_METHOD: power has no method 77");
    TAP_EQ(ask(PHOENIX, 0), FM_OK, "ERRS-31 a server answers");
    TAP_EQ(ask(PHOENIX, 0), FM_E_PEER_FAULT, "ERRS-32 PEER_FAULT: and faults at the second call");
    TAP_EQ(ask(PHOENIX, 0), FM_OK, "ERRS-33 started anew it answers");
    fm_ask_power_off(POWER, (seL4_Word)tap_done());
}

void notified(microkit_channel ch)
{
    (void)ch;
}
