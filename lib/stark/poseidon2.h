/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A4, a benchmark: the Poseidon2 permutation over BabyBear of width 16, x^7, 8 external and 13 internal rounds (Grassi,
 * Khovratovich, Schofnegger: eprint 2023/323), with the round constants of its Grain LFSR and the matrices that Plonky3
 * publishes for this field: circ(2, 3, 1, 1) in the external ones, 1 + diag(fm_p2_diagonal) in the internal one.
 *
 * The statement: 2^log_n permutations, one a row, in 16 chains. Public: 16 words a and 16 * 8 words d. Means: chain j
 * begins at the state (j + 1) a, and after 2^log_n / 16 permutations of it the first eight words are d_j.
 *
 * Columns: 16 of input; of each S-box its cube and its seventh power, first those of four external rounds (16 cubes, 16
 * powers each), then the 13 of the internal rounds (cube, power), then those of the other four. Nothing else: what a
 * linear layer gives is never written down. Chain j is in rows j mod 16.
 */
#ifndef FM_STARK_POSEIDON2_H
#define FM_STARK_POSEIDON2_H

#include "stark/air.h"

#define FM_P2_WIDTH 16u
#define FM_P2_HALF 4u /* external rounds before the internal ones, and after them */
#define FM_P2_INTERNAL 13u
#define FM_P2_CHAINS 16u
#define FM_P2_OUT 8u
#define FM_P2_COLS (FM_P2_WIDTH * (1u + 4u * FM_P2_HALF) + 2u * FM_P2_INTERNAL) /* 298 */
#define FM_P2_PI (FM_P2_WIDTH + FM_P2_CHAINS * FM_P2_OUT)
#define FM_P2_ROWS_LOG_MIN 5u
#define FM_P2_CODE 768u
#define FM_P2_ENTRIES 192u

struct fm_p2 {
    struct fm_air air;
    struct fm_air_ins code[FM_P2_CODE];
    struct fm_air_entry entries[FM_P2_ENTRIES];
};

/* Integers below p. */
extern const uint32_t fm_p2_external[2 * FM_P2_HALF][FM_P2_WIDTH];
extern const uint32_t fm_p2_internal[FM_P2_INTERNAL];
extern const uint32_t fm_p2_diagonal[FM_P2_WIDTH];

/* First column of external round r (0 to 7) and of internal round r (0 to 12). */
static inline uint32_t fm_p2_external_col(uint32_t r)
{
    return FM_P2_WIDTH * (1 + 2 * r) + (r < FM_P2_HALF ? 0 : 2 * FM_P2_INTERNAL);
}

static inline uint32_t fm_p2_internal_col(uint32_t r)
{
    return FM_P2_WIDTH * (1 + 2 * FM_P2_HALF) + 2 * r;
}

/* The permutation of 16 elements (Montgomery form) in place, one after the other: the plain form of what kernels do. */
void fm_p2_permute(uint32_t state[FM_P2_WIDTH]);

/* The table of 2^log_n rows, log_n >= 5; false for a size that it cannot have. */
bool fm_p2_air(struct fm_p2 *p, uint32_t log_n);

/*
 * FM_P2_COLS columns of 2^log_n words from pi[0] to pi[15] (integers below p); the other public inputs are set to the
 * results.
 */
void fm_p2_trace(uint32_t log_n, uint32_t pi[FM_P2_PI], uint32_t *trace);

#endif
