/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/history.h"

#include "crypto/hash.h"
#include "host/store/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_BYTES 32U
#define NAME_DIGITS 20

static void name_of(uint64_t first, char name[NAME_BYTES])
{
    snprintf(name, NAME_BYTES, "log.%020llu", (unsigned long long)first);
}

/* The height in a log's name; false if it is no log's name. */
static bool first_of(const char *name, uint64_t *first)
{
    if (strncmp(name, "log.", 4) != 0 || strlen(name) != 4 + NAME_DIGITS ||
        strspn(name + 4, "0123456789") != NAME_DIGITS) {
        return false;
    }
    *first = strtoull(name + 4, NULL, 10);
    return true;
}

fm_err history_open(int dir_fd, uint64_t first, int *fd, struct host_error *e)
{
    char name[NAME_BYTES];

    name_of(first, name);
    *fd = openat(dir_fd, name, O_RDWR | O_CLOEXEC);
    return *fd >= 0 ? FM_OK
                    : host_fail(e, errno == ENOENT ? FM_E_LOG_TRUNCATED : FM_E_STORE_IO, "%s: %s", name,
                                strerror(errno));
}

fm_err history_make(int dir_fd, uint64_t first, uint64_t bytes, bool spare, int *fd, struct host_error *e)
{
    char name[NAME_BYTES];
    struct stat st;
    fm_err err = FM_OK;

    name_of(first, name);
    (void)unlinkat(dir_fd, name, 0);
    if (spare && fstatat(dir_fd, HISTORY_SPARE, &st, 0) == 0 && (uint64_t)st.st_size == bytes &&
        renameat(dir_fd, HISTORY_SPARE, dir_fd, name) == 0) {
        *fd = openat(dir_fd, name, O_RDWR | O_CLOEXEC);
    } else {
        *fd = openat(dir_fd, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        err = *fd < 0 ? FM_OK : files_zero(*fd, bytes, e);
    }
    if (*fd < 0 || (err == FM_OK && fsync(dir_fd) != 0)) {
        err = host_fail(e, FM_E_STORE_IO, "%s: %s", name, strerror(errno));
    }
    if (err != FM_OK && *fd >= 0) {
        close(*fd);
        *fd = -1;
    }
    return err;
}

/* ------------------------------------------------------------------ which logs there are */

struct logs {
    uint64_t *first; /* rising; the last is the superblock's */
    size_t n;
};

static int rising(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* Names below the superblock's log, and that one. */
static fm_err list(int dir_fd, uint64_t live, struct logs *l)
{
    int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    struct dirent *entry;
    size_t room = 64;

    l->n = 0;
    l->first = malloc(room * sizeof *l->first);
    while (dir != NULL && l->first != NULL && (entry = readdir(dir)) != NULL) {
        uint64_t first;

        if (!first_of(entry->d_name, &first) || first >= live) {
            continue;
        }
        if (l->n + 1U == room) {
            uint64_t *more = realloc(l->first, 2U * room * sizeof *l->first);

            if (more == NULL) {
                break;
            }
            l->first = more;
            room *= 2U;
        }
        l->first[l->n++] = first;
    }
    if (dir != NULL) {
        closedir(dir);
    } else if (fd >= 0) {
        close(fd);
    }
    if (dir == NULL || l->first == NULL) {
        return FM_E_NO_SPACE;
    }
    qsort(l->first, l->n, sizeof *l->first, rising);
    l->first[l->n++] = live;
    return FM_OK;
}

uint64_t history_first(int dir_fd, const struct fm_super *super)
{
    struct logs l = {NULL, 0};
    uint64_t first = list(dir_fd, super->log_first, &l) == FM_OK ? l.first[0] : super->log_first;

    free(l.first);
    return first;
}

/* ------------------------------------------------------------------ walking */

struct walking {
    struct history_walk *w;
    struct logs logs;
    struct fm_recover *rec;
    uint8_t *window;
    uint8_t *bytes;
};

/* The hash of the frame before a log's first frame, as that frame names it. */
static fm_err peek(struct history_walk *w, uint64_t first, int fd, uint8_t prev[32])
{
    uint8_t bytes[FM_SECTOR_BYTES];
    struct fm_sector s = {.kind = FM_SECTOR_ZERO};

    if (!files_read(fd, 0, bytes, sizeof bytes)) {
        return host_fail(w->e, FM_E_STORE_IO, "log of height %llu: %s", (unsigned long long)first, strerror(errno));
    }
    fm_sector_read(&s, w->super->ledger, bytes);
    if (s.kind != FM_SECTOR_GOOD || s.height != first || s.index != 0U) {
        return host_fail(w->e, FM_E_LOG_DAMAGED, "the log of height %llu does not begin with it",
                         (unsigned long long)first);
    }
    memcpy(prev, bytes + FM_SECTOR_HEAD_BYTES, 32);
    return FM_OK;
}

static fm_err refused(struct history_walk *w, const struct fm_recover *rec)
{
    w->e->why = rec->why;
    return host_fail(w->e, rec->why.code, "%s: expected %llu, got %llu (%s)", rec->why.field,
                     (unsigned long long)rec->why.expected, (unsigned long long)rec->why.got,
                     fm_err_text(rec->why.code));
}

static void tell(const struct history_walk *w, uint64_t done, uint64_t total)
{
    if (w->progress != NULL) {
        w->progress->tell(w->progress->cookie, "log", done, total);
    }
}

/* Reads one log through. */
static fm_err walk_log(struct walking *g, const struct fm_super *super, int fd, bool last)
{
    struct history_walk *w = g->w;
    struct fm_recover *rec = g->rec;
    int fds[FM_AREAS] = {-1, fd, -1, -1};

    fm_recover_begin(rec, super, g->window, HOST_RECOVER_WINDOW, g->bytes);
    for (;;) {
        uint64_t at = rec->at;
        enum fm_recover_event event = fm_recover_step(rec);

        if (event == FM_RECOVER_END) {
            tell(w, super->log_bytes, super->log_bytes);
            return FM_OK;
        }
        if (event == FM_RECOVER_REFUSED) {
            return refused(w, rec);
        }
        if (event == FM_RECOVER_IO) {
            tell(w, rec->io.at, super->log_bytes);
            if (rec->io.kind != FM_IO_READ && !(last && w->repair)) {
                return FM_OK; /* a torn tail: reported by open, left alone here */
            }
            fm_recover_done(rec, files_do(fds, &rec->io));
        } else if (event == FM_RECOVER_FRAME && rec->frame.height > w->after) {
            const struct host_place place = {super->log_first, at, 0};
            fm_err err = w->frame(w->cookie, &rec->frame, &place);

            if (err != FM_OK) {
                return err;
            }
        }
    }
}

/* The i-th log: what its superblock would say, from its neighbours. */
static fm_err one_log(struct walking *g, size_t i, bool begins)
{
    struct history_walk *w = g->w;
    bool last = i + 1U == g->logs.n;
    struct fm_super super = *w->super;
    struct stat st;
    uint8_t prev[32];
    int fd = -1;
    fm_err err = history_open(w->dir_fd, g->logs.first[i], &fd, w->e);

    if (err == FM_OK && !last) {
        int next = -1;

        super.log_first = g->logs.first[i];
        super.mark_height = g->logs.first[i + 1U] - 1U;
        super.log_bytes = fstat(fd, &st) == 0 ? (uint64_t)st.st_size / FM_SECTOR_BYTES * FM_SECTOR_BYTES : 0;
        err = peek(w, g->logs.first[i], fd, super.log_prev);
        if (err == FM_OK && i + 2U == g->logs.n) {
            memcpy(super.mark_hash, w->super->log_prev, 32);
        } else if (err == FM_OK) {
            err = history_open(w->dir_fd, g->logs.first[i + 1U], &next, w->e);
            err = err == FM_OK ? peek(w, g->logs.first[i + 1U], next, super.mark_hash) : err;
        }
        if (next >= 0) {
            close(next);
        }
    }
    memcpy(prev, super.log_prev, 32);
    if (err == FM_OK && !begins && memcmp(prev, g->rec->hash, 32) != 0) {
        err = host_fail(w->e, FM_E_LOG_DAMAGED, "the log of height %llu does not follow the one before it",
                        (unsigned long long)g->logs.first[i]);
    }
    if (err == FM_OK) {
        err = walk_log(g, &super, fd, last);
    }
    if (fd >= 0) {
        close(fd);
    }
    return err;
}

static fm_err walk_all(struct walking *g)
{
    struct history_walk *w = g->w;
    fm_err err = list(w->dir_fd, w->super->log_first, &g->logs);
    size_t from = g->logs.n;

    while (err == FM_OK && from > 0U && g->logs.first[from - 1U] > w->after + 1U) {
        from--;
    }
    if (err == FM_OK && from == 0U) {
        return host_fail(w->e, FM_E_LOG_TRUNCATED,
                         "the log that holds height %llu is not here; the oldest begins with %llu",
                         (unsigned long long)w->after + 1U, (unsigned long long)g->logs.first[0]);
    }
    for (size_t i = from - 1U; err == FM_OK && i < g->logs.n; i++) {
        err = one_log(g, i, i == from - 1U);
    }
    if (err == FM_OK) {
        w->next_sector = g->rec->at;
        w->height = g->rec->height;
        memcpy(w->hash, g->rec->hash, 32);
        w->torn = g->rec->torn;
    }
    return err;
}

fm_err history_walk(struct history_walk *w)
{
    struct walking g = {.w = w,
                        .rec = calloc(1, sizeof(struct fm_recover)),
                        .window = malloc((size_t)HOST_RECOVER_WINDOW * FM_SECTOR_BYTES),
                        .bytes = malloc(FM_RECOVER_FRAME_BYTES)};
    fm_err err = g.rec == NULL || g.window == NULL || g.bytes == NULL
                     ? host_fail(w->e, FM_E_NO_SPACE, "reading a log needs %u bytes",
                                 HOST_RECOVER_WINDOW * FM_SECTOR_BYTES)
                     : walk_all(&g);

    free(g.logs.first);
    free(g.rec);
    free(g.window);
    free(g.bytes);
    return err;
}

static fm_err visit_frame(void *cookie, const struct fm_log_frame *frame, const struct host_place *place)
{
    const struct host_visit *visit = *(const struct host_visit *const *)cookie;
    struct fm_log_turn t;
    size_t at = 0;
    fm_err err = FM_OK;

    (void)place;
    while (err == FM_OK && fm_frame_next(frame, &at, &t)) {
        err = visit->turn(visit->cookie, frame, &t);
    }
    return err;
}

static fm_err visit_placed(void *cookie, const struct fm_log_frame *frame, const struct host_place *place)
{
    const struct host_visit_placed *visit = *(const struct host_visit_placed *const *)cookie;
    struct fm_log_turn t;
    size_t at = 0;
    fm_err err = FM_OK;

    while (err == FM_OK && fm_frame_next(frame, &at, &t)) {
        struct host_place here = *place;

        here.offset = (uint32_t)((size_t)(t.writes - frame->bytes) - FM_RECEIPT_BYTES);
        err = visit->turn(visit->cookie, &t, &here);
    }
    return err;
}

/* A walk over an open store's logs from the height after `after`, or from where they begin. */
static struct history_walk walk_from(const struct host_store *s, uint64_t after, const struct host_progress *progress,
                                     struct host_error *e)
{
    uint64_t first = history_first(s->dir_fd, &s->log.super);

    return (struct history_walk){.dir_fd = s->dir_fd,
                                 .super = &s->log.super,
                                 .after = after + 1U < first ? first - 1U : after,
                                 .progress = progress,
                                 .e = e};
}

fm_err host_store_frames(const struct host_store *s, uint64_t after, const struct host_visit_placed *visit,
                         const struct host_progress *progress, struct host_error *e)
{
    struct history_walk w = walk_from(s, after, progress, e);

    w.frame = visit_placed;
    w.cookie = &visit;
    return history_walk(&w);
}

fm_err host_store_walk(const char *dir, const struct host_visit *visit, struct host_error *e)
{
    struct host_store *s = calloc(1, sizeof *s);
    fm_err err = s == NULL ? FM_E_NO_SPACE : files_open(dir, false, s, e);

    if (err == FM_OK) {
        struct history_walk w = walk_from(s, 0, NULL, e);

        w.frame = visit_frame;
        w.cookie = &visit;
        err = history_walk(&w);
        files_close(s);
    }
    free(s);
    return err;
}

/* n bytes of a frame's payload from an offset in it, whatever sectors they lie in. */
static bool read_payload(int fd, const uint8_t ledger[32], const struct host_place *place, size_t n, uint8_t *out)
{
    size_t at = place->offset;

    for (size_t end = at + n; at < end;) {
        uint8_t bytes[FM_SECTOR_BYTES];
        struct fm_sector s;
        size_t in = at % FM_SECTOR_PAYLOAD_BYTES;
        size_t take = FM_SECTOR_PAYLOAD_BYTES - in < end - at ? FM_SECTOR_PAYLOAD_BYTES - in : end - at;
        uint64_t sector = place->sector + at / FM_SECTOR_PAYLOAD_BYTES;

        if (!files_read(fd, sector * FM_SECTOR_BYTES, bytes, sizeof bytes)) {
            return false;
        }
        fm_sector_read(&s, ledger, bytes);
        if (s.kind != FM_SECTOR_GOOD || s.index != at / FM_SECTOR_PAYLOAD_BYTES) {
            return false;
        }
        memcpy(out, bytes + FM_SECTOR_HEAD_BYTES + in, take);
        out += take;
        at += take;
    }
    return true;
}

fm_err host_store_receipt(const struct host_store *s, const struct host_place *place, const uint8_t hash[32],
                          struct fm_receipt *receipt)
{
    struct host_error e;
    uint8_t got[32];
    int fd = s->fds[FM_AREA_LOG];
    bool live = place->log_first == s->log.super.log_first;
    bool ok = live || history_open(s->dir_fd, place->log_first, &fd, &e) == FM_OK;

    if (!ok) {
        return FM_E_NO_RECEIPT; /* its log was taken away */
    }
    ok = read_payload(fd, s->log.super.ledger, place, sizeof *receipt, (uint8_t *)receipt);
    if (!live) {
        close(fd);
    }
    if (!ok) {
        return FM_E_LOG_DAMAGED;
    }
    fm_receipt_hash(receipt, got);
    if (memcmp(got, hash, 32) != 0) {
        return FM_E_LOG_DAMAGED;
    }
    fm_hash(FM_H_REST, (const uint8_t *)&receipt->rest, sizeof receipt->rest, got);
    return memcmp(got, receipt->head.rest_hash, 32) == 0 ? FM_OK : FM_E_LOG_DAMAGED;
}

fm_err host_store_birth(const struct host_store *s, struct fm_receipt *receipt, struct host_error *e)
{
    int fd = openat(s->dir_fd, HOST_BIRTH, O_RDONLY | O_CLOEXEC);
    fm_err err = fd >= 0 && files_read(fd, FM_CHECKPOINT_RECEIPT_AT, (uint8_t *)receipt, sizeof *receipt)
                     ? FM_OK
                     : host_fail(e, FM_E_STORE_IO, "%s: %s", HOST_BIRTH, strerror(errno));

    if (fd >= 0) {
        close(fd);
    }
    return err;
}
