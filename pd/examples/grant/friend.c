/* SPDX-License-Identifier: Apache-2.0 */
/* Uses the capability that arrives in its mail until it is gone; tries what it must not. */
#include "pd/rt/rt.h"

#define OWNER 1

void init(void)
{
    seL4_MessageInfo_t info = seL4_Call(FM_MAIL(0, 0), microkit_msginfo_new(0, 0));

    fm_print("before the grant: %s\n",
             fm_err_name(fm_kernel_err((seL4_Error)microkit_msginfo_get_label(info))));
    microkit_notify(OWNER);
}

void notified(microkit_channel ch)
{
    seL4_Error e;

    if (ch != OWNER) {
        return;
    }
    /* Whoever holds no capability to a CNode cannot copy out of it, not even what it may use. */
    e = seL4_CNode_Copy(FM_SYS_OWN_CNODE, FM_OWN_FREE, FM_CNODE_OWN_BITS, FM_SYS_MAIL_CNODE, 0,
                        FM_CNODE_MAIL_BITS, seL4_AllRights);
    fm_print("copy it on: %s\n", fm_err_name(fm_kernel_err(e)));
    for (unsigned i = 0; i < 5U; i++) {
        seL4_MessageInfo_t info = seL4_Call(FM_MAIL(0, 0), microkit_msginfo_new(0, 0));
        seL4_Word label = microkit_msginfo_get_label(info);

        if (label == FM_OK) {
            fm_print("use %u: answer %lu\n", i + 1U, microkit_mr_get(0));
        } else {
            fm_print("use %u: %s\n", i + 1U, fm_err_name(fm_kernel_err((seL4_Error)label)));
        }
    }
    microkit_notify(OWNER);
}
