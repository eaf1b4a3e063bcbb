/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/w1.h"

#include <string.h>

#include "stark/b3.h"

#define BLOCK_LOG 6u

/* The public columns of the core that no statement touches. */
struct core {
    uint32_t g, n, f, s2, s6, a[4], c[4], fa3, fa7, fc5, fc1, fd2, fd6, sched, round[8], init, row[4], same, iv, td;
};

uint32_t fm_w1_word_row(uint32_t k)
{
    return k < 8 ? 4 + k / 2 : 8 + ((k - 8) / 2 + 1) % 4;
}

void fm_w1_domain_key(const char *domain, uint32_t key[8])
{
    struct fm_b3 h;
    uint8_t d[32];
    fm_b3_init_plain(&h);
    fm_b3_update(&h, "firmament 1 ", 12);
    fm_b3_update(&h, domain, strlen(domain));
    fm_b3_final(&h, 0, d, 32);
    for (unsigned i = 0; i < 8; i++) {
        key[i] = (uint32_t)d[4 * i] | (uint32_t)d[4 * i + 1] << 8 | (uint32_t)d[4 * i + 2] << 16 |
                 (uint32_t)d[4 * i + 3] << 24;
    }
}

static uint32_t minus(uint32_t v)
{
    return v == 0 ? 0 : FM_BB_P - v;
}

/* A public column that is 1 in the given rows of every block. */
static uint32_t ones_at(struct fm_air *a, const uint8_t *rows, uint32_t count)
{
    uint32_t p = fm_air_public(a);
    for (uint32_t i = 0; i < count; i++) {
        fm_air_at(a, p, BLOCK_LOG, rows[i], 1);
    }
    return p;
}

static uint32_t one_at(struct fm_air *a, uint8_t row)
{
    return ones_at(a, &row, 1);
}

static uint32_t rows_from(struct fm_air *a, uint8_t first, uint32_t count)
{
    uint8_t r[64];
    for (uint32_t i = 0; i < count; i++) {
        r[i] = (uint8_t)(first + i);
    }
    return ones_at(a, r, count);
}

static uint32_t limbs(struct fm_air *a)
{
    uint32_t p = fm_air_public(a);
    (void)fm_air_public(a);
    return p;
}

static void limb_values(struct fm_air *a, uint32_t per, uint32_t log_period, uint32_t row, uint32_t v)
{
    fm_air_at(a, per, log_period, row, v & 0xffff);
    fm_air_at(a, per + 1, log_period, row, v >> 16);
}

static const uint32_t offs[4] = {1, 3, 5, 7};

/* Which offset a G row reads a and c from: column steps and diagonal steps alternate, see the table in stark-air.md. */
static void select_inputs(struct fm_air *a, struct core *k)
{
    for (uint32_t i = 0; i < 4; i++) {
        k->a[i] = fm_air_public(a);
        k->c[i] = fm_air_public(a);
    }
    k->s2 = fm_air_public(a);
    k->s6 = fm_air_public(a);
    for (uint32_t row = 4; row < 60; row++) {
        uint32_t p = row % 4;
        bool diagonal = (row / 4) % 2 == 0;
        uint32_t ao = diagonal ? (p == 0 ? 0u : 2u) : (p == 3 ? 3u : 1u);
        uint32_t co = diagonal ? (p == 3 ? 3u : 1u) : (p == 0 ? 0u : 2u);
        fm_air_at(a, k->a[ao], BLOCK_LOG, row, 1);
        fm_air_at(a, k->c[co], BLOCK_LOG, row, 1);
        fm_air_at(a, p < 2 ? k->s2 : k->s6, BLOCK_LOG, row, 1);
    }
}

