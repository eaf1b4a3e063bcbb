/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Judging the turn that was begun on a world: refused for this reason, and without a trace but the prologue's; or
 * committed.
 */
#ifndef FM_TESTS_CORE_JUDGE_H
#define FM_TESTS_CORE_JUDGE_H

#include "tests/core/world.h"

/* Ends the turn under way and wants it refused: MALFORMED, REJECTED with the root untouched, or BODY_FAILED with the
 * root that the prologue alone gives, computed here from scratch. Prints one result under this name. */
bool judge_refused(struct world *w, const struct actor *agent, fm_err reason, uint8_t detail,
                   const char *name);
/* The same for the bytes in w->wire as they are. */
bool judge_refused_bytes(struct world *w, const struct actor *agent, fm_err reason, uint8_t detail,
                         const char *name);
/* Ends it and wants it committed. */
bool judge_committed(struct world *w, const struct actor *agent, const char *name);
/* Begins a turn with one frame. */
struct fm_turn_maker *judge_self(struct world *w, const struct actor *agent);
struct fm_turn_maker *judge_slot(struct world *w, const struct actor *agent, uint8_t slot,
                                 const uint8_t target[32]);
/* `to` opens its slot for `from`, and `from` grants there: from SELF, or through its own slot on `target`. */
void judge_give(struct world *w, const struct actor *from, const struct actor *to, uint8_t slot,
                const struct fm_limits *l);
void judge_give_on(struct world *w, const struct actor *from, uint8_t own, const uint8_t target[32],
                   const struct actor *to, uint8_t slot, const struct fm_limits *l);
/* `who` empties its slot. */
void judge_drop(struct world *w, const struct actor *who, uint8_t slot);

#endif
