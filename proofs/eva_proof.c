/* SPDX-License-Identifier: Apache-2.0 */
/* What Eva runs of proofs: any bytes of any length up to the longest proof, against any root. Never compiled. */
#include "core/proof.h"

#include "proofs/eva.h"

static uint8_t bytes[FM_PROOF_BYTES_MAX + 1U];
static uint8_t root[32];
static uint8_t id[32];
static struct fm_proven proven;

uint32_t fm_index_find(const struct fm_index *index, const uint8_t key[32])
{
    (void)index;
    (void)key;
    return any_u32(0, FM_U32_MAX);
}

uint32_t fm_index_before(const struct fm_index *index, const uint8_t key[32])
{
    (void)index;
    (void)key;
    return any_u32(0, FM_U32_MAX);
}

int main(void)
{
    struct fm_why why = {.code = FM_OK};

    any_bytes(bytes, sizeof bytes);
    any_bytes(root, sizeof root);
    any_bytes(id, sizeof id);
    if (fm_proof_verify(bytes, any_u32(0, sizeof bytes), root, &proven, &why) == FM_OK) {
        return (int)fm_proven_absent(&proven, id);
    }
    return 0;
}
