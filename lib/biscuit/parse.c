/* SPDX-License-Identifier: Apache-2.0 */
/* Statements in text: facts, rules, checks, policies, scopes. */
#include "biscuit/parse.h"

bool fm_b_fault(struct fm_b_parser *p, fm_err err, const char *what)
{
    if (p->expected == NULL) {
        p->err = p->err == FM_OK ? err : p->err;
        p->err_at = p->pos;
        p->expected = what;
    }
    return false;
}

bool fm_b_expected(struct fm_b_parser *p, const char *what)
{
    return fm_b_fault(p, FM_E_TOKEN_SYNTAX, what);
}

void fm_b_space(struct fm_b_parser *p)
{
    while (p->pos < p->n) {
        uint8_t c = p->text[p->pos];
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            p->pos++;
        } else if (c == '/' && fm_b_peek(p, 1) == '/') {
            while (p->pos < p->n && p->text[p->pos] != '\n') {
                p->pos++;
            }
        } else if (c == '/' && fm_b_peek(p, 1) == '*') {
            size_t at = p->pos;
            p->pos += 2;
            while (p->pos < p->n && !(p->text[p->pos] == '*' && fm_b_peek(p, 1) == '/')) {
                p->pos++;
            }
            if (p->pos >= p->n) {
                p->pos = at;
                (void)fm_b_expected(p, "*/ at the end of the comment");
                p->pos = p->n;
                return;
            }
            p->pos += 2;
        } else {
            return;
        }
    }
}

bool fm_b_name_char(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == ':' ||
           c >= 0x80;
}

bool fm_b_take(struct fm_b_parser *p, const char *text)
{
    size_t n = 0;

    while (text[n] != 0) {
        if (fm_b_peek(p, n) != (uint8_t)text[n]) {
            return false;
        }
        n++;
    }
    p->pos += n;
    return true;
}

uint32_t fm_b_name(struct fm_b_parser *p, const char *what)
{
    size_t start = p->pos;

    while (p->pos < p->n && fm_b_name_char(p->text[p->pos])) {
        p->pos++;
    }
    if (p->pos == start) {
        (void)fm_b_expected(p, what);
        return FM_B_NONE;
    }
    return fm_b_blob(p->w, FM_BISCUIT_STRING, p->text + start, (uint32_t)(p->pos - start), true, &p->err);
}

/* A keyword of two words, in any case, as other libraries take them. */
static bool keyword(struct fm_b_parser *p, const char *first, const char *second)
{
    size_t at = p->pos;
    const char *words[2] = {first, second};

    for (uint32_t k = 0; k < 2 && words[k] != NULL; k++) {
        for (size_t i = 0; words[k][i] != 0; i++) {
            uint8_t c = fm_b_peek(p, 0);
            c = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
            if (c != (uint8_t)words[k][i]) {
                p->pos = at;
                return false;
            }
            p->pos++;
        }
        if (fm_b_name_char(fm_b_peek(p, 0))) {
            p->pos = at;
            return false;
        }
        if (k == 0 && words[1] != NULL) {
            fm_b_space(p);
        }
    }
    return true;
}

/* Does a predicate begin here: a name and an opening parenthesis? */
static bool predicate_ahead(const struct fm_b_parser *p)
{
    size_t i = 0;
    uint8_t c = fm_b_peek(p, 0);

    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80)) {
        return false;
    }
    while (fm_b_name_char(fm_b_peek(p, i))) {
        i++;
    }
    while (fm_b_peek(p, i) == ' ' || fm_b_peek(p, i) == '\t' || fm_b_peek(p, i) == '\n' || fm_b_peek(p, i) == '\r') {
        i++;
    }
    return fm_b_peek(p, i) == '(';
}

static bool predicate(struct fm_b_parser *p, bool may_be_empty, struct fm_b_pred *out)
{
    struct fm_b_scratch *s = p->w->scratch;
    uint32_t base = s->nitems;
    uint32_t name = fm_b_name(p, "the name of a predicate");

    fm_b_space(p);
    if (name == FM_B_NONE || !fm_b_take(p, "(")) {
        return fm_b_expected(p, "( after the predicate's name");
    }
    fm_b_space(p);
    if (!(may_be_empty && fm_b_peek(p, 0) == ')')) {
        do {
            uint32_t v = fm_b_parse_term(p, true);
            if (p->err != FM_OK) {
                return fm_b_expected(p, "a value");
            }
            if (s->nitems == FM_ARRAY_LEN(s->items)) {
                return fm_b_fault(p, FM_E_TOKEN_TERMS, "fewer terms");
            }
            s->items[s->nitems++] = v;
            fm_b_space(p);
        } while (fm_b_take(p, ","));
    }
    if (!fm_b_take(p, ")")) {
        return fm_b_expected(p, "a comma or )");
    }
    fm_err err = fm_b_pred_make(p->w, name, base, out);
    return err == FM_OK || fm_b_fault(p, err, "fewer terms");
}

