/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/kern.h"
#include "stark/poseidon2.h"

static void constants(struct fm_kern_p2 *k)
{
    for (uint32_t i = 0; i < FM_P2_WIDTH; i++) {
        k->diagonal[i] = fm_bb_of(fm_p2_diagonal[i]);
        for (uint32_t r = 0; r < 2 * FM_P2_HALF; r++) {
            k->external[r][i] = fm_bb_of(fm_p2_external[r][i]);
        }
    }
    for (uint32_t r = 0; r < FM_P2_INTERNAL; r++) {
        k->internal[r] = fm_bb_of(fm_p2_internal[r]);
    }
}

void fm_p2_trace(uint32_t log_n, uint32_t pi[FM_P2_PI], uint32_t *trace)
{
    const struct fm_kern *kern = fm_kern_best();
    struct fm_kern_p2 k;
    uint32_t state[FM_P2_WIDTH * FM_P2_CHAINS];
    size_t n = (size_t)1 << log_n;
    constants(&k);
    for (uint32_t i = 0; i < FM_P2_WIDTH; i++) {
        fm_bb a = fm_bb_of(pi[i]);
        fm_bb x = a;
        for (uint32_t j = 0; j < FM_P2_CHAINS; j++, x = fm_bb_add(x, a)) {
            state[FM_P2_CHAINS * i + j] = x;
        }
    }
    for (size_t row = 0; row < n; row += FM_P2_CHAINS) {
        kern->poseidon2(&k, trace + row, n, state);
    }
    for (uint32_t j = 0; j < FM_P2_CHAINS; j++) {
        for (uint32_t i = 0; i < FM_P2_OUT; i++) {
            pi[FM_P2_WIDTH + FM_P2_OUT * j + i] = fm_bb_int(state[FM_P2_CHAINS * i + j]);
        }
    }
}
