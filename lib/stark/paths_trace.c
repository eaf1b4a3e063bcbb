/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "stark/paths.h"

struct walk {
    const struct fm_paths *p;
    const uint8_t (*siblings)[32];
    uint32_t *trace;
    uint32_t key[8];
    uint32_t digest[8];
    uint32_t first_sibling[FM_PATHS_SEGMENTS];
    size_t n;
    bool ends;
};

static void input_words(const struct fm_paths *p, uint32_t pi, uint32_t words[8])
{
    for (uint32_t i = 0; i < 8; i++) {
        words[i] = p->pi[pi + 2 * i] | p->pi[pi + 2 * i + 1] << 16;
    }
}

static void segment(struct walk *w, uint32_t i)
{
    const struct fm_paths_segment *s = &w->p->segment[i];
    uint32_t words[8];
    input_words(w->p, s->start, w->digest);
    for (uint32_t level = 0; level < s->levels; level++) {
        const uint8_t *sibling = w->siblings[w->first_sibling[s->twin] + level];
        uint32_t dir = s->index >> level & 1;
        uint32_t m[16];
        uint32_t prev[8];
        memcpy(prev, w->digest, 32);
        memcpy(m + 8 * dir, prev, 32);
        for (uint32_t k = 0; k < 8; k++) {
            m[8 * (1 - dir) + k] = fm_le32(sibling + 4 * k);
        }
        fm_w1_block(w->trace, w->n, s->first + level, w->key, m, dir, prev, FM_W1_WHOLE, w->digest);
    }
    input_words(w->p, s->end, words);
    w->ends = w->ends && memcmp(words, w->digest, 32) == 0;
}

fm_err fm_paths_trace(const struct fm_paths *p, const uint8_t (*siblings)[32], uint32_t *trace)
{
    struct walk w = {.p = p, .siblings = siblings, .trace = trace, .n = (size_t)1 << p->air.log_n, .ends = true};
    uint32_t at = 0;
    fm_w1_domain_key("node", w.key);
    for (uint32_t i = 0; i < p->nsegments; i++) {
        w.first_sibling[i] = at;
        at += p->segment[i].twin == i ? p->segment[i].levels : 0;
        segment(&w, i);
    }
    for (uint32_t b = p->blocks; b < w.n / 64; b++) { /* hashes on, unread */
        uint32_t m[16] = {0};
        uint32_t prev[8];
        memcpy(prev, w.digest, 32);
        memcpy(m, prev, 32);
        fm_w1_block(trace, w.n, b, w.key, m, 0, prev, FM_W1_WHOLE, w.digest);
    }
    return w.ends ? FM_OK : FM_E_STARK_WITNESS;
}
