/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions: a stack machine whose closures are inline code and whose calls are frames in an array, so a
 * closure in a closure costs a frame and never a C call.
 */
#include "biscuit/world.h"

#define STACK 64U
#define CLOSURE_BIT 0x40000000U /* a stack entry: this plus the operation where a closure begins */

struct frame {
    uint32_t end;    /* where the code that now runs ends */
    uint32_t resume; /* where the caller goes on */
    uint32_t begin;  /* ALL, ANY: the closure's body */
    uint32_t base;   /* stack height below the frame */
    uint32_t items;  /* ALL, ANY: the collection */
    uint32_t next;   /* the element to come */
    uint32_t param;
    uint32_t fallback; /* TRY */
    uint8_t how;       /* which binary operation called, or 0xff for none */
};

struct machine {
    struct fm_biscuit_world *w;
    const struct fm_b_op *ops;
    uint32_t *binding;
    uint32_t stack[STACK];
    uint32_t sp;
    struct frame frames[FM_B_DEPTH + 1U];
    uint32_t fp;
    uint32_t pc;
    fm_err err;
};

static uint32_t fail(struct machine *m, fm_err err)
{
    m->err = err;
    return FM_B_NONE;
}

static uint32_t boolean(bool b)
{
    return b ? FM_B_TRUE : FM_B_FALSE;
}

static const struct fm_b_value *val(const struct machine *m, uint32_t id)
{
    return &m->w->values[id];
}

/* --------------------------------------------------------------------------------- host functions */
static void show(const struct fm_biscuit_world *w, uint32_t id, struct fm_biscuit_value *out)
{
    const struct fm_b_value *v = &w->values[id];

    out->type = (enum fm_biscuit_type)v->type;
    out->n = v->n;
    out->num = v->num;
    out->ptr = v->ptr;
    out->id = id;
}

static uint32_t host(struct machine *m, uint32_t name, uint32_t left, uint32_t right)
{
    const struct fm_b_value *n = val(m, name);
    struct fm_biscuit_value l, r, out;

    if (m->w->host.call == NULL) {
        return fail(m, FM_E_EXPR_EXTERN);
    }
    show(m->w, left, &l);
    if (right != FM_B_NONE) {
        show(m->w, right, &r);
    }
    memset(&out, 0, sizeof out);
    out.id = FM_B_NONE;
    if (!m->w->host.call(m->w->host.ctx, n->ptr, n->n, &l, right != FM_B_NONE ? &r : NULL, &out)) {
        return fail(m, FM_E_EXPR_HOST);
    }
    if (out.id != FM_B_NONE) {
        return out.id < m->w->nvalues ? out.id : fail(m, FM_E_EXPR_HOST);
    }
    if (out.type == FM_BISCUIT_STRING || out.type == FM_BISCUIT_BYTES) {
        return fm_b_blob(m->w, (uint8_t)out.type, out.ptr, out.n, true, &m->err);
    }
    if (out.type >= FM_BISCUIT_SET && out.type != FM_BISCUIT_NULL) {
        return fail(m, FM_E_EXPR_HOST);
    }
    return fm_b_scalar(m->w, (uint8_t)out.type, out.num, &m->err);
}

/* ------------------------------------------------------------------------------------ operations */
static uint32_t unary(struct machine *m, const struct fm_b_op *op, uint32_t x)
{
    static const char *const names[11] = {"", "", "integer", "string", "date", "bytes", "bool", "set", "null", "array",
                                          "map"};
    const struct fm_b_value *v = val(m, x);

    if (op->sub == FM_B_NEGATE && v->type == FM_BISCUIT_BOOL) {
        return boolean(x == FM_B_FALSE);
    }
    if (op->sub == FM_B_PARENS) {
        return x;
    }
    if (op->sub == FM_B_LENGTH && (v->type == FM_BISCUIT_STRING || v->type == FM_BISCUIT_BYTES ||
                                   v->type == FM_BISCUIT_SET || v->type >= FM_BISCUIT_ARRAY)) {
        return fm_b_scalar(m->w, FM_BISCUIT_INTEGER, v->n, &m->err);
    }
    if (op->sub == FM_B_TYPEOF) {
        size_t n = 0;
        while (names[v->type][n] != 0) {
            n++;
        }
        return fm_b_blob(m->w, FM_BISCUIT_STRING, names[v->type], (uint32_t)n, false, &m->err);
    }
    return op->sub == FM_B_UFFI ? host(m, op->arg, x, FM_B_NONE) : fail(m, FM_E_EXPR_TYPE);
}

