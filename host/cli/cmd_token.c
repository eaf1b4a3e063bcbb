/* SPDX-License-Identifier: Apache-2.0 */
/* dregg token: the commands that make tokens of keys, programs and other tokens. */
#include "host/cli/cmd_token.h"

#include "crypto/sign.h"

#include <stdlib.h>

#define MANY 64U

/* ------------------------------------------------------------------------------- options as lists */
/* "RESOURCE=read,send" of --right and --under, "read" of --any. */
static int read_grants(const struct args *a, struct fm_biscuit_grant grants[MANY], uint32_t *n)
{
    static const char *const options[3] = {"right", "under", "any"};

    *n = 0;
    for (int i = 0; i < a->noptions; i++) {
        for (uint32_t k = 0; k < 3; k++) {
            const char *value = a->value[i];
            const char *cut = k == FM_BISCUIT_RIGHT_ANY ? value : strrchr(value, '=');
            struct fm_biscuit_grant *g = &grants[*n];
            if (strcmp(a->option[i], options[k]) != 0) {
                continue;
            }
            if (*n == MANY || cut == NULL || (k != FM_BISCUIT_RIGHT_ANY && cut == value)) {
                return say_error(FM_E_USAGE, "--%s takes RESOURCE=ACTIONS, at most 64 times; got '%s'", options[k],
                                 value);
            }
            g->reach = (enum fm_biscuit_reach)k;
            g->resource = (struct fm_biscuit_text){value, (uint32_t)(cut - value)};
            int status = token_actions(k == FM_BISCUIT_RIGHT_ANY ? value : cut + 1, &g->rights);
            if (status != 0) {
                return status;
            }
            ++*n;
        }
    }
    return 0;
}

static uint32_t read_texts(const struct args *a, const char *option, struct fm_biscuit_text texts[MANY])
{
    uint32_t n = 0;

    for (int i = 0; i < a->noptions && n < MANY; i++) {
        if (strcmp(a->option[i], option) == 0) {
            texts[n++] = (struct fm_biscuit_text){a->value[i], (uint32_t)strlen(a->value[i])};
        }
    }
    return n;
}

/* "8..12": [8, 12). */
static int read_fields(const char *text, struct fm_biscuit_narrowing *w)
{
    unsigned lo = 0;
    unsigned hi = 0;
    int end = 0;

    if (sscanf(text, "%5u..%5u%n", &lo, &hi, &end) != 2 || text[end] != '\0' || lo > hi || hi > FM_FIELDS_MAX) {
        return say_error(FM_E_USAGE, "--fields takes FROM..TO, TO not included and at most 1024, got '%s'", text);
    }
    w->has_fields = true;
    w->f_lo = (uint16_t)lo;
    w->f_hi = (uint16_t)hi;
    return 0;
}

/* "1,3": numbers of methods, below 16; "none". */
static int read_methods(const char *text, struct fm_biscuit_narrowing *w)
{
    w->has_methods = true;
    w->methods = 0;
    for (const char *at = text; strcmp(text, "none") != 0;) {
        char *end;
        unsigned long m = strtoul(at, &end, 10);
        if (end == at || m >= FM_METHODS || at[0] == '-' || (*end != ',' && *end != '\0')) {
            return say_error(FM_E_USAGE, "--methods takes numbers from 0 to 15, as 1,3, or none; got '%s'", text);
        }
        w->methods = (uint16_t)(w->methods | 1U << m);
        if (*end == '\0') {
            break;
        }
        at = end + 1;
    }
    return 0;
}

