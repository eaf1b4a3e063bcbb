/* SPDX-License-Identifier: Apache-2.0 */
/* dregg prove member, chain, delegation: from a node's state as it is, or from the log of a stopped store. */
#include "host/cli/stark.h"

#include "core/cap.h"
#include "core/tree.h"
#include "host/store/store.h"
#include "stark/member.h"

#include <stdlib.h>

/* Where the heart's own proofs come from: a node, or a state in memory. Each fills bytes[0..*n). */
struct source {
    struct client *client; /* NULL: the state */
    const struct fm_state *state;
};

/* About a slot of cell idx, or (slot < 0) the cell alone. 0, or an exit status. */
static int heart_proof(const struct source *s, uint32_t idx, int slot, uint8_t bytes[FM_PROOF_BYTES_MAX], size_t *n)
{
    uint8_t kind = slot < 0 ? 0 : FM_WRITE_RECORD;
    uint16_t index = slot < 0 ? 0 : (uint16_t)slot;
    uint8_t request[35];
    struct fm_reader r;
    static struct cell cell;
    int status;

    if (s->client == NULL) {
        *n = idx < s->state->top.ncells ? fm_proof_make(s->state, idx, kind, index, bytes, FM_PROOF_BYTES_MAX) : 0;
        return *n > 0 ? 0 : say_error(slot < 0 ? FM_E_NO_CELL : FM_E_NO_SLOT, "cell %u, slot %d", idx, slot);
    }
    status = client_cell_idx(s->client, idx, &cell);
    if (status != 0) {
        return status;
    }
    memcpy(request, cell.cell.header.id, 32);
    request[32] = kind;
    fm_put_le16(request + 33, index);
    status = client_ask(s->client, FM_MSG_PROOF, request, sizeof request, &r);
    if (status == 0 && r.len > FM_PROOF_BYTES_MAX) {
        status = say_error(FM_E_BAD_MESSAGE, "a proof of %zu bytes", r.len);
    }
    if (status == 0) {
        *n = r.len;
        memcpy(bytes, r.buf, r.len);
    }
    return status;
}

/* A record and its holder, opened. */
static int open_link(const struct source *s, uint32_t idx, uint8_t slot, struct fm_opened_top *top,
    struct fm_chain_link *l,
                     uint8_t (*slots)[32], uint8_t (*cells)[32])
{
    uint8_t bytes[FM_PROOF_BYTES_MAX];
    size_t n;
    int status = heart_proof(s, idx, slot, bytes, &n);

    if (status == 0 && !fm_opened_from_proof(bytes, n, top, &l->cell, &l->slot, &l->record, slots, cells)) {
        status = say_error(FM_E_BAD_MESSAGE, "a proof that is not well formed");
    }
    return status;
}

static int open_cell(const struct source *s, uint32_t idx, struct fm_opened_top *top, struct fm_opened *cell,
                     uint8_t (*cells)[32])
{
    uint8_t bytes[FM_PROOF_BYTES_MAX];
    size_t n;
    int status = heart_proof(s, idx, -1, bytes, &n);

    if (status == 0 && !fm_opened_from_proof(bytes, n, top, cell, NULL, NULL, NULL, cells)) {
        status = say_error(FM_E_BAD_MESSAGE, "a proof that is not well formed");
    }
    return status;
}

static bool same_state(const struct fm_opened_top *a, const struct fm_opened_top *b)
{
    return memcmp(&a->top, &b->top, sizeof a->top) == 0 && memcmp(a->cells_root, b->cells_root, 32) == 0;
}

/* A chain from its leaf up, with its target, all in one state; *moved if the state went on meanwhile. */
static int open_chain(const struct source *s, uint32_t holder, uint8_t slot, struct fm_chain_claim *c,
                      struct fm_chain_witness *w, bool *moved)
{
    struct fm_opened_top top;
    int status = 0;

    memset(c, 0, sizeof *c);
    *moved = false;
    while (status == 0 && c->nlinks < FM_CHAIN_LINKS) {
        uint8_t i = c->nlinks;
        struct fm_chain_link *l = &c->link[i];

        status = open_link(s, holder, slot, &top, l, w->slot[i], w->cell[i]);
        if (status == 0 && !fm_is_cap(&l->record)) {
            status = say_error(i == 0 ? FM_E_NO_CAP : FM_E_REVOKED, "link %u: cell %u, slot %u", i, holder, slot);
        }
        if (status != 0) {
            return status;
        }
        *moved = *moved || (i > 0 && !same_state(&top, &c->state));
        c->state = top;
        c->nlinks++;
        holder = l->record.parent_holder;
        slot = l->record.parent_slot;
        if (l->record.kind == FM_KIND_ROOT) {
            break;
        }
    }
    status = open_cell(s, c->link[0].record.target, &top, &c->target, w->target);
    *moved = *moved || (status == 0 && !same_state(&top, &c->state));
    c->now = c->state.top.now;
    fm_cap_limits(&c->link[0].record, &c->limits);
    return status;
}

