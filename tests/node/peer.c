/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/node/peer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void nap(void)
{
    const struct timespec t = {0, 10000000};

    nanosleep(&t, NULL);
}

void peer_remove(struct peer_node *n)
{
    char command[128];

    snprintf(command, sizeof command, "rm -rf '%s'", n->dir);
    if (system(command) != 0) {
        abort();
    }
}

void peer_store(struct peer_node *n, const char *name, uint8_t seed)
{
    static struct host_store s;
    struct host_config config;
    struct host_error e = {.text = ""};
    struct fm_params params;
    const uint8_t salt[32] = {seed};
    fm_err err;

    memset(n, 0, sizeof *n);
    snprintf(n->dir, sizeof n->dir, "build/test/%s.%d", name, (int)getpid());
    peer_remove(n);
    host_config_default(&config, 256);
    config.log_bytes = 8U << 20;
    fm_params_default(&params);
    actor_keys(&n->treasury, seed);
    err = host_store_create(n->dir, &config, &params, n->treasury.pk, salt, &e);
    if (err == FM_OK) {
        err = host_store_open(&s, n->dir, &config, HOST_REPLAY, NULL, NULL, NULL, &e);
    }
    if (err != FM_OK) {
        fprintf(stderr, "peer: %s: %s\n", fm_err_name(err), e.text);
        abort();
    }
    memcpy(n->treasury.id, s.state.cells[1].header.id, 32);
    memcpy(n->ledger, s.state.top.ledger, 32);
    host_store_close(&s);
}

int peer_connect(const struct peer_node *n)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    snprintf(un.sun_path, sizeof un.sun_path, "%s/socket", n->dir);
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &(int){4 << 20},
                     sizeof(int)); /* a pipeline towards a node that stands still */
    if (fd >= 0 && connect(fd, (struct sockaddr *)&un, sizeof un) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

void peer_start(struct peer_node *n, const char *preload, const char *const *options)
{
    const char *const fixed[] = {"dreggd", "--quiet", "--max-cells", "256", "--store", n->dir};
    char words[16][96];
    char *argv[16] = {NULL};
    size_t argc = 0;

    for (; argc < FM_ARRAY_LEN(fixed); argc++) {
        snprintf(words[argc], sizeof words[argc], "%s", fixed[argc]);
        argv[argc] = words[argc];
    }
    for (; options != NULL && *options != NULL && argc < 15; argc++) {
        snprintf(words[argc], sizeof words[argc], "%s", *options++);
        argv[argc] = words[argc];
    }
    n->pid = fork();
    if (n->pid == 0) {
        if (preload != NULL) {
            setenv("LD_PRELOAD", preload, 1);
        }
        execv("build/host/bin/dreggd", argv);
        _exit(127);
    }
    for (int i = 0; i < 3000; i++) {
        int fd = peer_connect(n);

        if (fd >= 0) {
            close(fd);
            return;
        }
        nap();
    }
    abort();
}

int peer_stop(struct peer_node *n, int signal)
{
    int status = 0;

    if (signal != 0) {
        kill(n->pid, signal);
    }
    if (waitpid(n->pid, &status, 0) != n->pid) {
        abort();
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void peer_send(int fd, uint8_t kind, uint32_t tag, const void *payload, size_t n)
{
    uint8_t bytes[FM_MSG_REQUEST_MAX];
    struct fm_writer w;

    fm_writer_init(&w, bytes, sizeof bytes);
    fm_msg_put_head(&w, kind, tag, (uint32_t)n);
    fm_put_bytes(&w, payload, n);
    for (size_t at = 0; at < w.len;) {
        ssize_t put = send(fd, bytes + at, w.len - at, MSG_NOSIGNAL);

        if (put <= 0) {
            return;
        }
        at += (size_t)put;
    }
}

static bool take(int fd, uint8_t *out, size_t n)
{
    while (n > 0) {
        ssize_t got = read(fd, out, n);

        if (got <= 0) {
            return false;
        }
        out += got;
        n -= (size_t)got;
    }
    return true;
}

bool peer_answer(int fd, struct peer_answer *a)
{
    uint8_t head[FM_MSG_HEAD_BYTES];

    return take(fd, head, sizeof head) &&
           fm_msg_look(head, sizeof head, FM_MSG_ANSWER_MAX, &a->head) == FM_MSG_WHOLE_HEAD &&
           take(fd, a->payload, a->head.payload_bytes);
}

struct fm_msg_outcome peer_outcome(const struct peer_answer *a)
{
    struct fm_msg_outcome o = {.status = 255};
    struct fm_reader r;

    fm_reader_init(&r, a->payload, a->head.payload_bytes);
    if (a->head.kind != FM_MSG_TURN || !fm_msg_get_outcome(&r, &o)) {
        o.status = 255;
    }
    return o;
}

size_t peer_transfer(const struct peer_node *n, uint64_t nonce, const struct actor *signer,
                     uint8_t wire[FM_TURN_BYTES_MAX])
{
    struct fm_turn_maker m;
    const uint8_t zero[32] = {0};
    uint8_t factory[32];

    fm_cell_id(zero, 0, 2, factory);
    fm_turn_begin(&m, wire, FM_TURN_BYTES_MAX, n->ledger, n->treasury.id, nonce, FM_U64_MAX, FM_NEVER);
    fm_turn_self(&m);
    fm_turn_transfer(&m, factory, 1);
    return fm_turn_finish(&m) != 0 ? fm_turn_sign(&m, signer->sk) : 0;
}

uint64_t peer_metric(int fd, const char *name)
{
    static struct peer_answer a;
    const char *at;
    size_t n = strlen(name);

    peer_send(fd, FM_MSG_METRICS, 0, NULL, 0);
    if (!peer_answer(fd, &a)) {
        return FM_U64_MAX;
    }
    a.payload[a.head.payload_bytes] = '\0';
    at = (const char *)a.payload;
    while (at != NULL && *at != '\0') {
        if (strncmp(at, name, n) == 0 && at[n] == ' ') {
            return strtoull(at + n + 1, NULL, 10);
        }
        at = strchr(at, '\n');
        at += at != NULL ? 1 : 0;
    }
    return FM_U64_MAX;
}
