/* SPDX-License-Identifier: Apache-2.0 */
/* A heart's state opened for a claim, and the paths of a claim proved: what the tests of chains and delegations
 * share. */
#ifndef FM_TESTS_STARK_CLAIMS_WORLD_H
#define FM_TESTS_STARK_CLAIMS_WORLD_H

#include "stark/deleg.h"
#include "tests/core/expect.h"

extern struct fm_paths paths;
extern uint8_t siblings[FM_PATHS_BLOCKS][32];
extern void *scratch; /* fm_stark_verify_scratch() bytes */
extern uint8_t proof_bytes[400000];
extern size_t proof_len;

/* The record in a slot and its holder; a cell. In the state as it is. */
void open_record(uint32_t idx, uint8_t slot_, struct fm_opened_top *top, struct fm_chain_link *l,
                 uint8_t (*slots)[32], uint8_t (*cells)[32]);
void open_cell(uint32_t idx, struct fm_opened_top *top, struct fm_opened *cell, uint8_t (*cells)[32]);
/* The chain of a capability, as it stands, claimed to grant what its leaf grants. */
void make_chain(uint32_t holder, uint8_t slot_, struct fm_chain_claim *q, struct fm_chain_witness *x);
/* Proves what stands in paths and siblings into proof_bytes. */
fm_err prove_paths(void);

/* claims_deleg.c: a delegation in a fresh world (to be freed), out of a slot so many links below its root record; its
 * claim, witness and receipt. And its proof, into proof_bytes. */
extern struct fm_deleg_claim deleg;
extern struct fm_deleg_witness deleg_witness;
extern uint8_t receipt_hash[32];
void make_deleg(bool metered, bool whole, uint8_t links);
fm_err prove_deleg(const struct fm_deleg_claim *d, const struct fm_deleg_witness *x);
void test_delegations(void);

#endif
