/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RCPTCHAIN-A: the turns of one agent (heart.md section 3). Its link is a chain over its turns,
 * link' = H.link(link || turn_hash || status), and rises with its nonce.
 *
 * Two receipts are in the claim, open to whoever checks it; both are of the same agent, the second has a nonce count
 * - 1 higher, a higher seq and no lower height. The proof shows that the link which the first turn left leads to the
 * link that the last turn found in exactly count - 2 steps, each of one turn hash and one status (0 or 1). So
 * between the two receipts the agent ran count - 2 turns, these and no others, one for each nonce.
 *
 * Roots need not chain: other agents' turns may lie between. The receipts between are not in the proof: no hash that
 * the last receipt holds covers them, so that "such receipts exist" would say nothing. Their turn hashes and
 * statuses are covered, and hidden. Not implied: what these turns did; that either receipt is true: take both hashes
 * from one you trust.
 */
#ifndef FM_STARK_AGENT_H
#define FM_STARK_AGENT_H

#include "stark/verify.h"
#include "stark/w1.h"

#define FM_AGENT_STEPS_MAX 128u
#define FM_AGENT_CODE 1400u
#define FM_AGENT_ENTRIES 800u
#define FM_AGENT_PI 32u

struct fm_agent {
    struct fm_stark_statement st;
    struct fm_air air;
    struct fm_w1 w1;
    uint32_t steps;
    uint32_t pi[FM_AGENT_PI];
    struct fm_air_ins code[FM_AGENT_CODE];
    struct fm_air_entry entries[FM_AGENT_ENTRIES];
};

/* One step's witness. */
struct fm_agent_turn {
    uint8_t turn_hash[32];
    uint8_t status;
};

/* The statement that so many steps lead from one link to another; a must outlive a->st. Errors: SHAPE, ARGUMENT. */
FM_MUST_CHECK fm_err fm_agent_statement(struct fm_agent *a, uint32_t steps, const uint8_t from[32],
                                        const uint8_t to[32], unsigned profile);
/* The trace (144 columns of 2^air.log_n rows). Error: WITNESS when the turns lead elsewhere. */
FM_MUST_CHECK fm_err fm_agent_trace(const struct fm_agent *a, const struct fm_agent_turn *turns, uint32_t *trace);

#endif
