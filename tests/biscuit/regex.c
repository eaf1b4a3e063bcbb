/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns and texts with the answers of biscuit-wasm 0.6.0 (Rust's regex crate), or `unknown` where ours says that it
 * does not know: tests/vectors/biscuit/regex.tsv, drawn by tests/biscuit/regex.mjs. And that each ends within its fuel.
 */
#include "biscuit/world.h"
#include "tests/biscuit/kit.h"
#include "tests/tap.h"
#include "tests/vectors.h"

#include <stdio.h>

static void test_vectors(void)
{
    struct vector_file file;
    unsigned rows = 0;
    unsigned wrong = 0;
    unsigned counts[3] = {0, 0, 0};
    bool open = vector_open(&file, "tests/vectors/biscuit/regex.tsv");

    while (open && vector_next(&file)) {
        static const char *const names[3] = {"match", "none", "unknown"};
        static const fm_err wants[3] = {FM_OK, FM_E_TOKEN_DENIED, FM_E_TOKEN_REGEX};
        char code[1024];

        snprintf(code, sizeof code, "check if %s; allow if true;", file.column[0]);
        fm_err err = kit_ask(NULL, code, NULL);
        for (uint32_t i = 0; i < 3; i++) {
            if (strcmp(file.column[1], names[i]) == 0) {
                counts[i]++;
                wrong += err != wants[i] ? 1U : 0U;
                if (err != wants[i]) {
                    tap_note_text(file.column[0], fm_err_name(err));
                }
            }
        }
        rows++;
    }
    TAP_OK(rows == counts[0] + counts[1] + counts[2] && rows > 1000, "REX0010 more than a thousand patterns");
    TAP_OK(counts[0] > 200 && counts[1] > 200 && counts[2] > 20, "REX0011 that match, do not, and are unknown");
    TAP_EQ(wrong, 0, "REX0012 each has the answer of the other library, or none");
}

/* Limits of ours: what is too large is unknown, and what needs more fuel than there is ends. */
static void test_limits(void)
{
    static const struct {
        const char *pattern, *text;
        uint64_t fuel;
        int want;
        const char *name;
    } rows[] = {
        {"a", "a", 0, -3, "REX0020 no fuel"},
        {"a", "b", 1, -3, "REX0021 fuel for the pattern and not for the text"},
        {"a", "b", 2, 0, "REX0022 fuel for both"},
        {"a", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", 5, -3, "REX0040 a long text takes more, though no thread runs"},
        {"a", "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", 6, 0, "REX0041 a step for eight characters"},
        {"a{500}", "", 1000, 0, "REX0023 500 states"},
        {"a{513}", "", 1000, -2, "REX0024 513 states"},
        {"(a{30}){30}", "", 1000, -2, "REX0025 900 states"},
        {"((((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))))", "a", 1000, -2, "REX0026 32 groups"},
        {"(((((((((((((((((((((((((((((((a)))))))))))))))))))))))))))))))", "a", 1000, 1, "REX0027 31 groups"},
        {"[abcdefghijklmnopqrstuvwxyz0123456789]{6}|[\\W\\S\\D]", "+", 1000, 1, "REX0028 a few classes"},
        {"a{1000000}", "", 1000, -2, "REX0029 a number that is too large"},
        {"a{99999999999999999999}", "", 1000, -2, "REX0030 … or does not fit"},
        {"(", "", 1000, -1, "REX0031 an open group"},
        {")", "", 1000, -1, "REX0032 a closed one"},
        {"[a", "a", 1000, -1, "REX0033 an open class"},
        {"a\\", "a", 1000, -1, "REX0034 a backslash at the end"},
        {"[b-a]", "a", 1000, -1, "REX0035 a range downwards"},
        {"*", "a", 1000, -1, "REX0036 nothing to repeat"},
        {"\\x{d800}", "a", 1000, -1, "REX0037 a surrogate"},
        {"\\x{61", "a", 1000, -1, "REX0038 an open brace"},
    };

    for (uint32_t i = 0; i < FM_ARRAY_LEN(rows); i++) {
        uint64_t fuel = rows[i].fuel;
        int got = fm_b_regex((const uint8_t *)rows[i].pattern, (uint32_t)strlen(rows[i].pattern),
                             (const uint8_t *)rows[i].text, (uint32_t)strlen(rows[i].text), &fuel);
        TAP_EQ(got, rows[i].want, rows[i].name);
    }
    /* 300 different ranges are more than there is room for */
    static char many[2048];
    size_t n = 0;
    for (uint32_t i = 0; i < 300; i++) {
        many[n++] = '[';
        many[n++] = (char)('a' + i % 26U);
        many[n++] = ']';
    }
    uint64_t fuel = 1000;
    TAP_EQ(fm_b_regex((const uint8_t *)many, (uint32_t)n, (const uint8_t *)"", 0, &fuel), -2, "REX0039 300 ranges");
}

int main(void)
{
    test_vectors();
    test_limits();
    return tap_done();
}
