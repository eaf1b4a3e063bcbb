/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/rows.h"

#include <string.h>

struct machine {
    uint32_t stack[FM_AIR_STACK], reg[FM_AIR_REGS], din[32];
    uint32_t sp;
    size_t at[FM_AIR_OFFS_MAX]; /* row read for each offset */
    uint32_t *out;
};

static uint32_t cell(const struct fm_rows *r, const struct machine *m, uint32_t oi, uint32_t col)
{
    return r->cols[col * r->stride + m->at[oi]];
}

static uint32_t bit_sum(const struct fm_rows *r, const struct machine *m, const struct fm_air_ins *c)
{
    uint32_t s = 0;
    for (unsigned j = 16; j-- > 0;) {
        s = fm_bb_add(fm_bb_add(s, s), cell(r, m, c->o1, c->c1 + ((c->x + j) & 31u)));
    }
    return s;
}

static uint32_t xor_sum(const struct fm_rows *r, const struct machine *m, const struct fm_air_ins *c)
{
    uint32_t s = 0;
    for (unsigned j = 16; j-- > 0;) {
        unsigned k = (c->x + j) & 31u;
        uint32_t x = c->c1 == FM_AIR_DIN ? m->din[k] : cell(r, m, c->o1, c->c1 + k);
        uint32_t y = cell(r, m, c->o2, c->c2 + ((c->v + j) & 31u));
        uint32_t xy = fm_bb_mul(x, y);
        s = fm_bb_add(fm_bb_add(s, s), fm_bb_sub(fm_bb_add(x, y), fm_bb_add(xy, xy)));
    }
    return s;
}

static void select_bits(const struct fm_rows *r, struct machine *m, const struct fm_air_ins *c, size_t row)
{
    uint32_t p = r->per[c->x * r->per_stride + row];
    uint32_t q = r->per[c->v * r->per_stride + row];
    for (unsigned j = 0; j < 32; j++) {
        m->din[j] = fm_bb_add(fm_bb_mul(p, cell(r, m, c->o1, c->c1 + j)), fm_bb_mul(q, cell(r, m, c->o2, c->c1 + j)));
    }
}

static void arithmetic(struct machine *m, const struct fm_air_ins *c)
{
    if (c->op == FM_OP_SCALE) {
        m->stack[m->sp - 1] = fm_bb_mul(m->stack[m->sp - 1], c->v);
        return;
    }
    uint32_t y = m->stack[--m->sp];
    uint32_t *x = &m->stack[m->sp - 1];
    *x = c->op == FM_OP_ADD ? fm_bb_add(*x, y) : c->op == FM_OP_SUB ? fm_bb_sub(*x, y) : fm_bb_mul(*x, y);
}

static void mix4(uint32_t *r)
{
    uint32_t t = fm_bb_add(fm_bb_add(r[0], r[1]), fm_bb_add(r[2], r[3]));
    uint32_t next[4] = {r[1], r[2], r[3], r[0]};
    for (unsigned i = 0; i < 4; i++) {
        r[i] = fm_bb_add(fm_bb_add(t, r[i]), fm_bb_add(next[i], next[i]));
    }
}

/* Linear maps over registers. */
static void wide(struct machine *m, const struct fm_air_ins *c)
{
    uint32_t sum = 0;
    switch (c->op) {
    case FM_OP_TIMES:
        m->reg[c->x] = fm_bb_mul(m->reg[c->x], c->v);
        break;
    case FM_OP_MIX4:
        for (unsigned g = 0; g < c->v; g++) {
            mix4(&m->reg[4 * g]);
        }
        break;
    case FM_OP_SUM:
        for (unsigned i = c->x; i < c->c1; i += c->v) {
            sum = fm_bb_add(sum, m->reg[i]);
        }
        m->stack[m->sp++] = sum;
        break;
    default:
        m->sp--;
        for (unsigned i = c->x; i < c->c1; i += c->v) {
            m->reg[i] = fm_bb_add(m->reg[i], m->stack[m->sp]);
        }
        break;
    }
}

static void seventh_power(const struct fm_rows *r, struct machine *m, const struct fm_air_ins *c)
{
    uint32_t t = fm_bb_add(m->reg[c->x], c->v);
    uint32_t cube = cell(r, m, 0, c->c1);
    uint32_t seventh = cell(r, m, 0, c->c2);
    *m->out++ = fm_bb_sub(cube, fm_bb_mul(fm_bb_mul(t, t), t));
    *m->out++ = fm_bb_sub(seventh, fm_bb_mul(fm_bb_mul(cube, cube), t));
    m->reg[c->x] = seventh;
}

void fm_rows_eval(const struct fm_rows *r, size_t row, uint32_t *out)
{
    const struct fm_air *a = r->air;
    struct machine m;
    m.sp = 0;
    m.out = out;
    for (uint32_t o = 0; o < a->noffs; o++) {
        m.at[o] = (row - a->offs[o]) & (r->n - 1);
    }
    for (uint32_t i = 0; i < a->ncode; i++) {
        const struct fm_air_ins *c = &a->code[i];
        switch (c->op) {
        case FM_OP_CELL:
            m.stack[m.sp++] = cell(r, &m, c->o1, c->c1);
            break;
        case FM_OP_PER:
            m.stack[m.sp++] = r->per[c->c1 * r->per_stride + row];
            break;
        case FM_OP_PI:
            m.stack[m.sp++] = r->pi[c->v];
            break;
        case FM_OP_CONST:
            m.stack[m.sp++] = c->v;
            break;
        case FM_OP_BITS:
            m.stack[m.sp++] = bit_sum(r, &m, c);
            break;
        case FM_OP_XORS:
            m.stack[m.sp++] = xor_sum(r, &m, c);
            break;
        case FM_OP_SELB:
            select_bits(r, &m, c, row);
            break;
        case FM_OP_BOOL:
            for (unsigned j = 0; j < c->v; j++) {
                uint32_t u = cell(r, &m, 0, c->c1 + j);
                *m.out++ = fm_bb_sub(fm_bb_mul(u, u), u);
            }
            break;
        case FM_OP_TAKE:
            m.reg[c->x] = m.stack[--m.sp];
            break;
        case FM_OP_GIVE:
            m.stack[m.sp++] = m.reg[c->x];
            break;
        case FM_OP_ASSERT:
            *m.out++ = m.stack[--m.sp];
            break;
        case FM_OP_TIMES:
        case FM_OP_MIX4:
        case FM_OP_SUM:
        case FM_OP_GAIN:
            wide(&m, c);
            break;
        case FM_OP_POW7:
            seventh_power(r, &m, c);
            break;
        default:
            arithmetic(&m, c);
            break;
        }
    }
}

void fm_rows_public(const struct fm_air *a, const fm_bb *pi, uint32_t *out)
{
    size_t n = (size_t)1 << a->log_n;
    memset(out, 0, a->nper * n * sizeof *out);
    for (uint32_t i = 0; i < a->nentries; i++) {
        const struct fm_air_entry *e = &a->entries[i];
        uint32_t *col = out + e->col * n;
        fm_bb v = e->is_pi ? pi[e->value] : e->value;
        for (size_t r = e->row; r < n; r += (size_t)1 << e->log_period) {
            col[r] = fm_bb_add(col[r], v);
        }
    }
}
