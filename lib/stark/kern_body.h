/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel set: included once by each kern_*.c, behind its FM_LANES. */
#ifndef FM_STARK_KERN_BODY_H
#define FM_STARK_KERN_BODY_H

#include "stark/kern.h"
#include "stark/kern_ext.h"
#include "stark/kern_hash.h"
#include "stark/kern_ntt.h"
#include "stark/kern_poseidon2.h"

#define FM_KERN_SET(id, text)                                                                      \
    const struct fm_kern id = {                                                                    \
        .name = (text),                                                                            \
        .lanes = FM_LANES,                                                                         \
        .dif = kern_dif,                                                                           \
        .dit = kern_dit,                                                                           \
        .extend = kern_extend,                                                                     \
        .mul = kern_mul,                                                                           \
        .scale = kern_scale,                                                                       \
        .leaves = kern_leaves,                                                                     \
        .nodes = kern_nodes,                                                                       \
        .rows = kern_rows,                                                                         \
        .check = kern_check,                                                                       \
        .dot = kern_dot,                                                                           \
        .invert = kern_invert,                                                                     \
        .ext_scale = kern_ext_scale,                                                               \
        .combine = kern_combine,                                                                   \
        .fold = kern_fold,                                                                         \
        .poseidon2 = kern_poseidon2,                                                               \
        .grind = kern_grind,                                                                       \
    }

#endif
