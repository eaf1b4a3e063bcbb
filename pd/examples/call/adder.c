/* SPDX-License-Identifier: Apache-2.0 */
/* A server: adds two numbers, and refuses what does not fit. */
#include "pd/rt/rt.h"

void init(void)
{
}

void notified(microkit_channel ch)
{
    (void)ch;
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    uint64_t sum;

    (void)ch;
    if (microkit_msginfo_get_count(msginfo) != 2U ||
        !fm_add_u64(microkit_mr_get(0), microkit_mr_get(1), &sum)) {
        return microkit_msginfo_new(FM_E_PD_NO_METHOD, 0);
    }
    microkit_mr_set(0, sum);
    return microkit_msginfo_new(FM_OK, 1);
}
