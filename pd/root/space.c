/* SPDX-License-Identifier: Apache-2.0 */
/* Address spaces: mapping on demand, and the window through which root fills frames. */
#include "pd/root/root.h"
#include "pd/rt/machine.h"

#define SCRATCH_SMALL 0x100000000ULL
#define SCRATCH_LARGE 0x100200000ULL

static seL4_Word attributes(uint32_t flags)
{
    seL4_Word attr = (flags & FM_MAP_CACHED) != 0U ? FM_VM_DEFAULT : FM_MACHINE_VM_DEVICE;

    return (flags & FM_MAP_EXECUTE) != 0U ? attr : attr | FM_VM_EXECUTE_NEVER;
}

void root_map(seL4_CPtr frame, seL4_CPtr vspace, uint64_t vaddr, uint32_t flags, const char *name)
{
    seL4_CapRights_t rights =
        seL4_CapRights_new(0, 0, (flags & FM_MAP_READ) != 0U, (flags & FM_MAP_WRITE) != 0U);
    seL4_Error e = fm_page_map(frame, vspace, vaddr, rights, attributes(flags));

    /* Each missing level answers FailedLookup; three levels at most lie between root and page. */
    for (int level = 0; e == seL4_FailedLookup && level < 4; level++) {
        seL4_Error t = fm_page_table_map(root_make_table(), vspace, vaddr, FM_VM_DEFAULT);

        root_check(t, "map a page table", name);
        e = fm_page_map(frame, vspace, vaddr, rights, attributes(flags));
    }
    root_check(e, "map", name);
}

uint32_t root_frame_bits(uint32_t object)
{
    const struct fm_plan_objects *runs = root_table(FM_TABLE_OBJECTS);

    for (uint32_t i = 0; i < root_count(FM_TABLE_OBJECTS); i++) {
        if (object - runs[i].first < runs[i].count) {
            return runs[i].size_bits;
        }
    }
    return FM_BITS_SMALL_PAGE;
}

uint8_t *root_scratch(uint32_t object, uint32_t size_bits)
{
    uint64_t at = size_bits == FM_BITS_SMALL_PAGE ? SCRATCH_SMALL : SCRATCH_LARGE;

    root_map(root_object(object), FM_SLOT_VSPACE, at, FM_MAP_READ | FM_MAP_WRITE | FM_MAP_CACHED,
             "scratch");
    return (uint8_t *)at;
}

volatile uint8_t *root_scratch_device(uint32_t object)
{
    root_map(root_object(object), FM_SLOT_VSPACE, SCRATCH_SMALL, FM_MAP_READ | FM_MAP_WRITE,
             "scratch");
    return (volatile uint8_t *)SCRATCH_SMALL;
}

void root_scratch_done(uint32_t object, uint32_t size_bits, bool code)
{
    if (code) {
        root_check(fm_machine_unify(root_object(object), 1ULL << size_bits), "unify", "scratch");
    }
    root_check(fm_page_unmap(root_object(object)), "unmap", "scratch");
}
