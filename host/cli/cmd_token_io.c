/* SPDX-License-Identifier: Apache-2.0 */
/* dregg token: files, pipes, keys, times and programs. Secrets come from files and go to files of mode 0600. */
#include "crypto/sign.h"
#include "host/cli/cmd_token.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ARENA_BYTES (8U << 20)

struct fm_arena *token_arena(void)
{
    static uint8_t memory[ARENA_BYTES];
    static struct fm_arena arena = {memory, ARENA_BYTES, 0};

    arena.used = 0;
    return &arena;
}

void token_arena_wipe(void)
{
    struct fm_arena *arena = token_arena();

    fm_wipe(arena->base, arena->cap);
}

/* ------------------------------------------------------------------------------------------ files */
static bool is_pipe(const char *path)
{
    return path == NULL || strcmp(path, "-") == 0;
}

int token_read_file(const char *path, uint8_t *out, size_t cap, size_t *len)
{
    int fd = is_pipe(path) ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    size_t n = 0;
    int status = 0;

    if (fd < 0) {
        return say_error(FM_E_FILE_IO, "%s: %s", path, strerror(errno));
    }
    for (;;) {
        ssize_t got = read(fd, out + n, cap - n);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            status = say_error(FM_E_FILE_IO, "%s: %s", is_pipe(path) ? "standard input" : path, strerror(errno));
        }
        if (got <= 0) {
            break;
        }
        n += (size_t)got;
        if (n == cap) {
            status = say_error(FM_E_TOKEN_LENGTH, "%s: more than %zu bytes", is_pipe(path) ? "standard input" : path,
                               cap - 1U);
            break;
        }
    }
    if (!is_pipe(path)) {
        close(fd);
    }
    out[n] = 0;
    *len = n;
    return status;
}

/* Text has only printable characters and white space; binary tokens begin with a tag and have others. */
static bool looks_like_text(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((p[i] < 0x20 && p[i] != '\n' && p[i] != '\r' && p[i] != '\t') || p[i] >= 0x7f) {
            return false;
        }
    }
    return true;
}

int token_decode(const char *path, const uint8_t *in, size_t n, uint8_t *out, size_t cap, size_t *len)
{
    if (!looks_like_text(in, n)) {
        if (n > cap) {
            return say_error(FM_E_TOKEN_LENGTH, "%zu bytes, the limit is %zu", n, cap);
        }
        memcpy(out, in, n);
        *len = n;
        return 0;
    }
    while (n > 0 && in[n - 1] <= 0x20) {
        n--;
    }
    while (n > 0 && in[0] <= 0x20) {
        in++;
        n--;
    }
    if (n / 4U * 3U > cap + 8U) {
        return say_error(FM_E_TOKEN_LENGTH, "%zu characters, the limit is %zu bytes", n, cap);
    }
    *len = fm_biscuit_base64_decode((const char *)in, n, out, cap);
    if (*len == SIZE_MAX || n == 0) {
        return say_error(FM_E_TOKEN_BASE64, "%s holds neither base64url nor a binary token",
                         is_pipe(path) ? "standard input" : path);
    }
    return 0;
}

int token_read(const char *path, struct held *h)
{
    static uint8_t text[TOKEN_TEXT_MAX];
    struct fm_why why = {FM_OK, 0, "", 0, 0};
    size_t n = 0;
    int status = token_read_file(path, text, sizeof text, &n);

    if (status == 0) {
        status = token_decode(path, text, n, h->bytes, sizeof h->bytes, &h->len);
    }
    fm_wipe(text, sizeof text);
    if (status == 0) {
        fm_err err = fm_biscuit_parse(&h->token, h->bytes, h->len, &why);
        status = err == FM_OK ? 0 : say_error(err, "at byte %" PRIu32 " of the token", why.offset);
    }
    return status;
}

/* -------------------------------------------------------------------------------------------- keys */
/* 64 hex digits, or ed25519-private/… or secp256r1-private/… as other tools write them. */
static bool read_secret(const char *text, struct fm_biscuit_secret *s)
{
    static const char ed[] = "ed25519-private/";
    static const char p256[] = "secp256r1-private/";
    char hex[65];
    bool good;

    s->algorithm = FM_BISCUIT_ED25519;
    if (strncmp(text, ed, sizeof ed - 1U) == 0) {
        text += sizeof ed - 1U;
    } else if (strncmp(text, p256, sizeof p256 - 1U) == 0) {
        s->algorithm = FM_BISCUIT_SECP256R1;
        text += sizeof p256 - 1U;
    }
    snprintf(hex, sizeof hex, "%.64s", text);
    good = text_hex(hex, s->bytes, 32) && strspn(text + 64, " \t\r\n") == strlen(text + 64);
    fm_wipe(hex, sizeof hex);
    return good;
}

