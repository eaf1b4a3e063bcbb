/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/core/judge.h"

#include "tests/tap.h"

/* The root of the state that the prologue alone would leave: the agent's header, and the ledger's own numbers. */
static void prologue_root(struct world *w, const struct actor *agent, struct fm_header before,
                          struct fm_top top, uint8_t root[32])
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

bool judge_refused_bytes(struct world *w, const struct actor *agent, fm_err reason, uint8_t detail,
                         const char *name)
{
    enum fm_status want = reason == FM_E_MALFORMED      ? FM_MALFORMED
                          : fm_err_number(reason) < 16U ? FM_REJECTED
                                                        : FM_BODY_FAILED;
    struct fm_header before = *world_header(w, agent->idx);
    struct fm_top top = w->state.top;
    uint8_t root[32];
    enum fm_status got;
    bool exact;

    memcpy(root, w->state.root, 32);
    got = world_run(w);
    if (got == FM_BODY_FAILED) {
        prologue_root(w, agent, before, top, root);
        exact = w->run.outcome.detail == detail &&
                w->sealed.receipt.head.reason == fm_err_number(reason);
    } else {
        exact = memcmp(&top, &w->state.top, sizeof top) == 0;
    }
    exact = exact && memcmp(root, w->state.root, 32) == 0;
    if (!TAP_OK(got == want && world_reason(w) == reason && exact, name)) {
        tap_note_u64("status", got);
        tap_note_text("reason", fm_err_name(world_reason(w)));
        tap_note_text("malformed", w->why.field != NULL ? w->why.field : "-");
        tap_note_u64("detail", w->run.outcome.detail);
        tap_note_u64("exact", exact);
        return false;
    }
    return true;
}

bool judge_refused(struct world *w, const struct actor *agent, fm_err reason, uint8_t detail,
                   const char *name)
{
    w->wire_bytes = fm_turn_finish(&w->maker) != 0 ? fm_turn_sign(&w->maker, agent->sk) : 0;
    return judge_refused_bytes(w, agent, reason, detail, name);
}

bool judge_committed(struct world *w, const struct actor *agent, const char *name)
{
    enum fm_status got = world_end(w, agent);

    if (!TAP_OK(got == FM_COMMITTED, name)) {
        tap_note_u64("status", got);
        tap_note_text("reason", fm_err_name(world_reason(w)));
        tap_note_text("malformed", w->why.field != NULL ? w->why.field : "-");
        return false;
    }
    return true;
}

struct fm_turn_maker *judge_self(struct world *w, const struct actor *agent)
{
    struct fm_turn_maker *m = world_begin(w, agent);

    fm_turn_self(m);
    return m;
}

struct fm_turn_maker *judge_slot(struct world *w, const struct actor *agent, uint8_t slot,
                                 const uint8_t target[32])
{
    struct fm_turn_maker *m = world_begin(w, agent);

    fm_turn_slot(m, slot, target);
    return m;
}

static void must(struct world *w, const struct actor *agent)
{
    if (world_end(w, agent) != FM_COMMITTED) {
        tap_note_text("a step of the story failed", fm_err_name(world_reason(w)));
        w->violations++;
    }
}

void judge_give_on(struct world *w, const struct actor *from, uint8_t own, const uint8_t target[32],
                   const struct actor *to, uint8_t slot, const struct fm_limits *l)
{
    fm_turn_open(judge_self(w, to), slot, from->id);
    must(w, to);
    fm_turn_grant(target == NULL ? judge_self(w, from) : judge_slot(w, from, own, target), to->id,
                  slot, l);
    must(w, from);
}

void judge_give(struct world *w, const struct actor *from, const struct actor *to, uint8_t slot,
                const struct fm_limits *l)
{
    judge_give_on(w, from, 0, NULL, to, slot, l);
}

void judge_drop(struct world *w, const struct actor *who, uint8_t slot)
{
    fm_turn_drop(judge_self(w, who), slot);
    must(w, who);
}