static void publics(struct fm_air *a, struct core *k)
{
    static const uint8_t outside[] = {0, 1, 2, 3, 60, 61, 62, 63};
    static const uint8_t f012[] = {60, 61, 62};
    static const uint8_t f123[] = {61, 62, 63};
    static const uint8_t f01[] = {60, 61};
    static const uint8_t f23[] = {62, 63};
    k->n = ones_at(a, outside, 8);
    k->g = fm_air_public(a);
    fm_air_at(a, k->g, 0, 0, 1);
    for (uint32_t i = 0; i < 8; i++) {
        fm_air_at(a, k->g, BLOCK_LOG, outside[i], FM_BB_P - 1);
    }
    k->f = ones_at(a, outside + 4, 4);
    k->fa3 = ones_at(a, f012, 3);
    k->fa7 = one_at(a, 63);
    k->fc5 = ones_at(a, f123, 3);
    k->fc1 = one_at(a, 60);
    k->fd2 = ones_at(a, f01, 2);
    k->fd6 = ones_at(a, f23, 2);
    k->sched = rows_from(a, 12, 48);
    for (uint32_t r = 0; r < 8; r++) {
        uint8_t rows[6];
        for (uint32_t i = 0; i < 6; i++) {
            rows[i] = (uint8_t)(12 + 8 * i + r);
        }
        k->round[r] = ones_at(a, rows, 6);
    }
    k->init = rows_from(a, 0, 4);
    k->same = rows_from(a, 1, 3);
    for (uint8_t r = 0; r < 4; r++) {
        k->row[r] = one_at(a, r);
    }
    k->iv = limbs(a);
    k->td = limbs(a);
    const uint32_t v[4] = {0, 0, 64, FM_W1_WHOLE};
    for (uint32_t j = 0; j < 4; j++) {
        limb_values(a, k->iv, BLOCK_LOG, j, fm_b3_iv[(j + 1) % 4]);
        limb_values(a, k->td, BLOCK_LOG, j, v[(j + 2) % 4]);
    }
}

/* push public * cell */
static void gated(struct fm_air *a, uint32_t per, uint32_t col, uint32_t off)
{
    fm_air_per(a, per);
    fm_air_cell(a, col, off);
    fm_air_mul(a);
}

/* The top gains, or loses, that. */
static void plus(struct fm_air *a, uint32_t per, uint32_t col, uint32_t off)
{
    gated(a, per, col, off);
    fm_air_add(a);
}

static void less(struct fm_air *a, uint32_t per, uint32_t col, uint32_t off)
{
    gated(a, per, col, off);
    fm_air_sub(a);
}

/* Constraints: the two at the top are equal; one of them is zero. */
static void equal(struct fm_air *a)
{
    fm_air_sub(a);
    fm_air_assert(a);
}

static void either(struct fm_air *a)
{
    fm_air_mul(a);
    fm_air_assert(a);
}

/* push public * bits of a run */
static void gated_bits(struct fm_air *a, uint32_t per, uint32_t run, uint32_t off, uint32_t start)
{
    fm_air_per(a, per);
    fm_air_bits(a, run, off, start);
    fm_air_mul(a);
}

/* Start bit of half h of a word rotated left by r. */
static uint32_t rotl(uint32_t h, uint32_t r)
{
    return (16 * h + 32 - r) & 31u;
}

static void booleans(struct fm_air *a, const struct core *k)
{
    fm_air_bool(a, FM_W1_D1, 128);
    for (uint32_t i = 0; i < 6; i++) {
        uint32_t col = FM_W1_K1 + i;
        bool two = i == 2 || i == 3;
        fm_air_cell(a, col, 0);
        fm_air_cell(a, col, 0);
        fm_air_const(a, 1);
        fm_air_sub(a);
        fm_air_mul(a);
        if (two) { /* K2: carry of two operands, in G rows */
            fm_air_per(a, k->g);
        } else {
            fm_air_cell(a, col, 0);
            fm_air_const(a, 2);
            fm_air_sub(a);
        }
        either(a);
    }
}

/* - g * 2^16 * carry + (h ? g * carry of the low half : 0), added to the top. */
static void carries(struct fm_air *a, const struct core *k, uint32_t carry, uint32_t h)
{
    gated(a, k->g, carry + h, 0);
    fm_air_scale(a, 65536);
    fm_air_sub(a);
    if (h == 1) {
        plus(a, k->g, carry, 0);
    }
}

