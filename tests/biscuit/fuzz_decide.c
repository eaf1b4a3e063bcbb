/* SPDX-License-Identifier: Apache-2.0 */
/* Any program text, compiled and asked row by row, against whole evaluations of it. */
#include "base/base.h"

#include <firmament/biscuit_decide.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static uint8_t memory[2][1U << 20];

static struct fm_biscuit_world *world(struct fm_arena *arena, const uint8_t *data, size_t n)
{
    static const struct fm_biscuit_limits limits = {256, 64, 20, 20000};
    struct fm_biscuit_question q = {.action = FM_RIGHT_READ, .time = 1790000000U};
    struct fm_biscuit_world *w = fm_biscuit_world_new(arena, &limits);

    if (w == NULL || fm_biscuit_world_code(w, (const char *)data, n, NULL) != FM_OK || fm_biscuit_ask(w, &q) != FM_OK) {
        return NULL;
    }
    return w;
}

static bool limit(fm_err err)
{
    return fm_err_category(err) == FM_CATEGORY_LIMIT;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const char *const rows[] = {"", "a", "cell/1", "org/4/a", "org/4", "row/\xc3\xa9", "b/x.txt"};
    struct fm_arena arena = {memory[0], sizeof memory[0], 0};
    struct fm_biscuit_decision d;
    struct fm_biscuit_world *w = world(&arena, data, n);

    if (w == NULL || fm_biscuit_compile(w, false, &d) != FM_OK || limit(d.why)) {
        return 0;
    }
    for (size_t i = 0; i < FM_ARRAY_LEN(rows); i++) {
        struct fm_arena other = {memory[1], sizeof memory[1], 0};
        struct fm_biscuit_value v = {FM_BISCUIT_STRING, (uint32_t)strlen(rows[i]), 0, rows[i], 0};
        struct fm_biscuit_verdict verdict;
        struct fm_biscuit_world *whole = world(&other, data, n);
        bool got = fm_biscuit_row(&d, rows[i], v.n);
        if (whole == NULL || fm_biscuit_world_fact(whole, "resource", &v, 1) != FM_OK) {
            return 0;
        }
        fm_err err = fm_biscuit_authorize(whole, &verdict);
        if (got != (err == FM_OK) && !limit(err)) { /* limits count for compiling and for each row, not for both */
            abort();
        }
    }
    return 0;
}
