/* SPDX-License-Identifier: Apache-2.0 */
/* The work of the prover that can be done in parts, in any order: each part writes what no other part reads. */
#include "stark/prover.h"

#include <string.h>

void fm_prover_phase(const struct prover *p, enum fm_stark_phase phase)
{
    if (p->crew != NULL && p->crew->ops->phase != NULL) {
        p->crew->ops->phase(p->crew->of, phase);
    }
}

void fm_prover_share(struct prover *p, enum fm_prover_work kind, uint32_t count)
{
    p->now.kind = kind;
    if (p->crew != NULL && p->crew->ops->each != NULL && count > 1) {
        p->crew->ops->each(p->crew->of, p, count);
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        fm_stark_work(p, i);
    }
}

struct span {
    size_t first, count;
};

static struct span block(size_t all, uint32_t part)
{
    size_t first = (size_t)part * FM_PROVER_BLOCK;
    size_t left = all - first;
    struct span b = {first, left < FM_PROVER_BLOCK ? left : FM_PROVER_BLOCK};
    return b;
}

/* ------------------------------------------------------------------ transforms */

void fm_prover_powers(const struct prover *p, uint32_t *out, uint32_t log, fm_bb s, fm_bb k)
{
    out[0] = k;
    for (uint32_t b = 0; b < log; b++) {
        p->k->scale(out + ((size_t)1 << b), out, fm_bb_pow(s, (uint64_t)1 << (log - 1 - b)), (size_t)1 << b);
    }
}

/* The polynomial of these coefficients (times n) on every coset; coef may be the last coset's own place. */
static void extend(const struct prover *p, const uint32_t *coef, uint32_t *out)
{
    for (size_t c = 0; c < (size_t)1 << p->d.log_b; c++) {
        p->k->extend(out + c * p->n, coef, p->shift + c * p->n, p->d.log_n, p->roots);
    }
}

static void trace_column(const struct prover *p, uint32_t column)
{
    uint32_t *out = p->lde + column * p->stride;
    uint32_t *last = out + p->points - p->n;
    memcpy(last, p->trace + column * p->n, 4 * p->n);
    p->k->dif(last, p->d.log_n, p->iroots);
    extend(p, last, out);
}

static void back_column(const struct prover *p, uint32_t column)
{
    uint32_t *x = p->now.to + column * p->n;
    p->k->dif(x, p->d.log_n, p->iroots);
    p->k->mul(x, x, p->back, p->n);
}

void fm_prover_back(struct prover *p, uint32_t *columns, uint32_t coset)
{
    fm_prover_powers(p, p->back, p->d.log_n, fm_bb_inv(fm_stark_point(p->d.log_n, p->d.log_b, 0, coset, 0)), FM_BB_ONE);
    p->now.to = columns;
    fm_prover_share(p, FM_WORK_BACK, FM_EXT_DEGREE);
}

void fm_prover_extend(struct prover *p, const uint32_t *coef, uint32_t count, uint32_t *out, size_t stride)
{
    p->now.from = coef;
    p->now.to = out;
    p->now.stride = stride;
    fm_prover_share(p, FM_WORK_EXTEND, count);
}

/* ------------------------------------------------------------------ trees */

static void leaf_block(const struct prover *p, uint32_t part)
{
    uint32_t blocks = (uint32_t)((p->now.count + FM_PROVER_BLOCK - 1) / FM_PROVER_BLOCK);
    uint32_t c = part / blocks;
    struct span b = block(p->now.count, part % blocks);
    size_t leaves = p->now.count << p->d.log_b;
    p->k->leaves(p->now.from + c * p->now.count * p->now.group + b.first, p->now.stride, p->now.cols, p->now.group,
                 p->now.count, b.count, p->now.tree + 32 * (leaves + c * p->now.count + b.first));
}

