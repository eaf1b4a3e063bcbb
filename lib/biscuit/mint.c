/* SPDX-License-Identifier: Apache-2.0 */
/* Building tokens: mint, attenuate, seal, and third-party blocks. */
#include "biscuit/world.h"
#include "crypto/sign.h"

static void write_block(struct fm_pbw *w, uint32_t tag, const struct fm_biscuit_block *b)
{
    size_t mark = fm_pbw_open(w, tag);

    fm_pbw_bytes(w, 1, b->payload, b->payload_len);
    fm_b_key_write(w, 2, &b->next);
    fm_pbw_bytes(w, 3, b->sig, b->sig_len);
    if (b->external) {
        size_t ext = fm_pbw_open(w, 4);
        fm_pbw_bytes(w, 1, b->ext_sig, b->ext_sig_len);
        fm_b_key_write(w, 2, &b->ext_key);
        fm_pbw_close(w, ext);
    }
    if (b->version > 0) {
        fm_pbw_num(w, 5, b->version);
    }
    fm_pbw_close(w, mark);
}

/* The whole token; proof tag 1 a secret, 2 a final signature. */
static fm_err write_token(const struct fm_biscuit *t, uint32_t proof_tag, const uint8_t *proof, uint32_t proof_len,
                          uint8_t *out, size_t cap, size_t *len)
{
    struct fm_pbw w = {out, cap < FM_BISCUIT_BYTES_MAX ? cap : FM_BISCUIT_BYTES_MAX, 0, false};

    if (t->has_root_key_id) {
        fm_pbw_num(&w, 1, t->root_key_id);
    }
    for (uint32_t i = 0; i < t->nblocks; i++) {
        write_block(&w, i == 0 ? 2 : 3, &t->block[i]);
    }
    size_t mark = fm_pbw_open(&w, 4);
    fm_pbw_bytes(&w, proof_tag, proof, proof_len);
    fm_pbw_close(&w, mark);
    *len = w.len;
    return w.bad ? FM_E_TOKEN_LENGTH : FM_OK;
}

/* A world that is only a place to parse and encode in. */
static struct fm_biscuit_world *workshop(struct fm_arena *scratch)
{
    struct fm_biscuit_limits limits = {2048, 64, 1, 1};

    return fm_biscuit_world_new(scratch, &limits);
}

/* *version: the lowest of the language that can hold the program, `least` at least. */
static fm_err compile(struct fm_biscuit_world *w, struct fm_b_tables *tables, const char *code, size_t n,
                      uint32_t least, uint32_t *version, struct fm_pbw *payload, struct fm_biscuit_where *where)
{
    struct fm_b_program *p = fm_b_program_new(w);
    fm_err err = p == NULL ? FM_E_TOKEN_MEMORY : fm_b_parse(w, p, code, n, true, where);

    if (err != FM_OK) {
        return err;
    }
    *version = fm_b_program_version(w, p, true);
    *version = *version > least ? *version : least;
    return fm_b_encode(w, p, tables, *version, payload);
}

#define SIGNED_V1_FROM 6U /* blocks of this version of the language (3.3) are never signed in version 0 */

/*
 * The version to sign a block in: 0, which verifiers of all ages read, unless something asks for 1: a third party's
 * signature, a newer block, a key that is not Ed25519, the caller, or a block before it that has 1, for a chain that
 * is linked stays so. The rule of the other libraries, so that equal content makes equal bytes.
 */
static uint32_t signature_version(const struct fm_biscuit *t, const struct fm_biscuit_block *b, uint32_t language,
                                  uint8_t signer, uint32_t least)
{
    bool newer = b->external || language >= SIGNED_V1_FROM || signer != FM_BISCUIT_ED25519 ||
                 b->next.algorithm != FM_BISCUIT_ED25519;
    uint32_t version = newer ? 1 : least;

    for (uint32_t i = 0; i < t->nblocks; i++) {
        version = t->block[i].version > version ? t->block[i].version : version;
    }
    return version;
}

/* Signs b, a program of version `language`, with `secret`, in version `least` at least, and puts it behind the token's
 * blocks. */
