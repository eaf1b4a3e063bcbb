/* SPDX-License-Identifier: Apache-2.0 */
/* From a block's bytes to a program. Nesting is walked with frames in an array, so depth costs no stack. */
#include "biscuit/world.h"

struct loader {
    struct fm_biscuit_world *w;
    struct fm_b_tables *t;
    fm_err err;
    uint32_t at;
};

static bool lose(struct loader *l, fm_err err, uint32_t at)
{
    if (l->err == FM_OK) {
        l->err = err;
        l->at = at;
    }
    return false;
}

/* A message has been read to its end: was it well-formed? */
static bool sound(struct loader *l, const struct fm_pb *pb)
{
    return l->err == FM_OK && (pb->err == FM_OK || lose(l, pb->err, pb->err_at));
}

static uint32_t symbol(struct loader *l, uint64_t index, uint32_t at)
{
    if (index < 28) {
        return (uint32_t)index;
    }
    if (index >= 1024 && index - 1024 < l->t->nsymbols) {
        return l->t->symbols[index - 1024];
    }
    (void)lose(l, FM_E_TOKEN_SYMBOL, at);
    return FM_B_NONE;
}

/* ----------------------------------------------------------------------------------------- terms */
struct term_frame {
    struct fm_pb pb;
    uint32_t base; /* of its items in scratch */
    uint8_t type;
    uint8_t element; /* type of a set's elements */
};

static uint32_t scalar(struct loader *l, const struct fm_pb_field *f, bool variable)
{
    uint32_t v = FM_B_NONE;
    bool bytes = f->tag == 5 || f->tag == 8;

    if (f->is_bytes != bytes) {
        (void)lose(l, FM_E_TOKEN_WIRE, f->at);
    } else if (f->tag == 1) {
        uint32_t name = symbol(l, f->num, f->at);
        v = name == FM_B_NONE || !variable ? FM_B_NONE : fm_b_var(l->w->scratch, name);
        if (v == FM_B_NONE) {
            (void)lose(l, variable ? FM_E_TOKEN_VARIABLES : FM_E_TOKEN_FACT_VARIABLE, f->at);
        }
        v |= FM_B_VAR;
    } else if (f->tag == 3) {
        v = symbol(l, f->num, f->at);
    } else if (f->tag == 5) {
        v = fm_b_blob(l->w, FM_BISCUIT_BYTES, f->bytes, f->n, false, &l->err);
    } else if ((f->tag == 6 && f->num > 1) || (f->tag == 8 && f->n != 0)) {
        (void)lose(l, FM_E_TOKEN_ENUM, f->at);
    } else {
        v = fm_b_scalar(l->w, (uint8_t)f->tag, f->num, &l->err);
    }
    return v;
}

static bool push_item(struct loader *l, uint32_t v, uint32_t at)
{
    struct fm_b_scratch *s = l->w->scratch;

    if (s->nitems == FM_ARRAY_LEN(s->items)) {
        return lose(l, FM_E_TOKEN_TERMS, at);
    }
    s->items[s->nitems++] = v;
    return true;
}

/* The one field that a Term, MapKey or Op consists of. */
static bool only_field(struct loader *l, const struct fm_pb *outer, const struct fm_pb_field *message,
                       struct fm_pb_field *f)
{
    struct fm_pb pb = fm_pb_inner(outer, message);
    struct fm_pb_field extra;

    if (!message->is_bytes) {
        return lose(l, FM_E_TOKEN_WIRE, message->at);
    }
    if (!fm_pb_next(&pb, f)) {
        return lose(l, pb.err != FM_OK ? pb.err : FM_E_TOKEN_MISSING, message->at);
    }
    if (fm_pb_next(&pb, &extra)) {
        return lose(l, FM_E_TOKEN_FIELD, extra.at);
    }
    return sound(l, &pb);
}

/* Reads a map entry's key into the items and finds its value. */
static bool map_entry(struct loader *l, const struct fm_pb *outer, const struct fm_pb_field *entry,
                      struct fm_pb_field *value)
{
    struct fm_pb pb = fm_pb_inner(outer, entry);
    struct fm_pb_field key, k, extra;

