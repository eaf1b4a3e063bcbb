/* SPDX-License-Identifier: Apache-2.0 */
/* Holds the table of layouts against the structs, when this file is compiled. */
#include <firmament/heart.h>

#include "base/base.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "records are hashed where they lie");

#define FM_LAYOUT(record, size) _Static_assert(sizeof(struct record) == (size), #record);
#define FM_FIELD(record, field, at, bytes)                                                         \
    _Static_assert(offsetof(struct record, field) == (at), #record "." #field);                    \
    _Static_assert(sizeof(((struct record *)0)->field) == (bytes), #record "." #field " size");
#include "wire/layout.def"
#undef FM_LAYOUT
#undef FM_FIELD

_Static_assert(sizeof(struct fm_receipt) == FM_RECEIPT_BYTES, "a receipt has no hole");
