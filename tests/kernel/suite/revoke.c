/* SPDX-License-Identifier: Apache-2.0 */
/* Revocation and deletion: what goes, what stays, and what becomes of threads in the middle of something. */
#include "tests/kernel/suite/suite.h"

static uint64_t ep, reply, master, copy1, copy2, other;
static volatile uint64_t stage;
static struct message got;

static bool there(uint64_t slot)
{
    /* Moving a capability onto itself tells whether there is one: the target is full. */
    return cnode_move(slot, slot) == FM_KERR_DELETE_FIRST;
}

static void grants(void)
{
    MUST(cnode_mint(master, ep, 15, 5));
    MUST(cnode_copy(copy1, master, 15));
    MUST(cnode_copy(copy2, copy1, FM_RIGHT_WRITE));
    MUST(cnode_mint(other, ep, 15, 5));
    same(cnode_revoke(copy1), 0, "REV0001 a copy revokes nothing");
    TAP_OK(there(copy2), "REV0002 its copy is there");
    same(cnode_revoke(master), 0, "REV0003 the badged master");
    TAP_OK(!there(copy1) && !there(copy2), "REV0004 takes all its copies");
    TAP_OK(there(other), "REV0005 and none of another grant of equal badge");
    TAP_OK(there(master), "REV0006 and stays");
    MUST(cnode_copy(copy1, master, 15));
    MUST(cnode_delete(master));
    TAP_OK(there(copy1), "REV0007 deleting the master frees its copies");
    same(cnode_revoke(ep), 0, "REV0008 the original");
    TAP_OK(!there(copy1) && !there(other), "REV0009 takes everything");
}

static void sender(uint64_t cptr)
{
    got = call(cptr, INFO(4, 0, 1), 9, 0);
    stage = 1;
    wait(NTF);
}

/* A sender that is already queued: Revoke alone lets its message through, CancelBadgedSends stops it. */
static void queued(void)
{
    MUST(cnode_mint(master, ep, 15, 5));
    MUST(cnode_copy(copy1, master, 15));
    struct thread *t = spawn(sender, copy1, 200);
    tcb_set_priority(FM_SLOT_TCB, 100);
    MUST(cnode_revoke(master));
    struct message m = nb_recv(ep, reply);
    same(m.badge, 5, "REV0020 a queued message is still received, with the dead badge");
    same(m.mr[0], 9, "REV0021 and its words");
    kill(t);
    MUST(cnode_copy(copy1, master, 15));
    stage = 0;
    t = spawn(sender, copy1, 200);
    MUST(cnode_revoke(master));
    same(cnode_cancel(master), 0, "REV0022 CancelBadgedSends");
    same(stage, 1, "REV0023 the sender starts again and is refused at once");
    same(LABEL(got.info), FM_KERR_INVALID_CAPABILITY, "REV0024 with InvalidCapability");
    same(got.mr[0], 0, "REV0025 0");
    same(nb_recv(ep, reply).badge, 0, "REV0026 nothing is queued any more");
    kill(t);
    tcb_set_priority(FM_SLOT_TCB, 255);
    MUST(cnode_delete(master));
}

static void receiver(uint64_t cptr)
{
    got = recv(cptr, reply);
    stage = 1;
    wait(NTF);
}

/* A thread that waits in Recv goes on receiving after its capability is gone. */
static void waiting(void)
{
    MUST(cnode_mint(master, ep, 15, 5));
    MUST(cnode_copy(copy1, ep, 15));
    stage = 0;
    struct thread *t = spawn(receiver, copy1, 200);
    tcb_set_priority(FM_SLOT_TCB, 100);
    MUST(cnode_delete(copy1));
    send(master, INFO(0, 0, 1), 3);
    same(stage, 1, "REV0030 a waiting receiver receives after its capability is gone");
    same(got.badge, 5, "REV0031 the message");
    kill(t);
    tcb_set_priority(FM_SLOT_TCB, 255);
    MUST(cnode_delete(master));
}