    if (!fm_pb_next(&pb, &key) || key.tag != 1 || !fm_pb_next(&pb, value) || value->tag != 2) {
        return lose(l, pb.err != FM_OK ? pb.err : FM_E_TOKEN_MISSING, entry->at);
    }
    if (fm_pb_next(&pb, &extra)) {
        return lose(l, FM_E_TOKEN_FIELD, extra.at);
    }
    if (!sound(l, &pb) || !only_field(l, outer, &key, &k)) {
        return false;
    }
    if (k.is_bytes || k.tag > 2) {
        return lose(l, FM_E_TOKEN_FIELD, k.at);
    }
    uint32_t v = k.tag == 2 ? symbol(l, k.num, k.at) : fm_b_scalar(l->w, FM_BISCUIT_INTEGER, k.num, &l->err);
    return l->err == FM_OK && push_item(l, v, k.at);
}

/* The elements of a set are of one type, and no sets. */
static bool element_fits(struct loader *l, struct term_frame *f, uint32_t v, uint32_t at)
{
    uint8_t type = l->w->values[v].type;

    if (f->type != FM_BISCUIT_SET) {
        return true;
    }
    if (type == FM_BISCUIT_SET || (f->element != 0 && f->element != type)) {
        return lose(l, FM_E_TOKEN_SET, at);
    }
    f->element = type;
    return true;
}

/* Reads a Term message: a value, or a variable if that is allowed here. */
static uint32_t term(struct loader *l, const struct fm_pb *outer, const struct fm_pb_field *message, bool variable)
{
    struct fm_b_scratch *s = l->w->scratch;
    struct term_frame frames[FM_B_DEPTH];
    struct fm_pb_field m = *message;
    struct fm_pb_field f;
    uint32_t depth = 0;
    uint32_t v = FM_B_NONE;

    for (;;) {
        if (!only_field(l, outer, &m, &f)) {
            return FM_B_NONE;
        }
        if (f.tag >= 1 && f.tag <= 10 && f.tag != 7 && f.tag < 9) {
            v = scalar(l, &f, variable && depth == 0);
        } else if ((f.tag == 7 || f.tag == 9 || f.tag == 10) && f.is_bytes) {
            if (depth == FM_B_DEPTH) {
                (void)lose(l, FM_E_TOKEN_NESTING, f.at);
                return FM_B_NONE;
            }
            frames[depth++] = (struct term_frame){fm_pb_inner(outer, &f), s->nitems, (uint8_t)f.tag, 0};
            v = FM_B_NONE;
        } else {
            (void)lose(l, FM_E_TOKEN_FIELD, f.at);
        }
        for (;;) { /* v goes to the innermost container; containers that end become values in their turn */
            if (l->err != FM_OK) {
                return FM_B_NONE;
            }
            if (depth == 0) {
                return v;
            }
            struct term_frame *top = &frames[depth - 1U];
            if (v != FM_B_NONE && (!element_fits(l, top, v, f.at) || !push_item(l, v, f.at))) {
                return FM_B_NONE;
            }
            if (fm_pb_next(&top->pb, &m)) {
                if (m.tag != 1 || !m.is_bytes) {
                    (void)lose(l, FM_E_TOKEN_FIELD, m.at);
                    return FM_B_NONE;
                }
                struct fm_pb_field entry = m;
                if (top->type == FM_BISCUIT_MAP && !map_entry(l, outer, &entry, &m)) {
                    return FM_B_NONE;
                }
                break;
            }
            if (!sound(l, &top->pb)) {
                return FM_B_NONE;
            }
            uint32_t n = s->nitems - top->base;
            v = fm_b_items(l->w, top->type, s->items + top->base, top->type == FM_BISCUIT_MAP ? n / 2U : n, &l->err);
            s->nitems = top->base;
            depth--;
        }
    }
}

static bool predicate(struct loader *l, const struct fm_pb *outer, const struct fm_pb_field *message, bool variables,
                      struct fm_b_pred *out)
{
    struct fm_pb pb = fm_pb_inner(outer, message);
    struct fm_pb_field f;
    uint32_t name = FM_B_NONE;
    uint32_t base = l->w->scratch->nitems;

