/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prover, phase by phase in the order of the transcript. Everything large is carved from the arena once, in
 * carve(); prover.h says how it lies there.
 */
#include "stark/prove.h"

#include <string.h>

#include "stark/ntt.h"
#include "stark/prove_hooks.h"
#include "stark/prover.h"

static size_t tree_bytes(const struct fm_stark_dims *d, uint32_t log_leaves)
{
    return (size_t)64 << (log_leaves + d->log_b);
}

/* Lays out the arena; with a NULL base it only counts. */
static size_t carve(struct prover *p, uint8_t *base)
{
    const struct fm_stark_dims *d = &p->d;
    const struct fm_air *a = p->a;
    size_t used = 0;
    size_t n = p->n;
    uint32_t log_leaf = d->log_n - (uint32_t)__builtin_ctz(d->group);
#define TAKE(field, type, bytes)                             \
    do {                                                     \
        p->field = (type)(void *)(base == NULL ? NULL : base + used); \
        used += ((bytes) + 63u) & ~(size_t)63;               \
    } while (0)
    TAKE(roots, uint32_t *, 12 * n);
    TAKE(iroots, uint32_t *, 12 * n);
    TAKE(shift, uint32_t *, 4 * p->points);
    TAKE(back, uint32_t *, 4 * n);
    TAKE(lde, uint32_t *, 4 * p->stride * a->ncols);
    TAKE(quot, uint32_t *, 20 * p->stride * a->nchunks);
    for (uint32_t l = 0; l <= d->layers; l++) {
        TAKE(layer[l], uint32_t *, (size_t)20 << (d->log_d[l] + d->log_b));
    }
    TAKE(trace_tree, uint8_t *, tree_bytes(d, log_leaf));
    TAKE(quot_tree, uint8_t *, tree_bytes(d, log_leaf));
    for (uint32_t l = d->first; l < d->layers; l++) {
        TAKE(tree[l], uint8_t *, tree_bytes(d, d->log_d[l + 1]));
    }
    TAKE(per, uint32_t *, 4 * n * a->nper);
    TAKE(public, uint32_t *, 4 * (n + FM_PROVER_GAP) * a->nper);
    TAKE(coef, uint32_t *, 40 * n);
    TAKE(weights, uint32_t *, 20 * n);
    TAKE(tmp, uint32_t *, 20 * n);
    TAKE(found, uint32_t *, 4 * (n / FM_PROVER_BLOCK + 1));
#undef TAKE
    return used;
}

static size_t head_size(void)
{
    return (sizeof(struct prover) + 63u) & ~(size_t)63;
}

/* Fills the parts of p that carve() needs. */
static bool plan(struct prover *p, const struct fm_stark_statement *st)
{
    p->st = st;
    p->a = st->air;
    p->k = fm_kern_best();
    if (!fm_stark_dims(st, &p->d) || st->air->ncons > FM_ROWS_CONS_MAX) {
        return false;
    }
    p->n = (size_t)1 << p->d.log_n;
    p->points = p->n << p->d.log_b;
    p->stride = p->points + FM_PROVER_GAP;
    return true;
}

size_t fm_stark_arena_size(const struct fm_stark_statement *st)
{
    struct prover p;
    return plan(&p, st) ? head_size() + carve(&p, NULL) : 0;
}

size_t fm_stark_proof_size(const struct fm_stark_statement *st)
{
    struct fm_stark_dims d;
    if (!fm_stark_dims(st, &d)) {
        return 0;
    }
    size_t per_query = d.trace_leaf + d.quot_leaf + 64u * (d.log_n + d.log_b);
    for (uint32_t l = d.first; l < d.layers; l++) {
        per_query += (FM_EXT_BYTES << d.log_a[l]) + 32u * (d.log_d[l] + d.log_b);
    }
    return FM_STARK_HEADER + 64 + 40u * FM_STARK_LAYERS_MAX + 64 + FM_EXT_BYTES * (st->air->npairs + 2u) +
           (FM_EXT_BYTES << d.log_d[d.layers]) + st->profile->queries * per_query;
}

static void send_root(struct prover *p, enum fm_tr_tag tag, const uint8_t *tree)
{
    fm_put_bytes(&p->w, tree + 32, 32);
    fm_tr_absorb(&p->tr, tag, tree + 32, 32);
}

