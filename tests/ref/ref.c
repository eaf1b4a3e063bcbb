/* SPDX-License-Identifier: Apache-2.0 */
/* tidy: allow file-length (one specification, read from top to bottom in one place) */
#include "tests/ref/ref.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t u8;
typedef uint64_t u64;

struct cell {
    u8 header[160];
    u8 next_id[32];
    u8 records[255][64];
    u8 fields[1024][32];
};

/* What a turn has written: (address, kept in order of first touch). */
struct touch {
    uint32_t cell;
    int kind;
    int index;
};

struct ref {
    u8 params[144];
    u8 top[128];
    u8 last_receipt_hash[32];
    struct cell **cells;
    size_t ncells;
    struct touch *touched;
    size_t ntouched;
    u8 *writes;
    u8 root[32]; /* after the last turn */
};

enum { RJ = 2, MF = 3 };

static u64 get(const u8 *p, int n)
{
    u64 v = 0;

    for (int i = n - 1; i >= 0; i--) {
        v = v << 8 | p[i];
    }
    return v;
}

static void set(u8 *p, int n, u64 v)
{
    for (int i = 0; i < n; i++) {
        p[i] = (u8)(v >> (8 * i));
    }
}

static bool zero(const u8 *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] != 0) {
            return false;
        }
    }
    return true;
}

/* The key of a use, computed once (uses are string constants, so their addresses tell them apart). */
static const u8 *key_of(const char *use)
{
    static const char *names[24];
    static u8 keys[24][32];
    int i = 0;
    char text[40];

    while (names[i] != NULL && strcmp(names[i], use) != 0) {
        i++;
    }
    if (names[i] == NULL) {
        snprintf(text, sizeof text, "firmament 1 %s", use);
        ref_blake3(NULL, (const u8 *)text, strlen(text), keys[i]);
        names[i] = use;
    }
    return keys[i];
}

static void H(const char *use, const u8 *msg, size_t n, u8 out[32])
{
    ref_blake3(key_of(use), msg, n, out);
}

static void H2(const char *use, const u8 *a, const u8 *b, u8 out[32])
{
    u8 msg[64];

    memcpy(msg, a, 32);
    memcpy(msg + 32, b, 32);
    H(use, msg, 64, out);
}

/* tree(leaves, n, e0), all of it. */
static void tree(u8 (*leaves)[32], size_t n, const u8 e0[32], u8 root[32])
{
    size_t width = 1;
    u8(*level)[32];

    while (width < n) {
        width *= 2;
    }
    level = malloc(width * 32);
    for (size_t i = 0; i < width; i++) {
        memcpy(level[i], i < n ? leaves[i] : e0, 32);
    }
    for (; width > 1; width /= 2) {
        for (size_t i = 0; i < width / 2; i++) {
            H2("node", level[2 * i], level[2 * i + 1], level[i]);
        }
    }
    memcpy(root, level[0], 32);
    free(level);
}

/* Header fields by their offsets. */
#define ID(c) ((c)->header)
#define PK(c) ((c)->header + 32)
#define LINK(c) ((c)->header + 64)
#define NONCE(c) get((c)->header + 96, 8)
#define BALANCE(c) ((int64_t)get((c)->header + 104, 8))
#define IDX(c) ((uint32_t)get((c)->header + 112, 4))
#define ASSET(c) ((uint32_t)get((c)->header + 116, 4))
#define POLICY(c) ((uint32_t)get((c)->header + 120, 4))
#define NFIELDS(c) ((int)get((c)->header + 124, 2))
#define NSLOTS(c) ((int)(c)->header[126])
#define LIFE(c) ((c)->header[127])
#define EPOCH(c, g) ((uint32_t)get((c)->header + 128 + 4 * (g), 4))

/* All leaves of a cell's slots (kind 2) or fields (kind 3), and what stands for a missing one. */
static size_t small_leaves(const struct cell *c, int kind, u8 (*leaves)[32], u8 e0[32])
{
    int n = kind == 2 ? NSLOTS(c) : NFIELDS(c);
    u8 none[64] = {0};

    for (int i = 0; i < n; i++) {
        if (kind == 2) {
            H("cap", c->records[i], 64, leaves[i]);
        } else {
            H("field", c->fields[i], 32, leaves[i]);
        }
    }
    H(kind == 2 ? "cap" : "field", none, kind == 2 ? 64 : 32, e0);
    return (size_t)n;
}

static void cell_leaf(const struct cell *c, u8 both[64], u8 leaf[32])
{
    u8 small[1024][32];
    u8 text[192];
    u8 e0[32];
    u8 a[32];
    u8 b[32];

    for (int kind = 2; kind <= 3; kind++) {
        size_t n = small_leaves(c, kind, small, e0);

        tree(small, n, e0, both + 32 * (kind - 2));
    }
    memcpy(text, c->header, 160);
    memcpy(text + 160, c->next_id, 32);
    H("cell", text, 192, a);
    H("body", both, 64, b);
    H2("leaf", a, b, leaf);
}

void ref_root(const struct ref *r, u8 root[32])
{
    u8(*leaves)[32] = malloc(r->ncells * 32);
    u8 none[32] = {0};
    u8 both[64];
    u8 top[32];

    for (size_t i = 0; i < r->ncells; i++) {
        cell_leaf(r->cells[i], both, leaves[i]);
    }
    tree(leaves, r->ncells, none, root);
    free(leaves);
    H("top", r->top, 128, top);
    H2("root", root, top, root);
}

/* The siblings of leaf i on its way up, each computed as the root of the subtree beside it. */
static size_t path(u8 (*leaves)[32], size_t n, const u8 e0[32], size_t i, u8 *out)
{
    size_t len = 0;
    u8 beside[512][32];

    for (size_t width = 1; width < n; width *= 2) {
        size_t first = (i / width ^ 1) * width;
        u8(*part)[32] = width <= 512 ? beside : NULL;

        for (size_t k = 0; k < width; k++) {
            memcpy(part[k], first + k < n ? leaves[first + k] : e0, 32);
        }
        tree(part, width, e0, out + len);
        len += 32;
    }
    return len;
}

size_t ref_prove(const struct ref *r, uint32_t idx, int kind, int index, u8 *out)
{
    const struct cell *c = r->cells[idx];
    u8(*leaves)[32] = malloc((r->ncells + 1024) * 32);
    u8 none[32] = {0};
    u8 both[64];
    u8 e0[32];
    size_t at = 132;

    for (size_t i = 0; i < r->ncells; i++) {
        cell_leaf(r->cells[i], both, leaves[i]);
    }
    memcpy(out, r->top, 128);
    set(out + 128, 4, idx);
    at += path(leaves, r->ncells, none, idx, out + at);
    cell_leaf(c, both, leaves[0]);
    memcpy(out + at, c->next_id, 32);
    memcpy(out + at + 32, c->header, 160);
    memcpy(out + at + 192, both, 64);
    at += 256;
    if (kind != 0) {
        size_t n = small_leaves(c, kind, leaves, e0);
        size_t len = kind == 2 ? 64 : 32;

        out[at] = (u8)kind;
        set(out + at + 1, 2, (u64)index);
        memcpy(out + at + 3, kind == 2 ? c->records[index] : c->fields[index], len);
        at += 3 + len;
        at += path(leaves, n, e0, (size_t)index, out + at);
    }
    free(leaves);
    return at;
}