    if (!message->is_bytes) {
        return lose(l, FM_E_TOKEN_WIRE, message->at);
    }
    while (l->err == FM_OK && fm_pb_next(&pb, &f)) {
        if (f.tag == 1 && !f.is_bytes && name == FM_B_NONE) {
            name = symbol(l, f.num, f.at);
        } else if (f.tag == 2 && f.is_bytes && name != FM_B_NONE) {
            uint32_t v = term(l, &pb, &f, variables);
            (void)(l->err == FM_OK && push_item(l, v, f.at));
        } else {
            (void)lose(l, FM_E_TOKEN_FIELD, f.at);
        }
    }
    if (!sound(l, &pb) || name == FM_B_NONE) {
        return lose(l, FM_E_TOKEN_MISSING, message->at);
    }
    fm_err err = fm_b_pred_make(l->w, name, base, out);
    return err == FM_OK || lose(l, err, message->at);
}

/* ----------------------------------------------------------------------------------- expressions */
static bool put_op(struct loader *l, uint8_t kind, uint8_t sub, uint32_t arg, uint32_t at)
{
    struct fm_b_scratch *s = l->w->scratch;

    if (s->nops >= FM_B_OPS) {
        return lose(l, FM_E_TOKEN_OPS, at);
    }
    s->ops[s->nops++] = (struct fm_b_op){kind, sub, 0, arg};
    return true;
}

static bool operation(struct loader *l, const struct fm_pb *outer, const struct fm_pb_field *f)
{
    struct fm_pb pb = fm_pb_inner(outer, f);
    struct fm_pb_field g;
    bool binary = f->tag == 3;
    uint32_t name = FM_B_NONE;
    uint32_t kind = FM_B_NONE;

    while (l->err == FM_OK && fm_pb_next(&pb, &g)) {
        if (g.tag == 1 && !g.is_bytes && kind == FM_B_NONE) {
            if (g.num > (binary ? FM_B_TRY : FM_B_UFFI)) {
                return lose(l, FM_E_TOKEN_ENUM, g.at);
            }
            kind = (uint32_t)g.num;
        } else if (g.tag == 2 && !g.is_bytes && kind == (binary ? FM_B_BFFI : FM_B_UFFI) && name == FM_B_NONE) {
            name = symbol(l, g.num, g.at);
        } else {
            return lose(l, FM_E_TOKEN_FIELD, g.at);
        }
    }
    if (!sound(l, &pb)) {
        return false;
    }
    if (kind == FM_B_NONE || (kind == (binary ? FM_B_BFFI : FM_B_UFFI) && name == FM_B_NONE)) {
        return lose(l, FM_E_TOKEN_MISSING, f->at);
    }
    return put_op(l, binary ? FM_B_BINARY : FM_B_UNARY, (uint8_t)kind, name, f->at);
}

static bool expression(struct loader *l, const struct fm_pb *outer, const struct fm_pb_field *message)
{
    struct fm_b_scratch *s = l->w->scratch;
    struct fm_pb pbs[FM_B_DEPTH + 1U]; /* 0 the expression, the others closures */
    uint32_t marks[FM_B_DEPTH + 1U];
    struct fm_pb_field f, g;
    uint32_t depth = 0;

    if (!message->is_bytes) {
        return lose(l, FM_E_TOKEN_WIRE, message->at);
    }
    pbs[0] = fm_pb_inner(outer, message);
    while (l->err == FM_OK) {
        if (!fm_pb_next(&pbs[depth], &f)) {
            if (!sound(l, &pbs[depth])) {
                return false;
            }
            if (depth == 0) {
                fm_err err = fm_b_expr_make(l->w);
                return err == FM_OK || lose(l, err, message->at);
            }
            s->ops[marks[depth]].arg = s->nops - marks[depth] - 1U;
            depth--;
            continue;
        }
        if (depth > 0 && f.tag == 1 && !f.is_bytes && s->nops - marks[depth] - 1U == s->ops[marks[depth]].nparams) {
            uint32_t name = symbol(l, f.num, f.at);
            uint32_t var = name == FM_B_NONE ? FM_B_NONE : fm_b_var(s, name);
            if (var == FM_B_NONE) {
                return lose(l, FM_E_TOKEN_VARIABLES, f.at);
            }
            (void)put_op(l, FM_B_PARAM, 0, var, f.at);
            s->ops[marks[depth]].nparams++;
            continue;
        }
        if (f.tag != (depth > 0 ? 2U : 1U) || !only_field(l, outer, &f, &g)) {
            return lose(l, FM_E_TOKEN_FIELD, f.at);
        }
        if (!g.is_bytes || g.tag > 4) {
            return lose(l, FM_E_TOKEN_FIELD, g.at);
        }
        if (g.tag == 1) {
            uint32_t v = term(l, outer, &g, true);
            (void)(l->err == FM_OK && put_op(l, FM_B_VALUE, 0, v, g.at));
        } else if (g.tag < 4) {
            (void)operation(l, outer, &g);
        } else if (depth == FM_B_DEPTH) {
            return lose(l, FM_E_TOKEN_NESTING, g.at);
        } else {
            depth++;
            marks[depth] = s->nops;
            pbs[depth] = fm_pb_inner(outer, &g);
            (void)put_op(l, FM_B_CLOSURE, 0, 0, g.at);
        }
    }
    return false;
}

