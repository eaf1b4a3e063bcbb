/* SPDX-License-Identifier: Apache-2.0 */
/* seal: an outcome becomes writes, a new root and a receipt; and what is sealed can be taken back
 * (state.h, S3). */
#include "core/state.h"

#include "core/state_priv.h"

#define SEAL_NEXT_IDS_MAX (2U * FM_TURN_CELLS_MAX)
#define SEAL_WRITES_MAX (FM_STAGE_MAX + FM_TURN_CELLS_MAX + SEAL_NEXT_IDS_MAX)

/* An undo entry is a write of the old value with a mark before it; a turn's entries end with the
 * old top and receipt. */
enum undo_kind { UNDO_WRITE = 1, UNDO_CREATE = 2, UNDO_TURN = 3 };
#define UNDO_ENTRY_MAX (1U + FM_WRITE_HEAD_BYTES + 160U)
#define UNDO_TURN_BYTES (1U + 128U + FM_RECEIPT_BYTES)

void fm_receipt_hash(const struct fm_receipt *receipt, uint8_t hash[32])
{
    fm_hash(FM_H_RECEIPT, (const uint8_t *)&receipt->head, sizeof receipt->head, hash);
}

void fm_state_env(const struct fm_state *state, uint32_t now, struct fm_run_env *env)
{
    env->params = &state->params;
    env->ledger = state->top.ledger;
    env->root = state->root;
    env->now = now;
    env->ncells = state->top.ncells;
}

bool fm_state_open_batch(struct fm_state *state, const struct fm_batch *batch)
{
    /* What comes before: the batch that is open, or what the last sealed turn carries. */
    uint64_t height = state->nbatches > 0U ? state->opened.height : state->top.height;
    uint32_t now = state->nbatches > 0U ? state->opened.now : state->top.now;

    if (state->nbatches == FM_STATE_BATCHES_MAX || batch->now < now || height == FM_U64_MAX ||
        batch->height != height + 1U) {
        return false;
    }
    state->batch_at[state->nbatches] = state->undo_bytes;
    state->nbatches++;
    state->opened = *batch;
    return true;
}

void fm_state_ack(struct fm_state *state)
{
    uint32_t cut;

    FM_ASSERT(state->nbatches > 0U);
    cut = state->nbatches > 1U ? state->batch_at[1] : state->undo_bytes;
    memmove(state->undo, state->undo + cut, state->undo_bytes - cut);
    state->undo_bytes -= cut;
    state->nbatches--;
    state->batch_at[0] = 0;
}

bool fm_state_fits(const struct fm_state *state, const struct fm_run *run)
{
    uint64_t slots = 0;
    uint64_t fields = 0;
    uint64_t undo = UNDO_TURN_BYTES + (uint64_t)run->ncreated * 9U + SEAL_NEXT_IDS_MAX * 41U;

    for (uint16_t i = run->nloaded; i < run->ncells; i++) {
        slots += run->cells[i].header.nslots;
        fields += run->cells[i].header.nfields;
    }
    undo += (uint64_t)run->nputs * 73U + (uint64_t)run->ncells * 169U;
    return fm_state_room(state, run->ncreated, slots, fields) &&
           (state->nbatches == 0U || undo <= state->config.max_undo - state->undo_bytes);
}

static void push_undo(struct fm_state *state, uint8_t kind, const uint8_t *head, size_t head_bytes,
                      const uint8_t *value, size_t value_bytes)
{
    uint8_t *at;

    FM_ASSERT(head_bytes + value_bytes + 1U <= state->config.max_undo - state->undo_bytes);
    at = state->undo + state->undo_bytes;
    /* The kind stands last, so the stack is read from its top. */
    if (value_bytes + head_bytes > 0) {
        memcpy(at, value, value_bytes);
        memcpy(at + value_bytes, head, head_bytes);
    }
    at[value_bytes + head_bytes] = kind;
    state->undo_bytes += (uint32_t)(head_bytes + value_bytes + 1U);
}

static void push_undo_write(struct fm_state *state, const struct fm_write *write)
{
    uint8_t head[FM_WRITE_HEAD_BYTES];

    fm_put_le32(head, write->cell);
    head[4] = write->kind;
    head[5] = 0;
    fm_put_le16(head + 6, write->index);
    push_undo(state, UNDO_WRITE, head, sizeof head, fm_state_value(state, write),
              fm_write_value_bytes(write->kind));
}

