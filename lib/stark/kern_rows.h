/* SPDX-License-Identifier: Apache-2.0 */
/* A constraint table at FM_LANES rows at once (rows.c is the same for one row). */
#ifndef FM_STARK_KERN_ROWS_H
#define FM_STARK_KERN_ROWS_H

#include "stark/rows.h"
#include "stark/vec.h"

struct v_machine {
    const struct fm_rows *r;
    size_t row;
    const uint32_t *at[FM_AIR_OFFS_MAX]; /* of column 0, the first row that each offset reads */
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

/*
 * Rows are read cyclically. False where an offset's rows run over the end: such rows, the first ones of a table, are
 * done one by one.
 */
static bool v_place(struct v_machine *m, const struct fm_rows *r, size_t row)
{
    bool whole = true;
    m->r = r;
    m->row = row;
    for (uint32_t o = 0; o < r->air->noffs; o++) {
        size_t at = (row - r->air->offs[o]) & (r->n - 1);
        m->at[o] = r->cols + at;
        whole = whole && at + FM_LANES <= r->n;
    }
    return whole;
}

static inline vu v_cell(const struct v_machine *m, uint32_t oi, uint32_t col)
{
    return v_load(m->at[oi] + col * m->r->stride);
}

static inline vu v_public(const struct v_machine *m, uint32_t q)
{
    return v_load(m->r->per + q * m->r->per_stride + m->row);
}

/* 256 high + low. Sums over 16 bits are made in two halves: one is a chain of additions that wait for each other. */
static inline vu v_halves(vu high, vu low)
{
    return v_add(v_turn(high, v_of(256), v_of((uint32_t)((256ull << 32) / FM_BB_P))), low);
}

static vu v_bit_sum(const struct v_machine *m, const struct fm_air_ins *c)
{
    vu low = v_of(0);
    vu high = v_of(0);
    for (unsigned j = 8; j-- > 0;) {
        low = v_add(v_add(low, low), v_cell(m, c->o1, c->c1 + ((c->x + j) & 31u)));
        high = v_add(v_add(high, high), v_cell(m, c->o1, c->c1 + ((c->x + 8 + j) & 31u)));
    }
    return v_halves(high, low);
}

/* 4 s + (x - 1/2)(y - 1/2) + 2 (x' - 1/2)(y' - 1/2) for bits j and j + 1 of both runs. */
static inline vu v_xor_pair(const struct v_machine *m, const struct fm_air_ins *c, unsigned j, vu s)
{
    vu x[2];
    vu y[2];
    for (unsigned i = 0; i < 2; i++) {
        unsigned k = (c->x + j + i) & 31u;
        x[i] = c->c1 == FM_AIR_DIN ? m->din[k] : v_cell(m, c->o1, c->c1 + k);
        x[i] = v_sub(x[i], v_of(FM_BB_HALF));
        y[i] = v_sub(v_cell(m, c->o2, c->c2 + ((c->v + j + i) & 31u)), v_of(FM_BB_HALF));
    }
    s = v_add(s, s);
    return v_add(v_add(s, s), v_mul2(x[0], y[0], x[1], v_add(y[1], y[1])));
}

/* x + y - 2 x y = 1/2 - 2 (x - 1/2)(y - 1/2), so the sum is (2^16 - 1) / 2 less twice the sum of the products. */
static vu v_xor_sum(const struct v_machine *m, const struct fm_air_ins *c)
{
    vu low = v_of(0);
    vu high = v_of(0);
    for (unsigned j = 8; j > 0; j -= 2) {
        low = v_xor_pair(m, c, j - 2, low);
        high = v_xor_pair(m, c, 8 + j - 2, high);
    }
    low = v_halves(high, low);
    return v_sub(v_of((uint32_t)((uint64_t)FM_BB_HALF * 65535u % FM_BB_P)), v_add(low, low));
}

static void v_select_bits(struct v_machine *m, const struct fm_air_ins *c)
{
    vu p = v_public(m, c->x);
    vu q = v_public(m, c->v);
    for (unsigned j = 0; j < 32; j++) {
        m->din[j] = v_mul2(p, v_cell(m, c->o1, c->c1 + j), q, v_cell(m, c->o2, c->c1 + j));
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
            v_constraint(m, v_mul(u, u + (FM_BB_P - FM_BB_ONE))); /* u (u - 1): a factor below 2p is small enough */
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

static void v_run(struct v_machine *m, const struct fm_ext *alphas)
{
    const struct fm_rows *r = m->r;
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

static void one_store(uint32_t *p, size_t stride, struct fm_ext a)
{
    for (unsigned l = 0; l < FM_EXT_DEGREE; l++) {
        p[l * stride] = a.c[l];
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
    for (size_t i = 0; i < count; i += FM_LANES) {
        if (i + FM_LANES <= count && v_place(&m, r, row + i)) {
            v_ahead(r, row + i);
            v_run(&m, alphas);
            for (unsigned l = 0; l < FM_EXT_DEGREE; l++) {
                v_store(out + l * stride + i, v_mul(v_sum_reduce(&m.sum[l]), v_of(k)));
            }
            continue;
        }
        for (size_t j = i; j < count && j < i + FM_LANES; j++) {
            one_store(out + j, stride, fm_ext_scale(one_row(r, row + j, alphas), k));
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
    size_t end = row + count;
    for (size_t i = row; i < end; i += FM_LANES) {
        uint32_t any = 1;
        if (i + FM_LANES <= end && v_place(&m, r, i)) {
            v_ahead(r, i);
            v_run(&m, NULL);
            any = 0;
            for (unsigned l = 0; l < FM_LANES; l++) {
                any |= m.any[l];
            }
        }
        for (size_t j = i; any != 0 && j < end && j < i + FM_LANES; j++) {
            if (!row_holds(r, j)) {
                return j;
            }
        }
    }
    return end;
}

#endif
