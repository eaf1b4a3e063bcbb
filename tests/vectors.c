/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/vectors.h"

#include <stdlib.h>
#include <string.h>

bool vector_open(struct vector_file *file, const char *path)
{
    memset(file, 0, sizeof *file);
    file->stream = fopen(path, "r");
    return file->stream != NULL;
}

bool vector_next(struct vector_file *file)
{
    ssize_t n;

    do {
        n = getline(&file->line, &file->room, file->stream);
    } while (n >= 0 && (file->line[0] == '#' || file->line[0] == '\n'));
    if (n < 0) {
        free(file->line);
        fclose(file->stream);
        return false;
    }
    if (n > 0 && file->line[n - 1] == '\n') {
        file->line[n - 1] = '\0';
    }
    file->columns = 0;
    for (char *at = file->line; at != NULL && file->columns < VECTOR_COLUMNS;) {
        char *tab = strchr(at, '\t');

        file->column[file->columns++] = at;
        if (tab != NULL) {
            *tab = '\0';
            tab++;
        }
        at = tab;
    }
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return -1;
}

size_t vector_hex(const char *hex, uint8_t *out, size_t cap)
{
    size_t n = 0;

    if (strcmp(hex, "-") == 0) {
        return 0;
    }
    while (hex[0] != '\0') {
        int high = hex_digit(hex[0]);
        int low = high < 0 ? -1 : hex_digit(hex[1]);

        if (low < 0 || n == cap) {
            return SIZE_MAX;
        }
        out[n++] = (uint8_t)(high * 16 + low);
        hex += 2;
    }
    return n;
}

void vector_unescape(char *text)
{
    char *out = text;

    for (const char *in = strcmp(text, "-") == 0 ? "" : text; *in != '\0'; in++) {
        if (*in == '\\') {
            in++;
            *out++ = *in == 'n' ? '\n' : *in == 't' ? '\t' : *in;
        } else {
            *out++ = *in;
        }
    }
    *out = '\0';
}
