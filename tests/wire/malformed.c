/* SPDX-License-Identifier: Apache-2.0 */
/*
 * MALFORMED says where and what: each field of each effect is damaged alone, in bytes laid down here by hand, and
 * the decoder must name its offset, its name, what was expected and what came.
 */
#include "tests/tap.h"
#include "wire/turn.h"

#include <stdio.h>

#define HEAD 68U
#define SELF_AT (HEAD + 2U)       /* the op in a frame of kind SELF */
#define SLOT_AT (HEAD + 2U + 33U) /* the op in a frame of kind SLOT */

/* A turn with one frame of one effect. */
struct bytes {
    uint8_t at[FM_TURN_BYTES_MAX + 64U];
    size_t n;
};

static void put(struct bytes *t, size_t n, uint64_t value)
{
    for (size_t i = 0; i < n; i++) {
        t->at[t->n] = (uint8_t)(i < 8U ? value >> (8U * i) : value);
        t->n++;
    }
}

/* n bytes, all of this value. */
static void fill(struct bytes *t, size_t n, uint8_t value)
{
    memset(t->at + t->n, value, n);
    t->n += n;
}

static void put_limits(struct bytes *t)
{
    put(t, 1, 0);
    put(t, 2, FM_RIGHT_READ);
    put(t, 2, 1);
    put(t, 4, 0);
    put(t, 2, 8);
    put(t, 2, 16);
    put(t, 4, FM_NEVER);
    put(t, 8, 10);
    put(t, 8, 100);
}

/* The shortest operands that are well formed. `kind` chooses among those of CHECK and CREATE. */
static void put_operands(struct bytes *t, uint8_t op, uint8_t kind)
{
    switch ((enum fm_op)op) {
    case FM_OP_CHECK:
        put(t, 1, kind);
        if (kind == FM_CHECK_FIELD) {
            put(t, 2, 9);
            fill(t, 32, 7);
        } else {
            put(t, 8, 5);
        }
        break;
    case FM_OP_TRANSFER:
        fill(t, 32, 7);
        put(t, 8, 1);
        break;
    case FM_OP_SETFIELD:
        put(t, 2, 8);
        fill(t, 32, 7);
        break;
    case FM_OP_CREATE:
        put(t, 8, 1);
        fill(t, 32, 7);
        put(t, 1, kind);
        if (kind == FM_ASSET_OF) {
            fill(t, 32, 7);
        }
        put(t, 1, 4);
        put(t, 2, 9);
        put(t, 1, 2);
        put(t, 1, 0);
        put(t, 2, 0);
        break;
    case FM_OP_GRANT:
        fill(t, 32, 7);
        put(t, 1, 0);
        put_limits(t);
        break;
    case FM_OP_ATTENUATE:
        put(t, 1, 0);
        put_limits(t);
        break;
    case FM_OP_DROP:
    case FM_OP_REVOKE:
        put(t, 1, 0);
        break;
    case FM_OP_LIFT:
        put(t, 1, 0);
        fill(t, 32, 7);
        break;
    case FM_OP_INVOKE:
        put(t, 1, 1);
        put(t, 1, 2);
        put(t, 2, 9);
        fill(t, 32, 7);
        put(t, 2, 10);
        fill(t, 32, 7);
        break;
    case FM_OP_EVENT:
        put(t, 1, 3);
        fill(t, 3, 7);
        break;
    case FM_OP_FIX:
    case FM_OP_DESTROY:
        break;
    case FM_OP_ROTATE:
        fill(t, 32, 7);
        fill(t, 64, 7);
        break;
    case FM_OP_SEAL:
        put(t, 1, 1);
        break;
    case FM_OP_OPEN:
        put(t, 1, 0);
        fill(t, 32, 7);
        break;
    }
}

static void begin(struct bytes *t, uint8_t flags)
{
    t->n = 0;
    put(t, 2, 0x4d46);
    put(t, 1, 1);
    put(t, 1, 1);
    put(t, 2, 0);
    put(t, 1, flags);
    put(t, 1, 1);
    fill(t, 8, 7);
    fill(t, 32, 7);
    put(t, 8, 0);
    put(t, 8, 0);
    put(t, 4, FM_NEVER);
    fill(t, (flags & 1U) != 0U ? 32 : 0, 7);
    fill(t, (flags & 2U) != 0U ? 32 : 0, 7);
}

