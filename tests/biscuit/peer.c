/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our side of the interoperation tests: reads commands, one a line, words separated by tabs, bytes and texts in hex;
 * answers each with one line: `ok`, tab, result; or `err`, tab, the error's name. Not for people.
 */
#include "base/base.h"

#include <firmament/biscuit.h>
#include <stdio.h>
#include <stdlib.h>

#define WORDS 8
#define LINE (1U << 18)
#define ARENA_BYTES (16U << 20)

struct word {
    uint8_t *p;
    size_t n;
};

static char line[LINE];
static struct word words[WORDS];
static uint8_t *memory;
static uint8_t out[FM_BISCUIT_BYTES_MAX];
static size_t out_len;
static char text[1U << 17];
static struct fm_biscuit token;
static const struct fm_biscuit_p256 *const ssl = &fm_biscuit_p256_openssl;

static int digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The words of the line, decoded from hex in place; false if one is not hex. */
static bool split(char *at, uint32_t *n)
{
    *n = 0;
    while (*n < WORDS) {
        struct word *w = &words[(*n)++];
        w->p = (uint8_t *)at;
        w->n = 0;
        while (digit(at[0]) >= 0 && digit(at[1]) >= 0) {
            w->p[w->n++] = (uint8_t)(digit(at[0]) << 4 | digit(at[1]));
            at += 2;
        }
        if (*at == '\0') {
            return true;
        }
        if (*at != '\t') {
            return false;
        }
        at++;
    }
    return false;
}

/* A word that is an algorithm's byte and 32 bytes of secret. */
static struct fm_biscuit_secret secret(const struct word *w)
{
    struct fm_biscuit_secret s = {0xff, {0}};

    if (w->n == 33) {
        s.algorithm = w->p[0];
        memcpy(s.bytes, w->p + 1, 32);
    }
    return s;
}

static void answer(fm_err err)
{
    if (err != FM_OK) {
        printf("err\t%s\n", fm_err_name(err));
        return;
    }
    fputs("ok\t", stdout);
    for (size_t i = 0; i < out_len; i++) {
        printf("%02x", out[i]);
    }
    putchar('\n');
}

static const char *str(const struct word *w)
{
    return (const char *)w->p;
}

static fm_err make(char what, struct fm_arena *arena)
{
    struct fm_biscuit_secret a = secret(&words[1]);
    struct fm_biscuit_secret b = secret(&words[0]);
    fm_err err = what == 'm' || what == 't' ? FM_OK : fm_biscuit_parse(&token, words[0].p, words[0].n, NULL);

    if (err != FM_OK) {
        return err;
    }
    switch (what) {
    case 'm': /* root, next, code */
        return fm_biscuit_mint(&b, &a, NULL, str(&words[2]), words[2].n, ssl, arena, out, sizeof out, &out_len, NULL);
    case 'a': /* token, next, code */
        return fm_biscuit_attenuate(&token, &a, str(&words[2]), words[2].n, ssl, arena, out, sizeof out, &out_len,
                                    NULL);
    case 's': return fm_biscuit_seal(&token, ssl, arena, out, sizeof out, &out_len);
    case 'q': return fm_biscuit_request(&token, out, sizeof out, &out_len);
    case 't': /* request, key, code */
        return fm_biscuit_third_party(words[0].p, words[0].n, &a, str(&words[2]), words[2].n, ssl, arena, out,
                                      sizeof out, &out_len, NULL);
    default: /* token, next, response */
        return fm_biscuit_append(&token, &a, words[2].p, words[2].n, ssl, arena, out, sizeof out, &out_len, NULL);
    }
}

/* token, root key's text: revocation ids, separated by commas */
static void verify(struct fm_arena *arena)
{
    struct fm_biscuit_key root;
    fm_err err = fm_biscuit_key_parse(str(&words[1]), words[1].n, &root);

    err = err == FM_OK ? fm_biscuit_parse(&token, words[0].p, words[0].n, NULL) : err;
    err = err == FM_OK ? fm_biscuit_verify(&token, &root, ssl, arena, NULL) : err;
    if (err != FM_OK) {
        answer(err);
        return;
    }
    fputs("ok\t", stdout);
    for (uint32_t b = 0; b < token.nblocks; b++) {
        for (uint32_t i = 0; i < token.block[b].sig_len; i++) {
            printf("%s%02x", i == 0 && b > 0 ? "," : "", token.block[b].sig[i]);
        }
    }
    putchar('\n');
}

