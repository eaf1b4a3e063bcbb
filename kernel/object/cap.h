/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A capability: two words. Word a is [object or physical address : 48][small fields : 11][type : 5];
 * an arithmetic shift turns the top 48 bits into a pointer of either half of the address space.
 * Word b holds what the type needs most: badge, guard, mapping, watermark.
 *
 *   type       a.field (11 bits)                 b
 *   UNTYPED    size bits 6, device 1             watermark in bytes (address is physical)
 *   CNODE      radix 6 (guard size in address    guard
 *              bits 5..0, which alignment frees)
 *   ENDPOINT   rights 4                          badge
 *   NOTIFICATION rights 4                        badge
 *   REPLY      rights 4 (only Grant matters)     -
 *   SCHED_CONTEXT size bits 6                    -
 *   FRAME      size 2, rights 2, device 1        asid 16 | virtual address 48 (address is physical)
 *   PAGE_TABLE root 1 (riscv64)                  asid 16 | virtual address 48
 *   VSPACE     -                                 asid 16 | 0
 *   ASID_POOL  -                                 base asid
 *   IRQ_HANDLER -                                irq
 *   SMC        -                                 badge
 *   ZOMBIE     radix 6, is-thread 1              link 37 | slots left 27 (delete.c)
 */
#ifndef FM_KERNEL_CAP_H
#define FM_KERNEL_CAP_H

#include "kernel/types.h"

struct cap {
    uint64_t a;
    uint64_t b;
};

/* The numbers are seen by DebugCapIdentify only. */
enum cap_type {
    CAP_NULL = 0,
    CAP_UNTYPED = 2,
    CAP_ENDPOINT = 4,
    CAP_NOTIFICATION = 6,
    CAP_REPLY = 8,
    CAP_CNODE = 10,
    CAP_TCB = 12,
    CAP_IRQ_CONTROL = 14,
    CAP_IRQ_HANDLER = 16,
    CAP_ZOMBIE = 18,
    CAP_DOMAIN = 20,
    CAP_SCHED_CONTEXT = 22,
    CAP_SCHED_CONTROL = 24,
    CAP_FRAME = 1,
    CAP_PAGE_TABLE = 3,
    CAP_VSPACE = 9,
    CAP_ASID_CONTROL = 11,
    CAP_ASID_POOL = 13,
    CAP_SMC = 25,
};

#define CAP_TYPE_BITS 5
#define CAP_FIELD_BITS 11
#define CAP_ADDR_SHIFT 16
#define ASID_SHIFT 48

/* What a frame lets user code do. WRITE alone is kernel-only: there is no write without read. */
enum frame_rights { FRAME_KERNEL_ONLY = 0, FRAME_READ = 1, FRAME_READ_WRITE = 3 };

struct tcb;
struct slot;
struct endpoint;
struct notification;
struct reply;
struct sched_context;
struct asid_pool;

static inline enum cap_type cap_type(struct cap c)
{
    return (enum cap_type)(c.a & MASK(CAP_TYPE_BITS));
}

static inline uint64_t cap_field(struct cap c)
{
    return (c.a >> CAP_TYPE_BITS) & MASK(CAP_FIELD_BITS);
}

static inline uint64_t cap_addr(struct cap c)
{
    return (uint64_t)((int64_t)c.a >> CAP_ADDR_SHIFT);
}

static inline void *cap_ptr(struct cap c)
{
    return (void *)(uintptr_t)cap_addr(c); /* the object that the capability was made for */
}

static inline struct cap cap_make(enum cap_type type, uint64_t field, uint64_t addr, uint64_t b)
{
    return (struct cap){(addr << CAP_ADDR_SHIFT) | (field << CAP_TYPE_BITS) | (uint64_t)type, b};
}

static inline struct cap cap_null(void)
{
    return (struct cap){0, 0};
}

static inline bool cap_is_null(struct cap c)
{
    return (c.a & MASK(CAP_TYPE_BITS)) == CAP_NULL;
}

static inline bool cap_is_arch(struct cap c)
{
    return (c.a & 1) != 0;
}

/* CNode */
static inline struct cap cap_cnode(struct slot *base, unsigned radix, unsigned guard_size,
                                   uint64_t guard)
{
    return cap_make(CAP_CNODE, radix, (uint64_t)(uintptr_t)base | guard_size, guard);
}

static inline unsigned cap_cnode_radix(struct cap c)
{
    return (unsigned)(cap_field(c) & 0x3f);
}

static inline unsigned cap_cnode_guard_size(struct cap c)
{
    return (unsigned)((c.a >> CAP_ADDR_SHIFT) & 0x3f);
}

static inline struct slot *cap_cnode_slots(struct cap c)
{
    return (struct slot *)(uintptr_t)(cap_addr(c) & ~(uint64_t)0x3f);
}

/* Rights of endpoints, notifications and replies */
static inline unsigned cap_rights(struct cap c)
{
    return (unsigned)(cap_field(c) & FM_RIGHT_ALL);
}

static inline struct cap cap_with_rights(struct cap c, unsigned rights)
{
    c.a = (c.a & ~(MASK(CAP_FIELD_BITS) << CAP_TYPE_BITS)) | ((uint64_t)rights << CAP_TYPE_BITS);
    return c;
}

/* Untyped */
static inline unsigned cap_untyped_bits(struct cap c)
{
    return (unsigned)(cap_field(c) & 0x3f);
}

static inline bool cap_untyped_device(struct cap c)
{
    return (cap_field(c) & 0x40) != 0;
}

static inline struct cap cap_untyped(uint64_t paddr, unsigned bits, bool device, uint64_t used)
{
    return cap_make(CAP_UNTYPED, bits | (device ? 0x40u : 0u), paddr, used);
}

/* Frame */
static inline unsigned cap_frame_size(struct cap c)
{
    return (unsigned)(cap_field(c) & 3);
}

static inline enum frame_rights cap_frame_rights(struct cap c)
{
    return (enum frame_rights)((cap_field(c) >> 2) & 3);
}

static inline bool cap_frame_device(struct cap c)
{
    return (cap_field(c) & 0x10) != 0;
}

static inline struct cap cap_frame(uint64_t paddr, unsigned size, enum frame_rights rights,
                                   bool device, uint64_t mapping)
{
    return cap_make(CAP_FRAME, size | ((uint64_t)rights << 2) | (device ? 0x10u : 0u), paddr,
                    mapping);
}

/* Bits of a frame of size 0, 1, 2. */
static inline unsigned frame_bits(unsigned size)
{
    return 12 + 9 * size;
}

/* Mapping word of frames and page tables, and the ASID of a VSpace */
static inline uint64_t cap_asid(struct cap c)
{
    return c.b >> ASID_SHIFT;
}

static inline uint64_t cap_vaddr(struct cap c)
{
    return c.b & MASK(ASID_SHIFT);
}

static inline uint64_t mapping_word(uint64_t asid, uint64_t vaddr)
{
    return (asid << ASID_SHIFT) | (vaddr & MASK(ASID_SHIFT));
}

#endif
