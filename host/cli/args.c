/* SPDX-License-Identifier: Apache-2.0 */
/* Words of the command line as values. */
#include "host/cli/cli.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>

bool opt_has(const struct args *a, const char *name)
{
    return opt_text(a, name, NULL) != NULL;
}

const char *opt_text(const struct args *a, const char *name, const char *otherwise)
{
    for (int i = 0; i < a->noptions; i++) {
        if (strcmp(a->option[i], name) == 0) {
            return a->value[i];
        }
    }
    return otherwise;
}

bool text_number(const char *what, const char *text, uint64_t lo, uint64_t hi, uint64_t *out)
{
    char *end;

    errno = 0;
    *out = strtoull(text, &end, 10);
    if (strcmp(text, "max") == 0) {
        *out = hi;
        return true;
    }
    if (errno != 0 || end == text || *end != '\0' || text[0] == '-' || *out < lo || *out > hi) {
        (void)say_error(FM_E_USAGE, "%s takes a number from %" PRIu64 " to %" PRIu64 ", got '%s'",
                        what, lo, hi, text);
        return false;
    }
    return true;
}

bool opt_number(const struct args *a, const char *name, uint64_t otherwise, uint64_t lo,
                uint64_t hi, uint64_t *out)
{
    const char *text = opt_text(a, name, NULL);
    char what[80];

    if (text == NULL) {
        *out = otherwise;
        return true;
    }
    snprintf(what, sizeof what, "--%s", name);
    return text_number(what, text, lo, hi, out);
}

static int hex_digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

bool text_hex(const char *text, uint8_t *out, size_t n)
{
    if (strlen(text) != 2 * n) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        int high = hex_digit(text[2 * i]);
        int low = hex_digit(text[2 * i + 1]);

        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

static const char *const right_names[] = {"read",  "invoke", "write", "send", "grant",
                                          "spawn", "notify", "mint",  "life", "admin"};

bool text_rights(const char *text, uint16_t *rights)
{
    *rights = 0;
    if (strcmp(text, "all") == 0) {
        *rights = FM_RIGHTS_ALL;
        return true;
    }
    while (*text != '\0') {
        size_t n = strcspn(text, ",");
        bool found = false;

        for (size_t i = 0; i < FM_ARRAY_LEN(right_names); i++) {
            if (strlen(right_names[i]) == n && strncasecmp(text, right_names[i], n) == 0) {
                *rights = (uint16_t)(*rights | 1U << i);
                found = true;
            }
        }
        if (!found) {
            (void)say_error(
                FM_E_USAGE,
                "'%.*s' is no right; there are read, invoke, write, send, grant, spawn, notify, "
                "mint, life, admin, and all",
                (int)n, text);
            return false;
        }
        text += n + (text[n] == ',' ? 1U : 0U);
    }
    return true;
}

void rights_text(uint16_t rights, char *out, size_t cap)
{
    size_t at = 0;

    out[0] = '\0';
    if (rights == FM_RIGHTS_ALL) {
        snprintf(out, cap, "all");
        return;
    }
    for (size_t i = 0; i < FM_ARRAY_LEN(right_names); i++) {
        if ((rights >> i & 1U) != 0U && at < cap) {
            at += (size_t)snprintf(out + at, cap - at, "%s%s", at > 0 ? "," : "", right_names[i]);
        }
    }
    if (at == 0) {
        snprintf(out, cap, "none");
    }
}

bool text_value(const char *text, uint8_t value[32])
{
    size_t n = strlen(text);
    char *end;

    memset(value, 0, 32);
    if (text[0] == '@') {
        return book_cell(text + 1, value) == 0;
    }
    if (strncmp(text, "0x", 2) == 0 && n % 2 == 0 && n <= 66) {
        return text_hex(text + 2, value, (n - 2) / 2);
    }
    errno = 0;
    if (n > 0 && n <= 20) {
        uint64_t number = strtoull(text, &end, 10);

        if (*end == '\0' && errno == 0 && text[0] != '-') {
            fm_put_le64(value + 24, number); /* the number of a field is its last eight bytes */
            return true;
        }
    }
    if (n > 32) {
        (void)say_error(FM_E_USAGE, "a value has at most 32 bytes, got %zu", n);
        return false;
    }
    memcpy(value, text, n);
    return true;
}
