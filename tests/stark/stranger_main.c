/* SPDX-License-Identifier: Apache-2.0 */
/* stranger KIND TRUSTED FILE: examines one proof file of `dregg prove`, with libstark_verify.a and a C library. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/stark/stranger.h"
#include "tests/tap.h"

void tap_write(const char *text, size_t n)
{
    (void)!fwrite(text, 1, n, stdout);
}

int main(int argc, char **argv)
{
    static uint8_t file[STRANGER_FILE_MAX + 1];
    uint8_t trusted[32];
    FILE *in = argc == 4 ? fopen(argv[3], "rb") : NULL;
    size_t n = in == NULL ? 0 : fread(file, 1, sizeof file, in);
    if (n == 0 || strlen(argv[2]) != 64) {
        fprintf(stderr, "usage: stranger KIND TRUSTED FILE\n");
        return 2;
    }
    for (int i = 0; i < 32; i++) {
        char digits[3] = {argv[2][2 * i], argv[2][2 * i + 1], 0};
        trusted[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    stranger_examine((enum fm_stark_kind)strtoul(argv[1], NULL, 10), trusted, file, n, 200);
    return tap_done();
}
