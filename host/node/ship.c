/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints: a child process writes one while turns go on (host/store/checkpoint.c); who asked for it waits, and
 * nobody else. One that is shipped is read from a descriptor of the connection's own, so a slow client gets the
 * whole of the one that it asked for, however many are taken meanwhile.
 */
#include "host/node/node.h"
#include "host/store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHIP_PIECE_BYTES 65536U

void ship_drop(struct conn *c)
{
    if (c->shipping) {
        close(c->ship_fd);
    }
    c->shipping = false;
    c->waits = false;
}

void ship_piece(struct node *n, struct conn *c)
{
    struct fm_writer w = out_writer(c);
    uint64_t left = c->ship_bytes - c->ship_at;
    size_t bytes = left < SHIP_PIECE_BYTES ? (size_t)left : SHIP_PIECE_BYTES;

    (void)n;
    fm_msg_put_head(&w, FM_MSG_SHIP, c->ship_tag, (uint32_t)bytes);
    if (bytes > 0U && !files_read(c->ship_fd, c->ship_at, w.buf + w.len, bytes)) {
        answer_error(c, c->ship_tag, FM_E_STORE_IO, "checkpoint", c->ship_bytes, c->ship_at);
        ship_drop(c);
        return;
    }
    w.len += bytes;
    c->ship_at += bytes;
    out_done(c, &w);
    if (bytes == 0U) {
        ship_drop(c);
    }
}

static void begin_ship(struct node *n, struct conn *c)
{
    int fd = n->store.fds[FM_AREA_CHECKPOINT_0 + (1U - n->store.next_checkpoint)];
    struct stat st;

    c->ship_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    if (c->ship_fd < 0 || fstat(c->ship_fd, &st) != 0) {
        answer_error(c, c->ship_tag, FM_E_STORE_IO, "checkpoint", 0, (uint64_t)errno);
        return;
    }
    c->shipping = true;
    c->ship_at = 0;
    c->ship_bytes = (uint64_t)st.st_size;
    ship_piece(n, c);
}

static void answer_checkpoint(struct node *n, struct conn *c)
{
    const struct host_checkpointing *p = &n->store.last_checkpoint;
    struct fm_writer w = out_writer(c);

    fm_msg_put_head(&w, FM_MSG_CHECKPOINT, c->ship_tag, 80);
    fm_put_u64(&w, p->height);
    fm_put_u64(&w, p->seq);
    fm_put_bytes(&w, p->receipt_hash, 32);
    fm_put_bytes(&w, p->root, 32);
    out_done(c, &w);
}

/* The checkpoint that a connection waits for is there. */
static void serve(struct node *n, struct conn *c)
{
    c->waits = false;
    if (c->wait_ship) {
        begin_ship(n, c);
    } else {
        answer_checkpoint(n, c);
    }
}

/* The last checkpoint is of the state as it is. */
static bool is_fresh(const struct node *n)
{
    const struct host_checkpointing *p = &n->store.last_checkpoint;

    return n->store.checkpoints > 0U && memcmp(p->receipt_hash, n->store.state.receipt_hash, 32) == 0;
}

void ship_request(struct node *n, struct conn *c, uint32_t tag, struct fm_reader *r, bool ship)
{
    uint8_t restart = ship ? 0 : fm_get_u8(r);
    fm_err err = FM_OK;

    if (!fm_reader_end(r) || restart > 1U) {
        answer_error(c, tag, FM_E_BAD_MESSAGE, ship ? "ship request" : "restart", ship ? 0 : 1,
                     ship ? r->len : restart);
        return;
    }
    if (restart == 1U && host_store_rotate(&n->store, &n->error) != FM_OK) {
        n->stopped = true;
        answer_error(c, tag, FM_E_STORE_STOPPED, "log", 0, 0);
        return;
    }
    c->ship_tag = tag;
    c->wait_ship = ship;
    c->wait_height = n->store.state.top.height;
    if (is_fresh(n)) {
        serve(n, c);
        return;
    }
    if (n->store.checkpointing.pid == 0) {
        err = host_checkpoint_begin(&n->store, &n->error);
    }
    if (err != FM_OK) {
        answer_error(c, tag, err, "checkpoint", 0, 0);
        return;
    }
    c->waits = true;
}

/* What a connection that waits has come to: an answer, an error, or more waiting. Whether it waits on. */
static bool settle_one(struct node *n, struct conn *c, fm_err err)
{
    if (err != FM_OK) {
        c->waits = false;
        answer_error(c, c->ship_tag, err, "checkpoint", 0, 0);
    } else if (n->store.last_checkpoint.height >= c->wait_height) {
        serve(n, c);
    }
    return c->waits;
}

void ship_poll(struct node *n)
{
    uint64_t before = n->store.checkpoints + n->store.checkpoints_failed;
    bool more = false;
    bool ended;
    fm_err err = host_checkpoint_poll(&n->store, false, &ended, &n->error);

    if (err == FM_E_STORE_STOPPED) {
        n->stopped = true;
    }
    if (!ended && before == n->ship_seen) {
        return;
    }
    n->ship_seen = n->store.checkpoints + n->store.checkpoints_failed;
    for (uint32_t i = 0; i < n->config.max_clients; i++) {
        struct conn *c = &n->conns[i];

        more = (c->fd >= 0 && c->waits && settle_one(n, c, err)) || more;
    }
    if (more && n->store.checkpointing.pid == 0 && !n->stopped) {
        (void)host_checkpoint_begin(&n->store, &n->error); /* if it cannot, the next poll tells those who wait */
    }
}
