/* SPDX-License-Identifier: Apache-2.0 */
/* Stores and proofs: init, checkpoint, ship, thaw, replay, prove, verify. */
#include "crypto/sign.h"
#include "host/cli/cmds.h"
#include "host/cli/stark.h"
#include "host/store/store.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/random.h>

static bool get_config(const struct args *a, struct host_config *config)
{
    uint64_t cells;
    uint64_t log_mib;

    if (!opt_number(a, "max-cells", 65536, 3, 1U << 26, &cells) ||
        !opt_number(a, "log-mib", 256, 5, 1U << 20, &log_mib)) {
        return false;
    }
    host_config_default(config, (uint32_t)cells);
    config->log_bytes = log_mib << 20;
    return true;
}

static int store_error(const struct host_error *e, fm_err err)
{
    return say_error(err, "%s", e->text);
}

int cmd_init(const struct args *a)
{
    struct host_config config;
    struct host_error e = {0};
    struct fm_params params;
    struct key treasury;
    uint8_t salt[32];
    uint64_t fee;
    int status;
    fm_err err;

    fm_params_default(&params);
    if (!get_config(a, &config) ||
        !opt_number(a, "supply", params.supply, 1, INT64_MAX, &params.supply) ||
        !opt_number(a, "fee", 0, 0, FM_U32_MAX, &fee)) {
        return 2;
    }
    params.fee_base = (uint32_t)fee;
    status = book_key(opt_text(a, "treasury", "treasury"), &treasury);
    if (status != 0) {
        return status;
    }
    fm_wipe(treasury.sk, sizeof treasury.sk);
    if (getrandom(salt, sizeof salt, 0) != (ssize_t)sizeof salt) {
        return say_error(FM_E_FILE_IO, "no entropy: %s", strerror(errno));
    }
    err = host_store_create(a->words[0], &config, &params, treasury.pk, salt, &e);
    if (err != FM_OK) {
        return store_error(&e, err);
    }
    say_begin();
    say_bool("ok", true);
    say_text("store", a->words[0]);
    say_u64("supply", params.supply);
    say_u64("log_bytes", config.log_bytes);
    say_end();
    return 0;
}

int cmd_checkpoint(const struct args *a)
{
    uint8_t restart = opt_has(a, "restart") ? 1 : 0;
    uint8_t hash[32];
    uint8_t root[32];
    struct fm_reader r;
    struct client c;
    int status = client_open(&c);

    if (status == 0) {
        status = client_ask(&c, FM_MSG_CHECKPOINT, &restart, 1, &r);
        client_close(&c);
    }
    if (status == 0) {
        say_begin();
        say_bool("ok", true);
        say_u64("height", fm_get_u64(&r));
        say_u64("seq", fm_get_u64(&r));
        fm_get_bytes(&r, hash, 32);
        fm_get_bytes(&r, root, 32);
        say_hex("receipt", hash, 32);
        say_hex("root", root, 32);
        say_end();
    }
    return status;
}

/* Takes the pieces of a checkpoint until the empty one. */
static int receive(struct client *c, FILE *out, uint64_t *bytes)
{
    uint8_t request[FM_MSG_HEAD_BYTES];
    struct fm_writer w;

    fm_writer_init(&w, request, sizeof request);
    fm_msg_put_head(&w, FM_MSG_SHIP, 1, 0);
    if (!client_send(c, request, sizeof request)) {
        return say_error(FM_E_NODE_GONE, "%s", strerror(errno));
    }
    for (;;) {
        struct fm_msg_head head;
        struct fm_reader r;
        size_t n;
        int status = client_next(c, &head, &r);

        if (status != 0) {
            return status;
        }
        if (head.kind == FM_MSG_ERROR) {
            return client_error(&r);
        }
        if (head.kind != FM_MSG_SHIP) {
            return say_error(FM_E_BAD_MESSAGE, "the node could not ship its checkpoint");
        }
        if (r.len == 0) {
            return 0;
        }
        if (fwrite(r.buf, 1, r.len, out) != r.len) {
            return say_error(FM_E_FILE_IO, "%s", strerror(errno));
        }
        *bytes += r.len;
        n = FM_MSG_HEAD_BYTES + head.payload_bytes;
        memmove(c->in, c->in + n, c->in_len - n);
        c->in_len -= n;
    }
}

