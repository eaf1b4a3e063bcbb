/* SPDX-License-Identifier: Apache-2.0 */
/* What must hold between any two kernel entries. Slow and naive on purpose. */
#include <stdio.h>
#include <stdlib.h>

#include "kernel/arch/arch.h"
#include "kernel/object/delete.h"
#include "kernel/object/endpoint.h"
#include "kernel/object/mdb.h"
#include "kernel/object/reply.h"
#include "kernel/object/tcb.h"
#include "kernel/object/vspace.h"
#include "tests/kernel/host/machine.h"

#define MOST 60000u

static struct slot *slots[MOST]; /* every slot that holds a capability */
static unsigned slot_count;

static _Noreturn void broken(const char *what, const void *where, int line)
{
    fprintf(stderr, "invariant broken: %s at %p (line %d)\n", what, where, line);
    abort();
}

#define HOLDS(cond, where)                                                                         \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            broken(#cond, (where), __LINE__);                                                      \
        }                                                                                          \
    } while (0)

static void note(struct slot *s)
{
    if (!cap_is_null(s->cap)) {
        HOLDS(slot_count < MOST, s);
        slots[slot_count++] = s;
    } else {
        HOLDS(mdb_prev(s) == NULL && s->next == NULL, s);
    }
}

static bool noted_object(uint64_t object, unsigned upto)
{
    for (unsigned i = 0; i < upto; i++) {
        struct cap c = slots[i]->cap;
        if ((cap_type(c) == CAP_CNODE && (uint64_t)(uintptr_t)cap_cnode_slots(c) == object) ||
            (cap_type(c) == CAP_TCB && cap_addr(c) == object)) {
            return true;
        }
    }
    return false;
}

/* All slots that can be reached: of CNodes, threads and zombies, from the root CNode on. */
static void collect(struct slot *root, unsigned used)
{
    slot_count = 0;
    for (unsigned i = 0; i < used; i++) {
        note(&root[i]);
    }
    for (unsigned i = 0; i <= FM_IRQ_MAX; i++) {
        note(&kernel.irq_slot[i]);
    }
    for (unsigned i = 0; i < slot_count; i++) {
        struct cap c = slots[i]->cap;
        struct slot *in = NULL;
        uint64_t n = 0;
        uint64_t object = 0;
        if (cap_type(c) == CAP_CNODE) {
            in = cap_cnode_slots(c);
            n = BIT(cap_cnode_radix(c));
            object = (uint64_t)(uintptr_t)in;
        } else if (cap_type(c) == CAP_TCB) {
            in = cap_tcb(c)->slots;
            n = TCB_SLOTS;
            object = cap_addr(c);
        } else if (cap_type(c) == CAP_ZOMBIE) {
            in = zombie_slots(c);
            n = zombie_left(c);
        }
        if (in == NULL || in == root || (object != 0 && noted_object(object, i))) {
            continue;
        }
        for (uint64_t k = 0; k < n; k++) {
            note(&in[k]);
        }
    }
}

static void check_tree(void)
{
    for (unsigned i = 0; i < slot_count; i++) {
        struct slot *s = slots[i];
        struct slot *p = mdb_prev(s);
        HOLDS(p == NULL || p->next == s, s);
        HOLDS(s->next == NULL || mdb_prev(s->next) == s, s);
        HOLDS(p == NULL || !cap_is_null(p->cap), s);
        HOLDS(s->next == NULL || !cap_is_null(s->next->cap), s);
        if (cap_type(s->cap) != CAP_UNTYPED) {
            continue;
        }
        uint64_t base = cap_addr(s->cap);
        uint64_t size = BIT(cap_untyped_bits(s->cap));
        HOLDS(s->cap.b <= size, s);
        for (const struct slot *c = s->next; c != NULL && mdb_is_parent(s, c); c = c->next) {
            uint64_t at, bytes;
            HOLDS(cap_physical(c->cap, &at, &bytes), c);
            HOLDS(at >= base && at + bytes <= base + s->cap.b, c);
        }
    }
}

static bool may_contain(struct cap c)
{
    return cap_type(c) == CAP_UNTYPED;
}

