/* SPDX-License-Identifier: Apache-2.0 */
/* From capability pointers to slots. */
#ifndef FM_KERNEL_CSPACE_H
#define FM_KERNEL_CSPACE_H

#include "kernel/api/call.h"

struct resolved {
    struct slot *slot; /* NULL: see fault */
    unsigned bits_left;
    struct lookup_fault fault;
};

/*
 * Walks from root through the low bits of cptr. Stops at the last bit, or at a slot that is not a
 * CNode with bits left over, which the caller accepts or refuses.
 */
struct resolved cspace_resolve(struct cap root, uint64_t cptr, unsigned bits);

/* The slot that cptr names in the thread's CSpace; NULL with *f set if there is none. */
struct slot *cspace_lookup(const struct tcb *t, uint64_t cptr, struct lookup_fault *f);

/* The slot of a CNode operation: exact depth. On NULL the call has been refused. */
struct slot *cspace_lookup_target(struct call *c, struct cap root, uint64_t index, uint64_t depth,
                                  bool source);

#endif
