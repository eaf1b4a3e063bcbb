/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/stark/count.h"

#include <string.h>

#include "crypto/hash.h"

const struct fm_stark_statement *count_statement(uint8_t siblings[FM_MEMBER_PATH_MAX][32], struct fm_member *m)
{
    const uint32_t slot = 41;
    const uint32_t cell = 777777;
    uint8_t record[64];
    uint8_t at[32];
    for (uint32_t i = 0; i < 64; i++) {
        record[i] = (uint8_t)(7 * i);
    }
    for (uint32_t i = 0; i < FM_MEMBER_PATH_MAX; i++) {
        memset(siblings[i], (int)i + 1, 32);
    }
    fm_hash(FM_H_CAP, record, 64, at);
    for (uint32_t k = 0; k < 29; k++) {
        bool right = k < 6 ? (slot >> k & 1) != 0 : k == 7 || (k >= 8 && k < 28 && (cell >> (k - 8) & 1) != 0);
        enum fm_hash_domain d = k == 6 ? FM_H_BODY : k == 7 ? FM_H_LEAF : k == 28 ? FM_H_ROOT : FM_H_NODE;
        fm_hash2(d, right ? siblings[k] : at, right ? at : siblings[k], at);
    }
    return fm_member_statement(m, 6, 20, at, cell, slot, record, FM_STARK_P100) == FM_OK ? &m->st : NULL;
}