/* The two three-operand additions; registers 0, 1 hold a1 = d ^ rotl16(d1), zero outside G rows. */
static void additions_a(struct fm_air *a, const struct core *k)
{
    fm_air_selb(a, FM_W1_D2, k->s2, 2, k->s6, 6);
    for (uint32_t h = 0; h < 2; h++) {
        fm_air_xors(a, FM_AIR_DIN, 0, 16 * h, FM_W1_D1, 0, rotl(h, 16));
        gated_bits(a, k->n, FM_W1_D1, 0, rotl(h, 16));
        fm_air_sub(a);
        fm_air_take(a, h);
        gated_bits(a, k->g, FM_W1_B2, 4, 16 * h);
        for (uint32_t i = 0; i < 4; i++) {
            plus(a, k->a[i], FM_W1_A2 + h, offs[i]);
        }
        plus(a, k->g, FM_W1_MX + h, 0);
        carries(a, k, FM_W1_K1, h);
        fm_air_give(a, h);
        equal(a);
    }
    for (uint32_t h = 0; h < 2; h++) {
        fm_air_give(a, h);
        gated_bits(a, k->g, FM_W1_B1, 0, 16 * h);
        fm_air_add(a);
        plus(a, k->g, FM_W1_MY + h, 0);
        less(a, k->g, FM_W1_A2 + h, 0);
        carries(a, k, FM_W1_K3, h);
        fm_air_assert(a);
    }
}

static void additions_c(struct fm_air *a, const struct core *k)
{
    for (uint32_t h = 0; h < 2; h++) {
        gated_bits(a, k->g, FM_W1_D1, 0, 16 * h);
        for (uint32_t i = 0; i < 4; i++) {
            plus(a, k->c[i], FM_W1_C2 + h, offs[i]);
        }
        less(a, k->g, FM_W1_C1 + h, 0);
        carries(a, k, FM_W1_K2, h);
        fm_air_assert(a);
    }
    const uint32_t inv = fm_bb_int(fm_bb_inv(fm_bb_of(65536)));
    for (uint32_t h = 0; h < 2; h++) { /* register 2: the carry, which needs no cell */
        fm_air_cell(a, FM_W1_C1 + h, 0);
        fm_air_bits(a, FM_W1_D2, 0, 16 * h);
        fm_air_add(a);
        fm_air_cell(a, FM_W1_C2 + h, 0);
        fm_air_sub(a);
        if (h == 1) {
            fm_air_give(a, 2);
            fm_air_add(a);
        }
        fm_air_scale(a, inv);
        fm_air_take(a, 2);
        fm_air_give(a, 2);
        fm_air_give(a, 2);
        fm_air_const(a, 1);
        fm_air_sub(a);
        fm_air_mul(a);
        fm_air_per(a, k->g);
        either(a);
    }
}

static void ties(struct fm_air *a)
{
    for (uint32_t h = 0; h < 2; h++) {
        fm_air_xors(a, FM_W1_B2, 4, 16 * h, FM_W1_B1, 0, rotl(h, 12));
        fm_air_cell(a, FM_W1_C1 + h, 0);
        equal(a);
        fm_air_xors(a, FM_W1_D1, 0, 16 * h, FM_W1_D2, 0, rotl(h, 8));
        fm_air_cell(a, FM_W1_A2 + h, 0);
        equal(a);
        fm_air_xors(a, FM_W1_B1, 0, 16 * h, FM_W1_B2, 0, rotl(h, 7));
        fm_air_cell(a, FM_W1_C2 + h, 0);
        equal(a);
    }
}

static void final_rows(struct fm_air *a, const struct core *k)
{
    for (uint32_t h = 0; h < 2; h++) {
        gated(a, k->fa3, FM_W1_A2 + h, 3);
        plus(a, k->fa7, FM_W1_A2 + h, 7);
        gated_bits(a, k->f, FM_W1_D1, 0, 16 * h);
        equal(a);
        gated(a, k->fc5, FM_W1_C2 + h, 5);
        plus(a, k->fc1, FM_W1_C2 + h, 1);
        gated_bits(a, k->f, FM_W1_D2, 0, rotl(h, 8));
        equal(a);
        gated_bits(a, k->fd2, FM_W1_D2, 2, 16 * h);
        gated_bits(a, k->fd6, FM_W1_D2, 6, 16 * h);
        fm_air_add(a);
        gated_bits(a, k->f, FM_W1_B1, 0, rotl(h, 12));
        equal(a);
    }
}

