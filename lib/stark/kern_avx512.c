/* SPDX-License-Identifier: Apache-2.0 */
/* Sixteen lanes, compiled for AVX-512. */
#include "stark/lanes_16.h"

#include "stark/kern_body.h"

FM_KERN_SET(fm_kern_16, "16 lanes (AVX-512)");
