/* SPDX-License-Identifier: Apache-2.0 */
#include "core/state.h"

#include "core/state_priv.h"

#define NODES_FOR(leaves) ((uint64_t)(leaves)*5U / 2U + 1U)

static size_t levels_bytes(uint32_t max_cells)
{
    size_t bytes = 0;
    uint32_t n = max_cells;

    for (uint32_t k = 0; k <= fm_tree_depth(max_cells); k++) {
        bytes += ((size_t)n + 2U) * 32U;
        n = n / 2U + (n & 1U);
    }
    return bytes;
}

static uint32_t max_nodes(const struct fm_state_config *config)
{
    return (uint32_t)NODES_FOR((uint64_t)config->max_slots + config->max_fields);
}

static size_t dirty_words(const struct fm_state_config *config)
{
    return (size_t)config->max_cells / 64U + 1U;
}

size_t fm_state_size(const struct fm_state_config *config)
{
    size_t cells = config->max_cells;

    return cells * (sizeof(struct fm_cell) + sizeof(struct fm_cell_place) + 32U) +
           (size_t)config->max_slots * sizeof(struct fm_record) + (size_t)config->max_fields * 32U +
           (size_t)max_nodes(config) * 32U + levels_bytes(config->max_cells) +
           fm_index_size(config->max_cells) + FM_STATE_DIRTY_MAX * sizeof(uint32_t) +
           dirty_words(config) * sizeof(uint64_t) + config->max_undo + 64U * 64U;
}

static bool take_levels(struct fm_state *state, struct fm_arena *arena)
{
    uint32_t n = state->config.max_cells;

    for (uint32_t k = 0; k <= fm_tree_depth(state->config.max_cells); k++) {
        state->levels[k] = fm_arena_take(arena, ((size_t)n + 2U) * 32U, 64); /* a pair of nodes is a cache line */
        if (state->levels[k] == NULL) {
            return false;
        }
        n = n / 2U + (n & 1U);
    }
    return true;
}

fm_err fm_state_init(struct fm_state *state, const struct fm_state_config *config,
                     struct fm_arena *arena)
{
    static const uint8_t zero[64];
    size_t cells = config->max_cells;
    uint8_t e0[32];

    memset(state, 0, sizeof *state);
    state->config = *config;
    state->max_nodes = max_nodes(config);
    state->cells = fm_arena_take(arena, cells * sizeof(struct fm_cell), 64);
    state->places = fm_arena_take(arena, cells * sizeof(struct fm_cell_place), 64);
    state->records = fm_arena_take(arena, (size_t)config->max_slots * sizeof(struct fm_record), 64);
    state->fields = fm_arena_take(arena, (size_t)config->max_fields * 32U, 32);
    state->bodies = fm_arena_take(arena, cells * 32U, 32);
    state->nodes = fm_arena_take(arena, (size_t)state->max_nodes * 32U, 32);
    state->dirty = fm_arena_take(arena, FM_STATE_DIRTY_MAX * sizeof(uint32_t), 8);
    state->dirty_bits = fm_arena_take(arena, dirty_words(config) * sizeof(uint64_t), 8);
    state->undo = fm_arena_take(arena, config->max_undo, 8);
    if (state->cells == NULL || state->places == NULL || state->bodies == NULL ||
        state->records == NULL || state->fields == NULL || state->nodes == NULL ||
        state->dirty == NULL || state->dirty_bits == NULL || state->undo == NULL ||
        !take_levels(state, arena) ||
        !fm_index_init(&state->index, config->max_cells, (const uint8_t *)state->cells,
                       sizeof(struct fm_cell), arena)) {
        return FM_E_NO_SPACE;
    }
    memset(state->dirty_bits, 0, dirty_words(config) * sizeof(uint64_t));
    fm_empties_init(&state->no_cell, zero);
    fm_hash(FM_H_CAP, zero, 64, e0);
    fm_empties_init(&state->no_slot, e0);
    fm_hash(FM_H_FIELD, zero, 32, e0);
    fm_empties_init(&state->no_field, e0);
    fm_hash(FM_H_EVENTS, NULL, 0, state->no_events);
    fm_hash(FM_H_CAPS, NULL, 0, state->no_caps);
    return FM_OK;
}

uint32_t fm_state_find(const struct fm_state *state, const uint8_t id[32])
{
    return fm_index_find(&state->index, id);
}

void fm_state_view(const struct fm_state *state, uint32_t idx, struct fm_cell_view *view)
{
    FM_ASSERT(idx < state->top.ncells);
    view->header = &state->cells[idx].header;
    view->records = state->records + state->places[idx].slot_at;
    view->fields = state->fields + (size_t)state->places[idx].field_at * 32U;
}

bool fm_state_room(const struct fm_state *state, uint32_t cells, uint64_t slots, uint64_t fields)
{
    return cells <= state->config.max_cells - state->top.ncells &&
           slots <= state->config.max_slots - state->used_slots &&
           fields <= state->config.max_fields - state->used_fields;
}

static uint8_t *slot_nodes(const struct fm_state *state, uint32_t idx)
{
    return state->nodes + (size_t)state->places[idx].slot_nodes_at * 32U;
}

