/* SPDX-License-Identifier: Apache-2.0 */
#include "core/run.h"

#include "core/stage.h"

/* Fewer than 2^16 things at less than 2^32 each. */
/*@ assigns \nothing; ensures \result == n * each && 0 <= \result <= n * 0xffffffff; */
static uint64_t fee_for(uint32_t each, uint16_t n)
{
    /*@ assert 0 <= n * each; */
    /*@ assert n * each <= n * 0xffffffff; */
    return (uint64_t)n * each;
}

uint64_t fm_turn_cost(const struct fm_params *params, const struct fm_turn *turn)
{
    uint64_t cost = params->fee_base + fee_for(params->fee_byte, turn->bytes);

    /* At most 2^32 + 2^12 2^32 + 2^6 (2^32 + 2^8 2^32 + 2^10 2^32): far below 2^64. */
    /*@ loop invariant 0 <= i <= turn->neffects;
      @ loop invariant 0 <= cost <= 4097 * 0xffffffff + i * 1280 * 0xffffffff;
      @ loop assigns i, cost; loop variant turn->neffects - i; */
    for (uint8_t i = 0; i < turn->neffects; i++) {
        const struct fm_effect *e = &turn->effects[i];

        cost += params->fee_op[e->op - 1U];
        if (e->op == FM_OP_CREATE) {
            cost += fee_for(params->fee_slot, e->nslots) + fee_for(params->fee_field, e->nfields);
        }
    }
    return cost;
}

void fm_run_begin(struct fm_run *run, const struct fm_run_env *env, const struct fm_turn *turn)
{
    run->env = env;
    run->turn = turn;
    run->nabsent = 0;
    run->hashed = false;
    run->agent = 0;
    run->asked = FM_RUN_DONE;
    run->ncells = 0;
    run->nloaded = 0;
    run->nverdicts = 0;
    run->has_ahead = false;
}

bool fm_run_supply(struct fm_run *run, const struct fm_cell_view *view)
{
    struct fm_run_cell *cell;

    for (uint16_t i = 0; i < run->nloaded; i++) {
        if (run->cells[i].idx == view->header->idx) {
            return false;
        }
    }
    if (run->nloaded >= FM_RUN_CELLS_MAX) {
        return false;
    }
    cell = &run->cells[run->nloaded];
    cell->view = *view;
    cell->idx = view->header->idx;
    run->nloaded++;
    run->ncells = run->nloaded;
    return true;
}

void fm_run_supply_absent(struct fm_run *run)
{
    FM_ASSERT(run->nabsent < FM_TURN_CELLS_MAX);
    memcpy(run->absent[run->nabsent], run->need.id, 32);
    run->nabsent++;
}

void fm_run_supply_verdict(struct fm_run *run, const uint8_t pk[32],
                           const uint8_t text[FM_SIGNED_TEXT_BYTES], bool yes)
{
    bool asked = run->asked == FM_RUN_NEED_VERDICT && memcmp(pk, run->need.pk, 32) == 0 &&
                 memcmp(text, run->need.text, FM_SIGNED_TEXT_BYTES) == 0;
    struct fm_verdict *v = &run->ahead;

    /* What was asked for always finds its place: a turn asks for two at most. What was not asked
     * for has one of its own, so
     * that it can never crowd the others out (R6). */
    if (asked) {
        FM_ASSERT(run->nverdicts < FM_TURN_VERDICTS_MAX);
        v = &run->verdicts[run->nverdicts];
        run->nverdicts++;
    } else {
        run->has_ahead = true;
    }
    memcpy(v->pk, pk, 32);
    memcpy(v->text, text, FM_SIGNED_TEXT_BYTES);
    v->yes = yes;
}

enum fm_stop fm_run_verdict(struct fm_run *run, const uint8_t pk[32],
                            const uint8_t text[FM_SIGNED_TEXT_BYTES], const uint8_t *sig, bool *yes)
{
    for (uint8_t i = 0; i <= run->nverdicts; i++) {
        const struct fm_verdict *v = i < run->nverdicts ? &run->verdicts[i] : &run->ahead;

        if ((i < run->nverdicts || run->has_ahead) && memcmp(v->pk, pk, 32) == 0 &&
            memcmp(v->text, text, FM_SIGNED_TEXT_BYTES) == 0) {
            *yes = v->yes;
            return FM_GO_ON;
        }
    }
    memcpy(run->need.pk, pk, 32);
    memcpy(run->need.text, text, FM_SIGNED_TEXT_BYTES);
    run->need.sig = sig;
    run->asked = FM_RUN_NEED_VERDICT;
    return FM_STOP_NEED;
}

