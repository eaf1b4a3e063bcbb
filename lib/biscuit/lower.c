/* SPDX-License-Identifier: Apache-2.0 */
#include "biscuit/lower.h"

void fm_b_lower(struct fm_limits *l, enum fm_b_axis axis, uint64_t v)
{
    uint16_t low = v > 0xffffU ? (uint16_t)0xffffU : (uint16_t)v; /* of numbers */
    uint16_t bits = (uint16_t)(v & 0xffffU);                       /* of masks */

    if (axis == FM_B_RIGHTS) {
        l->rights = (uint16_t)(l->rights & bits);
    } else if (axis == FM_B_METHODS) {
        l->methods = (uint16_t)(l->methods & bits);
    } else if (axis == FM_B_FIELD_LO) {
        l->f_lo = low > l->f_lo ? low : l->f_lo;
    } else if (axis == FM_B_FIELD_HI) {
        l->f_hi = low < l->f_hi ? low : l->f_hi;
    } else if (axis == FM_B_MAX_AMOUNT) {
        if (v < l->max_amount) {
            l->max_amount = v;
        }
    } else if (v < l->expiry) {
        l->expiry = (uint32_t)v;
    }
}
