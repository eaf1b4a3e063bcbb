/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ring of refills of a scheduling context: amounts of time, each usable from a moment on, in
 * order and not overlapping. The sum of the amounts is always the budget, and what is used comes back
 * one period after it was due. So in any window of one period no more than the budget is used, if each
 * use is counted from when it was due: a thread that others kept waiting does not lose its rate.
 */
#ifndef FM_KERNEL_REFILL_H
#define FM_KERNEL_REFILL_H

#include "kernel/model/state.h"

#define TICKS_PER_SECOND ((uint64_t)FM_TIMER_HZ)
#define WCET_TICKS (TICKS_PER_SECOND / 100000) /* 10 us: our own worst case */
#define MIN_BUDGET (2 * WCET_TICKS)

static inline uint64_t us_to_ticks(uint64_t us)
{
#if FM_TIMER_HZ % 1000000 == 0
    return us * (TICKS_PER_SECOND / 1000000);
#else
    return us * (TICKS_PER_SECOND / 100000) / 10;
#endif
}

static inline uint64_t ticks_to_us(uint64_t ticks)
{
#if FM_TIMER_HZ % 1000000 == 0
    return ticks / (TICKS_PER_SECOND / 1000000);
#else
    return ticks * 10 / (TICKS_PER_SECOND / 100000);
#endif
}

/* Greatest microseconds of budget and period, as the real kernel has it: no product or sum can wrap. */
#if FM_TIMER_HZ % 1000000 == 0
#define MAX_PERIOD_US (UINT64_MAX / 8 / (TICKS_PER_SECOND / 1000000))
#else
#define MAX_PERIOD_US (UINT64_MAX / 8 / (TICKS_PER_SECOND / 1000))
#endif

static inline struct refill *refill_head(struct sched_context *sc)
{
    return &sc_refills(sc)[sc->head];
}

static inline bool refill_round_robin(const struct sched_context *sc)
{
    return sc->period == 0;
}

/* How many refills an object of this size holds. */
static inline uint64_t refill_capacity(unsigned size_bits)
{
    return (BIT(size_bits) - FM_SC_CORE_BYTES) / FM_SC_REFILL_BYTES;
}

/* The head can be used now. */
static inline bool refill_ready(struct sched_context *sc)
{
    return refill_head(sc)->time <= kernel.now + WCET_TICKS;
}

/* The head covers usage and leaves enough to run at all. */
static inline bool refill_sufficient(struct sched_context *sc, uint64_t usage)
{
    uint64_t amount = refill_head(sc)->amount;
    return amount >= usage && amount - usage >= MIN_BUDGET;
}

static inline bool refill_usable(struct sched_context *sc)
{
    return refill_ready(sc) && refill_sufficient(sc, 0);
}

/* A fresh ring: the whole budget from now on. period 0 = round robin. */
void refill_start(struct sched_context *sc, uint32_t max, uint64_t budget, uint64_t period);

/* New parameters for a running context: what is usable now stays within the new bandwidth. */
void refill_change(struct sched_context *sc, uint32_t max, uint64_t budget, uint64_t period);

/* usage ticks of the head have been used: they come back one period later. */
void refill_charge(struct sched_context *sc, uint64_t usage);

/* The thread wakes: unused time from before does not pile up. */
void refill_wake(struct sched_context *sc);

#endif
