/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The statement, the numbers that follow from it, the transcript, and the verifier. Nothing here
 * knows how a proof is made.
 */
#ifndef FM_STARK_VERIFY_H
#define FM_STARK_VERIFY_H

#include <firmament/err.h>

#include "base/base.h"
#include "stark/air.h"
#include "stark/b3.h"
#include "stark/profile.h"

#define FM_STARK_LAYERS_MAX 10u
#define FM_STARK_ARITY_LOG 3u /* of a fold, at most */
#define FM_STARK_QUERIES_MAX 176u
#define FM_STARK_PI_MAX 1088u
/* What tools/check/soundness counts with: no wider table is proved or verified. */
#define FM_STARK_OPENINGS_MAX 400u
#define FM_STARK_CONSTRAINTS_MAX 420u
#define FM_STARK_HEADER 44u
#define FM_STARK_LEAF_MAX 1280u /* bytes of a leaf: FM_AIR_COLS_MAX words */

/* Mutation testing: -DFM_STARK_MUTANT=k removes check or absorb k (numbers beside each use). */
#ifndef FM_STARK_MUTANT
#define FM_STARK_MUTANT 0
#endif
#define FM_KEEP(k) (FM_STARK_MUTANT != (k))

struct fm_stark_statement {
    const struct fm_air *air;
    const struct fm_stark_profile *profile;
    const uint32_t *pi; /* air->npi integers below p */
    const uint8_t *ctx; /* what the relying party binds the proof to; may be empty */
    uint32_t ctx_len;
};

/* Every length in a proof follows from the statement. log_d[l]: degree bound of layer l. */
struct fm_stark_dims {
    uint32_t log_n, log_b, group, layers, first; /* layers below first are not committed */
    uint32_t log_d[FM_STARK_LAYERS_MAX + 1], log_a[FM_STARK_LAYERS_MAX];
    uint32_t trace_leaf, quot_leaf; /* bytes */
};

/*
 * False when a verifier must not judge the statement: no profile, a table wider than the profile's bits are computed
 * for, a trace longer than they hold for, or a limit passed.
 */
bool fm_stark_dims(const struct fm_stark_statement *st, struct fm_stark_dims *d);

struct fm_tr {
    uint8_t state[32];
};

enum fm_tr_tag {
    FM_TR_PROTOCOL = 1, FM_TR_PROFILE, FM_TR_AIR, FM_TR_SIZE, FM_TR_INPUTS, FM_TR_CONTEXT, FM_TR_TRACE,
    FM_TR_QUOTIENT, FM_TR_VALUES, FM_TR_LAYER, FM_TR_FINAL, FM_TR_GRIND, FM_TR_NONCE, FM_TR_DRAW
};

/* state' = BLAKE3 keyed with state of (tag u8, length u32, data). */
void fm_tr_absorb(struct fm_tr *t, enum fm_tr_tag tag, const void *data, uint32_t n);
/* Binds the whole statement; the only way to start. */
void fm_tr_start(struct fm_tr *t, const struct fm_stark_statement *st, const struct fm_stark_dims *d);
struct fm_ext fm_tr_ext(const struct fm_tr *t, uint8_t label);
void fm_tr_indices(const struct fm_tr *t, uint32_t log_size, uint32_t *out, uint32_t n);
bool fm_tr_worked(const struct fm_tr *t, uint64_t nonce, uint32_t bits);
void fm_tr_nonce(struct fm_tr *t, uint64_t nonce);

extern const uint32_t fm_stark_leaf_key[8];
extern const uint32_t fm_stark_node_key[8];

static inline void fm_stark_leaf(const uint8_t *bytes, size_t n, uint8_t out[32])
{
    fm_b3_leaf(fm_stark_leaf_key, bytes, n, out);
}

static inline void fm_stark_node(const uint8_t pair[64], uint8_t out[32])
{
    fm_b3_leaf(fm_stark_node_key, pair, 64, out);
}

/* Of the prover's archive (points.c), the next two. x of the point (coset c, row i): 31 * w_N^c * w_n^i. */
fm_bb fm_stark_point(uint32_t log_d0, uint32_t log_b, uint32_t level_shift_log, uint32_t c, uint32_t i);
/* Fold the 2^log_a values at x * w_a^m into one, with beta, beta^2, beta^4. v is overwritten. */
struct fm_ext fm_stark_fold(struct fm_ext *v, uint32_t log_a, fm_bb x, struct fm_ext beta);
/* Sort, drop duplicates; the new count. */
uint32_t fm_stark_sort(uint32_t *v, uint32_t n);

/* FM_OK, or POINT: z lies in the base field or in the trace domain of 2^log_n rows. */
FM_MUST_CHECK fm_err fm_stark_check_point(const struct fm_ext *z, uint32_t log_n);

/* Scratch that the verifier needs for any statement, in bytes, 8-aligned. */
size_t fm_stark_verify_scratch(void);

/* A public call's scratch: what it keeps there itself, n bytes rounded up, and the verifier's after it. */
static inline size_t fm_stark_room(size_t n)
{
    return (n + 7u) & ~(size_t)7;
}

static inline bool fm_stark_fits(size_t own, const void *scratch, size_t scratch_len)
{
    return scratch_len >= own + fm_stark_verify_scratch() && (uintptr_t)scratch % 8 == 0;
}

/*
 * FM_OK, or why not. proof may be anything. Deterministic, bounded by the statement (never by the
 * proof's content), no allocation; scratch may hold anything before and holds nothing secret after.
 */
FM_MUST_CHECK fm_err fm_stark_verify(const struct fm_stark_statement *st, const uint8_t *proof, size_t len,
                                     void *scratch, size_t scratch_len);

#endif
