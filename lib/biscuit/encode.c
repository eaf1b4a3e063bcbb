/* SPDX-License-Identifier: Apache-2.0 */
/* From a program to a block's bytes: fields in tag order, shortest numbers, symbols in the order of first use. */
#include "biscuit/world.h"

struct encoder {
    struct fm_biscuit_world *w;
    struct fm_b_tables *t;
    struct fm_pbw *out;
    const uint32_t *vars;
    fm_err err;
};

static uint64_t symbol(struct encoder *e, uint32_t v)
{
    if (v < 28) {
        return v;
    }
    for (uint32_t i = 0; i < e->t->nsymbols; i++) {
        if (e->t->symbols[i] == v) {
            return 1024U + i;
        }
    }
    if (e->t->nsymbols == FM_BISCUIT_SYMBOLS_MAX) {
        e->err = FM_E_TOKEN_SYMBOLS;
        return 0;
    }
    e->t->symbols[e->t->nsymbols] = v;
    return 1024U + e->t->nsymbols++;
}

static uint64_t key_index(struct encoder *e, uint32_t key)
{
    for (uint32_t i = 0; i < e->t->nkeys; i++) {
        if (e->t->keys[i] == key) {
            return i;
        }
    }
    if (e->t->nkeys == FM_BISCUIT_KEYS_MAX) {
        e->err = FM_E_TOKEN_KEYS;
        return 0;
    }
    e->t->keys[e->t->nkeys] = key;
    return e->t->nkeys++;
}

static void scalar(struct encoder *e, const struct fm_b_value *v, uint32_t id)
{
    if (v->type == FM_BISCUIT_STRING) {
        fm_pbw_num(e->out, 3, symbol(e, id));
    } else if (v->type == FM_BISCUIT_BYTES || v->type == FM_BISCUIT_NULL) {
        fm_pbw_bytes(e->out, v->type, v->ptr, v->n);
    } else {
        fm_pbw_num(e->out, v->type, v->num);
    }
}

/* Writes a Term as field `tag`. */
static void term(struct encoder *e, uint32_t tag, uint32_t t)
{
    struct {
        const struct fm_b_value *v;
        uint32_t i;
        size_t outer, inner, entry;
    } frames[FM_B_DEPTH + 1U];
    uint32_t depth = 0;
    size_t mark = fm_pbw_open(e->out, tag);

    if ((t & FM_B_VAR) != 0) {
        fm_pbw_num(e->out, 1, symbol(e, e->vars[t & ~FM_B_VAR]));
        fm_pbw_close(e->out, mark);
        return;
    }
    for (;;) {
        const struct fm_b_value *v = &e->w->values[t];
        if (v->type == FM_BISCUIT_SET || v->type >= FM_BISCUIT_ARRAY) {
            frames[depth].v = v;
            frames[depth].i = 0;
            frames[depth].outer = mark;
            frames[depth++].inner = fm_pbw_open(e->out, v->type);
        } else {
            scalar(e, v, t);
            fm_pbw_close(e->out, mark);
            if (depth > 0 && frames[depth - 1U].v->type == FM_BISCUIT_MAP) {
                fm_pbw_close(e->out, frames[depth - 1U].entry);
            }
        }
        while (depth > 0 && frames[depth - 1U].i == frames[depth - 1U].v->n) {
            depth--;
            fm_pbw_close(e->out, frames[depth].inner);
            fm_pbw_close(e->out, frames[depth].outer);
            if (depth > 0 && frames[depth - 1U].v->type == FM_BISCUIT_MAP) {
                fm_pbw_close(e->out, frames[depth - 1U].entry);
            }
        }
        if (depth == 0) {
            return;
        }
        const uint32_t *items = frames[depth - 1U].v->ptr;
        uint32_t i = frames[depth - 1U].i++;
        if (frames[depth - 1U].v->type == FM_BISCUIT_MAP) {
            const struct fm_b_value *k = &e->w->values[items[2U * i]];
            frames[depth - 1U].entry = fm_pbw_open(e->out, 1);
            size_t m = fm_pbw_open(e->out, 1);
            if (k->type == FM_BISCUIT_STRING) {
                fm_pbw_num(e->out, 2, symbol(e, items[2U * i]));
            } else {
                fm_pbw_num(e->out, 1, k->num);
            }
            fm_pbw_close(e->out, m);
            mark = fm_pbw_open(e->out, 2);
            t = items[2U * i + 1U];
        } else {
            mark = fm_pbw_open(e->out, 1);
            t = items[i];
        }
    }
}

static void predicate(struct encoder *e, uint32_t tag, const struct fm_b_pred *p)
{
    size_t mark = fm_pbw_open(e->out, tag);

    fm_pbw_num(e->out, 1, symbol(e, p->name));
    for (uint32_t i = 0; i < p->n; i++) {
        term(e, 2, p->terms[i]);
    }
    fm_pbw_close(e->out, mark);
}

