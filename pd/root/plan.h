/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan: what the packer says and the root task does. One block of little-endian words directly
 * behind the root task's image: a header, tables, names, and the bytes that memory is filled with.
 *
 * Objects are numbered through all runs of the object table; object n ends up in slot
 * `first free slot + n` of the root task's CNode. The packer has checked everything; the root task
 * checks the frame of the tables only, and says what failed if the kernel refuses something.
 */
#ifndef FM_ROOT_PLAN_H
#define FM_ROOT_PLAN_H

#include <stdint.h>

#define FM_PLAN_MAGIC 0x314e414c504d4621ULL
#define FM_PLAN_VERSION 2U
#define FM_PLAN_NONE 0xffffffffU
#define FM_PLAN_SMC 0xfffffffeU /* as object of a capability: the root task's SMC capability */

enum fm_plan_kind {
    FM_PLAN_UNTYPED = 0,
    FM_PLAN_TCB,
    FM_PLAN_ENDPOINT,
    FM_PLAN_NOTIFICATION,
    FM_PLAN_CNODE,
    FM_PLAN_SCHED_CONTEXT,
    FM_PLAN_REPLY,
    FM_PLAN_PAGE,
    FM_PLAN_LARGE_PAGE,
    FM_PLAN_VSPACE,
    FM_PLAN_IRQ, /* paddr = interrupt number, size_bits = trigger (0 level, 1 edge) */
    FM_PLAN_KINDS,
};

#define FM_PLAN_FIXED 1U      /* at paddr, whatever untyped holds it */
#define FM_PLAN_CONTIGUOUS 2U /* the run lies in one piece           */

/* count objects alike, one after another; objects first .. first + count - 1. */
struct fm_plan_objects {
    uint32_t first;
    uint32_t count;
    uint32_t name; /* offset of a text in the names */
    uint8_t kind;
    uint8_t size_bits; /* CNODE: radix; others: bytes, log2 */
    uint8_t flags;
    uint8_t pad;
    uint64_t paddr;
};

/* Puts a capability to `object` into a CNode's slot. */
struct fm_plan_cap {
    uint32_t cnode;
    uint32_t slot;
    uint32_t object;
    uint32_t rights;
    uint64_t badge; /* endpoint, notification, SMC: badge; CNode: guard data; others 0 */
    uint32_t domain;
    uint8_t radix; /* of `cnode` */
    uint8_t pad[3];
};

#define FM_MAP_READ 1U
#define FM_MAP_WRITE 2U
#define FM_MAP_EXECUTE 4U
#define FM_MAP_CACHED 8U
#define FM_MAP_PRIVATE 16U /* the domain's own data, stack or buffer: made anew at a restart */

/* Maps count frames from object `first` on at vaddr. */
struct fm_plan_map {
    uint64_t vaddr;
    uint32_t vspace;
    uint32_t first;
    uint32_t count;
    uint32_t flags;
    uint32_t domain;
    uint32_t size_bits;
    uint32_t cap_first; /* index of its first mapped capability among all of them */
    uint32_t name;
};

/* Copies length bytes at `data` (offset in the plan) to offset in a frame. */
struct fm_plan_fill {
    uint32_t object;
    uint32_t offset;
    uint32_t length;
    uint32_t data;
    uint32_t domain; /* FM_PLAN_NONE: a region's first content, not repeated at a restart */
    uint32_t code;   /* 1: instructions */
};

/* Writes the physical address of frame `target` at offset in a frame. */
struct fm_plan_patch {
    uint32_t object;
    uint32_t offset;
    uint32_t target;
    uint32_t domain;
};

/* Lets an interrupt signal a notification. */
struct fm_plan_irq {
    uint64_t badge;
    uint32_t irq;
    uint32_t notification;
};

/* Memory whose touch after revocation continues at the landing pad. */
struct fm_plan_window {
    uint64_t base;
    uint64_t bytes;
    uint32_t domain;
    uint32_t pad;
};

/* What root does to a domain's device after the domain has faulted, before anybody else runs: it writes `value` at
 * `offset` of the device's page and waits until it reads the same there. */
struct fm_plan_reset {
    uint32_t domain;
    uint32_t frame;
    uint32_t offset;
    uint32_t value;
    uint32_t name;
    uint32_t pad;
};

#define FM_DOMAIN_PASSIVE 1U
#define FM_DOMAIN_NO_FPU 2U
#define FM_DOMAIN_NO_TIME 4U
#define FM_DOMAIN_TIMEOUT 8U /* root ends and restarts it when the time that it runs on is spent */

struct fm_plan_domain {
    uint64_t fault_badge;
    uint64_t cspace_data;
    uint64_t pc;
    uint64_t budget_us;
    uint64_t period_us;
    uint64_t stack_low;
    uint64_t guard_start;
    uint64_t guard_end;
    uint64_t landing;
    uint32_t name;
    uint32_t flags;
    uint32_t priority;
    uint32_t extra_refills;
    uint32_t tcb;
    uint32_t cspace;
    uint32_t vspace;
    uint32_t sched_context;
    uint32_t notification;
    uint32_t buffer;
    uint32_t fault_endpoint; /* FM_PLAN_NONE: the root task's */
    uint32_t reply_first;
    uint32_t reply_count;
    uint32_t restarts; /* how often root starts it anew after a fault */
};

enum fm_plan_table_id {
    FM_TABLE_OBJECTS = 0,
    FM_TABLE_CAPS,
    FM_TABLE_MAPS,
    FM_TABLE_FILLS,
    FM_TABLE_PATCHES,
    FM_TABLE_IRQS,
    FM_TABLE_WINDOWS,
    FM_TABLE_RESETS,
    FM_TABLE_DOMAINS,
    FM_TABLES,
};

struct fm_plan_table {
    uint32_t offset; /* from the plan's first byte, a multiple of 8 */
    uint32_t count;
};

struct fm_plan {
    uint64_t magic;
    uint32_t version;
    uint32_t profile;
    uint64_t bytes;        /* of the whole plan */
    uint64_t memory_bytes; /* of the objects, without page tables */
    struct fm_plan_table tables[FM_TABLES];
    uint32_t objects; /* number of all objects */
    uint32_t mapped;  /* number of all mapped capabilities */
    uint32_t names;   /* offset of the texts */
    uint32_t system;  /* the system's name */
    uint32_t root_endpoint;
    uint32_t root_reply;
    uint32_t uart;           /* frame of the UART */
    uint32_t console_domain; /* FM_PLAN_NONE: root prints for ever */
    uint32_t console_map;    /* that domain's mapping of the UART */
    uint32_t console_page;   /* frame between root and that domain */
    uint32_t console_notification;
    uint32_t pad;
    uint64_t console_badge;
};

#endif
