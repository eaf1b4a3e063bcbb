/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Chains that were cut, reordered, spliced or given other keys: each is refused by the signature or the proof that
 * notices it. Then every truncation and every flipped bit of one token, for Ed25519, with the reasons counted. All of
 * it twice: on a chain whose first blocks are signed in version 0, and on one that is in version 1 throughout.
 */
#include "base/base.h"
#include "biscuit/pb.h"
#include "tests/tap.h"

#include <firmament/biscuit.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BYTES (4U << 20)
#define P256 (&fm_biscuit_p256_openssl)

struct made {
    uint8_t bytes[4096];
    size_t n;
    struct fm_biscuit token;
};

static uint8_t *memory;
static struct fm_arena arena;
static uint32_t version; /* of the signatures, at least */
static struct fm_biscuit_key root;
static struct made one, two, three, four, sealed, other, built;
static uint8_t response[2048];
static size_t response_len;

static struct fm_biscuit_secret secret(uint8_t algorithm, uint8_t fill)
{
    struct fm_biscuit_secret s = {algorithm, {0}};

    memset(s.bytes, fill, sizeof s.bytes);
    return s;
}

static bool parse(struct made *m)
{
    return fm_biscuit_parse(&m->token, m->bytes, m->n, NULL) == FM_OK;
}

static bool mint(struct made *m, uint8_t algorithm, uint8_t fill, uint8_t next)
{
    struct fm_biscuit_secret r = secret(algorithm, fill);
    struct fm_biscuit_secret n = secret(FM_BISCUIT_ED25519, next);
    const struct fm_biscuit_options how = {false, 0, version};
    const char *code = "right(\"a\", \"read\");";

    return fm_biscuit_mint(&r, &n, &how, code, strlen(code), P256, &arena, m->bytes, sizeof m->bytes, &m->n, NULL) ==
               FM_OK && parse(m);
}

static bool attenuate(const struct made *from, struct made *to, uint8_t next, const char *code)
{
    struct fm_biscuit_secret n = secret(FM_BISCUIT_ED25519, next);

    return fm_biscuit_attenuate(&from->token, &n, code, strlen(code), P256, &arena, to->bytes, sizeof to->bytes, &to->n,
                                NULL) == FM_OK && parse(to);
}

static fm_err sign_for(const struct made *m, uint8_t fill, const char *code)
{
    struct fm_biscuit_secret key = secret(FM_BISCUIT_ED25519, fill);
    uint8_t request[256];
    size_t n = 0;
    fm_err err = fm_biscuit_request(&m->token, request, sizeof request, &n);

    return err != FM_OK ? err
                        : fm_biscuit_third_party(request, n, &key, code, strlen(code), P256, &arena, response,
                                                 sizeof response, &response_len, NULL);
}

static fm_err append(const struct made *from, struct made *to, uint8_t next)
{
    struct fm_biscuit_secret n = secret(FM_BISCUIT_ED25519, next);

    return fm_biscuit_append(&from->token, &n, response, response_len, P256, &arena, to->bytes, sizeof to->bytes,
                             &to->n, NULL);
}

/* one: authority. two: + a block. three: + a third party's. four: + a block. sealed: four, sealed. */
static void make(void)
{
    struct fm_biscuit_secret r = secret(FM_BISCUIT_ED25519, 1);

    TAP_EQ(fm_biscuit_key_of_secret(r.algorithm, r.bytes, NULL, &root), FM_OK, "HOC0001 root key");
    TAP_OK(mint(&one, FM_BISCUIT_ED25519, 1, 2) && mint(&other, FM_BISCUIT_ED25519, 1, 12) &&
               attenuate(&one, &two, 3, "check if operation(\"read\");") &&
               sign_for(&two, 9, "approved(true);") == FM_OK && append(&two, &three, 4) == FM_OK && parse(&three) &&
               attenuate(&three, &four, 5, "check if resource(\"a\");"),
           "HOC0002 a chain of four");
    TAP_OK(fm_biscuit_seal(&four.token, P256, &arena, sealed.bytes, sizeof sealed.bytes, &sealed.n) == FM_OK &&
               parse(&sealed), "HOC0003 sealed");
    const struct fm_biscuit_block *b = four.token.block;
    TAP_OK(b[0].version == version && b[1].version == version && b[2].version == 1 && b[3].version == 1,
           "HOC0004 signed in the version that was asked for, in version 1 behind the third party's block");
}

