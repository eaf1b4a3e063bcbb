/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prover, phase by phase in the order of the transcript. Everything large is carved from the
 * arena once, in carve(); evaluations of a polynomial on the domain of 2^log_b * n points lie coset
 * after coset, each in natural order, so a read at an earlier row is a read at a smaller index.
 */
#include "stark/prove.h"

#include <string.h>

#include "stark/kern.h"
#include "stark/ntt.h"
#include "stark/prove_hooks.h"
#include "stark/rows.h"
#include "wire/cursor.h"

struct prover {
    const struct fm_stark_statement *st;
    const struct fm_air *a;
    const struct fm_kern *k;
    const uint32_t *trace;
    struct fm_stark_dims d;
    struct fm_tr tr;
    struct fm_writer w;
    size_t n, points;
    uint32_t *roots, *iroots, *shift; /* shift: one table of n words a coset, bit-reversed */
    uint32_t *lde;                    /* ncols * points */
    uint32_t *quot;                   /* 5 * nchunks * points */
    uint32_t *layer[FM_STARK_LAYERS_MAX + 1]; /* 5 * (points of the layer) */
    uint8_t *trace_tree, *quot_tree, *tree[FM_STARK_LAYERS_MAX];
    uint32_t *per, *public; /* nper * n: values, then coefficients; and the values on a coset */
    uint32_t *coef; /* 10 * n */
    uint32_t *weights, *tmp; /* 5 * n each */
    struct fm_ext alphas[FM_ROWS_CONS_MAX];
    struct fm_ext gammas[FM_AIR_PAIRS_MAX + 2];
    struct fm_ext values[FM_AIR_PAIRS_MAX + 2];
    struct fm_kern_term terms[FM_AIR_COLS_MAX + 2 * FM_EXT_DEGREE];
    uint32_t index[2][FM_STARK_QUERIES_MAX];
    uint32_t node[FM_STARK_QUERIES_MAX];
    fm_bb pi[FM_STARK_PI_MAX];
};

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
    TAKE(roots, uint32_t *, 4 * n);
    TAKE(iroots, uint32_t *, 4 * n);
    TAKE(shift, uint32_t *, 4 * p->points);
    TAKE(lde, uint32_t *, 4 * p->points * a->ncols);
    TAKE(quot, uint32_t *, 20 * p->points * a->nchunks);
    for (uint32_t l = 0; l <= d->layers; l++) {
        TAKE(layer[l], uint32_t *, (size_t)20 << (d->log_d[l] + d->log_b));
    }
    TAKE(trace_tree, uint8_t *, tree_bytes(d, log_leaf));
    TAKE(quot_tree, uint8_t *, tree_bytes(d, log_leaf));
    for (uint32_t l = d->first; l < d->layers; l++) {
        TAKE(tree[l], uint8_t *, tree_bytes(d, d->log_d[l + 1]));
    }
    TAKE(per, uint32_t *, 4 * n * a->nper);
    TAKE(public, uint32_t *, 4 * n * a->nper);
    TAKE(coef, uint32_t *, 40 * n);
    TAKE(weights, uint32_t *, 20 * n);
    TAKE(tmp, uint32_t *, 20 * n);
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

/* ------------------------------------------------------------------ transforms and trees */

/* out[i] = k * s^rev(i), i < 2^log (fm_ntt_powers). */
static void powers(const struct prover *p, uint32_t *out, uint32_t log, fm_bb s, fm_bb k)
{
    out[0] = k;
    for (uint32_t b = 0; b < log; b++) {
        p->k->scale(out + ((size_t)1 << b), out, fm_bb_pow(s, (uint64_t)1 << (log - 1 - b)), (size_t)1 << b);
    }
}

/* out: the polynomial of these n bit-reversed coefficients on every coset. */
static void extend(const struct prover *p, const uint32_t *coef, uint32_t *out)
{
    for (size_t c = 0; c < (size_t)1 << p->d.log_b; c++) {
        p->k->mul(out + c * p->n, coef, p->shift + c * p->n, p->n);
        p->k->dit(out + c * p->n, p->d.log_n, p->roots);
    }
}

/* n values on the trace domain, in place, to bit-reversed coefficients. */
static void interpolate(const struct prover *p, uint32_t *x)
{
    p->k->dif(x, p->d.log_n, p->iroots);
    p->k->scale(x, x, fm_bb_inv(fm_bb_of((uint32_t)p->n)), p->n);
}

