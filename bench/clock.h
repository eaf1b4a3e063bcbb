/* SPDX-License-Identifier: Apache-2.0 */
/* What benchmarks share: a monotonic clock, medians of interleaved runs, rows of build/bench.tsv. */
#ifndef FM_BENCH_CLOCK_H
#define FM_BENCH_CLOCK_H

#include <stddef.h>

#define BENCH_RUNS 9

/* Seconds. */
double bench_now(void);
/* Seconds of processor time of this program: what one thread computes, whatever else the machine does. */
double bench_cpu(void);
/* The median; sorts in place. */
double bench_median(double *values, size_t n);
/* One row: limit is the figure measured beside it (0: none); ratio = value / limit. */
void bench_row(const char *name, double value, const char *unit, double limit);

#endif
