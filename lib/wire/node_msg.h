/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a node and its clients say to each other, over any stream of bytes.
 *
 *   message: length u32 (of what follows) | kind u8 | zero 3 | tag u32 | payload
 * The tag is the client's; an answer carries the kind and tag of its request. A request that cannot
 * be answered gets FM_MSG_ERROR:
 *   code u32 | offset u32 | expected u64 | got u64 | field (text to the end).
 * Requests may be pipelined; answers to turns come in the order of the turns, each after its batch is durable.
 *
 *   TURN 1        the signed turn
 *                 -> status u8 | reason u8 | frame u8 | effect u8 | detail u8 | zero 3 | code u32 |
 *                    offset u32 | receipt 368, if status <= 1
 *   HEAD 2        nothing
 *                 -> top 128 | root 32 | receipt hash 32 | receipt 368 | params 144
 *   CELL 3        how u8 (0 id, 1 idx) | id 32 or u32
 *                 -> as in a checkpoint: header 160 | next_id 32 | records u16 | fields u16 | ...
 *   PROOF 4       id 32 | kind u8 (0 cell, 2 record, 3 field, 255 absence) | index u16
 *                 -> the proof
 *   RECEIPT 5     how u8 (0 seq, 1 agent and nonce, 2 its hash) | seq u64, or agent 32 and nonce u64, or hash 32
 *                 -> receipt 368
 *   METRICS 6     nothing
 *                 -> text, one "name value" a line
 *   CHECKPOINT 7  restart u8 (1: the next log begins here)
 *                 -> once it is taken, of this state or a later one: height u64 | seq u64 | receipt hash 32 | root 32
 *   SHIP 8        nothing
 *                 -> a stream of answers with pieces of a checkpoint; an empty one ends it
 */
#ifndef FM_WIRE_NODE_MSG_H
#define FM_WIRE_NODE_MSG_H

#include "wire/cursor.h"

#include <firmament/err.h>
#include <firmament/heart.h>

enum fm_msg_kind {
    FM_MSG_TURN = 1,
    FM_MSG_HEAD = 2,
    FM_MSG_CELL = 3,
    FM_MSG_PROOF = 4,
    FM_MSG_RECEIPT = 5,
    FM_MSG_METRICS = 6,
    FM_MSG_CHECKPOINT = 7,
    FM_MSG_SHIP = 8,
    FM_MSG_ERROR = 255,
};

#define FM_MSG_HEAD_BYTES 12U
#define FM_MSG_OUTCOME_BYTES 16U
/* The longest request: a turn. The longest answer: a cell, or a piece of a checkpoint. */
#define FM_MSG_REQUEST_MAX (FM_MSG_HEAD_BYTES + FM_TURN_BYTES_MAX)
#define FM_MSG_ANSWER_MAX (FM_MSG_HEAD_BYTES + 65536U)
#define FM_MSG_PROOF_ABSENT 255U

struct fm_msg_head {
    uint32_t payload_bytes;
    uint8_t kind;
    uint32_t tag;
};

/*
 * Looks at the start of a stream: 0 and *head if a head is there, 1 if bytes are missing, and an error through *err
 * (FM_E_MALFORMED) with 2 if it is no message or longer than max (head and payload).
 */
enum fm_msg_look { FM_MSG_WHOLE_HEAD = 0, FM_MSG_MORE = 1, FM_MSG_BAD = 2 };
/*@ requires max >= FM_MSG_HEAD_BYTES && \valid(head);
  @ requires n > 0 ==> \valid_read(bytes + (0 .. n - 1));
  @ requires \separated(head, bytes + (0 .. n - 1));
  @ assigns *head;
  @ ensures \result == FM_MSG_WHOLE_HEAD ==> n >= FM_MSG_HEAD_BYTES &&
  @   head->payload_bytes <= max - FM_MSG_HEAD_BYTES; */
enum fm_msg_look fm_msg_look(const uint8_t *bytes, size_t n, size_t max,
                             struct fm_msg_head *head) FM_MUST_CHECK;

/* Writes a head. */
/*@ requires \valid(w) && writer_ok(w) && \separated(w, w->buf + (0 .. w->cap - 1));
  @ assigns w->len, w->bad, w->buf[0 .. w->cap - 1]; ensures writer_ok(w); */
void fm_msg_put_head(struct fm_writer *w, uint8_t kind, uint32_t tag, uint32_t payload_bytes);

/* The answer to a turn. */
struct fm_msg_outcome {
    uint8_t status; /* enum fm_status */
    uint8_t reason;
    uint8_t frame;
    uint8_t effect;
    uint8_t detail;
    fm_err code;               /* what the node says of it: a heart's reason, or its own */
    uint32_t offset;           /* MALFORMED: where */
    struct fm_receipt receipt; /* status COMMITTED and BODY_FAILED */
};
/* Appends an answer to a turn: 28 bytes, and the receipt if the status has one. */
/*@ requires \valid(w) && writer_ok(w) && \separated(w, w->buf + (0 .. w->cap - 1));
  @ requires \valid_read(o) && \separated(o, w, w->buf + (0 .. w->cap - 1));
  @ assigns w->len, w->bad, w->buf[0 .. w->cap - 1]; ensures writer_ok(w); */
void fm_msg_put_outcome(struct fm_writer *w, uint32_t tag, const struct fm_msg_outcome *o);
/* Reads one, to its end. False, and *o undefined, if it is not well formed. */
/*@ requires \valid(r) && reader_ok(r) && \valid(o);
  @ requires \separated(r, o, r->buf + (0 .. r->len - 1));
  @ assigns r->pos, r->bad, *o;
  @ ensures reader_ok(r);
  @ ensures \result ==> !r->bad && r->pos == r->len && o->status <= FM_UNSURE; */
bool fm_msg_get_outcome(struct fm_reader *r, struct fm_msg_outcome *o) FM_MUST_CHECK;

/* Appends a refusal. why->field is text. */
/*@ requires \valid(w) && writer_ok(w) && \separated(w, w->buf + (0 .. w->cap - 1));
  @ requires \valid_read(why) && valid_read_string(why->field) && \separated(why, w, w->buf + (0 .. w->cap - 1));
  @ requires \separated(why->field + (0 .. strlen(why->field)), w, w->buf + (0 .. w->cap - 1));
  @ assigns w->len, w->bad, w->buf[0 .. w->cap - 1]; ensures writer_ok(w); */
void fm_msg_put_error(struct fm_writer *w, uint32_t tag, const struct fm_why *why);
/* field is copied into text[0..cap), cut if need be. */
/*@ requires \valid(r) && reader_ok(r) && \valid(why) && cap > 0 && \valid(text + (0 .. cap - 1));
  @ requires \separated(r, why, text + (0 .. cap - 1), r->buf + (0 .. r->len - 1));
  @ assigns r->pos, r->bad, *why, text[0 .. cap - 1];
  @ ensures reader_ok(r) && (\result <==> !r->bad) && why->field == text; */
bool fm_msg_get_error(struct fm_reader *r, struct fm_why *why, char *text,
                      size_t cap) FM_MUST_CHECK;

#endif
