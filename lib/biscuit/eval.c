/* SPDX-License-Identifier: Apache-2.0 */
/* Facts, joins, the fixpoint of the rules, and the verdict. */
#include "biscuit/world.h"

uint32_t fm_b_rel(struct fm_biscuit_world *w, uint32_t name, uint32_t n, fm_err *err)
{
    uint32_t mask = 2U * FM_B_RELS - 1U;
    uint32_t slot = (name * 0x9e3779b1U + n * 0x85ebca6bU) >> 7 & mask;

    while (w->rel_slots[slot] != 0) {
        uint32_t i = w->rel_slots[slot] - 1U;
        if (w->rels[i].name == name && w->rels[i].n == n) {
            return i;
        }
        slot = (slot + 1U) & mask;
    }
    if (w->nrels == FM_B_RELS) {
        *err = FM_E_TOKEN_SYMBOLS;
        return FM_B_NONE;
    }
    struct fm_b_rel rel = {name, n, FM_B_NONE, FM_B_NONE, false};
    w->rels[w->nrels] = rel;
    w->rel_slots[slot] = w->nrels + 1U;
    return w->nrels++;
}

static uint32_t fact_hash(const struct fm_b_pred *p, uint64_t origin)
{
    uint32_t h = p->rel * 0x9e3779b1U ^ (uint32_t)origin * 0x85ebca6bU ^ (uint32_t)(origin >> 32);

    for (uint32_t i = 0; i < p->n; i++) {
        h = (h ^ p->terms[i]) * 0x9e3779b1U;
        h ^= h >> 15;
    }
    return h;
}

/* Puts a fact behind the others of its relation, and into its slot. */
static void link_fact(struct fm_biscuit_world *w, const struct fm_b_fact *f, uint32_t slot)
{
    struct fm_b_rel *rel = &w->rels[f->rel];
    struct fm_b_fact *to = &w->facts[w->nfacts];

    *to = *f;
    to->next = FM_B_NONE;
    to->prev = rel->last;
    if (rel->first == FM_B_NONE) {
        rel->first = w->nfacts;
    } else {
        w->facts[rel->last].next = w->nfacts;
    }
    rel->last = w->nfacts;
    w->fact_slots[slot] = ++w->nfacts;
}

fm_err fm_b_fact_add(struct fm_biscuit_world *w, const struct fm_b_pred *pred, uint64_t origin, bool *added)
{
    uint32_t slot = fact_hash(pred, origin) & w->fact_mask;

    *added = false;
    while (w->fact_slots[slot] != 0) {
        const struct fm_b_fact *f = &w->facts[w->fact_slots[slot] - 1U];
        if (f->rel == pred->rel && f->origin == origin &&
            (pred->n == 0 || memcmp(f->terms, pred->terms, pred->n * sizeof(uint32_t)) == 0)) {
            return FM_OK;
        }
        slot = (slot + 1U) & w->fact_mask;
    }
    if (w->nfacts >= w->limits.facts + 64U) {
        return FM_E_TOKEN_FACTS;
    }
    uint32_t *terms = fm_arena_take(w->arena, pred->n * sizeof(uint32_t) + 1U, 4);
    if (terms == NULL) {
        return FM_E_TOKEN_MEMORY;
    }
    if (pred->n > 0) {
        memcpy(terms, pred->terms, pred->n * sizeof(uint32_t));
    }
    struct fm_b_fact f = {terms, origin, pred->name, pred->n, pred->rel, FM_B_NONE, FM_B_NONE};
    link_fact(w, &f, slot);
    *added = true;
    return FM_OK;
}

void fm_b_fact_again(struct fm_biscuit_world *w, const struct fm_b_fact *f)
{
    struct fm_b_pred pred = {f->name, f->n, f->terms, f->rel};
    uint32_t slot = fact_hash(&pred, f->origin) & w->fact_mask;

    while (w->fact_slots[slot] != 0) {
        slot = (slot + 1U) & w->fact_mask;
    }
    link_fact(w, f, slot);
}

