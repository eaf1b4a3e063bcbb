/* SPDX-License-Identifier: Apache-2.0 */
/* On x86-64 Linux: the processor is asked. Stands among the objects of a program, before the archive's own choice. */
#include "stark/vkern.h"

const struct fm_vkern *fm_vkern_at(uint32_t i)
{
    static const struct fm_vkern *const all[] = {&fm_vkern_1, &fm_vkern_4, &fm_vkern_8, &fm_vkern_16};
    uint32_t n = 2;
    if (__builtin_cpu_supports("avx2")) {
        n = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                    __builtin_cpu_supports("avx512dq")
                ? 4
                : 3;
    }
    return i < n ? all[i] : NULL;
}