static void node_block(const struct prover *p, uint32_t part)
{
    struct span b = block(p->now.count, part);
    size_t first = p->now.count + b.first;
    p->k->nodes(p->now.tree + 64 * first, b.count, p->now.tree + 32 * first);
}

void fm_prover_commit(struct prover *p, const uint32_t *data, size_t stride, uint32_t log_d, uint32_t cols,
                      uint32_t group, uint8_t *tree)
{
    size_t per_coset = ((size_t)1 << log_d) / group;
    uint32_t blocks = (uint32_t)((per_coset + FM_PROVER_BLOCK - 1) / FM_PROVER_BLOCK);
    p->now.from = data;
    p->now.stride = stride;
    p->now.cols = cols;
    p->now.group = group;
    p->now.tree = tree;
    p->now.count = per_coset;
    fm_prover_share(p, FM_WORK_LEAVES, blocks << p->d.log_b);
    for (size_t level = (per_coset << p->d.log_b) / 2; level > 0; level /= 2) {
        p->now.count = level;
        fm_prover_share(p, FM_WORK_NODES, (uint32_t)((level + FM_PROVER_BLOCK - 1) / FM_PROVER_BLOCK));
    }
}

/* ------------------------------------------------------------------ rows */

static void check_block(const struct prover *p, uint32_t part)
{
    struct span b = block(p->n, part);
    struct fm_rows r = {p->a, p->pi, p->trace, p->per, p->n, p->n, p->n};
    size_t row = p->k->check(&r, b.first, b.count);
    p->found[part] = row < b.first + b.count ? (uint32_t)row : UINT32_MAX;
}

static void row_block(const struct prover *p, uint32_t part)
{
    struct span b = block(p->n, part);
    struct fm_rows r = {p->a, p->pi, p->lde + p->now.coset * p->n, p->public, p->stride, p->n + FM_PROVER_GAP, p->n};
    p->k->rows(&r, b.first, b.count, p->alphas, p->now.scale, p->now.to + b.first, p->n);
}

/* out[i] = k w^i for the rows of a block. */
static void domain(const struct prover *p, struct span b, fm_bb k, uint32_t *out)
{
    size_t half = p->n / 2;
    size_t low = b.first < half ? half - b.first : 0;
    low = low < b.count ? low : b.count;
    p->k->scale(out, p->roots + half + b.first, k, low);
    p->k->scale(out + low, p->roots + b.first + low, fm_bb_sub(0, k), b.count - low);
}

/*
 * weights[i] = 1 / (x_i - z), x_i = scale w^i; or, for out-of-domain values, w^i / (z - w^i): then
 * f(z w^-o) = (z^n - 1) / n * sum over i of f[i - o] weights[i].
 */
static void weight_block(const struct prover *p, uint32_t part)
{
    struct span b = block(p->n, part);
    uint32_t *w = p->weights + b.first;
    uint32_t *x = p->tmp + b.first;
    const struct fm_ext *z = &p->now.z;
    domain(p, b, p->now.values ? FM_BB_ONE : p->now.scale, x);
    for (size_t i = 0; i < b.count; i++) {
        w[i] = p->now.values ? fm_bb_sub(z->c[0], x[i]) : fm_bb_sub(x[i], z->c[0]);
    }
    for (uint32_t l = 1; l < FM_EXT_DEGREE; l++) {
        fm_bb c = p->now.values ? z->c[l] : fm_bb_sub(0, z->c[l]);
        for (size_t i = 0; i < b.count; i++) {
            w[l * p->n + i] = c;
        }
    }
    p->k->invert(w, x, p->n, b.count);
    if (p->now.values) {
        domain(p, b, FM_BB_ONE, x);
        for (uint32_t l = 0; l < FM_EXT_DEGREE; l++) {
            p->k->mul(w + l * p->n, w + l * p->n, x, b.count);
        }
    }
}

