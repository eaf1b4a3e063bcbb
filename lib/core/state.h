/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state of a ledger: one authenticated map in memory that its embedder owns, and seal, the
 * second half of the heart.
 *
 * S1  Headers, records, fields and next ids are the state; every digest and the index are caches of
 * it. S2  Everything changes through one function, apply_write, which is given whole new values. S3
 * W is what the arrays hold. D, the state of the last acknowledged batch, is W with the undo stack
 * taken back, newest first. fm_state_ack drops the oldest batch from the stack; fm_state_nak takes
 * all of it back: then W = D. S4  The root is settled (no cell is dirty) whenever a function of
 * this header returns, fm_state_apply excepted. S5  A state is (map, last receipt): post_root
 * covers the hash of the receipt before, never its own. S6 Between fm_state_apply and fm_state_settle the root,
 * receipt_hash and top.prev_receipt are stale: of a thousand logged turns only the last two receipts' hashes are
 * ever part of a state.
 */
#ifndef FM_CORE_STATE_H
#define FM_CORE_STATE_H

#include "core/index.h"
#include "core/run.h"
#include "core/tree.h"

/* How much memory a ledger may take here. Local, not part of consensus: a turn that does not fit is
 * not run. */
struct fm_state_config {
    uint32_t max_cells;  /* also caps params.max_cells at genesis */
    uint32_t max_slots;  /* in all cells together */
    uint32_t max_fields; /* in all cells together */
    uint32_t max_undo; /* bytes of old values for the batches that are not acknowledged; 0: no undo
                          is kept */
};

/* A header and the id that follows it in order: what H.cell covers, contiguous. */
struct fm_cell {
    struct fm_header header;
    uint8_t next_id[32]; /* MAX: none */
};

/* Where a cell's records, fields and their trees lie in the pools. */
struct fm_cell_place {
    uint32_t slot_at;
    uint32_t field_at;
    uint32_t slot_nodes_at;
    uint32_t field_nodes_at;
};

/* What a batch gives to each of its turns. height is +1 from the last batch, now has not fallen. */
struct fm_batch {
    uint64_t height;
    uint32_t now;
};

#define FM_STATE_DIRTY_MAX 65536U
#define FM_STATE_BATCHES_MAX 2U
#define FM_STATE_COMING_MAX 4U

/* Private but for reading `params`, `top`, `root` and `receipt_hash`. */
struct fm_state {
    struct fm_params params;
    struct fm_top top;
    uint8_t root[32];
    uint8_t receipt_hash[32];  /* of receipt top.seq */
    struct fm_receipt receipt; /* the last one */
    struct fm_receipt_head receipt_before; /* S6: hashed with the last one, if receipts_stale */
    bool receipts_stale;
    struct fm_state_config config;
    struct fm_cell *cells;
    struct fm_cell_place *places;
    struct fm_record *records;
    uint8_t *fields;
    uint8_t *bodies; /* H.body of each cell, 32 bytes; here the caches begin in memory (S1), and what undo needs */
    uint8_t *nodes; /* small trees */
    uint32_t used_slots;
    uint32_t used_fields;
    uint32_t used_nodes;
    uint32_t max_nodes;
    uint8_t *levels[FM_TREE_DEPTH_MAX + 1U]; /* the tree over cells, one array a level */
    struct fm_index index;
    struct fm_empties no_cell;
    struct fm_empties no_slot;
    struct fm_empties no_field;
    uint8_t no_events[32]; /* H.events and H.caps of nothing, as most turns leave */
    uint8_t no_caps[32];
    uint32_t *dirty; /* cells whose leaf is stale */
    uint32_t ndirty;
    uint64_t *dirty_bits; /* by cell: stands in dirty */
    uint32_t coming[FM_STATE_COMING_MAX]; /* hints: cells of turns to come (ahead.h) */
    uint32_t ncoming;
    uint8_t *undo;
    uint32_t undo_bytes;
    uint32_t batch_at[FM_STATE_BATCHES_MAX]; /* where in undo each open batch begins */
    uint32_t nbatches;
    struct fm_batch opened; /* the last batch that was opened, if one is open */
};

/* The bytes that a state of this size takes. */
size_t fm_state_size(const struct fm_state_config *config);
/* Lays a state out in an arena of at least that size. FM_E_NO_SPACE if it is smaller. Nothing is in
 * it yet. */
fm_err fm_state_init(struct fm_state *state, const struct fm_state_config *config,
                     struct fm_arena *arena) FM_MUST_CHECK;

