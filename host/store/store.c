/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/store.h"

#include "host/store/files.h"
#include "host/store/pages.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#define CHUNK_BYTES (1U << 20)
_Static_assert(CHUNK_BYTES >= FM_CHECKPOINT_CELL_MAX, "a chunk holds any cell");

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
    return fm_state_size(&config->state) + FM_FRAME_BYTES_MAX + FM_LOG_BUFFER_BYTES +
           (size_t)HOST_RECOVER_WINDOW * FM_SECTOR_BYTES + FM_RECOVER_FRAME_BYTES;
}

/* Memory for an empty state. */
static fm_err take_memory(struct host_store *s, const struct host_config *config,
                          struct host_error *e)
{
    struct fm_arena arena;

    s->config = *config;
    s->memory_bytes = fm_state_size(&config->state);
    s->memory = host_pages_take(s->memory_bytes);
    s->frame_buf = malloc(FM_FRAME_BYTES_MAX);
    s->log_buf = malloc(FM_LOG_BUFFER_BYTES);
    if (s->memory == NULL || s->frame_buf == NULL || s->log_buf == NULL) {
        return host_fail(e, FM_E_NO_SPACE, "%zu bytes of memory are needed",
                         host_store_memory(config));
    }
    arena = (struct fm_arena){s->memory, s->memory_bytes, 0};
    return fm_state_init(&s->state, &config->state, &arena);
}

static void release(struct host_store *s)
{
    host_pages_release(s->memory, s->memory_bytes);
    free(s->frame_buf);
    free(s->log_buf);
    s->memory = NULL;
    s->frame_buf = NULL;
    s->log_buf = NULL;
}

static bool write_super(struct host_store *s)
{
    uint8_t sector[FM_SECTOR_BYTES];

    s->log.super.counter++;
    fm_super_encode(&s->log.super, sector);
    return files_write(s->fds[FM_AREA_SUPER], fm_super_at(s->log.super.counter), sector,
                       sizeof sector) &&
           fsync(s->fds[FM_AREA_SUPER]) == 0;
}

/* Streams the state into a file, from its start. */
static fm_err write_stream(const struct fm_state *state, const uint8_t frame_hash[32], int fd,
                           FILE *out, uint64_t *bytes, struct host_error *e)
{
    struct fm_checkpoint_writer w;
    uint8_t *buf = malloc(CHUNK_BYTES);
    size_t n;

    *bytes = 0;
    if (buf == NULL) {
        return host_fail(e, FM_E_NO_SPACE, "a checkpoint needs %u bytes", CHUNK_BYTES);
    }
    fm_checkpoint_write_begin(&w, state, frame_hash);
    while ((n = fm_checkpoint_write(&w, buf, CHUNK_BYTES)) > 0) {
        bool ok = out != NULL ? fwrite(buf, 1, n, out) == n : files_write(fd, *bytes, buf, n);

        if (!ok) {
            free(buf);
            return host_fail(e, FM_E_STORE_IO, "writing a checkpoint: %s", strerror(errno));
        }
        *bytes += n;
    }
    free(buf);
    return FM_OK;
}

fm_err host_store_checkpoint(struct host_store *s, bool restart, struct host_error *e)
{
    uint8_t at = s->next_checkpoint;
    int fd = s->fds[FM_AREA_CHECKPOINT_0 + at];
    struct fm_checkpoint_at *c = &s->log.super.checkpoint[at];
    uint64_t bytes;
    fm_err err;

    FM_ASSERT(s->state.nbatches == 0U);
    /* The area is disowned before it is written over, so a crash half-way leaves the other one. */
    memset(c, 0, sizeof *c);
    if (!write_super(s)) {
        return host_fail(e, FM_E_STORE_IO, "superblock: %s", strerror(errno));
    }
    err = write_stream(&s->state, s->log.hash, fd, NULL, &bytes, e);
    if (err != FM_OK) {
        return err;
    }
    if (ftruncate(fd, (off_t)bytes) != 0 || fsync(fd) != 0) {
        return host_fail(e, FM_E_STORE_IO, "flushing a checkpoint: %s", strerror(errno));
    }
    c->height = s->state.top.height;
    c->bytes = bytes;
    memcpy(c->receipt_hash, s->state.receipt_hash, 32);
    s->log.super.mark_height = s->log.height;
    s->log.super.mark_seq = s->state.top.seq;
    memcpy(s->log.super.mark_hash, s->log.hash, 32);
    if (restart) {
        fm_log_restart(&s->log);
    }
    if (!write_super(s)) {
        return host_fail(e, FM_E_STORE_IO, "superblock: %s", strerror(errno));
    }
    s->next_checkpoint = (uint8_t)(1U - at);
    return FM_OK;
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
    err = files_open(dir, true, s->fds, &s->lock_fd, e);
    if (err == FM_OK) {
        err = files_zero(s->fds[FM_AREA_LOG], s->config.log_bytes, e);
    }
    if (err != FM_OK) {
        return err;
    }
    fm_log_open(&s->log, &super, 0, s->state.top.height, super.log_prev, s->log_buf);
    err = host_store_checkpoint(s, false, e);
    if (err == FM_OK && !write_super(s)) {
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
        err = take_memory(s, config, e);
    }
    if (err == FM_OK) {
        err = fm_state_genesis(&s->state, params, salt, treasury_pk);
    }
    if (err == FM_OK) {
        err = write_birth(s, dir, e);
        files_close(s->fds, &s->lock_fd);
    }
    if (s != NULL) {
        release(s);
        free(s);
    }
    return err;
}

