/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/air_fib.h"

void fm_fib_trace(uint32_t log_n, uint32_t *pi, uint32_t *trace)
{
    size_t n = (size_t)1 << log_n;
    uint32_t a = fm_bb_of(pi[0]);
    uint32_t b = fm_bb_of(pi[1]);
    for (size_t i = 0; i < n; i++) {
        trace[i] = a;
        trace[n + i] = b;
        uint32_t next = fm_bb_add(a, b);
        a = b;
        b = next;
    }
    pi[2] = fm_bb_int(trace[2 * n - 1]);
}
