/* SPDX-License-Identifier: Apache-2.0 */
/* Programs: what a block or an authorizer says, however it was read. */
#include "biscuit/world.h"

struct fm_b_program *fm_b_program_new(struct fm_biscuit_world *w)
{
    struct fm_b_program *p = fm_arena_take(w->arena, sizeof *p, 8);

    if (p == NULL) {
        return NULL;
    }
    memset(p, 0, sizeof *p);
    p->facts_tail = &p->facts;
    p->rules_tail = &p->rules;
    p->checks_tail = &p->checks;
    p->policies_tail = &p->policies;
    p->ext_key = FM_B_NONE;
    return p;
}

void fm_b_scratch_reset(struct fm_b_scratch *s)
{
    s->nitems = 0;
    s->nops = 0;
    s->npreds = 0;
    s->nexprs = 0;
    s->nscopes = 0;
    s->nvars = 0;
}

uint32_t fm_b_var(struct fm_b_scratch *s, uint32_t name)
{
    for (uint32_t i = 0; i < s->nvars; i++) {
        if (s->vars[i] == name) {
            return i;
        }
    }
    if (s->nvars == FM_B_VARS) {
        return FM_B_NONE;
    }
    s->vars[s->nvars] = name;
    return s->nvars++;
}

static void *copy_of(struct fm_biscuit_world *w, const void *p, size_t n)
{
    void *to = fm_arena_take(w->arena, n == 0 ? 1 : n, 8);

    if (to != NULL && n > 0) {
        memcpy(to, p, n);
    }
    return to;
}

fm_err fm_b_pred_make(struct fm_biscuit_world *w, uint32_t name, uint32_t from, struct fm_b_pred *out)
{
    struct fm_b_scratch *s = w->scratch;
    fm_err err = FM_OK;

    out->name = name;
    out->n = s->nitems - from;
    s->nitems = from;
    if (out->n > FM_B_TERMS) {
        return FM_E_TOKEN_TERMS;
    }
    out->terms = copy_of(w, s->items + from, out->n * sizeof(uint32_t));
    out->rel = fm_b_rel(w, name, out->n, &err);
    return out->terms == NULL ? FM_E_TOKEN_MEMORY : err;
}

fm_err fm_b_expr_make(struct fm_biscuit_world *w)
{
    struct fm_b_scratch *s = w->scratch;
    struct fm_b_expr e = {copy_of(w, s->ops, s->nops * sizeof s->ops[0]), s->nops};

    s->nops = 0;
    if (e.ops == NULL) {
        return FM_E_TOKEN_MEMORY;
    }
    if (s->nexprs == FM_B_BODY) {
        return FM_E_TOKEN_BODY;
    }
    s->exprs[s->nexprs++] = e;
    return FM_OK;
}

struct fm_b_rule *fm_b_rule_make(struct fm_biscuit_world *w, const struct fm_b_pred *head, fm_err *err)
{
    struct fm_b_scratch *s = w->scratch;
    struct fm_b_rule *r = fm_arena_take(w->arena, sizeof *r, 8);

    *err = FM_E_TOKEN_MEMORY;
    if (r == NULL) {
        return NULL;
    }
    memset(r, 0, sizeof *r);
    if (head != NULL) {
        r->head = *head;
    } else {
        r->head.name = FM_B_NAME_QUERY;
    }
    r->nbody = (uint8_t)s->npreds;
    r->nexprs = (uint8_t)s->nexprs;
    r->nscopes = (uint8_t)s->nscopes;
    r->nvars = (uint8_t)s->nvars;
    r->body = copy_of(w, s->preds, s->npreds * sizeof s->preds[0]);
    r->exprs = copy_of(w, s->exprs, s->nexprs * sizeof s->exprs[0]);
    r->scopes = copy_of(w, s->scopes, s->nscopes * sizeof s->scopes[0]);
    r->vars = copy_of(w, s->vars, s->nvars * sizeof s->vars[0]);
    fm_b_scratch_reset(s);
    if (r->body == NULL || r->exprs == NULL || r->scopes == NULL || r->vars == NULL) {
        return NULL;
    }
    *err = FM_OK;
    return r;
}

