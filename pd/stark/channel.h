/* SPDX-License-Identifier: Apache-2.0 */
/* What a client of the prover and of the verifier writes into shared memory, and the calls that it makes then. */
#ifndef FM_PD_STARK_CHANNEL_H
#define FM_PD_STARK_CHANNEL_H

#include <firmament/stark_verify.h>

#include "stark/member.h"

/* The witness page is full. Reply: FM_OK with mr0 = proof bytes and mr1 = memory used, or why not with mr0 = needed. */
#define FM_STARK_PROVE 1
/* mr0 = proof bytes; claim and proof are in the region shown. Reply: FM_OK, or the reason. */
#define FM_STARK_VERIFY 2

/* To the prover: a claim, and the siblings from the record to the root, as lib/stark/member.h orders them. */
struct fm_stark_witness {
    struct fm_stark_member claim;
    uint32_t siblings;
    uint8_t sibling[FM_MEMBER_PATH_MAX][32];
};

/* To the verifier. */
struct fm_stark_shown {
    struct fm_stark_member claim;
    uint8_t proof[]; /* to the end of the region */
};

#define FM_STARK_SHOWN_BYTES 0x60000U /* the region */
#define FM_STARK_PROOF_MAX (FM_STARK_SHOWN_BYTES - (unsigned)sizeof(struct fm_stark_shown))

#endif
