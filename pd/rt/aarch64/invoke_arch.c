/* SPDX-License-Identifier: Apache-2.0 */
/* The invocations that only aarch64 has. */
#include <sel4/sel4.h>

seL4_Error fm_page_unify(seL4_CPtr service, seL4_Word bytes)
{
    seL4_SetMR(0, 0);
    seL4_SetMR(1, bytes);
    return (seL4_Error)seL4_MessageInfo_get_label(
        seL4_Call(service, seL4_MessageInfo_new(FM_LABEL_PAGE_UNIFY_INSTRUCTION, 0, 0, 2)));
}

seL4_Error fm_smc_call(seL4_CPtr service, const seL4_Word in[8], seL4_Word out[8])
{
    for (int i = 0; i < 8; i++) {
        seL4_SetMR(i, in[i]);
    }
    seL4_Error e = (seL4_Error)seL4_MessageInfo_get_label(
        seL4_Call(service, seL4_MessageInfo_new(FM_LABEL_SMC_CALL, 0, 0, 8)));

    for (int i = 0; e == seL4_NoError && i < 8; i++) {
        out[i] = seL4_GetMR(i);
    }
    return e;
}
