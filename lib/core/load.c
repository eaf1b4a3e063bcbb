/* SPDX-License-Identifier: Apache-2.0 */
/* How a state comes to be: genesis, a checkpoint, a log; and how it becomes another ledger's. */
#include "core/state.h"

#include "core/state_priv.h"

#define FACTORY_DIR_FIELDS 10U
#define ATOM_ENTRY 6U
#define RULE_METHOD 0x80U
#define DIR_METHOD 1U

void fm_params_hash(const struct fm_params *params, uint8_t hash[32])
{
    fm_blake3((const uint8_t *)params, sizeof *params, hash, 32);
}

void fm_params_default(struct fm_params *params)
{
    memset(params, 0, sizeof *params);
    memcpy(params->tag, "firmament param1", 16);
    params->version = 1;
    params->assurance = FM_SOLO;
    params->max_cells = FM_CELLS_MAX;
    params->supply = 1000000000000000U;
}

/* Cell `next` of genesis, linked in behind the id before it. */
static void add_cell(struct fm_state *state, const struct fm_header *header)
{
    uint32_t before =
        state->top.ncells == 0U ? FM_INDEX_NONE : fm_index_before(&state->index, header->id);

    fm_state_append(state, header);
    if (before != FM_INDEX_NONE) {
        memcpy(state->cells[header->idx].next_id, state->cells[before].next_id, 32);
        memcpy(state->cells[before].next_id, header->id, 32);
        fm_state_mark(state, before);
    }
}

static void add_root_record(struct fm_state *state, uint32_t holder, uint16_t slot, uint32_t target)
{
    struct fm_record record;
    struct fm_write write = {
        .cell = holder, .kind = FM_WRITE_RECORD, .index = slot, .value = (const uint8_t *)&record};

    fm_cap_self(&record, target, 0, 0);
    fm_state_put(state, &write);
}

static void add_rule(struct fm_state *state, uint32_t cell, uint16_t key, const uint8_t rule[32])
{
    struct fm_write write = {.cell = cell, .kind = FM_WRITE_FIELD, .index = key, .value = rule};

    fm_state_put(state, &write);
}

/* FACTORY_DIR: field 8 = ENTRY [8,1024), field 9 = method 1 over [8,1024). */
static void add_factory_dir(struct fm_state *state)
{
    static const uint8_t zero[32];
    struct fm_header h = {.idx = 2, .policy = FM_POLICY_FIXED, .nfields = FACTORY_DIR_FIELDS};
    uint8_t rule[32] = {0};

    fm_cell_id(zero, 0, 2, h.id);
    add_cell(state, &h);
    rule[0] = ATOM_ENTRY;
    fm_put_le16(rule + 2, FM_RULE_FIRST);
    fm_put_le16(rule + 4, FM_FIELDS_MAX);
    add_rule(state, 2, FM_RULE_FIRST, rule);
    memset(rule, 0, sizeof rule);
    rule[0] = RULE_METHOD + DIR_METHOD;
    rule[1] = 1;
    fm_put_le16(rule + 4, FM_RULE_FIRST);
    fm_put_le16(rule + 6, FM_FIELDS_MAX);
    add_rule(state, 2, FM_RULE_FIRST + 1U, rule);
}

/* The first receipt of a ledger: agent MAX, turn_hash = ledger. */
static void first_receipt(struct fm_receipt *r, const struct fm_params *params,
                          const uint8_t ledger[32])
{
    memset(r, 0, sizeof *r);
    r->head.version = 1;
    r->head.effect = 255;
    memset(r->head.agent, 0xff, 32);
    memcpy(r->head.turn_hash, ledger, 32);
    r->rest.assurance = params->assurance;
}

void fm_state_load_begin(struct fm_state *state, const struct fm_params *params)
{
    FM_ASSERT(state->top.ncells == 0U);
    state->params = *params;
    state->undo_bytes = 0;
    state->nbatches = 0;
}

