/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prover. Deterministic: the same statement and trace give the same bytes on every machine. It
 * works in one arena and allocates nothing. It is not zero-knowledge: openings show trace cells.
 */
#ifndef FM_STARK_PROVE_H
#define FM_STARK_PROVE_H

#include "stark/verify.h"

struct fm_stark_fault {
    uint32_t constraint, row; /* FM_E_STARK_TRACE */
    size_t need;              /* FM_E_STARK_ARENA, FM_E_STARK_OUTPUT: bytes */
};

/* Arena bytes that a proof of this statement needs; 0 for a statement that is not well formed. */
size_t fm_stark_arena_size(const struct fm_stark_statement *st);
/* Upper bound of the proof's length. */
size_t fm_stark_proof_size(const struct fm_stark_statement *st);

/*
 * trace: air->ncols columns of n elements each (Montgomery form), column after column; read only.
 * Checks the trace against the table first. Writes the proof to out and its length to *len.
 * Errors: ARGUMENT, INPUTS, ARENA, OUTPUT, TRACE; fault says the details.
 */
FM_MUST_CHECK fm_err fm_stark_prove(const struct fm_stark_statement *st, const uint32_t *trace, void *arena,
                                    size_t arena_len, uint8_t *out, size_t cap, size_t *len,
                                    struct fm_stark_fault *fault);

/* The first row and constraint that the trace violates, or FM_OK. per: room for air->nper * n words. */
FM_MUST_CHECK fm_err fm_stark_check(const struct fm_stark_statement *st, const uint32_t *trace, uint32_t *per,
                                    struct fm_stark_fault *fault);

#endif
