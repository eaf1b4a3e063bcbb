/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A turn: the bytes that an agent signs (heart.md section 3), decoded without a copy, and made.
 *
 * W1  The encoding is unique: of two different byte strings at most one decodes to a given turn,
 * and what decodes is exactly `bytes` long, at most FM_TURN_BYTES_MAX. W2  Decoding looks at the
 * bytes alone: no state, no clock, no key. W3  The signed text is "firmament turn 1" || turn_hash;
 * turn_hash = H.turn(ledger || body), computed once.
 */
#ifndef FM_WIRE_TURN_H
#define FM_WIRE_TURN_H

#include "base/base.h"
#include "crypto/hash.h"
#include "wire/cursor.h"

#include <firmament/err.h>
#include <firmament/heart.h>

#define FM_TURN_MAGIC 0x4d46U
#define FM_TURN_VERSION 1U
#define FM_TURN_HEAD_BYTES 68U
#define FM_SIG_BYTES 64U
#define FM_SIGNED_TEXT_BYTES 48U
#define FM_LIMITS_BYTES 33U
#define FM_INVOKE_WRITE_BYTES 34U

enum fm_turn_flag { FM_TURN_AFTER = 1, FM_TURN_ROOT = 2 };
enum fm_frame_kind { FM_FRAME_SELF = 0, FM_FRAME_SLOT = 1 };
enum fm_check_kind {
    FM_CHECK_FIELD = 1,
    FM_CHECK_NONCE = 2,
    FM_CHECK_BALANCE = 3,
    FM_CHECK_TIME = 4
};
enum fm_asset_kind { FM_ASSET_NATIVE = 0, FM_ASSET_OWN = 1, FM_ASSET_OF = 2 };

/* One effect. Which members mean something depends on op; places are offsets into the turn's bytes.
 */
struct fm_effect {
    uint8_t op;       /* enum fm_op */
    uint8_t kind;     /* CHECK: enum fm_check_kind; CREATE: enum fm_asset_kind; SEAL: on */
    uint8_t slot;     /* CREATE, GRANT, ATTENUATE, DROP, REVOKE, OPEN */
    uint8_t group;    /* LIFT */
    uint8_t method;   /* INVOKE */
    uint8_t count;    /* INVOKE: writes; EVENT: bytes; CREATE: nopen */
    uint8_t nslots;   /* CREATE */
    uint16_t nfields; /* CREATE */
    uint16_t key;     /* CHECK 1, SETFIELD */
    uint16_t rights;  /* CREATE */
    uint16_t id_at;   /* 32 bytes: TRANSFER to; CREATE issuer; GRANT dst; OPEN giver */
    uint16_t data_at; /* CHECK 1, SETFIELD value; CREATE owner_pk; LIFT key; INVOKE writes; EVENT
                         bytes; ROTATE pk, sig */
    uint32_t lo;      /* CHECK 4 */
    uint32_t hi;
    uint64_t number;         /* TRANSFER amount; CREATE salt; CHECK 2 nonce, 3 least */
    struct fm_limits limits; /* GRANT, ATTENUATE */
};

struct fm_frame {
    uint8_t kind; /* enum fm_frame_kind */
    uint8_t slot;
    uint8_t first; /* index of its first effect */
    uint8_t neffects;
    uint16_t target_at; /* SLOT: 32 bytes */
};

/* A decoded turn. Borrows `wire` for as long as it is used. */
struct fm_turn {
    const uint8_t *wire; /* bytes long: body, then the signature */
    uint16_t bytes;
    uint16_t body_bytes;
    uint8_t flags;
    uint8_t nframes;
    uint8_t neffects; /* in all */
    uint8_t agent[32];
    uint8_t after[32];
    uint8_t root[32];
    uint64_t nonce;
    uint64_t fee;
    uint32_t valid_until;
    struct fm_frame frames[FM_FRAMES_MAX];
    struct fm_effect effects[FM_EFFECTS_MAX];
};

/*
 * Decodes wire[0..n). FM_OK and *turn, or FM_E_MALFORMED with *why (offset, field, expected, got)
 * and *turn undefined. Linear in n. why may be NULL.
 */
/*@ requires \valid(turn) && (why == \null || \valid(why));
  @ requires n > 0 ==> \valid_read(wire + (0 .. n - 1));
  @ requires \separated(turn, wire + (0 .. n - 1), why);
  @ assigns *turn, *why;
  @ ensures \result == FM_OK ==> turn->neffects <= FM_EFFECTS_MAX; */
