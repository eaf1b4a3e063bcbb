/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/turn.h"

/* Where decoding stands. The first refusal is kept; after it every step passes without effect. */
struct decoder {
    struct fm_reader r;
    struct fm_turn *turn;
    struct fm_why why;
    uint8_t rotates;
};

/* What holds between two steps. */
/*@ predicate dec_ok(struct decoder *d) =
  @   \valid(d) && reader_ok(&d->r) && d->r.len <= FM_TURN_BYTES_MAX && \valid(d->turn) &&
  @   d->turn->wire == d->r.buf && \separated(d, d->turn, d->r.buf + (0 .. d->r.len - 1)) &&
  @   (d->why.code != FM_OK ==> d->r.bad); */

/*@ requires dec_ok(d);
  @ assigns d->why, d->r.bad; ensures dec_ok(d) && d->r.bad; */
static void refuse(struct decoder *d, size_t at, const char *field, uint64_t expected, uint64_t got)
{
    if (d->why.code == FM_OK) {
        fm_why_set(&d->why, FM_E_MALFORMED, (uint32_t)at, field, expected, got);
        d->r.bad = true;
    }
}

/* Refuses unless lo <= got <= hi; `bytes` is how many were just read for it. */
/*@ requires dec_ok(d);
  @ assigns d->why, d->r.bad; ensures dec_ok(d) && (\old(d->r.bad) ==> d->r.bad);
  @ ensures !d->r.bad ==> lo <= got <= hi; */
static void within(struct decoder *d, size_t bytes, const char *field, uint64_t lo, uint64_t hi,
                   uint64_t got)
{
    if (!d->r.bad && (got < lo || got > hi)) {
        refuse(d, d->r.pos - bytes, field, got < lo ? lo : hi, got);
    }
}

/* The place of the next n bytes, passed over. */
/*@ requires dec_ok(d);
  @ assigns d->r.pos, d->r.bad;
  @ ensures dec_ok(d) && d->r.pos >= \old(d->r.pos) && (\old(d->r.bad) ==> d->r.bad);
  @ ensures !d->r.bad ==> \result == \old(d->r.pos) && d->r.pos == \old(d->r.pos) + n; */
static uint16_t place(struct decoder *d, size_t n)
{
    size_t at = d->r.pos;

    (void)fm_get_view(&d->r, n);
    return (uint16_t)at;
}

/*@ requires \valid_read(p + (0 .. 31)); assigns \nothing; */
static bool all_zero(const uint8_t *p)
{
    uint8_t any = 0;

    /*@ loop invariant 0 <= i <= 32; loop assigns i, any; loop variant 32 - i; */
    for (uint32_t i = 0; i < 32; i++) {
        any |= p[i];
    }
    return any == 0U;
}

/*@ requires dec_ok(d) && (d->r.bad || at + 32 <= d->r.len); assigns \nothing; */
static bool zero32(const struct decoder *d, uint16_t at)
{
    return !d->r.bad && all_zero(d->turn->wire + at);
}

/*@ requires dec_ok(d);
  @ requires \valid(l) && \separated(l, d, d->r.buf + (0 .. d->r.len - 1));
  @ assigns d->r.pos, d->r.bad, d->why, *l;
  @ ensures dec_ok(d) && d->r.pos >= \old(d->r.pos) && (\old(d->r.bad) ==> d->r.bad); */
static void get_limits(struct decoder *d, struct fm_limits *l)
{
    l->group = fm_get_u8(&d->r);
    within(d, 1, "group", 0, FM_GROUPS - 1U, l->group);
    l->rights = fm_get_u16(&d->r);
    within(d, 2, "rights", 0, FM_RIGHTS_ALL, l->rights);
    l->methods = fm_get_u16(&d->r);
    l->badge = fm_get_u32(&d->r);
    l->f_lo = fm_get_u16(&d->r);
    l->f_hi = fm_get_u16(&d->r);
    within(d, 2, "f_hi", 0, FM_FIELDS_MAX, l->f_hi);
    within(d, 4, "f_lo", 0, l->f_hi, l->f_lo);
    l->expiry = fm_get_u32(&d->r);
    l->max_amount = fm_get_u64(&d->r);
    l->allowance = fm_get_u64(&d->r);
}

