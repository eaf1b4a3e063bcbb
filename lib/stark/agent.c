/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A step is two blocks: link and turn hash, and then the one byte of the status. The first takes the digest before
 * it as the left half of its message, as a path does that always goes left; the second as its chaining value.
 */
#include "stark/agent.h"

enum { FROM = 0, TO = 16, STEP_LOG = 7 };

/* The same in every step, those beyond the last included. */
static void every_step(struct fm_air *a, const struct fm_w1 *w)
{
    fm_air_at(a, w->dir_on, STEP_LOG, 0, 1); /* to the left: the value is zero */
    fm_air_at(a, w->flags, STEP_LOG, 1, FM_BB_P - (FM_W1_WHOLE - 17)); /* keyed and start */
    fm_air_at(a, w->flags, STEP_LOG, 64, FM_BB_P - 63);                /* one byte */
    fm_air_at(a, w->flags, STEP_LOG, 65, FM_BB_P - (FM_W1_WHOLE - 26)); /* keyed, end and root */
    fm_w1_go_on(a, w, STEP_LOG, 1);
    fm_air_at(a, w->status, STEP_LOG, 64 + 4, 1);
    for (uint32_t r = 4; r < 12; r++) {
        fm_air_at(a, r < 8 ? w->path4 : r == 8 ? w->path8b : w->path8, STEP_LOG, 64 + r, FM_BB_P - 1);
        if (r > 4) {
            fm_air_at(a, w->word_on, STEP_LOG, 64 + r, 1); /* zeros after the byte */
        }
    }
}

fm_err fm_agent_statement(struct fm_agent *g, uint32_t steps, const uint8_t from[32], const uint8_t to[32],
                          unsigned profile)
{
    struct fm_air *a = &g->air;
    uint32_t log_n = STEP_LOG;
    if (steps == 0 || steps > FM_AGENT_STEPS_MAX) {
        return FM_E_STARK_SHAPE;
    }
    while (steps > 1u << (log_n - STEP_LOG)) {
        log_n++;
    }
    g->steps = steps;
    fm_air_init(a, "agent", FM_W1_COLS, log_n, FM_AGENT_PI, g->code, FM_AGENT_CODE, g->entries, FM_AGENT_ENTRIES);
    fm_w1_core_with(a, &g->w1, "link", FM_W1_START | FM_W1_CHAIN | FM_W1_STATUS, 0);
    every_step(a, &g->w1);
    fm_w1_start(a, &g->w1, 0, FROM);
    fm_w1_digest(a, &g->w1, 2 * steps - 1, TO);
    if (!fm_air_finish(a)) {
        return FM_E_STARK_SHAPE;
    }
    for (uint32_t i = 0; i < 16; i++) {
        g->pi[FROM + i] = fm_le16(from + 2 * i);
        g->pi[TO + i] = fm_le16(to + 2 * i);
    }
    g->st = (struct fm_stark_statement){a, fm_stark_profile(profile), g->pi, NULL, 0};
    return g->st.profile == NULL ? FM_E_STARK_ARGUMENT : FM_OK;
}
