/* SPDX-License-Identifier: Apache-2.0 */
/* The malicious prover: makes no check at all and damages its own state between the phases. */
#ifndef FM_TESTS_STARK_EVIL_H
#define FM_TESTS_STARK_EVIL_H

#include "stark/prove.h"

enum { EVIL_NONE, EVIL_RANDOM, EVIL_ROW, EVIL_DEGREE_N, EVIL_QUOTIENT, EVIL_VALUES, EVIL_LAYER, EVIL_FINAL };
extern int evil_attack;

fm_err evil_prove(const struct fm_stark_statement *st, const uint32_t *trace, void *arena, size_t arena_len,
                  uint8_t *out, size_t cap, size_t *len, struct fm_stark_fault *fault);

#endif
