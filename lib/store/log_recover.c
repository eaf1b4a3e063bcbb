/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding the end of the log, and why it ends there (heart.md section 6).
 *
 * V1  A frame counts if every sector of it is in place, its hash holds, and it names the hash of the one before.
 * V2  The first frame that does not count ends the log. It was torn by a crash only if the mark is
 * before it and nothing in the
 *     rest of the log speaks against that; then its sectors are zeroed and flushed. Everything else
 *     is refused, untouched.
 */
#include "store/log.h"

enum step {
    STEP_LOAD = 0,
    STEP_FRAME,

    STEP_TAIL,
    STEP_ZERO,
    STEP_FLUSH,
    STEP_END,
    STEP_REFUSED
};

static uint64_t capacity(const struct fm_recover *rec)
{
    return rec->super.log_bytes / FM_SECTOR_BYTES;
}

void fm_recover_begin(struct fm_recover *rec, const struct fm_super *super, uint8_t *window,
                      uint32_t window_sectors, uint8_t *bytes)
{
    FM_ASSERT(window_sectors >= FM_RECOVER_WINDOW_MIN);
    memset(rec, 0, sizeof *rec);
    rec->super = *super;
    rec->window = window;
    rec->window_sectors = window_sectors;
    rec->bytes = bytes;
    rec->height = super->log_first - 1U;
    memcpy(rec->hash, super->log_prev, 32);
    rec->step = STEP_LOAD;
}

static enum fm_recover_event refuse(struct fm_recover *rec, fm_err code, const char *field,
                                    uint64_t expected, uint64_t got)
{
    fm_why_set(&rec->why, code, (uint32_t)rec->at, field, expected, got);
    rec->step = STEP_REFUSED;
    return FM_RECOVER_REFUSED;
}

/* Asks for the window that begins at a sector. */
static enum fm_recover_event load(struct fm_recover *rec, uint64_t base)
{
    uint64_t left = capacity(rec) - base;

    rec->base = base;
    rec->loaded = left < rec->window_sectors ? (uint32_t)left : rec->window_sectors;
    rec->io = (struct fm_io){FM_IO_READ, FM_AREA_LOG, base * FM_SECTOR_BYTES, rec->window,
                             (size_t)rec->loaded * FM_SECTOR_BYTES};
    return FM_RECOVER_IO;
}

static void sector_at(const struct fm_recover *rec, uint64_t sector, struct fm_sector *s)
{
    fm_sector_read(s, rec->super.ledger,
                   rec->window + (size_t)(sector - rec->base) * FM_SECTOR_BYTES);
}

static enum fm_recover_event begin_tail(struct fm_recover *rec)
{
    rec->scan = rec->at;
    rec->tail_count = 0;
    rec->tail_seen = 0;
    rec->tail_last = 0;
    rec->step = STEP_TAIL;
    return FM_RECOVER_AGAIN;
}

/* Whether all sectors of the frame at `at` are in place; copies their payload out. */
static bool assemble(struct fm_recover *rec, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct fm_sector s;

        sector_at(rec, rec->at + i, &s);
        if (s.kind != FM_SECTOR_GOOD || s.height != rec->height + 1U || s.index != i ||
            s.count != count) {
            return false;
        }
        memcpy(rec->bytes + (size_t)i * FM_SECTOR_PAYLOAD_BYTES,
               rec->window + (size_t)(rec->at + i - rec->base) * FM_SECTOR_BYTES +
                   FM_SECTOR_HEAD_BYTES,
               FM_SECTOR_PAYLOAD_BYTES);
    }
    return true;
}

/* What follows a frame in its last sector is zero: no byte of the log may change unseen. */
static bool padding_zero(const struct fm_recover *rec, uint32_t count)
{
    uint8_t any = 0;

    for (size_t i = rec->frame.len; i < (size_t)count * FM_SECTOR_PAYLOAD_BYTES; i++) {
        any |= rec->bytes[i];
    }
    return any == 0U;
}

static enum fm_recover_event whole_frame(struct fm_recover *rec, uint32_t count)
{
    fm_err err =
        fm_frame_open(&rec->frame, rec->bytes, (size_t)count * FM_SECTOR_PAYLOAD_BYTES, NULL);

    if (err != FM_OK || fm_frame_sectors(rec->frame.len) != count ||
        rec->frame.height != rec->height + 1U || !padding_zero(rec, count)) {
        return refuse(rec, FM_E_LOG_DAMAGED, "frame", rec->height + 1U, rec->height + 1U);
    }
    if (memcmp(rec->frame.prev, rec->hash, 32) != 0) {
        return refuse(rec, FM_E_LOG_DAMAGED, "hash of the frame before", rec->height,
                      rec->frame.height);
    }
    if (rec->frame.height == rec->super.mark_height &&
        memcmp(rec->frame.hash, rec->super.mark_hash, 32) != 0) {
        return refuse(rec, FM_E_LOG_DAMAGED, "mark", rec->super.mark_height, rec->frame.height);
    }
    rec->height = rec->frame.height;
    memcpy(rec->hash, rec->frame.hash, 32);
    rec->at += count;
    return FM_RECOVER_FRAME;
}