/*@ requires dec_ok(d);
  @ requires \valid(e) && \separated(e, d, d->r.buf + (0 .. d->r.len - 1));
  @ assigns d->r.pos, d->r.bad, d->why, *e;
  @ ensures dec_ok(d) && d->r.pos >= \old(d->r.pos) && (\old(d->r.bad) ==> d->r.bad); */
static void get_check(struct decoder *d, struct fm_effect *e)
{
    e->kind = fm_get_u8(&d->r);
    within(d, 1, "check kind", FM_CHECK_FIELD, FM_CHECK_TIME, e->kind);
    switch (e->kind) {
    case FM_CHECK_FIELD:
        e->key = fm_get_u16(&d->r);
        e->data_at = place(d, 32);
        break;
    case FM_CHECK_NONCE:
    case FM_CHECK_BALANCE:
        e->number = fm_get_u64(&d->r);
        break;
    default:
        e->lo = fm_get_u32(&d->r);
        e->hi = fm_get_u32(&d->r);
        break;
    }
}

/*@ requires dec_ok(d);
  @ requires \valid(e) && \separated(e, d, d->r.buf + (0 .. d->r.len - 1));
  @ assigns d->r.pos, d->r.bad, d->why, *e;
  @ ensures dec_ok(d) && d->r.pos >= \old(d->r.pos) && (\old(d->r.bad) ==> d->r.bad); */
static void get_create(struct decoder *d, struct fm_effect *e)
{
    e->number = fm_get_u64(&d->r);
    e->data_at = place(d, 32);
    e->kind = fm_get_u8(&d->r);
    within(d, 1, "asset", 0, FM_ASSET_OF, e->kind);
    if (e->kind == FM_ASSET_OF) {
        e->id_at = place(d, 32);
    }
    e->nslots = fm_get_u8(&d->r);
    e->nfields = fm_get_u16(&d->r);
    within(d, 2, "nfields", 0, FM_FIELDS_MAX, e->nfields);
    e->count = fm_get_u8(&d->r);
    within(d, 1, "nopen", 0, e->nslots < FM_NOPEN_MAX ? e->nslots : FM_NOPEN_MAX, e->count);
    e->slot = fm_get_u8(&d->r);
    e->rights = fm_get_u16(&d->r);
    within(d, 2, "rights", 0, FM_RIGHTS_ALL, e->rights);
    if (e->rights == 0U && !d->r.bad) {
        if (e->slot != 0U) {
            refuse(d, d->r.pos - 3, "slot", 0, e->slot);
        } else if (zero32(d, e->data_at)) {
            refuse(d, d->r.pos - 2, "rights", 1, 0);
        }
    }
}

/*@ requires dec_ok(d);
  @ requires \valid(e) && \separated(e, d, d->r.buf + (0 .. d->r.len - 1));
  @ assigns d->r.pos, d->r.bad, d->why, *e;
  @ ensures dec_ok(d) && d->r.pos >= \old(d->r.pos) && (\old(d->r.bad) ==> d->r.bad); */
static void get_invoke(struct decoder *d, struct fm_effect *e)
{
    uint32_t least = FM_RULE_FIRST;

    e->method = fm_get_u8(&d->r);
    within(d, 1, "method", 0, FM_METHODS - 1U, e->method);
    e->count = fm_get_u8(&d->r);
    within(d, 1, "writes", 1, FM_INVOKE_WRITES_MAX, e->count);
    e->data_at = (uint16_t)d->r.pos;
    /*@ loop invariant 0 <= i <= e->count && dec_ok(d) && d->r.pos >= \at(d->r.pos, Pre);
      @ loop invariant \at(d->r.bad, Pre) ==> d->r.bad;
      @ loop assigns i, least, d->r.pos, d->r.bad, d->why; loop variant e->count - i; */
    for (uint8_t i = 0; i < e->count && !d->r.bad; i++) {
        uint16_t key = fm_get_u16(&d->r);

        within(d, 2, "key", least, 0xffff, key);
        (void)place(d, 32);
        least = key + 1U;
    }
}

