/* SPDX-License-Identifier: Apache-2.0 */
/* A true statement of each kind at a wanted size, with its trace and room for a proof: what an attack is tried on. */
#ifndef FM_TESTS_STARK_SUBJECT_H
#define FM_TESTS_STARK_SUBJECT_H

#include "stark/agent.h"
#include "stark/air_fib.h"
#include "stark/member.h"
#include "stark/paths.h"
#include "stark/rcpt.h"

enum subject_kind { SUBJECT_FIB, SUBJECT_MEMBER, SUBJECT_PATHS, SUBJECT_RECEIPTS, SUBJECT_AGENT, SUBJECTS };

struct subject {
    enum subject_kind kind;
    const char *name;
    uint32_t log_n;
    struct fm_stark_statement st;
    uint32_t *pi;     /* st's, to change */
    uint32_t false_pi; /* one that the trace does not have another way */
    uint32_t *trace;
    void *arena, *scratch;
    uint8_t *proof;
    size_t arena_bytes, cap, len;
    union {
        struct fm_fib fib;
        struct fm_member member;
        struct fm_paths paths;
        struct fm_rcpt receipts;
        struct fm_agent agent;
    } of;
    uint32_t fib_pi[3];
};

/* Sizes that a kind has: FIB from 2^2, MEMBER, PATHS and RECEIPTS from 2^8, AGENT from 2^7; MEMBER to 2^11. */
struct subject *subject_make(enum subject_kind kind, uint32_t log_n, unsigned profile);
void subject_free(struct subject *s);
/* Honestly; aborts if it fails. */
void subject_prove(struct subject *s);
/* What the verifier says of these bytes. */
fm_err subject_verify(const struct subject *s, const uint8_t *proof, size_t len);

#endif
