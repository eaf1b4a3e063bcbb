/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiled decision. Three parts: what is tainted (D1), the reduction of each check and policy (D2), and the row,
 * with its whole evaluation as the last resort (D3).
 */
#include "biscuit/reduce.h"

#include <firmament/biscuit_decide.h>

#define TRY_IDS 64U /* so many ids are tried against a residual program when compiling */

enum known { OPEN, YES, NO, ERROR };

struct item {
    const struct fm_b_check *check;
    enum known known; /* of policies; checks that are known are no items */
};

struct fm_b_residual {
    struct fm_biscuit_world *w;
    uint32_t base;  /* facts before any rule ran */
    uint32_t fixed; /* facts after the rules that are not tainted */
    uint32_t resource, attr; /* relations */
    uint32_t resource_name, attr_name;
    bool rules; /* there are tainted rules to run */
    bool policies; /* the policies are decided here, not by the sets */
    uint32_t nchecks, npolicies;
    struct item *checks;
    struct item *policy;
};

/* What a row is looked up in. */
struct fm_b_compiled {
    struct fm_b_set include, exclude;
    struct fm_b_residual *residual; /* NULL: the sets say it all */
};

struct compiler {
    struct fm_biscuit_world *w;
    struct fm_b_reducer x;
    struct fm_biscuit_decision *d;
    struct fm_b_compiled *in;
    struct fm_b_residual *r;
    fm_err err; /* memory only */
};

/* --------------------------------------------------------------------------------------- tainting */
static bool looks_tainted(const struct fm_biscuit_world *w, const struct fm_b_rule *r)
{
    for (uint32_t i = 0; i < r->nbody; i++) {
        if (w->rels[r->body[i].rel].tainted) {
            return true;
        }
    }
    return false;
}

static void taint_checks(const struct fm_biscuit_world *w, struct fm_b_check *c)
{
    for (; c != NULL; c = c->next) {
        c->tainted = false;
        for (struct fm_b_rule *r = c->queries; r != NULL; r = r->next) {
            r->tainted = looks_tainted(w, r);
            c->tainted = c->tainted || r->tainted;
        }
    }
}

/* Whatever can depend on a tainted relation through rules: at most as many rounds as there are relations. */
static void taint(struct fm_biscuit_world *w)
{
    bool more = true;

    while (more) {
        more = false;
        for (uint32_t b = 0; b <= FM_BISCUIT_BLOCKS_MAX; b++) {
            for (struct fm_b_rule *r = w->programs[b] != NULL ? w->programs[b]->rules : NULL; r != NULL; r = r->next) {
                r->tainted = looks_tainted(w, r);
                if (r->tainted && !w->rels[r->head.rel].tainted) {
                    w->rels[r->head.rel].tainted = true;
                    more = true;
                }
            }
        }
    }
    for (uint32_t b = 0; b <= FM_BISCUIT_BLOCKS_MAX; b++) {
        if (w->programs[b] != NULL) {
            taint_checks(w, w->programs[b]->checks);
            taint_checks(w, w->programs[b]->policies);
        }
    }
}

/* Does the row's fact stand alone in resource/1? */
static bool is_pure(const struct fm_biscuit_world *w, uint32_t resource)
{
    for (uint32_t b = 0; b <= FM_BISCUIT_BLOCKS_MAX; b++) {
        for (const struct fm_b_rule *r = w->programs[b] != NULL ? w->programs[b]->rules : NULL; r != NULL;
             r = r->next) {
            if (r->head.rel == resource) {
                return false;
            }
        }
    }
    return w->rels[resource].first == FM_B_NONE;
}

