/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const names[FM_AREAS] = {"super", "log", "checkpoint.0", "checkpoint.1"};

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

fm_err files_open(const char *dir, bool create, int fds[FM_AREAS], int *lock_fd,
                  struct host_error *e)
{
    int dir_fd;
    fm_err err;

    for (size_t i = 0; i < FM_AREAS; i++) {
        fds[i] = -1;
    }
    *lock_fd = -1;
    if (create && mkdir(dir, 0700) != 0 && errno != EEXIST) {
        return host_fail(e, FM_E_STORE_IO, "%s: %s", dir, strerror(errno));
    }
    dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir_fd < 0) {
        return host_fail(e, errno == ENOENT ? FM_E_STORE_NONE : FM_E_STORE_IO, "%s: %s", dir,
                         strerror(errno));
    }
    err = create || faccessat(dir_fd, "super", F_OK, 0) == 0
              ? take_lock(dir_fd, dir, lock_fd, e)
              : host_fail(e, FM_E_STORE_NONE, "%s: no store here", dir);
    if (err == FM_OK) {
        err = open_areas(dir_fd, dir, create, fds, e);
    }
    if (err == FM_OK && create && fsync(dir_fd) != 0) {
        err = host_fail(e, FM_E_STORE_IO, "%s: %s", dir, strerror(errno));
    }
    close(dir_fd);
    if (err != FM_OK) {
        files_close(fds, lock_fd);
    }
    return err;
}

void files_close(int fds[FM_AREAS], int *lock_fd)
{
    for (size_t i = 0; i < FM_AREAS; i++) {
        if (fds[i] >= 0) {
            close(fds[i]);
            fds[i] = -1;
        }
    }
    if (*lock_fd >= 0) {
        close(*lock_fd);
        *lock_fd = -1;
    }
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
