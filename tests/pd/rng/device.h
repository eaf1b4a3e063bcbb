/* SPDX-License-Identifier: Apache-2.0 */
/* What the played device and its caller share. */
#ifndef FM_TESTS_PD_RNG_DEVICE_H
#define FM_TESTS_PD_RNG_DEVICE_H

#include <stdint.h>

struct answer {
    uint64_t calls; /* answered so far          */
    uint64_t label; /* of the last answer       */
    uint64_t word;  /* its first word           */
};

#endif
