/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Load: one client that keeps a window of signed transfers under way, and remembers what was acknowledged; and the
 * check, later, that all of that is still there.
 */
#include "crypto/sign.h"
#include "host/cli/cmds.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define REMEMBERED_BYTES 40U /* seq u64 | receipt hash 32 */

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

struct load {
    struct making m;
    uint8_t to[32];
    uint8_t *signed_turns; /* made ahead, with their message heads */
    uint32_t *ends;
    uint64_t turns;
    uint64_t window;
    uint64_t sent;
    uint64_t answered;
    uint64_t committed;
    double *sent_s;    /* when each was sent; then how long until it was answered */
    FILE *remember;
    bool gone;
};

/* All turns are signed before the clock starts: what is measured is the node. */
static int sign_all(struct load *l)
{
    uint32_t at = 0;

    l->signed_turns = malloc(l->turns * 256U);
    l->ends = malloc(l->turns * sizeof *l->ends);
    l->sent_s = malloc(l->turns * sizeof *l->sent_s);
    if (l->signed_turns == NULL || l->ends == NULL || l->sent_s == NULL) {
        return say_error(FM_E_NO_SPACE, "%" PRIu64 " turns", l->turns);
    }
    for (uint64_t i = 0; i < l->turns; i++) {
        struct fm_turn_maker maker;
        struct fm_writer w;
        size_t n;

        fm_turn_begin(&maker, l->signed_turns + at + FM_MSG_HEAD_BYTES, 256U - FM_MSG_HEAD_BYTES,
                      l->m.head.top.ledger, l->m.agent.cell.header.id,
                      l->m.agent.cell.header.nonce + i, FM_U64_MAX, FM_NEVER);
        fm_turn_self(&maker);
        fm_turn_transfer(&maker, l->to, 1);
        n = fm_turn_finish(&maker) != 0 ? fm_turn_sign(&maker, l->m.key.sk) : 0;
        fm_writer_init(&w, l->signed_turns + at, FM_MSG_HEAD_BYTES);
        fm_msg_put_head(&w, FM_MSG_TURN, (uint32_t)i, (uint32_t)n);
        at += (uint32_t)(FM_MSG_HEAD_BYTES + n);
        l->ends[i] = at;
        say_progress("signing", i + 1, l->turns);
    }
    return 0;
}

static void take_answer(struct load *l, struct fm_reader *r, uint8_t kind)
{
    struct fm_msg_outcome o;
    uint8_t line[REMEMBERED_BYTES];

    l->sent_s[l->answered] = now_s() - l->sent_s[l->answered];
    l->answered++;
    if (kind != FM_MSG_TURN || !fm_msg_get_outcome(r, &o) || o.status != FM_COMMITTED) {
        return;
    }
    l->committed++;
    if (l->remember != NULL) {
        fm_put_le64(line, o.receipt.head.seq);
        fm_receipt_hash(&o.receipt, line + 8);
        (void)!fwrite(line, 1, sizeof line, l->remember);
    }
}

/* Reads what has come, and handles each whole answer. False when the node went away. */
static bool take_answers(struct load *l)
{
    struct client *c = &l->m.client;
    ssize_t got = read(c->fd, c->in + c->in_len, FM_MSG_ANSWER_MAX - c->in_len);
    struct fm_msg_head head;
    size_t at = 0;

    if (got <= 0) {
        return got < 0 && errno == EINTR;
    }
    c->in_len += (size_t)got;
    while (fm_msg_look(c->in + at, c->in_len - at, FM_MSG_ANSWER_MAX, &head) == FM_MSG_WHOLE_HEAD &&
           c->in_len - at >= FM_MSG_HEAD_BYTES + head.payload_bytes) {
        struct fm_reader r;

        fm_reader_init(&r, c->in + at + FM_MSG_HEAD_BYTES, head.payload_bytes);
        take_answer(l, &r, head.kind);
        at += FM_MSG_HEAD_BYTES + head.payload_bytes;
    }
    memmove(c->in, c->in + at, c->in_len - at);
    c->in_len -= at;
    return true;
}

/* Sends a chunk of what the window lets through. False when the node went away. */
static bool send_more(struct load *l)
{
    uint64_t upto = l->answered + l->window < l->turns ? l->answered + l->window : l->turns;
    uint32_t from = l->sent == 0 ? 0 : l->ends[l->sent - 1];

    if (upto > l->sent + 64U) {
        upto = l->sent + 64U;
    }
    if (upto == l->sent) {
        return true;
    }
    for (uint64_t i = l->sent; i < upto; i++) {
        l->sent_s[i] = now_s();
    }
    if (!client_send(&l->m.client, l->signed_turns + from, l->ends[upto - 1] - from)) {
        return false;
    }
    l->sent = upto;
    return true;
}

