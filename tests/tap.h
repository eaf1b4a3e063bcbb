/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tests that speak TAP, freestanding: the same source runs on Linux, in a protection domain under
 * QEMU and as a regression for a fuzz finding. The shell supplies tap_write(); on Linux it is
 * below.
 *
 *   int main(void) { TAP_OK(1 + 1 == 2, "SUM0001 addition works"); return tap_done(); }
 *
 * Test names begin with a stable id. The plan comes last, so a test that dies early has none and
 * fails.
 */
#ifndef FM_TESTS_TAP_H
#define FM_TESTS_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes n bytes of text. Supplied by tests/tap_host.c, or by a domain. */
void tap_write(const char *text, size_t n);

/* Counts and prints one result. Returns cond. */
bool tap_result(bool cond, const char *name, const char *file, int line);
/* Prints "# label: value" under the current result. */
void tap_note_u64(const char *label, uint64_t value);
void tap_note_text(const char *label, const char *text);
void tap_note_hex(const char *label, const uint8_t *p, size_t n);
/* Equal, or a failure that shows both sides. */
bool tap_eq_u64(uint64_t got, uint64_t want, const char *name, const char *file, int line);
bool tap_eq_mem(const void *got, const void *want, size_t n, const char *name, const char *file,
                int line);
/* Marks a test that cannot run here, with the reason. */
void tap_skip(const char *name, const char *reason);
/* Prints the plan; returns the exit status: 0 if something ran and nothing failed. */
int tap_done(void);
/* The number of failures so far. */
unsigned tap_failures(void);

#define TAP_OK(cond, name) tap_result((cond), (name), __FILE__, __LINE__)
#define TAP_EQ(got, want, name)                                                                    \
    tap_eq_u64((uint64_t)(got), (uint64_t)(want), (name), __FILE__, __LINE__)
#define TAP_MEM(got, want, n, name) tap_eq_mem((got), (want), (n), (name), __FILE__, __LINE__)

#endif