/*@ requires dec_ok(d);
  @ requires \valid(e) && \separated(e, d, d->r.buf + (0 .. d->r.len - 1));
  @ assigns d->r.pos, d->r.bad, d->why, *e;
  @ ensures dec_ok(d) && d->r.pos >= \old(d->r.pos) && (\old(d->r.bad) ==> d->r.bad); */
static void get_rotate(struct decoder *d, struct fm_effect *e)
{
    e->data_at = place(d, 32);
    if (zero32(d, e->data_at)) {
        refuse(d, e->data_at, "new_pk", 1, 0);
    }
    (void)place(d, FM_SIG_BYTES);
}

/* One new key a turn. */
/*@ requires dec_ok(d);
  @ assigns d->why, d->r.bad, d->rotates; ensures dec_ok(d) && (\old(d->r.bad) ==> d->r.bad); */
static void count_rotate(struct decoder *d, uint8_t op)
{
    if (op == FM_OP_ROTATE && !d->r.bad) {
        if (d->rotates > 0U) {
            refuse(d, d->r.pos - 1, "rotates", 1, 2);
        }
        d->rotates = 1;
    }
}

/* Ops that stand in frames of one kind alone. */
/*@ requires dec_ok(d);
  @ assigns d->why, d->r.bad; ensures dec_ok(d) && (\old(d->r.bad) ==> d->r.bad); */
static void check_frame_kind(struct decoder *d, uint8_t frame_kind, uint8_t op)
{
    bool self_only =
        op == FM_OP_DROP || op == FM_OP_REVOKE || op == FM_OP_OPEN || op == FM_OP_ROTATE;

    if (self_only && frame_kind == FM_FRAME_SLOT) {
        refuse(d, d->r.pos - 1, "op in a SLOT frame", FM_FRAME_SELF, op);
    }
    if (op == FM_OP_SEAL && frame_kind == FM_FRAME_SELF) {
        refuse(d, d->r.pos - 1, "op in a SELF frame", FM_FRAME_SLOT, op);
    }
}

/*@ requires dec_ok(d);
  @ requires \valid(e) && \separated(e, d, d->r.buf + (0 .. d->r.len - 1));
  @ assigns d->r.pos, d->r.bad, d->why, *e;
  @ ensures dec_ok(d) && d->r.pos >= \old(d->r.pos) && (\old(d->r.bad) ==> d->r.bad); */
static void get_operands(struct decoder *d, struct fm_effect *e)
{
    switch ((enum fm_op)e->op) {
    case FM_OP_CHECK:
        get_check(d, e);
        break;
    case FM_OP_TRANSFER:
        e->id_at = place(d, 32);
        e->number = fm_get_u64(&d->r);
        within(d, 8, "amount", 1, INT64_MAX, e->number);
        break;
    case FM_OP_SETFIELD:
        e->key = fm_get_u16(&d->r);
        within(d, 2, "key", FM_RULE_FIRST, 0xffff, e->key);
        e->data_at = place(d, 32);
        break;
    case FM_OP_CREATE:
        get_create(d, e);
        break;
    case FM_OP_GRANT:
        e->id_at = place(d, 32);
        e->slot = fm_get_u8(&d->r);
        get_limits(d, &e->limits);
        break;
    case FM_OP_ATTENUATE:
        e->slot = fm_get_u8(&d->r);
        get_limits(d, &e->limits);
        break;
    case FM_OP_DROP:
    case FM_OP_REVOKE:
        e->slot = fm_get_u8(&d->r);
        break;
    case FM_OP_LIFT:
        e->group = fm_get_u8(&d->r);
        within(d, 1, "group", 0, FM_GROUPS - 1U, e->group);
        e->data_at = place(d, 32);
        break;
    case FM_OP_INVOKE:
        get_invoke(d, e);
        break;
    case FM_OP_EVENT:
        e->count = fm_get_u8(&d->r);
        within(d, 1, "event bytes", 1, FM_EVENT_BYTES_MAX, e->count);
        e->data_at = place(d, e->count);
        break;
    case FM_OP_FIX:
    case FM_OP_DESTROY:
        break;
    case FM_OP_ROTATE:
        get_rotate(d, e);
        break;
    case FM_OP_SEAL:
        e->kind = fm_get_u8(&d->r);
        within(d, 1, "on", 0, 1, e->kind);
        break;
    case FM_OP_OPEN:
        e->slot = fm_get_u8(&d->r);
        e->id_at = place(d, 32);
        break;
    }
}

