/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/air.h"

#include <string.h>

#include "stark/air_build.h"
#include "stark/b3.h"

void fm_air_init(struct fm_air *a, const char *name, uint32_t ncols, uint32_t log_n, uint32_t npi,
                 struct fm_air_ins *code, uint32_t code_cap, struct fm_air_entry *entries, uint32_t entries_cap)
{
    memset(a, 0, sizeof *a);
    a->name = name;
    a->ncols = ncols;
    a->log_n = log_n;
    a->npi = npi;
    a->code = code;
    a->code_cap = code_cap;
    a->entries = entries;
    a->entries_cap = entries_cap;
    a->noffs = 1; /* offset 0 always comes first: the quotient is opened there */
    a->bad = ncols > FM_AIR_COLS_MAX || log_n > FM_AIR_ROWS_LOG_MAX || log_n < 2;
}

uint32_t fm_air_public(struct fm_air *a)
{
    a->bad |= a->nper == FM_AIR_PER_MAX;
    return a->nper < FM_AIR_PER_MAX ? a->nper++ : 0;
}

static void entry(struct fm_air *a, uint32_t per, uint32_t log_period, uint32_t row, uint32_t value, uint8_t is_pi)
{
    if (a->nentries == a->entries_cap || per >= a->nper || log_period > a->log_n || row >> log_period != 0) {
        a->bad = true;
        return;
    }
    /* Kept in order of (period, row), so that the verifier inverts once for each distinct row. */
    uint32_t i = a->nentries++;
    while (i > 0 && (a->entries[i - 1].log_period > log_period ||
                     (a->entries[i - 1].log_period == log_period && a->entries[i - 1].row > row))) {
        a->entries[i] = a->entries[i - 1];
        i--;
    }
    struct fm_air_entry e = {row, value, (uint8_t)per, (uint8_t)log_period, is_pi, 0};
    a->entries[i] = e;
}

void fm_air_at(struct fm_air *a, uint32_t per, uint32_t log_period, uint32_t row, uint32_t value_int)
{
    entry(a, per, log_period, row, fm_bb_of(value_int), 0);
}

void fm_air_at_pi(struct fm_air *a, uint32_t per, uint32_t log_period, uint32_t row, uint32_t pi)
{
    a->bad |= pi >= a->npi;
    entry(a, per, log_period, row, pi, 1);
}

struct fm_air_ins *fm_air_emit(struct fm_air *a, enum fm_air_op op)
{
    if (a->ncode == a->code_cap) {
        a->bad = true;
        a->ncode--;
    }
    struct fm_air_ins *i = &a->code[a->ncode++];
    memset(i, 0, sizeof *i);
    i->op = (uint8_t)op;
    return i;
}

void fm_air_push(struct fm_air *a, unsigned degree)
{
    if (a->sp == FM_AIR_STACK) {
        a->bad = true;
        return;
    }
    a->deg[a->sp++] = (uint8_t)degree;
}

unsigned fm_air_pop(struct fm_air *a)
{
    if (a->sp == 0) {
        a->bad = true;
        return 0;
    }
    return a->deg[--a->sp];
}

static uint8_t offset_index(struct fm_air *a, uint32_t off)
{
    for (uint32_t i = 0; i < a->noffs; i++) {
        if (a->offs[i] == off) {
            return (uint8_t)i;
        }
    }
    if (a->noffs == FM_AIR_OFFS_MAX || off >> a->log_n != 0) {
        a->bad = true;
        return 0;
    }
    a->offs[a->noffs] = off;
    return (uint8_t)a->noffs++;
}

uint8_t fm_air_reads(struct fm_air *a, uint32_t col, uint32_t len, uint32_t off)
{
    uint8_t oi = offset_index(a, off);
    if (col + len > a->ncols) {
        a->bad = true;
        return 0;
    }
    for (uint32_t c = col; c < col + len; c++) {
        a->mask[oi][c / 64] |= (uint64_t)1 << (c % 64);
    }
    return oi;
}