static void grind(struct prover *p, uint32_t bits)
{
    uint64_t nonce;
    if (bits == 0) {
        return;
    }
    nonce = p->k->grind(p->tr.state, bits);
    FM_ASSERT(fm_tr_worked(&p->tr, nonce, bits));
    fm_put_u64(&p->w, nonce);
    fm_tr_nonce(&p->tr, nonce);
}

static uint32_t blocks(const struct prover *p)
{
    return (uint32_t)((p->n + FM_PROVER_BLOCK - 1) / FM_PROVER_BLOCK);
}

/* ------------------------------------------------------------------ phases */

/* Says which constraint it is that does not hold in that row. */
static fm_err name_fault(const struct fm_rows *r, size_t row, struct fm_stark_fault *fault)
{
    uint32_t out[FM_ROWS_CONS_MAX];
    fm_rows_eval(r, row, out);
    fault->row = (uint32_t)row;
    fault->constraint = 0;
    while (out[fault->constraint] == 0) {
        fault->constraint++;
    }
    return FM_E_STARK_TRACE;
}

fm_err fm_stark_check(const struct fm_stark_statement *st, const uint32_t *trace, uint32_t *per,
                      struct fm_stark_fault *fault)
{
    const struct fm_air *a = st->air;
    size_t n = (size_t)1 << a->log_n;
    fm_bb pi[FM_STARK_PI_MAX];
    for (uint32_t i = 0; i < a->npi; i++) {
        pi[i] = fm_bb_of(st->pi[i]);
    }
    fm_rows_public(a, pi, per);
    struct fm_rows r = {a, pi, trace, per, n, n, n};
    size_t row = fm_kern_best()->check(&r, 0, n);
    return row == n ? FM_OK : name_fault(&r, row, fault);
}

/* The same in parts, with p->per filled. */
static fm_err check_trace(struct prover *p, struct fm_stark_fault *fault)
{
    struct fm_rows r = {p->a, p->pi, p->trace, p->per, p->n, p->n, p->n};
    fm_prover_phase(p, FM_PHASE_CHECK);
    fm_rows_public(p->a, p->pi, p->per);
    if (!FM_STARK_CHECKED) {
        return FM_OK;
    }
    fm_prover_share(p, FM_WORK_CHECK, blocks(p));
    for (uint32_t b = 0; b < blocks(p); b++) {
        if (p->found[b] != UINT32_MAX) {
            return name_fault(&r, p->found[b], fault);
        }
    }
    return FM_OK;
}

static void commit_trace(struct prover *p)
{
    fm_prover_phase(p, FM_PHASE_EXTEND);
    fm_prover_share(p, FM_WORK_TRACE, p->a->ncols);
    FM_STARK_EVIL(p, 1);
    fm_prover_phase(p, FM_PHASE_HASH);
    fm_prover_commit(p, p->lde, p->stride, p->d.log_n, p->a->ncols, p->d.group, p->trace_tree);
    send_root(p, FM_TR_TRACE, p->trace_tree);
}

/* Constraints over x^n - 1 on coset c, as five columns of coefficients times n. */
static void quotient_on(struct prover *p, uint32_t c, uint32_t *out)
{
    fm_bb s = fm_stark_point(p->d.log_n, p->d.log_b, 0, c, 0);
    p->now.coset = c;
    fm_prover_share(p, FM_WORK_ON, p->a->nper);
    p->now.to = out;
    p->now.scale = fm_bb_inv(fm_bb_sub(fm_bb_pow(s, p->n), FM_BB_ONE));
    fm_prover_share(p, FM_WORK_ROWS, blocks(p));
    fm_prover_back(p, out, c);
}

