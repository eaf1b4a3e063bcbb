/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for a state: large, touched at random, for as long as the process lives. */
#ifndef FM_HOST_STORE_PAGES_H
#define FM_HOST_STORE_PAGES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Zeroed memory, on huge pages where the system has them (what is touched at random then seldom misses the TLB).
 * NULL if
 * there is none.
 */
void *host_pages_take(size_t bytes);
/* What lies from here to the end is not for a child: fork leaves it out, and writing to it costs nothing meanwhile. */
void host_pages_keep(void *from, void *end);
/*
 * Mends what a fork broke: a huge page that was written to while a child shared it is a thousand small ones afterwards,
 * each of which faults once more, and random reads miss the TLB. Goes on at *at, for about budget_us, and moves *at on;
 * false when it has come to the end. Advice, as above: on a system that cannot do it nothing happens.
 */
bool host_pages_mend(void *pages, size_t bytes, size_t *at, unsigned budget_us);
/* NULL is let go without effect. */
void host_pages_release(void *pages, size_t bytes);

#endif
