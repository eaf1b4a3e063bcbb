/* SPDX-License-Identifier: Apache-2.0 */
#include "host/app/link.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int connect_to(const char *address)
{
    struct sockaddr_un un = {.sun_family = AF_UNIX};
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    bool tcp = strncmp(address, "tcp:", 4) == 0;
    const struct sockaddr *to = tcp ? (const struct sockaddr *)&in : (const struct sockaddr *)&un;
    socklen_t len = tcp ? sizeof in : sizeof un;
    int fd;

    if (tcp) {
        in.sin_port = htons((uint16_t)strtoul(address + 4, NULL, 10));
    } else if (strlen(address) < sizeof un.sun_path) {
        memcpy(un.sun_path, address, strlen(address) + 1U);
    } else {
        return -1;
    }
    fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, to, len) != 0) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static bool send_all(int fd, const uint8_t *bytes, size_t n)
{
    while (n > 0) {
        ssize_t put = send(fd, bytes, n, MSG_NOSIGNAL);

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

static bool take_all(int fd, uint8_t *bytes, size_t n)
{
    while (n > 0) {
        ssize_t got = read(fd, bytes, n);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        bytes += got;
        n -= (size_t)got;
    }
    return true;
}

/* One request and its answer's payload. NODE_GONE, BAD_MESSAGE, or the error that the node answered. */
static fm_err ask(struct app_link *l, uint8_t kind, const uint8_t *payload, size_t n, struct fm_reader *r)
{
    uint8_t request[FM_MSG_REQUEST_MAX];
    struct fm_msg_head head;
    struct fm_writer w;
    struct fm_why why;
    char field[8];

    l->tag++;
    fm_writer_init(&w, request, sizeof request);
    fm_msg_put_head(&w, kind, l->tag, (uint32_t)n);
    fm_put_bytes(&w, payload, n);
    if (w.bad) {
        return FM_E_BAD_MESSAGE;
    }
    if (!send_all(l->fd, request, w.len) || !take_all(l->fd, l->answer, FM_MSG_HEAD_BYTES)) {
        return FM_E_NODE_GONE;
    }
    if (fm_msg_look(l->answer, FM_MSG_HEAD_BYTES, FM_MSG_ANSWER_MAX, &head) != FM_MSG_WHOLE_HEAD) {
        return FM_E_BAD_MESSAGE;
    }
    if (!take_all(l->fd, l->answer, head.payload_bytes)) {
        return FM_E_NODE_GONE;
    }
    fm_reader_init(r, l->answer, head.payload_bytes);
    if (head.kind == FM_MSG_ERROR && fm_msg_get_error(r, &why, field, sizeof field)) {
        return why.code;
    }
    return head.kind == kind && head.tag == l->tag ? FM_OK : FM_E_BAD_MESSAGE;
}

static bool exchange(void *cookie, const uint8_t *turn, size_t n, struct fm_msg_outcome *outcome)
{
    struct fm_reader r;

    return ask(cookie, FM_MSG_TURN, turn, n, &r) == FM_OK && fm_msg_get_outcome(&r, outcome);
}

/* A cell as the node has it: its header, and a reader over its records. */
static fm_err ask_cell(struct app_link *l, const uint8_t *request, size_t n, struct fm_header *header,
                       struct fm_reader *r, uint16_t *records)
{
    fm_err err = ask(l, FM_MSG_CELL, request, n, r);

    if (err != FM_OK) {
        return err;
    }
    fm_get_bytes(r, (uint8_t *)header, sizeof *header);
    (void)fm_get_view(r, 32); /* the next id */
    *records = fm_get_u16(r);
    (void)fm_get_u16(r);
    return r->bad ? FM_E_BAD_MESSAGE : FM_OK;
}

static fm_err ask_own(struct app_link *l, struct fm_header *header, struct fm_reader *r, uint16_t *records)
{
    uint8_t request[33] = {0};

    memcpy(request + 1, l->cell.agent, 32);
    return ask_cell(l, request, sizeof request, header, r, records);
}

static fm_err read_ledger(struct app_link *l)
{
    struct fm_header header;
    struct fm_reader r;
    struct fm_top top;
    uint16_t records = 0;
    fm_err err = ask(l, FM_MSG_HEAD, NULL, 0, &r);

    if (err == FM_OK) {
        fm_get_bytes(&r, (uint8_t *)&top, sizeof top);
        memcpy(l->cell.ledger, top.ledger, 32);
        err = r.bad ? FM_E_BAD_MESSAGE : ask_own(l, &header, &r, &records);
    }
    if (err != FM_OK) {
        return err;
    }
    l->cell.agent_idx = header.idx;
    l->cell.nonce = header.nonce;
    for (uint16_t i = 0; i < header.nslots; i++) {
        l->cell.own_slots[i / 8U] |= (uint8_t)(1U << (i % 8U));
    }
    for (uint16_t i = 0; i < records; i++) {
        uint16_t slot = fm_get_u16(&r);
        struct fm_record record;

        fm_get_bytes(&r, (uint8_t *)&record, sizeof record);
        if (r.bad || slot >= header.nslots) {
            return FM_E_BAD_MESSAGE;
        }
        if (record.kind != FM_KIND_FREE) {
            l->cell.own_slots[slot / 8U] &= (uint8_t)~(1U << (slot % 8U));
        }
    }
    return FM_OK;
}

fm_err app_link_open(struct app_link *l, const char *address, const uint8_t agent[32], const uint8_t *sk)
{
    fm_err err;

    memset(l, 0, sizeof *l);
    l->cell = (struct fm_cell_transport){.exchange = exchange,
                                         .cookie = l,
                                         .fee = FM_U64_MAX,
                                         .sk = sk,
                                         .machines = {.machines = 1, .assurance = FM_SOLO}};
    memcpy(l->cell.agent, agent, 32);
    l->fd = connect_to(address);
    l->answer = malloc(FM_MSG_ANSWER_MAX);
    err = l->fd < 0 ? FM_E_NODE_GONE : l->answer == NULL ? FM_E_NO_SPACE : read_ledger(l);
    if (err != FM_OK) {
        app_link_close(l);
    }
    return err;
}

void app_link_close(struct app_link *l)
{
    if (l->fd >= 0) {
        close(l->fd);
    }
    free(l->answer);
    l->fd = -1;
    l->answer = NULL;
}

fm_err app_link_adopt(struct app_link *l, struct fm_router *r, uint8_t transport, uint8_t slot, struct fm_handle *out)
{
    struct fm_record record = {.kind = FM_KIND_FREE};
    struct fm_header header;
    struct fm_reader in;
    uint8_t request[5] = {1};
    uint16_t records = 0;
    fm_err err = ask_own(l, &header, &in, &records);

    for (uint16_t i = 0; err == FM_OK && i < records; i++) {
        struct fm_record one;
        uint16_t at = fm_get_u16(&in);

        fm_get_bytes(&in, (uint8_t *)&one, sizeof one);
        err = in.bad ? FM_E_BAD_MESSAGE : FM_OK;
        if (err == FM_OK && at == slot) {
            record = one;
        }
    }
    if (err == FM_OK && (record.kind == FM_KIND_FREE || record.kind == FM_KIND_OPEN)) {
        err = FM_E_NO_CAP;
    }
    if (err == FM_OK) {
        fm_put_le32(request + 1, record.target);
        err = ask_cell(l, request, sizeof request, &header, &in, &records);
    }
    return err == FM_OK ? fm_router_adopt(r, transport, &record, header.id, slot, out) : err;
}
