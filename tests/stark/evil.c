/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stark/evil.h"

struct prover;
static void evil(struct prover *p, int phase);
#define FM_STARK_CHECKED false
#define FM_STARK_EVIL(p, phase) evil((p), (phase))
#define FM_STARK_EVIL_FINAL(poly, count) evil_final((poly), (count))
static void evil_final(struct fm_ext *poly, uint32_t count);
#define fm_stark_prove evil_prove
#define fm_stark_prove_by evil_prove_by
#define fm_stark_check evil_check
#define fm_stark_arena_size evil_arena_size
#define fm_stark_proof_size evil_proof_size
size_t evil_arena_size(const struct fm_stark_statement *st);
size_t evil_proof_size(const struct fm_stark_statement *st);
fm_err evil_prove_by(const struct fm_stark_crew *crew, const struct fm_stark_statement *st, const uint32_t *trace,
                     void *arena, size_t arena_len, uint8_t *out, size_t cap, size_t *len,
                     struct fm_stark_fault *fault);
fm_err evil_check(const struct fm_stark_statement *st, const uint32_t *trace, uint32_t *per,
                  struct fm_stark_fault *fault);
static void evil_indices(const struct fm_tr *t, uint32_t log_size, uint32_t *out, uint32_t n);
#define fm_tr_indices evil_indices
#define fm_prover_open evil_open
#include "lib/stark/prove.c"
#include "lib/stark/prove_open.c"
#undef fm_tr_indices

int evil_attack;

/* toy.c has challenges from a small set, and another one of these. */
__attribute__((weak)) struct fm_ext evil_choice(uint32_t k)
{
    return fm_ext_of(fm_bb_of(k));
}
uint32_t evil_degree;

static uint32_t junk(size_t i)
{
    return (uint32_t)((i + 1) * 2654435761u) % FM_BB_P;
}

/* The last chunk chosen so that the identity holds at z for whatever the other values are. */
static void solve_identity(struct prover *p)
{
    const struct fm_air *a = p->a;
    struct fm_ext z = fm_tr_ext(&p->tr, 2);
    static uint8_t bytes[FM_EXT_BYTES * FM_AIR_PAIRS_MAX];
    static struct fm_ext per[FM_AIR_PER_MAX];
    for (uint32_t i = 0; i < a->npairs; i++) {
        for (uint32_t l = 0; l < FM_EXT_DEGREE; l++) {
            fm_put_le32(bytes + FM_EXT_BYTES * i + 4 * l, p->values[i].c[l]);
        }
    }
    fm_air_public_at(a, p->st->pi, &z, per);
    struct fm_ext c = fm_air_eval(a, p->st->pi, bytes, per, &p->alphas[a->ncons - 2]);
    struct fm_ext zn = fm_ext_pow(&z, p->n);
    struct fm_ext zh = fm_ext_sub(zn, fm_ext_of(FM_BB_ONE));
    zh = fm_ext_inv(&zh);
    p->values[a->npairs] = fm_ext_mul(&c, &zh);
    if (a->nchunks == 2) {
        zn = fm_ext_mul(&zn, &p->values[a->npairs + 1]);
        p->values[a->npairs] = fm_ext_sub(p->values[a->npairs], zn);
    }
}

static void evil_indices(const struct fm_tr *t, uint32_t log_size, uint32_t *out, uint32_t n)
{
    fm_tr_indices(t, log_size, out, n);
    for (uint32_t i = 0; i < n; i++) {
        out[i] ^= evil_attack == EVIL_NEIGHBOUR ? 1u : 0u;
        out[i] = evil_attack == EVIL_ONE_QUERY ? out[0] : out[i];
    }
}

/* x^k (x^n - 1) */
static fm_bb bump(const struct prover *p, fm_bb x)
{
    return fm_bb_mul(fm_bb_pow(x, evil_degree), fm_bb_sub(fm_bb_pow(x, p->n), FM_BB_ONE));
}

