/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Eva runs of how a state comes to be: genesis, a checkpoint's cells one after the other, a log's write sets, a
 * fork, from any bytes. Never compiled.
 */
#include "proofs/eva_settled.h"
#include "proofs/eva_state.h"

/* Five writes or more: what one of them leaves is what the next one finds. */
#define BYTES 256U

static struct fm_state state;
static uint8_t bytes[BYTES];
static uint8_t records[FM_SLOTS_MAX * 64U];
static uint8_t fields[FM_FIELDS_MAX * 32U];

static void genesis(void)
{
    struct fm_state_config config = {.max_cells = 3, .max_slots = 65, .max_fields = 19, .max_undo = 0};
    struct fm_arena arena = {0};
    struct fm_params params;
    uint8_t salt[32];
    uint8_t pk[32];

    any_bytes(&params, sizeof params);
    any_bytes(salt, sizeof salt);
    any_bytes(pk, sizeof pk);
    if (any_u32(0, 1) == 1U) {
        fm_params_default(&params);
    }
    if (fm_state_init(&state, &config, &arena) == FM_OK) {
        (void)fm_state_genesis(&state, &params, salt, pk);
    }
}

/* n bytes that end where their memory ends. */
static void apply(uint32_t ncells, uint32_t n)
{
    struct fm_receipt receipt;

    any_bytes(bytes, sizeof bytes);
    any_bytes(&receipt, sizeof receipt);
    if (any_state(&state, ncells, ncells + 1U, 0)) {
        fm_state_apply_fetch(&state, bytes + BYTES - n, n);
        if (fm_state_apply(&state, bytes + BYTES - n, n, &receipt) == FM_OK) {
            fm_state_settle(&state);
        }
    }
}

/* A checkpoint's next cell, and its end. */
static void load(uint32_t ncells)
{
    struct fm_receipt receipt;
    struct fm_top top;
    struct fm_cell cell;

    any_bytes(&receipt, sizeof receipt);
    any_bytes(&top, sizeof top);
    any_bytes(&cell, sizeof cell);
    any_bytes(records, sizeof records);
    any_bytes(fields, sizeof fields);
    if (!any_state(&state, ncells, ncells + 1U, 0)) {
        return;
    }
    if (ncells == 0U) {
        fm_state_load_begin(&state, &state.params);
    }
    if (any_u32(0, 1) == 1U || fm_state_load_cell(&state, &cell, records, fields) == FM_OK) {
        (void)fm_state_load_end(&state, &top, &receipt);
    }
}

static void fork_state(uint32_t ncells)
{
    struct fm_receipt receipt;
    uint8_t salt[32];

    any_bytes(salt, sizeof salt);
    if (any_state(&state, ncells, ncells, 0)) {
        fm_state_fork(&state, salt, &receipt);
    }
}

int main(void)
{
    switch (any_u32(0, 5)) {
    case 0:
        genesis();
        break;
    case 1:
        apply(3, BYTES);
        break;
    case 2:
        apply(0, BYTES);
        break;
    case 3:
        load(3);
        break;
    case 4:
        load(0);
        break;
    default:
        fork_state(2);
        break;
    }
    return 0;
}
