/* SPDX-License-Identifier: Apache-2.0 */
/* Text without a C library: a small printf, panic, and Microkit's debug printing. */
#include <stdarg.h>

#include "pd/rt/rt.h"

static void put_number(uint64_t v, unsigned base, bool negative)
{
    char text[24];
    unsigned at = sizeof text;

    do {
        text[--at] = "0123456789abcdef"[v % base];
        v /= base;
    } while (v != 0U);
    if (negative) {
        text[--at] = '-';
    }
    fm_console_write(text + at, sizeof text - at);
}

static size_t length(const char *s)
{
    size_t n = 0;

    while (s[n] != '\0') {
        n++;
    }
    return n;
}

static void put_signed(int64_t v)
{
    put_number(v < 0 ? 0U - (uint64_t)v : (uint64_t)v, 10, v < 0);
}

void fm_print(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    for (const char *p = format; *p != '\0'; p++) {
        bool wide = false;
        size_t plain = 0;

        while (p[plain] != '\0' && p[plain] != '%') {
            plain++;
        }
        if (plain != 0U) {
            fm_console_write(p, plain);
            p += plain - 1U;
            continue;
        }
        p++;
        while (*p == 'l') {
            wide = true;
            p++;
        }
        if (*p == 's') {
            const char *s = va_arg(args, const char *);

            fm_console_write(s, length(s));
        } else if (*p == 'c') {
            char c = (char)va_arg(args, int);

            fm_console_write(&c, 1);
        } else if (*p == 'd') {
            put_signed(wide ? va_arg(args, int64_t) : va_arg(args, int));
        } else if (*p == 'u' || *p == 'x') {
            uint64_t v = wide ? va_arg(args, uint64_t) : va_arg(args, unsigned);

            put_number(v, *p == 'x' ? 16 : 10, false);
        } else if (*p == '\0') {
            break;
        } else {
            fm_console_write(p, 1);
        }
    }
    va_end(args);
}

/* Ends the domain by an instruction that faults, so that root reports where. */
_Noreturn void fm_panic(const char *file, int line, const char *what)
{
    fm_print("%s:%d: %s does not hold\n", file, line, what);
    __builtin_trap();
}

void microkit_dbg_putc(int c)
{
    char text = (char)c;

    fm_console_write(&text, 1);
}

void microkit_dbg_puts(const char *s)
{
    fm_console_write(s, length(s));
}

void microkit_dbg_put8(seL4_Uint8 x)
{
    put_number(x, 10, false);
}

void microkit_dbg_put32(seL4_Uint32 x)
{
    put_number(x, 10, false);
}
