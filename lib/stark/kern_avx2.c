/* SPDX-License-Identifier: Apache-2.0 */
/* Eight lanes, compiled for AVX2. */
#include "stark/lanes_8.h"

#include "stark/kern_body.h"

FM_KERN_SET(fm_kern_8, "8 lanes (AVX2)");
