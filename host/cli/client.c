/* SPDX-License-Identifier: Apache-2.0 */
/* Talking to a node: a socket, requests, answers. */
#include "crypto/sign.h"
#include "host/cli/cli.h"

#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const char *address;

void client_address(const char *given)
{
    address = given;
}

static const char *node_address(void)
{
    if (address == NULL) {
        address = getenv("DREGG_NODE");
    }
    return address != NULL ? address : "dregg-store/socket";
}

static int connect_tcp(uint16_t port)
{
    struct sockaddr_in in = {.sin_family = AF_INET,
                             .sin_port = htons(port),
                             .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int one = 1;

    if (fd >= 0 && connect(fd, (struct sockaddr *)&in, sizeof in) != 0) {
        close(fd);
        return -1;
    }
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return fd;
}

static int connect_unix(const char *path)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) >= sizeof un.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(un.sun_path, path, strlen(path) + 1U);
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&un, sizeof un) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

int client_open(struct client *c)
{
    const char *node = node_address();
    uint64_t port;

    c->in_len = 0;
    c->tag = 0;
    if (strncmp(node, "tcp:", 4) == 0) {
        if (!text_number("tcp:PORT", node + 4, 1, 65535, &port)) {
            return 2;
        }
        c->fd = connect_tcp((uint16_t)port);
    } else {
        c->fd = connect_unix(node);
    }
    if (c->fd < 0) {
        return say_error(FM_E_NODE_GONE,
                         "%s: %s (is dreggd running? --node or DREGG_NODE names its socket)", node,
                         strerror(errno));
    }
    c->in = malloc(FM_MSG_ANSWER_MAX);
    return c->in != NULL ? 0 : say_error(FM_E_NO_SPACE, "%u bytes", FM_MSG_ANSWER_MAX);
}

void client_close(struct client *c)
{
    close(c->fd);
    free(c->in);
    c->in = NULL;
}

bool client_send(struct client *c, const uint8_t *bytes, size_t n)
{
    while (n > 0) {
        ssize_t put = send(c->fd, bytes, n, MSG_NOSIGNAL);

        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return false;
        }
        bytes += put;
        n -= (size_t)put;
    }
    return true;
}

int client_next(struct client *c, struct fm_msg_head *head, struct fm_reader *payload)
{
    /* What the last call gave out lies at the start of the buffer; it goes now. */
    for (;;) {
        enum fm_msg_look look = fm_msg_look(c->in, c->in_len, FM_MSG_ANSWER_MAX, head);
        ssize_t got;

        if (look == FM_MSG_BAD) {
            return say_error(FM_E_BAD_MESSAGE, "the node sent something else than an answer");
        }
        if (look == FM_MSG_WHOLE_HEAD && c->in_len >= FM_MSG_HEAD_BYTES + head->payload_bytes) {
            break;
        }
        got = read(c->fd, c->in + c->in_len, FM_MSG_ANSWER_MAX - c->in_len);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return say_error(FM_E_NODE_GONE, "the connection ended before the answer%s%s",
                             got < 0 ? ": " : "", got < 0 ? strerror(errno) : "");
        }
        c->in_len += (size_t)got;
    }
    fm_reader_init(payload, c->in + FM_MSG_HEAD_BYTES, head->payload_bytes);
    return 0;
}

/* Drops the answer that client_next gave. */
static void forget(struct client *c, const struct fm_msg_head *head)
{
    size_t n = FM_MSG_HEAD_BYTES + head->payload_bytes;

    memmove(c->in, c->in + n, c->in_len - n);
    c->in_len -= n;
}

int client_error(struct fm_reader *r)
{
    struct fm_why why;
    char field[128];

    if (!fm_msg_get_error(r, &why, field, sizeof field)) {
        return say_error(FM_E_BAD_MESSAGE, "an error that cannot be read");
    }
    return say_error(why.code, "%s: expected %" PRIu64 ", got %" PRIu64, field, why.expected,
                     why.got);
}

/* Keeps the payload of an answer apart, so that the buffer can go on. */
static uint8_t answer_copy[FM_MSG_ANSWER_MAX];

