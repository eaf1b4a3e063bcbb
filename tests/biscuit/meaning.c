/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What programs mean, by another library's word: random expressions, and random tokens of up to three blocks (third
 * parties among them, scopes of every kind) with authorizers, each with biscuit-wasm 0.6.0's verdict, deciding policy
 * and failed checks: tests/vectors/biscuit/meaning.tsv, drawn by tests/biscuit/draw.mjs.
 */
#include "base/base.h"
#include "tests/biscuit/kit.h"
#include "tests/tap.h"
#include "tests/vectors.h"

#include <stdlib.h>

/* One row: the same verdict, and where one was reached the same policy and failed checks. */
static bool agrees(char **column)
{
    static uint8_t bytes[FM_BISCUIT_BYTES_MAX];
    static struct fm_biscuit token;
    static struct fm_biscuit_verdict v;
    const bool with = strcmp(column[0], "-") != 0;
    char failed[256];
    fm_err err = FM_OK;

    if (with) {
        size_t n = vector_hex(column[0], bytes, sizeof bytes);
        struct fm_arena arena = kit_arena();
        struct fm_biscuit_secret secret = {FM_BISCUIT_ED25519, {0}};
        struct fm_biscuit_key root;
        memset(secret.bytes, 0x11, sizeof secret.bytes);
        err = fm_biscuit_key_of_secret(secret.algorithm, secret.bytes, NULL, &root);
        err = err == FM_OK ? fm_biscuit_parse(&token, bytes, n, NULL) : err;
        err = err == FM_OK ? fm_biscuit_verify(&token, &root, NULL, &arena, NULL) : err;
    }
    memset(&v, 0, sizeof v);
    vector_unescape(column[1]);
    err = err == FM_OK ? kit_ask(with ? &token : NULL, column[1], &v) : err;
    kit_failed(&v, failed, sizeof failed);
    if (strcmp(err == FM_OK ? "ok" : fm_err_name(err), column[2]) != 0) {
        return false;
    }
    bool verdict = err == FM_OK || err == FM_E_TOKEN_DENIED || err == FM_E_TOKEN_NO_POLICY;
    return !verdict || (v.policy == atol(column[3]) && strcmp(failed, column[4]) == 0);
}

int main(void)
{
    struct vector_file file;
    unsigned rows[2] = {0, 0};
    unsigned allowed = 0;
    unsigned other = 0;
    bool open = vector_open(&file, "tests/vectors/biscuit/meaning.tsv");

    while (open && vector_next(&file)) {
        bool same = file.columns == 5 && agrees(file.column);
        rows[strcmp(file.column[0], "-") != 0]++;
        allowed += strcmp(file.column[2], "ok") == 0 ? 1U : 0U;
        other += same ? 0U : 1U;
        if (!same && other < 5) {
            tap_note_text(file.column[2], file.column[1]);
        }
    }
    TAP_OK(rows[0] > 1000 && rows[1] > 200 && allowed > 300, "MEA0001 over 1000 expressions, over 200 tokens");
    TAP_EQ(other, 0, "MEA0002 each has the other library's verdict, policy and failed checks");
    return tap_done();
}