void fm_b_facts_keep(struct fm_biscuit_world *w, uint32_t n)
{
    while (w->nfacts > n) {
        const struct fm_b_fact *f = &w->facts[w->nfacts - 1U];
        struct fm_b_pred pred = {f->name, f->n, f->terms, f->rel};
        struct fm_b_rel *rel = &w->rels[f->rel];
        uint32_t slot = fact_hash(&pred, f->origin) & w->fact_mask;

        while (w->fact_slots[slot] != w->nfacts) { /* it is there, and nothing that came later is */
            slot = (slot + 1U) & w->fact_mask;
        }
        w->fact_slots[slot] = 0;
        rel->last = f->prev;
        if (f->prev == FM_B_NONE) {
            rel->first = FM_B_NONE;
        } else {
            w->facts[f->prev].next = FM_B_NONE;
        }
        w->nfacts--;
    }
}

/* ------------------------------------------------------------------------------------------ joins */
void fm_b_join_start(struct fm_b_join *j, struct fm_biscuit_world *w, const struct fm_b_rule *rule, uint32_t visible)
{
    j->w = w;
    j->rule = rule;
    j->visible = visible;
    j->depth = 0;
    j->started = false;
    j->err = FM_OK;
    j->origin[0] = 0;
    for (uint32_t i = 0; i < rule->nvars; i++) {
        j->binding[i] = FM_B_NONE;
        j->bound_at[i] = FM_B_NONE;
    }
    if (rule->nbody > 0) {
        j->at[0] = w->rels[rule->body[0].rel].first;
    }
}

static void unbind(struct fm_b_join *j, uint32_t depth)
{
    const struct fm_b_pred *p = &j->rule->body[depth];

    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t var = p->terms[i] & ~FM_B_VAR;
        if ((p->terms[i] & FM_B_VAR) != 0 && j->bound_at[var] == depth) {
            j->bound_at[var] = FM_B_NONE;
            j->binding[var] = FM_B_NONE;
        }
    }
}

static bool match(struct fm_b_join *j, uint32_t depth, const struct fm_b_fact *f)
{
    const struct fm_b_pred *p = &j->rule->body[depth];

    for (uint32_t i = 0; i < p->n; i++) {
        uint32_t t = p->terms[i];
        if ((t & FM_B_VAR) == 0) {
            if (t != f->terms[i]) {
                unbind(j, depth);
                return false;
            }
            continue;
        }
        t &= ~FM_B_VAR;
        if (j->binding[t] == FM_B_NONE) {
            j->binding[t] = f->terms[i];
            j->bound_at[t] = depth;
        } else if (j->binding[t] != f->terms[i]) {
            unbind(j, depth);
            return false;
        }
    }
    return true;
}

bool fm_b_join_next(struct fm_b_join *j)
{
    const struct fm_b_rule *r = j->rule;
    struct fm_biscuit_world *w = j->w;

    if (r->nbody == 0) {
        bool first = !j->started;
        j->started = true;
        return first && j->err == FM_OK;
    }
    if (j->started) { /* behind the last match: step its innermost fact */
        j->depth = r->nbody - 1U;
        unbind(j, j->depth);
        j->at[j->depth] = w->facts[j->at[j->depth]].next;
    }
    j->started = true;
    for (;;) {
        uint32_t d = j->depth;
        uint32_t at = j->at[d];
        if (at == FM_B_NONE || at >= j->visible) {
            if (d == 0) {
                return false;
            }
            j->depth = d - 1U;
            unbind(j, d - 1U);
            j->at[d - 1U] = w->facts[j->at[d - 1U]].next;
            continue;
        }
        if (w->fuel == 0) {
            j->err = FM_E_TOKEN_FUEL;
            return false;
        }
        w->fuel--;
        const struct fm_b_fact *f = &w->facts[at];
        if ((f->origin & ~r->trusted) != 0 || !match(j, d, f)) {
            j->at[d] = f->next;
            continue;
        }
        j->origin[d + 1U] = j->origin[d] | f->origin;
        if (d + 1U == r->nbody) {
            return true;
        }
        j->depth = d + 1U;
        j->at[d + 1U] = w->rels[r->body[d + 1U].rel].first;
    }
}

