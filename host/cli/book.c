/* SPDX-License-Identifier: Apache-2.0 */
/* Keys and names of cells, as files: DREGG_HOME/keys/NAME (mode 0600: a seed in hex),
 * DREGG_HOME/cells/NAME (an id in hex). */
#include "crypto/sign.h"
#include "host/cli/cli.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

const char *book_home(void)
{
    static char home[CLI_PATH_MAX];
    const char *given = getenv("DREGG_HOME");

    if (given != NULL && given[0] != '\0') {
        return given;
    }
    given = getenv("HOME");
    snprintf(home, sizeof home, "%s/.dregg", given != NULL ? given : ".");
    return home;
}

static bool good_name(const char *name)
{
    size_t n = strlen(name);

    return n > 0 && n < CLI_NAME_MAX && name[0] != '.' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789-_.") == n;
}

static void path_of(const char *what, const char *name, char path[CLI_PATH_MAX])
{
    snprintf(path, CLI_PATH_MAX, "%s/%s/%s", book_home(), what, name);
}

static int make_folders(const char *what)
{
    char path[CLI_PATH_MAX];

    if (mkdir(book_home(), 0700) != 0 && errno != EEXIST) {
        return say_error(FM_E_FILE_IO, "%s: %s", book_home(), strerror(errno));
    }
    path_of(what, "", path);
    if (mkdir(path, 0700) != 0 && errno != EEXIST) {
        return say_error(FM_E_FILE_IO, "%s: %s", path, strerror(errno));
    }
    return 0;
}

/* Writes 32 bytes as hex into a file of its own; it must not be there if exclusive. */
static int write_hex(const char *what, const char *name, const uint8_t bytes[32], bool exclusive)
{
    char path[CLI_PATH_MAX];
    char hex[66];
    int fd;
    int status = make_folders(what);

    if (status != 0) {
        return status;
    }
    if (!good_name(name)) {
        return say_error(FM_E_USAGE,
                         "a name has 1 to 63 letters, digits, dots, dashes and underscores: '%s'",
                         name);
    }
    path_of(what, name, path);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (exclusive ? O_EXCL : O_TRUNC), 0600);
    if (fd < 0) {
        return say_error(errno == EEXIST ? FM_E_KEY_EXISTS : FM_E_FILE_IO, "%s: %s", path,
                         strerror(errno));
    }
    for (size_t i = 0; i < 32; i++) {
        snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
    }
    hex[64] = '\n';
    if (write(fd, hex, 65) != 65 || fsync(fd) != 0) {
        status = say_error(FM_E_FILE_IO, "%s: %s", path, strerror(errno));
    }
    fm_wipe(hex, sizeof hex);
    close(fd);
    return status;
}

/* 0 if read; errno otherwise, EINVAL if it is no hex. */
static int read_hex(const char *what, const char *name, uint8_t bytes[32], mode_t *mode)
{
    char path[CLI_PATH_MAX];
    char hex[66] = {0};
    struct stat st;
    int fd;
    int status = 0;

    if (!good_name(name)) {
        return ENOENT;
    }
    path_of(what, name, path);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno;
    }
    if (fstat(fd, &st) != 0 || read(fd, hex, 65) < 64) {
        status = EINVAL;
    }
    *mode = st.st_mode;
    hex[64] = '\0';
    if (status == 0 && !text_hex(hex, bytes, 32)) {
        status = EINVAL;
    }
    fm_wipe(hex, sizeof hex);
    close(fd);
    return status;
}

int book_key_new(const char *name, uint8_t pk[32])
{
    uint8_t seed[32];
    uint8_t sk[64];
    int status;

    if (getrandom(seed, sizeof seed, 0) != (ssize_t)sizeof seed) {
        return say_error(FM_E_FILE_IO, "no entropy: %s", strerror(errno));
    }
    status = write_hex("keys", name, seed, true);
    fm_ed25519_keypair(seed, pk, sk);
    fm_wipe(seed, sizeof seed);
    fm_wipe(sk, sizeof sk);
    return status;
}

int book_key(const char *name, struct key *key)
{
    uint8_t seed[32];
    mode_t mode = 0;
    int err = read_hex("keys", name, seed, &mode);

    if (err != 0) {
        return say_error(err == ENOENT ? FM_E_NO_KEY_FILE : FM_E_FILE_IO, "%s/keys/%s: %s",
                         book_home(), name,
                         err == ENOENT ? "make one with `dregg key new`" : strerror(err));
    }
    if ((mode & 077U) != 0U) {
        fm_wipe(seed, sizeof seed);
        return say_error(FM_E_KEY_OPEN, "%s/keys/%s has mode %04o", book_home(), name,
                         mode & 07777U);
    }
    fm_ed25519_keypair(seed, key->pk, key->sk);
    fm_wipe(seed, sizeof seed);
    return 0;
}

int book_cell_save(const char *name, const uint8_t id[32])
{
    return write_hex("cells", name, id, false);
}

int book_cell(const char *name, uint8_t id[32])
{
    static const uint8_t zero[32];
    mode_t mode;
    int err;

    if (strcmp(name, "native") == 0) {
        memset(id, 0, 32);
        return 0;
    }
    if (strcmp(name, "treasury") == 0 || strcmp(name, "factory-dir") == 0) {
        fm_cell_id(zero, 0, name[0] == 't' ? 1 : 2, id);
        return 0;
    }
    if (strlen(name) == 64 && text_hex(name, id, 32)) {
        return 0;
    }
    err = read_hex("cells", name, id, &mode);
    return err == 0 ? 0
                    : say_error(FM_E_NO_NAME,
                                "'%s': neither a name in %s/cells nor 64 hexadecimal digits", name,
                                book_home());
}

void book_list(const char *what, book_visit visit, void *cookie)
{
    char path[CLI_PATH_MAX];
    struct dirent *entry;
    DIR *dir;

    path_of(what, "", path);
    dir = opendir(path);
    if (dir == NULL) {
        return;
    }
    while ((entry = readdir(dir)) != NULL) {
        if (good_name(entry->d_name)) {
            visit(cookie, entry->d_name);
        }
    }
    closedir(dir);
}

struct find_name {
    const uint8_t *id;
    char *out;
};

static void match_name(void *cookie, const char *name)
{
    struct find_name *f = cookie;
    uint8_t id[32];
    mode_t mode;

    if (read_hex("cells", name, id, &mode) == 0 && memcmp(id, f->id, 32) == 0) {
        snprintf(f->out, CLI_NAME_MAX, "%s", name);
    }
}

void book_name(const uint8_t id[32], char out[CLI_NAME_MAX])
{
    static const char *const fixed[] = {"native", "treasury", "factory-dir"};
    struct find_name f = {id, out};
    uint8_t known[32];

    snprintf(out, CLI_NAME_MAX, "%02x%02x%02x%02x…", id[0], id[1], id[2], id[3]);
    for (size_t i = 0; i < FM_ARRAY_LEN(fixed); i++) {
        if (book_cell(fixed[i], known) == 0 && memcmp(known, id, 32) == 0) {
            snprintf(out, CLI_NAME_MAX, "%s", fixed[i]);
        }
    }
    book_list("cells", match_name, &f);
}