static int by_place(const void *a, const void *b)
{
    const struct slot *const *x = (const struct slot *const *)a;
    const struct slot *const *y = (const struct slot *const *)b;
    uint64_t ax, nx, ay, ny;
    bool px = cap_physical((*x)->cap, &ax, &nx);
    bool py = cap_physical((*y)->cap, &ay, &ny);
    if (px != py) {
        return px ? -1 : 1;
    }
    if (!px) {
        return 0;
    }
    if (ax != ay) {
        return ax < ay ? -1 : 1;
    }
    return nx > ny ? -1 : nx < ny;
}

/* Objects lie side by side, or are the same; only untyped memory contains others. */
static void check_memory(void)
{
    static struct slot *sorted[MOST];
    uint64_t end = 0;
    const struct slot *last = NULL;
    for (unsigned i = 0; i < slot_count; i++) {
        sorted[i] = slots[i];
    }
    qsort(sorted, slot_count, sizeof sorted[0], by_place);
    for (unsigned i = 0; i < slot_count; i++) {
        uint64_t at, bytes;
        if (!cap_physical(sorted[i]->cap, &at, &bytes)) {
            break;
        }
        if (may_contain(sorted[i]->cap)) {
            continue;
        }
        if (at < end) {
            HOLDS(cap_same_object(last->cap, sorted[i]->cap), sorted[i]);
        } else {
            end = at + bytes;
            last = sorted[i];
        }
    }
}

static bool in_list(const struct tcb *head, const struct tcb *t, bool sched)
{
    unsigned n = 0;
    for (; head != NULL; head = sched ? head->sched_next : head->ep_next) {
        if (head == t) {
            return true;
        }
        HOLDS(n++ < 10000, head);
    }
    return false;
}

static void check_reply_stack(struct sched_context *sc)
{
    unsigned n = 0;
    const struct reply *above = NULL;
    for (struct reply *r = sc->reply; r != NULL; r = r->below) {
        HOLDS(above == NULL ? reply_sc(r) == sc : r->above == (uint64_t)(uintptr_t)above, r);
        HOLDS(r->tcb != NULL && r->tcb->state == THREAD_ON_REPLY && r->tcb->reply == r, r);
        above = r;
        HOLDS(n++ < 10000, r);
    }
}

static void check_context(struct sched_context *sc)
{
    if (sc->tcb != NULL) {
        HOLDS(sc->tcb->sc == sc, sc);
    }
    if (sc->notification != NULL) {
        HOLDS(sc->notification->sc == sc, sc);
    }
    if (sc->yield_from != NULL) {
        HOLDS(sc->yield_from->yield_to == sc, sc);
    }
    check_reply_stack(sc);
    if (sc->refill_max == 0) {
        return;
    }
    HOLDS(sc->refill_max <= refill_capacity(sc->size_bits), sc);
    HOLDS(sc->count >= 1 && sc->count <= sc->refill_max && sc->head < sc->refill_max, sc);
    uint64_t sum = 0;
    uint64_t free_at = 0;
    for (uint32_t i = 0; i < sc->count; i++) {
        const struct refill *r = &sc_refills(sc)[(sc->head + i) % sc->refill_max];
        HOLDS(r->time >= free_at, sc);
        free_at = r->time + r->amount;
        sum += r->amount;
    }
    if (!refill_round_robin(sc)) {
        HOLDS(sum == sc->budget, sc);
        HOLDS(refill_head(sc)->amount >= MIN_BUDGET || sc->count == 1, sc);
    } else {
        HOLDS(sc->count == 1 && sum <= sc->budget && sum >= MIN_BUDGET, sc);
    }
}

