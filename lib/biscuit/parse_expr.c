/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Expressions in text, by precedence with a stack of pending operators. A closure's body stands inline, so
 * `a && b` becomes  a CLOSURE(length of b) b LAZYAND, and try_or puts a CLOSURE before what it stands behind.
 */
#include "biscuit/parse.h"

#define PENDING 64U

enum { P_BINARY, P_NOT, P_PAREN, P_METHOD };

struct pending {
    uint8_t kind;
    uint8_t sub;
    uint8_t strength;
    uint32_t closure; /* where a closure begins that ends with this, or FM_B_NONE */
    uint32_t start;   /* PAREN, METHOD: where the operand begins */
    uint32_t name;    /* host function */
};

struct builder {
    struct fm_b_parser *p;
    struct fm_b_scratch *s;
    struct pending stack[PENDING];
    uint32_t n;
    uint32_t start; /* where the operand that was just read begins */
};

static bool emit(struct builder *b, uint8_t kind, uint8_t sub, uint32_t arg)
{
    if (b->s->nops == FM_B_OPS) {
        return fm_b_fault(b->p, FM_E_TOKEN_OPS, "a shorter expression");
    }
    b->s->ops[b->s->nops++] = (struct fm_b_op){kind, sub, 0, arg};
    return true;
}

static bool push(struct builder *b, struct pending item)
{
    if (b->n == PENDING) {
        return fm_b_fault(b->p, FM_E_TOKEN_NESTING, "fewer parentheses");
    }
    b->stack[b->n++] = item;
    return true;
}

static void end_closure(struct builder *b, uint32_t closure)
{
    if (closure != FM_B_NONE) {
        b->s->ops[closure].arg = b->s->nops - closure - 1U;
    }
}

/* Writes out pending operators that bind at least as strongly. */
static bool reduce(struct builder *b, uint8_t strength)
{
    while (b->n > 0 && b->stack[b->n - 1U].kind <= P_NOT && b->stack[b->n - 1U].strength >= strength) {
        const struct pending *top = &b->stack[--b->n];
        end_closure(b, top->closure);
        if (!emit(b, top->kind == P_NOT ? FM_B_UNARY : FM_B_BINARY, top->sub, FM_B_NONE)) {
            return false;
        }
    }
    return true;
}

static const struct {
    char text[4];
    uint8_t sub;
    uint8_t strength;
} operators[] = {
    {"||", FM_B_LAZYOR, 1}, {"&&", FM_B_LAZYAND, 2}, {"<=", FM_B_LE, 3}, {">=", FM_B_GE, 3}, {"<", FM_B_LT, 3},
    {">", FM_B_GT, 3}, {"===", FM_B_EQ, 3}, {"!==", FM_B_NE, 3}, {"==", FM_B_HEQ, 3}, {"!=", FM_B_HNE, 3},
    {"^", FM_B_BITXOR, 4}, {"|", FM_B_BITOR, 5}, {"&", FM_B_BITAND, 6}, {"+", FM_B_ADD, 8}, {"-", FM_B_SUB, 8},
    {"*", FM_B_MUL, 9}, {"/", FM_B_DIV, 9},
};
#define NOT_STRENGTH 7U /* `!` reaches over sums and products, not over comparisons */

/* An infix operator: true if one was taken. */
static bool infix(struct builder *b)
{
    struct fm_b_parser *p = b->p;

    for (uint32_t i = 0; i < FM_ARRAY_LEN(operators); i++) {
        if (!fm_b_take(p, operators[i].text)) {
            continue;
        }
        uint8_t strength = operators[i].strength;
        bool lazy = strength <= 2;
        if (!reduce(b, strength == 3 ? 4 : strength)) {
            return false;
        }
        if (strength == 3 && b->n > 0 && b->stack[b->n - 1U].kind == P_BINARY && b->stack[b->n - 1U].strength == 3) {
            return fm_b_expected(p, "parentheses: comparisons do not chain");
        }
        struct pending item = {P_BINARY, operators[i].sub, strength, lazy ? b->s->nops : FM_B_NONE, 0, FM_B_NONE};
        return (!lazy || emit(b, FM_B_CLOSURE, 0, 0)) && push(b, item);
    }
    return false;
}

static const struct {
    const char *text;
    uint8_t sub;
} methods[] = {
    {"contains", FM_B_CONTAINS}, {"starts_with", FM_B_PREFIX}, {"ends_with", FM_B_SUFFIX}, {"matches", FM_B_REGEX},
    {"intersection", FM_B_INTERSECTION}, {"union", FM_B_UNION}, {"all", FM_B_ALL}, {"any", FM_B_ANY},
    {"get", FM_B_GET}, {"try_or", FM_B_TRY},
};

/* Puts a CLOSURE around the operand that was just read. */
static bool wrap(struct builder *b)
{
    struct fm_b_op *ops = b->s->ops;
    uint32_t n = b->s->nops - b->start;

    if (!emit(b, FM_B_CLOSURE, 0, 0)) {
        return false;
    }
    memmove(&ops[b->start + 1U], &ops[b->start], n * sizeof ops[0]);
    ops[b->start] = (struct fm_b_op){FM_B_CLOSURE, 0, 0, n};
    return true;
}

