/* SPDX-License-Identifier: Apache-2.0 */
/* Programs as text: what the parser reads, in the spelling of the other libraries. */
#include "biscuit/world.h"

#define EXPR_TEXT 4096U
#define FRAGMENTS 96U

void fm_b_out_text(struct fm_b_out *o, const void *p, size_t n)
{
    if (o->len < o->cap && n > 0) {
        size_t room = o->cap - o->len;
        memcpy(o->buf + o->len, p, n < room ? n : room);
    }
    o->len += n;
}

void fm_b_out_str(struct fm_b_out *o, const char *s)
{
    size_t n = 0;

    while (s[n] != 0) {
        n++;
    }
    fm_b_out_text(o, s, n);
}

void fm_b_out_u64(struct fm_b_out *o, uint64_t v)
{
    char digits[20];
    size_t n = sizeof digits;

    do {
        digits[--n] = (char)('0' + v % 10);
        v /= 10;
    } while (v > 0);
    fm_b_out_text(o, digits + n, sizeof digits - n);
}

/* Ends the text with a NUL where there is room; the length that fits. */
size_t fm_b_out_end(struct fm_b_out *o)
{
    size_t n = o->len < o->cap ? o->len : o->cap > 0 ? o->cap - 1U : 0;

    if (o->cap > 0) {
        o->buf[n] = 0;
    }
    return n;
}

static void padded(struct fm_b_out *o, uint64_t v, uint32_t width)
{
    for (uint64_t limit = 10; width > 1; width--) {
        uint64_t l = limit;
        for (uint32_t k = 2; k < width; k++) {
            l *= 10;
        }
        if (v >= l) {
            break;
        }
        fm_b_out_str(o, "0");
    }
    fm_b_out_u64(o, v);
}

/* RFC 3339 in UTC, years 1970 to 9999. */
void fm_b_print_date(struct fm_b_out *o, uint64_t t)
{
    uint64_t days = t / 86400;
    uint64_t rest = t % 86400;

    if (t > FM_B_DATE_MAX) {
        fm_b_out_str(o, "<invalid date>");
        return;
    }
    uint64_t z = days + 719468; /* days since 0000-03-01 */
    uint64_t era = z / 146097;
    uint64_t doe = z % 146097;
    uint64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    uint64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    uint64_t mp = (5 * doy + 2) / 153;
    uint64_t month = mp < 10 ? mp + 3 : mp - 9;

    padded(o, yoe + era * 400 + (month <= 2 ? 1 : 0), 4);
    fm_b_out_str(o, "-");
    padded(o, month, 2);
    fm_b_out_str(o, "-");
    padded(o, doy - (153 * mp + 2) / 5 + 1, 2);
    fm_b_out_str(o, "T");
    padded(o, rest / 3600, 2);
    fm_b_out_str(o, ":");
    padded(o, rest / 60 % 60, 2);
    fm_b_out_str(o, ":");
    padded(o, rest % 60, 2);
    fm_b_out_str(o, "Z");
}

static void quoted(struct fm_b_out *o, const uint8_t *p, size_t n)
{
    fm_b_out_str(o, "\"");
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '"' || p[i] == '\\') {
            fm_b_out_str(o, "\\");
        }
        if (p[i] == '\n') {
            fm_b_out_str(o, "\\n");
        } else {
            fm_b_out_text(o, p + i, 1);
        }
    }
    fm_b_out_str(o, "\"");
}

static void scalar(const struct fm_b_value *v, struct fm_b_out *o)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t *p = v->ptr;

    if (v->type == FM_BISCUIT_INTEGER) {
        bool negative = (int64_t)v->num < 0;
        fm_b_out_str(o, negative ? "-" : "");
        fm_b_out_u64(o, negative ? 0U - v->num : v->num);
    } else if (v->type == FM_BISCUIT_STRING) {
        quoted(o, p, v->n);
    } else if (v->type == FM_BISCUIT_DATE) {
        fm_b_print_date(o, v->num);
    } else if (v->type == FM_BISCUIT_BYTES) {
        fm_b_out_str(o, "hex:");
        for (uint32_t i = 0; i < v->n; i++) {
            fm_b_out_text(o, &digits[p[i] >> 4], 1);
            fm_b_out_text(o, &digits[p[i] & 15U], 1);
        }
    } else if (v->type == FM_BISCUIT_BOOL) {
        fm_b_out_str(o, v->num != 0 ? "true" : "false");
    } else {
        fm_b_out_str(o, "null");
    }
}

