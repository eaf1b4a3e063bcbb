/* SPDX-License-Identifier: Apache-2.0 */
/* The table of values: each kept once, found by hash, dropped again last first. */
#include "biscuit/world.h"

static const char *const default_symbols[28] = {
    "read", "write", "resource", "operation", "right", "time", "role", "owner", "tenant", "namespace",
    "user", "team", "service", "admin", "email", "group", "member", "ip_address", "client", "client_ip",
    "domain", "path", "version", "cluster", "node", "hostname", "nonce", "query",
};

static uint32_t hash_bytes(uint32_t h, const uint8_t *p, size_t n)
{
    while (n >= 4) {
        h = (h ^ fm_le32(p)) * 0x9e3779b1U;
        h ^= h >> 15;
        p += 4;
        n -= 4;
    }
    for (size_t i = 0; i < n; i++) {
        h = (h ^ p[i]) * 0x01000193U;
    }
    return h ^ h >> 16;
}

static uint32_t hash_value(const struct fm_b_value *v)
{
    uint32_t h = 0x811c9dc5U ^ v->type * 0x9e3779b1U;

    h = (h ^ (uint32_t)v->num) * 0x85ebca6bU;
    h = (h ^ (uint32_t)(v->num >> 32)) * 0xc2b2ae35U;
    if (v->type == FM_BISCUIT_STRING || v->type == FM_BISCUIT_BYTES) {
        return hash_bytes(h ^ v->n, v->ptr, v->n);
    }
    if (v->type == FM_BISCUIT_MAP) {
        return hash_bytes(h ^ v->n, v->ptr, (size_t)v->n * 8U);
    }
    return v->n == 0 ? h ^ h >> 15 : hash_bytes(h ^ v->n, v->ptr, (size_t)v->n * 4U);
}

static size_t value_bytes(const struct fm_b_value *v)
{
    if (v->type == FM_BISCUIT_STRING || v->type == FM_BISCUIT_BYTES) {
        return v->n;
    }
    return v->type == FM_BISCUIT_MAP ? (size_t)v->n * 8U : (size_t)v->n * 4U;
}

static bool same(const struct fm_b_value *a, const struct fm_b_value *b)
{
    return a->hash == b->hash && a->type == b->type && a->n == b->n && a->num == b->num &&
           (a->n == 0 || memcmp(a->ptr, b->ptr, value_bytes(a)) == 0);
}

/* Finds or adds. The bytes are copied only if the value is new and `copy` is set. */
static uint32_t intern(struct fm_biscuit_world *w, struct fm_b_value *v, bool copy, fm_err *err)
{
    size_t n = value_bytes(v);

    v->hash = hash_value(v);
    uint32_t slot = v->hash & w->slot_mask;
    while (w->slots[slot] != 0) {
        uint32_t id = w->slots[slot] - 1U;
        if (same(&w->values[id], v)) {
            return id;
        }
        slot = (slot + 1U) & w->slot_mask;
    }
    if (w->nvalues == w->limits.values) {
        *err = FM_E_TOKEN_VALUES;
        return FM_B_NONE;
    }
    if (copy && n > 0) {
        void *to = fm_arena_take(w->arena, n, 4);
        if (to == NULL) {
            *err = FM_E_TOKEN_MEMORY;
            return FM_B_NONE;
        }
        memcpy(to, v->ptr, n);
        v->ptr = to;
    }
    w->values[w->nvalues] = *v;
    w->slots[slot] = w->nvalues + 1U;
    return w->nvalues++;
}

uint32_t fm_b_scalar(struct fm_biscuit_world *w, uint8_t type, uint64_t num, fm_err *err)
{
    struct fm_b_value v = {NULL, num, 0, 0, type, 0};

    if (type == FM_BISCUIT_BOOL) {
        return num != 0 ? FM_B_TRUE : FM_B_FALSE;
    }
    return type == FM_BISCUIT_NULL ? FM_B_NULL : intern(w, &v, false, err);
}

uint32_t fm_b_blob(struct fm_biscuit_world *w, uint8_t type, const void *p, uint32_t n, bool copy, fm_err *err)
{
    struct fm_b_value v = {p, 0, n, 0, type, 0};

    return intern(w, &v, copy, err);
}

