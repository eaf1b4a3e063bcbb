/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Eva runs of the sixteen effects: any effect that decoding lets through, in any frame, on any stage. The stage is
 * not one that a run led to but every one for which the invariants hold that WP proves of lib/core/stage.c (stage_ok,
 * groups_ok, cells_ok), so one effect stands for any number of them. Operands may lie anywhere; that they end within
 * the turn's bytes is WP's to show (proofs/STATUS.md, wire-turn), here each has room behind it. Never compiled.
 */
#include "core/run.h"
#include "core/stage.h"

#include "proofs/eva_stage.h"

static struct fm_params params;
static uint8_t ledger[32];
static uint8_t root[32];
static struct fm_run run;
static struct fm_turn turn;

static void apply(struct fm_pass *p, const struct fm_effect *e)
{
    (void)fm_effect_apply(p, e, (uint8_t)any_u32(0, FM_FRAMES_MAX - 1U),
                          (uint8_t)any_u32(0, FM_EFFECTS_MAX - 1U));
}

static void apply_ops(struct fm_pass *p, uint8_t lo, uint8_t hi, uint32_t count_max)
{
    struct fm_effect effect = any_effect(lo, hi, count_max);

    apply(p, &effect);
}

/* Group by group: an epoch somewhere in a cell somewhere is more than Eva's addresses can say. */
static void apply_lift(struct fm_pass *p)
{
    struct fm_effect effect = any_effect(FM_OP_LIFT, FM_OP_LIFT, 0);

    switch (any_u32(0, FM_GROUPS - 1U)) {
    case 0:
        effect.group = 0;
        break;
    case 1:
        effect.group = 1;
        break;
    case 2:
        effect.group = 2;
        break;
    case 3:
        effect.group = 3;
        break;
    case 4:
        effect.group = 4;
        break;
    case 5:
        effect.group = 5;
        break;
    case 6:
        effect.group = 6;
        break;
    default:
        effect.group = 7;
        break;
    }
    apply(p, &effect);
}

int main(void)
{
    struct fm_run_env env = {.params = &params, .ledger = ledger, .root = root};
    struct fm_frame frame = any_frame();
    struct fm_pass p = {.run = &run, .frame = &frame, .stop = FM_GO_ON};
    struct fm_limits limits;

    any_bytes(&params, sizeof params);
    any_bytes(ledger, sizeof ledger);
    env.now = any_u32(0, FM_U32_MAX);
    env.ncells = any_u32(0, FM_U32_MAX);
    any_bytes(wire, sizeof wire);
    any_bytes(turn.agent, 32);
    turn.wire = wire;
    turn.nonce = any_u64();
    run.env = &env;
    run.turn = &turn;
    any_stage(&run, true);
    fm_cap_limits(lent_records, &limits);
    /* What counts bytes or writes is bounded by its op: an event's bytes are the most. */
    if (any_u32(0, 1) == 1U) {
        apply_ops(&p, FM_OP_EVENT, FM_OP_EVENT, FM_EVENT_BYTES_MAX);
    } else if (any_u32(0, 1) == 1U) {
        apply_lift(&p);
    } else if (any_u32(0, 1) == 1U) {
        apply_ops(&p, FM_OP_CHECK, FM_OP_REVOKE, FM_NOPEN_MAX);
    } else if (any_u32(0, 1) == 1U) {
        apply_ops(&p, FM_OP_INVOKE, FM_OP_INVOKE, FM_INVOKE_WRITES_MAX);
    } else {
        apply_ops(&p, FM_OP_FIX, FM_OP_DESTROY, 0);
    }
    return 0;
}
