/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/agent_claim.h"

#include <string.h>

#include "stark/opened.h"

static bool ran(const struct fm_receipt_head *h)
{
    return h->status == FM_COMMITTED || h->status == FM_BODY_FAILED;
}

fm_err fm_agent_check(const struct fm_agent_claim *c, const uint8_t receipt_hash[32], uint8_t from[32])
{
    const struct fm_receipt_head *f = &c->first;
    const struct fm_receipt_head *l = &c->last;
    uint8_t digest[32];
    uint64_t more = (uint64_t)c->count - 1;
    fm_opened_hash("receipt", l, sizeof *l, digest);
    if (memcmp(digest, receipt_hash, 32) != 0) {
        return FM_E_PROOF_ROOT;
    }
    if (c->count < 3 || c->count > FM_AGENT_STEPS_MAX + 2) {
        return FM_E_STARK_SHAPE;
    }
    if (!ran(f) || !ran(l) || f->version != l->version || memcmp(f->agent, l->agent, 32) != 0 || l->nonce < more ||
        f->nonce != l->nonce - more || l->seq < more || f->seq > l->seq - more || f->height > l->height) {
        return FM_E_STARK_WITNESS;
    }
    fm_opened_link(f, from);
    return FM_OK;
}

fm_err fm_agent_verify(const struct fm_agent_claim *c, const uint8_t receipt_hash[32], unsigned profile,
                       const uint8_t *proof, size_t len, struct fm_agent *a, void *scratch, size_t scratch_len)
{
    uint8_t from[32];
    fm_err e = fm_stark_profile_weak(profile) ? FM_E_STARK_PROFILE : fm_agent_check(c, receipt_hash, from);
    e = e != FM_OK ? e : fm_agent_statement(a, c->count - 2, from, c->last.link, profile);
    return e != FM_OK ? e : fm_stark_verify(&a->st, proof, len, scratch, scratch_len);
}

bool fm_agent_get(struct fm_reader *r, struct fm_agent_claim *c)
{
    c->count = fm_get_u32(r);
    fm_get_zeros(r, 4);
    fm_get_bytes(r, (uint8_t *)&c->first, sizeof c->first);
    fm_get_bytes(r, (uint8_t *)&c->last, sizeof c->last);
    return !r->bad;
}