/* On coset c, Q = Q0 + s_c^n Q1; two cosets give both chunks. */
static void commit_quotient(struct prover *p)
{
    const struct fm_air *a = p->a;
    uint32_t second = (1u << p->d.log_b) / 2;
    size_t five = FM_EXT_DEGREE * p->n;
    struct fm_ext alpha = fm_tr_ext(&p->tr, 1);
    p->alphas[a->ncons - 1] = fm_ext_of(FM_BB_ONE);
    for (uint32_t k = a->ncons - 1; k > 0; k--) {
        p->alphas[k - 1] = fm_ext_mul(&p->alphas[k], &alpha);
    }
    fm_prover_phase(p, FM_PHASE_CONSTRAINTS);
    fm_prover_share(p, FM_WORK_PUBLIC, a->nper);
    quotient_on(p, 0, p->coef);
    if (a->nchunks == 2) {
        quotient_on(p, second, p->coef + five);
        fm_bb t0 = fm_bb_pow(fm_stark_point(p->d.log_n, p->d.log_b, 0, 0, 0), p->n);
        fm_bb t1 = fm_bb_pow(fm_stark_point(p->d.log_n, p->d.log_b, 0, second, 0), p->n);
        fm_bb inv = fm_bb_inv(fm_bb_sub(t0, t1));
        for (size_t i = 0; i < five; i++) {
            fm_bb q1 = fm_bb_mul(fm_bb_sub(p->coef[i], p->coef[five + i]), inv);
            p->coef[i] = fm_bb_sub(p->coef[i], fm_bb_mul(t0, q1));
            p->coef[five + i] = q1;
        }
    }
    fm_prover_extend(p, p->coef, FM_EXT_DEGREE * a->nchunks, p->quot, p->stride);
    FM_STARK_EVIL(p, 2);
    fm_prover_phase(p, FM_PHASE_HASH);
    fm_prover_commit(p, p->quot, p->stride, p->d.log_n, FM_EXT_DEGREE * a->nchunks, p->d.group, p->quot_tree);
    send_root(p, FM_TR_QUOTIENT, p->quot_tree);
}

/* What the trace's columns are at z w^-o. */
static void trace_values(struct prover *p, const struct fm_ext *z)
{
    fm_prover_phase(p, FM_PHASE_VALUES);
    p->now.z = *z;
    p->now.values = true;
    fm_prover_share(p, FM_WORK_WEIGHTS, blocks(p));
    p->now.z = fm_ext_sub(fm_ext_pow(z, p->n), fm_ext_of(FM_BB_ONE));
    p->now.z = fm_ext_scale(p->now.z, fm_bb_inv(fm_bb_of((uint32_t)p->n)));
    fm_prover_share(p, FM_WORK_VALUES, p->a->npairs);
}

/* a X. */
static struct fm_ext times_x(struct fm_ext a)
{
    struct fm_ext r = {{fm_bb_add(a.c[4], a.c[4]), a.c[0], a.c[1], a.c[2], a.c[3]}};
    return r;
}

/* The chunks at z from their bit-reversed coefficients times n. */
static void chunk_values(struct prover *p, const struct fm_ext *z)
{
    for (uint32_t l = 0; l < FM_EXT_DEGREE; l++) {
        p->weights[l * p->n] = l == 0 ? FM_BB_ONE : 0;
    }
    for (uint32_t b = 0; b < p->d.log_n; b++) {
        struct fm_ext f = fm_ext_pow(z, (uint64_t)1 << (p->d.log_n - 1 - b));
        p->k->ext_scale(p->weights + ((size_t)1 << b), p->weights, p->n, f, (size_t)1 << b);
    }
    for (uint32_t k = 0; k < p->a->nchunks; k++) {
        struct fm_ext s = fm_ext_of(0);
        for (uint32_t l = FM_EXT_DEGREE; l-- > 0;) {
            s = fm_ext_add(times_x(s), p->k->dot(p->coef + (FM_EXT_DEGREE * k + l) * p->n, p->weights, p->n, p->n));
        }
        p->values[p->a->npairs + k] = fm_ext_scale(s, fm_bb_inv(fm_bb_of((uint32_t)p->n)));
    }
}

static void send_ext(struct prover *p, const struct fm_ext *v, uint32_t count, enum fm_tr_tag tag)
{
    size_t at = p->w.len;
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t l = 0; l < FM_EXT_DEGREE; l++) {
            fm_put_u32(&p->w, v[i].c[l]);
        }
    }
    if (!p->w.bad) {
        fm_tr_absorb(&p->tr, tag, p->w.buf + at, FM_EXT_BYTES * count);
    }
}

