/* SPDX-License-Identifier: Apache-2.0 */
/* The vocabulary of refusals as one table, generated from include/firmament/err/. */
#include "base/base.h"

#include <firmament/err.h>

struct err_row {
    fm_err code;
    const char *name;
    const char *text;
};

#define FM_E(number, name, category, text) {FM_E_##name, #name, text},
static const struct err_row err_rows[] = {
#include <firmament/err/heart.def>
#include <firmament/err/wire.def>
#include <firmament/err/store.def>
#include <firmament/err/app.def>
#include <firmament/err/node.def>
#include <firmament/err/stark.def>
#include <firmament/err/token.def>
#include <firmament/err/cli.def>
#include <firmament/err/system.def>
};
#undef FM_E

static const struct err_row *err_find(fm_err code)
{
    for (size_t i = 0; i < FM_ARRAY_LEN(err_rows); i++) {
        if (err_rows[i].code == code) {
            return &err_rows[i];
        }
    }
    return NULL;
}

const char *fm_err_name(fm_err code)
{
    const struct err_row *row = err_find(code);

    if (code == FM_OK) {
        return "OK";
    }
    return row != NULL ? row->name : "UNKNOWN";
}

const char *fm_err_text(fm_err code)
{
    const struct err_row *row = err_find(code);

    if (code == FM_OK) {
        return "accepted";
    }
    return row != NULL ? row->text : "no such error";
}

const char *fm_err_category_name(enum fm_err_category category)
{
    switch (category) {
    case FM_CATEGORY_OK:
        return "ok";
    case FM_CATEGORY_REFUSED:
        return "refused";
    case FM_CATEGORY_MALFORMED:
        return "malformed";
    case FM_CATEGORY_LIMIT:
        return "limit";
    case FM_CATEGORY_STATE:
        return "state";
    case FM_CATEGORY_IO:
        return "io";
    case FM_CATEGORY_BUG:
        return "bug";
    }
    return "unknown";
}

fm_err fm_err_of_reason(uint8_t reason)
{
    for (size_t i = 0; i < FM_ARRAY_LEN(err_rows); i++) {
        uint32_t code = (uint32_t)err_rows[i].code;

        if (((code >> 8) & 0xffU) == FM_ROOM_HEART && (code & 0xffU) == reason) {
            return err_rows[i].code;
        }
    }
    return FM_OK;
}

fm_err fm_err_nth(uint32_t n)
{
    return n < FM_ARRAY_LEN(err_rows) ? err_rows[n].code : FM_OK;
}