static void put_key(struct fm_pbw *w, const struct fm_biscuit_key *key)
{
    size_t mark = fm_pbw_open(w, 2);

    fm_pbw_num(w, 1, key->algorithm);
    fm_pbw_bytes(w, 2, key->bytes, key->len);
    fm_pbw_close(w, mark);
}

/* Writes a token's record as it stands, whoever changed it, into `built`. */
static void write(const struct fm_biscuit *t)
{
    struct fm_pbw w = {built.bytes, sizeof built.bytes, 0, false};

    for (uint32_t i = 0; i < t->nblocks; i++) {
        const struct fm_biscuit_block *b = &t->block[i];
        size_t mark = fm_pbw_open(&w, i == 0 ? 2 : 3);
        fm_pbw_bytes(&w, 1, b->payload, b->payload_len);
        put_key(&w, &b->next);
        fm_pbw_bytes(&w, 3, b->sig, b->sig_len);
        if (b->external) {
            size_t ext = fm_pbw_open(&w, 4);
            fm_pbw_bytes(&w, 1, b->ext_sig, b->ext_sig_len);
            put_key(&w, &b->ext_key);
            fm_pbw_close(&w, ext);
        }
        if (b->version > 0) {
            fm_pbw_num(&w, 5, b->version);
        }
        fm_pbw_close(&w, mark);
    }
    size_t mark = fm_pbw_open(&w, 4);
    fm_pbw_bytes(&w, t->sealed ? 2 : 1, t->proof, t->proof_len);
    fm_pbw_close(&w, mark);
    built.n = w.len;
}

/* Parses and verifies bytes; *where is the block that was blamed. */
static fm_err judge(const uint8_t *bytes, size_t n, uint32_t *where)
{
    static struct fm_biscuit t;
    struct fm_why why = {FM_OK, 0, "", 0, 0};
    fm_err err = fm_biscuit_parse(&t, bytes, n, &why);

    err = err == FM_OK ? fm_biscuit_verify(&t, &root, P256, &arena, &why) : err;
    *where = why.offset;
    return err;
}

static void refused(const struct fm_biscuit *t, fm_err want, uint32_t block, const char *name)
{
    uint32_t where = 0;

    write(t);
    fm_err err = judge(built.bytes, built.n, &where);
    if (!TAP_OK(err == want && (want == FM_OK || where == block), name)) {
        tap_note_text("got", fm_err_name(err));
        tap_note_u64("block", where);
    }
}

static void test_blocks(void)
{
    static struct fm_biscuit t;
    struct fm_biscuit_block b;

    t = four.token;
    refused(&t, FM_OK, 0, "HOC0010 written again, the token is sound");
    memmove(&t.block[1], &t.block[2], 2 * sizeof t.block[0]);
    t.nblocks = 3;
    refused(&t, FM_E_TOKEN_SIGNATURE, 1, "HOC0011 the second block removed");
    t = four.token;
    t.nblocks = 3;
    refused(&t, FM_E_TOKEN_PROOF, 3, "HOC0012 the last block removed");
    t.nblocks = 1;
    refused(&t, FM_E_TOKEN_PROOF, 1, "HOC0013 all blocks removed");
    t = sealed.token;
    t.nblocks = 3;
    refused(&t, FM_E_TOKEN_PROOF, 3, "HOC0014 the last block of a sealed token removed");
    t = four.token;
    b = t.block[1];
    t.block[1] = t.block[3];
    t.block[3] = b;
    refused(&t, FM_E_TOKEN_SIGNATURE, 1, "HOC0015 two blocks exchanged");
    t = four.token;
    t.block[4] = t.block[3];
    t.nblocks = 5;
    refused(&t, FM_E_TOKEN_SIGNATURE, 4, "HOC0016 a block twice");
    t = four.token;
    t.block[0] = other.token.block[0];
    refused(&t, FM_E_TOKEN_SIGNATURE, 1, "HOC0017 another token's authority block in front");
    t = four.token;
    t.block[3].version = 0;
    refused(&t, FM_E_TOKEN_SIGNATURE, 3, "HOC0018 a signature's version lowered");
    for (uint32_t i = 0; i < 2; i++) {
        t = four.token;
        t.block[i].version ^= 1U;
        refused(&t, FM_E_TOKEN_SIGNATURE, i, "HOC0054 a signature's version lowered or raised");
    }
    t = four.token;
    memmove(&t.block[0], &t.block[1], 3 * sizeof t.block[0]);
    t.nblocks = 3;
    write(&t);
    uint32_t where;
    TAP_EQ(judge(built.bytes, built.n, &where), FM_E_TOKEN_SIGNATURE,
           "HOC0055 without the authority block");
    t = four.token;
    t.proof = three.token.proof;
    refused(&t, FM_E_TOKEN_PROOF, 4, "HOC0056 with an earlier secret");
    t.proof = four.token.proof;
    t.proof_len = 31;
    refused(&t, FM_E_TOKEN_PROOF, 4, "HOC0057 with a secret of 31 bytes");
    t = sealed.token;
    refused(&t, FM_OK, 0, "HOC0058 sealed and written again the token is sound");
    t = four.token;
    t.block[1].next = other.token.block[0].next;
    refused(&t, FM_E_TOKEN_SIGNATURE, 1, "HOC0059 another key in the middle");
    t = four.token;
    t.block[3].payload = t.block[1].payload;
    t.block[3].payload_len = t.block[1].payload_len;
    refused(&t, FM_E_TOKEN_SIGNATURE, 3, "HOC0019 other contents under a signature");
}

