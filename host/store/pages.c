/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/pages.h"

#include <stdint.h>
#include <sys/mman.h>
#include <time.h>

void *host_pages_take(size_t bytes)
{
    void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (pages == MAP_FAILED) {
        return NULL;
    }
    (void)madvise(pages, bytes, MADV_HUGEPAGE); /* advice: without it everything works, slower */
    return pages;
}

void host_pages_release(void *pages, size_t bytes)
{
    if (pages != NULL) {
        (void)munmap(pages, bytes);
    }
}

#define HUGE_BYTES ((uintptr_t)2 << 20)
#define ADVICE_COLLAPSE 25 /* Linux 6.1's MADV_COLLAPSE, which the C library's header does not have */

/* The next address that is whole in huge pages. */
static uintptr_t huge_from(const void *address)
{
    return ((uintptr_t)address + HUGE_BYTES - 1U) / HUGE_BYTES * HUGE_BYTES;
}

void host_pages_keep(void *from, void *end)
{
    uintptr_t first = huge_from(from);
    uintptr_t last = (uintptr_t)end / HUGE_BYTES * HUGE_BYTES;

    if (first < last) {
        (void)madvise((void *)first, last - first, MADV_DONTFORK); /* advice: without it, a child shares it too */
    }
}

static long elapsed_us(const struct timespec *since)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (now.tv_sec - since->tv_sec) * 1000000L + (now.tv_nsec - since->tv_nsec) / 1000;
}

bool host_pages_mend(void *pages, size_t bytes, size_t *at, unsigned budget_us)
{
    uintptr_t end = (uintptr_t)pages + bytes;
    struct timespec start;

    clock_gettime(CLOCK_MONOTONIC, &start);
    do {
        uintptr_t page = huge_from(pages) + *at;

        if (page + HUGE_BYTES > end) {
            return false;
        }
        (void)madvise((void *)page, HUGE_BYTES, ADVICE_COLLAPSE);
        *at += HUGE_BYTES;
    } while (elapsed_us(&start) < (long)budget_us);
    return true;
}
