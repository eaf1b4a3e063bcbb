/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a program: refused at a place inside it, or minted, read back and printed; the printed text is a program
 * too, and printed again it is the same.
 */
#include "base/base.h"

#include <firmament/biscuit.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static uint8_t memory[4U << 20];
static uint8_t bytes[FM_BISCUIT_BYTES_MAX];
static struct fm_biscuit token;

/* Mints the program and prints its block; false if it is refused. */
static bool around(const char *code, size_t n, char *out, size_t cap, size_t *len)
{
    static const struct fm_biscuit_secret secret = {FM_BISCUIT_ED25519, {7}};
    static const struct fm_biscuit_limits limits = {4096, 64, 20, 20000};
    struct fm_arena arena = {memory, sizeof memory, 0};
    struct fm_biscuit_where where = {0, 0, NULL};
    size_t size = 0;
    fm_err err = fm_biscuit_mint(&secret, &secret, NULL, code, n, NULL, &arena, bytes, sizeof bytes, &size, &where);

    if (err != FM_OK) {
        FM_ASSERT(err != FM_E_TOKEN_SYNTAX || (where.line > 0 && where.column > 0 && where.expected != NULL));
        return false;
    }
    FM_ASSERT(fm_biscuit_parse(&token, bytes, size, NULL) == FM_OK); /* what we write, we read */
    struct fm_biscuit_world *w = fm_biscuit_world_new(&arena, &limits);
    FM_ASSERT(w != NULL);
    err = fm_biscuit_world_token(w, &token, NULL);
    FM_ASSERT(err == FM_OK || fm_err_category(err) == FM_CATEGORY_LIMIT);
    *len = err == FM_OK ? fm_biscuit_print_block(w, 0, out, cap) : cap;
    return *len < cap;
}

static void authorizer(const char *code, size_t n)
{
    static const struct fm_biscuit_limits limits = {512, 64, 20, 20000};
    static struct fm_biscuit_verdict verdict;
    static char text[4096];
    struct fm_arena arena = {memory, sizeof memory, 0};
    struct fm_biscuit_world *w = fm_biscuit_world_new(&arena, &limits);

    if (fm_biscuit_world_code(w, code, n, NULL) == FM_OK) {
        (void)!fm_biscuit_authorize(w, &verdict);
        (void)fm_biscuit_print_policies(w, text, sizeof text);
        (void)fm_biscuit_print_facts(w, text, sizeof text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static char first[32768], second[32768];
    size_t a = 0;
    size_t b = 0;

    authorizer((const char *)data, n);
    if (around((const char *)data, n, first, sizeof first, &a) && a < 8192) {
        FM_ASSERT(around(first, a, second, sizeof second, &b));
        FM_ASSERT(a == b && memcmp(first, second, a) == 0);
    }
    return 0;
}
