/* SPDX-License-Identifier: Apache-2.0 */
/* tidy: allow file-length (a generator and its judge share one state) */
/*
 * Random turns through the heart and through the slow reference: after each, status, reason, frame, effect, detail,
 * receipt, write set and root must be the same bytes, and of what is MALFORMED the place and the field; now and then
 * proofs of what is there and of what is not. The first difference is printed with the seed that leads to it.
 *   environment: DIFF_TURNS; DIFF_SEED; DIFF_WISE, percent of turns that look at the state; DIFF_PART, not every
 *   reason is asked for; DIFF_REF=0, the reference is not asked; DIFF_STREAM, where to write everything for a third
 *   judge (stream.h)
 */
#include "core/ahead.h"
#include "core/drive.h"
#include "core/proof.h"
#include "core/state_priv.h"
#include "store/frame.h"
#include "tests/diff/stream.h"
#include "tests/ref/ref.h"
#include "tests/tap.h"
#include "wire/turn.h"

#include <stdio.h>
#include <stdlib.h>

#define TURNS_PER_LEDGER 500U
#define ACTORS 4
#define REASONS 65

static uint64_t seed;

static uint64_t rnd(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed * 0x2545F4914F6CDD1DU >> 11;
}

static uint32_t below(uint32_t n)
{
    return n == 0 ? 0 : (uint32_t)(rnd() % n);
}

static bool chance(uint32_t percent)
{
    return below(100) < percent;
}

struct pair {
    struct fm_state state;
    struct fm_arena arena;
    void *memory;
    struct ref *ref;
    struct fm_run run;
    struct fm_turn turn;
    struct fm_ahead ahead; /* hints, which may change nothing */
    struct fm_sealed sealed;
    struct fm_batch batch;
    struct fm_turn_maker maker;
    uint8_t wire[FM_TURN_BYTES_MAX + 64];
    size_t bytes;
    uint64_t histogram[REASONS];
    uint64_t statuses[4];
    uint64_t turns;
    uint64_t naks;
    uint64_t proofs;
    struct fm_why why;
    uint64_t differences;
    uint32_t wise_percent;
    bool ask_reference;
    FILE *stream; /* NULL: none is asked for */
    struct fm_frame_maker frame;
    uint8_t frame_bytes[FM_FRAME_BYTES_MAX];
    uint8_t frame_hash[32]; /* of the last frame of W */
};

/* A signature that costs nothing and binds as much: a hash of key and text. Both sides ask the same oracle. */
static void fake_sign(const uint8_t pk[32], const uint8_t text[48], uint8_t sig[64])
{
    uint8_t msg[80];

    memcpy(msg, pk, 32);
    memcpy(msg + 32, text, 48);
    memset(sig, 0, 64);
    ref_blake3(NULL, msg, sizeof msg, sig);
}

static bool fake_verdict(void *cookie, const uint8_t pk[32], const uint8_t text[48],
                         const uint8_t sig[64])
{
    uint8_t want[64];

    (void)cookie;
    fake_sign(pk, text, want);
    return memcmp(want, sig, 64) == 0;
}

static void actor_pk(uint32_t i, uint8_t pk[32])
{
    memset(pk, (int)(i + 1), 32);
}

/* ---- the generator ---- */
static const struct fm_header *header_of(const struct pair *p, uint32_t idx)
{
    return &p->state.cells[idx].header;
}

static const struct fm_record *record_of(const struct pair *p, uint32_t idx, uint8_t slot)
{
    return &p->state.records[p->state.places[idx].slot_at + slot];
}

static uint32_t any_cell(const struct pair *p)
{
    return below(p->state.top.ncells);
}

static void any_id(const struct pair *p, uint8_t id[32])
{
    memcpy(id, header_of(p, any_cell(p))->id, 32);
    if (chance(2)) {
        id[below(32)] ^= 1U;
    }
}

static uint8_t any_slot(uint8_t nslots)
{
    return (uint8_t)(chance(4) ? below(256) : below(nslots));
}

/* A slot of the agent that holds a capability, if there is one. */
static uint8_t cap_slot(const struct pair *p, uint32_t agent)
{
    uint8_t nslots = header_of(p, agent)->nslots;
    uint32_t start = below(nslots);

    for (uint32_t i = 0; i < nslots && !chance(4); i++) {
        uint8_t slot = (uint8_t)((start + i) % nslots);

        if (fm_is_cap(record_of(p, agent, slot))) {
            return slot;
        }
    }
    return any_slot(nslots);
}

static uint64_t any_amount(void)
{
    switch (below(8)) {
    case 0:
        return INT64_MAX;
    case 1:
        return FM_U64_MAX;
    case 2:
        return 0;
    default:
        return 1 + below(60);
    }
}

static void any_value(uint8_t value[32])
{
    memset(value, 0, 32);
    if (chance(70)) {
        fm_put_le64(value + 24, chance(10) ? FM_U64_MAX - below(2) : below(6));
    }
    if (chance(30)) {
        value[below(24)] = (uint8_t)rnd();
    }
}

/* Limits within a record most of the time, an axis too wide at others. */
static struct fm_limits any_limits(const struct pair *p, const struct fm_record *held)
{
    struct fm_limits l = {.group = (uint8_t)below(3),
                          .rights = (uint16_t)(rnd() & FM_RIGHTS_ALL),
                          .methods = (uint16_t)rnd(),
                          .badge = below(3),
                          .f_lo = (uint16_t)(8 + below(4)),
                          .f_hi = (uint16_t)(12 + below(20)),
                          .expiry = chance(30) ? p->batch.now + below(30) : FM_NEVER,
                          .max_amount = chance(50) ? 1 + below(60) : FM_U64_MAX,
                          .allowance = chance(50) ? below(300) : FM_U64_MAX};