static void test_keys(void)
{
    static struct fm_biscuit t;
    static uint8_t bad[33];
    struct fm_biscuit_secret mine = secret(FM_BISCUIT_ED25519, 77);
    struct fm_biscuit_key key;
    uint32_t where;

    TAP_EQ(fm_biscuit_key_of_secret(mine.algorithm, mine.bytes, NULL, &key), FM_OK, "HOC0020 a thief's key");
    t = four.token;
    t.block[3].next = key;
    t.proof = mine.bytes;
    refused(&t, FM_E_TOKEN_SIGNATURE, 3, "HOC0021 the last key replaced");
    t = four.token;
    t.proof = mine.bytes;
    refused(&t, FM_E_TOKEN_PROOF, 4, "HOC0022 the secret replaced");
    t.proof = bad;
    t.proof_len = 33;
    refused(&t, FM_E_TOKEN_PROOF, 4, "HOC0023 a secret of 33 bytes");
    t = four.token;
    t.block[2].ext_key = key;
    refused(&t, FM_E_TOKEN_SIGNATURE, 2, "HOC0024 the third party's key replaced");
    t = four.token;
    t.block[2].external = false;
    refused(&t, FM_E_TOKEN_SIGNATURE, 2, "HOC0025 the third party's signature removed");
    t = four.token;
    t.block[3].external = true;
    t.block[3].ext_key = t.block[2].ext_key;
    t.block[3].ext_sig = t.block[2].ext_sig;
    t.block[3].ext_sig_len = t.block[2].ext_sig_len;
    refused(&t, FM_E_TOKEN_SIGNATURE, 3, "HOC0026 a third party's signature under another block");
    t = four.token;
    t.block[2].version = 0;
    write(&t);
    TAP_EQ(judge(built.bytes, built.n, &where), FM_E_TOKEN_EXTERNAL_V0, "HOC0027 an external signature of version 0");
    t = four.token;
    t.block[1].sig_len = 63;
    refused(&t, FM_E_TOKEN_SIGNATURE_FORM, 1, "HOC0028 a signature of 63 bytes");
    t = sealed.token;
    t.proof = four.token.block[3].sig;
    refused(&t, FM_E_TOKEN_PROOF, 4, "HOC0029 a block's signature as the seal");
    t = sealed.token;
    t.sealed = false;
    t.proof_len = 32;
    refused(&t, FM_E_TOKEN_PROOF, 4, "HOC0030 a seal's bytes as the secret");
    t.sealed = true;
    refused(&t, FM_E_TOKEN_SIGNATURE_FORM, 4, "HOC0031 a seal of 32 bytes");
    root = key;
    refused(&four.token, FM_E_TOKEN_SIGNATURE, 0, "HOC0032 another root key");
    root = (struct fm_biscuit_key){FM_BISCUIT_ED25519, 32, {1}};
    refused(&four.token, FM_E_TOKEN_KEY, 0, "HOC0060 a root key of small order, under which all can sign");
    TAP_OK(mint(&other, FM_BISCUIT_SECP256R1, 1, 2), "HOC0033 a secp256r1 token");
    mine = secret(FM_BISCUIT_SECP256R1, 1);
    TAP_EQ(fm_biscuit_key_of_secret(mine.algorithm, mine.bytes, P256, &root), FM_OK, "HOC0034 and its key");
    TAP_EQ(fm_biscuit_verify(&other.token, &root, P256, &arena, NULL), FM_OK, "HOC0035 verifies");
    TAP_EQ(fm_biscuit_verify(&other.token, &root, NULL, &arena, NULL), FM_E_TOKEN_ALGORITHM,
           "HOC0036 and is refused where there is no code for it");
    memset(mine.bytes, 0, 32);
    TAP_EQ(fm_biscuit_key_of_secret(mine.algorithm, mine.bytes, P256, &key), FM_E_TOKEN_KEY, "HOC0037 secret zero");
    memset(mine.bytes, 0xff, 32);
    TAP_EQ(fm_biscuit_key_of_secret(mine.algorithm, mine.bytes, P256, &key), FM_E_TOKEN_KEY,
           "HOC0038 a secret above the order");
    mine = secret(FM_BISCUIT_ED25519, 1);
    TAP_EQ(fm_biscuit_key_of_secret(mine.algorithm, mine.bytes, NULL, &root), FM_OK, "HOC0039 the root key again");
}

