/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that make turns: one command, one turn, one frame. */
#include "crypto/sign.h"
#include "host/cli/cmds.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

/* --rights --methods --badge --fields LO-HI --expiry S|+S --max-amount --allowance --group, over what is unlimited. */
static bool get_limits(const struct args *a, struct fm_limits *l)
{
    const char *fields = opt_text(a, "fields", NULL);
    const char *expiry = opt_text(a, "expiry", NULL);
    uint64_t n[6];

    if (!text_rights(opt_text(a, "rights", "read"), &l->rights) ||
        !opt_number(a, "methods", 0xffff, 0, 0xffff, &n[0]) ||
        !opt_number(a, "badge", 0, 0, FM_U32_MAX, &n[1]) ||
        !opt_number(a, "max-amount", FM_U64_MAX, 0, FM_U64_MAX, &n[2]) ||
        !opt_number(a, "allowance", FM_U64_MAX, 0, FM_U64_MAX, &n[3]) ||
        !opt_number(a, "group", 0, 0, FM_GROUPS - 1U, &n[4])) {
        return false;
    }
    l->methods = (uint16_t)n[0];
    l->badge = (uint32_t)n[1];
    l->max_amount = n[2];
    l->allowance = n[3];
    l->group = (uint8_t)n[4];
    l->f_lo = 0;
    l->f_hi = FM_FIELDS_MAX;
    l->expiry = FM_NEVER;
    if (fields != NULL) {
        unsigned lo = 0;
        unsigned hi = 0;

        if (sscanf(fields, "%u-%u", &lo, &hi) != 2 || lo > hi || hi > FM_FIELDS_MAX) {
            (void)say_error(
                FM_E_USAGE,
                "--fields takes LO-HI, keys from LO up to but not with HI <= 1024, got '%s'",
                fields);
            return false;
        }
        l->f_lo = (uint16_t)lo;
        l->f_hi = (uint16_t)hi;
    }
    if (expiry != NULL) {
        uint64_t base = expiry[0] == '+' ? (uint64_t)time(NULL) : 0;

        if (!text_number("--expiry", expiry + (base != 0 ? 1 : 0), 0, FM_U32_MAX - base, &n[5])) {
            return false;
        }
        l->expiry = (uint32_t)(base + n[5]);
    }
    return true;
}

static bool slot_word(const char *text, uint8_t *slot)
{
    uint64_t n;

    if (!text_number("SLOT", text, 0, FM_SLOTS_MAX - 1U, &n)) {
        return false;
    }
    *slot = (uint8_t)n;
    return true;
}

/* The owner of a cell to be made: --keyless, --owner KEY, or a key of its own name that is there or made now. */
static int owner_key(const char *name, const struct args *a, uint8_t pk[32])
{
    const char *owner = opt_text(a, "owner", name);
    struct key key;
    int status;

    memset(pk, 0, 32);
    if (opt_has(a, "keyless")) {
        return 0;
    }
    if (opt_has(a, "new-key")) {
        return book_key_new(owner, pk);
    }
    status = book_key(owner, &key);
    memcpy(pk, key.pk, 32);
    fm_wipe(&key, sizeof key);
    return status;
}

static bool create_numbers(const struct args *a, struct fm_create *create)
{
    uint64_t slots;
    uint64_t fields;
    uint64_t nopen;
    uint64_t slot;

    if (!opt_number(a, "slots", 8, 0, FM_SLOTS_MAX, &slots) ||
        !opt_number(a, "fields", 16, 0, FM_FIELDS_MAX, &fields) ||
        !opt_number(a, "open-for-me", 0, 0, FM_NOPEN_MAX, &nopen) ||
        !opt_number(a, "root-slot", 0, 0, FM_SLOTS_MAX - 1U, &slot) ||
        !text_rights(opt_text(a, "root-rights",
                              opt_has(a, "keyless") || opt_has(a, "root-slot") ? "all" : ""),
                     &create->rights)) {
        return false;
    }
    create->nslots = (uint8_t)slots;
    create->nfields = (uint16_t)fields;
    create->nopen = (uint8_t)nopen;
    create->slot = create->rights != 0U ? (uint8_t)slot : 0;
    return true;
}