/* A column of a higher degree that agrees with the trace on every row; the values at z say so. */
static void raise_degree(struct prover *p, int phase)
{
    for (size_t i = 0; phase == 1 && i < p->points; i++) {
        fm_bb x = fm_stark_point(p->d.log_n, p->d.log_b, 0, (uint32_t)(i >> p->d.log_n),
                                 (uint32_t)(i & (p->n - 1)));
        p->lde[i] = fm_bb_add(p->lde[i], bump(p, x));
    }
    for (uint32_t o = 0; phase == 3 && o < p->a->noffs; o++) {
        struct fm_ext z = fm_tr_ext(&p->tr, 2);
        struct fm_ext zn;
        if ((p->a->mask[o][0] & 1) == 0) {
            continue;
        }
        z = fm_ext_scale(z, fm_bb_pow(fm_bb_inv(fm_bb_root(p->d.log_n)), p->a->offs[o]));
        zn = fm_ext_sub(fm_ext_pow(&z, p->n), fm_ext_of(FM_BB_ONE));
        z = fm_ext_pow(&z, evil_degree);
        p->values[p->a->base[o]] = fm_ext_add(p->values[p->a->base[o]], fm_ext_mul(&z, &zn));
    }
}

static void replace_layer(struct prover *p, uint32_t with)
{
    uint32_t l = p->d.first;
    size_t points = (size_t)1 << (p->d.log_d[l] + p->d.log_b);
    for (size_t i = 0; i < FM_EXT_DEGREE * points; i++) {
        p->layer[l][i] = i < points ? with : 0;
    }
}

/* ---- forgeries that bet on a challenge of a small set */

/* Column c at x, from its values on the trace domain. */
static struct fm_ext column_at(const struct prover *p, uint32_t c, const struct fm_ext *x)
{
    struct fm_ext sum = fm_ext_of(0);
    fm_bb w = fm_bb_root(p->d.log_n);
    fm_bb at = FM_BB_ONE;
    for (size_t i = 0; i < p->n; i++) {
        struct fm_ext d = fm_ext_sub(*x, fm_ext_of(at));
        d = fm_ext_inv(&d);
        sum = fm_ext_add(sum, fm_ext_scale(d, fm_bb_mul(p->trace[c * p->n + i], at)));
        at = fm_bb_mul(at, w);
    }
    struct fm_ext zh = fm_ext_sub(fm_ext_pow(x, p->n), fm_ext_of(FM_BB_ONE));
    sum = fm_ext_mul(&sum, &zh);
    return fm_ext_scale(sum, fm_bb_inv(fm_bb_of((uint32_t)p->n)));
}

/* C(x) / (x^n - 1) of the values at x: what the one chunk would have to be there. */
static struct fm_ext wanted(const struct prover *p, const struct fm_ext *x, const struct fm_ext *values,
                            const struct fm_ext *alpha)
{
    static uint8_t bytes[FM_EXT_BYTES * FM_AIR_PAIRS_MAX];
    static struct fm_ext per[FM_AIR_PER_MAX];
    struct fm_ext zh = fm_ext_sub(fm_ext_pow(x, p->n), fm_ext_of(FM_BB_ONE));
    for (uint32_t i = 0; i < p->a->npairs; i++) {
        for (uint32_t l = 0; l < FM_EXT_DEGREE; l++) {
            fm_put_le32(bytes + FM_EXT_BYTES * i + 4 * l, values[i].c[l]);
        }
    }
    fm_air_public_at(p->a, p->st->pi, x, per);
    struct fm_ext c = fm_air_eval(p->a, p->st->pi, bytes, per, alpha);
    zh = fm_ext_inv(&zh);
    return fm_ext_mul(&c, &zh);
}

static void values_at(const struct prover *p, const struct fm_ext *x, struct fm_ext *values)
{
    uint32_t j = 0;
    for (uint32_t o = 0; o < p->a->noffs; o++) {
        fm_bb w = fm_bb_pow(fm_bb_inv(fm_bb_root(p->d.log_n)), p->a->offs[o]);
        struct fm_ext at = fm_ext_scale(*x, w);
        for (uint32_t c = 0; c < p->a->ncols; c++) {
            if ((p->a->mask[o][0] >> c & 1) != 0) {
                values[j++] = column_at(p, c, &at);
            }
        }
    }
}

static struct fm_ext bet_at[64], bet_is[64], bet_weight[64];

/* The polynomial of degree below n through the bets, at x. */
static struct fm_ext through_bets(const struct prover *p, const struct fm_ext *x)
{
    struct fm_ext product = fm_ext_of(FM_BB_ONE);
    struct fm_ext sum = fm_ext_of(0);
    for (uint32_t i = 0; i < p->n; i++) {
        struct fm_ext d = fm_ext_sub(*x, bet_at[i]);
        if (fm_ext_is_zero(&d)) {
            return bet_is[i];
        }
        product = fm_ext_mul(&product, &d);
        d = fm_ext_inv(&d);
        d = fm_ext_mul(&d, &bet_weight[i]);
        sum = fm_ext_add(sum, fm_ext_mul(&d, &bet_is[i]));
    }
    return fm_ext_mul(&sum, &product);
}

