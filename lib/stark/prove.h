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

/* What the prover does, in this order; HASH comes again after CONSTRAINTS. */
enum fm_stark_phase {
    FM_PHASE_CHECK,       /* the trace against the table */
    FM_PHASE_EXTEND,      /* the trace to the whole domain */
    FM_PHASE_HASH,        /* a tree over rows */
    FM_PHASE_CONSTRAINTS, /* the quotient */
    FM_PHASE_VALUES,      /* out-of-domain values */
    FM_PHASE_DEEP,        /* the DEEP quotient */
    FM_PHASE_FOLD,        /* FRI, with its trees and work */
    FM_PHASE_OPEN,        /* openings */
    FM_PHASE_DONE,
    FM_PHASES
};

struct prover;

/*
 * How a host helps: other hands, and an eye on progress. Either function may be NULL. `each` has every part below
 * `count` done exactly once by fm_stark_work(p, part), in any order and at the same time, and returns when all are
 * done; the proof's bytes are the same whoever does them.
 */
struct fm_stark_crew_ops {
    void (*each)(void *of, struct prover *p, uint32_t count);
    void (*phase)(void *of, enum fm_stark_phase begins);
};

struct fm_stark_crew {
    const struct fm_stark_crew_ops *ops;
    void *of;
};

/* One part of what `each` was called for. */
void fm_stark_work(struct prover *p, uint32_t part);

/* fm_stark_prove with a crew; NULL: alone. */
FM_MUST_CHECK fm_err fm_stark_prove_by(const struct fm_stark_crew *crew, const struct fm_stark_statement *st,
                                       const uint32_t *trace, void *arena, size_t arena_len, uint8_t *out, size_t cap,
                                       size_t *len, struct fm_stark_fault *fault);

/* The first row and constraint that the trace violates, or FM_OK. per: room for air->nper * n words. */
FM_MUST_CHECK fm_err fm_stark_check(const struct fm_stark_statement *st, const uint32_t *trace, uint32_t *per,
                                    struct fm_stark_fault *fault);

#endif
