/* SPDX-License-Identifier: Apache-2.0 */
/* The vocabulary: every row has a name, a sentence and a category, and no code stands twice. */
#include "base/base.h"
#include "tests/tap.h"

#include <firmament/err.h>

static void test_rows(void)
{
    bool named = true;
    bool unique = true;
    uint32_t n = 0;

    for (fm_err a; (a = fm_err_nth(n)) != FM_OK; n++) {
        named = named && strcmp(fm_err_name(a), "UNKNOWN") != 0 && fm_err_text(a)[0] != '\0' &&
                strcmp(fm_err_category_name(fm_err_category(a)), "unknown") != 0 &&
                fm_err_category(a) != FM_CATEGORY_OK;
        for (uint32_t m = 0; m < n; m++) {
            bool same_place = ((uint32_t)fm_err_nth(m) & 0xffffU) == ((uint32_t)a & 0xffffU);

            unique =
                unique && !same_place && strcmp(fm_err_name(fm_err_nth(m)), fm_err_name(a)) != 0;
        }
    }
    TAP_OK(n >= 49, "ERR0001 the vocabulary is there");
    TAP_OK(named, "ERR0002 each error has a name, a sentence and a category");
    TAP_OK(unique, "ERR0003 no number stands twice in a room, no name anywhere");
}

static void test_reasons(void)
{
    TAP_EQ(fm_err_of_reason(36), FM_E_WIDENS, "ERR0004 reason 36 is WIDENS");
    TAP_EQ(fm_err_of_reason(0), FM_OK, "ERR0005 reason 0 is no error");
    TAP_EQ(fm_err_of_reason(15), FM_OK, "ERR0006 an unused reason is no error");
    TAP_EQ(fm_err_number(FM_E_TOO_WIDE), 64, "ERR0007 TOO_WIDE is reason 64");
    TAP_EQ(fm_err_category(FM_E_WIDENS), FM_CATEGORY_REFUSED,
           "ERR0008 the category is in the code");
    TAP_OK(strcmp(fm_err_name((fm_err)0x7fffff), "UNKNOWN") == 0,
           "ERR0009 an unknown code says so");
}

static void test_why(void)
{
    struct fm_why why = {0};
    fm_err code = fm_why_set(&why, FM_E_MALFORMED, 7, "nframes", 8, 9);

    TAP_OK(code == FM_E_MALFORMED && why.code == code && why.offset == 7 && why.expected == 8 &&
               why.got == 9,
           "ERR0010 the detail record is filled");
    TAP_EQ(fm_why_set(NULL, FM_E_TRUNCATED, 0, "x", 0, 0), FM_E_TRUNCATED,
           "ERR0011 and may be left out");
}

int main(void)
{
    test_rows();
    test_reasons();
    test_why();
    return tap_done();
}
