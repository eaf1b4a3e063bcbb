/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier. Invariants:
 *  1. Every byte of the proof is read once, in order, through the cursor; its length decides nothing.
 *  2. A challenge is drawn only after everything that it must not depend on has been absorbed.
 *  3. Opened data counts only after its Merkle root has been recomputed from it.
 *  4. A value that the verifier can compute is not in the proof: it is put into the leaf that is hashed.
 */
#include "stark/verify.h"

#include <string.h>

#include "stark/vkern.h"
#include "wire/cursor.h"

/* What is alive while values are opened, and not before: one after the other in the same memory. */
union stage {
    struct fm_ext per[FM_AIR_PER_MAX]; /* public columns at z */
    struct {
        struct fm_ext gamma[FM_STARK_OPENINGS_MAX];
        struct fm_vkern_deep deep;
    } rows;
    struct {
        uint32_t node[FM_STARK_QUERIES_MAX];
        uint8_t digest[FM_STARK_QUERIES_MAX][32];
        struct fm_ext other[FM_STARK_QUERIES_MAX]; /* of the values: see value() */
    } tree;
};

struct scratch {
    union stage u;
    struct fm_ext value[FM_STARK_QUERIES_MAX];
    uint32_t index[2][FM_STARK_QUERIES_MAX];
    struct fm_vkern_turns turns, inverse;
    struct fm_ext z, gamma;
    struct fm_ext beta[FM_STARK_LAYERS_MAX];
    const uint8_t *root[FM_STARK_LAYERS_MAX];
    const uint8_t *ood, *final;
    const struct fm_vkern *k;
    struct fm_tr tr;
    struct fm_stark_dims d;
    struct fm_reader r;
};

/* Values of the layers in turn; the first ones, slot 1, stand while gamma does. */
static struct fm_ext *value(struct scratch *s, uint32_t slot)
{
    return slot == 1 ? s->value : s->u.tree.other;
}

size_t fm_stark_verify_scratch(void)
{
    return sizeof(struct scratch);
}

static const uint8_t *felts(struct scratch *s, size_t count, fm_err *e)
{
    const uint8_t *p = fm_get_view(&s->r, 4 * count);
    if (p == NULL) {
        *e = FM_E_STARK_LENGTH;
        return NULL;
    }
    uint32_t bad = 0;
    for (size_t i = 0; i < count; i++) {
        bad |= fm_le32(p + 4 * i) >= FM_BB_P;
    }
    if (FM_KEEP(1) && bad != 0) {
        *e = FM_E_STARK_FELT;
        return NULL;
    }
    return p;
}

static fm_err header(struct scratch *s, const struct fm_stark_statement *st)
{
    const uint8_t *h = fm_get_view(&s->r, FM_STARK_HEADER);
    if (h == NULL) {
        return FM_E_STARK_LENGTH;
    }
    if (FM_KEEP(13) && (memcmp(h, "FMSP\1", 5) != 0 || h[7] != 0)) {
        return FM_E_STARK_HEADER;
    }
    if (FM_KEEP(14) && h[5] != st->profile->id) {
        return FM_E_STARK_PROFILE;
    }
    if (FM_KEEP(15) && h[6] != s->d.log_n) {
        return FM_E_STARK_SIZE;
    }
    if (FM_KEEP(2) && memcmp(h + 8, st->air->digest, 32) != 0) {
        return FM_E_STARK_AIR;
    }
    return !FM_KEEP(16) || fm_le32(h + 40) == st->air->npi ? FM_OK : FM_E_STARK_INPUTS;
}

static fm_err work(struct scratch *s, uint32_t bits)
{
    if (bits == 0) {
        return FM_OK;
    }
    uint64_t nonce = fm_get_u64(&s->r);
    if (s->r.bad) {
        return FM_E_STARK_LENGTH;
    }
    if (FM_KEEP(3) && !fm_tr_worked(&s->tr, nonce, bits)) {
        return FM_E_STARK_POW;
    }
    fm_tr_nonce(&s->tr, nonce);
    return FM_OK;
}

static fm_err root(struct scratch *s, enum fm_tr_tag tag, const uint8_t **out)
{
    *out = fm_get_view(&s->r, 32);
    if (*out == NULL) {
        return FM_E_STARK_LENGTH;
    }
    fm_tr_absorb(&s->tr, tag, *out, 32);
    return FM_OK;
}

