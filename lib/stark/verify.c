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

#include "wire/cursor.h"

struct scratch {
    struct fm_ext gamma[FM_STARK_OPENINGS_MAX]; /* also the public columns at z, before gamma is drawn */
    struct fm_ext at_z[FM_AIR_OFFS_MAX]; /* sum gamma^j v_j by offset */
    struct fm_ext point[FM_AIR_OFFS_MAX]; /* z w^-offset */
    struct fm_ext inv[FM_AIR_OFFS_MAX], tmp[FM_AIR_OFFS_MAX];
    struct fm_ext value[2][FM_STARK_QUERIES_MAX];
    uint32_t index[2][FM_STARK_QUERIES_MAX];
    uint32_t node[FM_STARK_QUERIES_MAX];
    uint8_t digest[FM_STARK_QUERIES_MAX][32];
    struct fm_ext beta[FM_STARK_LAYERS_MAX];
    const uint8_t *root[FM_STARK_LAYERS_MAX];
    struct fm_tr tr;
    struct fm_stark_dims d;
    struct fm_reader r;
};

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
    for (size_t i = 0; FM_KEEP(1) && i < count; i++) {
        if (fm_le32(p + 4 * i) >= FM_BB_P) {
            *e = FM_E_STARK_FELT;
            return NULL;
        }
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
static fm_err out_of_domain(struct scratch *s, const struct fm_stark_statement *st, const struct fm_ext *alpha,
                            const struct fm_ext *z, const uint8_t **ood)
{
    const struct fm_air *a = st->air;
    struct fm_ext zn = to_n(*z, a->log_n);
    struct fm_ext zh = fm_ext_sub(zn, fm_ext_of(FM_BB_ONE));
    fm_err e = fm_stark_check_point(z, a->log_n);
    if (e != FM_OK) {
        return e;
    }
    *ood = felts(s, (size_t)FM_EXT_DEGREE * (a->npairs + a->nchunks), &e);
    if (e != FM_OK) {
        return e;
    }
    fm_tr_absorb(&s->tr, FM_TR_VALUES, *ood, FM_EXT_BYTES * (a->npairs + a->nchunks));
    fm_air_public_at(a, st->pi, z, s->gamma);
    struct fm_ext c = fm_air_eval(a, st->pi, *ood, s->gamma, alpha);
    struct fm_ext q = {{0, 0, 0, 0, 0}};
    for (uint32_t i = a->nchunks; i-- > 0;) {
        q = fm_ext_add(fm_ext_mul(&q, &zn), fm_ext_load(*ood + (size_t)FM_EXT_BYTES * (a->npairs + i)));
    }
    q = fm_ext_mul(&q, &zh);
    return !FM_KEEP(5) || fm_ext_equal(&c, &q) ? FM_OK : FM_E_STARK_CONSTRAINTS;
}

static uint32_t offset_len(const struct fm_air *a, uint32_t o)
{
    return (o + 1 < a->noffs ? a->base[o + 1] : a->npairs) - a->base[o];
}

static void prepare_deep(struct scratch *s, const struct fm_air *a, const struct fm_ext *gamma, const struct fm_ext *z,
                         const uint8_t *ood)
{
    fm_bb w = fm_bb_inv(fm_bb_root(a->log_n));
    s->gamma[0] = fm_ext_of(FM_BB_ONE);
    for (uint32_t j = 1; j < a->npairs + a->nchunks; j++) {
        s->gamma[j] = fm_ext_mul(&s->gamma[j - 1], gamma);
    }
    for (uint32_t o = 0; o < a->noffs; o++) {
        s->point[o] = fm_ext_scale(*z, fm_bb_pow(w, a->offs[o]));
        s->at_z[o] = fm_ext_of(0);
        for (uint32_t j = a->base[o]; j < a->base[o] + offset_len(a, o); j++) {
            struct fm_ext v = fm_ext_load(ood + (size_t)FM_EXT_BYTES * j);
            s->at_z[o] = fm_ext_add(s->at_z[o], fm_ext_mul(&s->gamma[j], &v));
        }
    }
    for (uint32_t i = a->npairs; i < a->npairs + a->nchunks; i++) {
        struct fm_ext v = fm_ext_load(ood + (size_t)FM_EXT_BYTES * i);
        s->at_z[0] = fm_ext_add(s->at_z[0], fm_ext_mul(&s->gamma[i], &v));
    }
}

/* sum over offsets of (sum gamma^j f_j(x) - at_z) / (x - z w^-offset). */
static struct fm_ext deep(struct scratch *s, const struct fm_air *a, fm_bb x, const uint8_t *row, const uint8_t *quot)
{
    for (uint32_t o = 0; o < a->noffs; o++) {
        s->inv[o] = fm_ext_sub(fm_ext_of(x), s->point[o]);
    }
    fm_ext_batch_inv(s->inv, s->tmp, a->noffs);
    struct fm_ext r = fm_ext_of(0);
    for (uint32_t o = 0; o < a->noffs; o++) {
        struct fm_ext t = fm_ext_sub(fm_ext_of(0), s->at_z[o]);
        uint32_t j = a->base[o];
        for (uint32_t w = 0; w < FM_AIR_COLS_MAX / 64; w++) {
            for (uint64_t m = a->mask[o][w]; m != 0; m &= m - 1) {
                uint32_t c = 64 * w + (uint32_t)__builtin_ctzll(m);
                t = fm_ext_add(t, fm_ext_scale(s->gamma[j++], fm_le32(row + (size_t)4 * c)));
            }
        }
        for (uint32_t i = 0; o == 0 && i < a->nchunks; i++) {
            struct fm_ext q = fm_ext_load(quot + (size_t)FM_EXT_BYTES * i);
            t = fm_ext_add(t, fm_ext_mul(&s->gamma[a->npairs + i], &q));
        }
        r = fm_ext_add(r, fm_ext_mul(&t, &s->inv[o]));
    }
    return r;
}

/* Recompute a root from s->digest at the n sorted leaves s->node; siblings come from the proof. */
static fm_err climb(struct scratch *s, uint32_t n, uint32_t depth, const uint8_t *want, fm_err refuse)
{
    for (uint32_t level = 0; level < depth; level++) {
        uint32_t out = 0;
        for (uint32_t i = 0; i < n; out++) {
            uint8_t pair[64];
            uint32_t at = s->node[i];
            bool both = (at & 1) == 0 && i + 1 < n && s->node[i + 1] == at + 1;
            memcpy(pair + 32 * (at & 1), s->digest[i], 32);
            if (both) {
                memcpy(pair + 32, s->digest[i + 1], 32);
            } else {
                const uint8_t *sib = fm_get_view(&s->r, 32);
                if (sib == NULL) {
                    return FM_E_STARK_LENGTH;
                }
                memcpy(pair + 32 * (1 - (at & 1)), sib, 32);
            }
            i += both ? 2 : 1;
            fm_stark_node(pair, s->digest[out]);
            s->node[out] = at >> 1;
        }
        n = out;
    }
    return memcmp(s->digest[0], want, 32) == 0 ? FM_OK : refuse;
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
    for (uint32_t i = 0; i < n; i++) {
        fm_stark_leaf(*rows + (size_t)i * size, size, s->digest[i]);
        s->node[i] = s->index[0][i];
    }
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

/* Positions and values of layer l in slot cur; on return slot 1-cur holds those of layer l+1. */
static fm_err layer(struct scratch *s, uint32_t l, uint32_t cur, uint32_t *n)
{
    uint32_t log_d = s->d.log_d[l];
    uint32_t log_a = s->d.log_a[l];
    uint32_t arity = 1u << log_a;
    uint32_t *leaf = s->index[1 - cur];
    fm_err e = FM_OK;
    for (uint32_t i = 0; i < *n; i++) {
        leaf[i] = leaf_of(s->index[cur][i], log_d, log_a);
    }
    uint32_t nl = fm_stark_sort(leaf, *n);
    for (uint32_t k = 0; k < nl; k++) {
        struct fm_ext v[8];
        uint8_t bytes[8 * FM_EXT_BYTES];
        uint32_t known = 0;
        for (uint32_t i = 0; FM_KEEP(8) && i < *n; i++) {
            if (leaf_of(s->index[cur][i], log_d, log_a) == leaf[k]) {
                uint32_t m = (s->index[cur][i] & ((1u << log_d) - 1)) >> (log_d - log_a);
                v[m] = s->value[cur][i];
                known |= 1u << m;
            }
        }
        for (uint32_t m = 0; m < arity; m++) {
            if ((known >> m & 1) == 0) {
                const uint8_t *p = felts(s, FM_EXT_DEGREE, &e);
                if (e != FM_OK) {
                    return e;
                }
                v[m] = fm_ext_load(p);
            }
            for (uint32_t j = 0; j < FM_EXT_DEGREE; j++) {
                fm_put_le32(bytes + FM_EXT_BYTES * m + 4 * j, v[m].c[j]);
            }
        }
        fm_stark_leaf(bytes, FM_EXT_BYTES * arity, s->digest[k]);
        s->node[k] = leaf[k];
        uint32_t row = leaf[k] & ((1u << (log_d - log_a)) - 1);
        fm_bb x = fm_stark_point(s->d.log_n, s->d.log_b, s->d.log_n - log_d, leaf[k] >> (log_d - log_a), row);
        s->value[1 - cur][k] = fm_stark_fold(v, log_a, x, s->beta[l]);
    }
    *n = nl;
    e = climb(s, nl, log_d - log_a + s->d.log_b, s->root[l], FM_E_STARK_FRI_PATH);
    return FM_KEEP(9) || e == FM_E_STARK_LENGTH ? e : FM_OK;
}

/* final(x) by Horner; x lies in the base field. */
static struct fm_ext final_at(const uint8_t *final, uint32_t len, fm_bb x)
{
    struct fm_ext r = fm_ext_of(0);
    for (uint32_t i = len; i-- > 0;) {
        r = fm_ext_add(fm_ext_scale(r, x), fm_ext_load(final + (size_t)FM_EXT_BYTES * i));
    }
    return r;
}

/* DEEP values at the opened points; for grouped leaves, the first fold as well. Result in slot 1. */
static fm_err open_rows(struct scratch *s, const struct fm_air *a, const uint8_t *troot, const uint8_t *qroot,
                        uint32_t *n, const uint8_t *final, uint32_t final_len)
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
    for (uint32_t k = 0; e == FM_OK && k < *n; k++) {
        struct fm_ext v[8];
        uint32_t leaf = s->index[0][k];
        uint32_t c = leaf >> log_leaf;
        uint32_t i = leaf & ((1u << log_leaf) - 1);
        for (uint32_t m = 0; m < d->group; m++) {
            fm_bb x = fm_stark_point(d->log_n, d->log_b, 0, c, i + (m << log_leaf));
            size_t at = (size_t)k * d->group + m;
            v[m] = deep(s, a, x, rows + at * 4 * a->ncols, quot + at * FM_EXT_BYTES * a->nchunks);
            if (d->layers == 0) {
                struct fm_ext f = final_at(final, final_len, x);
                if (FM_KEEP(10) && !fm_ext_equal(&f, &v[m])) {
                    return FM_E_STARK_FINAL;
                }
            }
        }
        s->value[1][k] = v[0];
        if (d->first == 1) {
            fm_bb x = fm_stark_point(d->log_n, d->log_b, 0, c, i);
            s->value[1][k] = fm_stark_fold(v, log_g, x, s->beta[0]);
        }
        s->index[1][k] = leaf;
    }
    return e;
}

static fm_err queries(struct scratch *s, const struct fm_stark_statement *st, const uint8_t *troot,
                      const uint8_t *qroot, const uint8_t *final, uint32_t final_len)
{
    const struct fm_stark_dims *d = &s->d;
    uint32_t n = st->profile->queries;
    fm_tr_indices(&s->tr, d->log_n + d->log_b, s->index[0], n);
    fm_err e = open_rows(s, st->air, troot, qroot, &n, final, final_len);
    uint32_t cur = 1;
    for (uint32_t l = d->first; e == FM_OK && l < d->layers; l++, cur = 1 - cur) {
        e = layer(s, l, cur, &n);
    }
    uint32_t log_d = d->log_d[d->layers];
    for (uint32_t k = 0; e == FM_OK && d->layers > 0 && k < n; k++) {
        uint32_t pos = s->index[cur][k];
        fm_bb x = fm_stark_point(d->log_n, d->log_b, d->log_n - log_d, pos >> log_d, pos & ((1u << log_d) - 1));
        struct fm_ext f = final_at(final, final_len, x);
        if (FM_KEEP(10) && !fm_ext_equal(&f, &s->value[cur][k])) {
            return FM_E_STARK_FINAL;
        }
    }
    return e;
}

static fm_err commitments(struct scratch *s, const struct fm_stark_statement *st)
{
    const struct fm_air *a = st->air;
    const struct fm_stark_profile *p = st->profile;
    const struct fm_stark_dims *d = &s->d;
    const uint8_t *troot;
    const uint8_t *qroot;
    const uint8_t *ood;
    fm_err e = root(s, FM_TR_TRACE, &troot);
    struct fm_ext alpha = fm_tr_ext(&s->tr, 1);
    e = e != FM_OK ? e : root(s, FM_TR_QUOTIENT, &qroot);
    e = e != FM_OK ? e : work(s, p->pow_deep);
    struct fm_ext z = fm_tr_ext(&s->tr, 2);
    e = e != FM_OK ? e : out_of_domain(s, st, &alpha, &z, &ood);
    e = e != FM_OK ? e : work(s, p->pow_batch);
    if (e != FM_OK) {
        return e;
    }
    struct fm_ext gamma = fm_tr_ext(&s->tr, 3);
    prepare_deep(s, a, &gamma, &z, ood);
    for (uint32_t l = 0; l < d->layers; l++) {
        e = l >= d->first ? root(s, FM_TR_LAYER, &s->root[l]) : FM_OK;
        e = e != FM_OK ? e : work(s, p->pow_commit);
        if (e != FM_OK) {
            return e;
        }
        s->beta[l] = fm_tr_ext(&s->tr, 4);
    }
    uint32_t final_len = 1u << d->log_d[d->layers];
    const uint8_t *final = felts(s, (size_t)FM_EXT_DEGREE * final_len, &e);
    if (e != FM_OK) {
        return e;
    }
    fm_tr_absorb(&s->tr, FM_TR_FINAL, final, FM_EXT_BYTES * final_len);
    e = work(s, p->pow_query);
    return e != FM_OK ? e : queries(s, st, troot, qroot, final, final_len);
}

fm_err fm_stark_verify(const struct fm_stark_statement *st, const uint8_t *proof, size_t len, void *scratch,
                       size_t scratch_len)
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
