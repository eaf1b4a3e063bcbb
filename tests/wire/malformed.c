/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MALFORMED names the place: each field of a turn of each effect damaged in turn, with the offset, field, expectation
 * and value that must be told; and each turn cut at every byte, with the start of the field that was cut. The offsets
 * are written out by hand from the layouts of heart.md sections 3 and 4.
 */
#include "tests/tap.h"
#include "wire/turn.h"

#include <stdio.h>
#include <string.h>

#define HEAD 68U   /* a SELF frame: kind 68, effects 69, op 70, operands from 71 */
#define IN_SELF 71 /* a SLOT frame: kind 68, effects 69, slot 70, target 71, op 103 */
#define IN_SLOT 104

enum base {
    CHECK_FIELD,
    CHECK_NONCE,
    CHECK_BALANCE,
    CHECK_TIME,
    TRANSFER,
    SETFIELD,
    CREATE,
    CREATE_OF,
    CREATE_KEYLESS,
    GRANT,
    ATTENUATE,
    DROP,
    REVOKE,
    LIFT,
    INVOKE,
    EVENT,
    FIX,
    ROTATE,
    SEAL,
    OPEN,
    DESTROY,
    SLOT_FIX,
    WITH_AFTER,
    WITH_ROOT,
    WITH_BOTH,
    TWO_ROTATES,
    FULL,
    NBASES
};

static const uint8_t one[64] = {1, 1, 1, 1};
static uint8_t wire[FM_TURN_BYTES_MAX + 64];
static size_t body;

static void put_create(struct fm_turn_maker *m, enum base base)
{
    struct fm_create c = {.salt = 5, .owner_pk = {1}, .nslots = 3, .nfields = 9, .nopen = 2};

    if (base == CREATE_OF) {
        c.asset = FM_ASSET_OF;
        c.issuer[0] = 1;
    } else if (base == CREATE_KEYLESS) {
        c.owner_pk[0] = 0;
        c.slot = 2;
        c.rights = FM_RIGHTS_ALL;
    }
    fm_turn_create(m, &c);
}

static void put_limited(struct fm_turn_maker *m, enum base base)
{
    const struct fm_limits l = {.rights = FM_RIGHTS_ALL, .f_lo = 9, .f_hi = 12};

    if (base == GRANT) {
        fm_turn_grant(m, one, 4, &l);
    } else {
        fm_turn_attenuate(m, 4, &l);
    }
}

static void put_checked(struct fm_turn_maker *m, enum base base)
{
    if (base == CHECK_FIELD) {
        fm_turn_check_field(m, 9, one);
    } else if (base == CHECK_NONCE) {
        fm_turn_check_nonce(m, 9);
    } else if (base == CHECK_BALANCE) {
        fm_turn_check_balance(m, 9);
    } else {
        fm_turn_check_time(m, 1, 9);
    }
}

static void put_effect(struct fm_turn_maker *m, enum base base)
{
    static const uint8_t writes[68] = {9, 0, [34] = 11, 0};

    switch (base) {
    case CHECK_FIELD:
    case CHECK_NONCE:
    case CHECK_BALANCE:
    case CHECK_TIME:
        put_checked(m, base);
        break;
    case TRANSFER:
        fm_turn_transfer(m, one, 7);
        break;
    case SETFIELD:
        fm_turn_setfield(m, 9, one);
        break;
    case CREATE:
    case CREATE_OF:
    case CREATE_KEYLESS:
        put_create(m, base);
        break;
    case GRANT:
    case ATTENUATE:
        put_limited(m, base);
        break;
    case DROP:
        fm_turn_drop(m, 3);
        break;
    case REVOKE:
        fm_turn_revoke(m, 3);
        break;
    case LIFT:
        fm_turn_lift(m, 7, one);
        break;
    case INVOKE:
        fm_turn_invoke(m, 3, 2, writes);
        break;
    case EVENT:
        fm_turn_event(m, 5, one);
        break;
    case TWO_ROTATES:
        fm_turn_rotate(m, one, one);
        fm_turn_rotate(m, one, one);
        break;
    case ROTATE:
        fm_turn_rotate(m, one, one);
        break;
    case SEAL:
        fm_turn_seal(m, 1);
        break;
    case OPEN:
        fm_turn_open(m, 3, one);
        break;
    case DESTROY:
        fm_turn_destroy(m);
        break;
    case FULL:
        for (int i = 0; i < 63; i++) {
            fm_turn_fix(m);
        }
        fm_turn_self(m);
        fm_turn_fix(m);
        break;
    case FIX:
    case SLOT_FIX:
    case WITH_AFTER:
    case WITH_ROOT:
    case WITH_BOTH:
    case NBASES:
        fm_turn_fix(m);
        break;
    }
}