fm_err fm_turn_decode(struct fm_turn *turn, const uint8_t *wire, size_t n,
                      struct fm_why *why) FM_MUST_CHECK;

/* turn_hash = H.turn(ledger || body). */
void fm_turn_hash(const struct fm_turn *turn, const uint8_t ledger[32], uint8_t hash[32]);

/* The 48 bytes that the signature is over. */
/*@ requires \valid_read(turn_hash + (0 .. 31)) && \valid(text + (0 .. FM_SIGNED_TEXT_BYTES - 1));
  @ requires \separated(turn_hash + (0 .. 31), text + (0 .. FM_SIGNED_TEXT_BYTES - 1));
  @ assigns text[0 .. FM_SIGNED_TEXT_BYTES - 1]; */
void fm_turn_signed_text(const uint8_t turn_hash[32], uint8_t text[FM_SIGNED_TEXT_BYTES]);

/* The text that a new key signs to adopt a cell (ROTATE): "firmament key 1 " || H.rotate(…). 48
 * bytes. */
void fm_rotate_text(const uint8_t ledger[32], const uint8_t agent[32], uint64_t nonce,
                    const uint8_t new_pk[32], uint8_t text[FM_SIGNED_TEXT_BYTES]);

/* link' = H.link(link || turn_hash || status). May be in place. */
void fm_link_next(const uint8_t link[32], const uint8_t turn_hash[32], uint8_t status,
                  uint8_t next[32]);

/* id = H.id(creator || nonce || salt). */
void fm_cell_id(const uint8_t creator[32], uint64_t nonce, uint64_t salt, uint8_t id[32]);

/* The signature's place. */
static inline const uint8_t *fm_turn_sig(const struct fm_turn *turn)
{
    return turn->wire + turn->body_bytes;
}

/*
 * Making a turn: begin, then frames and effects in order, then finish, which fills counts and
 * lengths; then sign. Sticky: a step that does not fit (bytes, counts) makes finish fail, so steps
 * are not asked one by one. What is made may still be MALFORMED or refused: the maker of hostile
 * turns uses the same calls.
 */
struct fm_turn_maker {
    struct fm_writer w;
    size_t frame_at; /* where the open frame begins; 0: none */
    uint8_t ledger[32];
};

/* Between two steps: the head is there, and the open frame's two bytes are, unless something did not fit. */
/*@ predicate maker_ok(struct fm_turn_maker *m) =
  @   \valid(m) && writer_ok(&m->w) && \separated(m, m->w.buf + (0 .. m->w.cap - 1)) &&
  @   (!m->w.bad ==> FM_TURN_HEAD_BYTES <= m->w.len &&
  @     (m->frame_at == 0 || m->frame_at + 1 < m->w.len)); */
/* What is put into a turn lies outside it. */
/*@ predicate source_ok(struct fm_turn_maker *m, uint8_t *p, integer n) =
  @   \valid_read(p + (0 .. n - 1)) && \separated(p + (0 .. n - 1), m, m->w.buf + (0 .. m->w.cap - 1)); */

/*@ requires \valid(m) && (cap > 0 ==> \valid(buf + (0 .. cap - 1)));
  @ requires \valid_read(ledger + (0 .. 31)) && \valid_read(agent + (0 .. 31));
  @ requires \separated(m, buf + (0 .. cap - 1), ledger + (0 .. 31));
  @ requires \separated(m, buf + (0 .. cap - 1), agent + (0 .. 31));
  @ assigns *m, buf[0 .. cap - 1];
  @ ensures maker_ok(m) && m->frame_at == 0 && m->w.buf == buf && m->w.cap == cap; */
void fm_turn_begin(struct fm_turn_maker *m, uint8_t *buf, size_t cap, const uint8_t ledger[32],
                   const uint8_t agent[32], uint64_t nonce, uint64_t fee, uint32_t valid_until);
