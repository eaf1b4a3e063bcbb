/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Address spaces: page tables of 512 entries, PT_LEVELS deep, and the ASIDs that name them. The
 * machine supplies the form of an entry (pte_*) in kernel_machine.h. On aarch64 the root has a type of
 * its own; on riscv64 a page table becomes a root when an ASID is assigned to it.
 */
#ifndef FM_KERNEL_VSPACE_H
#define FM_KERNEL_VSPACE_H

#include "kernel/arch/arch.h"

#define PT_ENTRIES 512u
#define CAP_PAGE_TABLE_ROOT 1u /* field of a page table capability, riscv64 */

/* ROOT_IS_TABLE (kernel_machine.h): the root is an ordinary page table that has got an ASID. */
#define CAP_VSPACE_ROOT (ROOT_IS_TABLE ? CAP_PAGE_TABLE : CAP_VSPACE)

/* Entry of the table that covers vaddr at a level; level 0 maps pages of 4 KiB. */
static inline unsigned pt_shift(unsigned level)
{
    return 12 + 9 * level;
}

struct walk {
    uint64_t *entry;
    unsigned level; /* where the walk stopped; the target level if nothing was missing */
};

/* Down from root towards target; stops at the first entry that is not a table. */
struct walk vspace_walk(uint64_t *root, uint64_t vaddr, unsigned target);

/* The root table of an ASID, or NULL. */
uint64_t *asid_root(uint64_t asid);

/* Rights of a mapping: the frame's, less what the argument lacks. */
enum frame_rights frame_rights_masked(enum frame_rights have, uint64_t rights);

#endif