/*@ requires dec_ok(d);
  @ requires \valid(e) && \separated(e, d, d->r.buf + (0 .. d->r.len - 1));
  @ assigns d->r.pos, d->r.bad, d->why, d->rotates, *e;
  @ ensures dec_ok(d) && d->r.pos >= \old(d->r.pos) && (\old(d->r.bad) ==> d->r.bad); */
static void get_effect(struct decoder *d, uint8_t frame_kind, struct fm_effect *e)
{
    *e = (struct fm_effect){.op = 0};
    e->op = fm_get_u8(&d->r);
    within(d, 1, "op", FM_OP_CHECK, FM_OP_DESTROY, e->op);
    check_frame_kind(d, frame_kind, e->op);
    count_rotate(d, e->op);
    if (!d->r.bad) {
        get_operands(d, e);
    }
}

/*@ requires dec_ok(d);
  @ requires frame < FM_FRAMES_MAX;
  @ requires d->turn->neffects <= FM_EFFECTS_MAX;
  @ assigns d->r.pos, d->r.bad, d->why, d->rotates, d->turn->frames[frame], d->turn->neffects,
  @   d->turn->effects[0 .. FM_EFFECTS_MAX - 1];
  @ ensures dec_ok(d) && d->r.pos >= \old(d->r.pos) && (\old(d->r.bad) ==> d->r.bad);
  @ ensures d->turn->neffects <= FM_EFFECTS_MAX;
*/
static void get_frame(struct decoder *d, uint8_t frame)
{
    struct fm_turn *t = d->turn;
    struct fm_frame *f = &t->frames[frame];
    uint8_t first = t->neffects;
    uint8_t kind = fm_get_u8(&d->r);
    uint8_t count;

    within(d, 1, "frame kind", FM_FRAME_SELF, FM_FRAME_SLOT, kind);
    count = fm_get_u8(&d->r);
    within(d, 1, "effects", 1, (uint64_t)FM_EFFECTS_MAX - first, count);
    f->kind = kind;
    f->first = first;
    f->neffects = count;
    f->slot = 0;
    f->target_at = 0;
    if (kind == FM_FRAME_SLOT) {
        f->slot = fm_get_u8(&d->r);
        f->target_at = place(d, 32);
    }
    /*@ loop invariant 0 <= i && dec_ok(d) && d->r.pos >= \at(d->r.pos, Pre);
      @ loop invariant \at(d->r.bad, Pre) ==> d->r.bad;
      @ loop invariant !d->r.bad ==> i <= count && first + count <= FM_EFFECTS_MAX;
      @ loop invariant t->neffects <= FM_EFFECTS_MAX;
      @ loop assigns i, d->r.pos, d->r.bad, d->why, d->rotates, t->neffects, t->effects[0 .. FM_EFFECTS_MAX - 1];
      @ loop variant 256 - i; */
    for (uint8_t i = 0; i < count && !d->r.bad; i++) {
        /*@ assert first + i < FM_EFFECTS_MAX; */
        /*@ assert \separated(&t->effects[first + i], d, d->r.buf + (0 .. d->r.len - 1)); */
        get_effect(d, kind, &t->effects[first + i]);
        if (!d->r.bad) {
            t->neffects = (uint8_t)(first + i + 1U);
        }
    }
}