fm_err fm_state_genesis(struct fm_state *state, const struct fm_params *params,
                        const uint8_t salt[32], const uint8_t treasury_pk[32])
{
    static const uint8_t zero[32];
    struct fm_header issuer = {.idx = 0};
    struct fm_header treasury = {.idx = 1, .nslots = FM_TREASURY_SLOTS, .nfields = FM_GROUPS};
    uint8_t seed[64];

    if (!fm_state_room(state, 3, FM_TREASURY_SLOTS, FM_GROUPS + FACTORY_DIR_FIELDS) ||
        params->max_cells < 3U || params->supply > INT64_MAX) {
        return FM_E_FULL;
    }
    fm_state_load_begin(state, params);
    issuer.balance = -(int64_t)params->supply;
    treasury.balance = (int64_t)params->supply;
    fm_cell_id(zero, 0, 1, treasury.id);
    memcpy(treasury.owner_pk, treasury_pk, 32);
    add_cell(state, &issuer);
    add_cell(state, &treasury);
    add_factory_dir(state);
    add_root_record(state, 1, 0, 0);
    add_root_record(state, 1, 1, 2);
    fm_params_hash(params, state->top.params_hash);
    memcpy(seed, state->top.params_hash, 32);
    memcpy(seed + 32, salt, 32);
    fm_hash(FM_H_FORK, seed, sizeof seed, state->top.ledger);
    fm_state_settle(state);
    first_receipt(&state->receipt, params, state->top.ledger);
    memcpy(state->receipt.head.post_root, state->root, 32);
    fm_hash(FM_H_REST, (const uint8_t *)&state->receipt.rest, sizeof state->receipt.rest,
            state->receipt.head.rest_hash);
    fm_receipt_hash(&state->receipt, state->receipt_hash);
    return FM_OK;
}

/* A header that opens a cell: the next idx, and it fits. */
static fm_err check_new(const struct fm_state *state, const struct fm_header *h)
{
    if (h->idx != state->top.ncells || h->nfields > FM_FIELDS_MAX || h->lifecycle > FM_DESTROYED ||
        (state->top.ncells > 0U && fm_state_find(state, h->id) != FM_INDEX_NONE)) {
        return FM_E_MALFORMED;
    }
    return fm_state_room(state, 1, h->nslots, h->nfields) ? FM_OK : FM_E_FULL;
}

/* Bytes that a record may have: what reads them later relies on it (group indexes epoch[]). */
static bool record_whole(const uint8_t bytes[64])
{
    struct fm_record record;

    memcpy(&record, bytes, sizeof record);
    return fm_record_whole(&record);
}

/* A write to a cell that is there stays within it, and a header keeps what is fixed at birth. */
static bool write_fits(const struct fm_state *state, const struct fm_write *write)
{
    const struct fm_header *old = &state->cells[write->cell].header;
    struct fm_header h;

    if (write->kind == FM_WRITE_RECORD) {
        return write->index < old->nslots && record_whole(write->value);
    }
    if (write->kind == FM_WRITE_FIELD) {
        return write->index < old->nfields;
    }
    if (write->kind == FM_WRITE_HEADER) {
        memcpy(&h, write->value, sizeof h);
        return h.idx == old->idx && h.nslots == old->nslots && h.nfields == old->nfields &&
               memcmp(h.id, old->id, 32) == 0;
    }
    return true;
}

fm_err fm_state_apply(struct fm_state *state, const uint8_t *writes, size_t n,
                      const struct fm_receipt *receipt)
{
    struct fm_reader r;
    struct fm_write write;
    uint64_t last = 0;

    fm_reader_init(&r, writes, n);
    while (fm_write_get(&r, &last, &write)) {
        if (write.kind == FM_WRITE_HEADER && write.cell == state->top.ncells) {
            struct fm_header h;
            fm_err err;

            memcpy(&h, write.value, sizeof h);
            err = check_new(state, &h);
            if (err != FM_OK) {
                return err;
            }
            fm_state_append(state, &h);
        } else if (write.cell >= state->top.ncells || !write_fits(state, &write)) {
            return FM_E_MALFORMED;
        } else {
            fm_state_put(state, &write);
        }
    }
    if (r.bad || receipt->head.seq != state->top.seq + 1U) {
        return FM_E_MALFORMED;
    }
    state->top.seq = receipt->head.seq;
    state->top.height = receipt->head.height;
    state->top.now = receipt->rest.now;
    state->top.fees += receipt->rest.cost;
    state->receipt_before = state->receipt.head;
    state->receipt = *receipt;
    state->receipts_stale = true;
    return FM_OK;
}

