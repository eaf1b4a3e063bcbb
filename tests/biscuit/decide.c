/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The compiled decision against the whole evaluation, on random tokens, authorizers and rows: the same answer for
 * each pair, bounds that hold every admitted row, lists that are exact. The explanation against the verdict.
 * Attenuation, over random chains: no row more, no limit wider.
 */
#include "base/base.h"
#include "biscuit/idset.h"
#include "core/cap.h"
#include "tests/biscuit/random_token.h"
#include "tests/tap.h"

#include <firmament/biscuit_decide.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_BYTES (4U << 20)
#define PAIRS_DEFAULT 1000000U
#define ROWS 24U

static uint8_t *memory[2];
static uint64_t pairs, admitted, kinds[5], residual_rows, errors, traced, disagreements;
static uint64_t bad_bounds, bad_lists, bad_explanations, not_restored;

struct one {
    char authorizer[4096];
    struct fm_biscuit_question question;
    struct token_chain chain;
};

static struct fm_biscuit_world *world(struct fm_arena *arena, const struct one *o, const struct fm_biscuit *token)
{
    struct fm_biscuit_limits limits = {512, 200, 100, 100000};
    struct fm_biscuit_world *w = fm_biscuit_world_new(arena, &limits);
    struct fm_biscuit_where where;
    fm_err err = w == NULL ? FM_E_TOKEN_MEMORY : fm_biscuit_world_token(w, token, NULL);

    err = err == FM_OK ? fm_biscuit_world_code(w, o->authorizer, strlen(o->authorizer), &where) : err;
    err = err == FM_OK ? fm_biscuit_ask(w, &o->question) : err;
    if (err != FM_OK) {
        tap_note_text("error", fm_err_name(err));
        tap_note_text("authorizer", o->authorizer);
        abort();
    }
    return w;
}

struct told {
    uint32_t failed;
    int32_t policy;
    bool allow;
};

static void listen(void *ctx, const char *kind, uint32_t block, uint32_t index, bool good, const char *text,
                   size_t text_len, const char *binding, size_t binding_len)
{
    struct told *t = ctx;

    (void)block;
    (void)binding;
    (void)binding_len;
    if (kind[0] == 'c') {
        t->failed += good ? 0 : 1;
    } else if (good) {
        t->policy = (int32_t)index;
        t->allow = text_len > 5 && memcmp(text, "allow", 5) == 0;
    }
}

static void add_row(struct fm_biscuit_world *w, const char *row, const struct fm_biscuit_attr *attrs, uint32_t n)
{
    struct fm_biscuit_value v = {FM_BISCUIT_STRING, (uint32_t)strlen(row), 0, row, 0};
    fm_err err = fm_biscuit_world_fact(w, "resource", &v, 1);

    for (uint32_t i = 0; i < n && err == FM_OK; i++) {
        struct fm_biscuit_value pair[2] = {{FM_BISCUIT_STRING, attrs[i].name.n, 0, attrs[i].name.p, 0},
                                           {FM_BISCUIT_STRING, attrs[i].value.n, 0, attrs[i].value.p, 0}};
        err = fm_biscuit_world_fact(w, "attr", pair, 2);
    }
    if (err != FM_OK) {
        abort();
    }
}

/* The reference: a whole evaluation with the row's facts added last. */
static bool reference(const struct one *o, const struct fm_biscuit *token, const char *row,
                      const struct fm_biscuit_attr *attrs, uint32_t nattrs, bool explain)
{
    struct fm_arena arena = {memory[1], ARENA_BYTES, 0};
    struct fm_biscuit_world *w = world(&arena, o, token);
    struct fm_biscuit_verdict v;
    struct told told = {0, -1, false};
    struct fm_biscuit_trace trace = {listen, &told};

    add_row(w, row, attrs, nattrs);
    (void)fm_biscuit_authorize(w, &v);
    errors += v.code != FM_OK && v.code != FM_E_TOKEN_DENIED && v.code != FM_E_TOKEN_NO_POLICY;
    if (explain) {
        struct fm_biscuit_verdict again;
        arena.used = 0;
        w = world(&arena, o, token);
        add_row(w, row, attrs, nattrs);
        fm_biscuit_world_trace(w, &trace);
        (void)fm_biscuit_authorize(w, &again);
        bool same = again.code == v.code && again.policy == v.policy && again.allow == v.allow &&
                    again.nfailed == v.nfailed && told.policy == v.policy && (v.policy < 0 || told.allow == v.allow);
        bool error = v.code != FM_OK && v.code != FM_E_TOKEN_DENIED && v.code != FM_E_TOKEN_NO_POLICY;
        bad_explanations += !same || told.failed != v.nfailed + (error && told.failed > v.nfailed ? 1U : 0U);
        traced++;
    }
    return v.code == FM_OK;
}

static int text_order(const char *a, uint32_t an, const char *b, uint32_t bn)
{
    struct fm_biscuit_text x = {a, an};
    struct fm_biscuit_text y = {b, bn};

    return fm_b_text_order(&x, &y);
}

