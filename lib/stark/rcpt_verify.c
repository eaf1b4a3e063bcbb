/* SPDX-License-Identifier: Apache-2.0 */
#include <firmament/stark_verify.h>

#include <string.h>

#include "stark/rcpt.h"

struct room {
    struct fm_rcpt statement;
    struct fm_rcpt_claim claim;
};

static size_t own(void)
{
    return (sizeof(struct room) + 7u) & ~(size_t)7;
}

size_t fm_stark_receipts_scratch(void)
{
    return own() + fm_stark_verify_scratch();
}

fm_err fm_stark_receipts_verify(const struct fm_stark_receipts *claim, const uint8_t *proof, size_t len, void *scratch,
                                size_t scratch_len)
{
    struct room *r = scratch;
    if (scratch_len < fm_stark_receipts_scratch() || (uintptr_t)scratch % 8 != 0) {
        return FM_E_STARK_SCRATCH;
    }
    if (claim->count == 0 || claim->count > FM_RCPT_MAX) {
        return FM_E_STARK_SHAPE;
    }
    r->claim.count = claim->count;
    r->claim.first_seq = claim->first_seq;
    memcpy(r->claim.first_prev, claim->first_prev, 32);
    memcpy(r->claim.first_pre_root, claim->first_pre_root, 32);
    memcpy(r->claim.last_hash, claim->last_hash, 32);
    memcpy(r->claim.last_post_root, claim->last_post_root, 32);
    memcpy(r->claim.height, claim->height, claim->count * sizeof r->claim.height[0]);
    return fm_rcpt_verify(&r->claim, claim->last_hash, claim->profile, proof, len, &r->statement,
                          (uint8_t *)scratch + own(), scratch_len - own());
}
