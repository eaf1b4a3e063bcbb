/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Regular expressions in linear time: a pattern becomes a small program with relative jumps, which is
 * run on all its threads at once (Thompson). Syntax: literals, . [classes] \d \w \s \D \W \S \b \B \A \z,
 * escapes, \x41 \x{41} \u0041, ( ) (?: ), |, ? * + {n} {n,} {n,m} (lazy forms too), ^ $. Characters are code points.
 *
 * The other libraries run Rust's regex crate, and a pattern must mean here what it means there, or nothing. What is
 * malformed there is -1 (and false). What is well-formed there and not understood here is -2 (and no answer): flags,
 * named groups, \p, [[:alpha:]], && -- ~~ in classes, and \d, \w, \b where they meet a character of which we do not
 * know what it is: the table below holds common ranges, not all of Unicode. tests/biscuit/regex.mjs compares the two.
 */
#include "biscuit/world.h"

#define PROG 512U
#define RANGES 256U
#define GROUPS 32U

enum { R_CHAR, R_ANY, R_CLASS, R_SPLIT, R_JMP, R_BOL, R_EOL, R_WORD, R_NWORD, R_MATCH };

struct inst {
    uint8_t op;
    uint8_t negated;
    uint8_t names; /* CLASS: which of \d \w \D \W stand inside, for what is beyond ASCII */
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
    struct inst i = {op, 0, 0, 0, a, b};
    r->prog[r->n++] = i;
}