/* Five columns of n values on coset c, in place, to bit-reversed coefficients. */
static void interpolate_coset(const struct prover *p, uint32_t *x, uint32_t c)
{
    fm_bb s = fm_stark_point(p->d.log_n, p->d.log_b, 0, c, 0);
    powers(p, p->tmp, p->d.log_n, fm_bb_inv(s), fm_bb_inv(fm_bb_of((uint32_t)p->n)));
    for (uint32_t l = 0; l < FM_EXT_DEGREE; l++) {
        p->k->dif(x + l * p->n, p->d.log_n, p->iroots);
        p->k->mul(x + l * p->n, x + l * p->n, p->tmp, p->n);
    }
}

/* Rows r, r + step, ... (group of them) of `cols` columns of `stride` words each, as leaf bytes. */
static size_t leaf_bytes(const uint32_t *data, size_t stride, uint32_t cols, size_t row, size_t step, uint32_t group,
                         uint8_t *out)
{
    size_t k = 0;
    for (uint32_t m = 0; m < group; m++) {
        for (uint32_t c = 0; c < cols; c++, k += 4) {
            fm_put_le32(out + k, data[c * stride + row + m * step]);
        }
    }
    return k;
}

/* Leaf j of coset c holds rows j + m n/group. tree: leaves at [leaves, 2 leaves), root at 1. */
static void commit(const struct prover *p, const uint32_t *data, uint32_t log_d, uint32_t cols, uint32_t group,
                   uint8_t *tree)
{
    size_t per_coset = ((size_t)1 << log_d) / group;
    size_t leaves = per_coset << p->d.log_b;
    for (size_t c = 0; c < (size_t)1 << p->d.log_b; c++) {
        p->k->leaves(data + (c << log_d), (size_t)1 << (log_d + p->d.log_b), cols, group, per_coset, per_coset,
                     tree + 32 * (leaves + c * per_coset));
    }
    for (size_t level = leaves / 2; level > 0; level /= 2) {
        p->k->nodes(tree + 64 * level, level, tree + 32 * level);
    }
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

/* ------------------------------------------------------------------ phases */

fm_err fm_stark_check(const struct fm_stark_statement *st, const uint32_t *trace, uint32_t *per,
                      struct fm_stark_fault *fault)
{
    const struct fm_air *a = st->air;
    size_t n = (size_t)1 << a->log_n;
    fm_bb pi[FM_STARK_PI_MAX];
    uint32_t out[FM_ROWS_CONS_MAX];
    for (uint32_t i = 0; i < a->npi; i++) {
        pi[i] = fm_bb_of(st->pi[i]);
    }
    fm_rows_public(a, pi, per);
    struct fm_rows r = {a, pi, trace, per, n, n};
    size_t row = fm_kern_best()->check(&r, n);
    if (row == n) {
        return FM_OK;
    }
    fm_rows_eval(&r, row, out);
    fault->row = (uint32_t)row;
    fault->constraint = 0;
    while (out[fault->constraint] == 0) {
        fault->constraint++;
    }
    return FM_E_STARK_TRACE;
}

static void commit_trace(struct prover *p)
{
    for (uint32_t c = 0; c < p->a->ncols; c++) {
        memcpy(p->coef, p->trace + c * p->n, 4 * p->n);
        interpolate(p, p->coef);
        extend(p, p->coef, p->lde + c * p->points);
    }
    FM_STARK_EVIL(p, 1);
    commit(p, p->lde, p->d.log_n, p->a->ncols, p->d.group, p->trace_tree);
    send_root(p, FM_TR_TRACE, p->trace_tree);
}

/* Constraints over x^n - 1 on coset c, as five coefficient columns. */
static void quotient_on(struct prover *p, uint32_t c, uint32_t *out)
{
    const struct fm_air *a = p->a;
    for (uint32_t q = 0; q < a->nper; q++) {
        p->k->mul(p->public + q * p->n, p->per + q * p->n, p->shift + c * p->n, p->n);
        p->k->dit(p->public + q * p->n, p->d.log_n, p->roots);
    }
    struct fm_rows r = {a, p->pi, p->lde + c * p->n, p->public, p->points, p->n};
    fm_bb s = fm_stark_point(p->d.log_n, p->d.log_b, 0, c, 0);
    p->k->rows(&r, 0, p->n, p->alphas, fm_bb_inv(fm_bb_sub(fm_bb_pow(s, p->n), FM_BB_ONE)), out, p->n);
    interpolate_coset(p, out, c);
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
    for (uint32_t q = 0; q < a->nper; q++) {
        interpolate(p, p->per + q * p->n);
    }
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
    for (uint32_t l = 0; l < FM_EXT_DEGREE * a->nchunks; l++) {
        extend(p, p->coef + l * p->n, p->quot + l * p->points);
    }
    FM_STARK_EVIL(p, 2);
    commit(p, p->quot, p->d.log_n, FM_EXT_DEGREE * a->nchunks, p->d.group, p->quot_tree);
    send_root(p, FM_TR_QUOTIENT, p->quot_tree);
}

/* tmp[i] = k * w^i: the trace domain, scaled. */
static void domain(struct prover *p, fm_bb k)
{
    size_t half = p->n / 2;
    p->k->scale(p->tmp, p->roots + half, k, half);
    p->k->scale(p->tmp + half, p->roots + half, fm_bb_sub(0, k), half);
}

/* weights[i] = 1 / (sign (tmp[i] - z)), sign 1 or -1. */
static void inverse_distances(struct prover *p, const struct fm_ext *z, bool negative)
{
    for (size_t i = 0; i < p->n; i++) {
        p->weights[i] = negative ? fm_bb_sub(z->c[0], p->tmp[i]) : fm_bb_sub(p->tmp[i], z->c[0]);
    }
    for (uint32_t l = 1; l < FM_EXT_DEGREE; l++) {
        fm_bb c = negative ? z->c[l] : fm_bb_sub(0, z->c[l]);
        for (size_t i = 0; i < p->n; i++) {
            p->weights[l * p->n + i] = c;
        }
    }
    p->k->invert(p->weights, p->tmp, p->n, p->n);
}

/* f(z w^-o) = sum over i of f[i - o] u_i, u_i = (z^n - 1)/n * w^i / (z - w^i). */
static void trace_values(struct prover *p, const struct fm_ext *z)
{
    const struct fm_air *a = p->a;
    struct fm_ext zn = fm_ext_pow(z, p->n);
    struct fm_ext k = fm_ext_sub(zn, fm_ext_of(FM_BB_ONE));
    k = fm_ext_scale(k, fm_bb_inv(fm_bb_of((uint32_t)p->n)));
    domain(p, FM_BB_ONE);
    inverse_distances(p, z, true);
    domain(p, FM_BB_ONE);
    for (uint32_t l = 0; l < FM_EXT_DEGREE; l++) {
        p->k->mul(p->weights + l * p->n, p->weights + l * p->n, p->tmp, p->n);
    }
    p->k->ext_scale(p->weights, p->weights, p->n, k, p->n);
    for (uint32_t o = 0, j = 0; o < a->noffs; o++) {
        size_t off = a->offs[o];
        for (uint32_t c = 0; c < a->ncols; c++) {
            const uint32_t *f = p->trace + c * p->n;
            if ((a->mask[o][c / 64] >> (c % 64) & 1) == 0) {
                continue;
            }
            p->values[j++] = fm_ext_add(p->k->dot(f, p->weights + off, p->n, p->n - off),
                                        p->k->dot(f + p->n - off, p->weights, p->n, off));
        }
    }
}

/* a X. */
static struct fm_ext times_x(struct fm_ext a)
{
    struct fm_ext r = {{fm_bb_add(a.c[4], a.c[4]), a.c[0], a.c[1], a.c[2], a.c[3]}};
    return r;
}

/* The chunks at z from their bit-reversed coefficients. */
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
        p->values[p->a->npairs + k] = s;
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

/* The columns opened at offset o with their powers of gamma, all times k; *fixed = minus their values, combined
 * alike. */
static uint32_t deep_terms(struct prover *p, uint32_t o, fm_bb k, struct fm_ext *fixed)
{
    const struct fm_air *a = p->a;
    uint32_t n = 0;
    uint32_t j = a->base[o];
    *fixed = fm_ext_of(0);
    for (uint32_t c = 0; c < a->ncols; c++) {
        if ((a->mask[o][c / 64] >> (c % 64) & 1) != 0) {
            struct fm_ext g = fm_ext_scale(p->gammas[j], k);
            p->terms[n++] = (struct fm_kern_term){p->lde + c * p->points, g};
            *fixed = fm_ext_sub(*fixed, fm_ext_mul(&g, &p->values[j]));
            j++;
        }
    }
    for (uint32_t q = 0; o == 0 && q < a->nchunks; q++) {
        struct fm_ext g = p->gammas[a->npairs + q];
        *fixed = fm_ext_sub(*fixed, fm_ext_mul(&g, &p->values[a->npairs + q]));
        for (uint32_t l = 0; l < FM_EXT_DEGREE; l++) {
            p->terms[n++] = (struct fm_kern_term){p->quot + (FM_EXT_DEGREE * q + l) * p->points, g};
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
    fm_bb w = fm_bb_root(p->d.log_n);
    p->gammas[0] = fm_ext_of(FM_BB_ONE);
    for (uint32_t j = 1; j < a->npairs + a->nchunks; j++) {
        p->gammas[j] = fm_ext_mul(&p->gammas[j - 1], &gamma);
    }
    domain(p, fm_stark_point(p->d.log_n, p->d.log_b, 0, 0, 0));
    inverse_distances(p, z, false);
    memset(p->coef, 0, 4 * FM_EXT_DEGREE * p->n);
    /* weights[i] = 1 / (x_i - z); 1 / (x_i - z w^-o) = w^o weights[i + o]. */
    for (uint32_t o = 0; o < a->noffs; o++) {
        size_t off = a->offs[o];
        size_t first = p->n - off;
        struct fm_ext fixed;
        uint32_t n = deep_terms(p, o, fm_bb_pow(w, off), &fixed);
        p->k->combine(p->coef, p->n, p->terms, n, fixed, p->weights + off, p->n, first);
        for (uint32_t j = 0; j < n; j++) {
            p->terms[j].col += first;
        }
        p->k->combine(p->coef + first, p->n, p->terms, n, fixed, p->weights, p->n, off);
    }
    interpolate_coset(p, p->coef, 0);
    for (uint32_t l = 0; l < FM_EXT_DEGREE; l++) {
        extend(p, p->coef + l * p->n, p->layer[0] + l * p->points);
    }
}

static struct fm_ext at(const uint32_t *cols, size_t stride, size_t i)
{
    struct fm_ext r;
    for (uint32_t l = 0; l < FM_EXT_DEGREE; l++) {
        r.c[l] = cols[l * stride + i];
    }
    return r;
}

static void fold_layer(struct prover *p, uint32_t l, struct fm_ext beta)
{
    const struct fm_stark_dims *d = &p->d;
    uint32_t log_d = d->log_d[l];
    uint32_t log_o = d->log_d[l + 1];
    for (uint32_t c = 0; c < 1u << d->log_b; c++) {
        fm_bb x = fm_stark_point(d->log_n, d->log_b, d->log_n - log_d, c, 0);
        p->k->fold(p->layer[l + 1] + ((size_t)c << log_o), (size_t)1 << (log_o + d->log_b),
                   p->layer[l] + ((size_t)c << log_d), (size_t)1 << (log_d + d->log_b), (size_t)1 << log_o, d->log_a[l],
                   fm_bb_inv(x), p->iroots + ((size_t)1 << (log_d - 1)), beta);
    }
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
    for (uint32_t l = 0; l < d->layers; l++) {
        FM_STARK_EVIL(p, 4 + (int)l);
        if (l >= d->first) {
            commit(p, p->layer[l], d->log_d[l], FM_EXT_DEGREE, 1u << d->log_a[l], p->tree[l]);
            send_root(p, FM_TR_LAYER, p->tree[l]);
        }
        grind(p, p->st->profile->pow_commit);
        fold_layer(p, l, fm_tr_ext(&p->tr, 4));
    }
    final_poly(p);
}

/* Siblings of the n sorted leaves p->node, level by level, left to right. */
static void send_path(struct prover *p, const uint8_t *tree, uint32_t n, uint32_t depth)
{
    for (uint32_t level = 0; level < depth; level++) {
        size_t first = (size_t)1 << (depth - level);
        uint32_t out = 0;
        for (uint32_t i = 0; i < n; out++) {
            uint32_t v = p->node[i];
            bool both = (v & 1) == 0 && i + 1 < n && p->node[i + 1] == v + 1;
            if (!both) {
                fm_put_bytes(&p->w, tree + 32 * (first + (v ^ 1u)), 32);
            }
            i += both ? 2 : 1;
            p->node[out] = v >> 1;
        }
        n = out;
    }
}

static uint32_t leaf_of(uint32_t pos, uint32_t log_d, uint32_t log_a)
{
    uint32_t i = pos & ((1u << log_d) - 1);
    return (pos >> log_d) << (log_d - log_a) | (i & ((1u << (log_d - log_a)) - 1));
}

static void open_rows(struct prover *p, const uint32_t *data, uint32_t cols, const uint8_t *tree, uint32_t n)
{
    uint32_t log_g = (uint32_t)__builtin_ctz(p->d.group);
    uint32_t log_leaf = p->d.log_n - log_g;
    uint8_t bytes[FM_STARK_LEAF_MAX];
    for (uint32_t k = 0; k < n; k++) {
        uint32_t leaf = p->index[0][k];
        size_t row = ((size_t)(leaf >> log_leaf) << p->d.log_n) + (leaf & ((1u << log_leaf) - 1));
        fm_put_bytes(&p->w, bytes,
                     leaf_bytes(data, p->points, cols, row, (size_t)1 << log_leaf, p->d.group, bytes));
        p->node[k] = leaf;
    }
    send_path(p, tree, n, log_leaf + p->d.log_b);
}

static void open_layer(struct prover *p, uint32_t l, const uint32_t *pos, uint32_t n, uint32_t *leaf, uint32_t nl)
{
    uint32_t log_d = p->d.log_d[l];
    uint32_t log_o = p->d.log_d[l + 1];
    size_t stride = (size_t)1 << (log_d + p->d.log_b);
    for (uint32_t k = 0; k < nl; k++) {
        for (uint32_t m = 0; m < 1u << p->d.log_a[l]; m++) {
            uint32_t q = (leaf[k] >> log_o) << log_d | (leaf[k] & ((1u << log_o) - 1)) | m << log_o;
            bool known = false;
            for (uint32_t i = 0; i < n; i++) {
                known |= pos[i] == q;
            }
            struct fm_ext v = at(p->layer[l], stride, q);
            for (uint32_t j = 0; !known && j < FM_EXT_DEGREE; j++) {
                fm_put_u32(&p->w, v.c[j]);
            }
        }
        p->node[k] = leaf[k];
    }
    send_path(p, p->tree[l], nl, log_o + p->d.log_b);
}

static void queries(struct prover *p)
{
    const struct fm_stark_dims *d = &p->d;
    uint32_t n = p->st->profile->queries;
    uint32_t log_g = (uint32_t)__builtin_ctz(d->group);
    fm_tr_indices(&p->tr, d->log_n + d->log_b, p->index[0], n);
    for (uint32_t i = 0; i < n; i++) {
        p->index[0][i] = leaf_of(p->index[0][i], d->log_n, log_g);
    }
    n = fm_stark_sort(p->index[0], n);
    open_rows(p, p->lde, p->a->ncols, p->trace_tree, n);
    open_rows(p, p->quot, FM_EXT_DEGREE * p->a->nchunks, p->quot_tree, n);
    for (uint32_t l = d->first, cur = 0; l < d->layers; l++, cur = 1 - cur) {
        uint32_t *leaf = p->index[1 - cur];
        for (uint32_t i = 0; i < n; i++) {
            leaf[i] = leaf_of(p->index[cur][i], d->log_d[l], d->log_a[l]);
        }
        uint32_t nl = fm_stark_sort(leaf, n);
        open_layer(p, l, p->index[cur], n, leaf, nl);
        n = nl;
    }
}

static void begin(struct prover *p)
{
    const struct fm_air *a = p->a;
    fm_ntt_roots(p->roots, p->d.log_n, 0);
    fm_ntt_roots(p->iroots, p->d.log_n, 1);
    for (uint32_t c = 0; c < 1u << p->d.log_b; c++) {
        powers(p, p->shift + c * p->n, p->d.log_n, fm_stark_point(p->d.log_n, p->d.log_b, 0, c, 0), FM_BB_ONE);
    }
    fm_put_bytes(&p->w, (const uint8_t *)"FMSP\1", 5);
    fm_put_u8(&p->w, p->st->profile->id);
    fm_put_u8(&p->w, (uint8_t)p->d.log_n);
    fm_put_u8(&p->w, 0);
    fm_put_bytes(&p->w, a->digest, 32);
    fm_put_u32(&p->w, a->npi);
    fm_tr_start(&p->tr, p->st, &p->d);
}

fm_err fm_stark_prove(const struct fm_stark_statement *st, const uint32_t *trace, void *arena, size_t arena_len,
                      uint8_t *out, size_t cap, size_t *len, struct fm_stark_fault *fault)
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
    for (uint32_t i = 0; i < st->air->npi; i++) {
        if (st->pi[i] >= FM_BB_P) {
            return FM_E_STARK_INPUTS;
        }
        p->pi[i] = fm_bb_of(st->pi[i]);
    }
    fm_err e = fm_stark_check(st, trace, p->per, fault);
    if (FM_STARK_CHECKED && e != FM_OK) {
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
    queries(p);
    if (p->w.bad) {
        fault->need = fm_stark_proof_size(st);
        return FM_E_STARK_OUTPUT;
    }
    *len = p->w.len;
    return FM_OK;
}
