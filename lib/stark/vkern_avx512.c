/* SPDX-License-Identifier: Apache-2.0 */
/* Sixteen lanes, compiled for AVX-512. */
#include "stark/lanes_16.h"

#include "stark/vec_ext.h"
#include "stark/vkern_hash.h"

#include "stark/vkern_body.h"

FM_VKERN_SET(fm_vkern_16, "16 lanes (AVX-512)");
