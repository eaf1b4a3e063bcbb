/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of names and prefixes: what a decision is reduced to. */
#include "biscuit/idset.h"

#define FEW 4U /* names that are compared one by one rather than hashed */

int fm_b_text_order(const struct fm_biscuit_text *a, const struct fm_biscuit_text *b)
{
    uint32_t n = a->n < b->n ? a->n : b->n;
    int c = n > 0 ? memcmp(a->p, b->p, n) : 0;

    return c != 0 ? (c < 0 ? -1 : 1) : a->n == b->n ? 0 : a->n < b->n ? -1 : 1;
}

static bool begins(const struct fm_biscuit_text *text, const struct fm_biscuit_text *prefix)
{
    return prefix->n <= text->n && (prefix->n == 0 || memcmp(text->p, prefix->p, prefix->n) == 0);
}

/* -------------------------------------------------------------------------------------- building */
static bool push(struct fm_arena *arena, struct fm_biscuit_text **list, uint32_t *n, uint32_t *cap,
                 struct fm_biscuit_text item)
{
    if (*n == *cap) {
        uint32_t more = *cap == 0 ? 4U : *cap * 2U;
        struct fm_biscuit_text *to = fm_arena_take(arena, more * sizeof *to, 8);
        if (to == NULL) {
            return false;
        }
        if (*n > 0) {
            memcpy(to, *list, *n * sizeof *to);
        }
        *list = to;
        *cap = more;
    }
    (*list)[(*n)++] = item;
    return true;
}

bool fm_b_set_id(struct fm_b_set *s, struct fm_arena *arena, struct fm_biscuit_text id)
{
    return s->all || push(arena, &s->ids, &s->nids, &s->ids_cap, id);
}

bool fm_b_set_prefix(struct fm_b_set *s, struct fm_arena *arena, struct fm_biscuit_text prefix)
{
    if (prefix.n == 0) {
        s->all = true;
    }
    return s->all || push(arena, &s->prefixes, &s->nprefixes, &s->prefixes_cap, prefix);
}

/* Heap sort: no recursion, no worst case. */
static void sift(struct fm_biscuit_text *t, uint32_t i, uint32_t n)
{
    for (;;) {
        uint32_t child = 2U * i + 1U;
        if (child >= n) {
            return;
        }
        if (child + 1U < n && fm_b_text_order(&t[child], &t[child + 1U]) < 0) {
            child++;
        }
        if (fm_b_text_order(&t[i], &t[child]) >= 0) {
            return;
        }
        struct fm_biscuit_text x = t[i];
        t[i] = t[child];
        t[child] = x;
        i = child;
    }
}

static void sort(struct fm_biscuit_text *t, uint32_t n)
{
    for (uint32_t i = n / 2U; i > 0; i--) {
        sift(t, i - 1U, n);
    }
    for (uint32_t end = n; end > 1U; end--) {
        struct fm_biscuit_text x = t[0];
        t[0] = t[end - 1U];
        t[end - 1U] = x;
        sift(t, 0, end - 1U);
    }
}

/* Is the text under one of the prefixes, which are normalised? */
static const struct fm_biscuit_text *cover(const struct fm_b_set *s, const struct fm_biscuit_text *text)
{
    uint32_t lo = 0;
    uint32_t hi = s->nprefixes;

    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2U;
        if (fm_b_text_order(&s->prefixes[mid], text) <= 0) {
            lo = mid + 1U;
        } else {
            hi = mid;
        }
    }
    return lo > 0 && begins(text, &s->prefixes[lo - 1U]) ? &s->prefixes[lo - 1U] : NULL;
}

void fm_b_set_normalise(struct fm_b_set *s)
{
    uint32_t kept = 0;

    s->slots = NULL;
    if (s->all) {
        s->nids = 0;
        s->nprefixes = 0;
        return;
    }
    sort(s->prefixes, s->nprefixes);
    for (uint32_t i = 0; i < s->nprefixes; i++) { /* whatever begins with another stands behind it */
        if (kept == 0 || !begins(&s->prefixes[i], &s->prefixes[kept - 1U])) {
            s->prefixes[kept++] = s->prefixes[i];
        }
    }
    s->nprefixes = kept;
    sort(s->ids, s->nids);
    kept = 0;
    for (uint32_t i = 0; i < s->nids; i++) {
        bool again = kept > 0 && fm_b_text_order(&s->ids[kept - 1U], &s->ids[i]) == 0;
        if (!again && cover(s, &s->ids[i]) == NULL) {
            s->ids[kept++] = s->ids[i];
        }
    }
    s->nids = kept;
}

bool fm_b_set_join(struct fm_b_set *a, struct fm_arena *arena, const struct fm_b_set *b)
{
    bool good = true;

    a->all = a->all || b->all;
    for (uint32_t i = 0; i < b->nids && good; i++) {
        good = fm_b_set_id(a, arena, b->ids[i]);
    }
    for (uint32_t i = 0; i < b->nprefixes && good; i++) {
        good = fm_b_set_prefix(a, arena, b->prefixes[i]);
    }
    fm_b_set_normalise(a);
    return good;
}