/* Word k of the next round is word perm[k] of this one. */
static void schedule(struct fm_air *a, const struct core *k)
{
    for (uint32_t slot = 0; slot < 2; slot++) {
        for (uint32_t h = 0; h < 2; h++) {
            gated(a, k->sched, (slot == 0 ? FM_W1_MX : FM_W1_MY) + h, 0);
            for (uint32_t w = slot; w < 16; w += 2) {
                uint32_t from = fm_b3_perm[w];
                uint32_t r = fm_w1_word_row(w) - 4;
                uint32_t off = 8 + fm_w1_word_row(w) - fm_w1_word_row(from);
                less(a, k->round[r], (from % 2 == 0 ? FM_W1_MX : FM_W1_MY) + h, off);
            }
            fm_air_assert(a);
        }
    }
}

static void init_rows(struct fm_air *a, const struct core *k, const struct fm_w1 *w)
{
    static const uint8_t bus[2][4][2] = {{{FM_W1_A2, 4}, {FM_W1_A2, 3}, {FM_W1_C1, 6}, {FM_W1_C1, 5}},
                                         {{FM_W1_A2, 3}, {FM_W1_A2, 2}, {FM_W1_C1, 5}, {FM_W1_C1, 4}}};
    for (uint32_t h = 0; h < 2; h++) {
        gated(a, k->init, FM_W1_C2 + h, 0);
        fm_air_per(a, k->iv + h);
        equal(a);
        gated_bits(a, k->init, FM_W1_D2, 0, 16 * h);
        fm_air_per(a, k->td + h);
        equal(a);
        gated(a, k->init, FM_W1_A2 + h, 0);
        fm_air_per(a, w->key_a + h);
        fm_air_sub(a);
        if ((w->features & FM_W1_CHAIN) != 0) {
            less(a, w->chain1, FM_W1_A2 + h, 1);
            less(a, w->chain5, FM_W1_A2 + h, 5);
        }
        fm_air_assert(a);
        gated_bits(a, k->init, FM_W1_B2, 0, 16 * h);
        fm_air_per(a, w->key_b + h);
        fm_air_sub(a);
        if ((w->features & FM_W1_CHAIN) != 0) {
            less(a, w->chain4, FM_W1_C1 + h, 4);
        }
        fm_air_assert(a);
        for (uint32_t slot = 0; slot < 2; slot++) { /* the digest before, as words 2j and 2j+1 */
            gated(a, k->init, (slot == 0 ? FM_W1_MX : FM_W1_MY) + h, 0);
            for (uint32_t j = 0; j < 4; j++) {
                less(a, k->row[j], bus[slot][j][0] + h, bus[slot][j][1]);
            }
            if ((w->features & FM_W1_START) != 0) {
                fm_air_per(a, w->start + 2 * slot + h);
                fm_air_sub(a);
            }
            fm_air_assert(a);
        }
    }
}

/* push (col - col at off) */
static void differs(struct fm_air *a, uint32_t col, uint32_t off)
{
    fm_air_cell(a, col, 0);
    fm_air_cell(a, col, off);
    fm_air_sub(a);
}

static void paths(struct fm_air *a, const struct core *k, const struct fm_w1 *w)
{
    for (uint32_t i = 0; i < 4; i++) {
        fm_air_per(a, w->path4); /* direction 0: the digest is the left half */
        fm_air_const(a, 1);
        fm_air_cell(a, FM_W1_K1, 4);
        fm_air_sub(a);
        fm_air_mul(a);
        differs(a, FM_W1_MX + i, 4);
        either(a);
        gated(a, w->path8, FM_W1_K1, 8); /* direction 1: the right half, in the order of the diagonals */
        differs(a, FM_W1_MX + i, 9);
        either(a);
        gated(a, w->path8b, FM_W1_K1, 8);
        differs(a, FM_W1_MX + i, 5);
        either(a);
    }
    gated(a, k->init, FM_W1_K1, 0);
    fm_air_cell(a, FM_W1_K1, 0);
    fm_air_const(a, 1);
    fm_air_sub(a);
    either(a);
    fm_air_per(a, k->same);
    differs(a, FM_W1_K1, 1);
    either(a);
}

/* A message word's limb is that of the row `off` rows before, where `per` is 1. */
static void same_word(struct fm_air *a, uint32_t per, uint32_t i, uint32_t off)
{
    fm_air_per(a, per);
    differs(a, FM_W1_MX + i, off);
    either(a);
}

