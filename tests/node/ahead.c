/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verdicts ahead of need, over a real node: the same turns get the same answers whether its own thread checks
 * signatures or others do; a key that changes under turns already checked; forged ones between good ones; clients
 * that go away meanwhile; and a node whose disk has failed shows nothing that is not durable.
 */
#include "crypto/sign.h"
#include "tests/node/peer.h"
#include "tests/tap.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BEFORE 100U
#define AFTER 100U

static struct peer_answer answer;

static void send_rotate(struct peer_node *n, int fd, const struct actor *next, uint64_t nonce)
{
    uint8_t wire[FM_TURN_BYTES_MAX];
    uint8_t text[FM_SIGNED_TEXT_BYTES];
    uint8_t sig[64];
    struct fm_turn_maker m;
    size_t bytes;

    fm_rotate_text(n->ledger, n->treasury.id, nonce, next->pk, text);
    fm_ed25519_sign(next->sk, text, sizeof text, sig);
    fm_turn_begin(&m, wire, sizeof wire, n->ledger, n->treasury.id, nonce, FM_U64_MAX, FM_NEVER);
    fm_turn_self(&m);
    fm_turn_rotate(&m, next->pk, sig);
    bytes = fm_turn_finish(&m) != 0 ? fm_turn_sign(&m, n->treasury.sk) : 0;
    peer_send(fd, FM_MSG_TURN, (uint32_t)nonce, wire, bytes);
}

/* Reads `count` answers; how many of them have this status and reason, with tags rising from `tag`. */
static unsigned count_answers(int fd, unsigned count, uint32_t tag, enum fm_status status, fm_err code)
{
    unsigned good = 0;

    for (unsigned i = 0; i < count && peer_answer(fd, &answer); i++) {
        struct fm_msg_outcome o = peer_outcome(&answer);

        good += o.status == status && o.code == code && answer.head.tag == tag + i ? 1U : 0U;
    }
    return good;
}

static void send_transfers(struct peer_node *n, int fd, uint64_t from, unsigned count, const struct actor *signer)
{
    uint8_t wire[FM_TURN_BYTES_MAX];

    for (unsigned i = 0; i < count; i++) {
        size_t bytes = peer_transfer(n, from + i, signer, wire);

        peer_send(fd, FM_MSG_TURN, (uint32_t)(from + i), wire, bytes);
    }
}

#define NODE_OK(cond, what)                                                                        \
    do {                                                                                           \
        char name_text[128];                                                                       \
        snprintf(name_text, sizeof name_text, "%s, %s threads", (what), threads);                  \
        TAP_OK((cond), name_text);                                                                 \
    } while (0)

/* The node stands still while the whole pipeline arrives, so that every signature is looked at before the first turn
 * runs. */
static void test_rotation(struct peer_node *n, const char *threads, const struct actor *next)
{
    int fd = peer_connect(n);
    uint64_t late = peer_metric(fd, "verdicts_late");
    uint64_t ahead = peer_metric(fd, "verdicts_ahead");

    kill(n->pid, SIGSTOP);
    send_transfers(n, fd, n->nonce, BEFORE, &n->treasury);
    send_rotate(n, fd, next, n->nonce + BEFORE);
    send_transfers(n, fd, n->nonce + BEFORE + 1U, AFTER, next);
    send_transfers(n, fd, n->nonce + BEFORE + 1U + AFTER, 1, &n->treasury);
    kill(n->pid, SIGCONT);
    NODE_OK(count_answers(fd, BEFORE + 1U + AFTER, (uint32_t)n->nonce, FM_COMMITTED, FM_OK) == BEFORE + 1U + AFTER,
            "AHD0001 turns before a ROTATE by the old key, after it by the new one, all in one pipeline");
    NODE_OK(count_answers(fd, 1, (uint32_t)(n->nonce + BEFORE + 1U + AFTER), FM_REJECTED, FM_E_BAD_SIGNATURE) == 1,
            "AHD0002 BAD_SIGNATURE: the old key, whose verdict was yes when the turn arrived");
    late = peer_metric(fd, "verdicts_late") - late;
    ahead = peer_metric(fd, "verdicts_ahead") - ahead;
    tap_note_u64("verdicts ahead", ahead);
    tap_note_u64("verdicts asked for again", late);
    NODE_OK(threads[0] == '0' ? ahead == 0 && late == 0 : ahead >= BEFORE && late > 0,
            "AHD0003 verdicts for the old key were dropped and asked for again");
    n->nonce += BEFORE + 1U + AFTER;
    memcpy(n->treasury.pk, next->pk, sizeof next->pk);
    memcpy(n->treasury.sk, next->sk, sizeof next->sk);
    close(fd);
}

