/* SPDX-License-Identifier: Apache-2.0 */
/* Sockets: many clients, any segmentation, bounded memory, nobody waits for anybody else. */
#include "host/node/node.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* What an epoll event is about: a listener, the signals, or a connection. */
#define TAG_SIGNAL 0xfffffff0U
#define TAG_VERDICT 0xfffffff1U
#define TAG_LISTENER 0xfffffff2U
#define EVENTS_MAX 256
#define SLEEP_MS 1000
#define CHECKPOINT_LOOK_MS 10 /* whether the child that writes one has ended */

double node_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static bool watch(struct node *n, int fd, uint32_t tag, uint32_t events, int op)
{
    struct epoll_event e = {.events = events, .data = {.u32 = tag}};

    return epoll_ctl(n->epoll_fd, op, fd, &e) == 0;
}

static fm_err listen_on(struct node *n, int i, int fd, const struct sockaddr *addr, socklen_t len,
                        const char *name)
{
    n->listeners[i] = fd;
    if (fd < 0 || bind(fd, addr, len) != 0 || listen(fd, 128) != 0 ||
        !watch(n, fd, TAG_LISTENER + (uint32_t)i, EPOLLIN, EPOLL_CTL_ADD)) {
        return host_fail(&n->error, FM_E_NODE_GONE, "listening on %s: %s", name, strerror(errno));
    }
    return FM_OK;
}

static fm_err listen_unix(struct node *n)
{
    struct sockaddr_un addr = {.sun_family = AF_UNIX};
    size_t len = strlen(n->config.unix_path);

    if (len >= sizeof addr.sun_path) {
        return host_fail(&n->error, FM_E_NODE_GONE, "%s: a socket's path has at most %zu bytes",
                         n->config.unix_path, sizeof addr.sun_path - 1U);
    }
    memcpy(addr.sun_path, n->config.unix_path, len + 1U);
    unlink(n->config.unix_path); /* the store's lock says that no other node of this store lives */
    return listen_on(n, 0, socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0),
                     (struct sockaddr *)&addr, sizeof addr, n->config.unix_path);
}

static fm_err listen_tcp(struct node *n)
{
    struct sockaddr_in addr = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)n->config.tcp_port),
                               .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof addr;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int one = 1;
    fm_err err;

    if (fd >= 0) {
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    }
    n->listener_is_tcp[1] = 1;
    err = listen_on(n, 1, fd, (struct sockaddr *)&addr, sizeof addr, "loopback");
    if (err == FM_OK && getsockname(fd, (struct sockaddr *)&addr, &len) == 0) {
        n->config.tcp_port = ntohs(addr.sin_port);
    }
    return err;
}

void net_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
}

fm_err net_listen(struct node *n)
{
    sigset_t set;
    fm_err err = FM_OK;

    net_signals(&set);
    n->listeners[0] = n->listeners[1] = -1;
    n->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    n->signal_fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (n->epoll_fd < 0 || n->signal_fd < 0 ||
        !watch(n, n->signal_fd, TAG_SIGNAL, EPOLLIN, EPOLL_CTL_ADD)) {
        return host_fail(&n->error, FM_E_NODE_GONE, "epoll: %s", strerror(errno));
    }
    if (n->verifier.nthreads > 0U && !watch(n, n->verifier.wake_fd, TAG_VERDICT, EPOLLIN, EPOLL_CTL_ADD)) {
        return host_fail(&n->error, FM_E_NODE_GONE, "epoll: %s", strerror(errno));
    }
    if (n->config.unix_path != NULL) {
        err = listen_unix(n);
    }
    if (err == FM_OK && n->config.tcp_port >= 0) {
        err = listen_tcp(n);
    }
    return err;
}

void net_close(struct node *n)
{
    for (uint32_t i = 0; i < n->config.max_clients; i++) {
        if (n->conns[i].fd >= 0) {
            close(n->conns[i].fd);
        }
    }
    for (int i = 0; i < NODE_LISTENERS; i++) {
        if (n->listeners[i] >= 0) {
            close(n->listeners[i]);
        }
    }
    if (n->config.unix_path != NULL) {
        unlink(n->config.unix_path);
    }
    close(n->epoll_fd);
    close(n->signal_fd);
}

