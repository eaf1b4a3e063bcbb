/* SPDX-License-Identifier: Apache-2.0 */
/* On x86-64 Linux: the processor is asked. Stands among the objects of a program, before the archive's own choice. */
#include "stark/vkern.h"
#include "stark/lanes_host.h"

const struct fm_vkern *fm_vkern_at(uint32_t i)
{
    static const struct fm_vkern *const all[] = {&fm_vkern_1, &fm_vkern_4, &fm_vkern_8, &fm_vkern_16};
    return i < 4 && all[i]->lanes <= fm_lanes_host() ? all[i] : NULL;
}
