/* SPDX-License-Identifier: Apache-2.0 */
#include "kernel/sched/refill.h"

static uint32_t next_index(const struct sched_context *sc, uint32_t i)
{
    return i + 1 == sc->refill_max ? 0 : i + 1;
}

static struct refill *tail_of(struct sched_context *sc)
{
    uint32_t i = sc->head + sc->count - 1;
    return &sc_refills(sc)[i >= sc->refill_max ? i - sc->refill_max : i];
}

static struct refill pop_head(struct sched_context *sc)
{
    struct refill r = *refill_head(sc);
    sc->head = next_index(sc, sc->head);
    sc->count--;
    return r;
}

/* Appends used time, joined to the last refill when they touch or the ring is full. */
static void append(struct sched_context *sc, struct refill r)
{
    if (sc->count > 0) {
        struct refill *tail = tail_of(sc);
        if (tail->time + tail->amount >= r.time) {
            tail->amount += r.amount;
            return;
        }
        if (sc->count == sc->refill_max) {
            /* Later than the tail was due, so no window gains. */
            tail->time = r.time - tail->amount;
            tail->amount += r.amount;
            return;
        }
    }
    sc->count++;
    *tail_of(sc) = r;
}

/* A head too small to run on joins the refill after it. */
static void merge_fragments(struct sched_context *sc)
{
    while (sc->count > 1 && refill_head(sc)->amount < MIN_BUDGET) {
        struct refill small = pop_head(sc);
        refill_head(sc)->time -= small.amount;
        refill_head(sc)->amount += small.amount;
    }
}

void refill_start(struct sched_context *sc, uint32_t max, uint64_t budget, uint64_t period)
{
    sc->period = period;
    sc->budget = budget;
    sc->refill_max = max;
    sc->head = 0;
    sc->count = 1;
    sc_refills(sc)[0] = (struct refill){kernel.now, budget};
}

void refill_change(struct sched_context *sc, uint32_t max, uint64_t budget, uint64_t period)
{
    struct refill head = *refill_head(sc);
    if (head.time <= kernel.now + WCET_TICKS) {
        head.time = kernel.now;
    }
    refill_start(sc, max, budget, period);
    if (period == 0) {
        return;
    }
    if (head.amount >= budget) {
        sc_refills(sc)[0] = (struct refill){head.time, budget};
        return;
    }
    sc_refills(sc)[0] = head;
    append(sc, (struct refill){head.time + period, budget - head.amount});
    merge_fragments(sc);
}

void refill_charge(struct sched_context *sc, uint64_t usage)
{
    if (refill_round_robin(sc)) {
        struct refill *head = refill_head(sc);
        if (head->amount >= usage + MIN_BUDGET) {
            head->amount -= usage;
        } else {
            head->amount = sc->budget;
        }
        return;
    }
    while (refill_head(sc)->amount <= usage && refill_head(sc)->time < MASK(62)) {
        usage -= refill_head(sc)->amount;
        if (sc->count == 1) {
            refill_head(sc)->time += sc->period;
        } else {
            struct refill used = pop_head(sc);
            used.time += sc->period;
            append(sc, used);
        }
    }
    if (usage > 0 && refill_head(sc)->amount > usage) {
        struct refill *head = refill_head(sc);
        struct refill used = {head->time + sc->period, usage};
        head->amount -= usage;
        head->time += usage;
        append(sc, used);
    }
    merge_fragments(sc);
}

void refill_wake(struct sched_context *sc)
{
    if (refill_round_robin(sc) || !refill_ready(sc)) {
        return;
    }
    /* Ready may mean "in a moment": never earlier than due. */
    uint64_t start = max_u64(refill_head(sc)->time, kernel.now);
    refill_head(sc)->time = start;
    kernel.set_timer = true;
    while (sc->count > 1) {
        uint64_t end = start + refill_head(sc)->amount;
        uint32_t second = next_index(sc, sc->head);
        if (sc_refills(sc)[second].time > end) {
            break;
        }
        struct refill first = pop_head(sc);
        refill_head(sc)->time = start;
        refill_head(sc)->amount += first.amount;
    }
}