static struct fm_ext to_n(struct fm_ext z, uint32_t log_n)
{
    for (uint32_t i = 0; i < log_n; i++) {
        z = fm_ext_mul(&z, &z);
    }
    return z;
}

fm_err fm_stark_check_point(const struct fm_ext *z, uint32_t log_n)
{
    struct fm_ext zh = fm_ext_sub(to_n(*z, log_n), fm_ext_of(FM_BB_ONE));
    bool bad = FM_KEEP(4) && (fm_ext_is_base(z) || fm_ext_is_zero(&zh));
    return bad ? FM_E_STARK_POINT : FM_OK;
}

/* C(z) = (z^n - 1) sum z^(in) Q_i(z), and z fit for it. */
static fm_err out_of_domain(struct scratch *s, const struct fm_stark_statement *st, const struct fm_ext *alpha)
{
    const struct fm_air *a = st->air;
    struct fm_ext zn = to_n(s->z, a->log_n);
    struct fm_ext zh = fm_ext_sub(zn, fm_ext_of(FM_BB_ONE));
    fm_err e = fm_stark_check_point(&s->z, a->log_n);
    if (e != FM_OK) {
        return e;
    }
    s->ood = felts(s, (size_t)FM_EXT_DEGREE * (a->npairs + a->nchunks), &e);
    if (e != FM_OK) {
        return e;
    }
    fm_tr_absorb(&s->tr, FM_TR_VALUES, s->ood, FM_EXT_BYTES * (a->npairs + a->nchunks));
    fm_air_public_at(a, st->pi, &s->z, s->u.per);
    struct fm_ext c = fm_air_eval(a, st->pi, s->ood, s->u.per, alpha);
    struct fm_ext q = {{0, 0, 0, 0, 0}};
    for (uint32_t i = a->nchunks; i-- > 0;) {
        q = fm_ext_add(fm_ext_mul(&q, &zn), fm_ext_load(s->ood + (size_t)FM_EXT_BYTES * (a->npairs + i)));
    }
    q = fm_ext_mul(&q, &zh);
    return !FM_KEEP(5) || fm_ext_equal(&c, &q) ? FM_OK : FM_E_STARK_CONSTRAINTS;
}

static uint32_t offset_len(const struct fm_air *a, uint32_t o)
{
    return (o + 1 < a->noffs ? a->base[o + 1] : a->npairs) - a->base[o];
}

static void prepare_deep(struct scratch *s, const struct fm_air *a)
{
    struct fm_vkern_deep *d = &s->u.rows.deep;
    struct fm_ext *g = s->u.rows.gamma;
    g[0] = fm_ext_of(FM_BB_ONE);
    for (uint32_t j = 1; j < a->npairs + a->nchunks; j++) {
        g[j] = fm_ext_mul(&g[j - 1], &s->gamma);
    }
    d->air = a;
    d->gamma = g;
    fm_ext_minimal(&s->z, d->min, d->rest);
    for (uint32_t o = 0; o < a->noffs; o++) {
        d->turn[o] = fm_bb_pow(s->turns.root[a->log_n], a->offs[o]);
        d->at_z[o] = fm_ext_of(0);
        for (uint32_t j = a->base[o]; j < a->base[o] + offset_len(a, o); j++) {
            struct fm_ext v = fm_ext_load(s->ood + (size_t)FM_EXT_BYTES * j);
            d->at_z[o] = fm_ext_add(d->at_z[o], fm_ext_mul(&g[j], &v));
        }
    }
    for (uint32_t i = a->npairs; i < a->npairs + a->nchunks; i++) {
        struct fm_ext v = fm_ext_load(s->ood + (size_t)FM_EXT_BYTES * i);
        d->at_z[0] = fm_ext_add(d->at_z[0], fm_ext_mul(&g[i], &v));
    }
}

