/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/file.h"

#include "stark/agent_claim.h"
#include "stark/deleg.h"
#include "stark/rcpt.h"

/* A statement and its claim, while they are looked at. */
struct room {
    union {
        struct fm_rcpt rcpt;
        struct fm_agent agent;
        struct fm_paths paths;
    } of;
    union {
        struct fm_rcpt_claim rcpt;
        struct fm_agent_claim agent;
        struct fm_chain_claim chain;
        struct fm_deleg_claim deleg;
    } claim;
};

fm_err fm_file_open(struct fm_file *f, const uint8_t *bytes, size_t len)
{
    struct fm_reader r;
    const uint8_t *magic;
    const uint8_t *claim;
    uint32_t claim_len;
    fm_reader_init(&r, bytes, len);
    magic = fm_get_view(&r, 16);
    f->kind = fm_get_u8(&r);
    f->profile = fm_get_u8(&r);
    fm_get_zeros(&r, 2);
    claim_len = fm_get_u32(&r);
    claim = fm_get_view(&r, claim_len);
    if (r.bad || memcmp(magic, FM_FILE_MAGIC, 16) != 0) {
        return FM_E_STARK_FILE;
    }
    fm_reader_init(&f->claim, claim, claim_len);
    f->proof_len = fm_reader_left(&r);
    f->proof = fm_get_view(&r, f->proof_len);
    return FM_OK;
}

bool fm_file_member(struct fm_reader *r, struct fm_stark_member *m)
{
    m->cells_log = fm_get_u8(r);
    m->slots_log = fm_get_u8(r);
    m->slot = fm_get_u8(r);
    fm_get_zeros(r, 1);
    m->cell = fm_get_u32(r);
    fm_get_bytes(r, m->record, sizeof m->record);
    return !r->bad;
}

static bool read_claim(struct fm_file *f, struct room *o)
{
    struct fm_reader *r = &f->claim;
    bool good = f->kind == FM_STARK_CAPCHAIN      ? fm_chain_get(r, &o->claim.chain)
                : f->kind == FM_STARK_RCPTCHAIN   ? fm_rcpt_get(r, &o->claim.rcpt)
                : f->kind == FM_STARK_RCPTCHAIN_A ? fm_agent_get(r, &o->claim.agent)
                                                  : fm_deleg_get(r, f->kind == FM_STARK_DELEG_W, &o->claim.deleg);
    return good && fm_reader_end(r);
}

static fm_err verify_member(struct fm_file *f, const uint8_t trusted[32], void *scratch, size_t scratch_len)
{
    struct fm_stark_member m = {.profile = f->profile};
    memcpy(m.root, trusted, 32);
    return fm_file_member(&f->claim, &m) && fm_reader_end(&f->claim)
               ? fm_stark_member_verify(&m, f->proof, f->proof_len, scratch, scratch_len)
               : FM_E_STARK_CLAIM;
}

static fm_err verify_claim(const struct fm_file *f, const uint8_t trusted[32], struct room *o, void *rest,
                           size_t rest_len)
{
    const uint8_t *p = f->proof;
    size_t n = f->proof_len;
    switch (f->kind) {
    case FM_STARK_CAPCHAIN:
        return fm_chain_verify(&o->claim.chain, trusted, f->profile, p, n, &o->of.paths, rest, rest_len);
    case FM_STARK_RCPTCHAIN:
        return fm_rcpt_verify(&o->claim.rcpt, trusted, f->profile, p, n, &o->of.rcpt, rest, rest_len);
    case FM_STARK_RCPTCHAIN_A:
        return fm_agent_verify(&o->claim.agent, trusted, f->profile, p, n, &o->of.agent, rest, rest_len);
    default:
        return fm_deleg_verify(&o->claim.deleg, trusted, f->profile, p, n, &o->of.paths, rest, rest_len);
    }
}

size_t fm_stark_file_scratch(void)
{
    return fm_stark_room(sizeof(struct room)) + fm_stark_verify_scratch();
}

fm_err fm_stark_file_verify(enum fm_stark_kind kind, const uint8_t trusted[32], const uint8_t *file, size_t len,
                            void *scratch, size_t scratch_len)
{
    struct fm_file f;
    size_t own = fm_stark_room(sizeof(struct room));
    fm_err e;
    if (!fm_stark_fits(own, scratch, scratch_len)) {
        return FM_E_STARK_SCRATCH;
    }
    e = fm_file_open(&f, file, len);
    if (e != FM_OK) {
        return e;
    }
    if (f.kind != (unsigned)kind || f.kind < FM_STARK_MEMBER || f.kind > FM_STARK_DELEG_W) {
        return FM_E_STARK_KIND;
    }
    if (fm_stark_profile(f.profile) == NULL || fm_stark_profile_weak(f.profile)) {
        return FM_E_STARK_PROFILE;
    }
    if (f.kind == FM_STARK_MEMBER) {
        return verify_member(&f, trusted, scratch, scratch_len);
    }
    return read_claim(&f, scratch) ? verify_claim(&f, trusted, scratch, (uint8_t *)scratch + own, scratch_len - own)
                                   : FM_E_STARK_CLAIM;
}