static void pop_undo(struct fm_state *state)
{
    uint8_t kind = state->undo[state->undo_bytes - 1U];
    const uint8_t *end = state->undo + state->undo_bytes - 1U;

    state->undo_bytes -= 1U;
    if (kind == UNDO_CREATE) {
        fm_state_pop(state);
    } else if (kind == UNDO_WRITE) {
        const uint8_t *head = end - FM_WRITE_HEAD_BYTES;
        struct fm_write write = {
            .cell = fm_le32(head), .kind = head[4], .index = fm_le16(head + 6)};
        size_t bytes = fm_write_value_bytes(write.kind);

        write.value = head - bytes;
        fm_state_put(state, &write);
        state->undo_bytes -= (uint32_t)(FM_WRITE_HEAD_BYTES + bytes);
    } else {
        FM_ASSERT(kind == UNDO_TURN);
        memcpy(&state->receipt, end - FM_RECEIPT_BYTES, FM_RECEIPT_BYTES);
        memcpy(&state->top, end - FM_RECEIPT_BYTES - sizeof state->top, sizeof state->top);
        state->undo_bytes -= UNDO_TURN_BYTES - 1U;
    }
}

void fm_state_nak(struct fm_state *state)
{
    /* top.ncells is moved by the entries themselves; the saved tops end with the same number. */
    while (state->undo_bytes > 0U) {
        uint32_t ncells = state->top.ncells;

        pop_undo(state);
        FM_ASSERT(state->top.ncells <= ncells);
    }
    state->nbatches = 0;
    fm_receipt_hash(&state->receipt, state->receipt_hash);
    fm_state_settle(state);
}

/* The writes of a turn, gathered and put in order. */
struct gather {
    uint64_t address[SEAL_WRITES_MAX];
    uint16_t at[SEAL_WRITES_MAX]; /* a header's entry in the run's cells, a record's or field's in its puts */
    uint32_t n;
};

static void add(struct gather *g, uint32_t cell, uint8_t kind, uint16_t index, uint16_t at)
{
    FM_ASSERT(g->n < SEAL_WRITES_MAX);
    g->address[g->n] = fm_write_address(cell, kind, index);
    g->at[g->n] = at;
    g->n++;
}

/* Shell sort: the lists are short and nearly in order, and it needs neither recursion nor room. */
static void sort_gather(struct gather *g)
{
    static const uint32_t gaps[] = {301, 132, 57, 23, 10, 4, 1};

    for (size_t k = 0; k < FM_ARRAY_LEN(gaps); k++) {
        for (uint32_t i = gaps[k]; i < g->n; i++) {
            uint64_t address = g->address[i];
            uint16_t at = g->at[i];
            uint32_t j = i;

            while (j >= gaps[k] && g->address[j - gaps[k]] > address) {
                g->address[j] = g->address[j - gaps[k]];
                g->at[j] = g->at[j - gaps[k]];
                j -= gaps[k];
            }
            g->address[j] = address;
            g->at[j] = at;
        }
    }
}

static void gather_run(struct gather *g, const struct fm_run *run)
{
    for (uint16_t i = 0; i < run->ncells; i++) {
        const struct fm_run_cell *cell = &run->cells[i];
        uint16_t at = cell->first_put;

        if (cell->header_put) {
            add(g, cell->idx, FM_WRITE_HEADER, 0, i);
        }
        while (at != FM_NO_PUT) {
            const struct fm_run_put *put = &run->puts[at];

            add(g, cell->idx, put->kind, put->index, at);
            at = put->next;
        }
    }
}

static void set_next_id(struct fm_state *state, uint32_t cell, const uint8_t next_id[32])
{
    const struct fm_write write = {
        .cell = cell, .kind = FM_WRITE_NEXT_ID, .index = 0, .value = next_id};

    fm_state_put(state, &write);
}

/* Cells whose next id changed. */
struct touched {
    uint32_t cell[SEAL_NEXT_IDS_MAX];
    uint32_t n;
};

static void touch(struct touched *t, uint32_t cell)
{
    for (uint32_t i = 0; i < t->n; i++) {
        if (t->cell[i] == cell) {
            return;
        }
    }
    FM_ASSERT(t->n < SEAL_NEXT_IDS_MAX);
    t->cell[t->n] = cell;
    t->n++;
}

/* The cells that the turn made, in order, each linked in behind the id before it. */
static void append_created(struct fm_state *state, const struct fm_run *run, struct touched *t,
                           bool undo)
{
    for (uint16_t i = run->nloaded; i < run->ncells; i++) {
        const struct fm_header *h = &run->cells[i].header;
        uint32_t before = fm_index_before(&state->index, h->id);
        uint32_t idx = state->top.ncells;
        const struct fm_write old = {
            .cell = before, .kind = FM_WRITE_NEXT_ID, .index = 0, .value = NULL};

        FM_ASSERT(before != FM_INDEX_NONE); /* cell 0 has the id zero */
        if (undo) {
            push_undo_write(state, &old);
        }
        fm_state_append(state, h);
        set_next_id(state, idx, state->cells[before].next_id);
        set_next_id(state, before, h->id);
        if (undo) {
            push_undo(state, UNDO_CREATE, NULL, 0, NULL, 0);
        }
        touch(t, before);
        touch(t, idx);
    }
}