static void run_load(struct load *l)
{
    while (l->answered < l->turns && !l->gone) {
        struct pollfd p = {.fd = l->m.client.fd, .events = POLLIN};

        if (l->sent < l->turns && l->sent - l->answered < l->window) {
            p.events |= POLLOUT;
        }
        if (poll(&p, 1, 10000) <= 0) {
            l->gone = true;
        } else if ((p.revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
            l->gone = !take_answers(l);
        } else if ((p.revents & POLLOUT) != 0) {
            l->gone = !send_more(l);
        }
        say_progress("turns", l->answered, l->turns);
    }
}

/* ------------------------------------------------------------------ latencies */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

static void say_ms(const char *key, double seconds)
{
    char text[32];

    snprintf(text, sizeof text, "%.3f", seconds * 1e3);
    say_text(key, text);
}

/* How long answers took, in powers of two: a line a bucket, for people. */
static void draw(const double *sorted, uint64_t n)
{
    static const char bar[] = "########################################";
    uint64_t i = 0;

    printf("\n  from sending a turn to its durable receipt:\n");
    for (double upto = 0.000125; i < n; upto *= 2.0) {
        uint64_t from = i;

        while (i < n && sorted[i] < upto) {
            i++;
        }
        if (i > from) {
            printf("  %10.3f ms %9" PRIu64 " %.*s\n", upto * 1e3, i - from,
                   (int)(1U + (i - from) * (sizeof bar - 2U) / n), bar);
        }
    }
}

static void say_latencies(struct load *l)
{
    uint64_t n = l->answered;

    if (n == 0U) {
        return;
    }
    qsort(l->sent_s, n, sizeof *l->sent_s, compare);
    say_ms("p50_ms", l->sent_s[n / 2U]);
    say_ms("p90_ms", l->sent_s[n * 9U / 10U]);
    say_ms("p99_ms", l->sent_s[n * 99U / 100U]);
    say_ms("p999_ms", l->sent_s[n * 999U / 1000U]);
    say_ms("max_ms", l->sent_s[n - 1U]);
}

int cmd_bench(const struct args *a)
{
    const char *file = opt_text(a, "remember", NULL);
    struct load *l = calloc(1, sizeof *l);
    double start;
    double seconds;
    int status = l == NULL ? 1 : book_cell(a->words[1], l->to);

    if (status == 0 && (!opt_number(a, "turns", 10000, 1, 10000000, &l->turns) ||
                        !opt_number(a, "window", 512, 1, 100000, &l->window))) {
        status = 2;
    }
    if (status == 0 && file != NULL) {
        l->remember = fopen(file, "wb");
        status = l->remember == NULL ? say_error(FM_E_FILE_IO, "%s: %s", file, strerror(errno)) : 0;
    }
    if (status == 0) {
        status = turn_begin(&l->m, a->words[0], a);
    }
    if (status != 0) {
        free(l);
        return status;
    }
    status = sign_all(l);
    start = now_s();
    if (status == 0) {
        run_load(l);
    }
    seconds = now_s() - start;
    turn_abort(&l->m);
    if (l->remember != NULL) {
        fclose(l->remember);
    }
    if (status == 0) {
        char rate[32];

        snprintf(rate, sizeof rate, "%.0f", (double)l->committed / seconds);
        say_begin();
        say_bool("ok", !l->gone);
        say_u64("sent", l->sent);
        say_u64("acknowledged", l->committed);
        say_text("turns_per_s", rate);
        say_bool("node_gone", l->gone);
        say_latencies(l);
        if (!say_is_json() && l->answered > 0U) {
            draw(l->sent_s, l->answered);
        }
        say_end();
    }
    free(l->signed_turns);
    free(l->ends);
    free(l->sent_s);
    free(l);
    return status;
}

int cmd_recall(const struct args *a)
{
    FILE *in = fopen(a->words[0], "rb");
    uint8_t line[REMEMBERED_BYTES];
    struct client c;
    uint64_t found = 0;
    int status;

    if (in == NULL) {
        return say_error(FM_E_FILE_IO, "%s: %s", a->words[0], strerror(errno));
    }
    status = client_open(&c);
    while (status == 0 && fread(line, 1, sizeof line, in) == sizeof line) {
        uint8_t request[9] = {0};
        struct fm_receipt receipt;
        struct fm_reader r;
        uint8_t hash[32];

        memcpy(request + 1, line, 8);
        status = client_ask(&c, FM_MSG_RECEIPT, request, sizeof request, &r);
        if (status == 0) {
            fm_get_bytes(&r, (uint8_t *)&receipt, sizeof receipt);
            fm_receipt_hash(&receipt, hash);
            if (memcmp(hash, line + 8, 32) != 0) {
                status =
                    say_error(FM_E_LOST, "receipt %" PRIu64 " is another one now", fm_le64(line));
            }
            found++;
        }
    }
    if (c.in != NULL) {
        client_close(&c);
    }
    fclose(in);
    if (status == 0) {
        say_begin();
        say_bool("ok", true);
        say_u64("remembered", found);
        say_u64("found", found);
        say_end();
    }
    return status;
}
