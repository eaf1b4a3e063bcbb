/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the prover cannot read, as contracts without bodies (proofs/prove includes this file before every source it
 * proves; no compiler ever sees it). Each is an assumption and stands in proofs/STATUS.md.
 */
#ifndef FM_PROOFS_BUILTINS_H
#define FM_PROOFS_BUILTINS_H

#include <stdint.h>

/* Memory that a peer writes: any value may be read, whatever was there before. */
/*@ requires \valid_read(p); assigns \result \from \nothing; */
uint32_t fm_model_load_u32(const uint32_t *p);
/* And what is stored there is seen by the peer alone. */
/*@ requires \valid(p); assigns *p; ensures *p == v; */
void fm_model_store_u32(uint32_t *p, uint32_t v);
#define __atomic_load_n(p, order) fm_model_load_u32(p)
#define __atomic_store_n(p, v, order) fm_model_store_u32(p, v)

/* Ends the program, domain or test. */
/*@ assigns \nothing; ensures \false; exits \false; */
_Noreturn void fm_panic(const char *file, int line, const char *what);

#endif