int cmd_cell_new(const struct args *a)
{
    const char *name = a->words[0];
    const char *agent = opt_text(a, "by", NULL);
    const char *asset = opt_text(a, "asset", "native");
    struct fm_create create = {.asset = FM_ASSET_NATIVE};
    struct making *m = calloc(1, sizeof *m);
    uint8_t id[32];
    uint64_t gift;
    int status;

    if (m == NULL || agent == NULL || !create_numbers(a, &create) ||
        !opt_number(a, "give", 0, 0, INT64_MAX, &gift)) {
        free(m);
        return agent == NULL ? say_error(FM_E_USAGE, "--by AGENT names the cell that makes it") : 2;
    }
    status = owner_key(name, a, create.owner_pk);
    if (status == 0 && strcmp(asset, "own") == 0) {
        create.asset = FM_ASSET_OWN;
    } else if (status == 0 && strcmp(asset, "native") != 0) {
        create.asset = FM_ASSET_OF;
        status = book_cell(asset, create.issuer);
    }
    if (status == 0) {
        status = turn_begin(m, agent, a);
    }
    if (status == 0) {
        create.salt = fm_le64(m->head.root) ^ (uint64_t)time(NULL);
        fm_cell_id(m->agent.cell.header.id, m->agent.cell.header.nonce, create.salt, id);
        fm_turn_create(&m->maker, &create);
        if (gift > 0) {
            if (opt_has(a, "slot")) {
                fm_turn_self(&m->maker);
            }
            fm_turn_transfer(&m->maker, id, gift);
        }
        status = turn_end(m, "a cell was made");
    }
    if (status == 0) {
        status = book_cell_save(name, id);
    }
    free(m);
    return status;
}

/* The commands below differ in one line: what they put into the turn. */
typedef int (*fill)(struct making *m, const struct args *a);

static int one_turn(const struct args *a, const char *what, fill put)
{
    struct making *m = calloc(1, sizeof *m);
    int status = m == NULL ? 1 : turn_begin(m, a->words[0], a);

    if (status == 0) {
        status = put(m, a);
        if (status == 0) {
            status = turn_end(m, what);
        } else {
            turn_abort(m);
        }
    }
    free(m);
    return status;
}

static int put_open(struct making *m, const struct args *a)
{
    uint8_t giver[32];
    uint8_t slot;
    int status = book_cell(a->words[2], giver);

    if (status != 0 || !slot_word(a->words[1], &slot)) {
        return status != 0 ? status : 2;
    }
    fm_turn_open(&m->maker, slot, giver);
    return 0;
}

int cmd_open(const struct args *a)
{
    return one_turn(a, "a slot was opened", put_open);
}

static int put_grant(struct making *m, const struct args *a)
{
    struct fm_limits l;
    uint8_t dst[32];
    uint8_t slot;
    int status = book_cell(a->words[1], dst);

    if (status != 0 || !slot_word(a->words[2], &slot) || !get_limits(a, &l)) {
        return status != 0 ? status : 2;
    }
    fm_turn_grant(&m->maker, dst, slot, &l);
    return 0;
}

int cmd_grant(const struct args *a)
{
    return one_turn(a, "a capability was granted", put_grant);
}

int cmd_delegate(const struct args *a)
{
    if (!opt_has(a, "slot")) {
        return say_error(FM_E_USAGE, "delegate passes on what is held: --slot N --of TARGET (grant "
                                     "gives authority over the own cell)");
    }
    return one_turn(a, "a capability was delegated", put_grant);
}

static int put_attenuate(struct making *m, const struct args *a)
{
    struct fm_limits l;
    uint8_t slot;

    if (!slot_word(a->words[1], &slot) || !get_limits(a, &l)) {
        return 2;
    }
    fm_turn_attenuate(&m->maker, slot, &l);
    return 0;
}

int cmd_attenuate(const struct args *a)
{
    return one_turn(a, "a narrower capability was made", put_attenuate);
}

static int put_drop(struct making *m, const struct args *a)
{
    uint8_t slot;

    if (!slot_word(a->words[1], &slot)) {
        return 2;
    }
    fm_turn_drop(&m->maker, slot);
    return 0;
}

int cmd_drop(const struct args *a)
{
    return one_turn(a, "the slot was dropped, and what descends from it is dead", put_drop);
}

static int put_revoke(struct making *m, const struct args *a)
{
    uint8_t slot;

    if (!slot_word(a->words[1], &slot)) {
        return 2;
    }
    fm_turn_revoke(&m->maker, slot);
    return 0;
}

int cmd_revoke(const struct args *a)
{
    return one_turn(a, "every descendant of the slot is dead", put_revoke);
}

static int put_lift(struct making *m, const struct args *a)
{
    uint8_t key[32] = {0};
    uint64_t group;

    if (!text_number("GROUP", a->words[1], 0, FM_GROUPS - 1U, &group)) {
        return 2;
    }
    if (opt_has(a, "commit") && !text_hex(opt_text(a, "commit", ""), key, 32)) {
        return say_error(
            FM_E_USAGE,
            "--commit takes 64 hexadecimal digits: the commitment to the group's next key");
    }
    fm_turn_lift(&m->maker, (uint8_t)group, key);
    return 0;
}

int cmd_lift(const struct args *a)
{
    return one_turn(a, "the group's epoch was lifted", put_lift);
}

static int put_transfer(struct making *m, const struct args *a)
{
    uint8_t to[32];
    uint64_t amount;
    int status = book_cell(a->words[1], to);

    if (status != 0 || !text_number("AMOUNT", a->words[2], 1, INT64_MAX, &amount)) {
        return status != 0 ? status : 2;
    }
    fm_turn_transfer(&m->maker, to, amount);
    return 0;
}

