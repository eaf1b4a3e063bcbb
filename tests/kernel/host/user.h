/* SPDX-License-Identifier: Apache-2.0 */
/* System calls by the model's current thread. */
#ifndef FM_TESTS_KERNEL_USER_H
#define FM_TESTS_KERNEL_USER_H

#include "tests/kernel/host/machine.h"

/* Makes the current thread call cptr with label, words and extra capabilities. Repeats while it is
 * preempted. Returns the label of the reply (0 = no error); the reply's words are in host_reply. */
extern uint64_t host_reply[8];
uint64_t host_call(uint64_t cptr, uint64_t label, unsigned words, const uint64_t *word,
                   unsigned caps, const uint64_t *cap);

/* The root task's buffer. */
uint64_t *host_buffer(void);

/* Common calls. All work on the root CNode, by slot number. */
uint64_t host_retype(uint64_t untyped, uint64_t type, uint64_t bits, uint64_t to, uint64_t count);
uint64_t host_copy(uint64_t to, uint64_t from, uint64_t rights);
uint64_t host_mint(uint64_t to, uint64_t from, uint64_t rights, uint64_t badge);
uint64_t host_move(uint64_t to, uint64_t from);
uint64_t host_delete(uint64_t slot);
uint64_t host_revoke(uint64_t slot);

/* A new thread in the root task's spaces: objects in slots at.. (TCB, context, buffer frame), resumed at
 * prio. The calling thread's priority should be lower if the new one is to run at once. */
void host_thread(uint64_t untyped, uint64_t at, uint64_t prio, uint64_t handler);

/* The current thread receives at ep with a reply object. */
void host_recv(uint64_t ep, uint64_t reply);

/* The largest ordinary untyped capability of the boot information. */
uint64_t host_untyped(void);
struct fm_bootinfo *host_bootinfo(void);

#endif