/* `$x ->` at the beginning of a closure. */
static bool parameter(struct builder *b, struct pending *item)
{
    struct fm_b_parser *p = b->p;

    fm_b_space(p);
    if (!fm_b_take(p, "$")) {
        return fm_b_expected(p, "a closure, as $x -> $x > 0");
    }
    uint32_t name = fm_b_name(p, "the name of a parameter");
    uint32_t var = name == FM_B_NONE ? FM_B_NONE : fm_b_var(b->s, name);
    fm_b_space(p);
    if (var == FM_B_NONE || !fm_b_take(p, "->")) {
        return var == FM_B_NONE ? fm_b_fault(p, FM_E_TOKEN_VARIABLES, "fewer variables")
                                : fm_b_expected(p, "-> after the closure's parameter");
    }
    item->closure = b->s->nops;
    if (!emit(b, FM_B_CLOSURE, 0, 0) || !emit(b, FM_B_PARAM, 0, var)) {
        return false;
    }
    b->s->ops[item->closure].nparams = 1;
    return true;
}

static bool host_method(struct builder *b)
{
    struct fm_b_parser *p = b->p;
    uint32_t name = fm_b_name(p, "the name of a host function");

    if (name == FM_B_NONE || !fm_b_take(p, "(")) {
        return fm_b_expected(p, "( after the host function's name");
    }
    fm_b_space(p);
    if (fm_b_take(p, ")")) {
        return emit(b, FM_B_UNARY, FM_B_UFFI, name);
    }
    struct pending item = {P_METHOD, FM_B_BFFI, 0, FM_B_NONE, b->start, name};
    return push(b, item);
}

/* What follows a dot. *operand is set if an argument is to be read next. */
static bool method(struct builder *b, bool *operand)
{
    struct fm_b_parser *p = b->p;
    uint32_t before = b->n;

    if (fm_b_take(p, "extern::")) {
        bool fine = host_method(b);
        *operand = b->n > before;
        return fine;
    }
    if (fm_b_take(p, "length()")) {
        return emit(b, FM_B_UNARY, FM_B_LENGTH, FM_B_NONE);
    }
    if (fm_b_take(p, "type()")) {
        return emit(b, FM_B_UNARY, FM_B_TYPEOF, FM_B_NONE);
    }
    for (uint32_t i = 0; i < FM_ARRAY_LEN(methods); i++) {
        size_t at = p->pos;
        if (!fm_b_take(p, methods[i].text) || !fm_b_take(p, "(")) {
            p->pos = at;
            continue;
        }
        struct pending item = {P_METHOD, methods[i].sub, 0, FM_B_NONE, b->start, FM_B_NONE};
        *operand = true;
        if (item.sub == FM_B_TRY && !wrap(b)) {
            return false;
        }
        if ((item.sub == FM_B_ALL || item.sub == FM_B_ANY) && !parameter(b, &item)) {
            return false;
        }
        return push(b, item);
    }
    return fm_b_expected(p, "a method: contains, starts_with, ends_with, matches, length, type, union, intersection, "
                            "all, any, get, try_or or extern::");
}

/* An operand begins here: prefix operators, parentheses, a term. True once a term has been read. */
static bool operand(struct builder *b)
{
    struct fm_b_parser *p = b->p;

    for (;;) {
        fm_b_space(p);
        if (fm_b_peek(p, 0) == '!') {
            struct pending item = {P_NOT, FM_B_NEGATE, NOT_STRENGTH, FM_B_NONE, 0, FM_B_NONE};
            p->pos++;
            if (!push(b, item)) {
                return false;
            }
        } else if (fm_b_peek(p, 0) == '(') {
            struct pending item = {P_PAREN, 0, 0, FM_B_NONE, b->s->nops, FM_B_NONE};
            p->pos++;
            if (!push(b, item)) {
                return false;
            }
        } else {
            uint32_t v = fm_b_parse_term(p, true);
            b->start = b->s->nops;
            return p->err == FM_OK && emit(b, FM_B_VALUE, 0, v);
        }
    }
}

/* A closing parenthesis ends a group or a method's argument. */
static bool close_one(struct builder *b)
{
    if (!reduce(b, 0)) {
        return false;
    }
    const struct pending *top = &b->stack[--b->n];
    end_closure(b, top->closure);
    b->start = top->start;
    return top->kind == P_PAREN ? emit(b, FM_B_UNARY, FM_B_PARENS, FM_B_NONE)
                                : emit(b, FM_B_BINARY, top->sub, top->name);
}

static bool open_ones(const struct builder *b)
{
    for (uint32_t i = b->n; i > 0; i--) {
        if (b->stack[i - 1U].kind >= P_PAREN) {
            return true;
        }
    }
    return false;
}

bool fm_b_parse_expr(struct fm_b_parser *p)
{
    struct builder b;
    bool want = true;

    b.p = p;
    b.s = p->w->scratch;
    b.n = 0;
    b.start = 0;
    b.s->nops = 0;
    for (;;) {
        if (want && !operand(&b)) {
            return false;
        }
        want = false;
        if (fm_b_peek(p, 0) == '.') {
            p->pos++;
            if (!method(&b, &want)) {
                return false;
            }
            continue;
        }
        fm_b_space(p);
        if (fm_b_peek(p, 0) == ')' && open_ones(&b)) {
            p->pos++;
            if (!close_one(&b)) {
                return false;
            }
            continue;
        }
        want = infix(&b);
        if (p->err != FM_OK) {
            return false;
        }
        if (!want) {
            break;
        }
    }
    if (open_ones(&b)) {
        return fm_b_expected(p, "an operator or )");
    }
    if (!reduce(&b, 0)) {
        return false;
    }
    fm_err err = fm_b_expr_make(p->w);
    return err == FM_OK || fm_b_fault(p, err, "fewer expressions");
}