bool fm_b_rule_bound(const struct fm_b_rule *rule)
{
    for (uint32_t i = 0; i < rule->head.n; i++) {
        uint32_t t = rule->head.terms[i];
        bool found = (t & FM_B_VAR) == 0;

        for (uint32_t b = 0; b < rule->nbody && !found; b++) {
            for (uint32_t k = 0; k < rule->body[b].n && !found; k++) {
                found = rule->body[b].terms[k] == t;
            }
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

fm_err fm_b_add_fact(struct fm_biscuit_world *w, struct fm_b_program *p, const struct fm_b_pred *pred)
{
    struct fm_b_factlist *f = fm_arena_take(w->arena, sizeof *f, 8);

    if (f == NULL) {
        return FM_E_TOKEN_MEMORY;
    }
    for (uint32_t i = 0; i < pred->n; i++) {
        if ((pred->terms[i] & FM_B_VAR) != 0) {
            return FM_E_TOKEN_FACT_VARIABLE;
        }
    }
    f->pred = *pred;
    f->next = NULL;
    *p->facts_tail = f;
    p->facts_tail = &f->next;
    p->nfacts++;
    return FM_OK;
}

void fm_b_add_rule(struct fm_b_program *p, struct fm_b_rule *rule)
{
    *p->rules_tail = rule;
    p->rules_tail = &rule->next;
    p->nrules++;
}

struct fm_b_check *fm_b_check_new(struct fm_biscuit_world *w, uint8_t kind)
{
    struct fm_b_check *c = fm_arena_take(w->arena, sizeof *c, 8);

    if (c != NULL) {
        memset(c, 0, sizeof *c);
        c->kind = kind;
    }
    return c;
}

void fm_b_add_check(struct fm_b_program *p, struct fm_b_check *check, bool policy)
{
    if (policy) {
        *p->policies_tail = check;
        p->policies_tail = &check->next;
        p->npolicies++;
    } else {
        *p->checks_tail = check;
        p->checks_tail = &check->next;
        p->nchecks++;
    }
}

/* ------------------------------------------------------------------------------- schema versions */
static uint32_t term_version(const struct fm_biscuit_world *w, uint32_t t, bool strict)
{
    const struct fm_b_value *v = &w->values[(t & FM_B_VAR) != 0 ? FM_B_TRUE : t];

    if (v->type == FM_BISCUIT_SET && v->n > 0) {
        const uint32_t *items = v->ptr;
        v = &w->values[items[0]];
    }
    return v->type == FM_BISCUIT_NULL || (strict && v->type >= FM_BISCUIT_ARRAY) ? 6 : 3;
}

static uint32_t max_u32(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t op_version(const struct fm_biscuit_world *w, const struct fm_b_op *op, bool strict)
{
    if (op->kind == FM_B_VALUE) {
        return term_version(w, op->arg, strict);
    }
    if (op->kind == FM_B_UNARY) {
        return op->sub >= FM_B_TYPEOF ? 6 : 3;
    }
    if (op->kind == FM_B_BINARY) {
        return op->sub == FM_B_GET && !strict ? 3 : op->sub >= FM_B_HEQ ? 6 : op->sub >= FM_B_BITAND ? 4 : 3;
    }
    return 6;
}

static uint32_t pred_version(const struct fm_biscuit_world *w, const struct fm_b_pred *p, bool strict)
{
    uint32_t v = 3;

    for (uint32_t i = 0; i < p->n; i++) {
        v = max_u32(v, term_version(w, p->terms[i], strict));
    }
    return v;
}

static uint32_t rule_version(const struct fm_biscuit_world *w, const struct fm_b_rule *r, bool strict)
{
    uint32_t v = max_u32(r->nscopes > 0 ? 4 : 3, pred_version(w, &r->head, strict));

    for (uint32_t i = 0; i < r->nbody; i++) {
        v = max_u32(v, pred_version(w, &r->body[i], strict));
    }
    for (uint32_t i = 0; i < r->nexprs; i++) {
        for (uint32_t k = 0; k < r->exprs[i].n; k++) {
            v = max_u32(v, op_version(w, &r->exprs[i].ops[k], strict));
        }
    }
    return v;
}

uint32_t fm_b_program_version(const struct fm_biscuit_world *w, const struct fm_b_program *p, bool strict)
{
    uint32_t v = p->nscopes > 0 ? 4 : 3;

    for (const struct fm_b_factlist *f = p->facts; f != NULL; f = f->next) {
        v = max_u32(v, pred_version(w, &f->pred, strict));
    }
    for (const struct fm_b_rule *r = p->rules; r != NULL; r = r->next) {
        v = max_u32(v, rule_version(w, r, strict));
    }
    for (const struct fm_b_check *c = p->checks; c != NULL; c = c->next) {
        v = max_u32(v, c->kind == 2 ? 6 : c->kind == 1 ? 4 : 3);
        for (const struct fm_b_rule *r = c->queries; r != NULL; r = r->next) {
            v = max_u32(v, rule_version(w, r, strict));
        }
    }
    return v;
}

/* ------------------------------------------------------------------------------------ activation */
uint64_t fm_b_trusted(const struct fm_biscuit_world *w, const struct fm_b_scope *scopes, uint32_t n, uint64_t otherwise,
                      uint32_t block)
{
    uint64_t own = 1ULL << block | 1ULL << FM_BISCUIT_AUTHORIZER;
    uint64_t origins = own;

    if (n == 0) {
        return otherwise | own;
    }
    for (uint32_t i = 0; i < n; i++) {
        if (scopes[i].kind == 0) {
            origins |= 1;
        } else if (scopes[i].kind == 1) {
            origins |= block == FM_BISCUIT_AUTHORIZER ? 0 : (2ULL << block) - 1U;
        } else {
            origins |= w->key_blocks[scopes[i].key];
        }
    }
    return origins;
}

static void trust_queries(const struct fm_biscuit_world *w, struct fm_b_check *c, uint64_t otherwise, uint32_t block)
{
    for (; c != NULL; c = c->next) {
        for (struct fm_b_rule *r = c->queries; r != NULL; r = r->next) {
            r->block = block;
            r->trusted = fm_b_trusted(w, r->scopes, r->nscopes, otherwise, block);
        }
    }
}

fm_err fm_b_activate(struct fm_biscuit_world *w, struct fm_b_program *p, uint32_t block)
{
    uint64_t standard = 1ULL | 1ULL << FM_BISCUIT_AUTHORIZER;
    uint64_t otherwise = fm_b_trusted(w, p->scopes, p->nscopes, standard, block);
    bool added = false;

    for (const struct fm_b_factlist *f = p->facts; f != NULL; f = f->next) {
        fm_err err = fm_b_fact_add(w, &f->pred, 1ULL << block, &added);
        if (err != FM_OK) {
            return err;
        }
    }
    for (struct fm_b_rule *r = p->rules; r != NULL; r = r->next) {
        r->block = block;
        r->seen = FM_B_NONE;
        r->trusted = fm_b_trusted(w, r->scopes, r->nscopes, otherwise, block);
    }
    trust_queries(w, p->checks, otherwise, block);
    trust_queries(w, p->policies, otherwise, block);
    return FM_OK;
}
