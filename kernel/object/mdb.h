/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The derivation tree, kept as one list in pre-order. A capability's children are the run of nodes
 * after it that mdb_is_parent() accepts, so no node holds a depth or a pointer to its parent.
 */
#ifndef FM_KERNEL_MDB_H
#define FM_KERNEL_MDB_H

#include "kernel/object/objects.h"

enum derive { DERIVE_OK = 0, DERIVE_REVOKE_FIRST, DERIVE_ILLEGAL };

static inline struct slot *mdb_prev(const struct slot *s)
{
    return (struct slot *)(uintptr_t)(s->prev & ~(uint64_t)(MDB_REVOCABLE | MDB_FIRST_BADGED));
}

static inline uint64_t mdb_flags(const struct slot *s)
{
    return s->prev & (MDB_REVOCABLE | MDB_FIRST_BADGED);
}

/* Physical range of the object; false for capabilities that have none. bytes is never 0. */
bool cap_physical(struct cap c, uint64_t *base, uint64_t *bytes);

bool cap_same_region(struct cap a, struct cap b); /* b lies within what a gives */
bool cap_same_object(struct cap a, struct cap b);
bool mdb_is_parent(const struct slot *a, const struct slot *b);
bool mdb_has_children(const struct slot *s);
bool mdb_is_final(const struct slot *s); /* the last capability to its object */

/* The capability that a copy of the slot's would be; cap is in and out (rights may be masked). */
enum derive cap_derive(const struct slot *from, struct cap *cap);

/* Fewer rights; capabilities without rights stay as they are. */
struct cap cap_mask_rights(struct cap c, uint64_t rights);

/* Badge or guard set; null if that cannot be. preserve: never touch a badge. */
struct cap cap_update_data(struct cap c, bool preserve, uint64_t data);

/* to (empty) gets cap as a copy of what from holds, with the flags that this makes. */
void mdb_insert_copy(struct slot *to, struct cap cap, struct slot *from);

/* to (empty) gets a new object's capability, first child of parent (NULL: of nobody). */
void mdb_insert_new(struct slot *to, struct cap cap, struct slot *parent);

/* to (empty) takes over from's place in the tree with cap; from becomes empty. */
void mdb_move(struct slot *to, struct cap cap, struct slot *from);

/* Two slots change places in the tree: a gets cap_b, b gets cap_a. */
void mdb_swap(struct slot *a, struct cap cap_a, struct slot *b, struct cap cap_b);

/* Takes the slot out of the tree and empties it. */
void mdb_remove(struct slot *s);

#endif