static void insert(struct regex *r, uint32_t at, uint8_t op, int32_t a, int32_t b)
{
    emit(r, op, 0, 0);
    if (r->bad == 0) {
        memmove(&r->prog[at + 1U], &r->prog[at], (r->n - 1U - at) * sizeof r->prog[0]);
        struct inst i = {op, 0, 0, 0, a, b};
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

/* \d, \w, \D, \W as bits of a class. */
enum { N_DIGIT = 1, N_WORD = 2, N_NO_DIGIT = 4, N_NO_WORD = 8 };

/* The ranges of \d \w \s, or of their complements; \s is Unicode's White_Space, the others are told for ASCII, and
 * noted in *names for the rest. */
static bool named_class(struct regex *r, uint8_t c, uint8_t *names)
{
    static const uint32_t space[10][2] = {{9, 13}, {32, 32}, {0x85, 0x85}, {0xa0, 0xa0}, {0x1680, 0x1680},
                                          {0x2000, 0x200a}, {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f},
                                          {0x3000, 0x3000}};
    static const uint32_t word[4][2] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
    uint8_t low = c | 0x20U;

    if (low != 'd' && low != 'w' && low != 's') {
        return false;
    }
    const uint32_t(*in)[2] = low == 's' ? space : word;
    uint32_t n = low == 's' ? 10 : low == 'w' ? 4 : 1;
    uint32_t last = low == 's' ? 0x10ffff : 0x7f;
    uint32_t from = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (c == low) {
            add_range(r, in[i][0], in[i][1]);
        } else {
            add_range(r, from, in[i][0] - 1U);
            from = in[i][1] + 1U;
        }
    }
    if (c != low) {
        add_range(r, from, last);
    }
    *names |= c == 'd' ? N_DIGIT : c == 'w' ? N_WORD : c == 'D' ? N_NO_DIGIT : c == 'W' ? N_NO_WORD : 0;
    return true;
}

/* Beyond ASCII: ranges whose characters are all of a word, all digits (which are of a word too), or neither. */
enum kind { UNSURE, NEITHER, WORD, DIGIT };

static const struct {
    uint32_t from, to;
    uint8_t kind;
} known[] = {
    {0x80, 0xa9, NEITHER},      {0xaa, 0xaa, WORD},         {0xab, 0xb4, NEITHER},       {0xb5, 0xb5, WORD},
    {0xb6, 0xb9, NEITHER},      {0xba, 0xba, WORD},         {0xbb, 0xbf, NEITHER},       {0xc0, 0xd6, WORD},
    {0xd7, 0xd7, NEITHER},      {0xd8, 0xf6, WORD},         {0xf7, 0xf7, NEITHER},       {0xf8, 0x2c1, WORD},
    {0x300, 0x36f, WORD},       {0x370, 0x373, WORD},       {0x376, 0x377, WORD},        {0x37b, 0x37d, WORD},
    {0x386, 0x386, WORD},       {0x388, 0x38a, WORD},       {0x38c, 0x38c, WORD},        {0x38e, 0x3a1, WORD},
    {0x3a3, 0x3f5, WORD},       {0x400, 0x481, WORD},       {0x482, 0x482, NEITHER},     {0x48a, 0x52f, WORD},
    {0x531, 0x556, WORD},       {0x561, 0x587, WORD},       {0x5d0, 0x5ea, WORD},        {0x620, 0x65f, WORD},
    {0x660, 0x669, DIGIT},      {0x66a, 0x66d, NEITHER},    {0x671, 0x6d3, WORD},        {0x6f0, 0x6f9, DIGIT},
    {0x904, 0x939, WORD},       {0x966, 0x96f, DIGIT},      {0xe01, 0xe2e, WORD},        {0x10d0, 0x10fa, WORD},
    {0x1e00, 0x1f15, WORD},     {0x2010, 0x2027, NEITHER},  {0x2030, 0x203e, NEITHER},   {0x2041, 0x2053, NEITHER},
    {0x20a0, 0x20bf, NEITHER},  {0x2190, 0x23ff, NEITHER},  {0x2500, 0x27bf, NEITHER},   {0x3001, 0x3004, NEITHER},
    {0x3005, 0x3007, WORD},     {0x3008, 0x3020, NEITHER},  {0x3041, 0x3096, WORD},      {0x30a1, 0x30fa, WORD},
    {0x30fb, 0x30fb, NEITHER},  {0x30fc, 0x30ff, WORD},     {0x3400, 0x4dbf, WORD},      {0x4e00, 0x9ffc, WORD},
    {0xac00, 0xd7a3, WORD},     {0xff01, 0xff0f, NEITHER},  {0xff10, 0xff19, DIGIT},     {0xff21, 0xff3a, WORD},
    {0xff41, 0xff5a, WORD},     {0x1f300, 0x1f64f, NEITHER}, {0x1f680, 0x1f6c5, NEITHER}, {0x20000, 0x2a6d6, WORD},
};

static enum kind kind_of(uint32_t c)
{
    for (uint32_t i = 0; i < FM_ARRAY_LEN(known); i++) {
        if (c >= known[i].from && c <= known[i].to) {
            return (enum kind)known[i].kind;
        }
    }
    return UNSURE;
}

/* Does a class with these names hold a character beyond ASCII? *unsure if we do not know. */
static bool named(uint8_t names, uint32_t c, bool *unsure)
{
    enum kind k = kind_of(c);

    if (k == UNSURE) {
        *unsure = true;
        return false;
    }
    return ((names & N_DIGIT) != 0 && k == DIGIT) || ((names & N_WORD) != 0 && k != NEITHER) ||
           ((names & N_NO_DIGIT) != 0 && k != DIGIT) || ((names & N_NO_WORD) != 0 && k == NEITHER);
}

static bool is_letter_or_digit(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static int hex_digit(uint8_t c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* What stands behind \x, \u, \U: so many digits, or any number of them in braces. */
static uint32_t code_point(struct regex *r, uint32_t width)
{
    bool braces = r->pos < r->len && r->p[r->pos] == '{';
    uint32_t v = 0;
    uint32_t n = 0;

    r->pos += braces ? 1U : 0U;
    while (r->pos < r->len && hex_digit(r->p[r->pos]) >= 0 && v <= 0x10ffff && (braces || n < width)) {
        v = v << 4 | (uint32_t)hex_digit(r->p[r->pos++]);
        n++;
    }
    bool closed = !braces || (r->pos < r->len && r->p[r->pos++] == '}');
    if (!closed || n == 0 || (!braces && n < width) || v > 0x10ffff || (v >= 0xd800 && v < 0xe000)) {
        r->bad = -1;
    }
    return v;
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
    case 'x': return code_point(r, 2);
    case 'u': return code_point(r, 4);
    case 'U': return code_point(r, 8);
    default: break;
    }
    if (c == 'p' || c == 'P' || c == '<' || c == '>') {
        r->bad = -2; /* classes of Unicode, edges of words */
    } else if (is_letter_or_digit(c) || c >= 0x80) {
        r->bad = -1;
    }
    return c;
}

/* One character of a class, or the two ends of a range, or a class inside the class. */
static void class_item(struct regex *r, uint8_t *names)
{
    uint32_t ends[2] = {0, 0};
    uint32_t n = 0;

    for (; n < 2; n++) {
        bool whole = false; /* \d and its like */
        ends[n] = next_char(r->p, r->len, &r->pos);
        if (ends[n] == '\\') {
            whole = r->pos < r->len && named_class(r, r->p[r->pos], names);
            r->pos += whole ? 1U : 0U;
            ends[n] = whole ? 0 : escaped(r);
        }
        bool range = n == 0 && r->pos + 1U < r->len && r->p[r->pos] == '-' && r->p[r->pos + 1U] != ']' &&
                     r->p[r->pos + 1U] != '-';
        if (whole && (range || n == 1)) {
            r->bad = -1; /* no class ends a range */
        }
        if (r->bad != 0 || whole) {
            return;
        }
        if (!range) {
            break;
        }
        r->pos++;
    }
    add_range(r, ends[0], ends[n > 1 ? 1 : n]);
}

/* Operations between classes: && -- ~~, and a class in brackets. */
static bool class_operation(const struct regex *r)
{
    uint8_t c = r->p[r->pos];

    return c == '[' || ((c == '&' || c == '-' || c == '~') && r->pos + 1U < r->len && r->p[r->pos + 1U] == c);
}

static void char_class(struct regex *r)
{
    uint32_t first = r->nranges;
    bool negated = r->pos < r->len && r->p[r->pos] == '^';
    uint8_t names = 0;

    r->pos += negated ? 1U : 0U;
    while (r->pos < r->len && r->p[r->pos] == '-') { /* at the front it stands for itself, however often */
        add_range(r, '-', '-');
        r->pos++;
    }
    if (r->nranges == first && r->pos < r->len && r->p[r->pos] == ']') {
        add_range(r, ']', ']');
        r->pos++;
    }
    while (r->bad == 0 && r->pos < r->len && r->p[r->pos] != ']') {
        if (class_operation(r)) {
            r->bad = -2;
        } else {
            class_item(r, &names);
        }
    }
    if (r->bad == 0 && r->pos++ >= r->len) {
        r->bad = -1;
    }
    emit(r, R_CLASS, (int32_t)first, 0);
    if (r->bad == 0) {
        r->prog[r->n - 1U].negated = negated;
        r->prog[r->n - 1U].names = names;
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
            r->bad = -2; /* malformed or not: blanks between the numbers are fine over there */
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

/* What stands behind a backslash, outside of a class. */
static void escape(struct regex *r)
{
    uint32_t first = r->nranges;
    uint8_t c = r->pos < r->len ? r->p[r->pos] : 0;
    uint8_t names = 0;

    if (c == 'A' || c == 'z') {
        emit(r, c == 'A' ? R_BOL : R_EOL, 0, 0);
    } else if (c == 'b' || c == 'B') {
        emit(r, c == 'b' ? R_WORD : R_NWORD, 0, 0);
        if (c == 'b' && r->pos + 1U < r->len && r->p[r->pos + 1U] == '{') {
            r->bad = -2; /* \b{start} and its like */
        }
    } else if (named_class(r, c, &names)) {
        emit(r, R_CLASS, (int32_t)first, 0);
        if (r->bad == 0) {
            r->prog[r->n - 1U].names = names;
            r->prog[r->n - 1U].nranges = (uint16_t)(r->nranges - first);
        }
    } else {
        emit(r, R_CHAR, (int32_t)escaped(r), 0);
        return;
    }
    r->pos++;
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
    } else if (c == '\\') {
        escape(r);
    } else {
        emit(r, R_CHAR, (int32_t)c, 0);
    }
}

struct threads {
    uint16_t list[PROG];
    uint8_t member[PROG];
    uint32_t n;
};

static bool word_char(uint32_t c, bool *unsure)
{
    return c < 0x80 ? is_letter_or_digit(c) || c == '_' : c != FM_B_NONE && named(N_WORD, c, unsure);
}

/* Adds a thread and all that it reaches without reading. before, after: the characters around, FM_B_NONE at an end.
 * *unsure is set where that takes a character that we do not know. */
static bool follow(const struct regex *r, struct threads *t, uint32_t from, uint32_t before, uint32_t after,
                   bool *unsure)
{
    uint16_t todo[PROG + 2U];
    uint32_t n = 0;

    todo[n++] = (uint16_t)from;
    while (n > 0) {
        uint32_t pc = todo[--n];
        const struct inst *i = &r->prog[pc];
        bool edge = false;
        if (t->member[pc] != 0) {
            continue;
        }
        t->member[pc] = 1;
        if (i->op == R_MATCH) {
            return true;
        }
        if (i->op == R_WORD || i->op == R_NWORD) {
            edge = word_char(before, unsure) != word_char(after, unsure);
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

static bool reads(const struct regex *r, const struct inst *i, uint32_t c, bool *unsure)
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
    if (!in && i->names != 0 && c >= 0x80) {
        in = named(i->names, c, unsure);
    }
    return in != (i->negated != 0);
}

/* Where a match that begins with this character can begin: its next place from pos on, or n. */
static uint32_t next_start(const uint8_t *text, uint32_t n, uint32_t pos, uint8_t c)
{
    while (pos < n && text[pos] != c) {
        pos++;
    }
    return pos;
}

static int run(const struct regex *r, const uint8_t *text, uint32_t n, uint64_t *fuel)
{
    struct threads sets[2];
    struct threads *now = &sets[0];
    struct threads *then = &sets[1];
    uint32_t pos = 0;
    uint32_t before = FM_B_NONE;
    bool unsure = false;
    bool literal = r->prog[0].op == R_CHAR && r->prog[0].a < 0x80;

    now->n = 0;
    memset(now->member, 0, r->n);
    for (;;) {
        uint32_t at = literal && now->n == 0 ? next_start(text, n, pos, (uint8_t)r->prog[0].a) : pos;
        uint64_t steps = 1U + r->n / 8U + (at - pos) / 8U;
        pos = at;
        uint32_t c = pos < n ? next_char(text, n, &pos) : FM_B_NONE;
        uint32_t peek = pos;
        uint32_t after = pos < n ? next_char(text, n, &peek) : FM_B_NONE;

        if (*fuel < steps) {
            *fuel = 0;
            return -3;
        }
        *fuel -= steps;
        bool found = follow(r, now, 0, before, c, &unsure);
        if (unsure || found || at >= n) {
            return unsure ? -2 : found ? 1 : 0;
        }
        then->n = 0;
        memset(then->member, 0, r->n);
        for (uint32_t k = 0; k < now->n; k++) {
            uint32_t pc = now->list[k];
            found = found || (reads(r, &r->prog[pc], c, &unsure) && follow(r, then, pc + 1U, c, after, &unsure));
        }
        if (unsure || found) {
            return unsure ? -2 : 1;
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

    if (*fuel < 1U + plen / 8U) {
        *fuel = 0;
        return -3;
    }
    *fuel -= 1U + plen / 8U;
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
