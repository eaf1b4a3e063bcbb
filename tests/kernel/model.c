/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's portable part against naive models: capability lookup bit by bit, the derivation tree with
 * explicit parents, refills against every window of one period, and the layout of Retype.
 */
#include "kernel/api/entry.h"
#include "kernel/arch/arch.h"
#include "kernel/object/cspace.h"
#include "kernel/object/mdb.h"
#include "kernel/object/tcb.h"
#include "kernel/sched/refill.h"
#include "tests/kernel/host/user.h"
#include "tests/tap.h"

static uint64_t state = 88172645463325252u;

static uint64_t rnd(uint64_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (state >> 11) % below;
}

/* --- lookup --- */

#define NODES 12u
#define NODE_SLOTS 16u
static _Alignas(64) struct slot nodes[NODES][NODE_SLOTS];

static unsigned bit_of(uint64_t cptr, unsigned bits, unsigned i)
{
    return (unsigned)(cptr >> (bits - 1 - i)) & 1; /* i-th from the top of the low bits */
}

/* One bit at a time; the answer as (slot, bits left) or (fault type, details). */
static struct resolved naive(struct cap root, uint64_t cptr, unsigned bits)
{
    struct resolved r = {NULL, 0, {0, {0, 0, 0}}};
    unsigned at = 0;
    if (cap_type(root) != CAP_CNODE) {
        r.fault.type = FM_LOOKUP_INVALID_ROOT;
        return r;
    }
    for (;;) {
        unsigned left = bits - at;
        unsigned gs = cap_cnode_guard_size(root), radix = cap_cnode_radix(root);
        bool match = gs <= left;
        for (unsigned i = 0; match && i < gs; i++) {
            match = bit_of(cptr, bits, at + i) == ((root.b >> (gs - 1 - i)) & 1);
        }
        if (!match) {
            r.fault = (struct lookup_fault){FM_LOOKUP_GUARD_MISMATCH, {left, root.b, gs}};
            return r;
        }
        if (gs + radix > left) {
            r.fault = (struct lookup_fault){FM_LOOKUP_DEPTH_MISMATCH, {left, gs + radix, 0}};
            return r;
        }
        unsigned index = 0;
        for (unsigned i = 0; i < radix; i++) {
            index = index * 2 + bit_of(cptr, bits, at + gs + i);
        }
        at += gs + radix;
        struct slot *s = &cap_cnode_slots(root)[index];
        if (at == bits || cap_type(s->cap) != CAP_CNODE) {
            r.slot = s;
            r.bits_left = bits - at;
            return r;
        }
        root = s->cap;
    }
}

static struct cap random_node(void)
{
    unsigned gs = rnd(3) == 0 ? (unsigned)rnd(60) : (unsigned)rnd(4);
    uint64_t guard = rnd(2) == 0 ? 0 : rnd(UINT64_MAX) & MASK(gs);
    return cap_cnode(nodes[rnd(NODES)], 1 + (unsigned)rnd(4), gs, guard);
}

static void lookups(void)
{
    unsigned differ = 0, found = 0;
    for (unsigned round = 0; round < 3000; round++) {
        for (unsigned n = 0; n < NODES; n++) {
            for (unsigned s = 0; s < NODE_SLOTS; s++) {
                nodes[n][s].cap = rnd(2) == 0 ? random_node() : cap_null();
            }
        }
        struct cap root = rnd(50) == 0 ? cap_null() : random_node();
        for (unsigned i = 0; i < 60; i++) {
            uint64_t cptr = rnd(2) == 0 ? rnd(256) : rnd(UINT64_MAX);
            unsigned bits = rnd(2) == 0 ? 64 : 1 + (unsigned)rnd(64);
            struct resolved a = cspace_resolve(root, cptr, bits);
            struct resolved b = naive(root, cptr, bits);
            differ += a.slot != b.slot || a.bits_left != b.bits_left || a.fault.type != b.fault.type;
            for (unsigned d = 0; d < 3; d++) {
                differ += a.fault.detail[d] != b.fault.detail[d];
            }
            found += a.slot != NULL;
        }
    }
    TAP_EQ(differ, 0, "KMOD001 capability lookup agrees with the walk bit by bit");
    TAP_OK(found > 10000, "KMOD002 and finds enough to mean something");
}

/* --- derivation --- */

#define BASE 200u
#define WINDOW 48u

