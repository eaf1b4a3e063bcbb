/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/crew.h"

#include <string.h>
#include <time.h>

static double now_s(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void draw_parts(struct crew *c, struct prover *p, unsigned count)
{
    for (unsigned part = atomic_fetch_add(&c->next, 1U); part < count; part = atomic_fetch_add(&c->next, 1U)) {
        fm_stark_work(p, part);
    }
}

static void *hand_main(void *of)
{
    struct crew *c = of;
    unsigned long seen = 0;

    pthread_mutex_lock(&c->lock);
    for (;;) {
        while (c->round == seen && !c->leave) {
            pthread_cond_wait(&c->work, &c->lock);
        }
        if (c->leave) {
            break;
        }
        seen = c->round;
        struct prover *p = c->prover;
        unsigned count = c->count;
        pthread_mutex_unlock(&c->lock);
        draw_parts(c, p, count);
        pthread_mutex_lock(&c->lock);
        if (--c->busy == 0) {
            pthread_cond_signal(&c->rest);
        }
    }
    pthread_mutex_unlock(&c->lock);
    return NULL;
}

/* Every hand joins every round, so that none can meet the counters of the next one. */
static void crew_each(void *of, struct prover *p, uint32_t count)
{
    struct crew *c = of;

    pthread_mutex_lock(&c->lock);
    c->prover = p;
    c->count = count;
    atomic_store(&c->next, 0U);
    c->busy = c->hands;
    c->round++;
    pthread_cond_broadcast(&c->work);
    pthread_mutex_unlock(&c->lock);
    draw_parts(c, p, count);
    pthread_mutex_lock(&c->lock);
    while (c->busy > 0) {
        pthread_cond_wait(&c->rest, &c->lock);
    }
    pthread_mutex_unlock(&c->lock);
}

static void crew_phase(void *of, enum fm_stark_phase begins)
{
    struct crew *c = of;
    double t = now_s();

    if (c->phase >= 0) {
        c->phase_s[c->phase] += t - c->since;
    }
    c->phase = begins == FM_PHASE_DONE ? -1 : (int)begins;
    c->since = t;
    if (c->tell != NULL) {
        c->tell(begins);
    }
}

const char *crew_phase_name(enum fm_stark_phase phase)
{
    static const char *const names[FM_PHASES] = {"check", "extend", "hash", "constraints", "values",
                                                 "deep",  "fold",   "open", "done"};

    return phase < FM_PHASES ? names[phase] : "?";
}

bool crew_open(struct crew *c, unsigned hands)
{
    static const struct fm_stark_crew_ops alone = {NULL, crew_phase};
    static const struct fm_stark_crew_ops many = {crew_each, crew_phase};

    memset(c, 0, sizeof *c);
    c->phase = -1;
    c->hook.ops = hands > 1U ? &many : &alone;
    c->hook.of = c;
    if (hands == 0 || hands > CREW_HANDS_MAX || pthread_mutex_init(&c->lock, NULL) != 0 ||
        pthread_cond_init(&c->work, NULL) != 0 || pthread_cond_init(&c->rest, NULL) != 0) {
        return false;
    }
    for (; c->hands + 1U < hands; c->hands++) {
        if (pthread_create(&c->hand[c->hands], NULL, hand_main, c) != 0) {
            crew_close(c);
            return false;
        }
    }
    return true;
}

void crew_close(struct crew *c)
{
    pthread_mutex_lock(&c->lock);
    c->leave = true;
    pthread_cond_broadcast(&c->work);
    pthread_mutex_unlock(&c->lock);
    for (unsigned i = 0; i < c->hands; i++) {
        pthread_join(c->hand[i], NULL);
    }
    pthread_cond_destroy(&c->rest);
    pthread_cond_destroy(&c->work);
    pthread_mutex_destroy(&c->lock);
}