static void put_frame(struct bytes *t, uint8_t kind, uint8_t neffects)
{
    put(t, 1, kind);
    put(t, 1, neffects);
    if (kind == FM_FRAME_SLOT) {
        put(t, 1, 0);
        fill(t, 32, 7);
    }
}

/* Sets the length and appends a signature of zeros. */
static void end(struct bytes *t)
{
    t->at[4] = (uint8_t)t->n;
    t->at[5] = (uint8_t)(t->n >> 8);
    fill(t, FM_SIG_BYTES, 0);
}

static void make(struct bytes *t, uint8_t frame, uint8_t op, uint8_t kind)
{
    begin(t, 0);
    put_frame(t, frame, 1);
    put(t, 1, op);
    put_operands(t, op, kind);
    end(t);
}

static bool decodes(const struct bytes *t, struct fm_why *why)
{
    static struct fm_turn turn;

    memset(why, 0, sizeof *why);
    return fm_turn_decode(&turn, t->at, t->n, why) == FM_OK;
}

/* What the decoder must say of these bytes. */
static void says(const struct bytes *t, size_t offset, const char *field, uint64_t expected,
                 uint64_t got, const char *name)
{
    struct fm_why why;
    bool ok = !decodes(t, &why);
    char text[160];

    snprintf(text, sizeof text, "MAL %s: %s at %zu", name, field, offset);
    ok = ok && why.code == FM_E_MALFORMED && why.offset == offset && why.field != NULL &&
         strcmp(why.field, field) == 0 && why.expected == expected && why.got == got;
    if (!TAP_OK(ok, text)) {
        tap_note_u64("offset", why.offset);
        tap_note_text("field", why.field != NULL ? why.field : "(none)");
        tap_note_u64("expected", why.expected);
        tap_note_u64("got", why.got);
    }
}

/* One damage: `value` written over `bytes` bytes at `at`, counted from the first operand (or the op, at -1). */
struct damage {
    const char *name;
    const char *field;
    uint64_t value;
    uint64_t expected;
    int16_t at;
    uint8_t bytes;
    uint8_t frame;
    uint8_t op;
    uint8_t kind;
};

