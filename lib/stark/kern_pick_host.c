/* SPDX-License-Identifier: Apache-2.0 */
/* On x86-64 Linux: the processor is asked. */
#include "stark/kern.h"
#include "stark/lanes_host.h"

const struct fm_kern *fm_kern_at(uint32_t i)
{
    static const struct fm_kern *const all[] = {&fm_kern_4, &fm_kern_8, &fm_kern_16};
    return i < 3 && all[i]->lanes <= fm_lanes_host() ? all[i] : NULL;
}

const struct fm_kern *fm_kern_best(void)
{
    const struct fm_kern *best = fm_kern_at(0);
    for (uint32_t i = 1; fm_kern_at(i) != NULL; i++) {
        best = fm_kern_at(i);
    }
    return best;
}
