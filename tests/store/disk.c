/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/store/disk.h"

#include <stdlib.h>

void disk_new(struct disk *d, size_t log_bytes)
{
    memset(d, 0, sizeof *d);
    for (size_t i = 0; i < FM_AREAS; i++) {
        d->bytes[i] = i == FM_AREA_LOG ? log_bytes : 65536;
        d->durable[i] = calloc(1, d->bytes[i]);
        d->cached[i] = calloc(1, d->bytes[i]);
        if (d->durable[i] == NULL || d->cached[i] == NULL) {
            abort();
        }
    }
}

void disk_free(struct disk *d)
{
    for (size_t i = 0; i < FM_AREAS; i++) {
        free(d->durable[i]);
        free(d->cached[i]);
    }
}

bool disk_do(struct disk *d, const struct fm_io *io)
{
    d->requests++;
    if (d->fail_at != 0 && d->requests >= d->fail_at) {
        d->writes_after_failure += d->requests > d->fail_at && io->kind == FM_IO_WRITE ? 1U : 0U;
        return false;
    }
    if (io->kind == FM_IO_FLUSH) {
        for (size_t i = 0; i < FM_AREAS; i++) {
            memcpy(d->durable[i], d->cached[i], d->bytes[i]);
        }
        return true;
    }
    FM_ASSERT(io->at % FM_SECTOR_BYTES == 0 && io->bytes % FM_SECTOR_BYTES == 0);
    FM_ASSERT(io->at + io->bytes <= d->bytes[io->area]);
    if (io->kind == FM_IO_READ) {
        memcpy(io->buf, d->cached[io->area] + io->at, io->bytes);
    } else {
        memcpy(d->cached[io->area] + io->at, io->buf, io->bytes);
    }
    return true;
}

void disk_cut(struct disk *d, uint64_t seed)
{
    for (size_t i = 0; i < FM_AREAS; i++) {
        for (size_t at = 0; at < d->bytes[i]; at += FM_SECTOR_BYTES) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            if (memcmp(d->durable[i] + at, d->cached[i] + at, FM_SECTOR_BYTES) != 0) {
                uint8_t *from = (seed & 64U) != 0U ? d->cached[i] + at : d->durable[i] + at;
                uint8_t *to = (seed & 64U) != 0U ? d->durable[i] + at : d->cached[i] + at;

                memcpy(to, from, FM_SECTOR_BYTES);
            }
        }
    }
}