void fm_air_cell(struct fm_air *a, uint32_t col, uint32_t off)
{
    struct fm_air_ins *i = fm_air_emit(a, FM_OP_CELL);
    i->o1 = fm_air_reads(a, col, 1, off);
    i->c1 = (uint16_t)col;
    fm_air_push(a, 1);
}

void fm_air_per(struct fm_air *a, uint32_t per)
{
    fm_air_emit(a, FM_OP_PER)->c1 = (uint16_t)per;
    a->bad |= per >= a->nper;
    fm_air_push(a, 1);
}

void fm_air_pi(struct fm_air *a, uint32_t pi)
{
    fm_air_emit(a, FM_OP_PI)->v = pi;
    a->bad |= pi >= a->npi;
    fm_air_push(a, 0);
}

void fm_air_const(struct fm_air *a, uint32_t value_int)
{
    fm_air_emit(a, FM_OP_CONST)->v = fm_bb_of(value_int);
    fm_air_push(a, 0);
}

static unsigned larger(unsigned x, unsigned y)
{
    return x > y ? x : y;
}

void fm_air_add(struct fm_air *a)
{
    fm_air_emit(a, FM_OP_ADD);
    unsigned y = fm_air_pop(a);
    fm_air_push(a, larger(fm_air_pop(a), y));
}

void fm_air_sub(struct fm_air *a)
{
    fm_air_emit(a, FM_OP_SUB);
    unsigned y = fm_air_pop(a);
    fm_air_push(a, larger(fm_air_pop(a), y));
}

void fm_air_mul(struct fm_air *a)
{
    fm_air_emit(a, FM_OP_MUL);
    unsigned y = fm_air_pop(a);
    fm_air_push(a, fm_air_pop(a) + y);
}

void fm_air_scale(struct fm_air *a, uint32_t value_int)
{
    fm_air_emit(a, FM_OP_SCALE)->v = fm_bb_of(value_int);
}

void fm_air_bits(struct fm_air *a, uint32_t run, uint32_t off, uint32_t start)
{
    struct fm_air_ins *i = fm_air_emit(a, FM_OP_BITS);
    i->o1 = fm_air_reads(a, run, 32, off);
    i->c1 = (uint16_t)run;
    i->x = (uint8_t)start;
    fm_air_push(a, 1);
}

void fm_air_xors(struct fm_air *a, uint32_t run1, uint32_t off1, uint32_t start1, uint32_t run2, uint32_t off2,
                 uint32_t start2)
{
    struct fm_air_ins *i = fm_air_emit(a, FM_OP_XORS);
    i->o1 = run1 == FM_AIR_DIN ? 0 : fm_air_reads(a, run1, 32, off1);
    i->o2 = fm_air_reads(a, run2, 32, off2);
    i->c1 = (uint16_t)run1;
    i->c2 = (uint16_t)run2;
    i->x = (uint8_t)start1;
    i->v = start2;
    fm_air_push(a, run1 == FM_AIR_DIN ? a->din_deg + 1u : 2u);
}

void fm_air_selb(struct fm_air *a, uint32_t run, uint32_t per1, uint32_t off1, uint32_t per2, uint32_t off2)
{
    struct fm_air_ins *i = fm_air_emit(a, FM_OP_SELB);
    i->o1 = fm_air_reads(a, run, 32, off1);
    i->o2 = fm_air_reads(a, run, 32, off2);
    i->c1 = (uint16_t)run;
    i->x = (uint8_t)per1;
    i->v = per2;
    a->bad |= per1 >= a->nper || per2 >= a->nper;
    a->din_deg = 2;
}

