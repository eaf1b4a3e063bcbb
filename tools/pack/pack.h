/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packer: NAME.system (Microkit's XML) and NAME.caps (ours) in, a plan for the root task and a
 * bootable image out. It runs on the developer's machine, reads trusted files, and stops at the
 * first thing that is wrong with file, line and what was expected.
 *
 * One file a step: system (XML), caps, elf, check (what the descriptions must not say), layout
 * (objects, capabilities, mappings), emit (the plan's bytes), report, image (kernel + root + plan).
 */
#ifndef FM_PACK_PACK_H
#define FM_PACK_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "pd/root/plan.h"
#include "pd/rt/layout.h"

#define PACK_DOMAINS 63
#define PACK_MAPS 48
#define PACK_IRQS 16
#define PACK_SETS 32
#define PACK_REGIONS 256
#define PACK_CHANNELS 256
#define PACK_CHANNEL_IDS 62
#define PACK_SEGMENTS 8
#define PACK_EXTRA_CAPS 160
#define PACK_WINDOWS 8
#define PACK_RESETS 4
#define PACK_RULES 128
#define PACK_PAGE 4096ULL
#define PACK_LARGE 0x200000ULL

struct where {
    const char *file;
    unsigned line;
};

/* Prints "FILE:LINE: text" and ends the program with status 1. */
_Noreturn void refuse(struct where at, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- ELF files */
struct segment {
    uint64_t vaddr; /* rounded down to a page */
    uint64_t bytes; /* in memory, rounded up to pages */
    uint64_t paddr;
    uint64_t file_bytes;
    uint32_t flags; /* FM_MAP_READ | WRITE | EXECUTE */
    uint8_t *data;  /* bytes long */
};

struct elf {
    char path[512];
    uint8_t *file;
    size_t size;
    uint64_t entry;
    unsigned segments;
    struct segment segment[PACK_SEGMENTS];
};

void elf_read(struct elf *elf, const char *path, struct where at, unsigned machine);
/* False if there is no such symbol. */
bool elf_symbol(const struct elf *elf, const char *name, uint64_t *vaddr, uint64_t *size);
/* Pointer into a loaded segment, or NULL when [vaddr, vaddr + n) is in none. */
uint8_t *elf_at(struct elf *elf, uint64_t vaddr, uint64_t n);
/* Profile named in section .fm_abi, or 0. */
uint32_t elf_profile(const struct elf *elf);

/* ---- the description */
struct map {
    struct where at;
    char region_name[64];
    int region;
    uint64_t vaddr;
    uint32_t flags;
    char setvar_vaddr[64];
    char setvar_size[64];
};

struct irq {
    struct where at;
    uint32_t number;
    uint32_t id;
    uint32_t trigger;
    char setvar_id[64];
};

/* A word to write into the ELF. */
struct set {
    struct where at;
    char symbol[64];
    char region[64]; /* its physical address, or else: */
    uint64_t value;
};

/* A capability that the .caps file places by hand. */
struct extra_cap {
    struct where at;
    bool in_own;
    uint32_t slot;
    char object[16]; /* endpoint notification inbox mail vspace untyped tcb own cspace */
    char of[64];
    char from[64];
    uint32_t bits;
    uint32_t rights;
    uint64_t badge;
};

struct window {
    uint64_t base;
    uint64_t bytes;
};

/* What quiets a device of a domain that has faulted: a register and the value that does it. */
struct reset {
    struct where at;
    char region_name[64];
    int region;
    uint32_t offset;
    uint32_t value;
};

struct domain {
    struct where at;
    char name[64];
    char image[256];
    struct elf elf;
    uint32_t priority;
    uint64_t budget;
    uint64_t period;
    uint64_t stack;
    bool passive;
    bool smc;
    bool fpu;
    int parent; /* -1: root */
    uint32_t child_id;
    char setvar_id[64];
    unsigned maps, irqs, sets, windows, extras, mails, resets;
    struct map map[PACK_MAPS];
    struct irq irq[PACK_IRQS];
    struct set set[PACK_SETS];
    struct window window[PACK_WINDOWS];
    struct reset reset[PACK_RESETS];
    struct extra_cap extra[PACK_EXTRA_CAPS];
    char mail_from[FM_SYS_MAIL_CNODES][64];
    struct where mail_at[FM_SYS_MAIL_CNODES];
    bool own, inbox, endpoint, no_time, timeout;
    uint32_t untyped_bits;
    uint32_t replies;
    uint32_t restarts;
    uint64_t smc_function;
    /* layout: provisional object numbers */
    uint32_t o_tcb, o_cspace, o_sys, o_own, o_inbox, o_mail[FM_SYS_MAIL_CNODES], o_vspace, o_sc;
    uint32_t o_notification, o_endpoint, o_reply, o_buffer, o_stack, o_untyped;
    uint32_t o_segment[PACK_SEGMENTS];
    uint32_t mail_granted; /* mail CNodes of others that it holds */
    uint64_t memory_bytes;
    bool has_endpoint;
    bool used_id[PACK_CHANNEL_IDS];
    bool caps_seen;
};

struct region {
    struct where at;
    char name[64];
    char prefill[256];
    uint64_t size;
    uint64_t page;
    bool has_phys;
    uint64_t phys;
    bool dma; /* somebody asks for its physical address */
    bool shared_by_rule;
    uint32_t object;
    unsigned users;
};

struct end {
    struct where at;
    char domain_name[64];
    int domain;
    uint32_t id;
    bool pp;
    bool notify;
    char setvar_id[64];
};

struct channel {
    struct where at;
    unsigned ends;
    struct end end[2];
};

struct rule {
    struct where at;
    char domain[64];
    char what[16];
    char other[64];
};

struct system {
    char path[512];
    char caps_path[512];
    char name[64];
    uint32_t profile; /* 1 aarch64, 2 riscv64: kernel/abi.def */
    unsigned domains, regions, channels, rules;
    struct domain domain[PACK_DOMAINS];
    struct region region[PACK_REGIONS];
    struct channel channel[PACK_CHANNELS];
    struct rule rule[PACK_RULES];
    struct where console_at;
    char console_domain[64];
    char console_region[64];
    char console_uart[64];
    uint32_t console_channel;
    uint64_t memory_bytes;
};

bool profile_is_arm(const struct system *s);
/* -1 if there is none of that name. */
int find_domain(const struct system *s, const char *name);
int find_region(const struct system *s, const char *name);
/* The same, refused with the line if there is none. */
int need_domain(const struct system *s, const char *name, struct where at);
int need_region(const struct system *s, const char *name, struct where at);
uint64_t parse_number(const char *text, struct where at, const char *what);
void copy_name(char *to, size_t cap, const char *from, struct where at, const char *what);

void system_read(struct system *s, const char *path);
void caps_read(struct system *s, const char *path);
/* Reads every ELF, looking in the search directories. */
void load_images(struct system *s, const char *const *search, unsigned searches);
/* Refuses what must not be; fills in parents' and regions' numbers. */
void check_system(struct system *s);

/* ---- layout: growing tables, objects by provisional number */
struct plan_out {
    struct fm_plan_objects *runs;
    struct fm_plan_cap *caps;
    struct fm_plan_map *maps;
    struct fm_plan_fill *fills;
    struct fm_plan_patch *patches;
    struct fm_plan_irq *irqs;
    struct fm_plan_window *windows;
    struct fm_plan_reset *resets;
    unsigned n_runs, n_caps, n_maps, n_fills, n_patches, n_irqs, n_windows, n_resets;
    uint32_t *order; /* runs in the order of making */
    uint32_t objects;
    uint32_t mapped;
    char *names;
    size_t names_bytes;
    uint8_t *data;
    size_t data_bytes;
    uint32_t root_endpoint, root_reply, uart, console_page, console_map;
};

void layout(struct system *s, struct plan_out *out);
/* The plan's bytes, allocated; *bytes is a multiple of the page. */
uint8_t *emit(const struct system *s, struct plan_out *out, size_t *bytes);
void report(const struct system *s, const struct plan_out *out, FILE *to);
void image_write(const struct system *s, const uint8_t *plan, size_t bytes, const char *kernel,
                 const char *root, const char *loader, const char *to);

uint8_t *file_read(const char *path, size_t *size, struct where at);
void *grow(void *table, unsigned n, size_t each);

#endif