    if (held != NULL && chance(80)) {
        uint64_t left = held->allowance == FM_U64_MAX ? FM_U64_MAX : held->allowance - held->used;

        fm_cap_limits(held, &l);
        l.rights &= (uint16_t)(rnd() | rnd());
        l.allowance =
            left == FM_U64_MAX ? (chance(50) ? FM_U64_MAX : below(400)) : left / (1 + below(4));
        l.max_amount = chance(50) ? l.max_amount : l.max_amount / 2U + below(2);
        l.badge = l.badge == 0 ? below(2) : l.badge;
        if (chance(10)) {
            switch (below(8)) {
            case 0:
                l.rights = FM_RIGHTS_ALL;
                break;
            case 1:
                l.f_hi = FM_FIELDS_MAX;
                break;
            case 2:
                l.max_amount = FM_U64_MAX;
                break;
            case 3:
                l.allowance = FM_U64_MAX;
                break;
            case 4:
                l.expiry = FM_NEVER;
                break;
            case 5:
                l.badge += 1U;
                break;
            case 6:
                l.group = (uint8_t)((l.group + 1U) % 8U);
                break;
            default:
                l.methods = FM_METHODS_ALL;
                break;
            }
        }
    }
    return l;
}

static void put_create(struct pair *p, bool child)
{
    struct fm_create c = {.salt = below(chance(30) ? 2 : 40),
                          .nslots = (uint8_t)below(7),
                          .nfields = (uint16_t)(chance(80) ? 8 + below(14) : below(4))};

    if (chance(40)) {
        actor_pk(below(ACTORS), c.owner_pk);
    } else {
        c.rights = (uint16_t)(1 + below(FM_RIGHTS_ALL));
        c.slot = (uint8_t)below(6);
    }
    c.asset = (uint8_t)(child ? below(2) : below(3));
    any_id(p, c.issuer);
    c.nopen = (uint8_t)below(c.nslots < 3 ? c.nslots + 1U : 3U);
    fm_turn_create(&p->maker, &c);
    if (chance(15)) {
        fm_turn_create(&p->maker, &c);
    }
}

static void put_entry(struct pair *p, uint32_t subject)
{
    uint8_t writes[2 * 34] = {0};
    static const uint8_t none[32];
    uint16_t nfields = header_of(p, subject)->nfields;
    uint16_t key = (uint16_t)(8 + 2 * below(nfields > 10 ? (nfields - 8U) / 2U : 1U));
    const uint8_t *old =
        key < nfields ? p->state.fields + (size_t)(p->state.places[subject].field_at + key) * 32U
                      : none;

    fm_put_le16(writes, key);
    if (chance(70)) {
        memcpy(writes + 2, old, 24);
    }
    if (chance(60)) {
        writes[2] = (uint8_t)('a' + below(4));
    }
    fm_put_le64(writes + 26, fm_le64(old + 24) + (chance(85) ? 1U : below(3)));
    fm_put_le16(writes + 34, (uint16_t)(key + 1U));
    writes[36] = (uint8_t)below(2);
    fm_turn_invoke(&p->maker, (uint8_t)(chance(85) ? 1 : below(16)), (uint8_t)(chance(90) ? 2 : 1),
                   writes);
}

static void put_invoke(struct pair *p, uint32_t subject)
{
    uint8_t writes[8 * 34];
    uint8_t n = (uint8_t)(1 + below(3));
    uint16_t key = (uint16_t)(8 + below(4));

    if (chance(50)) {
        put_entry(p, subject);
        return;
    }
    for (uint8_t i = 0; i < n; i++) {
        fm_put_le16(writes + i * 34U, key);
        any_value(writes + i * 34U + 2);
        key = (uint16_t)(key + 1U + below(3));
    }
    fm_turn_invoke(&p->maker, (uint8_t)below(4), n, writes);
}

static void put_check(struct pair *p, uint32_t subject)
{
    const struct fm_header *h = header_of(p, subject);
    uint8_t value[32];

    switch (below(4)) {
    case 0:
        any_value(value);
        if (h->nfields > 8 && chance(60)) {
            memcpy(value, p->state.fields + (size_t)(p->state.places[subject].field_at + 8U) * 32U,
                   32);
        }
        fm_turn_check_field(&p->maker, (uint16_t)(chance(80) ? 8 : below(40)), value);
        break;
    case 1:
        fm_turn_check_nonce(&p->maker, h->nonce + below(2));
        break;
    case 2:
        fm_turn_check_balance(&p->maker, below(200));
        break;
    default:
        fm_turn_check_time(&p->maker, p->batch.now - below(3), p->batch.now + below(3) - 1U);
        break;
    }
}

static void put_rotate(struct pair *p, uint32_t agent)
{
    uint8_t pk[32];
    uint8_t text[48];
    uint8_t sig[64];

    actor_pk(below(ACTORS), pk);
    fm_rotate_text(p->state.top.ledger, header_of(p, agent)->id, header_of(p, agent)->nonce, pk,
                   text);
    fake_sign(pk, text, sig);
    sig[0] ^= chance(20) ? 1U : 0U;
    fm_turn_rotate(&p->maker, pk, sig);
}

static void put_setfield(struct pair *p)
{
    uint8_t value[32];

    any_value(value);
    fm_turn_setfield(&p->maker, (uint16_t)(8 + below(chance(90) ? 12 : 40)), value);
}