static uint32_t integer(struct machine *m, uint8_t sub, int64_t a, int64_t b)
{
    int64_t r = 0;
    bool over = false;

    switch (sub) {
    case FM_B_LT: return boolean(a < b);
    case FM_B_GT: return boolean(a > b);
    case FM_B_LE: return boolean(a <= b);
    case FM_B_GE: return boolean(a >= b);
    case FM_B_ADD: over = __builtin_add_overflow(a, b, &r); break;
    case FM_B_SUB: over = __builtin_sub_overflow(a, b, &r); break;
    case FM_B_MUL: over = __builtin_mul_overflow(a, b, &r); break;
    case FM_B_DIV:
        if (b == 0 || (a == INT64_MIN && b == -1)) {
            return fail(m, FM_E_EXPR_DIVISION);
        }
        r = a / b;
        break;
    case FM_B_BITAND: r = (int64_t)((uint64_t)a & (uint64_t)b); break;
    case FM_B_BITOR: r = (int64_t)((uint64_t)a | (uint64_t)b); break;
    case FM_B_BITXOR: r = (int64_t)((uint64_t)a ^ (uint64_t)b); break;
    default: return fail(m, FM_E_EXPR_TYPE);
    }
    return over ? fail(m, FM_E_EXPR_OVERFLOW) : fm_b_scalar(m->w, FM_BISCUIT_INTEGER, (uint64_t)r, &m->err);
}

static bool charge(struct machine *m, uint64_t steps)
{
    if (m->w->fuel < steps) {
        m->w->fuel = 0;
        m->err = FM_E_TOKEN_FUEL;
        return false;
    }
    m->w->fuel -= steps;
    return true;
}

static bool has_substring(const uint8_t *s, uint32_t n, const uint8_t *x, uint32_t k)
{
    for (uint32_t i = 0; k <= n && i <= n - k; i++) {
        if (k == 0 || memcmp(s + i, x, k) == 0) {
            return true;
        }
    }
    return false;
}

static uint32_t string(struct machine *m, uint8_t sub, const struct fm_b_value *a, const struct fm_b_value *b)
{
    const uint8_t *s = a->ptr;
    const uint8_t *x = b->ptr;

    if (sub == FM_B_PREFIX || sub == FM_B_SUFFIX) {
        uint32_t from = sub == FM_B_PREFIX || b->n > a->n ? 0 : a->n - b->n;
        return boolean(b->n <= a->n && (b->n == 0 || memcmp(s + from, x, b->n) == 0));
    }
    if (sub == FM_B_CONTAINS) { /* at worst every place is compared to its end */
        uint64_t places = b->n <= a->n ? (uint64_t)a->n - b->n + 1U : 0;
        return charge(m, 1U + a->n / 8U + places * b->n / 256U) ? boolean(has_substring(s, a->n, x, b->n)) : FM_B_NONE;
    }
    if (sub == FM_B_REGEX) {
        int r = fm_b_regex(x, b->n, s, a->n, &m->w->fuel);
        return r == -3   ? fail(m, FM_E_TOKEN_FUEL)
               : r == -2 ? fail(m, FM_E_TOKEN_REGEX) /* other libraries may know it: no answer, not `false` */
                         : boolean(r == 1);
    }
    if (sub == FM_B_ADD) {
        size_t n = (size_t)a->n + b->n;
        uint8_t *to = n <= FM_BISCUIT_BYTES_MAX ? fm_arena_take(m->w->arena, n + 1U, 4) : NULL;
        if (to == NULL || !charge(m, n / 8U + 1U)) {
            return m->err != FM_OK ? FM_B_NONE : fail(m, FM_E_TOKEN_MEMORY);
        }
        if (a->n > 0) {
            memcpy(to, s, a->n);
        }
        if (b->n > 0) {
            memcpy(to + a->n, x, b->n);
        }
        return fm_b_blob(m->w, FM_BISCUIT_STRING, to, (uint32_t)n, false, &m->err);
    }
    return fail(m, FM_E_EXPR_TYPE);
}

static uint32_t set_both(struct machine *m, uint8_t sub, const struct fm_b_value *a, const struct fm_b_value *b)
{
    const uint32_t *x = a->ptr;
    const uint32_t *y = b->ptr;
    uint32_t n = 0;

    if (!charge(m, 1U + (uint64_t)a->n * b->n / 8U)) {
        return FM_B_NONE;
    }
    if (sub == FM_B_CONTAINS) {
        for (uint32_t i = 0; i < b->n; i++) {
            if (!fm_b_set_has(a, y[i])) {
                return FM_B_FALSE;
            }
        }
        return FM_B_TRUE;
    }
    uint32_t *out = fm_arena_take(m->w->arena, ((size_t)a->n + b->n + 1U) * sizeof *out, 4);
    if (out == NULL) {
        return fail(m, FM_E_TOKEN_MEMORY);
    }
    for (uint32_t i = 0; i < a->n; i++) {
        if (sub == FM_B_UNION || fm_b_set_has(b, x[i])) {
            out[n++] = x[i];
        }
    }
    for (uint32_t i = 0; sub == FM_B_UNION && i < b->n; i++) {
        out[n++] = y[i];
    }
    return fm_b_items(m->w, FM_BISCUIT_SET, out, n, &m->err);
}

