/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/sign.h"
#include "wire/turn.h"

#define MAKER_NFRAMES_AT 3U
#define MAKER_LENGTH_AT 4U
#define MAKER_FLAGS_AT 6U

/* The next 32 bytes, named for what they are in the calls below. */
/*@ requires maker_ok(m) && source_ok(m, bytes, 32);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1];
  @ ensures maker_ok(m) && wrote{Pre, Post}(&m->w, 32); */
static void put32(struct fm_turn_maker *m, const uint8_t bytes[32])
{
    fm_put_bytes(&m->w, bytes, 32);
}

/* Opens an effect in the open frame and counts it. */
/*@ requires maker_ok(m); assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1];
  @ ensures maker_ok(m); */
static void put_op(struct fm_turn_maker *m, enum fm_op op)
{
    if (m->frame_at == 0 || m->w.bad || m->w.buf[m->frame_at + 1] == 0xffU) {
        m->w.bad = true;
        return;
    }
    m->w.buf[m->frame_at + 1]++;
    fm_put_u8(&m->w, (uint8_t)op);
}

/*@ requires maker_ok(m); assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1], m->frame_at;
  @ ensures maker_ok(m); */
static void put_frame(struct fm_turn_maker *m, enum fm_frame_kind kind)
{
    if (m->w.bad || m->w.buf[MAKER_NFRAMES_AT] == 0xffU) {
        m->w.bad = true;
        return;
    }
    m->w.buf[MAKER_NFRAMES_AT]++;
    m->frame_at = m->w.len;
    fm_put_u8(&m->w, (uint8_t)kind);
    fm_put_u8(&m->w, 0);
}

/*@ requires maker_ok(m) && \valid_read(l) && \separated(l, m, m->w.buf + (0 .. m->w.cap - 1));
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
static void put_limits(struct fm_turn_maker *m, const struct fm_limits *l)
{
    fm_put_u8(&m->w, l->group);
    fm_put_u16(&m->w, l->rights);
    fm_put_u16(&m->w, l->methods);
    fm_put_u32(&m->w, l->badge);
    fm_put_u16(&m->w, l->f_lo);
    fm_put_u16(&m->w, l->f_hi);
    fm_put_u32(&m->w, l->expiry);
    fm_put_u64(&m->w, l->max_amount);
    fm_put_u64(&m->w, l->allowance);
}

void fm_turn_begin(struct fm_turn_maker *m, uint8_t *buf, size_t cap, const uint8_t ledger[32],
                   const uint8_t agent[32], uint64_t nonce, uint64_t fee, uint32_t valid_until)
{
    /*@ loop invariant 0 <= i <= 32; loop assigns i, m->ledger[0 .. 31]; loop variant 32 - i; */
    for (uint32_t i = 0; i < 32; i++) {
        m->ledger[i] = ledger[i];
    }
    m->frame_at = 0;
    fm_writer_init(&m->w, buf, cap);
    if (cap < FM_TURN_HEAD_BYTES) {
        m->w.bad = true;
        return;
    }
    fm_put_u16(&m->w, FM_TURN_MAGIC);
    fm_put_u8(&m->w, FM_TURN_VERSION);
    fm_put_u8(&m->w, 0);
    fm_put_u16(&m->w, 0);
    fm_put_u8(&m->w, 0);
    fm_put_u8(&m->w, 1);
    fm_put_bytes(&m->w, ledger, 8);
    fm_put_bytes(&m->w, agent, 32);
    fm_put_u64(&m->w, nonce);
    fm_put_u64(&m->w, fee);
    fm_put_u32(&m->w, valid_until);
}

/*@ requires maker_ok(m) && source_ok(m, hash, 32);
  @ assigns m->w.len, m->w.bad, m->w.buf[0 .. m->w.cap - 1]; ensures maker_ok(m); */
static void put_flagged(struct fm_turn_maker *m, uint8_t flag, const uint8_t hash[32])
{
    if (m->w.bad || m->frame_at != 0) {
        m->w.bad = true;
        return;
    }
    m->w.buf[MAKER_FLAGS_AT] |= flag;
    put32(m, hash);
}

void fm_turn_after(struct fm_turn_maker *m, const uint8_t link[32])
{
    put_flagged(m, FM_TURN_AFTER, link);
}

void fm_turn_root(struct fm_turn_maker *m, const uint8_t root[32])
{
    put_flagged(m, FM_TURN_ROOT, root);
}

void fm_turn_self(struct fm_turn_maker *m)
{
    put_frame(m, FM_FRAME_SELF);
}

void fm_turn_slot(struct fm_turn_maker *m, uint8_t slot, const uint8_t target[32])
{
    put_frame(m, FM_FRAME_SLOT);
    fm_put_u8(&m->w, slot);
    put32(m, target);
}

void fm_turn_check_field(struct fm_turn_maker *m, uint16_t key, const uint8_t value[32])
{
    put_op(m, FM_OP_CHECK);
    fm_put_u8(&m->w, FM_CHECK_FIELD);
    fm_put_u16(&m->w, key);
    put32(m, value);
}

void fm_turn_check_nonce(struct fm_turn_maker *m, uint64_t nonce)
{
    put_op(m, FM_OP_CHECK);
    fm_put_u8(&m->w, FM_CHECK_NONCE);
    fm_put_u64(&m->w, nonce);
}

void fm_turn_check_balance(struct fm_turn_maker *m, uint64_t least)
{
    put_op(m, FM_OP_CHECK);
    fm_put_u8(&m->w, FM_CHECK_BALANCE);
    fm_put_u64(&m->w, least);
}

