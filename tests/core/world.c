/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/core/world.h"

#include "crypto/sign.h"

#include <stdlib.h>

void actor_keys(struct actor *a, uint8_t seed)
{
    uint8_t bytes[32] = {seed, 0x5e, 0xed};

    fm_ed25519_keypair(bytes, a->pk, a->sk);
}

struct world *world_new(const struct fm_params *params)
{
    const struct fm_state_config config = {
        .max_cells = 4096, .max_slots = 20000, .max_fields = 40000, .max_undo = 4U << 20};
    struct world *w = calloc(1, sizeof *w);
    uint8_t salt[32] = {1, 2, 3};
    struct fm_arena arena;
    struct fm_params own;
    fm_err err;

    if (w == NULL) {
        abort();
    }
    arena.cap = fm_state_size(&config);
    arena.used = 0;
    arena.base = w->memory = malloc(arena.cap);
    fm_params_default(&own);
    actor_keys(&w->treasury, 255);
    err = fm_state_init(&w->state, &config, &arena);
    if (err == FM_OK) {
        err = fm_state_genesis(&w->state, params != NULL ? params : &own, salt, w->treasury.pk);
    }
    if (err != FM_OK) {
        abort();
    }
    w->treasury.idx = 1;
    memcpy(w->treasury.id, w->state.cells[1].header.id, 32);
    w->batch.height = 1;
    w->batch.now = 1000;
    return w;
}

void world_free(struct world *w)
{
    free(w->memory);
    free(w);
}

const struct fm_header *world_header(const struct world *w, uint32_t idx)
{
    return &w->state.cells[idx].header;
}

const struct fm_record *world_record(const struct world *w, uint32_t idx, uint8_t slot)
{
    return &w->state.records[w->state.places[idx].slot_at + slot];
}

const uint8_t *world_field(const struct world *w, uint32_t idx, uint16_t key)
{
    return w->state.fields + (size_t)(w->state.places[idx].field_at + key) * 32U;
}

struct fm_limits limits_of(uint16_t rights)
{
    const struct fm_limits limits = {.rights = rights,
                                     .methods = FM_METHODS_ALL,
                                     .f_hi = FM_FIELDS_MAX,
                                     .expiry = FM_NEVER,
                                     .max_amount = FM_U64_MAX,
                                     .allowance = FM_U64_MAX};

    return limits;
}

struct fm_turn_maker *world_begin(struct world *w, const struct actor *agent)
{
    fm_turn_begin(&w->maker, w->wire, sizeof w->wire, w->state.top.ledger, agent->id,
                  world_header(w, agent->idx)->nonce, FM_U64_MAX, FM_NEVER);
    return &w->maker;
}

void world_next_id(const struct world *w, const struct actor *agent, uint64_t salt, uint8_t id[32])
{
    fm_cell_id(agent->id, world_header(w, agent->idx)->nonce, salt, id);
}

static void violation(struct world *w, const char *what)
{
    w->violations++;
    (void)what;
}

/* Sums of all balances by asset, with the fees: T6. */
static bool conserved(const struct world *w)
{
    for (uint32_t a = 0; a < w->state.top.ncells; a++) {
        __int128 sum = a == 0 ? (__int128)w->state.top.fees : 0;

        if (world_header(w, a)->asset != a) {
            continue;
        }
        for (uint32_t i = 0; i < w->state.top.ncells; i++) {
            sum += world_header(w, i)->asset == a ? world_header(w, i)->balance : 0;
        }
        if (sum != 0) {
            return false;
        }
    }
    return true;
}

static void check_sealed(struct world *w, const uint8_t pre_root[32], const uint8_t pre_hash[32],
                         uint64_t pre_seq)
{
    const struct fm_receipt *r = &w->sealed.receipt;
    uint8_t root[32];

    world_root_from_scratch(w, root);
    if (memcmp(root, w->state.root, 32) != 0 || memcmp(root, r->head.post_root, 32) != 0) {
        violation(w, "root");
    }
    if (memcmp(pre_root, r->head.pre_root, 32) != 0 ||
        memcmp(pre_hash, r->head.prev_receipt, 32) != 0 || r->head.seq != pre_seq + 1U ||
        memcmp(w->state.top.prev_receipt, pre_hash, 32) != 0) {
        violation(w, "chain");
    }
    if (w->state.top.ncells < 200 && !conserved(w)) {
        violation(w, "conservation");
    }
}

enum fm_status world_run(struct world *w)
{
    struct fm_run_env env;
    uint8_t pre_root[32];
    uint8_t pre_hash[32];
    uint64_t pre_seq = w->state.top.seq;

