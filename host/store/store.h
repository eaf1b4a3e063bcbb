/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ledger in a folder: lib/core and lib/store over files. The node and the offline commands of dregg share it.
 *
 * The folder holds `super`, `log`, `checkpoint.0`, `checkpoint.1` and `lock`. One process at a time (flock).
 */
#ifndef FM_HOST_STORE_STORE_H
#define FM_HOST_STORE_STORE_H

#include "core/state.h"
#include "store/checkpoint.h"
#include "store/log.h"

#include <stdio.h>

#define HOST_LOG_BYTES_DEFAULT (256ULL << 20)
#define HOST_RECOVER_WINDOW 16384U /* sectors: 8 MiB a read */

/* What a store may take. Memory is taken once, at open. */
struct host_config {
    struct fm_state_config state;
    uint64_t log_bytes; /* at birth */
};

/* Told about long work; total 0: unknown. */
struct host_progress {
    void (*tell)(void *cookie, const char *what, uint64_t done, uint64_t total);
    void *cookie;
};

/* What recovery found. */
struct host_recovered {
    uint64_t frames;
    uint64_t turns;
    uint64_t log_bytes; /* of the log that was read */
    uint64_t checkpoint_height;
    double seconds;     /* in all */
    double log_seconds; /* for the log: reading, checking, applying, the root tooth */
    bool torn;
};

struct host_store {
    struct fm_state state;
    struct fm_log log;
    struct fm_frame_maker frame;
    struct host_config config;
    struct host_recovered recovered;
    uint8_t *memory; /* of the state */
    size_t memory_bytes;
    uint8_t *frame_buf;
    uint8_t *log_buf;
    uint8_t frame_hash[32]; /* of the batch under way */
    int fds[FM_AREAS];
    int lock_fd;
    uint8_t next_checkpoint; /* area that the next one goes to */
};

/* Detail for people, beside an fm_err: which file, what the system said. */
struct host_error {
    fm_err code;
    struct fm_why why;
    char text[256];
};

/* The configuration for so many cells, with eight slots and sixteen fields a cell on average. */
void host_config_default(struct host_config *config, uint32_t max_cells);
/* The bytes that an open store takes. */
size_t host_store_memory(const struct host_config *config);

/* Makes a new store with a genesis state. The folder is made; it must hold no store. */
fm_err host_store_create(const char *dir, const struct host_config *config,
                         const struct fm_params *params, const uint8_t treasury_pk[32],
                         const uint8_t salt[32], struct host_error *e);

/* Called for each turn of a log, in order. An error ends the walk. */
struct host_visit {
    fm_err (*turn)(void *cookie, const struct fm_log_frame *frame, const struct fm_log_turn *turn);
    void *cookie;
};

enum host_audit { HOST_REPLAY = 0, HOST_AUDIT = 1 };

/*
 * Opens a store: newest whole checkpoint, the log's frames behind it, root tooth. audit: every
 * logged turn is run again, and
 * the receipt and writes must be the same bytes. expect: a receipt hash that must be in the history (NULL: none); only
 * receipts behind the checkpoint can be found, or the checkpoint's own. read_only: a torn tail is reported, not zeroed.
 */
fm_err host_store_open(struct host_store *s, const char *dir, const struct host_config *config,
                       enum host_audit audit, const uint8_t *expect,
                       const struct host_progress *progress, const struct host_visit *visit,
                       struct host_error *e);
void host_store_close(struct host_store *s);

/* Begins a batch at this time (or the last one's, if the clock fell). Restarts the log behind a
 * checkpoint if it is nearly
 * full. */
fm_err host_store_begin(struct host_store *s, uint32_t now, struct fm_batch *batch,
                        struct host_error *e);
/* Adds a sealed turn to the frame. */
void host_store_add(struct host_store *s, const struct fm_turn *turn,
                    const struct fm_sealed *sealed);
/* Makes the batch durable. FM_OK: acknowledged. Else the store has stopped, and nothing is known of the batch. */
fm_err host_store_commit(struct host_store *s, struct host_error *e);
/* Drops the batch under way. */
void host_store_drop(struct host_store *s);

/* Takes a checkpoint into the area whose turn it is. restart: the log begins anew behind it. */
fm_err host_store_checkpoint(struct host_store *s, bool restart, struct host_error *e);

/* Writes a checkpoint of the state to a stream, to be shipped. */
fm_err host_store_ship(struct host_store *s, FILE *out, struct host_error *e);
/*
 * Thaws a shipped checkpoint into a new store: attested receipt hash, floor, root tooth; only then
 * does it write. The new
 * store is a fork with a ledger id of its own. receipt: the fork's first.
 */
fm_err host_store_thaw(const char *dir, const struct host_config *config, FILE *in,
                       const uint8_t attested[32], uint64_t floor_seq, const uint8_t salt[32],
                       struct fm_receipt *receipt, struct host_error *e);

/* The turns of a closed store's log, without opening its state. */
fm_err host_store_walk(const char *dir, const struct host_visit *visit, struct host_error *e);

fm_err host_fail(struct host_error *e, fm_err code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
