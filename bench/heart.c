/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heart alone: a two-cell transfer with a verdict given, over ledgers of 10^3 to 2^20 cells,
 * with and without the root;
 * signed turns against libsodium's own rate; write sets applied and settled; memory per cell.
 */
#include "bench/clock.h"
#include "core/drive.h"
#include "crypto/sign.h"

#include <stdio.h>
#include <stdlib.h>

#define CELLS_PER_TURN 60U
#define TURNS 20000U

struct bench {
    struct fm_state state;
    struct fm_run run;
    struct fm_turn turn;
    struct fm_sealed sealed;
    struct fm_batch batch;
    struct fm_turn_maker maker;
    uint8_t sk[64];
    uint8_t pk[32];
    uint8_t wire[FM_TURN_BYTES_MAX];
    size_t wire_bytes;
    size_t memory;
    void *base;
};

/* Runs what the maker made; `verdict`: given, not computed. */
static void run_turn(struct bench *b, bool seal)
{
    struct fm_run_env env;

    if (fm_turn_decode(&b->turn, b->wire, b->wire_bytes, NULL) != FM_OK) {
        abort();
    }
    fm_state_env(&b->state, b->batch.now, &env);
    fm_drive_begin(&b->run, &b->state, &env, &b->turn);
    while (fm_drive_step(&b->run, &b->state) == FM_RUN_NEED_VERDICT) {
        fm_run_supply_verdict(&b->run, b->run.need.pk, b->run.need.text, true);
    }
    if (b->run.outcome.status != FM_COMMITTED) {
        fprintf(stderr, "bench: %s\n", fm_err_name(b->run.outcome.reason));
        abort();
    }
    if (seal) {
        fm_state_seal(&b->state, &b->run, &b->batch, &b->sealed);
    }
}

static void finish_unsigned(struct bench *b)
{
    b->wire_bytes = fm_turn_finish(&b->maker);
    memset(b->wire + b->wire_bytes, 0, FM_SIG_BYTES);
    b->wire_bytes += FM_SIG_BYTES;
}

static void begin(struct bench *b, uint32_t agent)
{
    const struct fm_header *h = &b->state.cells[agent].header;

    fm_turn_begin(&b->maker, b->wire, sizeof b->wire, b->state.top.ledger, h->id, h->nonce,
                  FM_U64_MAX, FM_NEVER);
    fm_turn_self(&b->maker);
}

static struct bench *bench_new(uint32_t cells)
{
    struct bench *b = calloc(1, sizeof *b);
    struct fm_state_config config = {.max_cells = cells + 64U,
                                     .max_slots = 4U * cells + 1024U,
                                     .max_fields = 8U * cells + 1024U,
                                     .max_undo = 0};
    struct fm_arena arena;
    struct fm_params params;
    uint8_t salt[32] = {1};
    uint8_t seed[32] = {7};

    if (b == NULL) {
        abort();
    }
    b->memory = fm_state_size(&config);
    b->base = malloc(b->memory);
    arena = (struct fm_arena){b->base, b->memory, 0};
    fm_ed25519_keypair(seed, b->pk, b->sk);
    fm_params_default(&params);
    if (fm_state_init(&b->state, &config, &arena) != FM_OK ||
        fm_state_genesis(&b->state, &params, salt, b->pk) != FM_OK) {
        abort();
    }
    b->batch = (struct fm_batch){1, 1000};
    while (b->state.top.ncells < cells) {
        struct fm_create create = {.nslots = 4, .nfields = 8};

        memcpy(create.owner_pk, b->pk, 32);
        begin(b, 1);
        for (uint64_t i = 0; i < CELLS_PER_TURN && b->state.top.ncells + i < cells; i++) {
            uint8_t id[32];

            create.salt = i;
            fm_cell_id(b->state.cells[1].header.id, b->state.cells[1].header.nonce, i, id);
            fm_turn_create(&b->maker, &create);
        }
        finish_unsigned(b);
        run_turn(b, true);
    }
    return b;
}

static void bench_free(struct bench *b)
{
    free(b->base);
    free(b);
}

/* Microseconds for one transfer between two cells anywhere in the ledger. */
static double transfers(struct bench *b, bool seal)
{
    uint64_t random = 88172645463325252U;
    double times[BENCH_RUNS];

    for (int r = 0; r < BENCH_RUNS; r++) {
        double total = 0;

        for (uint32_t i = 0; i < TURNS / BENCH_RUNS; i++) {
            uint32_t to;
            double start;

            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            to = 3U + (uint32_t)(random % (b->state.top.ncells - 3U));
            begin(b, 1);
            fm_turn_transfer(&b->maker, b->state.cells[to].header.id, 1);
            finish_unsigned(b);
            start = bench_now();
            run_turn(b, seal);
            total += bench_now() - start;
        }
        times[r] = total / (TURNS / BENCH_RUNS) * 1e6;
    }
    return bench_median(times, BENCH_RUNS);
}