/* One turn with this effect, in `wire`; its body is `body` bytes. */
static void build(enum base base)
{
    struct fm_turn_maker m;

    fm_turn_begin(&m, wire, sizeof wire, one, one, 1, 2, 3);
    if (base == WITH_AFTER || base == WITH_BOTH) {
        fm_turn_after(&m, one);
    }
    if (base == WITH_ROOT || base == WITH_BOTH) {
        fm_turn_root(&m, one);
    }
    if (base == SEAL || base == SLOT_FIX) {
        fm_turn_slot(&m, 3, one);
    } else {
        fm_turn_self(&m);
    }
    put_effect(&m, base);
    body = fm_turn_finish(&m);
    memset(wire + body, 0, FM_SIG_BYTES);
}

/* ---- one damage at a time ---- */
struct damage {
    enum base base;
    uint16_t at; /* `width` bytes there become `got` */
    uint8_t width;
    uint64_t got;
    uint16_t offset; /* what must be told */
    const char *field;
    uint64_t expected;
};

#define RIGHTS_OFF 1 /* of the limits' members, from the limits' start */
#define F_LO_OFF 9
#define F_HI_OFF 11
#define GRANT_LIMITS (IN_SELF + 33)
#define ATTENUATE_LIMITS (IN_SELF + 1)

