/* SPDX-License-Identifier: Apache-2.0 */
/* The statement whose verification is counted in instructions: MEMBER, a slot of 64 of a cell of 2^20, at P100. */
#ifndef BENCH_STARK_COUNT_H
#define BENCH_STARK_COUNT_H

#include "stark/member.h"

/* NULL if it cannot be made. siblings: of its path. */
const struct fm_stark_statement *count_statement(uint8_t siblings[FM_MEMBER_PATH_MAX][32], struct fm_member *m);

#endif