/* ---------------------------------------------------------------------------------------- running */
/* Runs the rules that are tainted, or those that are not, to their fixpoint. */
static fm_err run_rules(struct fm_biscuit_world *w, bool tainted)
{
    uint32_t rounds = 0;

    for (;;) {
        uint32_t before = w->nfacts;
        for (uint32_t b = 0; b <= FM_BISCUIT_BLOCKS_MAX; b++) {
            for (struct fm_b_rule *r = w->programs[b] != NULL ? w->programs[b]->rules : NULL; r != NULL; r = r->next) {
                if (r->tainted == tainted && (rounds == 0 || fm_b_rule_fresh(w, r))) {
                    fm_err err = fm_b_rule_apply(w, r, before);
                    r->seen = before;
                    if (err != FM_OK) {
                        return err;
                    }
                }
            }
        }
        if (w->nfacts == before) {
            return FM_OK;
        }
        if (++rounds >= w->limits.iterations) {
            return FM_E_TOKEN_ITERATIONS;
        }
        if (w->nfacts >= w->limits.facts) {
            return FM_E_TOKEN_FACTS;
        }
    }
}

/* A query that looks at nothing tainted: the evaluator's own order and its own errors. */
static enum known ask_fixed(struct fm_biscuit_world *w, const struct fm_b_rule *q, bool all)
{
    struct fm_b_join j;
    bool found = false;

    fm_b_join_start(&j, w, q, w->nfacts);
    while (fm_b_join_next(&j)) {
        bool holds = false;
        if (fm_b_holds(w, q, j.binding, &holds) != FM_OK) {
            return ERROR;
        }
        found = true;
        if (holds != all) {
            return holds ? YES : NO;
        }
    }
    return j.err != FM_OK ? ERROR : all && found ? YES : NO;
}

/* The same without an order: an error of any match is an error, for then the order would matter. */
static enum known ask_row(struct fm_biscuit_world *w, const struct fm_b_rule *q, bool all)
{
    struct fm_b_join j;
    bool found = false;
    bool good = all;

    fm_b_join_start(&j, w, q, w->nfacts);
    while (fm_b_join_next(&j)) {
        bool holds = true;
        if (q->nexprs == 0 && !all) {
            return YES;
        }
        if (q->nexprs > 0 && fm_b_holds(w, q, j.binding, &holds) != FM_OK) {
            return ERROR;
        }
        found = true;
        good = all ? good && holds : good || holds;
    }
    return j.err != FM_OK ? ERROR : good && found ? YES : NO;
}

static enum known ask_check(struct fm_biscuit_world *w, const struct fm_b_check *c, bool policy)
{
    enum known k = NO;

    for (const struct fm_b_rule *q = c->queries; q != NULL && k == NO; q = q->next) {
        k = ask_row(w, q, !policy && c->kind == 1);
    }
    return k == ERROR || policy || c->kind != 2 ? k : k == YES ? NO : YES;
}

/* ------------------------------------------------------------------------------------------ rows */
/* The whole evaluation for a row, in its own order; then everything is as it was. */
static bool whole(struct fm_b_residual *r, const struct fm_b_fact *rows, uint32_t nrows)
{
    struct fm_biscuit_world *w = r->w;
    struct fm_biscuit_trace trace = w->trace;
    struct fm_biscuit_verdict verdict;
    uint32_t n = r->fixed - r->base;
    struct fm_b_fact *kept = fm_arena_take(w->arena, (n + 1U) * sizeof *kept, 8);
    bool good;

    if (kept == NULL) {
        return false;
    }
    memcpy(kept, w->facts + r->base, n * sizeof *kept);
    fm_b_facts_keep(w, r->base);
    for (uint32_t i = 0; i < nrows; i++) {
        fm_b_fact_again(w, &rows[i]);
    }
    for (uint32_t b = 0; b <= FM_BISCUIT_BLOCKS_MAX; b++) {
        for (struct fm_b_rule *q = w->programs[b] != NULL ? w->programs[b]->rules : NULL; q != NULL; q = q->next) {
            q->seen = FM_B_NONE;
        }
    }
    w->fuel = w->limits.fuel;
    w->iterations = 0;
    w->ran = false;
    w->trace.event = NULL;
    good = fm_biscuit_authorize(w, &verdict) == FM_OK;
    w->trace = trace;
    fm_b_facts_keep(w, r->base);
    for (uint32_t i = 0; i < n; i++) {
        fm_b_fact_again(w, &kept[i]);
    }
    return good;
}

