/* SPDX-License-Identifier: Apache-2.0 */
/* Statements of the sizes that the rows name, with witnesses made of random digests: their cost does not depend on
 * them. */
#ifndef BENCH_STARK_MADE_H
#define BENCH_STARK_MADE_H

#include "stark/paths.h"
#include "stark/prove.h"
#include "stark/rcpt.h"
#include "stark/vkern.h"

/* A proof in the making, with all memory that it takes. */
struct made {
    const struct fm_stark_statement *st;
    uint32_t *trace;
    uint8_t *proof;
    void *arena, *scratch;
    size_t need, cap, len;
    double phase_ms[FM_PHASES]; /* medians of the last made_prove_ms */
};

void made_take(struct made *m, const struct fm_stark_statement *st);
void made_release(struct made *m);
/* Median over BENCH_RUNS of the trace and the proof. Aborts if it fails. */
double made_prove_ms(struct made *m, void (*trace)(uint32_t *out));
/* Medians of one verification by each set of kernels (fm_vkern_at), their runs interleaved; the number of sets. */
#define MADE_SETS 4
uint32_t made_verify_ms(struct made *m, double ms[MADE_SETS]);

/* The statements, in static memory, and their traces; at this profile, P100 unless it is changed. */
extern unsigned made_profile;
const struct fm_stark_statement *made_member(void);
const struct fm_stark_statement *made_chain8(void);
const struct fm_stark_statement *made_deleg_p(void);
const struct fm_stark_statement *made_deleg_w(void);
const struct fm_stark_statement *made_receipts(void);
void made_member_trace(uint32_t *out);
void made_paths_trace(uint32_t *out);
void made_receipts_trace(uint32_t *out);

#endif