/* ------------------------------------------------------------------ member */

struct member_work {
    struct fm_member m;
    uint8_t siblings[FM_MEMBER_PATH_MAX][32];
};

static fm_err member_trace(const struct stark_job *job, uint32_t *out)
{
    const struct member_work *w = job->of;

    return fm_member_trace(&w->m, (const uint8_t(*)[32])w->siblings, out);
}

/* The siblings of MEMBER: slots, fields root, H.cell, cells, H.top. */
static void member_siblings(struct member_work *w, const struct fm_chain_link *l, const struct fm_opened_top *top,
                            const uint8_t (*slots)[32], const uint8_t (*cells)[32], uint32_t slots_log,
                                uint32_t cells_log)
{
    uint8_t text[192];
    uint32_t k = slots_log;

    memcpy(w->siblings, slots, (size_t)slots_log * 32U);
    memcpy(w->siblings[k++], l->cell.fields_root, 32);
    memcpy(text, &l->cell.header, 160);
    memcpy(text + 160, l->cell.next_id, 32);
    fm_hash(FM_H_CELL, text, sizeof text, w->siblings[k++]);
    memcpy(w->siblings[k], cells, (size_t)cells_log * 32U);
    fm_hash(FM_H_TOP, (const uint8_t *)&top->top, sizeof top->top, w->siblings[k + cells_log]);
}

static int member_job(struct stark_job *job, struct member_work *w, const struct source *s, uint32_t idx, uint8_t slot)
{
    struct fm_opened_top top;
    struct fm_chain_link l;
    uint8_t slots[8][32];
    uint8_t cells[32][32];
    uint8_t root[32];
    uint32_t slots_log;
    uint32_t cells_log;
    struct fm_stark_member claim;
    struct fm_writer out;
    fm_err err;
    int status = open_link(s, idx, slot, &top, &l, slots, cells);

    if (status != 0) {
        return status;
    }
    slots_log = fm_tree_depth(l.cell.header.nslots);
    cells_log = fm_tree_depth(top.top.ncells);
    fm_opened_root(&top, root);
    member_siblings(w, &l, &top, (const uint8_t(*)[32])slots, (const uint8_t(*)[32])cells, slots_log, cells_log);
    err = fm_member_statement(&w->m, slots_log, cells_log, root, idx, slot, (const uint8_t *)&l.record, job->profile);
    if (err != FM_OK) {
        return say_error(err, "cell %u, slot %u", idx, slot);
    }
    claim = (struct fm_stark_member){.cells_log = (uint8_t)cells_log, .slots_log = (uint8_t)slots_log, .slot = slot,
                                     .cell = idx};
    memcpy(claim.record, &l.record, sizeof l.record);
    fm_writer_init(&out, job->claim, sizeof job->claim);
    fm_file_member_put(&out, &claim);
    job->claim_bytes = out.len;
    job->st = &w->m.st;
    job->trace = member_trace;
    job->of = w;
    return 0;
}

/* The cell and slot that a command names, and a connection. */
static int begin_live(const struct args *a, struct client *c, struct source *s, uint32_t *idx, uint8_t *slot)
{
    static struct cell cell;
    uint8_t id[32];
    uint64_t n;
    int status = book_cell(a->words[0], id);

    if (status == 0 && !text_number("SLOT", a->words[1], 0, FM_SLOTS_MAX - 1U, &n)) {
        status = 2;
    }
    if (status == 0) {
        *slot = (uint8_t)n;
        status = client_open(c);
    }
    if (status == 0) {
        status = client_cell(c, id, &cell);
        *idx = cell.cell.header.idx;
        *s = (struct source){c, NULL};
        if (status != 0) {
            client_close(c);
        }
    }
    return status;
}

int cmd_prove_member(const struct args *a)
{
    static struct stark_job job;
    static struct member_work work;
    struct client c;
    struct source s;
    const char *path;
    uint32_t idx = 0;
    uint8_t slot = 0;
    int status = stark_out(a, &path);

    job.kind = FM_STARK_MEMBER;
    if (status != 0 || !stark_options(a, &job)) {
        return 2;
    }
    status = begin_live(a, &c, &s, &idx, &slot);
    if (status != 0) {
        return status;
    }
    status = member_job(&job, &work, &s, idx, slot);
    client_close(&c);
    return status != 0 ? status : stark_prove(&job, path);
}

/* ------------------------------------------------------------------ chain */