static int read_narrowing(const struct args *a, struct fm_biscuit_narrowing *w)
{
    static struct fm_biscuit_text prefixes[MANY];
    static struct fm_biscuit_text ids[MANY];
    const char *text;
    int status = 0;

    memset(w, 0, sizeof *w);
    w->prefixes = prefixes;
    w->nprefixes = read_texts(a, "prefix", prefixes);
    w->ids = ids;
    w->nids = read_texts(a, "id", ids);
    if ((text = opt_text(a, "actions", NULL)) != NULL) {
        status = token_actions(text, &w->actions);
    }
    if (status == 0 && (text = opt_text(a, "until", NULL)) != NULL) {
        w->has_until = true;
        status = token_time("until", text, &w->until);
    }
    if (status == 0 && opt_has(a, "max-amount")) {
        w->has_max_amount = true;
        status = opt_number(a, "max-amount", 0, 0, INT64_MAX, &w->max_amount) ? 0 : 2;
    }
    if (status == 0 && (text = opt_text(a, "fields", NULL)) != NULL) {
        status = read_fields(text, w);
    }
    if (status == 0 && (text = opt_text(a, "methods", NULL)) != NULL) {
        status = read_methods(text, w);
    }
    return status;
}

/* Appends a narrowing to the text of a block; TOKEN_EMPTY is fine if there is text already. */
static int add_narrowing(const struct args *a, char *code, size_t cap, size_t *n)
{
    struct fm_biscuit_narrowing w;
    size_t more = 0;
    int status = read_narrowing(a, &w);

    if (status != 0) {
        return status;
    }
    fm_err err = fm_biscuit_narrow_code(&w, code + *n, cap - *n, &more);
    if (err != FM_OK && !(err == FM_E_TOKEN_EMPTY && *n > 0)) {
        return say_error(err, err == FM_E_TOKEN_EMPTY ? "nothing to narrow: give --prefix, --id, --actions, --until, "
                                                        "--max-amount, --fields or --methods"
                                                      : "--prefix");
    }
    *n += err == FM_OK ? more : 0;
    return 0;
}

/* ----------------------------------------------------------------------------------------- making */
/* Text of the block that mint makes: grants, then narrowings, then the program that was given. */
static int mint_code(const struct args *a, char *code, size_t cap, size_t *n, const char **from)
{
    static const char *const narrowings[] = {"prefix",     "id",     "actions", "until",
                                             "max-amount", "fields", "methods"};
    static char given[TOKEN_TEXT_MAX];
    struct fm_biscuit_grant grants[MANY];
    const char *subject = opt_text(a, "subject", NULL);
    struct fm_biscuit_text who = {subject, subject != NULL ? (uint32_t)strlen(subject) : 0};
    uint32_t ngrants = 0;
    size_t given_len = 0;
    int status = read_grants(a, grants, &ngrants);

    if (status == 0) {
        status = token_program(a, given, sizeof given, &given_len, from);
    }
    if (status != 0) {
        return status;
    }
    if (given_len > 0 && (ngrants > 0 || subject != NULL)) {
        return say_error(FM_E_USAGE, "--code or --datalog, or --right, --under, --any and --subject; not both");
    }
    for (size_t i = 0; given_len > 0 && i < FM_ARRAY_LEN(narrowings); i++) {
        if (opt_has(a, narrowings[i])) {
            return say_error(FM_E_USAGE, "--%s beside a program: write the check into the program", narrowings[i]);
        }
    }
    if (given_len > 0) {
        memcpy(code, given, given_len + 1U);
        *n = given_len;
        return 0;
    }
    *from = "the grants";
    fm_err err = fm_biscuit_grant_code(subject != NULL ? &who : NULL, grants, ngrants, code, cap, n);
    if (err != FM_OK) {
        return say_error(err, err == FM_E_TOKEN_EMPTY ? "give --right, --under or --any, or a program with --code or "
                                                        "--datalog"
                                                      : "--under");
    }
    return add_narrowing(a, code, cap, n);
}