/* An effect of a frame; the subject is the agent, or what the slot reaches. */
static void put_effect(struct pair *p, uint32_t agent, bool self, const struct fm_record *held,
                       uint32_t subject)
{
    const struct fm_limits l = any_limits(p, self ? NULL : held);
    uint8_t nslots = header_of(p, agent)->nslots;
    uint8_t id[32];
    uint8_t value[32];

    any_id(p, id);
    any_value(value);
    switch (below(20)) {
    case 0:
        put_check(p, subject);
        break;
    case 1:
    case 2:
        fm_turn_transfer(&p->maker, id, any_amount());
        break;
    case 3:
    case 4:
        put_setfield(p);
        break;
    case 5:
        put_create(p, !self);
        break;
    case 6:
    case 7: {
        uint32_t dst = any_cell(p);

        fm_turn_grant(&p->maker, header_of(p, dst)->id, any_slot(header_of(p, dst)->nslots), &l);
        break;
    }
    case 8:
        fm_turn_attenuate(&p->maker, any_slot(nslots), &l);
        break;
    case 9:
        if (self) {
            fm_turn_drop(&p->maker, any_slot(nslots));
        } else {
            put_invoke(p, subject);
        }
        break;
    case 10:
        if (self && chance(40)) {
            fm_turn_revoke(&p->maker, cap_slot(p, agent));
        } else {
            put_invoke(p, subject);
        }
        break;
    case 11:
        fm_turn_lift(&p->maker, (uint8_t)below(3), chance(50) ? value : (const uint8_t[32]){0});
        break;
    case 12:
        put_invoke(p, subject);
        break;
    case 13:
        fm_turn_event(&p->maker, (uint8_t)(1 + below(8)), value);
        break;
    case 14:
        if (chance(30)) {
            fm_turn_fix(&p->maker);
        } else {
            put_invoke(p, subject);
        }
        break;
    case 15:
        if (self) {
            put_rotate(p, agent);
        } else {
            fm_turn_seal(&p->maker, (uint8_t)below(2));
        }
        break;
    case 16:
    case 17:
    case 18:
        if (self) {
            fm_turn_open(&p->maker, any_slot(nslots), id);
        } else {
            fm_turn_transfer(&p->maker, id, 1 + below(30));
        }
        break;
    default:
        if (chance(10)) {
            fm_turn_destroy(&p->maker);
        } else if (!self) {
            fm_turn_seal(&p->maker, 0);
        } else {
            put_check(p, subject);
        }
        break;
    }
}

static void put_frame(struct pair *p, uint32_t agent)
{
    bool self = chance(45) || header_of(p, agent)->nslots == 0;
    uint8_t effects = (uint8_t)(chance(70) ? 1 : 1 + below(4));
    struct fm_record held = {.kind = 0};
    uint32_t subject = agent;

    if (self) {
        fm_turn_self(&p->maker);
    } else {
        uint8_t slot = cap_slot(p, agent);
        uint8_t id[32];

        any_id(p, id);
        if (slot < header_of(p, agent)->nslots && fm_is_cap(record_of(p, agent, slot))) {
            held = *record_of(p, agent, slot);
            subject = held.target;
            if (!chance(4)) {
                memcpy(id, header_of(p, subject)->id, 32);
            }
        }
        fm_turn_slot(&p->maker, slot, id);
    }
    for (uint8_t i = 0; i < effects; i++) {
        put_effect(p, agent, self, &held, subject);
    }
}

/* ---- turns that know the state: most of them commit, so chains grow and rules are met ---- */
static bool keyed_live(const struct pair *p, uint32_t idx)
{
    const struct fm_header *h = header_of(p, idx);

    return h->lifecycle == FM_LIVE && (h->owner_pk[0] | h->owner_pk[31]) != 0;
}

static uint8_t free_slot(const struct pair *p, uint32_t cell)
{
    uint8_t nslots = header_of(p, cell)->nslots;
    uint32_t start = below(nslots);

    for (uint32_t i = 0; i < nslots; i++) {
        uint8_t slot = (uint8_t)((start + i) % nslots);
        const struct fm_record *r = record_of(p, cell, slot);

        if (r->kind == FM_KIND_FREE && r->generation != FM_U32_MAX) {
            return slot;
        }
    }
    return any_slot(nslots);
}

/* A slot of the agent with a capability that has these rights; the deeper of two. 255: none. */
static uint8_t slot_with(const struct pair *p, uint32_t agent, uint16_t rights)
{
    uint8_t nslots = header_of(p, agent)->nslots;
    uint32_t start = below(nslots);
    uint8_t found = 255;

    for (uint32_t i = 0; i < nslots; i++) {
        uint8_t slot = (uint8_t)((start + i) % nslots);
        const struct fm_record *r = record_of(p, agent, slot);

        if (fm_is_cap(r) && (r->rights & rights) == rights &&
            (found == 255 || record_of(p, agent, found)->kind < r->kind)) {
            found = slot;
            if (chance(50)) {
                break;
            }
        }
    }
    return found;
}

/* Opens a frame through a capability with this right, or SELF; the subject, and the record if there is one. */
static uint32_t wise_frame(struct pair *p, uint32_t agent, uint16_t right, struct fm_record *held)
{
    uint8_t slot = chance(75) ? slot_with(p, agent, right) : 255;

    if (slot == 255) {
        const uint32_t group = below(3);

        fm_cap_self(held, agent, (uint8_t)group, header_of(p, agent)->epoch[group]);
        fm_turn_self(&p->maker);
        return agent;
    }
    *held = *record_of(p, agent, slot);
    fm_turn_slot(&p->maker, slot, header_of(p, held->target)->id);
    return held->target;
}

/* A grant to whoever opened a slot for this agent, or whose dead record this agent may renew. */
static void wise_grant(struct pair *p, uint32_t agent)
{
    uint32_t start = any_cell(p);
    struct fm_record held;
    uint32_t subject = wise_frame(p, agent, FM_RIGHT_GRANT, &held);
    struct fm_limits l = any_limits(p, &held);

    for (uint32_t i = 0; i < p->state.top.ncells; i++) {
        uint32_t dst = (start + i) % p->state.top.ncells;

        for (uint32_t s = 0; dst != agent && s < header_of(p, dst)->nslots; s++) {
            const struct fm_record *r = record_of(p, dst, (uint8_t)s);

            if ((r->kind == FM_KIND_OPEN && r->target == agent) ||
                (fm_is_cap(r) && r->target == subject &&
                 r->epoch != header_of(p, subject)->epoch[r->group])) {
                fm_turn_grant(&p->maker, header_of(p, dst)->id, (uint8_t)s, &l);
                return;
            }
        }
    }
    fm_turn_attenuate(&p->maker, free_slot(p, agent), &l);
}

static void wise_transfer(struct pair *p, uint32_t agent)
{
    struct fm_record held;
    uint32_t subject = wise_frame(p, agent, FM_RIGHT_SEND, &held);
    uint64_t most = held.max_amount;
    uint32_t to = any_cell(p);

    for (int i = 0; i < 12 && (to == subject || header_of(p, to)->lifecycle != FM_LIVE ||
                               header_of(p, to)->asset != header_of(p, subject)->asset);
         i++) {
        to = any_cell(p);
    }
    if (held.allowance != FM_U64_MAX && held.allowance - held.used < most) {
        most = held.allowance - held.used;
    }
    most = most > 500 ? 500 : most;
    fm_turn_transfer(&p->maker, header_of(p, to)->id,
                     chance(30) ? most : 1 + below((uint32_t)most));
}

