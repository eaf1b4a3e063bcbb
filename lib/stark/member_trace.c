/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "stark/member.h"

static const char *domain_of(const struct fm_member *m, uint32_t block)
{
    if (block == 0) {
        return "cap";
    }
    if (block == 1 + m->slots_log) {
        return "body";
    }
    return block == 2 + m->slots_log ? "leaf" : block == m->blocks - 1 ? "root" : "node";
}

static uint32_t direction_of(const struct fm_member *m, uint32_t block)
{
    uint32_t body = 1 + m->slots_log;
    if (block == 0 || block == body || block >= m->blocks - 1) {
        return 0;
    }
    if (block == body + 1) {
        return 1;
    }
    return m->pi[48 + (block < body ? block - 1 : block - 3)];
}

fm_err fm_member_trace(const struct fm_member *m, const uint8_t (*siblings)[32], uint32_t *trace)
{
    size_t n = (size_t)1 << m->air.log_n;
    uint32_t digest[8] = {0};
    uint32_t last[8] = {0};
    uint32_t first[16];
    bool ends = true;
    for (uint32_t b = 0; b < n / 64; b++) {
        uint32_t key[8];
        uint32_t w[16] = {0};
        uint32_t prev[8];
        uint32_t dir = direction_of(m, b);
        memcpy(prev, digest, 32);
        for (uint32_t i = 0; b == 0 && i < 16; i++) {
            w[i] = m->pi[2 * i] | m->pi[2 * i + 1] << 16;
        }
        if (b == 0) {
            memcpy(first, w, 64);
        } else {
            memcpy(w + 8 * dir, digest, 32);
        }
        for (uint32_t i = 0; b > 0 && b < m->blocks && i < 8; i++) {
            w[8 * (1 - dir) + i] = fm_le32(siblings[b - 1] + 4 * i);
        }
        fm_w1_domain_key(domain_of(m, b), key);
        fm_w1_block(trace, n, b, key, w, dir, prev, FM_W1_WHOLE, digest);
        for (uint32_t i = 0; b == m->blocks - 1 && i < 8; i++) {
            ends = ends && digest[i] == (m->pi[32 + 2 * i] | m->pi[33 + 2 * i] << 16);
        }
    }
    /* The trace is a circle: the first block's rows 0-3 repeat the last block's digest. */
    uint32_t key[8];
    fm_w1_domain_key("cap", key);
    memcpy(last, digest, 32);
    fm_w1_block(trace, n, 0, key, first, 0, last, FM_W1_WHOLE, digest);
    return ends ? FM_OK : FM_E_STARK_WITNESS;
}
