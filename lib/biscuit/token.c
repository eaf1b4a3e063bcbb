/* SPDX-License-Identifier: Apache-2.0 */
/* The envelope: parsing it strictly, verifying its chain of signatures, base64. */
#include "biscuit/world.h"
#include "crypto/sign.h"

static bool read_external(struct fm_pb *outer, const struct fm_pb_field *field, struct fm_biscuit_block *b)
{
    struct fm_pb pb = fm_pb_inner(outer, field);
    struct fm_pb_field f;
    bool key = false;

    while (fm_pb_next(&pb, &f)) {
        if (f.tag == 1 && f.is_bytes && b->ext_sig == NULL) {
            b->ext_sig = f.bytes;
            b->ext_sig_len = f.n;
        } else if (f.tag == 2 && f.is_bytes && !key) {
            key = fm_b_key_read(&pb, &f, &b->ext_key);
        } else {
            return fm_pb_fail(outer, FM_E_TOKEN_FIELD, f.at);
        }
    }
    if (pb.err != FM_OK) {
        return fm_pb_fail(outer, pb.err, pb.err_at);
    }
    if (b->ext_sig == NULL || !key) {
        return fm_pb_fail(outer, FM_E_TOKEN_MISSING, field->at);
    }
    b->external = true;
    return true;
}

static bool read_block(struct fm_pb *outer, const struct fm_pb_field *field, struct fm_biscuit_block *b)
{
    struct fm_pb pb = fm_pb_inner(outer, field);
    struct fm_pb_field f;
    bool key = false;
    bool version = false;

    memset(b, 0, sizeof *b);
    while (fm_pb_next(&pb, &f)) {
        if (f.tag == 1 && f.is_bytes && b->payload == NULL) {
            b->payload = f.bytes;
            b->payload_len = f.n;
        } else if (f.tag == 2 && f.is_bytes && !key) {
            key = fm_b_key_read(&pb, &f, &b->next);
        } else if (f.tag == 3 && f.is_bytes && b->sig == NULL) {
            b->sig = f.bytes;
            b->sig_len = f.n;
        } else if (f.tag == 4 && f.is_bytes && !b->external) {
            (void)read_external(&pb, &f, b);
        } else if (f.tag == 5 && !f.is_bytes && !version) {
            version = true;
            if (f.num > 1) {
                return fm_pb_fail(outer, FM_E_TOKEN_SIG_VERSION, f.at);
            }
            b->version = (uint32_t)f.num;
        } else {
            return fm_pb_fail(outer, FM_E_TOKEN_FIELD, f.at);
        }
    }
    if (pb.err != FM_OK) {
        return fm_pb_fail(outer, pb.err, pb.err_at);
    }
    if (b->payload == NULL || !key || b->sig == NULL) {
        return fm_pb_fail(outer, FM_E_TOKEN_MISSING, field->at);
    }
    if (b->sig_len > FM_BISCUIT_SIG_MAX || b->ext_sig_len > FM_BISCUIT_SIG_MAX || b->sig_len == 0) {
        return fm_pb_fail(outer, FM_E_TOKEN_SIGNATURE_FORM, field->at);
    }
    return true;
}

static bool read_proof(struct fm_pb *outer, const struct fm_pb_field *field, struct fm_biscuit *t)
{
    struct fm_pb pb = fm_pb_inner(outer, field);
    struct fm_pb_field f;

    while (fm_pb_next(&pb, &f)) {
        if (f.tag > 2 || !f.is_bytes || t->proof != NULL) {
            return fm_pb_fail(outer, FM_E_TOKEN_FIELD, f.at);
        }
        t->proof = f.bytes;
        t->proof_len = f.n;
        t->sealed = f.tag == 2;
    }
    if (pb.err != FM_OK) {
        return fm_pb_fail(outer, pb.err, pb.err_at);
    }
    return t->proof != NULL || fm_pb_fail(outer, FM_E_TOKEN_MISSING, field->at);
}