long ref_before(const struct ref *r, const u8 id[32])
{
    long best = -1;

    for (size_t i = 0; i < r->ncells; i++) {
        int order = memcmp(ID(r->cells[i]), id, 32);

        if (order == 0) {
            return -1;
        }
        if (order < 0 && (best < 0 || memcmp(ID(r->cells[i]), ID(r->cells[best]), 32) > 0)) {
            best = (long)i;
        }
    }
    return best;
}

static struct cell *find(const struct ref *r, const u8 id[32])
{
    for (size_t i = 0; i < r->ncells; i++) {
        if (memcmp(ID(r->cells[i]), id, 32) == 0) {
            return r->cells[i];
        }
    }
    return NULL;
}

/* The order of ids is worked out anew each time. */
static void renew_next_ids(struct ref *r)
{
    for (size_t i = 0; i < r->ncells; i++) {
        u8 best[32];

        memset(best, 0xff, 32);
        for (size_t j = 0; j < r->ncells; j++) {
            if (memcmp(ID(r->cells[j]), ID(r->cells[i]), 32) > 0 &&
                memcmp(ID(r->cells[j]), best, 32) < 0) {
                memcpy(best, ID(r->cells[j]), 32);
            }
        }
        memcpy(r->cells[i]->next_id, best, 32);
    }
}

static void cell_id(const u8 creator[32], u64 nonce, u64 salt, u8 id[32])
{
    u8 text[48];

    memcpy(text, creator, 32);
    set(text + 32, 8, nonce);
    set(text + 40, 8, salt);
    H("id", text, 48, id);
}

static struct cell *add_cell(struct ref *r)
{
    r->cells = realloc(r->cells, (r->ncells + 1) * sizeof *r->cells);
    r->cells[r->ncells] = calloc(1, sizeof **r->cells);
    return r->cells[r->ncells++];
}

static void root_record(u8 rec[64], uint32_t target, int rights)
{
    uint32_t generation = (uint32_t)get(rec + 4, 4);

    memset(rec, 0, 64);
    rec[0] = 1;
    set(rec + 2, 2, (u64)rights);
    set(rec + 4, 4, generation);
    set(rec + 8, 4, target);
    set(rec + 20, 4, UINT32_MAX);
    set(rec + 28, 2, 0xffff);
    set(rec + 34, 2, 1024);
    set(rec + 36, 4, UINT32_MAX);
    set(rec + 40, 8, UINT64_MAX);
    set(rec + 48, 8, UINT64_MAX);
}

struct ref *ref_new(const u8 params[144], const u8 salt[32], const u8 treasury_pk[32])
{
    struct ref *r = calloc(1, sizeof *r);
    int64_t supply = (int64_t)get(params + 24, 8);
    u8 none[32] = {0};
    u8 seed[64];
    u8 receipt[368] = {0};
    struct cell *c;

    memcpy(r->params, params, 144);
    r->writes = malloc(1 << 17);
    r->touched = malloc(4096 * sizeof *r->touched);
    c = add_cell(r);
    set(c->header + 104, 8, (u64)-supply);
    c = add_cell(r);
    cell_id(none, 0, 1, ID(c));
    memcpy(PK(c), treasury_pk, 32);
    set(c->header + 104, 8, (u64)supply);
    set(c->header + 112, 4, 1);
    set(c->header + 124, 2, 8);
    c->header[126] = 64;
    root_record(c->records[0], 0, 0x3ff);
    root_record(c->records[1], 2, 0x3ff);
    c = add_cell(r);
    cell_id(none, 0, 2, ID(c));
    set(c->header + 112, 4, 2);
    set(c->header + 120, 4, 1);
    set(c->header + 124, 2, 10);
    c->fields[8][0] = 6;
    set(c->fields[8] + 2, 2, 8);
    set(c->fields[8] + 4, 2, 1024);
    c->fields[9][0] = 0x81;
    c->fields[9][1] = 1;
    set(c->fields[9] + 4, 2, 8);
    set(c->fields[9] + 6, 2, 1024);
    renew_next_ids(r);
    set(r->top, 4, 3);
    ref_blake3(NULL, params, 144, r->top + 64);
    memcpy(seed, r->top + 64, 32);
    memcpy(seed + 32, salt, 32);
    H("fork", seed, 64, r->top + 32);
    receipt[0] = 1;
    receipt[5] = 255;
    memset(receipt + 32, 0xff, 32);
    memcpy(receipt + 64, r->top + 32, 32);
    receipt[256 + 12] = params[18];
    ref_root(r, receipt + 160);
    H("rest", receipt + 256, 112, receipt + 224);
    H("receipt", receipt, 256, r->last_receipt_hash);
    memcpy(r->root, receipt + 160, 32);
    return r;
}

void ref_free(struct ref *r)
{
    for (size_t i = 0; i < r->ncells; i++) {
        free(r->cells[i]);
    }
    free(r->cells);
    free(r->touched);
    free(r->writes);
    free(r);
}

void ref_plant_generation(struct ref *r, uint32_t cell, int slot, uint32_t generation)
{
    set(r->cells[cell]->records[slot] + 4, 4, generation);
    ref_root(r, r->root);
}

void ref_plant_epoch(struct ref *r, uint32_t cell, int group, uint32_t epoch)
{
    set(r->cells[cell]->header + 128 + 4 * group, 4, epoch);
    ref_root(r, r->root);
}

struct ref *ref_clone(const struct ref *r)
{
    struct ref *c = malloc(sizeof *c);

    *c = *r;
    c->writes = malloc(1 << 17);
    c->touched = malloc(4096 * sizeof *c->touched);
    c->cells = malloc(r->ncells * sizeof *c->cells);
    for (size_t i = 0; i < r->ncells; i++) {
        c->cells[i] = malloc(sizeof **c->cells);
        *c->cells[i] = *r->cells[i];
    }
    return c;
}

/* ---- decoding: whether the bytes are a turn, and where they stop being one ---- */
struct bytes {
    const u8 *p;
    size_t n;
    size_t at;
    bool bad;
    size_t where; /* once bad */
    const char *what;
};

static void spoil(struct bytes *b, size_t where, const char *what)
{
    if (!b->bad) {
        b->bad = true;
        b->where = where;
        b->what = what;
    }
}

static const u8 *take(struct bytes *b, size_t n)
{
    static const u8 nothing[256];

    if (b->bad || b->n - b->at < n) {
        spoil(b, b->at, "end of body");
        return nothing;
    }
    b->at += n;
    return b->p + b->at - n;
}

static u64 num(struct bytes *b, int n)
{
    return get(take(b, (size_t)n), n);
}

/* The next number, which must lie in [lo, hi]. */
static u64 ranged(struct bytes *b, int n, u64 lo, u64 hi, const char *what)
{
    size_t at = b->at;
    u64 v = num(b, n);

    if (v < lo || v > hi) {
        spoil(b, at, what);
    }
    return v;
}