static double hash_ns(void)
{
    uint8_t x[64] = {0};
    double times[BENCH_RUNS];

    for (int r = 0; r < BENCH_RUNS; r++) {
        double start = bench_now();

        for (int i = 0; i < 100000; i++) {
            fm_hash2(FM_H_NODE, x, x + 32, x);
        }
        times[r] = (bench_now() - start) * 1e9 / 100000;
    }
    return bench_median(times, BENCH_RUNS);
}

#define SIGNED 400

/* Signed turns, made ahead: the nonces are known. */
struct signed_turns {
    uint8_t wire[SIGNED][256];
    size_t bytes[SIGNED];
};

static void sign_ahead(struct bench *b, struct signed_turns *t)
{
    const struct fm_header *h = &b->state.cells[1].header;

    for (uint32_t i = 0; i < SIGNED; i++) {
        fm_turn_begin(&b->maker, t->wire[i], sizeof t->wire[i], b->state.top.ledger, h->id,
                      h->nonce + i, FM_U64_MAX, FM_NEVER);
        fm_turn_self(&b->maker);
        fm_turn_transfer(&b->maker, b->state.cells[3U + i].header.id, 1);
        t->bytes[i] = fm_turn_finish(&b->maker) != 0 ? fm_turn_sign(&b->maker, b->sk) : 0;
    }
}

/* Signed turns a second on one core, and libsodium's own verifications of the same signatures, interleaved. */
static void signed_turns(struct bench *b)
{
    static struct signed_turns ahead;
    static uint8_t text[SIGNED][FM_SIGNED_TEXT_BYTES];
    double turns[BENCH_RUNS];
    double verifies[BENCH_RUNS];

    for (int r = 0; r < BENCH_RUNS; r++) {
        double start;
        bool yes = true;

        sign_ahead(b, &ahead);
        start = bench_now();
        for (int i = 0; i < SIGNED; i++) {
            struct fm_run_env env;

            if (fm_turn_decode(&b->turn, ahead.wire[i], ahead.bytes[i], NULL) != FM_OK) {
                abort();
            }
            fm_state_env(&b->state, b->batch.now, &env);
            fm_drive_signed(&b->run, &b->state, &env, &b->turn);
            fm_state_seal(&b->state, &b->run, &b->batch, &b->sealed);
            fm_turn_signed_text(b->run.outcome.turn_hash, text[i]);
            yes = yes && b->run.outcome.status == FM_COMMITTED;
        }
        turns[r] = SIGNED / (bench_now() - start);
        start = bench_now();
        for (int i = 0; i < SIGNED; i++) {
            yes = fm_ed25519_verify(b->pk, text[i], FM_SIGNED_TEXT_BYTES,
                                    ahead.wire[i] + ahead.bytes[i] - 64) &&
                  yes;
        }
        verifies[r] = SIGNED / (bench_now() - start);
        if (!yes) {
            abort();
        }
    }
    bench_row("turn_signed_per_s", bench_median(turns, BENCH_RUNS), "turns/s",
              bench_median(verifies, BENCH_RUNS));
}

/* Write sets applied a second, the root settled once a thousand. */
static double apply_rate(struct bench *b)
{
    struct fm_receipt receipt;
    double times[BENCH_RUNS];

    begin(b, 1);
    fm_turn_transfer(&b->maker, b->state.cells[9].header.id, 1);
    finish_unsigned(b);
    run_turn(b, true);
    for (int r = 0; r < BENCH_RUNS; r++) {
        double start = bench_now();

        for (int i = 0; i < 100000; i++) {
            receipt = b->state.receipt;
            receipt.head.seq = b->state.top.seq + 1U;
            if (fm_state_apply(&b->state, b->sealed.writes, b->sealed.writes_bytes, &receipt) !=
                FM_OK) {
                abort();
            }
            if (i % 1000 == 999) {
                fm_state_settle(&b->state);
            }
        }
        times[r] = 100000 / (bench_now() - start);
    }
    return bench_median(times, BENCH_RUNS);
}

int main(void)
{
    static const uint32_t sizes[] = {1000, 10000, 100000, 1U << 20};
    double compression = hash_ns();

    printf("# one BLAKE3 compression: %.1f ns\n", compression);
    for (size_t i = 0; i < FM_ARRAY_LEN(sizes); i++) {
        struct bench *b = bench_new(sizes[i]);
        double plain = transfers(b, false);
        double rooted = transfers(b, true);
        char name[64];

        snprintf(name, sizeof name, "turn_root_%u_us", sizes[i]);
        bench_row(name, rooted, "us", 0);
        if (i == 0) {
            bench_row("turn_unsigned_us", plain, "us", 2.0);
            signed_turns(b);
            bench_row("state_apply_per_s", apply_rate(b), "sets/s", 1e6);
        }
        if (sizes[i] == 1U << 20) {
            bench_row("turn_root_1m_us", rooted, "us", 5.0);
            bench_row("cell_bytes", (double)b->memory / sizes[i], "bytes",
                      160 + 32 + 4 * 64 + 8 * 32);
        }
        bench_free(b);
    }
    return 0;
}
