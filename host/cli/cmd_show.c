/* SPDX-License-Identifier: Apache-2.0 */
/* Looking: keys, the ledger's head, cells, capabilities, receipts, metrics. */
#include "crypto/sign.h"
#include "host/cli/cmds.h"

#include <stdlib.h>

int cmd_key_new(const struct args *a)
{
    uint8_t pk[32];
    int status = book_key_new(a->words[0], pk);

    if (status == 0) {
        say_begin();
        say_text("key", a->words[0]);
        say_hex("public", pk, 32);
        say_end();
    }
    return status;
}

int cmd_key_show(const struct args *a)
{
    struct key key;
    int status = book_key(a->words[0], &key);

    if (status == 0) {
        fm_wipe(key.sk, sizeof key.sk);
        say_begin();
        say_text("key", a->words[0]);
        say_hex("public", key.pk, 32);
        say_end();
    }
    return status;
}

static void list_one(void *cookie, const char *name)
{
    (void)cookie;
    say_item();
    say_text("key", name);
}

int cmd_key_list(const struct args *a)
{
    (void)a;
    say_begin();
    say_list("keys");
    book_list("keys", list_one, NULL);
    say_list_end();
    say_end();
    return 0;
}

int cmd_cell_add(const struct args *a)
{
    uint8_t id[32];
    int status = book_cell(a->words[1], id);

    return status != 0 ? status : book_cell_save(a->words[0], id);
}

int cmd_show_head(const struct args *a)
{
    struct client c;
    struct head h;
    int status = client_open(&c);

    (void)a;
    if (status == 0) {
        status = client_head(&c, &h);
        client_close(&c);
    }
    if (status == 0) {
        say_begin();
        say_hex("ledger", h.top.ledger, 32);
        say_u64("seq", h.top.seq);
        say_u64("height", h.top.height);
        say_u64("now", h.top.now);
        say_u64("cells", h.top.ncells);
        say_u64("fees", h.top.fees);
        say_u64("supply", h.params.supply);
        say_hex("root", h.root, 32);
        say_hex("receipt", h.receipt_hash, 32);
        say_end();
    }
    return status;
}

static const char *lifecycle_text(uint8_t lifecycle)
{
    static const char *const names[] = {"live", "sealed", "destroyed"};

    return lifecycle < 3U ? names[lifecycle] : "?";
}

static void say_record(uint16_t slot, const struct fm_record *r, const char *target)
{
    char rights[128];

    say_item();
    say_u64("slot", slot);
    if (r->kind == FM_KIND_OPEN) {
        say_text("open for", target);
        return;
    }
    if (r->kind == FM_KIND_FREE) {
        say_text("free", "yes");
        say_u64("generation", r->generation);
        return;
    }
    rights_text(r->rights, rights, sizeof rights);
    say_text("target", target);
    say_text("rights", rights);
    say_u64("depth", r->kind - 1U);
    say_u64("group", r->group);
    say_u64("epoch", r->epoch);
    say_u64("generation", r->generation);
    say_u64("max_amount", r->max_amount);
    say_u64("allowance", r->allowance);
    say_u64("used", r->used);
    if (r->expiry != FM_NEVER) {
        say_u64("expiry", r->expiry);
    }
    if (r->f_lo != 0U || r->f_hi != FM_FIELDS_MAX) {
        say_u64("f_lo", r->f_lo);
        say_u64("f_hi", r->f_hi);
    }
    if (r->badge != 0U) {
        say_u64("badge", r->badge);
    }
    if (r->kind != FM_KIND_ROOT) {
        say_u64("parent_cell", r->parent_holder);
        say_u64("parent_slot", r->parent_slot);
        say_u64("parent_gen", r->parent_gen);
    }
}

static int say_records(struct client *c, const struct cell *cell)
{
    static const struct fm_record zero;
    struct cell *target = calloc(1, sizeof *target);
    int status = target == NULL ? 1 : 0;

    say_list("capabilities");
    for (uint16_t i = 0; status == 0 && i < cell->cell.header.nslots; i++) {
        char name[CLI_NAME_MAX] = "";

        if (memcmp(&cell->records[i], &zero, sizeof zero) == 0) {
            continue;
        }
        if (cell->records[i].kind != FM_KIND_FREE) {
            status = client_cell_idx(c, cell->records[i].target, target);
            if (status == 0) {
                book_name(target->cell.header.id, name);
            }
        }
        say_record(i, &cell->records[i], name);
    }
    say_list_end();
    free(target);
    return status;
}

static void say_fields(const struct cell *cell)
{
    static const uint8_t zero[32];

    say_list("values");
    for (uint16_t i = 0; i < cell->cell.header.nfields; i++) {
        if (memcmp(cell->fields[i], zero, 32) != 0) {
            say_item();
            say_u64("key", i);
            say_hex("value", cell->fields[i], 32);
            say_u64("number", fm_le64(cell->fields[i] + 24));
        }
    }
    say_list_end();
}

