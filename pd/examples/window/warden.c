/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes a page of its own budget, maps it into a neighbour's window, and takes it away again: the
 * same two moves with which capsrv grants and revokes memory.
 */
#include "pd/rt/rt.h"

#define READER 1
#define VSPACE FM_SYS_USER
#define FRAME FM_OWN_FREE
#define WINDOW 0x2200000000ULL

void init(void)
{
    seL4_Error e = seL4_Untyped_Retype(FM_OWN(FM_OWN_UNTYPED), FM_OBJ_SMALL_PAGE, 0,
                                       FM_SYS_OWN_CNODE, 0, 0, FRAME, 1);

    fm_print("make a page: %s\n", fm_err_name(fm_kernel_err(e)));
    e = fm_page_map(FM_OWN(FRAME), VSPACE, WINDOW, seL4_CanRead,
                    FM_VM_DEFAULT | FM_VM_EXECUTE_NEVER);
    fm_print("map it into the window: %s\n", fm_err_name(fm_kernel_err(e)));
    microkit_notify(READER);
}

void notified(microkit_channel ch)
{
    if (ch == READER) {
        fm_print("unmap: %s\n", fm_err_name(fm_kernel_err(fm_page_unmap(FM_OWN(FRAME)))));
        microkit_notify(READER);
    }
}
