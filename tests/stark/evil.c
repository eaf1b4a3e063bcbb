/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/stark/evil.h"

struct prover;
static void evil(struct prover *p, int phase);
#define FM_STARK_CHECKED false
#define FM_STARK_EVIL(p, phase) evil((p), (phase))
#define FM_STARK_EVIL_FINAL(poly, count) evil_final((poly), (count))
static void evil_final(struct fm_ext *poly, uint32_t count);
#define fm_stark_prove evil_prove
#define fm_stark_check evil_check
#define fm_stark_arena_size evil_arena_size
#define fm_stark_proof_size evil_proof_size
size_t evil_arena_size(const struct fm_stark_statement *st);
size_t evil_proof_size(const struct fm_stark_statement *st);
fm_err evil_check(const struct fm_stark_statement *st, const uint32_t *trace, uint32_t *per,
                  struct fm_stark_fault *fault);
#include "lib/stark/prove.c"

int evil_attack;

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

static void evil(struct prover *p, int phase)
{
    if (evil_attack == EVIL_RANDOM && phase == 1) {
        for (size_t i = 0; i < p->points * p->a->ncols; i++) {
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
        for (size_t i = 0; i < FM_EXT_DEGREE * p->points; i++) {
            p->quot[i] = junk(i);
        }
    }
    if (phase == 3 && evil_attack >= EVIL_RANDOM && evil_attack != EVIL_FINAL) {
        solve_identity(p); /* every forger gets past the out-of-domain check */
    }
    if (evil_attack == EVIL_LAYER && phase == 4 + (int)p->d.first && p->d.layers > p->d.first) {
        uint32_t l = p->d.first;
        for (size_t i = 0; i < (size_t)FM_EXT_DEGREE << (p->d.log_d[l] + p->d.log_b); i++) {
            p->layer[l][i] = 0;
        }
    }
}

static void evil_final(struct fm_ext *poly, uint32_t count)
{
    if (evil_attack == EVIL_FINAL) {
        poly[count - 1].c[0] = fm_bb_add(poly[count - 1].c[0], FM_BB_ONE);
    }
}
