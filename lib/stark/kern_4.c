/* SPDX-License-Identifier: Apache-2.0 */
/* Four lanes: SSE2, NEON, or plain words; every machine has them. */
#include "stark/lanes_4.h"

#include "stark/kern_body.h"

FM_KERN_SET(fm_kern_4, "4 lanes");
