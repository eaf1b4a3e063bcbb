/* SPDX-License-Identifier: Apache-2.0 */
#include "host/node/node.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char usage[] =
    "usage: dreggd --store DIR [--listen-unix PATH] [--listen-tcp PORT] [options]\n"
    "\n"
    "Runs one node over a store that `dregg init` made. It ends cleanly on SIGTERM or SIGINT.\n"
    "\n"
    "  --store DIR            the store's folder\n"
    "  --listen-unix PATH     a socket for clients (default: DIR/socket)\n"
    "  --listen-tcp PORT      loopback TCP as well; 0: any free port, which is printed\n"
    "  --max-cells N          memory for so many cells (default 65536)\n"
    "  --max-clients N        memory for so many clients (default 64)\n"
    "  --verify-threads N     threads that check signatures (default: one a core; 0: the node's own)\n"
    "  --receipts N           receipts kept in memory (default and least 65536); older ones are read from the logs\n"
    "  --stall-seconds N      a client that neither reads nor finishes its request is dropped "
    "(default 30)\n"
    "  --audit                run every logged turn again, and compare\n"
    "  --expect-receipt HASH  refuse a store that does not hold this receipt\n"
    "  --quiet                print nothing but errors\n"
    "  --help, --version\n";

enum option_code {
    OPT_STORE = 256,
    OPT_UNIX,
    OPT_TCP,
    OPT_CELLS,
    OPT_CLIENTS,
    OPT_RECEIPTS,
    OPT_STALL,
    OPT_VERIFY,
    OPT_AUDIT,
    OPT_EXPECT,
    OPT_QUIET,
    OPT_HELP,
    OPT_VERSION
};

