/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checkpoints while turns go on: a child process has the state as it was at the fork, and writes it into a file of its
 * own.
 *
 * K1  A checkpoint becomes one by a rename and the superblock that names it, in that order, after the area was
 * disowned:
 *     whatever crashes, the other area's checkpoint is whole.
 * K2  A file that somebody reads (a client that it is shipped to) is never written again: the next one is another file.
 * K3  The child has the state and not its caches (state.h, S1), which stay the parent's alone.
 * K4  The child holds no socket and no lock, so a client sees its connection end, and a store can be opened again, at
 *     the moment that the parent dies; and it dies with it.
 */
#include "host/store/files.h"
#include "host/store/history.h"
#include "host/store/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NEW_NAME "checkpoint.new"
#define CHILD_NICE 5
#define MEND_US 500U

static const char *const area_names[2] = {"checkpoint.0", "checkpoint.1"};

/* ------------------------------------------------------------------ the child: nothing but calls that a fork allows */

/* Closes every descriptor but these three. */
static void keep_only(int a, int b, int c)
{
    int keep[3] = {a, b, c};
    unsigned from = 3;

    for (;;) {
        int next = -1;

        for (size_t i = 0; i < 3; i++) {
            if (keep[i] >= (int)from && (next < 0 || keep[i] < next)) {
                next = keep[i];
            }
        }
        if (next < 0) {
            (void)close_range(from, ~0U, 0);
            return;
        }
        if ((unsigned)next > from) {
            (void)close_range(from, (unsigned)next - 1U, 0);
        }
        from = (unsigned)next + 1U;
    }
}

static bool write_state(const struct host_store *s, int fd)
{
    struct fm_checkpoint_writer w;
    uint64_t at = 0;
    size_t n;

    fm_checkpoint_write_begin(&w, &s->state, s->log.hash);
    while ((n = fm_checkpoint_write(&w, s->chunk, HOST_CHUNK_BYTES)) > 0) {
        if (!files_write(fd, at, s->chunk, n)) {
            return false;
        }
        at += n;
    }
    return true;
}

static _Noreturn void child(const struct host_store *s, pid_t parent, int fd, int spare_fd, int done_fd)
{
    struct host_error e = {.text = ""};

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    keep_only(fd, spare_fd, done_fd);
    if (getppid() != parent || !write_state(s, fd)) {
        _exit(1);
    }
    host_pages_release(s->memory, s->memory_bytes); /* shared no more: what the parent writes is not copied first */
    if (fsync(fd) != 0) {
        _exit(1);
    }
    (void)setpriority(PRIO_PROCESS, 0, CHILD_NICE); /* a spare is in no hurry */
    _exit(spare_fd < 0 || files_zero(spare_fd, s->log.super.log_bytes, &e) == FM_OK ? 0 : 2);
}

/* ------------------------------------------------------------------ the parent */