#define LIMITS(OP, OFF)                                                                            \
    {#OP " group", "group", 8, 7, (OFF), 1, 0, (OP), 0},                                           \
        {#OP " rights", "rights", 0x400, 0x3ff, (OFF) + 1, 2, 0, (OP), 0},                         \
        {#OP " f_lo above f_hi", "f_lo", 17, 16, (OFF) + 9, 2, 0, (OP), 0},                        \
    {                                                                                              \
#OP " f_hi", "f_hi", 1025, 1024, (OFF) + 11, 2, 0, (OP), 0                                 \
    }

static const struct damage damages[] = {
    {"op 0", "op", 0, 1, -1, 1, 0, FM_OP_FIX, 0},
    {"op 17", "op", 17, 16, -1, 1, 0, FM_OP_FIX, 0},
    {"check kind 0", "check kind", 0, 1, 0, 1, 0, FM_OP_CHECK, 2},
    {"check kind 5", "check kind", 5, 4, 0, 1, 0, FM_OP_CHECK, 2},
    {"transfer of nothing", "amount", 0, 1, 32, 8, 0, FM_OP_TRANSFER, 0},
    {"transfer beyond 2^63", "amount", 1ULL << 63, INT64_MAX, 32, 8, 0, FM_OP_TRANSFER, 0},
    {"field of the system's", "key", 7, 8, 0, 2, 0, FM_OP_SETFIELD, 0},
    {"asset 3", "asset", 3, 2, 40, 1, 0, FM_OP_CREATE, 0},
    {"nfields", "nfields", 1025, 1024, 42, 2, 0, FM_OP_CREATE, 0},
    {"more open slots than slots", "nopen", 5, 4, 44, 1, 0, FM_OP_CREATE, 0},
    {"a slot for no root record", "slot", 3, 0, 45, 1, 0, FM_OP_CREATE, 0},
    {"rights beyond ten", "rights", 0x400, 0x3ff, 46, 2, 0, FM_OP_CREATE, 0},
    {"the same with an issuer", "rights", 0x400, 0x3ff, 78, 2, 0, FM_OP_CREATE, FM_ASSET_OF},
    LIMITS(FM_OP_GRANT, 33),
    LIMITS(FM_OP_ATTENUATE, 1),
    {"lift", "group", 8, 7, 0, 1, 0, FM_OP_LIFT, 0},
    {"method 16", "method", 16, 15, 0, 1, 0, FM_OP_INVOKE, 0},
    {"no writes", "writes", 0, 1, 1, 1, 0, FM_OP_INVOKE, 0},
    {"nine writes", "writes", 9, 8, 1, 1, 0, FM_OP_INVOKE, 0},
    {"a system key", "key", 7, 8, 2, 2, 0, FM_OP_INVOKE, 0},
    {"keys that do not rise", "key", 9, 10, 36, 2, 0, FM_OP_INVOKE, 0},
    {"an empty event", "event bytes", 0, 1, 0, 1, 0, FM_OP_EVENT, 0},
    {"a long event", "event bytes", 65, 64, 0, 1, 0, FM_OP_EVENT, 0},
    {"seal 2", "on", 2, 1, 0, 1, 1, FM_OP_SEAL, 0},
    {"drop through a slot", "op in a SLOT frame", FM_OP_DROP, 0, -1, 1, 1, FM_OP_DROP, 0},
    {"revoke through a slot", "op in a SLOT frame", FM_OP_REVOKE, 0, -1, 1, 1, FM_OP_REVOKE, 0},
    {"open through a slot", "op in a SLOT frame", FM_OP_OPEN, 0, -1, 1, 1, FM_OP_OPEN, 0},
    {"rotate through a slot", "op in a SLOT frame", FM_OP_ROTATE, 0, -1, 1, 1, FM_OP_ROTATE, 0},
    {"seal of oneself", "op in a SELF frame", FM_OP_SEAL, 1, -1, 1, 0, FM_OP_SEAL, 0},
};

static void test_valid(void)
{
    uint32_t wrong = 0;
    struct bytes t;
    struct fm_why why;

    for (uint8_t op = FM_OP_CHECK; op <= FM_OP_DESTROY; op++) {
        for (uint8_t kind = 0; kind <= 4U; kind++) {
            bool known = (op != FM_OP_CHECK || kind >= 1U) && (op != FM_OP_CREATE || kind <= 2U);

            make(&t, op == FM_OP_SEAL ? FM_FRAME_SLOT : FM_FRAME_SELF, op, kind);
            wrong += known && !decodes(&t, &why);
        }
    }
    TAP_EQ(wrong, 0, "MAL every effect decodes as laid down here");
}

static void test_effects(void)
{
    for (size_t i = 0; i < FM_ARRAY_LEN(damages); i++) {
        const struct damage *d = &damages[i];
        size_t first = (d->frame == FM_FRAME_SELF ? SELF_AT : SLOT_AT) + 1U;
        size_t at = (size_t)((int)first + d->at);
        struct bytes t;

        make(&t, d->frame, d->op, d->kind);
        for (size_t k = 0; k < d->bytes; k++) {
            t.at[at + k] = (uint8_t)(d->value >> (8U * k));
        }
        says(&t, at, d->field, d->expected, d->value, d->name);
    }
}

/* One field of the head or of a frame, over a turn that is good otherwise. */
static void head(size_t at, uint8_t bytes, uint64_t value, const char *field, uint64_t expected,
                 const char *name)
{
    struct bytes t;

    make(&t, FM_FRAME_SELF, FM_OP_FIX, 0);
    for (size_t k = 0; k < bytes; k++) {
        t.at[at + k] = (uint8_t)(value >> (8U * k));
    }
    says(&t, at, field, expected, value, name);
}

static void test_head(void)
{
    struct bytes t;

    head(0, 2, 0x4d47, "magic", 0x4d46, "magic");
    head(2, 1, 0, "version", 1, "version 0");
    head(2, 1, 2, "version", 1, "version 2");
    head(3, 1, 0, "frames", 1, "no frame");
    head(3, 1, 9, "frames", 8, "nine frames");
    head(4, 2, 72, "length", 71, "a length of one more");
    head(4, 2, 70, "length", 71, "a length of one less");
    head(6, 1, 4, "flags", 3, "a flag that nobody knows");
    head(7, 1, 2, "sig_kind", 1, "another kind of signature");
    head(68, 1, 2, "frame kind", 1, "frame kind");
    head(69, 1, 0, "effects", 1, "an empty frame");
    head(69, 1, 65, "effects", 64, "a full frame and one more");
    begin(&t, 1);
    memset(t.at + HEAD, 0, 32);
    put_frame(&t, FM_FRAME_SELF, 1);
    put(&t, 1, FM_OP_FIX);
    end(&t);
    says(&t, HEAD, "after", 1, 0, "a link of zeros");
    begin(&t, 3);
    memset(t.at + HEAD + 32U, 0, 32);
    put_frame(&t, FM_FRAME_SELF, 1);
    put(&t, 1, FM_OP_FIX);
    end(&t);
    says(&t, HEAD + 32U, "root", 1, 0, "a root of zeros behind a link");
}

/* What no single field shows. */
static void test_whole(void)
{
    struct bytes t;

    make(&t, FM_FRAME_SELF, FM_OP_FIX, 0);
    t.n = 131;
    says(&t, 0, "turn bytes", 132, 131, "shorter than any");
    make(&t, FM_FRAME_SELF, FM_OP_FIX, 0);
    t.n = FM_TURN_BYTES_MAX + 1U;
    says(&t, 0, "turn bytes", FM_TURN_BYTES_MAX, FM_TURN_BYTES_MAX + 1U, "longer than any");
    begin(&t, 0);
    put_frame(&t, FM_FRAME_SELF, 1);
    put(&t, 1, FM_OP_FIX);
    put(&t, 3, 0);
    end(&t);
    says(&t, 71, "bytes left over", 0, 3, "three bytes behind the last frame");
    begin(&t, 0);
    put_frame(&t, FM_FRAME_SELF, 2);
    put(&t, 1, FM_OP_FIX);
    end(&t);
    says(&t, 71, "end of body", 72, 71, "a second effect that is not there");
    begin(&t, 0);
    put_frame(&t, FM_FRAME_SELF, 2);
    put(&t, 1, FM_OP_ROTATE);
    put_operands(&t, FM_OP_ROTATE, 0);
    put(&t, 1, FM_OP_ROTATE);
    put_operands(&t, FM_OP_ROTATE, 0);
    end(&t);
    says(&t, SELF_AT + 97U, "rotates", 1, 2, "two new keys in one turn");
    memset(t.at + SELF_AT + 98U, 0, 32);
    says(&t, SELF_AT + 97U, "rotates", 1, 2, "a second new key, of zeros: the leftmost fault is named");
    make(&t, FM_FRAME_SELF, FM_OP_ROTATE, 0);
    memset(t.at + SELF_AT + 1U, 0, 32);
    says(&t, SELF_AT + 1U, "new_pk", 1, 0, "a new key of zeros");
    make(&t, FM_FRAME_SELF, FM_OP_CREATE, 0);
    memset(t.at + SELF_AT + 9U, 0, 32);
    says(&t, SELF_AT + 47U, "rights", 1, 0, "a cell that nobody could ever reach");
}

/* Every shorter piece of every effect's turn says that it ends too early, wherever it is cut. */
static void test_cuts(void)
{
    uint32_t wrong = 0;
    uint32_t cuts = 0;

    for (uint8_t op = FM_OP_CHECK; op <= FM_OP_DESTROY; op++) {
        struct bytes t;
        size_t body;

        make(&t, op == FM_OP_SEAL ? FM_FRAME_SLOT : FM_FRAME_SELF, op, 1);
        body = t.n - FM_SIG_BYTES;
        for (size_t n = HEAD; n < body; n++) {
            struct fm_why why;

            make(&t, op == FM_OP_SEAL ? FM_FRAME_SLOT : FM_FRAME_SELF, op, 1);
            t.n = n;
            end(&t);
            wrong += decodes(&t, &why) || why.code != FM_E_MALFORMED || why.offset > n;
            cuts++;
        }
    }
    TAP_OK(cuts > 400U, "MAL every effect was cut at every byte");
    TAP_EQ(wrong, 0, "MAL and no piece decodes, nor points behind its end");
}

int main(void)
{
    test_valid();
    test_head();
    test_effects();
    test_whole();
    test_cuts();
    return tap_done();
}
