/* SPDX-License-Identifier: Apache-2.0 */
/* Proof files: their head, and the claims that have no header of their own. docs/spec/stark.md has the bytes. */
#ifndef FM_STARK_FILE_H
#define FM_STARK_FILE_H

#include <firmament/stark_verify.h>

#include "base/base.h"
#include "wire/cursor.h"

#define FM_FILE_MAGIC "firmament proof1"

/* A file taken apart; claim and proof stay where they are. */
struct fm_file {
    uint8_t kind, profile;
    struct fm_reader claim;
    const uint8_t *proof;
    size_t proof_len;
};

/* FM_OK, or STARK_FILE: no head, another magic, a claim longer than the bytes. */
FM_MUST_CHECK fm_err fm_file_open(struct fm_file *f, const uint8_t *bytes, size_t len);

/* The claim of MEMBER but for root and profile. False if it is not well formed. */
FM_MUST_CHECK bool fm_file_member(struct fm_reader *r, struct fm_stark_member *m);

/* Of a prover: the head of a file, and MEMBER's claim. */
void fm_file_put(struct fm_writer *w, enum fm_stark_kind kind, unsigned profile, size_t claim_len);
void fm_file_member_put(struct fm_writer *w, const struct fm_stark_member *m);

#endif