static enum fm_recover_event next_frame(struct fm_recover *rec)
{
    struct fm_sector s;
    uint64_t here = rec->at - rec->base;

    if (rec->at == capacity(rec)) {
        return begin_tail(rec);
    }
    if (here >= rec->loaded) {
        rec->step = STEP_FRAME;
        return load(rec, rec->at);
    }
    sector_at(rec, rec->at, &s);
    /* What else the sector must be, assemble asks of each. */
    if (s.count == 0U || s.count > FM_FRAME_SECTORS_MAX || s.count > capacity(rec) - rec->at) {
        return begin_tail(rec);
    }
    if (here + s.count > rec->loaded) {
        return load(rec, rec->at);
    }
    return assemble(rec, s.count) ? whole_frame(rec, s.count) : begin_tail(rec);
}

/* Looks at one sector behind the end. FM_OK, or why the end cannot be a crash's. */
static fm_err tail_sector(struct fm_recover *rec, const struct fm_sector *s)
{
    uint64_t h = rec->height + 1U;
    uint64_t offset = rec->scan - rec->at;

    if (s->kind == FM_SECTOR_ZERO || (s->kind == FM_SECTOR_GOOD && s->height < h)) {
        return FM_OK;
    }
    if (s->kind == FM_SECTOR_BAD || s->height > h || s->index != offset) {
        return FM_E_LOG_DAMAGED;
    }
    if (rec->tail_count == 0U) {
        rec->tail_count = s->count;
    }
    if (s->count != rec->tail_count) {
        return FM_E_LOG_DAMAGED;
    }
    rec->tail_seen++;
    rec->tail_last = (uint32_t)offset + 1U;
    return FM_OK;
}

static enum fm_recover_event end_tail(struct fm_recover *rec)
{
    if (rec->tail_count != 0U && rec->tail_seen == rec->tail_count) {
        return refuse(rec, FM_E_LOG_DAMAGED, "a whole frame that is none", rec->tail_count,
                      rec->tail_seen);
    }
    if (rec->super.mark_height > rec->height) {
        return refuse(rec, FM_E_LOG_TRUNCATED, "mark", rec->super.mark_height, rec->height);
    }
    rec->torn = rec->tail_count != 0U;
    rec->step = rec->torn ? STEP_ZERO : STEP_END;
    return FM_RECOVER_AGAIN;
}

static enum fm_recover_event scan_tail(struct fm_recover *rec)
{
    while (rec->scan < capacity(rec)) {
        struct fm_sector s;
        fm_err err;

        if (rec->scan < rec->base || rec->scan >= rec->base + rec->loaded) {
            rec->step = STEP_TAIL;
            return load(rec, rec->scan);
        }
        sector_at(rec, rec->scan, &s);
        err = tail_sector(rec, &s);
        if (err != FM_OK) {
            return refuse(rec, err, "sector behind the end", rec->height + 1U, s.height);
        }
        rec->scan++;
    }
    return end_tail(rec);
}

static enum fm_recover_event step_once(struct fm_recover *rec)
{
    if (rec->failed) {
        return refuse(rec, FM_E_STORE_IO, "device", 0, 0);
    }
    switch ((enum step)rec->step) {
    case STEP_LOAD:
        rec->step = STEP_FRAME;
        return load(rec, 0);
    case STEP_FRAME:
        return next_frame(rec);
    case STEP_TAIL:
        return scan_tail(rec);
    case STEP_ZERO:
        memset(rec->window, 0, (size_t)rec->tail_last * FM_SECTOR_BYTES);
        rec->io = (struct fm_io){FM_IO_WRITE, FM_AREA_LOG, rec->at * FM_SECTOR_BYTES, rec->window,
                                 (size_t)rec->tail_last * FM_SECTOR_BYTES};
        rec->step = STEP_FLUSH;
        return FM_RECOVER_IO;
    case STEP_FLUSH:
        rec->io = (struct fm_io){FM_IO_FLUSH, FM_AREA_LOG, 0, NULL, 0};
        rec->step = STEP_END;
        return FM_RECOVER_IO;
    case STEP_END:
        return FM_RECOVER_END;
    case STEP_REFUSED:
        return FM_RECOVER_REFUSED;
    }
    return FM_RECOVER_REFUSED;
}

enum fm_recover_event fm_recover_step(struct fm_recover *rec)
{
    enum fm_recover_event event;

    /* At most three rounds: frames end, the tail ends, zeroing or the end. */
    do {
        event = step_once(rec);
    } while (event == FM_RECOVER_AGAIN);
    return event;
}

void fm_recover_done(struct fm_recover *rec, bool ok)
{
    rec->failed = rec->failed || !ok;
}