static struct fm_ext point_of(const struct prover *p, size_t i)
{
    return fm_ext_of(
        fm_stark_point(p->d.log_n, p->d.log_b, 0, (uint32_t)(i >> p->d.log_n), (uint32_t)(i & (p->n - 1))));
}

static void set_quotient(struct prover *p, size_t i, const struct fm_ext *v)
{
    for (uint32_t l = 0; l < FM_EXT_DEGREE; l++) {
        p->quot[l * p->stride + i] = v->c[l];
    }
}

/* A quotient that is right at n of the points that z may be. */
static void some_z(struct prover *p, int phase)
{
    struct fm_ext alpha = fm_tr_ext(&p->tr, 1);
    for (uint32_t i = 0; phase == 2 && i < p->n; i++) {
        struct fm_ext values[8];
        bet_at[i] = evil_choice(i);
        values_at(p, &bet_at[i], values);
        bet_is[i] = wanted(p, &bet_at[i], values, &alpha);
    }
    for (uint32_t i = 0; phase == 2 && i < p->n; i++) {
        bet_weight[i] = fm_ext_of(FM_BB_ONE);
        for (uint32_t k = 0; k < p->n; k++) {
            struct fm_ext d = fm_ext_sub(bet_at[i], bet_at[k]);
            bet_weight[i] = k == i ? bet_weight[i] : fm_ext_mul(&bet_weight[i], &d);
        }
        bet_weight[i] = fm_ext_inv(&bet_weight[i]);
    }
    for (size_t i = 0; phase == 2 && i < p->points; i++) {
        struct fm_ext x = point_of(p, i);
        struct fm_ext v = through_bets(p, &x);
        set_quotient(p, i, &v);
    }
    if (phase == 3) {
        struct fm_ext z = fm_tr_ext(&p->tr, 2);
        p->values[p->a->npairs] = through_bets(p, &z);
    }
}

/* Values at z that lie, but not where gamma is one of two: the identity holds, and the sum that DEEP subtracts is
 * right. */
static void some_gamma(struct prover *p)
{
    struct fm_ext z = fm_tr_ext(&p->tr, 2);
    struct fm_ext alpha = p->alphas[p->a->ncons - 2];
    struct fm_ext g1 = evil_choice(1);
    struct fm_ext g2 = evil_choice(2);
    struct fm_ext h1 = fm_ext_pow(&g1, p->a->npairs);
    struct fm_ext h2 = fm_ext_pow(&g2, p->a->npairs);
    struct fm_ext one = fm_ext_of(FM_BB_ONE);
    struct fm_ext *v = p->values;
    struct fm_ext base = wanted(p, &z, v, &alpha);
    struct fm_ext slope[2];
    for (uint32_t j = 0; j < 2; j++) {
        struct fm_ext was = v[j];
        v[j] = fm_ext_add(v[j], one);
        slope[j] = fm_ext_sub(wanted(p, &z, v, &alpha), base);
        v[j] = was;
    }
    /* d0 + g d1 + g^npairs dq = 0 for both; dq = base - q + slope0 d0 + slope1 d1. In units of dq: */
    struct fm_ext d1 = fm_ext_sub(g1, g2);
    d1 = fm_ext_inv(&d1);
    struct fm_ext t = fm_ext_sub(h2, h1);
    d1 = fm_ext_mul(&d1, &t);
    t = fm_ext_mul(&g1, &d1);
    struct fm_ext d0 = fm_ext_sub(fm_ext_sub(fm_ext_of(0), t), h1);
    struct fm_ext s0 = fm_ext_mul(&slope[0], &d0);
    struct fm_ext s1 = fm_ext_mul(&slope[1], &d1);
    t = fm_ext_sub(fm_ext_sub(one, s0), s1);
    t = fm_ext_inv(&t);
    struct fm_ext dq = fm_ext_sub(base, v[p->a->npairs]);
    dq = fm_ext_mul(&dq, &t);
    d0 = fm_ext_mul(&d0, &dq);
    d1 = fm_ext_mul(&d1, &dq);
    v[0] = fm_ext_add(v[0], d0);
    v[1] = fm_ext_add(v[1], d1);
    v[p->a->npairs] = fm_ext_add(v[p->a->npairs], dq);
}