void host_store_close(struct host_store *s)
{
    files_close(s->fds, &s->lock_fd);
    release(s);
}

fm_err host_store_begin(struct host_store *s, uint32_t now, struct fm_batch *batch,
                        struct host_error *e)
{
    uint64_t left = s->log.super.log_bytes / FM_SECTOR_BYTES - s->log.next_sector;

    if (s->log.phase == FM_LOG_STOPPED) {
        return host_fail(e, FM_E_STORE_STOPPED, "the store has stopped");
    }
    if (left < FM_FRAME_SECTORS_MAX) {
        fm_err err = host_store_checkpoint(s, true, e);

        if (err != FM_OK) {
            return err;
        }
    }
    batch->height = s->state.top.height + 1U;
    batch->now = now > s->state.top.now ? now : s->state.top.now;
    FM_ASSERT(fm_state_open_batch(&s->state, batch));
    fm_frame_begin(&s->frame, s->frame_buf, FM_FRAME_BYTES_MAX, s->log.hash, batch->height,
                   s->state.top.seq + 1U, batch->now);
    return FM_OK;
}

void host_store_add(struct host_store *s, const struct fm_turn *turn,
                    const struct fm_sealed *sealed)
{
    fm_frame_add(&s->frame, turn->wire, turn->bytes, &sealed->receipt, sealed->writes,
                 sealed->writes_bytes);
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

fm_err host_store_ship(struct host_store *s, FILE *out, struct host_error *e)
{
    uint64_t bytes;
    fm_err err = write_stream(&s->state, s->log.hash, -1, out, &bytes, e);

    if (err == FM_OK && (fflush(out) != 0 || fsync(fileno(out)) != 0)) {
        err = host_fail(e, FM_E_STORE_IO, "shipping a checkpoint: %s", strerror(errno));
    }
    return err;
}

static fm_err read_shipped(struct host_store *s, FILE *in, struct fm_checkpoint_reader *r,
                           struct host_error *e)
{
    uint8_t *buf = malloc(CHUNK_BYTES + FM_CHECKPOINT_CELL_MAX);
    fm_err err = buf == NULL ? FM_E_NO_SPACE : FM_OK;
    size_t n;

    if (buf != NULL) {
        fm_checkpoint_read_begin(r, &s->state, buf + CHUNK_BYTES);
        while (err == FM_OK && (n = fread(buf, 1, CHUNK_BYTES, in)) > 0) {
            err = fm_checkpoint_read(r, buf, n);
        }
        if (err == FM_OK) {
            err = ferror(in) ? FM_E_STORE_IO : fm_checkpoint_read_end(r);
        }
    }
    free(buf);
    return err == FM_OK ? FM_OK : host_fail(e, err, "the shipped checkpoint: %s", fm_err_text(err));
}

fm_err host_store_thaw(const char *dir, const struct host_config *config, FILE *in,
                       const uint8_t attested[32], uint64_t floor_seq, const uint8_t salt[32],
                       struct fm_receipt *receipt, struct host_error *e)
{
    struct host_store *s = calloc(1, sizeof *s);
    struct fm_checkpoint_reader *r = calloc(1, sizeof *r);
    fm_err err = s == NULL || r == NULL ? FM_E_NO_SPACE : check_geometry(config, e);

    if (err == FM_OK) {
        err = take_memory(s, config, e);
    }
    if (err == FM_OK) {
        err = read_shipped(s, in, r, e);
    }
    if (err == FM_OK) {
        err = fm_thaw_check(&s->state.receipt, attested, floor_seq, &e->why);
        if (err != FM_OK) {
            (void)host_fail(e, err, "%s", fm_err_text(err));
        }
    }
    if (err == FM_OK) {
        fm_state_fork(&s->state, salt, receipt);
        err = write_birth(s, dir, e);
        files_close(s->fds, &s->lock_fd);
    }
    if (s != NULL) {
        release(s);
    }
    free(s);
    free(r);
    return err;
}
