/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/paths.h"

void fm_paths_init(struct fm_paths *p)
{
    p->nsegments = 0;
    p->blocks = 0;
    p->npi = 0;
    p->twin_blocks = 0;
    p->bad = false;
}

/* Room for n public inputs: the number of the first. */
static uint32_t take_inputs(struct fm_paths *p, uint32_t n)
{
    uint32_t at = p->npi;
    if (n > FM_STARK_PI_MAX - p->npi) {
        p->bad = true;
        return 0;
    }
    p->npi += n;
    return at;
}

uint32_t fm_paths_digest(struct fm_paths *p, const uint8_t digest[32])
{
    uint32_t at = take_inputs(p, 16);
    for (uint32_t i = 0; i < 16; i++) {
        p->pi[at + i] = fm_le16(digest + 2 * i);
    }
    return at;
}

static uint32_t add(struct fm_paths *p, const struct fm_paths_segment *s)
{
    if (p->bad || p->nsegments == FM_PATHS_SEGMENTS || s->levels > FM_PATHS_BLOCKS - p->blocks) {
        p->bad = true;
        return 0;
    }
    p->segment[p->nsegments] = *s;
    p->blocks += s->levels;
    return p->nsegments++;
}

uint32_t fm_paths_add(struct fm_paths *p, uint32_t levels, uint32_t index, uint32_t start, uint32_t end)
{
    struct fm_paths_segment s = {p->blocks, levels, index, start, end, 0, p->nsegments};
    if (levels == 0 || levels > FM_PATHS_LEVELS || (uint64_t)index >> levels != 0) {
        p->bad = true;
        return 0;
    }
    s.bits = take_inputs(p, levels);
    for (uint32_t i = 0; i < levels && !p->bad; i++) {
        p->pi[s.bits + i] = index >> i & 1;
    }
    return add(p, &s);
}

uint32_t fm_paths_twin(struct fm_paths *p, uint32_t of, uint32_t start, uint32_t end)
{
    struct fm_paths_segment s;
    uint32_t distance;
    if (of >= p->nsegments) {
        p->bad = true;
        return 0;
    }
    s = p->segment[of];
    distance = p->blocks - s.first;
    p->bad |= p->twin_blocks != 0 && p->twin_blocks != distance;
    p->twin_blocks = distance;
    s.first = p->blocks;
    s.start = start;
    s.end = end;
    s.twin = of;
    return add(p, &s);
}

static void block_entries(struct fm_paths *p, const struct fm_paths_segment *s, uint32_t level, bool twin)
{
    struct fm_air *a = &p->air;
    uint32_t b = s->first + level;
    if (level == 0) {
        fm_w1_start(a, &p->w1, b, s->start);
    }
    fm_air_at(a, p->w1.dir_on, a->log_n, 64 * b, 1);
    fm_air_at_pi(a, p->w1.dir, a->log_n, 64 * b, s->bits + level);
    if (twin) {
        fm_w1_same_sibling(a, &p->w1, b);
    }
    if (level == s->levels - 1) {
        fm_w1_digest(a, &p->w1, b, s->end);
    }
}

fm_err fm_paths_finish(struct fm_paths *p, unsigned profile)
{
    struct fm_air *a = &p->air;
    uint32_t log_n = 6;
    uint32_t features = FM_W1_START | (p->twin_blocks != 0 ? FM_W1_TWIN : 0u);
    if (p->bad || p->blocks == 0) {
        return FM_E_STARK_SHAPE;
    }
    while (p->blocks > 1u << (log_n - 6)) {
        log_n++;
    }
    fm_air_init(a, "paths", FM_W1_COLS, log_n, p->npi, p->code, FM_PATHS_CODE, p->entries, FM_PATHS_ENTRIES);
    fm_w1_core_with(a, &p->w1, "node", features, 64 * p->twin_blocks);
    for (uint32_t i = 0; i < p->nsegments; i++) {
        for (uint32_t level = 0; level < p->segment[i].levels; level++) {
            block_entries(p, &p->segment[i], level, p->segment[i].twin != i);
        }
    }
    if (!fm_air_finish(a)) {
        return FM_E_STARK_SHAPE;
    }
    p->st = (struct fm_stark_statement){a, fm_stark_profile(profile), p->pi, NULL, 0};
    return p->st.profile == NULL ? FM_E_STARK_ARGUMENT : FM_OK;
}