int fm_b_order(const struct fm_biscuit_world *w, uint32_t a, uint32_t b)
{
    const struct fm_b_value *x = &w->values[a];
    const struct fm_b_value *y = &w->values[b];

    if (a == b) {
        return 0;
    }
    if (x->type != y->type) {
        return x->type < y->type ? -1 : 1;
    }
    if (x->type == FM_BISCUIT_INTEGER) {
        return (int64_t)x->num < (int64_t)y->num ? -1 : 1;
    }
    if (x->type == FM_BISCUIT_DATE) {
        return x->num < y->num ? -1 : 1;
    }
    if (x->type == FM_BISCUIT_BOOL) {
        return a == FM_B_FALSE ? -1 : 1;
    }
    if (x->type == FM_BISCUIT_BYTES) {
        int c = memcmp(x->ptr, y->ptr, x->n < y->n ? x->n : y->n);
        return c != 0 ? (c < 0 ? -1 : 1) : (x->n < y->n ? -1 : 1);
    }
    return a < b ? -1 : 1; /* strings stand in the order in which they were met, as in other libraries */
}

/* Heap sort of n groups of `step` items by their first item: no recursion, no worst case. */
static void sift(const struct fm_biscuit_world *w, uint32_t *items, uint32_t step, uint32_t from, uint32_t n)
{
    uint32_t i = from;

    while (2U * i + 1U < n) {
        uint32_t child = 2U * i + 1U;
        if (child + 1U < n && fm_b_order(w, items[child * step], items[(child + 1U) * step]) < 0) {
            child++;
        }
        if (fm_b_order(w, items[i * step], items[child * step]) >= 0) {
            return;
        }
        for (uint32_t k = 0; k < step; k++) {
            uint32_t t = items[i * step + k];
            items[i * step + k] = items[child * step + k];
            items[child * step + k] = t;
        }
        i = child;
    }
}

static void sort_items(const struct fm_biscuit_world *w, uint32_t *items, uint32_t step, uint32_t n)
{
    for (uint32_t i = n / 2U; i > 0; i--) {
        sift(w, items, step, i - 1U, n);
    }
    for (uint32_t end = n; end > 1U; end--) {
        for (uint32_t k = 0; k < step; k++) {
            uint32_t t = items[k];
            items[k] = items[(end - 1U) * step + k];
            items[(end - 1U) * step + k] = t;
        }
        sift(w, items, step, 0, end - 1U);
    }
}

/* Of pairs with equal keys only the last stays: the heap is not stable, so this is done before sorting. */
static uint32_t last_wins(uint32_t *pairs, uint32_t n)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = 0;
        while (k < kept && pairs[2U * k] != pairs[2U * i]) {
            k++;
        }
        pairs[2U * k] = pairs[2U * i];
        pairs[2U * k + 1U] = pairs[2U * i + 1U];
        kept += k == kept ? 1U : 0U;
    }
    return kept;
}

uint32_t fm_b_items(struct fm_biscuit_world *w, uint8_t type, uint32_t *items, uint32_t n, fm_err *err)
{
    struct fm_b_value v = {items, 0, n, 0, type, 1};
    uint32_t count = type == FM_BISCUIT_MAP ? 2U * n : n;

    if (n > FM_B_ITEMS) {
        *err = FM_E_TOKEN_TERMS;
        return FM_B_NONE;
    }
    for (uint32_t i = 0; i < count; i++) {
        uint8_t below = w->values[items[i]].depth;
        v.depth = below >= v.depth ? (uint8_t)(below + 1U) : v.depth;
    }
    if (v.depth > FM_B_DEPTH) {
        *err = FM_E_TOKEN_NESTING;
        return FM_B_NONE;
    }
    if (type == FM_BISCUIT_SET && n > 1) {
        uint32_t kept = 1;
        sort_items(w, items, 1, n);
        for (uint32_t i = 1; i < n; i++) {
            if (items[i] != items[kept - 1U]) {
                items[kept++] = items[i];
            }
        }
        v.n = kept;
    } else if (type == FM_BISCUIT_MAP && n > 1) {
        v.n = last_wins(items, n);
        sort_items(w, items, 2, v.n);
    }
    return intern(w, &v, true, err);
}

bool fm_b_set_has(const struct fm_b_value *set, uint32_t x)
{
    const uint32_t *items = set->ptr;

    for (uint32_t i = 0; i < set->n; i++) {
        if (items[i] == x) {
            return true;
        }
    }
    return false;
}

struct fm_b_mark fm_b_mark(const struct fm_biscuit_world *w)
{
    struct fm_b_mark m = {w->nvalues, w->arena->used};
    return m;
}

