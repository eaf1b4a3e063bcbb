/* SPDX-License-Identifier: Apache-2.0 */
/*
 * T20: the rules of a factory, each atom at its edges, each malformed rule field, and methods: a row is a factory with
 * one or two rule fields, a child, what stands in it, and a write that must be admitted or refused.
 */
#include "tests/core/judge.h"
#include "tests/tap.h"

#include <stdio.h>

#define MAX FM_U64_MAX

static struct world *w;
static struct actor *a;

/* A rule for keys, or a method with ranges: the first 32 bytes as section 4 lays them out. */
struct rule_field {
    uint8_t head[8];
    uint64_t a;
    uint64_t b;
    uint8_t tail;
};

struct row {
    const char *name;
    struct rule_field rule;
    uint16_t key; /* the key that is written */
    uint64_t old;
    uint64_t new;
    fm_err want;
};

#define ATOM(n, lo, hi)                                                                            \
    {                                                                                              \
        (n), 0, (lo), 0, (hi), 0, 0, 0                                                             \
    }
#define POLICY_NO FM_E_POLICY

static const struct row rows[] = {
    {"IMMUTABLE, the same", {ATOM(1, 9, 12), 0, 0, 0}, 10, 5, 5, FM_OK},
    {"IMMUTABLE, another", {ATOM(1, 9, 12), 0, 0, 0}, 10, 5, 6, POLICY_NO},
    {"the key at lo", {ATOM(1, 10, 12), 0, 0, 0}, 10, 5, 6, POLICY_NO},
    {"a key below lo", {ATOM(1, 11, 12), 0, 0, 0}, 10, 5, 6, FM_OK},
    {"a key at hi", {ATOM(1, 9, 10), 0, 0, 0}, 10, 5, 6, FM_OK},
    {"WRITE_ONCE, from nothing", {ATOM(2, 8, 20), 0, 0, 0}, 10, 0, 6, FM_OK},
    {"WRITE_ONCE, from something", {ATOM(2, 8, 20), 0, 0, 0}, 10, 5, 6, POLICY_NO},
    {"WRITE_ONCE, back to nothing", {ATOM(2, 8, 20), 0, 0, 0}, 10, 5, 0, POLICY_NO},
    {"MONOTONIC, up", {ATOM(3, 8, 20), 0, 0, 0}, 10, 5, 6, FM_OK},
    {"MONOTONIC, level", {ATOM(3, 8, 20), 0, 0, 0}, 10, 5, 5, FM_OK},
    {"MONOTONIC, down", {ATOM(3, 8, 20), 0, 0, 0}, 10, 5, 4, POLICY_NO},
    {"PLUS_ONE, one", {ATOM(4, 8, 20), 0, 0, 0}, 10, 5, 6, FM_OK},
    {"PLUS_ONE, none", {ATOM(4, 8, 20), 0, 0, 0}, 10, 5, 5, POLICY_NO},
    {"PLUS_ONE, two", {ATOM(4, 8, 20), 0, 0, 0}, 10, 5, 7, POLICY_NO},
    {"PLUS_ONE, over the end", {ATOM(4, 8, 20), 0, 0, 0}, 10, MAX, 0, POLICY_NO},
    {"RANGE, at its least", {ATOM(5, 8, 20), 3, 9, 0}, 10, 0, 3, FM_OK},
    {"RANGE, at its most", {ATOM(5, 8, 20), 3, 9, 0}, 10, 0, 9, FM_OK},
    {"RANGE, below", {ATOM(5, 8, 20), 3, 9, 0}, 10, 0, 2, POLICY_NO},
    {"RANGE, above", {ATOM(5, 8, 20), 3, 9, 0}, 10, 0, 10, POLICY_NO},
    {"no rule", {{0}, 0, 0, 0}, 10, 5, 6, FM_OK},
    {"an unknown atom", {ATOM(7, 18, 20), 0, 0, 0}, 10, 5, 6, POLICY_NO},
    {"a zero atom that is not empty", {ATOM(0, 18, 20), 0, 0, 0}, 10, 5, 6, POLICY_NO},
    {"a second byte", {{1, 1, 18, 0, 20, 0, 0, 0}, 0, 0, 0}, 10, 5, 6, POLICY_NO},
    {"a byte in the gap", {{1, 0, 18, 0, 20, 0, 1, 0}, 0, 0, 0}, 10, 5, 6, POLICY_NO},
    {"the gap's other byte", {{1, 0, 18, 0, 20, 0, 0, 1}, 0, 0, 0}, 10, 5, 6, POLICY_NO},
    {"a byte in the tail", {ATOM(1, 18, 20), 0, 0, 1}, 10, 5, 6, POLICY_NO},
    {"a method is no rule for keys", {{0x82, 1, 0, 0, 8, 0, 9, 0}, 0, 0, 0}, 10, 5, 6, FM_OK},
    {"a method without ranges", {{0x82, 0, 0, 0, 0, 0, 0, 0}, 0, 0, 0}, 10, 5, 6, POLICY_NO},
    {"a method with eight", {{0x82, 8, 0, 0, 8, 0, 9, 0}, 0, 0, 0}, 10, 5, 6, POLICY_NO},
    {"a method with a byte in its gap",
     {{0x82, 1, 1, 0, 8, 0, 9, 0}, 0, 0, 0},
     10,
     5,
     6,
     POLICY_NO},
    {"a method with bytes behind its ranges",
     {{0x82, 1, 0, 0, 8, 0, 9, 0}, 1, 0, 0},
     10,
     5,
     6,
     POLICY_NO},
    {"a seventeenth method", {{0x90, 1, 0, 0, 8, 0, 9, 0}, 0, 0, 0}, 10, 5, 6, POLICY_NO},
};