static const struct option options[] = {
    {"store", required_argument, NULL, OPT_STORE},
    {"listen-unix", required_argument, NULL, OPT_UNIX},
    {"listen-tcp", required_argument, NULL, OPT_TCP},
    {"max-cells", required_argument, NULL, OPT_CELLS},
    {"max-clients", required_argument, NULL, OPT_CLIENTS},
    {"receipts", required_argument, NULL, OPT_RECEIPTS},
    {"verify-threads", required_argument, NULL, OPT_VERIFY},
    {"stall-seconds", required_argument, NULL, OPT_STALL},
    {"audit", no_argument, NULL, OPT_AUDIT},
    {"expect-receipt", required_argument, NULL, OPT_EXPECT},
    {"quiet", no_argument, NULL, OPT_QUIET},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

_Noreturn void fm_panic(const char *file, int line, const char *what)
{
    /* Before anything else is written: a node that is wrong about itself must not touch its store. */
    fprintf(stderr, "dreggd: %s:%d: assertion failed: %s\n", file, line, what);
    abort();
}

static uint32_t number(const char *name, const char *text, uint32_t lo, uint32_t hi)
{
    char *end;
    unsigned long v;

    errno = 0;
    v = strtoul(text, &end, 10);
    if (errno != 0 || *end != '\0' || end == text || v < lo || v > hi) {
        fprintf(stderr, "dreggd: --%s takes a number from %u to %u, got '%s'\n", name, lo, hi,
                text);
        exit(2);
    }
    return (uint32_t)v;
}

static void hash_argument(const char *text, uint8_t hash[32])
{
    for (size_t i = 0; i < 32; i++) {
        char pair[3] = {text[2 * i], text[2 * i] != '\0' ? text[2 * i + 1] : '\0', '\0'};
        char *end;

        hash[i] = (uint8_t)strtoul(pair, &end, 16);
        if (end != pair + 2 || (i == 31 && text[64] != '\0')) {
            fprintf(stderr, "dreggd: --expect-receipt takes 64 hexadecimal digits\n");
            exit(2);
        }
    }
}

static void parse(struct node_config *c, int argc, char **argv)
{
    static uint8_t expect[32];
    static char socket_path[4096];
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    int code;

    *c = (struct node_config){
        .tcp_port = -1, .max_clients = 64, .max_cells = 65536, .receipts = 65536, .stall_s = 30};
    c->verify_threads = cores < 1 ? 1U : cores > (long)VERIFY_THREADS_MAX ? VERIFY_THREADS_MAX : (uint32_t)cores;
    while ((code = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (code) {
        case OPT_STORE:
            c->dir = optarg;
            break;
        case OPT_UNIX:
            c->unix_path = optarg;
            break;
        case OPT_TCP:
            c->tcp_port = (int)number("listen-tcp", optarg, 0, 65535);
            break;
        case OPT_CELLS:
            c->max_cells = number("max-cells", optarg, 3, 1U << 26);
            break;
        case OPT_CLIENTS:
            c->max_clients = number("max-clients", optarg, 1, 65536);
            break;
        case OPT_RECEIPTS:
            c->receipts = number("receipts", optarg, NODE_RECEIPTS_MIN, 1U << 26);
            break;
        case OPT_VERIFY:
            c->verify_threads = number("verify-threads", optarg, 0, VERIFY_THREADS_MAX);
            break;
        case OPT_STALL:
            c->stall_s = number("stall-seconds", optarg, 1, 86400);
            break;
        case OPT_AUDIT:
            c->audit = HOST_AUDIT;
            break;
        case OPT_EXPECT:
            hash_argument(optarg, expect);
            c->expect = expect;
            break;
        case OPT_QUIET:
            c->quiet = true;
            break;
        case OPT_HELP:
            fputs(usage, stdout);
            exit(0);
        case OPT_VERSION:
            puts("dreggd 0.1 (store version 1, turn version 1)");
            exit(0);
        default:
            fputs("Try 'dreggd --help'.\n", stderr);
            exit(2);
        }
    }
    if (c->dir == NULL || optind != argc) {
        fputs(usage, stderr);
        exit(2);
    }
    if (c->unix_path == NULL) {
        snprintf(socket_path, sizeof socket_path, "%s/socket", c->dir);
        c->unix_path = socket_path;
    }
}

/* Receipts of the log go into memory as they are found, so that a turn sent again after a crash gets its own. */
static fm_err remember(void *cookie, const struct fm_log_frame *frame, const struct fm_log_turn *turn)
{
    struct node *n = cookie;
    uint8_t hash[32];

    (void)frame;
    if (n->receipts.ring == NULL) {
        fm_err err = receipts_init(&n->receipts, n->config.receipts, turn->receipt.head.seq);

        if (err != FM_OK) {
            return err;
        }
    }
    fm_receipt_hash(&turn->receipt, hash);
    receipts_add(&n->receipts, &turn->receipt, hash);
    return FM_OK;
}

static fm_err take_memory(struct node *n)
{
    size_t each = NODE_IN_BYTES + NODE_OUT_BYTES;

    n->conns = calloc(n->config.max_clients, sizeof *n->conns);
    n->buffers = malloc(n->config.max_clients * each);
    n->waiting = malloc(FM_BATCH_TURNS_MAX * sizeof *n->waiting);
    n->batch_items = malloc(FM_BATCH_TURNS_MAX * sizeof *n->batch_items);
    n->run = malloc(sizeof *n->run);
    n->turn = malloc(sizeof *n->turn);
    n->sealed = malloc(sizeof *n->sealed);
    if (n->conns == NULL || n->buffers == NULL || n->waiting == NULL || n->batch_items == NULL || n->run == NULL ||
        n->turn == NULL || n->sealed == NULL) {
        return host_fail(&n->error, FM_E_NO_SPACE, "clients need %zu bytes",
                         n->config.max_clients * each);
    }
    for (uint32_t i = 0; i < n->config.max_clients; i++) {
        n->conns[i].fd = -1;
        n->conns[i].in = n->buffers + i * each;
        n->conns[i].out = n->conns[i].in + NODE_IN_BYTES;
    }
    return n->receipts.ring != NULL ? FM_OK
                                    : receipts_init(&n->receipts, n->config.receipts, n->store.state.top.seq + 1U);
}

static void announce(const struct node *n, const struct host_config *config)
{
    const struct host_recovered *r = &n->store.recovered;
    size_t memory = host_store_memory(config) + receipts_bytes(n->config.receipts) +
                    n->config.max_clients * (size_t)(NODE_IN_BYTES + NODE_OUT_BYTES) +
                    verify_bytes(n->config.verify_threads) + index_bytes(
                            ) + sizeof *n + sizeof *n->run + sizeof *n->sealed;

    if (n->config.quiet) {
        return;
    }
    printf("dreggd: memory at most %.1f MiB for %u cells, %u clients, %u receipts;\n"
           "        while a checkpoint is written, at worst the state's %.1f MiB more\n",
           (double)memory / (1 << 20), n->config.max_cells, n->config.max_clients, n->config.receipts,
           (double)n->store.memory_bytes / (1 << 20));
    printf("dreggd: recovered height %llu, seq %llu: checkpoint at %llu, %llu turns from %.1f MiB "
           "of log in %.3f s%s%s\n",
           (unsigned long long)n->store.state.top.height,
           (unsigned long long)n->store.state.top.seq, (unsigned long long)r->checkpoint_height,
           (unsigned long long)r->turns, (double)r->log_bytes / (1 << 20), r->seconds,
           r->torn ? ", a torn batch that was never acknowledged was dropped" : "",
           n->config.audit == HOST_AUDIT ? ", each run again" : "");
    if (n->config.tcp_port >= 0) {
        printf("dreggd: listening on 127.0.0.1:%d\n", n->config.tcp_port);
    }
    printf("dreggd: ready on %s\n", n->config.unix_path);
    fflush(stdout);
}

static void refuse(const struct node *n, fm_err err)
{
    fprintf(stderr, "dreggd: %s: %s\n", fm_err_name(err),
            n->error.text[0] != '\0' ? n->error.text : fm_err_text(err));
}

int main(int argc, char **argv)
{
    static struct node n;
    const struct host_visit visit = {remember, &n};
    struct host_config config;
    sigset_t signals;
    fm_err err;

    parse(&n.config, argc, argv);
    net_signals(&signals);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    n.started = node_clock();
    host_config_default(&config, n.config.max_cells);
    err = host_store_open(&n.store, n.config.dir, &config, n.config.audit, n.config.expect, NULL, &visit,
                          &n.error);
    if (err != FM_OK) {
        refuse(&n, err);
        return 10 + (int)fm_err_category(err);
    }
    err = take_memory(&n);
    if (err == FM_OK) {
        err = host_store_birth(&n.store, &n.birth, &n.error);
    }
    if (err == FM_OK) {
        err = index_open(&n.index, n.config.dir, &n.store, NULL, &n.error);
    }
    if (err == FM_OK) {
        err = verify_start(&n.verifier, n.config.verify_threads, n.store.state.top.ledger);
    }
    if (err == FM_OK) {
        err = net_listen(&n);
    }
    if (err == FM_OK) {
        announce(&n, &config);
        err = net_loop(&n);
        net_close(&n);
    }
    if (err != FM_OK) {
        refuse(&n, err);
    } else if (!n.config.quiet) {
        printf("dreggd: stopped at height %llu, seq %llu\n",
               (unsigned long long)n.store.state.top.height,
               (unsigned long long)n.store.state.top.seq);
    }
    verify_stop(&n.verifier);
    index_close(&n.index);
    host_store_close(&n.store);
    receipts_free(&n.receipts);
    return err == FM_OK ? 0 : 10 + (int)fm_err_category(err);
}