void fm_b_print_value(const struct fm_biscuit_world *w, uint32_t id, struct fm_b_out *o)
{
    struct {
        const struct fm_b_value *v;
        uint32_t i;
    } frames[FM_B_DEPTH + 1U];
    uint32_t depth = 0;
    const struct fm_b_value *v = &w->values[id];

    for (;;) {
        if (v != NULL && (v->type == FM_BISCUIT_SET || v->type >= FM_BISCUIT_ARRAY)) {
            frames[depth].v = v;
            frames[depth++].i = 0;
            fm_b_out_str(o, v->type == FM_BISCUIT_ARRAY              ? "["
                            : v->type == FM_BISCUIT_SET && v->n == 0 ? "{,"
                                                                     : "{");
        } else if (v != NULL) {
            scalar(v, o);
        }
        if (depth == 0) {
            return;
        }
        const struct fm_b_value *c = frames[depth - 1U].v;
        const uint32_t *items = c->ptr;
        uint32_t i = frames[depth - 1U].i++;
        if (i == c->n) {
            fm_b_out_str(o, c->type == FM_BISCUIT_ARRAY ? "]" : "}");
            depth--;
            v = NULL;
            continue;
        }
        fm_b_out_str(o, i > 0 ? ", " : "");
        if (c->type == FM_BISCUIT_MAP) {
            scalar(&w->values[items[2U * i]], o);
            fm_b_out_str(o, ": ");
        }
        v = &w->values[items[c->type == FM_BISCUIT_MAP ? 2U * i + 1U : i]];
    }
}

static void name(const struct fm_biscuit_world *w, uint32_t id, struct fm_b_out *o)
{
    fm_b_out_text(o, w->values[id].ptr, w->values[id].n);
}

static void print_term(const struct fm_biscuit_world *w, uint32_t t, const uint32_t *vars,
                       struct fm_b_out *o)
{
    if ((t & FM_B_VAR) != 0) {
        fm_b_out_str(o, "$");
        name(w, vars[t & ~FM_B_VAR], o);
    } else {
        fm_b_print_value(w, t, o);
    }
}

void fm_b_print_pred(const struct fm_biscuit_world *w, const struct fm_b_pred *p,
                     const uint32_t *vars, struct fm_b_out *o)
{
    name(w, p->name, o);
    fm_b_out_str(o, "(");
    for (uint32_t i = 0; i < p->n; i++) {
        fm_b_out_str(o, i > 0 ? ", " : "");
        print_term(w, p->terms[i], vars, o);
    }
    fm_b_out_str(o, ")");
}

/* ----------------------------------------------------------------------------------- expressions */
/* Operands lie one behind the other in a buffer; an operation joins the last ones. */
struct pieces {
    char text[EXPR_TEXT];
    struct fm_b_out o;
    size_t start[FRAGMENTS];
    uint32_t n;
    bool bad;
};

static void squeeze_in(struct pieces *x, size_t at, const char *s)
{
    size_t before = x->o.len;

    fm_b_out_str(&x->o, s);
    if (x->o.len > EXPR_TEXT) {
        x->bad = true;
        return;
    }
    size_t n = x->o.len - before;
    memmove(x->text + at + n, x->text + at, before - at);
    memcpy(x->text + at, s, n);
}

static void join(const struct fm_biscuit_world *w, struct pieces *x, const struct fm_b_op *op)
{
    static const char *const between[30] = {
        " < ",       " > ",        " <= ",          " >= ",
        " === ",     ".contains(", ".starts_with(", ".ends_with(",
        ".matches(", " + ",        " - ",           " * ",
        " / ",       " &&! ",      " ||! ",         ".intersection(",
        ".union(",   " & ",        " | ",           " ^ ",
        " !== ",     " == ",       " != ",          " && ",
        " || ",      ".all(",      ".any(",         ".get(",
        ".extern::", ".try_or("};
    size_t right;

    if (x->n < 2) {
        x->bad = true;
        return;
    }
    right = x->start[--x->n];
    if (op->sub == FM_B_BFFI) {
        char text[300];
        struct fm_b_out o = {text, sizeof text, 0};
        fm_b_out_str(&o, between[op->sub]);
        name(w, op->arg, &o);
        fm_b_out_str(&o, "(");
        (void)fm_b_out_end(&o);
        squeeze_in(x, right, text);
    } else {
        squeeze_in(x, right, between[op->sub]);
    }
    fm_b_out_str(&x->o, between[op->sub][0] == '.' ? ")" : "");
}