/* -------------------------------------------------------------------------- scopes, rules, checks */
static bool scope(struct loader *l, const struct fm_pb *outer, const struct fm_pb_field *message,
                  struct fm_b_scope *list, uint32_t *n)
{
    struct fm_pb_field f;

    if (!only_field(l, outer, message, &f)) {
        return false;
    }
    if (f.is_bytes || f.tag > 2 || (f.tag == 1 && f.num > 1)) {
        return lose(l, FM_E_TOKEN_ENUM, f.at);
    }
    if (f.tag == 2 && f.num >= l->t->nkeys) {
        return lose(l, FM_E_TOKEN_KEY_INDEX, f.at);
    }
    if (*n == FM_B_BODY) {
        return lose(l, FM_E_TOKEN_BODY, f.at);
    }
    list[(*n)++] = (struct fm_b_scope){f.tag == 1 ? (uint8_t)f.num : 2, f.tag == 1 ? 0 : l->t->keys[f.num]};
    return true;
}

static struct fm_b_rule *rule(struct loader *l, const struct fm_pb *outer, const struct fm_pb_field *message)
{
    struct fm_b_scratch *s = l->w->scratch;
    struct fm_pb pb = fm_pb_inner(outer, message);
    struct fm_pb_field f;
    struct fm_b_pred head;
    bool has_head = false;
    uint32_t last = 1;

    fm_b_scratch_reset(s);
    if (!message->is_bytes) {
        (void)lose(l, FM_E_TOKEN_WIRE, message->at);
        return NULL;
    }
    while (l->err == FM_OK && fm_pb_next(&pb, &f)) {
        if (f.tag < last || (f.tag == 1) == has_head || f.tag > 4) {
            (void)lose(l, FM_E_TOKEN_FIELD, f.at);
        } else if (f.tag == 1) {
            has_head = predicate(l, &pb, &f, true, &head);
        } else if (f.tag == 2) {
            if (s->npreds == FM_B_BODY) {
                (void)lose(l, FM_E_TOKEN_BODY, f.at);
            } else if (predicate(l, &pb, &f, true, &s->preds[s->npreds])) {
                s->npreds++;
            }
        } else if (f.tag == 3) {
            (void)expression(l, &pb, &f);
        } else {
            (void)scope(l, &pb, &f, s->scopes, &s->nscopes);
        }
        last = f.tag;
    }
    if (!sound(l, &pb) || !has_head) {
        (void)lose(l, FM_E_TOKEN_MISSING, message->at);
        return NULL;
    }
    return fm_b_rule_make(l->w, &head, &l->err);
}

static void check(struct loader *l, const struct fm_pb *outer, const struct fm_pb_field *message,
                  struct fm_b_program *p)
{
    struct fm_pb pb = fm_pb_inner(outer, message);
    struct fm_pb_field f;
    struct fm_b_check *c = fm_b_check_new(l->w, 0);
    struct fm_b_rule **tail;
    bool kind = false;

    if (c == NULL) {
        (void)lose(l, FM_E_TOKEN_MEMORY, message->at);
        return;
    }
    tail = &c->queries;
    while (l->err == FM_OK && fm_pb_next(&pb, &f)) {
        if (f.tag == 1 && !kind && c->nqueries < FM_B_QUERIES) {
            *tail = rule(l, &pb, &f);
            if (*tail != NULL) {
                tail = &(*tail)->next;
                c->nqueries++;
            }
        } else if (f.tag == 2 && !f.is_bytes && !kind) {
            kind = true;
            c->kind = (uint8_t)f.num;
            if (f.num > 2 || p->version < 4 || (f.num == 2 && p->version < 6)) {
                (void)lose(l, f.num > 2 ? FM_E_TOKEN_ENUM : FM_E_TOKEN_FEATURE, f.at);
            }
        } else {
            (void)lose(l, f.tag == 1 && !kind ? FM_E_TOKEN_BODY : FM_E_TOKEN_FIELD, f.at);
        }
    }
    if (sound(l, &pb)) {
        fm_b_add_check(p, c, false);
    }
}

