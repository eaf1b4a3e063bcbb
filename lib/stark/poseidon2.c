/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/poseidon2.h"

/* ------------------------------------------------------------------ the permutation, plainly */

static void external_layer(uint32_t *s)
{
    uint32_t sum[4] = {0};
    for (uint32_t k = 0; k < FM_P2_WIDTH; k += 4) {
        uint32_t *r = s + k;
        uint32_t t = fm_bb_add(fm_bb_add(r[0], r[1]), fm_bb_add(r[2], r[3]));
        uint32_t next[4] = {r[1], r[2], r[3], r[0]};
        for (uint32_t i = 0; i < 4; i++) {
            r[i] = fm_bb_add(fm_bb_add(t, r[i]), fm_bb_add(next[i], next[i]));
            sum[i] = fm_bb_add(sum[i], r[i]);
        }
    }
    for (uint32_t i = 0; i < FM_P2_WIDTH; i++) {
        s[i] = fm_bb_add(s[i], sum[i % 4]);
    }
}

static uint32_t seventh_power(uint32_t x)
{
    uint32_t cube = fm_bb_mul(fm_bb_mul(x, x), x);
    return fm_bb_mul(fm_bb_mul(cube, cube), x);
}

static void external_round(uint32_t *s, uint32_t r)
{
    for (uint32_t i = 0; i < FM_P2_WIDTH; i++) {
        s[i] = seventh_power(fm_bb_add(s[i], fm_bb_of(fm_p2_external[r][i])));
    }
    external_layer(s);
}

void fm_p2_permute(uint32_t state[FM_P2_WIDTH])
{
    external_layer(state);
    for (uint32_t r = 0; r < FM_P2_HALF; r++) {
        external_round(state, r);
    }
    for (uint32_t r = 0; r < FM_P2_INTERNAL; r++) {
        uint32_t sum = 0;
        state[0] = seventh_power(fm_bb_add(state[0], fm_bb_of(fm_p2_internal[r])));
        for (uint32_t i = 0; i < FM_P2_WIDTH; i++) {
            sum = fm_bb_add(sum, state[i]);
        }
        for (uint32_t i = 0; i < FM_P2_WIDTH; i++) {
            state[i] = fm_bb_add(fm_bb_mul(state[i], fm_bb_of(fm_p2_diagonal[i])), sum);
        }
    }
    for (uint32_t r = FM_P2_HALF; r < 2 * FM_P2_HALF; r++) {
        external_round(state, r);
    }
}

/* ------------------------------------------------------------------ the table */

struct publics {
    uint32_t step;           /* 0 in the chains' first rows, else 1 */
    uint32_t start;          /* j + 1 in the first row of chain j */
    uint32_t last;           /* 1 in the chains' last rows */
    uint32_t end[FM_P2_OUT]; /* the results, in last rows */
};

static void public_columns(struct fm_air *a, struct publics *p)
{
    uint32_t last_row = (1u << a->log_n) - FM_P2_CHAINS;
    p->step = fm_air_public(a);
    p->start = fm_air_public(a);
    p->last = fm_air_public(a);
    fm_air_at(a, p->step, 0, 0, 1);
    for (uint32_t k = 0; k < FM_P2_OUT; k++) {
        p->end[k] = fm_air_public(a);
    }
    for (uint32_t j = 0; j < FM_P2_CHAINS; j++) {
        fm_air_at(a, p->step, a->log_n, j, FM_BB_P - 1);
        fm_air_at(a, p->start, a->log_n, j, j + 1);
        fm_air_at(a, p->last, a->log_n, last_row + j, 1);
        for (uint32_t k = 0; k < FM_P2_OUT; k++) {
            fm_air_at_pi(a, p->end[k], a->log_n, last_row + j, FM_P2_WIDTH + FM_P2_OUT * j + k);
        }
    }
}

/* Registers 0 to 15 = those columns at that offset. */
static void take_state(struct fm_air *a, uint32_t col, uint32_t off)
{
    for (uint32_t i = 0; i < FM_P2_WIDTH; i++) {
        fm_air_cell(a, col + i, off);
        fm_air_take(a, i);
    }
}

static void external_map(struct fm_air *a)
{
    fm_air_mix4(a, FM_P2_WIDTH / 4);
    for (uint32_t i = 0; i < 4; i++) {
        fm_air_sum(a, i, 4, FM_P2_WIDTH);
        fm_air_gain(a, i, 4, FM_P2_WIDTH);
    }
}

/* Input = what came out FM_P2_CHAINS rows before; in first rows, a multiple of the public state. */
static void link_chains(struct fm_air *a, const struct publics *p)
{
    take_state(a, fm_p2_external_col(2 * FM_P2_HALF - 1) + FM_P2_WIDTH, FM_P2_CHAINS);
    external_map(a);
    for (uint32_t i = 0; i < FM_P2_WIDTH; i++) {
        fm_air_cell(a, i, 0);
        fm_air_per(a, p->step);
        fm_air_give(a, i);
        fm_air_mul(a);
        fm_air_sub(a);
        fm_air_per(a, p->start);
        fm_air_pi(a, i);
        fm_air_mul(a);
        fm_air_sub(a);
        fm_air_assert(a);
    }
}

static void external_rounds(struct fm_air *a, uint32_t first)
{
    for (uint32_t r = first; r < first + FM_P2_HALF; r++) {
        uint32_t col = fm_p2_external_col(r);
        for (uint32_t i = 0; i < FM_P2_WIDTH; i++) {
            fm_air_pow7(a, i, col + i, col + FM_P2_WIDTH + i, fm_p2_external[r][i]);
        }
        external_map(a);
    }
}

static void internal_rounds(struct fm_air *a)
{
    for (uint32_t r = 0; r < FM_P2_INTERNAL; r++) {
        uint32_t col = fm_p2_internal_col(r);
        fm_air_pow7(a, 0, col, col + 1, fm_p2_internal[r]);
        fm_air_sum(a, 0, 1, FM_P2_WIDTH);
        for (uint32_t i = 0; i < FM_P2_WIDTH; i++) {
            if (fm_p2_diagonal[i] != 1) {
                fm_air_times(a, i, fm_p2_diagonal[i]);
            }
        }
        fm_air_gain(a, 0, 1, FM_P2_WIDTH);
    }
}

static void ends(struct fm_air *a, const struct publics *p)
{
    for (uint32_t k = 0; k < FM_P2_OUT; k++) {
        fm_air_per(a, p->last);
        fm_air_give(a, k);
        fm_air_mul(a);
        fm_air_per(a, p->end[k]);
        fm_air_sub(a);
        fm_air_assert(a);
    }
}

bool fm_p2_air(struct fm_p2 *p, uint32_t log_n)
{
    struct fm_air *a = &p->air;
    struct publics pub;
    fm_air_init(a, "poseidon2", FM_P2_COLS, log_n, FM_P2_PI, p->code, FM_P2_CODE, p->entries, FM_P2_ENTRIES);
    if (a->bad || log_n < FM_P2_ROWS_LOG_MIN) {
        return false;
    }
    public_columns(a, &pub);
    link_chains(a, &pub);
    take_state(a, 0, 0);
    external_map(a);
    external_rounds(a, 0);
    internal_rounds(a);
    external_rounds(a, FM_P2_HALF);
    ends(a, &pub);
    return fm_air_finish(a);
}