static void features(struct fm_air *a, const struct fm_w1 *w)
{
    for (uint32_t i = 0; i < 4 && (w->features & FM_W1_TWIN) != 0; i++) {
        gated(a, w->twin4, FM_W1_K1, 4); /* direction 1: the sibling is the left half */
        differs(a, FM_W1_MX + i, w->twin_rows);
        either(a);
        fm_air_per(a, w->twin8);
        fm_air_const(a, 1);
        fm_air_cell(a, FM_W1_K1, 8);
        fm_air_sub(a);
        fm_air_mul(a);
        differs(a, FM_W1_MX + i, w->twin_rows);
        either(a);
    }
    for (uint32_t i = 0; i < 4 && (w->features & FM_W1_LINK) != 0; i++) {
        same_word(a, w->link196, i, 196);
        same_word(a, w->link251, i, 251);
        same_word(a, w->link255, i, 255);
    }
    if ((w->features & FM_W1_STATUS) != 0) {
        gated(a, w->status, FM_W1_MX, 0);
        fm_air_cell(a, FM_W1_MX, 0);
        fm_air_const(a, 1);
        fm_air_sub(a);
        either(a);
        for (uint32_t i = 1; i < 4; i++) {
            gated(a, w->status, FM_W1_MX + i, 0);
            fm_air_assert(a);
        }
    }
}

/* on * cell = value */
static void publish(struct fm_air *a, uint32_t on, uint32_t col, uint32_t value)
{
    gated(a, on, col, 0);
    fm_air_per(a, value);
    equal(a);
}

static void feature_columns(struct fm_air *a, struct fm_w1 *w)
{
    if ((w->features & FM_W1_START) != 0) {
        w->start = limbs(a);
        (void)limbs(a);
    }
    if ((w->features & FM_W1_CHAIN) != 0) {
        w->chain1 = fm_air_public(a);
        w->chain5 = fm_air_public(a);
        w->chain4 = fm_air_public(a);
    }
    if ((w->features & FM_W1_TWIN) != 0) {
        w->twin4 = fm_air_public(a);
        w->twin8 = fm_air_public(a);
    }
    if ((w->features & FM_W1_LINK) != 0) {
        w->link196 = fm_air_public(a);
        w->link251 = fm_air_public(a);
        w->link255 = fm_air_public(a);
    }
    if ((w->features & FM_W1_STATUS) != 0) {
        w->status = fm_air_public(a);
    }
}

void fm_w1_core(struct fm_air *a, struct fm_w1 *w)
{
    fm_w1_core_with(a, w, "node", 0, 0);
}

void fm_w1_core_with(struct fm_air *a, struct fm_w1 *w, const char *domain, uint32_t wanted, uint32_t twin_rows)
{
    struct core k;
    uint32_t key[8];
    w->domain = domain;
    w->features = wanted;
    w->twin_rows = twin_rows;
    select_inputs(a, &k);
    publics(a, &k);
    w->key_a = limbs(a);
    w->key_b = limbs(a);
    w->path4 = rows_from(a, 4, (wanted & FM_W1_FREE) != 0 ? 0 : 4);
    w->path8 = rows_from(a, 9, (wanted & FM_W1_FREE) != 0 ? 0 : 3);
    w->path8b = rows_from(a, 8, (wanted & FM_W1_FREE) != 0 ? 0 : 1);
    w->dir_on = fm_air_public(a);
    w->dir = fm_air_public(a);
    w->word_on = fm_air_public(a);
    w->word = limbs(a);
    (void)limbs(a);
    w->out_on = fm_air_public(a);
    w->out = limbs(a);
    (void)limbs(a);
    feature_columns(a, w);
    w->flags = k.td;
    memcpy(w->row, k.row, sizeof w->row);
    fm_w1_domain_key(domain, key);
    for (uint32_t j = 0; j < 4; j++) {
        limb_values(a, w->key_a, BLOCK_LOG, j, key[(j + 3) % 4]);
        limb_values(a, w->key_b, BLOCK_LOG, j, key[4 + j]);
    }
    booleans(a, &k);
    additions_a(a, &k);
    additions_c(a, &k);
    ties(a);
    final_rows(a, &k);
    schedule(a, &k);
    init_rows(a, &k, w);
    paths(a, &k, w);
    publish(a, w->dir_on, FM_W1_K1, w->dir);
    for (uint32_t i = 0; i < 4; i++) {
        publish(a, w->word_on, FM_W1_MX + i, w->word + i);
        publish(a, w->out_on, (i < 2 ? FM_W1_A2 : FM_W1_C1 - 2) + i, w->out + i);
    }
    features(a, w);
}

