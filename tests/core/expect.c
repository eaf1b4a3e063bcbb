/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/core/expect.h"

#include "tests/tap.h"

struct world *w;
struct actor *a, *b, *c;

void expect_begin(void)
{
    w = world_new(NULL);
    a = world_actor(w, 0, 8, 16, 100000);
    b = world_actor(w, 1, 8, 16, 1000);
    c = world_actor(w, 2, 8, 16, 1000);
}

/* The state that the prologue alone would leave: the agent's header, and the ledger's own numbers. */
static void prologue_root(const struct actor *agent, struct fm_header before, struct fm_top top,
                          uint8_t root[32])
{
    struct fm_header *h = &w->state.cells[agent->idx].header;
    struct fm_header after = *h;
    struct fm_top top_after = w->state.top;

    before.nonce += 1U;
    before.balance -= (int64_t)w->run.outcome.cost;
    fm_link_next(before.link, w->run.outcome.turn_hash, FM_BODY_FAILED, before.link);
    top.seq += 1U;
    top.height = w->sealed.receipt.head.height;
    top.now = w->sealed.receipt.rest.now;
    top.fees += w->run.outcome.cost;
    memcpy(top.prev_receipt, w->sealed.receipt.head.prev_receipt, 32);
    *h = before;
    w->state.top = top;
    world_root_from_scratch(w, root);
    *h = after;
    w->state.top = top_after;
}

void expect(const struct actor *agent, fm_err reason, uint8_t detail, const char *name)
{
    enum fm_status want = fm_err_number(reason) < 16U ? FM_REJECTED : FM_BODY_FAILED;
    struct fm_header before = *world_header(w, agent->idx);
    struct fm_top top = w->state.top;
    uint8_t root_before[32];
    uint8_t root[32];
    enum fm_status got;
    bool exact = true;

    memcpy(root_before, w->state.root, 32);
    got = world_end(w, agent);
    if (want == FM_REJECTED) {
        exact = memcmp(root_before, w->state.root, 32) == 0;
    } else if (got == FM_BODY_FAILED) {
        prologue_root(agent, before, top, root);
        exact = memcmp(root, w->state.root, 32) == 0 && w->run.outcome.detail == detail &&
                w->sealed.receipt.head.reason == fm_err_number(reason);
    }
    if (!TAP_OK(got == want && world_reason(w) == reason && exact, name)) {
        tap_note_u64("status", got);
        tap_note_text("reason", fm_err_name(world_reason(w)));
        tap_note_u64("detail", w->run.outcome.detail);
        tap_note_u64("exact", exact);
    }
}

void expect_ok(const struct actor *agent, const char *name)
{
    enum fm_status got = world_end(w, agent);

    if (!TAP_OK(got == FM_COMMITTED, name)) {
        tap_note_u64("status", got);
        tap_note_text("reason", fm_err_name(world_reason(w)));
        tap_note_text("malformed", w->why.field != NULL ? w->why.field : "-");
    }
}

struct fm_turn_maker *self(const struct actor *agent)
{
    struct fm_turn_maker *m = world_begin(w, agent);

    fm_turn_self(m);
    return m;
}

struct fm_turn_maker *slot(const struct actor *agent, uint8_t slot_, const uint8_t target[32])
{
    struct fm_turn_maker *m = world_begin(w, agent);

    fm_turn_slot(m, slot_, target);
    return m;
}

void give(const struct actor *from, const struct actor *to, uint8_t slot_,
          const struct fm_limits *l)
{
    fm_turn_open(self(to), slot_, from->id);
    (void)world_end(w, to);
    fm_turn_grant(self(from), to->id, slot_, l);
    if (world_end(w, from) != FM_COMMITTED) {
        tap_note_text("give failed", fm_err_name(world_reason(w)));
        w->violations++;
    }
}

void drop(const struct actor *who, uint8_t slot_)
{
    fm_turn_drop(self(who), slot_);
    (void)world_end(w, who);
}