/* at = offset but where one field is judged by another. */
static const struct damage table[] = {
    {FIX, 0, 2, 0x4d47, 0, "magic", 0x4d46},
    {FIX, 0, 2, 0, 0, "magic", 0x4d46},
    {FIX, 2, 1, 0, 2, "version", 1},
    {FIX, 2, 1, 2, 2, "version", 1},
    {FIX, 3, 1, 0, 3, "frames", 1},
    {FIX, 3, 1, 9, 3, "frames", 8},
    {FIX, 4, 2, 70, 4, "length", 71},
    {FIX, 4, 2, 72, 4, "length", 71},
    {FIX, 6, 1, 4, 6, "flags", 3},
    {FIX, 6, 1, 0x80, 6, "flags", 3},
    {FIX, 7, 1, 0, 7, "sig_kind", 1},
    {FIX, 7, 1, 2, 7, "sig_kind", 1},
    {FIX, 68, 1, 2, 68, "frame kind", 1},
    {FIX, 69, 1, 0, 69, "effects", 1},
    {FIX, 69, 1, 65, 69, "effects", 64},
    {FIX, 70, 1, 0, 70, "op", 1},
    {FIX, 70, 1, 17, 70, "op", 16},
    {FIX, 70, 1, 255, 70, "op", 16},
    {FULL, 68 + 2 + 63 + 1, 1, 2, 68 + 2 + 63 + 1, "effects", 1},
    {SLOT_FIX, 103, 1, 7, 103, "op in a SLOT frame", 0},
    {SLOT_FIX, 103, 1, 8, 103, "op in a SLOT frame", 0},
    {SLOT_FIX, 103, 1, 13, 103, "op in a SLOT frame", 0},
    {SLOT_FIX, 103, 1, 15, 103, "op in a SLOT frame", 0},
    {FIX, 70, 1, 14, 70, "op in a SELF frame", 1},
    {CHECK_FIELD, IN_SELF, 1, 0, IN_SELF, "check kind", 1},
    {CHECK_FIELD, IN_SELF, 1, 5, IN_SELF, "check kind", 4},
    {TRANSFER, IN_SELF + 32, 8, 0, IN_SELF + 32, "amount", 1},
    {TRANSFER, IN_SELF + 32, 8, 1ULL << 63, IN_SELF + 32, "amount", INT64_MAX},
    {TRANSFER, IN_SELF + 32, 8, FM_U64_MAX, IN_SELF + 32, "amount", INT64_MAX},
    {SETFIELD, IN_SELF, 2, 7, IN_SELF, "key", 8},
    {SETFIELD, IN_SELF, 2, 0, IN_SELF, "key", 8},
    {CREATE, IN_SELF + 40, 1, 3, IN_SELF + 40, "asset", 2},
    {CREATE, IN_SELF + 42, 2, 1025, IN_SELF + 42, "nfields", 1024},
    {CREATE, IN_SELF + 44, 1, 4, IN_SELF + 44, "nopen", 3},
    {CREATE, IN_SELF + 41, 1, 1, IN_SELF + 44, "nopen", 1},
    {CREATE, IN_SELF + 45, 1, 1, IN_SELF + 45, "slot", 0},
    {CREATE, IN_SELF + 46, 2, 0x400, IN_SELF + 46, "rights", 0x3ff},
    {CREATE, IN_SELF + 8, 1, 0, IN_SELF + 46, "rights", 1},
    {CREATE_KEYLESS, IN_SELF + 46, 2, 0, IN_SELF + 45, "slot", 0},
    {CREATE_OF, IN_SELF + 74, 2, 1025, IN_SELF + 74, "nfields", 1024},
    {CREATE_OF, IN_SELF + 76, 1, 4, IN_SELF + 76, "nopen", 3},
    {CREATE_OF, IN_SELF + 77, 1, 9, IN_SELF + 77, "slot", 0},
    {CREATE_OF, IN_SELF + 78, 2, 0x8000, IN_SELF + 78, "rights", 0x3ff},
    {GRANT, GRANT_LIMITS, 1, 8, GRANT_LIMITS, "group", 7},
    {GRANT, GRANT_LIMITS + RIGHTS_OFF, 2, 0x400, GRANT_LIMITS + RIGHTS_OFF, "rights", 0x3ff},
    {GRANT, GRANT_LIMITS + F_LO_OFF, 2, 13, GRANT_LIMITS + F_LO_OFF, "f_lo", 12},
    {GRANT, GRANT_LIMITS + F_HI_OFF, 2, 1025, GRANT_LIMITS + F_HI_OFF, "f_hi", 1024},
    {ATTENUATE, ATTENUATE_LIMITS, 1, 255, ATTENUATE_LIMITS, "group", 7},
    {ATTENUATE, ATTENUATE_LIMITS + RIGHTS_OFF, 2, 0x8000, ATTENUATE_LIMITS + RIGHTS_OFF, "rights",
     0x3ff},
    {ATTENUATE, ATTENUATE_LIMITS + F_LO_OFF, 2, 0xffff, ATTENUATE_LIMITS + F_LO_OFF, "f_lo", 12},
    {ATTENUATE, ATTENUATE_LIMITS + F_HI_OFF, 2, 0xffff, ATTENUATE_LIMITS + F_HI_OFF, "f_hi", 1024},
    {LIFT, IN_SELF, 1, 8, IN_SELF, "group", 7},
    {INVOKE, IN_SELF, 1, 16, IN_SELF, "method", 15},
    {INVOKE, IN_SELF + 1, 1, 0, IN_SELF + 1, "writes", 1},
    {INVOKE, IN_SELF + 1, 1, 9, IN_SELF + 1, "writes", 8},
    {INVOKE, IN_SELF + 2, 2, 7, IN_SELF + 2, "key", 8},
    {INVOKE, IN_SELF + 36, 2, 9, IN_SELF + 36, "key", 10},
    {INVOKE, IN_SELF + 36, 2, 8, IN_SELF + 36, "key", 10},
    {EVENT, IN_SELF, 1, 0, IN_SELF, "event bytes", 1},
    {EVENT, IN_SELF, 1, 65, IN_SELF, "event bytes", 64},
    {ROTATE, IN_SELF, 4, 0, IN_SELF, "new_pk", 1},
    {SEAL, IN_SLOT, 1, 2, IN_SLOT, "on", 1},
    {WITH_AFTER, 68, 4, 0, 68, "after", 1},
    {WITH_ROOT, 68, 4, 0, 68, "root", 1},
    {WITH_BOTH, 68, 4, 0, 68, "after", 1},
    {WITH_BOTH, 100, 4, 0, 100, "root", 1},
};