static uint32_t least(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/*
 * Recompute a root from the digests at the n sorted leaves; siblings come from the proof. A level's parents are hashed
 * a group at a time, and written where children have been read.
 */
static fm_err climb(struct scratch *s, uint32_t n, uint32_t depth, const uint8_t *want, fm_err refuse)
{
    uint32_t *node = s->u.tree.node;
    uint8_t(*digest)[32] = s->u.tree.digest;
    for (uint32_t level = 0; level < depth; level++) {
        uint8_t pair[FM_VKERN_GROUP][64];
        uint32_t out = 0;
        for (uint32_t i = 0; i < n;) {
            uint32_t at = node[i];
            uint8_t *to = pair[out % FM_VKERN_GROUP];
            bool both = (at & 1) == 0 && i + 1 < n && node[i + 1] == at + 1;
            memcpy(to + 32 * (at & 1), digest[i], 32);
            if (both) {
                memcpy(to + 32, digest[i + 1], 32);
            } else {
                const uint8_t *sib = fm_get_view(&s->r, 32);
                if (sib == NULL) {
                    return FM_E_STARK_LENGTH;
                }
                memcpy(to + 32 * (1 - (at & 1)), sib, 32);
            }
            i += both ? 2 : 1;
            node[out++] = at >> 1;
            if (out % FM_VKERN_GROUP == 0 || i == n) {
                uint32_t first = (out - 1) / FM_VKERN_GROUP * FM_VKERN_GROUP;
                s->k->hash(fm_stark_node_key, pair, 64, out - first, digest[first]);
            }
        }
        n = out;
    }
    return memcmp(digest[0], want, 32) == 0 ? FM_OK : refuse;
}

/* n leaves of `size` bytes each, then their tree. *rows: where the first leaf lies. */
static fm_err opened(struct scratch *s, uint32_t n, uint32_t size, uint32_t depth, const uint8_t *want, fm_err refuse,
                     const uint8_t **rows)
{
    fm_err e = FM_OK;
    *rows = felts(s, (size_t)n * (size / 4), &e);
    if (e != FM_OK) {
        return e;
    }
    s->k->hash(fm_stark_leaf_key, *rows, size, n, s->u.tree.digest[0]);
    memcpy(s->u.tree.node, s->index[0], n * sizeof s->index[0][0]);
    e = climb(s, n, depth, want, refuse);
    if ((!FM_KEEP(6) && refuse == FM_E_STARK_TRACE_PATH) || (!FM_KEEP(7) && refuse == FM_E_STARK_QUOTIENT_PATH)) {
        return FM_OK;
    }
    return e;
}

/* A position (coset c, row i) of a layer is stored as c << log_d | i; its leaf drops the top log_a bits of i. */
static uint32_t leaf_of(uint32_t pos, uint32_t log_d, uint32_t log_a)
{
    uint32_t i = pos & ((1u << log_d) - 1);
    return (pos >> log_d) << (log_d - log_a) | (i & ((1u << (log_d - log_a)) - 1));
}

/* Where in n sorted leaves this one stands; it is among them. */
static uint32_t rank_of(const uint32_t *leaf, uint32_t n, uint32_t what)
{
    uint32_t low = 0;
    while (n > 1) {
        uint32_t half = n / 2;
        low += leaf[low + half] <= what ? half : 0;
        n -= half;
    }
    return low;
}

/* A group of a layer's leaves: their values in order, known ones and those of the proof. */
struct leaves {
    struct fm_ext v[FM_VKERN_GROUP << FM_STARK_ARITY_LOG];
    uint8_t known[FM_VKERN_GROUP]; /* by bits */
};

/* The values of the leaves first to first + count that the layer before gave, then the rest from the proof. */
static fm_err fill(struct scratch *s, uint32_t l, uint32_t cur, uint32_t n, uint32_t first, uint32_t count,
                   struct leaves *g)
{
    uint32_t log_a = s->d.log_a[l];
    uint32_t log_leaf = s->d.log_d[l] - log_a;
    fm_err e = FM_OK;
    memset(g->known, 0, sizeof g->known);
    for (uint32_t i = 0; FM_KEEP(8) && i < n; i++) {
        uint32_t k = s->u.tree.node[i] - first;
        if (k < count) {
            uint32_t m = s->index[cur][i] >> log_leaf & ((1u << log_a) - 1);
            g->v[k << log_a | m] = value(s, cur)[i];
            g->known[k] |= (uint8_t)(1u << m);
        }
    }
    for (uint32_t at = 0; at < count << log_a; at++) {
        if ((g->known[at >> log_a] >> (at & ((1u << log_a) - 1)) & 1) == 0) {
            const uint8_t *p = felts(s, FM_EXT_DEGREE, &e);
            if (e != FM_OK) {
                return e;
            }
            g->v[at] = fm_ext_load(p);
        }
    }
    return FM_OK;
}

/* Points of a layer's positions, or their inverses. */
static void points(struct scratch *s, bool inverse, uint32_t log_d, const uint32_t *pos, uint32_t n, fm_bb *x)
{
    struct fm_vkern_turns *t = inverse ? &s->inverse : &s->turns;
    s->k->points(t, log_d, s->d.log_b, pos, n, x);
}

/* The points at which leaves with `log_leaf` bits of row begin, in a layer of 2^log_d rows. */
static void leaf_points(struct scratch *s, uint32_t log_d, uint32_t log_leaf, const uint32_t *leaf, uint32_t n,
                        fm_bb *xinv)
{
    uint32_t pos[FM_VKERN_GROUP] = {0};
    for (uint32_t k = 0; k < n; k++) {
        pos[k] = (leaf[k] >> log_leaf) << log_d | (leaf[k] & ((1u << log_leaf) - 1));
    }
    points(s, true, log_d, pos, n, xinv);
}

/* Positions and values of layer l in slot cur; on return slot 1-cur holds those of layer l+1. */
static fm_err layer(struct scratch *s, uint32_t l, uint32_t cur, uint32_t *n)
{
    uint32_t log_d = s->d.log_d[l];
    uint32_t log_a = s->d.log_a[l];
    uint32_t *leaf = s->index[1 - cur];
    for (uint32_t i = 0; i < *n; i++) {
        leaf[i] = leaf_of(s->index[cur][i], log_d, log_a);
    }
    uint32_t nl = fm_stark_sort(leaf, *n);
    for (uint32_t i = 0; i < *n; i++) {
        s->u.tree.node[i] = rank_of(leaf, nl, leaf_of(s->index[cur][i], log_d, log_a));
    }
    for (uint32_t k = 0; k < nl; k += FM_VKERN_GROUP) {
        struct leaves g;
        fm_bb xinv[FM_VKERN_GROUP];
        uint32_t count = least(nl - k, FM_VKERN_GROUP);
        fm_err e = fill(s, l, cur, *n, k, count, &g);
        if (e != FM_OK) {
            return e;
        }
        s->k->hash(fm_stark_leaf_key, g.v, (size_t)FM_EXT_BYTES << log_a, count, s->u.tree.digest[k]);
        leaf_points(s, log_d, log_d - log_a, leaf + k, count, xinv);
        s->k->fold(&s->inverse, g.v, log_a, xinv, s->beta[l], count, value(s, 1 - cur) + k);
    }
    memcpy(s->u.tree.node, leaf, nl * sizeof leaf[0]);
    *n = nl;
    fm_err e = climb(s, nl, log_d - log_a + s->d.log_b, s->root[l], FM_E_STARK_FRI_PATH);
    return FM_KEEP(9) || e == FM_E_STARK_LENGTH ? e : FM_OK;
}

/* The last polynomial, of degree below 2^log_d, against the values at its points. */
static fm_err last(struct scratch *s, uint32_t log_d, const fm_bb *x, const struct fm_ext *v, uint32_t n)
{
    struct fm_ext f[FM_VKERN_GROUP];
    uint32_t wrong = 0;
    s->k->horner(s->final, 1u << log_d, x, n, f);
    for (uint32_t k = 0; k < n; k++) {
        wrong |= !fm_ext_equal(&f[k], &v[k]);
    }
    return FM_KEEP(10) && wrong != 0 ? FM_E_STARK_FINAL : FM_OK;
}

/* DEEP values of `count` leaves from k on, 2^log_g rows each, in order; they are compared if nothing folds them. */
static fm_err deep(struct scratch *s, const uint8_t *rows, const uint8_t *quot, uint32_t k, uint32_t count,
                   struct fm_ext *v)
{
    const struct fm_stark_dims *d = &s->d;
    const struct fm_vkern_deep *of = &s->u.rows.deep;
    uint32_t log_g = (uint32_t)__builtin_ctz(d->group);
    uint32_t log_leaf = d->log_n - log_g;
    for (uint32_t p = 0; p < count << log_g; p += FM_VKERN_GROUP) {
        uint32_t pos[FM_VKERN_GROUP] = {0};
        fm_bb x[FM_VKERN_GROUP];
        uint32_t n = least((count << log_g) - p, FM_VKERN_GROUP);
        size_t at = ((size_t)k << log_g) + p;
        for (uint32_t i = 0; i < n; i++) {
            uint32_t leaf = s->index[0][k + ((p + i) >> log_g)];
            uint32_t m = (p + i) & (d->group - 1);
            pos[i] = (leaf >> log_leaf) << d->log_n | m << log_leaf | (leaf & ((1u << log_leaf) - 1));
        }
        points(s, false, d->log_n, pos, n, x);
        s->k->deep(of, rows + at * 4 * of->air->ncols, quot + at * FM_EXT_BYTES * of->air->nchunks, x, n, v + p);
        fm_err e = d->layers == 0 ? last(s, d->log_n, x, v + p, n) : FM_OK;
        if (e != FM_OK) {
            return e;
        }
    }
    return FM_OK;
}

/* DEEP values at the opened points; for grouped leaves, the first fold as well. Result in slot 1. */
static fm_err open_rows(struct scratch *s, const struct fm_air *a, const uint8_t *troot, const uint8_t *qroot,
                        uint32_t *n)
{
    const struct fm_stark_dims *d = &s->d;
    uint32_t log_g = (uint32_t)__builtin_ctz(d->group);
    uint32_t log_leaf = d->log_n - log_g;
    const uint8_t *rows;
    const uint8_t *quot;
    for (uint32_t i = 0; i < *n; i++) {
        s->index[0][i] = leaf_of(s->index[0][i], d->log_n, log_g);
    }
    *n = fm_stark_sort(s->index[0], *n);
    fm_err e = opened(s, *n, d->trace_leaf, log_leaf + d->log_b, troot, FM_E_STARK_TRACE_PATH, &rows);
    if (e == FM_OK) {
        e = opened(s, *n, d->quot_leaf, log_leaf + d->log_b, qroot, FM_E_STARK_QUOTIENT_PATH, &quot);
    }
    if (e != FM_OK) {
        return e;
    }
    prepare_deep(s, a);
    for (uint32_t k = 0; k < *n; k += FM_VKERN_GROUP) {
        struct fm_ext v[FM_VKERN_GROUP << FM_STARK_ARITY_LOG];
        fm_bb xinv[FM_VKERN_GROUP];
        uint32_t count = least(*n - k, FM_VKERN_GROUP);
        e = deep(s, rows, quot, k, count, v);
        if (e != FM_OK) {
            return e;
        }
        if (d->first == 1) {
            leaf_points(s, d->log_n, log_leaf, s->index[0] + k, count, xinv);
            s->k->fold(&s->inverse, v, log_g, xinv, s->beta[0], count, value(s, 1) + k);
        } else {
            for (uint32_t i = 0; i < count; i++) {
                value(s, 1)[k + i] = v[i << log_g];
            }
        }
    }
    memcpy(s->index[1], s->index[0], *n * sizeof s->index[0][0]);
    return FM_OK;
}

/* The domain of the next layer: each point to the power 2^log_a. */
static void raise(struct scratch *s, uint32_t log_a)
{
    for (uint32_t i = 0; i < log_a; i++) {
        s->turns.shift = fm_bb_mul(s->turns.shift, s->turns.shift);
        s->inverse.shift = fm_bb_mul(s->inverse.shift, s->inverse.shift);
    }
}

static fm_err queries(struct scratch *s, const struct fm_stark_statement *st, const uint8_t *troot,
                      const uint8_t *qroot)
{
    const struct fm_stark_dims *d = &s->d;
    uint32_t n = st->profile->queries;
    fm_tr_indices(&s->tr, d->log_n + d->log_b, s->index[0], n);
    fm_err e = open_rows(s, st->air, troot, qroot, &n);
    uint32_t cur = 1;
    for (uint32_t l = 0; e == FM_OK && l < d->layers; l++) {
        if (l >= d->first) {
            e = layer(s, l, cur, &n);
            cur = 1 - cur;
        }
        raise(s, d->log_a[l]);
    }
    for (uint32_t k = 0; e == FM_OK && d->layers > 0 && k < n; k += FM_VKERN_GROUP) {
        uint32_t pos[FM_VKERN_GROUP] = {0};
        fm_bb x[FM_VKERN_GROUP];
        uint32_t count = least(n - k, FM_VKERN_GROUP);
        memcpy(pos, s->index[cur] + k, count * sizeof pos[0]);
        points(s, false, d->log_d[d->layers], pos, count, x);
        e = last(s, d->log_d[d->layers], x, value(s, cur) + k, count);
    }
    return e;
}

static fm_err commitments(struct scratch *s, const struct fm_stark_statement *st)
{
    const struct fm_stark_profile *p = st->profile;
    const struct fm_stark_dims *d = &s->d;
    const uint8_t *troot;
    const uint8_t *qroot;
    fm_err e = root(s, FM_TR_TRACE, &troot);
    struct fm_ext alpha = fm_tr_ext(&s->tr, 1);
    e = e != FM_OK ? e : root(s, FM_TR_QUOTIENT, &qroot);
    e = e != FM_OK ? e : work(s, p->pow_deep);
    s->z = fm_tr_ext(&s->tr, 2);
    e = e != FM_OK ? e : out_of_domain(s, st, &alpha);
    e = e != FM_OK ? e : work(s, p->pow_batch);
    if (e != FM_OK) {
        return e;
    }
    s->gamma = fm_tr_ext(&s->tr, 3);
    for (uint32_t l = 0; l < d->layers; l++) {
        e = l >= d->first ? root(s, FM_TR_LAYER, &s->root[l]) : FM_OK;
        e = e != FM_OK ? e : work(s, p->pow_commit);
        if (e != FM_OK) {
            return e;
        }
        s->beta[l] = fm_tr_ext(&s->tr, 4);
    }
    uint32_t final_len = 1u << d->log_d[d->layers];
    s->final = felts(s, (size_t)FM_EXT_DEGREE * final_len, &e);
    if (e != FM_OK) {
        return e;
    }
    fm_tr_absorb(&s->tr, FM_TR_FINAL, s->final, FM_EXT_BYTES * final_len);
    e = work(s, p->pow_query);
    return e != FM_OK ? e : queries(s, st, troot, qroot);
}

static void turns(struct fm_vkern_turns *t, bool inverse)
{
    fm_bb shift = fm_bb_of(FM_BB_SHIFT_INT);
    fm_bb r = fm_bb_root(FM_BB_TWO_ADICITY);
    t->shift = inverse ? fm_bb_inv(shift) : shift;
    r = inverse ? fm_bb_inv(r) : r;
    for (uint32_t k = FM_BB_TWO_ADICITY + 1; k-- > 0; r = fm_bb_mul(r, r)) {
        t->root[k] = r;
    }
}

const struct fm_vkern *fm_vkern_best(void)
{
    uint32_t i = 0;
    while (fm_vkern_at(i + 1) != NULL) {
        i++;
    }
    return fm_vkern_at(i);
}

fm_err fm_stark_verify(const struct fm_stark_statement *st, const uint8_t *proof, size_t len, void *scratch,
                       size_t scratch_len)
{
    return fm_stark_verify_by(fm_vkern_best(), st, proof, len, scratch, scratch_len);
}

fm_err fm_stark_verify_by(const struct fm_vkern *k, const struct fm_stark_statement *st, const uint8_t *proof,
                          size_t len, void *scratch, size_t scratch_len)
{
    struct scratch *s = scratch;
    if (scratch_len < sizeof *s || (uintptr_t)scratch % 8 != 0) {
        return FM_E_STARK_SCRATCH;
    }
    if (!fm_stark_dims(st, &s->d)) {
        return FM_E_STARK_ARGUMENT;
    }
    for (uint32_t i = 0; i < st->air->npi; i++) {
        if (FM_KEEP(11) && st->pi[i] >= FM_BB_P) {
            return FM_E_STARK_INPUTS;
        }
    }
    s->k = k;
    turns(&s->turns, false);
    turns(&s->inverse, true);
    fm_reader_init(&s->r, proof, len);
    fm_err e = header(s, st);
    if (e == FM_OK) {
        fm_tr_start(&s->tr, st, &s->d);
        e = commitments(s, st);
    }
    if (e == FM_OK && FM_KEEP(12) && !fm_reader_end(&s->r)) {
        e = FM_E_STARK_LENGTH;
    }
    return e;
}
