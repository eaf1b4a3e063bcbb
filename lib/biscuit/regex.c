/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions in linear time: a pattern becomes a small program with relative jumps, which is
 * run on all its threads at once (Thompson). Syntax: literals, . [classes] \d \w \s \D \W \S \b \B,
 * escapes, ( ) (?: ), |, ? * + {n} {n,} {n,m} (lazy forms too), ^ $. Characters are code points.
 */
#include "biscuit/world.h"

#define PROG 512U
#define RANGES 256U
#define GROUPS 32U

enum { R_CHAR, R_ANY, R_CLASS, R_SPLIT, R_JMP, R_BOL, R_EOL, R_WORD, R_NWORD, R_MATCH };

struct inst {
    uint8_t op;
    uint8_t negated;
    uint16_t nranges;
    int32_t a; /* CHAR: code point. CLASS: first range. SPLIT, JMP: distance */
    int32_t b; /* SPLIT: the other distance */
};

struct group {
    uint32_t start; /* of the group */
    uint32_t alt;   /* of the alternative that is being read */
    uint32_t jumps; /* chain of JMPs to the group's end: 1 + index, 0 for none */
};

struct regex {
    struct inst prog[PROG];
    uint32_t n;
    uint32_t ranges[RANGES][2];
    uint32_t nranges;
    struct group groups[GROUPS];
    uint32_t ngroups;
    uint32_t atom; /* where the last atom begins, or FM_B_NONE */
    const uint8_t *p;
    uint32_t len, pos;
    int bad;
};

static uint32_t next_char(const uint8_t *p, uint32_t len, uint32_t *pos)
{
    uint32_t b = p[(*pos)++];
    uint32_t more = b < 0xc0 ? 0 : b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
    uint32_t c = b < 0x80 ? b : b & (0x3fU >> more);

    for (; more > 0 && *pos < len; more--) {
        c = c << 6 | (p[(*pos)++] & 0x3fU);
    }
    return c;
}

static void emit(struct regex *r, uint8_t op, int32_t a, int32_t b)
{
    if (r->n == PROG) {
        r->bad = -2;
        return;
    }
    struct inst i = {op, 0, 0, a, b};
    r->prog[r->n++] = i;
}

static void insert(struct regex *r, uint32_t at, uint8_t op, int32_t a, int32_t b)
{
    emit(r, op, 0, 0);
    if (r->bad == 0) {
        memmove(&r->prog[at + 1U], &r->prog[at], (r->n - 1U - at) * sizeof r->prog[0]);
        struct inst i = {op, 0, 0, a, b};
        r->prog[at] = i;
    }
}

static void add_range(struct regex *r, uint32_t lo, uint32_t hi)
{
    if (r->nranges == RANGES || lo > hi) {
        r->bad = lo > hi ? -1 : -2;
        return;
    }
    r->ranges[r->nranges][0] = lo;
    r->ranges[r->nranges++][1] = hi;
}

/* The ranges of \d \w \s (ASCII), or of their complements. */
static bool named_class(struct regex *r, uint8_t c)
{
    uint8_t low = c | 0x20U;

    if (low != 'd' && low != 'w' && low != 's') {
        return false;
    }
    if (low == 's') {
        static const uint32_t in[2][2] = {{9, 13}, {32, 32}};
        static const uint32_t out[3][2] = {{0, 8}, {14, 31}, {33, 0x10ffff}};
        for (uint32_t i = 0; i < (c == 's' ? 2U : 3U); i++) {
            add_range(r, c == 's' ? in[i][0] : out[i][0], c == 's' ? in[i][1] : out[i][1]);
        }
        return true;
    }
    static const uint32_t word[4][2] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
    uint32_t n = low == 'd' ? 1U : 4U;
    uint32_t from = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (c == low) {
            add_range(r, word[i][0], word[i][1]);
        } else {
            add_range(r, from, word[i][0] - 1U);
            from = word[i][1] + 1U;
        }
    }
    if (c != low) {
        add_range(r, from, 0x10ffff);
    }
    return true;
}

/* The character that an escape stands for; sets bad for what we do not know. */
static uint32_t escaped(struct regex *r)
{
    if (r->pos == r->len) {
        r->bad = -1;
        return 0;
    }
    uint8_t c = r->p[r->pos++];
    switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    case 'f': return '\f';
    case 'v': return '\v';
    case 'a': return '\a';
    default: break;
    }
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80) {
        r->bad = -2;
    }
    return c;
}