static uint32_t array(struct machine *m, uint8_t sub, const struct fm_b_value *a, uint32_t right)
{
    const struct fm_b_value *b = val(m, right);
    const uint32_t *x = a->ptr;

    if (sub == FM_B_CONTAINS) {
        return charge(m, 1U + a->n / 8U) ? boolean(fm_b_set_has(a, right)) : FM_B_NONE;
    }
    if ((sub == FM_B_PREFIX || sub == FM_B_SUFFIX) && b->type == FM_BISCUIT_ARRAY) {
        uint32_t from = sub == FM_B_PREFIX || b->n > a->n ? 0 : a->n - b->n;
        return boolean(b->n <= a->n && (b->n == 0 || memcmp(x + from, b->ptr, b->n * sizeof *x) == 0));
    }
    if (sub == FM_B_GET && b->type == FM_BISCUIT_INTEGER) {
        return b->num < a->n ? x[b->num] : FM_B_NULL;
    }
    return fail(m, FM_E_EXPR_TYPE);
}

static uint32_t map(struct machine *m, uint8_t sub, const struct fm_b_value *a, uint32_t right)
{
    const uint32_t *x = a->ptr;
    uint8_t t = val(m, right)->type;
    bool key = t == FM_BISCUIT_INTEGER || t == FM_BISCUIT_STRING;

    if (sub != FM_B_CONTAINS && !(sub == FM_B_GET && key)) {
        return fail(m, FM_E_EXPR_TYPE);
    }
    if (!charge(m, 1U + a->n / 8U)) {
        return FM_B_NONE;
    }
    for (uint32_t i = 0; i < a->n; i++) {
        if (x[2U * i] == right) {
            return sub == FM_B_GET ? x[2U * i + 1U] : FM_B_TRUE;
        }
    }
    return sub == FM_B_GET ? FM_B_NULL : FM_B_FALSE;
}

/* Equality: strict on one type only, lenient on all. Values are unique, so equal means the same number. */
static uint32_t equality(struct machine *m, uint8_t sub, uint32_t left, uint32_t right)
{
    bool strict = sub == FM_B_EQ || sub == FM_B_NE;

    if (strict && val(m, left)->type != val(m, right)->type) {
        return fail(m, FM_E_EXPR_TYPE);
    }
    return boolean((left == right) == (sub == FM_B_EQ || sub == FM_B_HEQ));
}

static uint32_t binary(struct machine *m, const struct fm_b_op *op, uint32_t left, uint32_t right)
{
    const struct fm_b_value *a = val(m, left);
    const struct fm_b_value *b = val(m, right);
    uint8_t sub = op->sub;

    if (sub == FM_B_EQ || sub == FM_B_NE || sub == FM_B_HEQ || sub == FM_B_HNE) {
        return equality(m, sub, left, right);
    }
    if (sub == FM_B_BFFI) {
        return host(m, op->arg, left, right);
    }
    if (a->type == FM_BISCUIT_ARRAY) {
        return array(m, sub, a, right);
    }
    if (a->type == FM_BISCUIT_MAP) {
        return map(m, sub, a, right);
    }
    if (a->type == FM_BISCUIT_SET) {
        if (b->type == FM_BISCUIT_SET && (sub == FM_B_CONTAINS || sub == FM_B_INTERSECTION || sub == FM_B_UNION)) {
            return set_both(m, sub, a, b);
        }
        if (sub == FM_B_CONTAINS && b->type >= FM_BISCUIT_INTEGER && b->type <= FM_BISCUIT_BOOL) {
            return charge(m, 1U + a->n / 8U) ? boolean(fm_b_set_has(a, right)) : FM_B_NONE;
        }
        return fail(m, FM_E_EXPR_TYPE);
    }
    if (a->type != b->type) {
        return fail(m, FM_E_EXPR_TYPE);
    }
    if (a->type == FM_BISCUIT_INTEGER) {
        return integer(m, sub, (int64_t)a->num, (int64_t)b->num);
    }
    if (a->type == FM_BISCUIT_STRING) {
        return string(m, sub, a, b);
    }
    if (a->type == FM_BISCUIT_DATE && sub <= FM_B_GE) {
        return boolean(sub == FM_B_LT   ? a->num < b->num
                       : sub == FM_B_GT ? a->num > b->num
                       : sub == FM_B_LE ? a->num <= b->num
                                        : a->num >= b->num);
    }
    if (a->type == FM_BISCUIT_BOOL && (sub == FM_B_AND || sub == FM_B_OR)) {
        bool x = left == FM_B_TRUE;
        bool y = right == FM_B_TRUE;
        return boolean(sub == FM_B_AND ? x && y : x || y);
    }
    return fail(m, FM_E_EXPR_TYPE);
}