/* z is known: a quotient that is far from any polynomial, but folds to one for seven of the betas. */
static void some_beta(struct prover *p, int phase)
{
    struct fm_ext z = evil_choice(0);
    struct fm_ext alpha = fm_tr_ext(&p->tr, 1);
    size_t rows = p->n / 8;
    if (phase == 3) {
        p->values[p->a->npairs] = bet_is[0];
        return;
    }
    struct fm_ext values[8];
    values_at(p, &z, values);
    bet_is[0] = wanted(p, &z, values, &alpha);
    for (size_t i = 0; i < p->points; i++) {
        struct fm_ext x = point_of(p, i);
        struct fm_ext v = fm_ext_sub(x, z);
        for (uint32_t k = 1; k < 8; k++) {
            struct fm_ext d = fm_ext_sub(x, evil_choice(k));
            v = fm_ext_mul(&v, &d);
        }
        v = fm_ext_scale(v, junk((i >> p->d.log_n) * rows + i % rows)); /* the same at all eight points of a fold */
        v = fm_ext_add(v, bet_is[0]);
        set_quotient(p, i, &v);
    }
}

static void bet(struct prover *p, int phase)
{
    if (evil_attack == EVIL_SOME_Z) {
        some_z(p, phase);
    }
    if (evil_attack == EVIL_SOME_GAMMA && phase == 3) {
        some_gamma(p);
    }
    if (evil_attack == EVIL_SOME_BETA && (phase == 2 || phase == 3)) {
        some_beta(p, phase);
    }
}

static void evil(struct prover *p, int phase)
{
    bet(p, phase);
    if (evil_attack == EVIL_DEGREE) {
        raise_degree(p, phase);
    }
    if (evil_attack == EVIL_CHUNK && phase == 2) {
        for (size_t i = 0; i < p->points; i++) {
            fm_bb x = fm_stark_point(p->d.log_n, p->d.log_b, 0, (uint32_t)(i >> p->d.log_n),
                                     (uint32_t)(i & (p->n - 1)));
            p->quot[i] = fm_bb_add(p->quot[i], fm_bb_pow(x, p->n + 1));
        }
    }

    if (evil_attack == EVIL_RANDOM && phase == 1) {
        for (size_t i = 0; i < p->stride * p->a->ncols; i++) {
            p->lde[i] = junk(i);
        }
    }
    if (evil_attack == EVIL_ROW && phase == 1) {
        for (size_t c = 0; c < (size_t)1 << p->d.log_b; c++) {
            p->lde[c * p->n] = junk(c);
        }
    }
    if (evil_attack == EVIL_DEGREE_N && phase == 1) { /* add x^n - 1: zero on every trace row */
        for (size_t i = 0; i < p->points; i++) {
            fm_bb s = fm_stark_point(p->d.log_n, p->d.log_b, 0, (uint32_t)(i >> p->d.log_n), 0);
            p->lde[i] = fm_bb_add(p->lde[i], fm_bb_sub(fm_bb_pow(s, p->n), FM_BB_ONE));
        }
    }
    if (evil_attack == EVIL_QUOTIENT && phase == 2) {
        for (size_t i = 0; i < FM_EXT_DEGREE * p->stride; i++) {
            p->quot[i] = junk(i);
        }
    }
    if (phase == 3 && evil_attack == EVIL_VALUES) {
        p->values[0].c[1] = fm_bb_add(p->values[0].c[1], FM_BB_ONE);
    }
    if (phase == 3 && evil_attack >= EVIL_IDENTITY && evil_attack <= EVIL_LAYER) {
        solve_identity(p); /* every forger gets past the out-of-domain check */
    }
    if (phase == 4 + (int)p->d.first && p->d.layers > p->d.first) {
        if (evil_attack == EVIL_LAYER || evil_attack == EVIL_CONSTANT) {
            replace_layer(p, evil_attack == EVIL_LAYER ? 0 : FM_BB_ONE);
        }
    }
}

static void evil_final(struct fm_ext *poly, uint32_t count)
{
    if (evil_attack == EVIL_FINAL) {
        poly[count - 1].c[0] = fm_bb_add(poly[count - 1].c[0], FM_BB_ONE);
    }
}