static uint8_t *field_nodes(const struct fm_state *state, uint32_t idx)
{
    return state->nodes + (size_t)state->places[idx].field_nodes_at * 32U;
}

static void set_body(struct fm_state *state, uint32_t idx)
{
    const struct fm_header *h = &state->cells[idx].header;

    fm_hash2(FM_H_BODY, fm_tree_root(slot_nodes(state, idx), h->nslots, &state->no_slot),
             fm_tree_root(field_nodes(state, idx), h->nfields, &state->no_field),
             state->bodies + (size_t)idx * 32U);
}

void fm_state_append(struct fm_state *state, const struct fm_header *header)
{
    uint32_t idx = state->top.ncells;
    struct fm_cell_place *place;

    FM_ASSERT(header->idx == idx && idx < state->config.max_cells);
    FM_ASSERT(header->nslots <= state->config.max_slots - state->used_slots);
    FM_ASSERT(header->nfields <= state->config.max_fields - state->used_fields);
    place = &state->places[idx];
    state->cells[idx].header = *header;
    memset(state->cells[idx].next_id, 0xff, 32);
    place->slot_at = state->used_slots;
    place->field_at = state->used_fields;
    place->slot_nodes_at = state->used_nodes;
    place->field_nodes_at = state->used_nodes + (uint32_t)fm_tree_nodes(header->nslots);
    state->used_slots += header->nslots;
    state->used_fields += header->nfields;
    state->used_nodes = place->field_nodes_at + (uint32_t)fm_tree_nodes(header->nfields);
    FM_ASSERT(state->used_nodes <= state->max_nodes);
    memset(state->records + place->slot_at, 0, (size_t)header->nslots * sizeof(struct fm_record));
    memset(state->fields + (size_t)place->field_at * 32U, 0, (size_t)header->nfields * 32U);
    fm_tree_fill(slot_nodes(state, idx), header->nslots, &state->no_slot);
    fm_tree_fill(field_nodes(state, idx), header->nfields, &state->no_field);
    state->top.ncells = idx + 1U;
    fm_index_add(&state->index, idx);
    set_body(state, idx);
    fm_state_mark(state, idx);
}

void fm_state_pop(struct fm_state *state)
{
    uint32_t idx = state->top.ncells - 1U;
    const struct fm_header *h = &state->cells[idx].header;

    fm_index_remove(&state->index, idx);
    state->used_slots -= h->nslots;
    state->used_fields -= h->nfields;
    state->used_nodes = state->places[idx].slot_nodes_at;
    state->top.ncells = idx;
    if (idx > 0U) {
        /* The last cell's path is the edge of the tree at every level, and the edge has moved. */
        fm_state_mark(state, idx - 1U);
    }
}

const uint8_t *fm_state_value(const struct fm_state *state, const struct fm_write *write)
{
    const struct fm_cell *cell = &state->cells[write->cell];

    switch ((enum fm_write_kind)write->kind) {
    case FM_WRITE_HEADER:
        return (const uint8_t *)&cell->header;
    case FM_WRITE_RECORD:
        FM_ASSERT(write->index < cell->header.nslots);
        return (const uint8_t *)&state->records[state->places[write->cell].slot_at + write->index];
    case FM_WRITE_FIELD:
        FM_ASSERT(write->index < cell->header.nfields);
        return state->fields + (size_t)(state->places[write->cell].field_at + write->index) * 32U;
    case FM_WRITE_NEXT_ID:
        return cell->next_id;
    }
    fm_panic(__FILE__, __LINE__, "no such kind of write");
}

void fm_state_put(struct fm_state *state, const struct fm_write *write)
{
    struct fm_cell *cell = &state->cells[write->cell];
    const struct fm_cell_place *place = &state->places[write->cell];
    uint16_t nfields = cell->header.nfields;
    uint8_t nslots = cell->header.nslots;
    uint8_t leaf[32];

    switch ((enum fm_write_kind)write->kind) {
    case FM_WRITE_HEADER:
        memcpy(&cell->header, write->value, sizeof cell->header);
        FM_ASSERT(cell->header.nslots == nslots && cell->header.nfields == nfields); /* fixed at birth */
        break;
    case FM_WRITE_RECORD:
        FM_ASSERT(write->index < nslots);
        memcpy(&state->records[place->slot_at + write->index], write->value,
               sizeof(struct fm_record));
        fm_hash(FM_H_CAP, write->value, sizeof(struct fm_record), leaf);
        fm_tree_set(slot_nodes(state, write->cell), nslots, &state->no_slot, write->index, leaf);
        set_body(state, write->cell);
        break;
    case FM_WRITE_FIELD:
        FM_ASSERT(write->index < nfields);
        memcpy(state->fields + (size_t)(place->field_at + write->index) * 32U, write->value, 32);
        fm_hash(FM_H_FIELD, write->value, 32, leaf);
        fm_tree_set(field_nodes(state, write->cell), nfields, &state->no_field, write->index, leaf);
        set_body(state, write->cell);
        break;
    case FM_WRITE_NEXT_ID:
        memcpy(cell->next_id, write->value, 32);
        break;
    }
    fm_state_mark(state, write->cell);
}