int cmd_ship(const struct args *a)
{
    FILE *out = fopen(a->words[0], "wb");
    struct client c;
    struct head h;
    uint64_t bytes = 0;
    int status;

    if (out == NULL) {
        return say_error(FM_E_FILE_IO, "%s: %s", a->words[0], strerror(errno));
    }
    status = client_open(&c);
    if (status == 0) {
        status = client_head(&c, &h);
        if (status == 0) {
            status = receive(&c, out, &bytes);
        }
        client_close(&c);
    }
    if (fclose(out) != 0 && status == 0) {
        status = say_error(FM_E_FILE_IO, "%s: %s", a->words[0], strerror(errno));
    }
    if (status == 0) {
        say_begin();
        say_bool("ok", true);
        say_text("file", a->words[0]);
        say_u64("bytes", bytes);
        say_u64("seq", h.top.seq);
        say_hex("receipt", h.receipt_hash, 32);
        say_end();
    }
    return status;
}

int cmd_thaw(const struct args *a)
{
    struct host_config config;
    struct host_error e = {0};
    struct fm_receipt receipt;
    uint8_t attested[32];
    uint8_t salt[32];
    uint64_t floor_seq;
    FILE *in;
    fm_err err;

    if (!get_config(a, &config) || !opt_number(a, "floor", 0, 0, FM_U64_MAX, &floor_seq)) {
        return 2;
    }
    if (!text_hex(opt_text(a, "attested", ""), attested, 32)) {
        return say_error(FM_E_USAGE, "--attested takes the receipt's hash, 64 hexadecimal digits, "
                                     "from somebody that you trust");
    }
    in = fopen(a->words[0], "rb");
    if (in == NULL || getrandom(salt, sizeof salt, 0) != (ssize_t)sizeof salt) {
        return say_error(FM_E_FILE_IO, "%s: %s", a->words[0], strerror(errno));
    }
    err = host_store_thaw(a->words[1], &config, in, attested, floor_seq, salt, &receipt, &e);
    fclose(in);
    if (err != FM_OK) {
        return store_error(&e, err);
    }
    say_begin();
    say_bool("ok", true);
    say_text("store", a->words[1]);
    say_hex("ledger", receipt.head.turn_hash, 32);
    say_u64("seq", receipt.head.seq);
    say_hex("root", receipt.head.post_root, 32);
    say_end();
    return 0;
}

static void tell_progress(void *cookie, const char *what, uint64_t done, uint64_t total)
{
    (void)cookie;
    say_progress(what, done, total);
}

int cmd_replay(const struct args *a)
{
    const struct host_progress progress = {tell_progress, NULL};
    struct host_store *s = calloc(1, sizeof *s);
    struct host_config config;
    struct host_error e = {0};
    uint8_t expect[32];
    const char *named = opt_text(a, "expect-receipt", NULL);
    fm_err err;

    if (s == NULL || !get_config(a, &config)) {
        free(s);
        return 2;
    }
    if (named != NULL && !text_hex(named, expect, 32)) {
        free(s);
        return say_error(FM_E_USAGE, "--expect-receipt takes 64 hexadecimal digits");
    }
    err = host_store_open(s, a->words[0], &config, opt_has(a, "fast") ? HOST_REPLAY : HOST_AUDIT,
                          named != NULL ? expect : NULL, &progress, NULL, &e);
    if (err != FM_OK) {
        free(s);
        return store_error(&e, err);
    }
    say_begin();
    say_bool("ok", true);
    say_u64("checkpoint", s->recovered.checkpoint_height);
    say_u64("turns", s->recovered.turns);
    say_text("mode", opt_has(a, "fast") ? "write sets applied"
                                        : "every turn run again, receipts and writes equal");
    say_u64("seq", s->state.top.seq);
    say_hex("root", s->state.root, 32);
    say_hex("receipt", s->state.receipt_hash, 32);
    say_end();
    host_store_close(s);
    free(s);
    return 0;
}

/* Which thing a proof is about: --slot N, --field N, --absent, or the cell alone. */
static bool proof_request(const struct args *a, uint8_t request[35])
{
    uint64_t index = 0;

    request[32] = 0;
    if (opt_has(a, "absent")) {
        request[32] = FM_MSG_PROOF_ABSENT;
    } else if (opt_has(a, "slot")) {
        request[32] = FM_WRITE_RECORD;
        if (!opt_number(a, "slot", 0, 0, FM_SLOTS_MAX - 1U, &index)) {
            return false;
        }
    } else if (opt_has(a, "field")) {
        request[32] = FM_WRITE_FIELD;
        if (!opt_number(a, "field", 0, 0, FM_FIELDS_MAX - 1U, &index)) {
            return false;
        }
    }
    fm_put_le16(request + 33, (uint16_t)index);
    return true;
}

