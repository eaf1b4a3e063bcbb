/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel objects as they lie in memory. Sizes are part of the ABI (abi.def). */
#ifndef FM_KERNEL_OBJECTS_H
#define FM_KERNEL_OBJECTS_H

#include "kernel/object/cap.h"
#include <kernel_context.h>

/*
 * A place for one capability and its node of the derivation list (mdb.h).
 * The low bits of prev hold two flags of the node.
 */
struct slot {
    _Alignas(32) struct cap cap;
    uint64_t prev;
    struct slot *next;
};

#define MDB_REVOCABLE 1u    /* this capability may have children */
#define MDB_FIRST_BADGED 2u /* first of its badge: not a child of an equal badge before it */

enum thread_state {
    THREAD_INACTIVE = 0,
    THREAD_RUNNING,
    THREAD_RESTART, /* runnable; repeats its last system call or instruction */
    THREAD_ON_RECEIVE,
    THREAD_ON_SEND,
    THREAD_ON_REPLY,
    THREAD_ON_NOTIFICATION,
    THREAD_IDLE,
};

enum tcb_slot {
    TCB_CSPACE = 0,
    TCB_VSPACE,
    TCB_BUFFER,
    TCB_FAULT_HANDLER,
    TCB_TIMEOUT_HANDLER,
    TCB_SLOTS,
};

/* A lookup that failed: a type of abi.def (0 = none) and its details. */
struct lookup_fault {
    uint64_t type;
    uint64_t detail[3];
};

/* Why a thread waits for its handler. type is FM_FAULT_*; the words depend on it. */
struct fault {
    uint64_t type;
    uint64_t word[3]; /* cap: address, in receive; syscall: number; user: number, code;
                         vm: address, fsr, prefetch; timeout: badge */
    struct lookup_fault lookup;
};

/* A doubly linked queue of threads, used by every waiting and ready queue. */
struct queue {
    struct tcb *head;
    struct tcb *tail;
};

struct tcb {
    struct context ctx; /* first: the trap code saves registers at the object's address */

    struct slot slots[TCB_SLOTS];

    uint8_t state; /* enum thread_state */
    uint8_t prio;
    uint8_t mcp;
    uint8_t flags;     /* FM_TCB_FLAG_* */
    bool in_ready;     /* linked in a ready queue */
    bool in_release;   /* linked in the release queue */
    bool is_call;      /* while sending: a Call */
    bool can_grant;    /* while sending: rights of the capability used */
    bool can_grant_reply;

    uint64_t badge;    /* while sending */
    void *waits_on;    /* endpoint or notification, while waiting there */
    struct reply *reply; /* while receiving (offered) or waiting for a reply */
    struct tcb *ep_prev, *ep_next;       /* endpoint and notification queues */
    struct tcb *sched_prev, *sched_next; /* ready and release queues */

    struct sched_context *sc;
    struct sched_context *yield_to; /* target of an unfinished YieldTo */
    struct notification *bound;
    uint64_t buffer_va;
    struct fault fault;
};
_Static_assert(sizeof(struct tcb) <= 1u << FM_BITS_TCB, "TCB grew out of its object");

/* Waiting threads; the low bits of tail_state say which kind waits. */
enum endpoint_state { ENDPOINT_IDLE = 0, ENDPOINT_SEND = 1, ENDPOINT_RECEIVE = 2 };
struct endpoint {
    struct tcb *head;
    uint64_t tail_state;
};
_Static_assert(sizeof(struct endpoint) == 1u << FM_BITS_ENDPOINT, "endpoint");

enum notification_state { NOTIFICATION_IDLE = 0, NOTIFICATION_WAITING, NOTIFICATION_ACTIVE };
struct notification {
    struct queue queue;
    uint64_t state;
    uint64_t badge;
    struct tcb *bound;
    struct sched_context *sc;
    uint64_t spare[2];
};
_Static_assert(sizeof(struct notification) == 1u << FM_BITS_NOTIFICATION, "notification");

/*
 * A reply object. With a donated scheduling context it is part of that context's call stack:
 * below is the older reply; above is the newer one or, for the top, the context itself (bit 0 set).
 */
struct reply {
    struct tcb *tcb;
    struct reply *below;
    uint64_t above;
    uint64_t spare;
};
_Static_assert(sizeof(struct reply) == 1u << FM_BITS_REPLY, "reply");

struct refill {
    uint64_t time;   /* ticks: usable from then on */
    uint64_t amount; /* ticks */
};

struct sched_context {
    uint64_t period;   /* ticks; 0 = round robin */
    uint64_t budget;   /* ticks; sum of all refills */
    uint64_t consumed; /* ticks since the last report */
    uint64_t badge;
    struct tcb *tcb;
    struct notification *notification;
    struct reply *reply;    /* top of the call stack */
    struct tcb *yield_from; /* who waits for the report of a YieldTo */
    uint32_t refill_max;    /* 0 = not configured */
    uint32_t head;
    uint32_t count;
    uint8_t sporadic;
    uint8_t size_bits;
    uint8_t spare[2];
    uint64_t spare2[2]; /* the refills follow, as many as the object has room for */
};
_Static_assert(sizeof(struct sched_context) == FM_SC_CORE_BYTES, "scheduling context");

static inline struct refill *sc_refills(struct sched_context *sc)
{
    return (struct refill *)(sc + 1);
}

struct asid_pool {
    void *vspace[FM_ASID_POOL_ENTRIES]; /* root tables, NULL = free */
};
_Static_assert(sizeof(struct asid_pool) == 1u << FM_BITS_ASID_POOL, "ASID pool");

static inline struct tcb *cap_tcb(struct cap c)
{
    return (struct tcb *)cap_ptr(c);
}

#endif
