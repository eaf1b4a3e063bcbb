/* SPDX-License-Identifier: Apache-2.0 */
/* The root-task suite: one function for each group. Every group leaves the fixed slots as it found them. */
#ifndef FM_TESTS_KERNEL_SUITE_H
#define FM_TESTS_KERNEL_SUITE_H

#include "tests/kernel/root/root.h"
#include "tests/tap.h"

/* Fixed slots that the tables name. */
enum {
    UT = 2000,   /* untyped, 16 bits, fresh */
    UT_CHILD,    /* untyped with a child */
    UT_DEV,      /* device untyped, 12 bits */
    UT_12,       /* untyped of exactly one page */
    TCB,         /* inactive thread, nothing bound */
    TCB_LOW,     /* inactive thread with mcp 5 */
    EP,
    EP_BADGED,
    EP_NO_WRITE,
    EP_NO_GRANT,
    NTF,
    NTF_NO_WRITE,
    NTF_NO_READ,
    REPLY,
    SC,          /* 8 bits, not configured */
    SC_SMALL,    /* 7 bits */
    CN,          /* CNode, radix 4, guard size 0, empty */
    FRAME,
    FRAME_MAPPED,
    FRAME_DEV,
    LARGE,
    PT,          /* page table, not mapped */
    PT_MAPPED,
    VS,          /* root table without ASID */
    VS2,         /* root table with ASID */
    IRQ,         /* handler */
    FULL,        /* some capability: a notification */
    POOL2,       /* a second ASID pool */
    EMPTY,
    EMPTY2,
    FIRST_SPARE,
};

#ifndef RANDOM_OPERATIONS
#define RANDOM_OPERATIONS 1000000u
#endif

#define MAPPED_AT 0x50000000u
#define ROOT FM_SLOT_CNODE

void group_errors(void);
void group_checks(void);
void group_paths(void);
void group_objects(void);
void group_ipc(void);
void group_revoke(void);
void group_time(void);
void group_latency(void);
void group_memory(void);
void group_attack(void);
void group_random(void);

/* Fails the test with the numbers that differ. */
bool same(uint64_t got, uint64_t want, const char *name);

#endif
