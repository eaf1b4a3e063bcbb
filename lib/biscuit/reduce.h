/* SPDX-License-Identifier: Apache-2.0 */
/* From a query over resource/1 to the set of names for which it matches. */
#ifndef FM_BISCUIT_REDUCE_H
#define FM_BISCUIT_REDUCE_H

#include "biscuit/idset.h"
#include "biscuit/world.h"

struct fm_b_reducer {
    struct fm_biscuit_world *w; /* run, but for what is tainted */
    uint32_t resource;          /* the relation resource/1 */
    bool pure;                  /* it will hold the row's fact and nothing else */
    fm_err err;                 /* TOKEN_MEMORY, or FM_OK */
};

/* Adds the names for which the query matches to *out (not normalised). False, *out as it was, if the query can fail
 * with an error for some name, or is none that can be reduced. */
bool fm_b_reduce(struct fm_b_reducer *x, const struct fm_b_rule *query, struct fm_b_set *out);

#endif