/* ------------------------------------------------------------------------------------------ rules */
fm_err fm_b_rule_apply(struct fm_biscuit_world *w, const struct fm_b_rule *r, uint32_t visible)
{
    struct fm_b_join j;

    fm_b_join_start(&j, w, r, visible);
    while (fm_b_join_next(&j)) {
        uint32_t terms[FM_B_TERMS];
        bool holds = false;
        bool added = false;
        fm_err err = fm_b_holds(w, r, j.binding, &holds);

        if (err != FM_OK) {
            return err;
        }
        for (uint32_t i = 0; holds && i < r->head.n; i++) {
            uint32_t t = r->head.terms[i];
            terms[i] = (t & FM_B_VAR) != 0 ? j.binding[t & ~FM_B_VAR] : t;
        }
        struct fm_b_pred fact = {r->head.name, r->head.n, terms, r->head.rel};
        err = holds ? fm_b_fact_add(w, &fact, j.origin[r->nbody] | 1ULL << r->block, &added) : FM_OK;
        if (err != FM_OK) {
            return err;
        }
    }
    return j.err;
}

bool fm_b_rule_fresh(const struct fm_biscuit_world *w, const struct fm_b_rule *r)
{
    if (r->seen == FM_B_NONE) {
        return true;
    }
    for (uint32_t i = 0; i < r->nbody; i++) {
        uint32_t last = w->rels[r->body[i].rel].last;
        if (last != FM_B_NONE && last >= r->seen) {
            return true;
        }
    }
    return false;
}

fm_err fm_biscuit_world_run(struct fm_biscuit_world *w)
{
    fm_err err = FM_OK;

    if (w->ran) {
        return FM_OK;
    }
    for (;;) {
        uint32_t before = w->nfacts;
        for (uint32_t b = 0; b <= FM_BISCUIT_BLOCKS_MAX; b++) {
            for (struct fm_b_rule *r = w->programs[b] != NULL ? w->programs[b]->rules : NULL; r != NULL; r = r->next) {
                if (fm_b_rule_fresh(w, r)) {
                    err = fm_b_rule_apply(w, r, before);
                    r->seen = before;
                }
                if (err != FM_OK) {
                    return err;
                }
            }
        }
        if (w->nfacts == before) {
            w->ran = true;
            return FM_OK;
        }
        if (++w->iterations >= w->limits.iterations) {
            return FM_E_TOKEN_ITERATIONS;
        }
        if (w->nfacts >= w->limits.facts) {
            return FM_E_TOKEN_FACTS;
        }
    }
}

/* ----------------------------------------------------------------------------------- the verdict */
#define TEXT_MAX 1024U

static void trace_decided(struct fm_biscuit_world *w, const struct fm_b_check *c, bool policy, uint32_t block,
                          uint32_t index, bool good, const struct fm_b_rule *query, const uint32_t *binding)
{
    static const char *const kinds[2] = {"check", "policy"};
    char text[TEXT_MAX];
    char values[TEXT_MAX];
    struct fm_b_out t = {text, sizeof text, 0};
    struct fm_b_out v = {values, sizeof values, 0};

    fm_b_print_check(w, c, policy, &t);
    for (uint32_t i = 0; query != NULL && binding != NULL && i < query->nvars; i++) {
        if (binding[i] != FM_B_NONE) {
            fm_b_out_str(&v, v.len > 0 ? ", $" : "$");
            fm_b_out_text(&v, w->values[query->vars[i]].ptr, w->values[query->vars[i]].n);
            fm_b_out_str(&v, " = ");
            fm_b_print_value(w, binding[i], &v);
        }
    }
    w->trace.event(w->trace.ctx, kinds[policy], block, index, good, text, fm_b_out_end(&t), values, fm_b_out_end(&v));
}

/* Is there a match of the query (kind 0, 2), or do all matches hold and is there one (kind 1)? The deciding
 * bindings are left in shown. */
