/* SPDX-License-Identifier: Apache-2.0 */
/* Driving run over a state in memory: what the node, a domain and the simulator share. */
#ifndef FM_CORE_DRIVE_H
#define FM_CORE_DRIVE_H

#include "core/state.h"

/*
 * Begins a turn over W with its agent's cell: one look-up, whatever the turn names, until its
 * prologue has passed. Borrows state, env and turn until the outcome was sealed or dropped.
 */
void fm_drive_begin(struct fm_run *run, const struct fm_state *state, const struct fm_run_env *env,
                    const struct fm_turn *turn);

/*
 * Goes on, supplying cells from the state: FM_RUN_DONE, or FM_RUN_NEED_VERDICT with run->need. Once
 * the prologue has passed, the other cells that the turn names are supplied together.
 */
enum fm_run_step_result fm_drive_step(struct fm_run *run,
                                      const struct fm_state *state) FM_MUST_CHECK;

/* The same with verdicts computed here (fm_ed25519_verify): always ends in an outcome. */
void fm_drive_signed(struct fm_run *run, const struct fm_state *state, const struct fm_run_env *env,
                     const struct fm_turn *turn);

#endif
