/* SPDX-License-Identifier: Apache-2.0 */
#include <firmament/stark_verify.h>

#include "stark/member.h"

static size_t own(void)
{
    return (sizeof(struct fm_member) + 7u) & ~(size_t)7;
}

size_t fm_stark_member_scratch(void)
{
    return own() + fm_stark_verify_scratch();
}

fm_err fm_stark_member_verify(const struct fm_stark_member *claim, const uint8_t *proof, size_t len, void *scratch,
                              size_t scratch_len)
{
    struct fm_member *m = scratch;
    if (scratch_len < fm_stark_member_scratch() || (uintptr_t)scratch % 8 != 0) {
        return FM_E_STARK_SCRATCH;
    }
    if (fm_stark_profile_weak(claim->profile)) {
        return FM_E_STARK_PROFILE;
    }
    fm_err e = fm_member_statement(m, claim->slots_log, claim->cells_log, claim->root, claim->cell, claim->slot,
                                   claim->record, claim->profile);
    uint8_t *rest = (uint8_t *)scratch + own();
    return e != FM_OK ? e : fm_stark_verify(&m->st, proof, len, rest, scratch_len - own());
}