/* -------------------------------------------------------------------------------------- closures */
/* Binds the next element of a collection and points at the body; false when there is none. */
static bool next_element(struct machine *m, struct frame *f)
{
    const struct fm_b_value *c = val(m, f->items);
    const uint32_t *x = c->ptr;
    uint32_t i = f->next;

    if (i == c->n) {
        return false;
    }
    f->next++;
    m->pc = f->begin;
    if (c->type != FM_BISCUIT_MAP) {
        m->binding[f->param] = x[i];
        return true;
    }
    uint32_t pair[2] = {x[2U * i], x[2U * i + 1U]};
    m->binding[f->param] = fm_b_items(m->w, FM_BISCUIT_ARRAY, pair, 2, &m->err);
    return m->err == FM_OK;
}

/* Applies a binary operation to a value and a closure. */
static void call(struct machine *m, const struct fm_b_op *op, uint32_t value, uint32_t closure)
{
    const struct fm_b_op *c = &m->ops[closure];
    uint8_t t = val(m, value)->type;
    bool lazy = (op->sub == FM_B_LAZYAND || op->sub == FM_B_LAZYOR) && t == FM_BISCUIT_BOOL && c->nparams == 0;
    bool attempt = op->sub == FM_B_TRY && c->nparams == 0;
    bool each = (op->sub == FM_B_ALL || op->sub == FM_B_ANY) && c->nparams == 1 &&
                (t == FM_BISCUIT_SET || t == FM_BISCUIT_ARRAY || t == FM_BISCUIT_MAP);
    struct frame f = {closure + 1U + c->arg, m->pc, closure + 1U + c->nparams, m->sp, value, 0, 0, value, op->sub};

    for (uint32_t i = 0; i < c->nparams; i++) {
        if (m->binding[m->ops[closure + 1U + i].arg] != FM_B_NONE) {
            m->err = FM_E_EXPR_SHADOWED;
            return;
        }
    }
    if (lazy && (value == FM_B_TRUE) == (op->sub == FM_B_LAZYOR)) {
        m->stack[m->sp++] = value;
        return;
    }
    if (!lazy && !attempt && !each) {
        m->err = FM_E_EXPR_TYPE;
        return;
    }
    if (m->fp == FM_B_DEPTH) {
        m->err = FM_E_TOKEN_NESTING;
        return;
    }
    m->frames[++m->fp] = f;
    m->pc = f.begin;
    if (each) {
        m->frames[m->fp].param = m->ops[closure + 1U].arg;
        if (!next_element(m, &m->frames[m->fp])) {
            m->fp--;
            m->pc = f.resume;
            m->stack[m->sp++] = boolean(op->sub == FM_B_ALL);
        }
    }
}

/* The code of a frame has ended: its result goes to the caller, or the next element is tried. */
static void finish(struct machine *m)
{
    struct frame *f = &m->frames[m->fp];
    uint32_t r;

    if (m->sp != f->base + 1U || (m->stack[f->base] & CLOSURE_BIT) != 0) {
        m->err = FM_E_EXPR_STACK;
        return;
    }
    r = m->stack[f->base];
    if (f->how == FM_B_ALL || f->how == FM_B_ANY) {
        uint32_t stop = boolean(f->how == FM_B_ANY);
        m->binding[f->param] = FM_B_NONE;
        if (r != FM_B_TRUE && r != FM_B_FALSE) {
            m->err = FM_E_EXPR_TYPE;
            return;
        }
        m->sp = f->base;
        if (r != stop && next_element(m, f)) {
            return;
        }
        r = r == stop ? stop : boolean(f->how == FM_B_ALL);
        m->binding[f->param] = FM_B_NONE;
    }
    m->sp = f->base;
    m->stack[m->sp++] = r;
    m->pc = f->resume;
    m->fp--;
}

