/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stark/layout.h"

#include <string.h>

struct walk {
    const uint8_t *proof;
    size_t at;
    struct fm_tr tr;
};

static struct span take(struct walk *w, size_t bytes)
{
    struct span s = {w->at, bytes};
    w->at += bytes;
    return s;
}

static struct span absorbed(struct walk *w, enum fm_tr_tag tag, size_t bytes)
{
    struct span s = take(w, bytes);
    fm_tr_absorb(&w->tr, tag, w->proof + s.at, (uint32_t)bytes);
    return s;
}

static struct span worked(struct walk *w, uint32_t bits)
{
    struct span s = take(w, bits > 0 ? 8 : 0);
    if (bits > 0) {
        fm_tr_nonce(&w->tr, fm_le64(w->proof + s.at));
    }
    return s;
}

/* Siblings that n sorted leaves need; v is overwritten. */
static size_t siblings(uint32_t *v, uint32_t n, uint32_t depth)
{
    size_t count = 0;
    for (uint32_t level = 0; level < depth; level++) {
        uint32_t out = 0;
        for (uint32_t i = 0; i < n; out++) {
            bool both = (v[i] & 1) == 0 && i + 1 < n && v[i + 1] == v[i] + 1;
            count += both ? 0 : 1;
            v[out] = v[i] >> 1;
            i += both ? 2 : 1;
        }
        n = out;
    }
    return count;
}

static uint32_t fold_index(uint32_t pos, uint32_t log_d, uint32_t log_a)
{
    uint32_t i = pos & ((1u << log_d) - 1);
    return (pos >> log_d) << (log_d - log_a) | (i & ((1u << (log_d - log_a)) - 1));
}

static void openings(const struct fm_stark_statement *st, struct walk *w, struct layout *l)
{
    const struct fm_stark_dims *d = &l->d;
    uint32_t at[FM_STARK_QUERIES_MAX];
    uint32_t copy[FM_STARK_QUERIES_MAX];
    uint32_t n = st->profile->queries;
    uint32_t log_g = (uint32_t)__builtin_ctz(d->group);
    uint32_t depth = d->log_n - log_g + d->log_b;
    fm_tr_indices(&w->tr, d->log_n + d->log_b, at, n);
    for (uint32_t i = 0; i < n; i++) {
        at[i] = fold_index(at[i], d->log_n, log_g);
    }
    n = fm_stark_sort(at, n);
    l->rows = n;
    l->trace = take(w, (size_t)n * d->trace_leaf);
    memcpy(copy, at, sizeof copy);
    l->trace_path = take(w, 32 * siblings(copy, n, depth));
    l->quot = take(w, (size_t)n * d->quot_leaf);
    l->quot_path = take(w, l->trace_path.bytes);
    for (uint32_t i = d->first; i < d->layers; i++) {
        uint32_t leaves = n;
        uint32_t known = n;
        for (uint32_t k = 0; k < n; k++) {
            at[k] = fold_index(at[k], d->log_d[i], d->log_a[i]);
        }
        leaves = fm_stark_sort(at, n);
        l->layer[i] = take(w, FM_EXT_BYTES * (((size_t)leaves << d->log_a[i]) - known));
        memcpy(copy, at, sizeof copy);
        l->path[i] = take(w, 32 * siblings(copy, leaves, d->log_d[i + 1] + d->log_b));
        n = leaves;
    }
}

void layout_of(const struct fm_stark_statement *st, const uint8_t *proof, struct layout *l)
{
    struct walk w = {.proof = proof, .at = FM_STARK_HEADER};
    const struct fm_stark_profile *p = st->profile;
    memset(l, 0, sizeof *l);
    FM_ASSERT(fm_stark_dims(st, &l->d));
    fm_tr_start(&w.tr, st, &l->d);
    (void)absorbed(&w, FM_TR_TRACE, 32);
    l->alpha = fm_tr_ext(&w.tr, 1);
    (void)absorbed(&w, FM_TR_QUOTIENT, 32);
    (void)worked(&w, p->pow_deep);
    l->z = fm_tr_ext(&w.tr, 2);
    l->values = absorbed(&w, FM_TR_VALUES, FM_EXT_BYTES * (size_t)(st->air->npairs + st->air->nchunks));
    (void)worked(&w, p->pow_batch);
    l->gamma = fm_tr_ext(&w.tr, 3);
    for (uint32_t i = 0; i < l->d.layers; i++) {
        if (i >= l->d.first) {
            l->root[i] = absorbed(&w, FM_TR_LAYER, 32);
        }
        (void)worked(&w, p->pow_commit);
    }
    l->last = absorbed(&w, FM_TR_FINAL, (size_t)FM_EXT_BYTES << l->d.log_d[l->d.layers]);
    l->nonce = worked(&w, p->pow_query);
    openings(st, &w, l);
    l->end = w.at;
}
