/* SPDX-License-Identifier: Apache-2.0 */
/* What tests/stark/cross.c needs of a machine: two calls. */
#ifndef FM_TESTS_STARK_CROSS_H
#define FM_TESTS_STARK_CROSS_H

#include <stddef.h>

void cross_write(const char *text, size_t n);
_Noreturn void cross_exit(int status);
/* Keeps a proof if somebody asked for that; NAME and log n make the file. */
void cross_keep(const char *name, unsigned log_n, const unsigned char *proof, size_t n);
/* The test itself; returns the exit status. */
int cross_run(void);

#endif
