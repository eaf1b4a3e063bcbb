/* SPDX-License-Identifier: Apache-2.0 */
#include "core/ahead.h"

#include "core/state_priv.h"

#define NAMED_MAX 8U

void fm_ahead_init(struct fm_ahead *ahead)
{
    memset(ahead, 0, sizeof *ahead);
}

static void note_id(struct fm_ahead *ahead, struct fm_state *state, const uint8_t id[32])
{
    uint8_t *oldest = ahead->ids[ahead->at % FM_AHEAD_IDS];
    const uint8_t *middle = ahead->ids[(ahead->at + FM_AHEAD_STRIDE) % FM_AHEAD_IDS];

    fm_state_fetch(state, oldest);
    fm_index_fetch_id(&state->index, middle);
    fm_index_fetch_bucket(&state->index, id);
    memcpy(oldest, id, 32);
    ahead->at++;
}

void fm_ahead_note(struct fm_ahead *ahead, struct fm_state *state, const struct fm_turn *turn)
{
    uint32_t named = 0;

    if (memcmp(ahead->agent, turn->agent, 32) != 0) {
        note_id(ahead, state, turn->agent);
        memcpy(ahead->agent, turn->agent, 32);
    }
    for (uint8_t f = 0; f < turn->nframes && named < NAMED_MAX; f++) {
        if (turn->frames[f].kind == FM_FRAME_SLOT) {
            note_id(ahead, state, turn->wire + turn->frames[f].target_at);
            named++;
        }
    }
    for (uint8_t i = 0; i < turn->neffects && named < NAMED_MAX; i++) {
        if (turn->effects[i].id_at != 0U) {
            note_id(ahead, state, turn->wire + turn->effects[i].id_at);
            named++;
        }
    }
}
