/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reduction of a query to a set of names. The part of its body that is known is joined; for each match the rest says
 * which names go with it: one, if the name is bound by then, or what the expressions leave of all names. Expressions
 * over the unbound name are evaluated with sets in the place of truth values. Whatever could be an error for some name
 * ends the attempt (D2).
 */
#include "biscuit/reduce.h"

#define STACK 16U
#define CLOSURES 8U

enum what { VALUE, NAME, SET }; /* a known value, the name itself, the names for which it is true */

struct entry {
    enum what what;
    bool closure; /* the right side of a lazy operation */
    uint32_t value;
    struct fm_b_set set;
};

struct symbolic {
    struct fm_b_reducer *x;
    const uint32_t *binding;
    uint32_t var; /* stands for the name */
    struct entry stack[STACK];
    uint32_t sp;
    uint32_t ends[CLOSURES];
    uint32_t nends;
};

static struct fm_biscuit_text text_of(const struct fm_biscuit_world *w, uint32_t id)
{
    return (struct fm_biscuit_text){w->values[id].ptr, w->values[id].n};
}

static bool is_string(const struct fm_biscuit_world *w, uint32_t id)
{
    return w->values[id].type == FM_BISCUIT_STRING;
}

static bool memory(struct fm_b_reducer *x, bool good)
{
    x->err = good ? x->err : FM_E_TOKEN_MEMORY;
    return good;
}

static struct entry *push(struct symbolic *s, enum what what)
{
    struct entry *e = &s->stack[s->sp];

    if (s->sp == STACK) {
        return NULL;
    }
    memset(e, 0, sizeof *e);
    e->what = what;
    s->sp++;
    return e;
}

/* A known truth value as a set: all names or none. */
static bool to_set(struct entry *e)
{
    if (e->what == VALUE && (e->value == FM_B_TRUE || e->value == FM_B_FALSE)) {
        memset(&e->set, 0, sizeof e->set);
        e->set.all = e->value == FM_B_TRUE;
        e->what = SET;
    }
    return e->what == SET;
}

/* An operation on known values, by the evaluator itself. */
static bool known(struct symbolic *s, const struct fm_b_op *op, struct entry *left, uint32_t right)
{
    struct fm_b_op ops[3] = {{FM_B_VALUE, 0, 0, left->value}, {FM_B_VALUE, 0, 0, right}, *op};
    struct fm_b_expr e = {ops, 3};
    uint32_t none[1] = {FM_B_NONE};
    fm_err err = FM_OK;

    if (op->kind == FM_B_UNARY) {
        ops[1] = *op;
        e.n = 2;
    }
    left->value = fm_b_eval(s->x->w, &e, none, &err);
    return err == FM_OK;
}

/* NAME op known: starts_with, equal. */
static bool name_left(struct symbolic *s, uint8_t sub, struct entry *left, uint32_t right)
{
    const struct fm_biscuit_world *w = s->x->w;
    bool equal = sub == FM_B_EQ || sub == FM_B_HEQ;

    if (!is_string(w, right)) {
        left->what = SET;
        return sub == FM_B_HEQ; /* never equal; anything else is an error of types */
    }
    if (sub != FM_B_PREFIX && !equal) {
        return false;
    }
    left->what = SET;
    return memory(s->x, equal ? fm_b_set_id(&left->set, w->arena, text_of(w, right))
                              : fm_b_set_prefix(&left->set, w->arena, text_of(w, right)));
}

/* known op NAME: equal, contains. */
static bool name_right(struct symbolic *s, uint8_t sub, struct entry *left)
{
    const struct fm_biscuit_world *w = s->x->w;
    const struct fm_b_value *v = &w->values[left->value];
    const uint32_t *items = v->ptr;
    bool good = true;

    if (sub == FM_B_EQ || sub == FM_B_HEQ) {
        uint32_t value = left->value;
        left->what = NAME;
        return name_left(s, sub, left, value);
    }
    if (sub != FM_B_CONTAINS || (v->type != FM_BISCUIT_SET && v->type != FM_BISCUIT_ARRAY)) {
        return false;
    }
    left->what = SET;
    for (uint32_t i = 0; i < v->n && good; i++) {
        good = !is_string(w, items[i]) || fm_b_set_id(&left->set, w->arena, text_of(w, items[i]));
    }
    fm_b_set_normalise(&left->set);
    return memory(s->x, good);
}