static void put_rule(struct fm_turn_maker *m, uint16_t key, const struct rule_field *f)
{
    uint8_t bytes[32] = {0};

    memcpy(bytes, f->head, 8);
    fm_put_le64(bytes + 8, f->a);
    fm_put_le64(bytes + 16, f->b);
    bytes[24] = f->tail;
    fm_turn_setfield(m, key, bytes);
}

static void number(uint8_t value[32], uint64_t n)
{
    memset(value, 0, 32);
    fm_put_le64(value + 24, n);
}

/* A factory with this rule at key 8 (and one more at 9), and its child; roots in A's slots 0 and 1. */
static void make(const struct rule_field *first, const struct rule_field *second, uint16_t nfields,
                 uint8_t factory[32], uint8_t child[32])
{
    struct fm_create create = {
        .salt = w->salt++, .nfields = nfields, .slot = 0, .rights = FM_RIGHTS_ALL};
    struct fm_turn_maker *m = judge_self(w, a);

    world_next_id(w, a, create.salt, factory);
    fm_turn_create(m, &create);
    fm_turn_slot(m, 0, factory);
    put_rule(m, 8, first);
    if (second != NULL) {
        put_rule(m, (uint16_t)(nfields - 1U), second);
    }
    fm_turn_fix(m);
    create.salt = w->salt++;
    create.nfields = 20;
    create.slot = 1;
    world_next_id(w, a, create.salt, child);
    fm_turn_create(m, &create);
    if (world_end(w, a) != FM_COMMITTED) {
        w->violations++;
    }
}

static void unmake(void)
{
    judge_drop(w, a, 0);
    judge_drop(w, a, 1);
}

