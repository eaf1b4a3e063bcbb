/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text: accepted, or refused with a place inside it. What is accepted as a block and minted prints to a text that
 * is accepted again, makes the same block, and decides alike.
 */
#include "base/base.h"

#include <firmament/biscuit.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static uint8_t memory[2U << 20];
static uint8_t first[FM_BISCUIT_BYTES_MAX];
static uint8_t second[FM_BISCUIT_BYTES_MAX];
static char text[1U << 17];

static fm_err mint(const char *code, size_t n, uint8_t *out, size_t *len, struct fm_biscuit_where *where)
{
    struct fm_arena arena = {memory, sizeof memory, 0};
    struct fm_biscuit_secret key = {FM_BISCUIT_ED25519, {7}};

    return fm_biscuit_mint(&key, &key, NULL, code, n, NULL, &arena, out, FM_BISCUIT_BYTES_MAX, len, where);
}

static void fuzz_block(const char *code, size_t n)
{
    static struct fm_biscuit t;
    struct fm_arena arena = {memory, sizeof memory, 0};
    struct fm_biscuit_limits limits = {4096, 200, 20, 20000};
    struct fm_biscuit_where where = {1, 1, NULL};
    size_t len = 0;
    size_t again = 0;
    fm_err err = mint(code, n, first, &len, &where);

    if (err != FM_OK) {
        if (where.line == 0 || where.column == 0 || where.line > n + 1U) {
            abort();
        }
        return;
    }
    struct fm_biscuit_world *w = fm_biscuit_world_new(&arena, &limits);
    if (w == NULL || fm_biscuit_parse(&t, first, len, NULL) != FM_OK || fm_biscuit_world_token(w, &t, NULL) != FM_OK) {
        abort(); /* we made it */
    }
    size_t printed = fm_biscuit_print_block(w, 0, text, sizeof text);
    if (printed >= sizeof text) {
        return;
    }
    if (mint(text, printed, second, &again, NULL) != FM_OK) {
        abort(); /* we printed it */
    }
}

static void fuzz_authorizer(const char *code, size_t n)
{
    struct fm_arena arena = {memory, sizeof memory, 0};
    struct fm_biscuit_limits limits = {1024, 200, 20, 20000};
    struct fm_biscuit_where where = {0, 0, NULL};
    struct fm_biscuit_verdict v;
    struct fm_biscuit_world *w = fm_biscuit_world_new(&arena, &limits);

    if (w != NULL && fm_biscuit_world_code(w, code, n, &where) == FM_OK) {
        (void)!fm_biscuit_authorize(w, &v);
        (void)fm_biscuit_print_policies(w, text, 64);
        (void)fm_biscuit_print_facts(w, text, sizeof text);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    uint8_t raw[256];
    char back[512];

    if (n < 1) {
        return 0;
    }
    const char *code = (const char *)data + 1;
    if ((data[0] & 1U) != 0) {
        fuzz_block(code, n - 1U);
    } else {
        fuzz_authorizer(code, n - 1U);
    }
    size_t len = fm_biscuit_base64_decode(code, n - 1U, raw, sizeof raw);
    if (len != SIZE_MAX && fm_biscuit_base64_encode(raw, len, back, sizeof back) == SIZE_MAX) {
        abort();
    }
    return 0;
}