int cmd_token_mint(const struct args *a)
{
    static char code[TOKEN_TEXT_MAX];
    static uint8_t out[FM_BISCUIT_BYTES_MAX];
    struct fm_biscuit_secret root;
    struct fm_biscuit_secret next;
    struct fm_biscuit_where where = {0, 0, NULL};
    const char *key = opt_text(a, "key", NULL);
    const char *from = "";
    uint64_t id = 0;
    uint64_t version = 0;
    size_t n = 0;
    size_t len = 0;
    int status;

    if (key == NULL) {
        return say_error(FM_E_USAGE, "--key NAME: whose token is it?");
    }
    if (!opt_number(a, "root-key-id", 0, 0, UINT32_MAX, &id) ||
        !opt_number(a, "signature-version", 0, 0, 1, &version)) {
        return 2;
    }
    status = mint_code(a, code, sizeof code, &n, &from);
    status = status == 0 ? token_secret(key, &root) : status;
    if (status != 0) {
        return status;
    }
    status = token_fresh(&next);
    if (status == 0) {
        struct fm_biscuit_options how = {opt_has(a, "root-key-id"), (uint32_t)id, (uint32_t)version};
        fm_err err = fm_biscuit_mint(&root, &next, &how, code, n, &fm_biscuit_p256_openssl, token_arena(), out,
                                     sizeof out, &len, &where);
        status = err == FM_OK ? token_write(a, "token", out, len) : token_syntax_error(err, from, code, n, &where);
    }
    fm_wipe(&root, sizeof root);
    fm_wipe(&next, sizeof next);
    fm_wipe(out, sizeof out);
    token_arena_wipe();
    return status;
}

/* Reads a token, appends this block, writes the result. */
static int append_code(const struct args *a, const char *code, size_t n, const char *from)
{
    static struct held h;
    static uint8_t out[FM_BISCUIT_BYTES_MAX];
    struct fm_biscuit_secret next;
    struct fm_biscuit_where where = {0, 0, NULL};
    size_t len = 0;
    int status = token_read(a->nwords > 0 ? a->words[0] : NULL, &h);

    if (status == 0) {
        status = token_fresh(&next);
    }
    if (status == 0) {
        fm_err err = fm_biscuit_attenuate(&h.token, &next, code, n, &fm_biscuit_p256_openssl, token_arena(), out,
                                          sizeof out, &len, &where);
        status = err == FM_OK ? token_write(a, "token", out, len) : token_syntax_error(err, from, code, n, &where);
        fm_wipe(&next, sizeof next);
    }
    fm_wipe(&h, sizeof h);
    fm_wipe(out, sizeof out);
    token_arena_wipe();
    return status;
}

int cmd_token_attenuate(const struct args *a)
{
    static char code[TOKEN_TEXT_MAX];
    const char *file = opt_text(a, "code", NULL);
    const char *from = "";
    size_t n = 0;
    int status;

    if (file != NULL && strcmp(file, "-") == 0 && (a->nwords == 0 || strcmp(a->words[0], "-") == 0)) {
        return say_error(FM_E_USAGE, "the token and its program cannot both come from standard input");
    }
    status = token_program(a, code, sizeof code, &n, &from);
    if (status == 0 && n == 0) {
        status = say_error(FM_E_USAGE, "a program: --code FILE or --datalog TEXT (or use `dregg token narrow`)");
    }
    return status == 0 ? append_code(a, code, n, from) : status;
}

int cmd_token_narrow(const struct args *a)
{
    static char code[TOKEN_TEXT_MAX];
    size_t n = 0;
    int status = add_narrowing(a, code, sizeof code, &n);

    return status == 0 ? append_code(a, code, n, "the narrowing") : status;
}

int cmd_token_seal(const struct args *a)
{
    static struct held h;
    static uint8_t out[FM_BISCUIT_BYTES_MAX];
    size_t len = 0;
    int status = token_read(a->nwords > 0 ? a->words[0] : NULL, &h);

    if (status == 0) {
        fm_err err = fm_biscuit_seal(&h.token, &fm_biscuit_p256_openssl, token_arena(), out, sizeof out, &len);
        status = err == FM_OK ? token_write(a, "token", out, len) : say_error(err, "%s", "");
    }
    fm_wipe(&h, sizeof h);
    fm_wipe(out, sizeof out);
    token_arena_wipe();
    return status;
}

/* ------------------------------------------------------------------------------------ third parties */
static int third_party_request(const struct args *a)
{
    static struct held h;
    uint8_t out[256];
    size_t len = 0;
    int status = token_read(a->nwords > 1 ? a->words[1] : NULL, &h);

    if (status == 0) {
        fm_err err = fm_biscuit_request(&h.token, out, sizeof out, &len);
        status = err == FM_OK ? token_write(a, "request", out, len) : say_error(err, "%s", "");
    }
    fm_wipe(&h, sizeof h);
    return status;
}

