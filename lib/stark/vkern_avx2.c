/* SPDX-License-Identifier: Apache-2.0 */
/* Eight lanes, compiled for AVX2. */
#include "stark/lanes_8.h"

#include "stark/vec_ext.h"
#include "stark/vkern_hash.h"

#include "stark/vkern_body.h"

FM_VKERN_SET(fm_vkern_8, "8 lanes (AVX2)");