int cmd_transfer(const struct args *a)
{
    return one_turn(a, "value moved", put_transfer);
}

/* KEY=VALUE words from `from` on, in rising order of keys, as INVOKE wants them. */
static int get_writes(const struct args *a, int from, uint8_t *writes, uint8_t *n)
{
    uint32_t least = 0;

    *n = 0;
    for (int i = from; i < a->nwords; i++) {
        const char *equals = strchr(a->words[i], '=');
        char number[16] = {0};
        uint64_t key;

        if (equals == NULL || equals - a->words[i] >= (int)sizeof number ||
            *n == FM_INVOKE_WRITES_MAX) {
            return say_error(FM_E_USAGE, "1 to 8 words KEY=VALUE are wanted, got '%s'",
                             a->words[i]);
        }
        memcpy(number, a->words[i], (size_t)(equals - a->words[i]));
        if (!text_number("KEY", number, least, FM_FIELDS_MAX - 1U, &key)) {
            return 2;
        }
        fm_put_le16(writes + (size_t)*n * FM_INVOKE_WRITE_BYTES, (uint16_t)key);
        if (!text_value(equals + 1, writes + (size_t)*n * FM_INVOKE_WRITE_BYTES + 2)) {
            return 2;
        }
        least = (uint32_t)key + 1U;
        (*n)++;
    }
    return 0;
}

static int put_invoke(struct making *m, const struct args *a)
{
    uint8_t writes[FM_INVOKE_WRITES_MAX * FM_INVOKE_WRITE_BYTES];
    uint64_t method;
    uint8_t n;
    int status;

    if (!text_number("METHOD", a->words[1], 0, FM_METHODS - 1U, &method)) {
        return 2;
    }
    status = get_writes(a, 2, writes, &n);
    if (status == 0) {
        fm_turn_invoke(&m->maker, (uint8_t)method, n, writes);
    }
    return status;
}

int cmd_invoke(const struct args *a)
{
    return one_turn(a, "the method was invoked", put_invoke);
}

static int put_set(struct making *m, const struct args *a)
{
    uint8_t writes[FM_INVOKE_WRITES_MAX * FM_INVOKE_WRITE_BYTES];
    uint8_t n;
    int status = get_writes(a, 1, writes, &n);

    for (uint8_t i = 0; status == 0 && i < n; i++) {
        const uint8_t *w = writes + (size_t)i * FM_INVOKE_WRITE_BYTES;

        fm_turn_setfield(&m->maker, fm_le16(w), w + 2);
    }
    return status;
}

int cmd_set(const struct args *a)
{
    return one_turn(a, "fields were set", put_set);
}

static int put_seal(struct making *m, const struct args *a)
{
    (void)a;
    fm_turn_seal(&m->maker, 1);
    return 0;
}

static int put_unseal(struct making *m, const struct args *a)
{
    (void)a;
    fm_turn_seal(&m->maker, 0);
    return 0;
}

static int put_fix(struct making *m, const struct args *a)
{
    (void)a;
    fm_turn_fix(&m->maker);
    return 0;
}

static int put_destroy(struct making *m, const struct args *a)
{
    (void)a;
    fm_turn_destroy(&m->maker);
    return 0;
}

static int put_event(struct making *m, const struct args *a)
{
    size_t n = strlen(a->words[1]);

    if (n == 0 || n > FM_EVENT_BYTES_MAX) {
        return say_error(FM_E_USAGE, "an event has 1 to 64 bytes, got %zu", n);
    }
    fm_turn_event(&m->maker, (uint8_t)n, (const uint8_t *)a->words[1]);
    return 0;
}

int cmd_seal(const struct args *a)
{
    return one_turn(a, "the cell is sealed", put_seal);
}

int cmd_unseal(const struct args *a)
{
    return one_turn(a, "the cell lives again", put_unseal);
}

int cmd_fix(const struct args *a)
{
    return one_turn(a, "the cell is fixed for ever", put_fix);
}

int cmd_destroy(const struct args *a)
{
    return one_turn(a, "the cell is destroyed", put_destroy);
}

int cmd_event(const struct args *a)
{
    return one_turn(a, "the event stands in the receipt", put_event);
}

static int put_rotate(struct making *m, const struct args *a)
{
    uint8_t text[FM_SIGNED_TEXT_BYTES];
    uint8_t sig[64];
    struct key next;
    int status = book_key(a->words[1], &next);

    if (status != 0) {
        return status;
    }
    fm_rotate_text(m->head.top.ledger, m->agent.cell.header.id, m->agent.cell.header.nonce, next.pk,
                   text);
    fm_ed25519_sign(next.sk, text, sizeof text, sig);
    fm_wipe(&next.sk, sizeof next.sk);
    fm_turn_rotate(&m->maker, next.pk, sig);
    return 0;
}

int cmd_rotate(const struct args *a)
{
    return one_turn(a, "the cell has a new key", put_rotate);
}
