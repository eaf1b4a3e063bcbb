/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directories: children of FACTORY_DIR (heart.md section 11). A pair of fields is (name 24 || version u64, cell
 * id); the version that the writer names is the compare-and-swap.
 */
#include "host/cli/cmds.h"

#include <inttypes.h>
#include <stdlib.h>

#define DIR_METHOD 1U
#define NAME_BYTES 24U

struct entry {
    uint16_t key; /* of the tag */
    uint64_t version;
    bool bound;
    uint8_t id[32];
};

static bool get_name(const char *text, uint8_t name[NAME_BYTES])
{
    size_t n = strlen(text);

    memset(name, 0, NAME_BYTES);
    if (n == 0 || n > NAME_BYTES) {
        (void)say_error(FM_E_USAGE, "a name in a directory has 1 to 24 bytes, got %zu", n);
        return false;
    }
    memcpy(name, text, n);
    return true;
}

/* The pair that holds a name, or else the first free one. False if there is neither. */
static bool find_entry(const struct cell *dir, const uint8_t name[NAME_BYTES], struct entry *e)
{
    static const uint8_t zero[NAME_BYTES];
    bool found = false;

    e->bound = false;
    for (uint32_t key = FM_RULE_FIRST; key + 1U < dir->cell.header.nfields; key += 2U) {
        const uint8_t *tag = dir->fields[key];
        bool is = memcmp(tag, name, NAME_BYTES) == 0;

        if (is || (!found && memcmp(tag, zero, NAME_BYTES) == 0)) {
            e->key = (uint16_t)key;
            e->version = fm_le64(tag + NAME_BYTES);
            e->bound = is;
            memcpy(e->id, dir->fields[key + 1U], 32);
            found = true;
            if (is) {
                return true;
            }
        }
    }
    return found;
}

static int load_dir(const char *name, struct client *c, struct cell *dir)
{
    uint8_t id[32];
    int status = book_cell(name, id);

    if (status == 0) {
        status = client_cell(c, id, dir);
    }
    if (status == 0 && dir->cell.header.policy != 2U) {
        status = say_error(FM_E_POLICY, "%s is no directory: its policy is %u, a directory's is 2",
                           name, dir->cell.header.policy);
    }
    return status;
}

int cmd_dir_lookup(const struct args *a)
{
    struct cell *dir = calloc(1, sizeof *dir);
    uint8_t name[NAME_BYTES];
    char who[CLI_NAME_MAX];
    struct client c;
    struct entry e;
    int status = dir == NULL || !get_name(a->words[1], name) ? 2 : client_open(&c);

    if (status == 0) {
        status = load_dir(a->words[0], &c, dir);
        client_close(&c);
    }
    if (status == 0 && (!find_entry(dir, name, &e) || !e.bound)) {
        status = say_error(FM_E_NOT_THERE, "'%s' is not bound in %s", a->words[1], a->words[0]);
    }
    if (status == 0) {
        book_name(e.id, who);
        say_begin();
        say_text("name", a->words[1]);
        say_text("cell", who);
        say_hex("id", e.id, 32);
        say_u64("version", e.version);
        say_u64("key", e.key);
        say_end();
    }
    free(dir);
    return status;
}

/* words: AGENT DIR NAME [CELL]; needs --slot (a capability with method 1); --version is the compare-and-swap. */
static int change(const struct args *a, bool bind)
{
    struct making *m = calloc(1, sizeof *m);
    struct cell *dir = calloc(1, sizeof *dir);
    uint8_t writes[2 * FM_INVOKE_WRITE_BYTES] = {0};
    uint8_t name[NAME_BYTES];
    uint8_t id[32] = {0};
    struct args with = *a;
    struct entry e;
    uint64_t version;
    int status = m == NULL || dir == NULL || !get_name(a->words[2], name) ? 2 : 0;

    with.option[with.noptions] = "of";
    with.value[with.noptions] = a->words[1];
    with.noptions++;
    if (status == 0 && bind) {
        status = book_cell(a->words[3], id);
    }
    if (status == 0) {
        status = turn_begin(m, a->words[0], &with);
    }
    if (status != 0) {
        free(m);
        free(dir);
        return status;
    }
    status = load_dir(a->words[1], &m->client, dir);
    if (status == 0 && (!find_entry(dir, name, &e) || (!bind && !e.bound))) {
        status = say_error(FM_E_NOT_THERE, bind ? "the directory is full" : "'%s' is not bound",
                           a->words[2]);
    }
    if (status == 0 && !opt_number(a, "version", e.version, 0, FM_U64_MAX - 1U, &version)) {
        status = 2;
    }
    if (status == 0) {
        fm_put_le16(writes, e.key);
        if (bind) {
            memcpy(writes + 2, name, NAME_BYTES);
        }
        fm_put_le64(writes + 2 + NAME_BYTES, version + 1U);
        fm_put_le16(writes + FM_INVOKE_WRITE_BYTES, (uint16_t)(e.key + 1U));
        memcpy(writes + FM_INVOKE_WRITE_BYTES + 2, id, 32);
        fm_turn_invoke(&m->maker, DIR_METHOD, 2, writes);
        status = turn_end(m, bind ? "the name is bound" : "the name is free");
    } else {
        turn_abort(m);
    }
    free(m);
    free(dir);
    return status;
}

int cmd_dir_bind(const struct args *a)
{
    return change(a, true);
}

int cmd_dir_unbind(const struct args *a)
{
    return change(a, false);
}

int cmd_dir_list(const struct args *a)
{
    static const uint8_t zero[NAME_BYTES];
    struct cell *dir = calloc(1, sizeof *dir);
    struct client c;
    int status = dir == NULL ? 1 : client_open(&c);

    if (status == 0) {
        status = load_dir(a->words[0], &c, dir);
        client_close(&c);
    }
    if (status == 0) {
        uint64_t n = 0;

        say_begin();
        for (uint32_t key = FM_RULE_FIRST; key + 1U < dir->cell.header.nfields; key += 2U) {
            char name[NAME_BYTES + 1U] = {0};
            char who[CLI_NAME_MAX];

            if (memcmp(dir->fields[key], zero, NAME_BYTES) == 0) {
                continue;
            }
            memcpy(name, dir->fields[key], NAME_BYTES);
            book_name(dir->fields[key + 1U], who);
            say_text(name, who);
            n++;
        }
        if (n == 0 && !say_is_json()) {
            puts("  (nothing is bound)");
        }
        say_end();
    }
    free(dir);
    return status;
}
