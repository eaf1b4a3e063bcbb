/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets. Without an argument: after minting, attenuating, sealing and third-party signing on a stack of our own,
 * neither that stack nor the working memory holds eight bytes in a row of a secret or of what Ed25519 makes of it.
 * `ct`: the same operations with the secrets marked undefined, for valgrind, which then reports each branch and each
 * address that depends on them. `leak`: one such branch on purpose, so that the test of the test can fail.
 */
#include "base/base.h"
#include "tests/tap.h"

#include <firmament/biscuit.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>
#include <valgrind/memcheck.h>

#define STACK_BYTES (512U << 10)
#define ARENA_BYTES (512U << 10)

static uint8_t stack[STACK_BYTES];
static uint8_t memory[ARENA_BYTES];
static uint8_t bytes[4][FM_BISCUIT_BYTES_MAX];
static size_t len[4];
static struct fm_biscuit_secret root, next[3], third;
static struct fm_biscuit token;
static const struct fm_biscuit_p256 *plug;
static fm_err err;
static ucontext_t here, there;

static void secrets_of(uint8_t algorithm)
{
    struct fm_biscuit_secret *all[] = {&root, &next[0], &next[1], &next[2], &third};

    for (uint32_t i = 0; i < FM_ARRAY_LEN(all); i++) {
        all[i]->algorithm = i == 2 || i == 3 ? FM_BISCUIT_ED25519 : algorithm;
        for (uint32_t k = 0; k < 32; k++) {
            all[i]->bytes[k] = (uint8_t)(0x35U + i * 59U + k * 11U + (k * k * 3U ^ i));
        }
    }
}

/* A token that the next call extends: what the verifier sees of it is public, its proof stays secret. */
static void reread(uint32_t i)
{
    VALGRIND_MAKE_MEM_DEFINED(bytes[i], len[i]);
    err = err == FM_OK ? fm_biscuit_parse(&token, bytes[i], len[i], NULL) : err;
    if (err == FM_OK && !token.sealed) {
        size_t at = (size_t)(token.proof - bytes[i]);
        VALGRIND_MAKE_MEM_UNDEFINED(bytes[i] + at, token.proof_len);
    }
}

static void work(void)
{
    struct fm_arena arena = {memory, sizeof memory, 0};
    static uint8_t request[128];
    size_t n = 0;

    err = fm_biscuit_mint(&root, &next[0], NULL, "a(1);", 5, plug, &arena, bytes[0], sizeof bytes[0], &len[0], NULL);
    reread(0);
    if (err == FM_OK) {
        err = fm_biscuit_attenuate(&token, &next[1], "check if a(1);", 14, plug, &arena, bytes[1], sizeof bytes[1],
                                   &len[1], NULL);
    }
    reread(1);
    if (err == FM_OK) {
        err = fm_biscuit_request(&token, request, sizeof request, &n);
    }
    if (err == FM_OK) {
        err = fm_biscuit_third_party(request, n, &third, "b(1);", 5, plug, &arena, bytes[3], sizeof bytes[3], &len[3],
                                     NULL);
    }
    VALGRIND_MAKE_MEM_DEFINED(bytes[3], len[3]);
    if (err == FM_OK) {
        err = fm_biscuit_append(&token, &next[2], bytes[3], len[3], plug, &arena, bytes[2], sizeof bytes[2], &len[2],
                                NULL);
    }
    reread(2);
    if (err == FM_OK) {
        err = fm_biscuit_seal(&token, plug, &arena, bytes[3], sizeof bytes[3], &len[3]);
    }
}

/* Runs work() on the stack that can be searched afterwards. */
static void run_apart(void)
{
    memset(stack, 0xa5, sizeof stack);
    memset(memory, 0xa5, sizeof memory);
    if (getcontext(&there) != 0) {
        abort();
    }
    there.uc_stack.ss_sp = stack;
    there.uc_stack.ss_size = sizeof stack;
    there.uc_link = &here;
    makecontext(&there, work, 0);
    if (swapcontext(&here, &there) != 0) {
        abort();
    }
}

static unsigned found(const uint8_t *p, size_t n, const uint8_t *what, size_t m)
{
    unsigned hits = 0;

    for (size_t i = 0; i + 8U <= m; i += 4) {
        hits += memmem(p, n, what + i, 8) != NULL ? 1U : 0U;
    }
    return hits;
}

static unsigned traces(const struct fm_biscuit_secret *s)
{
    uint8_t reversed[32];
    uint8_t expanded[64];
    unsigned hits = found(stack, sizeof stack, s->bytes, 32) + found(memory, sizeof memory, s->bytes, 32);

    for (uint32_t i = 0; i < 32; i++) {
        reversed[i] = s->bytes[31U - i];
    }
    hits += found(stack, sizeof stack, reversed, 32) + found(memory, sizeof memory, reversed, 32);
    crypto_hash_sha512(expanded, s->bytes, 32);
    expanded[0] &= 248U;
    expanded[31] = (uint8_t)((expanded[31] & 127U) | 64U);
    return hits + found(stack, sizeof stack, expanded, 64) + found(memory, sizeof memory, expanded, 64);
}

static void test_wiped(uint8_t algorithm, const char *name)
{
    unsigned hits = 0;

    secrets_of(algorithm);
    run_apart();
    TAP_EQ(err, FM_OK, "SEC0001 mint, attenuate, sign for a third party, append and seal");
    hits += traces(&root) + traces(&next[0]) + traces(&next[1]) + traces(&next[2]) + traces(&third);
    TAP_EQ(hits, 0, name);
}

static int watched(bool leak)
{
    struct fm_biscuit_secret *all[] = {&root, &next[0], &next[1], &next[2], &third};

    plug = NULL;
    secrets_of(FM_BISCUIT_ED25519);
    for (uint32_t i = 0; i < FM_ARRAY_LEN(all); i++) {
        VALGRIND_MAKE_MEM_UNDEFINED(all[i]->bytes, 32);
    }
    if (leak && root.bytes[0] == 7) {
        puts("never");
    }
    work();
    return err == FM_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        return watched(strcmp(argv[1], "leak") == 0);
    }
    plug = &fm_biscuit_p256_openssl;
    memset(stack, 0, sizeof stack);
    secrets_of(FM_BISCUIT_ED25519);
    memcpy(stack + 1001, root.bytes + 8, 12);
    TAP_OK(traces(&root) > 0, "SEC0000 a part of a secret that is left on the stack is found");
    test_wiped(FM_BISCUIT_ED25519, "SEC0002 no part of an Ed25519 secret is left on the stack or in the arena");
    test_wiped(FM_BISCUIT_SECP256R1, "SEC0003 no part of a secp256r1 secret is left on the stack or in the arena");
    return tap_done();
}
