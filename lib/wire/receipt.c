/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/receipt.h"

void fm_put_receipt(struct fm_writer *w, const struct fm_receipt *receipt)
{
    fm_put_bytes(w, (const uint8_t *)receipt, FM_RECEIPT_BYTES);
}

void fm_get_receipt(struct fm_reader *r, struct fm_receipt *receipt)
{
    fm_get_bytes(r, (uint8_t *)receipt, FM_RECEIPT_BYTES);
}