static void scan_limits(struct bytes *b)
{
    size_t lo_at;
    u64 lo, hi;

    ranged(b, 1, 0, 7, "group");
    ranged(b, 2, 0, 0x3ff, "rights");
    take(b, 2);
    take(b, 4);
    lo_at = b->at;
    lo = num(b, 2);
    hi = ranged(b, 2, 0, 1024, "f_hi");
    if (lo > hi) {
        spoil(b, lo_at, "f_lo");
    }
    take(b, 4);
    take(b, 8);
    take(b, 8);
}

static void scan_create(struct bytes *b)
{
    const u8 *pk;
    u64 nslots, slot, rights;
    size_t slot_at;

    take(b, 8);
    pk = take(b, 32);
    if (ranged(b, 1, 0, 2, "asset") == 2) {
        take(b, 32);
    }
    nslots = num(b, 1);
    ranged(b, 2, 0, 1024, "nfields");
    ranged(b, 1, 0, nslots < 8 ? nslots : 8, "nopen");
    slot_at = b->at;
    slot = num(b, 1);
    rights = ranged(b, 2, 0, 0x3ff, "rights");
    if (rights == 0 && slot != 0) {
        spoil(b, slot_at, "slot");
    }
    if (rights == 0 && zero(pk, 32)) {
        spoil(b, slot_at + 1, "rights");
    }
}

static void scan_invoke(struct bytes *b)
{
    u64 least = 8;
    u64 n;

    ranged(b, 1, 0, 15, "method");
    n = ranged(b, 1, 1, 8, "writes");
    for (u64 i = 0; i < n && !b->bad; i++) {
        least = 1 + ranged(b, 2, least, 0xffff, "key");
        take(b, 32);
    }
}

static void scan_check(struct bytes *b)
{
    u64 kind = ranged(b, 1, 1, 4, "check kind");

    if (kind == 1) {
        take(b, 2);
        take(b, 32);
    } else if (kind == 4) {
        take(b, 4);
        take(b, 4);
    } else {
        take(b, 8);
    }
}

static void scan_rotate(struct bytes *b)
{
    size_t at = b->at;

    if (zero(take(b, 32), 32)) {
        spoil(b, at, "new_pk");
    }
    take(b, 64);
}

static void scan_effect(struct bytes *b, int kind, int *rotates)
{
    size_t at = b->at;
    int op = (int)ranged(b, 1, 1, 16, "op");

    if (kind == 1 && (op == 7 || op == 8 || op == 13 || op == 15)) {
        spoil(b, at, "op in a SLOT frame");
    }
    if (kind == 0 && op == 14) {
        spoil(b, at, "op in a SELF frame");
    }
    *rotates += op == 13;
    if (*rotates > 1) {
        spoil(b, at, "rotates");
    }
    if (b->bad) {
        return;
    }
    switch (op) {
    case 1:
        scan_check(b);
        break;
    case 2:
        take(b, 32);
        ranged(b, 8, 1, INT64_MAX, "amount");
        break;
    case 3:
        ranged(b, 2, 8, 0xffff, "key");
        take(b, 32);
        break;
    case 4:
        scan_create(b);
        break;
    case 5:
        take(b, 32);
        take(b, 1);
        scan_limits(b);
        break;
    case 6:
        take(b, 1);
        scan_limits(b);
        break;
    case 7:
    case 8:
        take(b, 1);
        break;
    case 9:
        ranged(b, 1, 0, 7, "group");
        take(b, 32);
        break;
    case 10:
        scan_invoke(b);
        break;
    case 11:
        take(b, (size_t)ranged(b, 1, 1, 64, "event bytes"));
        break;
    case 13:
        scan_rotate(b);
        break;
    case 14:
        ranged(b, 1, 0, 1, "on");
        break;
    case 15:
        take(b, 1);
        take(b, 32);
        break;
    default: /* 12 and 16 have no operands */
        break;
    }
}

static void scan_head(struct bytes *b, size_t n)
{
    static const char *const names[2] = {"after", "root"};
    u64 flags;

    ranged(b, 2, 0x4d46, 0x4d46, "magic");
    ranged(b, 1, 1, 1, "version");
    ranged(b, 1, 1, 8, "frames");
    ranged(b, 2, n - 64, n - 64, "length");
    flags = ranged(b, 1, 0, 3, "flags");
    ranged(b, 1, 1, 1, "sig_kind");
    take(b, 60);
    for (int bit = 0; bit < 2; bit++) {
        if ((flags >> bit & 1) != 0 && zero(take(b, 32), 32)) {
            spoil(b, b->at - 32, names[bit]);
        }
    }
}

/* Where and what is wrong with the bytes; false if they are a turn. */
static bool malformed(const u8 *wire, size_t n, uint32_t *where, const char **what)
{
    struct bytes b = {wire, n - 64, 0, false, 0, NULL};
    int rotates = 0;
    u64 total = 0;

    *where = 0;
    *what = "turn bytes";
    if (n < 68 + 64 || n > 4096) {
        return true;
    }
    scan_head(&b, n);
    for (int f = 0; f < wire[3] && !b.bad; f++) {
        int kind = (int)ranged(&b, 1, 0, 1, "frame kind");
        u64 effects = ranged(&b, 1, 1, 64 - total, "effects");

        total += effects;
        if (kind == 1) {
            take(&b, 1);
            take(&b, 32);
        }
        for (u64 i = 0; i < effects && !b.bad; i++) {
            scan_effect(&b, kind, &rotates);
        }
    }
    if (!b.bad && b.at != b.n) {
        spoil(&b, b.at, "bytes left over");
    }
    *where = (uint32_t)b.where;
    *what = b.what;
    return b.bad;
}

/* ---- running ---- */
struct turn {
    struct ref *r;
    const u8 *wire;
    struct bytes b; /* over the body */
    struct cell *agent;
    struct cell *subject;
    u8 held[64];
    int kind; /* of the frame */
    int slot;
    int reason;
    int detail;
    int seen;
    uint32_t seen_cells[64];
    u8 events[8192];
    size_t events_len;
    u8 caps[256];
    size_t caps_len;
    uint32_t now;
    ref_verdict verdict;
    void *cookie;
};

static bool no(struct turn *t, int reason, int detail)
{
    if (t->reason == 0) {
        t->reason = reason;
        t->detail = detail;
    }
    return false;
}

static bool see(struct turn *t, uint32_t idx)
{
    for (int i = 0; i < t->seen; i++) {
        if (t->seen_cells[i] == idx) {
            return true;
        }
    }
    if (t->seen == 64) {
        return no(t, 64, 0);
    }
    t->seen_cells[t->seen++] = idx;
    return true;
}

/* A cell by id, counted; NULL and no reason if there is none; NULL and TOO_WIDE if it is one too many. */
static struct cell *look(struct turn *t, const u8 id[32])
{
    struct cell *c = find(t->r, id);

    if (c == NULL) {
        if (t->seen == 64) {
            no(t, 64, 0);
        }
        return NULL;
    }
    return see(t, IDX(c)) ? c : NULL;
}

static struct cell *look_idx(struct turn *t, uint32_t idx)
{
    return see(t, idx) ? t->r->cells[idx] : NULL;
}

