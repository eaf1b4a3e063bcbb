/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk in memory that behaves as badly as disks do: what was written and not flushed is, at a power cut, kept or
 * lost sector by sector, as a seed says; and the n-th request fails when asked to.
 */
#ifndef FM_TESTS_STORE_DISK_H
#define FM_TESTS_STORE_DISK_H

#include "store/io.h"

struct disk {
    uint8_t *durable[FM_AREAS]; /* what survives a cut for sure */
    uint8_t *cached[FM_AREAS];  /* what a read sees */
    size_t bytes[FM_AREAS];
    uint64_t requests;
    uint64_t fail_at; /* this request and all after it fail; 0: none */
    uint64_t writes_after_failure;
};

void disk_new(struct disk *d, size_t log_bytes);
void disk_free(struct disk *d);
/* Performs one request. */
bool disk_do(struct disk *d, const struct fm_io *io);
/* The power goes: each sector not flushed is kept or lost. */
void disk_cut(struct disk *d, uint64_t seed);

#endif
