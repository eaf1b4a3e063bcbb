/* SPDX-License-Identifier: Apache-2.0 */
/* Floating point registers to and from a context (a0). The kernel never computes with them. */
#include "kernel_context.h"

    .text
    .globl riscv_fpu_save
riscv_fpu_save:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fsd f\n, (CTX_F + 8 * \n)(a0)
    .endr
    csrr t0, fcsr
    sd t0, (CTX_F + 8 * 32)(a0)
    ret

    .globl riscv_fpu_load
riscv_fpu_load:
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fld f\n, (CTX_F + 8 * \n)(a0)
    .endr
    ld t0, (CTX_F + 8 * 32)(a0)
    csrw fcsr, t0
    ret