static void key_path(const char *name, char path[CLI_PATH_MAX])
{
    if (strchr(name, '/') != NULL) {
        snprintf(path, CLI_PATH_MAX, "%s", name);
    } else {
        snprintf(path, CLI_PATH_MAX, "%s/keys/%s", book_home(), name);
    }
}

int token_secret(const char *name, struct fm_biscuit_secret *secret)
{
    char path[CLI_PATH_MAX];
    char text[128] = {0};
    struct stat st;
    int status = 0;
    int fd;

    key_path(name, path);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return say_error(errno == ENOENT ? FM_E_NO_KEY_FILE : FM_E_FILE_IO, "%s: %s", path,
                         errno == ENOENT ? "make one with `dregg token keypair`" : strerror(errno));
    }
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        status = say_error(FM_E_FILE_IO, "%s: no file", path);
    } else if ((st.st_mode & 077U) != 0U) {
        status = say_error(FM_E_KEY_OPEN, "%s has mode %04o", path, st.st_mode & 07777U);
    } else if (read(fd, text, sizeof text - 1U) < 64 || !read_secret(text, secret)) {
        status = say_error(FM_E_FILE_IO, "%s: a key file holds 64 hexadecimal digits, or secp256r1-private/ and them",
                           path);
    }
    fm_wipe(text, sizeof text);
    close(fd);
    return status;
}

int token_public(const char *text, struct fm_biscuit_key *key)
{
    struct fm_biscuit_secret secret;
    bool name = strncmp(text, "ed25519/", 8) != 0 && strncmp(text, "secp256r1/", 10) != 0 &&
                !(strlen(text) == 64 && strspn(text, "0123456789abcdefABCDEF") == 64);
    fm_err err;
    int status;

    if (!name) {
        err = fm_biscuit_key_parse(text, strlen(text), key);
        err = err == FM_OK ? fm_biscuit_key_check(key) : err;
        return err == FM_OK ? 0 : say_error(err, "'%s'", text);
    }
    status = token_secret(text, &secret);
    if (status != 0) {
        return status;
    }
    err = fm_biscuit_key_of_secret(secret.algorithm, secret.bytes, &fm_biscuit_p256_openssl, key);
    fm_wipe(&secret, sizeof secret);
    return err == FM_OK ? 0 : say_error(err, "the key file of '%s'", text);
}

int token_fresh(struct fm_biscuit_secret *secret)
{
    secret->algorithm = FM_BISCUIT_ED25519;
    return getrandom(secret->bytes, 32, 0) == 32 ? 0 : say_error(FM_E_FILE_IO, "no entropy: %s", strerror(errno));
}

int cmd_token_public(const struct args *a)
{
    struct fm_biscuit_key key;
    char text[96];
    int status = token_public(a->words[0], &key);

    if (status != 0) {
        return status;
    }
    (void)fm_biscuit_key_print(&key, text);
    if (say_is_json()) {
        say_begin();
        say_bool("ok", true);
        say_text("public", text);
        say_end();
    } else {
        puts(text);
    }
    return 0;
}

/* Writes the secret into a new file of mode 0600, as `dregg key` does. */
static int keep_secret(const char *name, const struct fm_biscuit_secret *secret)
{
    char path[CLI_PATH_MAX];
    char text[96];
    size_t at = 0;
    int status = 0;
    int fd;

    if (strchr(name, '/') == NULL) {
        (void)mkdir(book_home(), 0700);
        snprintf(path, sizeof path, "%s/keys", book_home());
        (void)mkdir(path, 0700);
    }
    key_path(name, path);
    if (secret->algorithm == FM_BISCUIT_SECP256R1) {
        at = (size_t)snprintf(text, sizeof text, "secp256r1-private/");
    }
    for (size_t i = 0; i < 32; i++) {
        at += (size_t)snprintf(text + at, sizeof text - at, "%02x", secret->bytes[i]);
    }
    text[at++] = '\n';
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0) {
        status = say_error(errno == EEXIST ? FM_E_KEY_EXISTS : FM_E_FILE_IO, "%s: %s", path, strerror(errno));
    } else {
        if (write(fd, text, at) != (ssize_t)at || fsync(fd) != 0) {
            status = say_error(FM_E_FILE_IO, "%s: %s", path, strerror(errno));
        }
        close(fd);
    }
    fm_wipe(text, sizeof text);
    return status;
}

