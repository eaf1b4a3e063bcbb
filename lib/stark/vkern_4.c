/* SPDX-License-Identifier: Apache-2.0 */
/* Four lanes: SSE2 or NEON. */
#include "stark/lanes_4.h"

#include "stark/vec_ext.h"
#include "stark/vkern_hash.h"

#include "stark/vkern_body.h"

FM_VKERN_SET(fm_vkern_4, "4 lanes");
