/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one vocabulary of refusals, for domains, CLI, HTTP and SQL.
 *
 * Each room of the house has a table in include/firmament/err/, one row an error:
 * FM_E(number, NAME, CATEGORY, "sentence"). The row is the only place where an error is defined: the
 * enum below, fm_err_name(), fm_err_text() and docs/spec/errors.md all come from it.
 *
 * A code is category << 16 | room << 8 | number. Callers branch on the category; people read the
 * name and the sentence; programs compare the code. Codes are never used again for something else.
 * In the room `heart` the number is the reason byte of a receipt.
 */
#ifndef FIRMAMENT_ERR_H
#define FIRMAMENT_ERR_H

#include <stdint.h>

/* What kind of refusal it is, and so what a caller can do about it. */
enum fm_err_category {
    FM_CATEGORY_OK = 0,
    FM_CATEGORY_REFUSED = 1,   /* authority is missing: asking again will not help            */
    FM_CATEGORY_MALFORMED = 2, /* the bytes or words are wrong: mend them                     */
    FM_CATEGORY_LIMIT = 3,     /* a bound was met: ask for less                               */
    FM_CATEGORY_STATE = 4,     /* the wrong moment or a stale view: look again, then retry    */
    FM_CATEGORY_IO = 5,        /* a device, file or peer failed                               */
    FM_CATEGORY_BUG = 6,       /* our own fault                                               */
};

/* Which room the error belongs to: bits 8 to 15 of its code. */
enum fm_err_room {
    FM_ROOM_HEART = 0,
    FM_ROOM_WIRE = 1,
    FM_ROOM_STORE = 2,
    FM_ROOM_APP = 3,
    FM_ROOM_NODE = 4,
    FM_ROOM_STARK = 5,
    FM_ROOM_TOKEN = 6,
    FM_ROOM_CLI = 7,
    FM_ROOM_SYSTEM = 8,
    FM_ROOM_PG = 9,
    FM_ROOM_LACE = 10,
    FM_ROOM_KERNEL = 11,
};

#define FM_ERR_CODE(category, room, number)                                                        \
    ((FM_CATEGORY_##category) << 16 | (FM_ROOM_##room) << 8 | (number))

typedef enum fm_err {
    FM_OK = 0,
#define FM_E(number, name, category, text) FM_E_##name = FM_ERR_CODE(category, HEART, number),
#include <firmament/err/heart.def>
#undef FM_E
#define FM_E(number, name, category, text) FM_E_##name = FM_ERR_CODE(category, WIRE, number),
#include <firmament/err/wire.def>
#undef FM_E
#define FM_E(number, name, category, text) FM_E_##name = FM_ERR_CODE(category, STORE, number),
#include <firmament/err/store.def>
#undef FM_E
#define FM_E(number, name, category, text) FM_E_##name = FM_ERR_CODE(category, APP, number),
#include <firmament/err/app.def>
#undef FM_E
#define FM_E(number, name, category, text) FM_E_##name = FM_ERR_CODE(category, NODE, number),
#include <firmament/err/node.def>
#undef FM_E
#define FM_E(number, name, category, text) FM_E_##name = FM_ERR_CODE(category, STARK, number),
#include <firmament/err/stark.def>
#undef FM_E
#define FM_E(number, name, category, text) FM_E_##name = FM_ERR_CODE(category, TOKEN, number),
#include <firmament/err/token.def>
#undef FM_E
#define FM_E(number, name, category, text) FM_E_##name = FM_ERR_CODE(category, CLI, number),
#include <firmament/err/cli.def>
#undef FM_E
#define FM_E(number, name, category, text) FM_E_##name = FM_ERR_CODE(category, SYSTEM, number),
#include <firmament/err/system.def>
#undef FM_E
} fm_err;

/* The detail of a refusal, written only when something is refused. The caller owns it and may pass
 * NULL; nothing is ever kept in a global. */
struct fm_why {
    fm_err code;
    uint32_t offset;   /* where in the input, in bytes; 0 where there is no such place  */
    const char *field; /* a string constant naming what was looked at, never NULL       */
    uint64_t expected; /* what would have been accepted (a value or a bound)            */
    uint64_t got;      /* what came                                                     */
};

/* Fills *why if it is not NULL and returns code, so that a refusal is one statement. */
/*@ requires why == \null || \valid(why); assigns *why; ensures \result == code;
  @ ensures why != \null ==> why->code == code; */
static inline fm_err fm_why_set(struct fm_why *why, fm_err code, uint32_t offset,
                                const char *field, uint64_t expected, uint64_t got)
{
    if (why != (struct fm_why *)0) {
        why->code = code;
        why->offset = offset;
        why->field = field;
        why->expected = expected;
        why->got = got;
    }
    return code;
}

/* The category of a code. */
static inline enum fm_err_category fm_err_category(fm_err code)
{
    return (enum fm_err_category)(((uint32_t)code >> 16) & 0xffU);
}

/* The number of a code in its room; in the room heart, the reason byte of a receipt. */
static inline uint8_t fm_err_number(fm_err code)
{
    return (uint8_t)((uint32_t)code & 0xffU);
}

#pragma GCC visibility push(default) /* shared libraries show these */
/* The constant's name without its prefix ("WIDENS"), or "UNKNOWN". Never NULL. */
const char *fm_err_name(fm_err code);
/* One sentence for people, or "no such error". Never NULL. */
const char *fm_err_text(fm_err code);
/* The category's name in lower case ("refused"). Never NULL. */
const char *fm_err_category_name(enum fm_err_category category);
/* The error of the room heart with this reason byte; FM_OK for 0 or an unknown byte. */
fm_err fm_err_of_reason(uint8_t reason);
/* Walks the whole vocabulary: the n-th error, or FM_OK when there is none. */
fm_err fm_err_nth(uint32_t n);
#pragma GCC visibility pop

#endif
