/* SPDX-License-Identifier: Apache-2.0 */
/* The Linux shell of the tests: where TAP goes, and where an assertion ends. */
#include "base/base.h"
#include "tests/tap.h"

#include <stdio.h>
#include <stdlib.h>

void tap_write(const char *text, size_t n)
{
    fwrite(text, 1, n, stdout);
    if (n > 0 && text[n - 1] == '\n') {
        fflush(stdout);
    }
}

_Noreturn void fm_panic(const char *file, int line, const char *what)
{
    printf("Bail out! %s:%d: assertion failed: %s\n", file, line, what);
    fflush(stdout);
    abort();
}
