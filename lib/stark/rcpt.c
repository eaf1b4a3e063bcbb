/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A head is four blocks, chained. Where its words stand: seq and height in block 0, words 2 to 5; pre_root in block
 * 2, words 0-7; post_root in
 * block 2, words 8-15; prev_receipt in block 3, words 0-7. The hash of the head before stands on the bus of block 0,
 * 196 rows above
 * prev_receipt; its post_root stands 251 rows (255 in one row of four) above this one's pre_root.
 */
#include "stark/rcpt.h"

#include <string.h>

enum { PREV = 0, PRE = 16, HASH = 32, POST = 48, SEQ = 64 };

static const uint32_t flags_of[4] = {17, 16, 16, 26}; /* keyed and start; keyed; keyed; keyed, end and root */

/* Blocks 1 to 3 of every head go on from the block before. */
static void chain(struct fm_air *a, const struct fm_w1 *w)
{
    for (uint32_t b = 0; b < 4; b++) {
        fm_air_at(a, w->flags, 8, 64 * b + 1, FM_BB_P - (FM_W1_WHOLE - flags_of[b]));
        if (b > 0) {
            fm_w1_go_on(a, w, 8, b);
        }
    }
}

/* Public words first .. first+7 (0 or 8) of a block. */
static void half(struct fm_air *a, const struct fm_w1 *w, uint32_t block, uint32_t first, uint32_t pi)
{
    for (uint32_t k = first; k < first + 8; k++) {
        uint32_t row = 64 * block + fm_w1_word_row(k);
        uint32_t at = pi + 2 * (k - first);
        if (k % 2 == 0) {
            fm_air_at(a, w->word_on, a->log_n, row, 1);
        }
        fm_air_at_pi(a, w->word + 2 * (k % 2), a->log_n, row, at);
        fm_air_at_pi(a, w->word + 2 * (k % 2) + 1, a->log_n, row, at + 1);
    }
}

static void head(struct fm_air *a, const struct fm_w1 *w, uint32_t i)
{
    uint32_t row = 256 * i;
    for (uint32_t k = 0; k < 2; k++) { /* words 2 and 3: seq; 4 and 5: height */
        fm_air_at(a, w->word_on, a->log_n, row + 5 + k, 1);
        for (uint32_t l = 0; l < 4; l++) {
            fm_air_at_pi(a, w->word + l, a->log_n, row + 5 + k, SEQ + 8 * i + 4 * k + l);
        }
    }
    if (i == 0) {
        half(a, w, 2, 0, PRE);
        half(a, w, 3, 0, PREV);
        return;
    }
    for (uint32_t r = 4; r < 8; r++) {
        fm_air_at(a, r < 7 ? w->link251 : w->link255, a->log_n, row + 128 + r, 1);
    }
    for (uint32_t r = 4; r < 8; r++) {
        fm_air_at(a, w->link196, a->log_n, row + 192 + r, 1);
    }
}

static void digest_inputs(struct fm_rcpt *r, uint32_t pi, const uint8_t digest[32])
{
    for (uint32_t i = 0; i < 16; i++) {
        r->pi[pi + i] = fm_le16(digest + 2 * i);
    }
}

fm_err fm_rcpt_statement(struct fm_rcpt *r, const struct fm_rcpt_claim *claim, unsigned profile)
{
    struct fm_air *a = &r->air;
    uint32_t last = 4 * (claim->count - 1);
    uint32_t log_n = 8;
    if (claim->count == 0 || claim->count > FM_RCPT_MAX) {
        return FM_E_STARK_SHAPE;
    }
    if (claim->first_seq > UINT64_MAX - claim->count) {
        return FM_E_STARK_ARGUMENT;
    }
    for (uint32_t i = 1; i < claim->count; i++) {
        if (claim->height[i] < claim->height[i - 1]) {
            return FM_E_STARK_WITNESS;
        }
    }
    while (claim->count > 1u << (log_n - 8)) {
        log_n++;
    }
    r->count = claim->count;
    fm_air_init(a, "receipts", FM_W1_COLS, log_n, SEQ + 8 * claim->count, r->code, FM_RCPT_CODE, r->entries,
                FM_RCPT_ENTRIES);
    fm_w1_core_with(a, &r->w1, "receipt", FM_W1_CHAIN | FM_W1_LINK | FM_W1_FREE, 0);
    chain(a, &r->w1);
    for (uint32_t i = 0; i < claim->count; i++) {
        head(a, &r->w1, i);
    }
    half(a, &r->w1, last + 2, 8, POST);
    fm_w1_digest(a, &r->w1, last + 3, HASH);
    if (!fm_air_finish(a)) {
        return FM_E_STARK_SHAPE;
    }
    digest_inputs(r, PREV, claim->first_prev);
    digest_inputs(r, PRE, claim->first_pre_root);
    digest_inputs(r, HASH, claim->last_hash);
    digest_inputs(r, POST, claim->last_post_root);
    for (uint32_t i = 0; i < claim->count; i++) {
        for (uint32_t l = 0; l < 4; l++) {
            r->pi[SEQ + 8 * i + l] = (uint32_t)((claim->first_seq + i) >> (16 * l)) & 0xffff;
            r->pi[SEQ + 8 * i + 4 + l] = (uint32_t)(claim->height[i] >> (16 * l)) & 0xffff;
        }
    }
    r->st = (struct fm_stark_statement){a, fm_stark_profile(profile), r->pi, NULL, 0};
    return r->st.profile == NULL ? FM_E_STARK_ARGUMENT : FM_OK;
}

fm_err fm_rcpt_verify(const struct fm_rcpt_claim *claim, const uint8_t receipt_hash[32], unsigned profile,
                      const uint8_t *proof, size_t len, struct fm_rcpt *r, void *scratch, size_t scratch_len)
{
    fm_err e = fm_stark_profile_weak(profile) ? FM_E_STARK_PROFILE : FM_OK;
    if (e == FM_OK && memcmp(claim->last_hash, receipt_hash, 32) != 0) {
        e = FM_E_PROOF_ROOT;
    }
    e = e != FM_OK ? e : fm_rcpt_statement(r, claim, profile);
    return e != FM_OK ? e : fm_stark_verify(&r->st, proof, len, scratch, scratch_len);
}

bool fm_rcpt_get(struct fm_reader *r, struct fm_rcpt_claim *claim)
{
    claim->count = fm_get_u32(r);
    fm_get_zeros(r, 4);
    claim->first_seq = fm_get_u64(r);
    fm_get_bytes(r, claim->first_prev, 32);
    fm_get_bytes(r, claim->first_pre_root, 32);
    fm_get_bytes(r, claim->last_hash, 32);
    fm_get_bytes(r, claim->last_post_root, 32);
    if (claim->count == 0 || claim->count > FM_RCPT_MAX) {
        return false;
    }
    for (uint32_t i = 0; i < claim->count; i++) {
        claim->height[i] = fm_get_u64(r);
    }
    return !r->bad;
}
