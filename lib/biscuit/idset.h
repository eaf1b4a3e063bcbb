/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of resource names that are all names, or some names and all names under some prefixes. Invariants of a set that
 * was normalised: ids rise strictly (bytes, then length), prefixes rise strictly, no prefix begins with another, no id
 * begins with a prefix. So a name is under at most one prefix, and that is the last one that is not above it.
 */
#ifndef FM_BISCUIT_IDSET_H
#define FM_BISCUIT_IDSET_H

#include "base/base.h"

#include <firmament/biscuit_profile.h>

struct fm_b_set {
    bool all;
    uint32_t nids, nprefixes;
    uint32_t ids_cap, prefixes_cap;
    struct fm_biscuit_text *ids;
    struct fm_biscuit_text *prefixes;
    uint32_t *slots; /* of a hash table over ids, 0 empty; NULL: few enough to search */
    uint32_t mask;
};

/* -1, 0, 1: bytes, then length. */
int fm_b_text_order(const struct fm_biscuit_text *a, const struct fm_biscuit_text *b);
/* Add one; false when the arena is used up. The empty prefix makes it all names. */
bool fm_b_set_id(struct fm_b_set *s, struct fm_arena *arena, struct fm_biscuit_text id);
bool fm_b_set_prefix(struct fm_b_set *s, struct fm_arena *arena, struct fm_biscuit_text prefix);
/* a := a or b; a := a and b (both normalised, a stays so). False when the arena is used up. */
bool fm_b_set_join(struct fm_b_set *a, struct fm_arena *arena, const struct fm_b_set *b);
bool fm_b_set_meet(struct fm_b_set *a, struct fm_arena *arena, const struct fm_b_set *b);
void fm_b_set_normalise(struct fm_b_set *s);
/* Drops from the ids of a those that are in b. */
void fm_b_set_less(struct fm_b_set *a, const struct fm_b_set *b);
/* Makes the hash table. False when the arena is used up. */
bool fm_b_set_index(struct fm_b_set *s, struct fm_arena *arena);
/* Of a normalised set. No more than a hash, or a search among the prefixes. */
bool fm_b_set_contains(const struct fm_b_set *s, const char *p, uint32_t n);
static inline bool fm_b_set_empty(const struct fm_b_set *s)
{
    return !s->all && s->nids == 0 && s->nprefixes == 0;
}

#endif
