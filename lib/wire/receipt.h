/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A receipt as bytes: its struct has the layout of its 368 bytes (lib/wire/layout.def), so it is copied whole.
 * WP's memory model has no view of a struct as bytes, so it takes these two contracts on trust, and Eva runs the
 * two functions instead (proofs/eva_receipt.c).
 */
#ifndef FM_WIRE_RECEIPT_H
#define FM_WIRE_RECEIPT_H

#include "wire/cursor.h"

#include <firmament/heart.h>

/* Appends a receipt. */
/*@ requires \valid(w) && writer_ok(w) && \separated(w, w->buf + (0 .. w->cap - 1));
  @ requires \valid_read(receipt) && \separated(receipt, w, w->buf + (0 .. w->cap - 1));
  @ assigns w->len, w->bad, w->buf[0 .. w->cap - 1];
  @ ensures writer_ok(w) && wrote{Pre, Post}(w, FM_RECEIPT_BYTES); */
void fm_put_receipt(struct fm_writer *w, const struct fm_receipt *receipt);

/* Reads the next receipt; zeros and `bad` if it is not there. */
/*@ requires \valid(r) && reader_ok(r) && \valid(receipt);
  @ requires \separated(r, receipt, r->buf + (0 .. r->len - 1));
  @ assigns r->pos, r->bad, *receipt;
  @ ensures reader_ok(r) && r->pos >= \old(r->pos) && (\old(r->bad) ==> r->bad);
  @ ensures !r->bad ==> r->pos == \old(r->pos) + FM_RECEIPT_BYTES; */
void fm_get_receipt(struct fm_reader *r, struct fm_receipt *receipt);

#endif