static fm_err query(struct fm_biscuit_world *w, const struct fm_b_rule *r, bool all, bool *good, uint32_t *shown)
{
    struct fm_b_join j;
    bool found = false;

    *good = false;
    fm_b_join_start(&j, w, r, w->nfacts);
    while (fm_b_join_next(&j)) {
        bool holds = false;
        fm_err err = fm_b_holds(w, r, j.binding, &holds);

        memcpy(shown, j.binding, r->nvars * sizeof(uint32_t));
        found = true;
        if (err != FM_OK) {
            return err;
        }
        if (holds != all) {
            *good = holds;
            return FM_OK;
        }
    }
    *good = all && found;
    return j.err;
}

/* Decides a check or a policy: *good tells that it holds (matches). */
static fm_err decide(struct fm_biscuit_world *w, const struct fm_b_check *c, bool policy, uint32_t block,
                     uint32_t index, bool *good)
{
    const struct fm_b_rule *last = NULL;
    uint32_t shown[FM_B_VARS];
    fm_err err = FM_OK;
    bool reject = !policy && c->kind == 2;
    bool hit = false;

    for (uint32_t i = 0; i < FM_B_VARS && w->trace.event != NULL; i++) {
        shown[i] = FM_B_NONE;
    }
    for (const struct fm_b_rule *r = c->queries; r != NULL && err == FM_OK && !hit; r = r->next) {
        last = r;
        for (uint32_t i = 0; i < r->nvars; i++) {
            shown[i] = FM_B_NONE;
        }
        err = query(w, r, !policy && c->kind == 1, &hit, shown);
    }
    *good = hit != reject;
    if (w->trace.event != NULL) {
        trace_decided(w, c, policy, block, index, err == FM_OK && *good, last, shown);
    }
    return err;
}

static fm_err run_checks(struct fm_biscuit_world *w, uint32_t program, uint32_t block, struct fm_biscuit_verdict *v)
{
    uint32_t i = 0;

    for (const struct fm_b_check *c = w->programs[program] != NULL ? w->programs[program]->checks : NULL; c != NULL;
         c = c->next, i++) {
        bool good = false;
        fm_err err = decide(w, c, false, block, i, &good);
        if (err != FM_OK) {
            return err;
        }
        if (!good && v->nfailed++ < FM_BISCUIT_FAILED_MAX) {
            struct fm_biscuit_failed failed = {block, i};
            v->failed[v->nfailed - 1U] = failed;
        }
    }
    return FM_OK;
}

static fm_err run_policies(struct fm_biscuit_world *w, struct fm_biscuit_verdict *v)
{
    const struct fm_b_program *p = w->programs[FM_BISCUIT_BLOCKS_MAX];
    int32_t i = 0;

    for (const struct fm_b_check *c = p != NULL ? p->policies : NULL; c != NULL; c = c->next, i++) {
        bool good = false;
        fm_err err = decide(w, c, true, FM_BISCUIT_AUTHORIZER, (uint32_t)i, &good);
        if (err != FM_OK) {
            return err;
        }
        if (good) {
            v->policy = i;
            v->allow = c->kind == 0;
            return FM_OK;
        }
    }
    return FM_OK;
}

fm_err fm_biscuit_authorize(struct fm_biscuit_world *w, struct fm_biscuit_verdict *v)
{
    memset(v, 0, sizeof *v);
    v->policy = -1;
    v->code = fm_biscuit_world_run(w);
    if (v->code == FM_OK) {
        v->code = run_checks(w, FM_BISCUIT_BLOCKS_MAX, FM_BISCUIT_AUTHORIZER, v);
    }
    for (uint32_t b = 0; b < FM_BISCUIT_BLOCKS_MAX && v->code == FM_OK; b++) {
        if (b == 1) {
            v->code = run_policies(w, v); /* the order of other libraries: authorizer, authority, policies, blocks */
        }
        if (v->code == FM_OK && b < w->nblocks) {
            v->code = run_checks(w, b, b, v);
        }
    }
    if (v->code == FM_OK && v->policy < 0) {
        v->code = FM_E_TOKEN_NO_POLICY;
    } else if (v->code == FM_OK && (!v->allow || v->nfailed > 0)) {
        v->code = FM_E_TOKEN_DENIED;
    }
    return v->code;
}
