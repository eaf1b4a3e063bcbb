/* SPDX-License-Identifier: Apache-2.0 */
/* What root tasks that test the kernel share: system calls, slots, memory, threads, console. */
#ifndef FM_TESTS_KERNEL_ROOT_H
#define FM_TESTS_KERNEL_ROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <firmament/abi/abi.h>

struct regs {
    uint64_t cptr, info, mr[4], reply, dest;
};

/* The bare system call. */
void sys(int64_t number, struct regs *r);

/* Information words */
#define INFO(label, extra, length)                                                                 \
    ((uint64_t)(label) << FM_INFO_LABEL_SHIFT | (uint64_t)(extra) << FM_INFO_EXTRA_SHIFT |         \
     (uint64_t)(length))
#define LABEL(info) ((info) >> FM_INFO_LABEL_SHIFT)
#define LENGTH(info) ((info) & 0x7f)

#define STACK 16384u

/* A thread of the root task's own address space. Lies at the bottom of its stack. */
struct thread {
    void (*entry)(uint64_t);
    uint64_t arg;
    uint64_t *ipc;
    uint64_t tcb, sc, ipc_frame;
};

extern struct fm_bootinfo *bootinfo;
extern uint64_t next_slot; /* first slot never used */

/* The calling thread's IPC buffer. */
uint64_t *ipc(void);

/* Calls cptr; returns the error label. The answer's words are in answer[]. */
extern uint64_t answer[8];
uint64_t invoke(uint64_t cptr, uint64_t label, unsigned words, const uint64_t *word, unsigned caps,
                const uint64_t *cap);

/* As invoke, and stops the run if there is an error. */
void must(uint64_t error, int line);
#define MUST(e) must((e), __LINE__)

/* Invocations on the root CNode by slot number; all return the error label. */
uint64_t retype(uint64_t untyped, uint64_t type, uint64_t bits, uint64_t to, uint64_t count);
uint64_t cnode_copy(uint64_t to, uint64_t from, uint64_t rights);
uint64_t cnode_mint(uint64_t to, uint64_t from, uint64_t rights, uint64_t badge);
uint64_t cnode_move(uint64_t to, uint64_t from);
uint64_t cnode_delete(uint64_t slot);
uint64_t cnode_revoke(uint64_t slot);
uint64_t cnode_cancel(uint64_t slot);
uint64_t tcb_suspend(uint64_t tcb);
uint64_t tcb_resume(uint64_t tcb);
uint64_t tcb_set_priority(uint64_t tcb, uint64_t prio);
uint64_t tcb_bind(uint64_t tcb, uint64_t notification);
uint64_t tcb_timeout_handler(uint64_t tcb, uint64_t ep);
uint64_t sc_bind(uint64_t sc, uint64_t object);
uint64_t sc_unbind(uint64_t sc);
uint64_t sc_configure(uint64_t sc, uint64_t budget, uint64_t period, uint64_t extra,
                      uint64_t badge, uint64_t flags);
uint64_t page_map(uint64_t frame, uint64_t vaddr, uint64_t rights, uint64_t attr, uint64_t vspace);

/* A new object of the pool in a new slot. make_in: a given slot. */
uint64_t make(uint64_t type, uint64_t bits);
uint64_t make_from(uint64_t untyped, uint64_t type, uint64_t bits);
extern uint64_t pool; /* the untyped capability that make() uses */
extern uint64_t spare_pool; /* another one, for what is large */

/* Maps a frame at vaddr in vspace, making the tables that are missing. */
void map(uint64_t frame, uint64_t vaddr, uint64_t rights, uint64_t attr, uint64_t vspace);
/* A device page, mapped; returns its address. */
volatile uint8_t *device(uint64_t paddr);

/* A thread with its own context; resumed when prio > 0. passive: no context is bound. */
struct thread *spawn(void (*entry)(uint64_t), uint64_t arg, uint64_t prio);
struct thread *spawn_with(void (*entry)(uint64_t), uint64_t arg, uint64_t prio, uint64_t fault_ep,
                          bool passive);
void kill(struct thread *t);

/* Messages. info in and out in the return value; words in mr[] (first four). */
struct message {
    uint64_t badge, info, mr[4];
};
struct message call(uint64_t cptr, uint64_t info, uint64_t mr0, uint64_t mr1);
struct message recv(uint64_t cptr, uint64_t reply);
struct message nb_recv(uint64_t cptr, uint64_t reply);
struct message wait(uint64_t cptr);
struct message nb_wait(uint64_t cptr);
struct message reply_recv(uint64_t cptr, uint64_t reply, uint64_t info, uint64_t mr0, uint64_t mr1);
void send(uint64_t cptr, uint64_t info, uint64_t mr0);
void nb_send(uint64_t cptr, uint64_t info, uint64_t mr0);
void signal(uint64_t cptr);
void yield(void);

/* Console and end of the run. */
void put(char c);
void text(const char *s);
void number(uint64_t x);
_Noreturn void power_off(void);

/* Time in ticks of FM_TIMER_HZ. */
uint64_t ticks(void);

/* Set up by root_main before tests() runs. */
void tests(void);

#endif
