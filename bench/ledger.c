/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/ledger.h"

#include <stdio.h>
#include <stdlib.h>

#define CELLS_PER_TURN 60U

void bench_ledger_init(struct bench_ledger *b, struct fm_state *state)
{
    uint8_t seed[32] = {7};

    b->state = state;
    fm_ahead_init(&b->ahead);
    b->random = 88172645463325252U;
    fm_ed25519_keypair(seed, b->pk, b->sk);
}

void bench_run(struct bench_ledger *b)
{
    struct fm_run_env env;

    if (fm_turn_decode(&b->turn, b->wire, b->wire_bytes, NULL) != FM_OK) {
        abort();
    }
    fm_state_env(b->state, b->batch.now, &env);
    fm_drive_begin(&b->run, b->state, &env, &b->turn);
    while (fm_drive_step(&b->run, b->state) == FM_RUN_NEED_VERDICT) {
        fm_run_supply_verdict(&b->run, b->run.need.pk, b->run.need.text, true);
    }
    if (b->run.outcome.status != FM_COMMITTED) {
        fprintf(stderr, "bench: %s\n", fm_err_name(b->run.outcome.reason));
        abort();
    }
}

void bench_seal(struct bench_ledger *b)
{
    fm_state_seal(b->state, &b->run, &b->batch, &b->sealed);
}

static void begin(struct bench_ledger *b)
{
    const struct fm_header *h = &b->state->cells[1].header;

    fm_turn_begin(&b->maker, b->wire, sizeof b->wire, b->state->top.ledger, h->id, h->nonce,
                  FM_U64_MAX, FM_NEVER);
    fm_turn_self(&b->maker);
}

static void finish_unsigned(struct bench_ledger *b)
{
    b->wire_bytes = fm_turn_finish(&b->maker);
    memset(b->wire + b->wire_bytes, 0, FM_SIG_BYTES);
    b->wire_bytes += FM_SIG_BYTES;
}

void bench_make_cells(struct bench_ledger *b, uint32_t upto)
{
    struct fm_create create = {.nslots = 4, .nfields = 8};

    memcpy(create.owner_pk, b->pk, 32);
    begin(b);
    for (uint64_t i = 0; i < CELLS_PER_TURN && b->state->top.ncells + i < upto; i++) {
        create.salt = i;
        fm_turn_create(&b->maker, &create);
    }
    finish_unsigned(b);
}

void bench_make_transfer(struct bench_ledger *b)
{
    uint32_t to;

    b->random ^= b->random << 13;
    b->random ^= b->random >> 7;
    b->random ^= b->random << 17;
    to = 3U + (uint32_t)(b->random % (b->state->top.ncells - 3U));
    begin(b);
    fm_turn_transfer(&b->maker, b->state->cells[to].header.id, 1);
    finish_unsigned(b);
}

void bench_make_ahead(struct bench_ledger *b, uint8_t (*wire)[BENCH_WIRE_BYTES], size_t *bytes, uint32_t n,
                      bool rising)
{
    const struct fm_header *h = &b->state->cells[1].header;

    for (uint32_t i = 0; i < n; i++) {
        struct fm_turn_maker m;
        uint32_t to;

        b->random = b->random * 6364136223846793005U + 1442695040888963407U;
        to = 3U + (uint32_t)((b->random >> 32) % (b->state->top.ncells - 3U));
        fm_turn_begin(&m, wire[i], BENCH_WIRE_BYTES, b->state->top.ledger, h->id, h->nonce + (rising ? i : 0U),
                      FM_U64_MAX, FM_NEVER);
        fm_turn_self(&m);
        fm_turn_transfer(&m, b->state->cells[to].header.id, 1);
        bytes[i] = fm_turn_finish(&m);
        memset(wire[i] + bytes[i], 0, FM_SIG_BYTES);
        bytes[i] += FM_SIG_BYTES;
    }
}

static void note(struct bench_ledger *b, uint8_t (*wire)[BENCH_WIRE_BYTES], const size_t *bytes, uint32_t n, uint32_t i)
{
    if (i < n && fm_turn_decode(&b->coming, wire[i], bytes[i], NULL) == FM_OK) {
        fm_ahead_note(&b->ahead, b->state, &b->coming);
    }
}

void bench_take(struct bench_ledger *b, uint8_t (*wire)[BENCH_WIRE_BYTES], const size_t *bytes, uint32_t n, uint32_t i)
{
    for (uint32_t k = 0; i == 0U && k < FM_AHEAD_TURNS; k++) {
        note(b, wire, bytes, n, k);
    }
    note(b, wire, bytes, n, i + FM_AHEAD_TURNS);
    memcpy(b->wire, wire[i], bytes[i]);
    b->wire_bytes = bytes[i];
}
