/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every cell of whole compression blocks, changed by each of several amounts: the cells that no constraint holds are
 * exactly the documented ones (docs/spec/stark.md), in every kind of block that a statement has. CELLS=all takes
 * every block and more amounts.
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/base.h"
#include "stark/prove.h"
#include "tests/stark/subject.h"
#include "tests/tap.h"

/* Rows 0-3 and 60-63 are no G: their carries are read by nothing (but K1's low limb in rows 0-3, the direction), nor
 * are the message words of rows 60-63. */
static bool documented(uint32_t col, uint32_t row)
{
    bool first = row < 4;
    bool last = row >= 60;
    if (col >= FM_W1_MX) {
        return last;
    }
    return col >= FM_W1_K1 && (last || (first && col != FM_W1_K1));
}

static const uint32_t amounts[] = {1, FM_BB_P - 1, 65536, FM_BB_P - 65536, 2, 0x12345678};

/* Whether some change of this cell goes unseen. */
static bool is_free(const struct subject *s, uint32_t *per, uint32_t *cell, uint32_t count)
{
    uint32_t was = *cell;
    bool unseen = false;
    for (uint32_t i = 0; i < count && !unseen; i++) {
        struct fm_stark_fault fault;
        *cell = fm_bb_add(was, fm_bb_of(amounts[i]));
        unseen = fm_stark_check(&s->st, s->trace, per, &fault) == FM_OK;
    }
    *cell = was;
    return unseen;
}

static void block(const struct subject *s, uint32_t *per, uint32_t b, uint32_t count)
{
    size_t n = (size_t)1 << s->log_n;
    uint32_t found = 0;
    uint32_t wrong = 0;
    char text[128];
    for (uint32_t c = 0; c < FM_W1_COLS; c++) {
        for (uint32_t r = 0; r < 64; r++) {
            bool free_cell = is_free(s, per, &s->trace[c * n + 64 * b + r], count);
            found += free_cell;
            if (free_cell != documented(c, r)) {
                tap_note_u64("column", c);
                tap_note_u64("row", r);
                wrong++;
            }
        }
    }
    snprintf(text, sizeof text,
        "CEL0001 %s, block %u: %u of 9216 cells are free, and they are the documented ones", s->name,
             b, found);
    TAP_OK(wrong == 0 && found > 0, text);
}

int main(void)
{
    static const struct {
        enum subject_kind kind;
        uint32_t log_n, blocks[2];
    } t[] = {{SUBJECT_MEMBER, 8, {0, 2}}, {SUBJECT_AGENT, 7, {0, 1}}, {SUBJECT_PATHS, 8, {1, 3}}, {SUBJECT_RECEIPTS,
        8, {0, 3}}};
    bool all = getenv("CELLS") != NULL;
    for (size_t i = 0; i < FM_ARRAY_LEN(t); i++) {
        struct subject *s = subject_make(t[i].kind, t[i].log_n, FM_STARK_P100);
        uint32_t *per = malloc(((size_t)4 * s->st.air->nper) << s->log_n);
        if (per == NULL) {
            abort();
        }
        for (uint32_t b = 0; b < 1u << (s->log_n - 6); b++) {
            if (all || b == t[i].blocks[0] || b == t[i].blocks[1]) {
                block(s, per, b, all ? FM_ARRAY_LEN(amounts) : 3);
            }
        }
        free(per);
        subject_free(s);
    }
    return tap_done();
}