void fm_air_bool(struct fm_air *a, uint32_t run, uint32_t len)
{
    struct fm_air_ins *i = fm_air_emit(a, FM_OP_BOOL);
    fm_air_reads(a, run, len, 0);
    i->c1 = (uint16_t)run;
    i->v = len;
    a->ncons += len;
    a->degree = larger(a->degree, 2);
}

void fm_air_take(struct fm_air *a, uint32_t reg)
{
    fm_air_emit(a, FM_OP_TAKE)->x = (uint8_t)reg;
    a->bad |= reg >= FM_AIR_REGS;
    a->reg_deg[reg % FM_AIR_REGS] = (uint8_t)fm_air_pop(a);
}

void fm_air_give(struct fm_air *a, uint32_t reg)
{
    fm_air_emit(a, FM_OP_GIVE)->x = (uint8_t)reg;
    a->bad |= reg >= FM_AIR_REGS;
    fm_air_push(a, a->reg_deg[reg % FM_AIR_REGS]);
}

void fm_air_assert(struct fm_air *a)
{
    fm_air_emit(a, FM_OP_ASSERT);
    a->degree = larger(a->degree, fm_air_pop(a));
    a->ncons++;
}

static void put(struct fm_b3 *h, uint32_t v)
{
    uint8_t b[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24)};
    fm_b3_update(h, b, 4);
}

/* Every number on which the meaning of the table depends, in a fixed order. */
static void identify(struct fm_air *a)
{
    struct fm_b3 h;
    fm_b3_init_plain(&h);
    fm_b3_update(&h, "firmament air 1 ", 16);
    const uint32_t head[] = {a->ncols, a->nper,  a->npi,     a->ncons,  a->log_n,   a->noffs,
                             a->npairs, a->degree, a->nchunks, a->narrow, a->ncode, a->nentries};
    for (unsigned i = 0; i < sizeof head / sizeof head[0]; i++) {
        put(&h, head[i]);
    }
    for (uint32_t i = 0; i < a->noffs; i++) {
        put(&h, a->offs[i]);
    }
    for (uint32_t i = 0; i < a->ncode; i++) {
        const struct fm_air_ins *c = &a->code[i];
        put(&h, (uint32_t)c->op | (uint32_t)c->x << 8 | (uint32_t)c->o1 << 16 | (uint32_t)c->o2 << 24);
        put(&h, (uint32_t)c->c1 | (uint32_t)c->c2 << 16);
        put(&h, c->v);
    }
    for (uint32_t i = 0; i < a->nentries; i++) {
        const struct fm_air_entry *e = &a->entries[i];
        put(&h, (uint32_t)e->col | (uint32_t)e->log_period << 8 | (uint32_t)e->is_pi << 16);
        put(&h, e->row);
        put(&h, e->value);
    }
    fm_b3_final(&h, 0, a->digest, 32);
}

static uint32_t ones(uint64_t x)
{
    return (uint32_t)__builtin_popcountll(x);
}

bool fm_air_finish(struct fm_air *a)
{
    a->npairs = 0;
    for (uint32_t o = 0; o < a->noffs; o++) {
        a->base[o] = a->npairs;
        for (uint32_t w = 0; w < FM_AIR_COLS_MAX / 64; w++) {
            a->npairs += ones(a->mask[o][w]);
        }
    }
    a->nchunks = a->degree < 2 ? 1 : a->degree - 1;
    a->narrow = a->ncols <= 4;
    a->bad |= a->sp != 0 || a->nchunks > 2 || a->npairs > FM_AIR_PAIRS_MAX || a->ncons == 0;
    if (!a->bad) {
        identify(a);
    }
    return !a->bad;
}

uint32_t fm_air_pair(const struct fm_air *a, uint32_t oi, uint32_t col)
{
    uint32_t r = a->base[oi];
    for (uint32_t w = 0; w < col / 64; w++) {
        r += ones(a->mask[oi][w]);
    }
    return r + ones(a->mask[oi][col / 64] & (((uint64_t)1 << (col % 64)) - 1));
}
