/* SPDX-License-Identifier: Apache-2.0 */
/* dregg token: the commands that tell what a token is, and what it admits. */
#include "biscuit/pb.h"
#include "core/cap.h"
#include "crypto/sign.h"
#include "host/cli/cmd_token.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#define PRINT_MAX 65536U
#define ATTRS 64U

/* The text of a world's part, grown into one place; cut, with a mark, if it is too long. */
static char *printed(size_t whole, char *text, size_t cap)
{
    if (whole >= cap) {
        text[cap - 8U] = '\0';
        token_whole_characters(text);
        memcpy(text + strlen(text), "\n…", sizeof "\n…");
    }
    return text;
}

/* Signatures, if a root is given. 0 or an exit status. */
static int check_signatures(const struct args *a, const struct held *h, bool need)
{
    struct fm_why why = {FM_OK, 0, "", 0, 0};
    const char *text = opt_text(a, "root", NULL);
    struct fm_biscuit_key root;
    int status;

    if (text == NULL) {
        return need ? say_error(FM_E_USAGE, "--root KEY: who must have minted it?") : 0;
    }
    status = token_public(text, &root);
    if (status == 0) {
        fm_err err = fm_biscuit_verify(&h->token, &root, &fm_biscuit_p256_openssl, token_arena(), &why);
        if (err != FM_OK) {
            status = why.offset < h->token.nblocks
                         ? say_error(err, "block %" PRIu32 " (0 is the authority), against %s", why.offset, text)
                         : say_error(err, "%s", why.field);
        }
    }
    return status;
}

/* Makes the world of a token in the arena. */
static int open_world(const struct held *h, struct fm_biscuit_world **world)
{
    struct fm_biscuit_limits limits = fm_biscuit_limits_default();
    struct fm_why why = {FM_OK, 0, "", 0, 0};
    fm_err err;

    *world = fm_biscuit_world_new(token_arena(), &limits);
    err = *world == NULL ? FM_E_TOKEN_MEMORY : fm_biscuit_world_token(*world, &h->token, &why);
    return err == FM_OK ? 0 : say_error(err, "at byte %" PRIu32 " of the token", why.offset);
}

static void say_key(const char *name, const struct fm_biscuit_key *key)
{
    char text[96];

    (void)fm_biscuit_key_print(key, text);
    say_text(name, text);
}

static void say_block(const struct fm_biscuit_world *w, const struct fm_biscuit *token, uint32_t i)
{
    static char text[PRINT_MAX];
    const struct fm_biscuit_block *b = &token->block[i];
    struct fm_biscuit_block_info info;

    say_u64("block", i);
    say_u64("bytes", b->payload_len);
    say_u64("signature", b->version);
    if (fm_biscuit_block_info(w, i, &info)) {
        say_u64("version", info.version);
        if (info.ext_key != NULL) {
            say_key("signed by", info.ext_key);
        }
        if (info.context_len > 0 && !fm_utf8_valid(info.context, info.context_len)) {
            say_hex("context", info.context, info.context_len);
        } else if (info.context_len > 0) {
            snprintf(text, sizeof text, "%.*s", (int)info.context_len, (const char *)info.context);
            token_say_lines("context", text);
        }
        say_u64("facts", info.nfacts);
        say_u64("rules", info.nrules);
        say_u64("checks", info.nchecks);
    }
    say_key("next key", &b->next);
    say_hex("revocation id", b->sig, b->sig_len);
    token_say_lines("code", printed(fm_biscuit_print_block(w, i, text, sizeof text), text, sizeof text));
}

int cmd_token_inspect(const struct args *a)
{
    static struct held h;
    struct fm_biscuit_world *world;
    int status = token_read(a->nwords > 0 ? a->words[0] : NULL, &h);

    status = status == 0 ? check_signatures(a, &h, false) : status;
    status = status == 0 ? open_world(&h, &world) : status;
    if (status == 0) {
        say_begin();
        if (say_is_json()) {
            say_bool("ok", true);
        }
        say_u64("bytes", h.len);
        say_bool("sealed", h.token.sealed);
        say_bool("verified", opt_has(a, "root"));
        if (h.token.has_root_key_id) {
            say_u64("root key id", h.token.root_key_id);
        }
        say_list("blocks");
        for (uint32_t i = 0; i < h.token.nblocks; i++) {
            say_item();
            say_block(world, &h.token, i);
        }
        say_list_end();
        say_end();
    }
    fm_wipe(&h, sizeof h);
    token_arena_wipe();
    return status;
}