static void test_forged(struct peer_node *n, const char *threads)
{
    uint8_t wire[FM_TURN_BYTES_MAX];
    size_t bytes = peer_transfer(n, n->nonce, &n->treasury, wire);
    int fd = peer_connect(n);
    struct fm_receipt receipt;

    wire[bytes - 1U] ^= 1U;
    peer_send(fd, FM_MSG_TURN, 1, wire, bytes);
    peer_send(fd, FM_MSG_TURN, 2, wire, bytes - 1U);
    wire[bytes - 1U] ^= 1U;
    peer_send(fd, FM_MSG_TURN, 3, wire, bytes);
    peer_send(fd, FM_MSG_TURN, 4, wire, bytes);
    NODE_OK(count_answers(fd, 1, 1, FM_REJECTED, FM_E_BAD_SIGNATURE) == 1, "AHD0004 BAD_SIGNATURE: a flipped bit");
    NODE_OK(count_answers(fd, 1, 2, FM_MALFORMED, FM_E_MALFORMED) == 1, "AHD0005 MALFORMED: a byte short");
    NODE_OK(count_answers(fd, 1, 3, FM_COMMITTED, FM_OK) == 1, "AHD0006 the same turn, well signed, runs");
    receipt = peer_outcome(&answer).receipt;
    NODE_OK(count_answers(fd, 1, 4, FM_COMMITTED, FM_OK) == 1 &&
                memcmp(&receipt, &(struct fm_receipt){0}, sizeof receipt) != 0 &&
                memcmp(&receipt, answer.payload + FM_MSG_OUTCOME_BYTES, sizeof receipt) == 0,
            "AHD0007 and sent again it gets its own receipt");
    n->nonce++;
    close(fd);
}

/* Turns of a client that is gone before they ran: run or not, the node goes on, and no job is lost. */
static void test_gone(struct peer_node *n, const char *threads)
{
    uint64_t from = n->nonce;
    unsigned good = 0;
    int fd;

    for (int round = 0; round < 20; round++) {
        fd = peer_connect(n);
        send_transfers(n, fd, from + 100U, 60, &n->treasury);
        close(fd);
    }
    fd = peer_connect(n);
    for (unsigned i = 0; i < 6; i++) {
        send_transfers(n, fd, n->nonce, 400, &n->treasury);
        good += count_answers(fd, 400, (uint32_t)n->nonce, FM_COMMITTED, FM_OK);
        n->nonce += 400;
    }
    NODE_OK(good == 2400, "AHD0008 twenty clients go away in mid-flight; 2,400 turns of another run after them");
    close(fd);
}

static void test_threads(const char *threads)
{
    const char *const options[] = {"--verify-threads", threads, NULL};
    struct peer_node n;
    struct actor next;

    peer_store(&n, "ahead", 7);
    peer_start(&n, NULL, options);
    actor_keys(&next, 8);
    test_rotation(&n, threads, &next);
    test_forged(&n, threads);
    test_gone(&n, threads);
    NODE_OK(peer_stop(&n, SIGTERM) == 0, "AHD0009 the node stops cleanly");
    peer_remove(&n);
}

/* The first flush fails. One client's turn is in the batch; another asks for the head, and gets no state that is not
 * durable. */
static void test_stopped(void)
{
    const char *const options[] = {"--verify-threads", "0", NULL};
    uint8_t wire[FM_TURN_BYTES_MAX];
    struct peer_node n;
    size_t bytes;
    int turns;
    int reads;
    bool got;

    peer_store(&n, "stopped", 9);
    setenv("FAILIO_CALL", "fdatasync", 1);
    setenv("FAILIO_AT", "1", 1);
    peer_start(&n, "build/host/test/libfailio.so", options);
    turns = peer_connect(&n);
    reads = peer_connect(&n);
    (void)peer_metric(turns, "seq"); /* both are accepted */
    (void)peer_metric(reads, "seq");
    kill(n.pid, SIGSTOP);
    bytes = peer_transfer(&n, 0, &n.treasury, wire);
    peer_send(turns, FM_MSG_TURN, 1, wire, bytes);
    peer_send(reads, FM_MSG_HEAD, 2, NULL, 0);
    kill(n.pid, SIGCONT);
    TAP_OK(peer_answer(turns, &answer) && peer_outcome(&answer).status == FM_UNSURE,
           "AHD0010 UNSURE: a turn whose flush failed");
    got = peer_answer(reads, &answer);
    TAP_OK(!got || (answer.head.kind == FM_MSG_ERROR && fm_le32(answer.payload) == (uint32_t)FM_E_STORE_STOPPED),
           "AHD0011 STORE_STOPPED: nothing that is not durable is read");
    TAP_EQ(peer_stop(&n, 0), 15, "AHD0012 and the node ends with the status of an I/O error");
    close(turns);
    close(reads);
    peer_remove(&n);
}

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    test_threads("0");
    test_threads("1");
    test_threads("3");
    test_stopped();
    return tap_done();
}