static void read_field(struct fm_pb *pb, const struct fm_pb_field *f, struct fm_biscuit *t, bool *authority)
{
    if (f->tag == 1 && !f->is_bytes && !t->has_root_key_id && f->num <= UINT32_MAX && !*authority) {
        t->has_root_key_id = true;
        t->root_key_id = (uint32_t)f->num;
    } else if (f->tag == 2 && f->is_bytes && !*authority) {
        *authority = read_block(pb, f, &t->block[0]);
        t->nblocks = 1;
        if (t->block[0].external) {
            (void)fm_pb_fail(pb, FM_E_TOKEN_EXTERNAL_AUTHORITY, f->at);
        }
    } else if (f->tag == 3 && f->is_bytes && *authority && t->proof == NULL) {
        if (t->nblocks == FM_BISCUIT_BLOCKS_MAX) {
            (void)fm_pb_fail(pb, FM_E_TOKEN_BLOCKS, f->at);
        } else if (read_block(pb, f, &t->block[t->nblocks])) {
            const struct fm_biscuit_block *b = &t->block[t->nblocks++];
            if (b->external && b->version == 0) {
                (void)fm_pb_fail(pb, FM_E_TOKEN_EXTERNAL_V0, f->at);
            }
        }
    } else if (f->tag == 4 && f->is_bytes && *authority && t->proof == NULL) {
        (void)read_proof(pb, f, t);
    } else {
        (void)fm_pb_fail(pb, FM_E_TOKEN_FIELD, f->at);
    }
}

fm_err fm_biscuit_parse(struct fm_biscuit *token, const uint8_t *bytes, size_t n, struct fm_why *why)
{
    struct fm_pb_field f;
    bool authority = false;

    memset(token, 0, sizeof *token);
    if (n > FM_BISCUIT_BYTES_MAX) {
        return fm_why_set(why, FM_E_TOKEN_LENGTH, 0, "token", FM_BISCUIT_BYTES_MAX, n);
    }
    struct fm_pb pb = fm_pb_of(bytes, (uint32_t)n);
    token->bytes = bytes;
    token->len = (uint32_t)n;
    while (fm_pb_next(&pb, &f)) {
        read_field(&pb, &f, token, &authority);
    }
    if (pb.err == FM_OK && (!authority || token->proof == NULL)) {
        (void)fm_pb_fail(&pb, FM_E_TOKEN_MISSING, (uint32_t)n);
    }
    return pb.err == FM_OK ? FM_OK : fm_why_set(why, pb.err, pb.err_at, "token", 0, 0);
}

static fm_err verify_block(const struct fm_biscuit *t, uint32_t i, const struct fm_biscuit_key *key,
                           const struct fm_biscuit_p256 *p256, uint8_t *room, size_t cap)
{
    const struct fm_biscuit_block *b = &t->block[i];
    const struct fm_biscuit_block *previous = i == 0 ? NULL : &t->block[i - 1U];
    struct fm_pbw w = {room, cap, 0, false};
    fm_err err;

    FM_ASSERT(fm_b_signed_text(&w, b, previous));
    err = fm_b_verify_sig(key, p256, w.buf, w.len, b->sig, b->sig_len);
    if (err != FM_OK || !b->external) {
        return err;
    }
    w.len = 0;
    FM_ASSERT(previous != NULL && fm_b_external_text(&w, b->payload, b->payload_len, previous->sig, previous->sig_len));
    return fm_b_verify_sig(&b->ext_key, p256, w.buf, w.len, b->ext_sig, b->ext_sig_len);
}