static void touch(struct turn *t, struct cell *c, int kind, int index)
{
    struct ref *r = t->r;

    for (size_t i = 0; i < r->ntouched; i++) {
        if (r->touched[i].cell == IDX(c) && r->touched[i].kind == kind &&
            r->touched[i].index == index) {
            return;
        }
    }
    r->touched[r->ntouched++] = (struct touch){IDX(c), kind, index};
}

static bool is_cap(const u8 *rec)
{
    return rec[0] != 0 && rec[0] != 255;
}

static bool held_metered(const struct turn *t)
{
    return get(t->held + 48, 8) != UINT64_MAX;
}

static void save_held(struct turn *t)
{
    if (t->kind == 1) {
        memcpy(t->agent->records[t->slot], t->held, 64);
        touch(t, t->agent, 2, t->slot);
    }
}

static bool valid(struct turn *t, struct cell *holder, int slot)
{
    const u8 *rec = holder->records[slot];
    struct cell *target = look_idx(t, (uint32_t)get(rec + 8, 4));

    if (target == NULL) {
        return false;
    }
    if (LIFE(target) == 2) {
        return no(t, 20, 0);
    }
    if (get(rec + 16, 4) != EPOCH(target, rec[1])) {
        return no(t, 21, 0);
    }
    if (t->now > get(rec + 36, 4)) {
        return no(t, 22, 0);
    }
    for (;;) {
        const u8 *parent;

        if (LIFE(holder) != 0) {
            return no(t, 23, 0);
        }
        if (rec[0] == 1) {
            return true;
        }
        holder = look_idx(t, (uint32_t)get(rec + 20, 4));
        if (holder == NULL) {
            return false;
        }
        parent = holder->records[rec[30]];
        if (!is_cap(parent) || get(parent + 4, 4) != get(rec + 24, 4)) {
            return no(t, 24, 0);
        }
        rec = parent;
    }
}

/* limits on the wire against a record: 0 or the axis */
static int exceeds(const u8 *l, const u8 *h)
{
    u64 allowance = get(l + 25, 8);

    if ((get(l + 1, 2) & ~get(h + 2, 2)) != 0) {
        return 1;
    }
    if ((get(l + 3, 2) & ~get(h + 28, 2)) != 0) {
        return 2;
    }
    if (get(l + 9, 2) < get(h + 32, 2) || get(l + 11, 2) > get(h + 34, 2)) {
        return 3;
    }
    if (get(l + 17, 8) > get(h + 40, 8)) {
        return 4;
    }
    if (get(h + 48, 8) != UINT64_MAX &&
        (allowance == UINT64_MAX || allowance > get(h + 48, 8) - get(h + 56, 8))) {
        return 5;
    }
    if (get(l + 13, 4) > get(h + 36, 4)) {
        return 6;
    }
    if (get(h + 12, 4) != 0 && get(l + 5, 4) != get(h + 12, 4)) {
        return 7;
    }
    return l[0] != h[1] ? 8 : 0;
}

static bool derive(struct turn *t, const u8 *l, u8 out[64])
{
    uint32_t generation = (uint32_t)get(out + 4, 4);
    u8 held[64] = {0};
    int axis;

    if (t->kind == 0) {
        root_record(held, IDX(t->agent), 0x3ff);
        held[1] = l[0];
        set(held + 16, 4, EPOCH(t->agent, l[0]));
        if (EPOCH(t->agent, l[0]) == UINT32_MAX) {
            return no(t, 39, 0);
        }
    } else {
        memcpy(held, t->held, 64);
        if (held[0] - 1 >= 8) {
            return no(t, 37, 0);
        }
    }
    axis = exceeds(l, held);
    if (axis != 0) {
        return no(t, 36, axis);
    }
    memset(out, 0, 64);
    out[0] = t->kind == 0 ? 1 : (u8)(held[0] + 1);
    out[1] = l[0];
    memcpy(out + 2, l + 1, 2);
    set(out + 4, 4, generation);
    memcpy(out + 8, held + 8, 4);
    memcpy(out + 12, l + 5, 4);
    memcpy(out + 16, held + 16, 4);
    set(out + 20, 4, t->kind == 0 ? UINT32_MAX : IDX(t->agent));
    set(out + 24, 4, t->kind == 0 ? 0 : get(held + 4, 4));
    memcpy(out + 28, l + 3, 2);
    out[30] = t->kind == 0 ? 0 : (u8)t->slot;
    memcpy(out + 32, l + 9, 4);
    memcpy(out + 36, l + 13, 4);
    memcpy(out + 40, l + 17, 16);
    if (t->kind == 1 && held_metered(t)) {
        set(t->held + 56, 8, get(t->held + 56, 8) + get(l + 25, 8));
        save_held(t);
    }
    return true;
}

/* ---- policies ---- */
static const u8 *write_of(const u8 *writes, int n, int key)
{
    for (int i = 0; i < n; i++) {
        if ((int)get(writes + 34 * i, 2) == key) {
            return writes + 34 * i + 2;
        }
    }
    return NULL;
}

static const u8 *after(const struct cell *c, const u8 *writes, int n, int key)
{
    const u8 *w = write_of(writes, n, key);

    return w != NULL ? w : c->fields[key];
}

static bool good_method(const u8 *f)
{
    return f[0] >= 0x80 && f[0] < 0x90 && f[1] >= 1 && f[1] <= 7 && zero(f + 2, 2) &&
           zero(f + 4 + 4 * f[1], (size_t)(28 - 4 * f[1]));
}

static bool entry_ok(const struct cell *c, const u8 *writes, int n, int lo, int hi, int key)
{
    int tag = lo + (key - lo) / 2 * 2;
    const u8 *new_tag = write_of(writes, n, tag);
    const u8 *new_value = tag + 1 < hi ? write_of(writes, n, tag + 1) : NULL;
    const u8 *old = c->fields[tag];
    size_t name = 0;

    if (new_tag == NULL || new_value == NULL || get(old + 24, 8) == UINT64_MAX ||
        get(new_tag + 24, 8) != get(old + 24, 8) + 1) {
        return false;
    }
    if (zero(new_tag, 24)) {
        return zero(new_value, 32);
    }
    while (name < 24 && new_tag[name] != 0) {
        name++;
    }
    if (name == 0 || !zero(new_tag + name, 24 - name) ||
        (!zero(old, 24) && memcmp(old, new_tag, 24) != 0)) {
        return false;
    }
    for (int k = lo; k < hi && k < NFIELDS(c); k += 2) {
        if (k != tag && memcmp(after(c, writes, n, k), new_tag, 24) == 0) {
            return false;
        }
    }
    return true;
}

static bool rule_ok(const struct cell *c, const u8 *f, const u8 *writes, int n, int key,
                    const u8 *value)
{
    int lo = (int)get(f + 2, 2);
    int hi = (int)get(f + 4, 2);
    const u8 *old = c->fields[key];
    u64 was = get(old + 24, 8);
    u64 is = get(value + 24, 8);

    if (zero(f, 32) || good_method(f)) {
        return true;
    }
    if (f[0] < 1 || f[0] > 6 || f[1] != 0 || !zero(f + 6, 2) || !zero(f + 24, 8)) {
        return false;
    }
    if (key < lo || key >= hi) {
        return true;
    }
    switch (f[0]) {
    case 1:
        return memcmp(old, value, 32) == 0;
    case 2:
        return zero(old, 32);
    case 3:
        return is >= was;
    case 4:
        return was != UINT64_MAX && is == was + 1;
    case 5:
        return get(f + 8, 8) <= is && is <= get(f + 16, 8);
    default:
        return entry_ok(c, writes, n, lo, hi, key);
    }
}

