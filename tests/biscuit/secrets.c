/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secret keys: nothing branches on them, and nothing keeps them. The first half runs under valgrind
 * (tests/biscuit/secrets.t): the secret bytes are marked undefined, so that memcheck reports every branch and every
 * address that depends on them. The second runs each call on a stack of its own and looks for the bytes there and
 * in the arena; without valgrind.
 */
#include <ucontext.h>
#include <valgrind/memcheck.h>

#include "biscuit/world.h"
#include "crypto/sign.h"
#include "tests/biscuit/kit.h"
#include "tests/tap.h"

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

/* Calls run on a stack of their own, so that what they leave there is seen as it was left. */
static uint8_t stack[1U << 18];
static ucontext_t outside, inside;
static void (*running)(void);
static fm_err result;
static struct fm_biscuit_secret root = {FM_BISCUIT_ED25519, {0}};
static struct fm_biscuit_secret proof = {FM_BISCUIT_ED25519, {0}};

static void trampoline(void)
{
    running();
}

static fm_err on_own_stack(void (*call)(void))
{
    memset(stack, 0, sizeof stack);
    memset(memory, 0, sizeof memory);
    running = call;
    FM_ASSERT(getcontext(&inside) == 0);
    inside.uc_stack.ss_sp = stack;
    inside.uc_stack.ss_size = sizeof stack;
    inside.uc_link = &outside;
    makecontext(&inside, trampoline, 0);
    FM_ASSERT(swapcontext(&outside, &inside) == 0);
    return result;
}

/* Is any part of a secret left on that stack or in the arena? */
static bool left(const struct fm_biscuit_secret *secret)
{
    return holds(stack, sizeof stack, secret->bytes) || holds(memory, sizeof memory, secret->bytes);
}

static void leak(void)
{
    volatile uint8_t copy[32];

    for (size_t i = 0; i < sizeof copy; i++) {
        copy[i] = root.bytes[i];
    }
    result = copy[0] == root.bytes[0] ? FM_OK : FM_E_TOKEN_KEY;
}

static void mint(void)
{
    struct fm_arena arena = {memory, sizeof memory, 0};

    result = fm_biscuit_mint(&root, &proof, NULL, code, sizeof code - 1U, &fm_biscuit_p256_openssl, &arena, made.bytes,
                             sizeof made.bytes, &made.len, NULL);
}

/* The token's own secret signs; what comes after it is another. */
static void attenuate(void)
{
    struct fm_arena arena = {memory, sizeof memory, 0};

    result = fm_biscuit_attenuate(&made.t, &root, code, sizeof code - 1U, &fm_biscuit_p256_openssl, &arena, next.bytes,
                                  sizeof next.bytes, &next.len, NULL);
}

static void seal(void)
{
    struct fm_arena arena = {memory, sizeof memory, 0};

    result = fm_biscuit_seal(&made.t, &fm_biscuit_p256_openssl, &arena, next.bytes, sizeof next.bytes, &next.len);
}

static void key(void)
{
    struct fm_biscuit_key pk;

    result = fm_biscuit_key_of_secret(root.algorithm, root.bytes, NULL, &pk);
}

static void sign(void)
{
    uint8_t sig[FM_BISCUIT_SIG_MAX];
    uint32_t n = 0;

    result = fm_b_sign(&root, NULL, (const uint8_t *)code, sizeof code, sig, &n);
}

static void third_party(void)
{
    struct fm_arena arena = {memory, sizeof memory, 0};
    uint8_t request[128];
    size_t n = 0;

    result = fm_biscuit_request(&made.t, request, sizeof request, &n);
    if (result == FM_OK) {
        result = fm_biscuit_third_party(request, n, &root, "a(1);", 5, &fm_biscuit_p256_openssl, &arena, next.bytes,
                                        sizeof next.bytes, &next.len, NULL);
    }
}

static void append(void)
{
    static uint8_t out[FM_BISCUIT_BYTES_MAX];
    struct fm_arena arena = {memory, sizeof memory, 0};
    size_t n = 0;

    result = fm_biscuit_append(&made.t, &root, next.bytes, next.len, &fm_biscuit_p256_openssl, &arena, out, sizeof out,
                               &n, NULL);
}

static void test_remains(void)
{
    for (uint32_t i = 0; i < 32; i++) {
        root.bytes[i] = (uint8_t)(0xc3U + 29U * i);
        proof.bytes[i] = (uint8_t)(0x1dU + 53U * i);
    }
    TAP_OK(on_own_stack(leak) == FM_OK && left(&root), "SEC0010 a secret left on the stack would be found");
    TAP_EQ(on_own_stack(mint), FM_OK, "SEC0011 a token is minted");
    TAP_OK(!left(&root) && !left(&proof), "SEC0012 neither secret is left on the stack or in the arena");
    TAP_OK(!holds(made.bytes, made.len, root.bytes), "SEC0014 the root's secret is not in the token");
    TAP_EQ(fm_biscuit_parse(&made.t, made.bytes, made.len, NULL), FM_OK, "SEC0015 it is parsed");
    TAP_EQ(on_own_stack(attenuate), FM_OK, "SEC0016 and attenuated");
    TAP_OK(!left(&proof) && !left(&root), "SEC0017 the secret that signed the block is gone, its successor too");
    TAP_OK(!holds(next.bytes, next.len, proof.bytes), "SEC0018 … and from the token");
    TAP_EQ(on_own_stack(seal), FM_OK, "SEC0019 sealed");
    TAP_OK(!left(&proof) && !holds(next.bytes, next.len, proof.bytes), "SEC0020 no secret is left anywhere");
    TAP_OK(on_own_stack(key) == FM_OK && !left(&root), "SEC0025 making a key leaves nothing of its secret");
    TAP_OK(on_own_stack(sign) == FM_OK && !left(&root), "SEC0026 nor does signing");
    TAP_EQ(on_own_stack(third_party), FM_OK, "SEC0021 a third party signs");
    TAP_OK(!left(&root) && !holds(next.bytes, next.len, root.bytes), "SEC0022 and leaves nothing of its secret");
    TAP_EQ(on_own_stack(append), FM_OK, "SEC0023 its block is appended");
    TAP_OK(!left(&root) && !left(&proof), "SEC0024 and nothing is left of either");
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
