/* SPDX-License-Identifier: Apache-2.0 */
/* On x86-64: how many lanes this processor has instructions for. */
#ifndef FM_STARK_LANES_HOST_H
#define FM_STARK_LANES_HOST_H

#include <stdint.h>

static inline uint32_t fm_lanes_host(void)
{
    if (!__builtin_cpu_supports("avx2")) {
        return 4;
    }
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")
               ? 16
               : 8;
}

#endif