static void after(const struct fm_biscuit_world *w, struct pieces *x, const struct fm_b_op *op)
{
    if (x->n == 0) {
        x->bad = true;
        return;
    }
    size_t at = x->start[x->n - 1U];
    if (op->sub == FM_B_NEGATE || op->sub == FM_B_PARENS) {
        squeeze_in(x, at, op->sub == FM_B_NEGATE ? "!" : "(");
        fm_b_out_str(&x->o, op->sub == FM_B_PARENS ? ")" : "");
    } else if (op->sub == FM_B_UFFI) {
        fm_b_out_str(&x->o, ".extern::");
        name(w, op->arg, &x->o);
        fm_b_out_str(&x->o, "()");
    } else {
        fm_b_out_str(&x->o, op->sub == FM_B_LENGTH ? ".length()" : ".type()");
    }
}

static void print_expr(const struct fm_biscuit_world *w, const struct fm_b_expr *e,
                       const uint32_t *vars, struct fm_b_out *o)
{
    struct pieces x;
    uint32_t ends[FM_B_DEPTH + 1U];
    uint32_t depth = 0;

    x.o = (struct fm_b_out){x.text, EXPR_TEXT, 0};
    x.n = 0;
    x.bad = false;
    for (uint32_t i = 0; i <= e->n && !x.bad; i++) {
        while (depth > 0 && ends[depth - 1U] == i &&
               !x.bad) { /* a closure's parameters and body become one piece */
            depth--;
            x.bad = x.n < 2;
            x.n -= x.bad ? 0 : 1U;
        }
        if (i == e->n) {
            break;
        }
        const struct fm_b_op *op = &e->ops[i];
        if (op->kind == FM_B_BINARY) {
            join(w, &x, op);
        } else if (op->kind == FM_B_UNARY) {
            after(w, &x, op);
        } else if (op->kind != FM_B_PARAM) {
            if (x.n == FRAGMENTS || depth > FM_B_DEPTH) {
                x.bad = true;
                break;
            }
            x.start[x.n++] = x.o.len;
            if (op->kind == FM_B_VALUE) {
                print_term(w, op->arg, vars, &x.o);
                continue;
            }
            for (uint32_t k = 0; k < op->nparams; k++) {
                print_term(w, e->ops[i + 1U + k].arg | FM_B_VAR, vars, &x.o);
                fm_b_out_str(&x.o, k + 1U < op->nparams ? ", " : " -> ");
            }
            x.bad = depth == FM_B_DEPTH;
            ends[depth++] = i + 1U + op->arg;
        }
        x.bad = x.bad || x.o.len > EXPR_TEXT;
    }
    if (x.bad || x.n != 1) {
        fm_b_out_str(o, "<invalid expression>");
    } else {
        fm_b_out_text(o, x.text, x.o.len);
    }
}

static void print_scopes(const struct fm_biscuit_world *w, const struct fm_b_scope *s, uint32_t n,
                         struct fm_b_out *o)
{
    char key[96];

    for (uint32_t i = 0; i < n; i++) {
        fm_b_out_str(o, i > 0 ? ", " : "trusting ");
        if (s[i].kind < 2) {
            fm_b_out_str(o, s[i].kind == 0 ? "authority" : "previous");
        } else {
            (void)fm_biscuit_key_print(&w->keys[s[i].key], key);
            fm_b_out_str(o, key);
        }
    }
}

void fm_b_print_rule(const struct fm_biscuit_world *w, const struct fm_b_rule *r, bool head,
                     struct fm_b_out *o)
{
    if (head) {
        fm_b_print_pred(w, &r->head, r->vars, o);
        fm_b_out_str(o, " <- ");
    }
    for (uint32_t i = 0; i < r->nbody; i++) {
        fm_b_out_str(o, i > 0 ? ", " : "");
        fm_b_print_pred(w, &r->body[i], r->vars, o);
    }
    for (uint32_t i = 0; i < r->nexprs; i++) {
        fm_b_out_str(o, i + r->nbody > 0 ? ", " : "");
        print_expr(w, &r->exprs[i], r->vars, o);
    }
    fm_b_out_str(o, r->nscopes > 0 ? " " : "");
    print_scopes(w, r->scopes, r->nscopes, o);
}

void fm_b_print_check(const struct fm_biscuit_world *w, const struct fm_b_check *c, bool policy,
                      struct fm_b_out *o)
{
    static const char *const kinds[5] = {"check if ", "check all ", "reject if ", "allow if ",
                                         "deny if "};

    fm_b_out_str(o, kinds[c->kind + (policy ? 3U : 0U)]);
    for (const struct fm_b_rule *r = c->queries; r != NULL; r = r->next) {
        fm_b_print_rule(w, r, false, o);
        fm_b_out_str(o, r->next != NULL ? " or " : "");
    }
}

