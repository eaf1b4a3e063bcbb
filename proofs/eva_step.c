/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Eva runs of a run: begin, supply, and one step after another on any stage, for any turn that decoding lets
 * through. The effects themselves are eva_effect.c's: here each changes the stage in any way that keeps its invariants
 * and stops the pass or not. Every cell is one that the shell lent: a pass begins with those alone. Never compiled.
 */
#include "core/run.h"
#include "core/stage.h"

#include "proofs/eva_stage.h"

static struct fm_params params;
static uint8_t ledger[32];
static uint8_t root[32];
static struct fm_run run;
static struct fm_turn turn;

bool fm_effect_apply(struct fm_pass *p, const struct fm_effect *e, uint8_t frame, uint8_t index)
{
    (void)e;
    (void)frame;
    (void)index;
    p->run->nputs = (uint16_t)any_u32(0, FM_STAGE_MAX);
    p->run->ncells = (uint16_t)any_u32(1, FM_RUN_CELLS_MAX);
    p->run->outcome.events_bytes = (uint16_t)any_u32(0, FM_EVENTS_BYTES_MAX);
    p->run->outcome.caps_bytes = (uint16_t)any_u32(0, FM_CAPS_BYTES_MAX);
    p->reason = (fm_err)any_u32(0, FM_U32_MAX);
    p->detail = (uint8_t)any_u32(0, 0xff);
    p->stop = (enum fm_stop)any_u32(FM_GO_ON, FM_STOP_REFUSED);
    return p->stop == FM_GO_ON;
}

int main(void)
{
    struct fm_run_env env = {.params = &params, .ledger = ledger, .root = root};
    struct fm_cell_view view = {&lent_header, lent_records, lent_fields};
    enum fm_run_step_result result;

    any_bytes(&params, sizeof params);
    any_bytes(ledger, sizeof ledger);
    any_bytes(root, sizeof root);
    env.now = any_u32(0, FM_U32_MAX);
    env.ncells = any_u32(0, FM_U32_MAX);
    any_turn(&turn);
    any_stage(&run, false);
    run.outcome.status = FM_COMMITTED;
    if (any_u32(0, 1) == 1U) {
        fm_run_begin(&run, &env, &turn);
        result = fm_run_step(&run);
    } else {
        run.env = &env;
        run.turn = &turn;
        run.hashed = any_u32(0, 1) == 1U;
        run.asked = (uint8_t)any_u32(FM_RUN_DONE, FM_RUN_NEED_VERDICT);
        any_bytes(&run.need.id, 32);
        any_bytes(&run.need.pk, 32);
        any_bytes(&run.need.text, FM_SIGNED_TEXT_BYTES);
        (void)fm_run_supply(&run, &view);
        fm_run_supply_absent(&run);
        fm_run_supply_verdict(&run, run.need.pk, run.need.text, any_u32(0, 1) == 1U);
        result = fm_run_step(&run);
    }
    return (int)result;
}
