/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes to decoded turn to outcome: a ledger in memory takes the input's pieces as turns, each believed to be
 * signed. Afterwards the root is what the map says, value is conserved, and a dropped batch leaves nothing.
 */
#include "core/drive.h"
#include "wire/turn.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct fm_state state;
static struct fm_run run;
static struct fm_turn turn;
static struct fm_sealed sealed;
static void *memory;
static uint8_t wire[FM_TURN_BYTES_MAX];

static void fresh(void)
{
    const struct fm_state_config config = {
        .max_cells = 64, .max_slots = 600, .max_fields = 2100, .max_undo = 1U << 20};
    struct fm_arena arena = {memory, fm_state_size(&config), 0};
    struct fm_params params;
    uint8_t salt[32] = {0};
    uint8_t pk[32] = {1};

    if (memory == NULL) {
        memory = malloc(arena.cap);
        arena.base = memory;
    }
    fm_params_default(&params);
    params.max_cells = 60;
    if (fm_state_init(&state, &config, &arena) != FM_OK ||
        fm_state_genesis(&state, &params, salt, pk) != FM_OK) {
        abort();
    }
}

/* The head is made right, so that the fuzzer spends itself on frames and effects. */
static size_t repair(const uint8_t *piece, size_t n)
{
    uint32_t agent = 1U + piece[0] % (state.top.ncells - 1U);
    size_t body = n + 66U;

    memset(wire, 0, FM_TURN_HEAD_BYTES);
    fm_put_le16(wire, FM_TURN_MAGIC);
    wire[2] = FM_TURN_VERSION;
    wire[3] = (uint8_t)(1U + (piece[1] & 1U));
    fm_put_le16(wire + 4, (uint16_t)body);
    wire[7] = 1;
    memcpy(wire + 8, state.top.ledger, 8);
    memcpy(wire + 16, state.cells[agent].header.id, 32);
    fm_put_le64(wire + 48, state.cells[agent].header.nonce);
    memset(wire + 56, 0xff, 12);
    memcpy(wire + FM_TURN_HEAD_BYTES, piece + 2, n - 2U);
    memset(wire + body, 0, FM_SIG_BYTES);
    return body + FM_SIG_BYTES;
}

/* Ids are long: a byte 0xc0 + i in front of 31 zeros stands for cell i's id. */
static void name_cells(size_t n)
{
    static const uint8_t zero[31];

    for (size_t i = FM_TURN_HEAD_BYTES; i + 32U <= n - FM_SIG_BYTES; i++) {
        if (wire[i] >= 0xc0U && memcmp(wire + i + 1, zero, 31) == 0) {
            memcpy(wire + i, state.cells[(wire[i] - 0xc0U) % state.top.ncells].header.id, 32);
            i += 31U;
        }
    }
}

static void run_piece(const uint8_t *bytes, size_t n, const struct fm_batch *batch)
{
    struct fm_run_env env;
    struct fm_why why;

    if (fm_turn_decode(&turn, bytes, n, &why) != FM_OK) {
        if (why.code != FM_E_MALFORMED || why.field == NULL) {
            abort();
        }
        return;
    }
    fm_state_env(&state, batch->now, &env);
    fm_drive_begin(&run, &state, &env, &turn);
    while (fm_drive_step(&run, &state) == FM_RUN_NEED_VERDICT) {
        fm_run_supply_verdict(&run, run.need.pk, run.need.text, true);
    }
    if (run.outcome.status != FM_REJECTED && fm_state_fits(&state, &run)) {
        fm_state_seal(&state, &run, batch, &sealed);
    }
}

static void check_sums(void)
{
    __int128 sum = (__int128)state.top.fees;

    for (uint32_t i = 0; i < state.top.ncells; i++) {
        sum += state.cells[i].header.asset == 0 ? state.cells[i].header.balance : 0;
    }
    if (sum != 0) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct fm_batch batch = {1, 100};
    uint8_t root[32];
    size_t at = 0;

    fresh();
    memcpy(root, state.root, 32);
    run_piece(data, n, &batch); /* as it is: the decoder */
    if (!fm_state_open_batch(&state, &batch)) {
        abort();
    }
    while (at + 4U <= n) {
        size_t piece = 3U + fm_le16(data + at) % 1024U;

        at += 2;
        piece = piece < n - at ? piece : n - at;
        if (piece >= 3U) {
            size_t bytes = repair(data + at, piece);

            name_cells(bytes);
            run_piece(wire, bytes, &batch);
        }
        at += piece;
    }
    check_sums();
    fm_state_nak(&state);
    if (memcmp(root, state.root, 32) != 0) {
        abort();
    }
    return 0;
}
