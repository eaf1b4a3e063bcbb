/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RCPTCHAIN: there are `count` receipt heads (heart.md section 8), the last with hash last_hash, such that each but
 * the first names the hash of the one before as prev_receipt and begins (pre_root) at the root where that one ended
 * (post_root); their seq are first_seq, first_seq + 1, ...; their heights are those of the claim, none lower than the
 * one before; the first has prev_receipt first_prev and pre_root first_pre_root, the last post_root last_post_root.
 *
 * Not implied: that the turns behind them were valid executions (that is the executor's word), anything about one
 * agent's turns (agent.h is about those), or that value conserves: receipts carry no amounts.
 */
#ifndef FM_STARK_RCPT_H
#define FM_STARK_RCPT_H

#include "stark/verify.h"
#include "stark/w1.h"
#include "wire/cursor.h"

#define FM_RCPT_MAX 128u
#define FM_RCPT_HEAD_BYTES 256u
#define FM_RCPT_CODE 1400u
#define FM_RCPT_ENTRIES 3400u
#define FM_RCPT_PI (64u + 8u * FM_RCPT_MAX)

struct fm_rcpt_claim {
    uint32_t count; /* 1 to FM_RCPT_MAX */
    uint64_t first_seq;
    uint8_t first_prev[32], first_pre_root[32], last_hash[32], last_post_root[32];
    uint64_t height[FM_RCPT_MAX]; /* of each, in order */
};

struct fm_rcpt {
    struct fm_stark_statement st;
    struct fm_air air;
    struct fm_w1 w1;
    uint32_t count;
    uint32_t pi[FM_RCPT_PI];
    struct fm_air_ins code[FM_RCPT_CODE];
    struct fm_air_entry entries[FM_RCPT_ENTRIES];
};

/*
 * The statement; r must outlive r->st. Errors: SHAPE (count), ARGUMENT (no such profile, seq beyond 2^64), WITNESS
 * (a height below the one before).
 */
FM_MUST_CHECK fm_err fm_rcpt_statement(struct fm_rcpt *r, const struct fm_rcpt_claim *claim, unsigned profile);

/*
 * Checks claim and proof against the hash of the last receipt, which the relying party trusts. r: room for the
 * statement. FM_OK, PROOF_ROOT (another last receipt), PROFILE (one that claims fewer than 100 bits), an error of
 * the statement, or one of the verifier's.
 */
FM_MUST_CHECK fm_err fm_rcpt_verify(const struct fm_rcpt_claim *claim, const uint8_t receipt_hash[32], unsigned profile,
                                    const uint8_t *proof, size_t len, struct fm_rcpt *r, void *scratch,
                                        size_t scratch_len);

/* Claims as bytes. get: false if they are not well formed. */
void fm_rcpt_put(struct fm_writer *w, const struct fm_rcpt_claim *claim);
bool fm_rcpt_get(struct fm_reader *r, struct fm_rcpt_claim *claim) FM_MUST_CHECK;

/* The trace from the heads, one after the other. Error: WITNESS when the last one's hash is another. */
FM_MUST_CHECK fm_err fm_rcpt_trace(const struct fm_rcpt *r, const uint8_t (*heads)[FM_RCPT_HEAD_BYTES],
    uint32_t *trace);

#endif