/* Is an admitted row inside the bounds, and in the lists where they are exact? */
static void check_lists(const struct fm_biscuit_decision *d, const char *row, bool yes)
{
    char lo[512], hi[512];
    uint32_t lo_len = 0, hi_len = 0, n = (uint32_t)strlen(row);
    bool has_hi = false;
    bool listed = d->unbounded;

    if (fm_biscuit_bounds(d, lo, &lo_len, hi, &hi_len, sizeof lo, &has_hi) != FM_OK) {
        bad_bounds++;
        return;
    }
    for (uint32_t i = 0; i < d->nids; i++) {
        listed = listed || text_order(d->ids[i].p, d->ids[i].n, row, n) == 0;
    }
    for (uint32_t i = 0; i < d->nprefixes; i++) {
        char top[512];
        uint32_t top_len = 0;
        bool has_top = false;
        bool under = n >= d->prefixes[i].n && memcmp(row, d->prefixes[i].p, d->prefixes[i].n) == 0;
        bad_bounds += fm_biscuit_range(d, i, top, &top_len, sizeof top, &has_top) != FM_OK;
        bool between = text_order(d->prefixes[i].p, d->prefixes[i].n, row, n) <= 0 &&
                       (!has_top || text_order(row, n, top, top_len) < 0);
        bad_bounds += under != between;
        listed = listed || under;
    }
    if (yes) {
        bad_bounds += text_order(lo, lo_len, row, n) > 0 || (has_hi && text_order(row, n, hi, hi_len) >= 0);
        bad_lists += !listed || d->kind == FM_BISCUIT_NONE;
    } else if (listed && d->kind != FM_BISCUIT_RESIDUAL) {
        bad_lists++;
    }
}

static void show(const struct one *o, const struct fm_biscuit *token, const char *row, bool got, bool want,
                 const struct fm_biscuit_decision *d)
{
    struct fm_arena arena = {memory[1], ARENA_BYTES, 0};
    struct fm_biscuit_world *w = world(&arena, o, token);
    static char text[16384];

    printf("# disagreement: row '%s' compiled %d whole %d, kind %d, ids %u, prefixes %u, residual %d\n", row, got, want,
           (int)d->kind, d->nids, d->nprefixes, d->program);
    for (uint32_t b = 0; b < token->nblocks; b++) {
        (void)fm_biscuit_print_block(w, b, text, sizeof text);
        printf("# block %u:\n%s", b, text);
    }
    printf("# authorizer:\n%s\n", o->authorizer);
}

static void one_token(struct one *o, struct rnd *r, const struct fm_biscuit *token)
{
    struct fm_arena arena = {memory[0], ARENA_BYTES, 0};
    struct fm_biscuit_world *w;
    struct fm_biscuit_decision d;
    struct fm_biscuit_attr attrs[2];
    bool with_attrs = rnd_below(r, 4) == 0;

    w = world(&arena, o, token);
    if (fm_biscuit_compile(w, with_attrs, &d) != FM_OK) {
        abort();
    }
    kinds[d.kind]++;
    size_t used = arena.used;
    for (uint32_t i = 0; i < ROWS; i++) {
        const char *row = random_row(r);
        uint32_t nattrs = with_attrs ? rnd_below(r, 3) : 0;
        random_attrs(r, attrs, nattrs);
        bool got = with_attrs ? fm_biscuit_row_attrs(&d, row, (uint32_t)strlen(row), attrs, nattrs)
                              : fm_biscuit_row(&d, row, (uint32_t)strlen(row));
        bool want = reference(o, token, row, attrs, nattrs, rnd_below(r, 16) == 0);
        pairs++;
        admitted += want;
        residual_rows += d.kind == FM_BISCUIT_RESIDUAL && d.program;
        check_lists(&d, row, want);
        if (got != want && disagreements++ < 3) {
            show(o, token, row, got, want, &d);
        }
    }
    not_restored += arena.used != used;
}

static void decisions(struct rnd *r, uint64_t want)
{
    static struct one o;

    while (pairs < want) {
        random_chain(r, &o.chain, 1 + rnd_below(r, 4), true);
        for (uint32_t k = 0; k < 4; k++) {
            random_authorizer(r, o.authorizer, sizeof o.authorizer);
            random_question(r, &o.question);
            one_token(&o, r, &o.chain.token[o.chain.n - 1U]);
        }
    }
}

/* ------------------------------------------------------------------------------------- attenuation */
static uint64_t chains, widened, limits_pairs, limits_wider, limits_none;

/* Admitted under the child, so admitted under the parent; first-party blocks only, for a third party may give. */
static void chain(struct rnd *r, struct one *o)
{
    random_chain(r, &o->chain, 2 + rnd_below(r, 4), false);
    random_authorizer(r, o->authorizer, sizeof o->authorizer);
    random_question(r, &o->question);
    for (uint32_t i = 0; i < 8; i++) {
        const char *row = random_row(r);
        bool parent = true;
        for (uint32_t k = 0; k < o->chain.n; k++) {
            bool yes = reference(o, &o->chain.token[k], row, NULL, 0, false);
            widened += yes && !parent;
            parent = yes;
        }
    }
    chains++;
}

