/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "stark/agent.h"

/* One step: digest is the link before, and then the one after. */
static void step(uint32_t *trace, size_t n, uint32_t i, const uint32_t key[8], const struct fm_agent_turn *t,
                 uint32_t digest[8])
{
    uint32_t m[16];
    uint32_t prev[8];
    uint32_t cv[8];
    memcpy(prev, digest, 32);
    memcpy(m, digest, 32);
    for (uint32_t k = 0; k < 8; k++) {
        m[8 + k] = fm_le32(t->turn_hash + 4 * k);
    }
    fm_w1_block_of(trace, n, 2 * i, key, m, 0, prev, 64, 17, digest);
    memset(m, 0, sizeof m);
    m[0] = t->status;
    memcpy(cv, digest, 32);
    memcpy(prev, digest, 32);
    fm_w1_block_of(trace, n, 2 * i + 1, cv, m, 0, prev, 1, 26, digest);
}

fm_err fm_agent_trace(const struct fm_agent *g, const struct fm_agent_turn *turns, uint32_t *trace)
{
    static const struct fm_agent_turn nothing;
    size_t n = (size_t)1 << g->air.log_n;
    uint32_t key[8];
    uint32_t digest[8];
    bool ends = true;
    fm_w1_domain_key("link", key);
    for (uint32_t k = 0; k < 8; k++) {
        digest[k] = g->pi[2 * k] | g->pi[2 * k + 1] << 16;
    }
    for (uint32_t i = 0; i < n / 128; i++) { /* beyond the last it hashes on, unread */
        step(trace, n, i, key, i < g->steps ? &turns[i] : &nothing, digest);
        for (uint32_t k = 0; i == g->steps - 1 && k < 8; k++) {
            ends = ends && digest[k] == (g->pi[16 + 2 * k] | g->pi[17 + 2 * k] << 16);
        }
    }
    return ends ? FM_OK : FM_E_STARK_WITNESS;
}
