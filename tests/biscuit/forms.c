/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens and keys as text: base64url and key names, there and back, and what is neither. */
#include "base/base.h"
#include "biscuit/pb.h"
#include "tests/tap.h"

#include <firmament/biscuit.h>
#include <stdint.h>
#include <string.h>

static size_t decode(const char *text, uint8_t *out, size_t cap)
{
    return fm_biscuit_base64_decode(text, strlen(text), out, cap);
}

static void test_base64(void)
{
    /* RFC 4648, section 10, and the two characters in which base64url differs */
    static const struct {
        const char *bytes, *text;
    } rows[] = {{"", ""},           {"f", "Zg=="},         {"fo", "Zm8="},         {"foo", "Zm9v"},
                {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}, {"\xff\xef\xbf", "_--_"}};
    static const char *const bad[] = {"Z",    "Zg=",   "Zg===", "Z===",  "=",     "====", "Zm9vY", "Zh==", "Zm9=",
                                      "Zm9 ", "Zm9+", "Zm9/",  "Zm9v=", "Zm=v", "Zg==\n", "biscuit:Z", "biscui:Zm9v"};
    uint8_t out[80];
    char text[120];
    unsigned good = 0;

    for (uint32_t i = 0; i < FM_ARRAY_LEN(rows); i++) {
        size_t n = strlen(rows[i].bytes);
        size_t padded = strlen(rows[i].text);
        while (padded > 0 && rows[i].text[padded - 1U] == '=') {
            padded--;
        }
        size_t len = fm_biscuit_base64_encode((const uint8_t *)rows[i].bytes, n, text, sizeof text);
        good += len == strlen(rows[i].text) && strcmp(text, rows[i].text) == 0;
        good += decode(rows[i].text, out, sizeof out) == n && memcmp(out, rows[i].bytes, n) == 0;
        good += fm_biscuit_base64_decode(rows[i].text, padded, out, sizeof out) == n; /* without padding */
    }
    TAP_EQ(good, 3U * FM_ARRAY_LEN(rows), "FRM0001 the standard's examples, both ways, with padding and without");
    good = 0;
    for (uint32_t i = 0; i < FM_ARRAY_LEN(bad); i++) {
        bool refused = decode(bad[i], out, sizeof out) == SIZE_MAX;
        good += refused ? 1U : 0U;
        if (!refused) {
            tap_note_text("taken", bad[i]);
        }
    }
    TAP_EQ(good, FM_ARRAY_LEN(bad), "FRM0002 lengths, characters, paddings and left-over bits that are wrong");
    TAP_OK(decode("biscuit:Zm9v", out, sizeof out) == 3 && decode("biscuit:", out, sizeof out) == 0,
           "FRM0003 biscuit: before it");
    good = 0;
    for (size_t n = 0; n < 64; n++) {
        uint8_t bytes[64], back[64];
        for (size_t i = 0; i < n; i++) {
            bytes[i] = (uint8_t)(i * 37U + n);
        }
        size_t len = fm_biscuit_base64_encode(bytes, n, text, sizeof text);
        good += len == (n + 2U) / 3U * 4U && fm_biscuit_base64_decode(text, len, back, n) == n &&
                memcmp(bytes, back, n) == 0 && fm_biscuit_base64_encode(bytes, n, text, len + 1U) == len &&
                (n == 0 || (fm_biscuit_base64_decode(text, len, back, n - 1U) == SIZE_MAX &&
                            fm_biscuit_base64_encode(bytes, n, text, len) == SIZE_MAX));
    }
    TAP_EQ(good, 64, "FRM0004 every length there and back, in just enough room and not in less");
    TAP_EQ(fm_biscuit_base64_encode(out, 0, text, 0), SIZE_MAX, "FRM0005 no room for the closing NUL");
}

