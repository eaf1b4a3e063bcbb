/* SPDX-License-Identifier: Apache-2.0 */
/* The extension in one lane: vec_ext.h's names for field.c's functions. */
#ifndef FM_STARK_VEC_EXT_1_H
#define FM_STARK_VEC_EXT_1_H

#include "stark/vec_1.h"

#define ve fm_ext

static inline struct fm_ext ve_add(struct fm_ext a, struct fm_ext b)
{
    return fm_ext_add(a, b);
}

static inline struct fm_ext ve_sub(struct fm_ext a, struct fm_ext b)
{
    return fm_ext_sub(a, b);
}

static inline struct fm_ext ve_scale(struct fm_ext a, vu b)
{
    return fm_ext_scale(a, b);
}

static inline struct fm_ext ve_mul(struct fm_ext a, struct fm_ext b)
{
    return fm_ext_mul(&a, &b);
}

static inline struct fm_ext ve_of(struct fm_ext a)
{
    return a;
}

#endif