/* A proof and the root that it is of: asked for again if a turn came between the two answers. */
static int fetch_proof(struct client *c, const uint8_t request[35], uint8_t *proof, size_t *bytes,
                       struct head *h)
{
    for (int tries = 0; tries < 20; tries++) {
        struct fm_proven proven;
        struct fm_reader r;
        int status = client_ask(c, FM_MSG_PROOF, request, 35, &r);

        if (status == 0 && r.len > FM_PROOF_BYTES_MAX) {
            status = say_error(FM_E_BAD_MESSAGE, "a proof of %zu bytes", r.len);
        }
        if (status == 0) {
            *bytes = r.len;
            memcpy(proof, r.buf, r.len);
            status = client_head(c, h);
        }
        if (status != 0) {
            return status;
        }
        if (fm_proof_verify(proof, *bytes, h->root, &proven, NULL) == FM_OK) {
            return 0;
        }
    }
    return say_error(FM_E_STALE_ROOT, "the root moved on each time; ask again");
}

int cmd_prove(const struct args *a)
{
    const char *path = opt_text(a, "out", NULL);
    uint8_t proof[FM_PROOF_BYTES_MAX];
    uint8_t request[35];
    struct client c;
    struct head h;
    size_t bytes = 0;
    FILE *out;
    int status = book_cell(a->words[0], request);

    if (status != 0 || !proof_request(a, request)) {
        return status != 0 ? status : 2;
    }
    if (path == NULL) {
        return say_error(FM_E_USAGE, "--out FILE takes the proof");
    }
    status = client_open(&c);
    if (status == 0) {
        status = fetch_proof(&c, request, proof, &bytes, &h);
        client_close(&c);
    }
    if (status != 0) {
        return status;
    }
    out = fopen(path, "wb");
    if (out == NULL || fwrite(proof, 1, bytes, out) != bytes || fclose(out) != 0) {
        return say_error(FM_E_FILE_IO, "%s: %s", path, strerror(errno));
    }
    say_begin();
    say_bool("ok", true);
    say_text("proof", path);
    say_u64("bytes", bytes);
    say_u64("seq", h.top.seq);
    say_hex("root", h.root, 32);
    say_end();
    return 0;
}

static int say_proven(const struct args *a, const struct fm_proven *p)
{
    char name[CLI_NAME_MAX];
    char rights[128];
    uint8_t id[32];
    int status = 0;

    book_name(p->header.id, name);
    if (opt_has(a, "absent")) {
        status = book_cell(opt_text(a, "absent", ""), id);
        if (status != 0) {
            return status;
        }
        if (!fm_proven_absent(p, id)) {
            return say_error(FM_E_PROOF_ROOT, "the proof does not show that this cell is absent");
        }
    }
    say_begin();
    say_bool("ok", true);
    if (opt_has(a, "absent")) {
        say_hex("absent", id, 32);
    } else {
        say_text("cell", name);
        say_hex("id", p->header.id, 32);
        say_i64("balance", p->header.balance);
        say_u64("nonce", p->header.nonce);
        say_u64("lifecycle", p->header.lifecycle);
    }
    if (p->kind == FM_WRITE_RECORD) {
        rights_text(p->record.rights, rights, sizeof rights);
        say_u64("slot", p->index);
        say_u64("kind", p->record.kind);
        say_text("rights", rights);
        say_u64("target", p->record.target);
    } else if (p->kind == FM_WRITE_FIELD) {
        say_u64("field", p->index);
        say_hex("value", p->value, 32);
    }
    say_hex("ledger", p->top.ledger, 32);
    say_u64("seq", p->top.seq);
    say_u64("as_of", p->top.now);
    say_end();
    return 0;
}

int cmd_verify(const struct args *a)
{
    static uint8_t proof[STARK_FILE_MAX];
    struct fm_proven proven;
    struct fm_why why = {.field = ""};
    uint8_t root[32];
    size_t n;
    FILE *in;
    fm_err err;

    if (!text_hex(opt_text(a, "root", opt_text(a, "receipt", "")), root, 32)) {
        return say_error(FM_E_USAGE, "--root takes 64 hexadecimal digits: the root that you trust "
                                     "(--receipt: a receipt's hash)");
    }
    in = fopen(a->words[0], "rb");
    if (in == NULL) {
        return say_error(FM_E_FILE_IO, "%s: %s", a->words[0], strerror(errno));
    }
    n = fread(proof, 1, sizeof proof, in);
    fclose(in);
    if (stark_is_proof(proof, n)) {
        return stark_verify(a, proof, n);
    }
    if (!opt_has(a, "root")) {
        return say_error(FM_E_USAGE, "this proof is checked against --root");
    }
    err = fm_proof_verify(proof, n, root, &proven, &why);
    if (err == FM_E_PROOF_ROOT) {
        return say_error(err, "you trust %02x%02x%02x%02x…; from these bytes another root comes out", root[0], root[1],
                         root[2], root[3]);
    }
    if (err != FM_OK) {
        return say_error(err, "%s at byte %u: expected %" PRIu64 ", got %" PRIu64, why.field,
                         why.offset, why.expected, why.got);
    }
    return say_proven(a, &proven);
}
