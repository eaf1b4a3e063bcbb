/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a token, as a block inside a sound envelope, as a third party's request and response: read, loaded,
 * printed and evaluated in bounded steps. The first byte chooses.
 */
#include "base/base.h"
#include "biscuit/pb.h"

#include <firmament/biscuit.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static uint8_t memory[2U << 20];
static const uint8_t key_bytes[32] = {9, 9, 9};
static const uint8_t zeros[64];

static bool inside(const struct fm_biscuit *t, const uint8_t *p, uint32_t n)
{
    return p >= t->bytes && p + n <= t->bytes + t->len;
}

static void envelope(struct fm_pbw *w, const uint8_t *payload, size_t n)
{
    size_t mark = fm_pbw_open(w, 2);

    fm_pbw_bytes(w, 1, payload, n);
    size_t key = fm_pbw_open(w, 2);
    fm_pbw_num(w, 1, 0);
    fm_pbw_bytes(w, 2, key_bytes, 32);
    fm_pbw_close(w, key);
    fm_pbw_bytes(w, 3, zeros, 64);
    fm_pbw_close(w, mark);
    mark = fm_pbw_open(w, 4);
    fm_pbw_bytes(w, 1, zeros, 32);
    fm_pbw_close(w, mark);
}

static void use(const uint8_t *bytes, size_t n)
{
    static const struct fm_biscuit_limits limits = {512, 64, 20, 20000};
    static const char code[] = "operation(\"read\"); resource(\"a\"); check if true trusting previous; allow if true;";
    static struct fm_biscuit token;
    static struct fm_biscuit_verdict verdict;
    static char text[4096];
    struct fm_arena arena = {memory, sizeof memory, 0};
    struct fm_biscuit_key root = {FM_BISCUIT_ED25519, 32, {9, 9, 9}};

    if (fm_biscuit_parse(&token, bytes, n, NULL) != FM_OK) {
        return;
    }
    for (uint32_t b = 0; b < token.nblocks; b++) {
        FM_ASSERT(inside(&token, token.block[b].payload, token.block[b].payload_len));
        FM_ASSERT(inside(&token, token.block[b].sig, token.block[b].sig_len));
    }
    FM_ASSERT(fm_biscuit_verify(&token, &root, NULL, &arena, NULL) != FM_OK); /* nobody signed it */
    struct fm_biscuit_world *w = fm_biscuit_world_new(&arena, &limits);
    if (w == NULL || fm_biscuit_world_token(w, &token, NULL) != FM_OK) {
        return;
    }
    for (uint32_t b = 0; b < token.nblocks; b++) {
        (void)fm_biscuit_print_block(w, b, text, sizeof text);
        (void)fm_biscuit_print_symbols(w, b, text, sizeof text);
    }
    if (fm_biscuit_world_code(w, code, sizeof code - 1U, NULL) == FM_OK) {
        (void)!fm_biscuit_authorize(w, &verdict);
        (void)fm_biscuit_print_facts(w, text, sizeof text);
    }
}

/* A third party's side, and the holder's. */
static void exchange(bool request, const uint8_t *data, size_t n)
{
    static const struct fm_biscuit_secret secret = {FM_BISCUIT_ED25519, {7}};
    static uint8_t token_bytes[2048];
    static size_t token_len;
    static struct fm_biscuit token;
    static uint8_t out[4096];
    struct fm_arena arena = {memory, sizeof memory, 0};
    size_t len = 0;

    if (token_len == 0) {
        FM_ASSERT(fm_biscuit_mint(&secret, &secret, NULL, "a(1)", 4, NULL, &arena, token_bytes, sizeof token_bytes,
                                  &token_len, NULL) == FM_OK);
        FM_ASSERT(fm_biscuit_parse(&token, token_bytes, token_len, NULL) == FM_OK);
    }
    if (request) {
        (void)!fm_biscuit_third_party(data, n, &secret, "a(1)", 4, NULL, &arena, out, sizeof out, &len, NULL);
    } else {
        FM_ASSERT(fm_biscuit_append(&token, &secret, data, n, NULL, &arena, out, sizeof out, &len, NULL) != FM_OK);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static uint8_t bytes[FM_BISCUIT_BYTES_MAX + 512U];
    struct fm_pbw w = {bytes, sizeof bytes, 0, false};

    if (n == 0 || n > FM_BISCUIT_BYTES_MAX) {
        return 0;
    }
    switch (data[0] % 8U) {
    case 0: use(data + 1, n - 1U); break;
    case 1: exchange(true, data + 1, n - 1U); break;
    case 2: exchange(false, data + 1, n - 1U); break;
    default:
        envelope(&w, data + 1, n - 1U);
        if (!w.bad) {
            use(bytes, w.len);
        }
    }
    return 0;
}
