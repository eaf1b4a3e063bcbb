/* SPDX-License-Identifier: Apache-2.0 */
#include "host/store/pages.h"

#include <sys/mman.h>

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
