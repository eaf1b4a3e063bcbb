/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The slow reference of the heart: heart.md read a second time, in the plainest C, sharing no code with lib/. It keeps
 * records as bytes, trees as nothing (each root is computed from all leaves), and rolls back by
 * copying the whole state.
 */
#ifndef FM_TESTS_REF_REF_H
#define FM_TESTS_REF_REF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ref;

typedef bool (*ref_verdict)(void *cookie, const uint8_t pk[32], const uint8_t text[48],
                            const uint8_t sig[64]);

struct ref_result {
    int status; /* 0 to 3 */
    int reason;
    int frame;
    int effect;
    int detail;
    uint32_t offset; /* MALFORMED: where, and which field */
    const char *field;
    uint8_t receipt[368];
    uint8_t *writes; /* owned by the reference, until the next turn */
    size_t writes_len;
    uint8_t root[32];
};

struct ref *ref_new(const uint8_t params[144], const uint8_t salt[32],
                    const uint8_t treasury_pk[32]);
struct ref *ref_clone(const struct ref *r);
void ref_free(struct ref *r);
void ref_root(const struct ref *r, uint8_t root[32]);
void ref_turn(struct ref *r, const uint8_t *wire, size_t n, uint64_t height, uint32_t now,
              ref_verdict verdict, void *cookie, struct ref_result *out);
/* The proof about cell idx: kind 0 alone, 2 its record, 3 its field `index`. Its length. */
size_t ref_prove(const struct ref *r, uint32_t idx, int kind, int index, uint8_t *out);
/* The cell with the greatest id below this one; -1 if a cell has it. */
long ref_before(const struct ref *r, const uint8_t id[32]);
/* Plants a value, for states that no turn reaches in a lifetime: a slot's generation, a group's epoch, a balance. */
void ref_plant_generation(struct ref *r, uint32_t cell, int slot, uint32_t generation);
void ref_plant_epoch(struct ref *r, uint32_t cell, int group, uint32_t epoch);

/* BLAKE3 from its paper: key NULL for the plain hash. */
void ref_blake3(const uint8_t *key, const uint8_t *msg, size_t n, uint8_t out[32]);

#endif