void fm_turn_check_time(struct fm_turn_maker *m, uint32_t lo, uint32_t hi)
{
    put_op(m, FM_OP_CHECK);
    fm_put_u8(&m->w, FM_CHECK_TIME);
    fm_put_u32(&m->w, lo);
    fm_put_u32(&m->w, hi);
}

void fm_turn_transfer(struct fm_turn_maker *m, const uint8_t to[32], uint64_t amount)
{
    put_op(m, FM_OP_TRANSFER);
    put32(m, to);
    fm_put_u64(&m->w, amount);
}

void fm_turn_setfield(struct fm_turn_maker *m, uint16_t key, const uint8_t value[32])
{
    put_op(m, FM_OP_SETFIELD);
    fm_put_u16(&m->w, key);
    put32(m, value);
}

void fm_turn_create(struct fm_turn_maker *m, const struct fm_create *create)
{
    put_op(m, FM_OP_CREATE);
    fm_put_u64(&m->w, create->salt);
    put32(m, create->owner_pk);
    fm_put_u8(&m->w, create->asset);
    if (create->asset == FM_ASSET_OF) {
        put32(m, create->issuer);
    }
    fm_put_u8(&m->w, create->nslots);
    fm_put_u16(&m->w, create->nfields);
    fm_put_u8(&m->w, create->nopen);
    fm_put_u8(&m->w, create->slot);
    fm_put_u16(&m->w, create->rights);
}

void fm_turn_grant(struct fm_turn_maker *m, const uint8_t dst[32], uint8_t slot,
                   const struct fm_limits *limits)
{
    put_op(m, FM_OP_GRANT);
    put32(m, dst);
    fm_put_u8(&m->w, slot);
    put_limits(m, limits);
}

void fm_turn_attenuate(struct fm_turn_maker *m, uint8_t slot, const struct fm_limits *limits)
{
    put_op(m, FM_OP_ATTENUATE);
    fm_put_u8(&m->w, slot);
    put_limits(m, limits);
}

void fm_turn_drop(struct fm_turn_maker *m, uint8_t slot)
{
    put_op(m, FM_OP_DROP);
    fm_put_u8(&m->w, slot);
}

void fm_turn_revoke(struct fm_turn_maker *m, uint8_t slot)
{
    put_op(m, FM_OP_REVOKE);
    fm_put_u8(&m->w, slot);
}

void fm_turn_lift(struct fm_turn_maker *m, uint8_t group, const uint8_t key[32])
{
    put_op(m, FM_OP_LIFT);
    fm_put_u8(&m->w, group);
    put32(m, key);
}

void fm_turn_invoke(struct fm_turn_maker *m, uint8_t method, uint8_t n, const uint8_t *writes)
{
    put_op(m, FM_OP_INVOKE);
    fm_put_u8(&m->w, method);
    fm_put_u8(&m->w, n);
    fm_put_bytes(&m->w, writes, (size_t)n * FM_INVOKE_WRITE_BYTES);
}

void fm_turn_event(struct fm_turn_maker *m, uint8_t n, const uint8_t *bytes)
{
    put_op(m, FM_OP_EVENT);
    fm_put_u8(&m->w, n);
    fm_put_bytes(&m->w, bytes, n);
}

void fm_turn_fix(struct fm_turn_maker *m)
{
    put_op(m, FM_OP_FIX);
}

void fm_turn_rotate(struct fm_turn_maker *m, const uint8_t new_pk[32], const uint8_t sig[64])
{
    put_op(m, FM_OP_ROTATE);
    put32(m, new_pk);
    fm_put_bytes(&m->w, sig, FM_SIG_BYTES);
}

void fm_turn_seal(struct fm_turn_maker *m, uint8_t on)
{
    put_op(m, FM_OP_SEAL);
    fm_put_u8(&m->w, on);
}

void fm_turn_open(struct fm_turn_maker *m, uint8_t slot, const uint8_t giver[32])
{
    put_op(m, FM_OP_OPEN);
    fm_put_u8(&m->w, slot);
    put32(m, giver);
}

void fm_turn_destroy(struct fm_turn_maker *m)
{
    put_op(m, FM_OP_DESTROY);
}

size_t fm_turn_finish(struct fm_turn_maker *m)
{
    if (m->w.bad || m->w.len > FM_TURN_BYTES_MAX - FM_SIG_BYTES) {
        return 0;
    }
    fm_put_le16(m->w.buf + MAKER_LENGTH_AT, (uint16_t)m->w.len);
    return m->w.len;
}

void fm_turn_maker_hash(const struct fm_turn_maker *m, uint8_t hash[32])
{
    struct fm_hasher h;

    fm_hasher_init(&h, FM_H_TURN);
    fm_hasher_update(&h, m->ledger, 32);
    fm_hasher_update(&h, m->w.buf, m->w.len);
    fm_hasher_final(&h, hash);
}

size_t fm_turn_sign(struct fm_turn_maker *m, const uint8_t sk[64])
{
    uint8_t hash[32];
    uint8_t text[FM_SIGNED_TEXT_BYTES];
    uint8_t sig[FM_SIG_BYTES];

    if (m->w.bad) {
        return 0;
    }
    fm_turn_maker_hash(m, hash);
    fm_turn_signed_text(hash, text);
    fm_ed25519_sign(sk, text, sizeof text, sig);
    fm_put_bytes(&m->w, sig, sizeof sig);
    return m->w.bad ? 0 : m->w.len;
}
