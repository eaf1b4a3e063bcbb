/* SPDX-License-Identifier: Apache-2.0 */
/* What a stranger does with proof files. Knows the public header and TAP, nothing else of this tree. */
#ifndef FM_TESTS_STARK_STRANGER_H
#define FM_TESTS_STARK_STRANGER_H

#include <firmament/stark_verify.h>

/* Room that stranger_examine wants: for the file (and a byte more), and for the verifier (and 8 bytes more). */
#define STRANGER_FILE_MAX 200000u

/*
 * The file is accepted as what it is about and refused as anything else: another end, kind, profile, head; cut, longer,
 * a bit of claim or proof flipped; too little room. Each with its reason, as TAP. flips: how many of the proof.
 */
void stranger_examine(enum fm_stark_kind kind, const uint8_t trusted[32], const uint8_t *file, size_t len,
                      uint32_t flips);

/*
 * Several: kind u8 | trusted 32 | length u32 | file, one after the other. Every claim of a kind is to be there.
 * The number of files, or 0 if the bytes are not that.
 */
uint32_t stranger_examine_all(const uint8_t *bytes, size_t len, uint32_t flips);

#endif
