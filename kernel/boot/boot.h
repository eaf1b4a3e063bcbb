/* SPDX-License-Identifier: Apache-2.0 */
/* What the machine's first code hands to the portable part of boot. */
#ifndef FM_KERNEL_BOOT_H
#define FM_KERNEL_BOOT_H

#include "kernel/types.h"

struct region {
    uint64_t start; /* physical, page aligned */
    uint64_t end;
};

/* The loader's six words. */
struct boot_args {
    uint64_t image_start; /* of the root task, physical */
    uint64_t image_end;
    uint64_t pv_offset; /* physical = virtual + this */
    uint64_t entry;
    uint64_t fdt; /* 0 = none */
    uint64_t fdt_bytes;
};

#define BOOT_MAX_REGIONS 16

struct boot_memory {
    struct region ram;
    uint64_t device_top;
    struct region reserved[BOOT_MAX_REGIONS]; /* neither RAM to give nor device: kernel, firmware */
    unsigned reserved_count;
};

/* Makes the root task and everything it is given; kernel.current is that thread afterwards. */
void boot_root_task(const struct boot_args *args, const struct boot_memory *memory);

/* Console of last resort, on every machine. */
void console_put(char c);
void console_text(const char *s);
void console_hex(uint64_t x);

#endif
