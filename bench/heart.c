/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heart alone: a two-cell transfer with a verdict given, over ledgers of 10^3 to 2^20 cells,
 * with and without the root; signed turns against libsodium's own rate; write sets applied and
 * settled; memory per cell. In processor time: nothing here waits.
 */
#include "bench/clock.h"
#include "bench/ledger.h"
#include "host/store/pages.h"

#include <stdio.h>
#include <stdlib.h>

#define TURNS 20000U

struct bench {
    struct bench_ledger ledger;
    struct fm_state state;
    size_t memory;
    void *base;
};

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

    if (b == NULL) {
        abort();
    }
    b->memory = fm_state_size(&config);
    b->base = host_pages_take(b->memory);
    if (b->base == NULL) {
        abort();
    }
    arena = (struct fm_arena){b->base, b->memory, 0};
    bench_ledger_init(&b->ledger, &b->state);
    fm_params_default(&params);
    if (fm_state_init(&b->state, &config, &arena) != FM_OK ||
        fm_state_genesis(&b->state, &params, salt, b->ledger.pk) != FM_OK) {
        abort();
    }
    b->ledger.batch = (struct fm_batch){1, 1000};
    while (b->state.top.ncells < cells) {
        bench_make_cells(&b->ledger, cells);
        bench_run(&b->ledger);
        bench_seal(&b->ledger);
    }
    return b;
}

static void bench_free(struct bench *b)
{
    host_pages_release(b->base, b->memory);
    free(b);
}

/* Microseconds for one transfer between two cells anywhere in the ledger; the turns are made ahead. */
static double transfers(struct bench_ledger *b, bool seal)
{
    static uint8_t wire[TURNS / BENCH_RUNS][BENCH_WIRE_BYTES];
    static size_t bytes[TURNS / BENCH_RUNS];
    double times[BENCH_RUNS];

    for (int r = 0; r < BENCH_RUNS; r++) {
        double start;

        bench_make_ahead(b, wire, bytes, TURNS / BENCH_RUNS, seal);
        start = bench_cpu();
        for (uint32_t i = 0; i < TURNS / BENCH_RUNS; i++) {
            bench_take(b, wire, bytes, TURNS / BENCH_RUNS, i);
            bench_run(b);
            if (seal) {
                bench_seal(b);
            }
        }
        times[r] = (bench_cpu() - start) / (TURNS / BENCH_RUNS) * 1e6;
    }
    return bench_median(times, BENCH_RUNS);
}

static double hash_ns(void)
{
    uint8_t x[64] = {0};
    double times[BENCH_RUNS];

    for (int r = 0; r < BENCH_RUNS; r++) {
        double start = bench_cpu();

        for (int i = 0; i < 100000; i++) {
            fm_hash2(FM_H_NODE, x, x + 32, x);
        }
        times[r] = (bench_cpu() - start) * 1e9 / 100000;
    }
    return bench_median(times, BENCH_RUNS);
}

#define SIGNED 400

/* Signed turns, made ahead: the nonces are known. */
struct signed_turns {
    uint8_t wire[SIGNED][256];
    size_t bytes[SIGNED];
};

static void sign_ahead(struct bench_ledger *b, struct signed_turns *t)
{
    const struct fm_header *h = &b->state->cells[1].header;

    for (uint32_t i = 0; i < SIGNED; i++) {
        fm_turn_begin(&b->maker, t->wire[i], sizeof t->wire[i], b->state->top.ledger, h->id,
                      h->nonce + i, FM_U64_MAX, FM_NEVER);
        fm_turn_self(&b->maker);
        fm_turn_transfer(&b->maker, b->state->cells[3U + i].header.id, 1);
        t->bytes[i] = fm_turn_finish(&b->maker) != 0 ? fm_turn_sign(&b->maker, b->sk) : 0;
    }
}

/* Runs and seals every turn made ahead, and keeps what was signed. Turns a second. */
static double run_signed(struct bench_ledger *b, const struct signed_turns *ahead,
                         uint8_t text[SIGNED][FM_SIGNED_TEXT_BYTES])
{
    double start = bench_cpu();
    bool yes = true;

    for (int i = 0; i < SIGNED; i++) {
        struct fm_run_env env;

        if (fm_turn_decode(&b->turn, ahead->wire[i], ahead->bytes[i], NULL) != FM_OK) {
            abort();
        }
        fm_state_env(b->state, b->batch.now, &env);
        fm_drive_signed(&b->run, b->state, &env, &b->turn);
        bench_seal(b);
        fm_turn_signed_text(b->run.outcome.turn_hash, text[i]);
        yes = yes && b->run.outcome.status == FM_COMMITTED;
    }
    if (!yes) {
        abort();
    }
    return SIGNED / (bench_cpu() - start);
}

