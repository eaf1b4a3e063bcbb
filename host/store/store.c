/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/store.h"

#include "host/store/files.h"
#include "host/store/history.h"
#include "host/store/pages.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>


void host_config_default(struct host_config *config, uint32_t max_cells)
{
    memset(config, 0, sizeof *config);
    config->state.max_cells = max_cells;
    config->state.max_slots =
        max_cells > FM_U32_MAX / 64U ? FM_U32_MAX / 8U : max_cells * 8U + 4096U;
    config->state.max_fields =
        max_cells > FM_U32_MAX / 64U ? FM_U32_MAX / 4U : max_cells * 16U + 16384U;
    config->state.max_undo = 8U << 20;
    config->log_bytes = HOST_LOG_BYTES_DEFAULT;
}

size_t host_store_memory(const struct host_config *config)
{
    return fm_state_size(&config->state) + FM_FRAME_BYTES_MAX + FM_LOG_BUFFER_BYTES + HOST_CHUNK_BYTES +
           (size_t)HOST_RECOVER_WINDOW * FM_SECTOR_BYTES + FM_RECOVER_FRAME_BYTES;
}

fm_err host_store_take(struct host_store *s, const struct host_config *config, struct host_error *e)
{
    s->config = *config;
    s->memory_bytes = fm_state_size(&config->state);
    s->memory = host_pages_take(s->memory_bytes);
    s->mended = SIZE_MAX;
    s->frame_buf = malloc(FM_FRAME_BYTES_MAX);
    s->log_buf = malloc(FM_LOG_BUFFER_BYTES);
    s->chunk = malloc(HOST_CHUNK_BYTES);
    if (s->memory == NULL || s->frame_buf == NULL || s->log_buf == NULL || s->chunk == NULL) {
        return host_fail(e, FM_E_NO_SPACE, "%zu bytes of memory are needed",
                         host_store_memory(config));
    }
    return FM_OK;
}

/* Memory for an empty state. */
static fm_err take_empty(struct host_store *s, const struct host_config *config, struct host_error *e)
{
    fm_err err = host_store_take(s, config, e);
    struct fm_arena arena = {s->memory, s->memory_bytes, 0};

    return err == FM_OK ? fm_state_init(&s->state, &config->state, &arena) : err;
}

static void release(struct host_store *s)
{
    host_pages_release(s->memory, s->memory_bytes);
    free(s->frame_buf);
    free(s->log_buf);
    free(s->chunk);
    s->chunk = NULL;
    s->memory = NULL;
    s->frame_buf = NULL;
    s->log_buf = NULL;
}

/* The first superblock, log and checkpoint of a store whose state stands in memory. */
static fm_err write_birth(struct host_store *s, const char *dir, struct host_error *e)
{
    struct fm_super super = {.log_bytes = s->config.log_bytes,
                             .log_first = s->state.top.height + 1U};
    fm_err err;

    memcpy(super.ledger, s->state.top.ledger, 32);
    super.mark_height = s->state.top.height;
    super.mark_seq = s->state.top.seq;
    if (getrandom(super.store_id, sizeof super.store_id, 0) != (ssize_t)sizeof super.store_id) {
        return host_fail(e, FM_E_STORE_IO, "no entropy: %s", strerror(errno));
    }
    err = files_open(dir, true, s, e);
    if (err == FM_OK) {
        err = history_make(s->dir_fd, super.log_first, super.log_bytes, false, &s->fds[FM_AREA_LOG], e);
    }
    if (err != FM_OK) {
        return err;
    }
    fm_log_open(&s->log, &super, 0, s->state.top.height, super.log_prev, s->log_buf);
    err = host_store_checkpoint(s, false, e);
    /* The same file under a second name: the first name goes over to a later one. */
    if (err == FM_OK && (linkat(s->dir_fd, "checkpoint.0", s->dir_fd, HOST_BIRTH, 0) != 0 || fsync(s->dir_fd) != 0 ||
                         !files_write_super(s))) {
        err = host_fail(e, FM_E_STORE_IO, "superblock: %s", strerror(errno));
    }
    return err;
}

static fm_err check_geometry(const struct host_config *config, struct host_error *e)
{
    if (config->log_bytes % FM_SECTOR_BYTES != 0U || config->log_bytes < 4U * FM_LOG_BUFFER_BYTES) {
        return host_fail(e, FM_E_STORE_GEOMETRY,
                         "a log takes at least %zu bytes, in sectors of 512",
                         4U * FM_LOG_BUFFER_BYTES);
    }
    return FM_OK;
}

fm_err host_store_create(const char *dir, const struct host_config *config,
                         const struct fm_params *params, const uint8_t treasury_pk[32],
                         const uint8_t salt[32], struct host_error *e)
{
    struct host_store *s = calloc(1, sizeof *s);
    fm_err err = s == NULL ? FM_E_NO_SPACE : check_geometry(config, e);

    if (err == FM_OK) {
        err = take_empty(s, config, e);
    }
    if (err == FM_OK) {
        err = fm_state_genesis(&s->state, params, salt, treasury_pk);
    }
    if (err == FM_OK) {
        err = write_birth(s, dir, e);
        files_close(s);
    }
    if (s != NULL) {
        release(s);
        free(s);
    }
    return err;
}

void host_store_close(struct host_store *s)
{
    host_checkpoint_abandon(s);
    files_close(s);
    release(s);
}

fm_err host_store_begin(struct host_store *s, uint32_t now, struct fm_batch *batch,
                        struct host_error *e)
{
    uint64_t sectors = s->log.super.log_bytes / FM_SECTOR_BYTES;
    bool ended;