static fm_err verify_proof(const struct fm_biscuit *t, const struct fm_biscuit_p256 *p256, uint8_t *room, size_t cap)
{
    const struct fm_biscuit_block *last = &t->block[t->nblocks - 1U];
    struct fm_biscuit_key key;
    struct fm_pbw w = {room, cap, 0, false};

    if (t->sealed) {
        FM_ASSERT(fm_b_seal_text(&w, last));
        fm_err err = fm_b_verify_sig(&last->next, p256, w.buf, w.len, t->proof, t->proof_len);
        return err == FM_E_TOKEN_SIGNATURE ? FM_E_TOKEN_PROOF : err;
    }
    if (t->proof_len != 32) {
        return FM_E_TOKEN_PROOF;
    }
    fm_err err = fm_biscuit_key_of_secret(last->next.algorithm, t->proof, p256, &key);
    if (err != FM_OK) {
        return err == FM_E_TOKEN_KEY ? FM_E_TOKEN_PROOF : err;
    }
    return key.len == last->next.len && fm_equal_ct(key.bytes, last->next.bytes, key.len) ? FM_OK : FM_E_TOKEN_PROOF;
}

fm_err fm_biscuit_verify(const struct fm_biscuit *token, const struct fm_biscuit_key *root,
                         const struct fm_biscuit_p256 *p256, struct fm_arena *scratch, struct fm_why *why)
{
    const struct fm_biscuit_key *key = root;
    size_t used = scratch->used;
    size_t longest = 0;
    uint32_t i = 0;
    fm_err err = FM_OK;

    for (uint32_t k = 0; k < token->nblocks; k++) {
        longest = token->block[k].payload_len > longest ? token->block[k].payload_len : longest;
    }
    uint8_t *room = fm_arena_take(scratch, longest + 512U, 8);
    if (room == NULL) {
        return fm_why_set(why, FM_E_TOKEN_MEMORY, 0, "scratch", longest + 512U, scratch->cap - scratch->used);
    }
    for (; i < token->nblocks && err == FM_OK; i++) {
        err = verify_block(token, i, key, p256, room, longest + 512U);
        key = &token->block[i].next;
    }
    if (err != FM_OK) {
        err = fm_why_set(why, err, i - 1U, "block", 0, 0);
    } else {
        err = verify_proof(token, p256, room, longest + 512U);
        err = err == FM_OK ? FM_OK : fm_why_set(why, err, token->nblocks, "proof", 0, 0);
    }
    scratch->used = used;
    return err;
}

/* ---------------------------------------------------------------------------------------- base64 */
static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

size_t fm_biscuit_base64_decode(const char *text, size_t n, uint8_t *out, size_t cap)
{
    size_t len = 0;
    uint32_t bits = 0;
    uint32_t have = 0;
    size_t pads = 0;

    if (n >= 8 && memcmp(text, "biscuit:", 8) == 0) {
        text += 8;
        n -= 8;
    }
    while (pads < 2 && n > 0 && text[n - 1] == '=') {
        n--;
        pads++;
    }
    if (n % 4 == 1 || (pads > 0 && (n + pads) % 4 != 0)) {
        return SIZE_MAX;
    }
    for (size_t i = 0; i < n; i++) {
        int v = value_of(text[i]);
        if (v < 0) {
            return SIZE_MAX;
        }
        bits = bits << 6 | (uint32_t)v;
        have += 6;
        if (have >= 8) {
            have -= 8;
            if (len == cap) {
                return SIZE_MAX;
            }
            out[len++] = (uint8_t)(bits >> have);
            bits &= (1U << have) - 1U;
        }
    }
    return bits == 0 ? len : SIZE_MAX; /* the bits that are left over must be zero */
}

size_t fm_biscuit_base64_encode(const uint8_t *bytes, size_t n, char *out, size_t cap)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    size_t len = 0;

    if (cap < 1 || n > (cap - 1) / 4 * 3) {
        return SIZE_MAX;
    }
    for (size_t i = 0; i < n; i += 3) {
        uint32_t left = n - i >= 3 ? 3 : (uint32_t)(n - i);
        uint32_t v = (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                     (left > 2 ? bytes[i + 2] : 0U);
        out[len++] = digits[v >> 18];
        out[len++] = digits[v >> 12 & 63U];
        out[len++] = left > 1 ? digits[v >> 6 & 63U] : '=';
        out[len++] = left > 2 ? digits[v & 63U] : '=';
    }
    out[len] = 0;
    return len;
}