/* The residual program over the facts that are there now. */
static enum known residual(struct fm_b_residual *r)
{
    struct fm_biscuit_world *w = r->w;

    if (r->rules && run_rules(w, true) != FM_OK) {
        return NO; /* an error of a rule is one in any order */
    }
    for (uint32_t i = 0; i < r->nchecks; i++) {
        enum known k = ask_check(w, r->checks[i].check, false);
        if (k != YES) {
            return k;
        }
    }
    for (uint32_t i = 0; i < r->npolicies; i++) {
        enum known k = r->policy[i].known;
        k = k == OPEN ? ask_check(w, r->policy[i].check, true) : k;
        if (k != NO) {
            return k == YES && r->policy[i].check->kind != 0 ? NO : k;
        }
    }
    return r->policies ? NO : YES;
}

static bool add_text_fact(struct fm_b_residual *r, uint32_t name, uint32_t rel, const struct fm_biscuit_text *texts,
                          uint32_t n)
{
    struct fm_biscuit_world *w = r->w;
    uint32_t ids[2];
    fm_err err = FM_OK;
    bool added = false;

    for (uint32_t i = 0; i < n && err == FM_OK; i++) {
        ids[i] = fm_b_blob(w, FM_BISCUIT_STRING, texts[i].p, texts[i].n, false, &err);
    }
    struct fm_b_pred pred = {name, n, ids, rel};
    return err == FM_OK && fm_b_fact_add(w, &pred, 1ULL << FM_BISCUIT_AUTHORIZER, &added) == FM_OK;
}

static bool residual_row(struct fm_b_residual *r, const struct fm_biscuit_text *resource,
                         const struct fm_biscuit_attr *attrs, uint32_t nattrs)
{
    struct fm_biscuit_world *w = r->w;
    struct fm_b_mark mark = fm_b_mark(w);
    enum known k = NO;
    bool good = add_text_fact(r, r->resource_name, r->resource, resource, 1);

    for (uint32_t i = 0; i < nattrs && good; i++) {
        struct fm_biscuit_text pair[2] = {attrs[i].name, attrs[i].value};
        good = add_text_fact(r, r->attr_name, r->attr, pair, 2);
    }
    uint32_t nrows = w->nfacts - r->fixed;
    w->fuel = w->limits.fuel;
    if (good) {
        k = residual(r);
    }
    if (good && k == ERROR) {
        struct fm_b_fact *rows = fm_arena_take(w->arena, (nrows + 1U) * sizeof *rows, 8);
        fm_b_facts_keep(w, r->fixed + nrows);
        if (rows != NULL) {
            memcpy(rows, w->facts + r->fixed, nrows * sizeof *rows);
        }
        k = rows != NULL && whole(r, rows, nrows) ? YES : NO;
    }
    fm_b_facts_keep(w, r->fixed);
    fm_b_release(w, mark);
    return k == YES;
}

bool fm_biscuit_row_attrs(struct fm_biscuit_decision *d, const char *resource, uint32_t n,
                          const struct fm_biscuit_attr *attrs, uint32_t nattrs)
{
    struct fm_biscuit_text text = {resource, n};

    if (d->kind == FM_BISCUIT_NONE || d->kind == FM_BISCUIT_ALL) {
        return d->kind == FM_BISCUIT_ALL;
    }
    const struct fm_b_compiled *in = d->inside;
    if (!fm_b_set_contains(&in->include, resource, n)) {
        return false;
    }
    if (d->kind != FM_BISCUIT_RESIDUAL) {
        return true;
    }
    return !fm_b_set_contains(&in->exclude, resource, n) &&
           (in->residual == NULL || residual_row(in->residual, &text, attrs, nattrs));
}

