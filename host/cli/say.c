/* SPDX-License-Identifier: Apache-2.0 */
/* Output: aligned lines for people, one JSON object for programs. */
#include "host/cli/cli.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

static bool json;
static bool first;
static int depth;
static int items; /* of the list that is open */

void say_json(bool on)
{
    json = on;
}

bool say_is_json(void)
{
    return json;
}

/* The bar that stands on the terminal: of what, and at how many percent. */
static const char *bar_of;
static int bar_percent;

static void wipe_bar(void)
{
    if (bar_of != NULL) {
        fprintf(stderr, "\r%64s\r", "");
        bar_of = NULL;
    }
}

void say_progress(const char *what, uint64_t done, uint64_t total)
{
    int percent = total == 0 ? 100 : (int)(done * 100U / total);

    if (json || !isatty(STDERR_FILENO) || (what == bar_of && percent == bar_percent)) {
        return;
    }
    bar_of = what;
    bar_percent = percent;
    fprintf(stderr, "\r  %-12s [%-40.*s] %3d %%", what, percent * 40 / 100,
            "########################################", percent);
    if (done >= total) {
        wipe_bar();
    }
}

void say_begin(void)
{
    wipe_bar();
    first = true;
    depth = 0;
    if (json) {
        putchar('{');
    }
}

static void json_string(const char *text)
{
    putchar('"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            printf("\\%c", *text);
        } else if ((unsigned char)*text < 0x20U) {
            printf("\\u%04x", (unsigned)*text);
        } else {
            putchar(*text);
        }
    }
    putchar('"');
}

static void key_part(const char *key)
{
    if (json) {
        if (!first) {
            putchar(',');
        }
        json_string(key);
        putchar(':');
    } else {
        printf("%*s%-14s ", 2 + 2 * depth, "", key);
    }
    first = false;
}

static void line_end(void)
{
    if (!json) {
        putchar('\n');
    }
}

void say_text(const char *key, const char *value)
{
    key_part(key);
    if (json) {
        json_string(value);
    } else {
        fputs(value, stdout);
    }
    line_end();
}

void say_u64(const char *key, uint64_t value)
{
    key_part(key);
    if (value == FM_U64_MAX && !json) {
        fputs("unlimited", stdout);
    } else {
        printf("%" PRIu64, value);
    }
    line_end();
}

void say_i64(const char *key, int64_t value)
{
    key_part(key);
    printf("%" PRId64, value);
    line_end();
}

void say_bool(const char *key, bool value)
{
    key_part(key);
    fputs(json ? (value ? "true" : "false") : (value ? "yes" : "no"), stdout);
    line_end();
}

void say_hex(const char *key, const uint8_t *bytes, size_t n)
{
    key_part(key);
    if (json) {
        putchar('"');
    }
    for (size_t i = 0; i < n; i++) {
        printf("%02x", bytes[i]);
    }
    if (json) {
        putchar('"');
    }
    line_end();
}

void say_list(const char *key)
{
    if (json) {
        key_part(key);
        putchar('[');
    } else {
        printf("%*s%s\n", 2 + 2 * depth, "", key);
    }
    depth++;
    items = 0;
    first = true;
}

void say_item(void)
{
    if (json) {
        fputs(items == 0 ? "{" : "},{", stdout);
    } else if (items > 0) {
        putchar('\n');
    }
    items++;
    first = true;
}

void say_list_end(void)
{
    depth--;
    if (json) {
        fputs(items == 0 ? "]" : "}]", stdout);
    }
    first = false;
}

void say_end(void)
{
    if (json) {
        fputs("}\n", stdout);
    }
    fflush(stdout);
}

int say_error(fm_err code, const char *format, ...)
{
    char detail[512];
    va_list args;

    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    if (json) {
        say_begin();
        say_bool("ok", false);
        say_text("error", fm_err_name(code));
        say_text("category", fm_err_category_name(fm_err_category(code)));
        say_u64("code", (uint64_t)code);
        say_text("meaning", fm_err_text(code));
        say_text("detail", detail);
        say_end();
    } else {
        wipe_bar();
        fprintf(stderr, "dregg: %s: %s\n", fm_err_name(code), fm_err_text(code));
        if (detail[0] != '\0') {
            fprintf(stderr, "       %s\n", detail);
        }
    }
    return code == FM_E_USAGE ? 2 : 10 + (int)fm_err_category(code);
}
