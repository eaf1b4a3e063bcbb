/* SPDX-License-Identifier: Apache-2.0 */
/* What a node does with requests. Each answer is written into its connection's buffer, whole or not at all. */
#include "crypto/sign.h"
#include "host/node/node.h"

#include <time.h>
#include <unistd.h>

/* The room that an answer of n payload bytes takes is there. */
static bool has_room(const struct conn *c, size_t n)
{
    return NODE_OUT_BYTES - c->out_len >= FM_MSG_HEAD_BYTES + n;
}

static struct fm_writer out_writer(struct conn *c)
{
    struct fm_writer w;

    fm_writer_init(&w, c->out + c->out_len, NODE_OUT_BYTES - c->out_len);
    return w;
}

static void out_done(struct conn *c, const struct fm_writer *w)
{
    FM_ASSERT(!w->bad);
    c->out_len += (uint32_t)w->len;
}

static void answer_error(struct conn *c, uint32_t tag, fm_err code, const char *field,
                         uint64_t expected, uint64_t got)
{
    struct fm_writer w = out_writer(c);
    const struct fm_why why = {code, 0, field, expected, got};

    fm_msg_put_error(&w, tag, &why);
    out_done(c, &w);
}

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
static bool ran_before(const struct node *n, struct fm_msg_outcome *o)
{
    const struct fm_receipt *r = receipts_by_nonce(&n->receipts, n->turn->agent, n->turn->nonce);
    uint8_t hash[32];

    if (r == NULL) {
        return false;
    }
    fm_turn_hash(n->turn, n->store.state.top.ledger, hash);
    if (memcmp(hash, r->head.turn_hash, 32) != 0) {
        return false;
    }
    outcome_of_receipt(o, r);
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

/* Runs a decoded turn into the open batch. False if the batch must be committed before it fits. */
static bool run_turn(struct node *n, uint32_t job, struct fm_msg_outcome *o)
{
    const struct fm_outcome *out = &n->run->outcome;

    drive(n, job);
    if (out->status == FM_REJECTED) {
        o->status = FM_REJECTED;
        o->reason = fm_err_number(out->reason);
        o->code = out->reason;
        (void)ran_before(n, o);
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
    host_store_add(&n->store, n->turn, n->sealed);
    receipts_add(&n->receipts, &n->sealed->receipt);
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

static void answer_head(struct node *n, struct conn *c, uint32_t tag)
{
    const struct fm_state *s = &n->store.state;
    struct fm_writer w = out_writer(c);

    fm_msg_put_head(&w, FM_MSG_HEAD, tag,
                    sizeof s->top + 64U + FM_RECEIPT_BYTES + sizeof s->params);
    fm_put_bytes(&w, (const uint8_t *)&s->top, sizeof s->top);
    fm_put_bytes(&w, s->root, 32);
    fm_put_bytes(&w, s->receipt_hash, 32);
    fm_put_bytes(&w, (const uint8_t *)&s->receipt, FM_RECEIPT_BYTES);
    fm_put_bytes(&w, (const uint8_t *)&s->params, sizeof s->params);
    out_done(c, &w);
}

static uint32_t find_cell(const struct node *n, struct fm_reader *r)
{
    uint8_t how = fm_get_u8(r);
    uint8_t id[32];
    uint32_t idx;

    if (how == 1U) {
        idx = fm_get_u32(r);
        return fm_reader_end(r) && idx < n->store.state.top.ncells ? idx : FM_INDEX_NONE;
    }
    fm_get_bytes(r, id, 32);
    return fm_reader_end(r) && how == 0U ? fm_state_find(&n->store.state, id) : FM_INDEX_NONE;
}

static void answer_cell(struct node *n, struct conn *c, uint32_t tag, struct fm_reader *r)
{
    static const uint8_t zero[64];
    uint32_t idx = find_cell(n, r);
    struct fm_writer w = out_writer(c);
    struct fm_cell_view v;
    uint16_t counts[2] = {0, 0};
    size_t head;

    if (idx == FM_INDEX_NONE) {
        answer_error(c, tag, FM_E_NO_CELL, "cell", n->store.state.top.ncells, 0);
        return;
    }
    fm_state_view(&n->store.state, idx, &v);
    fm_msg_put_head(&w, FM_MSG_CELL, tag, 0);
    fm_put_bytes(&w, (const uint8_t *)&n->store.state.cells[idx], sizeof(struct fm_cell));
    head = w.len;
    fm_put_zeros(&w, 4);
    for (uint16_t i = 0; i < v.header->nslots; i++) {
        if (memcmp(&v.records[i], zero, 64) != 0) {
            fm_put_u16(&w, i);
            fm_put_bytes(&w, (const uint8_t *)&v.records[i], 64);
            counts[0]++;
        }
    }
    for (uint16_t i = 0; i < v.header->nfields; i++) {
        if (memcmp(v.fields + (size_t)i * 32U, zero, 32) != 0) {
            fm_put_u16(&w, i);
            fm_put_bytes(&w, v.fields + (size_t)i * 32U, 32);
            counts[1]++;
        }
    }
    fm_put_le16(w.buf + head, counts[0]);
    fm_put_le16(w.buf + head + 2, counts[1]);
    fm_put_le32(w.buf, (uint32_t)w.len - 4U);
    out_done(c, &w);
}

static void answer_proof(struct node *n, struct conn *c, uint32_t tag, struct fm_reader *r)
{
    const struct fm_state *s = &n->store.state;
    uint8_t proof[FM_PROOF_BYTES_MAX];
    uint8_t id[32];
    uint8_t kind;
    uint16_t index;
    uint32_t idx;
    size_t bytes;
    struct fm_writer w;

    fm_get_bytes(r, id, 32);
    kind = fm_get_u8(r);
    index = fm_get_u16(r);
    if (!fm_reader_end(r)) {
        answer_error(c, tag, FM_E_BAD_MESSAGE, "proof request", 35, r->len);
        return;
    }
    idx = fm_state_find(s, id);
    if (kind == FM_MSG_PROOF_ABSENT) {
        bytes = fm_proof_make_absent(s, id, proof, sizeof proof);
    } else {
        bytes = idx == FM_INDEX_NONE ? 0 : fm_proof_make(s, idx, kind, index, proof, sizeof proof);
    }
    if (bytes == 0) {
        fm_err code = kind == FM_MSG_PROOF_ABSENT ? FM_E_CELL_EXISTS
                      : idx == FM_INDEX_NONE      ? FM_E_NO_CELL
                      : kind == FM_WRITE_RECORD   ? FM_E_NO_SLOT
                                                  : FM_E_NO_FIELD;

        answer_error(c, tag, code, "proof", 0, index);
        return;
    }
    w = out_writer(c);
    fm_msg_put_head(&w, FM_MSG_PROOF, tag, (uint32_t)bytes);
    fm_put_bytes(&w, proof, bytes);
    out_done(c, &w);
}

static void answer_receipt(struct node *n, struct conn *c, uint32_t tag, struct fm_reader *r)
{
    const struct fm_receipt *found = NULL;
    uint8_t how = fm_get_u8(r);
    struct fm_writer w;

    if (how == 0U) {
        uint64_t seq = fm_get_u64(r);

        found = seq == n->store.state.top.seq ? &n->store.state.receipt
                                              : receipts_by_seq(&n->receipts, seq);
    } else {
        uint8_t agent[32];
        uint64_t nonce;

        fm_get_bytes(r, agent, 32);
        nonce = fm_get_u64(r);
        found = receipts_by_nonce(&n->receipts, agent, nonce);
    }
    if (!fm_reader_end(r) || how > 1U) {
        answer_error(c, tag, FM_E_BAD_MESSAGE, "receipt request", 1, how);
    } else if (found == NULL) {
        answer_error(c, tag, FM_E_NO_RECEIPT, "receipt", n->receipts.first_seq,
                     n->store.state.top.seq);
    } else {
        w = out_writer(c);
        fm_msg_put_head(&w, FM_MSG_RECEIPT, tag, FM_RECEIPT_BYTES);
        fm_put_bytes(&w, (const uint8_t *)found, FM_RECEIPT_BYTES);
        out_done(c, &w);
    }
}

static void answer_checkpoint(struct node *n, struct conn *c, uint32_t tag, struct fm_reader *r)
{
    const struct fm_state *s = &n->store.state;
    uint8_t restart = fm_get_u8(r);
    struct fm_writer w;
    fm_err err;

    if (!fm_reader_end(r) || restart > 1U) {
        answer_error(c, tag, FM_E_BAD_MESSAGE, "restart", 1, restart);
        return;
    }
    err = host_store_checkpoint(&n->store, restart == 1U, &n->error);
    if (err != FM_OK) {
        n->stopped = true;
        answer_error(c, tag, err, "checkpoint", 0, 0);
        return;
    }
    w = out_writer(c);
    fm_msg_put_head(&w, FM_MSG_CHECKPOINT, tag, 80);
    fm_put_u64(&w, s->top.height);
    fm_put_u64(&w, s->top.seq);
    fm_put_bytes(&w, s->receipt_hash, 32);
    fm_put_bytes(&w, s->root, 32);
    out_done(c, &w);
}

static void answer_metrics(struct node *n, struct conn *c, uint32_t tag)
{
    struct fm_writer w = out_writer(c);

    fm_msg_put_head(&w, FM_MSG_METRICS, tag, 0);
    metrics_text(n, &w);
    fm_put_le32(w.buf, (uint32_t)w.len - 4U);
    out_done(c, &w);
}

#define SHIP_PIECE_BYTES 65536U

/* Ships the checkpoint that was just taken, from its file, as fast as the client takes it. Turns go
 * on meanwhile. An empty
 * piece ends it. */
static void ship_piece(struct node *n, struct conn *c)
{
    struct fm_writer w = out_writer(c);
    uint64_t left = c->ship_bytes - c->ship_at;
    size_t bytes = left < SHIP_PIECE_BYTES ? (size_t)left : SHIP_PIECE_BYTES;
    ssize_t got;

    fm_msg_put_head(&w, FM_MSG_SHIP, c->ship_tag, (uint32_t)bytes);
    got = bytes == 0 ? 0
                     : pread(n->store.fds[FM_AREA_CHECKPOINT_0 + c->ship_area], w.buf + w.len,
                             bytes, (off_t)c->ship_at);
    if (got != (ssize_t)bytes) {
        answer_error(c, c->ship_tag, FM_E_STORE_IO, "checkpoint", bytes,
                     (uint64_t)(got < 0 ? 0 : got));
        c->shipping = false;
        return;
    }
    w.len += bytes;
    c->ship_at += bytes;
    c->shipping = bytes > 0;
    out_done(c, &w);
}

static void begin_ship(struct node *n, struct conn *c, uint32_t tag)
{
    fm_err err = host_store_checkpoint(&n->store, false, &n->error);

    if (err != FM_OK) {
        n->stopped = true;
        answer_error(c, tag, err, "checkpoint", 0, 0);
        return;
    }
    c->ship_tag = tag;
    c->ship_area = (uint8_t)(1U - n->store.next_checkpoint);
    c->ship_bytes = n->store.log.super.checkpoint[c->ship_area].bytes;
    c->ship_at = 0;
    ship_piece(n, c);
}

static void serve_read(struct node *n, struct conn *c, const struct fm_msg_head *head,
                       const uint8_t *payload)
{
    struct fm_reader r;

    if (n->stopped) { /* D4 */
        answer_error(c, head->tag, FM_E_STORE_STOPPED, "store", 0, 0);
        return;
    }
    fm_reader_init(&r, payload, head->payload_bytes);
    switch (head->kind) {
    case FM_MSG_HEAD:
        answer_head(n, c, head->tag);
        break;
    case FM_MSG_CELL:
        answer_cell(n, c, head->tag, &r);
        break;
    case FM_MSG_PROOF:
        answer_proof(n, c, head->tag, &r);
        break;
    case FM_MSG_RECEIPT:
        answer_receipt(n, c, head->tag, &r);
        break;
    case FM_MSG_METRICS:
        answer_metrics(n, c, head->tag);
        break;
    case FM_MSG_CHECKPOINT:
        answer_checkpoint(n, c, head->tag, &r);
        break;
    case FM_MSG_SHIP:
        begin_ship(n, c, head->tag);
        break;
    default:
        answer_error(c, head->tag, FM_E_UNKNOWN_KIND, "kind", FM_MSG_SHIP, head->kind);
        break;
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

    while (!c->shipping && has_room(c, FM_MSG_OUTCOME_BYTES + FM_RECEIPT_BYTES) &&
           next_message(n, c, &head, &payload)) {
        if (head.kind != FM_MSG_TURN) {
            return true;
        }
        if (ahead_waits(n, c)) {
            return false;
        }
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
    while (!c->shipping && has_room(c, FM_MSG_ANSWER_MAX) && next_message(n, c, &head, &payload) &&
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
        }
    }
    n->batch_open = false;
    for (uint32_t i = 0; i < n->nwaiting; i++) {
        struct conn *c = &n->conns[n->waiting[i].conn];

        c->out_ready = c->out_len;
    }
    n->nwaiting = 0;
}