struct model {
    bool used, revocable, first;
    unsigned kind; /* FM_OBJ_* */
    unsigned object;
    uint64_t badge;
    int parent; /* index, -1 = the pool */
};

static struct model tree[WINDOW];
static unsigned objects;

static bool badged(unsigned kind)
{
    return kind == FM_OBJ_ENDPOINT || kind == FM_OBJ_NOTIFICATION;
}

/* y is made from x: below x or beside it. */
static int parent_of_copy(int x, uint64_t badge, bool first)
{
    const struct model *m = &tree[x];
    bool child = m->revocable &&
                 (!badged(m->kind) || m->badge == 0 || (m->badge == badge && !first));
    return child ? x : m->parent;
}

static void forget(int x)
{
    for (unsigned i = 0; i < WINDOW; i++) {
        if (tree[i].used && tree[i].parent == x) {
            tree[i].parent = tree[x].parent;
        }
    }
    tree[x].used = false;
}

static void forget_below(int x)
{
    for (unsigned i = 0; i < WINDOW; i++) {
        if (tree[i].used && tree[i].parent == x) {
            forget_below((int)i);
            tree[i].used = false;
        }
    }
}

static bool has_child(int x)
{
    for (unsigned i = 0; i < WINDOW; i++) {
        if (tree[i].used && tree[i].parent == x) {
            return true;
        }
    }
    return false;
}

static void model_copy(int to, int from, bool mint, uint64_t badge)
{
    struct model m = tree[from];
    if (badged(m.kind)) {
        if (mint) {
            m.badge = badge;
        }
        m.first = m.badge != tree[from].badge;
        m.revocable = m.first;
    } else {
        m.revocable = m.first = m.kind == FM_OBJ_UNTYPED;
    }
    m.parent = parent_of_copy(from, m.badge, m.first);
    tree[to] = m;
}

static void one_derivation(uint64_t pool)
{
    static const unsigned kinds[] = {FM_OBJ_ENDPOINT, FM_OBJ_NOTIFICATION, FM_OBJ_UNTYPED,
                                     FM_OBJ_SMALL_PAGE, FM_OBJ_CNODE, FM_OBJ_REPLY};
    int a = (int)rnd(WINDOW), b = (int)rnd(WINDOW);
    uint64_t sa = BASE + (uint64_t)a, sb = BASE + (uint64_t)b;
    uint64_t badge = rnd(4);
    switch (rnd(9)) {
    case 0: {
        unsigned kind = kinds[rnd(6)];
        bool nested = tree[b].used && tree[b].kind == FM_OBJ_UNTYPED;
        uint64_t bits = kind == FM_OBJ_UNTYPED ? (nested ? 4 : 14) : 1;
        if (nested && kind != FM_OBJ_ENDPOINT && kind != FM_OBJ_UNTYPED) {
            kind = FM_OBJ_ENDPOINT;
        }
        if (host_retype(nested ? sb : pool, kind, bits, sa, 1) == 0) {
            tree[a] = (struct model){true, true, true, kind, ++objects, 0, nested ? b : -1};
        }
        break;
    }
    case 1:
    case 2:
        if (host_copy(sa, sb, FM_RIGHT_ALL) == 0) {
            model_copy(a, b, false, 0);
        }
        break;
    case 3:
    case 4:
        if (host_mint(sa, sb, FM_RIGHT_ALL, badge) == 0) {
            model_copy(a, b, true, badge);
        }
        break;
    case 5:
        if (host_move(sa, sb) == 0) {
            tree[a] = tree[b];
            for (unsigned i = 0; i < WINDOW; i++) {
                if (tree[i].used && tree[i].parent == b) {
                    tree[i].parent = a;
                }
            }
            tree[b].used = false;
        }
        break;
    case 6:
        if (rnd(3) == 0) {
            host_revoke(sa);
            if (tree[a].used) {
                forget_below(a);
            }
        }
        break;
    default:
        if (rnd(2) == 0 && host_delete(sa) == 0 && tree[a].used) {
            forget(a);
        }
        break;
    }
}

