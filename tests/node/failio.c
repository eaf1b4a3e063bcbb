/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Preloaded into a node, a bad device:
 *   FAILIO_CALL, FAILIO_AT  from the AT-th call of CALL (pwrite or fdatasync) on both fail, as on a dying disk
 *   FAILIO_FULL             …and with ENOSPC instead of EIO
 *   FAILIO_CHILD            every pwrite of a forked child fails with ENOSPC
 *   FAILIO_INDEX            writes of the index fail with ENOSPC; of the others above, none is one of the index's
 *   FAILIO_INDEX            writes of the index fail with ENOSPC; none of those above is one of the index's
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int calls;
static int dead;
static unsigned turn;
static pid_t parent;

__attribute__((constructor)) static void remember(void)
{
    parent = getpid();
}

/* Whether a descriptor is one of the index's files, which LMDB writes. */
static int of_index(int fd)
{
    char link[32];
    char path[512];
    ssize_t n;

    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    n = readlink(link, path, sizeof path - 1);
    path[n < 0 ? 0 : n] = '\0';
    return strstr(path, "/index/") != NULL;
}

static int fails(const char *name)
{
    const char *call = getenv("FAILIO_CALL");
    const char *at = getenv("FAILIO_AT");

    if (!dead && call != NULL && at != NULL && strcmp(call, name) == 0) {
        calls++;
        dead = calls >= atol(at);
    }
    if (dead) {
        errno = getenv("FAILIO_FULL") != NULL ? ENOSPC : EIO;
    }
    if (getenv("FAILIO_CHILD") != NULL && getpid() != parent) {
        errno = ENOSPC;
        return 1;
    }
    return dead;
}

/* How much of n bytes is done now: 0 for an interruption. */
static size_t part(size_t n)
{
    if (getenv("FAILIO_SHORT") == NULL) {
        return n;
    }
    turn++;
    errno = EINTR;
    return turn % 2U == 0U ? 0 : n / 3U + 1U;
}

ssize_t pwrite(int fd, const void *buf, size_t n, off_t at)
{
    ssize_t (*real)(int, const void *, size_t, off_t);
    size_t now;

    *(void **)&real = dlsym(RTLD_NEXT, "pwrite");
    if (of_index(fd)) {
        errno = ENOSPC;
        return getenv("FAILIO_INDEX") != NULL ? -1 : real(fd, buf, n, at);
    }
    now = part(n);
    if (fails("pwrite") || (n > 0 && now == 0)) {
        return -1;
    }
    return real(fd, buf, now, at);
}

ssize_t pread(int fd, void *buf, size_t n, off_t at)
{
    ssize_t (*real)(int, void *, size_t, off_t);
    size_t now = of_index(fd) ? n : part(n);

    *(void **)&real = dlsym(RTLD_NEXT, "pread");
    return n > 0 && now == 0 ? -1 : real(fd, buf, now, at);
}

int fdatasync(int fd)
{
    int (*real)(int);

    *(void **)&real = dlsym(RTLD_NEXT, "fdatasync");
    return !of_index(fd) && fails("fdatasync") ? -1 : real(fd);
}