int cmd_token_keypair(const struct args *a)
{
    const char *algorithm = opt_text(a, "algorithm", "ed25519");
    struct fm_biscuit_secret secret;
    struct fm_biscuit_key key;
    int status;

    if (strcmp(algorithm, "ed25519") != 0 && strcmp(algorithm, "secp256r1") != 0) {
        return say_error(FM_E_USAGE, "--algorithm is ed25519 or secp256r1, got '%s'", algorithm);
    }
    status = token_fresh(&secret);
    secret.algorithm = algorithm[0] == 'e' ? FM_BISCUIT_ED25519 : FM_BISCUIT_SECP256R1;
    if (status == 0 &&
        fm_biscuit_key_of_secret(secret.algorithm, secret.bytes, &fm_biscuit_p256_openssl, &key) != FM_OK) {
        status = say_error(FM_E_TOKEN_KEY, "chance made no key: try again");
    }
    if (status == 0) {
        status = keep_secret(a->words[0], &secret);
    }
    fm_wipe(&secret, sizeof secret);
    return status == 0 ? cmd_token_public(a) : status;
}

/* ---------------------------------------------------------------------------------------- programs */
int token_program(const struct args *a, char *out, size_t cap, size_t *n, const char **from)
{
    const char *file = opt_text(a, "code", NULL);
    const char *text = opt_text(a, "datalog", NULL);

    *n = 0;
    if (file != NULL && text != NULL) {
        return say_error(FM_E_USAGE, "--code FILE or --datalog TEXT, not both");
    }
    *from = file != NULL ? file : "--datalog";
    if (file != NULL) {
        return token_read_file(file, (uint8_t *)out, cap, n);
    }
    if (text != NULL) {
        *n = strlen(text);
        if (*n >= cap) {
            return say_error(FM_E_TOKEN_LENGTH, "%zu characters of Datalog", *n);
        }
        memcpy(out, text, *n + 1U);
    }
    return 0;
}

/* Nothing in the line steers a terminal or has a width of its own. */
static bool plain_line(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)p[i] < 0x20 || p[i] == 0x7f) {
            return false;
        }
    }
    return true;
}

int token_syntax_error(fm_err err, const char *from, const char *text, size_t n, const struct fm_biscuit_where *where)
{
    uint32_t line = 1;
    size_t at = 0;
    size_t end;

    if (where->line == 0) {
        return say_error(err, "%s", from);
    }
    if (say_is_json()) {
        say_begin();
        say_bool("ok", false);
        say_text("error", fm_err_name(err));
        say_text("category", fm_err_category_name(fm_err_category(err)));
        say_u64("code", (uint64_t)err);
        say_text("meaning", fm_err_text(err));
        say_text("source", from);
        say_u64("line", where->line);
        say_u64("column", where->column);
        say_text("expected", where->expected);
        say_end();
        return 10 + (int)fm_err_category(err);
    }
    for (; at < n && line < where->line; at++) {
        line += text[at] == '\n' ? 1U : 0U;
    }
    for (end = at; end < n && text[end] != '\n';) {
        end++;
    }
    (void)say_error(err, "%s:%" PRIu32 ":%" PRIu32 ": expected %s", from, where->line, where->column, where->expected);
    if (where->column < 200 && end - at < 400 && plain_line(text + at, end - at)) {
        fprintf(stderr, "       %.*s\n       %*s^\n", (int)(end - at), text + at, (int)where->column - 1, "");
    }
    return 10 + (int)fm_err_category(err);
}

int token_time(const char *option, const char *text, uint64_t *out)
{
    static const char units[] = "smhd";
    static const uint64_t seconds[] = {1, 60, 3600, 86400};
    struct tm tm;
    const char *rest;
    char *end;

    memset(&tm, 0, sizeof tm);
    rest = strptime(text, "%Y-%m-%d", &tm);
    if (rest != NULL && *rest == 'T') {
        rest = strptime(rest, "T%H:%M:%SZ", &tm);
    } else if (rest != NULL && *rest == '\0') {
        tm.tm_hour = 23; /* a day is meant to its end */
        tm.tm_min = 59;
        tm.tm_sec = 59;
    }
    if (rest != NULL && *rest == '\0' && tm.tm_year >= 70) {
        *out = (uint64_t)timegm(&tm);
        return 0;
    }
    errno = 0;
    *out = strtoull(text, &end, 10);
    if (errno == 0 && end != text && text[0] != '-' && *out <= 253402300799ULL) {
        const char *unit = *end != '\0' ? strchr(units, *end) : NULL;
        if (*end == '\0') {
            return 0;
        }
        if (unit != NULL && end[1] == '\0' && *out < 100000000U) {
            *out = (uint64_t)time(NULL) + *out * seconds[unit - units];
            return 0;
        }
    }
    return say_error(FM_E_USAGE, "--%s takes a time (2026-12-31, 2026-12-31T23:59:59Z, seconds since 1970) or a span "
                                 "from now (90s, 15m, 12h, 30d), got '%s'",
                     option, text);
}

