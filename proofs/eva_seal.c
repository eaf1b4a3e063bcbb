/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Eva runs of seal: outcomes over a state of three cells, sealed, taken back and acknowledged, in one batch, two
 * or none. A run has one or two cells, the last one perhaps made by it, each with a header or none, none or one record
 * and none or one field, in any slot and key. Never compiled.
 */
#include "proofs/eva_settled.h"
#include "proofs/eva_state.h"

#define CELLS 3U
#define UNDO 4096U

static struct fm_state state;
static struct fm_run run;
static struct fm_turn turn;
static struct fm_sealed sealed;

/* One put, of a record or a field; that the cell has it is asserted where it is written. */
static void any_put(uint32_t at, uint8_t kind, uint16_t next)
{
    struct fm_run_put *put = &run.puts[at];

    any_bytes(&put->record, sizeof put->record);
    any_bytes(put->field, sizeof put->field);
    put->kind = kind;
    put->index = (uint16_t)any_u32(0, UINT16_MAX);
    put->next = next;
}

/* Entry e of the run: the state's cell idx, or one that the turn made. */
static void any_cell(uint32_t e, uint32_t idx, uint32_t nputs, bool header_put)
{
    struct fm_run_cell *cell = &run.cells[e];

    any_sized_header(&cell->header, idx, SLOTS, FIELDS);
    cell->idx = idx;
    cell->header_put = header_put;
    cell->first_put = nputs > 0U ? (uint16_t)(2U * e) : (uint16_t)FM_NO_PUT;
    any_put(2U * e, FM_WRITE_RECORD, nputs > 1U ? (uint16_t)(2U * e + 1U) : (uint16_t)FM_NO_PUT);
    any_put(2U * e + 1U, FM_WRITE_FIELD, FM_NO_PUT);
}

static void any_outcome(uint16_t nloaded, uint16_t ncells)
{
    any_bytes(&run.outcome, sizeof run.outcome);
    run.outcome.status = any_u32(0, 1) == 1U ? FM_COMMITTED : FM_BODY_FAILED;
    run.outcome.reason = any_u32(0, UINT32_MAX);
    run.outcome.events_bytes = (uint16_t)any_u32(0, FM_EVENTS_BYTES_MAX);
    run.outcome.caps_bytes = (uint16_t)any_u32(0, FM_CAPS_BYTES_MAX);
    any_bytes(run.events, sizeof run.events);
    any_bytes(run.caps, sizeof run.caps);
    run.turn = &turn;
    run.nloaded = nloaded;
    run.ncells = ncells;
    run.nputs = (uint16_t)(2U * ncells);
    run.ncreated = (uint32_t)ncells - nloaded;
}

static bool begin(void)
{
    any_bytes(&turn.agent, 32);
    turn.nonce = any_u64();
    return any_state(&state, CELLS, CELLS + 2U, UNDO);
}

/* One turn in a batch of its own, or in none. */
static bool seal(bool batched)
{
    struct fm_batch batch = {.height = any_u64(), .now = any_u32(0, UINT32_MAX)};
    struct fm_run_env env;

    fm_state_env(&state, batch.now, &env);
    if (!fm_state_fits(&state, &run) || (batched && !fm_state_open_batch(&state, &batch))) {
        return false;
    }
    fm_state_seal(&state, &run, &batch, &sealed);
    return true;
}

static void end_batches(void)
{
    if (any_u32(0, 1) == 1U) {
        fm_state_ack(&state);
    }
    if (state.nbatches > 0U) {
        fm_state_nak(&state);
    }
}

/* A turn over one cell. */
static void one_cell(uint32_t nputs, bool header_put, bool batched)
{
    if (begin()) {
        any_outcome(1, 1);
        any_cell(0, 1, nputs, header_put);
        if (seal(batched) && batched) {
            end_batches();
        }
    }
}

/* A turn over two cells, of which the last ones were made by it; cells that were loaded come in any order. */
static void two_cells(uint32_t created, uint32_t nputs)
{
    if (begin()) {
        any_outcome((uint16_t)(2U - created), 2);
        any_cell(0, created < 2U ? 2 : CELLS, nputs, true);
        any_cell(1, created == 0U ? 1 : created == 1U ? CELLS : CELLS + 1U, 2, true);
        if (seal(true)) {
            end_batches();
        }
    }
}

/* Two batches, of which the second makes a cell. */
static void two_batches(void)
{
    if (begin()) {
        any_outcome(1, 1);
        any_cell(0, 1, 2, true);
        if (seal(true)) {
            any_outcome(1, 2);
            any_cell(1, CELLS, 1, true);
            if (seal(true)) {
                end_batches();
            }
        }
    }
}

int main(void)
{
    switch (any_u32(0, 8)) {
    case 0:
        one_cell(0, false, true);
        break;
    case 1:
        one_cell(0, true, true);
        break;
    case 2:
        one_cell(1, false, true);
        break;
    case 3:
        one_cell(1, true, false);
        break;
    case 4:
        one_cell(2, true, true);
        break;
    case 5:
        two_cells(0, 1);
        break;
    case 6:
        two_cells(0, 2);
        break;
    case 7:
        two_cells(1, 1);
        break;
    default:
        two_batches();
        break;
    }
    return 0;
}
