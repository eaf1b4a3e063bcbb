/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints beside turns: one is shipped to a client that does not read while others are taken over it and turns run;
 * what arrives is whole, and the one that was asked for. Many clients ask at once. A client that leaves while it waits.
 */
#include "host/store/store.h"
#include "store/checkpoint.h"
#include "tests/node/peer.h"
#include "tests/tap.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define CELLS 6000U
#define CELLS_A_TURN 60U

static struct peer_answer answer;

static void run_transfer(struct peer_node *n, int fd, unsigned *good)
{
    uint8_t wire[FM_TURN_BYTES_MAX];
    size_t bytes = peer_transfer(n, n->nonce, &n->treasury, wire);

    peer_send(fd, FM_MSG_TURN, 1, wire, bytes);
    *good += peer_answer(fd, &answer) && peer_outcome(&answer).status == FM_COMMITTED ? 1U : 0U;
    n->nonce++;
}

static unsigned make_cells(struct peer_node *n, int fd)
{
    unsigned good = 0;

    for (unsigned i = 0; i < CELLS / CELLS_A_TURN; i++) {
        uint8_t wire[FM_TURN_BYTES_MAX];
        struct fm_create create = {.nslots = 1, .nfields = 8};
        struct fm_turn_maker m;
        size_t bytes;

        memcpy(create.owner_pk, n->treasury.pk, 32);
        fm_turn_begin(&m, wire, sizeof wire, n->ledger, n->treasury.id, n->nonce, FM_U64_MAX, FM_NEVER);
        fm_turn_self(&m);
        for (create.salt = 0; create.salt < CELLS_A_TURN; create.salt++) {
            fm_turn_create(&m, &create);
        }
        bytes = fm_turn_finish(&m) != 0 ? fm_turn_sign(&m, n->treasury.sk) : 0;
        peer_send(fd, FM_MSG_TURN, i, wire, bytes);
        good += peer_answer(fd, &answer) && peer_outcome(&answer).status == FM_COMMITTED ? 1U : 0U;
        n->nonce++;
    }
    return good;
}

/* Reads a shipped checkpoint to its end into a state. The receipt hash that it is of, or false. */
static bool take_shipped(int fd, uint8_t receipt_hash[32], uint64_t *bytes)
{
    struct fm_checkpoint_reader *r = calloc(1, sizeof *r);
    struct fm_state *state = calloc(1, sizeof *state);
    struct host_config config;
    struct fm_arena arena;
    uint8_t *buf = malloc(FM_CHECKPOINT_CELL_MAX);
    bool ok;

    host_config_default(&config, 8192);
    arena = (struct fm_arena){calloc(1, fm_state_size(&config.state)), fm_state_size(&config.state), 0};
    ok = r != NULL && state != NULL && buf != NULL && arena.base != NULL &&
         fm_state_init(state, &config.state, &arena) == FM_OK;
    *bytes = 0;
    if (ok) {
        fm_checkpoint_read_begin(r, state, buf);
    }
    while (ok && (ok = peer_answer(fd, &answer) && answer.head.kind == FM_MSG_SHIP) && answer.head.payload_bytes > 0U) {
        ok = fm_checkpoint_read(r, answer.payload, answer.head.payload_bytes) == FM_OK;
        *bytes += answer.head.payload_bytes;
    }
    ok = ok && fm_checkpoint_read_end(r) == FM_OK;
    if (ok) {
        memcpy(receipt_hash, state->receipt_hash, 32);
    }
    free(arena.base);
    free(buf);
    free(state);
    free(r);
    return ok;
}

static bool take_checkpoint(int fd, uint64_t *seq)
{
    const uint8_t restart = 0;
    struct fm_reader r;

    peer_send(fd, FM_MSG_CHECKPOINT, 9, &restart, 1);
    if (!peer_answer(fd, &answer) || answer.head.kind != FM_MSG_CHECKPOINT) {
        return false;
    }
    fm_reader_init(&r, answer.payload, answer.head.payload_bytes);
    (void)fm_get_u64(&r);
    *seq = fm_get_u64(&r);
    return !r.bad;
}

static void test_slow(struct peer_node *n, int fd)
{
    int slow = peer_connect(n);
    uint8_t wanted[32];
    uint8_t got[32];
    unsigned good = 0;
    unsigned taken = 0;
    uint64_t bytes;
    uint64_t seq = 0;

    peer_send(fd, FM_MSG_HEAD, 3, NULL, 0);
    (void)peer_answer(fd, &answer);
    memcpy(wanted, answer.payload + sizeof(struct fm_top) + 32U, 32);
    peer_send(slow, FM_MSG_SHIP, 4, NULL, 0);
    while (peer_metric(fd, "checkpoints") == 0U) {
    }
    for (unsigned i = 0; i < 5; i++) {
        run_transfer(n, fd, &good);
        taken += take_checkpoint(fd, &seq) && seq == n->nonce ? 1U : 0U;
    }
    TAP_EQ(good, 5, "SHP0002 turns run while a client holds up its checkpoint");
    TAP_EQ(taken, 5, "SHP0003 and five more are taken, each of the state that was asked for");
    TAP_OK(take_shipped(slow, got, &bytes) && memcmp(got, wanted, 32) == 0,
           "SHP0004 what the slow client got is whole, under its root, and of the moment that it asked");
    TAP_OK(bytes > 1000000U, "SHP0005 and more than any buffer holds");
    close(slow);
}

static void test_crowd(struct peer_node *n, int fd)
{
    int crowd[8];
    unsigned whole = 0;
    unsigned good = 0;
    uint64_t bytes;
    uint64_t before = peer_metric(fd, "checkpoints");

    for (int i = 0; i < 8; i++) {
        crowd[i] = peer_connect(n);
        run_transfer(n, fd, &good);
        peer_send(crowd[i], FM_MSG_SHIP, (uint32_t)i, NULL, 0);
    }
    close(crowd[7]);
    for (int i = 0; i < 7; i++) {
        uint8_t hash[32];

        whole += take_shipped(crowd[i], hash, &bytes) ? 1U : 0U;
        close(crowd[i]);
    }
    TAP_EQ(whole, 7, "SHP0006 eight ask at different moments, one leaves: seven whole checkpoints");
    TAP_OK(peer_metric(fd, "checkpoints") - before <= 9U, "SHP0007 and none more than was asked for");
    TAP_EQ(peer_metric(fd, "checkpoints_failed"), 0, "SHP0008 none failed");
}

int main(void)
{
    const char *const options[] = {"--max-cells", "8192", NULL};
    struct peer_node n;
    unsigned good;
    int fd;

    signal(SIGPIPE, SIG_IGN);
    peer_store(&n, "ship", 5);
    peer_start(&n, NULL, options);
    fd = peer_connect(&n);
    good = make_cells(&n, fd);
    TAP_EQ(good, CELLS / CELLS_A_TURN, "SHP0001 six thousand cells");
    test_slow(&n, fd);
    test_crowd(&n, fd);
    close(fd);
    TAP_EQ(peer_stop(&n, SIGTERM), 0, "SHP0009 the node stops cleanly");
    peer_remove(&n);
    return tap_done();
}
