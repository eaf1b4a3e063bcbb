/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/tap.h"

static unsigned tap_count;
static unsigned tap_failed;

static void put_text(const char *text)
{
    size_t n = 0;

    while (text[n] != '\0') {
        n++;
    }
    tap_write(text, n);
}

static void put_number(uint64_t v)
{
    char digits[20];
    size_t at = sizeof digits;

    do {
        at--;
        digits[at] = (char)('0' + (int)(v % 10U));
        v /= 10U;
    } while (v != 0U);
    tap_write(digits + at, sizeof digits - at);
}

bool tap_result(bool cond, const char *name, const char *file, int line)
{
    tap_count++;
    put_text(cond ? "ok " : "not ok ");
    put_number(tap_count);
    put_text(" - ");
    put_text(name);
    put_text("\n");
    if (!cond) {
        tap_failed++;
        put_text("# at ");
        put_text(file);
        put_text(":");
        put_number((uint64_t)line);
        put_text("\n");
    }
    return cond;
}

void tap_note_u64(const char *label, uint64_t value)
{
    put_text("# ");
    put_text(label);
    put_text(": ");
    put_number(value);
    put_text("\n");
}

void tap_note_text(const char *label, const char *text)
{
    put_text("# ");
    put_text(label);
    put_text(": ");
    put_text(text);
    put_text("\n");
}

void tap_note_hex(const char *label, const uint8_t *p, size_t n)
{
    static const char hex[] = "0123456789abcdef";

    put_text("# ");
    put_text(label);
    put_text(": ");
    for (size_t i = 0; i < n; i++) {
        char pair[2] = {hex[p[i] >> 4], hex[p[i] & 15U]};

        tap_write(pair, 2);
    }
    put_text("\n");
}

bool tap_eq_u64(uint64_t got, uint64_t want, const char *name, const char *file, int line)
{
    if (!tap_result(got == want, name, file, line)) {
        tap_note_u64("want", want);
        tap_note_u64("got ", got);
        return false;
    }
    return true;
}

bool tap_eq_mem(const void *got, const void *want, size_t n, const char *name, const char *file,
                int line)
{
    const uint8_t *a = got;
    const uint8_t *b = want;
    size_t at = 0;

    while (at < n && a[at] == b[at]) {
        at++;
    }
    if (!tap_result(at == n, name, file, line)) {
        size_t show = n - at < 32 ? n - at : 32;

        tap_note_u64("differs at byte", at);
        tap_note_hex("want", b + at, show);
        tap_note_hex("got ", a + at, show);
        return false;
    }
    return true;
}

void tap_skip(const char *name, const char *reason)
{
    tap_count++;
    put_text("ok ");
    put_number(tap_count);
    put_text(" - ");
    put_text(name);
    put_text(" # SKIP ");
    put_text(reason);
    put_text("\n");
}

int tap_done(void)
{
    put_text("1..");
    put_number(tap_count);
    put_text("\n");
    return tap_failed == 0U && tap_count != 0U ? 0 : 1;
}

unsigned tap_failures(void)
{
    return tap_failed;
}