    memcpy(pre_root, w->state.root, 32);
    memcpy(pre_hash, w->state.receipt_hash, 32);
    memset(&w->why, 0, sizeof w->why);
    if (fm_turn_decode(&w->turn, w->wire, w->wire_bytes, &w->why) != FM_OK) {
        w->run.outcome.reason = FM_E_MALFORMED;
        return FM_MALFORMED;
    }
    fm_state_env(&w->state, w->batch.now, &env);
    fm_drive_signed(&w->run, &w->state, &env, &w->turn);
    if (w->run.outcome.status == FM_REJECTED) {
        if (memcmp(pre_root, w->state.root, 32) != 0) {
            violation(w, "rejected is inert");
        }
        return FM_REJECTED;
    }
    if (!fm_state_fits(&w->state, &w->run)) {
        return FM_BUSY;
    }
    fm_state_seal(&w->state, &w->run, &w->batch, &w->sealed);
    check_sealed(w, pre_root, pre_hash, pre_seq);
    w->batch.height++;
    return w->run.outcome.status;
}

enum fm_status world_end(struct world *w, const struct actor *agent)
{
    w->wire_bytes = fm_turn_finish(&w->maker) != 0 ? fm_turn_sign(&w->maker, agent->sk) : 0;
    return world_run(w);
}

struct actor *world_actor(struct world *w, int i, uint8_t nslots, uint16_t nfields,
                          uint64_t balance)
{
    struct actor *a = &w->actors[i];
    struct fm_create create = {.salt = w->salt++, .nslots = nslots, .nfields = nfields};
    struct fm_turn_maker *m;

    actor_keys(a, (uint8_t)(i + 1));
    memcpy(create.owner_pk, a->pk, 32);
    world_next_id(w, &w->treasury, create.salt, a->id);
    m = world_begin(w, &w->treasury);
    fm_turn_self(m);
    fm_turn_create(m, &create);
    if (balance > 0) {
        fm_turn_transfer(m, a->id, balance);
    }
    if (world_end(w, &w->treasury) != FM_COMMITTED) {
        violation(w, "an actor could not be made");
    }
    a->idx = fm_state_find(&w->state, a->id);
    return a;
}

static void naive_tree(const uint8_t *leaves, uint32_t n, const uint8_t e0[32], uint8_t root[32])
{
    uint32_t width = 1;
    uint8_t *level;

    while (width < n) {
        width *= 2U;
    }
    level = malloc((size_t)width * 32U);
    if (level == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < width; i++) {
        memcpy(level + (size_t)i * 32U, i < n ? leaves + (size_t)i * 32U : e0, 32);
    }
    for (; width > 1U; width /= 2U) {
        for (uint32_t i = 0; i < width / 2U; i++) {
            fm_hash2(FM_H_NODE, level + (size_t)i * 64U, level + (size_t)i * 64U + 32U,
                     level + (size_t)i * 32U);
        }
    }
    memcpy(root, level, 32);
    free(level);
}

static void naive_leaf(const struct world *w, uint32_t idx, uint8_t leaf[32])
{
    static const uint8_t zero[64];
    const struct fm_cell *cell = &w->state.cells[idx];
    uint8_t leaves[FM_FIELDS_MAX * 32U];
    uint8_t parts[64];
    uint8_t pair[64];
    uint8_t e0[32];

    for (uint16_t i = 0; i < cell->header.nslots; i++) {
        fm_hash(FM_H_CAP, (const uint8_t *)world_record(w, idx, (uint8_t)i), 64,
                leaves + (size_t)i * 32U);
    }
    fm_hash(FM_H_CAP, zero, 64, e0);
    naive_tree(leaves, cell->header.nslots, e0, parts);
    for (uint16_t i = 0; i < cell->header.nfields; i++) {
        fm_hash(FM_H_FIELD, world_field(w, idx, i), 32, leaves + (size_t)i * 32U);
    }
    fm_hash(FM_H_FIELD, zero, 32, e0);
    naive_tree(leaves, cell->header.nfields, e0, parts + 32);
    fm_hash(FM_H_CELL, (const uint8_t *)cell, 192, pair);
    fm_hash(FM_H_BODY, parts, 64, pair + 32);
    fm_hash(FM_H_LEAF, pair, 64, leaf);
}

void world_root_from_scratch(const struct world *w, uint8_t root[32])
{
    static const uint8_t zero[32];
    uint32_t n = w->state.top.ncells;
    uint8_t *leaves = malloc((size_t)n * 32U);
    uint8_t pair[64];

    if (leaves == NULL) {
        abort();
    }
    for (uint32_t i = 0; i < n; i++) {
        naive_leaf(w, i, leaves + (size_t)i * 32U);
    }
    naive_tree(leaves, n, zero, pair);
    free(leaves);
    fm_hash(FM_H_TOP, (const uint8_t *)&w->state.top, 128, pair + 32);
    fm_hash(FM_H_ROOT, pair, 64, root);
}
