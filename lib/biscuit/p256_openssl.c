/* SPDX-License-Identifier: Apache-2.0 */
/* secp256r1 on OpenSSL 3, for hosts: compressed SEC1 keys, DER signatures over SHA-256. */
#include <firmament/biscuit.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <string.h>

static EVP_PKEY *make(OSSL_PARAM_BLD *build, int selection)
{
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
    EVP_PKEY *key = NULL;

    if (params == NULL || ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, selection, params) != 1) {
        key = NULL;
    }
    EVP_PKEY_CTX_free(ctx);
    OSSL_PARAM_free(params);
    return key;
}

static EVP_PKEY *public_key(const uint8_t key[33])
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_PKEY *result = NULL;

    if (build != NULL && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, key, 33) == 1) {
        result = make(build, EVP_PKEY_PUBLIC_KEY);
    }
    OSSL_PARAM_BLD_free(build);
    return result;
}

static bool verify(const uint8_t key[33], const uint8_t *msg, size_t n, const uint8_t *sig, size_t sig_len)
{
    EVP_PKEY *pk = public_key(key);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = pk != NULL && ctx != NULL && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, pk) == 1 &&
                EVP_DigestVerify(ctx, sig, sig_len, msg, n) == 1;

    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pk);
    return good;
}

/* The secret as a number, and its point; both NULL if it is out of range. */
static bool point_of(const uint8_t secret[32], BIGNUM **number, uint8_t out[65])
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
    EC_POINT *point = group != NULL ? EC_POINT_new(group) : NULL;
    BN_CTX *ctx = BN_CTX_new();
    BIGNUM *d = BN_secure_new();
    bool good = point != NULL && ctx != NULL && d != NULL && BN_bin2bn(secret, 32, d) != NULL && !BN_is_zero(d) &&
                BN_cmp(d, EC_GROUP_get0_order(group)) < 0;

    if (good) {
        BN_set_flags(d, BN_FLG_CONSTTIME);
        good = EC_POINT_mul(group, point, d, NULL, NULL, ctx) == 1 &&
               EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, out, 65, ctx) == 65;
    }
    EC_POINT_free(point);
    EC_GROUP_free(group);
    BN_CTX_free(ctx);
    if (good && number != NULL) {
        *number = d;
    } else {
        BN_clear_free(d);
    }
    return good;
}

static bool public_of(const uint8_t secret[32], uint8_t key[33])
{
    uint8_t point[65];

    if (!point_of(secret, NULL, point)) {
        return false;
    }
    key[0] = (uint8_t)(2U | (point[64] & 1U));
    memcpy(key + 1, point + 1, 32);
    return true;
}

static size_t sign(const uint8_t secret[32], const uint8_t *msg, size_t n, uint8_t *sig)
{
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY *key = NULL;
    BIGNUM *d = NULL;
    uint8_t point[65];
    size_t len = FM_BISCUIT_SIG_MAX;

    if (point_of(secret, &d, point) && build != NULL &&
        OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, 65) == 1 &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, d) == 1) {
        key = make(build, EVP_PKEY_KEYPAIR);
    }
    if (key == NULL || ctx == NULL || EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key) != 1 ||
        EVP_DigestSign(ctx, sig, &len, msg, n) != 1) {
        len = 0;
    }
    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(key);
    BN_clear_free(d);
    OSSL_PARAM_BLD_free(build);
    return len;
}

const struct fm_biscuit_p256 fm_biscuit_p256_openssl = {verify, public_of, sign};
