/* SPDX-License-Identifier: Apache-2.0 */
/* One lane, plain C: every machine's. */
#include "stark/vec_ext_1.h"

#include "stark/vkern_body.h"

static void vkern_hash(const uint32_t key[8], const void *msg, size_t size, size_t count, uint8_t *out)
{
    for (size_t k = 0; k < count; k++) {
        fm_b3_leaf(key, (const uint8_t *)msg + size * k, size, out + 32 * k);
    }
}

FM_VKERN_SET(fm_vkern_1, "1 lane");