bool fm_biscuit_row(struct fm_biscuit_decision *d, const char *resource, uint32_t n)
{
    return fm_biscuit_row_attrs(d, resource, n, NULL, 0);
}

/* -------------------------------------------------------------------------------------- compiling */
static void none(struct compiler *c, fm_err why)
{
    if (c->d->kind != FM_BISCUIT_NONE) {
        c->d->kind = FM_BISCUIT_NONE;
        c->d->why = why;
    }
}

static void note(struct compiler *c, bool good)
{
    c->err = good && c->x.err == FM_OK ? c->err : FM_E_TOKEN_MEMORY;
}

/* The names for which some query of a check or policy matches, in the order of the queries; false: stays a program.
 * *end tells how the first query that decides for every row did so: YES, ERROR; NO if none did. */
static bool reduce_queries(struct compiler *c, const struct fm_b_check *check, struct fm_b_set *set, enum known *end)
{
    *end = NO;
    for (const struct fm_b_rule *q = check->queries; q != NULL && *end == NO; q = q->next) {
        if (!q->tainted) {
            *end = ask_fixed(c->w, q, false);
        } else if (!fm_b_reduce(&c->x, q, set)) {
            note(c, true);
            return false;
        }
    }
    fm_b_set_normalise(set);
    return true;
}

static void compile_check(struct compiler *c, const struct fm_b_check *check)
{
    struct fm_b_set set;
    enum known end = NO;
    fm_err denied = FM_E_TOKEN_DENIED;

    memset(&set, 0, sizeof set);
    if (!check->tainted && check->kind == 1) {
        for (const struct fm_b_rule *q = check->queries; q != NULL && end == NO; q = q->next) {
            end = ask_fixed(c->w, q, true);
        }
        if (end != YES) {
            none(c, denied);
        }
        return;
    }
    if (check->kind == 1 || !reduce_queries(c, check, &set, &end)) {
        c->r->checks[c->r->nchecks++] = (struct item){check, OPEN};
        return;
    }
    if (check->kind == 0) { /* an error behind the set is no more than a denial for the others */
        if (end != YES) {
            note(c, fm_b_set_meet(&c->in->include, c->w->arena, &set));
        }
        return;
    }
    if (end != NO) { /* rejected, or an error, whatever the set */
        none(c, denied);
    } else {
        note(c, fm_b_set_join(&c->in->exclude, c->w->arena, &set));
    }
}

static void compile_checks(struct compiler *c, const struct fm_b_program *p)
{
    for (const struct fm_b_check *check = p != NULL ? p->checks : NULL; check != NULL; check = check->next) {
        compile_check(c, check);
    }
}

/* What an allow policy adds: its names but those that a deny before it has. False: only a program can tell. */
static bool allow(struct compiler *c, struct fm_b_set *allowed, struct fm_b_set *set, const struct fm_b_set *denied)
{
    bool exact = fm_b_set_empty(denied) || (!set->all && set->nprefixes == 0);

    fm_b_set_normalise(set);
    if (exact) {
        fm_b_set_less(set, denied);
    }
    note(c, fm_b_set_join(allowed, c->w->arena, set));
    return exact;
}

/* Policies in order, until one decides for every row. Where a policy stays a program, or a deny stands before an
 * allow of whole prefixes, all of them are a program, and the sets a bound. */
