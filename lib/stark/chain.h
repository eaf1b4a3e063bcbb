/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CAPCHAIN: in the state with this root, at this time, the capability in slot `slot` of the first link's cell is
 * valid, and its whole chain up to its root record grants everything in `limits`: it is a subset of every record on
 * the way (heart.md section 2).
 *
 * The records, the headers of their holders and the target's are in the claim, open to whoever checks it: a proof
 * hides nothing, so nothing is gained by hiding them, and they are compared by the heart's own cap_subset instead
 * of by constraints (docs/decisions/stark-statements.md). The proof shows that all of them stand under the root,
 * each at its place.
 *
 * `now` is at or after the state's own time: what had expired when the state was made cannot be shown as of an
 * earlier second.
 *
 * Not implied: that the root is recent or honestly made (take it from a signed receipt); that the capability is
 * valid at a later root; that the holder asked; that limits are all that it grants.
 */
#ifndef FM_STARK_CHAIN_H
#define FM_STARK_CHAIN_H

#include "stark/opened.h"

#define FM_CHAIN_LINKS 9u /* depth 8 and its root */

struct fm_chain_link {
    struct fm_opened cell; /* the holder */
    uint8_t slot;
    struct fm_record record;
};

struct fm_chain_claim {
    struct fm_opened_top state;
    uint32_t now;
    struct fm_limits limits; /* what is claimed to be granted */
    uint8_t nlinks;
    struct fm_chain_link link[FM_CHAIN_LINKS]; /* the leaf first, the root record last */
    struct fm_opened target;
};
#define FM_CHAIN_BYTES_MAX (FM_OPENED_TOP_BYTES + 38u + FM_CHAIN_LINKS * (FM_OPENED_BYTES + 65u) + FM_OPENED_BYTES)

/* The siblings, for a prover. */
struct fm_chain_witness {
    uint8_t slot[FM_CHAIN_LINKS][8][32];
    uint8_t cell[FM_CHAIN_LINKS][32][32];
    uint8_t target[32][32];
};

/*
 * What of the claim needs no proof: that its parts fit each other and the root, and that the chain is valid. FM_OK,
 * or the first reason in the heart's order: PROOF_ROOT (another root), STARK_SHAPE (no link, or too many),
 * STARK_WITNESS (a time before the state's), NO_SLOT, NO_CELL (a place that is not there), NO_CAP, TARGET,
 * NOT_LIVE, LIFTED, EXPIRED, HOLDER_NOT_LIVE, REVOKED (a link that its parent does not answer), DEPTH, WIDENS with
 * *axis. at: the link it is about.
 */
fm_err fm_chain_check(const struct fm_chain_claim *claim, const uint8_t root[32], uint8_t *at,
    uint8_t *axis) FM_MUST_CHECK;

/* The paths of a claim that was checked. witness and siblings of *o: both or none. */
void fm_chain_open(struct fm_opening *o, const struct fm_chain_claim *claim, const struct fm_chain_witness *witness);

/*
 * Checks claim and proof against a root. paths: room for the statement. scratch: fm_stark_verify_scratch() bytes,
 * 8-aligned. FM_OK, a reason
 * of fm_chain_check, or one of the verifier's. PROOF_ROOT too if a tree of one leaf is another leaf's; STARK_PROFILE
 * for a profile that claims fewer than 100 bits.
 */
fm_err fm_chain_verify(const struct fm_chain_claim *claim, const uint8_t root[32], unsigned profile,
    const uint8_t *proof, size_t len,
                       struct fm_paths *paths, void *scratch, size_t scratch_len) FM_MUST_CHECK;

/* Claims as bytes. get: false if they are not well formed. */
void fm_chain_put(struct fm_writer *w, const struct fm_chain_claim *claim);
bool fm_chain_get(struct fm_reader *r, struct fm_chain_claim *claim) FM_MUST_CHECK;

#endif
