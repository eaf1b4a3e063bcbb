/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One invocation while it is decoded: the arguments that a thread gave, and what the reply will say.
 * Every decode function checks everything, then does its work, which cannot fail. It returns
 *   DONE       the work is done; result words, if any, are in the call
 *   REFUSED    nothing was changed; the error and its words are in the call
 *   PREEMPTED  an interrupt or the end of the budget came first; the thread repeats the call
 */
#ifndef FM_KERNEL_CALL_H
#define FM_KERNEL_CALL_H

#include "kernel/object/objects.h"

enum outcome { DONE = 0, REFUSED, PREEMPTED };

#define CALL_WORDS 8

struct call {
    struct tcb *thread;
    bool blocking;    /* failed lookups fault */
    bool is_call;     /* wants a reply */
    bool can_donate;  /* may lend its scheduling context */
    bool first_phase; /* a receive follows: only objects that end at once */
    uint64_t cptr;
    struct slot *slot; /* the capability that is invoked */
    uint64_t label;
    uint64_t length;
    uint64_t *buffer; /* the thread's IPC buffer or NULL */
    struct slot *extra[FM_MSG_MAX_EXTRA_CAPS];
    unsigned extra_count;

    uint64_t error;             /* FM_KERR_* */
    unsigned words;             /* how many message words the reply has */
    bool words_written;         /* they are in the thread's registers and buffer already */
    uint64_t word[CALL_WORDS];
};

/* Argument i: a register or a word of the IPC buffer. The caller has checked length. */
uint64_t call_arg(const struct call *c, unsigned i);

/* Refusals. All return REFUSED. */
enum outcome refuse(struct call *c, uint64_t error);
enum outcome refuse_argument(struct call *c, unsigned number);
enum outcome refuse_capability(struct call *c, unsigned number);
enum outcome refuse_range(struct call *c, uint64_t least, uint64_t greatest);
enum outcome refuse_lookup(struct call *c, bool source, const struct lookup_fault *f);
enum outcome refuse_missing(struct call *c, bool source, uint64_t bits);
enum outcome refuse_memory(struct call *c, uint64_t bytes_left);

/* A refused call, said in words on the console by a debug kernel; nothing in every other. */
void refusal_say(const struct call *c);

/* Sets the reply to one word. Returns DONE. */
enum outcome call_result(struct call *c, uint64_t word);

/* True when the message has fewer words or capabilities than needed. */
static inline bool call_lacks(const struct call *c, unsigned words, unsigned caps)
{
    return c->length < words || c->extra_count < caps;
}

/* The decoders, one for each kind of object. */
enum outcome untyped_invoke(struct call *c);
enum outcome cnode_invoke(struct call *c);
enum outcome tcb_invoke(struct call *c);
enum outcome sched_context_invoke(struct call *c);
enum outcome sched_control_invoke(struct call *c);
enum outcome irq_control_invoke(struct call *c);
enum outcome irq_handler_invoke(struct call *c);
enum outcome domain_invoke(struct call *c);

#endif
