/* SPDX-License-Identifier: Apache-2.0 */
/* Random tokens, authorizers, questions and rows from a grammar small enough that they meet. */
#ifndef FM_TESTS_BISCUIT_RANDOM_TOKEN_H
#define FM_TESTS_BISCUIT_RANDOM_TOKEN_H

#include <firmament/biscuit_profile.h>

#define CHAIN_MAX 6U

struct rnd {
    uint64_t state;
};
uint32_t rnd_u32(struct rnd *r);
uint32_t rnd_below(struct rnd *r, uint32_t n);

/* A token and what became of it by appending, each with its bytes. */
struct token_chain {
    uint32_t n;
    struct fm_biscuit token[CHAIN_MAX];
    uint8_t bytes[CHAIN_MAX][4096];
};
/* n blocks, 1 to CHAIN_MAX; some of them by a third party, if that is allowed. */
void random_chain(struct rnd *r, struct token_chain *c, uint32_t n, bool third_party);
/* A profile token and narrowings of it. */
void random_narrow_chain(struct rnd *r, struct token_chain *c, uint32_t n);
void random_authorizer(struct rnd *r, char *out, size_t cap);
void random_question(struct rnd *r, struct fm_biscuit_question *q);
const char *random_row(struct rnd *r);
void random_attrs(struct rnd *r, struct fm_biscuit_attr *attrs, uint32_t n);

#endif
