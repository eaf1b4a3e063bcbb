/* SPDX-License-Identifier: Apache-2.0 */
/* The one table from the kernel's error labels to the common vocabulary. */
#include "pd/rt/rt.h"

fm_err fm_kernel_err(seL4_Error label)
{
    static const fm_err table[] = {
        [FM_KERR_NONE] = FM_OK,
        [FM_KERR_INVALID_ARGUMENT] = FM_E_KERNEL_ARGUMENT,
        [FM_KERR_INVALID_CAPABILITY] = FM_E_KERNEL_CAPABILITY,
        [FM_KERR_ILLEGAL_OPERATION] = FM_E_KERNEL_OPERATION,
        [FM_KERR_RANGE_ERROR] = FM_E_KERNEL_RANGE,
        [FM_KERR_ALIGNMENT_ERROR] = FM_E_KERNEL_ALIGNMENT,
        [FM_KERR_FAILED_LOOKUP] = FM_E_KERNEL_LOOKUP,
        [FM_KERR_TRUNCATED_MESSAGE] = FM_E_KERNEL_TRUNCATED,
        [FM_KERR_DELETE_FIRST] = FM_E_KERNEL_DELETE_FIRST,
        [FM_KERR_REVOKE_FIRST] = FM_E_KERNEL_REVOKE_FIRST,
        [FM_KERR_NOT_ENOUGH_MEMORY] = FM_E_KERNEL_MEMORY,
    };

    return (unsigned)label < FM_ARRAY_LEN(table) ? table[label] : FM_E_KERNEL_OTHER;
}