static void accept_clients(struct node *n, int listener)
{
    int fd;

    while ((fd = accept4(n->listeners[listener], NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        uint32_t i = 0;
        int one = 1;

        while (i < n->config.max_clients && n->conns[i].fd >= 0) {
            i++;
        }
        if (i == n->config.max_clients) {
            /* Said once, as far as the socket takes it, and closed: the others are served on. */
            uint8_t text[128];
            struct fm_writer w;
            const struct fm_why why = {FM_E_TOO_MANY_CLIENTS, 0, "clients", n->config.max_clients,
                                       i};

            fm_writer_init(&w, text, sizeof text);
            fm_msg_put_error(&w, 0, &why);
            (void)!write(fd, text, w.len);
            close(fd);
            n->metrics.clients_refused++;
            continue;
        }
        if (n->listener_is_tcp[listener]) {
            (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        }
        n->conns[i] = (struct conn){
            .fd = fd, .since = node_clock(), .in = n->conns[i].in, .out = n->conns[i].out};
        if (!watch(n, fd, i, EPOLLIN | EPOLLRDHUP, EPOLL_CTL_ADD)) {
            close(fd);
            n->conns[i].fd = -1;
            continue;
        }
        n->metrics.clients++;
    }
}

static void drop(struct node *n, struct conn *c, bool fault)
{
    ahead_drop(n, c);
    ship_drop(c);
    close(c->fd); /* leaves the epoll set by itself */
    c->fd = -1;
    n->metrics.clients--;
    n->metrics.clients_dropped += fault ? 1U : 0U;
}

/* Takes what the socket has, as far as the buffer takes it. */
static void read_some(struct node *n, struct conn *c)
{
    if (c->in_at > 0) {
        memmove(c->in, c->in + c->in_at, c->in_len - c->in_at);
        c->in_len -= c->in_at;
        c->ahead_at -= c->ahead_at < c->in_at ? c->ahead_at : c->in_at;
        c->fetched_at -= c->fetched_at < c->in_at ? c->fetched_at : c->in_at;
        c->in_at = 0;
    }
    while (c->in_len < NODE_IN_BYTES && !c->half_closed) {
        ssize_t got = read(c->fd, c->in + c->in_len, NODE_IN_BYTES - c->in_len);

        if (got > 0) {
            c->in_len += (uint32_t)got;
            c->since = node_clock();
        } else if (got == 0) {
            c->half_closed = true;
        } else if (errno == EINTR) {
            continue;
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            return;
        } else {
            drop(n, c, false);
            return;
        }
    }
}

/* Sends what is durable (D2). */
static void write_some(struct node *n, struct conn *c)
{
    while (c->out_at < c->out_ready) {
        ssize_t put = send(c->fd, c->out + c->out_at, c->out_ready - c->out_at, MSG_NOSIGNAL);

        if (put > 0) {
            c->out_at += (uint32_t)put;
            c->since = node_clock();
        } else if (put < 0 && errno == EINTR) {
            continue;
        } else if (put < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            break;
        } else {
            drop(n, c, false);
            return;
        }
    }
    if (c->out_at > 0) {
        memmove(c->out, c->out + c->out_at, c->out_len - c->out_at);
        c->out_len -= c->out_at;
        c->out_ready -= c->out_at;
        c->out_at = 0;
    }
}

/* What a connection waits for now; and whether it has come to its end. */
static void settle(struct node *n, uint32_t i)
{
    struct conn *c = &n->conns[i];
    uint32_t events = EPOLLRDHUP;
    bool owes = !c->waits && (c->out_ready > 0 || c->in_len > c->in_at);

    if (c->out_ready == 0 && !c->shipping && !c->waits && (c->closing || c->half_closed)) {
        drop(n, c, false);
        return;
    }
    if (owes && node_clock() - c->since > n->config.stall_s) {
        drop(n, c, true);
        return;
    }
    if (!c->half_closed && !c->closing && c->in_len - c->in_at < NODE_IN_BYTES / 2U) {
        events |= EPOLLIN;
    }
    if (c->half_closed) {
        events = 0;
    }
    if (c->out_ready > 0) {
        events |= EPOLLOUT;
    }
    (void)watch(n, c->fd, i, events, EPOLL_CTL_MOD);
}

/* Whether the next thing that a connection sent can be served now: it is whole, its answer has room, nothing holds it
 * up. */
static bool can_go_on(const struct node *n, const struct conn *c)
{
    struct fm_msg_head head;

    if (c->closing || c->shipping || c->waits || NODE_OUT_BYTES - c->out_len < FM_MSG_ANSWER_MAX ||
        ahead_whole(c, c->in_at, &head) == 0U) {
        return false;
    }
    return head.kind != FM_MSG_TURN || !ahead_waits(n, c);
}

/* One round: turns of all clients into one batch; commit; then reads, from D alone (D1); then sending. */
static bool serve_round(struct node *n)
{
    bool more = false;

    verify_reap(&n->verifier);
    for (uint32_t i = 0; i < n->config.max_clients; i++) {
        if (n->conns[i].fd >= 0 && n->conns[i].in_len > n->conns[i].in_at) {
            ahead_look(n, &n->conns[i]);
            (void)serve_turns(n, i);
        }
    }
    serve_commit(n);
    ship_poll(n);
    for (uint32_t i = 0; i < n->config.max_clients; i++) {
        struct conn *c = &n->conns[i];

        if (c->fd < 0) {
            continue;
        }
        serve_reads(n, i);
        write_some(n, c);
        if (c->fd >= 0) {
            /* What found room meanwhile: go round again without sleeping. */
            more = more || can_go_on(n, c);
            more = more || (c->shipping && c->out_len == 0);
            settle(n, i);
        }
    }
    return more;
}

static void handle_event(struct node *n, const struct epoll_event *e, bool *ending)
{
    uint32_t tag = e->data.u32;

    if (tag == TAG_SIGNAL) {
        struct signalfd_siginfo info;

        *ending = read(n->signal_fd, &info, sizeof info) > 0;
    } else if (tag == TAG_VERDICT) {
        return; /* cleared after the sleep */
    } else if (tag >= TAG_LISTENER) {
        accept_clients(n, (int)(tag - TAG_LISTENER));
    } else if (n->conns[tag].fd >= 0 &&
               (e->events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0U) {
        read_some(n, &n->conns[tag]);
    }
}

/* Waits for events, and for the next verdict if turns wait for one; more: only looks. Their number, or -errno. */
static int wait_events(struct node *n, struct epoll_event events[EVENTS_MAX], bool more)
{
    bool waits = false;
    int sleep_ms = n->store.checkpointing.pid != 0 ? CHECKPOINT_LOOK_MS : SLEEP_MS;
    int got;

    if (!more && n->verifier.nthreads > 0U) {
        verify_before_sleep(&n->verifier);
        for (uint32_t i = 0; i < n->config.max_clients; i++) {
            waits = waits || (n->conns[i].fd >= 0 && can_go_on(n, &n->conns[i]));
        }
    }
    /* A verdict that came before we asked to be woken for it is seen here. */
    got = epoll_wait(n->epoll_fd, events, EVENTS_MAX, more || waits ? 0 : sleep_ms);
    got = got < 0 ? -errno : got;
    if (!more && n->verifier.nthreads > 0U) {
        verify_after_sleep(&n->verifier);
    }
    return got;
}

fm_err net_loop(struct node *n)
{
    struct epoll_event events[EVENTS_MAX];
    bool ending = false;
    bool more = false;

    while (!ending && !n->stopped) {
        int got;

        /* Nothing can run: rather than sleep, take a signature that no thread has taken. */
        more = more || verify_help(&n->verifier);
        got = wait_events(n, events, more);

        if (got < 0 && got != -EINTR) {
            return host_fail(&n->error, FM_E_NODE_GONE, "epoll: %s", strerror(-got));
        }
        for (int i = 0; i < got; i++) {
            handle_event(n, &events[i], &ending);
        }
        more = serve_round(n);
        more = host_store_mend(&n->store) || more; /* the answers have left */
    }
    /* What was answered leaves; what was not begun is left to the client. */
    for (uint32_t i = 0; i < n->config.max_clients; i++) {
        if (n->conns[i].fd >= 0) {
            write_some(n, &n->conns[i]);
        }
    }
    return n->stopped ? FM_E_STORE_STOPPED : FM_OK;
}