/* Into out: what of a lies in b. Ids; and prefixes that one of b covers (both ways give all that is in both). */
static bool inside(struct fm_b_set *out, struct fm_arena *arena, const struct fm_b_set *a, const struct fm_b_set *b)
{
    bool good = true;

    for (uint32_t i = 0; i < a->nids && good; i++) {
        if (fm_b_set_contains(b, a->ids[i].p, a->ids[i].n)) {
            good = fm_b_set_id(out, arena, a->ids[i]);
        }
    }
    for (uint32_t i = 0; i < a->nprefixes && good; i++) {
        if (cover(b, &a->prefixes[i]) != NULL) {
            good = fm_b_set_prefix(out, arena, a->prefixes[i]);
        }
    }
    return good;
}

bool fm_b_set_meet(struct fm_b_set *a, struct fm_arena *arena, const struct fm_b_set *b)
{
    struct fm_b_set out;
    bool good;

    if (b->all) {
        return true;
    }
    memset(&out, 0, sizeof out);
    if (a->all) {
        good = fm_b_set_join(&out, arena, b);
    } else {
        good = inside(&out, arena, a, b) && inside(&out, arena, b, a);
        fm_b_set_normalise(&out);
    }
    *a = out;
    return good;
}

void fm_b_set_less(struct fm_b_set *a, const struct fm_b_set *b)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < a->nids; i++) {
        if (!fm_b_set_contains(b, a->ids[i].p, a->ids[i].n)) {
            a->ids[kept++] = a->ids[i];
        }
    }
    a->nids = kept;
    a->slots = NULL;
}

/* --------------------------------------------------------------------------------------- looking */
static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9e3779b97f4a7c15ULL;
    return h ^ h >> 29;
}

/* Not against adversaries: they would have to have chosen the ids that were granted. */
static uint32_t hash(const char *p, uint32_t n)
{
    uint64_t h = n * 0xff51afd7ed558ccdULL;
    uint64_t last = 0;
    uint32_t i = 0;

    for (; i + 8U <= n; i += 8U) {
        uint64_t v;
        memcpy(&v, p + i, 8);
        h = mix(h, v);
    }
    if (n >= 8U && i < n) { /* the last eight bytes, some of them again */
        memcpy(&last, p + n - 8U, 8);
    } else {
        for (; i < n; i++) {
            last = last << 8 | (uint8_t)p[i];
        }
    }
    h = mix(h, last);
    return (uint32_t)(h ^ h >> 32);
}

bool fm_b_set_index(struct fm_b_set *s, struct fm_arena *arena)
{
    uint32_t slots = 16;

    if (s->nids <= FEW) {
        return true;
    }
    while (slots < 2U * s->nids) {
        slots *= 2U;
    }
    s->slots = fm_arena_take(arena, slots * sizeof *s->slots, 4);
    if (s->slots == NULL) {
        return false;
    }
    memset(s->slots, 0, slots * sizeof *s->slots);
    s->mask = slots - 1U;
    for (uint32_t i = 0; i < s->nids; i++) {
        uint32_t slot = hash(s->ids[i].p, s->ids[i].n) & s->mask;
        while (s->slots[slot] != 0) {
            slot = (slot + 1U) & s->mask;
        }
        s->slots[slot] = i + 1U;
    }
    return true;
}

static bool has_id(const struct fm_b_set *s, const struct fm_biscuit_text *text)
{
    if (s->slots != NULL) {
        uint32_t slot = hash(text->p, text->n) & s->mask;
        while (s->slots[slot] != 0) {
            const struct fm_biscuit_text *id = &s->ids[s->slots[slot] - 1U];
            if (id->n == text->n && memcmp(id->p, text->p, id->n) == 0) {
                return true;
            }
            slot = (slot + 1U) & s->mask;
        }
        return false;
    }
    if (s->nids <= FEW) {
        for (uint32_t i = 0; i < s->nids; i++) {
            if (s->ids[i].n == text->n && (text->n == 0 || memcmp(s->ids[i].p, text->p, text->n) == 0)) {
                return true;
            }
        }
        return false;
    }
    uint32_t lo = 0;
    uint32_t hi = s->nids;
    while (lo < hi) { /* while it is being compiled: no table yet */
        uint32_t mid = lo + (hi - lo) / 2U;
        int c = fm_b_text_order(&s->ids[mid], text);
        if (c == 0) {
            return true;
        }
        lo = c < 0 ? mid + 1U : lo;
        hi = c < 0 ? hi : mid;
    }
    return false;
}

bool fm_b_set_contains(const struct fm_b_set *s, const char *p, uint32_t n)
{
    struct fm_biscuit_text text = {p, n};

    if (s->all) {
        return true;
    }
    return (s->nids > 0 && has_id(s, &text)) || (s->nprefixes > 0 && cover(s, &text) != NULL);
}