static void derivations(void)
{
    unsigned differ = 0, children = 0;
    host_boot();
    const struct slot *root = host_root_slots();
    uint64_t pool = host_untyped();
    for (unsigned round = 0; round < 60000; round++) {
        one_derivation(pool);
        for (unsigned i = 0; i < WINDOW; i++) {
            const struct slot *s = &root[BASE + i];
            differ += tree[i].used == cap_is_null(s->cap);
            if (tree[i].used && mdb_has_children(s) != has_child((int)i)) {
                children++;
            }
        }
        if (differ != 0 || children != 0) {
            tap_note_u64("round", round);
            break;
        }
        if (round % 64 == 0) {
            host_check(host_root_slots(), BASE + WINDOW);
        }
        if (round % 3000 == 2999) {
            host_revoke(pool);
            for (unsigned i = 0; i < WINDOW; i++) {
                tree[i].used = false;
            }
        }
    }
    TAP_EQ(differ, 0, "KMOD010 the same capabilities live as in a tree with explicit parents");
    TAP_EQ(children, 0, "KMOD011 and the same ones have children");
}

/* --- refills --- */

#define RUNS 4000u
static struct {
    uint64_t start, length;
} runs[RUNS];

static uint64_t used_in(unsigned upto, uint64_t from, uint64_t to)
{
    uint64_t sum = 0;
    for (unsigned i = upto; i-- > 0;) {
        uint64_t a = max_u64(runs[i].start, from), b = min_u64(runs[i].start + runs[i].length, to);
        if (runs[i].start + runs[i].length <= from) {
            break;
        }
        sum += b > a ? b - a : 0;
    }
    return sum;
}

static void refills(void)
{
    static _Alignas(16) uint8_t memory[256];
    struct sched_context *sc = (struct sched_context *)(void *)memory;
    unsigned too_much = 0, lost = 0;
    for (unsigned round = 0; round < 60; round++) {
        uint64_t period = 10000 + rnd(100000);
        uint64_t budget = MIN_BUDGET * 2 + rnd(period - MIN_BUDGET * 2);
        kernel.now = 1000000;
        sc->size_bits = 8;
        refill_start(sc, 2 + (uint32_t)rnd(9), budget, period);
        unsigned n = 0;
        while (n < RUNS) {
            if (rnd(3) == 0) {
                kernel.now += rnd(period);
                refill_wake(sc);
            }
            if (refill_head(sc)->time > kernel.now) {
                kernel.now = refill_head(sc)->time;
            }
            uint64_t can = refill_head(sc)->amount;
            uint64_t use = rnd(3) == 0 ? can : 1 + rnd(can);
            runs[n].start = refill_head(sc)->time; /* used late, it counts from when it was due */
            runs[n].length = use;
            n++;
            kernel.now += use;
            refill_charge(sc, use);
            uint64_t end = runs[n - 1].start + use;
            too_much += used_in(n, end - period, end) > budget;
            uint64_t sum = 0;
            for (uint32_t i = 0; i < sc->count; i++) {
                sum += sc_refills(sc)[(sc->head + i) % sc->refill_max].amount;
            }
            lost += sum != budget;
        }
    }
    TAP_EQ(too_much, 0,
           "KMOD020 no window of one period holds more than the budget, counted from when it was due");
    TAP_EQ(lost, 0, "KMOD021 the refills always sum up to the budget");
}

/* --- layout --- */

static void layout(void)
{
    unsigned wrong = 0;
    host_boot();
    const struct slot *root = host_root_slots();
    uint64_t pool = host_untyped();
    for (unsigned round = 0; round < 200; round++) {
        host_retype(pool, FM_OBJ_UNTYPED, 16, BASE, 1);
        uint64_t base = cap_addr(root[BASE].cap), at = 0, size = BIT(16);
        for (unsigned k = 0; k < 30; k++) {
            static const struct {
                unsigned type, arg, bits;
            } what[] = {{FM_OBJ_ENDPOINT, 0, 4}, {FM_OBJ_NOTIFICATION, 0, 6}, {FM_OBJ_TCB, 0, 11},
                        {FM_OBJ_CNODE, 3, 8},    {FM_OBJ_SMALL_PAGE, 0, 12},  {FM_OBJ_SCHED_CONTEXT, 7, 7},
                        {FM_OBJ_UNTYPED, 9, 9},  {FM_OBJ_REPLY, 0, 5},        {FM_OBJ_PAGE_TABLE, 0, 12}};
            unsigned w = (unsigned)rnd(9);
            uint64_t count = 1 + rnd(4);
            uint64_t error = host_retype(BASE, what[w].type, what[w].arg, BASE + 1, count);
            if (((size - at) >> what[w].bits) < count) {
                wrong += error != FM_KERR_NOT_ENOUGH_MEMORY || host_reply[0] != size - at;
                continue;
            }
            wrong += error != 0;
            at = round_up(at, what[w].bits);
            for (uint64_t i = 0; i < count; i++) {
                uint64_t place, bytes;
                bool has = cap_physical(root[BASE + 1 + i].cap, &place, &bytes);
                wrong += !has || place != base + at + (i << what[w].bits) || bytes != BIT(what[w].bits);
                /* to make room for the next ones, the capability goes elsewhere and stays alive */
                host_move(BASE + 10 + k * 4 + i, BASE + 1 + i);
            }
            at += count << what[w].bits;
        }
        host_revoke(BASE);
        wrong += host_retype(BASE, FM_OBJ_UNTYPED, 16, BASE + 1, 1) != 0;
        host_revoke(pool);
    }
    TAP_EQ(wrong, 0, "KMOD030 Retype puts each object where alignment and watermark say");
}