struct paths_work {
    struct fm_paths paths;
    uint8_t siblings[FM_PATHS_BLOCKS][32];
    struct fm_chain_claim chain;
    struct fm_chain_witness chain_witness;
    struct fm_deleg_claim deleg;
    struct fm_deleg_witness deleg_witness;
};

static fm_err paths_trace(const struct stark_job *job, uint32_t *out)
{
    const struct paths_work *w = job->of;

    return fm_paths_trace(&w->paths, (const uint8_t(*)[32])w->siblings, out);
}

/* Closes the statement whose paths were opened. */
static int paths_job(struct stark_job *job, struct paths_work *w)
{
    fm_err err = fm_paths_finish(&w->paths, job->profile);

    job->st = &w->paths.st;
    job->trace = paths_trace;
    job->of = w;
    return err == FM_OK ? 0 : say_error(err, "%u segments, %u blocks", w->paths.nsegments, w->paths.blocks);
}

int cmd_prove_chain(const struct args *a)
{
    static struct stark_job job;
    static struct paths_work w;
    struct fm_opening o = {.paths = &w.paths, .siblings = w.siblings};
    struct client c;
    struct source s;
    struct fm_writer out;
    const char *path;
    const char *rights = opt_text(a, "rights", NULL);
    uint8_t root[32];
    uint8_t at;
    uint8_t axis;
    uint32_t idx = 0;
    uint8_t slot = 0;
    bool moved = true;
    fm_err err;
    int status = stark_out(a, &path);

    job.kind = FM_STARK_CAPCHAIN;
    if (status != 0 || !stark_options(a, &job)) {
        return 2;
    }
    status = begin_live(a, &c, &s, &idx, &slot);
    if (status != 0) {
        return status;
    }
    for (int tries = 0; status == 0 && moved && tries < 20; tries++) {
        status = open_chain(&s, idx, slot, &w.chain, &w.chain_witness, &moved);
    }
    client_close(&c);
    if (status != 0 || moved) {
        return status != 0 ? status : say_error(FM_E_STALE_ROOT, "the root moved on each time; ask again");
    }
    if (rights != NULL && !text_rights(rights, &w.chain.limits.rights)) {
        return 2;
    }
    fm_opened_root(&w.chain.state, root);
    err = fm_chain_check(&w.chain, root, &at, &axis);
    if (err != FM_OK) {
        return say_error(err, "link %u, axis %u: there is nothing true to prove", at, axis);
    }
    fm_paths_init(&w.paths);
    fm_chain_open(&o, &w.chain, &w.chain_witness);
    fm_writer_init(&out, job.claim, sizeof job.claim);
    fm_chain_put(&out, &w.chain);
    job.claim_bytes = out.len;
    status = paths_job(&job, &w);
    return status != 0 ? status : stark_prove(&job, path);
}

/* ------------------------------------------------------------------ delegation */

/* Walking a log twice: to the turn, and then to the states on both sides of it. */
struct deleg_walk {
    uint64_t seq;
    bool found;
    struct host_store *store; /* the second time */
    struct paths_work *w;
    struct fm_turn turn;
    uint8_t wire[FM_TURN_BYTES_MAX];
    struct fm_receipt receipt;
    int status; /* an error was printed */
    bool before;
};

static fm_err find_turn(void *cookie, const struct fm_log_frame *frame, const struct fm_log_turn *t)
{
    struct deleg_walk *d = cookie;

    (void)frame;
    if (t->receipt.head.seq == d->seq) {
        memcpy(d->wire, t->turn, t->turn_bytes);
        d->found = fm_turn_decode(&d->turn, d->wire, t->turn_bytes, NULL) == FM_OK;
        d->receipt = t->receipt;
    }
    return FM_OK;
}

static bool is_delegation(const struct deleg_walk *d)
{
    return d->found && d->receipt.head.status == FM_COMMITTED && d->turn.nframes == 1U && d->turn.neffects == 1U &&
           d->turn.frames[0].kind == FM_FRAME_SLOT && d->turn.effects[0].op == FM_OP_GRANT;
}

static void open_before(struct deleg_walk *d)
{
    const struct fm_state *state = &d->store->state;
    const struct source s = {NULL, state};
    struct fm_deleg_claim *c = &d->w->deleg;
    uint32_t agent = fm_state_find(state, d->turn.agent);
    uint32_t dst = fm_state_find(state, d->wire + d->turn.effects[0].id_at);
    struct fm_opened_top top;
    struct fm_chain_link l;
    struct fm_deleg_witness *w = &d->w->deleg_witness;
    bool moved;

    d->status = open_chain(&s, agent, d->turn.frames[0].slot, &c->held, &w->held, &moved);
    if (d->status == 0) {
        d->status = open_link(&s, dst, d->turn.effects[0].slot, &top, &l, w->before_slot, w->before_cell);
    }
    c->dst_before = l.cell;
    c->opened = l.record;
    d->before = true;
}

