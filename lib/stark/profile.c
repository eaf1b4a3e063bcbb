/* SPDX-License-Identifier: Apache-2.0 */
#include "stark/profile.h"

#include <stddef.h>

#define PROFILE(name, id, blow, q, pq, pb, pc, pd, bits, logn) {name, id, blow, q, pq, pb, pc, pd, bits, logn},
static const struct fm_stark_profile profiles[] = {
#include "stark/profiles.def"
};
#undef PROFILE

const struct fm_stark_profile *fm_stark_profile(unsigned id)
{
    for (size_t i = 0; i < sizeof profiles / sizeof profiles[0]; i++) {
        if (profiles[i].id == id) {
            return &profiles[i];
        }
    }
    return NULL;
}

bool fm_stark_profile_weak(unsigned id)
{
    const struct fm_stark_profile *p = fm_stark_profile(id);
    return p != NULL && p->bits < FM_STARK_BITS_LEAST;
}
