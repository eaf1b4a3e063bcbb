/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log as files: `log.<height of its first frame>`, twenty digits. The superblock's log_first names the one that is
 * written; those before it are history, read only, and begin where the one before them ended.
 *
 * H1  A log begins with a file of zeros under its own name, flushed, before the superblock names it: whatever crashes
 *     in between, the superblock's log is there, and a file above it is nobody's.
 * H2  A file of history ends at the height before the next one's first, with the hash that the next one's first frame
 *     names. One that does not is LOG_TRUNCATED or LOG_DAMAGED, as the log that is written would be.
 */
#ifndef FM_HOST_STORE_HISTORY_H
#define FM_HOST_STORE_HISTORY_H

#include "host/store/store.h"

/* A file of zeros that waits to become the next log. */
#define HISTORY_SPARE "log.spare"

/* Opens the log that begins with this height. LOG_TRUNCATED if it is not here. */
fm_err history_open(int dir_fd, uint64_t first, int *fd, struct host_error *e);
/* Makes it anew, with so many bytes of zeros, over what nobody owns (H1). spare: HISTORY_SPARE is whole and may be
 * taken. */
fm_err history_make(int dir_fd, uint64_t first, uint64_t bytes, bool spare, int *fd, struct host_error *e);
/* The first height of the oldest log from which the logs reach to the superblock's without a gap in their names'
 * order. */
uint64_t history_first(int dir_fd, const struct fm_super *super);

/* A walk over frames above the height `after`, in order; the log that holds the first is read from its start. */
struct history_walk {
    int dir_fd;
    const struct fm_super *super;
    uint64_t after;
    bool repair; /* a torn tail of the last log is zeroed; else it is left alone */
    fm_err (*frame)(void *cookie, const struct fm_log_frame *frame, const struct host_place *place);
    void *cookie;
    const struct host_progress *progress;
    struct host_error *e;
    /* At the end: of the last log. */
    uint64_t next_sector;
    uint64_t height;
    uint8_t hash[32];
    bool torn;
};
/* FM_OK, what `frame` gave, or why the logs cannot be read: LOG_DAMAGED, LOG_TRUNCATED, STORE_IO, NO_SPACE. */
fm_err history_walk(struct history_walk *w);

#endif
