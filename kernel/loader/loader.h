/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader: copies kernel and root task to their places and enters the kernel as seL4's boot
 * contract says (notes 1.18): MMU on, one CPU, six registers: physical start and end of the user
 * image, physical minus virtual of it, its entry, address and size of a device tree (none).
 */
#ifndef FM_LOADER_LOADER_H
#define FM_LOADER_LOADER_H

#include "kernel/loader/payload.h"

void loader_main(void);

/* One for each machine. */
void loader_put(char c);
/* Prepares page tables: low memory one to one, and the kernel's window. */
void loader_prepare(const struct fm_payload *payload);
/* Turns the MMU on and jumps. Never comes back. */
_Noreturn void loader_enter(uint64_t start, uint64_t end, uint64_t offset, uint64_t user_entry,
                            uint64_t kernel_entry);

#endif
