/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a store: the newest whole checkpoint, then the log behind it, then the root tooth. */
#include "core/drive.h"
#include "host/store/files.h"
#include "host/store/history.h"
#include "host/store/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What opening carries about. */
struct opening {
    struct host_store *s;
    const struct host_progress *progress;
    const struct host_visit *visit;
    const uint8_t *expect;
    enum host_audit audit;
    bool expect_seen;
    uint64_t oldest_log;    /* the first height of the oldest log that is here */
    uint8_t frame_hash[32]; /* of the checkpoint's height */
    struct host_error *e;
    struct fm_run *run;
    struct fm_turn *turn;
    struct fm_sealed *sealed;
};

static double seconds_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void tell(const struct opening *o, const char *what, uint64_t done, uint64_t total)
{
    if (o->progress != NULL) {
        o->progress->tell(o->progress->cookie, what, done, total);
    }
}

static fm_err empty_state(struct host_store *s)
{
    struct fm_arena arena = {s->memory, s->memory_bytes, 0};

    return fm_state_init(&s->state, &s->config.state, &arena);
}

/* Loads the checkpoint in a file; hash: the receipt that the superblock says it is of, or NULL (the one from birth). */
static fm_err load_checkpoint(struct opening *o, int fd, uint64_t bytes, const uint8_t *hash)
{
    struct host_store *s = o->s;
    struct fm_checkpoint_reader *r = calloc(1, sizeof *r);
    uint8_t *buf = malloc(HOST_CHUNK_BYTES + FM_CHECKPOINT_CELL_MAX);
    fm_err err = r == NULL || buf == NULL ? FM_E_NO_SPACE : empty_state(s);

    if (err == FM_OK) {
        fm_checkpoint_read_begin(r, &s->state, buf + HOST_CHUNK_BYTES);
    }
    for (uint64_t done = 0; err == FM_OK && done < bytes; done += HOST_CHUNK_BYTES) {
        size_t n = bytes - done < HOST_CHUNK_BYTES ? (size_t)(bytes - done) : HOST_CHUNK_BYTES;

        tell(o, "checkpoint", done, bytes);
        err = files_read(fd, done, buf, n) ? fm_checkpoint_read(r, buf, n) : FM_E_STORE_IO;
    }
    tell(o, "checkpoint", bytes, bytes);
    if (err == FM_OK) {
        err = fm_checkpoint_read_end(r);
    }
    if (err == FM_OK && ((hash != NULL && memcmp(s->state.receipt_hash, hash, 32) != 0) ||
                         memcmp(s->state.top.ledger, s->log.super.ledger, 32) != 0)) {
        err = FM_E_STORE_FOREIGN;
    }
    if (err == FM_OK) {
        memcpy(o->frame_hash, r->frame_hash, 32);
        s->recovered.checkpoint_height = s->state.top.height;
    }
    free(buf);
    free(r);
    return err;
}

static fm_err load_birth(struct opening *o)
{
    int fd = openat(o->s->dir_fd, HOST_BIRTH, O_RDONLY | O_CLOEXEC);
    struct stat st;
    fm_err err = fd < 0 || fstat(fd, &st) != 0 ? FM_E_CHECKPOINT_DAMAGED
                                               : load_checkpoint(o, fd, (uint64_t)st.st_size, NULL);

    if (fd >= 0) {
        close(fd);
    }
    if (err == FM_OK && o->s->state.top.height + 1U < o->oldest_log) {
        err = FM_E_LOG_TRUNCATED;
    }
    return err;
}

#define BIRTH 2U

static fm_err load_one(struct opening *o, uint8_t which)
{
    const struct fm_checkpoint_at *at = &o->s->log.super.checkpoint[which % 2U];

    if (which == BIRTH) {
        return load_birth(o);
    }
    return at->bytes == 0U || at->height + 1U < o->oldest_log
               ? FM_E_CHECKPOINT_DAMAGED
               : load_checkpoint(o, o->s->fds[FM_AREA_CHECKPOINT_0 + which], at->bytes, at->receipt_hash);
}

/* The newest checkpoint that is whole and that the logs reach back to; to audit, the oldest: there is more to run
 * again. */