int client_ask(struct client *c, uint8_t kind, const uint8_t *payload, size_t n,
               struct fm_reader *answer)
{
    uint8_t head_bytes[FM_MSG_HEAD_BYTES];
    struct fm_msg_head head;
    struct fm_reader r;
    struct fm_writer w;
    int status;

    c->tag++;
    fm_writer_init(&w, head_bytes, sizeof head_bytes);
    fm_msg_put_head(&w, kind, c->tag, (uint32_t)n);
    if (!client_send(c, head_bytes, sizeof head_bytes) || (n > 0 && !client_send(c, payload, n))) {
        return say_error(FM_E_NODE_GONE, "sending: %s", strerror(errno));
    }
    status = client_next(c, &head, &r);
    if (status != 0) {
        return status;
    }
    memcpy(answer_copy, r.buf, r.len);
    fm_reader_init(answer, answer_copy, r.len);
    forget(c, &head);
    if (head.kind == FM_MSG_ERROR) {
        return client_error(answer);
    }
    if (head.kind != kind || head.tag != c->tag) {
        return say_error(FM_E_BAD_MESSAGE, "an answer to something else");
    }
    return 0;
}

int client_turn(struct client *c, const uint8_t *turn, size_t n, struct fm_msg_outcome *o)
{
    struct fm_reader r;
    int status = client_ask(c, FM_MSG_TURN, turn, n, &r);

    if (status != 0) {
        return status;
    }
    return fm_msg_get_outcome(&r, o)
               ? 0
               : say_error(FM_E_BAD_MESSAGE, "an outcome that cannot be read");
}

int client_head(struct client *c, struct head *h)
{
    struct fm_reader r;
    int status = client_ask(c, FM_MSG_HEAD, NULL, 0, &r);

    if (status != 0) {
        return status;
    }
    fm_get_bytes(&r, (uint8_t *)&h->top, sizeof h->top);
    fm_get_bytes(&r, h->root, 32);
    fm_get_bytes(&r, h->receipt_hash, 32);
    fm_get_bytes(&r, (uint8_t *)&h->receipt, sizeof h->receipt);
    fm_get_bytes(&r, (uint8_t *)&h->params, sizeof h->params);
    return fm_reader_end(&r) ? 0 : say_error(FM_E_BAD_MESSAGE, "a head that cannot be read");
}

static int get_cell(struct fm_reader *r, struct cell *cell)
{
    uint16_t records;
    uint16_t fields;

    memset(cell, 0, sizeof *cell);
    fm_get_bytes(r, (uint8_t *)&cell->cell, sizeof cell->cell);
    records = fm_get_u16(r);
    fields = fm_get_u16(r);
    for (uint16_t i = 0; i < records && !r->bad; i++) {
        uint16_t slot = fm_get_u16(r);

        r->bad = r->bad || slot >= FM_SLOTS_MAX;
        if (!r->bad) {
            fm_get_bytes(r, (uint8_t *)&cell->records[slot], 64);
        }
    }
    for (uint16_t i = 0; i < fields && !r->bad; i++) {
        uint16_t key = fm_get_u16(r);

        r->bad = r->bad || key >= FM_FIELDS_MAX;
        if (!r->bad) {
            fm_get_bytes(r, cell->fields[key], 32);
        }
    }
    return fm_reader_end(r) ? 0 : say_error(FM_E_BAD_MESSAGE, "a cell that cannot be read");
}

int client_cell(struct client *c, const uint8_t id[32], struct cell *cell)
{
    uint8_t request[33] = {0};
    struct fm_reader r;
    int status;

    memcpy(request + 1, id, 32);
    status = client_ask(c, FM_MSG_CELL, request, sizeof request, &r);
    return status != 0 ? status : get_cell(&r, cell);
}

int client_cell_idx(struct client *c, uint32_t idx, struct cell *cell)
{
    uint8_t request[5] = {1};
    struct fm_reader r;
    int status;

    fm_put_le32(request + 1, idx);
    status = client_ask(c, FM_MSG_CELL, request, sizeof request, &r);
    return status != 0 ? status : get_cell(&r, cell);
}