int cmd_token_revocation_ids(const struct args *a)
{
    static struct held h;
    int status = token_read(a->nwords > 0 ? a->words[0] : NULL, &h);

    if (status == 0 && say_is_json()) {
        say_begin();
        say_bool("ok", true);
        say_list("ids");
        for (uint32_t i = 0; i < h.token.nblocks; i++) {
            say_item();
            say_u64("block", i);
            say_hex("id", h.token.block[i].sig, h.token.block[i].sig_len);
        }
        say_list_end();
        say_end();
    } else if (status == 0) {
        for (uint32_t i = 0; i < h.token.nblocks; i++) {
            for (uint32_t k = 0; k < h.token.block[i].sig_len; k++) {
                printf("%02x", h.token.block[i].sig[k]);
            }
            putchar('\n');
        }
    }
    fm_wipe(&h, sizeof h);
    return status;
}

/* Takes the next line of a list of revocation ids: lower case, without blanks and what stands behind a #. False at the
 * end. A line that is no id is an error: a list that is misread would revoke nothing. */
static bool next_id(const char *list, size_t n, size_t *at, char *id, size_t cap, bool *good)
{
    size_t len = 0;
    bool comment = false;

    if (*at >= n) {
        return false;
    }
    for (; *at < n && list[*at] != '\n'; ++*at) {
        char c = list[*at] >= 'A' && list[*at] <= 'F' ? (char)(list[*at] + 32) : list[*at];
        comment = comment || c == '#';
        if (comment || c == ' ' || c == '\t' || c == '\r') {
            continue;
        }
        bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        *good = *good && hex && len + 1U < cap;
        if (hex && len + 1U < cap) {
            id[len++] = c;
        }
    }
    ++*at;
    id[len] = '\0';
    *good = *good && (len == 0 || (len >= 64U && len % 2U == 0));
    return true;
}

/* Is a block's id among the lines of the file? */
static int check_revoked(const struct args *a, const struct held *h)
{
    static char list[1U << 20];
    const char *path = opt_text(a, "revoked", NULL);
    char revoked[2U * FM_BISCUIT_SIG_MAX + 2U];
    uint8_t raw[FM_BISCUIT_SIG_MAX];
    bool good = true;
    size_t n = 0;
    size_t at = 0;
    int line = 0;
    int status = path != NULL ? token_read_file(path, (uint8_t *)list, sizeof list, &n) : 0;

    while (status == 0 && next_id(list, n, &at, revoked, sizeof revoked, &good)) {
        line++;
        if (!good) {
            return say_error(FM_E_USAGE, "%s:%d: a revocation id is a block's signature in hexadecimal digits", path,
                             line);
        }
        size_t len = strlen(revoked) / 2U;
        if (!text_hex(revoked, raw, len)) {
            return say_error(FM_E_USAGE, "%s:%d: not hexadecimal", path, line);
        }
        for (uint32_t i = 0; i < h->token.nblocks && len > 0; i++) {
            if (fm_biscuit_revokes(&h->token.block[i], raw, len)) {
                return say_error(FM_E_TOKEN_REVOKED, "block %" PRIu32 ", %.16s…", i, revoked);
            }
        }
    }
    return status;
}

/* --------------------------------------------------------------------------------------- decisions */
static struct fm_biscuit_text text_of(const struct args *a, const char *option)
{
    const char *t = opt_text(a, option, NULL);

    return (struct fm_biscuit_text){t, t != NULL ? (uint32_t)strlen(t) : 0};
}

