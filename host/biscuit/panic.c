/* SPDX-License-Identifier: Apache-2.0 */
/* What libbiscuit does about a fault of its own, where the program that uses it says nothing else. */
#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>

_Noreturn void fm_panic(const char *file, int line, const char *what)
{
    fprintf(stderr, "libbiscuit: %s:%d: assertion failed: %s\n", file, line, what);
    abort();
}