    if (s->log.phase == FM_LOG_STOPPED) {
        return host_fail(e, FM_E_STORE_STOPPED, "the store has stopped");
    }
    if (host_checkpoint_poll(s, false, &ended, e) == FM_E_STORE_STOPPED) {
        return FM_E_STORE_STOPPED;
    }
    if (sectors - s->log.next_sector < FM_FRAME_SECTORS_MAX) {
        fm_err err = host_store_rotate(s, e);

        if (err != FM_OK) {
            return err;
        }
    } else if (!s->half_seen && s->log.next_sector > sectors / 2U) {
        s->half_seen = true;
        (void)host_checkpoint_begin(s, e); /* the logs alone do as well, and take longer to recover from */
    }
    batch->height = s->state.top.height + 1U;
    batch->now = now > s->state.top.now ? now : s->state.top.now;
    FM_ASSERT(fm_state_open_batch(&s->state, batch));
    fm_frame_begin(&s->frame, s->frame_buf, FM_FRAME_BYTES_MAX, s->log.hash, batch->height,
                   s->state.top.seq + 1U, batch->now);
    return FM_OK;
}

struct host_place host_store_add(struct host_store *s, const struct fm_turn *turn, const struct fm_sealed *sealed)
{
    fm_frame_add(&s->frame, turn->wire, turn->bytes, &sealed->receipt, sealed->writes, sealed->writes_bytes);
    return (struct host_place){s->log.super.log_first, s->log.next_sector,
                               (uint32_t)(s->frame.len - sealed->writes_bytes - FM_RECEIPT_BYTES)};
}

fm_err host_store_commit(struct host_store *s, struct host_error *e)
{
    size_t len = fm_frame_end(&s->frame, s->frame_hash);
    struct fm_io io;
    fm_err err = fm_log_put(&s->log, s->state.top.height, s->frame_hash, s->state.top.seq,
                            s->frame_buf, len);

    if (err != FM_OK) {
        return host_fail(e, err, "the log refused a batch: %s", fm_err_text(err));
    }
    while (fm_log_io(&s->log, &io)) {
        bool ok = files_do(s->fds, &io);

        if (!ok) {
            (void)host_fail(e, FM_E_STORE_STOPPED, "%s: %s",
                            io.kind == FM_IO_FLUSH ? "flush" : "write", strerror(errno));
        }
        fm_log_done(&s->log, ok);
    }
    if (s->log.phase == FM_LOG_STOPPED) {
        return FM_E_STORE_STOPPED;
    }
    fm_state_ack(&s->state);
    return FM_OK;
}

void host_store_drop(struct host_store *s)
{
    fm_state_nak(&s->state);
}

static fm_err read_shipped(struct host_store *s, FILE *in, struct fm_checkpoint_reader *r,
                           struct host_error *e)
{
    uint8_t *buf = malloc(HOST_CHUNK_BYTES + FM_CHECKPOINT_CELL_MAX);
    fm_err err = buf == NULL ? FM_E_NO_SPACE : FM_OK;
    size_t n;

    if (buf != NULL) {
        fm_checkpoint_read_begin(r, &s->state, buf + HOST_CHUNK_BYTES);
        while (err == FM_OK && (n = fread(buf, 1, HOST_CHUNK_BYTES, in)) > 0) {
            err = fm_checkpoint_read(r, buf, n);
        }
        if (err == FM_OK) {
            err = ferror(in) ? FM_E_STORE_IO : fm_checkpoint_read_end(r);
        }
    }
    free(buf);
    if (err == FM_E_FORGED && memcmp(s->state.root, r->receipt.head.post_root, 32) == 0) {
        return host_fail(e, err, "its receipt's two parts are not of one receipt");
    }
    if (err == FM_E_FORGED) {
        return host_fail(e, err, "its root, computed anew, is %02x%02x%02x%02x…, its receipt says %02x%02x%02x%02x…",
                         s->state.root[0], s->state.root[1], s->state.root[2], s->state.root[3],
                         r->receipt.head.post_root[0], r->receipt.head.post_root[1], r->receipt.head.post_root[2],
                         r->receipt.head.post_root[3]);
    }
    return err == FM_OK ? FM_OK
                        : host_fail(e, err, "the shipped checkpoint, at cell %u of %u", s->state.top.ncells,
                                    r->top.ncells);
}

fm_err host_store_thaw(const char *dir, const struct host_config *config, FILE *in,
                       const uint8_t attested[32], uint64_t floor_seq, const uint8_t salt[32],
                       struct fm_receipt *receipt, struct host_error *e)
{
    struct host_store *s = calloc(1, sizeof *s);
    struct fm_checkpoint_reader *r = calloc(1, sizeof *r);
    fm_err err = s == NULL || r == NULL ? FM_E_NO_SPACE : check_geometry(config, e);

    if (err == FM_OK) {
        err = take_empty(s, config, e);
    }
    if (err == FM_OK) {
        err = read_shipped(s, in, r, e);
    }
    if (err == FM_OK) {
        err = fm_thaw_check(&s->state.receipt, attested, floor_seq, &e->why);
        if (err == FM_E_ROLLED_BACK) {
            (void)host_fail(e, err, "expected seq %llu or later, got %llu", (unsigned long long)floor_seq,
                            (unsigned long long)s->state.receipt.head.seq);
        } else if (err != FM_OK) {
            const uint8_t *h = s->state.receipt_hash;

            (void)host_fail(e, err, "attested is %02x%02x%02x%02x…, the checkpoint's is %02x%02x%02x%02x…", attested[0],
                            attested[1], attested[2], attested[3], h[0], h[1], h[2], h[3]);
        }
    }
    if (err == FM_OK) {
        fm_state_fork(&s->state, salt, receipt);
        err = write_birth(s, dir, e);
        files_close(s);
    }
    if (s != NULL) {
        release(s);
    }
    free(s);
    free(r);
    return err;
}