static bool scopes(struct fm_b_parser *p, struct fm_b_scope *list, uint32_t *n)
{
    do {
        struct fm_biscuit_key key;
        struct fm_b_scope item = {0, 0};
        fm_b_space(p);
        if (keyword(p, "authority", NULL)) {
            item.kind = 0;
        } else if (keyword(p, "previous", NULL)) {
            item.kind = 1;
        } else if (fm_b_parse_key(p, &key)) {
            item.kind = 2;
            item.key = fm_b_key(p->w, &key);
        } else {
            return false;
        }
        if (*n == FM_B_BODY || item.key == FM_B_NONE) {
            return *n == FM_B_BODY ? fm_b_fault(p, FM_E_TOKEN_BODY, "fewer scopes")
                                   : fm_b_fault(p, FM_E_TOKEN_KEYS, "fewer different keys");
        }
        list[(*n)++] = item;
        fm_b_space(p);
    } while (fm_b_take(p, ","));
    return true;
}

/* Predicates and expressions up to `or`, `trusting`'s end, or the end of the statement. */
static bool body(struct fm_b_parser *p)
{
    struct fm_b_scratch *s = p->w->scratch;

    do {
        fm_b_space(p);
        if (predicate_ahead(p)) {
            if (s->npreds == FM_B_BODY) {
                return fm_b_fault(p, FM_E_TOKEN_BODY, "fewer predicates");
            }
            if (!predicate(p, false, &s->preds[s->npreds])) {
                return false;
            }
            s->npreds++;
        } else if (!fm_b_parse_expr(p)) {
            return false;
        }
        fm_b_space(p);
    } while (fm_b_take(p, ","));
    return !keyword(p, "trusting", NULL) || scopes(p, s->scopes, &s->nscopes);
}

static bool check(struct fm_b_parser *p, uint8_t kind, bool policy)
{
    struct fm_b_check *c = fm_b_check_new(p->w, kind);
    struct fm_b_rule **tail;
    fm_err err = FM_OK;

    if (c == NULL) {
        return fm_b_fault(p, FM_E_TOKEN_MEMORY, "memory");
    }
    tail = &c->queries;
    do {
        fm_b_scratch_reset(p->w->scratch);
        if (c->nqueries == FM_B_QUERIES || !body(p)) {
            return fm_b_fault(p, FM_E_TOKEN_BODY, "fewer alternatives");
        }
        *tail = fm_b_rule_make(p->w, NULL, &err);
        if (*tail == NULL) {
            return fm_b_fault(p, err, "memory");
        }
        tail = &(*tail)->next;
        c->nqueries++;
        fm_b_space(p);
    } while (keyword(p, "or", NULL));
    fm_b_add_check(p->program, c, policy);
    return true;
}

static bool fact_or_rule(struct fm_b_parser *p)
{
    struct fm_b_pred head;
    fm_err err = FM_OK;

    fm_b_scratch_reset(p->w->scratch);
    if (!predicate_ahead(p)) {
        return fm_b_expected(p, "a fact, a rule, check if, check all, reject if, allow if or deny if");
    }
    if (!predicate(p, true, &head)) {
        return false;
    }
    fm_b_space(p);
    if (!fm_b_take(p, "<-")) {
        err = fm_b_add_fact(p->w, p->program, &head);
        return err == FM_OK ? head.n > 0 || fm_b_expected(p, "at least one value in a fact")
                            : fm_b_fault(p, err, "a fact without variables, or <- and a rule's body");
    }
    if (!body(p)) {
        return false;
    }
    struct fm_b_rule *r = fm_b_rule_make(p->w, &head, &err);
    if (r == NULL) {
        return fm_b_fault(p, err, "memory");
    }
    if (!fm_b_rule_bound(r)) {
        return fm_b_fault(p, FM_E_TOKEN_UNBOUND, "each variable of the head in a predicate of the body");
    }
    fm_b_add_rule(p->program, r);
    return true;
}

