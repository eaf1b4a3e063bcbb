/* SPDX-License-Identifier: Apache-2.0 */
/* dregg: what its files share. */
#ifndef FM_HOST_CLI_CLI_H
#define FM_HOST_CLI_CLI_H

#include "core/cap.h"
#include "core/proof.h"
#include "core/state.h"
#include "wire/node_msg.h"
#include "wire/turn.h"

#include <stdio.h>

#define CLI_NAME_MAX 64
#define CLI_PATH_MAX 4096
#define CLI_ARGS_MAX 64

/* A command line, taken apart: words, and options with their values ("" for flags). */
struct args {
    int nwords;
    const char *words[CLI_ARGS_MAX];
    int noptions;
    const char *option[CLI_ARGS_MAX];
    const char *value[CLI_ARGS_MAX];
};

/* One command of the table. */
struct command {
    const char *name;    /* "cell new" */
    const char *words;   /* "NAME" */
    const char *options; /* "by= slots= json", space-separated; = : takes a value */
    const char *help;
    int min_words;
    int max_words;
    int (*run)(const struct args *a);
};
extern const struct command commands[];
extern const int ncommands;

/* How things are said: to people, or with --json to programs. */
void say_json(bool on);
bool say_is_json(void);
void say_begin(void);
void say_text(const char *key, const char *value);
void say_u64(const char *key, uint64_t value);
void say_i64(const char *key, int64_t value);
void say_bool(const char *key, bool value);
void say_hex(const char *key, const uint8_t *bytes, size_t n);
void say_list(const char *key); /* objects follow, each between say_item and the next */
void say_item(void);
void say_list_end(void);
void say_end(void);
/* Fails: prints the error (name, sentence, detail) and gives the exit status 10 + category, 2 for USAGE. */
int say_error(fm_err code, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Progress on a terminal; silent elsewhere. done = total ends it, and so does whatever is said next. what: a name of
 * at most 12 letters that stays where it is. */
void say_progress(const char *what, uint64_t done, uint64_t total);

/* Options. */
bool opt_has(const struct args *a, const char *name);
const char *opt_text(const struct args *a, const char *name, const char *otherwise);
/* False, after an error was printed, if it is no number within the bounds. Absent: otherwise. */
bool opt_number(const struct args *a, const char *name, uint64_t otherwise, uint64_t lo,
                uint64_t hi, uint64_t *out);
bool text_number(const char *what, const char *text, uint64_t lo, uint64_t hi, uint64_t *out);
bool text_hex(const char *text, uint8_t *out, size_t n);
/* "read,send" or "all". */
bool text_rights(const char *text, uint16_t *rights);
void rights_text(uint16_t rights, char *out, size_t cap);
/* Up to 32 bytes: 0x… hex, a cell's name with @, a number, or text. */
bool text_value(const char *text, uint8_t value[32]);

/* Keys and the address book, under $DREGG_HOME (default ~/.dregg). */
struct key {
    uint8_t pk[32];
    uint8_t sk[64];
};
int book_key_new(const char *name, uint8_t pk[32]);
/* 0 or the exit status of an error that was printed. The caller wipes the key. */
int book_key(const char *name, struct key *key);
int book_cell_save(const char *name, const uint8_t id[32]);
/* A name, 64 hex digits, or the words native, treasury, factory-dir. */
int book_cell(const char *name, uint8_t id[32]);
/* The name of a cell, or its first hex digits. */
void book_name(const uint8_t id[32], char out[CLI_NAME_MAX]);
const char *book_home(void);
typedef void (*book_visit)(void *cookie, const char *name);
void book_list(const char *what, book_visit visit, void *cookie);

/* The node. */
struct client {
    int fd;
    uint8_t *in; /* FM_MSG_ANSWER_MAX */
    size_t in_len;
    uint32_t tag;
};
void client_address(const char *address); /* --node */
int client_open(struct client *c);
void client_close(struct client *c);
bool client_send(struct client *c, const uint8_t *bytes, size_t n);
/* The next answer: its head, and a reader over its payload, valid until the next call. 0 or an exit status. */
int client_next(struct client *c, struct fm_msg_head *head, struct fm_reader *payload);
/* Prints the error in an answer of kind FM_MSG_ERROR; the exit status. */
int client_error(struct fm_reader *r);
/* One request and its answer; an ERROR answer is printed. */
int client_ask(struct client *c, uint8_t kind, const uint8_t *payload, size_t n,
               struct fm_reader *answer);
int client_turn(struct client *c, const uint8_t *turn, size_t n, struct fm_msg_outcome *o);

struct head {
    struct fm_top top;
    uint8_t root[32];
    uint8_t receipt_hash[32];
    struct fm_receipt receipt;
    struct fm_params params;
};
int client_head(struct client *c, struct head *h);

struct cell {
    struct fm_cell cell;
    struct fm_record records[FM_SLOTS_MAX];
    uint8_t fields[FM_FIELDS_MAX][32];
};
int client_cell(struct client *c, const uint8_t id[32], struct cell *cell);
int client_cell_idx(struct client *c, uint32_t idx, struct cell *cell);

/* A turn under way: begins with the agent's key, cell and nonce; opens the frame that --slot and --of name, or SELF. */
struct making {
    struct client client;
    struct key key;
    struct head head;
    struct cell agent;
    struct fm_turn_maker maker;
    uint8_t wire[FM_TURN_BYTES_MAX];
    struct fm_msg_outcome outcome;
};
int turn_begin(struct making *m, const char *agent, const struct args *a);
/* Signs, sends, waits, and says what came of it. 0 if committed, else the exit status. */
int turn_end(struct making *m, const char *what);
void turn_abort(struct making *m);

#endif