static fm_err find_checkpoint(struct opening *o)
{
    const struct fm_super *super = &o->s->log.super;
    uint8_t newer =
        super->checkpoint[1].bytes != 0 && super->checkpoint[1].height >= super->checkpoint[0].height ? 1 : 0;
    const uint8_t order[3] = {newer, (uint8_t)(1U - newer), BIRTH};
    fm_err first = FM_OK;

    o->s->next_checkpoint = super->checkpoint[newer].bytes == 0 ? newer : (uint8_t)(1U - newer);
    for (uint8_t i = 0; i < 3; i++) {
        uint8_t which = order[o->audit == HOST_REPLAY ? i : 2U - i];
        fm_err err = load_one(o, which);

        if (err == FM_OK || err == FM_E_FULL || err == FM_E_STORE_IO || err == FM_E_NO_SPACE) {
            return err == FM_OK ? err : host_fail(o->e, err, "checkpoint %u: %s", which, fm_err_text(err));
        }
        if (first == FM_OK || first == FM_E_CHECKPOINT_DAMAGED) {
            first = err;
        }
    }
    return host_fail(o->e, first, "no checkpoint can be used: %s", fm_err_text(first));
}

static void look_for_expected(struct opening *o, const struct fm_receipt *receipt)
{
    uint8_t hash[32];

    if (o->expect != NULL && !o->expect_seen) {
        fm_receipt_hash(receipt, hash);
        o->expect_seen = memcmp(hash, o->expect, 32) == 0;
    }
}

/* Runs a logged turn again: the same receipt and writes must come out. */
static fm_err replay_turn(struct opening *o, const struct fm_log_turn *t,
                          const struct fm_batch *batch)
{
    struct fm_run_env env;

    if (fm_turn_decode(o->turn, t->turn, t->turn_bytes, &o->e->why) != FM_OK) {
        return FM_E_NOT_REPLAYED;
    }
    fm_state_env(&o->s->state, batch->now, &env);
    fm_drive_signed(o->run, &o->s->state, &env, o->turn);
    if (o->run->outcome.status == FM_REJECTED) {
        return FM_E_NOT_REPLAYED;
    }
    if (!fm_state_fits(&o->s->state, o->run)) {
        return FM_E_FULL;
    }
    fm_state_seal(&o->s->state, o->run, batch, o->sealed);
    return memcmp(&o->sealed->receipt, &t->receipt, sizeof t->receipt) == 0 &&
                   o->sealed->writes_bytes == t->writes_bytes &&
                   memcmp(o->sealed->writes, t->writes, t->writes_bytes) == 0
               ? FM_OK
               : FM_E_NOT_REPLAYED;
}

#define APPLY_AHEAD 8U /* turns whose cells are on their way into the cache */

/* Fetches the cells of the next turns, up to the one that stands so many behind `turns`. */
static void look_ahead(const struct opening *o, const struct fm_log_frame *frame, size_t *at, uint32_t *seen,
                       uint32_t turns)
{
    struct fm_log_turn t;

    while (*seen < turns + APPLY_AHEAD && fm_frame_next(frame, at, &t)) {
        fm_state_apply_fetch(&o->s->state, t.writes, t.writes_bytes);
        *seen += 1U;
    }
}

static fm_err apply_frame(struct opening *o, const struct fm_log_frame *frame)
{
    const struct fm_batch batch = {frame->height, frame->now};
    struct fm_log_turn t;
    size_t at = 0;
    size_t ahead_at = 0;
    uint32_t turns = 0;
    uint32_t ahead = 0;

    while (fm_frame_next(frame, &at, &t)) {
        fm_err err;

        look_ahead(o, frame, &ahead_at, &ahead, turns);
        err = o->audit == HOST_AUDIT ? replay_turn(o, &t, &batch)
                                     : fm_state_apply(&o->s->state, t.writes, t.writes_bytes, &t.receipt);
        if (err != FM_OK) {
            return host_fail(o->e, err == FM_E_MALFORMED ? FM_E_LOG_DAMAGED : err,
                             "height %llu, turn %u: %s", (unsigned long long)frame->height, turns,
                             fm_err_text(err));
        }
        look_for_expected(o, &t.receipt);
        if (o->visit != NULL) {
            err = o->visit->turn(o->visit->cookie, frame, &t);
            if (err != FM_OK) {
                return host_fail(o->e, err, "%s", fm_err_text(err));
            }
        }
        turns++;
    }
    if (turns != frame->turns) {
        return host_fail(o->e, FM_E_LOG_DAMAGED, "height %llu has %u turns of %u",
                         (unsigned long long)frame->height, turns, frame->turns);
    }
    o->s->recovered.frames++;
    o->s->recovered.turns += turns;
    return FM_OK;
}