void fm_b_release(struct fm_biscuit_world *w, struct fm_b_mark mark)
{
    while (w->nvalues > mark.nvalues) {
        uint32_t id = --w->nvalues;
        uint32_t slot = w->values[id].hash & w->slot_mask;
        while (w->slots[slot] != id + 1U) {
            slot = (slot + 1U) & w->slot_mask;
        }
        w->slots[slot] = 0; /* nothing that came later is left to be found behind it */
    }
    w->arena->used = mark.used;
}

uint32_t fm_b_key(struct fm_biscuit_world *w, const struct fm_biscuit_key *key)
{
    for (uint32_t i = 0; i < w->nkeys; i++) {
        if (w->keys[i].algorithm == key->algorithm && w->keys[i].len == key->len &&
            memcmp(w->keys[i].bytes, key->bytes, key->len) == 0) {
            return i;
        }
    }
    if (w->nkeys == FM_BISCUIT_KEYS_MAX) {
        return FM_B_NONE;
    }
    w->keys[w->nkeys] = *key;
    w->key_blocks[w->nkeys] = 0;
    return w->nkeys++;
}

struct fm_biscuit_limits fm_biscuit_limits_default(void)
{
    struct fm_biscuit_limits limits = {4096, 1000, 100, 1000000};
    return limits;
}

static void *take(struct fm_arena *arena, size_t n)
{
    return fm_arena_take(arena, n, 8);
}

struct fm_biscuit_world *fm_biscuit_world_new(struct fm_arena *arena, const struct fm_biscuit_limits *limits)
{
    size_t used = arena->used;
    struct fm_biscuit_world *w = take(arena, sizeof *w);
    uint32_t cap = limits->values < 64U ? 64U : limits->values > 1U << 20 ? 1U << 20 : limits->values;
    uint32_t slots = 128;
    uint32_t fact_slots = 64;
    fm_err err = FM_OK;

    if (w == NULL) {
        return NULL;
    }
    memset(w, 0, sizeof *w);
    w->arena = arena;
    w->limits = *limits;
    w->limits.values = cap;
    w->limits.facts = limits->facts > 1U << 20 ? 1U << 20 : limits->facts;
    w->fuel = limits->fuel;
    while (slots < 2U * cap) {
        slots *= 2U;
    }
    while (fact_slots < 2U * (w->limits.facts + 64U)) {
        fact_slots *= 2U;
    }
    w->values = take(arena, cap * sizeof *w->values);
    w->slots = take(arena, slots * sizeof *w->slots);
    w->facts = take(arena, (w->limits.facts + 64U) * sizeof *w->facts);
    w->fact_slots = take(arena, fact_slots * sizeof *w->fact_slots);
    w->rels = take(arena, FM_B_RELS * sizeof *w->rels);
    w->rel_slots = take(arena, 2U * FM_B_RELS * sizeof *w->rel_slots);
    w->scratch = take(arena, sizeof *w->scratch);
    if (w->values == NULL || w->slots == NULL || w->facts == NULL || w->fact_slots == NULL || w->rels == NULL ||
        w->rel_slots == NULL || w->scratch == NULL) {
        arena->used = used;
        return NULL;
    }
    w->slot_mask = slots - 1U;
    w->fact_mask = fact_slots - 1U;
    memset(w->slots, 0, slots * sizeof *w->slots);
    memset(w->fact_slots, 0, fact_slots * sizeof *w->fact_slots);
    memset(w->rel_slots, 0, 2U * FM_B_RELS * sizeof *w->rel_slots);
    fm_b_scratch_reset(w->scratch);
    for (uint32_t i = 0; i < FM_ARRAY_LEN(default_symbols); i++) {
        size_t n = 0;
        while (default_symbols[i][n] != 0) {
            n++;
        }
        (void)fm_b_blob(w, FM_BISCUIT_STRING, default_symbols[i], (uint32_t)n, false, &err);
    }
    for (uint32_t i = 0; i < 3; i++) { /* 28 true, 29 false, 30 null, at fixed places */
        struct fm_b_value v = {NULL, i == 0, 0, 0, (uint8_t)(i == 2 ? FM_BISCUIT_NULL : FM_BISCUIT_BOOL), 0};
        (void)intern(w, &v, false, &err);
    }
    FM_ASSERT(err == FM_OK && w->nvalues == FM_B_NULL + 1U);
    return w;
}

void fm_biscuit_world_host(struct fm_biscuit_world *world, const struct fm_biscuit_host *host)
{
    world->host = *host;
}

void fm_biscuit_world_trace(struct fm_biscuit_world *world, const struct fm_biscuit_trace *trace)
{
    world->trace = *trace;
}
