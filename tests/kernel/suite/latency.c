/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How late the timer's interrupt reaches a thread of high priority while a low one makes the kernel work, for the loops
 * that look for interrupts; how long the others take, for those that do not (docs/decisions/kernel-differences.md lists
 * them). Exact under the virtual clock, where an instruction is a nanosecond.
 */
#include "tests/kernel/suite/suite.h"

#define US (FM_TIMER_HZ / 1000000)
#define PERIOD_US 1000u

static volatile uint64_t last, latest;
static uint64_t ep, slots;

/* Wakes once a period, and keeps the longest time between two wakings. */
static void pulse(uint64_t unused)
{
    (void)unused;
    for (;;) {
        uint64_t now = ticks();
        if (last != 0 && now - last > latest) {
            latest = now - last;
        }
        last = now;
        yield();
    }
}

static void begin(void)
{
    uint64_t end = ticks() + 3 * PERIOD_US * US;
    while (ticks() < end) { /* settle */
    }
    latest = 0;
}

/* The lateness in microseconds is at most limit. */
static void end(uint64_t limit, const char *name)
{
    uint64_t until = ticks() + 3 * PERIOD_US * US;
    while (ticks() < until) {
    }
    uint64_t late = latest > PERIOD_US * US ? (latest - PERIOD_US * US) / US : 0;
    TAP_OK(latest != 0 && late <= limit, name);
    tap_note_u64("late by at most, us", late);
}

static uint64_t began;

/* Of what is not cut: the whole call is the bound. */
static void whole(uint64_t limit, const char *name)
{
    uint64_t took = (ticks() - began) / US;
    TAP_OK(took <= limit, name);
    tap_note_u64("took, us", took);
}

static void revoking(void)
{
    for (uint64_t i = 0; i < 3000; i++) {
        MUST(cnode_mint(slots + i, ep, 15, i + 1));
    }
    begin();
    MUST(cnode_revoke(ep));
    end(50, "LAT0001 Revoke of 3,000");
}

static void zeroing(void)
{
    uint64_t u = make_from(spare_pool, FM_OBJ_UNTYPED, 22);
    MUST(retype(u, FM_OBJ_LARGE_PAGE, 0, slots, 2));
    MUST(cnode_delete(slots));
    MUST(cnode_delete(slots + 1));
    begin();
    MUST(retype(u, FM_OBJ_ENDPOINT, 0, slots, 1));
    end(50, "LAT0002 4 MiB of memory made ready again");
    MUST(cnode_delete(slots));
    MUST(cnode_delete(u));
}

/* A CNode of 4,096 slots, each with a capability. */
static void deleting(void)
{
    uint64_t node = make(FM_OBJ_CNODE, 12);
    const uint64_t root = ROOT;
    for (uint64_t i = 0; i < 4096; i++) {
        const uint64_t w[] = {i, 12, ep, 64, 15};
        MUST(invoke(node, FM_LABEL_CNODE_COPY, 5, w, 1, &root));
    }
    begin();
    MUST(cnode_delete(node));
    end(50, "LAT0003 Delete of a CNode of 4,096 capabilities");
}

static void creating(void)
{
    began = ticks();
    MUST(retype(pool, FM_OBJ_ENDPOINT, 0, slots, 256));
    whole(100, "LAT0004 256 endpoints by one Retype");
    for (uint64_t i = 0; i < 256; i++) {
        MUST(cnode_delete(slots + i));
    }
}

static void caller(uint64_t cptr)
{
    call(cptr, 0, 0, 0);
    wait(NTF);
}

#define CALLERS 30u

/* Callers above us wait; then all of them are started at once. */
static void queue(struct thread **t, uint64_t badge)
{
    for (unsigned i = 0; i < CALLERS; i++) {
        t[i] = spawn(caller, badge, 90);
    }
    tcb_set_priority(FM_SLOT_TCB, 80);
    tcb_set_priority(FM_SLOT_TCB, 100);
}

static void done(struct thread **t)
{
    for (unsigned i = 0; i < CALLERS; i++) {
        kill(t[i]);
    }
}

static void cancelling(void)
{
    struct thread *t[CALLERS];
    uint64_t service = make(FM_OBJ_ENDPOINT, 0), badge = next_slot++;
    MUST(cnode_mint(badge, service, 15, 9));
    queue(t, badge);
    began = ticks();
    MUST(cnode_cancel(badge));
    whole(20, "LAT0010 CancelBadgedSends of 30 callers");
    done(t);
    queue(t, badge);
    MUST(cnode_delete(badge));
    began = ticks();
    MUST(cnode_delete(service));
    whole(20, "LAT0011 an endpoint goes at which 30 callers wait");
    done(t);
}

static void large_page(void)
{
    uint64_t u = make_from(spare_pool, FM_OBJ_UNTYPED, 21);
    began = ticks();
    MUST(retype(u, FM_OBJ_LARGE_PAGE, 0, slots, 1));
    whole(250, "LAT0012 a page of 2 MiB is made");
    MUST(cnode_delete(slots));
    MUST(cnode_delete(u));
}

void group_latency(void)
{
    ep = make(FM_OBJ_ENDPOINT, 0);
    slots = next_slot;
    next_slot += 3000;
    struct thread *p = spawn(pulse, 0, 0);
    MUST(sc_configure(p->sc, 100, PERIOD_US, 0, 0, 0));
    MUST(tcb_set_priority(p->tcb, 200));
    tcb_set_priority(FM_SLOT_TCB, 100);
    MUST(tcb_resume(p->tcb));
    begin();
    end(10, "LAT0000 a thread that computes");
    revoking();
    zeroing();
    deleting();
    creating();
    cancelling();
    large_page();
    tcb_set_priority(FM_SLOT_TCB, 255);
    kill(p);
    MUST(cnode_delete(ep));
}
