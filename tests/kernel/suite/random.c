/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random messages and notifications by many threads with random budgets. The lowest thread, which runs
 * only when everybody else waits, wakes them, changes their fate now and then, and counts. At the end
 * all of it is deleted, and the memory is as free as before.
 */
#include "tests/kernel/suite/suite.h"

#define WORKERS 10u
#define PLACES 4u

static uint64_t eps[PLACES], ntfs[PLACES], replies[WORKERS];
static uint64_t reply_memory[WORKERS]; /* an untyped that holds one reply object and no more */
static volatile uint64_t operations;
static uint64_t seed = 0x243f6a8885a308d3;

static uint64_t next(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

static void worker(uint64_t me)
{
    uint64_t s = 0x9e3779b97f4a7c15u * (me + 1);
    for (;;) {
        uint64_t r = next(&s);
        uint64_t e = eps[r >> 8 & (PLACES - 1)];
        uint64_t n = ntfs[r >> 12 & (PLACES - 1)];
        uint64_t info = INFO(r >> 16 & 0xff, 0, r >> 32 & 7);
        operations++;
        switch (r & 15) {
        case 0:
        case 1:
        case 2:
            call(e, info, r, 0);
            break;
        case 3:
            send(e, info, r);
            break;
        case 4:
            nb_send(e, info, r);
            break;
        case 5:
        case 6:
            recv(e, replies[me]);
            break;
        case 7:
            nb_recv(e, replies[me]);
            break;
        case 8:
        case 9:
        case 10:
            reply_recv(e, replies[me], info, r, 0);
            break;
        case 11:
            send(replies[me], info, r);
            break;
        case 12:
            wait(n);
            break;
        case 13:
            nb_wait(n);
            break;
        case 14:
            yield();
            break;
        default:
            signal(n);
            break;
        }
    }
}

static void stir(struct thread *const *t)
{
    uint64_t r = next(&seed);
    uint64_t i = r >> 8 & (PLACES - 1);
    uint64_t w = (r >> 16) % WORKERS;
    switch (r & 31) {
    case 0:
        MUST(tcb_suspend(t[w]->tcb));
        MUST(tcb_resume(t[w]->tcb));
        break;
    case 1:
        MUST(sc_configure(t[w]->sc, 50 + (r >> 24 & 0x3ff), 1100 + (r >> 36 & 0xfff), r >> 50 & 7, w, r >> 60 & 1));
        break;
    case 2:
        MUST(cnode_delete(replies[w]));
        MUST(retype(reply_memory[w], FM_OBJ_REPLY, 0, replies[w], 1)); /* fails if its memory did not come back */
        break;
    case 3:
        MUST(tcb_set_priority(t[w]->tcb, 20 + (r >> 24 & 63)));
        break;
    case 4:
        sc_unbind(t[w]->sc);
        sc_bind(t[w]->sc, t[w]->tcb);
        break;
    default:
        signal(ntfs[i]);
        nb_send(eps[i], 0, 0);
        nb_recv(eps[i], REPLY);
        send(REPLY, 0, 0);
        if (operations % 3 == 0) {
            MUST(tcb_resume(t[w]->tcb));
        }
        break;
    }
}

static uint64_t pool_left(void)
{
    retype(pool, FM_OBJ_UNTYPED, 24, EMPTY, 2);
    return answer[0];
}

void group_random(void)
{
    struct thread *t[WORKERS];
    for (unsigned i = 0; i < PLACES; i++) {
        eps[i] = make(FM_OBJ_ENDPOINT, 0);
        ntfs[i] = make(FM_OBJ_NOTIFICATION, 0);
    }
    for (unsigned i = 0; i < WORKERS; i++) {
        reply_memory[i] = make(FM_OBJ_UNTYPED, FM_BITS_REPLY);
        replies[i] = make_from(reply_memory[i], FM_OBJ_REPLY, 0);
        t[i] = spawn(worker, i, 0);
        MUST(sc_configure(t[i]->sc, 100 + 90 * i, i % 3 == 0 ? 100 + 90 * i : 2000, i % 3, i, i & 1));
        MUST(tcb_set_priority(t[i]->tcb, 20 + i * 3));
        MUST(tcb_resume(t[i]->tcb));
    }
    const uint64_t left = pool_left();
    tcb_set_priority(FM_SLOT_TCB, 10);
    while (operations < RANDOM_OPERATIONS) {
        stir(t);
    }
    tcb_set_priority(FM_SLOT_TCB, 255);
    for (unsigned i = 0; i < WORKERS; i++) {
        kill(t[i]);
        MUST(cnode_delete(replies[i]));
        MUST(retype(reply_memory[i], FM_OBJ_REPLY, 0, replies[i], 1));
        MUST(cnode_delete(replies[i]));
        MUST(cnode_delete(reply_memory[i]));
    }
    for (unsigned i = 0; i < PLACES; i++) {
        MUST(cnode_delete(eps[i]));
        MUST(cnode_delete(ntfs[i]));
    }
    TAP_OK(operations >= RANDOM_OPERATIONS, "RND0001 random operations by ten threads, every one of them ended");
    tap_note_u64("operations", operations);
    same(pool_left(), left, "RND0002 and no memory was lost");
}