static int read_attrs(const struct args *a, struct fm_biscuit_attr attrs[ATTRS], uint32_t *n)
{
    *n = 0;
    for (int i = 0; i < a->noptions; i++) {
        const char *cut = strchr(a->value[i], '=');
        if (strcmp(a->option[i], "attr") != 0) {
            continue;
        }
        if (cut == NULL || *n == ATTRS) {
            return say_error(FM_E_USAGE, "--attr takes NAME=VALUE, got '%s'", a->value[i]);
        }
        attrs[*n].name = (struct fm_biscuit_text){a->value[i], (uint32_t)(cut - a->value[i])};
        attrs[*n].value = (struct fm_biscuit_text){cut + 1, (uint32_t)strlen(cut + 1)};
        ++*n;
    }
    return 0;
}

/* The question of the command line; *asked tells whether there is one. */
static int read_question(const struct args *a, struct fm_biscuit_question *q, bool *asked)
{
    static struct fm_biscuit_attr attrs[ATTRS];
    const char *action = opt_text(a, "action", NULL);
    const char *when = opt_text(a, "time", NULL);
    uint64_t number = 0;
    int status = 0;

    memset(q, 0, sizeof *q);
    q->time = (uint64_t)time(NULL);
    q->resource = text_of(a, "resource");
    q->role = text_of(a, "role");
    q->relation = text_of(a, "relation");
    q->database = text_of(a, "database");
    *asked = action != NULL || q->resource.p != NULL;
    if (action != NULL && (q->action = fm_biscuit_action(action, strlen(action))) == 0) {
        return say_error(FM_E_TOKEN_ACTION, "'%s'; there are read, invoke, write, send, grant, spawn, notify, mint, "
                                            "life, admin",
                         action);
    }
    status = when != NULL ? token_time("time", when, &q->time) : 0;
    status = status == 0 ? read_attrs(a, attrs, &q->nattrs) : status;
    q->attrs = attrs;
    q->has_amount = opt_has(a, "amount");
    q->has_field = opt_has(a, "field");
    q->has_method = opt_has(a, "method");
    if (status == 0 && (!opt_number(a, "amount", 0, 0, INT64_MAX, &q->amount) ||
                        !opt_number(a, "field", 0, 0, FM_FIELDS_MAX - 1U, &number))) {
        return 2;
    }
    q->field = (uint16_t)number;
    if (status == 0 && !opt_number(a, "method", 0, 0, FM_METHODS - 1U, &number)) {
        return 2;
    }
    q->method = q->has_method ? (uint16_t)number : 0;
    return status;
}

/* One check or policy as it was decided. */
static void on_event(void *ctx, const char *kind, uint32_t block, uint32_t index, bool good, const char *source,
                     size_t source_len, const char *values, size_t values_len)
{
    bool policy = kind[0] == 'p';
    const char *mark = policy ? (good ? "match" : "-") : (good ? "ok" : "FAIL");
    char text[2048];
    char binding[2048];

    (void)ctx;
    snprintf(text, sizeof text, "%.*s", (int)source_len, source);
    snprintf(binding, sizeof binding, "%.*s", (int)values_len, values);
    token_whole_characters(text);
    token_whole_characters(binding);
    if (say_is_json()) {
        say_item();
        say_text("kind", kind);
        say_text("block", block == FM_BISCUIT_AUTHORIZER ? "authorizer" : "token");
        if (block != FM_BISCUIT_AUTHORIZER) {
            say_u64("number", block);
        }
        say_u64("index", index);
        say_bool(policy ? "matches" : "holds", good);
        say_text("text", text);
        say_text("values", binding);
        return;
    }
    if (block == FM_BISCUIT_AUTHORIZER) {
        printf("%-5s authorizer, %s %" PRIu32 "\n", mark, kind, index);
    } else {
        printf("%-5s block %" PRIu32 ", %s %" PRIu32 "\n", mark, block, kind, index);
    }
    token_say_lines("", text);
    if (binding[0] != '\0') {
        printf("    %s:", policy || good ? "with" : "the last try was");
        token_say_lines("", binding);
    }
}

