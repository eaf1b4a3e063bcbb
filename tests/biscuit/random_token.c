/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/biscuit/random_token.h"

#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t rnd_u32(struct rnd *r)
{
    uint64_t z = r->state += 0x9e3779b97f4a7c15ULL;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return (uint32_t)(z >> 32);
}

uint32_t rnd_below(struct rnd *r, uint32_t n)
{
    return (uint32_t)((uint64_t)rnd_u32(r) * n >> 32);
}

/* ------------------------------------------------------------------------------------------ words */
static const char *const rows[] = {"cell/1", "cell/2", "cell/10", "org/4/a", "org/4/b/c", "org/42/a", "org/4", "org/",
                                   "row/\xc3\xa9", "row/\xc3\xbf/1", "row/\xe4\xb8\x80", "", "a", "x/\x7f", "x/\x7f/1"};
static const char *const prefixes[] = {"cell/", "org/4/", "org/4/b/", "org/", "org/4", "row/", "row/\xc3\xbf",
                                       "x/\x7f", "", "cell/1"};
static const char *const ops[] = {"read", "write", "send"};
static const char *const users[] = {"ann", "bob"};
static const char *const keys[] = {"ed25519/3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                                   "ed25519/d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"};
static const uint8_t gate[32] = {0x4c, 0xcd, 0x08, 0x9b, 0x28, 0xff, 0x96, 0xda, 0x9d, 0xb6, 0xc3,
                                 0x46, 0xec, 0x11, 0x4e, 0x0f, 0x5b, 0x8a, 0x31, 0x9f, 0x35, 0xab,
                                 0xa6, 0x24, 0xda, 0x8c, 0xf6, 0xed, 0x4f, 0xb8, 0xa6, 0xfb}; /* keys[0]'s */

#define PICK(r, list) list[rnd_below(r, (uint32_t)FM_ARRAY_LEN(list))]

const char *random_row(struct rnd *r)
{
    return PICK(r, rows);
}

void random_attrs(struct rnd *r, struct fm_biscuit_attr *attrs, uint32_t n)
{
    static const char *const values[] = {"ops", "dev"};

    for (uint32_t i = 0; i < n; i++) {
        const char *v = PICK(r, values);
        attrs[i].name = (struct fm_biscuit_text){i == 0 ? "team" : "area", 4};
        attrs[i].value = (struct fm_biscuit_text){v, 3};
    }
}

struct text {
    char *out;
    size_t cap, n;
};

static void put(struct text *t, const char *s)
{
    size_t n = strlen(s);

    if (t->n + n + 1U < t->cap) {
        memcpy(t->out + t->n, s, n + 1U);
        t->n += n;
    }
}

/* Expands a template: R row, P prefix, O operation, U user, K key, N small number, Q small number or text, T date. */
static void expand(struct rnd *r, struct text *t, const char *template)
{
    char one[160];

    for (const char *at = template; *at != '\0'; at++) {
        switch (*at) {
        case 'R': snprintf(one, sizeof one, "\"%s\"", PICK(r, rows)); break;
        case 'P': snprintf(one, sizeof one, "\"%s\"", PICK(r, prefixes)); break;
        case 'O': snprintf(one, sizeof one, "\"%s\"", PICK(r, ops)); break;
        case 'U': snprintf(one, sizeof one, "\"%s\"", PICK(r, users)); break;
        case 'K': snprintf(one, sizeof one, "%s", PICK(r, keys)); break;
        case 'N': snprintf(one, sizeof one, "%u", rnd_below(r, 4)); break;
        case 'Q':
            if (rnd_below(r, 4) == 0) {
                snprintf(one, sizeof one, "\"%s\"", PICK(r, rows));
            } else {
                snprintf(one, sizeof one, "%u", rnd_below(r, 4));
            }
            break;
        case 'T': snprintf(one, sizeof one, "20%02u-01-01T00:00:00Z", 20 + rnd_below(r, 20)); break;
        default:
            one[0] = *at;
            one[1] = '\0';
        }
        put(t, one);
    }
}

/* ------------------------------------------------------------------------------------- the grammar */
static const char *const facts[] = {
    "right(R, O)", "right(R, O)", "right(R, O)", "right(R, O)", "right_under(P, O)", "right_under(P, O)",
    "right_under(P, O)", "right_any(O)", "owner(U, R)", "owner(U, R)", "user(U)", "num(Q)", "num(N)", "subject(U)",
    "approved(true)", "member(U, P)",
};
static const char *const odd_facts[] = {"resource(R)", "attr(\"team\", \"ops\")", "ok(R)", "operation(O)"};
static const char *const rules[] = {
    "right($r, O) <- resource($r), owner(U, $r)",
    "right($r, O) <- owner(U, $r)",
    "right($r, $o) <- resource($r), operation($o), member(U, $p), $r.starts_with($p)",
    "ok($r) <- resource($r), $r.starts_with(P)",
    "ok($r) <- right_under($r, $o)",
    "num($x) <- num($x), user($u)",
    "owner($u, $r) <- user($u), right($r, $o)",
    "user($u) <- owner($u, $r), resource($r)",
    "right($r, O) <- ok($r), num($n), $n > N",
};
static const char *const odd_rules[] = {
    "resource($r) <- owner(U, $r)",
    "num($n) <- resource($r), num($x), $n > 0, num($n)",
    "ok($r) <- resource($r), num($n), $n + N > 2",
    "right($a, $b) <- right($b, $a)",
};
/* bodies of queries */
static const char *const bodies[] = {
    "resource($r), $r.starts_with(P)", "resource($r), $r.starts_with(P)", "resource($r), $r.starts_with(P)",
    "resource($r), $r == R", "resource(R)", "resource($r), {R, R, R}.contains($r)",
    "resource($r), [R, R, 1].contains($r)", "operation(O)", "operation($o), {O, O}.contains($o)", "time($t), $t <= T",
    "resource($r), $r.starts_with(P) || $r == R", "resource($r), $r.starts_with(P) && $r.starts_with(P)",
    "resource($r), R == $r || {R}.contains($r) || false", "resource($r), ($r.starts_with(P) || operation_is)",
    "resource($r), owner(U, $r)", "resource($r), owner($u, $r), user($u)",
    "resource($r), operation($o), right($r, $o)",
    "operation($o), right_under($p, $o), resource($r), $r.starts_with($p)",
    "resource($r), $p.ends_with(\"/\"), operation($o), right_under($p, $o), $r.starts_with($p)",
    "resource($r), member(U, $p), $r.starts_with($p)", "operation($o), right_any($o)", "user(U)", "true",
    "num($n), $n > N",
};
/* what cannot be reduced, and what fails */
static const char *const odd_bodies[] = {
    "resource($r), $r.matches(\"^(cell|org)/[0-9]+\")", "resource($r), $r.length() > 6",
    "resource($r), $r.ends_with(\"a\")",
    "resource($r), $r.contains(\"4\")", "resource($r), !$r.starts_with(P)", "resource($r), $r != R",
    "resource($r), resource($s), $r == $s", "ok($r)", "ok($r), resource($r)", "attr(\"team\", \"ops\")",
    "attr($a, $v), resource($r), $v == \"dev\"", "resource($r), num($n), $n + 1 > N",
    "num($n), resource($r), $r.starts_with($n)",
    "resource($r), $r + 1 == 2", "resource($r), $r.starts_with(P), 1 / N == 1",
    "resource($r), num($n), $n.starts_with(P)",
    "resource($r), owner(U, $r), 1 / N == 1", "resource($r), ($r + 1 == 2).try_or($r == R)",
    "resource($r), [R, P].any($x -> $r.starts_with($x))",
    "resource($r), $r === R", "resource($r), $r == num", "right($r, $o), operation($o)", "approved(true)",
    "user($u), owner($u, $r), ok($r)", "resource($r), operation($o), $r == $o",
    "resource($r), $r.starts_with(P) || 1 / N == 1",
    "resource($r), 1 / N == 1 || $r.starts_with(P)", "resource($r), [R].any($r -> $r == R)",
};

/* where the order of matches decides between an answer and an error */
static const char *const error_bodies[] = {
    "resource($r), num($n), $n + 1 > N", "resource($r), num($n), $n > N, $r.starts_with(P)",
    "num($n), resource($r), $r.starts_with(P), $n > N", "resource($r), owner($u, $r), 1 / N == 1",
    "owner($u, $r), resource($r), num($n), $n > N", "resource($r), num($n), $r.matches(\"a\"), $n > N",
    "resource(R), num($n), $n + 1 > N", "ok($r), num($n), $n > N", "resource($r), num($n), $r.starts_with($n)",
    "mix($n), $n > N", "mix($n), $n > N, resource($r), $r.starts_with(P)", "mix($n), $n.starts_with(P)",
};

/* Numbers and text in some order, then policies that fail for some of them. */
static void error_authorizer(struct rnd *r, struct text *t)
{
    for (uint32_t i = 0; i < 4; i++) {
        expand(r, t, rnd_below(r, 3) == 0 ? "num(R);\n" : rnd_below(r, 2) == 0 ? "owner(U, R);\n" : "num(N);\n");
    }
    if (rnd_below(r, 2) == 0) {
        put(t, "mix($r) <- resource($r);\nmix($n) <- num($n);\n");
    }
    for (uint32_t i = 1 + rnd_below(r, 2); i > 0; i--) {
        put(t, rnd_below(r, 4) == 0 ? "check if " : rnd_below(r, 3) == 0 ? "deny if " : "allow if ");
        expand(r, t, PICK(r, error_bodies));
        put(t, ";\n");
    }
    put(t, "allow if true;\n");
}

static void body(struct rnd *r, struct text *t, bool odd)
{
    static const char *const scopes[] = {" trusting previous", " trusting authority", " trusting authority, K",
                                         " trusting K"};
    const char *template = odd && rnd_below(r, 4) == 0 ? PICK(r, odd_bodies) : PICK(r, bodies);

    if (strstr(template, "operation_is") != NULL) {
        template = "resource($r), $r.starts_with(P) || (N > 1)";
    } else if (strstr(template, "== num") != NULL) {
        template = "resource($r), num($n), $r == $n";
    }
    expand(r, t, template);
    if (rnd_below(r, 12) == 0) {
        expand(r, t, PICK(r, scopes));
    }
}

static void check(struct rnd *r, struct text *t, bool odd)
{
    uint32_t kind = rnd_below(r, 10);
    uint32_t n = rnd_below(r, 4) == 0 ? 2 : 1;

    put(t, kind == 0 && odd ? "check all " : kind == 1 ? "reject if " : "check if ");
    for (uint32_t i = 0; i < n; i++) {
        put(t, i > 0 ? " or " : "");
        body(r, t, odd);
    }
    put(t, ";\n");
}

static void block(struct rnd *r, struct text *t, bool authority)
{
    bool odd = rnd_below(r, 2) == 0;
    uint32_t n = authority ? 1 + rnd_below(r, 6) : rnd_below(r, 3);

    for (uint32_t i = 0; i < n; i++) {
        expand(r, t, odd && rnd_below(r, 8) == 0 ? PICK(r, odd_facts) : PICK(r, facts));
        put(t, ";\n");
    }
    for (uint32_t i = rnd_below(r, 3); i > 1; i--) {
        expand(r, t, odd && rnd_below(r, 4) == 0 ? PICK(r, odd_rules) : PICK(r, rules));
        put(t, ";\n");
    }
    for (uint32_t i = authority ? rnd_below(r, 5) / 4U : rnd_below(r, 2); i > 0; i--) {
        check(r, t, odd);
    }
    if (t->n == 0) {
        put(t, "nothing(1);\n");
    }
}

void random_authorizer(struct rnd *r, char *out, size_t cap)
{
    struct text t = {out, cap, 0};
    uint32_t how = rnd_below(r, 4);

    out[0] = '\0';
    if (how == 3) {
        error_authorizer(r, &t);
        return;
    }
    if (rnd_below(r, 3) == 0) {
        block(r, &t, false);
    }
    if (how == 0) {
        put(&t, fm_biscuit_policies);
        return;
    }
    for (uint32_t i = 1 + rnd_below(r, 3); i > 0; i--) {
        put(&t, rnd_below(r, 5) == 0 ? "deny if " : "allow if ");
        body(r, &t, how == 2);
        put(&t, ";\n");
    }
    put(&t, rnd_below(r, 3) == 0 ? "allow if true;\n" : rnd_below(r, 3) == 0 ? "deny if true;\n" : "");
}

void random_question(struct rnd *r, struct fm_biscuit_question *q)
{
    memset(q, 0, sizeof *q);
    q->action = fm_biscuit_action(PICK(r, ops), 0);
    for (uint32_t i = rnd_below(r, 3); q->action == 0;) {
        q->action = fm_biscuit_action(ops[i], strlen(ops[i]));
    }
    q->time = 1577836800U + rnd_below(r, 20U * 365U * 86400U / 2U);
}

/* ---------------------------------------------------------------------------------------- minting */
static uint8_t scratch[1U << 20];

static void fresh(struct rnd *r, struct fm_biscuit_secret *s)
{
    s->algorithm = FM_BISCUIT_ED25519;
    for (uint32_t i = 0; i < 32; i++) {
        s->bytes[i] = (uint8_t)rnd_u32(r);
    }
}

static void must(fm_err err, const char *what, const char *code)
{
    if (err != FM_OK) {
        printf("# %s: %s\n%s\n", what, fm_err_name(err), code);
        abort();
    }
}

static void parse(struct token_chain *c, size_t len)
{
    must(fm_biscuit_parse(&c->token[c->n], c->bytes[c->n], len, NULL), "parse", "");
    c->n++;
}

static void mint(struct rnd *r, struct token_chain *c, const char *code)
{
    struct fm_arena arena = {scratch, sizeof scratch, 0};
    struct fm_biscuit_secret root, next;
    size_t len = 0;

    fresh(r, &root);
    fresh(r, &next);
    c->n = 0;
    must(fm_biscuit_mint(&root, &next, NULL, code, strlen(code), NULL, &arena, c->bytes[0], sizeof c->bytes[0], &len,
        NULL),
         "mint", code);
    parse(c, len);
}

static void append(struct rnd *r, struct token_chain *c, const char *code, bool third_party)
{
    struct fm_arena arena = {scratch, sizeof scratch, 0};
    struct fm_biscuit_secret next;
    const struct fm_biscuit *token = &c->token[c->n - 1U];
    size_t len = 0;

    fresh(r, &next);
    if (third_party) {
        struct fm_biscuit_secret key = {FM_BISCUIT_ED25519, {0}};
        uint8_t request[256], response[4096];
        size_t request_len = 0, response_len = 0;
        memcpy(key.bytes, gate, 32);
        must(fm_biscuit_request(token, request, sizeof request, &request_len), "request", "");
        must(fm_biscuit_third_party(request, request_len, &key, code, strlen(code), NULL, &arena, response,
                                    sizeof response, &response_len, NULL),
             "third party", code);
        must(fm_biscuit_append(token, &next, response, response_len, NULL, &arena, c->bytes[c->n], sizeof c->bytes[0],
                               &len, NULL),
             "append", code);
    } else {
        must(fm_biscuit_attenuate(token, &next, code, strlen(code), NULL, &arena, c->bytes[c->n], sizeof c->bytes[0],
                                  &len, NULL),
             "attenuate", code);
    }
    parse(c, len);
}

void random_chain(struct rnd *r, struct token_chain *c, uint32_t n, bool third_party)
{
    static char code[4096];

    for (uint32_t i = 0; i < n; i++) {
        struct text t = {code, sizeof code, 0};
        code[0] = '\0';
        block(r, &t, i == 0);
        if (i == 0) {
            mint(r, c, code);
        } else {
            append(r, c, code, third_party && rnd_below(r, 5) == 0);
        }
    }
}

static void random_narrowing(struct rnd *r, struct fm_biscuit_narrowing *w, struct fm_biscuit_text texts[4])
{
    memset(w, 0, sizeof *w);
    for (uint32_t i = 0; i < 4; i++) {
        const char *s = i < 2 ? prefixes[rnd_below(r, 4)] : PICK(r, rows);
        texts[i] = (struct fm_biscuit_text){s, (uint32_t)strlen(s)};
    }
    w->prefixes = texts;
    w->nprefixes = rnd_below(r, 3) == 0 ? 1 + rnd_below(r, 2) : 0;
    w->ids = texts + 2;
    w->nids = w->nprefixes > 0 || rnd_below(r, 8) == 0 ? rnd_below(r, 3) : 0;
    w->actions = rnd_below(r, 2) == 0 ? (uint16_t)(rnd_u32(r) & FM_RIGHTS_ALL) : 0;
    w->has_until = rnd_below(r, 2) == 0;
    w->until = 1893456000U + rnd_below(r, 1U << 28) * (uint64_t)rnd_below(r, 20);
    w->has_max_amount = rnd_below(r, 2) == 0;
    w->max_amount = rnd_u32(r);
    w->has_fields = rnd_below(r, 3) == 0;
    w->f_lo = (uint16_t)rnd_below(r, 40);
    w->f_hi = (uint16_t)(w->f_lo + rnd_below(r, 60));
    w->has_methods = rnd_below(r, 3) == 0;
    w->methods = (uint16_t)(rnd_u32(r) | 1U);
}

void random_narrow_chain(struct rnd *r, struct token_chain *c, uint32_t n)
{
    static char code[4096];
    struct fm_biscuit_text texts[4];
    struct fm_biscuit_grant grants[5];
    struct fm_biscuit_narrowing w;
    size_t len = 0;

    for (uint32_t i = 0; i < 5; i++) {
        const char *s = i < 3 ? PICK(r, rows) : prefixes[rnd_below(r, 4)];
        grants[i].reach = i < 3 ? FM_BISCUIT_RIGHT : FM_BISCUIT_RIGHT_UNDER;
        grants[i].resource = (struct fm_biscuit_text){s, (uint32_t)strlen(s)};
        grants[i].rights = (uint16_t)(1U + rnd_below(r, FM_RIGHTS_ALL));
    }
    if (rnd_below(r, 2) == 0) {
        grants[0].reach = FM_BISCUIT_RIGHT_ANY;
    }
    must(fm_biscuit_grant_code(NULL, grants, 5, code, sizeof code, &len), "grant", "");
    mint(r, c, code);
    for (uint32_t i = 1; i < n; i++) {
        fm_err err;
        do {
            random_narrowing(r, &w, texts);
            err = fm_biscuit_narrow_code(&w, code, sizeof code, &len);
        } while (err == FM_E_TOKEN_EMPTY);
        must(err, "narrow", "");
        append(r, c, code, false);
    }
}
