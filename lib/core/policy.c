/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies (heart.md section 4): the rules of a frozen factory, which every write to its children
 * obeys.
 *
 * P1  A policy reads its own cell and its factory, nothing else: no reentrance, no foreign state.
 * P2  A rule field that is not understood admits nothing, whatever the key.
 * P3  Each rule is asked about the state after the whole effect, so the order of its writes does
 * not matter.
 */
#include "core/stage.h"

enum atom {
    ATOM_IMMUTABLE = 1,
    ATOM_WRITE_ONCE,
    ATOM_MONOTONIC,
    ATOM_PLUS_ONE,
    ATOM_RANGE,
    ATOM_ENTRY
};
#define RULE_METHOD 0x80U
#define METHOD_RANGES_MAX 7U
#define NAME_BYTES 24U

struct rule {
    uint8_t atom; /* 0: no rule about keys */
    bool broken;
    uint16_t lo;
    uint16_t hi;
    uint64_t a;
    uint64_t b;
};

/* The writes of one effect, as they stand on the wire. */
struct writes {
    uint8_t n;
    const uint8_t *bytes;
};

static uint16_t write_key(const struct writes *w, uint8_t i)
{
    return fm_le16(w->bytes + (size_t)i * FM_INVOKE_WRITE_BYTES);
}

static const uint8_t *write_value(const struct writes *w, uint8_t i)
{
    return w->bytes + (size_t)i * FM_INVOKE_WRITE_BYTES + 2;
}

/* Whether bytes[from..to) are all zero. */
static bool is_zero(const uint8_t *bytes, size_t from, size_t to)
{
    uint8_t any = 0;

    for (size_t i = from; i < to; i++) {
        any |= bytes[i];
    }
    return any == 0U;
}

static uint64_t number(const uint8_t value[32])
{
    return fm_le64(value + 24);
}

/* A method field: known, with a count of ranges, and zeros after them. */
static bool method_whole(const uint8_t field[32])
{
    return field[0] >= RULE_METHOD && field[0] < RULE_METHOD + FM_METHODS && field[1] >= 1U &&
           field[1] <= METHOD_RANGES_MAX && is_zero(field, 2, 4) &&
           is_zero(field, 4 + 4U * (size_t)field[1], 32);
}

static void get_rule(const uint8_t field[32], struct rule *rule)
{
    *rule = (struct rule){.atom = 0};
    if (is_zero(field, 0, 32) || method_whole(field)) {
        return;
    }
    if (field[0] < ATOM_IMMUTABLE || field[0] > ATOM_ENTRY || field[1] != 0U ||
        !is_zero(field, 6, 8) || !is_zero(field, 24, 32)) {
        rule->broken = true;
        return;
    }
    rule->atom = field[0];
    rule->lo = fm_le16(field + 2);
    rule->hi = fm_le16(field + 4);
    rule->a = fm_le64(field + 8);
    rule->b = fm_le64(field + 16);
}

/* The value that a key has once the effect is done. */
static void value_after(const struct fm_run *run, uint16_t cell, const struct writes *w,
                        uint16_t key, uint8_t value[32])
{
    for (uint8_t i = 0; i < w->n; i++) {
        if (write_key(w, i) == key) {
            memcpy(value, write_value(w, i), 32);
            return;
        }
    }
    fm_stage_field(run, cell, key, value);
}

static bool written(const struct writes *w, uint16_t key)
{
    bool found = false;

    for (uint8_t i = 0; i < w->n; i++) {
        found = found || write_key(w, i) == key;
    }
    return found;
}

/* 1 to 24 nonzero bytes, then zeros. */
static bool name_whole(const uint8_t name[NAME_BYTES])
{
    size_t n = 0;

    while (n < NAME_BYTES && name[n] != 0U) {
        n++;
    }
    return n > 0 && is_zero(name, n, NAME_BYTES);
}

static bool name_taken(const struct fm_run *run, uint16_t cell, const struct writes *w,
                       const struct rule *rule, uint16_t tag_key, const uint8_t name[NAME_BYTES])
{
    uint16_t nfields = run->cells[cell].header.nfields;
    uint16_t end = rule->hi < nfields ? rule->hi : nfields;

    for (uint32_t key = rule->lo; key < end; key += 2U) {
        uint8_t tag[32];

        if (key == tag_key) {
            continue;
        }
        value_after(run, cell, w, (uint16_t)key, tag);
        if (memcmp(tag, name, NAME_BYTES) == 0) {
            return true;
        }
    }
    return false;
}

