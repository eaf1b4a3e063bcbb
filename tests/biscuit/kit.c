/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/biscuit/kit.h"

#include <stdio.h>

static uint8_t memory[KIT_ARENA];

struct fm_arena kit_arena(void)
{
    return (struct fm_arena){memory, sizeof memory, 0};
}

struct fm_biscuit_secret kit_secret(uint8_t algorithm, uint32_t number)
{
    struct fm_biscuit_secret s = {algorithm, {0}};

    for (uint32_t i = 0; i < 32; i++) {
        s.bytes[i] = (uint8_t)(number * 31U + i * 7U + 1U);
    }
    return s;
}

struct fm_biscuit_key kit_key(uint8_t algorithm, uint32_t number)
{
    struct fm_biscuit_secret s = kit_secret(algorithm, number);
    struct fm_biscuit_key key;

    FM_ASSERT(fm_biscuit_key_of_secret(algorithm, s.bytes, &fm_biscuit_p256_openssl, &key) == FM_OK);
    return key;
}

static fm_err take(struct kit_token *out, fm_err err)
{
    return err == FM_OK ? fm_biscuit_parse(&out->t, out->bytes, out->len, NULL) : err;
}

static fm_err mint(struct kit_token *out, uint8_t algorithm, uint32_t root, uint32_t next, uint32_t version,
                   const char *code)
{
    const struct fm_biscuit_options how = {false, 0, version};
    struct fm_arena arena = kit_arena();
    struct fm_biscuit_secret r = kit_secret(algorithm, root);
    struct fm_biscuit_secret n = kit_secret(algorithm, next);

    return take(out, fm_biscuit_mint(&r, &n, &how, code, strlen(code), &fm_biscuit_p256_openssl, &arena, out->bytes,
                                     sizeof out->bytes, &out->len, NULL));
}

fm_err kit_mint(struct kit_token *out, uint8_t algorithm, uint32_t root, uint32_t next, const char *code)
{
    return mint(out, algorithm, root, next, 0, code);
}

fm_err kit_mint_linked(struct kit_token *out, uint32_t root, uint32_t next, const char *code)
{
    return mint(out, FM_BISCUIT_ED25519, root, next, 1, code);
}

fm_err kit_attenuate(struct kit_token *out, const struct kit_token *from, uint8_t algorithm, uint32_t next,
                     const char *code)
{
    struct fm_arena arena = kit_arena();
    struct fm_biscuit_secret n = kit_secret(algorithm, next);

    return take(out, fm_biscuit_attenuate(&from->t, &n, code, strlen(code), &fm_biscuit_p256_openssl, &arena,
                                          out->bytes, sizeof out->bytes, &out->len, NULL));
}

fm_err kit_seal(struct kit_token *out, const struct kit_token *from)
{
    struct fm_arena arena = kit_arena();

    return take(out, fm_biscuit_seal(&from->t, &fm_biscuit_p256_openssl, &arena, out->bytes, sizeof out->bytes,
                                     &out->len));
}

fm_err kit_third(struct kit_token *out, const struct kit_token *from, uint8_t algorithm, uint32_t third, uint32_t next,
                 const char *code)
{
    struct fm_arena arena = kit_arena();
    struct fm_biscuit_secret t = kit_secret(algorithm, third);
    struct fm_biscuit_secret n = kit_secret(FM_BISCUIT_ED25519, next);
    uint8_t request[128];
    uint8_t response[FM_BISCUIT_BYTES_MAX];
    size_t nq = 0;
    size_t nr = 0;
    fm_err err = fm_biscuit_request(&from->t, request, sizeof request, &nq);

    if (err == FM_OK) {
        err = fm_biscuit_third_party(request, nq, &t, code, strlen(code), &fm_biscuit_p256_openssl, &arena, response,
                                     sizeof response, &nr, NULL);
    }
    if (err == FM_OK) {
        err = fm_biscuit_append(&from->t, &n, response, nr, &fm_biscuit_p256_openssl, &arena, out->bytes,
                                sizeof out->bytes, &out->len, NULL);
    }
    return take(out, err);
}

fm_err kit_verify(const struct fm_biscuit *t, uint8_t algorithm, uint32_t root)
{
    struct fm_arena arena = kit_arena();
    struct fm_biscuit_key key = kit_key(algorithm, root);

    return fm_biscuit_verify(t, &key, &fm_biscuit_p256_openssl, &arena, NULL);
}

fm_err kit_ask(const struct fm_biscuit *t, const char *code, struct fm_biscuit_verdict *verdict)
{
    struct fm_arena arena = kit_arena();
    const struct fm_biscuit_limits limits = fm_biscuit_limits_default();
    struct fm_biscuit_verdict own;
    struct fm_biscuit_world *w = fm_biscuit_world_new(&arena, &limits);
    fm_err err = w == NULL ? FM_E_TOKEN_MEMORY : FM_OK;

    if (err == FM_OK && t != NULL) {
        err = fm_biscuit_world_token(w, t, NULL);
    }
    if (err == FM_OK) {
        err = fm_biscuit_world_code(w, code, strlen(code), NULL);
    }
    return err == FM_OK ? fm_biscuit_authorize(w, verdict != NULL ? verdict : &own) : err;
}

void kit_failed(const struct fm_biscuit_verdict *v, char *out, size_t cap)
{
    size_t at = (size_t)snprintf(out, cap, "%s", v->nfailed == 0 ? "-" : "");

    for (uint32_t i = 0; i < v->nfailed && i < FM_BISCUIT_FAILED_MAX && at < cap; i++) {
        const char *comma = i > 0 ? "," : "";
        at += (size_t)(v->failed[i].block == FM_BISCUIT_AUTHORIZER
                           ? snprintf(out + at, cap - at, "%sa:%u", comma, v->failed[i].check)
                           : snprintf(out + at, cap - at, "%s%u:%u", comma, v->failed[i].block, v->failed[i].check));
    }
}

fm_err kit_print(const struct fm_biscuit *t, uint32_t block, char *out, size_t cap)
{
    struct fm_arena arena = kit_arena();
    const struct fm_biscuit_limits limits = fm_biscuit_limits_default();
    struct fm_biscuit_world *w = fm_biscuit_world_new(&arena, &limits);
    fm_err err = w == NULL ? FM_E_TOKEN_MEMORY : fm_biscuit_world_token(w, t, NULL);

    return err != FM_OK                                             ? err
           : fm_biscuit_print_block(w, block, out, cap) < cap ? FM_OK
                                                                    : FM_E_TOKEN_LENGTH;
}