static void expression(struct encoder *e, const struct fm_b_expr *x)
{
    struct {
        uint32_t end;
        size_t op, closure;
    } frames[FM_B_DEPTH + 1U];
    uint32_t depth = 0;
    size_t mark = fm_pbw_open(e->out, 3);

    for (uint32_t i = 0; i <= x->n; i++) {
        while (depth > 0 && frames[depth - 1U].end == i) {
            depth--;
            fm_pbw_close(e->out, frames[depth].closure);
            fm_pbw_close(e->out, frames[depth].op);
        }
        if (i == x->n) {
            break;
        }
        const struct fm_b_op *op = &x->ops[i];
        if (op->kind == FM_B_PARAM) {
            fm_pbw_num(e->out, 1, symbol(e, e->vars[op->arg]));
            continue;
        }
        size_t m = fm_pbw_open(e->out, depth > 0 ? 2 : 1);
        if (op->kind == FM_B_CLOSURE) {
            if (depth == FM_B_DEPTH) {
                e->err = FM_E_TOKEN_NESTING;
                return;
            }
            frames[depth].op = m;
            frames[depth].closure = fm_pbw_open(e->out, 4);
            frames[depth++].end = i + 1U + op->arg;
            continue;
        }
        if (op->kind == FM_B_VALUE) {
            term(e, 1, op->arg);
        } else {
            bool host = op->sub == (op->kind == FM_B_UNARY ? FM_B_UFFI : FM_B_BFFI);
            size_t inner = fm_pbw_open(e->out, op->kind == FM_B_UNARY ? 2 : 3);
            fm_pbw_num(e->out, 1, op->sub);
            if (host) {
                fm_pbw_num(e->out, 2, symbol(e, op->arg));
            }
            fm_pbw_close(e->out, inner);
        }
        fm_pbw_close(e->out, m);
    }
    fm_pbw_close(e->out, mark);
}

static void scopes(struct encoder *e, uint32_t tag, const struct fm_b_scope *s, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        size_t mark = fm_pbw_open(e->out, tag);
        if (s[i].kind == 2) {
            fm_pbw_num(e->out, 2, key_index(e, s[i].key));
        } else {
            fm_pbw_num(e->out, 1, s[i].kind);
        }
        fm_pbw_close(e->out, mark);
    }
}

static void rule(struct encoder *e, uint32_t tag, const struct fm_b_rule *r)
{
    size_t mark = fm_pbw_open(e->out, tag);

    e->vars = r->vars;
    predicate(e, 1, &r->head);
    for (uint32_t i = 0; i < r->nbody; i++) {
        predicate(e, 2, &r->body[i]);
    }
    for (uint32_t i = 0; i < r->nexprs && e->err == FM_OK; i++) {
        expression(e, &r->exprs[i]);
    }
    scopes(e, 4, r->scopes, r->nscopes);
    fm_pbw_close(e->out, mark);
}

static void contents(struct encoder *e, const struct fm_b_program *p)
{
    for (const struct fm_b_factlist *f = p->facts; f != NULL; f = f->next) {
        size_t mark = fm_pbw_open(e->out, 4);
        predicate(e, 1, &f->pred);
        fm_pbw_close(e->out, mark);
    }
    for (const struct fm_b_rule *r = p->rules; r != NULL; r = r->next) {
        rule(e, 5, r);
    }
    for (const struct fm_b_check *c = p->checks; c != NULL; c = c->next) {
        size_t mark = fm_pbw_open(e->out, 6);
        for (const struct fm_b_rule *r = c->queries; r != NULL; r = r->next) {
            rule(e, 1, r);
        }
        if (c->kind != 0) {
            fm_pbw_num(e->out, 2, c->kind);
        }
        fm_pbw_close(e->out, mark);
    }
    scopes(e, 7, p->scopes, p->nscopes);
}

fm_err fm_b_encode(struct fm_biscuit_world *w, const struct fm_b_program *p, struct fm_b_tables *tables,
                   uint32_t version, struct fm_pbw *out)
{
    size_t used = w->arena->used;
    uint8_t *room = fm_arena_take(w->arena, FM_BISCUIT_BYTES_MAX, 8);
    struct fm_pbw body = {room, FM_BISCUIT_BYTES_MAX, 0, room == NULL};
    struct encoder e = {w, tables, &body, NULL, FM_OK};
    uint32_t symbols = tables->nsymbols;
    uint32_t keys = tables->nkeys;

    if (room == NULL) {
        return FM_E_TOKEN_MEMORY;
    }
    contents(&e, p);
    for (uint32_t i = symbols; i < tables->nsymbols; i++) {
        const struct fm_b_value *v = &w->values[tables->symbols[i]];
        fm_pbw_bytes(out, 1, v->ptr, v->n);
    }
    fm_pbw_num(out, 3, version);
    fm_pbw_raw(out, body.buf, body.len);
    for (uint32_t i = keys; i < tables->nkeys; i++) {
        fm_b_key_write(out, 8, &w->keys[tables->keys[i]]);
    }
    w->arena->used = used;
    return e.err != FM_OK ? e.err : body.bad || out->bad ? FM_E_TOKEN_LENGTH : FM_OK;
}