static fm_err sign_and_write(struct fm_biscuit *t, struct fm_biscuit_block *b, uint32_t language, uint32_t least,
                             const struct fm_biscuit_secret *secret, const struct fm_biscuit_secret *next,
                             const struct fm_biscuit_p256 *p256, struct fm_arena *scratch, uint8_t *out, size_t cap,
                             size_t *len)
{
    uint8_t sig[FM_BISCUIT_SIG_MAX];
    size_t room = b->payload_len + 512U;
    struct fm_pbw text = {fm_arena_take(scratch, room, 8), room, 0, false};
    fm_err err;

    if (text.buf == NULL) {
        return FM_E_TOKEN_MEMORY;
    }
    err = fm_biscuit_key_of_secret(next->algorithm, next->bytes, p256, &b->next);
    b->version = signature_version(t, b, language, secret->algorithm, least);
    if (err == FM_OK && t->nblocks == FM_BISCUIT_BLOCKS_MAX) {
        err = FM_E_TOKEN_BLOCKS;
    }
    if (err == FM_OK) {
        FM_ASSERT(fm_b_signed_text(&text, b, t->nblocks > 0 ? &t->block[t->nblocks - 1U] : NULL));
        err = fm_b_sign(secret, p256, text.buf, text.len, sig, &b->sig_len);
    }
    if (err != FM_OK) {
        return err;
    }
    b->sig = sig;
    t->block[t->nblocks++] = *b;
    err = write_token(t, 1, next->bytes, 32, out, cap, len);
    t->block[t->nblocks - 1U].sig = NULL; /* it stood in this frame */
    return err;
}

/* A copy of the token's record that can grow, in the arena. */
static struct fm_biscuit *copy_token(const struct fm_biscuit *token, struct fm_arena *scratch)
{
    struct fm_biscuit *t = fm_arena_take(scratch, sizeof *t, 8);

    if (t != NULL) {
        if (token != NULL) {
            memcpy(t, token, sizeof *t);
        } else {
            memset(t, 0, sizeof *t);
        }
    }
    return t;
}

static fm_err build(const struct fm_biscuit *token, const struct fm_biscuit_secret *secret,
                    const struct fm_biscuit_secret *next, const struct fm_biscuit_options *how, const char *code,
                    size_t n, const struct fm_biscuit_p256 *p256, struct fm_arena *scratch, uint8_t *out, size_t cap,
                    size_t *len, struct fm_biscuit_where *where)
{
    struct fm_biscuit *t = copy_token(token, scratch);
    struct fm_biscuit_world *w = workshop(scratch);
    struct fm_b_tables *tables = fm_arena_take(scratch, sizeof *tables, 8);
    struct fm_pbw payload = {fm_arena_take(scratch, FM_BISCUIT_BYTES_MAX, 8), FM_BISCUIT_BYTES_MAX, 0, false};
    struct fm_biscuit_block b;
    uint32_t language = 0;
    uint32_t least = how != NULL ? how->signature_version : 0;
    fm_err err = FM_OK;

    if (least > 1) {
        return FM_E_TOKEN_SIG_VERSION;
    }
    if (t == NULL || w == NULL || tables == NULL || payload.buf == NULL) {
        return FM_E_TOKEN_MEMORY;
    }
    if (how != NULL && how->has_root_key_id) {
        t->has_root_key_id = true;
        t->root_key_id = how->root_key_id;
    }
    tables->nsymbols = 0;
    tables->nkeys = 0;
    for (uint32_t i = 0; i < t->nblocks && err == FM_OK; i++) {
        err = fm_b_load(w, tables, t, i, NULL); /* fills the tables that the new block continues */
    }
    err = err == FM_OK ? compile(w, tables, code, n, 3, &language, &payload, where) : err;
    if (err != FM_OK) {
        return err;
    }
    memset(&b, 0, sizeof b);
    b.payload = payload.buf;
    b.payload_len = (uint32_t)payload.len;
    return sign_and_write(t, &b, language, least, secret, next, p256, scratch, out, cap, len);
}

fm_err fm_biscuit_mint(const struct fm_biscuit_secret *root, const struct fm_biscuit_secret *next,
                       const struct fm_biscuit_options *how, const char *code, size_t n,
                       const struct fm_biscuit_p256 *p256, struct fm_arena *scratch, uint8_t *out, size_t cap,
                       size_t *len, struct fm_biscuit_where *where)
{
    size_t used = scratch->used;
    fm_err err = build(NULL, root, next, how, code, n, p256, scratch, out, cap, len, where);

    scratch->used = used;
    return err;
}

/* The secret that may append to the token. */
static fm_err holder(const struct fm_biscuit *token, struct fm_biscuit_secret *secret)
{
    if (token->sealed) {
        return FM_E_TOKEN_SEALED;
    }
    if (token->proof_len != 32) {
        return FM_E_TOKEN_PROOF;
    }
    secret->algorithm = token->block[token->nblocks - 1U].next.algorithm;
    memcpy(secret->bytes, token->proof, 32);
    return FM_OK;
}

