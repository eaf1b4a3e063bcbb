/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commit log: append one batch at a time, and find again what was appended (heart.md section 6).
 *
 * L1  A frame is acknowledged only after a flush that followed its last sector.
 * L2  After a failed write or flush nothing is written any more: only recovery from the disk
 * decides (FM_E_STORE_STOPPED).
 * L3  A put is idempotent by (height, hash); no other bytes go under a height that was put.
 * L4  Frames start on a sector, in order; the log begins with super.log_first. Sectors after the end are zero or older.
 * L5  The mark in the superblock never runs ahead of what is durable; it is rewritten after each acknowledgement.
 */
#ifndef FM_STORE_LOG_H
#define FM_STORE_LOG_H

#include "store/frame.h"
#include "store/super.h"

enum fm_log_phase {
    FM_LOG_IDLE = 0, /* a put may come; the last one was acknowledged */
    FM_LOG_WRITING,
    FM_LOG_FLUSHING,
    FM_LOG_MARKING, /* acknowledged; the mark is to be written, and nobody waits for it */
    FM_LOG_STOPPED,
};

struct fm_log {
    struct fm_super super;
    enum fm_log_phase phase;
    uint64_t next_sector;
    uint64_t height;  /* of the last frame; log_first - 1 if there is none */
    uint8_t hash[32]; /* of the last frame */
    uint64_t put_height;
    uint64_t put_seq; /* of its last turn */
    uint8_t put_hash[32];
    uint8_t *sectors; /* FM_LOG_BUFFER_BYTES of the caller's */
    size_t sector_bytes;
    uint8_t super_sector[FM_SECTOR_BYTES];
};
#define FM_LOG_BUFFER_BYTES ((size_t)FM_FRAME_SECTORS_MAX * FM_SECTOR_BYTES)

/* Starts appending behind what recovery found (or behind nothing). */
void fm_log_open(struct fm_log *log, const struct fm_super *super, uint64_t next_sector,
                 uint64_t height, const uint8_t hash[32], uint8_t *sectors);

/*
 * PUT. FM_OK: under way (or already durable: phase stays IDLE). last_seq is the seq of its last turn.
 *   FM_E_STORE_STOPPED after a failure; FM_E_HEIGHT if it is not the next one, or other bytes under the last height;
 *   FM_E_LOG_FULL if it does not fit: take a checkpoint. Nothing is changed by a refusal. The frame is copied.
 */
fm_err fm_log_put(struct fm_log *log, uint64_t height, const uint8_t hash[32], uint64_t last_seq,
                  const uint8_t *frame, size_t len) FM_MUST_CHECK;

/* The request that is to be performed now; false if there is none. */
bool fm_log_io(struct fm_log *log, struct fm_io *io) FM_MUST_CHECK;
/* How it went. After the flush: phase MARKING, which is the acknowledgement. */
void fm_log_done(struct fm_log *log, bool ok);

/* HEAD?: the height and hash of the last durable frame; false if stopped. */
bool fm_log_head(const struct fm_log *log, uint64_t *height, uint8_t hash[32]);

/* The log is empty from here on: its next frame goes to its first sector. Call after a checkpoint of the last
 * height; the superblock that says so (log->super) must be durable before the next put. */
void fm_log_restart(struct fm_log *log);

/* Recovery: reads the log and gives its frames one by one. */
enum fm_recover_event {
    FM_RECOVER_IO = 0,  /* perform rec->io, then fm_recover_done */
    FM_RECOVER_FRAME,   /* rec->frame is the next one, whole and in its chain */
    FM_RECOVER_END,     /* that was all; next_sector, height, hash and torn are set */
    FM_RECOVER_REFUSED, /* rec->why says why; nothing was written */
    FM_RECOVER_AGAIN,   /* between steps; never returned */
};

struct fm_recover {
    struct fm_super super;
    struct fm_io io;
    struct fm_log_frame frame;
    struct fm_why why;
    uint8_t *window; /* window_sectors x 512, the caller's */
    uint8_t *bytes;  /* FM_FRAME_BYTES_MAX + 496, the caller's: a frame without its sector heads */
    uint32_t window_sectors;
    uint32_t loaded; /* sectors in the window */
    uint64_t base;   /* the window's first sector in the log */
    uint64_t at;     /* where the next frame begins */
    uint64_t height; /* of the last whole frame */
    uint8_t hash[32];
    uint64_t scan;       /* tail: the next sector to look at */
    uint32_t tail_count; /* sectors that the torn frame says it has; 0: none seen */
    uint32_t tail_seen;
    uint32_t tail_last; /* one past the last sector of it that is there */
    uint32_t step;      /* enum in log_recover.c */
    bool torn;          /* a frame that was never acknowledged was dropped */
    bool failed;
};
#define FM_RECOVER_WINDOW_MIN (FM_FRAME_SECTORS_MAX + 1U)
#define FM_RECOVER_FRAME_BYTES ((size_t)FM_FRAME_SECTORS_MAX * FM_SECTOR_PAYLOAD_BYTES)

/* Begins. window_sectors is at least FM_RECOVER_WINDOW_MIN. */
void fm_recover_begin(struct fm_recover *rec, const struct fm_super *super, uint8_t *window,
                      uint32_t window_sectors, uint8_t *bytes);
enum fm_recover_event fm_recover_step(struct fm_recover *rec) FM_MUST_CHECK;
void fm_recover_done(struct fm_recover *rec, bool ok);

#endif