static void crash(uint64_t unused)
{
    (void)unused;
    *(volatile uint64_t *)0x666000 = 1;
}

/* A copy hidden in a thread's fault slot goes with the master. */
static void hidden(void)
{
    MUST(cnode_mint(master, ep, 15, 5));
    struct thread *t = spawn_with(crash, 0, 0, master, false);
    MUST(cnode_revoke(master));
    tcb_set_priority(FM_SLOT_TCB, 100);
    MUST(tcb_set_priority(t->tcb, 200));
    MUST(tcb_resume(t->tcb));
    same(nb_recv(ep, reply).badge, 0, "REV0040 no fault arrives through a revoked copy in a fault slot");
    kill(t);
    MUST(cnode_delete(master));
    tcb_set_priority(FM_SLOT_TCB, 255);
}

static void retry(uint64_t cptr)
{
    send(cptr, INFO(0, 0, 1), 1);
    stage = 1;
    got = recv(cptr, reply);
    stage = 2;
}

/* The endpoint itself goes: whoever waits starts again, and faults on the empty slot. */
static void endpoint_gone(void)
{
    uint64_t e = make(FM_OBJ_ENDPOINT, 0);
    MUST(cnode_mint(master, ep, 15, 6));
    stage = 0;
    struct thread *t = spawn_with(retry, e, 200, master, false);
    tcb_set_priority(FM_SLOT_TCB, 100);
    MUST(cnode_delete(e));
    same(stage, 1, "REV0050 a Send on an empty slot is refused silently, the thread goes on");
    struct message m = nb_recv(ep, reply);
    same(LABEL(m.info), FM_FAULT_CAP, "REV0051 a Recv on it is a fault");
    same(m.mr[FM_CAPFAULT_IN_RECV_PHASE], 1, "REV0052 while receiving");
    kill(t);
    MUST(cnode_delete(master));
    tcb_set_priority(FM_SLOT_TCB, 255);
}

static void idler(uint64_t unused)
{
    (void)unused;
    for (;;) {
        stage++;
    }
}

/* Nested CNodes that hold each other's last capabilities, and the thread that runs in them. */
static void nested(void)
{
    uint64_t u = make(FM_OBJ_UNTYPED, 18);
    uint64_t a = next_slot++, b = next_slot++, c = next_slot++, t = next_slot++, e = next_slot++;
    const uint64_t root = ROOT;
    MUST(retype(u, FM_OBJ_CNODE, 3, a, 1));
    MUST(retype(u, FM_OBJ_CNODE, 3, b, 1));
    MUST(retype(u, FM_OBJ_CNODE, 3, c, 1));
    MUST(retype(u, FM_OBJ_TCB, 0, t, 1));
    MUST(retype(u, FM_OBJ_ENDPOINT, 0, e, 1));
    /* a holds b, b holds c, c holds the thread and a copy of a; the thread's spaces hold c. */
    const uint64_t spaces[] = {c, FM_SLOT_VSPACE, 0};
    const uint64_t data[] = {0, 0, 0};
    MUST(invoke(t, FM_LABEL_TCB_CONFIGURE, 3, data, 3, spaces));
    const uint64_t into_c[] = {2, 3, t, 64};
    MUST(invoke(c, FM_LABEL_CNODE_MOVE, 4, into_c, 1, &root));
    const uint64_t a_into_c[] = {5, 3, a, 64, 15};
    MUST(invoke(c, FM_LABEL_CNODE_COPY, 5, a_into_c, 1, &root));
    const uint64_t into_b[] = {7, 3, c, 64};
    MUST(invoke(b, FM_LABEL_CNODE_MOVE, 4, into_b, 1, &root));
    const uint64_t into_a[] = {1, 3, b, 64};
    MUST(invoke(a, FM_LABEL_CNODE_MOVE, 4, into_a, 1, &root));
    same(cnode_delete(a), 0, "REV0060 a cycle of CNodes is left alone, as nobody can reach it");
    same(retype(u, FM_OBJ_UNTYPED, 18, a, 1), FM_KERR_NOT_ENOUGH_MEMORY, "REV0061 but its memory is in use");
    same(cnode_revoke(u), 0, "REV0062 Revoke of the memory takes the cycle");
    same(retype(u, FM_OBJ_UNTYPED, 18, a, 1), 0, "REV0063 all of it is free again");
    MUST(cnode_delete(a));
    MUST(retype(u, FM_OBJ_CNODE, 3, a, 1));
    MUST(retype(u, FM_OBJ_CNODE, 3, b, 1));
    MUST(retype(u, FM_OBJ_TCB, 0, t, 1));
    MUST(invoke(b, FM_LABEL_CNODE_MOVE, 4, into_c, 1, &root));
    MUST(invoke(a, FM_LABEL_CNODE_MOVE, 4, into_a, 1, &root));
    same(cnode_delete(a), 0, "REV0064 a tree of CNodes goes with its root");
    /* Here its memory is free at once; the real kernel keeps what is left of it until Revoke. */
    tap_note_u64("free at once (0 = yes)", retype(u, FM_OBJ_UNTYPED, 18, a, 1));
    cnode_delete(a);
    MUST(cnode_revoke(u));
    same(retype(u, FM_OBJ_UNTYPED, 18, a, 1), 0, "REV0065 and its memory is free after Revoke");
    MUST(cnode_delete(a));
    MUST(cnode_delete(u));
}