/* Signed turns a second on one core, and libsodium's own verifications of the same signatures, interleaved. */
static double signed_turns(struct bench_ledger *b, double *limit)
{
    static struct signed_turns ahead;
    static uint8_t text[SIGNED][FM_SIGNED_TEXT_BYTES];
    double turns[BENCH_RUNS];
    double verifies[BENCH_RUNS];

    for (int r = 0; r < BENCH_RUNS; r++) {
        double start;
        bool yes = true;

        sign_ahead(b, &ahead);
        turns[r] = run_signed(b, &ahead, text);
        start = bench_cpu();
        for (int i = 0; i < SIGNED; i++) {
            yes = fm_ed25519_verify(b->pk, text[i], FM_SIGNED_TEXT_BYTES,
                                    ahead.wire[i] + ahead.bytes[i] - 64) &&
                  yes;
        }
        verifies[r] = SIGNED / (bench_cpu() - start);
        if (!yes) {
            abort();
        }
    }
    *limit = bench_median(verifies, BENCH_RUNS);
    return bench_median(turns, BENCH_RUNS);
}

/* Write sets applied a second, the root settled once a thousand. */
static double apply_rate(struct bench_ledger *b)
{
    struct fm_receipt receipt;
    double times[BENCH_RUNS];

    bench_make_transfer(b);
    bench_run(b);
    bench_seal(b);
    for (int r = 0; r < BENCH_RUNS; r++) {
        double start = bench_cpu();

        for (int i = 0; i < 100000; i++) {
            receipt = b->state->receipt;
            receipt.head.seq = b->state->top.seq + 1U;
            if (fm_state_apply(b->state, b->sealed.writes, b->sealed.writes_bytes, &receipt) !=
                FM_OK) {
                abort();
            }
            if (i % 1000 == 999) {
                fm_state_settle(b->state);
            }
        }
        times[r] = 100000 / (bench_cpu() - start);
    }
    return bench_median(times, BENCH_RUNS);
}

/* A row of the growth table: the same measure at another size. */
static void grown(const char *what, uint32_t cells, double value, const char *unit)
{
    char name[64];

    snprintf(name, sizeof name, "%s_at_%u", what, cells);
    bench_row(name, value, unit, 0);
}

static void measure(uint32_t cells)
{
    struct bench *b = bench_new(cells);
    double plain = transfers(&b->ledger, false);
    double rooted = transfers(&b->ledger, true);
    double verifies;
    double turns = signed_turns(&b->ledger, &verifies);

    grown("turn_unsigned_us", cells, plain, "us");
    grown("turn_root_us", cells, rooted, "us");
    grown("turn_signed_per_s", cells, turns, "turns/s");
    grown("state_memory_bytes", cells, (double)b->memory, "bytes");
    if (cells == 1000U) {
        bench_row("turn_unsigned_us", plain, "us", 2.0);
        bench_row("turn_signed_per_s", turns, "turns/s", verifies);
        bench_row("state_apply_per_s", apply_rate(&b->ledger), "sets/s", 1e6);
    }
    if (cells == 1U << 20) {
        bench_row("turn_root_1m_us", rooted, "us", 5.0);
        bench_row("cell_bytes", (double)b->memory / cells, "bytes", 160 + 32 + 4 * 64 + 8 * 32);
    }
    bench_free(b);
}

/* Arguments: sizes to measure instead, as when two builds are compared. */
int main(int argc, char **argv)
{
    static const uint32_t sizes[] = {1000, 10000, 100000, 1U << 20};

    printf("# one BLAKE3 compression: %.1f ns\n", hash_ns());
    for (int i = 1; i < argc; i++) {
        measure((uint32_t)strtoul(argv[i], NULL, 10));
    }
    for (size_t i = 0; argc == 1 && i < FM_ARRAY_LEN(sizes); i++) {
        measure(sizes[i]);
    }
    return 0;
}
