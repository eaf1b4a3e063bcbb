/* SPDX-License-Identifier: Apache-2.0 */
/* What the witness found, in a page that it shares with the client, who says it in TAP. */
#ifndef FM_TESTS_PD_RNG_VERDICT_H
#define FM_TESTS_PD_RNG_VERDICT_H

#include <stdint.h>

struct verdict {
    uint64_t outstanding;  /* buffers that the device had when its driver was made to fault */
    uint64_t watched;      /* bytes filled with a pattern after that                       */
    uint64_t changed;      /* how many of them had changed after two periods of the device */
};

#endif
