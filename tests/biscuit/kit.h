/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of tokens share: a token in its own memory, working memory, and short ways to make and ask. */
#ifndef FM_TESTS_BISCUIT_KIT_H
#define FM_TESTS_BISCUIT_KIT_H

#include "base/base.h"

#include <firmament/biscuit.h>

#define KIT_ARENA (4U << 20)

struct kit_token {
    uint8_t bytes[FM_BISCUIT_BYTES_MAX];
    size_t len;
    struct fm_biscuit t;
};

/* The working memory, all of it, empty. Valid until the next call. */
struct fm_arena kit_arena(void);
/* A secret whose bytes follow from a number; the same number, the same secret. */
struct fm_biscuit_secret kit_secret(uint8_t algorithm, uint32_t number);
struct fm_biscuit_key kit_key(uint8_t algorithm, uint32_t number);
/* Mint, attenuate, seal with secrets by number, then parse what came out into *out. */
fm_err kit_mint(struct kit_token *out, uint8_t algorithm, uint32_t root, uint32_t next, const char *code);
/* The same under Ed25519, signed in version 1 on request. */
fm_err kit_mint_linked(struct kit_token *out, uint32_t root, uint32_t next, const char *code);
fm_err kit_attenuate(struct kit_token *out, const struct kit_token *from, uint8_t algorithm, uint32_t next,
                     const char *code);
fm_err kit_seal(struct kit_token *out, const struct kit_token *from);
/* Request, signature by key `third` and append, in one. */
fm_err kit_third(struct kit_token *out, const struct kit_token *from, uint8_t algorithm, uint32_t third, uint32_t next,
                 const char *code);
/* Checks all signatures under the root key of that number. */
fm_err kit_verify(const struct fm_biscuit *t, uint8_t algorithm, uint32_t root);
/* Loads the token (NULL: none) and the code, with default limits, and decides. */
fm_err kit_ask(const struct fm_biscuit *t, const char *code, struct fm_biscuit_verdict *verdict);
/* The failed checks as text: block:check, with commas, "a" for the authorizer's block; "-" if there are none. */
void kit_failed(const struct fm_biscuit_verdict *v, char *out, size_t cap);
/* The block's text. */
fm_err kit_print(const struct fm_biscuit *t, uint32_t block, char *out, size_t cap);

#endif