/* Right after begin: the link or root that the turn insists on. */
/*@ requires maker_ok(m) && source_ok(m, link, 32);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_after(struct fm_turn_maker *m, const uint8_t link[32]);
/*@ requires maker_ok(m) && source_ok(m, root, 32);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_root(struct fm_turn_maker *m, const uint8_t root[32]);
/*@ requires maker_ok(m);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1], m->frame_at; ensures maker_ok(m); */
void fm_turn_self(struct fm_turn_maker *m);
/*@ requires maker_ok(m) && source_ok(m, target, 32);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1], m->frame_at; ensures maker_ok(m); */
void fm_turn_slot(struct fm_turn_maker *m, uint8_t slot, const uint8_t target[32]);
/*@ requires maker_ok(m) && source_ok(m, value, 32);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_check_field(struct fm_turn_maker *m, uint16_t key, const uint8_t value[32]);
/*@ requires maker_ok(m);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_check_nonce(struct fm_turn_maker *m, uint64_t nonce);
/*@ requires maker_ok(m);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_check_balance(struct fm_turn_maker *m, uint64_t least);
/*@ requires maker_ok(m);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_check_time(struct fm_turn_maker *m, uint32_t lo, uint32_t hi);
/*@ requires maker_ok(m) && source_ok(m, to, 32);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_transfer(struct fm_turn_maker *m, const uint8_t to[32], uint64_t amount);
/*@ requires maker_ok(m) && source_ok(m, value, 32);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_setfield(struct fm_turn_maker *m, uint16_t key, const uint8_t value[32]);
struct fm_create {
    uint64_t salt;
    uint8_t owner_pk[32];
    uint8_t asset;      /* enum fm_asset_kind */
    uint8_t issuer[32]; /* FM_ASSET_OF alone */
    uint8_t nslots;
    uint16_t nfields;
    uint8_t nopen;
    uint8_t slot;
    uint16_t rights;
};
/*@ requires maker_ok(m) && \valid_read(create) &&
  @   \separated(create, m, m->w.buf + (0 .. m->w.cap - 1));
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_create(struct fm_turn_maker *m, const struct fm_create *create);
/*@ requires maker_ok(m) && source_ok(m, dst, 32) &&
  @   \valid_read(limits) && \separated(limits, m, m->w.buf + (0 .. m->w.cap - 1));
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_grant(struct fm_turn_maker *m, const uint8_t dst[32], uint8_t slot,
                   const struct fm_limits *limits);
/*@ requires maker_ok(m) &&
  @   \valid_read(limits) && \separated(limits, m, m->w.buf + (0 .. m->w.cap - 1));
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_attenuate(struct fm_turn_maker *m, uint8_t slot, const struct fm_limits *limits);
/*@ requires maker_ok(m);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_drop(struct fm_turn_maker *m, uint8_t slot);
/*@ requires maker_ok(m);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_revoke(struct fm_turn_maker *m, uint8_t slot);
/*@ requires maker_ok(m) && source_ok(m, key, 32);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_lift(struct fm_turn_maker *m, uint8_t group, const uint8_t key[32]);
/* writes: n times (key u16, value 32), as on the wire. */
/*@ requires maker_ok(m) &&
  @   (n > 0 ==> source_ok(m, writes, n * FM_INVOKE_WRITE_BYTES));
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_invoke(struct fm_turn_maker *m, uint8_t method, uint8_t n, const uint8_t *writes);
/*@ requires maker_ok(m) && (n > 0 ==> source_ok(m, bytes, n));
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_event(struct fm_turn_maker *m, uint8_t n, const uint8_t *bytes);
/*@ requires maker_ok(m);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_fix(struct fm_turn_maker *m);
/*@ requires maker_ok(m) && source_ok(m, new_pk, 32) && source_ok(m, sig, 64);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_rotate(struct fm_turn_maker *m, const uint8_t new_pk[32], const uint8_t sig[64]);
/*@ requires maker_ok(m);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_seal(struct fm_turn_maker *m, uint8_t on);
/*@ requires maker_ok(m) && source_ok(m, giver, 32);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_open(struct fm_turn_maker *m, uint8_t slot, const uint8_t giver[32]);
/*@ requires maker_ok(m);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
void fm_turn_destroy(struct fm_turn_maker *m);

/* Closes the body. The number of body bytes, or 0 if something did not fit. */
/*@ requires maker_ok(m); assigns m->w.buf[0 .. m->w.cap - 1];
  @ ensures maker_ok(m) && \result <= FM_TURN_BYTES_MAX - FM_SIG_BYTES;
  @ ensures \result != 0 ==> !m->w.bad && \result == m->w.len; */
size_t fm_turn_finish(struct fm_turn_maker *m) FM_MUST_CHECK;
/* The hash of a finished body. */
/*@ requires maker_ok(m) && \valid(hash + (0 .. 31)); assigns hash[0 .. 31]; */
void fm_turn_maker_hash(const struct fm_turn_maker *m, uint8_t hash[32]);
/* Signs a finished body and appends the signature. The whole length, or 0 if it does not fit. */
/*@ requires maker_ok(m) && source_ok(m, sk, 64);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1];
  @ ensures maker_ok(m) && (\result == 0 || \result == m->w.len); */
size_t fm_turn_sign(struct fm_turn_maker *m, const uint8_t sk[64]) FM_MUST_CHECK;

#endif