/* The new value of a gathered write: its kind says where it stands. */
static const uint8_t *value_of(const struct fm_state *state, const struct fm_run *run, const struct fm_write *write,
                               uint16_t at)
{
    switch ((enum fm_write_kind)write->kind) {
    case FM_WRITE_HEADER:
        FM_ASSERT(at < FM_RUN_CELLS_MAX);
        return (const uint8_t *)&run->cells[at].header;
    case FM_WRITE_RECORD:
        FM_ASSERT(at < FM_STAGE_MAX);
        return (const uint8_t *)&run->puts[at].record;
    case FM_WRITE_FIELD:
        FM_ASSERT(at < FM_STAGE_MAX);
        return run->puts[at].field;
    case FM_WRITE_NEXT_ID:
        return state->cells[write->cell].next_id;
    }
    fm_panic(__FILE__, __LINE__, "no such kind of write");
}

static void apply_gathered(struct fm_state *state, const struct fm_run *run, const struct gather *g, uint32_t born,
                           bool undo, struct fm_writer *w)
{
    for (uint32_t i = 0; i < g->n; i++) {
        struct fm_write write = {
            .cell = (uint32_t)(g->address[i] >> 24),
            .kind = (uint8_t)(g->address[i] >> 16),
            .index = (uint16_t)g->address[i],
        };

        FM_ASSERT(write.cell < state->top.ncells);
        write.value = value_of(state, run, &write, g->at[i]);
        fm_write_put(w, write.cell, write.kind, write.index, write.value);
        if (write.kind == FM_WRITE_NEXT_ID) {
            continue; /* done when the cell was linked in */
        }
        if (undo && write.cell < born) {
            push_undo_write(state, &write);
        }
        fm_state_put(state, &write);
    }
}

static void fill_receipt(struct fm_receipt *r, const struct fm_state *state,
                         const struct fm_run *run)
{
    const struct fm_outcome *o = &run->outcome;

    memset(r, 0, sizeof *r);
    r->head.version = 1;
    r->head.status = (uint8_t)o->status;
    r->head.reason = o->status == FM_COMMITTED ? 0 : fm_err_number(o->reason);
    r->head.frame = o->frame;
    r->head.effect = o->effect;
    r->head.detail = o->detail;
    r->head.nonce = run->turn->nonce;
    memcpy(r->head.agent, run->turn->agent, 32);
    memcpy(r->head.turn_hash, o->turn_hash, 32);
    memcpy(r->head.link, o->link_before, 32);
    r->rest.assurance = state->params.assurance;
    memcpy(r->rest.events_hash, state->no_events, 32);
    memcpy(r->rest.caps_hash, state->no_caps, 32);
    if (o->events_bytes > 0U) {
        fm_hash(FM_H_EVENTS, run->events, o->events_bytes, r->rest.events_hash);
    }
    if (o->caps_bytes > 0U) {
        fm_hash(FM_H_CAPS, run->caps, o->caps_bytes, r->rest.caps_hash);
    }
}

void fm_state_seal(struct fm_state *state, const struct fm_run *run, const struct fm_batch *batch,
                   struct fm_sealed *sealed)
{
    uint32_t born = state->top.ncells;
    bool undo = state->nbatches > 0U;
    struct touched touched;
    struct gather g;
    struct fm_writer w;

    FM_ASSERT(run->outcome.status == FM_COMMITTED || run->outcome.status == FM_BODY_FAILED);
    /* A turn belongs to the batch that was opened last, and to no clock but its own. */
    FM_ASSERT(!undo || (batch->height == state->opened.height && batch->now == state->opened.now));
    FM_ASSERT(batch->now >= state->top.now && batch->height >= state->top.height);
    touched.n = 0;
    g.n = 0;
    if (undo) {
        push_undo(state, UNDO_TURN, (const uint8_t *)&state->receipt, FM_RECEIPT_BYTES,
                  (const uint8_t *)&state->top, sizeof state->top);
    }
    fill_receipt(&sealed->receipt, state, run);
    append_created(state, run, &touched, undo);
    gather_run(&g, run);
    for (uint32_t i = 0; i < touched.n; i++) {
        add(&g, touched.cell[i], FM_WRITE_NEXT_ID, 0, 0);
    }
    sort_gather(&g);
    fm_writer_init(&w, sealed->writes, sizeof sealed->writes);
    apply_gathered(state, run, &g, born, undo, &w);
    FM_ASSERT(!w.bad);
    sealed->writes_bytes = (uint32_t)w.len;
    fm_state_finish(state, &sealed->receipt, batch, run->outcome.cost, sealed->writes, w.len);
    memcpy(sealed->receipt_hash, state->receipt_hash, 32);
}
