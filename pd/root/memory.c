/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Untyped memory, handed out upwards and never given back. The packer orders the runs: fixed
 * addresses first, rising; then by size, falling, so that no space is lost to alignment.
 */
#include "pd/root/root.h"
#include "pd/rt/machine.h"

struct piece {
    uint64_t paddr;
    uint64_t bytes;
    uint64_t used;
    seL4_CPtr slot;
    bool device;
};

static struct piece pieces[FM_BOOTINFO_UNTYPEDS];
static uint32_t piece_count;

void root_memory_init(void)
{
    uint64_t n = root.info->untyped.end - root.info->untyped.start;

    for (uint64_t i = 0; i < n && i < FM_BOOTINFO_UNTYPEDS; i++) {
        const struct fm_untyped_desc *d = &root.info->untyped_list[i];

        pieces[piece_count++] = (struct piece){.paddr = d->paddr,
                                               .bytes = 1ULL << d->size_bits,
                                               .slot = root.info->untyped.start + i,
                                               .device = d->is_device != 0U};
    }
}

uint64_t root_memory_left(void)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i < piece_count; i++) {
        sum += pieces[i].device ? 0U : pieces[i].bytes - pieces[i].used;
    }
    return sum;
}

static uint64_t align_up(uint64_t x, uint64_t to)
{
    return (x + to - 1U) & ~(to - 1U);
}

static void retype(struct piece *p, seL4_Word type, uint32_t size_bits, uint32_t bytes_bits,
                   seL4_CPtr dest, uint32_t count, const char *name)
{
    while (count != 0U) {
        uint32_t some = count < FM_RETYPE_FAN_OUT ? count : FM_RETYPE_FAN_OUT;

        root_check(seL4_Untyped_Retype(p->slot, type, size_bits, FM_SLOT_CNODE, 0, 0, dest, some),
                   "retype", name);
        p->used = align_up(p->used, 1ULL << bytes_bits) + ((uint64_t)some << bytes_bits);
        dest += some;
        count -= some;
    }
}

/* Moves a piece's free end up to paddr by making untypeds that nobody uses. */
static void skip_to(struct piece *p, uint64_t paddr, const char *name)
{
    while (p->paddr + p->used < paddr) {
        uint64_t at = p->paddr + p->used;
        uint32_t bits = 12;

        while (bits < 34U && (at & ((2ULL << bits) - 1U)) == 0U && at + (2ULL << bits) <= paddr) {
            bits++;
        }
        retype(p, FM_OBJ_UNTYPED, bits, bits, root_slot(), 1, name);
    }
}

static struct piece *find_fixed(uint64_t paddr, uint64_t bytes)
{
    for (uint32_t i = 0; i < piece_count; i++) {
        struct piece *p = &pieces[i];

        if (paddr >= p->paddr + p->used && paddr - p->paddr < p->bytes &&
            bytes <= p->bytes - (paddr - p->paddr)) {
            return p;
        }
    }
    return NULL;
}

/* The smallest piece that has room. */
static struct piece *find_room(uint64_t bytes, uint32_t bytes_bits)
{
    struct piece *best = NULL;

    for (uint32_t i = 0; i < piece_count; i++) {
        struct piece *p = &pieces[i];
        uint64_t start = align_up(p->used, 1ULL << bytes_bits);

        if (!p->device && start <= p->bytes && bytes <= p->bytes - start &&
            (best == NULL || p->bytes - p->used < best->bytes - best->used)) {
            best = p;
        }
    }
    return best;
}

static void kind_of(const struct fm_plan_objects *run, seL4_Word *type, uint32_t *bytes_bits)
{
    static const uint8_t types[FM_PLAN_KINDS] = {
        [FM_PLAN_UNTYPED] = FM_OBJ_UNTYPED,       [FM_PLAN_TCB] = FM_OBJ_TCB,
        [FM_PLAN_ENDPOINT] = FM_OBJ_ENDPOINT,     [FM_PLAN_NOTIFICATION] = FM_OBJ_NOTIFICATION,
        [FM_PLAN_CNODE] = FM_OBJ_CNODE,           [FM_PLAN_SCHED_CONTEXT] = FM_OBJ_SCHED_CONTEXT,
        [FM_PLAN_REPLY] = FM_OBJ_REPLY,           [FM_PLAN_PAGE] = FM_OBJ_SMALL_PAGE,
        [FM_PLAN_LARGE_PAGE] = FM_OBJ_LARGE_PAGE, [FM_PLAN_VSPACE] = FM_MACHINE_OBJ_VSPACE,
    };

    *type = types[run->kind];
    *bytes_bits = run->kind == FM_PLAN_CNODE ? run->size_bits + FM_BITS_SLOT : run->size_bits;
}

static _Noreturn void too_little(const char *name, uint64_t bytes)
{
    fm_print("PANIC: too little memory: %s needs %lu KiB in one piece; the plan needs %lu KiB "
             "in all, %lu KiB are left\n",
             name, bytes >> 10, root.plan->memory_bytes >> 10, root_memory_left() >> 10);
    root_halt();
}

void root_make(const struct fm_plan_objects *run, seL4_CPtr dest)
{
    const char *name = root_name(run->name);
    uint32_t left = run->count;
    seL4_Word type;
    uint32_t bits;

    kind_of(run, &type, &bits);
    if ((run->flags & FM_PLAN_FIXED) != 0U) {
        uint64_t bytes = (uint64_t)run->count << bits;
        struct piece *p = find_fixed(run->paddr, bytes);

        if (p == NULL) {
            root_stop("no free memory at the address of", name, seL4_NoError);
        }
        skip_to(p, run->paddr, name);
        retype(p, type, run->size_bits, bits, dest, run->count, name);
        return;
    }
    while (left != 0U) {
        uint32_t some = (run->flags & FM_PLAN_CONTIGUOUS) != 0U ? left : 1U;
        struct piece *p = find_room((uint64_t)some << bits, bits);

        if (p == NULL) {
            too_little(name, (uint64_t)some << bits);
        }
        if ((run->flags & FM_PLAN_CONTIGUOUS) == 0U) {
            uint64_t room = (p->bytes - align_up(p->used, 1ULL << bits)) >> bits;

            some = room < left ? (uint32_t)room : left;
        }
        retype(p, type, run->size_bits, bits, dest, some, name);
        dest += some;
        left -= some;
    }
}

seL4_CPtr root_make_table(void)
{
    struct piece *p = find_room(1ULL << FM_BITS_PAGE_TABLE, FM_BITS_PAGE_TABLE);
    seL4_CPtr slot = root_slot();

    if (p == NULL) {
        too_little("page table", 1ULL << FM_BITS_PAGE_TABLE);
    }
    retype(p, FM_OBJ_PAGE_TABLE, 0, FM_BITS_PAGE_TABLE, slot, 1, "page table");
    return slot;
}