/*@ requires dec_ok(d);
  @ requires \valid(out + (0 .. 31));
  @ requires \separated(out + (0 .. 31), d, d->r.buf + (0 .. d->r.len - 1));
  @ assigns d->r.pos, d->r.bad, d->why, out[0 .. 31];
  @ ensures dec_ok(d) && d->r.pos >= \old(d->r.pos) && (\old(d->r.bad) ==> d->r.bad); */
static void get_flagged(struct decoder *d, uint8_t flag, const char *field, uint8_t out[32])
{
    /*@ loop invariant 0 <= i <= 32; loop assigns i, out[0 .. 31]; loop variant 32 - i; */
    for (uint32_t i = 0; i < 32; i++) {
        out[i] = 0;
    }
    if ((d->turn->flags & flag) != 0U && !d->r.bad) {
        fm_get_bytes(&d->r, out, 32);
        if (!d->r.bad && all_zero(out)) {
            refuse(d, d->r.pos - 32, field, 1, 0);
        }
    }
}

/*@ requires dec_ok(d);
  @ assigns d->r.pos, d->r.bad, d->why, d->turn->nframes, d->turn->body_bytes, d->turn->flags, d->turn->agent[0 .. 31],
  @   d->turn->nonce, d->turn->fee, d->turn->valid_until;
  @ ensures dec_ok(d);
  @ ensures d->r.pos >= \old(d->r.pos);
  @ ensures \old(d->r.bad) ==> d->r.bad;
  @ ensures !d->r.bad ==> 1 <= d->turn->nframes <= FM_FRAMES_MAX; */
static void get_fixed(struct decoder *d, size_t n)
{
    struct fm_turn *t = d->turn;
    uint16_t magic = fm_get_u16(&d->r);
    uint8_t sig_kind;

    within(d, 2, "magic", FM_TURN_MAGIC, FM_TURN_MAGIC, magic);
    within(d, 1, "version", FM_TURN_VERSION, FM_TURN_VERSION, fm_get_u8(&d->r));
    t->nframes = fm_get_u8(&d->r);
    within(d, 1, "frames", 1, FM_FRAMES_MAX, t->nframes);
    t->body_bytes = fm_get_u16(&d->r);
    within(d, 2, "length", n - FM_SIG_BYTES, n - FM_SIG_BYTES, t->body_bytes);
    t->flags = fm_get_u8(&d->r);
    within(d, 1, "flags", 0, FM_TURN_AFTER | FM_TURN_ROOT, t->flags);
    sig_kind = fm_get_u8(&d->r);
    within(d, 1, "sig_kind", 1, 1, sig_kind);
    (void)place(d, 8);
    /*@ assert dec_ok(d); */
    fm_get_bytes(&d->r, t->agent, 32);
    t->nonce = fm_get_u64(&d->r);
    t->fee = fm_get_u64(&d->r);
    t->valid_until = fm_get_u32(&d->r);
}

/*@ requires dec_ok(d);
  @ assigns d->r.pos, d->r.bad, d->why, d->turn->nframes, d->turn->body_bytes, d->turn->flags, d->turn->agent[0 .. 31],
  @   d->turn->nonce, d->turn->fee, d->turn->valid_until, d->turn->after[0 .. 31], d->turn->root[0 .. 31];
  @ ensures dec_ok(d) && d->r.pos >= \old(d->r.pos) && (\old(d->r.bad) ==> d->r.bad);
  @ ensures !d->r.bad ==> 1 <= d->turn->nframes <= FM_FRAMES_MAX; */
static void get_head(struct decoder *d, size_t n)
{
    struct fm_turn *t = d->turn;

    get_fixed(d, n);
    get_flagged(d, FM_TURN_AFTER, "after", t->after);
    get_flagged(d, FM_TURN_ROOT, "root", t->root);
}