static void test_third_party(void)
{
    struct fm_biscuit_secret key = secret(FM_BISCUIT_ED25519, 9);
    uint8_t old[64];
    struct fm_pbw w = {old, sizeof old, 0, false};
    size_t n = 0;

    put_key(&w, &root);
    TAP_EQ(fm_biscuit_third_party(old, w.len, &key, "", 0, P256, &arena, response, sizeof response, &n, NULL),
           FM_E_TOKEN_LEGACY_REQUEST, "HOC0040 a request of the old form");
    TAP_EQ(fm_biscuit_third_party(old, 0, &key, "", 0, P256, &arena, response, sizeof response, &n, NULL),
           FM_E_TOKEN_MISSING, "HOC0041 an empty request");
    TAP_EQ(sign_for(&sealed, 9, "a(1);"), FM_E_TOKEN_SEALED, "HOC0042 a request for a sealed token");
    TAP_EQ(sign_for(&two, 9, "a(1);"), FM_OK, "HOC0043 signed for one token");
    TAP_EQ(append(&three, &built, 5), FM_E_TOKEN_SIGNATURE, "HOC0044 and refused by another");
    TAP_EQ(append(&sealed, &built, 5) == FM_OK, false, "HOC0045 and by a sealed one");
    response[response_len - 1U] ^= 1U;
    TAP_OK(append(&two, &built, 5) != FM_OK, "HOC0046 refused with another key");
    response_len--;
    TAP_EQ(append(&two, &built, 5), FM_E_TOKEN_TRUNCATED, "HOC0047 and when cut");
}

static void test_damage(void)
{
    static uint8_t copy[4096];
    static const struct made *const all[] = {&two, &three, &sealed};
    unsigned accepted = 0;
    unsigned unnamed = 0;
    unsigned tried = 0;
    unsigned by_signature = 0;
    uint32_t where;

    for (size_t k = 0; k < FM_ARRAY_LEN(all); k++) {
        for (size_t cut = 0; cut < all[k]->n; cut++, tried++) {
            fm_err err = judge(all[k]->bytes, cut, &where);
            accepted += err == FM_OK;
            unnamed += err != FM_E_TOKEN_TRUNCATED && err != FM_E_TOKEN_MISSING;
        }
        memcpy(copy, all[k]->bytes, all[k]->n + 1U);
        for (size_t bit = 0; bit < all[k]->n * 8U; bit++, tried++) {
            copy[bit / 8U] ^= (uint8_t)(1U << (bit % 8U));
            fm_err err = judge(copy, all[k]->n, &where);
            copy[bit / 8U] ^= (uint8_t)(1U << (bit % 8U));
            accepted += err == FM_OK;
            by_signature += err == FM_E_TOKEN_SIGNATURE || err == FM_E_TOKEN_PROOF;
            unnamed += strncmp(fm_err_name(err), "TOKEN_", 6) != 0;
        }
        copy[all[k]->n] = 0;
        accepted += judge(copy, all[k]->n + 1U, &where) == FM_OK;
    }
    tap_note_u64("truncations and flips", tried);
    tap_note_u64("noticed by a signature or proof", by_signature);
    TAP_EQ(accepted, 0, "HOC0050 no truncation, flipped bit or trailing byte is accepted");
    TAP_EQ(unnamed, 0, "HOC0051 each has its reason");
}

int main(void)
{
    memory = malloc(ARENA_BYTES);
    if (memory == NULL) {
        return 1;
    }
    arena = (struct fm_arena){memory, ARENA_BYTES, 0};
    for (version = 0; version < 2; version++) {
        make();
        test_blocks();
        test_keys();
        test_third_party();
        test_damage();
    }
    free(memory);
    return tap_done();
}
