/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Biscuit specification's own corpus: 38 tokens, 50 validations. Result, deciding policy, failed checks and
 * revocation ids must be as published; then every truncation and every bit flip of every token is refused.
 */
#include "base/base.h"
#include "tests/biscuit/kit.h"
#include "tests/tap.h"
#include "tests/vectors.h"

#include <firmament/biscuit.h>
#include <stdio.h>
#include <stdlib.h>

#define TOKEN_MAX 65536
#define ARENA_BYTES (8U << 20)

static uint8_t bytes[TOKEN_MAX];
static size_t len;
static struct fm_biscuit_key root;
static uint8_t *memory;

static bool load(const char *name)
{
    char path[256];
    FILE *f;

    snprintf(path, sizeof path, "tests/vectors/biscuit/%s.bc", name);
    f = fopen(path, "rb");
    if (f == NULL) {
        return false;
    }
    len = fread(bytes, 1, sizeof bytes, f);
    fclose(f);
    return len > 0;
}

/* The corpus's host function: one argument comes back, two strings are compared. */
static bool host_test(void *ctx, const char *name, uint32_t name_len,
                      const struct fm_biscuit_value *left, const struct fm_biscuit_value *right,
                      struct fm_biscuit_value *out)
{
    static const char equal[] = "equal strings";
    static const char different[] = "different strings";
    bool same;

    (void)ctx;
    if (name_len != 4 || memcmp(name, "test", 4) != 0) {
        return false;
    }
    if (right == NULL) {
        *out = *left;
        return true;
    }
    if (left->type != FM_BISCUIT_STRING || right->type != FM_BISCUIT_STRING) {
        return false;
    }
    same = left->n == right->n && memcmp(left->ptr, right->ptr, left->n) == 0;
    out->type = FM_BISCUIT_STRING;
    out->ptr = same ? equal : different;
    out->n = (uint32_t)strlen(same ? equal : different);
    return true;
}

struct answer {
    fm_err format; /* of parse, verify or load */
    fm_err rule;
    struct fm_biscuit_verdict verdict;
    char ids[8192];
};

static void revocation_ids(const struct fm_biscuit *token, char *out, size_t cap)
{
    size_t at = 0;

    out[0] = '\0';
    for (uint32_t b = 0; b < token->nblocks; b++) {
        at += (size_t)snprintf(out + at, cap - at, "%s", b > 0 ? "," : "");
        for (uint32_t i = 0; i < token->block[b].sig_len && at + 3 < cap; i++) {
            at += (size_t)snprintf(out + at, cap - at, "%02x", token->block[b].sig[i]);
        }
    }
}

static void answer_of(const char *code, struct answer *a)
{
    static const struct fm_biscuit_host host = {host_test, NULL};
    static struct fm_biscuit token;
    const struct fm_biscuit_limits limits = fm_biscuit_limits_default();
    struct fm_arena arena = {memory, ARENA_BYTES, 0};
    struct fm_biscuit_world *world;
    struct fm_why why = {FM_OK, 0, "", 0, 0};

    memset(a, 0, sizeof *a);
    a->format = fm_biscuit_parse(&token, bytes, len, &why);
    if (a->format == FM_OK) {
        a->format = fm_biscuit_verify(&token, &root, &fm_biscuit_p256_openssl, &arena, &why);
    }
    if (a->format != FM_OK) {
        return;
    }
    revocation_ids(&token, a->ids, sizeof a->ids);
    world = fm_biscuit_world_new(&arena, &limits);
    if (world == NULL) {
        a->format = FM_E_TOKEN_MEMORY;
        return;
    }
    fm_biscuit_world_host(world, &host);
    a->rule = fm_biscuit_world_token(world, &token, &why);
    if (a->rule == FM_OK) {
        a->rule = fm_biscuit_world_code(world, code, strlen(code), NULL);
    }
    if (a->rule == FM_OK) {
        (void)!fm_biscuit_authorize(world, &a->verdict);
    }
}

