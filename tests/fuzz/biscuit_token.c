/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A token's bytes, or a block's, or a third party's request or answer: parsed, loaded, decided, printed, attenuated.
 * What loads must print to a text that parses again.
 */
#include "base/base.h"

#include <firmament/biscuit.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define ARENA_BYTES (2U << 20)

static uint8_t memory[ARENA_BYTES];
static uint8_t out[FM_BISCUIT_BYTES_MAX];
static char text[65536];

static void evaluate(const struct fm_biscuit *t)
{
    struct fm_arena arena = {memory, sizeof memory, 0};
    struct fm_biscuit_limits limits = {1024, 200, 20, 20000};
    struct fm_biscuit_verdict v;
    struct fm_biscuit_world *w = fm_biscuit_world_new(&arena, &limits);
    struct fm_why why;

    if (w == NULL) {
        abort();
    }
    if (fm_biscuit_world_token(w, t, &why) != FM_OK) {
        return;
    }
    if (fm_biscuit_world_code(w, "right(\"a\", \"read\"); allow if right($x, $y);", 42, NULL) != FM_OK) {
        return; /* a limit that the token has used up */
    }
    (void)!fm_biscuit_authorize(w, &v);
    for (uint32_t b = 0; b < t->nblocks; b++) {
        if (fm_biscuit_print_block(w, b, text, sizeof text) >= sizeof text) {
            continue;
        }
    }
    (void)fm_biscuit_print_facts(w, text, sizeof text);
}

static void extend(const struct fm_biscuit *t)
{
    struct fm_arena arena = {memory, sizeof memory, 0};
    struct fm_biscuit_secret next = {FM_BISCUIT_ED25519, {5}};
    static struct fm_biscuit again;
    size_t len = 0;

    if (fm_biscuit_attenuate(t, &next, "check if a(1);", 14, NULL, &arena, out, sizeof out, &len, NULL) == FM_OK &&
        (fm_biscuit_parse(&again, out, len, NULL) != FM_OK || again.nblocks != t->nblocks + 1U)) {
        abort();
    }
    if (fm_biscuit_seal(t, NULL, &arena, out, sizeof out, &len) == FM_OK &&
        (fm_biscuit_parse(&again, out, len, NULL) != FM_OK || !again.sealed)) {
        abort();
    }
    if (arena.used != 0) {
        abort();
    }
}

static void fuzz_token(const uint8_t *data, size_t n)
{
    static struct fm_biscuit t;
    struct fm_arena arena = {memory, sizeof memory, 0};
    struct fm_biscuit_key root = {FM_BISCUIT_ED25519, 32, {9}};
    struct fm_why why;

    if (fm_biscuit_parse(&t, data, n, &why) != FM_OK) {
        return;
    }
    if (fm_biscuit_verify(&t, &root, NULL, &arena, &why) == FM_OK) {
        abort(); /* nobody has that key's secret */
    }
    evaluate(&t);
    extend(&t);
}

/* Most bytes are no envelope: take them as the payload of one block, too, first or a third party's. */
static void fuzz_payload(const uint8_t *data, size_t n, bool external)
{
    static struct fm_biscuit t;

    memset(&t, 0, sizeof t);
    t.bytes = data;
    t.len = (uint32_t)n;
    t.nblocks = 1;
    t.block[0].payload = data;
    t.block[0].payload_len = (uint32_t)n;
    if (external) {
        t.block[0].external = true;
        t.block[0].ext_key = (struct fm_biscuit_key){FM_BISCUIT_ED25519, 32, {9}};
    }
    evaluate(&t);
}

static void fuzz_third_party(const uint8_t *data, size_t n)
{
    static struct fm_biscuit t;
    static uint8_t minted[512];
    static size_t minted_len;
    struct fm_arena arena = {memory, sizeof memory, 0};
    struct fm_biscuit_secret key = {FM_BISCUIT_ED25519, {7}};
    size_t len = 0;

    if (minted_len == 0 && fm_biscuit_mint(&key, &key, NULL, "a(1);", 5, NULL, &arena, minted, sizeof minted,
                                           &minted_len, NULL) != FM_OK) {
        abort();
    }
    (void)!fm_biscuit_third_party(data, n, &key, "x(1);", 5, NULL, &arena, out, sizeof out, &len, NULL);
    if (fm_biscuit_parse(&t, minted, minted_len, NULL) != FM_OK ||
        fm_biscuit_append(&t, &key, data, n, NULL, &arena, out, sizeof out, &len, NULL) == FM_OK) {
        abort(); /* an answer that nobody signed */
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1) {
        return 0;
    }
    switch (data[0] & 3U) {
    case 0: fuzz_token(data + 1, n - 1U); break;
    case 1: fuzz_payload(data + 1, n - 1U, false); break;
    case 2: fuzz_payload(data + 1, n - 1U, true); break;
    default: fuzz_third_party(data + 1, n - 1U); break;
    }
    return 0;
}