static void test_keys(void)
{
    static const char ed[] = "ed25519/1055c750b1a1505937af1537c626ba3263995c33a64758aaafb1275b0312e284";
    static const char p256[] = "secp256r1/03b6d94743381d3452f11b1b8464f6ef2ac18a64c1ee09e6fd6bd16ba2e3c3a4f0";
    static const char *const bad[] = {
        "", "ed25519/", "secp256r1/", "1055c750b1a1505937af1537c626ba3263995c33a64758aaafb1275b0312e28",
        "1055c750b1a1505937af1537c626ba3263995c33a64758aaafb1275b0312e28400",
        "1055c750b1a1505937af1537c626ba3263995c33a64758aaafb1275b0312e28g",
        "g055c750b1a1505937af1537c626ba3263995c33a64758aaafb1275b0312e284",
        "rsa/1055c750b1a1505937af1537c626ba3263995c33a64758aaafb1275b0312e284",
        "secp256r1/1055c750b1a1505937af1537c626ba3263995c33a64758aaafb1275b0312e284",
        "secp256r1/04b6d94743381d3452f11b1b8464f6ef2ac18a64c1ee09e6fd6bd16ba2e3c3a4f0",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"};
    struct fm_biscuit_key key;
    char text[96];
    unsigned refused = 0;

    TAP_OK(fm_biscuit_key_parse(ed, sizeof ed - 1U, &key) == FM_OK && key.len == 32 &&
               fm_biscuit_key_print(&key, text) == sizeof ed - 1U && strcmp(text, ed) == 0,
           "FRM0010 an Ed25519 key there and back");
    TAP_OK(fm_biscuit_key_parse(ed + 8, sizeof ed - 9U, &key) == FM_OK && key.algorithm == FM_BISCUIT_ED25519,
           "FRM0011 bare digits are Ed25519");
    TAP_OK(fm_biscuit_key_parse(p256, sizeof p256 - 1U, &key) == FM_OK && key.len == 33 &&
               fm_biscuit_key_print(&key, text) == sizeof p256 - 1U && strcmp(text, p256) == 0,
           "FRM0012 a secp256r1 key there and back");
    for (uint32_t i = 0; i < FM_ARRAY_LEN(bad); i++) {
        refused += fm_biscuit_key_parse(bad[i], strlen(bad[i]), &key) == FM_E_TOKEN_KEY ? 1U : 0U;
    }
    TAP_EQ(refused, FM_ARRAY_LEN(bad), "FRM0013 lengths, digits, names and points that are wrong");
    key.algorithm = 2;
    TAP_EQ(fm_biscuit_key_check(&key), FM_E_TOKEN_KEY, "FRM0014 an algorithm that is none");
    key = (struct fm_biscuit_key){FM_BISCUIT_SECP256R1, 32, {2, 1}};
    TAP_EQ(fm_biscuit_key_check(&key), FM_E_TOKEN_KEY, "FRM0015 a secp256r1 key of 32 bytes");
    key = (struct fm_biscuit_key){FM_BISCUIT_ED25519, 33, {9, 1}};
    TAP_EQ(fm_biscuit_key_check(&key), FM_E_TOKEN_KEY, "FRM0016 an Ed25519 key of 33");
}

/* UTF-8 by its definition: the sequence is the shortest of a code point that is no surrogate. */
static bool utf8(const uint8_t *p, size_t n)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = n == 0 || p[0] < 0x80 ? 1 : p[0] >> 5 == 6 ? 2 : p[0] >> 4 == 14 ? 3 : p[0] >> 3 == 30 ? 4 : 0;

    if (n == 0) {
        return true;
    }
    if (len == 0 || len > n) {
        return false;
    }
    uint32_t c = len == 1 ? p[0] : p[0] & (0x7fU >> len);
    for (size_t i = 1; i < len; i++) {
        if (p[i] >> 6 != 2) {
            return false;
        }
        c = c << 6 | (p[i] & 0x3fU);
    }
    return c >= least[len] && c <= 0x10ffff && !(c >= 0xd800 && c < 0xe000) && utf8(p + len, n - len);
}

static void test_utf8(void)
{
    unsigned other = 0;
    unsigned valid = 0;

    for (uint32_t v = 0; v < 1U << 24; v += v < 0xc00000 && v > 0x10000 ? 7 : 1) { /* all that begin with c0 or more */
        uint8_t bytes[4] = {(uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v, 0xbf};
        for (size_t n = v < 0x10000 ? 1 : 3; n <= 4; n += v % 16U == 0 || bytes[0] >= 0xf0 ? 1 : 2) {
            bool want = utf8(bytes, n);
            other += fm_utf8_valid(bytes, n) != want ? 1U : 0U;
            valid += want ? 1U : 0U;
        }
    }
    TAP_EQ(other, 0, "FRM0020 UTF-8 as its definition has it, every sequence of three bytes and many of four");
    TAP_OK(valid > 100000, "FRM0021 many of them are");
}

int main(void)
{
    test_utf8();
    test_base64();
    test_keys();
    return tap_done();
}
