/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/air_fib.h"

bool fm_fib_air(struct fm_fib *f, uint32_t log_n)
{
    struct fm_air *a = &f->air;
    fm_air_init(a, "fib", 2, log_n, 3, f->code, FM_FIB_CODE, f->entries, FM_FIB_ENTRIES);
    if (a->bad) {
        return false;
    }
    uint32_t step = fm_air_public(a); /* 1 but in row 0 */
    uint32_t first = fm_air_public(a);
    uint32_t last = fm_air_public(a);
    fm_air_at(a, step, 0, 0, 1);
    fm_air_at(a, step, log_n, 0, FM_BB_P - 1);
    fm_air_at(a, first, log_n, 0, 1);
    fm_air_at(a, last, log_n, (1u << log_n) - 1, 1);
    fm_air_per(a, step); /* a = b before */
    fm_air_cell(a, 0, 0);
    fm_air_cell(a, 1, 1);
    fm_air_sub(a);
    fm_air_mul(a);
    fm_air_assert(a);
    fm_air_per(a, step); /* b = a before + b before */
    fm_air_cell(a, 1, 0);
    fm_air_cell(a, 0, 1);
    fm_air_sub(a);
    fm_air_cell(a, 1, 1);
    fm_air_sub(a);
    fm_air_mul(a);
    fm_air_assert(a);
    const uint32_t at[3] = {first, first, last};
    for (uint32_t i = 0; i < 3; i++) {
        fm_air_per(a, at[i]);
        fm_air_cell(a, i == 0 ? 0 : 1, 0);
        fm_air_pi(a, i);
        fm_air_sub(a);
        fm_air_mul(a);
        fm_air_assert(a);
    }
    return fm_air_finish(a);
}
