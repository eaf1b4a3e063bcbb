/* SPDX-License-Identifier: Apache-2.0 */
/* Four lanes: SSE2, NEON, or plain words; every machine has them. */
#define FM_LANES 4
#define FM_LANES_LOG 2
#define FM_LANES_HIGH 1, 5, 3, 7
#define FM_LANES_ZIP_LOW 0, 4, 1, 5
#define FM_LANES_ZIP_HIGH 2, 6, 3, 7
#include "stark/kern_body.h"

FM_KERN_SET(fm_kern_4, "4 lanes");