fm_err fm_biscuit_attenuate(const struct fm_biscuit *token, const struct fm_biscuit_secret *next, const char *code,
                            size_t n, const struct fm_biscuit_p256 *p256, struct fm_arena *scratch, uint8_t *out,
                            size_t cap, size_t *len, struct fm_biscuit_where *where)
{
    struct fm_biscuit_secret secret;
    size_t used = scratch->used;
    fm_err err = holder(token, &secret);

    if (err == FM_OK) {
        err = build(token, &secret, next, NULL, code, n, p256, scratch, out, cap, len, where);
        fm_wipe(&secret, sizeof secret);
    }
    scratch->used = used;
    return err;
}

fm_err fm_biscuit_seal(const struct fm_biscuit *token, const struct fm_biscuit_p256 *p256, struct fm_arena *scratch,
                       uint8_t *out, size_t cap, size_t *len)
{
    const struct fm_biscuit_block *last = &token->block[token->nblocks - 1U];
    size_t used = scratch->used;
    size_t room = last->payload_len + 512U;
    struct fm_pbw text = {fm_arena_take(scratch, room, 8), room, 0, false};
    struct fm_biscuit_secret secret;
    uint8_t sig[FM_BISCUIT_SIG_MAX];
    uint32_t sig_len = 0;
    fm_err err = holder(token, &secret);

    if (err == FM_OK) {
        err = text.buf == NULL ? FM_E_TOKEN_MEMORY : FM_OK;
        if (err == FM_OK) {
            FM_ASSERT(fm_b_seal_text(&text, last));
            err = fm_b_sign(&secret, p256, text.buf, text.len, sig, &sig_len);
        }
        fm_wipe(&secret, sizeof secret);
    }
    err = err == FM_OK ? write_token(token, 2, sig, sig_len, out, cap, len) : err;
    scratch->used = used;
    return err;
}

fm_err fm_biscuit_request(const struct fm_biscuit *token, uint8_t *out, size_t cap, size_t *len)
{
    const struct fm_biscuit_block *last = &token->block[token->nblocks - 1U];
    struct fm_pbw w = {out, cap, 0, false};

    if (token->sealed) {
        return FM_E_TOKEN_SEALED;
    }
    fm_pbw_bytes(&w, 3, last->sig, last->sig_len);
    *len = w.len;
    return w.bad ? FM_E_TOKEN_LENGTH : FM_OK;
}

/* The previous signature out of a request; requests of the old form, which carried keys, are refused. */
static fm_err read_request(const uint8_t *request, size_t n, struct fm_pb_field *sig)
{
    struct fm_pb_field extra;

    if (n > FM_BISCUIT_BYTES_MAX) {
        return FM_E_TOKEN_LENGTH;
    }
    struct fm_pb pb = fm_pb_of(request, (uint32_t)n);
    if (!fm_pb_next(&pb, sig)) {
        return pb.err != FM_OK ? pb.err : FM_E_TOKEN_MISSING;
    }
    if (sig->tag != 3 || !sig->is_bytes) {
        return sig->tag < 3 ? FM_E_TOKEN_LEGACY_REQUEST : FM_E_TOKEN_FIELD;
    }
    if (fm_pb_next(&pb, &extra)) {
        return FM_E_TOKEN_FIELD;
    }
    return pb.err != FM_OK ? pb.err : sig->n == 0 || sig->n > FM_BISCUIT_SIG_MAX ? FM_E_TOKEN_SIGNATURE_FORM : FM_OK;
}

static fm_err third_party(const struct fm_pb_field *previous, const struct fm_biscuit_secret *key, const char *code,
                          size_t n, const struct fm_biscuit_p256 *p256, struct fm_arena *scratch, uint8_t *out,
                          size_t cap, size_t *len, struct fm_biscuit_where *where)
{
    struct fm_biscuit_world *w = workshop(scratch);
    struct fm_b_tables *tables = fm_arena_take(scratch, sizeof *tables, 8);
    struct fm_pbw payload = {fm_arena_take(scratch, FM_BISCUIT_BYTES_MAX, 8), FM_BISCUIT_BYTES_MAX, 0, false};
    size_t room = FM_BISCUIT_BYTES_MAX + 512U;
    struct fm_pbw text = {fm_arena_take(scratch, room, 8), room, 0, false};
    struct fm_pbw result = {out, cap, 0, false};
    struct fm_biscuit_key pk;
    uint8_t sig[FM_BISCUIT_SIG_MAX];
    uint32_t language = 0;
    uint32_t sig_len = 0;
    fm_err err;

    if (w == NULL || tables == NULL || payload.buf == NULL || text.buf == NULL) {
        return FM_E_TOKEN_MEMORY;
    }
    tables->nsymbols = 0;
    tables->nkeys = 0;
    err = compile(w, tables, code, n, 5, &language, &payload, where);
    if (err == FM_OK) {
        FM_ASSERT(fm_b_external_text(&text, payload.buf, (uint32_t)payload.len, previous->bytes, previous->n));
        err = fm_b_sign(key, p256, text.buf, text.len, sig, &sig_len);
    }
    err = err == FM_OK ? fm_biscuit_key_of_secret(key->algorithm, key->bytes, p256, &pk) : err;
    if (err != FM_OK) {
        return err;
    }
    fm_pbw_bytes(&result, 1, payload.buf, payload.len);
    size_t mark = fm_pbw_open(&result, 2);
    fm_pbw_bytes(&result, 1, sig, sig_len);
    fm_b_key_write(&result, 2, &pk);
    fm_pbw_close(&result, mark);
    *len = result.len;
    return result.bad ? FM_E_TOKEN_LENGTH : FM_OK;
}