void fm_w1_key(struct fm_air *a, const struct fm_w1 *w, uint32_t block, const char *domain)
{
    uint32_t to[8];
    uint32_t from[8];
    fm_w1_domain_key(domain, to);
    fm_w1_domain_key(w->domain, from);
    for (uint32_t j = 0; j < 4; j++) {
        const uint32_t word[2] = {(j + 3) % 4, 4 + j};
        const uint32_t col[2] = {w->key_a, w->key_b};
        for (uint32_t i = 0; i < 2; i++) {
            uint32_t t = to[word[i]];
            uint32_t f = from[word[i]];
            fm_air_at(a, col[i], a->log_n, 64 * block + j, ((t & 0xffff) + minus(f & 0xffff)) % FM_BB_P);
            fm_air_at(a, col[i] + 1, a->log_n, 64 * block + j, ((t >> 16) + minus(f >> 16)) % FM_BB_P);
        }
    }
}

void fm_w1_go_on(struct fm_air *a, const struct fm_w1 *w, uint32_t log_period, uint32_t block)
{
    uint32_t key[8];
    fm_w1_domain_key(w->domain, key);
    for (uint32_t j = 0; j < 4; j++) {
        const uint32_t word[2] = {key[(j + 3) % 4], key[4 + j]};
        const uint32_t col[2] = {w->key_a, w->key_b};
        for (uint32_t i = 0; i < 4; i++) {
            uint32_t limb = i % 2 == 0 ? word[i / 2] & 0xffff : word[i / 2] >> 16;
            fm_air_at(a, col[i / 2] + i % 2, log_period, 64 * block + j, minus(limb));
        }
        fm_air_at(a, j == 0 ? w->chain1 : w->chain5, log_period, 64 * block + j, 1);
        fm_air_at(a, w->chain4, log_period, 64 * block + j, 1);
    }
}

void fm_w1_no_path(struct fm_air *a, const struct fm_w1 *w, uint32_t block)
{
    for (uint32_t r = 4; r < 12; r++) {
        fm_air_at(a, r < 8 ? w->path4 : r == 8 ? w->path8b : w->path8, a->log_n, 64 * block + r, FM_BB_P - 1);
    }
}

void fm_w1_words(struct fm_air *a, const struct fm_w1 *w, uint32_t block, uint32_t pi)
{
    for (uint32_t k = 0; k < 16; k++) {
        uint32_t row = 64 * block + fm_w1_word_row(k);
        if (k % 2 == 0) {
            fm_air_at(a, w->word_on, a->log_n, row, 1);
        }
        fm_air_at_pi(a, w->word + 2 * (k % 2), a->log_n, row, pi + 2 * k);
        fm_air_at_pi(a, w->word + 2 * (k % 2) + 1, a->log_n, row, pi + 2 * k + 1);
    }
}

void fm_w1_digest(struct fm_air *a, const struct fm_w1 *w, uint32_t block, uint32_t pi)
{
    for (uint32_t k = 0; k < 8; k++) {
        uint32_t row = 64 * block + 60 + k % 4;
        if (k < 4) {
            fm_air_at(a, w->out_on, a->log_n, row, 1);
        }
        fm_air_at_pi(a, w->out + 2 * (k / 4), a->log_n, row, pi + 2 * k);
        fm_air_at_pi(a, w->out + 2 * (k / 4) + 1, a->log_n, row, pi + 2 * k + 1);
    }
}

void fm_w1_start(struct fm_air *a, const struct fm_w1 *w, uint32_t block, uint32_t pi)
{
    for (uint32_t j = 0; j < 4; j++) {
        fm_air_at(a, w->row[j], a->log_n, 64 * block + j, FM_BB_P - 1);
        for (uint32_t i = 0; i < 4; i++) {
            fm_air_at_pi(a, w->start + i, a->log_n, 64 * block + j, pi + 4 * j + i);
        }
    }
}

void fm_w1_same_sibling(struct fm_air *a, const struct fm_w1 *w, uint32_t block)
{
    for (uint32_t r = 4; r < 12; r++) {
        fm_air_at(a, r < 8 ? w->twin4 : w->twin8, a->log_n, 64 * block + r, 1);
    }
}
