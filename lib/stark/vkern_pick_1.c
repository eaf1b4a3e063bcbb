/* SPDX-License-Identifier: Apache-2.0 */
/* The archive's own choice: what every machine has. */
#include "stark/vkern.h"

const struct fm_vkern *fm_vkern_at(uint32_t i)
{
    return i == 0 ? &fm_vkern_1 : NULL;
}