static void told(const struct damage *d, const struct fm_why *why, uint64_t got, const char *name)
{
    bool right = why->code == FM_E_MALFORMED && why->offset == d->offset &&
                 strcmp(why->field, d->field) == 0 && why->expected == d->expected &&
                 why->got == got;

    if (!TAP_OK(right, name)) {
        tap_note_text("field", why->field != NULL ? why->field : "-");
        tap_note_u64("offset", why->offset);
        tap_note_u64("expected", why->expected);
        tap_note_u64("got", why->got);
    }
}

/* What is told as `got`, where that is not the value that was written. */
static uint64_t got_of(const struct damage *d)
{
    if (d->base == CREATE && d->at == IN_SELF + 41) {
        return 2; /* nopen, for its nslots fell */
    }
    if (d->base == CREATE_KEYLESS) {
        return 2; /* slot, for its rights fell */
    }
    return d->got;
}

static void test_table(void)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const struct damage *d = &table[i];
        struct fm_turn turn;
        struct fm_why why = {.code = FM_OK};
        char name[120];

        build(d->base);
        for (uint8_t k = 0; k < d->width; k++) {
            wire[d->at + k] = (uint8_t)(d->got >> (8U * k));
        }
        (void)!fm_turn_decode(&turn, wire, body + FM_SIG_BYTES, &why);
        snprintf(name, sizeof name, "MAL%04zu %s at %u, with %llu written at %u", i + 1U, d->field,
                 d->offset, (unsigned long long)d->got, d->at);
        told(d, &why, got_of(d), name);
    }
}

/* ---- every cut, every addition ---- */
/* The widths of the fields behind the head, in order; 0 ends. */
static const uint8_t widths[NBASES][20] = {
    [CHECK_FIELD] = {1, 1, 1, 1, 2, 32},
    [CHECK_NONCE] = {1, 1, 1, 1, 8},
    [CHECK_BALANCE] = {1, 1, 1, 1, 8},
    [CHECK_TIME] = {1, 1, 1, 1, 4, 4},
    [TRANSFER] = {1, 1, 1, 32, 8},
    [SETFIELD] = {1, 1, 1, 2, 32},
    [CREATE] = {1, 1, 1, 8, 32, 1, 1, 2, 1, 1, 2},
    [CREATE_OF] = {1, 1, 1, 8, 32, 1, 32, 1, 2, 1, 1, 2},
    [CREATE_KEYLESS] = {1, 1, 1, 8, 32, 1, 1, 2, 1, 1, 2},
    [GRANT] = {1, 1, 1, 32, 1, 1, 2, 2, 4, 2, 2, 4, 8, 8},
    [ATTENUATE] = {1, 1, 1, 1, 1, 2, 2, 4, 2, 2, 4, 8, 8},
    [DROP] = {1, 1, 1, 1},
    [REVOKE] = {1, 1, 1, 1},
    [LIFT] = {1, 1, 1, 1, 32},
    [INVOKE] = {1, 1, 1, 1, 1, 2, 32, 2, 32},
    [EVENT] = {1, 1, 1, 1, 5},
    [FIX] = {1, 1, 1},
    [ROTATE] = {1, 1, 1, 32, 64},
    [SEAL] = {1, 1, 1, 32, 1, 1},
    [OPEN] = {1, 1, 1, 1, 32},
    [DESTROY] = {1, 1, 1},
    [SLOT_FIX] = {1, 1, 1, 32, 1},
    [WITH_AFTER] = {32, 1, 1, 1},
    [WITH_ROOT] = {32, 1, 1, 1},
    [WITH_BOTH] = {32, 32, 1, 1, 1},
};