static double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int make_file(const struct host_store *s, const char *name)
{
    (void)unlinkat(s->dir_fd, name, 0); /* K2 */
    return openat(s->dir_fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

fm_err host_checkpoint_begin(struct host_store *s, struct host_error *e)
{
    struct host_checkpointing *c = &s->checkpointing;
    double start = seconds_now();
    pid_t parent = getpid();
    int ends[2] = {-1, -1};
    int spare_fd = -1;
    fm_err err = FM_OK;

    FM_ASSERT(s->state.nbatches == 0U);
    if (c->pid != 0) {
        return FM_OK;
    }
    c->fd = make_file(s, NEW_NAME);
    if (c->fd < 0 || pipe2(ends, O_CLOEXEC) != 0) {
        err = host_fail(e, FM_E_STORE_IO, "%s: %s", NEW_NAME, strerror(errno));
    }
    if (err == FM_OK && !s->spare_ready && s->state.top.seq > 0U) {
        spare_fd = make_file(s, HISTORY_SPARE); /* without one the next log is made when it is needed */
    }
    if (err == FM_OK) {
        host_pages_keep(s->state.bodies, s->memory + s->memory_bytes);
        c->pid = fork();
        if (c->pid == 0) {
            child(s, parent, c->fd, spare_fd, ends[1]);
        }
        err = c->pid > 0 ? FM_OK : host_fail(e, FM_E_NO_SPACE, "fork: %s", strerror(errno));
    }
    if (spare_fd >= 0) {
        close(spare_fd);
    }
    if (ends[1] >= 0) {
        close(ends[1]);
    }
    if (err != FM_OK) {
        c->pid = 0;
        if (c->fd >= 0) {
            close(c->fd);
        }
        if (ends[0] >= 0) {
            close(ends[0]);
        }
        s->checkpoints_failed++;
        return err;
    }
    c->done_fd = ends[0];
    c->height = s->state.top.height;
    c->seq = s->state.top.seq;
    memcpy(c->receipt_hash, s->state.receipt_hash, 32);
    memcpy(c->root, s->state.root, 32);
    start = seconds_now() - start;
    s->checkpoint_stop_s = start > s->checkpoint_stop_s ? start : s->checkpoint_stop_s;
    return FM_OK;
}

/* The file becomes the checkpoint of its area (K1). */
static fm_err adopt(struct host_store *s, const struct host_checkpointing *c, struct host_error *e)
{
    uint8_t area = s->next_checkpoint;
    struct fm_checkpoint_at *at = &s->log.super.checkpoint[area];
    int *fd = &s->fds[FM_AREA_CHECKPOINT_0 + area];
    struct stat st;
    bool ok = fstat(c->fd, &st) == 0;

    memset(at, 0, sizeof *at);
    ok = ok && files_write_super(s);
    ok = ok && renameat(s->dir_fd, NEW_NAME, s->dir_fd, area_names[area]) == 0 && fsync(s->dir_fd) == 0;
    close(*fd);
    *fd = c->fd;
    if (ok) {
        at->height = c->height;
        at->bytes = (uint64_t)st.st_size;
        memcpy(at->receipt_hash, c->receipt_hash, 32);
        ok = files_write_super(s);
    }
    if (!ok) {
        s->log.phase = FM_LOG_STOPPED;
        return host_fail(e, FM_E_STORE_STOPPED, "superblock: %s", strerror(errno));
    }
    s->next_checkpoint = (uint8_t)(1U - area);
    s->last_checkpoint = *c;
    s->checkpoints++;
    return FM_OK;
}

fm_err host_checkpoint_poll(struct host_store *s, bool wait, bool *ended, struct host_error *e)
{
    struct host_checkpointing c = s->checkpointing;
    int status = 0;
    pid_t got;

    *ended = false;
    if (c.pid == 0) {
        return FM_OK;
    }
    do {
        got = waitpid(c.pid, &status, wait ? 0 : WNOHANG);
    } while (got < 0 && errno == EINTR);
    if (got == 0) {
        return FM_OK;
    }
    *ended = true;
    s->checkpointing.pid = 0;
    s->mended = 0;
    close(c.done_fd);
    if (got != c.pid || !WIFEXITED(status) || WEXITSTATUS(status) == 1) {
        close(c.fd);
        (void)unlinkat(s->dir_fd, NEW_NAME, 0);
        s->checkpoints_failed++;
        return host_fail(e, FM_E_STORE_IO, "the checkpoint could not be written; the one before it stands");
    }
    s->spare_ready = s->spare_ready || (WEXITSTATUS(status) == 0 && c.seq > 0U);
    return adopt(s, &c, e);
}

bool host_store_mend(struct host_store *s)
{
    if (s->checkpointing.pid != 0 || s->mended == SIZE_MAX) {
        return false;
    }
    if (!host_pages_mend(s->memory, (size_t)(s->state.bodies - s->memory), &s->mended, MEND_US)) {
        s->mended = SIZE_MAX;
    }
    return s->mended != SIZE_MAX;
}

void host_checkpoint_abandon(struct host_store *s)
{
    if (s->checkpointing.pid != 0) {
        (void)kill(s->checkpointing.pid, SIGKILL);
        (void)waitpid(s->checkpointing.pid, NULL, 0);
        close(s->checkpointing.done_fd);
        close(s->checkpointing.fd);
        s->checkpointing.pid = 0;
    }
}

fm_err host_store_rotate(struct host_store *s, struct host_error *e)
{
    int fd = -1;
    fm_err err;

    if (s->log.next_sector == 0U) {
        return FM_OK;
    }
    err = history_make(s->dir_fd, s->log.height + 1U, s->log.super.log_bytes, s->spare_ready, &fd, e);
    s->spare_ready = false;
    s->half_seen = false;
    if (err == FM_OK) {
        close(s->fds[FM_AREA_LOG]);
        s->fds[FM_AREA_LOG] = fd;
        fm_log_restart(&s->log);
        err = files_write_super(s) ? FM_OK : host_fail(e, FM_E_STORE_IO, "superblock: %s", strerror(errno));
    }
    if (err != FM_OK) {
        s->log.phase = FM_LOG_STOPPED;
    }
    return err;
}

fm_err host_store_checkpoint(struct host_store *s, bool restart, struct host_error *e)
{
    bool ended;
    fm_err err = restart ? host_store_rotate(s, e) : FM_OK;

    if (err == FM_OK && s->checkpointing.pid != 0) {
        err = host_checkpoint_poll(s, true, &ended, e); /* one of an older state */
    }
    if (err == FM_OK) {
        err = host_checkpoint_begin(s, e);
    }
    return err == FM_OK ? host_checkpoint_poll(s, true, &ended, e) : err;
}