/* Says what was decided, with the checks that failed. Gives the exit status. */
static int say_verdict(const struct fm_biscuit_world *w, const struct fm_biscuit_verdict *v, bool listed)
{
    static char text[4096];
    bool denied = v->code == FM_E_TOKEN_DENIED || v->code == FM_E_TOKEN_NO_POLICY;

    if (say_is_json()) {
        if (!listed) {
            say_begin();
        }
        say_bool("ok", v->code == FM_OK);
        say_bool("verified", true);
        say_bool("allowed", v->code == FM_OK);
        if (v->policy >= 0) {
            say_u64("policy", (uint64_t)v->policy);
            say_text("kind", v->allow ? "allow" : "deny");
        }
        if (v->code != FM_OK) {
            say_text("error", fm_err_name(v->code));
            say_text("category", fm_err_category_name(fm_err_category(v->code)));
            say_u64("code", (uint64_t)v->code);
            say_text("meaning", fm_err_text(v->code));
        }
    } else if (v->code == FM_OK) {
        printf("allowed by policy %" PRId32 "\n", v->policy);
    } else {
        char detail[64] = "";
        if (denied && v->policy >= 0) {
            snprintf(detail, sizeof detail, "policy %" PRId32 " %s", v->policy,
                     v->allow ? "would allow it" : "denies it");
        }
        (void)say_error(v->code, "%s", detail);
    }
    if (say_is_json()) {
        say_list("failed");
    }
    for (uint32_t i = 0; i < v->nfailed && i < FM_BISCUIT_FAILED_MAX; i++) {
        (void)fm_biscuit_print_check(w, v->failed[i].block, v->failed[i].check, text, sizeof text);
        token_whole_characters(text);
        if (say_is_json()) {
            say_item();
            say_text("block", v->failed[i].block == FM_BISCUIT_AUTHORIZER ? "authorizer" : "token");
            say_u64("number", v->failed[i].block);
            say_u64("check", v->failed[i].check);
            say_text("text", text);
        } else if (!listed) {
            printf("failed: %s %" PRIu32 ", check %" PRIu32 "\n",
                   v->failed[i].block == FM_BISCUIT_AUTHORIZER ? "authorizer" : "block",
                   v->failed[i].block == FM_BISCUIT_AUTHORIZER ? 0U : v->failed[i].block, v->failed[i].check);
            token_say_lines("", text);
        }
    }
    if (say_is_json()) {
        say_list_end();
        say_end();
    }
    return v->code == FM_OK ? 0 : 10 + (int)fm_err_category(v->code);
}

/* Adds the program that was given, or the profile's policies. */
static int add_program(const struct args *a, struct fm_biscuit_world *world, const char *code, size_t n,
                       const char *from)
{
    struct fm_biscuit_where where = {0, 0, NULL};
    fm_err err;

    (void)a;
    if (n == 0) {
        err = fm_biscuit_world_code(world, fm_biscuit_policies, strlen(fm_biscuit_policies), &where);
        return err == FM_OK ? 0 : say_error(err, "the profile's policies");
    }
    err = fm_biscuit_world_code(world, code, n, &where);
    return err == FM_OK ? 0 : token_syntax_error(err, from, code, n, &where);
}

static int decide(const struct args *a, const struct held *h, bool explain)
{
    static const struct fm_biscuit_trace trace = {on_event, NULL};
    static char code[TOKEN_TEXT_MAX];
    struct fm_biscuit_verdict verdict;
    struct fm_biscuit_question question;
    struct fm_biscuit_world *world;
    const char *from = "";
    bool asked = false;
    size_t n = 0;
    int status = read_question(a, &question, &asked);

    status = status == 0 ? token_program(a, code, sizeof code, &n, &from) : status;
    if (status == 0 && !asked && n == 0) {
        if (explain) {
            return say_error(FM_E_USAGE, "what is asked? --action and --resource, or --code or --datalog");
        }
        say_begin();
        say_bool(say_is_json() ? "ok" : "verified", true);
        say_u64("blocks", h->token.nblocks);
        say_bool("sealed", h->token.sealed);
        say_end();
        return 0;
    }
    status = status == 0 ? open_world(h, &world) : status;
    status = status == 0 ? add_program(a, world, code, n, from) : status;
    if (status == 0 && (asked || opt_has(a, "time"))) {
        fm_err err = fm_biscuit_ask(world, &question);
        status = err == FM_OK ? 0 : say_error(err, "the question");
    }
    if (status != 0) {
        return status;
    }
    if (explain) {
        fm_biscuit_world_trace(world, &trace);
        say_begin();
        if (say_is_json()) {
            say_list("decided");
        }
    }
    (void)fm_biscuit_authorize(world, &verdict);
    if (explain && say_is_json()) {
        say_list_end();
    }
    return say_verdict(world, &verdict, explain);
}