static void compile_policies(struct compiler *c, const struct fm_b_program *p)
{
    struct fm_b_set allowed, denied;
    bool program = false;
    bool any = false;
    enum known end = NO;

    memset(&allowed, 0, sizeof allowed);
    memset(&denied, 0, sizeof denied);
    for (const struct fm_b_check *k = p != NULL ? p->policies : NULL; k != NULL && end == NO; k = k->next) {
        struct fm_b_set set;
        memset(&set, 0, sizeof set);
        bool reduced = reduce_queries(c, k, &set, &end);
        c->r->policy[c->r->npolicies++] = (struct item){k, k->tainted ? OPEN : end};
        program = program || !reduced;
        if (k->kind == 0) {
            any = true;
            set.all = set.all || !reduced || end == YES;
            program = !allow(c, &allowed, &set, &denied) || program;
        } else if (reduced && end == NO) {
            note(c, any ? fm_b_set_join(&denied, c->w->arena, &set)
                        : fm_b_set_join(&c->in->exclude, c->w->arena, &set));
        } /* a deny that decides for every other row ends the list, and what is allowed by then stays so */
    }
    c->r->policies = program;
    c->r->npolicies = program ? c->r->npolicies : 0;
    note(c, fm_b_set_meet(&c->in->include, c->w->arena, &allowed));
    if (fm_b_set_empty(&allowed)) {
        none(c, end == YES ? FM_E_TOKEN_DENIED : FM_E_TOKEN_NO_POLICY);
    }
}

/* Tainted rules matter if something residual looks at what they say, or if they can fail. */
static void compile_rules(struct compiler *c)
{
    struct fm_b_residual *r = c->r;
    bool any = false;

    for (uint32_t b = 0; b <= FM_BISCUIT_BLOCKS_MAX; b++) {
        for (const struct fm_b_rule *q = c->w->programs[b] != NULL ? c->w->programs[b]->rules : NULL; q != NULL;
             q = q->next) {
            struct fm_b_set set;
            memset(&set, 0, sizeof set);
            any = any || q->tainted;
            r->rules = r->rules || (q->tainted && q->nexprs > 0 && !fm_b_reduce(&c->x, q, &set));
        }
    }
    r->rules = r->rules || (any && (r->nchecks > 0 || r->policies));
    note(c, true);
}

static void settle(struct compiler *c)
{
    struct fm_biscuit_decision *d = c->d;
    struct fm_b_compiled *in = c->in;
    struct fm_b_residual *r = c->r;
    bool program = r->rules || r->nchecks > 0 || r->policies;

    if (in->exclude.all || fm_b_set_empty(&in->include)) {
        none(c, FM_E_TOKEN_DENIED);
    }
    if (d->kind == FM_BISCUIT_NONE) {
        memset(&in->include, 0, sizeof in->include);
        return;
    }
    fm_b_set_less(&in->include, &in->exclude);
    if (fm_b_set_empty(&in->include)) {
        none(c, FM_E_TOKEN_DENIED);
        return;
    }
    note(c, fm_b_set_index(&in->include, c->w->arena) && fm_b_set_index(&in->exclude, c->w->arena));
    in->residual = program ? r : NULL;
    d->program = program;
    d->unbounded = in->include.all;
    d->kind = program || (!fm_b_set_empty(&in->exclude) && (in->include.all || in->include.nprefixes > 0))
                  ? FM_BISCUIT_RESIDUAL
              : in->include.all           ? FM_BISCUIT_ALL
              : in->include.nprefixes > 0 ? FM_BISCUIT_PREFIXES
                                         : FM_BISCUIT_IDS;
}

/* A few ids and a program: each is asked now, and the program is done with. */
static void try_ids(struct compiler *c, bool attrs)
{
    struct fm_biscuit_decision *d = c->d;
    struct fm_b_compiled *in = c->in;
    uint32_t kept = 0;

    if (attrs || d->kind != FM_BISCUIT_RESIDUAL || in->residual == NULL || d->unbounded || in->include.nprefixes > 0 ||
        in->include.nids > TRY_IDS) {
        return;
    }
    for (uint32_t i = 0; i < in->include.nids; i++) {
        if (residual_row(in->residual, &in->include.ids[i], NULL, 0)) {
            in->include.ids[kept++] = in->include.ids[i];
        }
    }
    in->include.nids = kept;
    in->include.slots = NULL;
    in->residual = NULL;
    d->program = false;
    d->kind = kept > 0 ? FM_BISCUIT_IDS : FM_BISCUIT_NONE;
    d->why = kept > 0 ? FM_OK : FM_E_TOKEN_DENIED;
    note(c, fm_b_set_index(&in->include, c->w->arena));
}

