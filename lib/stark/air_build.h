/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the table builder share (air.c, air_wide.c). Each sets a->bad when a limit is passed. */
#ifndef FM_STARK_AIR_BUILD_H
#define FM_STARK_AIR_BUILD_H

#include "stark/air.h"

/* The next instruction, all zero but its op. */
struct fm_air_ins *fm_air_emit(struct fm_air *a, enum fm_air_op op);
/* The degrees on the stack. */
void fm_air_push(struct fm_air *a, unsigned degree);
unsigned fm_air_pop(struct fm_air *a);
/* Note that columns col .. col+len-1 are read at this offset: the offset's index. */
uint8_t fm_air_reads(struct fm_air *a, uint32_t col, uint32_t len, uint32_t off);

#endif
