/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for a state: large, touched at random, for as long as the process lives. */
#ifndef FM_HOST_STORE_PAGES_H
#define FM_HOST_STORE_PAGES_H

#include <stddef.h>

/*
 * Zeroed memory, on huge pages where the system has them (what is touched at random then seldom misses the TLB).
 * NULL if
 * there is none.
 */
void *host_pages_take(size_t bytes);
/* NULL is let go without effect. */
void host_pages_release(void *pages, size_t bytes);

#endif