static bool entry_admits(const struct fm_run *run, uint16_t cell, const struct writes *w,
                         const struct rule *rule, uint16_t key)
{
    uint16_t tag_key = (uint16_t)(key - ((key - rule->lo) & 1U));
    uint16_t value_key = (uint16_t)(tag_key + 1U);
    uint8_t old_tag[32];
    uint8_t tag[32];
    uint8_t value[32];
    bool was;
    bool is;

    if (value_key >= rule->hi || !written(w, tag_key) || !written(w, value_key)) {
        return false;
    }
    fm_stage_field(run, cell, tag_key, old_tag);
    value_after(run, cell, w, tag_key, tag);
    value_after(run, cell, w, value_key, value);
    if (number(old_tag) == FM_U64_MAX || number(tag) != number(old_tag) + 1U) {
        return false;
    }
    was = !is_zero(old_tag, 0, NAME_BYTES);
    is = !is_zero(tag, 0, NAME_BYTES);
    if (!is) {
        return is_zero(value, 0, 32);
    }
    return name_whole(tag) && (!was || memcmp(old_tag, tag, NAME_BYTES) == 0) &&
           !name_taken(run, cell, w, rule, tag_key, tag);
}

static bool rule_admits(const struct fm_run *run, uint16_t cell, const struct writes *w,
                        const struct rule *rule, uint8_t i)
{
    uint16_t key = write_key(w, i);
    const uint8_t *new = write_value(w, i);
    uint8_t old[32];

    if (rule->broken) {
        return false;
    }
    if (rule->atom == 0U || key < rule->lo || key >= rule->hi) {
        return true;
    }
    fm_stage_field(run, cell, key, old);
    switch ((enum atom)rule->atom) {
    case ATOM_IMMUTABLE:
        return memcmp(new, old, 32) == 0;
    case ATOM_WRITE_ONCE:
        return is_zero(old, 0, 32);
    case ATOM_MONOTONIC:
        return number(new) >= number(old);
    case ATOM_PLUS_ONE:
        return number(old) != FM_U64_MAX && number(new) == number(old) + 1U;
    case ATOM_RANGE:
        return rule->a <= number(new) && number(new) <= rule->b;
    case ATOM_ENTRY:
        return entry_admits(run, cell, w, rule, key);
    }
    return false;
}

/* How many rule fields the factory has: keys 8 to 71. */
static uint16_t rules_end(const struct fm_header *factory)
{
    uint16_t end = FM_RULE_FIRST + FM_RULES_MAX;

    return factory->nfields < end ? factory->nfields : end;
}

bool fm_policy_admits(struct fm_pass *p, uint16_t subject, uint8_t n, const uint8_t *bytes)
{
    const struct writes w = {n, bytes};
    uint32_t policy = fm_stage_header(p, subject)->policy;
    uint16_t factory;
    uint16_t end;

    if (policy == FM_POLICY_FREE) {
        return p->stop == FM_GO_ON;
    }
    if (policy == FM_POLICY_FIXED) {
        return fm_refuse(p, FM_E_POLICY, 0);
    }
    factory = fm_stage_find_idx(p, policy);
    if (factory == FM_NO_ENTRY) {
        return false;
    }
    end = rules_end(fm_stage_header(p, factory));
    for (uint8_t i = 0; i < n; i++) {
        for (uint16_t key = FM_RULE_FIRST; key < end; key++) {
            uint8_t field[32];
            struct rule rule;

            fm_stage_field(p->run, factory, key, field);
            get_rule(field, &rule);
            if (!rule_admits(p->run, subject, &w, &rule, i)) {
                return fm_refuse(p, FM_E_POLICY, (uint8_t)key);
            }
        }
    }
    return true;
}

/* The first rule field of the factory that is this method's. */
static bool find_method(const struct fm_run *run, uint16_t factory, uint8_t method,
                        uint8_t field[32])
{
    uint16_t end = rules_end(&run->cells[factory].header);

    for (uint16_t key = FM_RULE_FIRST; key < end; key++) {
        fm_stage_field(run, factory, key, field);
        if (method_whole(field) && field[0] == RULE_METHOD + method) {
            return true;
        }
    }
    return false;
}

/* Whether a key lies in one of the ranges of a whole method field. */
static bool in_ranges(const uint8_t field[32], uint16_t key)
{
    bool inside = false;

    for (uint8_t k = 0; k < METHOD_RANGES_MAX; k++) {
        inside = inside || (k < field[1] && fm_le16(field + 4 + 4U * (size_t)k) <= key &&
                            key < fm_le16(field + 6 + 4U * (size_t)k));
    }
    return inside;
}

bool fm_policy_method(struct fm_pass *p, uint16_t subject, uint8_t method, uint8_t n,
                      const uint8_t *bytes)
{
    const struct writes w = {n, bytes};
    const struct fm_header *header = fm_stage_header(p, subject);
    uint8_t field[32] = {0};
    uint16_t factory;

    if (!fm_require(p, header->policy > FM_POLICY_FIXED, FM_E_NO_METHOD)) {
        return false;
    }
    factory = fm_stage_find_idx(p, header->policy);
    if (factory == FM_NO_ENTRY) {
        return false;
    }
    if (!find_method(p->run, factory, method, field)) {
        return fm_refuse(p, FM_E_NO_METHOD, 0);
    }
    for (uint8_t i = 0; i < n; i++) {
        uint16_t key = write_key(&w, i);

        if (!fm_require(p, key < header->nfields, FM_E_NO_FIELD) ||
            !fm_require(p, in_ranges(field, key) && p->held.f_lo <= key && key < p->held.f_hi,
                        FM_E_FIELD)) {
            return false;
        }
    }
    return true;
}
