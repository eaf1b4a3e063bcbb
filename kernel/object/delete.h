/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Deletion and revocation, iterative and preemptible.
 *
 * When the last capability to a CNode or TCB goes, its slots must be emptied too, and they may hold
 * last capabilities to further CNodes. The slot then holds a ZOMBIE: the object's memory, how many of
 * its slots may still be full, and a link. To delete what its last slot holds, when that is itself
 * a zombie, the two zombies change places: the inner one comes up into the slot being deleted (the
 * head), the outer one waits in its own memory, in the slot that the inner one left. The links make a
 * ring: head -> waiting zombie -> ... -> the oldest waiting one -> head. Changing places keeps the ring
 * right without touching a link, also when two interrupted deletions meet. Each zombie stays in the
 * derivation tree, so no memory is handed out while a slot in it is in use.
 */
#ifndef FM_KERNEL_DELETE_H
#define FM_KERNEL_DELETE_H

#include "kernel/api/call.h"

/* Empties the slot and everything that only it kept alive. DONE or PREEMPTED. */
enum outcome slot_delete(struct slot *s);

/* Empties a slot whose capability can never be a CNode or TCB: at once. */
void slot_delete_simple(struct slot *s);

/* Deletes every child of the slot. DONE or PREEMPTED. */
enum outcome slot_revoke(struct slot *s);

/* The object of a zombie capability and its size. */
void *zombie_object(struct cap c);
uint64_t zombie_object_bytes(struct cap c);

/* For the invariant checker. */
struct slot *zombie_link(struct cap c);
uint64_t zombie_left(struct cap c);
struct slot *zombie_slots(struct cap c);

#endif