static void wise_write(struct pair *p, uint32_t agent)
{
    struct fm_record held;
    uint32_t subject = wise_frame(p, agent, FM_RIGHT_WRITE, &held);
    uint16_t lo = held.f_lo < 8U ? 8U : held.f_lo;
    uint16_t hi =
        held.f_hi < header_of(p, subject)->nfields ? held.f_hi : header_of(p, subject)->nfields;
    uint8_t value[32];

    any_value(value);
    fm_turn_setfield(&p->maker, (uint16_t)(lo + below(hi > lo ? hi - lo : 1U)), value);
}

/* An invocation of something that was born of a factory, if the agent holds one. */
static void wise_invoke(struct pair *p, uint32_t agent)
{
    uint8_t nslots = header_of(p, agent)->nslots;
    uint32_t start = below(nslots);

    for (uint32_t i = 0; i < nslots; i++) {
        uint8_t slot = (uint8_t)((start + i) % nslots);
        const struct fm_record *r = record_of(p, agent, slot);

        if (fm_is_cap(r) && header_of(p, r->target)->policy > FM_POLICY_FIXED) {
            fm_turn_slot(&p->maker, slot, header_of(p, r->target)->id);
            if (chance(60)) {
                put_entry(p, r->target);
            } else {
                put_invoke(p, r->target);
            }
            return;
        }
    }
    wise_write(p, agent);
}

static void wise_create(struct pair *p, uint32_t agent)
{
    struct fm_record held;
    uint32_t subject = wise_frame(p, agent, FM_RIGHT_SPAWN, &held);
    struct fm_create c = {.salt = rnd(),
                          .nslots = (uint8_t)(3 + below(5)),
                          .nfields = (uint16_t)(10 + below(12)),
                          .asset = (uint8_t)(chance(80) ? 0 : 1),
                          .nopen = (uint8_t)below(3)};

    (void)subject;
    if (chance(60)) {
        actor_pk(below(ACTORS), c.owner_pk);
    } else {
        c.rights = FM_RIGHTS_ALL;
        c.slot = free_slot(p, agent);
    }
    fm_turn_create(&p->maker, &c);
}

/* A group, and one that is retired or nearly so rather than another. */
static uint8_t ending_group(const struct pair *p, uint32_t cell)
{
    for (uint8_t group = 0; group < 3U && chance(80); group++) {
        if (header_of(p, cell)->epoch[group] >= FM_U32_MAX - 2U) {
            return group;
        }
    }
    return (uint8_t)below(3);
}

static void wise_self(struct pair *p, uint32_t agent)
{
    uint32_t giver = any_cell(p);

    for (int i = 0; i < 8 && !keyed_live(p, giver); i++) {
        giver = any_cell(p);
    }
    fm_turn_self(&p->maker);
    switch (below(12)) {
    case 0:
        fm_turn_drop(&p->maker, cap_slot(p, agent));
        break;
    case 1:
        fm_turn_revoke(&p->maker, cap_slot(p, agent));
        break;
    case 2:
        fm_turn_lift(&p->maker, ending_group(p, agent), (const uint8_t[32]){0});
        break;
    case 3:
        put_rotate(p, agent);
        break;
    default:
        fm_turn_open(&p->maker, free_slot(p, agent), header_of(p, giver)->id);
        break;
    }
}

/* Seals what may be sealed, and more often unseals what is. */
static void wise_life(struct pair *p, uint32_t agent)
{
    uint8_t slot = slot_with(p, agent, FM_RIGHT_LIFE);

    if (slot == 255) {
        wise_transfer(p, agent);
        return;
    }
    fm_turn_slot(&p->maker, slot, header_of(p, record_of(p, agent, slot)->target)->id);
    if (header_of(p, record_of(p, agent, slot)->target)->lifecycle == FM_SEALED) {
        fm_turn_seal(&p->maker, 0);
    } else if (chance(25)) {
        fm_turn_seal(&p->maker, 1);
    } else {
        fm_turn_event(&p->maker, 3, header_of(p, agent)->id);
    }
}

static void put_wise(struct pair *p, uint32_t agent)
{
    static void (*const kinds[])(struct pair *, uint32_t) = {
        wise_grant, wise_grant, wise_grant,  wise_transfer, wise_transfer, wise_write,
        wise_self,  wise_self,  wise_invoke, wise_invoke,   wise_create,   wise_life};

    for (uint32_t f = 1 + (chance(30) ? below(4) : 0); f > 0; f--) {
        kinds[below(FM_ARRAY_LEN(kinds))](p, agent);
    }
}

/* Sixty-odd cells in one turn, so that the 65th is met. */
static void put_wide(struct pair *p)
{
    struct fm_create c = {.owner_pk = {1}};
    uint32_t n = chance(70) ? 64 : 60;

    fm_turn_self(&p->maker);
    for (uint32_t i = 0; i < n; i++) {
        c.salt = 1000 + i;
        fm_turn_create(&p->maker, &c);
    }
}

static void sign(struct pair *p, uint32_t agent)
{
    uint8_t hash[32];
    uint8_t text[48];
    uint8_t sig[64];

    fm_turn_maker_hash(&p->maker, hash);
    fm_turn_signed_text(hash, text);
    fake_sign(header_of(p, agent)->owner_pk, text, sig);
    sig[40] ^= chance(1) ? 1U : 0U;
    fm_put_bytes(&p->maker.w, sig, 64);
    p->bytes = p->maker.w.bad ? 0 : p->maker.w.len;
}

static void mutate(struct pair *p)
{
    if (p->bytes == 0) {
        return;
    }
    switch (below(3)) {
    case 0:
        p->wire[below((uint32_t)p->bytes)] ^= (uint8_t)(1U << below(8));
        break;
    case 1:
        p->bytes = below((uint32_t)p->bytes);
        break;
    default:
        p->wire[68 + below((uint32_t)(p->bytes > 132 ? p->bytes - 132 : 1))] = (uint8_t)rnd();
        break;
    }
}

