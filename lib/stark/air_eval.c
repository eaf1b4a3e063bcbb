/* SPDX-License-Identifier: Apache-2.0 */
/* The verifier's evaluation of a table at one point of the extension. */
#include <string.h>

#include "stark/air.h"

struct machine {
    struct fm_ext stack[FM_AIR_STACK];
    struct fm_ext reg[FM_AIR_REGS];
    struct fm_ext din[32];
    struct fm_ext acc;
    uint32_t sp;
};

static struct fm_ext value(const struct fm_air *a, const uint8_t *ood, uint32_t oi, uint32_t col)
{
    return fm_ext_load(ood + (size_t)FM_EXT_BYTES * fm_air_pair(a, oi, col));
}

/* Horner from the highest bit. The pairs of a run are consecutive. */
static struct fm_ext bit_sum(const struct fm_air *a, const uint8_t *ood, const struct fm_air_ins *c)
{
    const uint8_t *run = ood + (size_t)FM_EXT_BYTES * fm_air_pair(a, c->o1, c->c1);
    struct fm_ext s = {{0, 0, 0, 0, 0}};
    for (unsigned j = 16; j-- > 0;) {
        struct fm_ext x = fm_ext_load(run + FM_EXT_BYTES * ((c->x + j) & 31u));
        fm_ext_inc(&s, &s);
        fm_ext_inc(&s, &x);
    }
    return s;
}

static struct fm_ext xor_sum(const struct fm_air *a, const uint8_t *ood, const struct fm_air_ins *c,
                             const struct machine *m)
{
    const uint8_t *b = ood + (size_t)FM_EXT_BYTES * fm_air_pair(a, c->o2, c->c2);
    const uint8_t *r =
        c->c1 == FM_AIR_DIN ? NULL : ood + (size_t)FM_EXT_BYTES * fm_air_pair(a, c->o1, c->c1);
    struct fm_ext s = {{0, 0, 0, 0, 0}};
    for (unsigned j = 16; j-- > 0;) {
        unsigned k = (c->x + j) & 31u;
        struct fm_ext x = r == NULL ? m->din[k] : fm_ext_load(r + FM_EXT_BYTES * k);
        struct fm_ext y = fm_ext_load(b + FM_EXT_BYTES * ((c->v + j) & 31u));
        struct fm_ext xy = fm_ext_mul(&x, &y);
        fm_ext_inc(&s, &s);
        fm_ext_inc(&s, &x);
        fm_ext_inc(&s, &y);
        fm_ext_inc(&xy, &xy);
        fm_ext_dec(&s, &xy);
    }
    return s;
}

static void binary(struct machine *m, uint8_t op)
{
    const struct fm_ext *y = &m->stack[--m->sp];
    struct fm_ext *x = &m->stack[m->sp - 1];
    if (op == FM_OP_ADD) {
        fm_ext_inc(x, y);
    } else if (op == FM_OP_SUB) {
        fm_ext_dec(x, y);
    } else {
        fm_ext_by(x, y);
    }
}

static void constraint(struct machine *m, const struct fm_ext *c, const struct fm_ext *alpha)
{
    fm_ext_by(&m->acc, alpha);
    fm_ext_inc(&m->acc, c);
}

/* circ(2, 3, 1, 1) of four registers: the sum once, one more of itself, two more of the next. */
static void mix4(struct fm_ext *r)
{
    struct fm_ext old[4];
    struct fm_ext sum = r[0];
    memcpy(old, r, sizeof old);
    for (unsigned i = 1; i < 4; i++) {
        fm_ext_inc(&sum, &r[i]);
    }
    for (unsigned i = 0; i < 4; i++) {
        const struct fm_ext *next = &old[(i + 1) % 4];
        fm_ext_inc(&r[i], &sum);
        fm_ext_inc(&r[i], next);
        fm_ext_inc(&r[i], next);
    }
}

/* Linear maps over registers. */
static void wide(struct machine *m, const struct fm_air_ins *c)
{
    struct fm_ext *top;
    if (c->op == FM_OP_TIMES) {
        m->reg[c->x] = fm_ext_scale(m->reg[c->x], c->v);
        return;
    }
    if (c->op == FM_OP_MIX4) {
        for (unsigned g = 0; g < c->v; g++) {
            mix4(&m->reg[4 * g]);
        }
        return;
    }
    m->sp -= c->op == FM_OP_GAIN ? 1 : 0;
    top = &m->stack[m->sp];
    if (c->op == FM_OP_SUM) {
        memset(top, 0, sizeof *top);
    }
    for (unsigned i = c->x; i < c->c1; i += c->v) {
        if (c->op == FM_OP_SUM) {
            fm_ext_inc(top, &m->reg[i]);
        } else {
            fm_ext_inc(&m->reg[i], top);
        }
    }
    m->sp += c->op == FM_OP_SUM ? 1 : 0;
}