static bool admits(struct turn *t, const u8 *writes, int n)
{
    struct cell *c = t->subject;
    struct cell *factory;

    if (POLICY(c) == 0) {
        return true;
    }
    if (POLICY(c) == 1) {
        return no(t, 53, 0);
    }
    factory = look_idx(t, POLICY(c));
    if (factory == NULL) {
        return false;
    }
    for (int i = 0; i < n; i++) {
        for (int k = 8; k < 72 && k < NFIELDS(factory); k++) {
            if (!rule_ok(c, factory->fields[k], writes, n, (int)get(writes + 34 * i, 2),
                         writes + 34 * i + 2)) {
                return no(t, 53, k);
            }
        }
    }
    return true;
}

/* ---- effects ---- */
static struct cell *named(struct turn *t, const u8 id[32])
{
    struct cell *c = look(t, id);

    if (c == NULL) {
        no(t, 16, 0);
        return NULL;
    }
    if (LIFE(c) != 0) {
        no(t, 20, 0);
        return NULL;
    }
    return c;
}

static bool own_free(struct turn *t, int slot)
{
    if (slot >= NSLOTS(t->agent)) {
        return no(t, 17, 0);
    }
    if (t->agent->records[slot][0] != 0 || get(t->agent->records[slot] + 4, 4) == UINT32_MAX) {
        return no(t, 57, 0);
    }
    return true;
}

static bool e_check(struct turn *t)
{
    int kind = (int)num(&t->b, 1);

    if (kind == 1) {
        int key = (int)num(&t->b, 2);
        const u8 *value = take(&t->b, 32);

        if (key >= NFIELDS(t->subject)) {
            return no(t, 52, 0);
        }
        return memcmp(t->subject->fields[key], value, 32) == 0 || no(t, 48, 0);
    }
    if (kind == 2) {
        return num(&t->b, 8) == NONCE(t->subject) || no(t, 48, 0);
    }
    if (kind == 3) {
        u64 least = num(&t->b, 8);

        return (BALANCE(t->subject) >= 0 && (u64)BALANCE(t->subject) >= least) || no(t, 48, 0);
    }
    {
        u64 lo = num(&t->b, 4);
        u64 hi = num(&t->b, 4);

        return (lo <= t->now && t->now <= hi) || no(t, 48, 0);
    }
}

static bool e_transfer(struct turn *t)
{
    const u8 *id = take(&t->b, 32);
    u64 amount = num(&t->b, 8);
    struct cell *to = named(t, id);
    struct cell *from = t->subject;
    __int128 left;
    __int128 right;

    if (to == NULL) {
        return false;
    }
    if (to == from) {
        return no(t, 49, 0);
    }
    if (ASSET(to) != ASSET(from)) {
        return no(t, 50, 0);
    }
    if (amount > get(t->held + 40, 8)) {
        return no(t, 34, 0);
    }
    if (held_metered(t) && (__int128)get(t->held + 56, 8) + amount > get(t->held + 48, 8)) {
        return no(t, 35, 0);
    }
    left = (__int128)BALANCE(from) - amount;
    right = (__int128)BALANCE(to) + amount;
    if (ASSET(from) == IDX(from)) {
        if ((get(t->held + 2, 2) & 0x80) == 0) {
            return no(t, 25, 0);
        }
        if (left < -(__int128)INT64_MAX) {
            return no(t, 51, 0);
        }
    } else if (left < 0) {
        return no(t, 51, 0);
    }
    if (right > INT64_MAX) {
        return no(t, 51, 0);
    }
    set(from->header + 104, 8, (u64)(int64_t)left);
    set(to->header + 104, 8, (u64)(int64_t)right);
    touch(t, from, 1, 0);
    touch(t, to, 1, 0);
    if (held_metered(t)) {
        set(t->held + 56, 8, get(t->held + 56, 8) + amount);
        save_held(t);
    }
    return true;
}

static bool e_setfield(struct turn *t)
{
    const u8 *write = take(&t->b, 34);
    int key = (int)get(write, 2);

    if (key >= NFIELDS(t->subject)) {
        return no(t, 52, 0);
    }
    if (key < (int)get(t->held + 32, 2) || key >= (int)get(t->held + 34, 2)) {
        return no(t, 33, 0);
    }
    if (!admits(t, write, 1)) {
        return false;
    }
    memcpy(t->subject->fields[key], write + 2, 32);
    touch(t, t->subject, 3, key);
    return true;
}

static bool e_create(struct turn *t)
{
    struct ref *r = t->r;
    u64 salt = num(&t->b, 8);
    const u8 *pk = take(&t->b, 32);
    int asset = (int)num(&t->b, 1);
    const u8 *issuer_id = asset == 2 ? take(&t->b, 32) : NULL;
    int nslots = (int)num(&t->b, 1);
    int nfields = (int)num(&t->b, 2);
    int nopen = (int)num(&t->b, 1);
    int slot = (int)num(&t->b, 1);
    int rights = (int)num(&t->b, 2);
    uint32_t idx = (uint32_t)r->ncells;
    uint32_t asset_idx = asset == 1 ? idx : 0;
    u8 id[32];
    u8 all[32];
    struct cell *c;

    memset(all, 0xff, 32);
    if (t->kind == 1) {
        if (POLICY(t->subject) != 1 || IDX(t->subject) < 2) {
            return no(t, 55, 0);
        }
        if (held_metered(t) && get(t->held + 56, 8) >= get(t->held + 48, 8)) {
            return no(t, 35, 0);
        }
    }
    cell_id(ID(t->agent), get(t->wire + 48, 8), salt, id);
    if (look(t, id) != NULL || zero(id, 32) || memcmp(id, all, 32) == 0) {
        return no(t, 59, 0);
    }
    if (t->reason != 0) {
        return false;
    }
    if (r->ncells >= get(r->params + 20, 4)) {
        return no(t, 63, 0);
    }
    if (asset == 2) {
        struct cell *issuer = look(t, issuer_id);

        if (issuer == NULL || LIFE(issuer) != 0 || ASSET(issuer) != IDX(issuer)) {
            return no(t, 50, 0);
        }
        asset_idx = IDX(issuer);
    }
    if (rights != 0 && !own_free(t, slot)) {
        return false;
    }
    if (!see(t, idx)) {
        return false;
    }
    c = add_cell(r);
    memcpy(ID(c), id, 32);
    memcpy(PK(c), pk, 32);
    set(c->header + 112, 4, idx);
    set(c->header + 116, 4, asset_idx);
    set(c->header + 120, 4, t->kind == 1 ? IDX(t->subject) : 0);
    set(c->header + 124, 2, (u64)nfields);
    c->header[126] = (u8)nslots;
    touch(t, c, 1, 0);
    for (int i = 0; i < nopen; i++) {
        c->records[i][0] = 255;
        set(c->records[i] + 8, 4, IDX(t->agent));
        touch(t, c, 2, i);
    }
    if (rights != 0) {
        root_record(t->agent->records[slot], idx, rights);
        touch(t, t->agent, 2, slot);
    }
    if (t->kind == 1 && held_metered(t)) {
        set(t->held + 56, 8, get(t->held + 56, 8) + 1);
        save_held(t);
    }
    return true;
}

