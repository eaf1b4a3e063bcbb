/* SPDX-License-Identifier: Apache-2.0 */
#include <firmament/stark_verify.h>

#include "stark/member.h"

size_t fm_stark_member_scratch(void)
{
    return fm_stark_room(sizeof(struct fm_member)) + fm_stark_verify_scratch();
}

fm_err fm_stark_member_verify(const struct fm_stark_member *claim, const uint8_t *proof, size_t len, void *scratch,
                              size_t scratch_len)
{
    struct fm_member *m = scratch;
    size_t own = fm_stark_room(sizeof *m);
    if (!fm_stark_fits(own, scratch, scratch_len)) {
        return FM_E_STARK_SCRATCH;
    }
    if (fm_stark_profile_weak(claim->profile)) {
        return FM_E_STARK_PROFILE;
    }
    fm_err e = fm_member_statement(m, claim->slots_log, claim->cells_log, claim->root, claim->cell, claim->slot,
                                   claim->record, claim->profile);
    return e != FM_OK ? e : fm_stark_verify(&m->st, proof, len, (uint8_t *)scratch + own, scratch_len - own);
}