/* A deletion that is preempted at every chance ends as one that is not. */
static void preempted(void)
{
    host_boot();
    const struct slot *root = host_root_slots();
    uint64_t pool = host_untyped();
    host_retype(pool, FM_OBJ_ENDPOINT, 0, BASE, 1);
    for (uint64_t i = 0; i < 900; i++) {
        host_mint(BASE + 1 + i, BASE, 15, i + 1);
    }
    unsigned times = 0;
    struct tcb *t = kernel.current;
    const uint64_t w[] = {BASE, FM_WORD_BITS};
    do {
        host_irq_waiting = true;
        host_irq = 1;
        t->ctx.r[FM_REG_CPTR] = FM_SLOT_CNODE;
        t->ctx.r[FM_REG_INFO] = (uint64_t)FM_LABEL_CNODE_REVOKE << FM_INFO_LABEL_SHIFT | 2;
        t->ctx.r[FM_REG_MR0] = w[0];
        t->ctx.r[FM_REG_MR0 + 1] = w[1];
        t->ctx.fault_pc = 0x400000;
        t->ctx.pc = 0x400004;
        entry_syscall(FM_SYS_CALL);
        times++;
        host_check(host_root_slots(), BASE + 950);
    } while (t->ctx.pc == 0x400000 && times < 1000);
    TAP_OK(times > 5 && times < 20, "KMOD040 a long revoke is cut at each interrupt");
    TAP_OK(!mdb_has_children(&root[BASE]) && cap_is_null(root[BASE + 900].cap), "KMOD041 and ends");
}

/* --- calls --- */

static void enter(int64_t number, uint64_t cptr, uint64_t info, uint64_t mr0, uint64_t reply)
{
    struct tcb *t = kernel.current;
    t->ctx.r[FM_REG_CPTR] = cptr;
    t->ctx.r[FM_REG_INFO] = info;
    t->ctx.r[FM_REG_MR0] = mr0;
    t->ctx.r[FM_REG_REPLY] = reply;
    t->ctx.fault_pc = 0x400000;
    t->ctx.pc = 0x400004;
    entry_syscall(number);
    host_check(host_root_slots(), BASE + 60);
}

enum { EP1 = BASE + 30, EP2, REPLY1, REPLY2, S1 = BASE + 40, S2 = BASE + 44, C1 = BASE + 48 };