static void make_turn(struct pair *p, bool wise)
{
    uint32_t agent = any_cell(p);
    uint64_t nonce;
    uint8_t hash[32] = {1};

    for (int tries = 0; tries < 20 && !chance(2); tries++) {
        const struct fm_header *h = header_of(p, agent);

        if (h->lifecycle == FM_LIVE && (h->owner_pk[0] | h->owner_pk[31]) != 0) {
            break;
        }
        agent = any_cell(p);
    }
    nonce = header_of(p, agent)->nonce + (chance(2) ? 1U : 0U);
    fm_turn_begin(&p->maker, p->wire, sizeof p->wire, chance(1) ? hash : p->state.top.ledger,
                  header_of(p, agent)->id, nonce, chance(2) ? below(300) : FM_U64_MAX,
                  chance(3) ? p->batch.now - below(2) : FM_NEVER);
    if (chance(1)) {
        p->wire[16 + below(32)] ^= 1U;
    }
    if (chance(6)) {
        fm_turn_after(&p->maker, chance(80) ? header_of(p, agent)->link : hash);
    }
    if (chance(4)) {
        fm_turn_root(&p->maker, chance(80) ? p->state.root : hash);
    }
    if (p->state.params.max_cells > 100 && chance(20)) {
        put_wide(p);
    } else if (wise) {
        put_wise(p, agent);
    } else {
        for (uint32_t f = 1 + (chance(20) ? below(3) : 0); f > 0; f--) {
            put_frame(p, agent);
        }
    }
    if (fm_turn_finish(&p->maker) == 0) {
        p->bytes = 0;
        return;
    }
    sign(p, agent);
    if (chance(wise ? 1 : 5)) {
        mutate(p);
    }
}

/* ---- comparing ---- */
static void show_hex(const char *name, const uint8_t *a, size_t n)
{
    tap_note_hex(name, a, n);
}

static void difference(struct pair *p, const char *what, uint64_t got, uint64_t want)
{
    p->differences++;
    if (p->differences > 3) {
        return;
    }
    tap_note_text("DIFFERENCE", what);
    tap_note_u64("turn", p->turns);
    tap_note_u64("heart", got);
    tap_note_u64("reference", want);
    show_hex("wire", p->wire, p->bytes);
}

/* The heart's first half alone: what the turn would do. */
static enum fm_status try_core(struct pair *p)
{
    struct fm_run_env env;

    if (fm_turn_decode(&p->turn, p->wire, p->bytes, &p->why) != FM_OK) {
        return FM_MALFORMED;
    }
    fm_ahead_note(&p->ahead, &p->state, &p->turn);
    fm_state_env(&p->state, p->batch.now, &env);
    fm_drive_begin(&p->run, &p->state, &env, &p->turn);
    while (fm_drive_step(&p->run, &p->state) == FM_RUN_NEED_VERDICT) {
        fm_run_supply_verdict(
            &p->run, p->run.need.pk, p->run.need.text,
            fake_verdict(NULL, p->run.need.pk, p->run.need.text, p->run.need.sig));
    }
    return p->run.outcome.status;
}

static enum fm_status run_core(struct pair *p)
{
    enum fm_status status = try_core(p);

    if (status == FM_COMMITTED || status == FM_BODY_FAILED) {
        FM_ASSERT(fm_state_fits(&p->state, &p->run));
        fm_state_seal(&p->state, &p->run, &p->batch, &p->sealed);
        fm_frame_add(&p->frame, p->wire, p->bytes, &p->sealed.receipt, p->sealed.writes,
                     p->sealed.writes_bytes);
    }
    stream_turn(p->stream, p->wire, p->bytes, status, &p->why, &p->run, &p->sealed, p->state.root);
    return status;
}

static void count(struct pair *p, enum fm_status status)
{
    p->statuses[status]++;
    if (status != FM_MALFORMED) {
        p->histogram[fm_err_number(p->run.outcome.reason)]++;
    }
    p->turns++;
}

static void compare(struct pair *p, enum fm_status status, const struct ref_result *r)
{
    const struct fm_outcome *o = &p->run.outcome;

    if ((int)status != r->status) {
        difference(p, "status", status, (uint64_t)r->status);
        tap_note_text("heart says", status == FM_MALFORMED ? "MALFORMED" : fm_err_name(o->reason));
        tap_note_u64("reference reason", (uint64_t)r->reason);
        return;
    }
    if (status == FM_MALFORMED) {
        if (p->why.offset != r->offset || strcmp(p->why.field, r->field) != 0) {
            difference(p, "place of MALFORMED", p->why.offset, r->offset);
            tap_note_text("heart says", p->why.field);
            tap_note_text("reference says", r->field);
        }
        return;
    }
    if (fm_err_number(o->reason) != r->reason && (o->reason != FM_OK || r->reason != 0)) {
        difference(p, "reason", fm_err_number(o->reason), (uint64_t)r->reason);
    }
    if (status != FM_REJECTED) {
        if (memcmp(&p->sealed.receipt, r->receipt, 368) != 0) {
            difference(p, "receipt", o->effect, (uint64_t)r->effect);
            show_hex("heart receipt", (const uint8_t *)&p->sealed.receipt, 368);
            show_hex("ref   receipt", r->receipt, 368);
        }
        if (p->sealed.writes_bytes != r->writes_len ||
            memcmp(p->sealed.writes, r->writes, r->writes_len) != 0) {
            difference(p, "writes", p->sealed.writes_bytes, r->writes_len);
        }
    }
    if (memcmp(p->state.root, r->root, 32) != 0) {
        difference(p, "root", p->state.root[0], r->root[0]);
    }
}

/* A proof of the heart's: the reference makes the same bytes, and they are good. */
static void compare_proof(struct pair *p, const char *what, const uint8_t *got, size_t got_n,
                          const uint8_t *want, size_t want_n)
{
    struct fm_proven proven;

    if ((p->ref != NULL && (got_n != want_n || memcmp(got, want, want_n) != 0)) ||
        (got_n != 0 && fm_proof_verify(got, got_n, p->state.root, &proven, NULL) != FM_OK)) {
        difference(p, what, got_n, want_n);
    }
}

