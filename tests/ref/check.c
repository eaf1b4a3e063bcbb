/* SPDX-License-Identifier: Apache-2.0 */
/* The reference's own BLAKE3 against the published vectors. */
#include "tests/ref/ref.h"
#include "tests/tap.h"
#include "tests/vectors.h"

#include <stdlib.h>
#include <string.h>

int main(void)
{
    static const uint8_t key[] = "whats the Elvish word for friend";
    static uint8_t input[102400];
    struct vector_file file;
    unsigned cases = 0;
    bool same = vector_open(&file, "tests/vectors/blake3.tsv");

    for (size_t i = 0; i < sizeof input; i++) {
        input[i] = (uint8_t)(i % 251U);
    }
    while (same && vector_next(&file)) {
        size_t n = strtoul(file.column[0], NULL, 10);
        uint8_t want[200];
        uint8_t got[32];

        vector_hex(file.column[1], want, sizeof want);
        ref_blake3(NULL, input, n, got);
        same = same && memcmp(want, got, 32) == 0;
        vector_hex(file.column[2], want, sizeof want);
        ref_blake3(key, input, n, got);
        same = same && memcmp(want, got, 32) == 0;
        cases++;
    }
    TAP_EQ(cases, 35, "REF0001 all 35 cases are read");
    TAP_OK(same, "REF0002 both modes agree with each");
    return tap_done();
}