/* Twice: c - x^3, then c' - c^2 x. */
static void pow7(const struct fm_air *a, const uint8_t *ood, struct machine *m, const struct fm_air_ins *c,
                 const struct fm_ext *alpha)
{
    struct fm_ext t = fm_ext_of(c->v);
    struct fm_ext base;
    fm_ext_inc(&t, &m->reg[c->x]);
    base = t;
    for (unsigned k = 0; k < 2; k++) {
        struct fm_ext cell = value(a, ood, 0, k == 0 ? c->c1 : c->c2);
        m->reg[c->x] = cell;
        fm_ext_by(&base, &base);
        fm_ext_by(&base, &t);
        fm_ext_dec(&cell, &base);
        constraint(m, &cell, alpha);
        base = m->reg[c->x];
    }
}

/* P u + Q v, bit by bit, into DIN. */
static void select_bits(const struct fm_air *a, const uint8_t *ood, struct machine *m, const struct fm_air_ins *c,
                        const struct fm_ext *per)
{
    for (unsigned j = 0; j < 32; j++) {
        struct fm_ext v = value(a, ood, c->o2, c->c1 + j);
        m->din[j] = value(a, ood, c->o1, c->c1 + j);
        fm_ext_by(&m->din[j], &per[c->x]);
        fm_ext_by(&v, &per[c->v]);
        fm_ext_inc(&m->din[j], &v);
    }
}

static void booleans(const struct fm_air *a, const uint8_t *ood, struct machine *m, const struct fm_air_ins *c,
                     const struct fm_ext *alpha)
{
    for (unsigned j = 0; j < c->v; j++) {
        struct fm_ext u = value(a, ood, 0, c->c1 + j);
        struct fm_ext square = fm_ext_mul(&u, &u);
        fm_ext_dec(&square, &u);
        constraint(m, &square, alpha);
    }
}

struct fm_ext fm_air_eval(const struct fm_air *a, const uint32_t *pi, const uint8_t *ood, const struct fm_ext *per,
                          const struct fm_ext *alpha)
{
    struct machine m;
    memset(&m, 0, sizeof m);
    for (uint32_t i = 0; i < a->ncode; i++) {
        const struct fm_air_ins *c = &a->code[i];
        switch (c->op) {
        case FM_OP_CELL:
            m.stack[m.sp++] = value(a, ood, c->o1, c->c1);
            break;
        case FM_OP_PER:
            m.stack[m.sp++] = per[c->c1];
            break;
        case FM_OP_PI:
            m.stack[m.sp++] = fm_ext_of(fm_bb_of(pi[c->v]));
            break;
        case FM_OP_CONST:
            m.stack[m.sp++] = fm_ext_of(c->v);
            break;
        case FM_OP_SCALE:
            m.stack[m.sp - 1] = fm_ext_scale(m.stack[m.sp - 1], c->v);
            break;
        case FM_OP_BITS:
            m.stack[m.sp++] = bit_sum(a, ood, c);
            break;
        case FM_OP_XORS:
            m.stack[m.sp++] = xor_sum(a, ood, c, &m);
            break;
        case FM_OP_SELB:
            select_bits(a, ood, &m, c, per);
            break;
        case FM_OP_BOOL:
            booleans(a, ood, &m, c, alpha);
            break;
        case FM_OP_TAKE:
            m.reg[c->x] = m.stack[--m.sp];
            break;
        case FM_OP_GIVE:
            m.stack[m.sp++] = m.reg[c->x];
            break;
        case FM_OP_ASSERT:
            constraint(&m, &m.stack[--m.sp], alpha);
            break;
        case FM_OP_TIMES:
        case FM_OP_MIX4:
        case FM_OP_SUM:
        case FM_OP_GAIN:
            wide(&m, c);
            break;
        case FM_OP_POW7:
            pow7(a, ood, &m, c, alpha);
            break;
        default:
            binary(&m, c->op);
            break;
        }
    }
    return m.acc;
}
