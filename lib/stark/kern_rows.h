/* SPDX-License-Identifier: Apache-2.0 */
/* A constraint table at FM_LANES rows at once (rows.c is the same for one row). */
#ifndef FM_STARK_KERN_ROWS_H
#define FM_STARK_KERN_ROWS_H

#include "stark/rows.h"
#include "stark/vec.h"

struct v_machine {
    const struct fm_rows *r;
    size_t row;
    vu stack[FM_AIR_STACK], reg[FM_AIR_REGS], din[32];
    uint32_t sp;
    /* What becomes of a constraint: */
    const struct fm_ext *alphas; /* NULL: only whether any is not zero */
    vu any, held; /* held: an even number were summed, this one waits for its partner */
    uint32_t done;
    struct v_sum sum[FM_EXT_DEGREE];
};

static void v_constraint(struct v_machine *m, vu c)
{
    if (m->alphas == NULL) {
        m->any |= c;
        return;
    }
    if (m->done % 2 == 0) {
        m->held = c;
    } else {
        const struct fm_ext *a = &m->alphas[m->done - 1];
        for (unsigned l = 0; l < FM_EXT_DEGREE; l++) {
            v_sum2k(&m->sum[l], m->held, a[0].c[l], c, a[1].c[l]);
        }
    }
    m->done++;
}

/* Rows are read cyclically: where the lanes run over the end, one by one. */
static inline vu v_cell(const struct v_machine *m, uint32_t oi, uint32_t col)
{
    const struct fm_rows *r = m->r;
    const uint32_t *p = r->cols + col * r->stride;
    size_t at = (m->row - r->air->offs[oi]) & (r->n - 1);
    vu v;
    if (at + FM_LANES <= r->n) {
        return v_load(p + at);
    }
    for (unsigned l = 0; l < FM_LANES; l++) {
        v[l] = p[(at + l) & (r->n - 1)];
    }
    return v;
}

static inline vu v_public(const struct v_machine *m, uint32_t q)
{
    return v_load(m->r->per + q * m->r->per_stride + m->row);
}

static vu v_bit_sum(const struct v_machine *m, const struct fm_air_ins *c)
{
    vu s = v_of(0);
    for (unsigned j = 16; j-- > 0;) {
        s = v_add(v_add(s, s), v_cell(m, c->o1, c->c1 + ((c->x + j) & 31u)));
    }
    return s;
}

static vu v_xor_sum(const struct v_machine *m, const struct fm_air_ins *c)
{
    vu s = v_of(0);
    for (unsigned j = 16; j-- > 0;) {
        unsigned k = (c->x + j) & 31u;
        vu x = c->c1 == FM_AIR_DIN ? m->din[k] : v_cell(m, c->o1, c->c1 + k);
        vu y = v_cell(m, c->o2, c->c2 + ((c->v + j) & 31u));
        vu xy = v_mul(x, y);
        s = v_add(v_add(s, s), v_sub(v_add(x, y), v_add(xy, xy)));
    }
    return s;
}

static void v_select_bits(struct v_machine *m, const struct fm_air_ins *c)
{
    vu p = v_public(m, c->x);
    vu q = v_public(m, c->v);
    for (unsigned j = 0; j < 32; j++) {
        struct v_sum s = {v_wide(0), v_wide(0)};
        v_sum2(&s, p, v_cell(m, c->o1, c->c1 + j), q, v_cell(m, c->o2, c->c1 + j));
        m->din[j] = v_sum_reduce(&s);
    }
}

static void v_arithmetic(struct v_machine *m, const struct fm_air_ins *c)
{
    vu *top = &m->stack[m->sp - 1];
    vu y;
    if (c->op == FM_OP_SCALE) {
        *top = v_mul(*top, v_of(c->v));
        return;
    }
    y = *top;
    m->sp--;
    top--;
    *top = c->op == FM_OP_ADD   ? v_add(*top, y)
           : c->op == FM_OP_SUB ? v_sub(*top, y)
                                : v_mul(*top, y);
}

/* circ(2, 3, 1, 1) of four: the sum once, one more of itself, two more of the next. */
static inline void v_mix4(vu *r)
{
    vu t = v_add(v_add(r[0], r[1]), v_add(r[2], r[3]));
    vu first = r[0];
    for (unsigned i = 0; i < 4; i++) {
        vu next = i < 3 ? r[i + 1] : first;
        r[i] = v_add(v_add(t, r[i]), v_add(next, next));
    }
}

static void v_wide_map(struct v_machine *m, const struct fm_air_ins *c)
{
    vu sum = v_of(0);
    switch (c->op) {
    case FM_OP_TIMES:
        m->reg[c->x] = v_mul(m->reg[c->x], v_of(c->v));
        break;
    case FM_OP_MIX4:
        for (unsigned g = 0; g < c->v; g++) {
            v_mix4(m->reg + 4 * g);
        }
        break;
    case FM_OP_SUM:
        for (unsigned i = c->x; i < c->c1; i += c->v) {
            sum = v_add(sum, m->reg[i]);
        }
        m->stack[m->sp++] = sum;
        break;
    default:
        sum = m->stack[--m->sp];
        for (unsigned i = c->x; i < c->c1; i += c->v) {
            m->reg[i] = v_add(m->reg[i], sum);
        }
        break;
    }
}

static void v_pow7(struct v_machine *m, const struct fm_air_ins *c)
{
    vu t = v_add(m->reg[c->x], v_of(c->v));
    vu cube = v_cell(m, 0, c->c1);
    vu seventh = v_cell(m, 0, c->c2);
    v_constraint(m, v_sub(cube, v_mul(v_mul(t, t), t)));
    v_constraint(m, v_sub(seventh, v_mul(v_mul(cube, cube), t)));
    m->reg[c->x] = seventh;
}

