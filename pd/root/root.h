/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The root task: builds the system that the plan describes, then answers faults.
 *
 * It is an ordinary root task: boot information in, capabilities in its own CNode, nothing else.
 * One file a noun: memory (untyped), space (mappings), build, fault, restart, out (its own text).
 */
#ifndef FM_ROOT_ROOT_H
#define FM_ROOT_ROOT_H

#include "pd/root/plan.h"
#include "pd/rt/rt.h"

struct root {
    const struct fm_bootinfo *info;
    const struct fm_plan *plan;
    seL4_CPtr slot_objects; /* object n lies in slot_objects + n   */
    seL4_CPtr slot_mapped;  /* mapped capability k lies here + k   */
    seL4_CPtr slot_next;    /* first slot that was never used      */
    seL4_CPtr slot_end;
};

extern struct root root;

/* ---- plan */
#define ROOT_DEPTH 64

const void *root_table(enum fm_plan_table_id id);
uint32_t root_count(enum fm_plan_table_id id);
const char *root_name(uint32_t offset);
const struct fm_plan_domain *root_domain(uint32_t i);
static inline seL4_CPtr root_object(uint32_t object)
{
    return root.slot_objects + object;
}

/* A slot that is used once and never given back. */
seL4_CPtr root_slot(void);

/* Ends the boot: prints what failed with the kernel's label, and stops. */
_Noreturn void root_stop(const char *what, const char *name, seL4_Error label);
/* Stops without a word. */
_Noreturn void root_halt(void);
static inline void root_check(seL4_Error label, const char *what, const char *name)
{
    if (label != seL4_NoError) {
        root_stop(what, name, label);
    }
}

/* ---- memory */
void root_memory_init(void);
/* Makes a run of objects from slot `dest` on; stops when the memory does not suffice. */
void root_make(const struct fm_plan_objects *run, seL4_CPtr dest);
/* Makes a page table in a fresh slot. */
seL4_CPtr root_make_table(void);
uint64_t root_memory_left(void);

/* ---- space */
/* Maps a frame capability, making the page tables that are missing. */
void root_map(seL4_CPtr frame, seL4_CPtr vspace, uint64_t vaddr, uint32_t flags, const char *name);
/* Maps the device page `object` there, uncached, until root_scratch_done(). */
volatile uint8_t *root_scratch_device(uint32_t object);
/* Maps frame `object` into root's scratch window and returns its address; one at a time. */
uint8_t *root_scratch(uint32_t object, uint32_t size_bits);
/* Ends that; for code, makes it visible to instruction fetch first. */
void root_scratch_done(uint32_t object, uint32_t size_bits, bool code);
/* The size of a frame object, log2. */
uint32_t root_frame_bits(uint32_t object);

/* ---- build */
void root_build(void);
void root_start_all(void);
/* Fills and patches a domain's memory (FM_PLAN_NONE: the regions). */
void root_fill(uint32_t domain);
/* Sets a domain's registers to its entry and makes it ready. */
void root_enter(uint32_t domain);

/* ---- fault, restart */
_Noreturn void root_serve(void);
/* Stops the devices of a domain that has faulted, so that none writes to memory any more. False, with the
 * device named on the console, if one does not come to rest: the domain must not run again then. */
bool root_quiet(uint32_t domain);
/* Answers those who wait for a domain that has faulted. */
void root_answer_waiting(uint32_t domain, seL4_Word label);
/* Makes a domain's memory anew and starts it; answers those who wait for it. */
void root_restart(uint32_t domain, seL4_Word label);

/* ---- out */
/* Maps the UART and prints through it from now on. */
void root_out_init(void);
/* Gives the UART to the console domain. */
void root_out_hand_over(void);
/* Takes it back, when that domain has faulted. */
void root_out_take_back(void);

#endif
