/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the packer lays behind the loader, at the next page: this header, then the bytes of each
 * region. The loader copies the regions and enters the kernel with seL4's six registers.
 */
#ifndef FM_LOADER_PAYLOAD_H
#define FM_LOADER_PAYLOAD_H

#include <stdint.h>

#define FM_PAYLOAD_MAGIC 0x44414f4c594150ULL
#define FM_PAYLOAD_REGIONS 8

/* Where the loader itself is linked, on each machine. */
#define FM_LOADER_BASE_AARCH64 0x70000000ULL
#define FM_LOADER_BASE_RISCV64 0x90000000ULL

struct fm_payload_region {
    uint64_t to;     /* physical address */
    uint64_t bytes;  /* in memory; what the file lacks is zero */
    uint64_t offset; /* from the header */
    uint64_t file_bytes;
};

struct fm_payload {
    uint64_t magic;
    uint64_t bytes;         /* header and regions */
    uint64_t kernel_entry;  /* virtual */
    uint64_t kernel_offset; /* virtual minus physical, a multiple of 2 MiB */
    uint64_t user_start;    /* physical */
    uint64_t user_end;
    uint64_t user_offset; /* physical minus virtual */
    uint64_t user_entry;
    uint64_t regions;
    struct fm_payload_region region[FM_PAYLOAD_REGIONS];
};

#endif
