/* SPDX-License-Identifier: Apache-2.0 */
/* The ring that the two domains share: entries of eight bytes. */
#ifndef FM_PD_EXAMPLES_SHARED_H
#define FM_PD_EXAMPLES_SHARED_H

#include "base/ring.h"

#define SHARED_CAPACITY 16U

struct shared {
    struct fm_ring_shared ring;
    uint8_t entries[SHARED_CAPACITY * 8U];
};

#endif