/* Where the field that does not fit into `len` bytes of body begins. */
static size_t cut_field(enum base base, size_t len)
{
    size_t at = HEAD;

    for (const uint8_t *w = widths[base]; *w != 0 && at + *w <= len; w++) {
        at += *w;
    }
    return at;
}

static void test_cuts(enum base base)
{
    struct fm_turn turn;
    struct fm_why why = {.code = FM_OK};
    unsigned wrong = 0;
    size_t whole;
    char name[120];

    build(base);
    whole = body;
    snprintf(name, sizeof name, "MAL1%02d turn %d is whole, and as long as its layout", base, base);
    TAP_OK(fm_turn_decode(&turn, wire, body + FM_SIG_BYTES, &why) == FM_OK &&
               cut_field(base, FM_TURN_BYTES_MAX) == whole,
           name);
    for (size_t len = HEAD; len < whole; len++) {
        fm_put_le16(wire + 4, (uint16_t)len);
        why = (struct fm_why){.code = FM_OK};
        (void)!fm_turn_decode(&turn, wire, len + FM_SIG_BYTES, &why);
        wrong += why.code == FM_E_MALFORMED && why.offset == cut_field(base, len) &&
                         strcmp(why.field, "end of body") == 0
                     ? 0U
                     : 1U;
    }
    snprintf(name, sizeof name, "MAL2%02d turn %d cut at every byte: the field's start is named",
             base, base);
    TAP_EQ(wrong, 0, name);
    wrong = 0;
    for (size_t more = 1; more <= 3; more++) {
        fm_put_le16(wire + 4, (uint16_t)(whole + more));
        why = (struct fm_why){.code = FM_OK};
        (void)!fm_turn_decode(&turn, wire, whole + more + FM_SIG_BYTES, &why);
        wrong += why.offset == whole && strcmp(why.field, "bytes left over") == 0 &&
                         why.got == more && why.expected == 0
                     ? 0U
                     : 1U;
    }
    snprintf(name, sizeof name, "MAL3%02d turn %d with bytes left over", base, base);
    TAP_EQ(wrong, 0, name);
}

static void test_sizes(void)
{
    struct fm_turn turn;
    struct fm_why why = {.code = FM_OK};
    unsigned wrong = 0;

    build(FIX);
    for (size_t n = 0; n < HEAD + FM_SIG_BYTES; n++) {
        (void)!fm_turn_decode(&turn, wire, n, &why);
        wrong += why.code == FM_E_MALFORMED && strcmp(why.field, "turn bytes") == 0 &&
                         why.offset == 0 && why.expected == 132 && why.got == n
                     ? 0U
                     : 1U;
    }
    TAP_EQ(wrong, 0, "MAL0400 too short for a head and a signature");
    (void)!fm_turn_decode(&turn, wire, FM_TURN_BYTES_MAX + 1U, &why);
    TAP_OK(why.expected == 4096 && why.got == 4097, "MAL0401 longer than a turn may be");
    TAP_EQ(fm_turn_decode(&turn, wire, 0, NULL), FM_E_MALFORMED, "MAL0402 nobody need ask why");
    build(TWO_ROTATES);
    (void)!fm_turn_decode(&turn, wire, body + FM_SIG_BYTES, &why);
    TAP_OK(why.offset == 70 + 97 && strcmp(why.field, "rotates") == 0 && why.expected == 1 &&
               why.got == 2,
           "MAL0403 a second ROTATE, named where its op stands");
    build(FULL);
    TAP_EQ(fm_turn_decode(&turn, wire, body + FM_SIG_BYTES, NULL), FM_OK,
           "MAL0404 64 effects in two frames");
}

int main(void)
{
    test_table();
    for (int base = 0; base <= WITH_BOTH; base++) {
        test_cuts((enum base)base);
    }
    test_sizes();
    return tap_done();
}