/* ---------------------------------------------------------------------------------- whole programs */
static const struct fm_b_program *program_of(const struct fm_biscuit_world *w, uint32_t block)
{
    if (block == FM_BISCUIT_AUTHORIZER) {
        return w->programs[FM_BISCUIT_BLOCKS_MAX];
    }
    return block < w->nblocks ? w->programs[block] : NULL;
}

static size_t whole(struct fm_b_out *o)
{
    (void)fm_b_out_end(o);
    return o->len;
}

size_t fm_biscuit_print_block(const struct fm_biscuit_world *w, uint32_t block, char *out,
                              size_t cap)
{
    const struct fm_b_program *p = program_of(w, block);
    struct fm_b_out o = {out, cap, 0};

    if (p != NULL && p->nscopes > 0) {
        print_scopes(w, p->scopes, p->nscopes, &o);
        fm_b_out_str(&o, ";\n");
    }
    for (const struct fm_b_factlist *f = p != NULL ? p->facts : NULL; f != NULL; f = f->next) {
        fm_b_print_pred(w, &f->pred, NULL, &o);
        fm_b_out_str(&o, ";\n");
    }
    for (const struct fm_b_rule *r = p != NULL ? p->rules : NULL; r != NULL; r = r->next) {
        fm_b_print_rule(w, r, true, &o);
        fm_b_out_str(&o, ";\n");
    }
    for (const struct fm_b_check *c = p != NULL ? p->checks : NULL; c != NULL; c = c->next) {
        fm_b_print_check(w, c, false, &o);
        fm_b_out_str(&o, ";\n");
    }
    return whole(&o);
}

size_t fm_biscuit_print_check(const struct fm_biscuit_world *w, uint32_t block, uint32_t check,
                              char *out, size_t cap)
{
    const struct fm_b_program *p = program_of(w, block);
    struct fm_b_out o = {out, cap, 0};
    const struct fm_b_check *c = p != NULL ? p->checks : NULL;

    for (uint32_t i = 0; c != NULL && i < check; i++) {
        c = c->next;
    }
    if (c != NULL) {
        fm_b_print_check(w, c, false, &o);
    }
    return whole(&o);
}

size_t fm_biscuit_print_policies(const struct fm_biscuit_world *w, char *out, size_t cap)
{
    const struct fm_b_program *p = w->programs[FM_BISCUIT_BLOCKS_MAX];
    struct fm_b_out o = {out, cap, 0};

    for (const struct fm_b_check *c = p != NULL ? p->policies : NULL; c != NULL; c = c->next) {
        fm_b_print_check(w, c, true, &o);
        fm_b_out_str(&o, ";\n");
    }
    return whole(&o);
}

size_t fm_biscuit_print_facts(const struct fm_biscuit_world *w, char *out, size_t cap)
{
    struct fm_b_out o = {out, cap, 0};

    for (uint32_t i = 0; i < w->nfacts; i++) {
        const struct fm_b_fact *f = &w->facts[i];
        struct fm_b_pred p = {f->name, f->n, f->terms, f->rel};
        bool first = true;
        for (uint32_t b = 0; b < 64; b++) {
            if ((f->origin >> b & 1U) != 0) {
                fm_b_out_str(&o, first ? "" : ",");
                if (b == FM_BISCUIT_AUTHORIZER) {
                    fm_b_out_str(&o, "authorizer");
                } else {
                    fm_b_out_u64(&o, b);
                }
                first = false;
            }
        }
        fm_b_out_str(&o, ": ");
        fm_b_print_pred(w, &p, NULL, &o);
        fm_b_out_str(&o, ";\n");
    }
    return whole(&o);
}

size_t fm_biscuit_print_symbols(const struct fm_biscuit_world *w, uint32_t block, char *out,
                                size_t cap)
{
    const struct fm_b_program *p = program_of(w, block);
    struct fm_b_out o = {out, cap, 0};

    for (uint32_t i = 0; p != NULL && i < p->nsymbols; i++) {
        name(w, p->symbols[i], &o);
        fm_b_out_str(&o, "\n");
    }
    return whole(&o);
}

bool fm_biscuit_block_info(const struct fm_biscuit_world *w, uint32_t block,
                           struct fm_biscuit_block_info *out)
{
    const struct fm_b_program *p = program_of(w, block);

    if (p == NULL) {
        return false;
    }
    *out = (struct fm_biscuit_block_info){
        p->version, p->ext_key == FM_B_NONE ? NULL : &w->keys[p->ext_key],
        p->context, p->context_len,
        p->nfacts,  p->nrules,
        p->nchecks};
    return true;
}
