/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A delegation turn, by the receipt that it left (heart.md sections 2, 4 and 8). Two statements:
 *
 * DELEG-P  At the receipt's pre_root the capability that the agent held was valid, with its whole chain, and grants
 * GRANT and
 *          everything that the new record has (CAPCHAIN with the new record's limits, at the turn's time); slot
 *          dst_slot of cell dst, which is not the agent, did not hold the new record then and holds it at post_root,
 *          one deeper, with the held one as its parent. So this turn made it, from that capability. It does not say
 *          that nothing else changed.
 * DELEG-W  DELEG-P, and: post_root is pre_root with exactly these changes: the agent's nonce is one more, its link
 *          goes on with this turn, the cost is paid from its balance into the fees; of a metered capability the
 *          split-off allowance is used; the slot, opened for the agent before, holds the new record; the ledger's
 *          own record has the next seq. What is paid is what is received: value conserves.
 *
 * DELEG-P is about any committed turn of that agent which, among other things, makes this record; DELEG-W about a
 * turn of one GRANT from one slot into a slot that was open. The held capability may be the end of any chain (up to
 * 8 links below its root record). A record minted straight from SELF has no parent and is not what either is about. Not
 * implied: that the agent signed the turn (that is the executor's word, as the receipt is), nor anything about
 * earlier or later states.
 */
#ifndef FM_STARK_DELEG_H
#define FM_STARK_DELEG_H

#include "stark/chain.h"

struct fm_deleg_claim {
    struct fm_receipt receipt;
    struct fm_chain_claim held; /* at pre_root; its limits are the new record's */
    struct fm_opened_top post;
    struct fm_opened dst; /* at post_root */
    uint8_t dst_slot;
    struct fm_record record;
    struct fm_opened dst_before; /* at pre_root */
    struct fm_record opened;     /* in the slot, at pre_root */
    bool whole;                  /* DELEG-W: the rest is there */
    struct fm_opened agent_after;
    struct fm_record held_after;
    uint8_t mid_root[32]; /* of the cells, the agent's changed and dst's not yet */
};
#define FM_DELEG_BYTES_MAX (593u + FM_CHAIN_BYTES_MAX + FM_OPENED_TOP_BYTES + 3u * FM_OPENED_BYTES)

/* The siblings, for a prover: those of the agent at pre_root are the chain's. */
struct fm_deleg_witness {
    struct fm_chain_witness held;
    uint8_t dst_slot[8][32];
    uint8_t dst_cell[32][32]; /* at post_root, which are those at mid_root */
    uint8_t before_slot[8][32], before_cell[32][32]; /* of dst at pre_root; DELEG-P alone */
};

/*
 * What needs no proof. receipt_hash: of the receipt that the relying party trusts. FM_OK, or PROOF_ROOT, a reason of
 * fm_chain_check, RIGHT (held has no GRANT), SAME_CELL (dst is the agent), SLOT_TAKEN (the record stood there before),
 * NOT_OPEN, NO_SLOT, NO_CELL, DEPTH or WIDENS for the new record, STARK_WITNESS for a change that the turn does not
 * make.
 */
fm_err fm_deleg_check(const struct fm_deleg_claim *claim, const uint8_t receipt_hash[32]) FM_MUST_CHECK;
void fm_deleg_open(struct fm_opening *o, const struct fm_deleg_claim *claim, const struct fm_deleg_witness *witness);
/* As fm_chain_verify. */
fm_err fm_deleg_verify(const struct fm_deleg_claim *claim, const uint8_t receipt_hash[32], unsigned profile,
    const uint8_t *proof,
                       size_t len, struct fm_paths *paths, void *scratch, size_t scratch_len) FM_MUST_CHECK;

void fm_deleg_put(struct fm_writer *w, const struct fm_deleg_claim *claim);
/* whole: whether the bytes are those of DELEG-W, which the file's kind says. */
bool fm_deleg_get(struct fm_reader *r, bool whole, struct fm_deleg_claim *claim) FM_MUST_CHECK;

#endif
