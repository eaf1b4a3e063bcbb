/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Eva runs of a receipt as bytes: any receipt into a writer of any size, any bytes of any length into a receipt.
 * Never compiled.
 */
#include "wire/receipt.h"

#include "proofs/eva.h"

static uint8_t bytes[2U * FM_RECEIPT_BYTES];
static struct fm_receipt receipt;

int main(void)
{
    struct fm_reader r;
    struct fm_writer w;

    any_bytes(bytes, sizeof bytes);
    fm_reader_init(&r, bytes, any_u32(0, sizeof bytes));
    fm_get_receipt(&r, &receipt);
    any_bytes(&receipt, sizeof receipt);
    fm_writer_init(&w, bytes, any_u32(0, sizeof bytes));
    fm_put_receipt(&w, &receipt);
    return (int)(w.len + r.pos);
}
