/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "stark/rcpt.h"

static const uint32_t flags_of[4] = {17, 16, 16, 26};

/* One head; digest holds the one before's hash, and then its own. */
static void head(uint32_t *trace, size_t n, uint32_t i, const uint32_t key[8], const uint8_t *bytes, uint32_t digest[8])
{
    uint32_t cv[8];
    memcpy(cv, key, 32);
    for (uint32_t b = 0; b < 4; b++) {
        uint32_t m[16];
        uint32_t prev[8];
        memcpy(prev, digest, 32);
        for (uint32_t k = 0; k < 16; k++) {
            m[k] = fm_le32(bytes + 64 * b + 4 * k);
        }
        fm_w1_block(trace, n, 4 * i + b, cv, m, 0, prev, flags_of[b], digest);
        memcpy(cv, digest, 32);
    }
}

fm_err fm_rcpt_trace(const struct fm_rcpt *r, const uint8_t (*heads)[FM_RCPT_HEAD_BYTES], uint32_t *trace)
{
    size_t n = (size_t)1 << r->air.log_n;
    uint32_t key[8];
    uint32_t digest[8] = {0};
    uint32_t last[8];
    bool ends = true;
    fm_w1_domain_key("receipt", key);
    for (uint32_t i = 0; i < n / 256; i++) {
        static const uint8_t nothing[FM_RCPT_HEAD_BYTES];
        head(trace, n, i, key, i < r->count ? heads[i] : nothing, digest);
        for (uint32_t k = 0; i == r->count - 1 && k < 8; k++) {
            ends = ends && digest[k] == (r->pi[32 + 2 * k] | r->pi[33 + 2 * k] << 16);
        }
    }
    /* The trace is a circle: the bus of block 0 shows the last block's digest. */
    memcpy(last, digest, 32);
    head(trace, n, 0, key, heads[0], last);
    return ends ? FM_OK : FM_E_STARK_WITNESS;
}
