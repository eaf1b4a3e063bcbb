/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A token as the limits of a grant. Three steps: each check that depends on time, amount, field or method must have
 * one of the forms that a narrowing writes, and lowers its axis; nothing else may depend on them; then each right is
 * decided by a whole evaluation.
 */
#include "biscuit/lower.h"
#include "biscuit/world.h"

#include <firmament/biscuit_profile.h>

enum axis { TIME, AMOUNT, FIELD, METHOD, AXES };
static const char *const relation[AXES] = {"time", "amount", "field", "method"};

/* Which of the four a predicate names, AXES if none. */
static enum axis axis_of(const struct fm_biscuit_world *w, const struct fm_b_pred *p)
{
    const struct fm_b_value *v = &w->values[p->name];

    for (uint32_t a = 0; a < AXES && p->n == 1; a++) {
        uint32_t n = 0;
        while (relation[a][n] != 0) {
            n++;
        }
        if (v->n == n && memcmp(v->ptr, relation[a], n) == 0) {
            return (enum axis)a;
        }
    }
    return AXES;
}

static bool touches(const struct fm_biscuit_world *w, const struct fm_b_rule *r)
{
    for (uint32_t i = 0; i < r->nbody; i++) {
        if (axis_of(w, &r->body[i]) != AXES) {
            return true;
        }
    }
    return false;
}

static bool check_touches(const struct fm_biscuit_world *w, const struct fm_b_check *c)
{
    for (const struct fm_b_rule *r = c->queries; r != NULL; r = r->next) {
        if (touches(w, r)) {
            return true;
        }
    }
    return false;
}

/* `$x OP constant`: the operation and the constant, false for any other shape. */
static bool comparison(const struct fm_b_expr *e, uint32_t var, uint8_t *op, uint32_t *constant)
{
    if (e->n != 3 || e->ops[0].kind != FM_B_VALUE || e->ops[1].kind != FM_B_VALUE || e->ops[2].kind != FM_B_BINARY ||
        e->ops[0].arg != var || (e->ops[1].arg & FM_B_VAR) != 0) {
        return false;
    }
    *op = e->ops[2].sub;
    *constant = e->ops[1].arg;
    return true;
}

/* `!{…}.contains($x)`, with or without parentheses. */
static bool outside_set(const struct fm_b_expr *e, uint32_t var, uint32_t *set)
{
    uint32_t n = e->n;

    if (n < 4 || e->ops[0].kind != FM_B_VALUE || (e->ops[0].arg & FM_B_VAR) != 0 || e->ops[1].kind != FM_B_VALUE ||
        e->ops[1].arg != var || e->ops[2].kind != FM_B_BINARY || e->ops[2].sub != FM_B_CONTAINS ||
        e->ops[n - 1U].kind != FM_B_UNARY || e->ops[n - 1U].sub != FM_B_NEGATE) {
        return false;
    }
    for (uint32_t i = 3; i + 1U < n; i++) {
        if (e->ops[i].kind != FM_B_UNARY || e->ops[i].sub != FM_B_PARENS) {
            return false;
        }
    }
    *set = e->ops[0].arg;
    return true;
}

/* check if time($t), $t <= DATE, …: lowers the expiry; $t >= DATE holds from now on if it holds now. */
static bool read_time(const struct fm_biscuit_world *w, const struct fm_b_rule *r, uint64_t now, struct fm_limits *l)
{
    for (uint32_t i = 0; i < r->nexprs; i++) {
        uint8_t op = 0;
        uint32_t c = 0;
        if (!comparison(&r->exprs[i], r->body[0].terms[0], &op, &c) || w->values[c].type != FM_BISCUIT_DATE) {
            return false;
        }
        uint64_t t = w->values[c].num;
        if ((op == FM_B_GE && now >= t) || (op == FM_B_GT && now > t)) {
            continue;
        }
        if ((op != FM_B_LE && op != FM_B_LT) || (op == FM_B_LT && t == 0)) {
            return false;
        }
        fm_b_lower(l, FM_B_EXPIRY, op == FM_B_LT ? t - 1U : t);
    }
    return true;
}

/* reject if amount($a), $a > N. */
static bool read_amount(const struct fm_biscuit_world *w, const struct fm_b_rule *r, struct fm_limits *l)
{
    uint8_t op = 0;
    uint32_t c = 0;

    if (r->nexprs != 1 || !comparison(&r->exprs[0], r->body[0].terms[0], &op, &c) || op != FM_B_GT ||
        w->values[c].type != FM_BISCUIT_INTEGER || (int64_t)w->values[c].num < 0) {
        return false;
    }
    fm_b_lower(l, FM_B_MAX_AMOUNT, w->values[c].num);
    return true;
}

/* reject if field($f), $f < LO, or $f >= HI. */
static bool read_field(const struct fm_biscuit_world *w, const struct fm_b_rule *r, struct fm_limits *l)
{
    uint8_t op = 0;
    uint32_t c = 0;

    if (r->nexprs != 1 || !comparison(&r->exprs[0], r->body[0].terms[0], &op, &c) ||
        w->values[c].type != FM_BISCUIT_INTEGER || w->values[c].num > FM_FIELDS_MAX ||
        (op != FM_B_LT && op != FM_B_GE)) {
        return false;
    }
    fm_b_lower(l, op == FM_B_LT ? FM_B_FIELD_LO : FM_B_FIELD_HI, w->values[c].num);
    return true;
}