/* A request or a response: base64url or binary. */
static int read_message(const char *path, uint8_t *out, size_t cap, size_t *len)
{
    static uint8_t text[TOKEN_TEXT_MAX];
    size_t n = 0;
    int status = token_read_file(path, text, sizeof text, &n);

    return status == 0 ? token_decode(path, text, n, out, cap, len) : status;
}

static int third_party_sign(const struct args *a)
{
    static char code[TOKEN_TEXT_MAX];
    static uint8_t request[FM_BISCUIT_BYTES_MAX];
    static uint8_t out[FM_BISCUIT_BYTES_MAX];
    struct fm_biscuit_where where = {0, 0, NULL};
    struct fm_biscuit_secret secret;
    const char *key = opt_text(a, "key", NULL);
    const char *from = "";
    size_t n = 0;
    size_t request_len = 0;
    size_t len = 0;
    int status;

    if (key == NULL) {
        return say_error(FM_E_USAGE, "--key NAME: who signs?");
    }
    status = token_program(a, code, sizeof code, &n, &from);
    if (status == 0 && n == 0) {
        status = say_error(FM_E_USAGE, "a program: --code FILE or --datalog TEXT");
    }
    status = status == 0 ? read_message(a->nwords > 1 ? a->words[1] : NULL, request, sizeof request, &request_len)
                         : status;
    status = status == 0 ? token_secret(key, &secret) : status;
    if (status == 0) {
        fm_err err = fm_biscuit_third_party(request, request_len, &secret, code, n, &fm_biscuit_p256_openssl,
                                            token_arena(), out, sizeof out, &len, &where);
        status = err == FM_OK ? token_write(a, "block", out, len) : token_syntax_error(err, from, code, n, &where);
        fm_wipe(&secret, sizeof secret);
        token_arena_wipe();
    }
    return status;
}

static int third_party_append(const struct args *a)
{
    static struct held h;
    static uint8_t block[FM_BISCUIT_BYTES_MAX];
    static uint8_t out[FM_BISCUIT_BYTES_MAX];
    struct fm_biscuit_secret next;
    struct fm_why why = {FM_OK, 0, "", 0, 0};
    size_t block_len = 0;
    size_t len = 0;
    int status;

    if (a->nwords != 3) {
        return say_error(FM_E_USAGE, "usage: dregg token third-party append TOKEN BLOCK (one of them may be -)");
    }
    if (strcmp(a->words[1], "-") == 0 && strcmp(a->words[2], "-") == 0) {
        return say_error(FM_E_USAGE, "the token and the block cannot both come from standard input");
    }
    status = token_read(a->words[1], &h);
    status = status == 0 ? read_message(a->words[2], block, sizeof block, &block_len) : status;
    status = status == 0 ? token_fresh(&next) : status;
    if (status == 0) {
        fm_err err = fm_biscuit_append(&h.token, &next, block, block_len, &fm_biscuit_p256_openssl, token_arena(), out,
                                       sizeof out, &len, &why);
        status = err == FM_OK ? token_write(a, "token", out, len) : say_error(err, "the third party's block");
        fm_wipe(&next, sizeof next);
    }
    fm_wipe(&h, sizeof h);
    fm_wipe(out, sizeof out);
    token_arena_wipe();
    return status;
}

int cmd_token_third_party(const struct args *a)
{
    if (strcmp(a->words[0], "request") == 0 && a->nwords <= 2) {
        return third_party_request(a);
    }
    if (strcmp(a->words[0], "sign") == 0 && a->nwords <= 2) {
        return third_party_sign(a);
    }
    if (strcmp(a->words[0], "append") == 0) {
        return third_party_append(a);
    }
    return say_error(FM_E_USAGE, "usage: dregg token third-party request [TOKEN] | sign [REQUEST] --key NAME "
                                 "--code FILE | append TOKEN BLOCK");
}