static void running(void)
{
    stage = 0;
    struct thread *t = spawn(idler, 0, 255);
    while (stage == 0) {
        yield();
    }
    kill(t);
    uint64_t before = stage;
    yield();
    same(stage, before, "REV0070 a deleted thread does not run");
    t = spawn(idler, 0, 255);
    MUST(cnode_delete(t->sc));
    before = stage;
    yield();
    same(stage, before, "REV0071 nor one whose context is deleted");
    MUST(retype(pool, FM_OBJ_SCHED_CONTEXT, 8, t->sc, 1));
    kill(t);
}

static uint64_t slots_from;

static void churn(uint64_t unused)
{
    (void)unused;
    for (;;) {
        for (uint64_t i = 0; i < 3000; i++) {
            cnode_mint(slots_from + i, ep, 15, i + 1);
        }
        stage++;
        cnode_revoke(ep);
        stage++;
        wait(NTF);
    }
}

/* A long revoke by a low thread does not keep a high one waiting, and finishes later. */
static void preempted(void)
{
    slots_from = next_slot;
    next_slot += 3000;
    stage = 0;
    struct thread *t = spawn(churn, 0, 50);
    /* Its slices are 5 ms; we sleep on a notification that nobody signals, in 200 us slices of our own. */
    struct thread *clock = NULL;
    uint64_t longest = 0;
    (void)clock;
    MUST(sc_configure(t->sc, 100, 10000, 0, 0, 0)); /* 100 us each 10 ms: the revoke is cut into many parts */
    tcb_set_priority(FM_SLOT_TCB, 40);
    uint64_t last = ticks();
    while (stage < 2) {
        uint64_t now = ticks();
        if (now - last > longest) {
            longest = now - last;
        }
        last = now;
    }
    tcb_set_priority(FM_SLOT_TCB, 255);
    TAP_OK(!there(slots_from) && !there(slots_from + 2999), "REV0080 a revoke in many parts is complete");
    tap_note_u64("longest pause of the other thread, us", longest / (FM_TIMER_HZ / 1000000));
    kill(t);
}

void group_revoke(void)
{
    ep = make(FM_OBJ_ENDPOINT, 0);
    reply = make(FM_OBJ_REPLY, 0);
    master = next_slot++;
    copy1 = next_slot++;
    copy2 = next_slot++;
    other = next_slot++;
    grants();
    queued();
    waiting();
    hidden();
    endpoint_gone();
    nested();
    running();
    preempted();
}
