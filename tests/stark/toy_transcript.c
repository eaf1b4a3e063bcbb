/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transcript as it is, but its challenges can be made to come from a small set, or be a given element. Linked
 * before the library, it takes the place of transcript.c.
 */
#define fm_tr_ext real_tr_ext
#include "lib/stark/transcript.c"
#undef fm_tr_ext
#include "tests/stark/toy_transcript.h"

struct fm_ext fm_tr_ext(const struct fm_tr *t, uint8_t label);

struct toy toy;

struct fm_ext toy_element(uint32_t k)
{
    struct fm_ext r = {{fm_bb_of(k), toy.base ? 0 : FM_BB_ONE, 0, 0, 0}};
    return r;
}

struct fm_ext fm_tr_ext(const struct fm_tr *t, uint8_t label)
{
    struct fm_ext r = real_tr_ext(t, label);
    if (toy.z_is_given && label == 2) {
        return toy.z;
    }
    return toy.bits == 0 || label != toy.label ? r : toy_element(fm_bb_int(r.c[0]) & ((1u << toy.bits) - 1));
}