static void v_step(struct v_machine *m, const struct fm_air_ins *c)
{
    switch (c->op) {
    case FM_OP_CELL:
        m->stack[m->sp++] = v_cell(m, c->o1, c->c1);
        break;
    case FM_OP_PER:
        m->stack[m->sp++] = v_public(m, c->c1);
        break;
    case FM_OP_PI:
        m->stack[m->sp++] = v_of(m->r->pi[c->v]);
        break;
    case FM_OP_CONST:
        m->stack[m->sp++] = v_of(c->v);
        break;
    case FM_OP_BITS:
        m->stack[m->sp++] = v_bit_sum(m, c);
        break;
    case FM_OP_XORS:
        m->stack[m->sp++] = v_xor_sum(m, c);
        break;
    case FM_OP_SELB:
        v_select_bits(m, c);
        break;
    case FM_OP_BOOL:
        for (unsigned j = 0; j < c->v; j++) {
            vu u = v_cell(m, 0, c->c1 + j);
            v_constraint(m, v_sub(v_mul(u, u), u));
        }
        break;
    case FM_OP_TAKE:
        m->reg[c->x] = m->stack[--m->sp];
        break;
    case FM_OP_GIVE:
        m->stack[m->sp++] = m->reg[c->x];
        break;
    case FM_OP_ASSERT:
        v_constraint(m, m->stack[--m->sp]);
        break;
    case FM_OP_TIMES:
    case FM_OP_MIX4:
    case FM_OP_SUM:
    case FM_OP_GAIN:
        v_wide_map(m, c);
        break;
    case FM_OP_POW7:
        v_pow7(m, c);
        break;
    default:
        v_arithmetic(m, c);
        break;
    }
}

static void v_run(struct v_machine *m, const struct fm_rows *r, size_t row,
                  const struct fm_ext *alphas)
{
    m->r = r;
    m->row = row;
    m->sp = 0;
    m->alphas = alphas;
    m->done = 0;
    m->any = v_of(0);
    for (unsigned l = 0; l < FM_EXT_DEGREE; l++) {
        m->sum[l].even = v_wide(0);
        m->sum[l].odd = v_wide(0);
    }
    for (uint32_t i = 0; i < r->air->ncode; i++) {
        v_step(m, &r->air->code[i]);
    }
    if (alphas != NULL && m->done % 2 != 0) {
        for (unsigned l = 0; l < FM_EXT_DEGREE; l++) {
            v_sum2k(&m->sum[l], m->held, alphas[m->done - 1].c[l], m->held, 0);
        }
    }
}

/*
 * Asks for what the next 16 rows add: each column is a stream of its own, far more of them than a processor follows
 * by itself.
 */
static inline void v_ahead(const struct fm_rows *r, size_t row)
{
    size_t next = row + 16;
    if (row % 16 != 0 || next >= r->n) {
        return;
    }
    for (uint32_t c = 0; c < r->air->ncols; c++) {
        __builtin_prefetch(r->cols + c * r->stride + next);
    }
    for (uint32_t q = 0; q < r->air->nper; q++) {
        __builtin_prefetch(r->per + q * r->per_stride + next);
    }
}

static struct fm_ext one_row(const struct fm_rows *r, size_t row, const struct fm_ext *alphas)
{
    uint32_t cons[FM_ROWS_CONS_MAX];
    struct fm_ext acc = {{0, 0, 0, 0, 0}};
    fm_rows_eval(r, row, cons);
    for (uint32_t k = 0; k < r->air->ncons; k++) {
        acc = fm_ext_add(acc, fm_ext_scale(alphas[k], cons[k]));
    }
    return acc;
}

static void kern_rows(const struct fm_rows *r, size_t row, size_t count,
                      const struct fm_ext *alphas, fm_bb k, uint32_t *out, size_t stride)
{
    struct v_machine m;
    size_t i = 0;
    for (; i + FM_LANES <= count; i += FM_LANES) {
        v_ahead(r, row + i);
        v_run(&m, r, row + i, alphas);
        for (unsigned l = 0; l < FM_EXT_DEGREE; l++) {
            v_store(out + l * stride + i, v_mul(v_sum_reduce(&m.sum[l]), v_of(k)));
        }
    }
    for (; i < count; i++) {
        struct fm_ext acc = fm_ext_scale(one_row(r, row + i, alphas), k);
        for (unsigned l = 0; l < FM_EXT_DEGREE; l++) {
            out[l * stride + i] = acc.c[l];
        }
    }
}

static bool row_holds(const struct fm_rows *r, size_t row)
{
    uint32_t cons[FM_ROWS_CONS_MAX];
    uint32_t any = 0;
    fm_rows_eval(r, row, cons);
    for (uint32_t k = 0; k < r->air->ncons; k++) {
        any |= cons[k];
    }
    return any == 0;
}

static size_t kern_check(const struct fm_rows *r, size_t row, size_t count)
{
    struct v_machine m;
    size_t i = row;
    size_t end = row + count;
    bool holds = true;
    for (; holds && i + FM_LANES <= end; i += FM_LANES) {
        uint32_t any = 0;
        v_ahead(r, i);
        v_run(&m, r, i, NULL);
        for (unsigned l = 0; l < FM_LANES; l++) {
            any |= m.any[l];
        }
        holds = any == 0;
    }
    i -= holds ? 0 : FM_LANES;
    while (i < end && row_holds(r, i)) {
        i++;
    }
    return i;
}

#endif