/* Every pass begins with the cells as they were supplied, and nothing staged. */
static void begin_pass(struct fm_run *run)
{
    for (uint16_t i = 0; i < run->nloaded; i++) {
        struct fm_run_cell *cell = &run->cells[i];

        cell->header = *cell->view.header;
        cell->first_put = FM_NO_PUT;
        cell->used = false;
        cell->header_put = false;
    }
    run->ncells = run->nloaded;
    run->nused = 0;
    run->nputs = 0;
    run->ncreated = 0;
    run->outcome.events_bytes = 0;
    run->outcome.caps_bytes = 0;
    run->outcome.frame = 0;
    run->outcome.effect = 255;
    run->outcome.detail = 0;
    run->outcome.reason = FM_OK;
    run->outcome.cost = 0;
}

static bool is_keyless(const struct fm_header *h)
{
    uint8_t any = 0;

    for (size_t i = 0; i < 32; i++) {
        any |= h->owner_pk[i];
    }
    return any == 0U;
}

/* Whether the agent can pay, and what it has after that; written only if it can. */
/*@ requires \valid_read(h) && \valid(after) && \separated(h, after);
  @ assigns *after;
  @ ensures \result <==> cost == 0 || (h->asset == 0 && h->balance >= cost);
  @ ensures \result ==> *after == h->balance - cost;
  @ ensures !\result ==> *after == \old(*after); */
static bool fee_paid(const struct fm_header *h, uint64_t cost, int64_t *after)
{
    int64_t balance = h->balance;

    if (cost == 0U) {
        *after = balance;
        return true;
    }
    if (h->asset != 0U || balance < 0 || (uint64_t)balance < cost) {
        return false;
    }
    *after = balance - (int64_t)cost;
    return true;
}

/* Everything that must hold before anything is staged, cheap before dear (heart.md section 5); and
 * the balance once the fee is paid. */
static void check_agent(struct fm_pass *p, const struct fm_header *h, int64_t *balance)
{
    struct fm_run *run = p->run;
    const struct fm_turn *turn = run->turn;

    (void)(fm_require(p, h->lifecycle == FM_LIVE, FM_E_AGENT_NOT_LIVE) &&
           fm_require(p, !is_keyless(h), FM_E_NO_KEY) &&
           fm_require(p, h->nonce == turn->nonce && turn->nonce != FM_U64_MAX, FM_E_NONCE) &&
           fm_require(p, run->env->now <= turn->valid_until, FM_E_TOO_LATE) &&
           fm_require(p,
                      (turn->flags & FM_TURN_AFTER) == 0U || memcmp(turn->after, h->link, 32) == 0,
                      FM_E_LINK) &&
           fm_require(
               p, (turn->flags & FM_TURN_ROOT) == 0U || memcmp(turn->root, run->env->root, 32) == 0,
               FM_E_STALE_ROOT) &&
           fm_require(p, run->outcome.cost <= turn->fee, FM_E_FEE_LOW) &&
           fm_require(p, fee_paid(h, run->outcome.cost, balance), FM_E_FEE_UNPAID));
}

static void prologue(struct fm_pass *p)
{
    struct fm_run *run = p->run;
    const struct fm_turn *turn = run->turn;
    uint8_t text[FM_SIGNED_TEXT_BYTES];
    struct fm_header *h;
    int64_t balance = 0;
    uint16_t agent;
    bool yes = false;

    if (!fm_require(p, memcmp(turn->wire + 8, run->env->ledger, 8) == 0, FM_E_WRONG_LEDGER)) {
        return;
    }
    agent = fm_stage_find_id(p, turn->agent);
    if (agent == FM_NO_ENTRY) {
        (void)fm_refuse(p, FM_E_NO_AGENT, 0);
        return;
    }
    run->agent = agent;
    h = &run->cells[agent].header;
    run->outcome.cost = fm_turn_cost(run->env->params, turn);
    check_agent(p, h, &balance);
    if (p->stop != FM_GO_ON) {
        return;
    }
    if (!run->hashed) {
        fm_turn_hash(turn, run->env->ledger, run->outcome.turn_hash);
        run->hashed = true;
    }
    fm_turn_signed_text(run->outcome.turn_hash, text);
    p->stop = fm_run_verdict(run, h->owner_pk, text, fm_turn_sig(turn), &yes);
    if (!fm_require(p, p->stop != FM_GO_ON || yes, FM_E_BAD_SIGNATURE)) {
        return;
    }
    memcpy(run->outcome.link_before, h->link, 32);
    run->outcome.agent_idx = h->idx;
    h->nonce += 1U;
    h->balance = balance;
    fm_stage_put_header(p, agent);
    run->agent_after_prologue = *h;
}

