/* SPDX-License-Identifier: Apache-2.0 */
/* The fuzzer's walk from a generator: the same every time, for `make test`. SEED and ROUNDS choose. */
#include <stdlib.h>

#include "tests/tap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t state;

static uint8_t next_byte(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint8_t)(state >> 32);
}

int main(void)
{
    static uint8_t data[2500];
    const char *seed = getenv("SEED");
    const char *rounds = getenv("ROUNDS");
    unsigned long first = seed != NULL ? strtoul(seed, NULL, 0) : 1;
    unsigned long n = rounds != NULL ? strtoul(rounds, NULL, 0) : 60;
    for (unsigned long r = 0; r < n; r++) {
        state = (first + r) * 0x9e3779b97f4a7c15u + 1;
        for (size_t i = 0; i < sizeof data; i++) {
            data[i] = next_byte();
        }
        LLVMFuzzerTestOneInput(data, sizeof data);
    }
    TAP_OK(true, "KFUZZ01 random system calls break no invariant");
    return tap_done();
}
