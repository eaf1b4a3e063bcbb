/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BLAKE3 in the one form that the proof system needs: keyed, from a scalar compression function of
 * its own, so that the verifier links nothing else. Checked against the published vectors and against
 * lib/crypto. The batched forms of the prover live in kern_body.h.
 */
#ifndef FM_STARK_B3_H
#define FM_STARK_B3_H

#include <stddef.h>
#include <stdint.h>

#define FM_B3_START 1u
#define FM_B3_END 2u
#define FM_B3_PARENT 4u
#define FM_B3_ROOT 8u
#define FM_B3_KEYED 16u
#define FM_B3_DIGEST 32u
#define FM_B3_CHUNK 1024u

extern const uint32_t fm_b3_iv[8];
extern const uint8_t fm_b3_perm[16];

/* One compression; out gets all 16 words (the first 8 are the chaining value). out may alias cv. */
void fm_b3_compress(const uint32_t cv[8], const uint32_t m[16], uint64_t counter, uint32_t len, uint32_t flags,
                    uint32_t out[16]);

/* Incremental keyed hashing; at most 2^20 chunks of 1 KiB. */
struct fm_b3 {
    uint32_t key[8];
    uint32_t cv[8];
    uint32_t stack[20][8];
    uint8_t block[64];
    uint64_t chunk;
    uint32_t flags; /* KEYED or 0 */
    uint32_t fill, blocks, depth;
};

void fm_b3_init(struct fm_b3 *h, const uint8_t key[32]);
void fm_b3_init_plain(struct fm_b3 *h); /* unkeyed BLAKE3 */
void fm_b3_update(struct fm_b3 *h, const void *data, size_t n);

/* out: n bytes of output starting at byte 64 * block. The state may be asked again. */
void fm_b3_final(const struct fm_b3 *h, uint64_t block, uint8_t *out, size_t n);

/* Keyed hash of one message, n a multiple of 4; words little-endian in memory. Quickest up to one chunk. */
void fm_b3_leaf(const uint32_t key[8], const uint8_t *msg, size_t n, uint8_t out[32]);

#endif