fm_err fm_biscuit_third_party(const uint8_t *request, size_t request_len, const struct fm_biscuit_secret *key,
                              const char *code, size_t n, const struct fm_biscuit_p256 *p256, struct fm_arena *scratch,
                              uint8_t *out, size_t cap, size_t *len, struct fm_biscuit_where *where)
{
    struct fm_pb_field previous;
    size_t used = scratch->used;
    fm_err err = read_request(request, request_len, &previous);

    err = err == FM_OK ? third_party(&previous, key, code, n, p256, scratch, out, cap, len, where) : err;
    scratch->used = used;
    return err;
}

/* Reads what a third party answered into a block. */
static fm_err read_response(const uint8_t *response, size_t n, struct fm_biscuit_block *b)
{
    struct fm_pb_field f, g;
    bool key = false;

    if (n > FM_BISCUIT_BYTES_MAX) {
        return FM_E_TOKEN_LENGTH;
    }
    struct fm_pb pb = fm_pb_of(response, (uint32_t)n);
    memset(b, 0, sizeof *b);
    while (fm_pb_next(&pb, &f)) {
        if (f.tag == 1 && f.is_bytes && b->payload == NULL) {
            b->payload = f.bytes;
            b->payload_len = f.n;
        } else if (f.tag == 2 && f.is_bytes && !b->external) {
            struct fm_pb in = fm_pb_inner(&pb, &f);
            b->external = true;
            while (fm_pb_next(&in, &g)) {
                if (g.tag == 1 && g.is_bytes && b->ext_sig == NULL) {
                    b->ext_sig = g.bytes;
                    b->ext_sig_len = g.n;
                } else if (g.tag == 2 && g.is_bytes && !key) {
                    key = fm_b_key_read(&in, &g, &b->ext_key);
                } else {
                    return FM_E_TOKEN_FIELD;
                }
            }
            if (in.err != FM_OK) {
                return in.err;
            }
        } else {
            return FM_E_TOKEN_FIELD;
        }
    }
    if (pb.err != FM_OK) {
        return pb.err;
    }
    return b->payload == NULL || !key || b->ext_sig == NULL ? FM_E_TOKEN_MISSING
           : b->ext_sig_len > FM_BISCUIT_SIG_MAX           ? FM_E_TOKEN_SIGNATURE_FORM
                                                           : FM_OK;
}

fm_err fm_biscuit_append(const struct fm_biscuit *token, const struct fm_biscuit_secret *next, const uint8_t *response,
                         size_t response_len, const struct fm_biscuit_p256 *p256, struct fm_arena *scratch,
                         uint8_t *out, size_t cap, size_t *len, struct fm_why *why)
{
    const struct fm_biscuit_block *last = &token->block[token->nblocks - 1U];
    struct fm_biscuit_secret secret;
    struct fm_biscuit_block b;
    size_t used = scratch->used;
    struct fm_biscuit *t = copy_token(token, scratch);
    fm_err err = read_response(response, response_len, &b);

    if (err == FM_OK) {
        size_t room = b.payload_len + 512U;
        struct fm_pbw text = {fm_arena_take(scratch, room, 8), room, 0, false};
        if (t == NULL || text.buf == NULL) {
            err = FM_E_TOKEN_MEMORY;
        } else {
            FM_ASSERT(fm_b_external_text(&text, b.payload, b.payload_len, last->sig, last->sig_len));
            err = fm_b_verify_sig(&b.ext_key, p256, text.buf, text.len, b.ext_sig, b.ext_sig_len);
        }
    }
    err = err == FM_OK ? holder(token, &secret) : err;
    if (err == FM_OK) {
        err = sign_and_write(t, &b, 0, 1, &secret, next, p256, scratch, out, cap, len);
        fm_wipe(&secret, sizeof secret);
    }
    scratch->used = used;
    return err == FM_OK ? FM_OK : fm_why_set(why, err, 0, "response", 0, 0);
}