/* ---------------------------------------------------------------------------------------- blocks */
static void add_symbol(struct loader *l, const struct fm_pb_field *f)
{
    if (!fm_utf8_valid(f->bytes, f->n)) {
        (void)lose(l, FM_E_TOKEN_UTF8, f->at);
        return;
    }
    uint32_t v = fm_b_blob(l->w, FM_BISCUIT_STRING, f->bytes, f->n, false, &l->err);
    for (uint32_t i = 0; i < l->t->nsymbols && l->err == FM_OK; i++) {
        if (l->t->symbols[i] == v) {
            (void)lose(l, FM_E_TOKEN_DUPLICATE, f->at);
        }
    }
    if (v < 28) {
        (void)lose(l, FM_E_TOKEN_DUPLICATE, f->at);
    } else if (l->t->nsymbols == FM_BISCUIT_SYMBOLS_MAX) {
        (void)lose(l, FM_E_TOKEN_SYMBOLS, f->at);
    } else if (l->err == FM_OK) {
        l->t->symbols[l->t->nsymbols++] = v;
    }
}

static void add_key(struct loader *l, struct fm_pb *pb, const struct fm_pb_field *f)
{
    struct fm_biscuit_key key;

    if (!fm_b_key_read(pb, f, &key)) {
        (void)lose(l, pb->err, f->at);
        return;
    }
    uint32_t k = fm_b_key(l->w, &key);
    for (uint32_t i = 0; i < l->t->nkeys; i++) {
        if (l->t->keys[i] == k) {
            (void)lose(l, FM_E_TOKEN_DUPLICATE, f->at);
        }
    }
    if (k == FM_B_NONE || l->t->nkeys == FM_BISCUIT_KEYS_MAX) {
        (void)lose(l, FM_E_TOKEN_KEYS, f->at);
    } else {
        l->t->keys[l->t->nkeys++] = k;
    }
}

/* First pass: version, context, symbols, keys; and the order of fields. */
static void tables(struct loader *l, struct fm_pb pb, struct fm_b_program *p)
{
    struct fm_pb_field f;
    uint32_t last = 1;

    while (l->err == FM_OK && fm_pb_next(&pb, &f)) {
        bool once = f.tag == 2 || f.tag == 3;
        if (f.tag > 8 || f.is_bytes == (f.tag == 3) || f.tag < last || (once && f.tag == last)) {
            (void)lose(l, FM_E_TOKEN_FIELD, f.at);
        } else if (f.tag == 1) {
            add_symbol(l, &f);
        } else if (f.tag == 2) {
            p->context = f.bytes;
            p->context_len = f.n;
            if (!fm_utf8_valid(f.bytes, f.n)) {
                (void)lose(l, FM_E_TOKEN_UTF8, f.at);
            }
        } else if (f.tag == 3) {
            p->version = (uint32_t)f.num;
            if (f.num < 3 || f.num > 6) {
                (void)lose(l, FM_E_TOKEN_VERSION, f.at);
            }
        } else if (f.tag == 8) {
            add_key(l, &pb, &f);
        }
        last = f.tag;
    }
    if (sound(l, &pb) && p->version == 0) {
        (void)lose(l, FM_E_TOKEN_VERSION, pb.end);
    }
}

static void fact(struct loader *l, const struct fm_pb *outer, const struct fm_pb_field *message,
                 struct fm_b_program *p)
{
    struct fm_pb_field f;
    struct fm_b_pred pred;

    fm_b_scratch_reset(l->w->scratch);
    if (only_field(l, outer, message, &f)) {
        if (f.tag != 1) {
            (void)lose(l, FM_E_TOKEN_FIELD, f.at);
        } else if (predicate(l, outer, &f, false, &pred)) {
            fm_err err = fm_b_add_fact(l->w, p, &pred);
            (void)(err == FM_OK || lose(l, err, f.at));
        }
    }
}