/* A proof about something, and one of an absence, from both sides. */
static void compare_proofs(struct pair *p)
{
    uint8_t got[FM_PROOF_BYTES_MAX];
    uint8_t want[2 * FM_PROOF_BYTES_MAX];
    uint32_t idx = any_cell(p);
    uint8_t kind = (uint8_t)(chance(30) ? 0 : 2 + below(2));
    uint32_t n = kind == 2 ? header_of(p, idx)->nslots : header_of(p, idx)->nfields;
    uint16_t index = (uint16_t)below(n);
    struct fm_proven proven;
    uint8_t id[32];
    size_t got_n;
    size_t want_n = 0;

    kind = n == 0 ? 0 : kind;
    index = kind == 0 ? 0 : index;
    got_n = fm_proof_make(&p->state, idx, kind, index, got, sizeof got);
    stream_proof(p->stream, idx, kind, index, got, got_n);
    if (p->ref != NULL) {
        want_n = ref_prove(p->ref, idx, kind, index, want);
    }
    compare_proof(p, "proof", got, got_n, want, want_n);
    memcpy(id, header_of(p, any_cell(p))->id, 32);
    id[31] = (uint8_t)(id[31] + below(3));
    got_n = fm_proof_make_absent(&p->state, id, got, sizeof got);
    stream_absence(p->stream, id, got_n != 0, got, got_n);
    if (p->ref != NULL) {
        long before = ref_before(p->ref, id);

        want_n = before < 0 ? 0 : ref_prove(p->ref, (uint32_t)before, 0, 0, want);
    }
    compare_proof(p, "proof of absence", got, got_n, want, want_n);
    if (got_n != 0 && (fm_proof_verify(got, got_n, p->state.root, &proven, NULL) != FM_OK ||
                       !fm_proven_absent(&proven, id))) {
        difference(p, "an absence that is not shown", got_n, 0);
    }
    p->proofs++;
}

/* Runs the turn that was made, in the heart and in the reference. */
static void judge(struct pair *p)
{
    enum fm_status status = run_core(p);
    struct ref_result result;

    if (p->ref != NULL) {
        ref_turn(p->ref, p->wire, p->bytes, p->batch.height, p->batch.now, fake_verdict, NULL, &result);
        compare(p, status, &result);
    }
    count(p, status);
}

static void one_turn(struct pair *p)
{
    /* Of the wise turns one that commits is looked for; which those are the heart is asked, and the reference judges.
     * The others come as they are, so that refusals stay as many-sided as they were. */
    if (chance(p->wise_percent)) {
        int tries = 12;

        do {
            make_turn(p, true);
            tries--;
        } while (tries > 0 && try_core(p) != FM_COMMITTED);
    } else {
        make_turn(p, false);
    }
    judge(p);
}

/* ---- ledgers ---- */
static void plant(struct pair *p)
{
    uint32_t idx = any_cell(p);
    uint8_t nslots = header_of(p, idx)->nslots;

    if (chance(50) && nslots > 0) {
        uint8_t slot = (uint8_t)below(nslots);
        struct fm_record r = *record_of(p, idx, slot);
        const struct fm_write w = {idx, FM_WRITE_RECORD, slot, (const uint8_t *)&r};

        r.generation = FM_U32_MAX - 1U - below(2);
        fm_state_put(&p->state, &w);
        stream_planted(p->stream, &w);
        if (p->ref != NULL) {
            ref_plant_generation(p->ref, idx, slot, r.generation);
        }
    } else {
        struct fm_header h = *header_of(p, idx);
        const struct fm_write w = {idx, FM_WRITE_HEADER, 0, (const uint8_t *)&h};
        uint8_t group = (uint8_t)below(3);

        h.epoch[group] = FM_U32_MAX - 1U - below(2);
        fm_state_put(&p->state, &w);
        stream_planted(p->stream, &w);
        if (p->ref != NULL) {
            ref_plant_epoch(p->ref, idx, group, h.epoch[group]);
        }
    }
    fm_state_settle(&p->state);
}

static void begin(struct pair *p, uint32_t agent)
{
    fm_turn_begin(&p->maker, p->wire, sizeof p->wire, p->state.top.ledger, header_of(p, agent)->id,
                  header_of(p, agent)->nonce, FM_U64_MAX, FM_NEVER);
}

static void end(struct pair *p, uint32_t agent)
{
    uint8_t hash[32];
    uint8_t text[48];
    uint8_t sig[64];

    (void)!fm_turn_finish(&p->maker);
    fm_turn_maker_hash(&p->maker, hash);
    fm_turn_signed_text(hash, text);
    fake_sign(header_of(p, agent)->owner_pk, text, sig);
    fm_put_bytes(&p->maker.w, sig, 64);
    p->bytes = p->maker.w.len;
    judge(p);
}

