/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The verifier domain: a claim and a proof in, a verdict out; passive, it runs on its caller's time. Both are
 * copied before they are looked at, and everything is wiped before the next. No prover is linked into it.
 */
#include <string.h>

#include "pd/rt/rt.h"
#include "pd/stark/channel.h"

#define PATCHED __attribute__((section(".data"), used))

PATCHED seL4_Word fm_verifier_shown = 0; /* setvar_vaddr */

static struct {
    struct fm_stark_member claim;
    uint8_t proof[FM_STARK_PROOF_MAX];
    _Alignas(8) uint8_t scratch[96U * 1024U];
} own;

void init(void)
{
    FM_ASSERT(fm_stark_member_scratch() <= sizeof own.scratch);
}

void notified(microkit_channel ch)
{
    (void)ch;
}

static fm_err verify(seL4_Word len)
{
    const struct fm_stark_shown *shown = (const struct fm_stark_shown *)fm_verifier_shown;
    fm_err err;

    if (len > FM_STARK_PROOF_MAX) {
        return FM_E_STARK_LENGTH;
    }
    memcpy(&own.claim, &shown->claim, sizeof own.claim);
    memcpy(own.proof, shown->proof, len);
    err = fm_stark_member_verify(&own.claim, own.proof, len, own.scratch, sizeof own.scratch);
    memset(own.proof, 0, len);
    memset(&own.claim, 0, sizeof own.claim);
    memset(own.scratch, 0, sizeof own.scratch);
    return err;
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    (void)ch;
    if (microkit_msginfo_get_label(msginfo) != FM_STARK_VERIFY) {
        return microkit_msginfo_new(FM_E_PD_NO_METHOD, 0);
    }
    return microkit_msginfo_new(verify(microkit_mr_get(0)), 0);
}