static int show_cell(const struct args *a, bool whole)
{
    struct cell *cell = calloc(1, sizeof *cell);
    struct client c;
    uint8_t id[32];
    int status = cell == NULL ? 1 : book_cell(a->words[0], id);

    if (status == 0) {
        status = client_open(&c);
    }
    if (status != 0) {
        free(cell);
        return status;
    }
    status = client_cell(&c, id, cell);
    if (status == 0) {
        const struct fm_header *h = &cell->cell.header;
        char name[CLI_NAME_MAX];

        book_name(h->id, name);
        say_begin();
        say_text("cell", name);
        if (whole) {
            say_hex("id", h->id, 32);
            say_u64("idx", h->idx);
            say_text("state", lifecycle_text(h->lifecycle));
            say_i64("balance", h->balance);
            say_u64("asset", h->asset);
            say_u64("nonce", h->nonce);
            say_hex("owner", h->owner_pk, 32);
            say_hex("link", h->link, 32);
            say_u64("policy", h->policy);
            say_u64("slots", h->nslots);
            say_u64("fields", h->nfields);
            say_fields(cell);
        }
        status = say_records(&c, cell);
        say_end();
    }
    client_close(&c);
    free(cell);
    return status;
}

int cmd_show_cell(const struct args *a)
{
    return show_cell(a, true);
}

int cmd_show_caps(const struct args *a)
{
    return show_cell(a, false);
}

static void say_receipt(const struct fm_receipt *r)
{
    static const char *const status[] = {"committed", "body failed"};
    static const char *const assurance[] = {"?", "solo", "lace", "raft"};
    uint8_t hash[32];
    char name[CLI_NAME_MAX];

    fm_receipt_hash(r, hash);
    book_name(r->head.agent, name);
    say_begin();
    say_hex("receipt", hash, 32);
    say_u64("seq", r->head.seq);
    say_u64("height", r->head.height);
    say_text("status", r->head.status < 2U ? status[r->head.status] : "?");
    say_text("reason",
             r->head.reason == 0U ? "none" : fm_err_name(fm_err_of_reason(r->head.reason)));
    say_text("agent", name);
    say_u64("nonce", r->head.nonce);
    say_u64("cost", r->rest.cost);
    say_u64("now", r->rest.now);
    say_text("assurance", r->rest.assurance < 4U ? assurance[r->rest.assurance] : "?");
    say_hex("turn", r->head.turn_hash, 32);
    say_hex("before", r->head.prev_receipt, 32);
    say_hex("pre_root", r->head.pre_root, 32);
    say_hex("post_root", r->head.post_root, 32);
    say_end();
}

int cmd_show_receipt(const struct args *a)
{
    uint8_t request[41] = {0};
    struct fm_receipt receipt;
    struct fm_reader r;
    struct client c;
    uint64_t n;
    size_t bytes = 9;
    int status = 0;

    if (a->nwords == 1 && text_hex(a->words[0], request + 1, 32)) {
        request[0] = 2;
        bytes = 33;
    } else if (!text_number(a->nwords == 2 ? "NONCE" : "SEQ", a->words[a->nwords - 1], 0, FM_U64_MAX, &n)) {
        return 2;
    } else if (a->nwords == 2) {
        request[0] = 1;
        status = book_cell(a->words[0], request + 1);
        fm_put_le64(request + 33, n);
        bytes = 41;
    } else {
        fm_put_le64(request + 1, n);
    }
    if (status == 0) {
        status = client_open(&c);
    }
    if (status == 0) {
        status = client_ask(&c, FM_MSG_RECEIPT, request, bytes, &r);
        client_close(&c);
        if (status == 0) {
            fm_get_bytes(&r, (uint8_t *)&receipt, sizeof receipt);
            say_receipt(&receipt);
        }
    }
    return status;
}

int cmd_show_metrics(const struct args *a)
{
    struct fm_reader r;
    struct client c;
    int status = client_open(&c);

    (void)a;
    if (status == 0) {
        status = client_ask(&c, FM_MSG_METRICS, NULL, 0, &r);
        client_close(&c);
    }
    if (status == 0 && !say_is_json()) {
        printf("%.*s", (int)r.len, (const char *)r.buf);
    } else if (status == 0) {
        const char *at = (const char *)r.buf;
        const char *end = at + r.len;

        say_begin();
        while (at < end) {
            char name[64];
            double value;

            if (sscanf(at, "%63s %lf", name, &value) == 2) {
                char text[32];

                snprintf(text, sizeof text, "%.17g", value);
                say_text(name, text);
            }
            at = memchr(at, '\n', (size_t)(end - at));
            if (at == NULL) {
                break;
            }
            at++;
        }
        say_end();
    }
    return status;
}