fm_err fm_turn_decode(struct fm_turn *turn, const uint8_t *wire, size_t n, struct fm_why *why)
{
    struct decoder d = {.turn = turn};
    uint8_t nframes;
    size_t left;

    if (n < FM_TURN_HEAD_BYTES + FM_SIG_BYTES || n > FM_TURN_BYTES_MAX) {
        return fm_why_set(
            why, FM_E_MALFORMED, 0, "turn bytes",
            n > FM_TURN_BYTES_MAX ? FM_TURN_BYTES_MAX : FM_TURN_HEAD_BYTES + FM_SIG_BYTES, n);
    }
    turn->wire = wire;
    turn->bytes = (uint16_t)n;
    turn->neffects = 0;
    fm_reader_init(&d.r, wire, n - FM_SIG_BYTES);
    get_head(&d, n);
    nframes = turn->nframes;
    /*@ loop invariant 0 <= i <= FM_FRAMES_MAX && dec_ok(&d) && turn->neffects <= FM_EFFECTS_MAX;
      @ loop invariant !d.r.bad ==> nframes <= FM_FRAMES_MAX;
      @ loop assigns i, d.r.pos, d.r.bad, d.why, d.rotates, turn->neffects,
      @   turn->frames[0 .. FM_FRAMES_MAX - 1], turn->effects[0 .. FM_EFFECTS_MAX - 1];
      @ loop variant FM_FRAMES_MAX - i; */
    for (uint8_t i = 0; i < nframes && !d.r.bad; i++) {
        get_frame(&d, i);
    }
    left = fm_reader_left(&d.r);
    if (d.why.code == FM_OK && d.r.bad) {
        fm_why_set(&d.why, FM_E_MALFORMED, (uint32_t)d.r.pos, "end of body", d.r.pos + 1U, d.r.pos);
    } else if (d.why.code == FM_OK && left != 0) {
        fm_why_set(&d.why, FM_E_MALFORMED, (uint32_t)d.r.pos, "bytes left over", 0, left);
    }
    if (d.why.code != FM_OK && why != NULL) {
        *why = d.why;
    }
    return d.why.code;
}

void fm_turn_hash(const struct fm_turn *turn, const uint8_t ledger[32], uint8_t hash[32])
{
    uint8_t text[32 + FM_TURN_BYTES_MAX];

    memcpy(text, ledger, 32);
    memcpy(text + 32, turn->wire, turn->body_bytes);
    fm_hash(FM_H_TURN, text, 32U + turn->body_bytes, hash);
}

void fm_turn_signed_text(const uint8_t turn_hash[32], uint8_t text[FM_SIGNED_TEXT_BYTES])
{
    memcpy(text, "firmament turn 1", 16);
    memcpy(text + 16, turn_hash, 32);
}

void fm_rotate_text(const uint8_t ledger[32], const uint8_t agent[32], uint64_t nonce,
                    const uint8_t new_pk[32], uint8_t text[FM_SIGNED_TEXT_BYTES])
{
    uint8_t msg[32 + 32 + 8 + 32];

    memcpy(msg, ledger, 32);
    memcpy(msg + 32, agent, 32);
    fm_put_le64(msg + 64, nonce);
    memcpy(msg + 72, new_pk, 32);
    memcpy(text, "firmament key 1 ", 16);
    fm_hash(FM_H_ROTATE, msg, sizeof msg, text + 16);
}

void fm_link_next(const uint8_t link[32], const uint8_t turn_hash[32], uint8_t status,
                  uint8_t next[32])
{
    uint8_t msg[65];

    memcpy(msg, link, 32);
    memcpy(msg + 32, turn_hash, 32);
    msg[64] = status;
    fm_hash(FM_H_LINK, msg, sizeof msg, next);
}

void fm_cell_id(const uint8_t creator[32], uint64_t nonce, uint64_t salt, uint8_t id[32])
{
    uint8_t msg[48];

    memcpy(msg, creator, 32);
    fm_put_le64(msg + 32, nonce);
    fm_put_le64(msg + 40, salt);
    fm_hash(FM_H_ID, msg, sizeof msg, id);
}