/* An error goes to the innermost try_or, if it is one that a program may catch. */
static bool caught(struct machine *m)
{
    if (fm_err_category(m->err) != FM_CATEGORY_REFUSED) {
        return false; /* limits are the caller's, not the program's */
    }
    while (m->fp > 0) {
        struct frame *f = &m->frames[m->fp--];
        if (f->how == FM_B_ALL || f->how == FM_B_ANY) {
            m->binding[f->param] = FM_B_NONE;
        }
        if (f->how == FM_B_TRY) {
            m->err = FM_OK;
            m->sp = f->base;
            m->stack[m->sp++] = f->fallback;
            m->pc = f->resume;
            return true;
        }
    }
    return false;
}

static void step_binary(struct machine *m, const struct fm_b_op *op)
{
    uint32_t base = m->frames[m->fp].base;

    if (m->sp < base + 2U) {
        m->err = FM_E_EXPR_STACK;
        return;
    }
    uint32_t right = m->stack[m->sp - 1U];
    uint32_t left = m->stack[m->sp - 2U];
    m->sp -= 2U;
    if ((left & right & CLOSURE_BIT) != 0) {
        m->err = FM_E_EXPR_STACK;
    } else if ((right & CLOSURE_BIT) != 0) {
        call(m, op, left, right & ~CLOSURE_BIT);
    } else if ((left & CLOSURE_BIT) != 0) {
        call(m, op, right, left & ~CLOSURE_BIT);
    } else {
        m->stack[m->sp] = binary(m, op, left, right);
        m->sp++;
    }
}

static void step(struct machine *m)
{
    const struct fm_b_op *op = &m->ops[m->pc++];
    uint32_t base = m->frames[m->fp].base;

    if (m->sp == STACK) {
        m->err = FM_E_TOKEN_STACK;
    } else if (op->kind == FM_B_VALUE) {
        uint32_t v = (op->arg & FM_B_VAR) != 0 ? m->binding[op->arg & ~FM_B_VAR] : op->arg;
        if (v == FM_B_NONE) {
            m->err = FM_E_EXPR_VARIABLE;
        }
        m->stack[m->sp++] = v;
    } else if (op->kind == FM_B_UNARY) {
        if (m->sp == base || (m->stack[m->sp - 1U] & CLOSURE_BIT) != 0) {
            m->err = FM_E_EXPR_STACK;
            return;
        }
        m->stack[m->sp - 1U] = unary(m, op, m->stack[m->sp - 1U]);
    } else if (op->kind == FM_B_BINARY) {
        step_binary(m, op);
    } else {
        m->stack[m->sp++] = CLOSURE_BIT | (m->pc - 1U);
        m->pc += op->arg;
    }
}

uint32_t fm_b_eval(struct fm_biscuit_world *w, const struct fm_b_expr *e, uint32_t *binding, fm_err *err)
{
    struct machine m;

    m.w = w;
    m.ops = e->ops;
    m.binding = binding;
    m.sp = 0;
    m.fp = 0;
    m.pc = 0;
    m.err = FM_OK;
    m.frames[0] = (struct frame){e->n, 0, 0, 0, 0, 0, 0, 0, 0xff};
    for (;;) {
        if (m.err != FM_OK && !caught(&m)) {
            break;
        }
        if (m.pc < m.frames[m.fp].end) {
            if (w->fuel == 0) {
                m.err = FM_E_TOKEN_FUEL;
                break;
            }
            w->fuel--;
            step(&m);
        } else if (m.fp > 0) {
            finish(&m);
        } else {
            bool one = m.sp == 1 && (m.stack[0] & CLOSURE_BIT) == 0;
            *err = one ? FM_OK : FM_E_EXPR_STACK;
            return one ? m.stack[0] : FM_B_NONE;
        }
    }
    while (m.fp > 0) { /* leave no parameter bound behind */
        struct frame *f = &m.frames[m.fp--];
        if (f->how == FM_B_ALL || f->how == FM_B_ANY) {
            binding[f->param] = FM_B_NONE;
        }
    }
    *err = m.err;
    return FM_B_NONE;
}

fm_err fm_b_holds(struct fm_biscuit_world *w, const struct fm_b_rule *rule, uint32_t *binding, bool *holds)
{
    struct fm_b_mark mark = fm_b_mark(w);
    fm_err err = FM_OK;

    *holds = true;
    for (uint32_t i = 0; i < rule->nexprs && *holds; i++) {
        uint32_t r = fm_b_eval(w, &rule->exprs[i], binding, &err);
        if (err == FM_OK && r != FM_B_TRUE && r != FM_B_FALSE) {
            err = FM_E_EXPR_TYPE;
        }
        *holds = err == FM_OK && r == FM_B_TRUE;
    }
    fm_b_release(w, mark);
    return err;
}
