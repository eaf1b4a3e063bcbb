/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ledger in a folder: lib/core and lib/store over files. The node and the offline commands of dregg share it.
 *
 * The folder holds `super`, `lock`, the logs (history.h), two checkpoints in turn and the one from birth:
 * `checkpoint.0`, `checkpoint.1`, `checkpoint.birth`. One process at a time (flock).
 */
#ifndef FM_HOST_STORE_STORE_H
#define FM_HOST_STORE_STORE_H

#include "core/state.h"
#include "store/checkpoint.h"
#include "store/log.h"

#include <stdio.h>
#include <sys/types.h>

#define HOST_LOG_BYTES_DEFAULT (256ULL << 20)
#define HOST_CHUNK_BYTES (1U << 20) /* of a checkpoint, a write */
#define HOST_BIRTH "checkpoint.birth"
#define HOST_RECOVER_WINDOW 4096U /* sectors: 2 MiB a read, still in the cache when it is looked at */

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

/* Where a receipt lies: the log, the frame's first sector in it, and the receipt's place in the frame. */
struct host_place {
    uint64_t log_first;
    uint64_t sector;
    uint32_t offset;
};

/* A checkpoint that a child process is writing of the state as it was when it began. */
struct host_checkpointing {
    pid_t pid;   /* 0: none */
    int done_fd; /* readable when it has ended */
    int fd;      /* of the file */
    uint64_t height;
    uint64_t seq;
    uint8_t receipt_hash[32];
    uint8_t root[32];
};

struct host_store {
    struct fm_state state;
    struct fm_log log;
    struct fm_frame_maker frame;
    struct host_config config;
    struct host_recovered recovered;
    uint8_t *memory; /* of the state */
    size_t memory_bytes;
    size_t mended; /* up to where the memory's huge pages were mended after a checkpoint; SIZE_MAX: all are whole */
    uint8_t *frame_buf;
    uint8_t *log_buf;
    uint8_t frame_hash[32]; /* of the batch under way */
    uint8_t *chunk; /* of a checkpoint */
    int dir_fd;
    int fds[FM_AREAS];
    int lock_fd;
    uint8_t next_checkpoint; /* area that the next one goes to */
    bool spare_ready;        /* a file of zeros waits to become the next log */
    bool half_seen;          /* the log that is written is half full, and a checkpoint was begun */
    struct host_checkpointing checkpointing;
    struct host_checkpointing last_checkpoint; /* what the last one that ended well was of */
    uint64_t checkpoints;
    uint64_t checkpoints_failed;
    double checkpoint_stop_s; /* the longest that beginning one has held up the store */
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
/* Takes that memory, but for what recovery needs meanwhile. FM_E_NO_SPACE: it is not there; host_store_close lets go of
 * what is. */
fm_err host_store_take(struct host_store *s, const struct host_config *config, struct host_error *e);

/* Makes a new store with a genesis state. The folder is made; it must hold no store. */
fm_err host_store_create(const char *dir, const struct host_config *config,
                         const struct fm_params *params, const uint8_t treasury_pk[32],
                         const uint8_t salt[32], struct host_error *e);

/* Called for each turn of a log, in order. An error ends the walk. */
struct host_visit {
    fm_err (*turn)(void *cookie, const struct fm_log_frame *frame, const struct fm_log_turn *turn);
    void *cookie;
};

/* The same, with the place of each receipt. */
struct host_visit_placed {
    fm_err (*turn)(void *cookie, const struct fm_log_turn *turn, const struct host_place *place);
    void *cookie;
};

enum host_audit { HOST_REPLAY = 0, HOST_AUDIT = 1 };

/*
 * Opens a store: newest whole checkpoint, the logs' frames behind it, root tooth. audit: from birth, or as far back as
 * the logs reach, every logged turn is run again, and the receipt and writes must be the same bytes. expect: a receipt
 * hash that must be in the history as far as its logs are here (NULL: none).
 */
fm_err host_store_open(struct host_store *s, const char *dir, const struct host_config *config,
                       enum host_audit audit, const uint8_t *expect,
                       const struct host_progress *progress, const struct host_visit *visit,
                       struct host_error *e);
void host_store_close(struct host_store *s);

/* Begins a batch at this time (or the last one's, if the clock fell). When the log is half full it begins a checkpoint;
 * when it is full, the next log. */
fm_err host_store_begin(struct host_store *s, uint32_t now, struct fm_batch *batch,
                        struct host_error *e);
/* Adds a sealed turn to the frame. Where its receipt will lie, once the batch is durable. */
struct host_place host_store_add(struct host_store *s, const struct fm_turn *turn, const struct fm_sealed *sealed);
/* Makes the batch durable. FM_OK: acknowledged. Else the store has stopped, and nothing is known of the batch. */
fm_err host_store_commit(struct host_store *s, struct host_error *e);
/* Drops the batch under way. */
void host_store_drop(struct host_store *s);

/*
 * Begins a checkpoint of the state as it is; no batch is open. A child process writes it, over a copy of memory
 * that the kernel makes page by page as this process goes on (at worst the state's memory a second time), and
 * leaves a spare for the next log. FM_OK too if one is under way. STORE_IO, NO_SPACE: none was begun, the store
 * goes on.
 */
fm_err host_checkpoint_begin(struct host_store *s, struct host_error *e);
/*
 * Ends it if the child has ended (wait: after waiting for it): *ended. STORE_IO: it could not be written, the store
 * goes on with the ones before; STORE_STOPPED: the superblock could not be.
 */
fm_err host_checkpoint_poll(struct host_store *s, bool wait, bool *ended, struct host_error *e);
/*
 * A little upkeep (about half a millisecond, mostly nothing) for when nobody waits: mends the memory that a
 * checkpoint's child shared (pages.h). False if there is nothing left to do.
 */
bool host_store_mend(struct host_store *s);
/* Ends the child; what it wrote is nothing. */
void host_checkpoint_abandon(struct host_store *s);
/* Begins the next log, if there is anything in this one. Any error but FM_OK: the store has stopped. */
fm_err host_store_rotate(struct host_store *s, struct host_error *e);
/* A checkpoint from beginning to end, in the next log if restart. */
fm_err host_store_checkpoint(struct host_store *s, bool restart, struct host_error *e);

/*
 * Thaws a shipped checkpoint into a new store: attested receipt hash, floor, root tooth; only then does it write.
 * The new store is a fork with a ledger id of its own. receipt: the fork's first.
 */
fm_err host_store_thaw(const char *dir, const struct host_config *config, FILE *in,
                       const uint8_t attested[32], uint64_t floor_seq, const uint8_t salt[32],
                       struct fm_receipt *receipt, struct host_error *e);

/* The turns of a closed store's logs, all that are here, without opening its state. */
fm_err host_store_walk(const char *dir, const struct host_visit *visit, struct host_error *e);
/* The turns above a height of an open store's logs, as far back as they are here. No batch is open. */
fm_err host_store_frames(const struct host_store *s, uint64_t after, const struct host_visit_placed *visit,
                         const struct host_progress *progress, struct host_error *e);
/* The ledger's first receipt, from the checkpoint of its birth; no log holds it. */
fm_err host_store_birth(const struct host_store *s, struct fm_receipt *receipt, struct host_error *e);
/* Reads the receipt at a place that an index names, and checks it against the hash that the index has of it. */
fm_err host_store_receipt(const struct host_store *s, const struct host_place *place, const uint8_t hash[32],
                          struct fm_receipt *receipt);

fm_err host_fail(struct host_error *e, fm_err code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