static int open_frame(struct making *m, const struct args *a)
{
    const char *of = opt_text(a, "of", NULL);
    uint64_t slot;
    uint8_t target[32];
    int status;

    if ((of == NULL) != !opt_has(a, "slot")) {
        return say_error(FM_E_USAGE, "--slot N and --of CELL go together: the capability, and the "
                                     "target that you expect in it");
    }
    if (of == NULL) {
        fm_turn_self(&m->maker);
        return 0;
    }
    if (!opt_number(a, "slot", 0, 0, FM_SLOTS_MAX - 1U, &slot)) {
        return 2;
    }
    status = book_cell(of, target);
    if (status == 0) {
        fm_turn_slot(&m->maker, (uint8_t)slot, target);
    }
    return status;
}

int turn_begin(struct making *m, const char *agent, const struct args *a)
{
    uint8_t id[32];
    uint64_t fee;
    uint64_t until;
    int status = book_cell(agent, id);

    if (status != 0 || !opt_number(a, "fee", FM_U64_MAX, 0, FM_U64_MAX, &fee) ||
        !opt_number(a, "valid-until", FM_NEVER, 0, FM_NEVER, &until)) {
        return status != 0 ? status : 2;
    }
    status = book_key(opt_text(a, "key", agent), &m->key);
    if (status != 0) {
        return status;
    }
    status = client_open(&m->client);
    if (status != 0) {
        fm_wipe(&m->key, sizeof m->key);
        return status;
    }
    status = client_head(&m->client, &m->head);
    if (status == 0) {
        status = client_cell(&m->client, id, &m->agent);
    }
    if (status == 0) {
        fm_turn_begin(&m->maker, m->wire, sizeof m->wire, m->head.top.ledger, id,
                      m->agent.cell.header.nonce, fee, (uint32_t)until);
        status = open_frame(m, a);
    }
    if (status != 0) {
        turn_abort(m);
    }
    return status;
}

void turn_abort(struct making *m)
{
    fm_wipe(&m->key, sizeof m->key);
    client_close(&m->client);
}

static void say_outcome(const struct fm_msg_outcome *o, const char *what)
{
    uint8_t hash[32];

    say_begin();
    say_bool("ok", true);
    say_text("done", what);
    fm_receipt_hash(&o->receipt, hash);
    say_u64("seq", o->receipt.head.seq);
    say_u64("height", o->receipt.head.height);
    say_u64("cost", o->receipt.rest.cost);
    say_hex("receipt", hash, 32);
    say_hex("root", o->receipt.head.post_root, 32);
    say_end();
}

/* What the detail of a refusal says, for people. */
static const char *detail_text(const struct fm_msg_outcome *o)
{
    static const char *const axes[] = {"",
                                       ", in its rights",
                                       ", in its methods",
                                       ", in its fields",
                                       ", in max-amount",
                                       ", in its allowance",
                                       ", in its expiry",
                                       ", in its badge",
                                       ", in its group"};
    static char text[32];

    if (o->code == FM_E_WIDENS && o->detail < FM_ARRAY_LEN(axes)) {
        return axes[o->detail];
    }
    if (o->code == FM_E_POLICY && o->detail != 0U) {
        snprintf(text, sizeof text, ", by rule field %u", o->detail);
        return text;
    }
    return "";
}

int turn_end(struct making *m, const char *what)
{
    size_t n = fm_turn_finish(&m->maker) != 0 ? fm_turn_sign(&m->maker, m->key.sk) : 0;
    int status;

    fm_wipe(&m->key, sizeof m->key);
    if (n == 0) {
        client_close(&m->client);
        return say_error(FM_E_NO_SPACE, "the turn is longer than %u bytes", FM_TURN_BYTES_MAX);
    }
    status = client_turn(&m->client, m->wire, n, &m->outcome);
    client_close(&m->client);
    if (status != 0) {
        return status;
    }
    if (m->outcome.status == FM_COMMITTED) {
        say_outcome(&m->outcome, what);
        return 0;
    }
    if (m->outcome.status == FM_BODY_FAILED) {
        return say_error(m->outcome.code,
                         "effect %u of frame %u%s: only the nonce and the fee moved (seq %" PRIu64
                         ")",
                         m->outcome.effect, m->outcome.frame, detail_text(&m->outcome),
                         m->outcome.receipt.head.seq);
    }
    return say_error(m->outcome.code,
                     m->outcome.status == FM_MALFORMED ? "at byte %u" : "nothing happened",
                     m->outcome.offset);
}
