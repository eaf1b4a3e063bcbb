/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public columns at a point z. An entry of period m = 2^log in row r is the value times L_r(y) = w^r (y^m - 1) /
 * (m (y - w^r)), y = z^(n/m), w of order m. With y's minimal polynomial (fm_ext_minimal), 1 / (y - w^r) = -rest(w^r) /
 * min(w^r): the rows' part stays in the base field, and what lies in the extension is multiplied once a column.
 */
#include <string.h>

#include "stark/air.h"

#define ROWS_BATCH 16u

struct period {
    uint32_t log, next; /* next: the first entry not yet added */
    fm_bb root[FM_AIR_ROWS_LOG_MAX + 1], min[FM_EXT_DEGREE];
    struct fm_ext factor[FM_EXT_DEGREE]; /* of w^(r (k + 1)) / min(w^r) */
    struct fm_ext sum[FM_AIR_PER_MAX];   /* by column; entry k: of factor k */
};

static void begin(struct period *p, const struct fm_air *a, const struct fm_ext *z)
{
    struct fm_ext y = *z;
    struct fm_ext rest[FM_EXT_DEGREE];
    fm_bb r = fm_bb_root(p->log);
    for (uint32_t k = p->log; k < a->log_n; k++) {
        y = fm_ext_mul(&y, &y);
    }
    struct fm_ext top = y;
    for (uint32_t k = 0; k < p->log; k++) {
        top = fm_ext_mul(&top, &top);
    }
    top = fm_ext_sub(fm_ext_of(FM_BB_ONE), top);
    top = fm_ext_scale(top, fm_bb_inv(fm_bb_of((uint32_t)1 << p->log)));
    for (uint32_t k = p->log + 1; k-- > 0; r = fm_bb_mul(r, r)) {
        p->root[k] = r;
    }
    fm_ext_minimal(&y, p->min, rest);
    rest[FM_EXT_DEGREE - 1] = fm_ext_of(FM_BB_ONE);
    for (uint32_t k = 0; k < FM_EXT_DEGREE; k++) {
        p->factor[k] = fm_ext_mul(&top, &rest[k]);
    }
    memset(p->sum, 0, a->nper * sizeof p->sum[0]);
}

static fm_bb root_to(const struct period *p, uint32_t row)
{
    fm_bb w = FM_BB_ONE;
    for (uint32_t b = 0; row >> b != 0; b++) {
        w = (row >> b & 1) != 0 ? fm_bb_mul(w, p->root[p->log - b]) : w;
    }
    return w;
}

static bool same_period(const struct period *p, const struct fm_air *a, uint32_t entry)
{
    return entry < a->nentries && a->entries[entry].log_period == p->log;
}

static bool same_row(const struct period *p, const struct fm_air *a, uint32_t entry, uint32_t row)
{
    return same_period(p, a, entry) && a->entries[entry].row == row;
}

/* All entries of one row; w: w^r, inv: 1 / min(w^r). */
static void add_row(struct period *p, const struct fm_air *a, const uint32_t *pi, fm_bb w, fm_bb inv)
{
    struct fm_ext power;
    uint32_t row = a->entries[p->next].row;
    power.c[0] = fm_bb_mul(w, inv);
    for (uint32_t k = 1; k < FM_EXT_DEGREE; k++) {
        power.c[k] = fm_bb_mul(power.c[k - 1], w);
    }
    for (; same_row(p, a, p->next, row); p->next++) {
        const struct fm_air_entry *e = &a->entries[p->next];
        fm_bb v = e->is_pi ? fm_bb_of(pi[e->value]) : e->value;
        p->sum[e->col] = fm_ext_add(p->sum[e->col], fm_ext_scale(power, v));
    }
}

/* A batch of rows: their denominators are inverted together. */
static void add_rows(struct period *p, const struct fm_air *a, const uint32_t *pi)
{
    fm_bb w[ROWS_BATCH];
    fm_bb den[ROWS_BATCH];
    fm_bb before[ROWS_BATCH];
    fm_bb all = FM_BB_ONE;
    uint32_t n = 0;
    for (uint32_t i = p->next; n < ROWS_BATCH && same_period(p, a, i); n++) {
        uint32_t row = a->entries[i].row;
        w[n] = root_to(p, row);
        den[n] = FM_BB_ONE;
        for (uint32_t k = FM_EXT_DEGREE; k-- > 0;) {
            den[n] = fm_bb_add(fm_bb_mul(den[n], w[n]), p->min[k]);
        }
        before[n] = all;
        all = fm_bb_mul(all, den[n]);
        while (same_row(p, a, i, row)) {
            i++;
        }
    }
    all = fm_bb_inv(all);
    for (uint32_t k = n; k-- > 0;) {
        before[k] = fm_bb_mul(before[k], all);
        all = fm_bb_mul(all, den[k]);
    }
    for (uint32_t k = 0; k < n; k++) {
        add_row(p, a, pi, w[k], before[k]);
    }
}

void fm_air_public_at(const struct fm_air *a, const uint32_t *pi, const struct fm_ext *z, struct fm_ext *per)
{
    struct period p;
    p.next = 0;
    memset(per, 0, a->nper * sizeof *per);
    while (p.next < a->nentries) {
        p.log = a->entries[p.next].log_period;
        begin(&p, a, z);
        while (same_period(&p, a, p.next)) {
            add_rows(&p, a, pi);
        }
        for (uint32_t c = 0; c < a->nper; c++) {
            for (uint32_t k = 0; k < FM_EXT_DEGREE && !fm_ext_is_zero(&p.sum[c]); k++) {
                per[c] = fm_ext_add(per[c], fm_ext_scale(p.factor[k], p.sum[c].c[k]));
            }
        }
    }
}