static void char_class(struct regex *r)
{
    uint32_t first = r->nranges;
    bool negated = r->pos < r->len && r->p[r->pos] == '^';
    bool any = false;

    r->pos += negated ? 1U : 0U;
    while (r->bad == 0) {
        if (r->pos >= r->len) {
            r->bad = -1;
            return;
        }
        if (r->p[r->pos] == ']' && any) {
            r->pos++;
            break;
        }
        if (r->p[r->pos] == '[' || (r->p[r->pos] == '&' && r->pos + 1U < r->len && r->p[r->pos + 1U] == '&')) {
            r->bad = -2;
            return;
        }
        any = true;
        uint32_t lo = next_char(r->p, r->len, &r->pos);
        if (lo == '\\') {
            if (r->pos < r->len && named_class(r, r->p[r->pos])) {
                r->pos++;
                continue;
            }
            lo = escaped(r);
        }
        uint32_t hi = lo;
        if (r->pos + 1U < r->len && r->p[r->pos] == '-' && r->p[r->pos + 1U] != ']') {
            r->pos++;
            hi = next_char(r->p, r->len, &r->pos);
            hi = hi == '\\' ? escaped(r) : hi;
        }
        add_range(r, lo, hi);
    }
    emit(r, R_CLASS, (int32_t)first, 0);
    if (r->bad == 0) {
        r->prog[r->n - 1U].negated = negated;
        r->prog[r->n - 1U].nranges = (uint16_t)(r->nranges - first);
    }
}

/* Repeats the last atom: at least lo times, at most hi (FM_B_NONE: without bound). */
static void repeat(struct regex *r, uint32_t lo, uint32_t hi)
{
    uint32_t at = r->atom;
    uint32_t n = r->n - at;
    struct inst copy[PROG];

    if (hi < lo || n == 0) {
        r->bad = hi < lo ? -1 : r->bad;
        return;
    }
    memcpy(copy, &r->prog[at], n * sizeof copy[0]);
    r->n = at;
    for (uint32_t i = 0; i < lo + (hi == FM_B_NONE ? 1U : hi - lo) && r->bad == 0; i++) {
        bool optional = i >= lo;
        if (optional) {
            emit(r, R_SPLIT, 1, (int32_t)n + (hi == FM_B_NONE ? 2 : 1));
        }
        if (r->n + n > PROG) {
            r->bad = -2;
            return;
        }
        memcpy(&r->prog[r->n], copy, n * sizeof copy[0]);
        r->n += n;
        if (optional && hi == FM_B_NONE) {
            emit(r, R_JMP, -(int32_t)n - 1, 0);
        }
    }
}

static bool number(struct regex *r, uint32_t *out)
{
    uint32_t v = 0;
    uint32_t start = r->pos;

    while (r->pos < r->len && r->p[r->pos] >= '0' && r->p[r->pos] <= '9' && v < 10000) {
        v = v * 10U + (uint32_t)(r->p[r->pos++] - '0');
    }
    *out = v;
    return r->pos > start;
}

static void quantifier(struct regex *r, uint8_t c)
{
    uint32_t lo = c == '+' ? 1 : 0;
    uint32_t hi = c == '?' ? 1 : FM_B_NONE;

    if (r->atom == FM_B_NONE) {
        r->bad = -1;
        return;
    }
    if (c == '{') {
        bool fine = number(r, &lo);
        hi = lo;
        if (fine && r->pos < r->len && r->p[r->pos] == ',') {
            r->pos++;
            hi = FM_B_NONE;
            if (r->pos < r->len && r->p[r->pos] != '}') {
                fine = number(r, &hi);
            }
        }
        if (!fine || r->pos == r->len || r->p[r->pos++] != '}') {
            r->bad = -1;
            return;
        }
    }
    if (r->pos < r->len && r->p[r->pos] == '?') {
        r->pos++; /* lazy: whether there is a match does not depend on it */
    }
    repeat(r, lo, hi);
}

static void close_group(struct regex *r, bool last)
{
    if (r->ngroups == 0 || (last && r->ngroups != 1) || (!last && r->ngroups == 1)) {
        r->bad = -1;
        return;
    }
    const struct group *g = &r->groups[--r->ngroups];
    uint32_t j = g->jumps;
    while (j != 0) {
        struct inst *i = &r->prog[j - 1U];
        uint32_t next = (uint32_t)i->a;
        i->a = (int32_t)(r->n - (j - 1U));
        j = next;
    }
    r->atom = g->start;
}

static void open_group(struct regex *r)
{
    if (r->pos + 1U < r->len && r->p[r->pos] == '?') {
        if (r->p[r->pos + 1U] != ':') {
            r->bad = -2;
            return;
        }
        r->pos += 2;
    }
    if (r->ngroups == GROUPS) {
        r->bad = -2;
        return;
    }
    struct group g = {r->n, r->n, 0};
    r->groups[r->ngroups++] = g;
    r->atom = FM_B_NONE;
}

static void alternative(struct regex *r)
{
    struct group *g = &r->groups[r->ngroups - 1U];
    uint32_t n = r->n - g->alt;

    insert(r, g->alt, R_SPLIT, 1, (int32_t)n + 2);
    emit(r, R_JMP, (int32_t)g->jumps, 0);
    g->jumps = r->n;
    g->alt = r->n;
    r->atom = FM_B_NONE;
}