void fm_state_apply_fetch(const struct fm_state *state, const uint8_t *writes, size_t n)
{
    struct fm_reader r;
    struct fm_write write;
    uint64_t last = 0;

    fm_reader_init(&r, writes, n);
    while (fm_write_get(&r, &last, &write)) {
        if (write.cell < state->top.ncells) {
            const uint8_t *cell = (const uint8_t *)&state->cells[write.cell];

            __builtin_prefetch(cell, 1);
            __builtin_prefetch(cell + 64, 1);
            __builtin_prefetch(cell + 128, 1);
            __builtin_prefetch(&state->places[write.cell]);
            __builtin_prefetch(&state->dirty_bits[write.cell / 64U], 1);
        }
    }
}

fm_err fm_state_load_cell(struct fm_state *state, const struct fm_cell *cell,
                          const uint8_t *records, const uint8_t *fields)
{
    static const uint8_t zero[64];
    fm_err err = check_new(state, &cell->header);

    if (err != FM_OK) {
        return err;
    }
    for (uint16_t i = 0; i < cell->header.nslots; i++) {
        if (!record_whole(records + (size_t)i * 64U)) {
            return FM_E_MALFORMED;
        }
    }
    fm_state_append(state, &cell->header);
    memcpy(state->cells[cell->header.idx].next_id, cell->next_id, 32);
    for (uint16_t i = 0; i < cell->header.nslots; i++) {
        const struct fm_write write = {cell->header.idx, FM_WRITE_RECORD, i,
                                       records + (size_t)i * 64U};

        if (memcmp(write.value, zero, 64) != 0) {
            fm_state_put(state, &write);
        }
    }
    for (uint16_t i = 0; i < cell->header.nfields; i++) {
        const struct fm_write write = {cell->header.idx, FM_WRITE_FIELD, i,
                                       fields + (size_t)i * 32U};

        if (memcmp(write.value, zero, 32) != 0) {
            fm_state_put(state, &write);
        }
    }
    return FM_OK;
}

fm_err fm_state_load_end(struct fm_state *state, const struct fm_top *top,
                         const struct fm_receipt *receipt)
{
    uint8_t hash[32];

    fm_params_hash(&state->params, hash);
    if (top->ncells != state->top.ncells || receipt->head.seq != top->seq ||
        memcmp(hash, top->params_hash, 32) != 0) {
        return FM_E_MALFORMED;
    }
    /* Each next id is that of the cell whose predecessor this is; the last one's is MAX. */
    for (uint32_t i = 1; i < top->ncells; i++) {
        uint32_t before = fm_index_before(&state->index, state->cells[i].header.id);

        if (before == FM_INDEX_NONE ||
            memcmp(state->cells[before].next_id, state->cells[i].header.id, 32) != 0) {
            return FM_E_MALFORMED;
        }
    }
    state->top = *top;
    state->receipt = *receipt;
    fm_receipt_hash(receipt, state->receipt_hash);
    fm_state_settle(state);
    return FM_OK;
}

void fm_state_fork(struct fm_state *state, const uint8_t salt[32], struct fm_receipt *receipt)
{
    const struct fm_batch batch = {.height = state->top.height + 1U, .now = state->top.now};
    uint8_t seed[96];

    FM_ASSERT(state->nbatches == 0U);
    memcpy(seed, state->top.ledger, 32);
    memcpy(seed + 32, state->receipt_hash, 32);
    memcpy(seed + 64, salt, 32);
    fm_hash(FM_H_FORK, seed, sizeof seed, state->top.ledger);
    first_receipt(receipt, &state->params, state->top.ledger);
    fm_state_finish(state, receipt, &batch, 0, NULL, 0);
}
