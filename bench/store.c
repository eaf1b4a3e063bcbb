/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heart over its log, on this disk: durable turns a second in group commits of 512 (signatures verified before),
 * bytes of
 * log a turn, and write sets recovered a second, over ledgers of 10^3 to 2^20 cells.
 */
#include "bench/clock.h"
#include "bench/ledger.h"
#include "host/store/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BATCH 512U
#define TURNS 16384U
#define WIRE_BYTES 256U
#define ONE_BY_ONE 501U
#define RECOVERED 270000U /* all but fill the log: its unused rest is read too, and must not count for much */
#define LOG_BYTES (256ULL << 20)

struct bench {
    struct bench_ledger ledger;
    struct host_store store;
    struct host_error error;
    struct host_config config;
    char dir[64];
    uint8_t wire[TURNS][WIRE_BYTES];
    size_t bytes[TURNS];
};

static void check(struct bench *b, fm_err err)
{
    if (err != FM_OK) {
        fprintf(stderr, "bench: %s: %s\n", fm_err_name(err), b->error.text);
        abort();
    }
}

static void remove_store(const struct bench *b)
{
    char command[96];

    snprintf(command, sizeof command, "rm -rf '%s'", b->dir);
    if (system(command) != 0) {
        abort();
    }
}

static void begin_batch(struct bench *b)
{
    check(b, host_store_begin(&b->store, 1000, &b->ledger.batch, &b->error));
}

/* Runs the turn that the ledger made, into the open batch. */
static void add_turn(struct bench *b)
{
    bench_run(&b->ledger);
    bench_seal(&b->ledger);
    host_store_add(&b->store, &b->ledger.turn, &b->ledger.sealed);
}

static struct bench *bench_new(uint32_t cells)
{
    struct bench *b = calloc(1, sizeof *b);
    struct fm_params params;
    uint8_t salt[32] = {1};

    if (b == NULL) {
        abort();
    }
    host_config_default(&b->config, cells + 64U);
    b->config.log_bytes = LOG_BYTES;
    snprintf(b->dir, sizeof b->dir, "build/bench-store.%ld", (long)getpid());
    bench_ledger_init(&b->ledger, &b->store.state);
    fm_params_default(&params);
    check(b, host_store_create(b->dir, &b->config, &params, b->ledger.pk, salt, &b->error));
    check(b, host_store_open(&b->store, b->dir, &b->config, HOST_REPLAY, NULL, NULL, NULL,
                             &b->error));
    while (b->store.state.top.ncells < cells) {
        begin_batch(b);
        for (int i = 0; i < 16 && b->store.state.top.ncells < cells; i++) {
            bench_make_cells(&b->ledger, cells);
            add_turn(b);
        }
        check(b, host_store_commit(&b->store, &b->error));
    }
    check(b, host_store_checkpoint(&b->store, true, &b->error));
    return b;
}

/* What clients would have sent: transfers with the nonces that come next. */
static void make_ahead(struct bench *b)
{
    struct bench_ledger *l = &b->ledger;
    struct fm_header *h = &b->store.state.cells[1].header;
    uint64_t nonce = h->nonce;

    for (uint32_t i = 0; i < TURNS; i++) {
        struct fm_turn_maker m;
        uint32_t to;

        l->random = l->random * 6364136223846793005U + 1442695040888963407U;
        to = 3U + (uint32_t)((l->random >> 32) % (b->store.state.top.ncells - 3U));
        fm_turn_begin(&m, b->wire[i], WIRE_BYTES, b->store.state.top.ledger, h->id, nonce + i,
                      FM_U64_MAX, FM_NEVER);
        fm_turn_self(&m);
        fm_turn_transfer(&m, b->store.state.cells[to].header.id, 1);
        b->bytes[i] = fm_turn_finish(&m) + FM_SIG_BYTES;
    }
}