static void element(struct regex *r)
{
    uint32_t at = r->n;
    uint32_t c = next_char(r->p, r->len, &r->pos);

    if (c == '(') {
        open_group(r);
        return;
    }
    if (c == ')') {
        close_group(r, false);
        return;
    }
    if (c == '|') {
        alternative(r);
        return;
    }
    if (c == '*' || c == '+' || c == '?' || c == '{') {
        quantifier(r, (uint8_t)c);
        return;
    }
    r->atom = at;
    if (c == '.') {
        emit(r, R_ANY, 0, 0);
    } else if (c == '[') {
        char_class(r);
    } else if (c == '^' || c == '$') {
        emit(r, c == '^' ? R_BOL : R_EOL, 0, 0);
    } else if (c == '\\' && r->pos < r->len && (r->p[r->pos] | 0x20U) == 'b') {
        emit(r, r->p[r->pos++] == 'b' ? R_WORD : R_NWORD, 0, 0);
    } else if (c == '\\') {
        uint32_t first = r->nranges;
        if (r->pos < r->len && named_class(r, r->p[r->pos])) {
            r->pos++;
            emit(r, R_CLASS, (int32_t)first, 0);
            if (r->bad == 0) {
                r->prog[r->n - 1U].nranges = (uint16_t)(r->nranges - first);
            }
        } else {
            emit(r, R_CHAR, (int32_t)escaped(r), 0);
        }
    } else {
        emit(r, R_CHAR, (int32_t)c, 0);
    }
}

struct threads {
    uint16_t list[PROG];
    uint8_t member[PROG];
    uint32_t n;
};

static bool word_char(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '_' || (c >= 'a' && c <= 'z');
}

/* Adds a thread and all that it reaches without reading. before, after: the characters around, FM_B_NONE at an end. */
static bool follow(const struct regex *r, struct threads *t, uint32_t from, uint32_t before, uint32_t after)
{
    uint16_t todo[PROG + 2U];
    uint32_t n = 0;

    todo[n++] = (uint16_t)from;
    while (n > 0) {
        uint32_t pc = todo[--n];
        const struct inst *i = &r->prog[pc];
        bool edge = word_char(before) != word_char(after);
        if (t->member[pc] != 0) {
            continue;
        }
        t->member[pc] = 1;
        if (i->op == R_MATCH) {
            return true;
        }
        if (i->op == R_JMP || i->op == R_SPLIT) {
            if (n + 2U > PROG) {
                continue; /* cannot be: each of PROG is expanded once */
            }
            todo[n++] = (uint16_t)((int32_t)pc + i->a);
            if (i->op == R_SPLIT) {
                todo[n++] = (uint16_t)((int32_t)pc + i->b);
            }
        } else if ((i->op == R_BOL && before == FM_B_NONE) || (i->op == R_EOL && after == FM_B_NONE) ||
                   (i->op == R_WORD && edge) || (i->op == R_NWORD && !edge)) {
            todo[n++] = (uint16_t)(pc + 1U);
        } else if (i->op <= R_CLASS) {
            t->list[t->n++] = (uint16_t)pc;
        }
    }
    return false;
}

static bool reads(const struct regex *r, const struct inst *i, uint32_t c)
{
    bool in = false;

    if (i->op == R_CHAR) {
        return (uint32_t)i->a == c;
    }
    if (i->op == R_ANY) {
        return c != '\n';
    }
    for (uint32_t k = 0; k < i->nranges && !in; k++) {
        in = c >= r->ranges[(uint32_t)i->a + k][0] && c <= r->ranges[(uint32_t)i->a + k][1];
    }
    return in != (i->negated != 0);
}

static int run(const struct regex *r, const uint8_t *text, uint32_t n, uint64_t *fuel)
{
    struct threads sets[2];
    struct threads *now = &sets[0];
    struct threads *then = &sets[1];
    uint32_t pos = 0;
    uint32_t before = FM_B_NONE;

    now->n = 0;
    memset(now->member, 0, r->n);
    for (;;) {
        uint32_t at = pos;
        uint32_t c = pos < n ? next_char(text, n, &pos) : FM_B_NONE;
        uint32_t peek = pos;
        uint32_t after = pos < n ? next_char(text, n, &peek) : FM_B_NONE;

        if (*fuel < 1U + r->n / 8U) {
            *fuel = 0;
            return -3;
        }
        *fuel -= 1U + r->n / 8U;
        if (follow(r, now, 0, before, c)) {
            return 1;
        }
        if (at >= n) {
            return 0;
        }
        then->n = 0;
        memset(then->member, 0, r->n);
        for (uint32_t k = 0; k < now->n; k++) {
            uint32_t pc = now->list[k];
            if (reads(r, &r->prog[pc], c) && follow(r, then, pc + 1U, c, after)) {
                return 1;
            }
        }
        struct threads *t = now;
        now = then;
        then = t;
        before = c;
    }
}

int fm_b_regex(const uint8_t *pattern, uint32_t plen, const uint8_t *text, uint32_t n, uint64_t *fuel)
{
    struct regex r;

    r.n = 0;
    r.nranges = 0;
    r.ngroups = 1;
    r.groups[0] = (struct group){0, 0, 0};
    r.atom = FM_B_NONE;
    r.p = pattern;
    r.len = plen;
    r.pos = 0;
    r.bad = 0;
    while (r.pos < r.len && r.bad == 0) {
        element(&r);
    }
    if (r.bad == 0) {
        close_group(&r, true);
        emit(&r, R_MATCH, 0, 0);
    }
    return r.bad != 0 ? r.bad : run(&r, text, n, fuel);
}
