/* SPDX-License-Identifier: Apache-2.0 */
/* Ed25519: Wycheproof's cases, keys that only a strict verifier refuses, every bit flipped, wiping.
 */
#include "crypto/sign.h"
#include "tests/tap.h"
#include "tests/vectors.h"

#include <stdlib.h>

static void test_wycheproof(void)
{
    struct vector_file file;
    unsigned cases = 0;
    unsigned wrong = 0;

    if (!vector_open(&file, "tests/vectors/ed25519.tsv")) {
        TAP_OK(false, "SIG0001 the vectors are there");
        return;
    }
    while (vector_next(&file)) {
        uint8_t pk[32];
        uint8_t sig[200];
        uint8_t msg[2048];
        size_t pk_bytes = vector_hex(file.column[1], pk, sizeof pk);
        size_t msg_bytes = vector_hex(file.column[2], msg, sizeof msg);
        size_t sig_bytes = vector_hex(file.column[3], sig, sizeof sig);
        bool want = strcmp(file.column[4], "valid") == 0;
        bool got = pk_bytes == 32 && sig_bytes == 64 && fm_ed25519_verify(pk, msg, msg_bytes, sig);

        if (got != want) {
            wrong++;
            tap_note_u64("wrong about case", strtoul(file.column[0], NULL, 10));
        }
        cases++;
    }
    TAP_OK(cases >= 140, "SIG0001 Wycheproof's cases are read");
    TAP_EQ(wrong, 0, "SIG0002 and each is answered as published");
}

/* RFC 8032, section 7.1, test 2. */
static void test_rfc8032(void)
{
    uint8_t seed[32];
    uint8_t want_pk[32];
    uint8_t want_sig[64];
    uint8_t pk[32];
    uint8_t sk[64];
    uint8_t sig[64];
    const uint8_t msg[1] = {0x72};

    vector_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", seed, 32);
    vector_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", want_pk, 32);
    vector_hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458"
               "f3613d0f11d8c38"
               "7b2eaeb4302aeeb00d291612bb0c00",
               want_sig, 64);
    fm_ed25519_keypair(seed, pk, sk);
    fm_ed25519_sign(sk, msg, 1, sig);
    TAP_MEM(pk, want_pk, 32, "SIG0003 RFC 8032 test 2: the key");
    TAP_MEM(sig, want_sig, 64, "SIG0004 RFC 8032 test 2: the signature");
    TAP_OK(fm_ed25519_verify(pk, msg, 1, sig), "SIG0005 and it verifies");
}

static void test_flips(void)
{
    uint8_t seed[32] = {7};
    uint8_t pk[32];
    uint8_t sk[64];
    uint8_t sig[64];
    uint8_t msg[40] = "firmament turn 1";
    unsigned accepted = 0;

    fm_ed25519_keypair(seed, pk, sk);
    fm_ed25519_sign(sk, msg, sizeof msg, sig);
    for (unsigned bit = 0; bit < 8 * (64 + 32 + 40); bit++) {
        uint8_t *where = bit < 512 ? sig : bit < 768 ? pk : msg;
        unsigned at = bit < 512 ? bit : bit < 768 ? bit - 512 : bit - 768;

        where[at / 8] ^= (uint8_t)(1U << (at % 8));
        accepted += fm_ed25519_verify(pk, msg, sizeof msg, sig) ? 1U : 0U;
        where[at / 8] ^= (uint8_t)(1U << (at % 8));
    }
    TAP_EQ(accepted, 0, "SIG0006 no flipped bit of signature, key or message is accepted");
    TAP_OK(fm_ed25519_verify(pk, msg, sizeof msg, sig), "SIG0007 the bytes as they were are");
}

/* Keys and points R that a lax verifier takes: small order, and encodings of a number not below the
 * prime. */
static void test_strict(void)
{
    static const char *const small[] = {
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    };
    unsigned accepted = 0;

    for (size_t i = 0; i < FM_ARRAY_LEN(small); i++) {
        for (size_t j = 0; j < FM_ARRAY_LEN(small); j++) {
            uint8_t pk[32];
            uint8_t sig[64] = {0};

            vector_hex(small[i], pk, 32);
            vector_hex(small[j], sig, 32);
            for (uint8_t m = 0; m < 16; m++) {
                accepted += fm_ed25519_verify(pk, &m, 1, sig) ? 1U : 0U;
            }
        }
    }
    TAP_EQ(accepted, 0, "SIG0008 no key or R of small order or not canonical is accepted");
}

static void test_memory(void)
{
    uint8_t a[33];
    uint8_t b[33];
    bool found = true;

    memset(a, 5, sizeof a);
    memset(b, 5, sizeof b);
    TAP_OK(fm_equal_ct(a, b, 33) && fm_equal_ct(a, b, 0), "SIG0009 equal is equal");
    for (size_t i = 0; i < 33; i++) {
        b[i] ^= 0x80;
        found = found && !fm_equal_ct(a, b, 33);
        b[i] ^= 0x80;
    }
    TAP_OK(found, "SIG0010 a difference anywhere is seen");
    fm_wipe(a, 32);
    memset(b, 0, 32);
    TAP_OK(memcmp(a, b, 32) == 0 && a[32] == 5, "SIG0011 wiping wipes, and no more");
}

int main(void)
{
    test_wycheproof();
    test_rfc8032();
    test_flips();
    test_strict();
    test_memory();
    return tap_done();
}