static void as_record(const struct fm_limits *l, struct fm_record *record)
{
    memset(record, 0, sizeof *record);
    record->kind = FM_KIND_ROOT;
    record->group = l->group;
    record->rights = l->rights;
    record->methods = l->methods;
    record->badge = l->badge;
    record->f_lo = l->f_lo;
    record->f_hi = l->f_hi;
    record->expiry = l->expiry;
    record->max_amount = l->max_amount;
    record->allowance = l->allowance;
}

/* The limits of each child fit into a record with the limits of its parent; and into what the rights' verdicts say. */
static void limits(struct rnd *r, struct one *o)
{
    struct fm_arena arena = {memory[0], ARENA_BYTES, 0};
    struct fm_limits all = {3, FM_RIGHTS_ALL, FM_METHODS_ALL, 7, 0, FM_FIELDS_MAX, FM_NEVER, FM_U64_MAX, 50};
    struct fm_record parent;
    const char *row = random_row(r);

    random_narrow_chain(r, &o->chain, 2 + rnd_below(r, 4));
    random_question(r, &o->question);
    o->question.resource = (struct fm_biscuit_text){row, (uint32_t)strlen(row)};
    as_record(&all, &parent);
    for (uint32_t k = 0; k < o->chain.n; k++) {
        struct fm_limits l = all;
        fm_err err = fm_biscuit_limits_of(&o->chain.token[k], &o->question, NULL, &arena, &l);
        if (err != FM_OK) {
            limits_none++;
            limits_wider += err != FM_E_TOKEN_DENIED;
            break;
        }
        limits_wider += fm_cap_subset(&l, &parent) != FM_AXIS_NONE;
        as_record(&l, &parent);
        limits_pairs++;
    }
    o->question.resource = (struct fm_biscuit_text){NULL, 0};
}

int main(int argc, char **argv)
{
    static struct one o;
    const char *text = argc > 1 ? argv[1] : getenv("PAIRS");
    const char *seed = getenv("SEED");
    uint64_t want = text != NULL ? strtoull(text, NULL, 10) : PAIRS_DEFAULT;
    struct rnd r = {seed != NULL ? strtoull(seed, NULL, 10) : 0x5eedULL};

    memory[0] = malloc(ARENA_BYTES);
    memory[1] = malloc(ARENA_BYTES);
    if (memory[0] == NULL || memory[1] == NULL) {
        return 1;
    }
    decisions(&r, want);
    tap_note_u64("pairs", pairs);
    tap_note_u64("admitted", admitted);
    tap_note_u64("errors", errors);
    tap_note_u64("rows of a residual program", residual_rows);
    tap_note_u64("decisions: none", kinds[FM_BISCUIT_NONE]);
    tap_note_u64("decisions: all", kinds[FM_BISCUIT_ALL]);
    tap_note_u64("decisions: ids", kinds[FM_BISCUIT_IDS]);
    tap_note_u64("decisions: prefixes", kinds[FM_BISCUIT_PREFIXES]);
    tap_note_u64("decisions: residual", kinds[FM_BISCUIT_RESIDUAL]);
    TAP_OK(pairs >= want, "DEC0001 as many pairs as were asked for");
    TAP_EQ(disagreements, 0, "DEC0002 compiled decision and whole evaluation agree on every pair");
    TAP_EQ(bad_bounds, 0, "DEC0003 bounds hold every admitted row, ranges exactly their prefix");
    TAP_EQ(bad_lists, 0, "DEC0004 the list of ids and prefixes is exact where it says so");
    TAP_EQ(not_restored, 0, "DEC0005 a row leaves the world as it was");
    TAP_OK(kinds[0] > 0 && kinds[1] > 0 && kinds[2] > 0 && kinds[3] > 0 && kinds[4] > 0 && errors > 0 && admitted > 0,
           "DEC0006 every kind of decision and errors were met");
    tap_note_u64("verdicts explained", traced);
    TAP_OK(traced > want / 64U, "DEC0007 verdicts were explained");
    TAP_EQ(bad_explanations, 0, "DEC0008 the explanation tells what the verdict tells, and listening changes nothing");
    for (uint64_t i = 0; i < want / 200U + 50U; i++) {
        chain(&r, &o);
        limits(&r, &o);
    }
    tap_note_u64("chains", chains);
    tap_note_u64("limits compared", limits_pairs);
    TAP_EQ(widened, 0, "DEC0010 no attenuation admits a row more");
    TAP_OK(limits_pairs > chains / 2U && limits_none > 0, "DEC0011 limits were there to compare");
    TAP_EQ(limits_wider, 0, "DEC0012 no attenuation widens the limits of a grant: the heart's own subset function");
    return tap_done();
}
