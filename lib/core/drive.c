/* SPDX-License-Identifier: Apache-2.0 */
#include "core/drive.h"

#include "crypto/sign.h"

static void supply_id(struct fm_run *run, const struct fm_state *state, const uint8_t id[32])
{
    uint32_t idx = fm_state_find(state, id);
    struct fm_cell_view view;

    if (idx != FM_INDEX_NONE) {
        fm_state_view(state, idx, &view);
        (void)fm_run_supply(run, &view);
    }
}

void fm_drive_begin(struct fm_run *run, const struct fm_state *state, const struct fm_run_env *env,
                    const struct fm_turn *turn)
{
    fm_run_begin(run, env, turn);
    supply_id(run, state, turn->agent);
}

/* The cells that a turn names, once its prologue has passed: most bodies then need no further pass. */
static void supply_named(struct fm_run *run, const struct fm_state *state)
{
    const struct fm_turn *turn = run->turn;

    /* Ahead of need only where it cannot crowd out what is needed (run.h, FM_RUN_AHEAD_MAX). */
    if ((uint32_t)turn->nframes + turn->neffects > FM_RUN_AHEAD_MAX - 1U) {
        return;
    }
    for (uint8_t f = 0; f < turn->nframes; f++) {
        if (turn->frames[f].kind == FM_FRAME_SLOT) {
            supply_id(run, state, turn->wire + turn->frames[f].target_at);
        }
    }
    for (uint8_t i = 0; i < turn->neffects; i++) {
        if (turn->effects[i].id_at != 0U) {
            supply_id(run, state, turn->wire + turn->effects[i].id_at);
        }
    }
}

static void supply_needed(struct fm_run *run, const struct fm_state *state, uint32_t idx)
{
    struct fm_cell_view view;

    if (idx == FM_INDEX_NONE) {
        fm_run_supply_absent(run);
    } else {
        fm_state_view(state, idx, &view);
        FM_ASSERT(fm_run_supply(run, &view));
    }
}

enum fm_run_step_result fm_drive_step(struct fm_run *run, const struct fm_state *state)
{
    /* The agent's signature is good: its body will ask. */
    if (run->nloaded == 1U && run->nverdicts == 1U && run->verdicts[0].yes) {
        supply_named(run, state);
    }
    /* run.h, R6: each round supplies a cell that was not there. */
    for (uint32_t round = 0; round <= FM_TURN_CELLS_MAX + FM_TURN_VERDICTS_MAX; round++) {
        enum fm_run_step_result result = fm_run_step(run);
        uint32_t idx;

        if (result == FM_RUN_DONE || result == FM_RUN_NEED_VERDICT) {
            return result;
        }
        idx = result == FM_RUN_NEED_IDX ? run->need.idx : fm_state_find(state, run->need.id);
        supply_needed(run, state, idx);
        /* A verdict was given ahead: run.h, R2, only a body asks for a second cell. */
        if (run->nloaded == 2U) {
            supply_named(run, state);
        }
    }
    fm_panic(__FILE__, __LINE__, "a turn that asks without end");
}

void fm_drive_signed(struct fm_run *run, const struct fm_state *state, const struct fm_run_env *env,
                     const struct fm_turn *turn)
{
    fm_drive_begin(run, state, env, turn);
    while (fm_drive_step(run, state) == FM_RUN_NEED_VERDICT) {
        bool yes =
            fm_ed25519_verify(run->need.pk, run->need.text, FM_SIGNED_TEXT_BYTES, run->need.sig);

        fm_run_supply_verdict(run, run->need.pk, run->need.text, yes);
    }
}
