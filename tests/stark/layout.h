/* SPDX-License-Identifier: Apache-2.0 */
/* Where things lie in a proof: the transcript replayed, as whoever wants to damage one place and no other needs it. */
#ifndef FM_TESTS_STARK_LAYOUT_H
#define FM_TESTS_STARK_LAYOUT_H

#include "stark/verify.h"

struct span {
    size_t at, bytes;
};

struct layout {
    struct fm_stark_dims d;
    struct fm_ext alpha, z, gamma;
    struct span values, last, nonce; /* nonce: of the queries; empty if the profile wants no work */
    struct span root[FM_STARK_LAYERS_MAX];
    uint32_t rows; /* opened leaves */
    struct span trace, trace_path, quot, quot_path;
    struct span layer[FM_STARK_LAYERS_MAX], path[FM_STARK_LAYERS_MAX];
    size_t end;
};

/* Of a true proof of that statement. */
void layout_of(const struct fm_stark_statement *st, const uint8_t *proof, struct layout *l);

#endif
