/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of `dregg token` share: tokens in and out, keys, programs, worlds. */
#ifndef FM_HOST_CLI_CMD_TOKEN_H
#define FM_HOST_CLI_CMD_TOKEN_H

#include "host/cli/cmds.h"

#include <firmament/biscuit_profile.h>

#define TOKEN_TEXT_MAX 65536U

/* A token that was read: the record and its bytes. It holds the secret that may append: wipe it. */
struct held {
    struct fm_biscuit token;
    uint8_t bytes[FM_BISCUIT_BYTES_MAX];
    size_t len;
};

/* Each of these returns 0, or the exit status of an error that was printed. */

/* A whole file, "-" or NULL for standard input, and a NUL after it. */
int token_read_file(const char *path, uint8_t *out, size_t cap, size_t *len);
/* base64url text or bytes, of this origin, into out. */
int token_decode(const char *path, const uint8_t *in, size_t n, uint8_t *out, size_t cap, size_t *len);
/* A token, base64url or binary; parsed, not verified. */
int token_read(const char *path, struct held *h);
/* The secret of a key file: a name under DREGG_HOME/keys, or a path with a slash. Mode 0600. */
int token_secret(const char *name, struct fm_biscuit_secret *secret);
/* A public key: its text, or the name of a key file. */
int token_public(const char *text, struct fm_biscuit_key *key);
/* A fresh secret for the next block. */
int token_fresh(struct fm_biscuit_secret *secret);
/* The program that --code FILE or --datalog TEXT gives; *n = 0 if neither is there. */
int token_program(const struct args *a, char *out, size_t cap, size_t *n, const char **from);
/* Prints a parser's error with its line and a caret. Gives the exit status. */
int token_syntax_error(fm_err err, const char *from, const char *text, size_t n,
                       const struct fm_biscuit_where *where);
/* Seconds since 1970 of "2026-12-31", "2026-12-31T23:59:59Z", "1790000000", "30d", "12h", "15m", "90s". */
int token_time(const char *option, const char *text, uint64_t *out);
/* "read,send" or "all", as bits. */
int token_actions(const char *text, uint16_t *actions);
/* Writes a token (or a request, or a response) to --out or standard output, as base64url unless --raw. */
int token_write(const struct args *a, const char *what, const uint8_t *bytes, size_t n);
/* Drops the character that a cut text ends inside of. */
void token_whole_characters(char *text);
/* The same text, with what could steer a terminal replaced, when it goes to people. */
void token_say_lines(const char *key, const char *text);
/* Working memory, given back wiped. */
struct fm_arena *token_arena(void);
void token_arena_wipe(void);

int cmd_token_keypair(const struct args *a);
int cmd_token_public(const struct args *a);
int cmd_token_mint(const struct args *a);
int cmd_token_inspect(const struct args *a);
int cmd_token_attenuate(const struct args *a);
int cmd_token_narrow(const struct args *a);
int cmd_token_seal(const struct args *a);
int cmd_token_verify(const struct args *a);
int cmd_token_explain(const struct args *a);
int cmd_token_limits(const struct args *a);
int cmd_token_revocation_ids(const struct args *a);
int cmd_token_third_party(const struct args *a);

#endif