/* The pair's number: its value, without the factor that all share. */
static void opened_value(struct prover *p, uint32_t pair)
{
    const struct fm_air *a = p->a;
    uint32_t o = a->noffs - 1;
    uint32_t left;
    uint32_t c = 0;
    while (a->base[o] > pair) {
        o--;
    }
    for (left = pair - a->base[o];; c++) {
        if ((a->mask[o][c / 64] >> (c % 64) & 1) != 0 && left-- == 0) {
            break;
        }
    }
    const uint32_t *f = p->trace + c * p->n;
    size_t off = a->offs[o];
    struct fm_ext v = fm_ext_add(p->k->dot(f, p->weights + off, p->n, p->n - off),
                                 p->k->dot(f + p->n - off, p->weights, p->n, off));
    p->values[pair] = fm_ext_mul(&v, &p->now.z);
}

/* weights[i] = 1 / (x_i - z); 1 / (x_i - z w^-o) = w^o weights[i + o]. */
static void combine_block(const struct prover *p, uint32_t part)
{
    struct span b = block(p->n, part);
    const struct fm_kern_term *terms = p->terms;
    for (uint32_t l = 0; l < FM_EXT_DEGREE; l++) {
        memset(p->coef + l * p->n + b.first, 0, 4 * b.count);
    }
    for (uint32_t o = 0; o < p->a->noffs; o++) {
        size_t at = (b.first + p->a->offs[o]) & (p->n - 1);
        size_t count = p->n - at < b.count ? p->n - at : b.count;
        p->k->combine(p->coef + b.first, p->n, terms, p->nterms[o], b.first, p->fixed[o], p->weights + at, p->n, count);
        p->k->combine(p->coef + b.first + count, p->n, terms, p->nterms[o], b.first + count, p->fixed[o], p->weights,
                      p->n, b.count - count);
        terms += p->nterms[o];
    }
}

static void fold_coset(const struct prover *p, uint32_t c)
{
    const struct fm_stark_dims *d = &p->d;
    uint32_t l = p->now.layer;
    uint32_t log_d = d->log_d[l];
    uint32_t log_o = d->log_d[l + 1];
    fm_bb x = fm_stark_point(d->log_n, d->log_b, d->log_n - log_d, c, 0);
    p->k->fold(p->layer[l + 1] + ((size_t)c << log_o), (size_t)1 << (log_o + d->log_b),
               p->layer[l] + ((size_t)c << log_d), (size_t)1 << (log_d + d->log_b), (size_t)1 << log_o, d->log_a[l],
               fm_bb_inv(x), p->iroots + ((size_t)1 << (log_d - 1)), p->now.z);
}

void fm_stark_work(struct prover *p, uint32_t part)
{
    switch (p->now.kind) {
    case FM_WORK_CHECK:
        check_block(p, part);
        break;
    case FM_WORK_TRACE:
        trace_column(p, part);
        break;
    case FM_WORK_PUBLIC:
        p->k->dif(p->per + part * p->n, p->d.log_n, p->iroots);
        break;
    case FM_WORK_ON:
        p->k->extend(p->public + part * (p->n + FM_PROVER_GAP), p->per + part * p->n, p->shift + p->now.coset * p->n,
                     p->d.log_n, p->roots);
        break;
    case FM_WORK_ROWS:
        row_block(p, part);
        break;
    case FM_WORK_BACK:
        back_column(p, part);
        break;
    case FM_WORK_EXTEND:
        extend(p, p->now.from + part * p->n, p->now.to + part * p->now.stride);
        break;
    case FM_WORK_LEAVES:
        leaf_block(p, part);
        break;
    case FM_WORK_NODES:
        node_block(p, part);
        break;
    case FM_WORK_WEIGHTS:
        weight_block(p, part);
        break;
    case FM_WORK_VALUES:
        opened_value(p, part);
        break;
    case FM_WORK_COMBINE:
        combine_block(p, part);
        break;
    case FM_WORK_FOLD:
        fold_coset(p, part);
        break;
    }
}
