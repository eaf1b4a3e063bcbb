/* SPDX-License-Identifier: Apache-2.0 */
/* What needs no proof of RCPTCHAIN-A (agent.h): two receipts, and that they fit each other. */
#ifndef FM_STARK_AGENT_CLAIM_H
#define FM_STARK_AGENT_CLAIM_H

#include <firmament/heart.h>

#include "stark/agent.h"
#include "wire/cursor.h"

struct fm_agent_claim {
    uint32_t count; /* receipts, both included: 3 to FM_AGENT_STEPS_MAX + 2 */
    struct fm_receipt_head first, last;
};

/*
 * The link that the first turn left into from. FM_OK, PROOF_ROOT (the last receipt is not the one that is trusted),
 * SHAPE (count), WITNESS (another agent, a nonce, seq or height that does not fit, a status that is none).
 */
fm_err fm_agent_check(const struct fm_agent_claim *c, const uint8_t receipt_hash[32], uint8_t from[32]) FM_MUST_CHECK;

/*
 * Checks claim and proof against the hash of the last receipt. a: room for the statement. FM_OK, a reason of
 * fm_agent_check, PROFILE (one that claims fewer than 100 bits), or one of the verifier's.
 */
fm_err fm_agent_verify(const struct fm_agent_claim *c, const uint8_t receipt_hash[32], unsigned profile,
                       const uint8_t *proof, size_t len, struct fm_agent *a, void *scratch,
                       size_t scratch_len) FM_MUST_CHECK;

/* Claims as bytes. get: false if they are not well formed. */
void fm_agent_put(struct fm_writer *w, const struct fm_agent_claim *c);
bool fm_agent_get(struct fm_reader *r, struct fm_agent_claim *c) FM_MUST_CHECK;

#endif