/* reject if method($m), !{…}.contains($m), or reject if method($m). */
static bool read_method(const struct fm_biscuit_world *w, const struct fm_b_rule *r, struct fm_limits *l)
{
    uint16_t allowed = 0;
    uint32_t set = 0;

    if (r->nexprs > 1 || (r->nexprs == 1 && (!outside_set(&r->exprs[0], r->body[0].terms[0], &set) ||
                                             w->values[set].type != FM_BISCUIT_SET))) {
        return false;
    }
    const uint32_t *items = r->nexprs == 1 ? w->values[set].ptr : NULL;
    for (uint32_t i = 0; r->nexprs == 1 && i < w->values[set].n; i++) {
        const struct fm_b_value *v = &w->values[items[i]];
        if (v->type != FM_BISCUIT_INTEGER || v->num >= FM_METHODS) {
            return false;
        }
        allowed = (uint16_t)(allowed | 1U << v->num);
    }
    fm_b_lower(l, FM_B_METHODS, allowed);
    return true;
}

/* One query of a check that touches an axis. */
static bool read_query(const struct fm_biscuit_world *w, const struct fm_b_check *c, const struct fm_b_rule *r,
                       uint64_t now, struct fm_limits *l)
{
    enum axis a = r->nbody == 1 ? axis_of(w, &r->body[0]) : AXES;

    if (a == AXES || (r->body[0].terms[0] & FM_B_VAR) == 0) {
        return false;
    }
    if (a == TIME) { /* by `trusting` too, who decides is always heard */
        return c->kind == 0 && c->nqueries == 1 && read_time(w, r, now, l);
    }
    return c->kind == 2 && (a == AMOUNT  ? read_amount(w, r, l)
                            : a == FIELD ? read_field(w, r, l)
                                         : read_method(w, r, l));
}

static bool read_program(const struct fm_biscuit_world *w, const struct fm_b_program *p, uint64_t now,
                         struct fm_limits *l)
{
    for (const struct fm_b_factlist *f = p->facts; f != NULL; f = f->next) {
        if (axis_of(w, &f->pred) != AXES) {
            return false; /* a block that says a time or an amount of its own: no meaning that limits could hold */
        }
    }
    for (const struct fm_b_rule *r = p->rules; r != NULL; r = r->next) {
        if (touches(w, r) || axis_of(w, &r->head) != AXES) {
            return false;
        }
    }
    for (const struct fm_b_check *c = p->checks; c != NULL; c = c->next) {
        for (const struct fm_b_rule *r = check_touches(w, c) ? c->queries : NULL; r != NULL; r = r->next) {
            if (!read_query(w, c, r, now, l)) {
                return false;
            }
        }
    }
    for (const struct fm_b_check *c = p->policies; c != NULL; c = c->next) {
        if (check_touches(w, c)) {
            return false;
        }
    }
    return true;
}

static fm_err make_world(const struct fm_biscuit *token, const struct fm_biscuit_text *policies,
                         struct fm_arena *arena, struct fm_biscuit_world **out)
{
    struct fm_biscuit_limits limits = fm_biscuit_limits_default();
    struct fm_biscuit_world *w = fm_biscuit_world_new(arena, &limits);
    fm_err err = w == NULL ? FM_E_TOKEN_MEMORY : fm_biscuit_world_token(w, token, NULL);
    uint32_t n = 0;

    while (fm_biscuit_policies[n] != 0) {
        n++;
    }
    if (err == FM_OK) {
        err = policies != NULL ? fm_biscuit_world_code(w, policies->p, policies->n, NULL)
                               : fm_biscuit_world_code(w, fm_biscuit_policies, n, NULL);
    }
    *out = w;
    return err;
}

/* Is this right admitted? Denials are answers, everything else an error. */
static fm_err admitted(const struct fm_biscuit *token, const struct fm_biscuit_question *question, uint16_t right,
                       const struct fm_biscuit_text *policies, struct fm_arena *arena, bool *yes)
{
    struct fm_biscuit_question q = *question;
    struct fm_biscuit_verdict verdict;
    struct fm_biscuit_world *w;
    size_t used = arena->used;
    fm_err err = make_world(token, policies, arena, &w);

    q.action = right;
    q.has_amount = q.has_field = q.has_method = false;
    err = err == FM_OK ? fm_biscuit_ask(w, &q) : err;
    err = err == FM_OK ? fm_biscuit_authorize(w, &verdict) : err;
    *yes = err == FM_OK;
    arena->used = used;
    return err == FM_E_TOKEN_DENIED || err == FM_E_TOKEN_NO_POLICY ? FM_OK : err;
}

fm_err fm_biscuit_limits_of(const struct fm_biscuit *token, const struct fm_biscuit_question *question,
                            const struct fm_biscuit_text *policies, struct fm_arena *arena, struct fm_limits *limits)
{
    struct fm_limits l = *limits;
    struct fm_biscuit_world *w;
    size_t used = arena->used;
    fm_err err = make_world(token, policies, arena, &w);

    for (uint32_t b = 0; b <= FM_BISCUIT_BLOCKS_MAX && err == FM_OK; b++) {
        if (w->programs[b] != NULL && !read_program(w, w->programs[b], question->time, &l)) {
            err = FM_E_TOKEN_NO_LIMITS;
        }
    }
    arena->used = used;
    for (uint32_t i = 0; i < FM_BISCUIT_RIGHTS && err == FM_OK; i++) {
        bool yes = false;
        if ((l.rights >> i & 1U) != 0) {
            err = admitted(token, question, (uint16_t)(1U << i), policies, arena, &yes);
            if (!yes) {
                fm_b_lower(&l, FM_B_RIGHTS, ~(1ULL << i));
            }
        }
    }
    fm_b_lower(&l, FM_B_RIGHTS, FM_RIGHTS_ALL);
    if (err == FM_OK && (l.rights == 0 || l.f_lo > l.f_hi || l.expiry < question->time)) {
        err = FM_E_TOKEN_DENIED;
    }
    if (err == FM_OK) {
        *limits = l;
    }
    return err;
}