static bool statement(struct fm_b_parser *p, bool block)
{
    bool called = predicate_ahead(p); /* `check(1)` is a fact, whatever it looks like */

    if (!called && keyword(p, "check", "if")) {
        return check(p, 0, false);
    }
    if (!called && keyword(p, "check", "all")) {
        return check(p, 1, false);
    }
    if (!called && keyword(p, "reject", "if")) {
        return check(p, 2, false);
    }
    if (!called && !block && keyword(p, "allow", "if")) {
        return check(p, 0, true);
    }
    if (!called && !block && keyword(p, "deny", "if")) {
        return check(p, 1, true);
    }
    return fact_or_rule(p);
}

static void locate(const struct fm_b_parser *p, struct fm_biscuit_where *where)
{
    where->line = 1;
    where->column = 1;
    where->expected = p->expected != NULL ? p->expected : "text within the limits";
    for (size_t i = 0; i < p->err_at && i < p->n; i++) {
        bool newline = p->text[i] == '\n';
        where->line += newline ? 1U : 0U;
        where->column = newline ? 1 : where->column + ((p->text[i] & 0xc0U) != 0x80 ? 1U : 0U);
    }
}

fm_err fm_b_parse(struct fm_biscuit_world *w, struct fm_b_program *program, const char *text, size_t n, bool block,
                  struct fm_biscuit_where *where)
{
    struct fm_b_parser p = {w, program, (const uint8_t *)text, n, 0, FM_OK, 0, NULL};
    bool first = true;

    if (!fm_utf8_valid(p.text, n)) {
        (void)fm_b_fault(&p, FM_E_TOKEN_UTF8, "UTF-8");
    }
    fm_b_space(&p);
    while (p.err == FM_OK && p.pos < n) {
        bool scoped = first && keyword(&p, "trusting", NULL);
        first = false;
        if (scoped ? !scopes(&p, program->scopes, &program->nscopes) : !statement(&p, block)) {
            break;
        }
        fm_b_space(&p);
        if (p.pos < n && !fm_b_take(&p, ";")) {
            (void)fm_b_expected(&p, "a comma, `or`, `trusting`, or ; at the end");
        }
        fm_b_space(&p);
    }
    if (p.err != FM_OK && where != NULL) {
        p.err_at = p.expected != NULL ? p.err_at : p.pos;
        locate(&p, where);
    }
    return p.err;
}

fm_err fm_biscuit_world_code(struct fm_biscuit_world *w, const char *text, size_t n, struct fm_biscuit_where *where)
{
    struct fm_b_program **slot = &w->programs[FM_BISCUIT_BLOCKS_MAX];
    fm_err err;

    if (*slot == NULL) {
        *slot = fm_b_program_new(w);
    }
    if (*slot == NULL) {
        return FM_E_TOKEN_MEMORY;
    }
    err = fm_b_parse(w, *slot, text, n, false, where);
    w->ran = false;
    return err == FM_OK ? fm_b_activate(w, *slot, FM_BISCUIT_AUTHORIZER) : err;
}

fm_err fm_biscuit_world_fact(struct fm_biscuit_world *w, const char *name, const struct fm_biscuit_value *terms,
                             uint32_t n)
{
    uint32_t ids[FM_B_TERMS];
    fm_err err = FM_OK;
    bool added = false;
    uint32_t len = 0;

    while (name[len] != 0) {
        len++;
    }
    if (n > FM_B_TERMS) {
        return FM_E_TOKEN_TERMS;
    }
    for (uint32_t i = 0; i < n && err == FM_OK; i++) {
        bool blob = terms[i].type == FM_BISCUIT_STRING || terms[i].type == FM_BISCUIT_BYTES;
        ids[i] = blob ? fm_b_blob(w, (uint8_t)terms[i].type, terms[i].ptr, terms[i].n, true, &err)
                      : fm_b_scalar(w, (uint8_t)terms[i].type, terms[i].num, &err);
    }
    uint32_t id = err == FM_OK ? fm_b_blob(w, FM_BISCUIT_STRING, name, len, true, &err) : 0;
    struct fm_b_pred pred = {id, n, ids, 0};
    pred.rel = err == FM_OK ? fm_b_rel(w, id, n, &err) : 0;
    w->ran = false;
    return err == FM_OK ? fm_b_fact_add(w, &pred, 1ULL << FM_BISCUIT_AUTHORIZER, &added) : err;
}
