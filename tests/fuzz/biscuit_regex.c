/* SPDX-License-Identifier: Apache-2.0 */
/* Any pattern on any text ends within its fuel; what it says does not depend on how much fuel is left. */
#include "biscuit/world.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    if (n < 1 || n > 4096) {
        return 0;
    }
    uint32_t split = data[0] % (uint32_t)n;
    uint64_t fuel = 200000;
    uint64_t plenty = 4000000;
    const uint8_t *text = data + 1 + split;
    uint32_t left = (uint32_t)n - 1U - split;
    int verdict = fm_b_regex(data + 1, split, text, left, &fuel);

    if (verdict < -3 || verdict > 1 || fuel > 200000) {
        abort();
    }
    if (verdict != -3 && fm_b_regex(data + 1, split, text, left, &plenty) != verdict) {
        abort();
    }
    return 0;
}
