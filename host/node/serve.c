/* SPDX-License-Identifier: Apache-2.0 */
/* What a node does with requests: turns into the batch, reads after it. */
#include "crypto/sign.h"
#include "host/node/node.h"

#include <time.h>

static void answer_outcome(struct node *n, struct conn *c, uint32_t tag,
                           const struct fm_msg_outcome *o)
{
    struct fm_writer w = out_writer(c);

    fm_msg_put_outcome(&w, tag, o);
    out_done(c, &w);
    n->metrics.turns[o->status]++;
}

static void outcome_of_receipt(struct fm_msg_outcome *o, const struct fm_receipt *r)
{
    o->status = r->head.status;
    o->reason = r->head.reason;
    o->frame = r->head.frame;
    o->effect = r->head.effect;
    o->detail = r->head.detail;
    o->code = fm_err_of_reason(r->head.reason);
    o->receipt = *r;
}

/* Bytes sent again after they ran get their stored receipt. */
static bool ran_before(struct node *n, struct fm_msg_outcome *o)
{
    struct fm_receipt receipt;
    uint8_t hash[32];

    if (!find_receipt_of(n, n->turn->agent, n->turn->nonce, &receipt)) {
        return false;
    }
    fm_turn_hash(n->turn, n->store.state.top.ledger, hash);
    if (memcmp(hash, receipt.head.turn_hash, 32) != 0) {
        return false;
    }
    outcome_of_receipt(o, &receipt);
    return true;
}

static bool open_batch(struct node *n)
{
    if (!n->batch_open) {
        fm_err err = host_store_begin(&n->store, (uint32_t)time(NULL), &n->batch, &n->error);

        if (err != FM_OK) {
            n->stopped = true;
            return false;
        }
        n->batch_open = true;
    }
    return true;
}

/* Runs the turn; job: where a thread left its verdict, or VERIFY_NO_JOB. */
static void drive(struct node *n, uint32_t job)
{
    const struct verify_job *ahead = job == VERIFY_NO_JOB ? NULL : &n->verifier.jobs[job];
    struct fm_run_env env;

    fm_state_env(&n->store.state, n->batch.now, &env);
    fm_drive_begin(n->run, &n->store.state, &env, n->turn);
    if (ahead != NULL && ahead->decoded) {
        fm_run_supply_verdict(n->run, ahead->pk, ahead->text, ahead->yes);
    }
    while (fm_drive_step(n->run, &n->store.state) == FM_RUN_NEED_VERDICT) {
        double start = node_clock();
        bool yes = fm_ed25519_verify(n->run->need.pk, n->run->need.text, FM_SIGNED_TEXT_BYTES,
                                     n->run->need.sig);

        n->metrics.verify_s += node_clock() - start;
        n->metrics.verdicts_late +=
            ahead != NULL && memcmp(n->run->need.pk, ahead->pk, 32) != 0 ? 1U : 0U;
        fm_run_supply_verdict(n->run, n->run->need.pk, n->run->need.text, yes);
        ahead = NULL;
    }
    n->metrics.verdicts_ahead += ahead != NULL ? 1U : 0U;
}

/* The sealed turn's receipt: into memory now, into the index once the batch is durable. */
static void keep(struct node *n, struct host_place place)
{
    const struct fm_receipt *r = &n->sealed->receipt;
    struct index_item *item = &n->batch_items[n->nbatch_items++];

    *item = (struct index_item){.seq = r->head.seq, .nonce = r->head.nonce, .place = place};
    memcpy(item->hash, n->sealed->receipt_hash, 32);
    memcpy(item->agent, r->head.agent, 32);
    receipts_add(&n->receipts, r, item->hash);
}

/* Runs a decoded turn into the open batch. False if the batch must be committed before it fits. */
static bool run_turn(struct node *n, uint32_t job, struct fm_msg_outcome *o)
{
    const struct fm_outcome *out = &n->run->outcome;

    drive(n, job);
    if (out->status == FM_REJECTED) {
        o->status = FM_REJECTED;
        o->reason = fm_err_number(out->reason);
        o->code = out->reason;
        if (out->reason == FM_E_NONCE) {
            (void)ran_before(n, o);
        }
        return true;
    }
    if (!fm_state_fits(&n->store.state, n->run)) {
        o->status = FM_BUSY;
        o->code = FM_E_NODE_FULL;
        return true;
    }
    /* The frame must take the longest that this outcome can write. */
    if (!fm_frame_fits(&n->store.frame, n->turn->bytes,
                       (size_t)n->run->nputs * 72U + (size_t)n->run->ncells * 168U +
                           n->run->ncreated * 80U)) {
        return false;
    }
    fm_state_seal(&n->store.state, n->run, &n->batch, n->sealed);
    keep(n, host_store_add(&n->store, n->turn, n->sealed));
    outcome_of_receipt(o, &n->sealed->receipt);
    return true;
}

static void serve_turn(struct node *n, uint32_t ci, uint32_t tag, const uint8_t *payload,
                       size_t bytes)
{
    struct conn *c = &n->conns[ci];
    uint32_t job = ahead_next(c);
    struct fm_msg_outcome o;
    struct fm_why why;
    double start = node_clock();

    memset(&o, 0, sizeof o);
    if (fm_turn_decode(n->turn, payload, bytes, &why) != FM_OK) {
        o.status = FM_MALFORMED;
        o.code = why.code;
        o.offset = why.offset;
    } else if (n->stopped || !open_batch(n)) {
        o.status = FM_BUSY;
        o.code = FM_E_STORE_STOPPED;
    } else if (!run_turn(n, job, &o)) {
        serve_commit(n);
        memset(&o, 0, sizeof o);
        if (n->stopped || !open_batch(n) || !run_turn(n, job, &o)) {
            o.status = FM_BUSY;
            o.code = FM_E_STORE_STOPPED;
        }
    }
    ahead_pop(n, c);
    n->metrics.run_s += node_clock() - start;
    answer_outcome(n, c, tag, &o);
    n->waiting[n->nwaiting] = (struct waiting){ci, tag};
    n->nwaiting++;
    if (n->nwaiting == FM_BATCH_TURNS_MAX) {
        serve_commit(n);
    }
}

