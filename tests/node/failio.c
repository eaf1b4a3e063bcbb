/* SPDX-License-Identifier: Apache-2.0 */
/* Preloaded into a node: from the FAILIO_AT-th call of FAILIO_CALL (pwrite or fdatasync) on, both
 * fail, as a dying disk does. */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int calls;
static int dead;

static int fails(const char *name)
{
    const char *call = getenv("FAILIO_CALL");
    const char *at = getenv("FAILIO_AT");

    if (!dead && call != NULL && at != NULL && strcmp(call, name) == 0) {
        calls++;
        dead = calls >= atol(at);
    }
    if (dead) {
        errno = EIO;
    }
    return dead;
}

ssize_t pwrite(int fd, const void *buf, size_t n, off_t at)
{
    ssize_t (*real)(int, const void *, size_t, off_t);

    *(void **)&real = dlsym(RTLD_NEXT, "pwrite");
    return fails("pwrite") ? -1 : real(fd, buf, n, at);
}

int fdatasync(int fd)
{
    int (*real)(int);

    *(void **)&real = dlsym(RTLD_NEXT, "fdatasync");
    return fails("fdatasync") ? -1 : real(fd);
}