int token_actions(const char *text, uint16_t *actions)
{
    *actions = 0;
    if (strcmp(text, "all") == 0) {
        *actions = FM_RIGHTS_ALL;
        return 0;
    }
    for (const char *at = text;;) {
        size_t n = strcspn(at, ",");
        uint16_t bit = fm_biscuit_action(at, n);
        if (bit == 0) {
            return say_error(FM_E_TOKEN_ACTION, "'%.*s'; there are read, invoke, write, send, grant, spawn, notify, "
                                                "mint, life, admin, and all",
                             (int)n, at);
        }
        *actions = (uint16_t)(*actions | bit);
        if (at[n] == '\0') {
            return 0;
        }
        at += n + 1U;
    }
}

/* ------------------------------------------------------------------------------------------ output */
static int write_all(int fd, const char *path, const void *p, size_t n)
{
    const uint8_t *at = p;

    while (n > 0) {
        ssize_t done = write(fd, at, n);
        if (done < 0 && errno == EINTR) {
            continue;
        }
        if (done <= 0) {
            return say_error(FM_E_FILE_IO, "%s: %s", path, strerror(errno));
        }
        at += done;
        n -= (size_t)done;
    }
    return 0;
}

int token_write(const struct args *a, const char *what, const uint8_t *bytes, size_t n)
{
    static char text[TOKEN_TEXT_MAX];
    const char *path = opt_text(a, "out", NULL);
    bool raw = opt_has(a, "raw");
    size_t len = fm_biscuit_base64_encode(bytes, n, text, sizeof text - 1U);
    int fd = STDOUT_FILENO;
    int status = 0;

    if (len == SIZE_MAX) {
        return say_error(FM_E_TOKEN_LENGTH, "%zu bytes", n);
    }
    if (path != NULL) {
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600); /* whoever reads it can use it */
        if (fd < 0) {
            return say_error(FM_E_FILE_IO, "%s: %s", path, strerror(errno));
        }
    }
    if (path != NULL || !say_is_json()) {
        fflush(stdout);
        text[len] = '\n';
        status = raw ? write_all(fd, what, bytes, n) : write_all(fd, what, text, len + 1U);
    }
    if (path != NULL && close(fd) != 0 && status == 0) {
        status = say_error(FM_E_FILE_IO, "%s: %s", path, strerror(errno));
    }
    text[len] = '\0';
    if (status == 0 && say_is_json()) {
        say_begin();
        say_bool("ok", true);
        say_text(path != NULL ? "out" : what, path != NULL ? path : text);
        say_u64("bytes", n);
        say_end();
    }
    fm_wipe(text, sizeof text);
    return status;
}

/* Text that was cut may end inside a character: not for JSON. */
void token_whole_characters(char *text)
{
    size_t n = strlen(text);
    size_t at = n;

    while (at > 0 && ((unsigned char)text[at - 1U] & 0xc0U) == 0x80U) {
        at--;
    }
    if (at > 0 && (unsigned char)text[at - 1U] >= 0xc0U) {
        unsigned char lead = (unsigned char)text[at - 1U];
        size_t need = lead >= 0xf0U ? 4 : lead >= 0xe0U ? 3 : 2;
        if (n - (at - 1U) < need) {
            text[at - 1U] = '\0';
        }
    }
}

/* What a token says may steer a terminal: control characters become question marks, lines are set in. */
void token_say_lines(const char *key, const char *text)
{
    if (say_is_json()) {
        say_text(key, text);
        return;
    }
    printf(key[0] != '\0' ? "  %s\n    " : "%s    ", key);
    for (size_t i = 0; text[i] != '\0'; i++) {
        unsigned char c = (unsigned char)text[i];
        bool c1 = c == 0xc2 && (unsigned char)text[i + 1] >= 0x80 && (unsigned char)text[i + 1] < 0xa0;
        if (c == '\n') {
            fputs(text[i + 1] != '\0' ? "\n    " : "", stdout);
        } else {
            putchar(c < 0x20 || c == 0x7f || c1 ? '?' : c);
        }
        i += c1 ? 1U : 0U;
    }
    putchar('\n');
}