static void contents(struct loader *l, struct fm_pb pb, struct fm_b_program *p)
{
    struct fm_pb_field f;

    while (l->err == FM_OK && fm_pb_next(&pb, &f)) {
        if (f.tag == 4) {
            fact(l, &pb, &f, p);
        } else if (f.tag == 5) {
            struct fm_b_rule *r = rule(l, &pb, &f);
            if (r != NULL && !fm_b_rule_bound(r)) {
                (void)lose(l, FM_E_TOKEN_UNBOUND, f.at);
            } else if (r != NULL) {
                fm_b_add_rule(p, r);
            }
        } else if (f.tag == 6) {
            check(l, &pb, &f, p);
        } else if (f.tag == 7) {
            (void)scope(l, &pb, &f, p->scopes, &p->nscopes);
        }
    }
}

static const uint32_t *keep(struct loader *l, const uint32_t *from, uint32_t n)
{
    uint32_t *to = fm_arena_take(l->w->arena, n * sizeof *to + 1U, 4);

    if (to == NULL) {
        (void)lose(l, FM_E_TOKEN_MEMORY, 0);
    } else if (n > 0) {
        memcpy(to, from, n * sizeof *to);
    }
    return to;
}

fm_err fm_b_load(struct fm_biscuit_world *w, struct fm_b_tables *shared, const struct fm_biscuit *token, uint32_t i,
                 struct fm_why *why)
{
    const struct fm_biscuit_block *b = &token->block[i];
    struct fm_b_program *p = fm_b_program_new(w);
    struct fm_b_tables *own = shared;
    uint32_t offset = (uint32_t)(b->payload - token->bytes);

    if (b->external && p != NULL) { /* a third party's block has tables of its own */
        own = fm_arena_take(w->arena, sizeof *own, 8);
    }
    if (p == NULL || own == NULL) {
        return fm_why_set(why, FM_E_TOKEN_MEMORY, offset, "block", 0, 0);
    }
    if (b->external) {
        own->nsymbols = 0;
        own->nkeys = 0;
        p->ext_key = fm_b_key(w, &b->ext_key);
    }
    uint32_t symbols = own->nsymbols;
    uint32_t keys = own->nkeys;
    struct loader l = {w, own, FM_OK, 0};
    struct fm_pb pb = {token->bytes, offset, offset + b->payload_len, FM_OK, 0};
    tables(&l, pb, p);
    p->nsymbols = own->nsymbols - symbols;
    p->symbols = keep(&l, own->symbols + symbols, p->nsymbols);
    p->nkeys = own->nkeys - keys;
    p->keys = keep(&l, own->keys + keys, p->nkeys);
    if (l.err == FM_OK) {
        contents(&l, pb, p);
    }
    if (l.err == FM_OK && (fm_b_program_version(w, p, false) > p->version || (b->external && p->version < 5))) {
        (void)lose(&l, FM_E_TOKEN_FEATURE, offset);
    }
    w->programs[i] = p;
    return l.err == FM_OK ? FM_OK : fm_why_set(why, l.err, l.at, "block", i, 0);
}

fm_err fm_biscuit_world_token(struct fm_biscuit_world *w, const struct fm_biscuit *token, struct fm_why *why)
{
    struct fm_b_tables *shared = fm_arena_take(w->arena, sizeof *shared, 8);
    fm_err err = FM_OK;

    FM_ASSERT(w->nblocks == 0 && !w->ran);
    if (shared == NULL) {
        return fm_why_set(why, FM_E_TOKEN_MEMORY, 0, "tables", 0, 0);
    }
    shared->nsymbols = 0;
    shared->nkeys = 0;
    for (uint32_t i = 0; i < token->nblocks; i++) {
        uint32_t k = token->block[i].external ? fm_b_key(w, &token->block[i].ext_key) : 0;
        if (k == FM_B_NONE) {
            return fm_why_set(why, FM_E_TOKEN_KEYS, (uint32_t)(token->block[i].payload - token->bytes), "block", i, 0);
        }
        if (token->block[i].external) {
            w->key_blocks[k] |= 1ULL << i; /* fits: a token has at most 32 blocks */
        }
    }
    for (uint32_t i = 0; i < token->nblocks && err == FM_OK; i++) {
        err = fm_b_load(w, shared, token, i, why);
        w->nblocks = i + 1U;
    }
    for (uint32_t i = 0; i < token->nblocks && err == FM_OK; i++) {
        err = fm_b_activate(w, w->programs[i], i);
    }
    return err;
}