static bool agrees(const struct answer *a, char **column)
{
    const char *kind = column[2];
    char failed[1024];
    char policy[32];

    if (strcmp(kind, "format") == 0) {
        return a->format != FM_OK;
    }
    if (a->format != FM_OK || strcmp(a->ids, column[5]) != 0) {
        return false;
    }
    if (strcmp(kind, "rule") == 0) {
        return a->rule != FM_OK || a->verdict.code != FM_OK;
    }
    if (a->rule != FM_OK) {
        return false;
    }
    if (strcmp(kind, "Overflow") == 0) {
        return a->verdict.code == FM_E_EXPR_OVERFLOW;
    }
    if (strcmp(kind, "ShadowedVariable") == 0) {
        return a->verdict.code == FM_E_EXPR_SHADOWED;
    }
    if (strcmp(kind, "InvalidType") == 0) {
        return a->verdict.code == FM_E_EXPR_TYPE;
    }
    if (strcmp(kind, "ok") == 0) {
        return a->verdict.code == FM_OK && a->verdict.policy == atol(column[3]);
    }
    kit_failed(&a->verdict, failed, sizeof failed);
    snprintf(policy, sizeof policy, "%s%d", a->verdict.allow ? "allow" : "deny", a->verdict.policy);
    return a->verdict.code == FM_E_TOKEN_DENIED && strcmp(policy, column[3]) == 0 &&
           strcmp(failed, column[4]) == 0;
}

static void test_corpus(void)
{
    static struct answer a;
    struct vector_file file;
    unsigned validations = 0;
    unsigned tokens = 0;
    char last[128] = "";
    bool open = vector_open(&file, "tests/vectors/biscuit/corpus.tsv");

    while (open && vector_next(&file)) {
        char name[200];

        if (strcmp(file.column[0], "key") == 0) {
            open = fm_biscuit_key_parse(file.column[1], strlen(file.column[1]), &root) == FM_OK;
            continue;
        }
        vector_unescape(file.column[1]);
        if (!load(file.column[0])) {
            break;
        }
        answer_of(file.column[1], &a);
        validations++;
        tokens += strcmp(last, file.column[0]) != 0 ? 1U : 0U;
        snprintf(last, sizeof last, "%s", file.column[0]);
        snprintf(name, sizeof name, "BIS0001 %s: %s", file.column[0], file.column[2]);
        if (!TAP_OK(agrees(&a, file.column), name)) {
            char failed[1024];

            kit_failed(&a.verdict, failed, sizeof failed);
            tap_note_text("format", fm_err_name(a.format));
            tap_note_text("rule", fm_err_name(a.rule));
            tap_note_text("verdict", fm_err_name(a.verdict.code));
            tap_note_text("failed", failed);
        }
    }
    TAP_EQ(tokens, 38, "BIS0002 38 tokens");
    TAP_EQ(validations, 50, "BIS0003 50 validations");
}

/* True if the bytes parse and every signature holds. */
static bool accepted(struct fm_biscuit *token, size_t n)
{
    struct fm_arena arena = {memory, ARENA_BYTES, 0};

    return fm_biscuit_parse(token, bytes, n, NULL) == FM_OK &&
           fm_biscuit_verify(token, &root, &fm_biscuit_p256_openssl, &arena, NULL) == FM_OK;
}

static unsigned taken;
static unsigned tried;

/* Every truncation, every flipped bit and a trailing byte of the token in `bytes`. */
static void damage(struct fm_biscuit *token)
{
    size_t whole = len;

    for (size_t cut = 0; cut < whole; cut++) {
        taken += accepted(token, cut) ? 1U : 0U;
        tried++;
    }
    for (size_t bit = 0; bit < whole * 8U; bit++) {
        bytes[bit / 8U] ^= (uint8_t)(1U << (bit % 8U));
        taken += accepted(token, whole) ? 1U : 0U;
        tried++;
        bytes[bit / 8U] ^= (uint8_t)(1U << (bit % 8U));
    }
    bytes[whole] = 0;
    taken += accepted(token, whole + 1U) ? 1U : 0U;
}

static void test_damage(void)
{
    static struct fm_biscuit token;
    struct vector_file file;
    char last[128] = "";
    unsigned tokens = 0;
    bool open = vector_open(&file, "tests/vectors/biscuit/corpus.tsv");

    while (open && vector_next(&file)) {
        if (strcmp(file.column[0], "key") == 0 || strcmp(file.column[0], last) == 0) {
            continue;
        }
        snprintf(last, sizeof last, "%s", file.column[0]);
        if (load(last) && accepted(&token, len)) {
            tokens++;
            damage(&token);
        }
    }
    tap_note_u64("truncations and flips", tried);
    TAP_OK(tokens >= 33 && tried > 100000, "BIS0004 nearly all tokens of the corpus are damaged");
    TAP_EQ(taken, 0, "BIS0005 no truncation, flipped bit or trailing byte of any is accepted");
}

int main(void)
{
    memory = malloc(ARENA_BYTES);
    if (memory == NULL) {
        return 1;
    }
    test_corpus();
    if (getenv("NO_DAMAGE") == NULL) { /* takes ten seconds: tests/biscuit/mutants.py goes without */
        test_damage();
    }
    free(memory);
    return tap_done();
}
