/* SPDX-License-Identifier: Apache-2.0 */
/* The registers of a thread in the host model: those of riscv64 without floating point. */
#ifndef FM_KERNEL_CONTEXT_H
#define FM_KERNEL_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

struct context {
    uint64_t r[32];
    uint64_t pc;
    uint64_t fault_pc;
};

#endif