static void plant_field(const uint8_t child[32], uint16_t key, uint64_t n)
{
    uint32_t idx = fm_state_find(&w->state, child);

    number(w->state.fields + (size_t)(w->state.places[idx].field_at + key) * 32U, n);
}

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        uint8_t factory[32];
        uint8_t child[32];
        uint8_t value[32];
        struct fm_turn_maker *m;
        enum fm_status got;
        char name[120];

        make(&row->rule, NULL, 10, factory, child);
        plant_field(child, row->key, row->old);
        number(value, row->new);
        m = judge_slot(w, a, 1, child);
        fm_turn_setfield(m, row->key, value);
        got = world_end(w, a);
        snprintf(name, sizeof name, "RUL%04zu %s: %s", i + 1U, row->name,
                 row->want == FM_OK ? "admitted" : "refused");
        TAP_OK(row->want == FM_OK ? got == FM_COMMITTED
                                  : got == FM_BODY_FAILED && world_reason(w) == row->want &&
                                        w->run.outcome.detail == 8,
               name);
        unmake();
    }
}

/* ---- ENTRY ---- */
struct entry {
    const char *name;
    const char *old_name;
    uint64_t old_version;
    const char *new_name;
    uint64_t new_version;
    uint64_t value;
    uint8_t parts; /* 1 tag, 2 value, 3 both */
    fm_err want;
};

static const struct entry entries[] = {
    {"bind", "", 0, "x", 1, 7, 3, FM_OK},
    {"rebind", "x", 4, "x", 5, 8, 3, FM_OK},
    {"unbind", "x", 4, "", 5, 0, 3, FM_OK},
    {"unbind with a value left", "x", 4, "", 5, 1, 3, FM_E_POLICY},
    {"another name over it", "x", 4, "y", 5, 7, 3, FM_E_POLICY},
    {"the same version", "x", 4, "x", 4, 7, 3, FM_E_POLICY},
    {"two versions on", "x", 4, "x", 6, 7, 3, FM_E_POLICY},
    {"past the last version", "x", MAX, "x", 0, 7, 3, FM_E_POLICY},
    {"the tag alone", "", 0, "x", 1, 0, 1, FM_E_POLICY},
    {"the value alone", "x", 1, "x", 1, 9, 2, FM_E_POLICY},
    {"a name that another pair has", "", 0, "taken", 1, 7, 3, FM_E_POLICY},
    {"a name of 24 bytes", "", 0, "abcdefghijklmnopqrstuvwx", 1, 7, 3, FM_OK},
    {"a name with a hole", "", 0, "a\1b", 1, 7, 3, FM_E_POLICY},
};

static void tag_of(uint8_t tag[32], const char *name, uint64_t version)
{
    memset(tag, 0, 32);
    memcpy(tag, name, strlen(name));
    for (int i = 0; i < 24; i++) {
        tag[i] = tag[i] == 1 ? 0 : tag[i]; /* the hole */
    }
    fm_put_le64(tag + 24, version);
}

static void test_entries(void)
{
    const struct rule_field entry = {ATOM(6, 8, 14), 0, 0, 0};
    const struct rule_field method = {{0x83, 1, 0, 0, 8, 0, 20, 0}, 0, 0, 0};
    uint8_t factory[32];
    uint8_t child[32];
    uint8_t writes[68];
    struct fm_turn_maker *m;

    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        const struct entry *e = &entries[i];
        uint8_t *fields;
        enum fm_status got;
        char name[120];

        make(&entry, &method, 10, factory, child);
        fields = w->state.fields +
                 (size_t)w->state.places[fm_state_find(&w->state, child)].field_at * 32U;
        tag_of(fields + 8 * 32, "taken", 3);
        tag_of(fields + 10 * 32, e->old_name, e->old_version);
        fm_put_le16(writes, 10);
        tag_of(writes + 2, e->new_name, e->new_version);
        fm_put_le16(writes + 34, 11);
        number(writes + 36, e->value);
        m = judge_slot(w, a, 1, child);
        fm_turn_invoke(m, 3, e->parts == 3 ? 2 : 1, e->parts == 2 ? writes + 34 : writes);
        got = world_end(w, a);
        snprintf(name, sizeof name, "RUL01%02zu ENTRY, %s", i, e->name);
        TAP_OK(e->want == FM_OK ? got == FM_COMMITTED
                                : got == FM_BODY_FAILED && world_reason(w) == e->want &&
                                      w->run.outcome.detail == 8,
               name);
        unmake();
    }
    {
        /* a pair of which only the tag lies in the range */
        const struct rule_field half = {ATOM(6, 8, 11), 0, 0, 0};

        make(&half, &method, 10, factory, child);
        m = judge_slot(w, a, 1, child);
        fm_put_le16(writes, 10);
        tag_of(writes + 2, "x", 1);
        fm_turn_invoke(m, 3, 2, writes);
        TAP_OK(world_end(w, a) == FM_BODY_FAILED && world_reason(w) == FM_E_POLICY,
               "RUL0120 a pair cut by the range's end admits nothing");
        unmake();
    }
}

