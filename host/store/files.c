/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/files.h"

#include "host/store/history.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const names[FM_AREAS] = {"super", NULL, "checkpoint.0", "checkpoint.1"}; /* logs: history.h */

fm_err host_fail(struct host_error *e, fm_err code, const char *format, ...)
{
    va_list args;

    e->code = code;
    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
    return code;
}

static fm_err take_lock(int dir_fd, const char *dir, int *lock_fd, struct host_error *e)
{
    *lock_fd = openat(dir_fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*lock_fd < 0) {
        return host_fail(e, FM_E_STORE_IO, "%s/lock: %s", dir, strerror(errno));
    }
    if (flock(*lock_fd, LOCK_EX | LOCK_NB) != 0) {
        return host_fail(e, FM_E_STORE_BUSY, "%s: another process has this store open", dir);
    }
    return FM_OK;
}

static fm_err open_areas(int dir_fd, const char *dir, bool create, int fds[FM_AREAS],
                         struct host_error *e)
{
    for (size_t i = 0; i < FM_AREAS; i++) {
        int flags = O_RDWR | O_CLOEXEC | (create ? O_CREAT | O_EXCL : 0);

        if (names[i] == NULL) {
            continue;
        }
        fds[i] = openat(dir_fd, names[i], flags, 0600);
        if (fds[i] < 0) {
            fm_err code = errno == ENOENT   ? FM_E_STORE_NONE
                          : errno == EEXIST ? FM_E_STORE_EXISTS
                                            : FM_E_STORE_IO;

            return host_fail(e, code, "%s/%s: %s", dir, names[i], strerror(errno));
        }
    }
    return FM_OK;
}

static fm_err read_super(struct host_store *s, const char *dir, struct host_error *e)
{
    uint8_t area[FM_SUPER_AREA_BYTES];
    struct stat st;
    fm_err err;

    if (!files_read(s->fds[FM_AREA_SUPER], 0, area, sizeof area)) {
        return host_fail(e, FM_E_STORE_IO, "%s/super: %s", dir, strerror(errno));
    }
    err = fm_super_choose(&s->log.super, area, &e->why);
    if (err != FM_OK) {
        return host_fail(e, err, "%s: %s", dir, fm_err_text(err));
    }
    err = history_open(s->dir_fd, s->log.super.log_first, &s->fds[FM_AREA_LOG], e);
    if (err == FM_OK &&
        (fstat(s->fds[FM_AREA_LOG], &st) != 0 || (uint64_t)st.st_size < s->log.super.log_bytes)) {
        err = host_fail(e, FM_E_LOG_TRUNCATED, "%s/log.%020llu: %lld bytes, expected %llu", dir,
                        (unsigned long long)s->log.super.log_first, (long long)st.st_size,
                        (unsigned long long)s->log.super.log_bytes);
    }
    return err;
}

fm_err files_open(const char *dir, bool create, struct host_store *s, struct host_error *e)
{
    fm_err err;

    for (size_t i = 0; i < FM_AREAS; i++) {
        s->fds[i] = -1;
    }
    s->lock_fd = -1;
    s->dir_fd = -1;
    if (create && mkdir(dir, 0700) != 0 && errno != EEXIST) {
        return host_fail(e, FM_E_STORE_IO, "%s: %s", dir, strerror(errno));
    }
    s->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->dir_fd < 0) {
        return host_fail(e, errno == ENOENT ? FM_E_STORE_NONE : FM_E_STORE_IO, "%s: %s", dir, strerror(errno));
    }
    err = create || faccessat(s->dir_fd, "super", F_OK, 0) == 0
              ? take_lock(s->dir_fd, dir, &s->lock_fd, e)
              : host_fail(e, FM_E_STORE_NONE, "%s: no store here", dir);
    if (err == FM_OK) {
        err = open_areas(s->dir_fd, dir, create, s->fds, e);
    }
    if (err == FM_OK) {
        err = !create                   ? read_super(s, dir, e)
              : fsync(s->dir_fd) != 0 ? host_fail(e, FM_E_STORE_IO, "%s: %s", dir, strerror(errno))
                                        : FM_OK;
    }
    if (err != FM_OK) {
        files_close(s);
    }
    return err;
}

static void close_one(int *fd)
{
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

void files_close(struct host_store *s)
{
    for (size_t i = 0; i < FM_AREAS; i++) {
        close_one(&s->fds[i]);
    }
    close_one(&s->lock_fd);
    close_one(&s->dir_fd);
}

bool files_write_super(struct host_store *s)
{
    uint8_t sector[FM_SECTOR_BYTES];

    s->log.super.counter++;
    fm_super_encode(&s->log.super, sector);
    return files_write(s->fds[FM_AREA_SUPER], fm_super_at(s->log.super.counter), sector, sizeof sector) &&
           fsync(s->fds[FM_AREA_SUPER]) == 0;
}

fm_err files_zero(int fd, uint64_t bytes, struct host_error *e)
{
    static const uint8_t zeros[1U << 20];

    for (uint64_t at = 0; at < bytes; at += sizeof zeros) {
        size_t n = bytes - at < sizeof zeros ? (size_t)(bytes - at) : sizeof zeros;

        if (!files_write(fd, at, zeros, n)) {
            return host_fail(e, FM_E_STORE_IO, "zeroing the log: %s", strerror(errno));
        }
    }
    return fsync(fd) == 0 ? FM_OK
                          : host_fail(e, FM_E_STORE_IO, "flushing the log: %s", strerror(errno));
}

bool files_read(int fd, uint64_t at, uint8_t *buf, size_t n)
{
    while (n > 0) {
        ssize_t got = pread(fd, buf, n, (off_t)at);

        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return false;
        }
        if (got == 0) {
            memset(buf, 0, n); /* behind the end of a file that was cut: as if never written */
            return true;
        }
        buf += got;
        at += (uint64_t)got;
        n -= (size_t)got;
    }
    return true;
}

bool files_write(int fd, uint64_t at, const uint8_t *buf, size_t n)
{
    while (n > 0) {
        ssize_t put = pwrite(fd, buf, n, (off_t)at);

        if (put < 0 && errno == EINTR) {
            continue;
        }
        if (put <= 0) {
            return false;
        }
        buf += put;
        at += (uint64_t)put;
        n -= (size_t)put;
    }
    return true;
}

bool files_do(const int fds[FM_AREAS], const struct fm_io *io)
{
    switch (io->kind) {
    case FM_IO_READ:
        return files_read(fds[io->area], io->at, io->buf, io->bytes);
    case FM_IO_WRITE:
        return files_write(fds[io->area], io->at, io->buf, io->bytes);
    case FM_IO_FLUSH:
        return fdatasync(fds[io->area]) == 0;
    case FM_IO_NONE:
        return true;
    }
    return false;
}