/* The hash of a ledger's parameters, and their defaults: solo, no fees, a supply of 10^15. */
void fm_params_hash(const struct fm_params *params, uint8_t hash[32]);
void fm_params_default(struct fm_params *params);

/*
 * Genesis (heart.md section 1): cells 0 (native issuer), 1 (treasury, owned by treasury_pk), 2
 * (FACTORY_DIR), receipt 0. FM_E_FULL if three cells do not fit the configuration or the
 * parameters, or the supply is 2^63 or more.
 */
#define FM_TREASURY_SLOTS 64U
fm_err fm_state_genesis(struct fm_state *state, const struct fm_params *params,
                        const uint8_t salt[32], const uint8_t treasury_pk[32]) FM_MUST_CHECK;

/* The cell with this id: its idx, or FM_INDEX_NONE. */
uint32_t fm_state_find(const struct fm_state *state, const uint8_t id[32]);
/* A cell as run wants to see it. idx < top.ncells. */
void fm_state_view(const struct fm_state *state, uint32_t idx, struct fm_cell_view *view);

/* Opens a batch: what is sealed from here on can be taken back. False if two are open already, or
 * height or now are wrong. */
bool fm_state_open_batch(struct fm_state *state, const struct fm_batch *batch) FM_MUST_CHECK;
/* The oldest open batch is durable: D := D with it. */
void fm_state_ack(struct fm_state *state);
/* All open batches are dropped: W := D, byte for byte. */
void fm_state_nak(struct fm_state *state);

/* The environment of the next turn. Borrows the state. */
void fm_state_env(const struct fm_state *state, uint32_t now, struct fm_run_env *env);

/* Whether an outcome fits this memory (cells, slots, fields, undo). If not, do not seal it: the
 * turn was not run. */
bool fm_state_fits(const struct fm_state *state, const struct fm_run *run);

#define FM_WRITES_BYTES_MAX 65535U
/* What sealing a turn leaves. */
struct fm_sealed {
    struct fm_receipt receipt;
    uint8_t receipt_hash[32];
    uint32_t writes_bytes;
    uint8_t writes[FM_WRITES_BYTES_MAX];
};

/*
 * seal: applies the outcome of a turn (COMMITTED or BODY_FAILED, never REJECTED) to W and makes its
 * receipt. Cannot fail: fits was asked, and a batch is open. The run was made against this state as
 * it is.
 */
void fm_state_seal(struct fm_state *state, const struct fm_run *run, const struct fm_batch *batch,
                   struct fm_sealed *sealed);

/*
 * Applies a logged turn: its write set and receipt, without running it and without undo.
 * FM_E_MALFORMED if the bytes are no write set or do not fit the state; then the state is spoilt
 * and must be dropped. What S6 names is stale until fm_state_settle, and nothing but another
 * fm_state_apply may come before that.
 */
fm_err fm_state_apply(struct fm_state *state, const uint8_t *writes, size_t n,
                      const struct fm_receipt *receipt) FM_MUST_CHECK;
/* A hint to the cache: the cells that a write set names, which will be applied soon. Whatever the bytes are, nothing
 * changes. */
void fm_state_apply_fetch(const struct fm_state *state, const uint8_t *writes, size_t n);
/* Brings root and the receipts' hashes up to date. */
void fm_state_settle(struct fm_state *state);

/* Loading a checkpoint: an empty state takes its params, then cells in idx order, then top and last
 * receipt. */
void fm_state_load_begin(struct fm_state *state, const struct fm_params *params);
/* Adds the next cell. records: nslots x 64, fields: nfields x 32. FM_E_MALFORMED if it cannot be
 * the next; FM_E_FULL. */
fm_err fm_state_load_cell(struct fm_state *state, const struct fm_cell *cell,
                          const uint8_t *records, const uint8_t *fields) FM_MUST_CHECK;
/* Ends loading: checks the order of ids and settles the root; the caller compares it with the
 * receipt's. */
fm_err fm_state_load_end(struct fm_state *state, const struct fm_top *top,
                         const struct fm_receipt *receipt) FM_MUST_CHECK;

/* FORK (heart.md section 6): a new ledger id, from this state's last receipt and a salt, and its
 * first receipt, as a turn's seal would make it. The state must have no open batch. */
void fm_state_fork(struct fm_state *state, const uint8_t salt[32], struct fm_receipt *receipt);

/* hash of a receipt = H.receipt(head). */
void fm_receipt_hash(const struct fm_receipt *receipt, uint8_t hash[32]);

#endif