/* The columns opened at offset o with their powers of gamma, all times k; fixed: minus their values, combined alike. */
static uint32_t deep_terms(struct prover *p, uint32_t o, fm_bb k, struct fm_kern_term *terms)
{
    const struct fm_air *a = p->a;
    uint32_t n = 0;
    uint32_t j = a->base[o];
    struct fm_ext *fixed = &p->fixed[o];
    *fixed = fm_ext_of(0);
    for (uint32_t c = 0; c < a->ncols; c++) {
        if ((a->mask[o][c / 64] >> (c % 64) & 1) != 0) {
            struct fm_ext g = fm_ext_scale(p->gammas[j], k);
            terms[n++] = (struct fm_kern_term){p->lde + c * p->stride, g};
            *fixed = fm_ext_sub(*fixed, fm_ext_mul(&g, &p->values[j]));
            j++;
        }
    }
    for (uint32_t q = 0; o == 0 && q < a->nchunks; q++) {
        struct fm_ext g = p->gammas[a->npairs + q];
        *fixed = fm_ext_sub(*fixed, fm_ext_mul(&g, &p->values[a->npairs + q]));
        for (uint32_t l = 0; l < FM_EXT_DEGREE; l++) {
            terms[n++] = (struct fm_kern_term){p->quot + (FM_EXT_DEGREE * q + l) * p->stride, g};
            g = times_x(g);
        }
    }
    return n;
}

/* The DEEP quotient on coset 0, then on all of them (its degree is below n). */
static void deep(struct prover *p, const struct fm_ext *z)
{
    const struct fm_air *a = p->a;
    struct fm_ext gamma = fm_tr_ext(&p->tr, 3);
    struct fm_kern_term *terms = p->terms;
    fm_bb w = fm_bb_root(p->d.log_n);
    fm_prover_phase(p, FM_PHASE_DEEP);
    p->gammas[0] = fm_ext_of(FM_BB_ONE);
    for (uint32_t j = 1; j < a->npairs + a->nchunks; j++) {
        p->gammas[j] = fm_ext_mul(&p->gammas[j - 1], &gamma);
    }
    for (uint32_t o = 0; o < a->noffs; o++) {
        p->nterms[o] = deep_terms(p, o, fm_bb_pow(w, a->offs[o]), terms);
        terms += p->nterms[o];
    }
    p->now.z = *z;
    p->now.values = false;
    p->now.scale = fm_stark_point(p->d.log_n, p->d.log_b, 0, 0, 0);
    fm_prover_share(p, FM_WORK_WEIGHTS, blocks(p));
    fm_prover_share(p, FM_WORK_COMBINE, blocks(p));
    fm_prover_back(p, p->coef, 0);
    fm_prover_extend(p, p->coef, FM_EXT_DEGREE, p->layer[0], p->points);
}

static uint32_t reversed(uint32_t i, uint32_t log)
{
    uint32_t r = 0;
    for (uint32_t b = 0; b < log; b++) {
        r |= (i >> b & 1) << (log - 1 - b);
    }
    return r;
}

/* The last layer's coefficients in natural order, from its values on coset 0. */
static void final_poly(struct prover *p)
{
    const struct fm_stark_dims *d = &p->d;
    uint32_t log = d->log_d[d->layers];
    uint32_t n = 1u << log;
    struct fm_ext out[256];
    uint32_t x[256];
    uint32_t power[256];
    uint32_t roots[256];
    fm_bb s = fm_stark_point(d->log_n, d->log_b, d->log_n - log, 0, 0);
    fm_ntt_roots(roots, log, 1);
    fm_ntt_powers(power, log, fm_bb_inv(s), fm_bb_inv(fm_bb_of(n)));
    for (uint32_t l = 0; l < FM_EXT_DEGREE; l++) {
        memcpy(x, p->layer[d->layers] + ((size_t)l << (log + d->log_b)), (size_t)4 * n);
        fm_ntt_dif(x, log, roots);
        for (uint32_t i = 0; i < n; i++) {
            out[reversed(i, log)].c[l] = fm_bb_mul(x[i], power[i]);
        }
    }
    FM_STARK_EVIL_FINAL(out, n);
    send_ext(p, out, n, FM_TR_FINAL);
}