static int verify_or_explain(const struct args *a, bool explain)
{
    static struct held h;
    const char *token = a->nwords > 0 ? a->words[0] : "-";
    const char *code = opt_text(a, "code", NULL);
    int status;

    if (code != NULL && strcmp(code, "-") == 0 && strcmp(token, "-") == 0) {
        return say_error(FM_E_USAGE, "the token and the program cannot both come from standard input");
    }
    status = token_read(token, &h);
    status = status == 0 ? check_signatures(a, &h, true) : status;
    status = status == 0 ? check_revoked(a, &h) : status;
    status = status == 0 ? decide(a, &h, explain) : status;
    fm_wipe(&h, sizeof h);
    token_arena_wipe();
    return status;
}

int cmd_token_verify(const struct args *a)
{
    return verify_or_explain(a, false);
}

int cmd_token_explain(const struct args *a)
{
    return verify_or_explain(a, true);
}

/* ------------------------------------------------------------------------------------------ limits */
static void say_limits(const struct fm_limits *l)
{
    char rights[96];

    rights_text(l->rights, rights, sizeof rights);
    say_begin();
    if (say_is_json()) {
        say_bool("ok", true);
    }
    say_text("rights", rights);
    say_u64("methods", l->methods);
    say_u64("f_lo", l->f_lo);
    say_u64("f_hi", l->f_hi);
    say_u64("max_amount", l->max_amount);
    say_u64("allowance", l->allowance);
    say_u64("expiry", l->expiry == FM_NEVER ? FM_U64_MAX : l->expiry);
    say_u64("badge", l->badge);
    say_u64("group", l->group);
    say_end();
}

static int limits_of(const struct args *a, const struct held *h)
{
    static char code[TOKEN_TEXT_MAX];
    struct fm_limits l = {0, FM_RIGHTS_ALL, FM_METHODS_ALL, 0, 0, FM_FIELDS_MAX, FM_NEVER, FM_U64_MAX, FM_U64_MAX};
    struct fm_biscuit_question question;
    struct fm_biscuit_text policies;
    const char *from = "";
    bool asked = false;
    uint64_t badge = 0;
    uint64_t group = 0;
    size_t n = 0;
    int status = read_question(a, &question, &asked);

    if (status == 0 && question.resource.p == NULL) {
        status = say_error(FM_E_USAGE, "--resource: limits on what?");
    }
    if (status == 0 && (!opt_number(a, "allowance", FM_U64_MAX, 0, FM_U64_MAX, &l.allowance) ||
                        !opt_number(a, "badge", 0, 0, FM_U32_MAX, &badge) ||
                        !opt_number(a, "group", 0, 0, FM_GROUPS - 1U, &group))) {
        status = 2;
    }
    status = status == 0 ? token_program(a, code, sizeof code, &n, &from) : status;
    if (status != 0) {
        return status;
    }
    l.badge = (uint32_t)badge;
    l.group = (uint8_t)group;
    l.rights = question.action != 0 ? question.action : FM_RIGHTS_ALL;
    policies = (struct fm_biscuit_text){code, (uint32_t)n};
    fm_err err = fm_biscuit_limits_of(&h->token, &question, n > 0 ? &policies : NULL, token_arena(), &l);
    if (err != FM_OK) {
        return say_error(err, "on '%s'", question.resource.p);
    }
    say_limits(&l);
    return 0;
}

int cmd_token_limits(const struct args *a)
{
    static struct held h;
    int status = token_read(a->nwords > 0 ? a->words[0] : NULL, &h);

    status = status == 0 ? check_signatures(a, &h, true) : status;
    status = status == 0 ? check_revoked(a, &h) : status;
    status = status == 0 ? limits_of(a, &h) : status;
    fm_wipe(&h, sizeof h);
    token_arena_wipe();
    return status;
}