/* Actors with money; a factory with random rules, and a child of it for the first actor; a directory. */
static void populate(struct pair *p)
{
    struct fm_create c = {.nslots = 6, .nfields = 20};
    uint8_t id[32];
    uint8_t rule[32];

    for (uint32_t i = 0; i < ACTORS; i++) {
        begin(p, 1);
        fm_turn_self(&p->maker);
        actor_pk(i, c.owner_pk);
        c.salt = i;
        c.nslots = i == 2 ? 12 : 6;
        fm_cell_id(header_of(p, 1)->id, header_of(p, 1)->nonce, i, id);
        fm_turn_create(&p->maker, &c);
        fm_turn_transfer(&p->maker, id, 100000);
        end(p, 1);
    }
    c = (struct fm_create){.salt = 7, .nfields = 16, .slot = 0, .rights = FM_RIGHTS_ALL};
    fm_cell_id(header_of(p, 3)->id, header_of(p, 3)->nonce, 7, id);
    begin(p, 3);
    fm_turn_self(&p->maker);
    fm_turn_create(&p->maker, &c);
    fm_turn_slot(&p->maker, 0, id);
    for (uint16_t key = 8; key < 14; key++) {
        memset(rule, 0, sizeof rule);
        rule[0] = (uint8_t)(chance(30)   ? 0x80U + below(3)
                            : chance(90) ? 1U + below(6)
                                         : below(256));
        if (rule[0] >= 0x80U) {
            rule[1] = 1;
            fm_put_le16(rule + 4, 8);
            fm_put_le16(rule + 6, (uint16_t)(10 + below(12)));
        } else {
            fm_put_le16(rule + 2, (uint16_t)(8 + below(6)));
            fm_put_le16(rule + 4, (uint16_t)(9 + below(9)));
            fm_put_le64(rule + 8, below(3));
            fm_put_le64(rule + 16, 2 + below(5));
        }
        fm_turn_setfield(&p->maker, key, rule);
    }
    fm_turn_fix(&p->maker);
    c = (struct fm_create){.salt = 8, .nfields = 20, .slot = 1, .rights = FM_RIGHTS_ALL};
    fm_turn_slot(&p->maker, 0, id);
    fm_turn_create(&p->maker, &c);
    end(p, 3);
    begin(p, 4);
    fm_turn_self(&p->maker);
    fm_turn_open(&p->maker, 0, header_of(p, 1)->id);
    end(p, 4);
    begin(p, 1);
    fm_turn_slot(&p->maker, 1, header_of(p, 2)->id);
    fm_turn_grant(&p->maker, header_of(p, 4)->id, 0,
                  &(struct fm_limits){.rights = FM_RIGHT_SPAWN | FM_RIGHT_GRANT,
                                      .methods = FM_METHODS_ALL,
                                      .f_hi = FM_FIELDS_MAX,
                                      .expiry = FM_NEVER,
                                      .max_amount = FM_U64_MAX,
                                      .allowance = 3});
    end(p, 1);
    begin(p, 4);
    c = (struct fm_create){.salt = 9, .nfields = 20, .slot = 1, .rights = FM_RIGHTS_ALL};
    fm_turn_slot(&p->maker, 0, header_of(p, 2)->id);
    fm_turn_create(&p->maker, &c);
    end(p, 4);
}

/* Actor 5 holds a chain down to depth 8; actor 3 holds one through actor 6, whom 5 may seal. */
static void populate_chains(struct pair *p)
{
    struct fm_limits l = {.rights = FM_RIGHTS_ALL,
                          .methods = FM_METHODS_ALL,
                          .f_hi = FM_FIELDS_MAX,
                          .expiry = FM_NEVER,
                          .max_amount = FM_U64_MAX,
                          .allowance = FM_U64_MAX};

    begin(p, 5);
    fm_turn_self(&p->maker);
    fm_turn_attenuate(&p->maker, 0, &l);
    for (uint8_t i = 0; i < 7; i++) {
        fm_turn_slot(&p->maker, i, header_of(p, 5)->id);
        fm_turn_attenuate(&p->maker, (uint8_t)(i + 1U), &l);
    }
    end(p, 5);
    begin(p, 5);
    fm_turn_slot(&p->maker, 7, header_of(p, 5)->id);
    fm_turn_attenuate(&p->maker, 8, &l);
    fm_turn_self(&p->maker);
    fm_turn_open(&p->maker, 9, header_of(p, 6)->id);
    end(p, 5);
    begin(p, 6);
    fm_turn_self(&p->maker);
    fm_turn_open(&p->maker, 0, header_of(p, 5)->id);
    fm_turn_grant(&p->maker, header_of(p, 5)->id, 9, &l);
    end(p, 6);
    begin(p, 5);
    fm_turn_self(&p->maker);
    fm_turn_grant(&p->maker, header_of(p, 6)->id, 0, &l);
    end(p, 5);
    begin(p, 3);
    fm_turn_self(&p->maker);
    fm_turn_open(&p->maker, 5, header_of(p, 6)->id);
    end(p, 3);
    begin(p, 6);
    fm_turn_slot(&p->maker, 0, header_of(p, 5)->id);
    fm_turn_grant(&p->maker, header_of(p, 3)->id, 5, &l);
    end(p, 6);
    begin(p, 5);
    fm_turn_slot(&p->maker, 8, header_of(p, 5)->id);
    fm_turn_attenuate(&p->maker, 10, &l);
    end(p, 5); /* DEPTH: it goes no deeper */
}

/* ---- batches ---- */
/* A batch that K must refuse: its height is not the next, or its time has fallen. */
static void refused_batch(struct pair *p, struct fm_batch batch)
{
    switch (below(3)) {
    case 0:
        batch.height += 1U;
        break;
    case 1:
        batch.height -= 1U;
        break;
    default:
        batch.now -= 1U;
        break;
    }
    if (fm_state_open_batch(&p->state, &batch)) {
        difference(p, "a batch out of order", batch.height, p->state.top.height);
    }
    stream_batch(p->stream, &batch, false);
}

static void open_batch(struct pair *p)
{
    const bool filling = p->state.nbatches > 0U;
    struct fm_batch batch = {(filling ? p->batch.height : p->state.top.height) + 1U,
                             filling ? p->batch.now : p->state.top.now};

    if (chance(5) && batch.now > 0U) {
        refused_batch(p, batch);
    }
    batch.now += p->state.top.height == 0U ? 1000U : chance(20) ? below(4) : 0U;
    if (!fm_state_open_batch(&p->state, &batch)) {
        abort();
    }
    stream_batch(p->stream, &batch, true);
    p->batch = batch;
    fm_frame_begin(&p->frame, p->frame_bytes, sizeof p->frame_bytes, p->frame_hash, batch.height,
                   p->state.top.seq + 1U, batch.now);
}

/* A batch in which nothing ran leaves no frame. */
static void close_batch(struct pair *p)
{
    if (p->frame.turns > 0U) {
        size_t bytes = fm_frame_end(&p->frame, p->frame_hash);

        stream_frame(p->stream, p->state.top.ledger, p->batch.height, p->frame_bytes, bytes);
    }
}

static void ack_batch(struct pair *p)
{
    fm_state_ack(&p->state);
    stream_ack(p->stream, p->state.root);
}

