/* SPDX-License-Identifier: Apache-2.0 */
/* Opening a store: the newest whole checkpoint, then the log behind it, then the root tooth. */
#include "core/drive.h"
#include "host/store/files.h"
#include "host/store/pages.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CHUNK_BYTES (1U << 20)

/* What opening carries about. */
struct opening {
    struct host_store *s;
    const struct host_progress *progress;
    const struct host_visit *visit;
    const uint8_t *expect;
    enum host_audit audit;
    bool expect_seen;
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

static fm_err load_checkpoint(struct opening *o, const struct fm_super *super, uint8_t which,
                              uint8_t frame_hash[32])
{
    struct host_store *s = o->s;
    const struct fm_checkpoint_at *at = &super->checkpoint[which];
    struct fm_checkpoint_reader *r = calloc(1, sizeof *r);
    uint8_t *buf = malloc(CHUNK_BYTES + FM_CHECKPOINT_CELL_MAX);
    fm_err err = r == NULL || buf == NULL ? FM_E_NO_SPACE : empty_state(s);

    if (err == FM_OK) {
        fm_checkpoint_read_begin(r, &s->state, buf + CHUNK_BYTES);
    }
    for (uint64_t done = 0; err == FM_OK && done < at->bytes; done += CHUNK_BYTES) {
        size_t n = at->bytes - done < CHUNK_BYTES ? (size_t)(at->bytes - done) : CHUNK_BYTES;

        tell(o, "checkpoint", done, at->bytes);
        err = files_read(s->fds[FM_AREA_CHECKPOINT_0 + which], done, buf, n)
                  ? fm_checkpoint_read(r, buf, n)
                  : FM_E_STORE_IO;
    }
    if (err == FM_OK) {
        err = fm_checkpoint_read_end(r);
    }
    if (err == FM_OK && (memcmp(s->state.receipt_hash, at->receipt_hash, 32) != 0 ||
                         memcmp(s->state.top.ledger, super->ledger, 32) != 0)) {
        err = FM_E_STORE_FOREIGN;
    }
    if (err == FM_OK) {
        memcpy(frame_hash, r->frame_hash, 32);
        s->recovered.checkpoint_height = at->height;
        s->next_checkpoint = (uint8_t)(1U - which);
    }
    free(buf);
    free(r);
    return err;
}

/* The newest checkpoint that is whole and that the log reaches back to; to audit, the oldest: there is
 * more to run again. */
static fm_err find_checkpoint(struct opening *o, const struct fm_super *super,
                              uint8_t frame_hash[32])
{
    uint8_t newer = super->checkpoint[1].bytes != 0 &&
                            super->checkpoint[1].height >= super->checkpoint[0].height
                        ? 1
                        : 0;
    fm_err first = FM_E_CHECKPOINT_DAMAGED;

    for (uint8_t i = 0; i < 2; i++) {
        uint8_t which = (i == 0) == (o->audit == HOST_REPLAY) ? newer : (uint8_t)(1U - newer);
        fm_err err;

        if (super->checkpoint[which].bytes == 0 ||
            super->checkpoint[which].height + 1U < super->log_first) {
            continue;
        }
        err = load_checkpoint(o, super, which, frame_hash);
        if (err == FM_OK || err == FM_E_FULL || err == FM_E_STORE_IO || err == FM_E_NO_SPACE) {
            return err == FM_OK
                       ? err
                       : host_fail(o->e, err, "checkpoint %u: %s", which, fm_err_text(err));
        }
        first = err;
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

static fm_err apply_frame(struct opening *o, const struct fm_log_frame *frame)
{
    const struct fm_batch batch = {frame->height, frame->now};
    struct fm_log_turn t;
    size_t at = 0;
    uint32_t turns = 0;

    while (fm_frame_next(frame, &at, &t)) {
        fm_err err = o->audit == HOST_AUDIT
                         ? replay_turn(o, &t, &batch)
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

static fm_err read_log(struct opening *o, const struct fm_super *super,
                       const uint8_t frame_hash[32])
{
    struct host_store *s = o->s;
    struct fm_recover *rec = calloc(1, sizeof *rec);
    uint8_t *window = malloc((size_t)HOST_RECOVER_WINDOW * FM_SECTOR_BYTES);
    uint8_t *bytes = malloc(FM_RECOVER_FRAME_BYTES);
    enum fm_recover_event event = FM_RECOVER_IO;
    fm_err err = rec == NULL || window == NULL || bytes == NULL ? FM_E_NO_SPACE : FM_OK;

    if (err == FM_OK) {
        fm_recover_begin(rec, super, window, HOST_RECOVER_WINDOW, bytes);
    }
    while (err == FM_OK && event != FM_RECOVER_END) {
        event = fm_recover_step(rec);
        if (event == FM_RECOVER_IO) {
            tell(o, "log", rec->io.at, super->log_bytes);
            fm_recover_done(rec, files_do(s->fds, &rec->io));
        } else if (event == FM_RECOVER_REFUSED) {
            o->e->why = rec->why;
            err = host_fail(o->e, rec->why.code, "%s: expected %llu, got %llu (%s)", rec->why.field,
                            (unsigned long long)rec->why.expected, (unsigned long long)rec->why.got,
                            fm_err_text(rec->why.code));
        } else if (event == FM_RECOVER_FRAME && rec->height > s->recovered.checkpoint_height) {
            err = apply_frame(o, &rec->frame);
        } else if (event == FM_RECOVER_FRAME && rec->height == s->recovered.checkpoint_height &&
                   memcmp(rec->hash, frame_hash, 32) != 0) {
            err =
                host_fail(o->e, FM_E_STORE_FOREIGN, "the log's height %llu is not the checkpoint's",
                          (unsigned long long)rec->height);
        }
    }
    if (err == FM_OK) {
        s->recovered.torn = rec->torn;
        s->recovered.log_bytes = rec->at * FM_SECTOR_BYTES;
        if (rec->height < s->recovered.checkpoint_height) {
            err = host_fail(o->e, FM_E_LOG_TRUNCATED,
                            "the log ends at height %llu, its checkpoint is at %llu",
                            (unsigned long long)rec->height,
                            (unsigned long long)s->recovered.checkpoint_height);
        }
        fm_log_open(&s->log, super, rec->at, rec->height, rec->hash, s->log_buf);
    }
    free(rec);
    free(window);
    free(bytes);
    return err;
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
        return host_fail(o->e, FM_E_ROLLED_BACK,
                         "the receipt that was named is not in this store, whose last is %llu",
                         (unsigned long long)state->top.seq);
    }
    return FM_OK;
}

static fm_err take_memory(struct opening *o, const struct host_config *config)
{
    struct host_store *s = o->s;

    s->config = *config;
    s->memory_bytes = fm_state_size(&config->state);
    s->memory = host_pages_take(s->memory_bytes);
    s->frame_buf = malloc(FM_FRAME_BYTES_MAX);
    s->log_buf = malloc(FM_LOG_BUFFER_BYTES);
    o->run = malloc(sizeof *o->run);
    o->turn = malloc(sizeof *o->turn);
    o->sealed = malloc(sizeof *o->sealed);
    return s->memory == NULL || s->frame_buf == NULL || s->log_buf == NULL || o->run == NULL ||
                   o->turn == NULL || o->sealed == NULL
               ? host_fail(o->e, FM_E_NO_SPACE, "%zu bytes of memory are needed",
                           host_store_memory(config))
               : FM_OK;
}

static fm_err open_all(struct opening *o, const char *dir, const struct host_config *config)
{
    struct host_store *s = o->s;
    uint8_t area[FM_SUPER_AREA_BYTES];
    uint8_t frame_hash[32];
    struct fm_super super;
    struct stat st;
    double start;
    fm_err err = files_open(dir, false, s->fds, &s->lock_fd, o->e);

    if (err == FM_OK) {
        err = take_memory(o, config);
    }
    if (err != FM_OK) {
        return err;
    }
    if (!files_read(s->fds[FM_AREA_SUPER], 0, area, sizeof area)) {
        return host_fail(o->e, FM_E_STORE_IO, "%s/super: %s", dir, strerror(errno));
    }
    err = fm_super_choose(&super, area, &o->e->why);
    if (err != FM_OK) {
        return host_fail(o->e, err, "%s: %s", dir, fm_err_text(err));
    }
    if (fstat(s->fds[FM_AREA_LOG], &st) != 0 || (uint64_t)st.st_size < super.log_bytes) {
        return host_fail(o->e, FM_E_LOG_TRUNCATED, "%s/log: %lld bytes, expected %llu", dir,
                         (long long)st.st_size, (unsigned long long)super.log_bytes);
    }
    err = find_checkpoint(o, &super, frame_hash);
    start = seconds_now();
    if (err == FM_OK) {
        look_for_expected(o, &s->state.receipt);
        err = read_log(o, &super, frame_hash);
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
    s->lock_fd = -1;
    for (size_t i = 0; i < FM_AREAS; i++) {
        s->fds[i] = -1;
    }
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

fm_err host_store_walk(const char *dir, const struct host_visit *visit, struct host_error *e)
{
    int fds[FM_AREAS];
    int lock_fd;
    uint8_t area[FM_SUPER_AREA_BYTES];
    struct fm_super super;
    struct fm_recover *rec = calloc(1, sizeof *rec);
    uint8_t *window = malloc((size_t)HOST_RECOVER_WINDOW * FM_SECTOR_BYTES);
    uint8_t *bytes = malloc(FM_RECOVER_FRAME_BYTES);
    enum fm_recover_event event = FM_RECOVER_IO;
    fm_err err = rec == NULL || window == NULL || bytes == NULL
                     ? FM_E_NO_SPACE
                     : files_open(dir, false, fds, &lock_fd, e);

    if (err == FM_OK) {
        err = files_read(fds[FM_AREA_SUPER], 0, area, sizeof area)
                  ? fm_super_choose(&super, area, &e->why)
                  : FM_E_STORE_IO;
        if (err == FM_OK) {
            fm_recover_begin(rec, &super, window, HOST_RECOVER_WINDOW, bytes);
        }
        while (err == FM_OK && event != FM_RECOVER_END) {
            event = fm_recover_step(rec);
            if (event == FM_RECOVER_IO && rec->io.kind == FM_IO_READ) {
                fm_recover_done(rec, files_do(fds, &rec->io));
            } else if (event == FM_RECOVER_IO) {
                break; /* a torn tail: reported by open, left alone here */
            } else if (event == FM_RECOVER_REFUSED) {
                err = host_fail(e, rec->why.code, "%s", rec->why.field);
            } else if (event == FM_RECOVER_FRAME) {
                struct fm_log_turn t;
                size_t at = 0;

                while (err == FM_OK && fm_frame_next(&rec->frame, &at, &t)) {
                    err = visit->turn(visit->cookie, &rec->frame, &t);
                }
            }
        }
        files_close(fds, &lock_fd);
    }
    free(rec);
    free(window);
    free(bytes);
    return err;
}