/* Durable turns a second, and their bytes of log. */
static double durable(struct bench *b, double *log_bytes)
{
    double start;
    uint64_t logged = 0;

    make_ahead(b);
    start = bench_now();
    for (uint32_t i = 0; i < TURNS; i++) {
        if (i % BATCH == 0U) {
            begin_batch(b);
        }
        b->ledger.wire_bytes = b->bytes[i];
        memcpy(b->ledger.wire, b->wire[i], b->bytes[i]);
        add_turn(b);
        if (i % BATCH == BATCH - 1U) {
            check(b, host_store_commit(&b->store, &b->error));
            logged += b->store.frame.len;
        }
    }
    *log_bytes = (double)logged / TURNS;
    return TURNS / (bench_now() - start);
}

/*
 * Milliseconds for one durable turn at a time, its signature verified before; and, turn about, for a write of as many
 * bytes and its fdatasync on the same disk.
 */
static double one_at_a_time(struct bench *b, double *limit)
{
    static const uint8_t bytes[2U * FM_SECTOR_BYTES];
    double turns[ONE_BY_ONE];
    double syncs[ONE_BY_ONE];
    char path[96];
    int fd;

    snprintf(path, sizeof path, "%s.sync", b->dir);
    fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
    for (uint32_t i = 0; i < ONE_BY_ONE; i++) {
        if (fd < 0 || pwrite(fd, bytes, sizeof bytes, (off_t)(i * sizeof bytes)) < 0) {
            abort();
        }
    }
    (void)fsync(fd);
    for (uint32_t i = 0; i < ONE_BY_ONE; i++) {
        double start;

        bench_make_transfer(&b->ledger);
        start = bench_now();
        begin_batch(b);
        add_turn(b);
        check(b, host_store_commit(&b->store, &b->error));
        turns[i] = bench_now() - start;
        start = bench_now();
        if (pwrite(fd, bytes, sizeof bytes, (off_t)(i * sizeof bytes)) < 0 || fdatasync(fd) != 0) {
            abort();
        }
        syncs[i] = bench_now() - start;
    }
    (void)close(fd);
    (void)unlink(path);
    *limit = bench_median(syncs, ONE_BY_ONE) * 1e3;
    return bench_median(turns, ONE_BY_ONE) * 1e3;
}

/* Write sets a second, of a log with at least RECOVERED of them. */
static double recovery(struct bench *b)
{
    double rates[3];

    for (size_t i = 0; i < FM_ARRAY_LEN(rates); i++) {
        host_store_close(&b->store);
        check(b, host_store_open(&b->store, b->dir, &b->config, HOST_REPLAY, NULL, NULL, NULL,
                                 &b->error));
        rates[i] = (double)b->store.recovered.turns / b->store.recovered.log_seconds;
    }
    return bench_median(rates, FM_ARRAY_LEN(rates));
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
    double rates[BENCH_RUNS];
    double log_bytes = 0;
    double rate;
    double recovered;

    for (int r = 0; r < BENCH_RUNS || (uint32_t)r * TURNS < RECOVERED; r++) {
        rates[r % BENCH_RUNS] = durable(b, &log_bytes);
    }
    rate = bench_median(rates, BENCH_RUNS);
    recovered = recovery(b);
    grown("turn_durable_per_s", cells, rate, "turns/s");
    grown("recover_writesets_per_s", cells, recovered, "sets/s");
    if (cells == 1000U) {
        double limit;
        double one = one_at_a_time(b, &limit);

        bench_row("turn_durable_one_client_ms", one, "ms", limit);
        bench_row("turn_durable_per_s", rate, "turns/s", 50000);
        bench_row("recover_writesets_per_s", recovered, "sets/s", 1e6);
        bench_row("turn_log_bytes", log_bytes, "bytes", (double)b->bytes[0] + FM_RECEIPT_BYTES);
    }
    host_store_close(&b->store);
    remove_store(b);
    free(b);
}

int main(void)
{
    static const uint32_t sizes[] = {1000, 10000, 100000, 1U << 20};

    (void)mkdir("build", 0777);
    for (size_t i = 0; i < FM_ARRAY_LEN(sizes); i++) {
        measure(sizes[i]);
    }
    return 0;
}
