/* SPDX-License-Identifier: Apache-2.0 */
/* The stranger on a machine without a file system: the files of stark-file lie in its text (archive.t). */
#include "tests/stark/cross.h"
#include "tests/stark/stranger.h"
#include "tests/tap.h"

extern const uint8_t stranger_files[];
extern const uint8_t stranger_files_end[];

void tap_write(const char *text, size_t n)
{
    cross_write(text, n);
}

int cross_run(void)
{
    size_t n = (size_t)(stranger_files_end - stranger_files);
    TAP_EQ(stranger_examine_all(stranger_files, n, 30), 6, "STR0020 six files, one of each statement");
    return tap_done();
}
