/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libbiscuit behind a pipe, for tests in other languages. One request a line, words with tabs between them, bytes and
 * texts in hexadecimal, "-" for none; one answer a line: "ok" and words, or the error's name and words.
 *
 *   public ALG SECRET                          ok KEY
 *   mint ALG SECRET NEXT CODE                  ok TOKEN
 *   attenuate TOKEN NEXT CODE                  ok TOKEN
 *   seal TOKEN                                 ok TOKEN
 *   request TOKEN                              ok REQUEST
 *   sign REQUEST ALG SECRET CODE               ok BLOCK
 *   append TOKEN NEXT BLOCK                    ok TOKEN
 *   authorize TOKEN KEY CODE                   ok|ERROR POLICY allow|deny FAILED PLACE
 *   print TOKEN                                ok TEXT,TEXT…
 *   ids TOKEN                                  ok ID,ID…
 *
 * POLICY counts from 0, or -1. FAILED: block:check,… with "a" for the authorizer's block. PLACE: where it stopped:
 * parse, verify, token, code, run.
 */
#include "base/base.h"

#include <firmament/biscuit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 8U
#define ARENA_BYTES (16U << 20)

struct word {
    uint8_t *p;
    size_t n;
};

static uint8_t *memory;
static struct fm_arena arena;
static uint8_t out[65536];
static size_t out_len;
static struct fm_biscuit token;
static struct fm_biscuit_where where;
static struct fm_why why;