/* What W goes back to when open batches are dropped: D, and its receipt, frame and reference. */
struct durable {
    uint8_t root[32];
    uint8_t receipt_hash[32];
    uint8_t frame_hash[32];
    struct ref *ref;
};

static struct durable remember(const struct pair *p)
{
    struct durable d = {.ref = p->ref != NULL ? ref_clone(p->ref) : NULL};

    memcpy(d.root, p->state.root, 32);
    memcpy(d.receipt_hash, p->state.receipt_hash, 32);
    memcpy(d.frame_hash, p->frame_hash, 32);
    return d;
}

static void nak_batches(struct pair *p, const struct durable *d)
{
    fm_state_nak(&p->state);
    if (memcmp(d->root, p->state.root, 32) != 0 ||
        memcmp(d->receipt_hash, p->state.receipt_hash, 32) != 0) {
        difference(p, "root after a dropped batch", p->state.root[0], d->root[0]);
    }
    stream_nak(p->stream, p->state.root);
    memcpy(p->frame_hash, d->frame_hash, 32);
    if (p->ref != NULL) {
        ref_free(p->ref);
    }
    p->ref = d->ref;
    p->naks++;
}

static void fill_batch(struct pair *p)
{
    open_batch(p);
    for (uint32_t i = 1 + below(6); i > 0; i--) {
        one_turn(p);
    }
    close_batch(p);
}

/* One batch, or two of which the second is filled while the first is on its way to the disk; then acknowledged,
 * dropped, or the first acknowledged and the second dropped. */
static void some_batches(struct pair *p)
{
    const bool drop_all = chance(8);
    const bool drop_second = !drop_all && chance(8);
    bool dropping = drop_all;
    struct durable d;

    if (drop_all) {
        d = remember(p);
    }
    fill_batch(p);
    if (p->frame.turns > 0U && (drop_second || chance(25))) {
        if (drop_second) {
            d = remember(p);
            dropping = true;
        }
        fill_batch(p);
    }
    if (!drop_all) {
        ack_batch(p);
    }
    if (dropping) {
        nak_batches(p, &d);
    } else if (p->state.nbatches > 0U) {
        ack_batch(p);
    }
}

static void new_ledger(struct pair *p)
{
    const struct fm_state_config config = {
        .max_cells = 400, .max_slots = 9000, .max_fields = 30000, .max_undo = 4U << 20};
    struct fm_params params;
    uint8_t salt[32];
    uint8_t pk[32];

    fm_params_default(&params);
    params.max_cells = chance(8) ? 350 : 14 + below(10);
    params.supply = chance(20) ? INT64_MAX : 1000000000;
    if (chance(40)) {
        params.fee_base = below(50);
        params.fee_byte = below(2);
        params.fee_slot = below(5);
        params.fee_field = below(5);
        for (size_t i = 0; i < 16; i++) {
            params.fee_op[i] = below(20);
        }
    }
    memset(salt, (int)below(256), sizeof salt);
    actor_pk(9, pk);
    p->arena.cap = fm_state_size(&config);
    p->arena.used = 0;
    p->memory = p->memory != NULL ? p->memory : malloc(p->arena.cap);
    p->arena.base = p->memory;
    if (fm_state_init(&p->state, &config, &p->arena) != FM_OK ||
        fm_state_genesis(&p->state, &params, salt, pk) != FM_OK) {
        abort();
    }
    p->ref = p->ask_reference ? ref_new((const uint8_t *)&params, salt, pk) : NULL;
    memset(p->frame_hash, 0, 32);
    stream_genesis(p->stream, &p->state, salt, pk);
    open_batch(p);
    populate(p);
    populate_chains(p);
    close_batch(p);
    ack_batch(p);
}

static void run_ledger(struct pair *p)
{
    const uint64_t first = p->turns;

    new_ledger(p);
    while (p->turns - first < TURNS_PER_LEDGER && p->differences == 0) {
        some_batches(p);
        if (chance(10)) {
            plant(p);
        }
        if (chance(10)) {
            compare_proofs(p);
        }
    }
    if (p->ref != NULL) {
        ref_free(p->ref);
    }
}

static uint64_t from_env(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

int main(void)
{
    static struct pair p;
    uint64_t turns = from_env("DIFF_TURNS", 100000);
    uint64_t first = from_env("DIFF_SEED", 1);
    unsigned missing = 0;

    p.wise_percent = (uint32_t)from_env("DIFF_WISE", 65);
    p.ask_reference = from_env("DIFF_REF", 1) != 0;
    p.stream = getenv("DIFF_STREAM") != NULL ? stream_open(getenv("DIFF_STREAM")) : NULL;
    for (uint64_t ledger = 0; p.turns < turns && p.differences == 0; ledger++) {
        seed = (first + ledger) * 0x9E3779B97F4A7C15U | 1U;
        run_ledger(&p);
        if (p.differences > 0) {
            tap_note_u64("seed of that ledger (DIFF_SEED)", first + ledger);
        }
    }
    tap_note_u64("turns", p.turns);
    tap_note_u64("batches dropped", p.naks);
    tap_note_u64("proofs compared, with as many of absence", p.proofs);
    for (size_t i = 0; i < 4; i++) {
        static const char *const names[] = {"committed", "body failed", "rejected", "malformed"};

        tap_note_u64(names[i], p.statuses[i]);
    }
    for (uint8_t i = 1; i < REASONS; i++) {
        fm_err e = fm_err_of_reason(i);

        if (e != FM_OK) {
            tap_note_u64(fm_err_name(e), p.histogram[i]);
            missing += p.histogram[i] == 0 ? 1U : 0U;
        }
    }
    TAP_EQ(p.differences, 0, "DIF0001 the heart and the reference agree on every byte");
    TAP_OK(p.turns >= turns, "DIF0002 over as many turns as were asked for");
    if (getenv("DIFF_PART") == NULL) {
        TAP_EQ(missing, 0, "DIF0003 every reason was met");
    }
    TAP_OK(stream_close(p.stream), "DIF0004 the stream, if one was asked for, is whole");
    free(p.memory);
    return tap_done();
}
