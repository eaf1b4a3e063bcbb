/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking a proof about the heart's state: the file that `dregg prove` writes, the root or receipt that is trusted,
 * and nothing else. libstark_verify.a holds all that is needed but memcpy, memset, memcmp and strlen: no prover, no
 * allocation, no I/O, no recursion; any bytes may come in, the work is bounded by the claim.
 *
 * Not zero-knowledge: a proof may show anything of its trace. Acceptance at 100 bits (every profile taken here has as
 * many, or more) means: but for a chance of 2^-100 for each attempt at the hash function, and unless BLAKE3 collides,
 * the claim holds. docs/spec/stark.md says what each claim means and what not, and has its bytes. It does not mean
 * that a root or a receipt is recent, final or honestly made: take it from a signed receipt.
 */
#ifndef FIRMAMENT_STARK_VERIFY_H
#define FIRMAMENT_STARK_VERIFY_H

#include <stddef.h>
#include <stdint.h>

#include <firmament/err.h>

/* What a file is about, and what is trusted: a state's root, or the hash of the (last) receipt. */
enum fm_stark_kind {
    FM_STARK_MEMBER = 1,      /* root: this record stands in that slot of that cell */
    FM_STARK_CAPCHAIN = 2,    /* root: this capability is valid, and grants these limits */
    FM_STARK_RCPTCHAIN = 3,   /* receipt: so many receipts follow each other up to it */
    FM_STARK_DELEG_P = 4,     /* receipt: its turn made this record from that capability */
    FM_STARK_RCPTCHAIN_A = 5, /* receipt: so many turns of one agent, no others, lie between an earlier one and it */
    FM_STARK_DELEG_W = 6,     /* receipt: as DELEG_P, and the turn changed nothing else */
};

/* The claim of a file: bytes[FM_STARK_CLAIM_AT ..], as many as the u32 (little-endian) at FM_STARK_CLAIM_BYTES_AT. */
#define FM_STARK_CLAIM_BYTES_AT 20u
#define FM_STARK_CLAIM_AT 24u

/* Bytes of 8-aligned scratch for the call below, whatever the kind. */
size_t fm_stark_file_scratch(void);

/*
 * Whether the file shows a claim of this kind about what is trusted. FM_OK: the claim that it carries is shown; read
 * it there, for it says which record, capability or turn that is. Else the first reason, in this order: STARK_SCRATCH
 * (too small, or not 8-aligned), STARK_FILE (no proof file), STARK_KIND (another kind), STARK_PROFILE (no profile, or
 * one of fewer than 100 bits), STARK_CLAIM (cut, longer, not well formed), what makes the claim itself false
 * (PROOF_ROOT: it is about another root or receipt; the heart's reasons for capabilities; STARK_SHAPE,
 * STARK_WITNESS), or what makes the proof none (STARK_HEADER to STARK_FINAL; STARK_LENGTH: cut, or bytes after it).
 * MEMBER's claim has no root in it: against another root its proof is refused as STARK_CONSTRAINTS.
 */
fm_err fm_stark_file_verify(enum fm_stark_kind kind, const uint8_t trusted[32], const uint8_t *file, size_t len,
                            void *scratch, size_t scratch_len);

/*
 * MEMBER alone, of a claim that the caller has as numbers: for a device that needs no other statement, and then
 * links no code of one.
 */
struct fm_stark_member {
    uint8_t root[32];
    uint8_t record[64];
    uint32_t cell, slot;
    uint8_t cells_log, slots_log; /* depths of the tree of cells (<= 32) and of this cell's slots (<= 8) */
    uint8_t profile;              /* 1: P100, 2: P128, 3: U100, 4: P100F, 5: P100H */
};

/* Bytes of 8-aligned scratch for the call below. */
size_t fm_stark_member_scratch(void);

/* FM_OK, or why not: STARK_SCRATCH, STARK_PROFILE, STARK_ARGUMENT (no such profile), STARK_SHAPE, or as above. */
fm_err fm_stark_member_verify(const struct fm_stark_member *claim, const uint8_t *proof, size_t len, void *scratch,
                              size_t scratch_len);

#endif