static int digit(int c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Hexadecimal to bytes, in place; words that are not hexadecimal stay. */
static void unhex(char *text, struct word *w)
{
    size_t n = strlen(text);

    w->p = (uint8_t *)text;
    w->n = 0;
    if (n % 2U != 0) {
        return;
    }
    for (size_t i = 0; i + 1U < n; i += 2) {
        int a = digit(text[i]);
        int b = digit(text[i + 1]);
        if (a < 0 || b < 0) {
            return;
        }
        text[i / 2U] = (char)(a << 4 | b);
        w->n = i / 2U + 1U;
    }
}

static void put_hex(const void *p, size_t n)
{
    const uint8_t *bytes = p;

    if (n == 0) {
        putchar('-');
    }
    for (size_t i = 0; i < n; i++) {
        printf("%02x", bytes[i]);
    }
}

static bool secret_of(const struct word *alg, const struct word *w, struct fm_biscuit_secret *s)
{
    s->algorithm = alg->n == 1 ? alg->p[0] : 0;
    if (w->n != sizeof s->bytes) {
        return false;
    }
    memcpy(s->bytes, w->p, sizeof s->bytes);
    return true;
}

static void answer(fm_err err)
{
    if (err != FM_OK) {
        printf("%s\t%u\t%u\t%s\n", fm_err_name(err), where.line, where.column,
               where.expected != NULL ? where.expected : why.field != NULL ? why.field : "-");
        return;
    }
    printf("ok\t");
    put_hex(out, out_len);
    putchar('\n');
}

static fm_err parse(const struct word *w)
{
    return fm_biscuit_parse(&token, w->p, w->n, &why);
}

static void authorize(const struct word *w, const char *key_text)
{
    static struct fm_biscuit_verdict v;
    struct fm_biscuit_limits limits = fm_biscuit_limits_default();
    struct fm_biscuit_world *world = NULL;
    struct fm_biscuit_key key;
    const char *place = "parse";
    fm_err err;

    memset(&v, 0, sizeof v);
    v.policy = -1;
    err = fm_biscuit_key_parse(key_text, strlen(key_text), &key);
    err = err == FM_OK ? parse(&w[1]) : err;
    if (err == FM_OK) {
        place = "verify";
        err = fm_biscuit_verify(&token, &key, &fm_biscuit_p256_openssl, &arena, &why);
    }
    if (err == FM_OK) {
        place = "token";
        world = fm_biscuit_world_new(&arena, &limits);
        err = world == NULL ? FM_E_TOKEN_MEMORY : fm_biscuit_world_token(world, &token, &why);
    }
    if (err == FM_OK) {
        place = "code";
        err = fm_biscuit_world_code(world, (const char *)w[3].p, w[3].n, &where);
    }
    if (err == FM_OK) {
        place = "run";
        err = fm_biscuit_authorize(world, &v);
    }
    printf("%s\t%d\t%s\t", err == FM_OK ? "ok" : fm_err_name(err), v.policy, v.allow ? "allow" : "deny");
    for (uint32_t i = 0; i < v.nfailed && i < FM_BISCUIT_FAILED_MAX; i++) {
        if (v.failed[i].block == FM_BISCUIT_AUTHORIZER) {
            printf("%sa:%u", i > 0 ? "," : "", v.failed[i].check);
        } else {
            printf("%s%u:%u", i > 0 ? "," : "", v.failed[i].block, v.failed[i].check);
        }
    }
    printf("%s\t%s\n", v.nfailed == 0 ? "-" : "", place);
}

static void print_token(const struct word *w)
{
    static char text[65536];
    struct fm_biscuit_limits limits = fm_biscuit_limits_default();
    struct fm_biscuit_world *world = fm_biscuit_world_new(&arena, &limits);
    fm_err err = world == NULL ? FM_E_TOKEN_MEMORY : parse(w);

    err = err == FM_OK ? fm_biscuit_world_token(world, &token, &why) : err;
    out_len = 0;
    if (err != FM_OK) {
        answer(err);
        return;
    }
    printf("ok\t");
    for (uint32_t b = 0; b < token.nblocks; b++) {
        size_t n = fm_biscuit_print_block(world, b, text, sizeof text);
        printf("%s", b > 0 ? "," : "");
        put_hex(text, n < sizeof text ? n : sizeof text - 1U);
    }
    putchar('\n');
}

static void ids(const struct word *w)
{
    fm_err err = parse(w);

    if (err != FM_OK) {
        answer(err);
        return;
    }
    printf("ok\t");
    for (uint32_t b = 0; b < token.nblocks; b++) {
        printf("%s", b > 0 ? "," : "");
        put_hex(token.block[b].sig, token.block[b].sig_len);
    }
    putchar('\n');
}

static fm_err build(const char *verb, const struct word *w)
{
    const struct fm_biscuit_p256 *p256 = &fm_biscuit_p256_openssl;
    struct fm_biscuit_secret root;
    struct fm_biscuit_secret next = {FM_BISCUIT_ED25519, {0}};
    const struct word none = {NULL, 0};
    fm_err err;

    if (strcmp(verb, "mint") == 0) {
        if (!secret_of(&w[1], &w[2], &root) || !secret_of(&none, &w[3], &next)) {
            return FM_E_TOKEN_KEY;
        }
        return fm_biscuit_mint(&root, &next, NULL, (const char *)w[4].p, w[4].n, p256, &arena, out, sizeof out,
                               &out_len, &where);
    }
    if (strcmp(verb, "sign") == 0) {
        return !secret_of(&w[2], &w[3], &root)
                   ? FM_E_TOKEN_KEY
                   : fm_biscuit_third_party(w[1].p, w[1].n, &root, (const char *)w[4].p, w[4].n, p256, &arena, out,
                                            sizeof out, &out_len, &where);
    }
    err = parse(&w[1]);
    if (err != FM_OK) {
        return err;
    }
    if (strcmp(verb, "seal") == 0) {
        return fm_biscuit_seal(&token, p256, &arena, out, sizeof out, &out_len);
    }
    if (strcmp(verb, "request") == 0) {
        return fm_biscuit_request(&token, out, sizeof out, &out_len);
    }
    if (!secret_of(&none, &w[2], &next)) {
        return FM_E_TOKEN_KEY;
    }
    if (strcmp(verb, "attenuate") == 0) {
        return fm_biscuit_attenuate(&token, &next, (const char *)w[3].p, w[3].n, p256, &arena, out, sizeof out,
                                    &out_len, &where);
    }
    return fm_biscuit_append(&token, &next, w[3].p, w[3].n, p256, &arena, out, sizeof out, &out_len, &why);
}

static void serve(char *line)
{
    char *text[WORDS] = {NULL};
    struct word w[WORDS];
    uint32_t n = 0;

    memset(w, 0, sizeof w);
    for (char *at = line; *at != '\0' && n < WORDS; n++) {
        size_t len = strcspn(at, "\t\n");
        text[n] = at;
        at += len + (at[len] != '\0' ? 1U : 0U);
        text[n][len] = '\0';
    }
    if (n == 0) {
        return;
    }
    /* words[0] is the verb; the key of `authorize` is text */
    for (uint32_t i = 1; i < n; i++) {
        if (!(i == 2 && strcmp(text[0], "authorize") == 0)) {
            unhex(text[i], &w[i]);
        }
    }
    arena = (struct fm_arena){memory, ARENA_BYTES, 0};
    where = (struct fm_biscuit_where){0, 0, NULL};
    memset(&why, 0, sizeof why);
    if (strcmp(text[0], "authorize") == 0) {
        authorize(w, n > 2 ? text[2] : "");
    } else if (strcmp(text[0], "print") == 0) {
        print_token(&w[1]);
    } else if (strcmp(text[0], "ids") == 0) {
        ids(&w[1]);
    } else if (strcmp(text[0], "public") == 0) {
        struct fm_biscuit_secret s;
        struct fm_biscuit_key key;
        fm_err err = !secret_of(&w[1], &w[2], &s)
                         ? FM_E_TOKEN_KEY
                         : fm_biscuit_key_of_secret(s.algorithm, s.bytes, &fm_biscuit_p256_openssl, &key);
        if (err == FM_OK) {
            out_len = fm_biscuit_key_print(&key, (char *)out);
            printf("ok\t%s\n", (char *)out);
        } else {
            answer(err);
        }
    } else {
        answer(build(text[0], w));
    }
}

int main(void)
{
    char *line = NULL;
    size_t cap = 0;

    memory = malloc(ARENA_BYTES);
    if (memory == NULL) {
        return 1;
    }
    while (getline(&line, &cap, stdin) > 0) {
        serve(line);
        fflush(stdout);
    }
    free(line);
    free(memory);
    return 0;
}
