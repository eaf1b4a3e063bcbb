/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the tab-separated files of tests/vectors: one record a line, # for comments. Tests only. */
#ifndef FM_TESTS_VECTORS_H
#define FM_TESTS_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define VECTOR_COLUMNS 8

struct vector_file {
    FILE *stream;
    char *line;
    size_t room;
    char *column[VECTOR_COLUMNS];
    int columns;
};

/* False if the file is not there. The path is relative to the root of the tree, where tests run. */
bool vector_open(struct vector_file *file, const char *path);
/* The next record's columns, valid until the next call; false at the end (and the file is closed).
 */
bool vector_next(struct vector_file *file);
/* \n, \t and \\ back to what they stand for, in place; "-" is empty. */
void vector_unescape(char *text);
/* Hex to bytes; "-" is empty. The number of bytes, or SIZE_MAX if it is no hex or above cap. */
size_t vector_hex(const char *hex, uint8_t *out, size_t cap);

#endif