static void serve_read(struct node *n, struct conn *c, const struct fm_msg_head *head, const uint8_t *payload)
{
    struct fm_reader r;

    fm_reader_init(&r, payload, head->payload_bytes);
    if (n->stopped) { /* D4 */
        answer_error(c, head->tag, FM_E_STORE_STOPPED, "store", 0, 0);
    } else if (head->kind == FM_MSG_CHECKPOINT || head->kind == FM_MSG_SHIP) {
        ship_request(n, c, head->tag, &r, head->kind == FM_MSG_SHIP);
    } else if (!answer_read(n, c, head, payload)) {
        answer_error(c, head->tag, FM_E_UNKNOWN_KIND, "kind", FM_MSG_SHIP, head->kind);
    }
}

/* The next whole message of a connection; false if there is none (a bad one ends the connection). */
static bool next_message(struct node *n, struct conn *c, struct fm_msg_head *head,
                         const uint8_t **payload)
{
    const uint8_t *at = c->in + c->in_at;
    size_t have = c->in_len - c->in_at;

    if (c->closing) {
        return false;
    }
    switch (fm_msg_look(at, have, FM_MSG_REQUEST_MAX, head)) {
    case FM_MSG_MORE:
        return false;
    case FM_MSG_BAD:
        n->metrics.bad_messages++;
        answer_error(c, 0, FM_E_BAD_MESSAGE, "message", FM_MSG_REQUEST_MAX,
                     have < 4 ? 0 : fm_le32(at));
        c->closing = true;
        return false;
    case FM_MSG_WHOLE_HEAD:
        break;
    }
    *payload = at + FM_MSG_HEAD_BYTES;
    return have >= FM_MSG_HEAD_BYTES + head->payload_bytes;
}

bool serve_turns(struct node *n, uint32_t ci)
{
    struct conn *c = &n->conns[ci];
    struct fm_msg_head head;
    const uint8_t *payload;

    while (!c->shipping && !c->waits && has_room(c, FM_MSG_OUTCOME_BYTES + FM_RECEIPT_BYTES) &&
           next_message(n, c, &head, &payload)) {
        if (head.kind != FM_MSG_TURN) {
            return true;
        }
        if (ahead_waits(n, c)) {
            return false;
        }
        ahead_fetch(n, c, c->in_at + (uint32_t)(FM_MSG_HEAD_BYTES + head.payload_bytes));
        serve_turn(n, ci, head.tag, payload, head.payload_bytes);
        c->in_at += FM_MSG_HEAD_BYTES + head.payload_bytes;
    }
    return false;
}

void serve_reads(struct node *n, uint32_t ci)
{
    struct conn *c = &n->conns[ci];
    struct fm_msg_head head;
    const uint8_t *payload;

    FM_ASSERT(!n->batch_open);
    if (c->shipping && has_room(c, FM_MSG_ANSWER_MAX)) {
        ship_piece(n, c);
    }
    while (!c->shipping && !c->waits && has_room(c, FM_MSG_ANSWER_MAX) && next_message(n, c, &head, &payload) &&
           head.kind != FM_MSG_TURN) {
        serve_read(n, c, &head, payload);
        c->in_at += FM_MSG_HEAD_BYTES + head.payload_bytes;
    }
    c->out_ready = c->out_len;
}

/* D4: what waits was never acknowledged; each is told so. */
static void answer_unsure(struct node *n)
{
    for (uint32_t i = 0; i < n->nwaiting; i++) {
        struct conn *c = &n->conns[n->waiting[i].conn];

        if (c->fd >= 0) {
            c->out_len = c->out_ready;
        }
    }
    for (uint32_t i = 0; i < n->nwaiting; i++) {
        struct conn *c = &n->conns[n->waiting[i].conn];
        const struct fm_msg_outcome o = {.status = FM_UNSURE, .code = FM_E_NODE_UNSURE};

        if (c->fd >= 0) {
            answer_outcome(n, c, n->waiting[i].tag, &o);
            c->closing = true;
        }
    }
}

void serve_commit(struct node *n)
{
    double start = node_clock();

    if (n->batch_open && n->store.frame.turns == 0U) {
        host_store_drop(&n->store); /* nothing but refusals: nothing to write */
    } else if (n->batch_open) {
        fm_err err = host_store_commit(&n->store, &n->error);

        n->metrics.batches++;
        n->metrics.log_bytes += n->store.frame.len;
        n->metrics.commit_s += node_clock() - start;
        if (err != FM_OK) {
            n->stopped = true;
            answer_unsure(n);
        } else {
            index_push(&n->index, n->batch_items, n->nbatch_items);
        }
    }
    n->nbatch_items = 0;
    n->batch_open = false;
    for (uint32_t i = 0; i < n->nwaiting; i++) {
        struct conn *c = &n->conns[n->waiting[i].conn];

        c->out_ready = c->out_len;
    }
    n->nwaiting = 0;
}