/* ---- methods ---- */
static void test_methods(void)
{
    const struct rule_field ranges = {{0x83, 2, 0, 0, 8, 0, 9, 0}, 11U | 12ULL << 16, 0, 0};
    const struct rule_field far = {ATOM(1, 8, 20), 0, 0, 0};
    struct fm_limits l = limits_of(FM_RIGHTS_ALL);
    uint8_t factory[32];
    uint8_t child[32];
    uint8_t write[34] = {0};
    static const struct {
        uint16_t key;
        uint8_t method;
        fm_err want;
    } uses[] = {{8, 3, FM_OK},          {9, 3, FM_E_FIELD},    {10, 3, FM_E_FIELD},
                {11, 3, FM_OK},         {12, 3, FM_E_FIELD},   {8, 2, FM_E_NO_METHOD},
                {20, 3, FM_E_NO_FIELD}, {8, 4, FM_E_NO_METHOD}};
    struct fm_turn_maker *m;

    make(&ranges, NULL, 9, factory, child);
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        char name[80];
        enum fm_status got;

        fm_put_le16(write, uses[i].key);
        m = judge_slot(w, a, 1, child);
        fm_turn_invoke(m, uses[i].method, 1, write);
        got = world_end(w, a);
        snprintf(name, sizeof name, "RUL02%02zu method %u, key %u", i, uses[i].method, uses[i].key);
        TAP_OK(uses[i].want == FM_OK ? got == FM_COMMITTED
                                     : got == FM_BODY_FAILED && world_reason(w) == uses[i].want,
               name);
    }
    /* the capability's own range, within the method's */
    l.f_lo = 9;
    l.f_hi = 11;
    m = judge_slot(w, a, 1, child);
    fm_turn_attenuate(m, 2, &l);
    (void)judge_committed(w, a, "RUL0210 a capability on keys 9 and 10");
    for (uint16_t key = 8; key <= 11; key += 3) {
        fm_put_le16(write, key);
        m = judge_slot(w, a, 2, child);
        fm_turn_invoke(m, 3, 1, write);
        TAP_OK(world_end(w, a) == FM_BODY_FAILED && world_reason(w) == FM_E_FIELD,
               "RUL0211 a key that the method has and the capability has not");
    }
    judge_drop(w, a, 2);
    unmake();
    /* rules stand in fields 8 to 71, and nowhere behind them */
    make(&ranges, &far, 73, factory, child);
    fm_put_le16(write, 8);
    write[2] = 5;
    m = judge_slot(w, a, 1, child);
    fm_turn_invoke(m, 3, 1, write);
    (void)judge_committed(w, a, "RUL0212 field 72 of a factory is no rule");
    unmake();
    make(&ranges, &far, 72, factory, child);
    m = judge_slot(w, a, 1, child);
    fm_turn_invoke(m, 3, 1, write);
    TAP_OK(world_end(w, a) == FM_BODY_FAILED && world_reason(w) == FM_E_POLICY &&
               w->run.outcome.detail == 71,
           "RUL0213 field 71 is, and is named");
    unmake();
}

int main(void)
{
    w = world_new(NULL);
    a = world_actor(w, 0, 4, 9, 100000);
    test_rows();
    test_entries();
    test_methods();
    world_free(w);
    return tap_done();
}