/* Drops what the body staged: cells made, records, fields, headers but the agent's, events and
 * caps. */
static void drop_body(struct fm_run *run)
{
    for (uint16_t i = 0; i < run->ncells; i++) {
        run->cells[i].header_put = false;
        run->cells[i].first_put = FM_NO_PUT;
    }
    run->ncells = run->nloaded;
    run->nputs = 0;
    run->ncreated = 0;
    run->cells[run->agent].header = run->agent_after_prologue;
    run->cells[run->agent].header_put = true;
    run->outcome.events_bytes = 0;
    run->outcome.caps_bytes = 0;
}

/* The effects in their order, each in its frame: decoding left at least one in every frame, and as many as the
 * frames say. At any time no more is staged than the effects so far may: the stage holds a whole turn. */
/*@ requires \valid(p) && \valid(p->run) && \valid_read(p->run->turn);
  @ requires \separated(p, p->run, p->run->turn);
  @ requires p->run->turn->neffects <= FM_EFFECTS_MAX && p->run->nputs == 0;
  @ assigns p->frame, p->stop, p->reason, p->detail, p->subject, p->held, p->self, p->run->need,
  @   p->run->outcome, p->run->asked, p->run->ncells, p->run->nused, p->run->nputs, p->run->ncreated,
  @   p->run->cells[0 .. FM_RUN_CELLS_MAX - 1], p->run->puts[0 .. FM_STAGE_MAX - 1],
  @   p->run->events[0 .. FM_EVENTS_BYTES_MAX - 1], p->run->caps[0 .. FM_CAPS_BYTES_MAX - 1];
  @ ensures p->run->nputs <= FM_EFFECTS_MAX * FM_EFFECT_PUTS_MAX; */
static void body(struct fm_pass *p)
{
    struct fm_run *run = p->run;
    const struct fm_turn *turn = run->turn;
    uint8_t f = 0;

    p->frame = &turn->frames[0];
    /*@ loop invariant 0 <= at <= turn->neffects && f < FM_FRAMES_MAX;
      @ loop invariant p->frame == &turn->frames[f];
      @ loop invariant run->nputs <= at * FM_EFFECT_PUTS_MAX;
      @ loop assigns at, f, p->frame, p->stop, p->reason, p->detail, p->subject, p->held, p->self, run->need,
      @   run->outcome, run->asked, run->ncells, run->nused, run->nputs, run->ncreated,
      @   run->cells[0 .. FM_RUN_CELLS_MAX - 1], run->puts[0 .. FM_STAGE_MAX - 1],
      @   run->events[0 .. FM_EVENTS_BYTES_MAX - 1], run->caps[0 .. FM_CAPS_BYTES_MAX - 1];
      @ loop variant turn->neffects - at; */
    for (uint8_t at = 0; at < turn->neffects; at++) {
        uint8_t i = (uint8_t)(at - p->frame->first);

        if (i >= p->frame->neffects && f + 1U < FM_FRAMES_MAX) {
            f++;
            p->frame = &turn->frames[f];
            i = 0;
        }
        if (!fm_effect_apply(p, &turn->effects[at], f, i)) {
            run->outcome.frame = f;
            run->outcome.effect = i;
            return;
        }
    }
}

enum fm_run_step_result fm_run_step(struct fm_run *run)
{
    struct fm_pass p = {.run = run};
    struct fm_outcome *o = &run->outcome;
    struct fm_header *agent;

    begin_pass(run);
    prologue(&p);
    if (p.stop == FM_GO_ON) {
        /*@ assert eva_nothing_staged: run->nputs == 0; */
        body(&p);
        if (p.stop == FM_STOP_REFUSED) {
            drop_body(run);
            o->status = FM_BODY_FAILED;
            o->reason = p.reason;
            o->detail = p.detail;
        } else {
            o->status = FM_COMMITTED;
        }
    } else if (p.stop == FM_STOP_REFUSED) {
        o->status = FM_REJECTED;
        o->reason = p.reason;
        return FM_RUN_DONE;
    }
    if (p.stop == FM_STOP_NEED) {
        return (enum fm_run_step_result)run->asked;
    }
    agent = &run->cells[run->agent].header;
    fm_link_next(o->link_before, o->turn_hash, (uint8_t)o->status, agent->link);
    return FM_RUN_DONE;
}
