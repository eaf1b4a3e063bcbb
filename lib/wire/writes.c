/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/writes.h"

void fm_write_put(struct fm_writer *w, uint32_t cell, uint8_t kind, uint16_t index,
                  const uint8_t *value)
{
    fm_put_u32(w, cell);
    fm_put_u8(w, kind);
    fm_put_u8(w, 0);
    fm_put_u16(w, index);
    fm_put_bytes(w, value, fm_write_value_bytes(kind));
}

bool fm_write_get(struct fm_reader *r, uint64_t *last, struct fm_write *write)
{
    const uint8_t *value;
    uint64_t address;

    if (r->bad || fm_reader_left(r) == 0) {
        return false;
    }
    write->cell = fm_get_u32(r);
    write->kind = fm_get_u8(r);
    fm_get_zeros(r, 1);
    write->index = fm_get_u16(r);
    address = fm_write_address(write->cell, write->kind, write->index);
    if (fm_write_value_bytes(write->kind) == 0 || address <= *last ||
        ((write->kind == FM_WRITE_HEADER || write->kind == FM_WRITE_NEXT_ID) &&
         write->index != 0U)) {
        r->bad = true;
        return false;
    }
    value = fm_get_view(r, fm_write_value_bytes(write->kind));
    if (value == NULL) {
        return false;
    }
    write->value = value;
    *last = address;
    return true;
}