static void open_after(struct deleg_walk *d)
{
    const struct fm_state *state = &d->store->state;
    const struct source s = {NULL, state};
    struct fm_deleg_claim *c = &d->w->deleg;
    struct fm_deleg_witness *w = &d->w->deleg_witness;
    struct fm_opened_top top;
    struct fm_chain_link l;
    uint8_t slots[8][32];
    uint8_t cells[32][32];
    uint8_t leaf[32];

    d->status = open_link(&s, c->dst_before.header.idx, d->turn.effects[0].slot, &c->post, &l, w->dst_slot,
        w->dst_cell);
    c->dst = l.cell;
    c->dst_slot = l.slot;
    c->record = l.record;
    if (d->status == 0) {
        d->status = open_link(&s, c->held.link[0].cell.header.idx, c->held.link[0].slot, &top, &l, slots, cells);
    }
    c->agent_after = l.cell;
    c->held_after = l.record;
    c->receipt = d->receipt;
    c->held.now = d->receipt.rest.now;
    fm_cap_limits(&c->record, &c->held.limits);
    fm_opened_leaf(&c->dst_before, leaf);
    fm_tree_climb(leaf, c->dst.header.idx, w->dst_cell[0], fm_tree_depth(c->post.top.ncells), c->mid_root);
}

static fm_err take_states(void *cookie, const struct fm_log_frame *frame, const struct fm_log_turn *t)
{
    struct deleg_walk *d = cookie;

    (void)frame;
    if (d->status == 0 && t->receipt.head.seq + 1U == d->seq) {
        fm_state_settle(&d->store->state);
        open_before(d);
    } else if (d->status == 0 && d->before && t->receipt.head.seq == d->seq) {
        fm_state_settle(&d->store->state);
        open_after(d);
    }
    return FM_OK;
}

/* Both walks. The store must be stopped. */
static int walk(struct deleg_walk *d, const struct args *a)
{
    struct host_config config;
    struct host_error e = {.text = ""};
    struct host_visit visit = {find_turn, d};
    uint64_t cells;
    fm_err err = host_store_walk(a->words[0], &visit, &e);

    if (err != FM_OK || !opt_number(a, "max-cells", 65536, 3, 1U << 26, &cells)) {
        return err != FM_OK ? say_error(err, "%s", e.text) : 2;
    }
    if (!is_delegation(d)) {
        return say_error(d->found ? FM_E_STARK_SHAPE : FM_E_NO_RECEIPT,
                         d->found ? "receipt %llu is of no committed turn of one delegation"
                                  : "receipt %llu is not in the log of this store",
                         (unsigned long long)d->seq);
    }
    host_config_default(&config, (uint32_t)cells);
    visit.turn = take_states;
    err = host_store_open(d->store, a->words[0], &config, HOST_REPLAY, NULL, NULL, &visit, &e);
    if (err != FM_OK) {
        return say_error(err, "%s", e.text);
    }
    host_store_close(d->store);
    return d->status != 0 || d->before
               ? d->status
               : say_error(FM_E_NO_RECEIPT, "the state before receipt %llu stands in a checkpoint, not in the log",
                           (unsigned long long)d->seq);
}

int cmd_prove_delegation(const struct args *a)
{
    static struct stark_job job;
    static struct paths_work w;
    static struct host_store store;
    static struct deleg_walk d;
    struct fm_opening o = {.paths = &w.paths, .siblings = w.siblings};
    struct fm_writer out;
    const char *path;
    uint8_t hash[32];
    fm_err err;
    int status = stark_out(a, &path);

    job.kind = opt_has(a, "points") ? FM_STARK_DELEG_P : FM_STARK_DELEG_W;
    if (status != 0 || !stark_options(a, &job) || !text_number("SEQ", a->words[1], 1, FM_U64_MAX, &d.seq)) {
        return 2;
    }
    d.store = &store;
    d.w = &w;
    status = walk(&d, a);
    if (status != 0) {
        return status;
    }
    w.deleg.whole = job.kind == FM_STARK_DELEG_W;
    fm_receipt_hash(&d.receipt, hash);
    err = fm_deleg_check(&w.deleg, hash);
    if (err != FM_OK) {
        return say_error(err, "there is nothing true to prove");
    }
    fm_paths_init(&w.paths);
    fm_deleg_open(&o, &w.deleg, &w.deleg_witness);
    fm_writer_init(&out, job.claim, sizeof job.claim);
    fm_deleg_put(&out, &w.deleg);
    job.claim_bytes = out.len;
    status = paths_job(&job, &w);
    return status != 0 ? status : stark_prove(&job, path);
}