static bool both_sets(struct symbolic *s, uint8_t sub, struct entry *left, struct entry *right)
{
    struct fm_arena *arena = s->x->w->arena;

    if (!to_set(left) || !to_set(right)) {
        return false;
    }
    return memory(s->x, sub == FM_B_AND || sub == FM_B_LAZYAND ? fm_b_set_meet(&left->set, arena, &right->set)
                                                               : fm_b_set_join(&left->set, arena, &right->set));
}

static bool binary(struct symbolic *s, const struct fm_b_op *op)
{
    struct entry *left = &s->stack[s->sp - 2U];
    struct entry *right = &s->stack[s->sp - 1U];
    bool lazy = op->sub == FM_B_LAZYAND || op->sub == FM_B_LAZYOR;

    s->sp--;
    if (left->closure || right->closure != lazy) {
        return false;
    }
    if (lazy || ((op->sub == FM_B_AND || op->sub == FM_B_OR) && (left->what == SET || right->what == SET))) {
        return both_sets(s, op->sub, left, right);
    }
    if (left->what == SET || right->what == SET) {
        return false;
    }
    if (left->what == NAME) {
        return right->what == VALUE && name_left(s, op->sub, left, right->value);
    }
    return right->what == NAME ? name_right(s, op->sub, left) : known(s, op, left, right->value);
}

static bool step(struct symbolic *s, const struct fm_b_op *op)
{
    struct entry *e;

    if (op->kind == FM_B_VALUE) {
        bool name = op->arg == (s->var | FM_B_VAR);
        uint32_t v = (op->arg & FM_B_VAR) != 0 ? s->binding[op->arg & ~FM_B_VAR] : op->arg;
        e = push(s, name ? NAME : VALUE);
        if (e == NULL || (!name && v == FM_B_NONE)) {
            return false;
        }
        e->value = v;
        return true;
    }
    if (op->kind == FM_B_UNARY) {
        if (s->sp == 0 || s->stack[s->sp - 1U].closure) {
            return false;
        }
        e = &s->stack[s->sp - 1U];
        return op->sub == FM_B_PARENS || (e->what == VALUE && known(s, op, e, 0));
    }
    return op->kind == FM_B_BINARY && s->sp >= 2 && binary(s, op);
}

/* The names for which an expression holds. */
static bool names_of(struct fm_b_reducer *x, const struct fm_b_expr *expr, uint32_t var, const uint32_t *binding,
                     struct fm_b_set *out)
{
    struct symbolic s;

    s.x = x;
    s.binding = binding;
    s.var = var;
    s.sp = 0;
    s.nends = 0;
    for (uint32_t pc = 0; pc <= expr->n; pc++) {
        while (s.nends > 0 && s.ends[s.nends - 1U] == pc) { /* a closure's value is that of its body */
            s.nends--;
            if (s.sp == 0 || s.stack[s.sp - 1U].closure) {
                return false;
            }
            s.stack[s.sp - 1U].closure = true;
        }
        if (pc == expr->n) {
            break;
        }
        const struct fm_b_op *op = &expr->ops[pc];
        if (op->kind == FM_B_CLOSURE) {
            if (op->nparams > 0 || op->arg == 0 || s.nends == CLOSURES) {
                return false;
            }
            s.ends[s.nends++] = pc + 1U + op->arg;
        } else if (!step(&s, op)) {
            return false;
        }
    }
    if (s.sp != 1 || s.stack[0].closure || !to_set(&s.stack[0])) {
        return false;
    }
    *out = s.stack[0].set;
    return true;
}

