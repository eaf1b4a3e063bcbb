/* SPDX-License-Identifier: Apache-2.0 */
/* Constants in text: numbers, strings, dates, bytes, and nested sets, arrays and maps (frames, no recursion). */
#include "biscuit/parse.h"

static bool digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static uint32_t number_at(const struct fm_b_parser *p, size_t at, uint32_t width)
{
    uint32_t v = 0;

    for (uint32_t i = 0; i < width; i++) {
        v = v * 10U + (uint32_t)(fm_b_peek(p, at + i) - '0');
    }
    return v;
}

/* d: a digit; other characters stand for themselves. */
static bool looks_like(const struct fm_b_parser *p, size_t at, const char *shape)
{
    for (size_t i = 0; shape[i] != 0; i++) {
        uint8_t c = fm_b_peek(p, at + i);
        if (shape[i] == 'd' ? !digit(c) : c != (uint8_t)shape[i]) {
            return false;
        }
    }
    return true;
}

static int64_t days_from_civil(int64_t y, uint32_t m, uint32_t d)
{
    y -= m <= 2 ? 1 : 0;
    int64_t era = y / 400;
    int64_t yoe = y - era * 400;
    int64_t doy = (153 * (int64_t)(m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;

    return era * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719468;
}

/* RFC 3339: a date, a time, an optional fraction (dropped), Z or an offset. */
static uint32_t date(struct fm_b_parser *p)
{
    static const uint8_t lengths[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    uint32_t y = number_at(p, 0, 4);
    uint32_t m = number_at(p, 5, 2);
    uint32_t d = number_at(p, 8, 2);
    bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

    if (!looks_like(p, 10, "Tdd:dd:dd") && !looks_like(p, 10, "tdd:dd:dd")) {
        (void)fm_b_expected(p, "a time after the date, as 2025-01-31T12:00:00Z");
        return FM_B_NONE;
    }
    uint32_t h = number_at(p, 11, 2);
    uint32_t min = number_at(p, 14, 2);
    uint32_t s = number_at(p, 17, 2);
    if (m < 1 || m > 12 || d < 1 || d > lengths[m - 1U] + (m == 2 && leap ? 1U : 0U) || h > 23 || min > 59 || s > 59) {
        (void)fm_b_expected(p, "a date that exists");
        return FM_B_NONE;
    }
    int64_t t = days_from_civil(y, m, d) * 86400 + h * 3600 + min * 60 + s;
    p->pos += 19;
    if (fm_b_peek(p, 0) == '.' && digit(fm_b_peek(p, 1))) {
        p->pos++;
        while (digit(fm_b_peek(p, 0))) {
            p->pos++;
        }
    }
    if (looks_like(p, 0, "+dd:dd") || looks_like(p, 0, "-dd:dd")) {
        int64_t off = (int64_t)number_at(p, 1, 2) * 3600 + (int64_t)number_at(p, 4, 2) * 60;
        t += fm_b_peek(p, 0) == '+' ? -off : off;
        p->pos += 6;
    } else if (fm_b_peek(p, 0) == 'Z' || fm_b_peek(p, 0) == 'z') {
        p->pos++;
    } else {
        (void)fm_b_expected(p, "Z or an offset after the time");
        return FM_B_NONE;
    }
    if (t < 0) {
        (void)fm_b_expected(p, "a date from 1970 on");
        return FM_B_NONE;
    }
    return fm_b_scalar(p->w, FM_BISCUIT_DATE, (uint64_t)t, &p->err);
}

static uint32_t integer(struct fm_b_parser *p)
{
    bool negative = fm_b_peek(p, 0) == '-';
    uint64_t limit = negative ? 1ULL << 63 : (1ULL << 63) - 1U;
    uint64_t v = 0;

    p->pos += negative ? 1U : 0U;
    if (!digit(fm_b_peek(p, 0))) {
        (void)fm_b_expected(p, "a digit");
        return FM_B_NONE;
    }
    while (digit(fm_b_peek(p, 0))) {
        uint64_t d = (uint64_t)(fm_b_peek(p, 0) - '0');
        if (v > (limit - d) / 10) {
            (void)fm_b_expected(p, "a number of 64 bits");
            return FM_B_NONE;
        }
        v = v * 10 + d;
        p->pos++;
    }
    return fm_b_scalar(p->w, FM_BISCUIT_INTEGER, negative ? 0U - v : v, &p->err);
}

static uint32_t string(struct fm_b_parser *p)
{
    size_t start = ++p->pos;
    size_t n = 0;
    bool plain = true;

    while (p->pos < p->n && p->text[p->pos] != '"') {
        if (p->text[p->pos] == '\\') {
            uint8_t c = fm_b_peek(p, 1);
            plain = false;
            if (c != '\\' && c != '"' && c != 'n') {
                (void)fm_b_expected(p, "one of the escapes \\\\, \\\" and \\n");
                return FM_B_NONE;
            }
            p->pos++;
        }
        p->pos++;
        n++;
    }
    if (p->pos >= p->n) {
        (void)fm_b_expected(p, "the closing quote of a string");
        return FM_B_NONE;
    }
    const uint8_t *from = p->text + start;
    p->pos++;
    if (plain) {
        return fm_b_blob(p->w, FM_BISCUIT_STRING, from, (uint32_t)n, true, &p->err);
    }
    uint8_t *to = fm_arena_take(p->w->arena, n + 1U, 4);
    if (to == NULL) {
        (void)fm_b_fault(p, FM_E_TOKEN_MEMORY, "memory");
        return FM_B_NONE;
    }
    for (size_t i = 0; i < n; i++) {
        if (*from == '\\') {
            from++;
            to[i] = *from == 'n' ? '\n' : *from;
        } else {
            to[i] = *from;
        }
        from++;
    }
    return fm_b_blob(p->w, FM_BISCUIT_STRING, to, (uint32_t)n, false, &p->err);
}

static int hex_value(uint8_t c)
{
    return digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Hex digits, an even number of them, at least two, into out[0..cap). SIZE_MAX after a fault. */
static size_t hex(struct fm_b_parser *p, uint8_t *out, size_t cap)
{
    size_t n = 0;

    while (hex_value(fm_b_peek(p, 0)) >= 0) {
        int low = hex_value(fm_b_peek(p, 1));
        if (low < 0 || n == cap) {
            (void)fm_b_expected(p, low < 0 ? "an even number of hex digits" : "fewer hex digits");
            return SIZE_MAX;
        }
        out[n++] = (uint8_t)(hex_value(fm_b_peek(p, 0)) << 4 | low);
        p->pos += 2;
    }
    if (n == 0) {
        (void)fm_b_expected(p, "hex digits");
        return SIZE_MAX;
    }
    return n;
}

static uint32_t bytes(struct fm_b_parser *p)
{
    size_t most = 0;

    while (hex_value(fm_b_peek(p, most)) >= 0) {
        most++;
    }
    uint8_t *to = fm_arena_take(p->w->arena, most / 2U + 1U, 4);
    if (to == NULL) {
        (void)fm_b_fault(p, FM_E_TOKEN_MEMORY, "memory");
        return FM_B_NONE;
    }
    size_t n = hex(p, to, most / 2U + 1U);
    return n == SIZE_MAX ? FM_B_NONE : fm_b_blob(p->w, FM_BISCUIT_BYTES, to, (uint32_t)n, false, &p->err);
}

bool fm_b_parse_key(struct fm_b_parser *p, struct fm_biscuit_key *key)
{
    memset(key, 0, sizeof *key);
    if (fm_b_take(p, "secp256r1/")) {
        key->algorithm = FM_BISCUIT_SECP256R1;
    } else if (!fm_b_take(p, "ed25519/")) {
        return fm_b_expected(p, "authority, previous, ed25519/<hex> or secp256r1/<hex>");
    }
    size_t n = hex(p, key->bytes, sizeof key->bytes);
    key->len = n == SIZE_MAX ? 0 : (uint8_t)n;
    return p->err == FM_OK && (fm_biscuit_key_check(key) == FM_OK || fm_b_fault(p, FM_E_TOKEN_KEY, "a public key"));
}

static uint32_t word(struct fm_b_parser *p, const char *text, uint32_t value)
{
    size_t at = p->pos;

    if (fm_b_take(p, text) && !fm_b_name_char(fm_b_peek(p, 0))) {
        return value;
    }
    p->pos = at;
    return FM_B_NONE;
}

static uint32_t scalar(struct fm_b_parser *p)
{
    uint8_t c = fm_b_peek(p, 0);
    uint32_t v;

    if (c == '"') {
        return string(p);
    }
    if (digit(c) && looks_like(p, 0, "dddd-dd-dd")) {
        return date(p);
    }
    if (digit(c) || c == '-') {
        return integer(p);
    }
    if (fm_b_take(p, "hex:")) {
        return bytes(p);
    }
    v = word(p, "true", FM_B_TRUE);
    v = v == FM_B_NONE ? word(p, "false", FM_B_FALSE) : v;
    v = v == FM_B_NONE ? word(p, "null", FM_B_NULL) : v;
    if (v == FM_B_NONE) {
        (void)fm_b_expected(p, c == '$' ? "a constant: no variable can stand here" : "a value");
    }
    return v;
}

struct frame {
    uint32_t base;
    uint8_t type; /* 0: a brace whose kind is not known yet */
    uint8_t element;
    bool value_next; /* of a map: its key has been read */
};

static bool put(struct fm_b_parser *p, uint32_t v)
{
    struct fm_b_scratch *s = p->w->scratch;

    if (s->nitems == FM_ARRAY_LEN(s->items)) {
        return fm_b_fault(p, FM_E_TOKEN_TERMS, "fewer elements");
    }
    s->items[s->nitems++] = v;
    return true;
}

/* A value has been read inside a frame: where does it go? */
static bool place(struct fm_b_parser *p, struct frame *f, uint32_t v)
{
    uint8_t type = p->w->values[v].type;
    bool key = type == FM_BISCUIT_INTEGER || type == FM_BISCUIT_STRING;

    fm_b_space(p);
    if (f->type == 0) {
        f->type = key && fm_b_peek(p, 0) == ':' ? FM_BISCUIT_MAP : FM_BISCUIT_SET;
    }
    if (f->type == FM_BISCUIT_MAP && !f->value_next) {
        if (!key || fm_b_peek(p, 0) != ':') {
            return fm_b_expected(p, "a string or a number as key, and a colon");
        }
        p->pos++;
        f->value_next = true;
        return put(p, v);
    }
    if (f->type == FM_BISCUIT_SET) {
        if (type == FM_BISCUIT_SET || (f->element != 0 && f->element != type)) {
            return fm_b_fault(p, FM_E_TOKEN_SET, "elements of one type, and no sets");
        }
        f->element = type;
    }
    f->value_next = false;
    return put(p, v);
}

static uint32_t close_frame(struct fm_b_parser *p, const struct frame *f)
{
    struct fm_b_scratch *s = p->w->scratch;
    uint8_t type = f->type == 0 ? FM_BISCUIT_MAP : f->type;
    uint32_t n = s->nitems - f->base;
    uint32_t v = fm_b_items(p->w, type, s->items + f->base, type == FM_BISCUIT_MAP ? n / 2U : n, &p->err);

    s->nitems = f->base;
    return v;
}

/* Opens a bracket if there is one. `{,}` is the empty set, and a value at once. */
static bool open_frame(struct fm_b_parser *p, struct frame *frames, uint32_t *depth, uint32_t *v)
{
    uint8_t c = fm_b_peek(p, 0);

    if (c != '[' && c != '{') {
        return false;
    }
    if (*depth == FM_B_DEPTH) {
        return fm_b_fault(p, FM_E_TOKEN_NESTING, "less nesting");
    }
    p->pos++;
    frames[*depth] = (struct frame){p->w->scratch->nitems, c == '[' ? FM_BISCUIT_ARRAY : 0, 0, false};
    fm_b_space(p);
    if (c == '{' && fm_b_peek(p, 0) == ',') {
        p->pos++;
        fm_b_space(p);
        if (!fm_b_take(p, "}")) {
            return fm_b_expected(p, "} of the empty set {,}");
        }
        *v = fm_b_items(p->w, FM_BISCUIT_SET, p->w->scratch->items, 0, &p->err);
        return true;
    }
    if (fm_b_take(p, c == '[' ? "]" : "}")) {
        *v = close_frame(p, &frames[*depth]);
        return true;
    }
    (*depth)++;
    *v = FM_B_NONE;
    return true;
}

uint32_t fm_b_parse_term(struct fm_b_parser *p, bool variable)
{
    struct frame frames[FM_B_DEPTH];
    uint32_t depth = 0;
    uint32_t v = FM_B_NONE;

    fm_b_space(p);
    if (variable && fm_b_take(p, "$")) {
        uint32_t name = fm_b_name(p, "the name of a variable");
        v = name == FM_B_NONE ? FM_B_NONE : fm_b_var(p->w->scratch, name);
        if (v == FM_B_NONE) {
            (void)fm_b_fault(p, FM_E_TOKEN_VARIABLES, "fewer variables");
            return FM_B_NONE;
        }
        return v | FM_B_VAR;
    }
    while (p->err == FM_OK) {
        fm_b_space(p);
        if (!open_frame(p, frames, &depth, &v)) {
            v = p->err == FM_OK ? scalar(p) : FM_B_NONE;
        } else if (v == FM_B_NONE) {
            continue; /* go on with the first element */
        }
        while (p->err == FM_OK && depth > 0) {
            struct frame *f = &frames[depth - 1U];
            bool was_value = f->type != FM_BISCUIT_MAP || f->value_next;
            if (!place(p, f, v)) {
                return FM_B_NONE;
            }
            was_value = was_value && !f->value_next;
            fm_b_space(p);
            if (!was_value || fm_b_take(p, ",")) {
                break;
            }
            if (!fm_b_take(p, f->type == FM_BISCUIT_ARRAY ? "]" : "}")) {
                (void)fm_b_expected(p, f->type == FM_BISCUIT_ARRAY ? "a comma or ]" : "a comma or }");
                return FM_B_NONE;
            }
            v = close_frame(p, f);
            depth--;
        }
        if (depth == 0) {
            return p->err == FM_OK ? v : FM_B_NONE;
        }
    }
    return FM_B_NONE;
}