static fm_err read_frame(void *cookie, const struct fm_log_frame *frame, const struct host_place *place)
{
    struct opening *o = cookie;
    uint64_t from = o->s->recovered.checkpoint_height;

    (void)place;
    if ((frame->height == from && memcmp(frame->hash, o->frame_hash, 32) != 0) ||
        (frame->height == from + 1U && memcmp(frame->prev, o->frame_hash, 32) != 0)) {
        return host_fail(o->e, FM_E_STORE_FOREIGN, "the log's height %llu is not the checkpoint's",
                         (unsigned long long)from);
    }
    o->s->recovered.log_bytes += frame->len;
    return frame->height > from ? apply_frame(o, frame) : FM_OK;
}

static fm_err read_logs(struct opening *o)
{
    struct host_store *s = o->s;
    uint64_t from = s->recovered.checkpoint_height;
    struct history_walk w = {.dir_fd = s->dir_fd,
                             .super = &s->log.super,
                             .after = from > 0U ? from - 1U : 0U,
                             .repair = true,
                             .frame = read_frame,
                             .cookie = o,
                             .progress = o->progress,
                             .e = o->e};
    fm_err err;

    if (w.after + 1U < o->oldest_log) {
        w.after = from; /* the checkpoint's own frame is not here */
    }
    err = history_walk(&w);
    if (err == FM_OK && w.height < from) {
        err = host_fail(o->e, FM_E_LOG_TRUNCATED, "the log ends at height %llu, its checkpoint is at %llu",
                        (unsigned long long)w.height, (unsigned long long)from);
    }
    if (err == FM_OK) {
        const struct fm_super super = s->log.super;

        s->recovered.torn = w.torn;
        fm_log_open(&s->log, &super, w.next_sector, w.height, w.hash, s->log_buf);
    }
    return err;
}

/* The receipt that was named, in the logs before the checkpoint. */
static fm_err seek_expected(void *cookie, const struct fm_log_turn *turn, const struct host_place *place)
{
    (void)place;
    look_for_expected(cookie, &turn->receipt);
    return FM_OK;
}

static fm_err check_end(struct opening *o)
{
    struct fm_state *state = &o->s->state;

    fm_state_settle(state);
    if (memcmp(state->root, state->receipt.head.post_root, 32) != 0) {
        return host_fail(o->e, FM_E_FORGED, "the root after the log is not that of receipt %llu",
                         (unsigned long long)state->top.seq);
    }
    if (o->expect != NULL && !o->expect_seen) {
        const struct host_visit_placed visit = {seek_expected, o};
        fm_err err = host_store_frames(o->s, 0, &visit, o->progress, o->e);

        if (err != FM_OK) {
            return err;
        }
    }
    if (o->expect != NULL && !o->expect_seen) {
        return host_fail(o->e, FM_E_ROLLED_BACK,
                         "the receipt that was named is not in this store, whose last is %llu",
                         (unsigned long long)state->top.seq);
    }
    return FM_OK;
}

static fm_err take_memory(struct opening *o, const struct host_config *config)
{
    fm_err err = host_store_take(o->s, config, o->e);

    o->run = malloc(sizeof *o->run);
    o->turn = malloc(sizeof *o->turn);
    o->sealed = malloc(sizeof *o->sealed);
    if (err == FM_OK && (o->run == NULL || o->turn == NULL || o->sealed == NULL)) {
        err = host_fail(o->e, FM_E_NO_SPACE, "%zu bytes of memory are needed", host_store_memory(config));
    }
    return err;
}

static fm_err open_all(struct opening *o, const char *dir, const struct host_config *config)
{
    struct host_store *s = o->s;
    double start;
    fm_err err = files_open(dir, false, s, o->e);

    if (err == FM_OK) {
        err = take_memory(o, config);
    }
    if (err != FM_OK) {
        return err;
    }
    o->oldest_log = history_first(s->dir_fd, &s->log.super);
    err = find_checkpoint(o);
    start = seconds_now();
    if (err == FM_OK) {
        look_for_expected(o, &s->state.receipt);
        err = read_logs(o);
    }
    if (err == FM_OK) {
        err = check_end(o);
    }
    s->recovered.log_seconds = seconds_now() - start;
    return err;
}

fm_err host_store_open(struct host_store *s, const char *dir, const struct host_config *config,
                       enum host_audit audit, const uint8_t *expect,
                       const struct host_progress *progress, const struct host_visit *visit,
                       struct host_error *e)
{
    struct opening o = {.s = s, .progress = progress, .visit = visit, .expect = expect, .audit = audit, .e = e};
    double start = seconds_now();
    fm_err err;

    memset(s, 0, sizeof *s);
    err = open_all(&o, dir, config);
    free(o.run);
    free(o.turn);
    free(o.sealed);
    s->recovered.seconds = seconds_now() - start;
    if (err != FM_OK) {
        host_store_close(s);
    }
    return err;
}