/* The relations that rows write to, and room for the residual program. */
static bool prepare(struct compiler *c, bool attrs)
{
    struct fm_biscuit_world *w = c->w;
    uint32_t nchecks = 0;
    uint32_t npolicies = 0;
    fm_err err = FM_OK;

    for (uint32_t b = 0; b <= FM_BISCUIT_BLOCKS_MAX; b++) {
        nchecks += w->programs[b] != NULL ? w->programs[b]->nchecks : 0;
        npolicies += w->programs[b] != NULL ? w->programs[b]->npolicies : 0;
    }
    struct fm_b_residual *r = fm_arena_take(w->arena, sizeof *r, 8);
    struct fm_b_compiled *in = fm_arena_take(w->arena, sizeof *in, 8);
    struct item *items = fm_arena_take(w->arena, (nchecks + npolicies + 1U) * sizeof *items, 8);
    if (r == NULL || in == NULL || items == NULL) {
        return false;
    }
    memset(in, 0, sizeof *in);
    in->include.all = true;
    memset(r, 0, sizeof *r);
    r->w = w;
    r->checks = items;
    r->policy = items + nchecks;
    r->resource_name = fm_b_blob(w, FM_BISCUIT_STRING, "resource", 8, true, &err);
    r->attr_name = fm_b_blob(w, FM_BISCUIT_STRING, "attr", 4, true, &err);
    if (err != FM_OK) {
        return false;
    }
    r->resource = fm_b_rel(w, r->resource_name, 1, &err);
    r->attr = err == FM_OK ? fm_b_rel(w, r->attr_name, 2, &err) : 0;
    if (err != FM_OK) {
        return false;
    }
    w->rels[r->resource].tainted = true;
    w->rels[r->attr].tainted = attrs;
    r->base = w->nfacts;
    c->r = r;
    c->in = in;
    c->d->inside = in;
    c->x = (struct fm_b_reducer){w, r->resource, false, FM_OK};
    return true;
}

fm_err fm_biscuit_compile(struct fm_biscuit_world *w, bool attrs, struct fm_biscuit_decision *d)
{
    struct compiler c = {w, {NULL, 0, false, FM_OK}, d, NULL, NULL, FM_OK};

    FM_ASSERT(!w->ran);
    memset(d, 0, sizeof *d);
    d->kind = FM_BISCUIT_ALL;
    if (!prepare(&c, attrs)) {
        d->kind = FM_BISCUIT_NONE;
        d->why = FM_E_TOKEN_MEMORY;
        return FM_E_TOKEN_MEMORY;
    }
    taint(w);
    c.x.pure = is_pure(w, c.r->resource);
    fm_err err = run_rules(w, false);
    c.r->fixed = w->nfacts;
    if (err != FM_OK) {
        none(&c, err);
    } else {
        for (uint32_t b = 0; b <= FM_BISCUIT_BLOCKS_MAX; b++) {
            compile_checks(&c, w->programs[b]);
        }
        compile_policies(&c, w->programs[FM_BISCUIT_BLOCKS_MAX]);
        compile_rules(&c);
    }
    settle(&c);
    try_ids(&c, attrs);
    if (c.err != FM_OK) {
        d->kind = FM_BISCUIT_NONE;
        d->why = c.err;
        memset(&c.in->include, 0, sizeof c.in->include);
    }
    d->ids = c.in->include.ids;
    d->nids = c.in->include.nids;
    d->prefixes = c.in->include.prefixes;
    d->nprefixes = c.in->include.nprefixes;
    return c.err;
}
