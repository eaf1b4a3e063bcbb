/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the state share. Private to lib/core. */
#ifndef FM_CORE_STATE_PRIV_H
#define FM_CORE_STATE_PRIV_H

#include "core/state.h"

/* Marks a cell's leaf stale; rehashes the tree first when the list is full. */
void fm_state_mark(struct fm_state *state, uint32_t idx);
/* Adds cell top.ncells with this header: all slots free, all fields zero, in the index, MAX as next
 * id. The caller checked that it fits. */
void fm_state_append(struct fm_state *state, const struct fm_header *header);
/* Takes the last cell out again. */
void fm_state_pop(struct fm_state *state);
/* Writes one whole value over an existing address, and keeps the caches of records and fields. */
void fm_state_put(struct fm_state *state, const struct fm_write *write);
/* The present value of an existing address. */
const uint8_t *fm_state_value(const struct fm_state *state, const struct fm_write *write);
/* Whether one more cell of this size fits. */
bool fm_state_room(const struct fm_state *state, uint32_t cells, uint64_t slots, uint64_t fields);
/* Hints to the cache: what a turn over the cell with this id reads and writes, but its records and fields; its path
 * when other paths are hashed. */
void fm_state_fetch(struct fm_state *state, const uint8_t id[32]);
/* top and the receipt's own fields, once the map stands: fills pre_root, post_root, prev_receipt and writes_hash (if
 * n > 0) and moves the state on. */
void fm_state_finish(struct fm_state *state, struct fm_receipt *receipt, const struct fm_batch *batch, uint64_t cost,
                     const uint8_t *writes, size_t n);

#endif