static bool renewable(const struct turn *t, const u8 *rec)
{
    const struct cell *target = t->subject;
    bool lifted;

    if (!is_cap(rec) || get(rec + 8, 4) != IDX(target) || get(rec + 4, 4) >= UINT32_MAX - 1) {
        return false;
    }
    lifted = get(rec + 16, 4) != EPOCH(target, rec[1]);
    if (rec[0] == 1) {
        return IDX(target) == IDX(t->agent) && lifted;
    }
    if (get(rec + 20, 4) != IDX(t->agent)) {
        return false;
    }
    return lifted || !is_cap(t->agent->records[rec[30]]) ||
           get(t->agent->records[rec[30]] + 4, 4) != get(rec + 24, 4);
}

static bool e_grant(struct turn *t)
{
    const u8 *id = take(&t->b, 32);
    int slot = (int)num(&t->b, 1);
    const u8 *l = take(&t->b, 33);
    struct cell *dst = named(t, id);
    u8 rec[64];
    bool renew;

    if (dst == NULL) {
        return false;
    }
    if (dst == t->agent) {
        return no(t, 49, 0);
    }
    if (slot >= NSLOTS(dst)) {
        return no(t, 17, 0);
    }
    memcpy(rec, dst->records[slot], 64);
    renew = renewable(t, rec);
    if (!renew && !(rec[0] == 255 && get(rec + 8, 4) == IDX(t->agent))) {
        return no(t, 58, 0);
    }
    if (renew) {
        set(rec + 4, 4, get(rec + 4, 4) + 1);
    }
    if (!derive(t, l, rec)) {
        return false;
    }
    memcpy(dst->records[slot], rec, 64);
    touch(t, dst, 2, slot);
    return true;
}

static bool e_attenuate(struct turn *t)
{
    int slot = (int)num(&t->b, 1);
    const u8 *l = take(&t->b, 33);
    u8 rec[64];

    if (!own_free(t, slot)) {
        return false;
    }
    memcpy(rec, t->agent->records[slot], 64);
    if (!derive(t, l, rec)) {
        return false;
    }
    memcpy(t->agent->records[slot], rec, 64);
    touch(t, t->agent, 2, slot);
    return true;
}

static void clear_to(u8 *rec, u64 generation)
{
    memset(rec, 0, 64);
    set(rec + 4, 4, generation);
}

static bool e_drop(struct turn *t)
{
    int slot = (int)num(&t->b, 1);
    u8 *rec = t->agent->records[slot];

    if (slot >= NSLOTS(t->agent)) {
        return no(t, 17, 0);
    }
    if (rec[0] == 0) {
        return no(t, 18, 0);
    }
    clear_to(rec, get(rec + 4, 4) + (is_cap(rec) ? 1 : 0));
    touch(t, t->agent, 2, slot);
    return true;
}

static bool e_revoke(struct turn *t)
{
    int slot = (int)num(&t->b, 1);
    u8 *rec = t->agent->records[slot];

    if (slot >= NSLOTS(t->agent)) {
        return no(t, 17, 0);
    }
    if (!is_cap(rec)) {
        return no(t, 18, 0);
    }
    if (get(rec + 4, 4) + 1 == UINT32_MAX) {
        clear_to(rec, UINT32_MAX);
    } else {
        set(rec + 4, 4, get(rec + 4, 4) + 1);
    }
    touch(t, t->agent, 2, slot);
    return true;
}

static bool e_lift(struct turn *t)
{
    int group = (int)num(&t->b, 1);
    const u8 *key = take(&t->b, 32);
    struct cell *c = t->subject;
    uint32_t epoch = EPOCH(c, group);

    if (t->kind == 1 && t->held[1] != 0 && t->held[1] != group) {
        return no(t, 38, 0);
    }
    if (epoch == UINT32_MAX) {
        return no(t, 39, 0);
    }
    if (!zero(key, 32) && group >= NFIELDS(c)) {
        return no(t, 52, 0);
    }
    epoch++;
    set(c->header + 128 + 4 * group, 4, epoch);
    touch(t, c, 1, 0);
    if (group < NFIELDS(c)) {
        memcpy(c->fields[group], key, 32);
        touch(t, c, 3, group);
    }
    if (t->kind == 1 && t->held[0] == 1 && t->held[1] == group && epoch != UINT32_MAX) {
        set(t->held + 16, 4, epoch);
        save_held(t);
    }
    return true;
}

static bool e_invoke(struct turn *t)
{
    int method = (int)num(&t->b, 1);
    int n = (int)num(&t->b, 1);
    const u8 *writes = take(&t->b, (size_t)(34 * n));
    struct cell *c = t->subject;
    struct cell *factory;
    const u8 *rule = NULL;

    if ((get(t->held + 28, 2) >> method & 1) == 0) {
        return no(t, 32, 0);
    }
    if (POLICY(c) < 2) {
        return no(t, 56, 0);
    }
    factory = look_idx(t, POLICY(c));
    if (factory == NULL) {
        return false;
    }
    for (int k = 8; k < 72 && k < NFIELDS(factory) && rule == NULL; k++) {
        if (good_method(factory->fields[k]) && factory->fields[k][0] == 0x80 + method) {
            rule = factory->fields[k];
        }
    }
    if (rule == NULL) {
        return no(t, 56, 0);
    }
    for (int i = 0; i < n; i++) {
        int key = (int)get(writes + 34 * i, 2);
        bool inside = false;

        if (key >= NFIELDS(c)) {
            return no(t, 52, 0);
        }
        for (int k = 0; k < rule[1]; k++) {
            inside = inside ||
                     (key >= (int)get(rule + 4 + 4 * k, 2) && key < (int)get(rule + 6 + 4 * k, 2));
        }
        if (!inside || key < (int)get(t->held + 32, 2) || key >= (int)get(t->held + 34, 2)) {
            return no(t, 33, 0);
        }
    }
    if (!admits(t, writes, n)) {
        return false;
    }
    for (int i = 0; i < n; i++) {
        int key = (int)get(writes + 34 * i, 2);

        memcpy(c->fields[key], writes + 34 * i + 2, 32);
        touch(t, c, 3, key);
    }
    return true;
}

static bool e_event(struct turn *t, int frame, int effect)
{
    int len = (int)num(&t->b, 1);
    const u8 *text = take(&t->b, (size_t)len);
    u8 *at = t->events + t->events_len;

    at[0] = (u8)frame;
    at[1] = (u8)effect;
    at[2] = 0;
    at[3] = (u8)len;
    set(at + 4, 4, IDX(t->subject));
    memcpy(at + 8, text, (size_t)len);
    t->events_len += (size_t)(8 + len);
    return true;
}

