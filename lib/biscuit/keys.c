/* SPDX-License-Identifier: Apache-2.0 */
/* Public keys, signatures, and the texts that signatures cover. */
#include "biscuit/world.h"
#include "crypto/sign.h"

/* y of the points of small order (sign bit cleared), little-endian; p - 1 is the one of order 2. */
static const uint8_t small_order[5][32] = {
    {0},
    {1},
    {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
     0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
     0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
    {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
     0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
     0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
    {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
     0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
};

/* y is below p = 2^255 - 19, the sign bit aside. */
static bool canonical_y(const uint8_t y[32])
{
    bool high = y[0] >= 0xed && (y[31] & 0x7fU) == 0x7f;

    for (uint32_t i = 1; i < 31 && high; i++) {
        high = y[i] == 0xff;
    }
    return !high;
}

fm_err fm_biscuit_key_check(const struct fm_biscuit_key *key)
{
    uint8_t y[32];

    if (key->algorithm == FM_BISCUIT_SECP256R1) {
        return key->len == 33 && (key->bytes[0] == 2 || key->bytes[0] == 3) ? FM_OK
                                                                            : FM_E_TOKEN_KEY;
    }
    if (key->algorithm != FM_BISCUIT_ED25519 || key->len != 32) {
        return FM_E_TOKEN_KEY;
    }
    memcpy(y, key->bytes, 32);
    y[31] &= 0x7fU;
    for (uint32_t i = 0; i < FM_ARRAY_LEN(small_order); i++) {
        if (memcmp(y, small_order[i], 32) == 0) {
            return FM_E_TOKEN_KEY;
        }
    }
    return canonical_y(y) ? FM_OK : FM_E_TOKEN_KEY;
}

fm_err fm_biscuit_key_of_secret(uint8_t algorithm, const uint8_t secret[32],
                                const struct fm_biscuit_p256 *p256, struct fm_biscuit_key *out)
{
    uint8_t sk[FM_ED25519_SECRET_BYTES];

    memset(out, 0, sizeof *out);
    out->algorithm = algorithm;
    if (algorithm == FM_BISCUIT_ED25519) {
        fm_ed25519_keypair(secret, out->bytes, sk);
        fm_wipe(sk, sizeof sk);
        out->len = 32;
        return FM_OK;
    }
    if (algorithm != FM_BISCUIT_SECP256R1 || p256 == NULL) {
        return FM_E_TOKEN_ALGORITHM;
    }
    out->len = 33;
    return p256->public_of(secret, out->bytes) ? FM_OK : FM_E_TOKEN_KEY;
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

fm_err fm_biscuit_key_parse(const char *text, size_t n, struct fm_biscuit_key *out)
{
    memset(out, 0, sizeof *out);
    if (n > 8 && memcmp(text, "ed25519/", 8) == 0) {
        text += 8;
        n -= 8;
    } else if (n > 10 && memcmp(text, "secp256r1/", 10) == 0) {
        out->algorithm = FM_BISCUIT_SECP256R1;
        text += 10;
        n -= 10;
    }
    out->len = out->algorithm == FM_BISCUIT_ED25519 ? 32 : 33;
    if (n != 2U * out->len) {
        return FM_E_TOKEN_KEY;
    }
    for (size_t i = 0; i < out->len; i++) {
        int high = hex_digit(text[2 * i]);
        int low = hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0) {
            return FM_E_TOKEN_KEY;
        }
        out->bytes[i] = (uint8_t)(high << 4 | low);
    }
    return fm_biscuit_key_check(out);
}

size_t fm_biscuit_key_print(const struct fm_biscuit_key *key, char *out)
{
    static const char digits[16] = "0123456789abcdef"; /* no closing NUL wanted */
    const char *name = key->algorithm == FM_BISCUIT_ED25519 ? "ed25519/" : "secp256r1/";
    size_t n = 0;

    while (name[n] != 0) {
        out[n] = name[n];
        n++;
    }
    for (size_t i = 0; i < key->len; i++) {
        out[n++] = digits[key->bytes[i] >> 4];
        out[n++] = digits[key->bytes[i] & 15U];
    }
    out[n] = 0;
    return n;
}

bool fm_b_key_read(struct fm_pb *outer, const struct fm_pb_field *field, struct fm_biscuit_key *out)
{
    struct fm_pb pb = fm_pb_inner(outer, field);
    struct fm_pb_field f;
    bool algorithm = false;

    memset(out, 0, sizeof *out);
    while (fm_pb_next(&pb, &f)) {
        if (f.tag == 1 && !f.is_bytes && !algorithm) {
            if (f.num > 1) {
                return fm_pb_fail(outer, FM_E_TOKEN_ENUM, f.at);
            }
            out->algorithm = (uint8_t)f.num;
            algorithm = true;
        } else if (f.tag == 2 && f.is_bytes && out->len == 0) {
            if (f.n != 32 && f.n != 33) {
                return fm_pb_fail(outer, FM_E_TOKEN_KEY, f.at);
            }
            out->len = (uint8_t)f.n;
            memcpy(out->bytes, f.bytes, f.n);
        } else {
            return fm_pb_fail(outer, FM_E_TOKEN_FIELD, f.at);
        }
    }
    if (pb.err != FM_OK) {
        return fm_pb_fail(outer, pb.err, pb.err_at);
    }
    if (!algorithm || out->len == 0) {
        return fm_pb_fail(outer, FM_E_TOKEN_MISSING, field->at);
    }
    return fm_biscuit_key_check(out) == FM_OK || fm_pb_fail(outer, FM_E_TOKEN_KEY, field->at);
}

void fm_b_key_write(struct fm_pbw *w, uint32_t tag, const struct fm_biscuit_key *key)
{
    size_t mark = fm_pbw_open(w, tag);

    fm_pbw_num(w, 1, key->algorithm);
    fm_pbw_bytes(w, 2, key->bytes, key->len);
    fm_pbw_close(w, mark);
}

fm_err fm_b_verify_sig(const struct fm_biscuit_key *key, const struct fm_biscuit_p256 *p256,
                       const uint8_t *msg, size_t n, const uint8_t *sig, uint32_t sig_len)
{
    if (fm_biscuit_key_check(key) != FM_OK) {
        return FM_E_TOKEN_KEY;
    }
    if (key->algorithm == FM_BISCUIT_ED25519) {
        if (sig_len != FM_ED25519_SIG_BYTES) {
            return FM_E_TOKEN_SIGNATURE_FORM;
        }
        return fm_ed25519_verify(key->bytes, msg, n, sig) ? FM_OK : FM_E_TOKEN_SIGNATURE;
    }
    if (p256 == NULL) {
        return FM_E_TOKEN_ALGORITHM;
    }
    return p256->verify(key->bytes, msg, n, sig, sig_len) ? FM_OK : FM_E_TOKEN_SIGNATURE;
}

fm_err fm_b_sign(const struct fm_biscuit_secret *secret, const struct fm_biscuit_p256 *p256,
                 const uint8_t *msg, size_t n, uint8_t sig[FM_BISCUIT_SIG_MAX], uint32_t *sig_len)
{
    uint8_t pk[FM_ED25519_PUBLIC_BYTES];
    uint8_t sk[FM_ED25519_SECRET_BYTES];

    if (secret->algorithm == FM_BISCUIT_ED25519) {
        fm_ed25519_keypair(secret->bytes, pk, sk);
        fm_ed25519_sign(sk, msg, n, sig);
        fm_wipe(sk, sizeof sk);
        *sig_len = FM_ED25519_SIG_BYTES;
        return FM_OK;
    }
    if (secret->algorithm != FM_BISCUIT_SECP256R1 || p256 == NULL) {
        return FM_E_TOKEN_ALGORITHM;
    }
    *sig_len = (uint32_t)p256->sign(secret->bytes, msg, n, sig);
    return *sig_len == 0 ? FM_E_TOKEN_KEY : FM_OK;
}

/* ------------------------------------------------------------------------- what signatures cover */
static void number(struct fm_pbw *w, uint32_t v)
{
    uint8_t b[4];

    fm_put_le32(b, v);
    fm_pbw_raw(w, b, 4);
}

/* A literal with zero bytes inside, without its closing one. */
#define TAG(w, text) fm_pbw_raw((w), (text), sizeof(text) - 1U)

bool fm_b_signed_text(struct fm_pbw *w, const struct fm_biscuit_block *b,
                      const struct fm_biscuit_block *previous)
{
    if (b->version == 0) {
        fm_pbw_raw(w, b->payload, b->payload_len);
        if (b->external) {
            fm_pbw_raw(w, b->ext_sig, b->ext_sig_len);
        }
        number(w, b->next.algorithm);
        fm_pbw_raw(w, b->next.bytes, b->next.len);
        return !w->bad;
    }
    TAG(w, "\0BLOCK\0\0VERSION\0");
    number(w, b->version);
    TAG(w, "\0PAYLOAD\0");
    fm_pbw_raw(w, b->payload, b->payload_len);
    TAG(w, "\0ALGORITHM\0");
    number(w, b->next.algorithm);
    TAG(w, "\0NEXTKEY\0");
    fm_pbw_raw(w, b->next.bytes, b->next.len);
    if (previous != NULL) {
        TAG(w, "\0PREVSIG\0");
        fm_pbw_raw(w, previous->sig, previous->sig_len);
    }
    if (b->external) {
        TAG(w, "\0EXTERNALSIG\0");
        fm_pbw_raw(w, b->ext_sig, b->ext_sig_len);
    }
    return !w->bad;
}

bool fm_b_external_text(struct fm_pbw *w, const uint8_t *payload, uint32_t n,
                        const uint8_t *prev_sig, uint32_t prev_len)
{
    TAG(w, "\0EXTERNAL\0\0VERSION\0");
    number(w, 1);
    TAG(w, "\0PAYLOAD\0");
    fm_pbw_raw(w, payload, n);
    TAG(w, "\0PREVSIG\0");
    fm_pbw_raw(w, prev_sig, prev_len);
    return !w->bad;
}

bool fm_b_seal_text(struct fm_pbw *w, const struct fm_biscuit_block *b)
{
    fm_pbw_raw(w, b->payload, b->payload_len);
    number(w, b->next.algorithm);
    fm_pbw_raw(w, b->next.bytes, b->next.len);
    fm_pbw_raw(w, b->sig, b->sig_len);
    return !w->bad;
}