static void say_verdict(const struct fm_biscuit_verdict *v)
{
    bool logic = v->code == FM_OK || v->code == FM_E_TOKEN_DENIED || v->code == FM_E_TOKEN_NO_POLICY;

    if (!logic) {
        printf("ok\terror %s\n", fm_err_name(v->code));
        return;
    }
    printf("ok\t%s", v->code == FM_OK ? "yes" : "no");
    if (v->policy >= 0) {
        printf(" %s%d", v->allow ? "allow" : "deny", v->policy);
    } else {
        printf(" none");
    }
    for (uint32_t i = 0; i < v->nfailed && i < FM_BISCUIT_FAILED_MAX; i++) {
        printf(v->failed[i].block == FM_BISCUIT_AUTHORIZER ? " a" : " %u", v->failed[i].block);
        printf(":%u", v->failed[i].check);
    }
    putchar('\n');
}

/* token (may be empty), code */
static void decide(struct fm_arena *arena, bool show)
{
    const struct fm_biscuit_limits limits = {16384, 1000, 100, 50000000};
    struct fm_biscuit_verdict v;
    struct fm_biscuit_world *w = fm_biscuit_world_new(arena, &limits);
    fm_err err = w == NULL ? FM_E_TOKEN_MEMORY : FM_OK;

    if (err == FM_OK && words[0].n > 0) {
        err = fm_biscuit_parse(&token, words[0].p, words[0].n, NULL);
        err = err == FM_OK ? fm_biscuit_world_token(w, &token, NULL) : err;
    }
    err = err == FM_OK ? fm_biscuit_world_code(w, str(&words[1]), words[1].n, NULL) : err;
    if (err != FM_OK) {
        answer(err);
    } else if (show) {
        (void)!fm_biscuit_world_run(w);
        size_t n = fm_biscuit_print_facts(w, text, sizeof text);
        fputs("ok\t", stdout);
        for (size_t i = 0; i < n && i < sizeof text; i++) {
            printf("%02x", (uint8_t)text[i]);
        }
        putchar('\n');
    } else {
        (void)!fm_biscuit_authorize(w, &v);
        say_verdict(&v);
    }
}

/* token, a byte with the block's number */
static void print(struct fm_arena *arena)
{
    const struct fm_biscuit_limits limits = fm_biscuit_limits_default();
    struct fm_biscuit_world *w = fm_biscuit_world_new(arena, &limits);
    fm_err err = fm_biscuit_parse(&token, words[0].p, words[0].n, NULL);

    err = err == FM_OK ? fm_biscuit_world_token(w, &token, NULL) : err;
    if (err != FM_OK || words[1].n != 1) {
        answer(err != FM_OK ? err : FM_E_TOKEN_FIELD);
        return;
    }
    size_t n = fm_biscuit_print_block(w, words[1].p[0], text, sizeof text);
    fputs("ok\t", stdout);
    for (size_t i = 0; i < n && i < sizeof text; i++) {
        printf("%02x", (uint8_t)text[i]);
    }
    putchar('\n');
}

/* a secret: the public key's text */
static void public_key(void)
{
    struct fm_biscuit_secret s = secret(&words[0]);
    struct fm_biscuit_key key;
    fm_err err = fm_biscuit_key_of_secret(s.algorithm, s.bytes, ssl, &key);

    if (err != FM_OK) {
        answer(err);
        return;
    }
    fm_biscuit_key_print(&key, text);
    printf("ok\t%s\n", text);
}

int main(void)
{
    memory = malloc(ARENA_BYTES);
    while (memory != NULL && fgets(line, sizeof line, stdin) != NULL) {
        struct fm_arena arena = {memory, ARENA_BYTES, 0};
        uint32_t n = 0;
        size_t len = strlen(line);

        if (len < 3 || line[len - 1U] != '\n') {
            return 2;
        }
        line[len - 1U] = '\0';
        memset(words, 0, sizeof words);
        if (line[1] != '\t' || !split(line + 2, &n)) {
            return 2;
        }
        switch (line[0]) {
        case 'v': verify(&arena); break;
        case 'd': decide(&arena, false); break;
        case 'w': decide(&arena, true); break;
        case 'p': print(&arena); break;
        case 'k': public_key(); break;
        case 'm': case 'a': case 's': case 'q': case 't': case 'x': answer(make(line[0], &arena)); break;
        default: return 2;
        }
        fflush(stdout);
    }
    free(memory);
    return 0;
}
