/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secret keys: nothing branches on them, and nothing keeps them. The first half runs under valgrind
 * (tests/biscuit/secrets.t): the
 * secret bytes are marked undefined, so that memcheck reports every branch and every address that depends on them.
 * The second scans the
 * stack below and the arena for the bytes after each call; it runs without valgrind.
 */
#include <valgrind/memcheck.h>

#include "crypto/sign.h"
#include "tests/biscuit/kit.h"
#include "tests/tap.h"

#define STACK_BYTES 65536U

static const char code[] = "right(\"cell\", \"read\"); check if time($t), $t < 2030-01-01T00:00:00Z;";
static struct kit_token made, next;
static uint8_t memory[KIT_ARENA];

/* What public values are made of is public: a key, a signature, the token. */
static void reveal(void *p, size_t n)
{
    (void)VALGRIND_MAKE_MEM_DEFINED(p, n);
}

static void hide(void *p, size_t n)
{
    (void)VALGRIND_MAKE_MEM_UNDEFINED(p, n);
}

/* Signing and key making: the only places where a secret is computed with. */
static void test_branches(void)
{
    uint8_t seed[32];
    uint8_t pk[32];
    uint8_t sk[64];
    uint8_t sig[64];
    unsigned before = (unsigned)VALGRIND_COUNT_ERRORS;

    memset(seed, 0x5a, sizeof seed);
    hide(seed, sizeof seed);
    fm_ed25519_keypair(seed, pk, sk);
    TAP_EQ(VALGRIND_COUNT_ERRORS - before, 0, "SEC0001 making a key branches on nothing secret");
    reveal(pk, sizeof pk);
    reveal(sk + 32, 32); /* the second half is the public key */
    fm_ed25519_sign(sk, (const uint8_t *)code, sizeof code, sig);
    TAP_EQ(VALGRIND_COUNT_ERRORS - before, 0, "SEC0002 nor does signing");
    reveal(sig, sizeof sig);
    TAP_OK(fm_ed25519_verify(pk, (const uint8_t *)code, sizeof code, sig), "SEC0003 and the signature is good");
    fm_wipe(seed, sizeof seed);
    TAP_EQ(VALGRIND_COUNT_ERRORS - before, 0, "SEC0004 nor does wiping");
}

/* memcheck itself works: a branch on a secret is found. */
static void test_detector(void)
{
    volatile uint8_t secret = 3;
    volatile uint8_t sink = 0;
    unsigned before = (unsigned)VALGRIND_COUNT_ERRORS;

    hide((void *)(uintptr_t)&secret, 1);
    if (secret > 2) {
        sink = 1;
    }
    (void)sink;
    TAP_OK(VALGRIND_COUNT_ERRORS > before, "SEC0005 a branch on a secret byte would be found");
}

/* Whether any eight bytes of the secret in a row stand in memory. */
static bool holds(const volatile uint8_t *p, size_t n, const uint8_t *secret)
{
    for (size_t i = 0; i + 8 <= n; i++) {
        for (size_t at = 0; at + 8 <= 32; at += 8) {
            size_t k = 0;

            while (k < 8 && p[i + k] == secret[at + k]) {
                k++;
            }
            if (k == 8) {
                return true;
            }
        }
    }
    return false;
}

/* The stack that a call has used and left: below this frame. */
static __attribute__((noinline)) bool stack_holds(const uint8_t *secret)
{
    volatile uint8_t here[16];

    here[0] = 0;
    return holds(here - STACK_BYTES, STACK_BYTES - 256, secret);
}

static __attribute__((noinline)) void leak(const uint8_t *secret)
{
    volatile uint8_t copy[4096];

    for (size_t i = 0; i < sizeof copy; i++) {
        copy[i] = secret[i % 32];
    }
}

static __attribute__((noinline)) void scrub(void)
{
    volatile uint8_t clean[STACK_BYTES];

    for (size_t i = 0; i < sizeof clean; i++) {
        clean[i] = 0;
    }
}

static __attribute__((noinline)) fm_err mint(const struct fm_biscuit_secret *root,
    const struct fm_biscuit_secret *proof)
{
    struct fm_arena arena = {memory, sizeof memory, 0};

    return fm_biscuit_mint(root, proof, NULL, code, strlen(code), &fm_biscuit_p256_openssl, &arena, made.bytes,
                           sizeof made.bytes, &made.len, NULL);
}

static __attribute__((noinline)) fm_err attenuate(const struct fm_biscuit_secret *proof)
{
    struct fm_arena arena = {memory, sizeof memory, 0};

    return fm_biscuit_attenuate(&made.t, proof, code, strlen(code), &fm_biscuit_p256_openssl, &arena, next.bytes,
                                sizeof next.bytes, &next.len, NULL);
}

static __attribute__((noinline)) fm_err seal(void)
{
    struct fm_arena arena = {memory, sizeof memory, 0};

    return fm_biscuit_seal(&made.t, &fm_biscuit_p256_openssl, &arena, next.bytes, sizeof next.bytes, &next.len);
}

static void test_remains(void)
{
    static struct fm_biscuit_secret root = {FM_BISCUIT_ED25519, {0}};
    static struct fm_biscuit_secret proof = {FM_BISCUIT_ED25519, {0}};

    for (uint32_t i = 0; i < 32; i++) {
        root.bytes[i] = (uint8_t)(0xc3U + 29U * i);
        proof.bytes[i] = (uint8_t)(0x1dU + 53U * i);
    }
    leak(root.bytes);
    TAP_OK(stack_holds(root.bytes), "SEC0010 a secret left on the stack would be found");
    scrub();
    memset(memory, 0, sizeof memory);
    TAP_EQ(mint(&root, &proof), FM_OK, "SEC0011 a token is minted");
    TAP_OK(!stack_holds(root.bytes) && !stack_holds(proof.bytes), "SEC0012 no secret is left on the stack");
    TAP_OK(!holds(memory, sizeof memory, root.bytes) && !holds(memory, sizeof memory, proof.bytes),
           "SEC0013 nor in the arena");
    TAP_OK(!holds(made.bytes, made.len, root.bytes), "SEC0014 the root's secret is not in the token");
    TAP_EQ(fm_biscuit_parse(&made.t, made.bytes, made.len, NULL), FM_OK, "SEC0015 it is parsed");
    TAP_EQ(attenuate(&root), FM_OK, "SEC0016 and attenuated");
    TAP_OK(!stack_holds(proof.bytes), "SEC0017 the secret that signed the new block is gone from the stack");
    TAP_OK(!holds(memory, sizeof memory, proof.bytes) && !holds(next.bytes, next.len, proof.bytes),
           "SEC0018 from the arena and from the token");
    TAP_EQ(seal(), FM_OK, "SEC0019 sealed");
    TAP_OK(!stack_holds(proof.bytes) && !holds(memory, sizeof memory, proof.bytes) &&
               !holds(next.bytes, next.len, proof.bytes),
           "SEC0020 and no secret is left anywhere");
}

int main(void)
{
    if (RUNNING_ON_VALGRIND) {
        test_branches();
        test_detector();
    } else {
        test_remains();
    }
    return tap_done();
}