static void check_thread(struct tcb *t)
{
    HOLDS(t->sc == NULL || t->sc->tcb == t, t);
    HOLDS(t->bound == NULL || t->bound->bound == t, t);
    HOLDS(t->yield_to == NULL || t->yield_to->yield_from == t, t);
    HOLDS(!(t->in_ready && t->in_release), t);
    HOLDS(t->in_ready == in_list(kernel.ready[t->prio].head, t, true), t);
    HOLDS(t->in_release == in_list(kernel.release.head, t, true), t);
    if (t->in_ready) {
        HOLDS(thread_is_schedulable(t), t);
    }
    if (t != kernel.current && thread_is_schedulable(t)) {
        HOLDS(t->in_ready, t);
    }
    if (t == kernel.current) {
        HOLDS(!t->in_ready && !t->in_release, t);
    }
    switch ((enum thread_state)t->state) {
    case THREAD_ON_SEND:
    case THREAD_ON_RECEIVE: {
        const struct endpoint *ep = (const struct endpoint *)t->waits_on;
        HOLDS(ep != NULL && in_list(ep->head, t, false), t);
        HOLDS(endpoint_state(ep) ==
                  (t->state == THREAD_ON_SEND ? ENDPOINT_SEND : ENDPOINT_RECEIVE),
              t);
        HOLDS(t->reply == NULL || (t->reply->tcb == t && t->reply->above == 0), t);
        break;
    }
    case THREAD_ON_NOTIFICATION: {
        const struct notification *n = (const struct notification *)t->waits_on;
        HOLDS(n->state == NOTIFICATION_WAITING && in_list(n->queue.head, t, false), t);
        break;
    }
    case THREAD_ON_REPLY:
        HOLDS(t->reply != NULL && t->reply->tcb == t, t);
        break;
    case THREAD_INACTIVE:
    case THREAD_RUNNING:
    case THREAD_RESTART:
    case THREAD_IDLE:
        HOLDS(t->reply == NULL, t);
        HOLDS(t->ep_next == NULL && t->ep_prev == NULL, t);
        HOLDS(t->fault.type == FM_FAULT_NONE, t);
        break;
    }
}

static void check_endpoint(const struct endpoint *ep)
{
    unsigned prio = 255;
    unsigned n = 0;
    HOLDS((ep->head == NULL) == (endpoint_state(ep) == ENDPOINT_IDLE), ep);
    for (const struct tcb *t = ep->head; t != NULL; t = t->ep_next) {
        HOLDS(t->prio <= prio && t->waits_on == ep, t);
        HOLDS(t->ep_next != NULL || endpoint_tail(ep) == t, t);
        prio = t->prio;
        HOLDS(n++ < 10000, t);
    }
}

static void check_notification(const struct notification *n)
{
    HOLDS((n->queue.head != NULL) == (n->state == NOTIFICATION_WAITING), n);
    HOLDS(n->bound == NULL || n->bound->bound == n, n);
    HOLDS(n->sc == NULL || n->sc->notification == n, n);
}

static void check_zombie(const struct slot *s)
{
    const struct slot *at = s;
    unsigned n = 0;
    do {
        HOLDS(cap_type(at->cap) == CAP_ZOMBIE, at);
        at = zombie_link(at->cap);
        HOLDS(n++ < 10000, at);
    } while (at != s);
}

static void check_queues(void)
{
    uint64_t due = 0;
    for (unsigned p = 0; p < FM_NUM_PRIORITIES; p++) {
        bool bit = (kernel.ready_bits[p / 64] & BIT(p % 64)) != 0;
        HOLDS(bit == (kernel.ready[p].head != NULL), &kernel.ready[p]);
        HOLDS(!bit || (kernel.ready_groups & BIT(p / 64)) != 0, &kernel.ready[p]);
    }
    for (struct tcb *t = kernel.release.head; t != NULL; t = t->sched_next) {
        HOLDS(refill_head(t->sc)->time >= due, t);
        due = refill_head(t->sc)->time;
    }
}

void host_check(struct slot *root, unsigned used)
{
    collect(root, used);
    check_tree();
    check_memory();
    check_queues();
    for (unsigned i = 0; i < slot_count; i++) {
        struct cap c = slots[i]->cap;
        switch ((unsigned)cap_type(c)) {
        case CAP_TCB:
            check_thread(cap_tcb(c));
            break;
        case CAP_ENDPOINT:
            check_endpoint((const struct endpoint *)cap_ptr(c));
            break;
        case CAP_NOTIFICATION:
            check_notification((const struct notification *)cap_ptr(c));
            break;
        case CAP_SCHED_CONTEXT:
            check_context((struct sched_context *)cap_ptr(c));
            break;
        case CAP_ZOMBIE:
            check_zombie(slots[i]);
            break;
        case CAP_FRAME:
            HOLDS(cap_asid(c) == 0 || cap_vaddr(c) < FM_USER_TOP, slots[i]);
            break;
        default:
            break;
        }
    }
    HOLDS(kernel.candidate == NULL, &kernel);
    HOLDS(kernel.current == &kernel.idle || thread_is_schedulable(kernel.current), kernel.current);
    HOLDS(kernel.current->state != THREAD_RESTART, kernel.current);
    HOLDS(kernel.current_sc ==
              (kernel.current == &kernel.idle ? &kernel.idle_sc : kernel.current->sc),
          kernel.current);
}
