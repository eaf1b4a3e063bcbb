/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double bench_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

double bench_cpu(void)
{
    struct timespec t;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

double bench_median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, compare);
    return values[n / 2];
}

void bench_row(const char *name, double value, const char *unit, double limit)
{
    printf("%s\t%.4g\t%s\t", name, value, unit);
    if (limit > 0) {
        printf("%.4g\t%.3f\n", limit, value / limit);
    } else {
        printf("-\t-\n");
    }
    fflush(stdout);
}