static bool e_rotate(struct turn *t)
{
    const u8 *pk = take(&t->b, 32);
    const u8 *sig = take(&t->b, 64);
    u8 msg[104];
    u8 text[48];

    memcpy(msg, t->r->top + 32, 32);
    memcpy(msg + 32, ID(t->agent), 32);
    memcpy(msg + 64, t->wire + 48, 8);
    memcpy(msg + 72, pk, 32);
    memcpy(text, "firmament key 1 ", 16);
    H("rotate", msg, 104, text + 16);
    if (!t->verdict(t->cookie, pk, text, sig)) {
        return no(t, 62, 0);
    }
    memcpy(PK(t->agent), pk, 32);
    touch(t, t->agent, 1, 0);
    return true;
}

static bool e_open(struct turn *t)
{
    int slot = (int)num(&t->b, 1);
    const u8 *id = take(&t->b, 32);
    struct cell *giver;
    u8 *rec = t->agent->records[slot];

    if (!own_free(t, slot)) {
        return false;
    }
    giver = look(t, id);
    if (giver == NULL) {
        return no(t, 16, 0);
    }
    clear_to(rec, get(rec + 4, 4));
    rec[0] = 255;
    set(rec + 8, 4, IDX(giver));
    touch(t, t->agent, 2, slot);
    return true;
}

/* tidy: allow function-length (the table of section 4, in its order) */
static bool one_effect(struct turn *t, int frame, int effect, int slot, const u8 *target_id)
{
    static const int rights[17] = {0,   1, 8,  4,   32, 16,  0, 0,        0,
                                   512, 2, 64, 512, 0,  256, 0, 256 | 512};
    int op = (int)num(&t->b, 1);
    bool waking = op == 14 && t->b.p[t->b.at] == 0;

    if (LIFE(t->agent) != 0) {
        return no(t, 20, 0);
    }
    if (t->kind == 0) {
        t->subject = t->agent;
        memset(t->held, 0, 64);
        root_record(t->held, IDX(t->agent), 0x3ff);
    } else {
        t->subject = look(t, target_id);
        if (t->subject == NULL) {
            return no(t, 16, 0);
        }
        if (slot >= NSLOTS(t->agent)) {
            return no(t, 17, 0);
        }
        memcpy(t->held, t->agent->records[slot], 64);
        if (!is_cap(t->held)) {
            return no(t, 18, 0);
        }
        if (get(t->held + 8, 4) != IDX(t->subject)) {
            return no(t, 19, 0);
        }
        if (!valid(t, t->agent, slot)) {
            return false;
        }
    }
    if (waking ? LIFE(t->subject) != 1 : LIFE(t->subject) != 0) {
        return no(t, waking ? 60 : 20, 0);
    }
    if (((int)get(t->held + 2, 2) & rights[op]) != rights[op]) {
        return no(t, 25, 0);
    }
    if (t->kind == 1 && effect == 0) {
        u8 *at = t->caps + t->caps_len;

        at[0] = (u8)frame;
        at[1] = t->held[0];
        at[2] = (u8)slot;
        at[3] = 0;
        set(at + 4, 4, IDX(t->agent));
        memcpy(at + 8, t->held + 4, 4);
        memcpy(at + 12, t->held + 8, 12);
        t->caps_len += 24;
    }
    switch (op) {
    case 1:
        return e_check(t);
    case 2:
        return e_transfer(t);
    case 3:
        return e_setfield(t);
    case 4:
        return e_create(t);
    case 5:
        return e_grant(t);
    case 6:
        return e_attenuate(t);
    case 7:
        return e_drop(t);
    case 8:
        return e_revoke(t);
    case 9:
        return e_lift(t);
    case 10:
        return e_invoke(t);
    case 11:
        return e_event(t, frame, effect);
    case 12:
        if (POLICY(t->subject) != 0) {
            return no(t, 54, 0);
        }
        set(t->subject->header + 120, 4, 1);
        touch(t, t->subject, 1, 0);
        return true;
    case 13:
        return e_rotate(t);
    case 14:
        num(&t->b, 1);
        if (t->subject == t->agent) {
            return no(t, 49, 0);
        }
        t->subject->header[127] = waking ? 0 : 1;
        touch(t, t->subject, 1, 0);
        return true;
    case 15:
        return e_open(t);
    default:
        if (BALANCE(t->subject) != 0) {
            return no(t, 61, 0);
        }
        t->subject->header[127] = 2;
        touch(t, t->subject, 1, 0);
        return true;
    }
}

static u64 cost_of(const struct ref *r, const u8 *wire, size_t n)
{
    const u8 *p = r->params;
    u64 cost = get(p + 32, 4) + n * get(p + 36, 4);
    struct bytes b = {wire, n - 64, 68, false, 0, NULL};
    int rotates = 0;

    take(&b, (size_t)(32 * ((wire[6] & 1) + (wire[6] >> 1 & 1))));
    for (int f = 0; f < wire[3]; f++) {
        int kind = (int)num(&b, 1);
        int effects = (int)num(&b, 1);

        take(&b, kind == 1 ? 33 : 0);
        for (int i = 0; i < effects; i++) {
            const u8 *at = b.p + b.at;

            cost += get(p + 48 + 4 * (at[0] - 1), 4);
            if (at[0] == 4) {
                const u8 *shape = at + 42 + (at[41] == 2 ? 32 : 0);

                cost += shape[0] * get(p + 40, 4) + get(shape + 1, 2) * get(p + 44, 4);
            }
            scan_effect(&b, kind, &rotates);
        }
    }
    return cost;
}

static int prologue(struct turn *t, size_t n, u64 cost, const u8 turn_hash[32])
{
    struct ref *r = t->r;
    const u8 *w = t->wire;
    const u8 *at = w + 68;
    u8 text[48];

    if (memcmp(w + 8, r->top + 32, 8) != 0) {
        return 1;
    }
    t->agent = find(r, w + 16);
    if (t->agent == NULL) {
        return 2;
    }
    if (LIFE(t->agent) != 0) {
        return 3;
    }
    if (zero(PK(t->agent), 32)) {
        return 4;
    }
    if (get(w + 48, 8) != NONCE(t->agent)) {
        return 5;
    }
    if (t->now > get(w + 64, 4)) {
        return 6;
    }
    if ((w[6] & 1) != 0) {
        if (memcmp(at, LINK(t->agent), 32) != 0) {
            return 7;
        }
        at += 32;
    }
    if ((w[6] & 2) != 0) {
        if (memcmp(at, r->root, 32) != 0) {
            return 8;
        }
    }
    if (cost > get(w + 56, 8)) {
        return 9;
    }
    if (cost != 0 &&
        (ASSET(t->agent) != 0 || BALANCE(t->agent) < 0 || (u64)BALANCE(t->agent) < cost)) {
        return 10;
    }
    memcpy(text, "firmament turn 1", 16);
    memcpy(text + 16, turn_hash, 32);
    return t->verdict(t->cookie, PK(t->agent), text, w + n - 64) ? 0 : 11;
}