static void fri(struct prover *p)
{
    const struct fm_stark_dims *d = &p->d;
    fm_prover_phase(p, FM_PHASE_FOLD);
    for (uint32_t l = 0; l < d->layers; l++) {
        FM_STARK_EVIL(p, 4 + (int)l);
        if (l >= d->first) {
            fm_prover_commit(p, p->layer[l], (size_t)1 << (d->log_d[l] + d->log_b), d->log_d[l], FM_EXT_DEGREE,
                             1u << d->log_a[l], p->tree[l]);
            send_root(p, FM_TR_LAYER, p->tree[l]);
        }
        grind(p, p->st->profile->pow_commit);
        p->now.layer = l;
        p->now.z = fm_tr_ext(&p->tr, 4);
        fm_prover_share(p, FM_WORK_FOLD, 1u << d->log_b);
    }
    final_poly(p);
}

static void begin(struct prover *p)
{
    const struct fm_air *a = p->a;
    fm_ntt_table(p->roots, p->d.log_n, 0);
    fm_ntt_table(p->iroots, p->d.log_n, 1);
    for (uint32_t c = 0; c < 1u << p->d.log_b; c++) {
        fm_prover_powers(p, p->shift + c * p->n, p->d.log_n, fm_stark_point(p->d.log_n, p->d.log_b, 0, c, 0),
                         fm_bb_inv(fm_bb_of((uint32_t)p->n)));
    }
    fm_put_bytes(&p->w, (const uint8_t *)"FMSP\1", 5);
    fm_put_u8(&p->w, p->st->profile->id);
    fm_put_u8(&p->w, (uint8_t)p->d.log_n);
    fm_put_u8(&p->w, 0);
    fm_put_bytes(&p->w, a->digest, 32);
    fm_put_u32(&p->w, a->npi);
    fm_tr_start(&p->tr, p->st, &p->d);
}

fm_err fm_stark_prove_by(const struct fm_stark_crew *crew, const struct fm_stark_statement *st, const uint32_t *trace,
                         void *arena, size_t arena_len, uint8_t *out, size_t cap, size_t *len,
                         struct fm_stark_fault *fault)
{
    struct prover *p = arena;
    size_t need = fm_stark_arena_size(st);
    memset(fault, 0, sizeof *fault);
    if (need == 0) {
        return FM_E_STARK_ARGUMENT;
    }
    if (arena_len < need || (uintptr_t)arena % 8 != 0) {
        fault->need = need;
        return FM_E_STARK_ARENA;
    }
    (void)plan(p, st);
    (void)carve(p, (uint8_t *)arena + head_size());
    p->trace = trace;
    p->crew = crew;
    for (uint32_t i = 0; i < st->air->npi; i++) {
        if (st->pi[i] >= FM_BB_P) {
            return FM_E_STARK_INPUTS;
        }
        p->pi[i] = fm_bb_of(st->pi[i]);
    }
    fm_err e = check_trace(p, fault);
    if (e != FM_OK) {
        return e;
    }
    p->w.buf = out;
    p->w.cap = cap;
    p->w.len = 0;
    p->w.bad = false;
    begin(p);
    commit_trace(p);
    commit_quotient(p);
    grind(p, st->profile->pow_deep);
    struct fm_ext z = fm_tr_ext(&p->tr, 2);
    trace_values(p, &z);
    chunk_values(p, &z);
    FM_STARK_EVIL(p, 3);
    send_ext(p, p->values, st->air->npairs + st->air->nchunks, FM_TR_VALUES);
    grind(p, st->profile->pow_batch);
    deep(p, &z);
    fri(p);
    grind(p, st->profile->pow_query);
    fm_prover_phase(p, FM_PHASE_OPEN);
    fm_prover_open(p);
    fm_prover_phase(p, FM_PHASE_DONE);
    if (p->w.bad) {
        fault->need = fm_stark_proof_size(st);
        return FM_E_STARK_OUTPUT;
    }
    *len = p->w.len;
    return FM_OK;
}

fm_err fm_stark_prove(const struct fm_stark_statement *st, const uint32_t *trace, void *arena, size_t arena_len,
                      uint8_t *out, size_t cap, size_t *len, struct fm_stark_fault *fault)
{
    return fm_stark_prove_by(NULL, st, trace, arena, arena_len, out, cap, len, fault);
}
