/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the store asks of its shell. The store does no I/O: a step function leaves one request, the shell performs
 * it and says how it went. The same code runs over files, behind a disk domain's ring and over a simulated disk
 * that tears and lies.
 */
#ifndef FM_STORE_IO_H
#define FM_STORE_IO_H

#include "base/base.h"

#include <firmament/err.h>

#define FM_SECTOR_BYTES 512U

/* The areas of a store. A file each on Linux, ranges of sectors on a disk. */
enum fm_area {
    FM_AREA_SUPER = 0,
    FM_AREA_LOG = 1,
    FM_AREA_CHECKPOINT_0 = 2,
    FM_AREA_CHECKPOINT_1 = 3
};
#define FM_AREAS 4U

enum fm_io_kind { FM_IO_NONE = 0, FM_IO_READ, FM_IO_WRITE, FM_IO_FLUSH };

/* One request. at and bytes are multiples of FM_SECTOR_BYTES; a flush is for all areas. buf is the
 * store's until done. */
struct fm_io {
    enum fm_io_kind kind;
    enum fm_area area;
    uint64_t at;
    uint8_t *buf;
    size_t bytes;
};

#endif