/* The whole body. frame and effect say where it stopped. */
static bool body(struct turn *t, size_t n, int *frame, int *effect)
{
    t->b = (struct bytes){t->wire, n - 64,
                          68 + 32 * (size_t)((t->wire[6] & 1) + (t->wire[6] >> 1 & 1)), false, 0, NULL};
    for (int f = 0; f < t->wire[3]; f++) {
        int kind = (int)num(&t->b, 1);
        int effects = (int)num(&t->b, 1);
        int slot = kind == 1 ? (int)num(&t->b, 1) : 0;
        const u8 *target = kind == 1 ? take(&t->b, 32) : NULL;

        for (int i = 0; i < effects; i++) {
            size_t at = t->b.at;
            int rotates = 0;
            bool ok;

            t->kind = kind;
            t->slot = slot;
            ok = one_effect(t, f, i, slot, target);
            if (!ok || t->reason != 0) {
                *frame = f;
                *effect = i;
                return false;
            }
            t->b.at = at;
            scan_effect(&t->b, kind, &rotates);
        }
    }
    return true;
}

/* Copies of all cells, to go back to. */
struct copy {
    struct cell **cells;
    size_t ncells;
};

static struct copy copy_all(const struct ref *r)
{
    struct copy c = {malloc(r->ncells * sizeof *c.cells), r->ncells};

    for (size_t i = 0; i < r->ncells; i++) {
        c.cells[i] = malloc(sizeof **c.cells);
        *c.cells[i] = *r->cells[i];
    }
    return c;
}

static int by_address(const void *a, const void *b)
{
    const struct touch *x = a;
    const struct touch *y = b;

    if (x->cell != y->cell) {
        return x->cell < y->cell ? -1 : 1;
    }
    if (x->kind != y->kind) {
        return x->kind < y->kind ? -1 : 1;
    }
    return (x->index > y->index) - (x->index < y->index);
}

static size_t write_set(struct ref *r)
{
    size_t len = 0;

    qsort(r->touched, r->ntouched, sizeof *r->touched, by_address);
    for (size_t i = 0; i < r->ntouched; i++) {
        const struct touch *w = &r->touched[i];
        const struct cell *c = r->cells[w->cell];
        const u8 *value = w->kind == 1   ? c->header
                          : w->kind == 2 ? c->records[w->index]
                          : w->kind == 3 ? c->fields[w->index]
                                         : c->next_id;
        size_t n = w->kind == 1 ? 160 : w->kind == 2 ? 64 : 32;

        set(r->writes + len, 4, w->cell);
        r->writes[len + 4] = (u8)w->kind;
        r->writes[len + 5] = 0;
        set(r->writes + len + 6, 2, (u64)w->index);
        memcpy(r->writes + len + 8, value, n);
        len += 8 + n;
    }
    return len;
}

static void touch_next_ids(struct turn *t, const struct copy *before)
{
    struct ref *r = t->r;

    renew_next_ids(r);
    for (size_t i = 0; i < r->ncells; i++) {
        if (i >= before->ncells ||
            memcmp(before->cells[i]->next_id, r->cells[i]->next_id, 32) != 0) {
            touch(t, r->cells[i], 4, 0);
        }
    }
}

static void make_receipt(struct turn *t, struct ref_result *out, u64 height, u64 cost,
                         const u8 pre_root[32], const u8 turn_hash[32], const u8 link[32])
{
    struct ref *r = t->r;
    u8 *rec = out->receipt;
    u64 seq = get(r->top + 8, 8) + 1;

    memset(rec, 0, 368);
    rec[0] = 1;
    rec[2] = (u8)out->status;
    rec[3] = (u8)out->reason;
    rec[4] = (u8)out->frame;
    rec[5] = (u8)out->effect;
    rec[6] = (u8)out->detail;
    set(rec + 8, 8, seq);
    set(rec + 16, 8, height);
    memcpy(rec + 24, t->wire + 48, 8);
    memcpy(rec + 32, t->wire + 16, 32);
    memcpy(rec + 64, turn_hash, 32);
    memcpy(rec + 96, link, 32);
    memcpy(rec + 128, pre_root, 32);
    memcpy(rec + 192, r->last_receipt_hash, 32);
    set(rec + 256, 8, cost);
    set(rec + 264, 4, t->now);
    rec[268] = r->params[18];
    H("writes", out->writes, out->writes_len, rec + 272);
    H("events", t->events, t->events_len, rec + 304);
    H("caps", t->caps, t->caps_len, rec + 336);
    H("rest", rec + 256, 112, rec + 224);
    set(r->top, 4, r->ncells);
    set(r->top + 4, 4, t->now);
    set(r->top + 8, 8, seq);
    set(r->top + 16, 8, height);
    set(r->top + 24, 8, get(r->top + 24, 8) + cost);
    memcpy(r->top + 96, r->last_receipt_hash, 32);
    ref_root(r, rec + 160);
    H("receipt", rec, 256, r->last_receipt_hash);
    memcpy(r->root, rec + 160, 32);
}

void ref_turn(struct ref *r, const u8 *wire, size_t n, u64 height, uint32_t now,
              ref_verdict verdict, void *cookie, struct ref_result *out)
{
    struct turn *t = calloc(1, sizeof *t);
    u8 turn_hash[32];
    u8 pre_root[32];
    u8 link[65];
    struct copy before;
    u8 text[32 + 4096];
    u64 cost;

    memset(out, 0, sizeof *out);
    *t = (struct turn){.r = r, .wire = wire, .now = now, .verdict = verdict, .cookie = cookie};
    r->ntouched = 0;
    out->effect = 255;
    if (malformed(wire, n, &out->offset, &out->field)) {
        out->status = MF;
        free(t);
        return;
    }
    memcpy(text, r->top + 32, 32);
    memcpy(text + 32, wire, n - 64);
    H("turn", text, 32 + n - 64, turn_hash);
    cost = cost_of(r, wire, n);
    out->reason = prologue(t, n, cost, turn_hash);
    if (out->reason != 0) {
        out->status = RJ;
        memcpy(out->root, r->root, 32);
        free(t);
        return;
    }
    memcpy(pre_root, r->root, 32);
    memcpy(link, LINK(t->agent), 32);
    memcpy(link + 32, turn_hash, 32);
    set(t->agent->header + 96, 8, NONCE(t->agent) + 1);
    set(t->agent->header + 104, 8, (u64)(BALANCE(t->agent) - (int64_t)cost));
    see(t, IDX(t->agent));
    before = copy_all(r);
    if (!body(t, n, &out->frame, &out->effect)) {
        uint32_t agent = IDX(t->agent);

        out->status = 1;
        out->reason = t->reason;
        out->detail = t->detail;
        for (size_t i = 0; i < r->ncells; i++) {
            if (i < before.ncells) {
                *r->cells[i] = *before.cells[i];
            } else {
                free(r->cells[i]);
            }
        }
        r->ncells = before.ncells;
        r->ntouched = 0;
        t->events_len = 0;
        t->caps_len = 0;
        t->agent = r->cells[agent];
    }
    touch(t, t->agent, 1, 0);
    link[64] = (u8)out->status;
    {
        u8 old_link[32];

        memcpy(old_link, link, 32);
        H("link", link, 65, LINK(t->agent));
        touch_next_ids(t, &before);
        out->writes_len = write_set(r);
        out->writes = r->writes;
        make_receipt(t, out, height, cost, pre_root, turn_hash, old_link);
    }
    memcpy(out->root, out->receipt + 160, 32);
    for (size_t i = 0; i < before.ncells; i++) {
        free(before.cells[i]);
    }
    free(before.cells);
    free(t);
}
