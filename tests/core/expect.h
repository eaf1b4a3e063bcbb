/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One world with three actors, and what a test says about a turn: that it commits, or is refused by
 * name and leaves nothing behind.
 */
#ifndef FM_TESTS_CORE_EXPECT_H
#define FM_TESTS_CORE_EXPECT_H

#include "tests/core/world.h"

extern struct world *w;
extern struct actor *a, *b, *c;

/* A fresh world; each actor has 8 slots and 16 fields. */
void expect_begin(void);

/* Begins a turn with a frame on the agent itself, or on what its slot holds. */
struct fm_turn_maker *self(const struct actor *agent);
struct fm_turn_maker *slot(const struct actor *agent, uint8_t slot_, const uint8_t target[32]);

/*
 * Ends the turn under way, or judges the one that was run, and expects this reason: REJECTED for the prologue's,
 * with nothing changed; BODY_FAILED for the others, with exactly what the prologue leaves.
 */
void expect(const struct actor *agent, fm_err reason, uint8_t detail, const char *name);
void expect_ok(const struct actor *agent, const char *name);

/* Gives `to` a capability on `from`'s own cell, into this slot. */
void give(const struct actor *from, const struct actor *to, uint8_t slot_,
          const struct fm_limits *l);
void drop(const struct actor *who, uint8_t slot_);

#endif