/* Two passive servers in a row: on the fast path, with long messages, with faults, and cut apart. */
static void calls(void)
{
    const uint64_t prio = 100;
    const uint64_t authority = FM_SLOT_TCB;
    unsigned wrong = 0;
    host_fdt_bytes = 5000;
    host_boot();
    TAP_EQ(host_bootinfo()->extra_len, 8192, "KMOD050 the device tree is handed on");
    host_fdt_bytes = 0;
    host_boot();
    uint64_t pool = host_untyped();
    struct slot *root = host_root_slots();
    host_retype(pool, FM_OBJ_UNTYPED, 18, BASE, 1);
    host_retype(BASE, FM_OBJ_ENDPOINT, 0, EP1, 2);
    host_retype(BASE, FM_OBJ_REPLY, 0, REPLY1, 2);
    host_call(FM_SLOT_TCB, FM_LABEL_TCB_SET_PRIORITY, 1, &prio, 1, &authority);
    struct tcb *me = kernel.current;
    host_thread(BASE, S1, 200, EP2);
    struct tcb *s1 = cap_tcb(root[S1].cap);
    wrong += kernel.current != s1;
    host_recv(EP1, REPLY1);
    host_thread(BASE, S2, 210, EP1);
    struct tcb *s2 = cap_tcb(root[S2].cap);
    host_recv(EP2, REPLY2);
    wrong += kernel.current != me;
    host_call(S1 + 1, FM_LABEL_SC_UNBIND, 0, NULL, 0, NULL);
    host_call(S2 + 1, FM_LABEL_SC_UNBIND, 0, NULL, 0, NULL);
    for (uint64_t length = 0; length < 8; length++) {
        enter(FM_SYS_CALL, EP1, length | 7 << 12, 5, 0);
        wrong += kernel.current != s1 || s1->ctx.r[FM_REG_INFO] != (length | 7 << 12);
        enter(FM_SYS_CALL, EP2, length, 6, 0);
        wrong += kernel.current != s2;
        enter(FM_SYS_REPLY_RECV, EP2, length, 7, REPLY2);
        wrong += kernel.current != s1 || s1->ctx.r[FM_REG_MR0] != (length > 0 ? 7u : 6u);
        enter(FM_SYS_REPLY_RECV, EP1, length, 8, REPLY1);
        wrong += kernel.current != me;
    }
    TAP_EQ(wrong, 0, "KMOD051 calls through two passive servers");
    /* The inner server faults: the outer one's handler is the endpoint where nobody waits. */
    enter(FM_SYS_CALL, EP1, 1, 5, 0);
    enter(FM_SYS_CALL, EP2, 1, 5, 0);
    kernel.current->fault.type = FM_FAULT_VM;
    entry_fault();
    host_check(root, BASE + 60);
    TAP_OK(kernel.current == &kernel.idle || kernel.current == me, "KMOD052 a fault in the chain");
    /* the chain is broken from outside: everything goes */
    thread_restart(me);
    entry_interrupt();
    host_check(root, BASE + 60);
    TAP_OK(kernel.current == &kernel.idle || kernel.current == me, "KMOD053 the caller leaves its call");

    /* A fresh set-up: the reply object of the middle goes while the chain stands. */
    host_boot();
    root = host_root_slots();
    pool = host_untyped();
    host_retype(pool, FM_OBJ_UNTYPED, 18, BASE, 1);
    host_retype(BASE, FM_OBJ_ENDPOINT, 0, EP1, 2);
    host_retype(BASE, FM_OBJ_REPLY, 0, REPLY1, 2);
    host_call(FM_SLOT_TCB, FM_LABEL_TCB_SET_PRIORITY, 1, &prio, 1, &authority);
    me = kernel.current;
    host_thread(BASE, S1, 90, EP2);
    host_thread(BASE, S2, 95, EP2);
    host_thread(BASE, C1, 80, EP2);
    const uint64_t high = 250, low = 10;
    host_call(FM_SLOT_TCB, FM_LABEL_TCB_SET_PRIORITY, 1, &low, 1, &authority);
    s2 = kernel.current;
    wrong = s2 != cap_tcb(root[S2].cap);
    host_recv(EP2, REPLY2);
    s1 = kernel.current;
    host_recv(EP1, REPLY1);
    struct tcb *c1 = kernel.current;
    wrong += c1 != cap_tcb(root[C1].cap);
    enter(FM_SYS_CALL, EP1, 1, 5, 0);
    wrong += kernel.current != s1;
    enter(FM_SYS_CALL, EP2, 1, 5, 0);
    wrong += kernel.current != s2;
    enter(FM_SYS_YIELD, 0, 0, 0, 0);
    host_call(FM_SLOT_TCB, FM_LABEL_TCB_SET_PRIORITY, 1, &high, 1, &authority);
    wrong += kernel.current == &kernel.idle;
    host_delete(REPLY1);
    host_check(root, BASE + 60);
    host_delete(REPLY2);
    host_check(root, BASE + 60);
    host_revoke(BASE);
    host_check(root, BASE + 60);
    TAP_EQ(wrong, 0, "KMOD054 reply objects go in the middle of a chain");
}

int main(void)
{
    lookups();
    derivations();
    refills();
    layout();
    preempted();
    calls();
    return tap_done();
}
