/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The heart over its log, on this disk: durable turns a second in group commits of 512 (signatures verified
 * before), and the same while a checkpoint is written; bytes of log a turn; how long beginning a checkpoint stops the
 * store, and how long one takes; and write sets recovered a second, over ledgers of 10^3 to 2^20 cells.
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
#define ONE_BY_ONE 501U
#define RECOVERED 270000U /* all but fill the log: its unused rest is read too, and must not count for much */
#define LOG_BYTES (256ULL << 20)

struct bench {
    struct bench_ledger ledger;
    struct host_store store;
    struct host_error error;
    struct host_config config;
    double checkpoint_s;      /* from beginning a checkpoint to its being there */
    double checkpoint_stop_s; /* how long beginning it held up the store */
    char dir[64];
    uint8_t wire[TURNS][BENCH_WIRE_BYTES];
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
    b->checkpoint_s = -bench_now();
    check(b, host_store_checkpoint(&b->store, true, &b->error));
    b->checkpoint_s += bench_now();
    b->checkpoint_stop_s = b->store.checkpoint_stop_s;
    return b;
}

/* Durable turns a second, and their bytes of log. */
static double durable(struct bench *b, double *log_bytes, double *cpu)
{
    double start;
    double cpu_start;
    uint64_t logged = 0;

    bench_make_ahead(&b->ledger, b->wire, b->bytes, TURNS, true);
    start = bench_now();
    cpu_start = bench_cpu();
    for (uint32_t i = 0; i < TURNS; i++) {
        if (i % BATCH == 0U) {
            begin_batch(b);
        }
        bench_take(&b->ledger, b->wire, b->bytes, TURNS, i);
        add_turn(b);
        if (i % BATCH == BATCH - 1U) {
            check(b, host_store_commit(&b->store, &b->error));
            logged += b->store.frame.len;
            (void)host_store_mend(&b->store);
        }
    }
    *log_bytes = (double)logged / TURNS;
    *cpu = TURNS / (bench_cpu() - cpu_start);
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

/*
 * Write sets a second, of a log with at least RECOVERED of them, by the clock; a comment gives processor time, which a
 * busy machine changes less.
 */
static double recovery(struct bench *b)
{
    double rates[3];
    double cpu[3];

    for (size_t i = 0; i < FM_ARRAY_LEN(rates); i++) {
        double start;

        host_store_close(&b->store);
        start = bench_cpu();
        check(b, host_store_open(&b->store, b->dir, &b->config, HOST_REPLAY, NULL, NULL, NULL,
                                 &b->error));
        rates[i] = (double)b->store.recovered.turns / b->store.recovered.log_seconds;
        cpu[i] = (double)b->store.recovered.turns / (bench_cpu() - start);
    }
    printf("# recovery in processor time, checkpoint included: %.4g sets/s\n", bench_median(cpu, FM_ARRAY_LEN(cpu)));
    return bench_median(rates, FM_ARRAY_LEN(rates));
}

/* Durable turns a second from the beginning of a checkpoint on, and once it has ended. */
static double beside_checkpoint(struct bench *b, double *after)
{
    double log_bytes;
    double cpu;
    double beside;
    bool ended;

    check(b, host_checkpoint_begin(&b->store, &b->error));
    beside = durable(b, &log_bytes, &cpu);
    printf("# beside a checkpoint, in processor time: %.4g turns/s\n", cpu);
    check(b, host_checkpoint_poll(&b->store, true, &ended, &b->error));
    *after = durable(b, &log_bytes, &cpu);
    printf("# after a checkpoint, in processor time: %.4g turns/s\n", cpu);
    return beside;
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
    double cpu[BENCH_RUNS];
    double log_bytes = 0;
    double rate;
    double recovered;
    double beside;
    double after;

    /* As if the checkpoint at half a log had been taken: it would be beside some of these rounds and not others, and
     * recovery would read half of the log without applying it. What it costs is measured below. */
    b->store.half_seen = true;
    for (int r = 0; r < BENCH_RUNS || (uint32_t)r * TURNS < RECOVERED; r++) {
        rates[r % BENCH_RUNS] = durable(b, &log_bytes, &cpu[r % BENCH_RUNS]);
    }
    rate = bench_median(rates, BENCH_RUNS);
    printf("# durable turns in processor time: %.4g turns/s\n", bench_median(cpu, BENCH_RUNS));
    recovered = recovery(b);
    b->store.half_seen = true;
    beside = beside_checkpoint(b, &after);
    grown("checkpoint_stop_ms", cells, b->checkpoint_stop_s * 1e3, "ms");
    grown("checkpoint_s", cells, b->checkpoint_s, "s");
    grown("turn_durable_per_s", cells, rate, "turns/s");
    grown("turn_durable_beside_checkpoint_per_s", cells, beside, "turns/s");
    grown("turn_durable_after_checkpoint_per_s", cells, after, "turns/s");
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

/* Arguments: sizes to measure instead, as when two builds are compared. */
int main(int argc, char **argv)
{
    static const uint32_t sizes[] = {1000, 10000, 100000, 1U << 20};

    (void)mkdir("build", 0777);
    for (int i = 1; i < argc; i++) {
        measure((uint32_t)strtoul(argv[i], NULL, 10));
    }
    for (size_t i = 0; argc == 1 && i < FM_ARRAY_LEN(sizes); i++) {
        measure(sizes[i]);
    }
    return 0;
}
