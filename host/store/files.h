/* SPDX-License-Identifier: Apache-2.0 */
/* The areas of a store as files: requests of lib/store are performed here, and nowhere else. */
#ifndef FM_HOST_STORE_FILES_H
#define FM_HOST_STORE_FILES_H

#include "host/store/store.h"

/* Opens or makes the folder, its lock, superblock and checkpoints; and, unless create,
    reads the superblock and opens the
 * log that it names. create: no store may be there, and the log is yet to be made. */
fm_err files_open(const char *dir, bool create, struct host_store *s, struct host_error *e);
void files_close(struct host_store *s);
/* Writes the superblock (s->log.super) and flushes it. */
bool files_write_super(struct host_store *s);
/* Fills a fresh log with zeros, so that no later write changes the file's size, and flushes it. */
fm_err files_zero(int fd, uint64_t bytes, struct host_error *e);
/* Performs one request. False if the system failed. */
bool files_do(const int fds[FM_AREAS], const struct fm_io *io);
/* Whole reads and writes at a place. */
bool files_read(int fd, uint64_t at, uint8_t *buf, size_t n);
bool files_write(int fd, uint64_t at, const uint8_t *buf, size_t n);

#endif