static bool mentions(const struct fm_b_expr *e, uint32_t var)
{
    for (uint32_t i = 0; i < e->n; i++) {
        bool here = e->ops[i].kind == FM_B_VALUE && e->ops[i].arg == (var | FM_B_VAR);
        if (here || (e->ops[i].kind == FM_B_PARAM && e->ops[i].arg == var)) {
            return true;
        }
    }
    return false;
}

/* A match that leaves the name open: what the expressions leave of all names. */
static bool open_match(struct fm_b_reducer *x, const struct fm_b_rule *q, uint32_t var, uint32_t *binding,
                       struct fm_b_set *out)
{
    struct fm_arena *arena = x->w->arena;
    struct fm_b_set left = {true, 0, 0, 0, 0, NULL, NULL, NULL, 0};
    struct fm_b_set one;
    bool good = true;
    fm_err err = FM_OK;

    for (uint32_t i = 0; i < q->nexprs; i++) {
        if (mentions(&q->exprs[i], var)) {
            if (!names_of(x, &q->exprs[i], var, binding, &one)) {
                return false;
            }
            good = good && fm_b_set_meet(&left, arena, &one);
            continue;
        }
        uint32_t r = fm_b_eval(x->w, &q->exprs[i], binding, &err);
        if (err != FM_OK || (r != FM_B_TRUE && r != FM_B_FALSE)) {
            return false;
        }
        if (r == FM_B_FALSE) {
            return true;
        }
    }
    out->all = out->all || left.all;
    for (uint32_t i = 0; i < left.nids && good; i++) {
        good = fm_b_set_id(out, arena, left.ids[i]);
    }
    for (uint32_t i = 0; i < left.nprefixes && good; i++) {
        good = fm_b_set_prefix(out, arena, left.prefixes[i]);
    }
    return memory(x, good);
}

/* A match that binds the name. */
static bool bound_match(struct fm_b_reducer *x, const struct fm_b_rule *q, uint32_t name, uint32_t *binding,
                        struct fm_b_set *out)
{
    bool holds = false;

    if (!is_string(x->w, name)) {
        return true; /* no row has such a name */
    }
    if (q->nexprs > 0 && fm_b_holds(x->w, q, binding, &holds) != FM_OK) {
        return false;
    }
    return (q->nexprs > 0 && !holds) || memory(x, fm_b_set_id(out, x->w->arena, text_of(x->w, name)));
}

/* The query without its one predicate resource(…): false if it has none, another tainted one, or several. */
static bool split(const struct fm_b_reducer *x, const struct fm_b_rule *query, struct fm_b_rule *rest,
                  struct fm_b_pred *body, uint32_t *term)
{
    uint32_t n = 0;
    bool found = false;

    for (uint32_t i = 0; i < query->nbody; i++) {
        const struct fm_b_pred *p = &query->body[i];
        if (!x->w->rels[p->rel].tainted) {
            body[n++] = *p;
        } else if (p->rel != x->resource || !x->pure || found) {
            return false;
        } else {
            found = true;
            *term = p->terms[0];
        }
    }
    *rest = *query;
    rest->body = body;
    rest->nbody = (uint8_t)n;
    return found;
}

bool fm_b_reduce(struct fm_b_reducer *x, const struct fm_b_rule *query, struct fm_b_set *out)
{
    struct fm_b_pred body[FM_B_BODY];
    struct fm_b_set before = *out;
    struct fm_b_rule rest;
    struct fm_b_join j;
    uint32_t term = 0;

    if (!split(x, query, &rest, body, &term)) {
        return false;
    }
    fm_b_join_start(&j, x->w, &rest, x->w->nfacts);
    while (fm_b_join_next(&j)) {
        uint32_t name = (term & FM_B_VAR) != 0 ? j.binding[term & ~FM_B_VAR] : term;
        bool good = name != FM_B_NONE ? bound_match(x, &rest, name, j.binding, out)
                                      : open_match(x, &rest, term & ~FM_B_VAR, j.binding, out);
        if (!good) {
            *out = before;
            return false;
        }
    }
    if (j.err != FM_OK) {
        *out = before;
    }
    return j.err == FM_OK;
}
